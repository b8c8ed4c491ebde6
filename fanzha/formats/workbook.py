"""XLSX, XLS, ODS and Parquet, each through a confined child process, a block of rows at a time."""

from collections.abc import Callable, Iterator
from functools import partial

import pyarrow as pa

from fanzha.errors import UnreadableFile
from fanzha.formats import confined
from fanzha.formats.confined import Caps
from fanzha.formats.dialect import find_header, width_of
from fanzha.formats.grid import COLUMNS_MAX, SHEET_ROWS, BadRow, Content, Grid, Sheet, Wanted
from fanzha.formats.headers import is_total

BLOCK_ROWS = 50_000
BINARY_BYTES_MAX = 512 << 20
_LOOKED_AT = 200
_SAMPLE = 1_000
_KEPT_CELLS = 200_000  # a book of fewer cells is read once and held
Rows = list[list[str]]
Batches = Callable[[], Iterator[Rows]]


def caps_for(data: bytes | Content) -> Caps:
    """A small file may not cost much: 320 MiB and twelve bytes for each of its own, at most 2 GiB; nor say much: two
    hundred times itself, at least 128 MiB."""
    said = min(2 << 30, max(128 << 20, 200 * len(data)))
    return Caps(memory_bytes=min(2 << 30, (272 << 20) + 12 * len(data)), output_bytes=said)


def is_workbook(data: bytes | Content) -> bool:
    """Whether the bytes may be a workbook: a ZIP with the parts of one, or an OLE file."""
    head = data[:4]
    if head == b"\xd0\xcf\x11\xe0":
        return True
    if head != b"PK\x03\x04" or len(data) > BINARY_BYTES_MAX:
        return False
    # the names of the parts stand in the directory at the end of a ZIP file
    tail = data[max(0, len(data) - (1 << 20)) :] + data[: 1 << 16]
    return b"xl/" in tail or (b"content.xml" in tail and b"spreadsheet" in tail)


def open_workbook(data: bytes | Content, name: str = "") -> list[Sheet]:
    """Every sheet that holds a table, hidden ones included.

    Raises UnreadableFile where the child finds no workbook, or exceeds its memory, time or size.
    """
    caps = caps_for(data)
    names: list[str] = []
    tops: dict[int, Rows] = {}
    heights: dict[int, int] = {}
    for value in confined.values("workbook", data, name, {"rows": _SAMPLE}, caps):
        if isinstance(value, list):
            tops[max(tops)].extend(value)
        elif "sheets" in value:
            names = value["sheets"]
        else:
            heights[value["sheet"]] = value["rows"]
            tops[value["sheet"]] = []
    sheets = []
    for index, top in tops.items():
        if heights[index] <= len(top) and sum(map(len, top)) <= _KEPT_CELLS:
            batches: Batches = partial(_held, top)
        else:
            batches = partial(_again, data, name, index, caps)
        sheet = _sheet(names[index], top, index, batches)
        if sheet is not None:
            sheets.append(sheet)
    return sheets


def _held(rows: Rows) -> Iterator[Rows]:
    yield rows


def _again(data: bytes | Content, name: str, index: int, caps: Caps) -> Iterator[Rows]:
    """All rows of one sheet, by another child."""
    for value in confined.values("workbook", data, name, {"sheet": index}, caps):
        if isinstance(value, list):
            yield value


