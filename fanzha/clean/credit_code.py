"""Unified social credit codes of Chinese organisations: GB 32100-2015, check character by its MOD 31.

Eighteen places: registering department, class of organisation, six digits of area (GB/T 2260), nine of the organisation
(GB 11714-1997, with a check character of its own), check character. I, O, S, V and Z are not used.
"""

import re
from operator import mul
from typing import Final

from fanzha.clean.digits import MILLIBITS_PER_DIGIT, compact, stars
from fanzha.clean.value import Value

KIND: Final = "credit_code"

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PLACE: Final = {c: i for i, c in enumerate(_ALPHABET)}
_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # 3^i modulo 31
_SHAPE: Final = re.compile(r"[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}")
_PARTIAL: Final = re.compile(r"[0-9A-HJ-NP-RTUWXY*]{2}[0-9*]{6}[0-9A-HJ-NP-RTUWXY*]{10}")
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_CHECK: Final = "0123456789X"
# departments and classes in use by GB 32100 table 1 and its later additions
_DEPARTMENTS: Final = frozenset("123456789ANY")
_VISIBLE_MIN: Final = 4
_AREA_MILLIBITS: Final = 1925  # ~3,000 counties over six places


def check_character(first17: str) -> str:
    """The 18th character for 17 of the alphabet."""
    return _ALPHABET[-sum(map(mul, _WEIGHTS, (_PLACE[c] for c in first17))) % 31]


def organisation_holds(normal: str) -> bool:
    """Whether the ninth place of the organisation code is the check character of GB 11714 for the first eight."""
    code = normal[8:17]
    rest = -sum(map(mul, _ORGANISATION_WEIGHTS, (int(c, 36) for c in code[:8]))) % 11
    return code[8] == _ORGANISATION_CHECK[rest]


def parse(text: str) -> Value | None:
    """A code of 18 places, full or masked. One that breaks a rule is kept with problem `alphabet`, `prefix` or
    `check_digit`; what is not eighteen letters and digits is none.
    """
    if len(text) > 100:
        return None
    code = stars(compact(text).upper())
    if len(code) != 18 or not code.isascii() or not code.replace("*", "0").isalnum() or code[2:8].strip("*0123456789"):
        return None
    if "*" in code:
        visible = 18 - code.count("*")
        return Value(KIND, code, text, True, True) if visible >= _VISIBLE_MIN and _PARTIAL.fullmatch(code) else None
    problem = _problem(code)
    return Value(KIND, code, text, not problem, False, problem)


def _problem(code: str) -> str:
    if not _SHAPE.fullmatch(code):
        return "alphabet"
    if code[0] not in _DEPARTMENTS:
        return "prefix"
    return "" if check_character(code[:17]) == code[17] else "check_digit"


def validate(normal: str) -> bool:
    """Whether this is a full code in normal form and its check character holds."""
    return len(normal) == 18 and not _problem(normal)


def masked(normal: str) -> str:
    """Department, class, area and last four: `91110000******341L`; a code may name a one-person business."""
    return f"{normal[:8]}******{normal[-4:]}"


def specificity(normal: str) -> int:
    """Milli-bits: the area is one of some thousands, eight places of the organisation are counted as digits."""
    area = sum(_AREA_MILLIBITS for c in normal[2:8] if c != "*")
    return area + sum(MILLIBITS_PER_DIGIT for c in normal[8:16] if c != "*")
