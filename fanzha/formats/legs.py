"""Rows of an account statement to legs.

Rules: a direction word that is not listed is quarantined, never guessed. A negative amount is quarantined (bad_amount):
whether it is a reversal only the bank knows. An empty or absent success cell means booked, for a statement lists what was
booked and names what failed. An unreadable counterparty leaves `counter_account` null with a note.
"""

import re

import pyarrow as pa

from fanzha.clean import cn_id
from fanzha.formats.addresses import PARSERS, operated_from
from fanzha.formats.columns import (
    Ledger,
    Mask,
    accounts,
    amounts,
    filled,
    looked_up,
    mapped,
    moments,
    picked,
    record,
    scientific,
    truth,
)
from fanzha.formats.grid import Grid, Reading, Source
from fanzha.formats.headers import normal_word, words
from fanzha.formats.kernels import pc
from fanzha.formats.mapping import Mapping
from fanzha.formats.strings import absent_as_null, cut_to_zeros, has_byte, luhn_fails

_TEXTS = ("holder", "bank", "counter_holder", "counter_bank", "serial", "summary", "merchant", "place")
_CODE = re.compile(r"[A-Z]{3}")


def field_column(mapping: Mapping, grid: Grid, name: str) -> pa.StringArray:
    """The cells of a field: its column, else its fixed value, else empty."""
    column = picked(grid, mapping.positions(name))
    if name in mapping.fixed and not mapping.has(name):
        return pa.array([mapping.fixed[name]] * len(grid.rows), pa.string())
    return column


def when(mapping: Mapping, grid: Grid) -> pa.StringArray:
    """The text of the moment, from one column or from a date and a time."""
    column = field_column(mapping, grid, "at")
    if not mapping.has("at_date"):
        return column
    day = field_column(mapping, grid, "at_date")
    clock = field_column(mapping, grid, "at_time") if mapping.has("at_time") else column
    joined = pc.utf8_trim_whitespace(pc.binary_join_element_wise(day, clock, " "))
    if mapping.has("at_time") and mapping.has("at"):
        joined = pc.if_else(pc.equal(column, ""), joined, column)
    result: pa.StringArray = mapped(joined, _packed)
    return result


def _packed(text: str) -> str:
    """20240102 030405 as one run of digits; all else unchanged."""
    day, _, clock = text.partition(" ")
    return day + clock if day.isdigit() and len(day) == 8 and clock.isdigit() and len(clock) == 6 else text


def vocabulary_of(mapping: Mapping, name: str) -> dict[str, str]:
    """The listed words, with those that the mapping adds."""
    added = {normal_word(word): code for word, code in mapping.words.get(name, {}).items()}
    return {**words(name), **added}


def legs_of(mapping: Mapping, grid: Grid, source: Source) -> Reading:
    """One block of a statement as legs."""
    ledger = Ledger(grid)
    ledger.heed(field_column(mapping, grid, "remarks"))
    own_text, counter_text = field_column(mapping, grid, "account"), field_column(mapping, grid, "counter_account")
    if source.account:
        own_text = pc.if_else(pc.equal(own_text, ""), source.account, own_text)
    own, counter = accounts(own_text), accounts(counter_text)
    ledger.reject(scientific(own_text), "spreadsheet_loss", "account")
    ledger.reject(scientific(counter_text), "spreadsheet_loss", "counter_account")
    ledger.reject(truth(pc.is_null(own)), "bad_account", "account")
    at_ms, assumed = moments(when(mapping, grid), mapping.zone or source.zone, mapping.date_order or source.date_order)
    ledger.reject(truth(pc.is_null(at_ms)), "bad_moment", "at_ms")
    direction, amount_text = _direction(mapping, grid, ledger)
    minor, currency, balance = _money(mapping, grid, source, amount_text, ledger)
    success = _success(mapping, grid, ledger)
    columns: dict[str, pa.Array] = {  # type: ignore[type-arg]
        name: absent_as_null(field_column(mapping, grid, name)) for name in _TEXTS
    }
    columns |= {kind: operated_from(ledger, kind, field_column(mapping, grid, kind)) for kind in PARSERS}
    cash_words = vocabulary_of(mapping, "cash")
    cash = looked_up(field_column(mapping, grid, "cash"), cash_words)
    columns |= {
        "account": own,
        "holder_id": mapped(field_column(mapping, grid, "holder_id"), _identity),
        "at_ms": at_ms,
        "direction": direction,
        "amount_minor": minor,
        "currency": currency,
        "balance_minor": balance,
        "counter_account": counter,
        "cash": pc.equal(cash, "true"),
        "success": success,
    }
    _remark(ledger, own, counter)
    if grid.first and assumed and not mapping.zone:
        ledger.about_file.append("zone_assumed")
    keep = ledger.kept()
    whole = record("legs", grid.rows, grid.offsets, columns)
    return ledger.reading({"legs": whole if keep.all() else whole.filter(pa.array(keep))})


