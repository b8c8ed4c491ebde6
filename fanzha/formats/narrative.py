"""Victims' narratives: plain text, or a table of which one column is the narrative.

A text file is one report, or several where lines such as 案件编号:… begin each. What such lines state (number, time, reporter,
kind, amount, place) fills the report's own columns; the whole text is searched for identifiers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from fanzha.errors import UnreadableFile
from fanzha.formats.apply import readings
from fanzha.formats.encoding import detect
from fanzha.formats.grid import BadRow, Content, Grid, Reading, Recognition, Sheet, Source, Wanted
from fanzha.formats.headers import fields_of, normal
from fanzha.formats.lines import newline_of, pieces
from fanzha.formats.mapping import Mapping, Use
from fanzha.formats.propose import proposals
from fanzha.formats.sheets import content
from fanzha.formats.writing import moment_texts, money_texts, texts

HEADER = ("案件编号", "报案时间", "报案人", "案件类别", "涉案金额", "地区", "案情描述")
_FIELDS = ("reference", "at", "victim", "stated_type", "amount", "city", "text")
_LABELS = (
    "案件编号|报案编号|警情编号|接警编号|案号|case (?:no|number|id)",
    "报案时间|接警时间|报警时间|报案日期|reported(?: at| on)?",
    "报案人|报警人|受害人|被害人|事主|victim",
    "案件类别|案件类型|诈骗类型|案别|scam type|category",
    "涉案金额|损失金额|被骗金额|loss",
    "地区|报案地|案发地|辖区|city",
)
_STATED = tuple(
    re.compile(rf"^[ \t【\[]*(?:{label})[】\]]?[ \t]*[:\uff1a][ \t]*(.*?)[ \t]*$", re.I | re.M) for label in _LABELS
)
_BODY = re.compile(r"^[ \t【\[]*(?:案情描述|简要案情|案情)[】\]]?[ \t]*[:\uff1a][ \t]*", re.M)
_BYTES_MAX = 64 << 20
_LETTERS_MIN = 0.35
_WIDE_MIN = 6  # Chinese characters; a short report may be digits for the most part


@dataclass(frozen=True, slots=True)
class Narrative:
    """Narratives, both ways."""

    name: str = "narrative"
    en: str = "narratives of victims"
    zh: str = "报案笔录与案情描述"

    def recognise(self, source: Source) -> Recognition:
        """A table with a column of narrative, or plain text in words."""
        found = _found(source)
        if found is None:
            return Recognition(self.name, 0, "no narrative", "没有案情文字")
        sheet, mapping = found
        if sheet.container == "text":
            stated = any(cell for cells in sheet.sample.cells[:-1] if cells is not None for cell in cells.to_pylist())
            why = (
                ("plain text with stated number or time", "文本文件,含编号或报案时间")
                if stated
                else ("plain text", "纯文本")
            )
            return Recognition(self.name, 70 if stated else 55, *why)
        own = [use.header for use in mapping.uses if use.field == "text"]
        told = sum(1 for cell in sheet.sample.column(mapping.positions("text")[0]).to_pylist() if cell)
        named = fields_of("report").get(normal(own[0]), ("", 0))[0] == "text"
        mostly = named and told * 5 >= 4 * len(sheet.sample.rows) and len(list(mapping.mentions())) <= 3
        return Recognition(
            self.name,
            80 if mostly else 50,
            f"column “{own[0]}” holds narratives",
            f"“{own[0]}”栏为案情描述",
            dict(sheet.dialect),
        )

    def read(self, source: Source) -> Iterator[Reading]:
        """Reports and mentions. Raises UnreadableFile where there is no narrative."""
        found = _found(source)
        if found is None:
            raise UnreadableFile("this holds no narrative", "文件中没有案情文字", where=source.name)
        yield from readings(found[1], found[0], source)

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Reports as plain UTF-8 text, each begun by its number; times in Beijing time."""
        reports = tables["reports"]
        columns = (
            texts(reports, "reference"),
            moment_texts(reports, "at_ms", "Asia/Shanghai"),
            texts(reports, "victim"),
            texts(reports, "stated_type"),
            money_texts(reports, "amount_minor"),
            texts(reports, "city"),
        )
        parts = []
        for index, body in enumerate(texts(reports, "text")):
            stated = [f"{name}:{column[index]}" for name, column in zip(HEADER, columns, strict=False)]
            lines = [line for line in stated[1:] if not line.endswith(":")]
            parts.append("\n".join([stated[0], *lines, f"案情描述:{body}"]) + "\n")
        return "\n".join(parts).encode("utf-8")


