"""Lines to cells, fast where a line is plain, carefully where it is not.

Lines without quotes and with the usual number of delimiters go to Arrow's parser together; every other line is cut by
itself. GB 18030 is cut on its bytes and only distinct cells are decoded; a row is undecodable where a cell that is asked for is.
A quoted cell may run over CONTINUED_MAX lines; a quote that is never closed costs only its own line.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

from fanzha.formats.dialect import cut
from fanzha.formats.grid import LINE_BYTES_MAX, BadRow, Grid, Wanted
from fanzha.formats.headers import is_total
from fanzha.formats.kernels import pc
from fanzha.formats.lines import Ints, Piece
from fanzha.formats.strings import raw

CONTINUED_MAX = 200
_REMEMBERED = 200_000
_RULES = frozenset("-=_*#~+ \t")
_BOM = b"\xef\xbb\xbf"
Mask = npt.NDArray[np.bool_]


@dataclass(slots=True)
class _Rows:
    """Rows cut one by one: where they stand, and their cells."""

    at: list[int] = field(default_factory=list)  # index of the line in the piece
    cells: list[list[str]] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    structure: int = 0
    eaten: list[int] = field(default_factory=list)  # lines that belong to a row that started above


@dataclass(frozen=True, slots=True)
class Cutter:
    """Cuts pieces of one table. Lines up to `header_line` (physical, 0 for none) are structure.

    `decoded` remembers cells from one piece to the next.
    """

    delimiter: str
    header: tuple[str, ...]
    header_line: int
    decoded: dict[bytes, str | None] = field(default_factory=dict, compare=False, repr=False)

    def cut(self, piece: Piece, wanted: Wanted, *, last: bool, carefully: bool = False) -> tuple[Grid, Piece | None]:
        """The rows of a piece, and the lines at its end that the next piece must finish (None when `last`).

        `carefully` keeps lines with a CR inside from Arrow's parser, which would end a row there.
        """
        asked = frozenset(range(len(self.header))) if wanted is None else wanted
        text = piece.text
        if piece.codec == "utf-8" and _BOM in text:
            text = text.replace(_BOM, b"")
        array = np.frombuffer(text, dtype=np.uint8)
        ends = np.flatnonzero(array == 10).astype(np.int64) + 1
        bounds = np.concatenate((np.zeros(1, dtype=np.int64), ends))
        body = piece.numbers > self.header_line
        counts = _per_line(array, bounds, ord(self.delimiter))
        plain, spread = self._plain(text, array, bounds, counts, body)
        if carefully:
            plain &= _per_line(array, bounds, 13) <= (array[bounds[1:] - 2] == 13)
        careful = np.flatnonzero(body & ~plain)
        by_hand, stop = self._by_hand(text, bounds, piece, careful, last)
        plain[by_hand.eaten] = False
        plain[stop:] = False
        at = np.flatnonzero(plain).astype(np.int64)
        table = self._parse(_lines_at(text, bounds, plain), spread, asked, len(at))
        if table is None:  # a CR inside a line; such lines are cut by hand
            return self.cut(piece, wanted, last=last, carefully=True)
        parsed, undecodable = _as_text(table, piece.codec, self.decoded)
        if undecodable.any():
            by_hand.bad.extend(self._bad(piece, index, "undecodable") for index in at[undecodable].tolist())
            at, parsed = _kept(at, parsed, ~undecodable)
        at, parsed = self._without_totals(at, parsed, piece, by_hand)
        by_hand.structure += int(np.count_nonzero(~body[:stop]))
        grid = self._grid(at, parsed, by_hand, piece, asked)
        if stop >= len(plain):
            return grid, None
        return grid, Piece(text[int(bounds[stop]) :], piece.numbers[stop:], piece.offsets[stop:], codec=piece.codec)

    def _plain(
        self, text: bytes, array: npt.NDArray[np.uint8], bounds: Ints, counts: Ints, body: Mask
    ) -> tuple[Mask, int]:
        """Which lines Arrow may cut together, and how many cells it will find in each."""
        width = len(self.header)
        exact, trailing = counts == width - 1, counts == width
        spread = width + 1 if np.count_nonzero(trailing & body) > np.count_nonzero(exact & body) else width
        plain = body & (trailing if spread > width else exact)
        plain &= np.diff(bounds) > 2 * counts + 4  # shorter lines may be blank
        if b'"' in text:
            plain &= _per_line(array, bounds, 34) == 0
        return plain, spread

    def _parse(self, text: bytes, spread: int, asked: frozenset[int], count: int) -> dict[int, Any] | None:
        """Columns of `count` plain lines by position, as bytes; the cell after the last is at position `width`.

        None where the parser finds another number of rows.
        """
        names = [str(position) for position in range(spread)]
        needed = sorted({*asked, 0, *range(min(3, spread)), spread - 1})
        if not text:
            return {position: pa.array([], pa.binary()) for position in needed}
        try:
            table = csv.read_csv(
                io.BytesIO(text),
                csv.ReadOptions(use_threads=False, column_names=names, block_size=len(text) + 1),
                csv.ParseOptions(delimiter=self.delimiter, quote_char=False),
                csv.ConvertOptions(
                    check_utf8=False,
                    column_types={name: pa.binary() for name in names},
                    include_columns=[str(position) for position in needed],
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            return None
        if table.num_rows != count:
            return None
        return {position: table.column(index).combine_chunks() for index, position in enumerate(needed)}

    def _without_totals(
        self, at: Ints, parsed: dict[int, pa.StringArray], piece: Piece, by_hand: _Rows
    ) -> tuple[Ints, dict[int, pa.StringArray]]:
        """Plain rows without totals, repeated headers and rows with a filled cell after the last."""
        keep = np.ones(len(at), dtype=np.bool_)
        width = len(self.header)
        if width in parsed:
            over = _filled(parsed[width])
            for index in np.flatnonzero(over):
                by_hand.bad.append(self._bad(piece, int(at[index]), "cell_count"))
            keep &= ~over
        for position in range(min(3, width)):
            distinct = pc.unique(parsed[position])
            if len(distinct) > 20_000:
                distinct = distinct.filter(pc.less_equal(pc.utf8_length(distinct), 20))
            strange = [c for c in map(str, distinct.to_pylist()) if is_total(c) or (c and c == self.header[position])]
            for index in np.flatnonzero(_is_in(parsed[position], strange) & keep):
                row = [str(parsed[p][int(index)]) for p in sorted(parsed)]
                if self._is_structure(row, [self.header[p] for p in sorted(parsed) if p < width]):
                    keep[index] = False
                    by_hand.structure += 1
        if keep.all():
            return at, parsed
        return _kept(at, parsed, keep)

    def _is_structure(self, cells: Sequence[str], header: Sequence[str]) -> bool:
        """Whether a row is blank, a rule, a total or the header again."""
        filled = [cell for cell in cells if cell]
        if not filled or is_total(filled[0]):
            return True
        names = [cell for cell in header if cell]
        return filled == names or (len(filled) == 1 and len(header) > 1 and set(filled[0]) <= _RULES)

    def _by_hand(self, text: bytes, bounds: Ints, piece: Piece, careful: Ints, last: bool) -> tuple[_Rows, int]:
        """Cut the lines that are not plain; also the index of the first line left for the next piece."""
        rows, count, done = _Rows(bad=list(piece.bad)), len(bounds) - 1, -1
        for index in careful.tolist():
            if index < done:
                continue
            try:
                line = text[bounds[index] : bounds[index + 1]].decode(piece.codec).rstrip("\r\n")
            except UnicodeDecodeError:
                rows.bad.append(self._bad(piece, index, "undecodable"))
                continue
            cells, used = cut(line, self.delimiter), 1
            if cells is None:
                end = min(count, index + CONTINUED_MAX)
                if not last and end < index + CONTINUED_MAX and bounds[count] - bounds[index] < LINE_BYTES_MAX:
                    longer, used = self._continued(text, bounds, index, end, piece.codec)
                    if longer is None:
                        return rows, index
                    cells = longer
                else:
                    cells, used = self._continued(text, bounds, index, end, piece.codec)
            done = index + used
            rows.eaten.extend(range(index + 1, done))
            if cells and self._is_structure(cells, self.header):
                rows.structure += 1
                continue
            fitted = self._fitted(cells)
            if fitted is None:
                rows.bad.append(self._bad(piece, index, "cell_count"))
                continue
            rows.at.append(index)
            rows.cells.append(fitted)
        return rows, count

    def _continued(self, text: bytes, bounds: Ints, index: int, end: int, codec: str) -> tuple[list[str] | None, int]:
        """A row that starts with an open quote: its cells with the lines it needs, or None and one line."""
        begin = int(bounds[index])
        for stop in range(index + 2, end + 1):
            if bounds[stop] - begin > LINE_BYTES_MAX:
                break
            if b'"' not in text[bounds[stop - 1] : bounds[stop]]:
                continue
            cells = cut(text[begin : int(bounds[stop])].decode(codec, "replace").rstrip("\r\n"), self.delimiter)
            if cells is not None:  # closed, in its place or not
                return (cells, stop - index) if self._fitted(cells) is not None else (None, 1)
        return None, 1

    def _fitted(self, cells: list[str] | None) -> list[str] | None:
        """Cells of exactly the table's width; empty ones after the last are dropped. None where they do not fit."""
        width = len(self.header)
        if cells is None or len(cells) < width or any(cells[width:]) or len(cells) > width + 1:
            return None
        return cells[:width]

    def _bad(self, piece: Piece, index: int, reason: str) -> BadRow:
        return BadRow(int(piece.numbers[index]), int(piece.offsets[index]), reason)

    def _grid(
        self, at: Ints, parsed: dict[int, pa.StringArray], by_hand: _Rows, piece: Piece, asked: frozenset[int]
    ) -> Grid:
        """Plain rows and rows cut by hand, in the order of the file."""
        columns = {position: parsed[position] for position in asked}
        if by_hand.at:
            all_at = np.concatenate((at, np.array(by_hand.at, dtype=np.int64)))
            order = np.argsort(all_at, kind="stable")
            at = all_at[order]
            for position, column in columns.items():
                added = pa.array([cells[position] for cells in by_hand.cells], pa.string())
                columns[position] = pc.take(pa.concat_arrays([column, added]), pa.array(order, pa.int64()))
        return Grid(
            header=self.header,
            cells=tuple(columns.get(position) for position in range(len(self.header))),
            rows=pa.array(piece.numbers[at], pa.int64()),
            offsets=pa.array(piece.offsets[at], pa.int64()),
            bad=tuple(sorted(by_hand.bad, key=lambda bad: bad.row)),
            structure=by_hand.structure,
        )


