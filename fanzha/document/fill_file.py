"""From a file in the tables, or one that is only looked at, to what its page shows; everything printed is masked here."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from fanzha.document.figures import moment
from fanzha.document.page import CodeCount, Figure, FileLine, FilePage, FirstRows, Ref, Said, Stamp, Text
from fanzha.document.words import typeset, word
from fanzha.formats import known
from fanzha.formats.inspection import FIRST_ROWS, Counted, Inspection, changes
from fanzha.model.table import Column, record_tables
from fanzha.store.engine import Engine
from fanzha.store.masked import mask_table, mask_value

_NARRATIVE_MAX = 280
_PLACE = ("file", "row", "byte_offset")
_SHOWN = ("legs", "calls", "messages", "accounts", "reports", "mentions")
_SETTINGS = ("zone", "region", "currency", "date_order", "account")


def format_name(name: str) -> Said:
    """What a format is called; a file nobody can read has none."""
    if name == "bundle":
        return word("bundle")
    if name == "judged_text":
        return word("judged_text")
    if name not in {one.name for one in known.FORMATS}:
        return Said("not recognised", "未能识别")
    found = known.named(name)
    return Said(found.en, found.zh)


def first_rows(name: str, rows: pa.Table, file: Ref, zone: str) -> FirstRows:
    """The first records of a table, masked, a line for each column that any of them fills."""
    declared = record_tables()[name]
    places = rows.select(["row", "byte_offset"]).to_pylist()
    refs = tuple(Ref(file.file, file.name, place["row"], place["byte_offset"]) for place in places)
    masked = mask_table(declared, rows)
    currencies = masked.column("currency").to_pylist() if "currency" in masked.column_names else [""] * len(refs)
    lines = []
    for column in declared.columns:
        if column.name in _PLACE or column.name not in masked.column_names:
            continue
        values = masked.column(column.name).to_pylist()
        if any(value is not None and value != "" for value in values):
            cells = zip(values, currencies, refs, strict=True)
            lines.append((_label(column), tuple(_cell(column, *cell, zone) for cell in cells)))
    return FirstRows(Said(declared.en, typeset(declared.zh)), refs, tuple(lines))


def _label(column: Column) -> Said:
    return Said(
        *(text.replace("（", "(").partition("(")[0].partition(";")[0].strip() for text in (column.en, column.zh))
    )


def _cell(column: Column, value: Any, currency: str | None, ref: Ref, zone: str) -> Text | Figure:
    if value is None:
        return "—"
    if column.unit == "ms":
        return moment(value, zone)
    if column.unit == "minor":
        return Figure(value, currency or "", refs=(ref,), rule="read")
    if isinstance(value, bool):
        return word("yes" if value else "no")
    return str(value)[:_NARRATIVE_MAX]


def admitted_page(engine: Engine, line: FileLine, row: dict[str, Any], stamp: Stamp, quality_href: str) -> FilePage:
    """The page of a file in the record, from the tables."""
    found = []
    for name in _SHOWN:
        rows = engine.arrow(
            f'SELECT * FROM "{name}" WHERE "file" = ? ORDER BY "row", byte_offset LIMIT {FIRST_ROWS}', (line.file,)
        )
        if rows.num_rows:
            found.append((name, rows))
    codes = [one.code for one in (*line.reasons, *line.notes)]
    return FilePage(
        stamp=stamp,
        file=line,
        first=tuple(first_rows(name, rows, line.ref(), stamp.zone) for name, rows in found),
        changes=changes((name for name, _ in found), codes, row["format"]),
        settings=_settings(row),
        members=tuple(
            (name, format_name(one), score)
            for name, one, score in engine.rows(
                'SELECT name, "format", score FROM files WHERE part_of = ? ORDER BY "file"', (line.file,)
            )
        ),
        quality_href=quality_href,
    )


def inspected_page(seen: Inspection, stamp: Stamp) -> FilePage:
    """The page of a file that is only looked at."""
    whole = Ref(seen.file, seen.name)
    line = FileLine(
        file=seen.file,
        name=seen.name,
        rows_in=seen.rows_in,
        kept=seen.kept,
        quarantined=seen.quarantined,
        structure=seen.structure,
        format=format_name(seen.format),
        score=seen.score,
        why=Said(seen.why[0], typeset(seen.why[1])),
        size=seen.size,
        encoding=seen.details,
        reasons=_counts(seen.reasons, whole),
        notes=_counts(seen.notes, whole),
    )
    return FilePage(
        stamp=stamp,
        file=line,
        first=tuple(first_rows(name, rows, whole, stamp.zone) for name, rows in seen.first),
        changes=seen.changes,
        others=tuple((format_name(one.format), one.score, Said(one.why_en, one.why_zh)) for one in seen.others),
        settings=_settings(seen.settings),
        members=tuple((name, format_name(one), score) for name, one, score in seen.members),
        whole=seen.whole,
    )


def _settings(row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    shown = {name: str(row[name]) for name in _SETTINGS}
    if shown["account"]:
        shown["account"] = mask_value("account", shown["account"])
    return tuple(shown.items())


def _counts(counted: Iterable[Counted], file: Ref) -> tuple[CodeCount, ...]:
    return tuple(
        CodeCount(
            code=one.code,
            count=Figure(
                one.count,
                unit="rows",
                refs=tuple(Ref(file.file, file.name, row, offset) for row, offset, _ in one.places),
            ),
        )
        for one in counted
    )
