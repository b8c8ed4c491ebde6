"""Damage every example at random and count rows by other means than the reader's: nothing may be lost or guessed.

    python -m tests.hostile.damage --files 500 --seed 20261123 --result bench/results/damage.json

Each file is an example with one to four kinds of damage. It must be read or refused as a whole (UnreadableFile). Where it is
read, the rows counted here (physical lines; rows of the csv module where quotes may join lines; rows of the workbook that
was written) must be kept, quarantined or structure; and a row whose direction was replaced by a word that means nothing must
never become a leg or a call.
"""

import argparse
import csv
import io
import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import python_calamine
import xlsxwriter

from fanzha.errors import UnreadableFile
from fanzha.formats import known
from fanzha.formats.grid import SHEET_ROWS, Recognition, Source

EXAMPLES = Path(__file__).parents[2] / "examples"
# Names of columns that say which way, the surest first; 类型 says so in call records alone.
DIRECTIONS = (
    *("收付标志", "事件类型", "Direction", "Debit/Credit", "Call Type", "收/支", "收入/支出", "借贷类型", "借贷标志"),
    *("收支类型", "jdbz", "类型"),
)
PLANTED = re.compile(r"向无[0-9]{3}此")  # no vocabulary has it
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")
Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Damaged:
    """A damaged file. `rows`: (least, most) rows it holds, None where they cannot be counted from outside; `planted`: row
    numbers whose direction is a word that means nothing."""

    name: str
    kinds: tuple[str, ...]
    data: bytes
    rows: tuple[int, int] | None
    planted: frozenset[int]


@dataclass
class Tally:
    """What all files together showed; `failures` must be empty."""

    files: int = 0
    read: int = 0
    refused: int = 0
    rows_in: int = 0
    kept: int = 0
    quarantined: int = 0
    structure: int = 0
    counted_exactly: int = 0
    counted_within_bounds: int = 0
    not_counted: int = 0
    planted: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def samples() -> list[Path]:
    """Every example that is one file."""
    found = [path for folder in ("formats", "city") for path in sorted((EXAMPLES / folder).iterdir()) if path.is_file()]
    if not found:
        raise FileNotFoundError(EXAMPLES)
    return found


# --- damage to lines of text -----------------------------------------------------------------------------------------


def cells_of(line: str) -> tuple[list[str], str]:
    """The cells of a line that has no quotes, and what separates them."""
    delimiter = "," if "\t," in line else max(",\t;|", key=line.count)  # the bank's export ends each cell with a TAB
    return line.split(delimiter), delimiter


def header_of(lines: list[str]) -> tuple[int, int] | None:
    """(line, column) of the direction in the header, from 0; None where there is none."""
    for index, line in enumerate(lines[:60]):
        names = [cell.strip(" \t\ufeff\"'") for cell in cells_of(line)[0]]
        found = [names.index(name) for name in DIRECTIONS if name in names and (name != "类型" or "对方号码" in names)]
        if found and len(names) > 3:
            return index, found[0]
    return None


def plant(lines: list[str], rng: random.Random) -> list[str]:
    """Directions of some rows replaced by words that mean nothing."""
    header = header_of(lines)
    if header is None:
        return lines
    out = list(lines)
    for index in rng.sample(range(header[0] + 1, len(lines)), k=min(5, len(lines) - header[0] - 1)):
        if '"' in lines[index] and "," in re.sub(r'"[^"]*"', lambda m: m[0].replace(",", ""), lines[index]):
            cells = next(csv.reader([lines[index]]))
            if len(cells) > header[1] and cells[header[1]].strip():
                cells[header[1]] = f"向无{index % 1000:03d}此"
                out[index] = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
            continue
        cells, delimiter = cells_of(lines[index])
        if len(cells) > header[1] and cells[header[1]].strip("\t '"):
            cells[header[1]] = f"向无{index % 1000:03d}此"
            out[index] = delimiter.join(cells)
    return out


