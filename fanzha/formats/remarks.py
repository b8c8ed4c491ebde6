"""What is to be said about a document that was read as a whole, beside what its rows say."""

from dataclasses import replace

import pyarrow as pa

from fanzha.formats.columns import record
from fanzha.formats.grid import Reading


def remarked(reading: Reading, code: str, count: int, row: int = 1) -> Reading:
    """The reading with one more note on a row that was kept, of size `count`; unchanged for none."""
    if not count or not reading.kept:
        return reading
    added = record(
        "notes",
        pa.array([row], pa.int64()),
        pa.array([-1], pa.int64()),
        {"code": pa.array([code]), "field": pa.array(["text"]), "detail_minor": pa.array([count], pa.int64())},
    )
    notes = pa.concat_tables([reading.notes, added.select(reading.notes.column_names).cast(reading.notes.schema)])
    return replace(reading, notes=notes)
