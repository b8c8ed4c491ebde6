"""Cells of mobile networks: 3GPP TS 23.003 sections 4.3 (CGI), 19.6 (E-UTRAN) and 19.6A (NR).

Normal forms, all numbers decimal: `460-00-1234-56789` (country, network, LAC or TAC, cell), `460-00-133142784` (ECGI or
NCGI: country, network, cell) and `1234-56789` where a source gives area and cell alone: a network is never guessed.
"""

import re
from typing import Final

from fanzha.clean.digits import fold
from fanzha.clean.imsi import countries
from fanzha.clean.value import Value

KIND: Final = "cell"

_AREA_MAX: Final = 0xFFFFFF  # TAC of 5G, 24 bits; LAC and TAC of 4G have 16
_CELL_MAX: Final = 0xF_FFFF_FFFF  # NCI, 36 bits; ECI has 28, CI 16
_SPLIT: Final = re.compile(r"[\s\-_:,;/|.+]+")
_NAMED: Final = re.compile(
    r"(mcc|mnc|lac/?tac|lac|tac|cell ?id|cid|nci|eci|ci|位置区码?|小区号?)\s{0,2}[:=]?\s{0,2}(0[xX][0-9a-fA-F]{1,9}|[0-9a-fA-F]{1,11})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_PLACES: Final = {"mcc": 0, "mnc": 1, "lac": 2, "lactac": 2, "lac/tac": 2, "tac": 2, "位置区": 2, "位置区码": 2}
_HEX: Final = re.compile(r"0[xX]([0-9a-fA-F]{1,9})")
_PLAIN: Final = re.compile(r"[0-9]{1,11}")
_LETTERED: Final = re.compile(r"[0-9a-fA-F]{1,9}")
_JOINED: Final = re.compile(r"[0-9]{5,6}")  # country and network in one, as switches write them: 46000
_NORMAL: Final = re.compile(r"(?:([0-9]{3})-([0-9]{2,3})-)?(?:([0-9]{1,8})-)?([0-9]{1,11})")
# reserved or written by phones that do not know: TS 23.003 4.1 (LAC 0000, FFFE) and all bits set
_UNKNOWN_AREA: Final = frozenset((0, 0xFFFE, 0xFFFF, 0xFFFFFF))
_UNKNOWN_CELL: Final = frozenset((0xFFFF, 0xFFFFFFF, 0x7FFFFFFF, 0xFFFFFFFFF))
_AREA_MILLIBITS, _CELL_MILLIBITS = 12_000, 12_000


def parse(text: str) -> Value | None:
    """A cell in two, three or four parts, or with named parts (`LAC:1A2B CI:3C4D`); decimal or hexadecimal.

    Three parts of which the first has five or six digits are network, area and cell (`46000-1234-56789`). If one part of area
    and cell has a letter or `0x`, both are hexadecimal. Problem `prefix` for a country that does not exist, `range` for a
    number with too many bits, `placeholder` for reserved values.
    """
    if len(text) > 120:
        return None
    written = fold(text).strip(" \t\r\n'\"=")
    parts = _named(written) if _NAMED.match(written) else [p for p in _SPLIT.split(written) if p]
    if not 2 <= len(parts) <= 4:
        return None
    if len(parts) == 3 and _JOINED.fullmatch(parts[0]):
        parts = [parts[0][:3], parts[0][3:], *parts[1:]]
    network, local = (parts[:2], parts[2:]) if len(parts) > 2 else ([], parts)
    if network and not (
        len(network[0]) == 3 and network[0].isdigit() and 1 <= len(network[1]) <= 3 and network[1].isdigit()
    ):
        return None
    numbers = _numbers(local)
    if numbers is None:
        return None
    joined = "-".join((*(part.zfill(2) for part in network), *map(str, numbers)))
    problem = _problem(network, numbers)
    return Value(KIND, joined, text, not problem, False, problem) if joined.isascii() else None


def _named(written: str) -> list[str]:
    """The parts in order; empty when one is named twice or something stands between them that is no name."""
    held: dict[int, str] = {}
    rest = written
    for found in _NAMED.finditer(written):
        place = _PLACES.get(found[1].lower().replace(" ", ""), 3)
        if place in held:
            return []
        held[place] = found[2]
        rest = rest.replace(found[0], " ", 1)
    if _SPLIT.sub("", rest) or (0 in held) != (1 in held) or 3 not in held:
        return []
    return [held[place] for place in sorted(held)]


def _numbers(local: list[str]) -> list[int] | None:
    if all(_PLAIN.fullmatch(part) for part in local):
        return [int(part) for part in local]
    bare = [found[1] if (found := _HEX.fullmatch(part)) else part for part in local]
    return [int(part, 16) for part in bare] if all(_LETTERED.fullmatch(part) for part in bare) else None


def _problem(network: list[str], numbers: list[int]) -> str:
    if network and network[0] not in countries():
        return "prefix"
    *area, cell = numbers
    if cell > _CELL_MAX or any(one > _AREA_MAX for one in area):
        return "range"
    if cell in _UNKNOWN_CELL or any(one in _UNKNOWN_AREA for one in area) or not (cell or area):
        return "placeholder"
    return ""


def validate(normal: str) -> bool:
    """Whether this is a cell in normal form: country exists, numbers have few enough bits and are not reserved."""
    value = parse(normal)
    return value is not None and value.valid and value.normal == normal


def masked(normal: str) -> str:
    """Network and area; the cell, which tells where somebody was to a few streets, is hidden: `460-00-1234-****`."""
    return f"{normal.rpartition('-')[0]}-****"


def specificity(normal: str) -> int:
    """Milli-bits: some thousand areas in a network, some thousand cells in an area; thousands of people in each."""
    found = _NORMAL.fullmatch(normal)
    if found is None:
        return 0
    return _CELL_MILLIBITS + (_AREA_MILLIBITS if found[3] or found[1] else 0)
