"""Bank card numbers: PAN of ISO/IEC 7812-1, 12 to 19 digits (16 to 19 on cards issued in China), Luhn check digit."""

import re
from typing import Final

from fanzha.clean.digits import MILLIBITS_PER_DIGIT, compact, is_digits, luhn_ok, stars
from fanzha.clean.value import Value

KIND: Final = "bank_card"

_LENGTH_MIN, _LENGTH_MAX = 12, 19
_VISIBLE_MIN: Final = 4
_SCIENTIFIC: Final = re.compile(r"\d(?:\.\d{1,17})?E\+?(\d{1,2})", re.IGNORECASE)
_EXCEL_DIGITS: Final = 15  # a spreadsheet number is an IEEE 754 double: digits after the 15th become 0


def parse(text: str) -> Value | None:
    """A PAN, full or masked (`6222****1234`, `6222 02** **** 1234`, `6222XXXXXXXX1234`); None when it cannot be one.

    A failed Luhn digit is kept with `valid=False`: some old cards issued in China never had one. A masked number keeps
    exactly as many `*` as were written, since the true length is not known.
    """
    if text.isdigit() and text.isascii():
        return _full(text, text) if _LENGTH_MIN <= len(text) <= _LENGTH_MAX else None
    if len(text) > 100:
        return None
    number = compact(text)
    if is_digits(number):
        return _full(number, text) if _LENGTH_MIN <= len(number) <= _LENGTH_MAX else None
    masked_number = stars(number, "xX")
    visible = masked_number.replace("*", "")
    if not (_LENGTH_MIN <= len(masked_number) <= _LENGTH_MAX and len(visible) >= _VISIBLE_MIN and is_digits(visible)):
        return None
    return Value(KIND, masked_number, text, partial=True)


def _full(number: str, text: str) -> Value:
    if number[0] == "0":  # major industry identifier 0 is for ISO/TC 68, never a payment card
        return Value(KIND, number, text, False, False, "prefix")
    if luhn_ok(number):
        return Value(KIND, number, text)
    return Value(KIND, number, text, False, False, "check_digit")


def validate(normal: str) -> bool:
    """Whether a full PAN has a possible length, a payment industry digit and the right check digit."""
    return is_digits(normal) and _LENGTH_MIN <= len(normal) <= _LENGTH_MAX and normal[0] != "0" and luhn_ok(normal)


def masked(normal: str) -> str:
    """First four and last four digits: `6222****1234`."""
    return f"{normal[:4]}****{normal[-4:]}"


def specificity(normal: str) -> int:
    """Milli-bits: ten values for each visible digit, less the check digit when every digit is visible."""
    visible = len(normal) - normal.count("*")
    return (visible if "*" in normal else max(visible - 1, 0)) * MILLIBITS_PER_DIGIT


def spreadsheet_loss(text: str) -> bool:
    """Whether a long number bears the mark of a spreadsheet: `6.22202E+18`, or only zeros after the 15th digit.

    True is a warning, not a proof: one honest 16-digit number in ten ends in 0.
    """
    if len(text) > 100:
        return False
    number = compact(text).removesuffix(".0").removesuffix(".00")
    if is_digits(number):
        return len(number) > _EXCEL_DIGITS and not number[_EXCEL_DIGITS:].strip("0")
    scientific = _SCIENTIFIC.fullmatch(number)
    # a spreadsheet shows 12 digits or more (exponent 11) in scientific form
    return scientific is not None and int(scientific[1]) >= 11
