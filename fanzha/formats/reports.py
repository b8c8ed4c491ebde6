"""Rows that tell of a scam to reports and mentions.

Every cell of an identifier column becomes a mention with the column as its field; free text is searched and gives mentions
of field "text" with their place. A report is kept as long as it has text or one identifier; a cell that cannot be read
(amount, time, identifier) is left out with a note, for the report is worth more than the cell.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from fanzha.clean import (
    account,
    address,
    app,
    bank_card,
    bic,
    certificate,
    cn_id,
    cnaps,
    credit_code,
    domain,
    email,
    iban,
    iccid,
    imei,
    imsi,
    phone,
    text,
    url,
    wallet,
)
from fanzha.clean import (
    cell as radio_cell,
)
from fanzha.clean.value import Value
from fanzha.formats.columns import Ledger, filled, moments, picked, record, truth
from fanzha.formats.grid import PARTS, Grid, Reading, Source
from fanzha.formats.kernels import pc
from fanzha.formats.legs import amounts_in, field_column, stated_currency, when
from fanzha.formats.mapping import Mapping, Use
from fanzha.formats.strings import absent_as_null

_OFFSET = re.compile(r"(?<=[0-9])([+-])([0-9]{2}):?([0-9]{2})$")
_PART_HOURS = {"+06:30": "Asia/Yangon", "+05:30": "Asia/Kolkata", "+05:45": "Asia/Kathmandu"}
TEXT_MAX = 200_000  # characters of one text that are searched
_PIECE = re.compile(f"[^{PARTS}\\s,;\uff0c\uff1b、|]+")
_URL_PIECE = re.compile(f"[^{PARTS}\\s,\uff0c、]+")
_PHONE_PIECE = re.compile(f"[^{PARTS}\\n,;\uff0c\uff1b、|/]+")
_LINE_PIECE = re.compile(f"[^{PARTS}\\n;\uff1b|]+")
# what is printed in groups is one thing in spite of its blanks; addresses and cells have commas in them
_PIECES = (
    {"url": _URL_PIECE}
    | dict.fromkeys(("phone", "iban", "iccid", "imsi", "certificate", "credit_code", "cnaps", "bic"), _PHONE_PIECE)
    | dict.fromkeys(("address", "cell"), _LINE_PIECE)
)
_PARSERS = {
    module.KIND: module.parse
    for module in (
        *(address, app, bic, radio_cell, certificate, cn_id, cnaps, credit_code, email),
        *(iban, iccid, imei, imsi, url),
    )
}


@dataclass(slots=True)
class Mentions:
    """The mentions of a block, column by column; `at` is the index of the row."""

    at: list[int] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    value: list[str] = field(default_factory=list)
    column: list[str] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    stop: list[int] = field(default_factory=list)
    role: list[str] = field(default_factory=list)
    valid: list[bool] = field(default_factory=list)
    partial: list[bool] = field(default_factory=list)

    def add(self, at: int, name: str, found: text.Found, role: str) -> None:
        """One more."""
        self.at.append(at)
        self.kind.append(found.kind)
        self.value.append(found.normal)
        self.column.append(name)
        self.start.append(found.start)
        self.stop.append(found.end)
        self.role.append(role or found.role)
        self.valid.append(found.valid)
        self.partial.append(found.partial)

    def table(self, grid: Grid) -> pa.Table:
        """As a table of mentions, each at its own row."""
        at = pa.array(self.at, pa.int64())
        return self._table(grid.rows.take(at), grid.offsets.take(at))

    def table_at(self, row: pa.Int64Array, offset: pa.Int64Array) -> pa.Table:
        """As a table of mentions, all at one row."""
        here = pa.array([0] * len(self.at), pa.int64())
        return self._table(row.take(here), offset.take(here))

    def _table(self, rows: pa.Int64Array, offsets: pa.Int64Array) -> pa.Table:
        columns: dict[str, pa.Array] = {  # type: ignore[type-arg]
            "kind": pa.array(self.kind, pa.string()),
            "value": pa.array(self.value, pa.string()),
            "field": pa.array(self.column, pa.string()),
            "start": pa.array(self.start, pa.int64()),
            "stop": pa.array(self.stop, pa.int64()),
            "role": pa.array(self.role, pa.string()),
            "valid": pa.array(self.valid, pa.bool_()),
            "partial": pa.array(self.partial, pa.bool_()),
        }
        return record("mentions", rows, offsets, columns)


def reports_of(mapping: Mapping, grid: Grid, source: Source) -> Reading:
    """One block of a table of reports as reports and mentions."""
    ledger, mentions = Ledger(grid), Mentions()
    zone = mapping.zone or source.zone
    at_text, amount_text = when(mapping, grid), field_column(mapping, grid, "amount")
    at_ms, assumed = moments(at_text, zone, mapping.date_order or source.date_order)
    ledger.note(filled(at_text) & truth(pc.is_null(at_ms)), "unread_cell", "at_ms")
    stated_in = stated_currency(mapping, grid, source)
    ledger.note(truth(pc.is_null(stated_in)), "unread_cell", "currency")
    minor, currency = amounts_in(stated_in, amount_text, mapping.unit)
    ledger.note(filled(amount_text) & truth(pc.is_null(minor)), "unread_cell", "amount_minor")
    told = _joined(mapping, grid, "text", "\n")
    kept = _mention_rows(mapping, grid, ledger, mentions, source)
    zones = [_zone_of(cell or "", zone) for cell in at_text.to_pylist()]
    search(told, at_ms.to_pylist(), mentions, zones, mapping.region or source.region)
    for index, body in enumerate(told):
        if not body and index not in kept:
            ledger.reasons[index] = ("empty_text", "text")
    if grid.first and assumed and not mapping.zone:
        ledger.about_file.append("zone_assumed")
    stated = [" / ".join(part for part in parts if part) for parts in zip(*_kinds(mapping, grid), strict=True)]
    columns: dict[str, pa.Array] = {  # type: ignore[type-arg]
        name: absent_as_null(field_column(mapping, grid, name)) for name in ("reference", "victim", "city")
    }
    columns |= {
        "at_ms": at_ms,
        "text": pa.array([body or None for body in told], pa.string()),
        "stated_type": pa.array([kind or None for kind in stated], pa.string()),
        "amount_minor": minor,
        "currency": currency,
        "zone": pa.array(zones, pa.string()),
        "form": pa.array([mapping.form] * len(told), pa.string()),
    }
    whole = record("reports", grid.rows, grid.offsets, columns)
    keep = ledger.kept()
    if not keep.all():
        whole = whole.filter(pa.array(keep))
    return ledger.reading({"reports": whole, "mentions": mentions.table(grid)})


def _joined(mapping: Mapping, grid: Grid, name: str, between: str) -> list[str]:
    """All filled cells of a field, row by row."""
    columns = [picked(grid, (position,)).to_pylist() for position in mapping.positions(name)]
    if not columns:
        return [mapping.fixed.get(name, "")] * len(grid.rows)
    return [between.join(cell for cell in cells if cell).replace(PARTS, "\n") for cells in zip(*columns, strict=True)]


def _kinds(mapping: Mapping, grid: Grid) -> tuple[list[str], list[str]]:
    return _joined(mapping, grid, "stated_type", " / "), _joined(mapping, grid, "subtype", " / ")


def _mention_rows(mapping: Mapping, grid: Grid, ledger: Ledger, mentions: Mentions, source: Source) -> set[int]:
    """Mentions of all identifier columns; the rows that have one."""
    have: set[int] = set()
    for use in mapping.mentions():
        column = picked(grid, (use.position,))
        seen: dict[str, tuple[text.Found, ...]] = {}
        for index, cell in enumerate(column.to_pylist()):
            if not cell:
                continue
            if cell not in seen:
                seen[cell] = tuple(identifiers(use, cell, source))
            for found in seen[cell]:
                mentions.add(index, use.header or use.kind, found, use.role)
                have.add(index)
            if not seen[cell]:
                ledger.noted.append((index, "unread_cell", use.header or use.kind))
    return have


def identifiers(use: Use, cell: str, source: Source) -> Iterator[text.Found]:
    """Every identifier in a cell of an identifier column."""
    pieces = _PIECES.get(use.kind, _PIECE)
    for piece in pieces.finditer(cell):
        start, written = piece.start(), piece.group()
        value = _value(use, written, source.region) if use.kind else None
        if value is not None:
            lead = len(written) - len(written.lstrip())
            stop = start + len(written.rstrip())
            yield text.Found(
                value.kind,
                start + lead,
                stop,
                written,
                value.normal,
                value.valid,
                value.partial,
                value.problem,
                use.role,
            )
            continue
        for found in text.find(written, region=source.region):
            if found.kind not in ("money", "moment", "name"):
                yield text.Found(
                    found.kind,
                    found.start + start,
                    found.end + start,
                    found.original,
                    found.normal,
                    found.valid,
                    found.partial,
                    found.problem,
                    use.role,
                )


def _value(use: Use, written: str, region: str) -> Value | None:
    """The identifier that the column promises, or what else of its family it is."""
    if use.kind == "account":
        # text names an IBAN by that kind: a cell of accounts must say the same of the same number
        known = (
            value for parse in (bank_card.parse, iban.parse) if (value := parse(written)) is not None and value.valid
        )
        return next(known, None) or account.parse(written)
    if use.kind == "wallet":
        return wallet.parse(written, chain=use.chain or None)
    if use.kind == "phone":
        return phone.parse(written, region=region)
    if use.kind == "domain":
        return domain.parse(written) or url.parse(written)
    parser = _PARSERS.get(use.kind)
    return parser(written) if parser is not None else None


def _zone_of(cell: str, usual: str) -> str:
    """The zone a report's text is read in: that of its own time where it states an offset, else the usual one."""
    offset = _OFFSET.search(cell)
    if offset is None:
        return usual
    hours, minutes = int(offset[1] + offset[2]), int(offset[3])
    if minutes:
        return _PART_HOURS.get(offset[0], usual)
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"  # POSIX counts westward: seven hours east is Etc/GMT-7


def search(
    told: Sequence[str | None], at_ms: Sequence[int | None], mentions: Mentions, zones: Sequence[str], region: str
) -> None:
    """Mentions in free text; words such as 昨晚 count from when the report was made."""
    for index, body in enumerate(told):
        if body:
            for found in text.find(body[:TEXT_MAX], relative_to_ms=at_ms[index], zone=zones[index], region=region):
                mentions.add(index, "text", found, "")
