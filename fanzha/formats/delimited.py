"""CSV and its relatives: finds the table in a file of delimited text and gives it block by block.

The row number is the physical line on which a row starts; a quoted row of several lines counts once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from fanzha.errors import UnreadableFile
from fanzha.formats.cutting import Cutter
from fanzha.formats.dialect import find_dialect
from fanzha.formats.encoding import Encoding, detect
from fanzha.formats.grid import COLUMNS_MAX, Content, Grid, Sheet, Wanted
from fanzha.formats.lines import Piece, newline_of, pieces

BLOCK_ROWS = 1 << 16
_LOOKED_AT = 400
_SAMPLE_LINES = 1_000


@dataclass(frozen=True, slots=True)
class _Text:
    """A file of text and how to cut it."""

    data: bytes | Content
    encoding: Encoding
    newline: int
    cutter: Cutter


def open_delimited(data: bytes | Content, name: str = "") -> Sheet | None:
    """The table in a file of delimited text, or None where there is none.

    Raises UnreadableFile where it has more than COLUMNS_MAX columns.
    """
    encoding = detect(data)
    if encoding is None:
        return None
    newline = newline_of(data)
    first = next((piece for piece in pieces(data, encoding, newline, transcode=False) if len(piece.numbers)), None)
    if first is None:
        return None
    lines = [line.decode(first.codec, "replace")[:65_536] for line in first.text.split(b"\n", _LOOKED_AT)[:_LOOKED_AT]]
    dialect = find_dialect(lines[: len(first.numbers)])
    if dialect is None:
        return None
    if dialect.delimiter == "|" and first.codec != "utf-8":  # the byte of | is also the second byte of characters
        first = next(piece for piece in pieces(data, encoding, newline) if len(piece.numbers))
    if dialect.width > COLUMNS_MAX:
        raise UnreadableFile(
            f"the table has {dialect.width} columns, more than {COLUMNS_MAX}",
            f"表格有{dialect.width}列,超过上限{COLUMNS_MAX}列",
            where=name,
            remedy="Ask the sender for the columns that matter",
            remedy_zh="请来源方只提供所需各栏",
        )
    header_line = int(first.numbers[dialect.header_at]) if dialect.header_at >= 0 else 0
    cutter = Cutter(dialect.delimiter, dialect.header, header_line)
    text = _Text(data, encoding, newline, cutter)
    sample, _ = cutter.cut(_start_of(first), None, last=True)
    preamble = tuple(line.strip() for line in lines[: max(0, dialect.header_at)] if line.strip())
    shown = {"encoding": encoding.name, "delimiter": {"\t": "TAB"}.get(dialect.delimiter, dialect.delimiter)}
    container = "tsv" if dialect.delimiter == "\t" else "csv"
    return Sheet(container, name, dialect.header, preamble, sample, shown, partial(_blocks, text))


def _start_of(piece: Piece) -> Piece:
    """The first lines of a piece, for the sample."""
    lines = piece.text.split(b"\n", _SAMPLE_LINES)[:_SAMPLE_LINES]
    count = min(len(lines), len(piece.numbers))
    text = b"\n".join(lines[:count]) + b"\n"
    return Piece(text, piece.numbers[:count], piece.offsets[:count], codec=piece.codec)


def _blocks(text: _Text, wanted: Wanted) -> Iterator[Grid]:
    """All rows in grids of about BLOCK_ROWS rows."""
    held: list[Grid] = []
    first = True
    for grid in _grids(text, wanted):
        held.append(grid)
        if sum(len(part.rows) + len(part.bad) for part in held) >= BLOCK_ROWS:
            yield join_grids(held, first)
            held, first = [], False
    if held:
        yield join_grids(held, first)


def _grids(text: _Text, wanted: Wanted) -> Iterator[Grid]:
    """One grid a piece; the lines of a quoted cell that runs past the end of a piece are handed to the next."""
    carried: Piece | None = None
    transcode = text.cutter.delimiter == "|"
    for piece in pieces(text.data, text.encoding, text.newline, transcode=transcode):
        grid, carried = text.cutter.cut(piece.after(carried), wanted, last=False)
        yield grid
    if carried is not None:
        grid, _ = text.cutter.cut(carried, wanted, last=True)
        yield grid


def join_grids(grids: list[Grid], first: bool) -> Grid:
    """Several grids of the same columns as one."""
    cells = tuple(
        None if column[0] is None else pa.concat_arrays([part for part in column if part is not None])
        for column in zip(*(grid.cells for grid in grids), strict=True)
    )
    return Grid(
        header=grids[0].header,
        cells=cells,
        rows=pa.concat_arrays([grid.rows for grid in grids]),
        offsets=pa.concat_arrays([grid.offsets for grid in grids]),
        bad=tuple(bad for grid in grids for bad in grid.bad),
        structure=sum(grid.structure for grid in grids),
        first=first,
    )
