"""Physical lines of a text file, with their place in the original bytes, in pieces of about four megabytes.

A newline byte is never the trail byte of a GB 18030 or UTF-8 character, so lines are found on the raw bytes; in UTF-16 they
are found on the two-byte units. Each piece is then transcoded to UTF-8 at once; only where that fails, line by line. Who cuts
cells on the raw bytes may leave GB 18030 as it is (its trail bytes include `|`, but no comma, TAB, semicolon or quote).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fanzha.formats.encoding import Encoding, decodes
from fanzha.formats.grid import LINE_BYTES_MAX, BadRow, Content

Ints = npt.NDArray[np.int64]
PIECE_BYTES = 4 << 20
_NONE: Ints = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines, each ended by one LF.

    text     the lines in `codec`: UTF-8, or GB 18030 not yet checked
    numbers  physical line numbers from 1; offsets: where each line starts in the original
    bad      lines that are not in `text`: not valid in the encoding, with a NUL character, or too long
    """

    text: bytes
    numbers: Ints
    offsets: Ints
    bad: list[BadRow] = field(default_factory=list)
    codec: str = "utf-8"

    def after(self, carried: "Piece | None") -> "Piece":
        """These lines with those that the piece before could not finish in front."""
        if carried is None:
            return self
        return Piece(
            carried.text + self.text,
            np.concatenate((carried.numbers, self.numbers)),
            np.concatenate((carried.offsets, self.offsets)),
            [*carried.bad, *self.bad],
            self.codec,
        )


def newline_of(data: bytes | Content) -> int:
    """LF, or CR for the files of old systems that have no LF at all."""
    has_cr = False
    for start in range(0, len(data), PIECE_BYTES):
        part = data[start : start + PIECE_BYTES]
        if b"\n" in part:
            return 10
        has_cr = has_cr or b"\r" in part
    return 13 if has_cr else 10


def pieces(data: bytes | Content, encoding: Encoding, newline: int = 10, *, transcode: bool = True) -> Iterator[Piece]:
    """All lines of the file in order, in UTF-8; with `transcode` off GB 18030 stays as it is.

    Never more than a piece is held, however long a line is.
    """
    codec = encoding.name if encoding.name == "gb18030" and not transcode else "utf-8"
    position, number = encoding.bom, 1
    body_end = encoding.bom + (len(data) - encoding.bom) // encoding.unit * encoding.unit
    while position < body_end:
        raw = data[position : min(position + PIECE_BYTES, body_end)]
        ends = _line_ends(raw, encoding, newline)
        if position + len(raw) >= body_end:
            stop = len(data)  # half a unit at the end belongs to the last line
            if len(ends) and position + int(ends[-1]) >= body_end:
                ends[-1] = stop - position
            else:
                ends = np.append(ends, stop - position)
            raw = data[position:stop]
        elif not len(ends):  # a line longer than a piece: only its end is looked for
            stop = _next_end(data, position + len(raw), body_end, encoding, newline)
            stop = len(data) if stop >= body_end else stop
            yield Piece(b"", _NONE, _NONE, [BadRow(number, position, "line_too_long")], codec)
            number, position = number + 1, stop
            continue
        bounds = np.concatenate((np.zeros(1, np.int64), ends))
        yield _piece(raw, bounds, (number, position), (encoding.name, codec), newline)
        number += len(ends)
        position += int(ends[-1])


def _line_ends(raw: bytes, encoding: Encoding, newline: int) -> Ints:
    """Where lines end within `raw`, in bytes."""
    dtype = {"utf-16-le": "<u2", "utf-16-be": ">u2"}.get(encoding.name, "u1")
    units = np.frombuffer(raw, dtype=dtype, count=len(raw) // encoding.unit)
    return (np.flatnonzero(units == newline).astype(np.int64) + 1) * encoding.unit


def _next_end(data: bytes | Content, position: int, end: int, encoding: Encoding, newline: int) -> int:
    while position < end:
        raw = data[position : min(position + PIECE_BYTES, end)]
        ends = _line_ends(raw, encoding, newline)
        if len(ends):
            return position + int(ends[0])
        position += len(raw)
    return end


def _piece(raw: bytes, bounds: Ints, first: tuple[int, int], codecs: tuple[str, str], newline: int) -> Piece:
    """The lines between `bounds` of `raw`, from one codec to the other; `first`: number and place of the first of them."""
    number, position = first
    offsets = bounds[:-1] + position
    numbers = np.arange(number, number + len(offsets), dtype=np.int64)
    if int(np.max(np.diff(bounds))) <= LINE_BYTES_MAX:
        text = _transcode(raw[: int(bounds[-1])], codecs, newline)
        if text is not None:
            return Piece(text, numbers, offsets, codec=codecs[1])
    bad: list[BadRow] = []
    kept: list[int] = []
    lines: list[bytes] = []
    for index in range(len(offsets)):
        start, stop = int(bounds[index]), int(bounds[index + 1])
        if stop - start > LINE_BYTES_MAX:
            bad.append(BadRow(int(numbers[index]), int(offsets[index]), "line_too_long"))
            continue
        line = _transcode(raw[start:stop], codecs, newline)
        if line is None:
            bad.append(BadRow(int(numbers[index]), int(offsets[index]), "undecodable"))
            continue
        kept.append(index)
        lines.append(line)
    return Piece(b"".join(lines), numbers[kept], offsets[kept], bad, codecs[1])


def _transcode(raw: bytes, codecs: tuple[str, str], newline: int) -> bytes | None:
    """The lines with an LF at the end, or None where the bytes are not valid or hold a NUL character."""
    source, target = codecs
    if source == target:
        if source == "utf-8" and not decodes(raw, "utf-8"):
            return None
        text = raw
    else:
        try:
            text = raw.decode(source).encode(target)
        except UnicodeError:
            return None
    if b"\0" in text:
        return None
    if newline == 13:
        text = text.replace(b"\r", b"\n")
    return text if text.endswith(b"\n") else text + b"\n"