def _as_text(
    table: dict[int, Any], codec: str, seen: dict[bytes, str | None]
) -> tuple[dict[int, pa.StringArray], Mask]:
    """Columns of bytes as trimmed text, and which rows hold a cell that is not valid in the codec."""
    count = len(next(iter(table.values())))
    columns: dict[int, pa.StringArray] = {}
    undecodable = np.zeros(count, dtype=np.bool_)
    for position, column in table.items():
        offsets, data = raw(column)
        part = data[int(offsets[0]) : int(offsets[-1])]
        if codec == "utf-8" or not (part >= 128).any():
            columns[position] = pc.utf8_trim_whitespace(column.view(pa.string()))
            continue
        coded = pc.dictionary_encode(column)
        if len(seen) > _REMEMBERED:
            seen.clear()
        cells = coded.dictionary.to_pylist()
        seen.update({cell: _decoded(cell, codec) for cell in cells if cell not in seen})
        distinct = [seen[cell] for cell in cells]
        columns[position] = pa.array(distinct, pa.string()).take(coded.indices)
        if None in distinct:
            undecodable |= columns[position].is_null().to_numpy(zero_copy_only=False)
            columns[position] = pc.fill_null(columns[position], "")
    return columns, undecodable


def _decoded(cell: bytes, codec: str) -> str | None:
    try:
        return cell.decode(codec).strip()
    except UnicodeDecodeError:
        return None


