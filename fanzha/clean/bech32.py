"""Bech32 (BIP-173) and Bech32m (BIP-350): checksums and segregated witness addresses."""

from typing import Final

CHARSET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BECH32: Final = 1
BECH32M: Final = 0x2BC830A3
_INDEX: Final = {c: i for i, c in enumerate(CHARSET)}
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_LENGTH_MAX: Final = 90


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i in range(5):
            if top >> i & 1:
                check ^= _GENERATOR[i]
    return check


def _expand(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def decode(text: str) -> tuple[str, list[int], int] | None:
    """(human-readable part, data as 5-bit values without checksum, BECH32 or BECH32M), or None when any rule breaks."""
    if len(text) > _LENGTH_MAX or any(not 33 <= ord(c) <= 126 for c in text):
        return None
    lower = text.lower()
    if text not in (lower, text.upper()):
        return None  # mixed case
    prefix, mark, rest = lower.rpartition("1")
    if not mark or not prefix or len(rest) < 6:
        return None
    data = [_INDEX.get(c, -1) for c in rest]
    if -1 in data:
        return None
    variant = _polymod(_expand(prefix) + data)
    return (prefix, data[:-6], variant) if variant in (BECH32, BECH32M) else None


def encode(prefix: str, data: list[int], variant: int) -> str:
    """Text of a lower-case human-readable part and 5-bit values, with the checksum of `variant`."""
    check = _polymod(_expand(prefix) + data + [0] * 6) ^ variant
    return f"{prefix}1" + "".join(CHARSET[v] for v in data + [check >> 5 * (5 - i) & 31 for i in range(6)])


def _to_bytes(data: list[int]) -> bytes | None:
    """Regroup 5-bit values as bytes; None when the padding is over 4 bits or not zero."""
    pending, bits, out = 0, 0, bytearray()
    for value in data:
        pending = (pending << 5 | value) & 0xFFF
        bits += 5
        if bits >= 8:
            bits -= 8
            out.append(pending >> bits & 0xFF)
    return None if bits >= 5 or pending & ((1 << bits) - 1) else bytes(out)


def witness(text: str, prefix: str) -> tuple[int, bytes] | None:
    """(version 0-16, program) of a segwit address with this human-readable part, or None. BIP-350, BIP-141."""
    decoded = decode(text)
    if decoded is None or decoded[0] != prefix or not decoded[1]:
        return None
    version, program = decoded[1][0], _to_bytes(decoded[1][1:])
    if program is None or version > 16 or not 2 <= len(program) <= 40:
        return None
    if version == 0 and len(program) not in (20, 32):
        return None
    return (version, program) if decoded[2] == (BECH32 if version == 0 else BECH32M) else None
