"""IMEI of a mobile device: 3GPP TS 23.003 section 6, GSMA TS.06.

Fourteen digits name the device (8 of type, 6 of serial). A 15th is a Luhn digit, two more (16) a software version: neither
tells devices apart, so the normal form is the fourteen.
"""

import re
from typing import Final

from fanzha.clean.digits import MILLIBITS_PER_DIGIT, compact, is_digits, luhn_ok, stars
from fanzha.clean.value import Value

KIND: Final = "imei"

_PARTIAL: Final = re.compile(r"[0-9*]{14}(?:[0-9*]{1,2})?")
_VISIBLE_MIN: Final = 4
_TYPE_MILLIBITS: Final = 1900  # ~40,000 types in use over 8 places


def parse(text: str) -> Value | None:
    """An IMEI of 14, 15 or 16 digits, full or masked.

    Call records carry a 15th digit of 0: "the Check Digit is not transmitted" and the spare digit is zero (TS 23.003,
    6.2.1), so 0 is accepted unchecked.
    """
    if text.isdigit() and text.isascii():
        return _full(text, text) if 14 <= len(text) <= 16 else None
    if len(text) > 100:
        return None
    number = compact(text).replace("/", "")
    if is_digits(number):
        return _full(number, text) if 14 <= len(number) <= 16 else None
    hidden = stars(number, "xX")
    if not hidden.isascii() or not _PARTIAL.fullmatch(hidden):
        return None
    hidden = hidden[:14]
    if len(hidden) - hidden.count("*") < _VISIBLE_MIN:
        return None
    return Value(KIND, hidden, text, True, "*" in hidden)


def _full(number: str, text: str) -> Value:
    device = number[:14]
    if device.count(device[0]) == 14:  # 000000..., as written by emulators and damaged phones
        return Value(KIND, device, text, False, False, "placeholder")
    if len(number) == 15 and number[14] != "0" and not luhn_ok(number):
        return Value(KIND, device, text, False, False, "check_digit")
    return Value(KIND, device, text)


def validate(normal: str) -> bool:
    """Whether this is the fourteen-digit normal form of a possible device."""
    return len(normal) == 14 and is_digits(normal) and normal.count(normal[0]) != 14


def masked(normal: str) -> str:
    """Type shown in part, serial hidden: `490154******18`."""
    return f"{normal[:6]}******{normal[-2:]}"


def specificity(normal: str) -> int:
    """Milli-bits of the visible places: the type is one of some tens of thousands, the serial is free."""
    return sum(_TYPE_MILLIBITS if place < 8 else MILLIBITS_PER_DIGIT for place, c in enumerate(normal[:14]) if c != "*")