def shuffle(lines: list[str], rng: random.Random) -> list[str]:
    """The columns in another order, in every line of the usual width."""
    if any('"' in line for line in lines):
        return lines
    usual = max(lines, key=lambda line: len(cells_of(line)[0]), default="")
    width, delimiter = len(cells_of(usual)[0]), cells_of(usual)[1]
    order = rng.sample(range(width), k=width)
    cut = [line.split(delimiter) for line in lines]
    return [
        delimiter.join(row[i] for i in order) if len(row) == width else line
        for row, line in zip(cut, lines, strict=True)
    ]


def double_header(lines: list[str], rng: random.Random) -> list[str]:
    """The header again, somewhere below."""
    header = header_of(lines)
    at = header[0] if header else 0
    below = rng.randrange(at, len(lines)) + 1
    return [*lines[:below], *lines[at : at + 1], *lines[below:]]


def splice(lines: list[str], rng: random.Random) -> list[str]:
    """Two lines run into one, a line cut in two, a line twice."""
    out = list(lines)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(out))
        line = out[at]
        cut = rng.randrange(len(line) + 1)
        out[at : at + 1] = rng.choice(
            ([line[:cut], line[cut:]], [line, line], [line + (out[at + 1] if at + 1 < len(out) else "")])
        )
    return out


def delimiter(lines: list[str], rng: random.Random) -> list[str]:
    """Another delimiter, in all lines or in some."""
    other, share = rng.choice("\t;|，,"), rng.choice((1.0, 1.0, 0.1))
    return [line.replace(cells_of(line)[1], other) if rng.random() < share else line for line in lines]


def quotes(lines: list[str], rng: random.Random) -> list[str]:
    """Quotes deleted, or put where none should be."""
    out = list(lines)
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(out))
        line = out[at]
        if '"' in line and rng.random() < 0.5:
            out[at] = line.replace('"', "", 1)
        else:
            place = rng.randrange(len(line) + 1)
            out[at] = line[:place] + '"' + line[place:]
    return out


def fillers(lines: list[str], rng: random.Random) -> list[str]:
    """Blank lines, rules, totals."""
    out = list(lines)
    for _ in range(rng.randrange(1, 5)):
        out.insert(rng.randrange(len(out) + 1), rng.choice(("", "   ", ",,,,", "-----", "合计,,,99.00", "\t")))
    return out


ON_LINES: dict[str, Callable[[list[str], random.Random], list[str]]] = {
    "unknown_words": plant,
    "shuffled_columns": shuffle,
    "double_header": double_header,
    "spliced_lines": splice,
    "other_delimiter": delimiter,
    "quotes": quotes,
    "filler_lines": fillers,
}


# --- damage to bytes -------------------------------------------------------------------------------------------------


