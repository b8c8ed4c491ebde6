"""Resident identity numbers of the People's Republic of China: GB 11643-1999, check character of ISO 7064 MOD 11-2.

Nothing here tells sex, age or place of origin: by invariant 8 these are no features.
"""

import re
from datetime import date
from functools import lru_cache
from operator import mul
from typing import Final

from fanzha.clean.digits import compact, is_digits, stars
from fanzha.clean.value import Value

KIND: Final = "cn_id"

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ASCII_ZEROS: Final = 48 * sum(_WEIGHTS)
_CHECK: Final = "10X98765432"
# GB/T 2260 province codes, with 81 82 83 of residence permits and 91 of early foreign cards
_PROVINCES: Final = frozenset(
    str(code)
    for codes in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82, 83, 91),
    )
    for code in codes
)
_PARTIAL: Final = re.compile(r"[0-9*]{17}[0-9X*]")
_VISIBLE_MIN: Final = 4
# ~3,000 counties, ~36,500 days, 1,000 sequence numbers; spread over the places that carry them
_MILLIBITS_FULL: Final = 36_660
_MILLIBITS: Final = (1925,) * 6 + (1894,) * 8 + (3322,) * 3 + (3459,)


def check_character(first17: str) -> str:
    """The 18th character for 17 digits (ISO 7064 MOD 11-2): 0-9 or X."""
    return _CHECK[(sum(map(mul, _WEIGHTS, first17.encode())) - _ASCII_ZEROS) % 11]


@lru_cache(maxsize=65536)
def _is_date(yyyymmdd: str) -> bool:
    try:
        return date(int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:])).year >= 1800
    except ValueError:
        return False


def _problem(number: str) -> str:
    if number[:2] not in _PROVINCES:
        return "area"
    if not _is_date(number[6:14]):
        return "date"
    return "" if check_character(number[:17]) == number[17] else "check_digit"


def parse(text: str) -> Value | None:
    """An identity number of 18 places, or of 15 (turned into 18, century 19), or masked `110105********002X`.

    18 places that break a rule are kept with `valid=False` and problem `area`, `date` or `check_digit`. 15 digits without a
    province and a date are not an identity number at all.
    """
    number = text
    if not (len(number) == 18 and number.isascii() and number[:17].isdigit()):
        if len(text) > 100:
            return None
        number = compact(text)
    if len(number) == 18 and number[:17].isascii() and number[:17].isdigit():
        if number[17] == "x":
            number = number[:17] + "X"
        if number[17] not in "0123456789X":
            return _partial(number, text)
        problem = _problem(number)
        return Value(KIND, number, text, not problem, False, problem)
    if len(number) == 15 and is_digits(number):
        # numbers of 15 places were given out until 1999-10-01; their two-digit year is of the 20th century
        longer = f"{number[:6]}19{number[6:]}"
        if longer[:2] not in _PROVINCES or not _is_date(longer[6:14]):
            return None
        return Value(KIND, longer + check_character(longer), text)
    return _partial(number, text)


def _partial(number: str, text: str) -> Value | None:
    if len(number) != 18:
        return None
    hidden = stars(number[:17], "xX") + stars(number[17]).upper()
    visible = 18 - hidden.count("*")
    if "*" not in hidden or visible < _VISIBLE_MIN or not _PARTIAL.fullmatch(hidden):
        return None
    return Value(KIND, hidden, text, True, True)


def validate(normal: str) -> bool:
    """Whether this is a full identity number: province, date and check character hold."""
    return len(normal) == 18 and is_digits(normal[:17]) and normal[17] in "0123456789X" and not _problem(normal)


def masked(normal: str) -> str:
    """Area and last four: `110105********002X`; the birth date is hidden."""
    return f"{normal[:6]}********{normal[-4:]}"


def specificity(normal: str) -> int:
    """Milli-bits: about 36.7 bits for a full number, less by what each hidden place carries."""
    if "*" not in normal:
        return _MILLIBITS_FULL
    return min(_MILLIBITS_FULL, sum(w for c, w in zip(normal, _MILLIBITS, strict=False) if c != "*"))