def _identity(text: str) -> str | None:
    """Normal form of an identity document, or the text where it is of another kind."""
    if not text:
        return None
    value = cn_id.parse(text)
    return value.normal if value is not None else text


def _direction(mapping: Mapping, grid: Grid, ledger: Ledger) -> tuple[pa.StringArray, pa.StringArray]:
    """("in"/"out", text of the amount); from a word, or from which of two amount columns is filled."""
    if mapping.has("direction") or "direction" in mapping.fixed:
        listed = vocabulary_of(mapping, "leg_direction")
        if mapping.numbered:
            listed = {**listed, **words("leg_direction_numbered")}
        direction = looked_up(field_column(mapping, grid, "direction"), listed)
        ledger.reject(truth(pc.is_null(direction)), "unknown_direction", "direction")
        return direction, field_column(mapping, grid, "amount")
    arrived, left = field_column(mapping, grid, "amount_in"), field_column(mapping, grid, "amount_out")
    has_in, has_out = _stated(arrived), _stated(left)
    ledger.reject(has_in == has_out, "unknown_direction", "direction")
    direction = pc.if_else(pa.array(has_in), "in", "out")
    return direction, pc.if_else(pa.array(has_in), arrived, left)


def _stated(column: pa.StringArray) -> Mask:
    """Cells that hold an amount other than nought."""
    return filled(column) & ~truth(pc.match_substring_regex(column, r"^[-–—]*0*(\.0*)?$"))


def _money(
    mapping: Mapping, grid: Grid, source: Source, amount_text: pa.StringArray, ledger: Ledger
) -> tuple[pa.Int64Array, pa.StringArray, pa.Int64Array]:
    """(amount, currency, balance); each distinct currency word is read by itself."""
    stated = stated_currency(mapping, grid, source)
    ledger.reject(truth(pc.is_null(stated)), "bad_amount", "currency")
    balance_text = field_column(mapping, grid, "balance")
    minor, currency = amounts_in(stated, amount_text, mapping.unit)
    balance, _ = amounts_in(stated, balance_text, mapping.unit)
    unreadable = pc.or_kleene(pc.is_null(minor), pc.less(minor, 0))
    ledger.reject(truth(unreadable), "bad_amount", "amount_minor")
    ledger.reject(filled(balance_text) & truth(pc.is_null(balance)), "bad_amount", "balance_minor")
    return minor, currency, balance


def stated_currency(mapping: Mapping, grid: Grid, source: Source) -> pa.StringArray:
    """ISO 4217 code of each row: from its own cell, else the usual one; null where the cell is no currency."""
    usual = mapping.currency or mapping.fixed.get("currency", "") or source.currency
    listed = vocabulary_of(mapping, "currency")
    if mapping.shape == "on_chain":  # the code of a token, made from its contract
        return absent_as_null(picked(grid, mapping.positions("currency")))
    return mapped(picked(grid, mapping.positions("currency")), lambda text: _currency(text, listed, usual))


def amounts_in(stated: pa.StringArray, text: pa.StringArray, unit: str) -> tuple[pa.Int64Array, pa.StringArray]:
    """(minor units, currency) of each cell read in the currency stated for its row; a cell that names its own wins."""
    minor: pa.Int64Array = pa.nulls(len(stated), pa.int64())
    currency = stated
    for code in pc.unique(stated).to_pylist():
        if code:
            here = pc.fill_null(pc.equal(stated, code), False)
            read, named = amounts(text, code, unit)
            minor, currency = pc.if_else(here, read, minor), pc.if_else(here, named, currency)
    return minor, currency


def _currency(text: str, listed: dict[str, str], usual: str) -> str | None:
    if not text:
        return usual
    code = listed.get(normal_word(text))
    return code or (text.upper() if _CODE.fullmatch(text.upper()) else None)


def _success(mapping: Mapping, grid: Grid, ledger: Ledger) -> pa.BooleanArray:
    text = field_column(mapping, grid, "success")
    word = looked_up(text, vocabulary_of(mapping, "success"))
    ledger.reject(filled(text) & truth(pc.is_null(word)), "failed_transaction_word", "success")
    result: pa.BooleanArray = pc.not_equal(pc.fill_null(word, "true"), "false")
    ledger.note(~truth(result), "failed_transaction", "success")
    return result


def _remark(ledger: Ledger, own: pa.StringArray, counter: pa.StringArray) -> None:
    """Notes on both account numbers."""
    ledger.note(truth(pc.is_null(counter)), "no_counterparty", "counter_account")
    for name, column in (("account", own), ("counter_account", counter)):
        text = pc.fill_null(column, "") if column.null_count else column
        if has_byte(text, "*"):
            ledger.note(truth(pc.match_substring(text, "*")), "partial", name)
        lost = cut_to_zeros(text)
        ledger.note(lost, "spreadsheet_loss", name)
        ledger.note(luhn_fails(text) & ~lost, "check_digit", name)
