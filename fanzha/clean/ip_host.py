"""IPv4 and IPv6 hosts as browsers read them: decimal, octal, hexadecimal and short forms (WHATWG URL, host parsing)."""

import re
from ipaddress import AddressValueError, IPv6Address
from typing import Final

_PART: Final = re.compile(r"0x[0-9a-f]{0,16}|[0-9]{1,20}")


def ends_in_number(host: str) -> bool:
    """Whether a browser would read this lower-case host as IPv4 (WHATWG URL: "ends in a number checker")."""
    last = host.removesuffix(".").rpartition(".")[2]
    return bool(last) and ((last.isdigit() and last.isascii()) or _PART.fullmatch(last) is not None)


def ipv4(host: str) -> str | None:
    """Dotted form of an IPv4 host in any of its spellings (`3232235777`, `0xc0.0250.1.1`, `127.1`), else None."""
    parts = host.removesuffix(".").split(".")
    if not 1 <= len(parts) <= 4:
        return None
    numbers = []
    for part in parts:
        if not _PART.fullmatch(part):
            return None
        number = _number(part)
        if number is None:
            return None
        numbers.append(number)
    if any(n > 255 for n in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        return None
    address = numbers[-1]
    for place, number in enumerate(numbers[:-1]):
        address += number << (8 * (3 - place))
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))


def _number(part: str) -> int | None:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    if len(part) > 1 and part[0] == "0":
        return int(part, 8) if not set(part) & {"8", "9"} else None
    return int(part)


def ipv6(inside: str) -> str | None:
    """Short form (RFC 5952) of what stands between brackets, else None; a zone index is not an address."""
    if "%" in inside:
        return None
    try:
        return IPv6Address(inside).compressed
    except AddressValueError:
        return None
