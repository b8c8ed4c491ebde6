"""Lines below and between the rows of a table that are no rows: counts, rules, closing sentences. They are structure.

In a text such a line has too few cells and would be quarantined; in a workbook it is a row of one cell.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa

from fanzha.formats.grid import BadRow, Content, Grid, Sheet, Source, Wanted
from fanzha.formats.kernels import pc
from fanzha.formats.sheets import content

_LINE_BYTES = 400


def without_footers(sheet: Sheet, source: Source, pattern: re.Pattern[str]) -> Sheet:
    """The sheet with the lines that `pattern` matches from their start as structure. The rest stays as it was."""
    return replace(sheet, open_blocks=partial(_blocks, sheet, content(source), pattern))


def _blocks(sheet: Sheet, data: bytes | Content, pattern: re.Pattern[str], wanted: Wanted) -> Iterator[Grid]:
    codec = sheet.dialect.get("encoding", "")
    for grid in sheet.blocks():  # all columns: whether a row holds one cell only shows in all of them
        bad = tuple(one for one in grid.bad if not (codec and _is_footer(one, data, pattern, codec)))
        whole = _without_lone_cells(
            replace(grid, bad=bad, structure=grid.structure + len(grid.bad) - len(bad)), pattern
        )
        asked = range(len(whole.cells)) if wanted is None else wanted
        yield replace(whole, cells=tuple(cells if at in asked else None for at, cells in enumerate(whole.cells)))


def _is_footer(bad: BadRow, data: bytes | Content, pattern: re.Pattern[str], codec: str) -> bool:
    if bad.reason != "cell_count" or bad.byte_offset < 0:
        return False
    line = bytes(data[bad.byte_offset : bad.byte_offset + _LINE_BYTES])
    text = line.decode(codec, "replace").partition("\n")[0]
    return pattern.match(text.strip("\ufeff \t\r\"'")) is not None


def _without_lone_cells(grid: Grid, pattern: re.Pattern[str]) -> Grid:
    """The grid without rows of which only the first cell is filled, should that be a footer."""
    columns = [column for column in grid.cells if column is not None]
    matched = [bool(cell and pattern.match(cell)) for cell in map(str, grid.column(0).to_pylist())]
    if not any(matched) or len(columns) < 2:
        return grid
    filled = [pc.not_equal(column, "").to_numpy(zero_copy_only=False) for column in columns[1:]]
    keep = ~(np.array(matched, dtype=np.bool_) & ~np.logical_or.reduce(filled))
    mask = pa.array(keep)
    return replace(
        grid,
        cells=tuple(None if column is None else column.filter(mask) for column in grid.cells),
        rows=grid.rows.filter(mask),
        offsets=grid.offsets.filter(mask),
        structure=grid.structure + int(np.count_nonzero(~keep)),
    )
