"""Where the table starts in the first lines of a file, and what separates its cells.

Cells that end with a TAB before each comma (the bank feedback export) make TAB look like a perfect delimiter of one more
column; a delimiter whose cells begin with another delimiter is therefore refused.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from fanzha.formats.headers import is_known

DELIMITERS = (",", "\t", ";", "|")
HEADER_LINES_MAX = 60
_LABEL_MAX = 40
_VALUE = re.compile(r"^[-+¥$]?[\d\s.,:/\-*]+$|://|@|^0x[0-9a-f]{8,}", re.IGNORECASE)
_OPEN = re.compile(r'[ \t]*"(?:[^"]++|"")*+')


@dataclass(frozen=True, slots=True)
class Dialect:
    """How lines are cut.

    header_at  index among the lines looked at, -1 where the table has no header; width: cells of a row
    """

    delimiter: str
    header: tuple[str, ...]
    header_at: int
    width: int


@cache
def _cell(delimiter: str) -> re.Pattern[str]:
    blanks = "[ ]*" if delimiter == "\t" else "[ \t]*"
    d = re.escape(delimiter)
    return re.compile(rf'{blanks}"((?:[^"]++|"")*+)"{blanks}\r?(?={d}|\n?\Z)|([^{d}]*)')


def cut(text: str, delimiter: str) -> list[str] | None:
    """The cells of one row, trimmed; None where a quote is left open, [] where one stands where none can."""
    if '"' not in text:
        return [cell.strip() for cell in text.split(delimiter)]
    cells: list[str] = []
    position, pattern = 0, _cell(delimiter)
    while True:
        found = pattern.match(text, position)
        if found is None:
            return []
        quoted, bare = found.groups()
        if quoted is not None:
            cells.append(quoted.replace('""', '"').strip())
        else:
            bare = bare.rstrip("\r\n")
            if bare.lstrip(" \t").startswith('"'):
                return None if _OPEN.fullmatch(text, position) else []
            if "\n" in bare:
                return []
            cells.append(bare.strip())
        position = found.end()
        if position >= len(text) or text[position] != delimiter:
            return cells if text[position:].strip("\r\n") == "" else []
        position += 1


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """Index of the header among the first rows, -1 where there is none.

    The row with the most names known for columns; where none is known, the first row of the usual width that holds only
    labels.
    """
    best, best_known = -1, 1
    for index, row in enumerate(rows[:HEADER_LINES_MAX]):
        filled = [cell for cell in row if cell]
        known = sum(1 for cell in filled if len(cell) <= _LABEL_MAX and is_known(cell))
        if known > best_known and 3 * known >= len(filled):
            best, best_known = index, known
    if best >= 0:
        return best
    usual = _usual([len(row) for row in rows if any(row)])
    for index, row in enumerate(rows[:HEADER_LINES_MAX]):
        filled = [cell for cell in row if cell]
        if filled and abs(len(row) - usual) <= 1:
            if len(filled) * 2 >= len(row) and len(set(filled)) * 2 > len(filled) and all(map(is_label, filled)):
                return index
            return -1
    return -1


def is_label(cell: str) -> bool:
    """Whether a cell may be the name of a column rather than a value."""
    return len(cell) <= _LABEL_MAX and "\n" not in cell and _VALUE.search(cell) is None


def _usual(counts: list[int]) -> int:
    return Counter(counts).most_common(1)[0][0] if counts else 0


def width_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Cells of a row: as many as named columns, or more where rows regularly fill unnamed ones."""
    named = max((i + 1 for i, cell in enumerate(header) if cell), default=0)
    usual = _usual([len(row) for row in rows if any(row)])
    if usual <= named:
        return named
    filled = sum(1 for row in rows if len(row) == usual and row[-1])
    return usual if usual > named + 1 or filled * 2 > len(rows) else named


def find_dialect(lines: Sequence[str]) -> Dialect | None:
    """How the first lines of a file are cut, or None where they are not a table."""
    choices: list[tuple[float, Dialect]] = []
    full = [line for line in lines if line.strip()]
    if not full:  # blanks and delimiters alone are no table
        return None
    for rank, delimiter in enumerate(DELIMITERS):
        rows = [cut(line, delimiter) or [] for line in lines]
        counts = [len(row) for row in rows if len(row) > 1]
        if not counts:
            continue
        usual = _usual(counts)
        share = sum(1 for count in counts if abs(count - usual) <= 1) / len(full)
        at = find_header(rows)
        known = sum(1 for cell in rows[at] if cell and is_known(cell)) if at >= 0 else 0
        if known < 2 and (share < 0.6 or (len(full) < 3 if at < 0 else len(full) < 2) or (at < 0 and share < 0.9)):
            continue
        if known < 2 and not _holds_values(rows[at + 1 :], usual):
            continue
        others = tuple(other for other in DELIMITERS if other != delimiter)
        inside = [cell for row in rows for cell in row if cell]
        intruded = sum(1 for cell in inside if cell.startswith(others)) / max(1, len(inside))
        if intruded > 0.3:
            continue
        header = tuple(rows[at]) if at >= 0 else ()
        width = width_of(header, rows[at + 1 :]) or usual
        header = (header + ("",) * width)[:width]
        choices.append((share + min(known, 6) / 4 - intruded - rank / 100, Dialect(delimiter, header, at, width)))
    if choices:
        return max(choices, key=lambda choice: choice[0])[1]
    return _one_column(lines)


def _holds_values(rows: Sequence[Sequence[str]], usual: int) -> bool:
    """Whether rows without known names look like data rather than prose cut at its commas: numbers, dates, addresses."""
    inside = [cell for row in rows if len(row) == usual for cell in row if cell]
    return bool(inside) and 4 * sum(1 for cell in inside if _VALUE.search(cell)) >= len(inside)


def _one_column(lines: Sequence[str]) -> Dialect | None:
    """A list: one known name, then one value a line."""
    for index, line in enumerate(lines):
        if line.strip():
            name = line.strip().strip('"')
            follows = any(later.strip() for later in lines[index + 1 :])
            return Dialect(",", (name,), index, 1) if follows and len(name) <= 20 and is_known(name) else None
    return None
