"""Records back to files: the text of a cell, CSV, JSON lines, workbooks and Parquet.

A cell that a spreadsheet would run (`= + - @`, TAB, CR, also full-width) gets a leading '; reading takes it off again, so that
what is read equals what was written.
"""

import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import xlsxwriter
from pyarrow import parquet

from fanzha.clean.currency import exponent
from fanzha.errors import InputError

CONTAINERS = ("csv", "jsonl", "xlsx", "parquet")
_RISKY = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SAFE_INTEGER = 10**15


def guarded(cell: str) -> str:
    """The cell, with a leading ' where a spreadsheet might take it for a formula. Plain negative numbers stay."""
    return "'" + cell if _RISKY.match(cell) and not _NUMBER.fullmatch(cell) else cell


def csv_cell(cell: str, delimiter: str = ",") -> str:
    """The cell as CSV: guarded, quoted where it must be."""
    safe = guarded(cell)
    if delimiter in safe or '"' in safe or "\n" in safe or "\r" in safe:
        return '"' + safe.replace('"', '""') + '"'
    return safe


def csv_text(header: Sequence[str], columns: Sequence[Iterable[str]], end: str = "") -> str:
    """Comma-separated text with CRLF; `end` (a TAB for the bank export) follows each cell."""
    lines = [",".join(csv_cell(name) + end for name in header)]
    lines.extend(",".join(csv_cell(cell) + end for cell in row) for row in zip(*columns, strict=True))
    return "\r\n".join(lines) + "\r\n"


def texts(table: pa.Table, name: str) -> list[str]:
    """A text column of a record table, "" for null or where the table has no such column."""
    if name not in table.column_names:
        return [""] * len(table)
    return ["" if value is None else str(value) for value in table.column(name).to_pylist()]


def money_texts(table: pa.Table, name: str) -> list[str]:
    """Minor units as decimal numbers of the row's currency."""
    currencies = texts(table, "currency")
    return [
        "" if minor is None else money_text(minor, code or "CNY")
        for minor, code in zip(table.column(name).to_pylist(), currencies, strict=True)
    ]


def money_text(minor: int, currency: str) -> str:
    """3500000 CNY as 35000.00."""
    places = exponent(currency)
    if places == 0:
        return str(minor)
    whole, part = divmod(abs(minor), 10**places)
    return f"{'-' if minor < 0 else ''}{whole}.{part:0{places}d}"


def moment_texts(table: pa.Table, name: str, zone: str) -> list[str]:
    """Wall clocks in `zone` as 2024-01-02 03:04:05; parts of a second are cut off."""
    clock = ZoneInfo(zone)
    return [
        ""
        if at_ms is None
        else datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(clock).strftime("%Y-%m-%d %H:%M:%S")
        for at_ms in table.column(name).to_pylist()
    ]


def write_table(table: pa.Table, container: str) -> bytes:
    """A table as "csv" (UTF-8 with BOM), "jsonl", "xlsx" or "parquet". Raises InputError for another container."""
    if container == "parquet":
        sink = io.BytesIO()
        parquet.write_table(table, sink, compression="zstd")
        return sink.getvalue()
    if container == "jsonl":
        lines = (json.dumps(row, ensure_ascii=False, default=str) for row in table.to_pylist())
        return "".join(line + "\n" for line in lines).encode("utf-8")
    if container == "csv":
        columns = [[_plain(value) for value in column.to_pylist()] for column in table.columns]
        return b"\xef\xbb\xbf" + csv_text(table.column_names, columns).encode("utf-8")
    if container == "xlsx":
        return _workbook(table)
    raise InputError(
        f"no writer for {container!r}; one of {', '.join(CONTAINERS)}",
        f"不支持写出“{container}”,可选:{'、'.join(CONTAINERS)}",
    )


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def _workbook(table: pa.Table) -> bytes:
    """A table as a workbook; integers of more than fifteen digits are written as text to keep them."""
    columns = [[guarded(name), *map(_cell, table.column(name).to_pylist())] for name in table.column_names]
    return workbook([list(row) for row in zip(*columns, strict=True)], "1")


def _cell(value: object) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _SAFE_INTEGER:
        return value
    return guarded(_plain(value))


def workbook(rows: Sequence[Sequence[str | int | float]], name: str, made: datetime | None = None) -> bytes:
    """One sheet called `name`: text stays text, numbers become numbers. `made` is the time written into the file, so
    that the same rows can give the same bytes."""
    sink = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(sink, options)
    if made is not None:
        book.set_properties({"created": made})
    sheet = book.add_worksheet(name)
    for at, row in enumerate(rows):
        for place, value in enumerate(row):
            if not isinstance(value, str):
                sheet.write_number(at, place, value)
            elif value:
                sheet.write_string(at, place, value)
    book.close()
    return sink.getvalue()
