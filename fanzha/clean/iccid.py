"""Numbers of SIM cards: ITU-T E.118, ISO/IEC 7812-1; a file of ten bytes, so twenty places, on the card (ETSI TS 102 221).

`89`, country code, issuer, account, Luhn digit: at most 19 digits by the standard, 20 places on most Chinese cards. Phones and
files leave the check digit out now and then; it is written back, since it follows from the others.
"""

import re
from typing import Final

from fanzha.clean.digits import MILLIBITS_PER_DIGIT, compact, is_digits, luhn_digit, luhn_ok, stars
from fanzha.clean.value import Value

KIND: Final = "iccid"

_TELECOM: Final = "89"  # major industry identifier
_CHINA: Final = "8986"
_LENGTH_MIN, _LENGTH_MAX = 18, 20
_PARTIAL: Final = re.compile(r"[0-9*]{18,20}")
# a few Chinese issuers number makers and ranges with letters: 898600A..., 898601...S
_LETTERED: Final = re.compile(r"8986[0-9]{2}[0-9A-Z]{14}")
_VISIBLE_MIN: Final = 4
_ISSUER: Final = 6  # places of `89`, country and issuer, about


def parse(text: str) -> Value | None:
    """A card number of 18 to 20 digits, full or masked; a filler `F` at the end is dropped.

    18 digits, and 19 of a Chinese card whose last is no Luhn digit, lack the check digit: it is appended. (A Chinese 19 whose
    last digit happens to fit, one in ten, stays as it is.) A Chinese number with letters has no Luhn digit and is valid as
    written. Else a wrong check digit is kept with `valid=False`.
    """
    if len(text) > 100:
        return None
    number = compact(text).upper()
    if 19 <= len(number) <= 20 and number.endswith("F") and is_digits(number[:-1]):
        number = number[:-1]
    if not number.startswith(_TELECOM):
        return None
    if is_digits(number):
        return _full(number, text) if _LENGTH_MIN <= len(number) <= _LENGTH_MAX else None
    if _LETTERED.fullmatch(number) and sum(c.isalpha() for c in number) <= 2:
        return Value(KIND, number, text)
    hidden = stars(number, "X")
    if not hidden.isascii() or not _PARTIAL.fullmatch(hidden) or len(hidden) - hidden.count("*") < _VISIBLE_MIN:
        return None
    return Value(KIND, hidden, text, True, True)


def _full(number: str, text: str) -> Value:
    if not number[_ISSUER:].strip(number[-1]):
        return Value(KIND, number, text, False, False, "placeholder")
    if len(number) == _LENGTH_MIN:
        return Value(KIND, number + luhn_digit(number), text)
    if luhn_ok(number):
        return Value(KIND, number, text)
    if len(number) == 19 and number.startswith(_CHINA):
        return Value(KIND, number + luhn_digit(number), text)
    return Value(KIND, number, text, False, False, "check_digit")


def validate(normal: str) -> bool:
    """Whether this is a full card number in normal form whose check digit, where it has one, holds."""
    value = parse(normal)
    return value is not None and value.valid and not value.partial and value.normal == normal


def masked(normal: str) -> str:
    """Country and issuer, last four: `898600**********4320`."""
    return f"{normal[:_ISSUER]}**********{normal[-4:]}"


def specificity(normal: str) -> int:
    """Milli-bits of the visible places after the issuer, less the check digit when every place is visible."""
    visible = len(normal[_ISSUER:]) - normal[_ISSUER:].count("*")
    return (visible if "*" in normal else max(visible - 1, 0)) * MILLIBITS_PER_DIGIT
