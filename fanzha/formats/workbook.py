"""XLSX, XLS and ODS through a capped child process; Parquet in-process."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from fanzha.errors import UnreadableFile
from fanzha.formats import xlsx_child
from fanzha.formats.dialect import find_header, width_of
from fanzha.formats.grid import COLUMNS_MAX, SHEET_ROWS, BadRow, Grid, Sheet, Wanted
from fanzha.formats.headers import is_total
from fanzha.formats.kernels import pc

WALL_SECONDS = 120
BLOCK_ROWS = 50_000
PARQUET_BYTES_MAX = 2 << 30
_LOOKED_AT = 200
_SAMPLE = 1_000


def is_workbook(data: bytes) -> bool:
    """Whether the bytes may be a workbook: a ZIP with the parts of one, or an OLE file."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return True
    return data.startswith(b"PK\x03\x04") and (b"xl/" in data or b"content.xml" in data)


def open_workbook(data: bytes, name: str = "") -> list[Sheet]:
    """Every sheet that holds a table, hidden ones included.

    Raises UnreadableFile where the child finds no workbook, or exceeds its memory, time or size.
    """
    sheets = []
    for index, (title, rows) in enumerate(_cells(data, name)):
        sheet = _sheet(title, rows, index)
        if sheet is not None:
            sheets.append(sheet)
    return sheets


def _cells(data: bytes, name: str) -> list[tuple[str, list[list[str]]]]:
    """(sheet name, rows of texts) for each sheet, as the child tells it."""
    command = [sys.executable, "-I", str(Path(xlsx_child.__file__))]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=WALL_SECONDS, env={}, cwd="/")  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise _refused(name, "time") from error
    if done.returncode != 0:
        raise _refused(name, {3: "not a workbook", 4: "size"}.get(done.returncode, "memory or time"))
    names: list[str] = []
    found: list[tuple[str, list[list[str]]]] = []
    for line in done.stdout.splitlines():
        value = json.loads(line)
        if isinstance(value, dict):
            names = value.get("sheets", names)
            if "sheet" in value:
                found.append((names[value["sheet"]], []))
        else:
            found[-1][1].append(value)
    return found


def _refused(name: str, why: str) -> UnreadableFile:
    return UnreadableFile(
        f"the workbook could not be opened ({why})",
        f"无法打开工作簿({why})",
        where=name,
        remedy="Ask the sender for the table as CSV",
        remedy_zh="请来源方以 CSV 格式重新提供",
    )


def _sheet(title: str, rows: list[list[str]], index: int) -> Sheet | None:
    """A sheet's table; None where the sheet is empty."""
    rows = [_trimmed(row) for row in rows]
    top = rows[:_LOOKED_AT]
    at = find_header(top)
    known = top[at] if at >= 0 else []
    width = width_of(known, top[at + 1 :])
    if not width:
        return None
    if width > COLUMNS_MAX:
        raise UnreadableFile(f"the sheet has {width} columns, more than {COLUMNS_MAX}", f"工作表有{width}列,超过上限")
    header = (tuple(known) + ("",) * width)[:width]
    preamble = tuple(" ".join(cell for cell in row if cell) for row in top[: max(at, 0)] if any(row))
    opener = partial(_sheet_blocks, header, rows, at, index * SHEET_ROWS)
    sample = next(_sheet_blocks(header, rows[: at + 1 + _SAMPLE], at, 0, None))
    return Sheet("xlsx", title, header, preamble, sample, {"sheet": title}, opener)


def _trimmed(row: list[str]) -> list[str]:
    """Cells without outer blanks, and no empty ones at the end."""
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _sheet_blocks(header: tuple[str, ...], rows: list[list[str]], at: int, base: int, wanted: Wanted) -> Iterator[Grid]:
    width = len(header)
    for start in range(0, max(1, len(rows)), BLOCK_ROWS):
        kept: list[list[str]] = []
        numbers: list[int] = []
        bad: list[BadRow] = []
        structure = 0
        for number, row in enumerate(rows[start : start + BLOCK_ROWS], start=start):
            first = next((cell for cell in row if cell), "")
            if number <= at or not first or is_total(first) or row == list(header):
                structure += 1
            elif any(row[width:]):
                bad.append(BadRow(base + number + 1, -1, "cell_count"))
            else:
                kept.append((row + [""] * width)[:width])
                numbers.append(base + number + 1)
        cells = tuple(
            pa.array([row[position] for row in kept], pa.string()) if wanted is None or position in wanted else None
            for position in range(width)
        )
        offsets = pa.array([-1] * len(kept), pa.int64())
        yield Grid(header, cells, pa.array(numbers, pa.int64()), offsets, tuple(bad), structure, start == 0)


def open_parquet(data: bytes, name: str = "") -> Sheet | None:
    """A Parquet file; every value as text. None where it is none. Raises UnreadableFile where it is damaged."""
    if not data.startswith(b"PAR1"):
        return None
    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        header = tuple(file.schema_arrow.names)
        if len(header) > COLUMNS_MAX or not header:
            return None
        sample = next(_parquet_blocks(data, header, None), None)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UnreadableFile("the Parquet file is damaged", "Parquet 文件已损坏", where=name) from error
    if sample is None:
        return None
    details = {"rows": str(file.metadata.num_rows)}
    opener = partial(_parquet_blocks, data, header)
    return Sheet("parquet", name, header, (), sample, details, opener)


def _parquet_blocks(data: bytes, header: tuple[str, ...], wanted: Wanted) -> Iterator[Grid]:
    file, row = parquet.ParquetFile(io.BytesIO(data)), 1
    try:
        for batch in file.iter_batches(batch_size=BLOCK_ROWS):
            count = batch.num_rows
            cells = tuple(
                _as_text(batch.column(position)) if wanted is None or position in wanted else None
                for position in range(len(header))
            )
            rows = pa.array(range(row, row + count), pa.int64())
            yield Grid(header, cells, rows, pa.array([-1] * count, pa.int64()), first=row == 1)
            row += count
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile("the Parquet file is damaged", "Parquet 文件已损坏", where=f"row {row}") from error


def _as_text(column: pa.Array) -> pa.StringArray:  # type: ignore[type-arg]
    """Every value as text, null as ""; nested values as JSON, dates with a blank between day and clock."""
    try:
        text = pc.cast(column, pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        text = pa.array([_one_text(value) for value in column.to_pylist()], pa.string())
    result: pa.StringArray = pc.utf8_trim_whitespace(pc.fill_null(text, ""))
    return result


def _one_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return json.dumps(value, ensure_ascii=False, default=str)