def flip(data: bytes, rng: random.Random) -> bytes:
    """Some bits."""
    out = bytearray(data)
    for _ in range(rng.randrange(1, 20)):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def cut(data: bytes, rng: random.Random) -> bytes:
    """The end missing."""
    return data[: rng.randrange(len(data) // 4, len(data))]


def hole(data: bytes, rng: random.Random) -> bytes:
    """A piece missing."""
    start = rng.randrange(len(data))
    return data[:start] + data[start + rng.randrange(1, 400) :]


def noise(data: bytes, rng: random.Random) -> bytes:
    """Random bytes, or NULs, put in."""
    start = rng.randrange(len(data))
    return data[:start] + rng.choice((rng.randbytes(30), bytes(16), b"\xff\xfe", b"\x1a")) + data[start:]


ON_BYTES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "flipped_bits": flip,
    "cut_off": cut,
    "hole": hole,
    "noise": noise,
}


# --- files -----------------------------------------------------------------------------------------------------------


def text_of(data: bytes) -> tuple[str, str] | None:
    """(text, encoding) of an example."""
    if b"\0" in data[:64]:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return None


def lines_in(data: bytes, encoding: str) -> int:
    """Physical lines of a file as it now is."""
    if encoding.startswith("utf-16"):
        text = data.decode(encoding, "replace").replace("\r\n", "\n")
        return text.count("\n") + (not text.endswith("\n"))
    return data.count(b"\n") + (not data.endswith(b"\n"))


def bounds(data: bytes, encoding: str) -> tuple[int, int]:
    """The least and the most rows a table in this text can have: a quoted cell may join lines."""
    most = lines_in(data, encoding)
    if b'"' not in data:
        return most, most
    text = data.decode(encoding, "replace").replace("\r", " ").replace("\0", " ")
    lines = [line + "\n" for line in text.split("\n")]
    least = most
    for separator in ",\t;|":
        count = sum(1 for _ in csv.reader(lines, delimiter=separator, skipinitialspace=True))
        least = min(least, count)
    return max(1, least - 1), most


def planted_in(data: bytes, encoding: str, header: str) -> frozenset[int]:
    """Line numbers of planted words, where the header is still there in one piece."""
    lines = data.decode(encoding, "replace").split("\n")
    if header and not any(header in line for line in lines):
        return frozenset()
    return frozenset(number for number, line in enumerate(lines, 1) if PLANTED.search(line))


def damaged_text(path: Path, rng: random.Random) -> Damaged | None:
    """A text example with damage to its lines, its encoding and its bytes."""
    read = text_of(path.read_bytes())
    if read is None:
        return None
    text, encoding = read
    kinds = rng.sample(list(ON_LINES), k=rng.randrange(0, 4))
    if rng.random() < 0.5:
        kinds = ["unknown_words", *(kind for kind in kinds if kind != "unknown_words")]
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.removesuffix(newline).split(newline)
    for kind in kinds:
        lines = ON_LINES[kind](lines, rng)
    at = header_of(lines)
    header = lines[at[0]].rstrip("\r") if at else ""
    if rng.random() < 0.3:
        encoding = rng.choice(ENCODINGS)
        kinds.append(f"as_{encoding}")
    data = newline.join([*lines, ""]).encode(encoding)
    if rng.random() < 0.1 and not encoding.startswith("utf-16"):
        other = "gb18030" if encoding.startswith("utf-8") else "utf-8"
        parts = data.split(b"\n")
        place = rng.randrange(len(parts))
        parts[place] = parts[place].decode(encoding, "replace").encode(other, "replace")
        data = b"\n".join(parts)
        kinds.append("mixed_encodings")
    for kind in rng.sample(list(ON_BYTES), k=rng.choice((0, 0, 1, 1, 2))):
        data = ON_BYTES[kind](data, rng) or data
        kinds.append(kind)
    planted = planted_in(data, encoding, header) if header else frozenset[int]()
    return Damaged(path.name, tuple(kinds), data, bounds(data, encoding), planted)


def damaged_book(path: Path, rng: random.Random) -> Damaged:
    """A workbook written again with damage to its rows."""
    book = python_calamine.CalamineWorkbook.from_path(path)
    rows = [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]
    at = next((i for i, row in enumerate(rows) if set(DIRECTIONS) & set(row)), 0)
    place = next((i for i, name in enumerate(rows[at]) if name in DIRECTIONS), 0)
    kinds = rng.sample(("unknown_words", "shuffled_columns", "double_header", "title", "blank_rows", "long_rows"), k=2)
    if "unknown_words" in kinds:
        for index in rng.sample(range(at + 1, len(rows)), k=min(5, len(rows) - at - 1)):
            rows[index][place] = f"向无{index % 1000:03d}此"
    if "shuffled_columns" in kinds:
        order = rng.sample(range(len(rows[at])), k=len(rows[at]))
        rows = [[row[i] for i in order] for row in rows]
    if "double_header" in kinds:
        rows.insert(rng.randrange(at + 1, len(rows)), list(rows[at]))
    if "blank_rows" in kinds:
        rows.insert(rng.randrange(at + 1, len(rows)), [])
    if "long_rows" in kinds:
        rows[rng.randrange(at + 1, len(rows))] += ["", "x"]
    if "title" in kinds:
        rows = [["某银行 查询结果"], [], *rows]
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False}) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    planted = frozenset(n for n, row in enumerate(rows, 1) if any(PLANTED.fullmatch(cell) for cell in row))
    return Damaged(path.name, tuple(kinds), held.getvalue(), (len(rows), len(rows)), planted)


def damaged_bytes(path: Path, rng: random.Random) -> Damaged:
    """A file that is no text, with damage to its bytes."""
    data, kinds = path.read_bytes(), rng.sample(list(ON_BYTES), k=rng.choice((1, 1, 2)))
    for kind in kinds:
        data = ON_BYTES[kind](data, rng) or data
    return Damaged(path.name, tuple(kinds), data, None, frozenset())


