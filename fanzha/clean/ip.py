"""Internet addresses as banks and platforms write them beside an operation: IPv4 (RFC 791) and IPv6 (RFC 4291, written by RFC 5952).

An address tells of one line of a household or office at best, and only for a while: providers give it to somebody else, and put
thousands behind one (RFC 6888). Some addresses tell nothing at all, see `specificity`.
"""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_network
from typing import Final

from fanzha.clean.digits import fold, stars
from fanzha.clean.value import Value

KIND: Final = "ip"

_LENGTH_MAX: Final = 100
_PARTS: Final = re.compile(r"[\s,;|/\u3001]+")
_DOTTED: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3}){3})(?::[0-9]{1,5})?")
_HIDDEN: Final = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}(?:\.(?:[0-9]{1,3}|\*{1,3})){2}")
_BRACKETS: Final = re.compile(r"\[([0-9a-f:.]{2,45})\](?::[0-9]{1,5})?")
_EDGE: Final = " \t\r\n'\"`"
# IANA special-purpose registries: many networks use each of these at once. What is kept for documentation (RFC 5737, RFC 3849) is
# left out, for nobody has it but an invented world. 198.18/15 is what proxies on the user's own machine hand out.
_V4_EVERYWHERE: Final = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
_V6_GLOBAL: Final = ip_network("2000::/3")
_V6_TUNNELS: Final = (ip_network("2001::/23"), ip_network("2002::/16"))
# Public resolvers, which stand in where a program knew no better.
_RESOLVERS: Final = frozenset(
    (
        *("1.0.0.1", "1.1.1.1", "8.8.4.4", "8.8.8.8", "9.9.9.9", "114.114.114.114", "114.114.115.115", "119.29.29.29"),
        *("180.76.76.76", "223.5.5.5", "223.6.6.6"),
    )
)
_MILLIBITS_V4: Final = 32_000
_MILLIBITS_V6: Final = 64_000  # the part that names a line; the rest a device makes up


def parse(text: str) -> Value | None:
    """An address, with or without a port, full or masked `203.0.113.*`; where a proxy adds the inner one, the outer one.

    Parts padded to three digits are decimal; other leading zeros (decimal or octal?) are not read. Problem `placeholder` where
    the address can be nobody's (0.0.0.0, ::, loopback, broadcast).
    """
    if len(text) > _LENGTH_MAX:
        return None
    pieces = [piece for piece in _PARTS.split(fold(text).strip(_EDGE).lower()) if piece]
    found = [_one(piece) for piece in pieces]
    if not found or None in found:
        return None
    different = sorted({one for one in found if one is not None})
    outer = [one for one in different if specificity(one)]
    chosen = different[0] if len(different) == 1 else outer[0] if len(outer) == 1 else ""
    if not chosen:
        return None  # two that may both be the user's: which is not told
    partial = "*" in chosen
    nobody = not partial and _is_nobody(chosen)
    return Value(KIND, chosen, text, not nobody, partial, "placeholder" if nobody else "")


def _one(piece: str) -> str | None:
    found = _DOTTED.fullmatch(piece)
    if found:
        return _dotted(found[1].split("."))
    hidden = stars(piece, "x")
    if _HIDDEN.fullmatch(hidden):
        parts = ["*" if "*" in part else part for part in hidden.split(".")]
        plain = _dotted([part if part != "*" else "0" for part in parts])
        if plain is None:
            return None
        return ".".join("*" if part == "*" else read for part, read in zip(parts, plain.split("."), strict=True))
    inside = _BRACKETS.fullmatch(piece)
    try:
        address = IPv6Address(inside[1] if inside else piece)
    except AddressValueError:
        return None
    if address.scope_id is not None:
        return None
    return str(address.ipv4_mapped or address.compressed)


def _dotted(parts: list[str]) -> str | None:
    padded = all(len(part) == 3 for part in parts)
    if not padded and any(len(part) > 1 and part[0] == "0" for part in parts):
        return None
    numbers = [int(part) for part in parts]
    return ".".join(map(str, numbers)) if max(numbers) <= 255 else None


def _is_nobody(normal: str) -> bool:
    address = IPv6Address(normal) if ":" in normal else IPv4Address(normal)
    return address.is_unspecified or address.is_loopback or normal == "255.255.255.255"


def validate(normal: str) -> bool:
    """Whether this is a full address in normal form that somebody can have."""
    value = parse(normal)
    return value is not None and value.valid and not value.partial and value.normal == normal


def masked(normal: str) -> str:
    """The network in part: `203.0.***.***`, `2001:db8:****`."""
    if ":" in normal:
        return ":".join((*normal.split(":")[:2], "****"))
    return ".".join((*normal.split(".")[:2], "***", "***"))


def specificity(normal: str) -> int:
    """Milli-bits; 0 for a masked address, one that many networks use at once (private, carrier-grade NAT, loopback, multicast,
    tunnels), and public resolvers."""
    if "*" in normal or normal in _RESOLVERS:
        return 0
    if ":" in normal:
        six = IPv6Address(normal)
        return _MILLIBITS_V6 if six in _V6_GLOBAL and not any(six in net for net in _V6_TUNNELS) else 0
    four = IPv4Address(normal)
    return 0 if any(four in net for net in _V4_EVERYWHERE) else _MILLIBITS_V4
