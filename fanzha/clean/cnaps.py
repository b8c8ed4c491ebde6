"""Bank numbers of the Chinese payment system (联行号, CNAPS code): which branch of which bank.

Twelve digits: three of the bank, four of the city, four of the branch, one to check. The rule of the check digit stands in
no open text known to us: that it is ISO 7064 MOD 11,10 was found by trial, and held for all of the published numbers it was
tried on (tests/clean/test_clean_banks.py), which by chance alone would happen once in 10^60.
"""

import re
from typing import Final

from fanzha.clean.digits import compact, is_digits
from fanzha.clean.value import Value

KIND: Final = "cnaps"

_SHAPE: Final = re.compile(r"[0-9]{12}")
_MILLIBITS: Final = 17_200  # ~150,000 branches have a number


def check_digit(first11: str) -> str:
    """The twelfth digit for eleven (ISO 7064 MOD 11,10)."""
    product = 10
    for c in first11:
        product = (((product + int(c)) % 10) or 10) * 2 % 11
    return str((11 - product) % 10)


def parse(text: str) -> Value | None:
    """A bank number of twelve digits; one digit repeated is a `placeholder`, a wrong last digit a `check_digit` problem."""
    if len(text) > 100:
        return None
    number = compact(text)
    if len(number) != 12 or not is_digits(number):
        return None
    if number.count(number[0]) == 12:
        return Value(KIND, number, text, False, False, "placeholder")
    valid = check_digit(number[:11]) == number[11]
    return Value(KIND, number, text, valid, False, "" if valid else "check_digit")


def validate(normal: str) -> bool:
    """Whether this is a bank number whose check digit holds."""
    return (
        _SHAPE.fullmatch(normal) is not None
        and normal.count(normal[0]) != 12
        and check_digit(normal[:11]) == normal[11]
    )


def bank(normal: str) -> str:
    """The three digits of the bank: 102 is ICBC, 308 China Merchants Bank."""
    return normal[:3]


def masked(normal: str) -> str:
    """As it is: it names a branch, not a person."""
    return normal


def specificity(normal: str) -> int:
    """Milli-bits: one of some 150,000 branches, each with thousands of customers."""
    return _MILLIBITS if is_digits(normal) else 0