def corpus(count: int, seed: int) -> Iterator[Damaged]:
    """So many damaged files, the same for the same seed; every example in turn."""
    rng, paths = random.Random(seed), samples()
    for number in range(count):
        path = paths[number % len(paths)]
        if path.suffix == ".xlsx" and rng.random() < 0.6:
            yield damaged_book(path, rng)
            continue
        yield (damaged_text(path, rng) if path.suffix != ".xlsx" else None) or damaged_bytes(path, rng)


def counts_rows(best: Recognition) -> bool:
    """Whether the rows of what was recognised are the lines of the file, or the rows of its sheet."""
    lines = "delimiter" in best.details or "sheet" in best.details
    return lines or best.details.get("container") == "jsonl"


def check(one: Damaged, tally: Tally) -> None:
    """Read one file; what is wrong with the result goes to `tally.failures`."""
    tally.files += 1
    for kind in one.kinds:
        tally.kinds[kind] = tally.kinds.get(kind, 0) + 1
    where = f"file {tally.files - 1} ({one.name}: {', '.join(one.kinds) or 'none'})"
    try:
        source = Source(one.data, one.name)
        best = known.best(source)
        readings = list(known.read(best.format, source))
    except UnreadableFile:
        tally.refused += 1
        return
    tally.read += 1
    bad = [row for reading in readings for row in reading.bad]
    counts = [sum(getattr(r, name) for r in readings) for name in ("rows_in", "kept", "structure")]
    tally.rows_in, tally.kept, tally.structure = (
        a + b for a, b in zip((tally.rows_in, tally.kept, tally.structure), counts, strict=True)
    )
    tally.quarantined += len(bad)
    for row in bad:
        tally.reasons[row.reason] = tally.reasons.get(row.reason, 0) + 1
    if counts[0] != counts[1] + len(bad) + counts[2]:
        tally.failures.append(
            f"{where}: {counts[0]} rows in, {counts[1]} kept, {len(bad)} quarantined, {counts[2]} structure"
        )
    if one.rows is None or not counts_rows(best):
        tally.not_counted += 1
    elif not one.rows[0] <= counts[0] <= one.rows[1]:
        tally.failures.append(f"{where}: read as {best.format} of {counts[0]} rows, the file has {one.rows}")
    elif one.rows[0] == one.rows[1]:
        tally.counted_exactly += 1
    else:
        tally.counted_within_bounds += 1
    tables = [r.tables[name] for r in readings for name in ("legs", "calls") if name in r.tables]
    understood = {int(str(row)) % SHEET_ROWS for table in tables for row in table.column("row").to_pylist()}
    tally.planted += len(one.planted)
    if guessed := sorted(one.planted & understood):
        tally.failures.append(
            f"{where}: read as {best.format}, rows {guessed} kept with a direction that means nothing"
        )


def run(count: int, seed: int, keep: Path | None = None, progress: Callable[[int], None] = lambda _: None) -> Tally:
    """Every file of the corpus; those that failed are written into `keep`. An exception ends the run: readers raise only
    UnreadableFile."""
    tally = Tally()
    for number, one in enumerate(corpus(count, seed)):
        before = len(tally.failures)
        try:
            check(one, tally)
        except BaseException:
            if keep is not None:
                (keep / f"raised_{number}_{one.name}").write_bytes(one.data)
            print(f"file {number} ({one.name}: {', '.join(one.kinds)}) raised", file=sys.stderr)
            raise
        if keep is not None and len(tally.failures) > before:
            (keep / f"failed_{number}_{one.name}").write_bytes(one.data)
        progress(number + 1)
    return tally


def main() -> None:
    """Run, say, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--keep", type=Path, help="folder for the files that failed")
    parser.add_argument("--result", type=Path)
    asked = parser.parse_args()
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    tally = run(asked.files, asked.seed, asked.keep)
    text = json.dumps({"seed": asked.seed, **asdict(tally)}, ensure_ascii=False, indent=1, sort_keys=True)
    print(text)
    if asked.result:
        asked.result.write_text(text + "\n", encoding="utf-8")
    sys.exit(bool(tally.failures))


if __name__ == "__main__":
    main()
