"""International bank account numbers: ISO 13616-1; lengths and structures of the SWIFT IBAN registry, release 101.

Two letters of country, two check digits (ISO 7064 MOD 97-10), then the account number as each country builds it (BBAN).
Normal form: as `account.normal_form` writes the same text, upper case and without spaces, so that an IBAN and an account
number of equal characters compare equal.
"""

import re
from functools import cache
from typing import Final

from fanzha.clean.digits import MILLIBITS_PER_ALNUM, MILLIBITS_PER_DIGIT, fold, is_digits, stars
from fanzha.clean.value import Value

KIND: Final = "iban"

# Structure of the BBAN: a count, then n digits, a letters, c either; countries in the order of the registry.
_STRUCTURES: Final = """
AD 8n12c|AE 19n|AL 8n16c|AT 16n|AZ 4a20c|BA 16n|BE 12n|BG 4a6n8c|BH 4a14c|BI 23n|BR 23n1a1c|BY 4c4n16c|CH 5n12c|CR 18n
CY 8n16c|CZ 20n|DE 18n|DJ 23n|DK 14n|DO 4c20n|EE 16n|EG 25n|ES 20n|FI 14n|FK 2a12n|FO 14n|FR 10n11c2n|GB 4a14n|GE 2a16n
GI 4a15c|GL 14n|GR 7n16c|GT 24c|HN 4a20n|HR 17n|HU 24n|IE 4a14n|IL 19n|IQ 4a15n|IS 22n|IT 1a10n12c|JO 4a4n18c|KW 4a22c
KZ 3n13c|LB 4n20c|LC 4a24c|LI 5n12c|LT 16n|LU 3n13c|LV 4a13c|LY 21n|MC 10n11c2n|MD 20c|ME 18n|MK 3n10c2n|MN 16n|MR 23n
MT 4a5n18c|MU 4a19n3a|NI 4a20n|NL 4a10n|NO 11n|OM 3n16c|PK 4a16c|PL 24n|PS 4a21c|PT 21n|QA 4a21c|RO 4a16c|RS 18n
RU 14n15c|SA 2n18c|SC 4a20n3a|SD 14n|SE 20n|SI 15n|SK 20n|SM 1a10n12c|SO 19n|ST 21n|SV 4a20n|TL 19n|TN 20n|TR 6n16c
UA 6n19c|VA 18n|VG 4a16n|XK 16n|YE 4a4n18c
"""
_CLASS: Final = {"n": "[0-9]", "a": "[A-Z]", "c": "[0-9A-Z]"}
_PART: Final = re.compile(r"([0-9]+)([nac])")
_SHAPE: Final = re.compile(r"[A-Z]{2}[0-9*]{2}[0-9A-Z*]{8,30}")
_LABEL: Final = re.compile(r"^IBAN[:=#.]*")  # before the number, as ISO 13616 prints it on paper
_SPACE: Final = re.compile(r"\s+")
_EDGE: Final = " \t\r\n\v\f'\"`=\u2018\u2019\u201c\u201d"
_VISIBLE_MIN: Final = 4  # beside the country


@cache
def structures() -> dict[str, tuple[int, re.Pattern[str]]]:
    """Country (ISO 3166, and XK) -> whole length and the pattern of the BBAN."""
    found: dict[str, tuple[int, re.Pattern[str]]] = {}
    for line in _STRUCTURES.replace("\n", "|").strip("|").split("|"):
        country, parts = line.split(" ")
        counted = [(int(count), what) for count, what in _PART.findall(parts)]
        pattern = "".join(f"{_CLASS[what]}{{{count}}}" for count, what in counted)
        found[country] = 4 + sum(count for count, _ in counted), re.compile(pattern)
    return found


def parse(text: str) -> Value | None:
    """An IBAN, printed in groups or not, full or masked; None where it does not begin as one of a registry country does.

    Otherwise it is kept with `valid=False` and problem `length`, `structure` or `check_digit`.
    """
    if len(text) > 100:
        return None
    number = _LABEL.sub("", stars(_SPACE.sub("", fold(text).strip(_EDGE)).upper()))
    if not number.isascii() or not _SHAPE.fullmatch(number) or number[:2] not in structures():
        return None
    if "*" in number:
        visible = len(number) - number.count("*") - 2
        return Value(KIND, number, text, True, True) if visible >= _VISIBLE_MIN else None
    problem = _problem(number)
    return Value(KIND, number, text, not problem, False, problem)


def _problem(number: str) -> str:
    length, bban = structures()[number[:2]]
    if len(number) != length:
        return "length"
    if not bban.fullmatch(number, 4):
        return "structure"
    return "" if checks(number) else "check_digit"


def checks(number: str) -> bool:
    """Whether the check digits hold: letters as 10 to 35, country and check digits last, remainder 1 modulo 97.

    Check digits run from 02 to 98; 00, 01 and 99 leave the same remainder and are never given out.
    """
    if not "02" <= number[2:4] <= "98":
        return False
    return int("".join(str(int(c, 36)) for c in number[4:] + number[:4])) % 97 == 1


def check_digits(country: str, bban: str) -> str:
    """The two check digits of a BBAN in a country."""
    return f"{98 - int(''.join(str(int(c, 36)) for c in f'{bban}{country}00')) % 97:02d}"


def validate(normal: str) -> bool:
    """Whether this is a full IBAN in normal form: length, structure and check digits hold."""
    return _SHAPE.fullmatch(normal) is not None and normal[:2] in structures() and not _problem(normal)


def masked(normal: str) -> str:
    """Country, check digits and last four: `GB82****5432`, as `account.masked` has it."""
    return f"{normal[:4]}****{normal[-4:]}"


def specificity(normal: str) -> int:
    """Milli-bits of the visible BBAN; the check digits add nothing, the country hardly anything."""
    visible = normal[4:].replace("*", "")
    return sum(MILLIBITS_PER_DIGIT if is_digits(c) else MILLIBITS_PER_ALNUM for c in visible)
