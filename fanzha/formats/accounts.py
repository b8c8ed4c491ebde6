"""Rows of registration data to accounts: whose an account is, as the institution says."""

import pyarrow as pa

from fanzha.clean import cn_id, phone_batch
from fanzha.formats.columns import Ledger, accounts, filled, mapped, moments, record, scientific, truth
from fanzha.formats.grid import Grid, Reading, Source
from fanzha.formats.kernels import pc
from fanzha.formats.legs import amounts_in, field_column, stated_currency
from fanzha.formats.mapping import Mapping
from fanzha.formats.strings import absent_as_null

_TEXTS = ("holder", "bank", "status", "bound_bank", "place")


def accounts_of(mapping: Mapping, grid: Grid, source: Source) -> Reading:
    """One block of registration data. A cell that cannot be read is left out with a note; an account must be read."""
    ledger = Ledger(grid)
    region, zone = mapping.region or source.region, mapping.zone or source.zone
    own_text, bound_text = field_column(mapping, grid, "account"), field_column(mapping, grid, "bound_account")
    own, bound = accounts(own_text), accounts(bound_text)
    ledger.reject(scientific(own_text), "spreadsheet_loss", "account")
    ledger.reject(truth(pc.is_null(own)), "bad_account", "account")
    ledger.note(filled(bound_text) & truth(pc.is_null(bound)), "unread_cell", "bound_account")
    phone_text, opened_text = field_column(mapping, grid, "phone"), field_column(mapping, grid, "opened")
    number = phone_batch.read(phone_text, region).normal
    ledger.note(filled(phone_text) & truth(pc.is_null(number)), "unread_cell", "phone")
    opened, assumed = moments(opened_text, zone, mapping.date_order or source.date_order)
    ledger.note(filled(opened_text) & truth(pc.is_null(opened)), "unread_cell", "opened_ms")
    balance_text, stated = field_column(mapping, grid, "balance"), stated_currency(mapping, grid, source)
    balance, currency = amounts_in(stated, balance_text, mapping.unit)
    ledger.note(filled(balance_text) & truth(pc.is_null(balance)), "unread_cell", "balance_minor")
    columns: dict[str, pa.Array] = {  # type: ignore[type-arg]
        name: absent_as_null(field_column(mapping, grid, name)) for name in _TEXTS
    }
    columns |= {
        "account": own,
        "holder_id": mapped(field_column(mapping, grid, "holder_id"), _identity),
        "phone": number,
        "opened_ms": opened,
        "balance_minor": balance,
        "currency": pc.if_else(pc.is_null(balance), pa.scalar(None, pa.string()), currency),
        "bound_account": bound,
    }
    if grid.first and assumed and not mapping.zone and filled(opened_text).any():
        ledger.about_file.append("zone_assumed")
    keep = ledger.kept()
    whole = record("accounts", grid.rows, grid.offsets, columns)
    return ledger.reading({"accounts": whole if keep.all() else whole.filter(pa.array(keep))})


def _identity(text: str) -> str | None:
    """Normal form of an identity document, or the text where it is of another kind."""
    if not text:
        return None
    value = cn_id.parse(text)
    return value.normal if value is not None else text
