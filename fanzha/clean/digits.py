"""Digits as people and programs write them: full-width, spaced, masked; and the check digits that guard them."""

import re
import unicodedata
from typing import Final

MILLIBITS_PER_DIGIT: Final = 3322  # log2(10) * 1000
MILLIBITS_PER_ALNUM: Final = 5170  # log2(36) * 1000

_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
)
_DASH: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\u30fc", "-"))
_GAP: Final = re.compile(r"[\s\-]+")
_STAR: Final = str.maketrans(dict.fromkeys("\u00d7\u2022\u25cf\u2217\u2731\u204e\u22c6\u25cb\u30fb\u00b7", "*"))
_EDGE: Final = " \t\r\n\v\f'\"`=\u2018\u2019\u201c\u201d"

# Luhn (ISO/IEC 7812-1 annex B): every second digit from the right is doubled and its digits summed.
_DOUBLED: Final = bytes((2 * (c - 48)) % 10 + (2 * (c - 48)) // 10 if 48 <= c <= 57 else 0 for c in range(256))


def fold(text: str) -> str:
    """ASCII where there is one: NFKC, digits of every script to 0-9, dashes to `-`, invisible characters removed.

    A second pass changes nothing.
    """
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_DASH)
    if folded.isascii():
        return folded
    return "".join(c if c < "\x80" else _digit(c) for c in folded)


def _digit(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return char if value is None else str(int(value))


def compact(text: str) -> str:
    """Fold, cut quotes and the `="..."` of spreadsheets from the edges, and drop spaces and dashes everywhere."""
    return _GAP.sub("", fold(text).strip(_EDGE))


def stars(text: str, letters: str = "") -> str:
    """Every sign used to hide a character, and each of `letters`, becomes `*`."""
    out = text.translate(_STAR)
    for letter in letters:
        out = out.replace(letter, "*")
    return out


def is_digits(text: str) -> bool:
    """One or more of 0-9 and nothing else (`str.isdigit` alone also says yes to other scripts)."""
    return text.isascii() and text.isdigit()


def luhn_ok(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of the others. `digits`: 0-9 only. ISO/IEC 7812-1 annex B."""
    raw = digits.encode()
    odd = raw[-1::-2]
    return (sum(odd) - 48 * len(odd) + sum(raw[-2::-2].translate(_DOUBLED))) % 10 == 0


def luhn_digit(digits: str) -> str:
    """The Luhn check digit to append to `digits` (0-9 only)."""
    raw = digits.encode()
    even = raw[-2::-2]
    return str(-(sum(even) - 48 * len(even) + sum(raw[-1::-2].translate(_DOUBLED))) % 10)
