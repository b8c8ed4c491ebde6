"""How a table of unknown layout is to be read: proposed from headers and content, shown, changed, kept for next time."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from fanzha.errors import InputError, NotFound, UnreadableFile
from fanzha.formats.apply import apply
from fanzha.formats.grid import Sheet, Source
from fanzha.formats.headers import fields_of
from fanzha.formats.mapping import RECORDS, Mapping, Use, from_json, signature
from fanzha.formats.propose import propose as propose_mapping
from fanzha.formats.sheets import open_sheets
from fanzha.ingest.amend import correct
from fanzha.ingest.reading import source_of
from fanzha.model.terms import Terms
from fanzha.store.engine import Engine
from fanzha.store.journal import Entry, undone
from fanzha.store.record import Act, Record

PREVIEW_ROWS = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a table would be read. `columns`: (header, field or "", why in English, why in Chinese) for every column;
    `preview`: its first rows as records; `refused`: how many of the sample's rows would go to quarantine."""

    path: Path
    signature: str
    mapping: Mapping
    columns: tuple[tuple[str, str, str, str], ...]
    preview: pa.Table
    refused: int


def kept_mapping(record: Record, source: Source) -> Mapping | None:
    """The mapping kept for the layout of a file, the latest first; None if none was kept."""
    kept = {entry.public["signature"]: str(entry.public["mapping"]) for entry in _kept(record)}
    if not kept:
        return None
    try:
        sheets = open_sheets(source)
    except UnreadableFile:
        return None
    found = next((kept[name] for sheet in sheets if (name := signature(sheet)) in kept), None)
    return from_json(found) if found else None


def _kept(record: Record) -> list[Entry]:
    entries = record.journal.entries()
    gone = undone(entries)
    return [entry for entry in entries if entry.act == "map" and entry.seq not in gone]


def propose(record: Record | None, path: Path, terms: Terms, changes: Sequence[str] = ()) -> Proposal:
    """A mapping for the first table of a file: the one kept for its layout, else a proposed one, with `changes` applied.

    Without a record nothing was kept.

    A change is "COLUMN=FIELD", "COLUMN=mention:KIND:ROLE", "COLUMN=" to leave a column out, or "record=leg|call|report".
    """
    if not path.is_file():
        raise InputError("there is no such file", "没有此文件", where=str(path))
    source = source_of(path.read_bytes(), path.name, terms)
    sheets = open_sheets(source)
    if not sheets:
        raise UnreadableFile(
            "there is no table in this file",
            "该文件不含表格",
            where=str(path),
            remedy="ask the sender for a table",
            remedy_zh="请来源方提供表格",
        )
    sheet = next((one for one in sheets if propose_mapping(one) is not None), sheets[0])
    kept = kept_mapping(record, source) if record is not None else None
    mapping = kept or propose_mapping(sheet) or Mapping("report", ())
    for change in changes:
        mapping = _changed(mapping, sheet, change)
    reading = apply(mapping, sheet.sample, source)
    main = f"{mapping.record}s"
    return Proposal(
        path, signature(sheet), mapping, _columns(sheet, mapping), _preview(reading.tables.get(main)), len(reading.bad)
    )


def keep(record: Record, engine: Engine, proposal: Proposal, act: Act) -> None:
    """Keep a mapping for every later file of the layout; a file of these bytes that was admitted is read again."""
    public = {"signature": proposal.signature, "mapping": proposal.mapping.to_json()}
    record.note("map", act, public)
    with proposal.path.open("rb") as handle:
        admitted = record.find(record.keys.fingerprint(hashlib.file_digest(handle, "sha256").digest()))
    if admitted is not None:
        correct(record, engine, admitted.seq, act, mapping=proposal.mapping, format_name="table")


def _columns(sheet: Sheet, mapping: Mapping) -> tuple[tuple[str, str, str, str], ...]:
    used = {use.position: use for use in mapping.uses}
    columns = []
    for position, header in enumerate(sheet.header):
        use = used.get(position)
        meaning = "" if use is None else ":".join(part for part in (use.field, use.kind, use.role, use.chain) if part)
        why = [
            next((text for text in texts if f"“{header}”" in text), "") for texts in (mapping.why_en, mapping.why_zh)
        ]
        columns.append((header, meaning, why[0], why[1]))
    return tuple(columns)


def _preview(table: pa.Table | None) -> pa.Table:
    """The first rows, without the columns that are empty in all of them."""
    if table is None:
        return pa.table({})
    first = table.slice(0, PREVIEW_ROWS)
    filled = [name for name in first.column_names if first.column(name).null_count < first.num_rows or name == "row"]
    return first.select(filled)


def _changed(mapping: Mapping, sheet: Sheet, change: str) -> Mapping:
    column, equals, wish = change.partition("=")
    if not equals:
        raise InputError(
            f"{change!r} is no change",
            f"{change!r} 不是有效的修改",
            remedy='write "COLUMN=FIELD", for example "card no=account"',
            remedy_zh='请写成 "列名=字段",例如 "卡号=account"',
        )
    if column == "record":
        if wish not in RECORDS:
            raise _unknown(wish, RECORDS)
        return replace(mapping, record=wish)
    if column not in sheet.header:
        raise NotFound(
            f"the table has no column {column!r}",
            f"表格没有名为 {column!r} 的列",
            remedy=f"columns: {', '.join(sheet.header)}",
            remedy_zh=f"现有列：{'、'.join(sheet.header)}",
        )
    position = sheet.header.index(column)
    rest = tuple(use for use in mapping.uses if use.position != position)
    if not wish:
        return replace(mapping, uses=rest)
    name, *parts = wish.split(":")
    known = {field for field, _ in fields_of(mapping.record).values()} | {"mention"}
    if name not in known:
        raise _unknown(name, sorted(known))
    kind, role, chain = (*parts, "", "", "")[:3]
    return replace(mapping, uses=(*rest, Use(name, position, column, kind, role, chain)))


def _unknown(wish: str, known: Sequence[str]) -> InputError:
    return InputError(
        f"there is no field {wish!r}",
        f"没有名为 {wish!r} 的字段",
        remedy=f"choose one of: {', '.join(known)}",
        remedy_zh=f"可选：{', '.join(known)}",
    )