def _sheet(title: str, rows: Rows, index: int, batches: Batches) -> Sheet | None:
    """A sheet's table; None where the sheet is empty. `rows`: its first ones; `batches` gives all."""
    rows = [_trimmed(row) for row in rows]
    top = rows[:_LOOKED_AT]
    at = find_header(top)
    known = top[at] if at >= 0 else []
    width = width_of(known, top[at + 1 :])
    if not width:
        return None
    if width > COLUMNS_MAX:
        raise UnreadableFile(
            f"the sheet has {width} columns, more than {COLUMNS_MAX}",
            f"工作表有{width}列,超过上限{COLUMNS_MAX}列",
            where=title,
            remedy="Ask the sender for the columns that matter",
            remedy_zh="请来源方只提供所需各栏",
        )
    header = (tuple(known) + ("",) * width)[:width]
    preamble = tuple(" ".join(cell for cell in row if cell) for row in top[: max(at, 0)] if any(row))
    opener = partial(_sheet_blocks, header, batches, at, index * SHEET_ROWS)
    sample = next(_sheet_blocks(header, partial(_held, rows[: at + 1 + _SAMPLE]), at, 0, None))
    return Sheet("xlsx", title, header, preamble, sample, {"sheet": title}, opener)


def _trimmed(row: list[str]) -> list[str]:
    """Cells without outer blanks, and no empty ones at the end."""
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _sheet_blocks(header: tuple[str, ...], batches: Batches, at: int, base: int, wanted: Wanted) -> Iterator[Grid]:
    """Grids of at most about BLOCK_ROWS rows."""
    held: Rows = []
    start = 0
    for batch in batches():
        held += batch
        if len(held) >= BLOCK_ROWS:
            yield _grid(header, held, start, at, base, wanted)
            start, held = start + len(held), []
    if held or not start:
        yield _grid(header, held, start, at, base, wanted)


def _grid(header: tuple[str, ...], rows: Rows, start: int, at: int, base: int, wanted: Wanted) -> Grid:
    """Rows from number `start` of a sheet (from 0) as a grid."""
    width = len(header)
    kept: Rows = []
    numbers: list[int] = []
    bad: list[BadRow] = []
    structure = 0
    for number, raw in enumerate(rows, start=start):
        row = _trimmed(raw)
        first = next((cell for cell in row if cell), "")
        if number <= at or not first or is_total(first) or row == _trimmed(list(header)):
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
    return Grid(header, cells, pa.array(numbers, pa.int64()), offsets, tuple(bad), structure, start == 0)


def open_parquet(data: bytes | Content, name: str = "") -> Sheet | None:
    """A Parquet file; every value as text. None where it is none. Raises UnreadableFile where it is damaged."""
    if data[:4] != b"PAR1" or len(data) > BINARY_BYTES_MAX:
        return None
    said = confined.values("parquet", data, name, {"rows": _SAMPLE, "columns_max": COLUMNS_MAX}, _parquet_caps(data))
    told = next(said, None)
    if not isinstance(told, dict) or not told["header"]:
        return None
    header = tuple(told["header"])
    columns: list[list[str]] = [[] for _ in header]
    for block in said:
        for column, more in zip(columns, block, strict=False):
            column.extend(more)
    sample = _parquet_grid(header, list(columns), 1)
    return Sheet(
        "parquet", name, header, (), sample, {"rows": str(told["rows"])}, partial(_parquet_blocks, data, name, header)
    )


def _parquet_caps(data: bytes | Content) -> Caps:
    """Arrow maps more address space than it fills."""
    caps = caps_for(data)
    return Caps(caps.memory_bytes + (512 << 20), caps.output_bytes)


def _parquet_blocks(data: bytes | Content, name: str, header: tuple[str, ...], wanted: Wanted) -> Iterator[Grid]:
    argument = {"columns": None if wanted is None else sorted(wanted), "columns_max": COLUMNS_MAX}
    row = 1
    for block in confined.values("parquet", data, name, argument, _parquet_caps(data)):
        if isinstance(block, list):
            *columns, count = block
            yield _parquet_grid(header, columns, row, count)
            row += count


def _parquet_grid(header: tuple[str, ...], columns: list[list[str] | None], row: int, count: int = -1) -> Grid:
    count = max((len(column) for column in columns if column is not None), default=0) if count < 0 else count
    cells = tuple(None if column is None else pa.array(column, pa.string()) for column in columns)
    rows = pa.array(range(row, row + count), pa.int64())
    return Grid(header, cells, rows, pa.array([-1] * count, pa.int64()), first=row == 1)
