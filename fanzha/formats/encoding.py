"""Which encoding a file of text is in, decided on its content: UTF-8, GB 18030 or UTF-16.

Method: a byte-order mark decides. Without one, UTF-16 shows by zero bytes on one side of the pairs. Bytes that are valid
UTF-8 throughout are UTF-8. Otherwise lines vote: GB 18030 text is almost never valid UTF-8, while damage spoils few lines.
"""

from dataclasses import dataclass

import numpy as np

from fanzha.formats.grid import Content

_CHUNK = 1 << 22
_VOTERS = 4_000
_UTF16_SHARE = 0.10  # of the pairs have a zero byte on the one side: digits, commas, blanks
_CONTROL_SHARE = 0.02  # more control characters than this is not text


@dataclass(frozen=True, slots=True)
class Encoding:
    """`name` for Python's codecs; `bom` bytes to skip; `unit` bytes per code unit."""

    name: str
    bom: int = 0
    unit: int = 1


def detect(data: bytes | Content) -> Encoding | None:
    """The encoding, or None where the bytes are not text."""
    head = data[:4]
    if head.startswith(b"\xef\xbb\xbf"):
        return Encoding("utf-8", 3) if _looks_like_text(data) else None
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        name = "utf-16-le" if head[0] == 0xFF else "utf-16-be"
        return Encoding(name, 2, 2) if _utf16_is_text(data[2 : 2 + (1 << 18)], name) else None
    bare = _bare_utf16(data)
    if bare is not None:
        return bare
    if not len(data) or not _looks_like_text(data):
        return None
    failed_at = _first_failure(data)
    if failed_at < 0:
        return Encoding("utf-8")
    before = max(0, failed_at - (1 << 19))
    around = data[max(0, before - (1 << 19)) : before + (1 << 20)]
    start = around.rfind(b"\n", 0, before - max(0, before - (1 << 19))) + 1
    lines = around[start:].split(b"\n")[:-1] or [around[start:]]
    voters = [line for line in lines if not line.isascii()][:_VOTERS]
    for name in ("utf-8", "gb18030"):
        if voters and 2 * sum(decodes(line, name) for line in voters) >= len(voters):
            return Encoding(name)
    return None


def decodes(line: bytes, name: str) -> bool:
    """Whether `line` is valid in the encoding."""
    try:
        line.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _first_failure(data: bytes | Content) -> int:
    """Where UTF-8 first fails, -1 if nowhere. A character cut by the end of a chunk is not a failure."""
    position = 0
    while position < len(data):
        chunk = data[position : position + _CHUNK]
        try:
            str(chunk, "utf-8")
        except UnicodeDecodeError as error:
            at = position + error.start
            if position + len(chunk) < len(data) and len(chunk) - error.start < 4 and error.start > 0:
                position = at
                continue
            return at
        position += len(chunk)
    return -1


def _looks_like_text(data: bytes | Content) -> bool:
    """Few control characters at the start, in the middle and at the end."""
    middle = len(data) // 2
    for piece in (data[: 1 << 16], data[middle : middle + (1 << 16)], data[max(0, len(data) - (1 << 16)) :]):
        array = np.frombuffer(piece, dtype=np.uint8)
        control = np.count_nonzero((array < 32) & (array != 9) & (array != 10) & (array != 13) | (array == 127))
        if control > max(8, len(piece) * _CONTROL_SHARE):
            return False
    return not data[:8].startswith((b"\x7fELF", b"MZ\x90", b"%PDF-", b"PK\x03\x04"))


def _utf16_is_text(piece: bytes, name: str) -> bool:
    text = piece[: len(piece) // 2 * 2].decode(name, "replace")
    strange = sum(1 for c in text if (c < " " and c not in "\t\r\n") or c == "\ufffd" or "\ue000" <= c <= "\uf8ff")
    return bool(text) and strange <= max(8, len(text) * _CONTROL_SHARE)


def _bare_utf16(data: bytes | Content) -> Encoding | None:
    piece = data[: (1 << 16)]
    array = np.frombuffer(piece[: len(piece) // 2 * 2], dtype=np.uint8)
    if len(array) < 8:
        return None
    even, odd = int((array[0::2] == 0).sum()), int((array[1::2] == 0).sum())
    pairs = len(array) // 2
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros > pairs * _UTF16_SHARE and others * 20 < zeros and _utf16_is_text(piece, name):
            return Encoding(name, 0, 2)
    return None
