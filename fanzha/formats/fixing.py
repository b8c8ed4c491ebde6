"""A person's corrections of single rows, put into the cells before anything is understood: what follows, follows from them.

A corrected row is read by the same reader as every other; a row that could not be cut can be given its cells; a row that
does not count goes to quarantine as `dropped`. Each corrected row that is kept carries a note with the number of the act.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from fanzha.errors import NotFound
from fanzha.formats.columns import record
from fanzha.formats.grid import BadRow, Fix, Grid, Reading


@dataclass(frozen=True, slots=True)
class Fixed:
    """A grid with its corrections put in: rows dropped, and for the others which act touched which columns."""

    grid: Grid
    dropped: tuple[BadRow, ...]
    touched: Mapping[int, Fix]


def position_of(header: tuple[str, ...], name: str) -> int:
    """Where a column stands: by its name as written, or as #3 for the third. NotFound names the columns."""
    if name in header:
        return header.index(name)
    if name.startswith("#") and name[1:].isdigit() and 1 <= int(name[1:]) <= len(header):
        return int(name[1:]) - 1
    shown = ", ".join(cell or f"#{place}" for place, cell in enumerate(header, 1))
    raise NotFound(
        f"the table has no column {name!r}",
        f"表格没有名为 {name!r} 的列",
        remedy=f"columns: {shown}",
        remedy_zh=f"现有列:{shown}",
    )


def fixed(grid: Grid, fixes: Mapping[int, Fix]) -> Fixed:
    """The grid as it reads after the corrections. Rows without one are untouched."""
    numbers = grid.rows.to_numpy()
    here = {int(number): index for index, number in enumerate(numbers.tolist()) if number in fixes}
    lost = {bad.row: bad for bad in grid.bad if bad.row in fixes}
    if not here and not lost:
        return Fixed(grid, (), {})
    dropped = [
        BadRow(row, int(grid.offsets[index].as_py()), "dropped") for row, index in here.items() if fixes[row].drop
    ]
    dropped += [replace(bad, reason="dropped", field="") for bad in lost.values() if fixes[bad.row].drop]
    given = [bad for bad in lost.values() if not fixes[bad.row].drop and fixes[bad.row].cells]
    touched = {row: fixes[row] for row in (*here, *(bad.row for bad in given)) if not fixes[row].drop}
    keep = np.ones(len(numbers), dtype=np.bool_)
    keep[[index for row, index in here.items() if fixes[row].drop]] = False
    order = np.argsort(np.concatenate((numbers[keep], [bad.row for bad in given])), kind="stable")
    places = pa.array(order, pa.int64())
    cells: list[pa.StringArray | None] = []
    for position, column in enumerate(grid.cells):
        if column is None:
            cells.append(None)
            continue
        texts = [str(text) for text in column.to_pylist()]
        for row, index in here.items():
            texts[index] = _cell(grid.header, fixes[row], position, texts[index])
        kept = [text for text, stays in zip(texts, keep.tolist(), strict=True) if stays]
        kept += [_cell(grid.header, fixes[bad.row], position, "") for bad in given]
        cells.append(pa.array(kept, pa.string()).take(places))
    rows = np.concatenate((numbers[keep], np.array([bad.row for bad in given], np.int64)))
    offsets = np.concatenate((grid.offsets.to_numpy()[keep], np.array([bad.byte_offset for bad in given], np.int64)))
    mended = Grid(
        grid.header,
        tuple(cells),
        pa.array(rows[order], pa.int64()),
        pa.array(offsets[order], pa.int64()),
        tuple(bad for bad in grid.bad if bad.row not in touched and not (bad.row in lost and fixes[bad.row].drop)),
        grid.structure,
        grid.first,
    )
    return Fixed(mended, tuple(dropped), touched)


def _cell(header: tuple[str, ...], fix: Fix, position: int, now: str) -> str:
    for name, text in fix.cells:
        if position_of(header, name) == position:
            return text
    return now


def remarked(reading: Reading, done: Fixed) -> Reading:
    """The reading with the rows that were dropped, and a note on each corrected row that was kept."""
    refused = {bad.row for bad in reading.bad}
    kept = [row for row in done.touched if row not in refused]
    bad = (*reading.bad, *done.dropped)
    notes = reading.notes
    if kept:
        rows, offsets = done.grid.rows.to_numpy().tolist(), done.grid.offsets.to_numpy().tolist()
        places = dict(zip(rows, offsets, strict=True))
        added = record(
            "notes",
            pa.array(kept, pa.int64()),
            pa.array([places.get(row, -1) for row in kept], pa.int64()),
            {
                "code": pa.array(["corrected"] * len(kept), pa.string()),
                "field": pa.array(
                    [", ".join(name for name, _ in done.touched[row].cells) for row in kept], pa.string()
                ),
                "detail_minor": pa.array([done.touched[row].act for row in kept], pa.int64()),
            },
        )
        notes = pa.concat_tables([notes, added.select(notes.column_names).cast(notes.schema)])
    return Reading(reading.tables, bad, notes, reading.kept, reading.structure, reading.rows_in + len(done.dropped))
