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
from fanzha.formats.grid import LINE_BYTES_MAX, BadRow

Ints = npt.NDArray[np.int64]
PIECE_BYTES = 4 << 20


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


def newline_of(data: bytes) -> int:
    """LF, or CR for the files of old systems that have no LF at all."""
    return 13 if b"\n" not in data and b"\r" in data else 10


def pieces(data: bytes, encoding: Encoding, newline: int = 10, *, transcode: bool = True) -> Iterator[Piece]:
    """All lines of the file in order, in UTF-8; with `transcode` off GB 18030 stays as it is."""
    codec = encoding.name if encoding.name == "gb18030" and not transcode else "utf-8"
    dtype = {"utf-16-le": "<u2", "utf-16-be": ">u2"}.get(encoding.name, "u1")
    body = len(data) - encoding.bom
    units = np.frombuffer(data, dtype=dtype, count=body // encoding.unit, offset=encoding.bom)
    size = PIECE_BYTES // encoding.unit
    position, number = 0, 1
    while position < len(units):
        ends = np.flatnonzero(units[position : position + size] == newline).astype(np.int64) + (position + 1)
        stop = int(ends[-1]) if len(ends) else _next_end(units, position + size, newline, size)
        if position + size >= len(units):
            stop = len(units)
        if not len(ends) or int(ends[-1]) < stop:
            ends = np.append(ends, stop)
        starts = np.concatenate(([position], ends[:-1])).astype(np.int64)
        offsets = starts * encoding.unit + encoding.bom
        last = len(data) if stop == len(units) else stop * encoding.unit + encoding.bom
        bounds = np.append(offsets, last)
        yield _piece(data, bounds, number, (encoding.name, codec), newline)
        number += len(starts)
        position = stop


def _next_end(units: npt.NDArray[np.uint8], position: int, newline: int, size: int) -> int:
    while position < len(units):
        found = np.flatnonzero(units[position : position + size] == newline)
        if len(found):
            return position + int(found[0]) + 1
        position += size
    return len(units)


def _piece(data: bytes, bounds: Ints, number: int, codecs: tuple[str, str], newline: int) -> Piece:
    """The lines between `bounds`, the first of them `number`, from one codec to the other."""
    offsets = bounds[:-1]
    numbers = np.arange(number, number + len(offsets), dtype=np.int64)
    if int(np.max(np.diff(bounds))) <= LINE_BYTES_MAX:
        raw = data[int(bounds[0]) : int(bounds[-1])]
        text = _transcode(raw, codecs, newline)
        if text is not None:
            return Piece(text, numbers, offsets, codec=codecs[1])
    bad: list[BadRow] = []
    kept: list[int] = []
    lines: list[bytes] = []
    for index in range(len(offsets)):
        start, stop = int(bounds[index]), int(bounds[index + 1])
        if stop - start > LINE_BYTES_MAX:
            bad.append(BadRow(int(numbers[index]), start, "line_too_long"))
            continue
        line = _transcode(data[start:stop], codecs, newline)
        if line is None:
            bad.append(BadRow(int(numbers[index]), start, "undecodable"))
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
