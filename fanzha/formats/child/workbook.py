"""XLSX, XLS and ODS to texts.

Says {"sheets": [names]}, then for each sheet {"sheet": index, "rows": height} and lists of rows of texts, empty rows
included. `argument`: {"rows": N} for the first N rows of every sheet, {"sheet": I} for the whole of one.
"""

import datetime
import io
from typing import Any, BinaryIO

import python_calamine

from fanzha.formats.child.saying import NotThis, Say, TooMuch

CELLS_MAX = 60_000_000
SHEETS_MAX = 1_000
FRAME_CELLS = 20_000
DIGITS_SAFE = 10**15


def text_of(value: object) -> str:
    """A cell as text. A number above fifteen digits has lost the rest and is written 6.22202E+18, so that it shows."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        if abs(value) >= DIGITS_SAFE:
            return f"{value:.14E}".replace("E+0", "E+")
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value)


def main(pipe: BinaryIO, say: Say, argument: dict[str, Any]) -> None:
    """Read the book, say its cells."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(pipe.read()))
        if len(book.sheet_names) > SHEETS_MAX:
            raise TooMuch
        say({"sheets": book.sheet_names})
        chosen = range(len(book.sheet_names)) if argument.get("sheet") is None else [argument["sheet"]]
        for index in chosen:
            sheet = book.get_sheet_by_index(index)
            if sheet.total_height * sheet.total_width > CELLS_MAX:
                raise TooMuch
            say({"sheet": index, "rows": sheet.total_height})
            _rows(sheet, say, argument.get("rows"))
    except (python_calamine.CalamineError, ValueError, OSError, IndexError) as error:
        raise NotThis from error


def _rows(sheet: Any, say: Say, limit: int | None) -> None:
    start = sheet.start
    if start is None:
        return
    lead, margin = start  # rows and columns before the first cell that is used
    frame: list[list[str]] = [[] for _ in range(min(lead, limit or lead))]
    cells = 0
    for number, row in enumerate(sheet.iter_rows()):
        if limit is not None and lead + number >= limit:
            break
        frame.append([""] * margin + [text_of(value) for value in row])
        cells += len(row) + 1
        if cells > FRAME_CELLS:
            say(frame)
            frame, cells = [], 0
    if frame:
        say(frame)
