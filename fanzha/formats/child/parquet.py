"""A Parquet file to texts: {"header": [names], "rows": count}, then lists of columns, each a list of texts, a block at a time.

`argument`: {"rows": N} for the first N rows, {"columns": [positions]} for some of the columns (others are null).
"""

import io
import json
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow import parquet

from fanzha.formats.child.saying import NotThis, Say, TooMuch
from fanzha.formats.kernels import pc

BLOCK_ROWS = 20_000
FRAME_CELLS = 200_000
TRUSTED_ROWS = 1_000_000  # beyond these a record of its own time and amount needs a byte at least; a bomb needs none


def main(pipe: BinaryIO, say: Say, argument: dict[str, Any]) -> None:
    """Read the file, say its columns."""
    pa.set_io_thread_count(1)
    try:
        data = pipe.read()
        file = parquet.ParquetFile(io.BytesIO(data), pre_buffer=False)
        names = file.schema_arrow.names
        if len(names) > argument["columns_max"] or file.metadata.num_rows > max(TRUSTED_ROWS, len(data)):
            raise TooMuch
        say({"header": names, "rows": file.metadata.num_rows})
        left = argument.get("rows")
        wanted = argument.get("columns")
        step = max(1, min(BLOCK_ROWS, FRAME_CELLS // max(1, len(names)), left or BLOCK_ROWS))
        for batch in file.iter_batches(batch_size=step, use_threads=False):
            if left is not None:
                batch = batch.slice(0, left)
                left -= batch.num_rows
            say(
                [_texts(batch.column(i)) if wanted is None or i in wanted else None for i in range(len(names))]
                + [batch.num_rows]
            )
            if left == 0:
                break
    except (pa.ArrowException, OSError, ValueError) as error:
        raise NotThis from error


def _texts(column: Any) -> list[str]:
    """Every value as text, null as ""; nested values as JSON, dates with a blank between day and clock."""
    try:
        text = pc.cast(column, pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        text = pa.array([_one(value) for value in column.to_pylist()], pa.string())
    texts: list[str] = pc.utf8_trim_whitespace(pc.fill_null(text, "")).to_pylist()
    return texts


def _one(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return json.dumps(value, ensure_ascii=False, default=str)
