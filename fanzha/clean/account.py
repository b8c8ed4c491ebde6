"""Account numbers of banks and payment firms that are not (or not known to be) card numbers.

There is no standard over all of them: ISO 13616 (IBAN) allows up to 34 characters, books of Chinese banks run from 5 to
32 digits, and some carry a sub-account after a dash.
"""

import re
from typing import Final

from fanzha.clean import payment_account
from fanzha.clean.digits import MILLIBITS_PER_ALNUM, MILLIBITS_PER_DIGIT, fold, is_digits, luhn_ok, stars
from fanzha.clean.value import Value

KIND: Final = "account"

_LENGTH_MIN, _LENGTH_MAX = 5, 34
_SHAPE: Final = re.compile(r"[0-9A-Z](?:[0-9A-Z*]|-(?!-)){3,38}[0-9A-Z*]|\*[0-9A-Z*\-]{3,38}[0-9A-Z]")
_CARD_GROUPS: Final = re.compile(r"\d{4}-\d{4}-\d{4}-\d{4}(?:-?\d{1,3})?")
_SPACE: Final = re.compile(r"\s+")
_EDGE: Final = " \t\r\n\v\f'\"`=\u2018\u2019\u201c\u201d"
_VISIBLE_MIN: Final = 4


def normal_form(text: str) -> str | None:
    """Normal form of an account number, or None when it cannot be one.

    Upper case, no spaces or TAB. Dashes stay (they set a sub-account apart) unless without them the number is a card
    number of 16 to 19 digits: then it equals the normal form of `bank_card`.
    """
    if text.isdigit() and text.isascii():
        return text if _LENGTH_MIN <= len(text) <= _LENGTH_MAX else None
    if len(text) > 100:
        return None
    number = stars(_SPACE.sub("", fold(text).strip(_EDGE)).upper())
    if is_digits(number):
        return number if _LENGTH_MIN <= len(number) <= _LENGTH_MAX else None
    if not number.isascii() or not _SHAPE.fullmatch(number) or len(number.replace("-", "")) > _LENGTH_MAX:
        return None
    if "*" in number:
        return number if len(number) - number.count("*") - number.count("-") >= _VISIBLE_MIN else None
    bare = number.replace("-", "")
    if (
        bare != number
        and is_digits(bare)
        and 16 <= len(bare) <= 19
        and (luhn_ok(bare) or _CARD_GROUPS.fullmatch(number))
    ):
        return bare
    # a word is not an account: ask for a digit
    return number if any(c.isdigit() for c in number) else None


def parse(text: str) -> Value | None:
    """An account number, full or masked with `*`; one repeated digit is kept as a placeholder with `valid=False`."""
    number = normal_form(text)
    if number is None:
        return None
    if "*" in number:
        return Value(KIND, number, text, True, True)
    if number.count(number[0]) == len(number):
        return Value(KIND, number, text, False, False, "placeholder")
    return Value(KIND, number, text)


def validate(normal: str) -> bool:
    """Whether this is a full account number in normal form."""
    value = parse(normal)
    return value is not None and value.valid and not value.partial and value.normal == normal


def masked(normal: str) -> str:
    """First and last four of 12 characters or more (`6222****1234`), else only the last two to four.

    Of an account of a payment firm, less of its login: it may be a telephone number.
    """
    if payment_account.parts(normal)[0]:
        return payment_account.masked(normal)
    if len(normal) >= 12:
        return f"{normal[:4]}****{normal[-4:]}"
    return f"****{normal[-4:]}" if len(normal) >= 8 else f"****{normal[-2:]}"


def specificity(normal: str) -> int:
    """Milli-bits: ten values for each visible digit, thirty-six for each visible letter."""
    if is_digits(normal):  # the most common by far
        checked = 16 <= len(normal) <= 19 and luhn_ok(normal)  # agrees with `bank_card`: the check digit adds nothing
        return (len(normal) - checked) * MILLIBITS_PER_DIGIT
    return sum(MILLIBITS_PER_DIGIT if "0" <= c <= "9" else MILLIBITS_PER_ALNUM if c.isalpha() else 0 for c in normal)