def _kept(at: Ints, parsed: dict[int, pa.StringArray], keep: Mask) -> tuple[Ints, dict[int, pa.StringArray]]:
    """The rows under `keep`."""
    mask = pa.array(keep)
    return at[keep], {position: pc.filter(column, mask) for position, column in parsed.items()}


def _per_line(array: npt.NDArray[np.uint8], bounds: Ints, byte: int) -> Ints:
    """How often a byte stands in each line."""
    places = np.flatnonzero(array == byte)
    return np.diff(np.searchsorted(places, bounds)).astype(np.int64)


def _lines_at(text: bytes, bounds: Ints, mask: Mask) -> bytes:
    """The lines under the mask, joined."""
    if mask.all():
        return text
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False]))))
    return b"".join(text[bounds[start] : bounds[stop]] for start, stop in edges.reshape(-1, 2).tolist())


def _filled(column: pa.StringArray) -> Mask:
    mask: Mask = pc.not_equal(column, "").to_numpy(zero_copy_only=False)
    return mask


def _is_in(column: pa.StringArray, values: list[str]) -> Mask:
    if not values:
        return np.zeros(len(column), dtype=np.bool_)
    mask: Mask = pc.is_in(column, value_set=pa.array(values, pa.string())).to_numpy(zero_copy_only=False)
    return mask
