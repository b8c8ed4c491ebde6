"""Base58Check, as Bitcoin and TRON write addresses: the last four bytes are the head of a double SHA-256."""

from hashlib import sha256
from typing import Final

ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_INDEX: Final = {c: i for i, c in enumerate(ALPHABET)}


def decode(text: str) -> bytes | None:
    """The bytes behind base58 text, leading `1` as zero bytes; None when a character is not of the alphabet."""
    number = 0
    for c in text:
        digit = _INDEX.get(c)
        if digit is None:
            return None
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def encode(raw: bytes) -> str:
    """Base58 text for bytes."""
    number, out = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        out = ALPHABET[digit] + out
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + out


def decode_check(text: str) -> bytes | None:
    """The payload (version byte first) when the four check bytes hold, else None."""
    raw = decode(text)
    if raw is None or len(raw) < 5:
        return None
    payload, check = raw[:-4], raw[-4:]
    return payload if sha256(sha256(payload).digest()).digest()[:4] == check else None


def encode_check(payload: bytes) -> str:
    """Base58 text of a payload with its four check bytes."""
    return encode(payload + sha256(sha256(payload).digest()).digest()[:4])
