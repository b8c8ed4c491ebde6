"""Runs alone, as `python -I xlsx_child.py`: a workbook on standard input, its cells as JSON lines on standard output.

It has a cap on memory and on time, an empty environment, no keys and no database; it imports nothing of Fanzha. First line: {"sheets":
[names]}; then for each sheet {"sheet": index} and one JSON array of texts for each row, empty rows included.
"""

import datetime
import io
import json
import resource
import sys

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 60
CELLS_MAX = 40_000_000
OUTPUT_BYTES_MAX = 400_000_000
DIGITS_SAFE = 10**15


def text_of(value: object) -> str:
    """A cell as text. A number above fifteen digits has lost the rest and is written 6.22202E+18, so that it shows."""
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


def main() -> int:
    """Read, convert, write. Exit status 0, or 3 where it is no workbook, 4 where it is too large."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    import python_calamine  # only now, under the caps

    data = sys.stdin.buffer.read()
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sys.stdout.write(json.dumps({"sheets": book.sheet_names}) + "\n")
        cells = written = 0
        for index, name in enumerate(book.sheet_names):
            sheet = book.get_sheet_by_name(name)
            cells += sheet.total_height * sheet.total_width
            if cells > CELLS_MAX:
                return 4
            sys.stdout.write(json.dumps({"sheet": index}) + "\n")
            for row in sheet.to_python(skip_empty_area=False):
                line = json.dumps([text_of(value) for value in row])
                written += len(line)
                if written > OUTPUT_BYTES_MAX:
                    return 4
                sys.stdout.write(line + "\n")
    except (python_calamine.CalamineError, ValueError, OSError):
        return 3
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
