"""Hardware addresses of network adapters (IEEE 802, EUI-48), as banks write them beside an operation.

Telephones make one up for each network (locally administered); it still is one device's on that network. Programs write constants
where they may not see it, and adapters of some programs all have one address: those tell nothing, see `specificity`.
"""

import re
from typing import Final

from fanzha.clean.digits import fold, stars
from fanzha.clean.value import Value

KIND: Final = "mac"

_LENGTH_MAX: Final = 100
_PAIRS: Final = re.compile(r"[0-9a-f*]{2}([:\-. ])[0-9a-f*]{2}(?:\1[0-9a-f*]{2}){4}")
_FOURS: Final = re.compile(r"[0-9a-f*]{4}([.:\-])[0-9a-f*]{4}\1[0-9a-f*]{4}")
_BARE: Final = re.compile(r"[0-9a-f*]{12}")
_EDGE: Final = " \t\r\n'\"`"
_VISIBLE_MIN: Final = 4
# Written by systems that hide the true one (Android 6, iOS 7), and by people.
_PLACEHOLDERS: Final = frozenset(
    ("02:00:00:00:00:00", "00:11:22:33:44:55", "01:23:45:67:89:ab", "12:34:56:78:9a:bc", "00:00:00:00:00:01")
)
# Adapters of dial-up, tunnels, loopback and office VPN programs, the same on every computer.
_SAME_EVERYWHERE: Final = frozenset(
    (
        *("00:00:00:00:00:e0", "00:05:9a:3c:7a:00", "00:53:45:00:00:00", "02:00:4c:4f:4f:50", "02:50:41:00:00:01"),
        *("20:41:53:59:4e:ff", "44:45:53:54:00:00"),
    )
)
_MAKER_MILLIBITS: Final = 1_667  # ~1,000 makers in use over six places
_MILLIBITS: Final = 4_000


def parse(text: str) -> Value | None:
    """An address in pairs, in fours or bare, full or masked `00:1a:**:**:**:5e`. Normal form: pairs in lower case with colons.

    Twelve bare decimal digits may be any number and are not read. Problem `placeholder` for what programs write instead,
    `prefix` for an address of a group.
    """
    if len(text) > _LENGTH_MAX:
        return None
    plain = stars(fold(text).strip(_EDGE).lower(), "x")
    if _PAIRS.fullmatch(plain) or _FOURS.fullmatch(plain):
        digits = re.sub(r"[:\-. ]", "", plain)
    elif _BARE.fullmatch(plain) and (not plain.isdigit() or len(set(plain)) == 1):
        digits = plain
    else:
        return None
    hidden = digits.count("*")
    if 12 - hidden < _VISIBLE_MIN:
        return None
    normal = ":".join(digits[place : place + 2] for place in range(0, 12, 2))
    problem = "" if hidden else _problem(normal)
    return Value(KIND, normal, text, not problem, hidden > 0, problem)


def _problem(normal: str) -> str:
    if normal in _PLACEHOLDERS or len(set(normal.split(":"))) == 1:
        return "placeholder"
    return "prefix" if int(normal[:2], 16) & 1 else ""


def validate(normal: str) -> bool:
    """Whether this is a full address in normal form that one adapter can have."""
    value = parse(normal)
    return value is not None and value.valid and not value.partial and value.normal == normal


def masked(normal: str) -> str:
    """First and last pair: `00:**:**:**:**:5e`."""
    return f"{normal[:2]}:**:**:**:**:{normal[-2:]}"


def specificity(normal: str) -> int:
    """Milli-bits of the visible places; 0 for what programs write instead, for groups, and for what is the same on every computer."""
    if normal in _SAME_EVERYWHERE or ("*" not in normal and _problem(normal)):
        return 0
    places = enumerate(normal.replace(":", ""))
    return sum(_MAKER_MILLIBITS if place < 6 else _MILLIBITS for place, c in places if c != "*")