def _found(source: Source) -> tuple[Sheet, Mapping] | None:
    """The one table, where it has a narrative, or the text file as a table; several are left to the reader of any table."""
    try:
        proposed = proposals(source)
        if len(proposed) == 1:
            sheet, mapping = proposed[0]
            if mapping is not None and mapping.record == "report" and mapping.has("text"):
                return sheet, mapping
        if proposed:
            return None
        sheet_of_text = open_text(content(source), source.name)
    except UnreadableFile:
        return None
    return None if sheet_of_text is None else (sheet_of_text, MAPPING)


MAPPING = Mapping(
    "report",
    tuple(Use(field, position, header) for position, (field, header) in enumerate(zip(_FIELDS, HEADER, strict=True))),
    why_en=("plain text",),
    why_zh=("纯文本",),
)


def open_text(data: bytes | Content, name: str = "") -> Sheet | None:
    """A text file in words as a table of its reports; None for data, markup and text without words."""
    encoding = detect(data) if len(data) <= _BYTES_MAX else None
    if encoding is None or not _in_words(data[: 1 << 18], encoding.name):
        return None
    lines: list[tuple[str, int, int]] = []
    bad: list[BadRow] = []
    for piece in pieces(data, encoding, newline_of(data)):
        cut = piece.text.decode("utf-8").split("\n")[: len(piece.numbers)]
        lines.extend(zip((c.rstrip("\r") for c in cut), piece.numbers.tolist(), piece.offsets.tolist(), strict=True))
        bad.extend(piece.bad)
    starts = _starts([line[0].lstrip("\ufeff") for line in lines])
    lead = [line for line in lines[: starts[0]] if line[0].strip()] if starts else []
    starts = starts or [next((index for index, line in enumerate(lines) if line[0].strip()), 0)]
    reports = []
    for index, start in enumerate(starts):
        stop = starts[index + 1] if index + 1 < len(starts) else len(lines)
        if start < stop:
            body = "\n".join(line[0] for line in lines[start:stop]).strip("\ufeff \n\r\t")
            reports.append((*_stated(body), lines[start][1], lines[start][2]))
    if not reports and not bad:
        return None
    grid = Grid(
        HEADER,
        tuple(pa.array([report[0][position] for report in reports], pa.string()) for position in range(len(HEADER))),
        pa.array([report[1] for report in reports], pa.int64()),
        pa.array([report[2] for report in reports], pa.int64()),
        tuple(bad),
        len(lead),
        first=True,
    )
    preamble = tuple(line[0].strip() for line in lead)
    return Sheet("text", name, HEADER, preamble, grid, {"encoding": encoding.name}, partial(_one, grid))


def _starts(lines: list[str]) -> list[int]:
    """Where reports begin: at each 案件编号; where there is none, at the label that comes first, if it comes again."""
    for pattern in _STATED:
        found = [index for index, line in enumerate(lines) if pattern.match(line)]
        if found and pattern is _STATED[0]:
            return found
        before = any(line.strip() for line in lines[: found[0]]) if found else True
        if len(found) > 1 and not before:
            return found
    return []


def is_label(text: str) -> bool:
    """Whether a text is one of the labels that begin such lines, without what it states."""
    return any(pattern.fullmatch(f"{text.strip()}:") for pattern in (*_STATED, _BODY))


def _one(grid: Grid, wanted: Wanted) -> Iterator[Grid]:
    yield grid


def _stated(body: str) -> tuple[tuple[str, ...]]:
    """What the lines of a report state, and its text (the narrative alone where it is marked)."""
    cells = [found[1] if (found := pattern.search(body)) else "" for pattern in _STATED]
    marked = _BODY.search(body)
    own = marked and all(pattern.search(body, marked.end()) is None for pattern in _STATED)
    return ((*cells, body[marked.end() :].strip() if marked and own else body),)


def _in_words(data: bytes, encoding: str) -> bool:
    """Whether the start of a text is language: letters enough, no markup, no code for machines."""
    text = data.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
    if len(text) < 8 or text.startswith(("{", "[", "<", "-----BEGIN", "#!", "%!", "---\n")):
        return False
    letters = sum(c.isalpha() for c in text)
    wide = sum(c > "\u2e7f" for c in text)
    if letters < len(text) * _LETTERS_MIN and wide < _WIDE_MIN:
        return False
    longest = max(map(len, re.split(r"[\s,\uff0c\u3002.;\uff1b:\uff1a\u3001!?\uff01\uff1f]", text)))
    return longest < 200 or wide * 3 > len(text)
