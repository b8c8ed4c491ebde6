"""Personal data as it may be shown: every sensitive column masked by the rule of its kind."""

from collections.abc import Callable, Iterable
from functools import cache

import pyarrow as pa

from fanzha.clean import (
    account,
    address,
    app,
    bank_card,
    bic,
    cell,
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
    name,
    phone,
    text,
    url,
    wallet,
)
from fanzha.model.table import Column, Table

MASKS: dict[str, Callable[[str], str]] = {
    module.KIND: module.masked
    for module in (
        *(account, address, app, bank_card, bic, cell, certificate, cn_id, cnaps, credit_code, domain, email),
        *(iban, iccid, imei, imsi, name, phone, url, wallet),
    )
}
OPEN_KINDS = {"money", "moment", "url", "domain", "report"}  # infrastructure, amounts and times are not personal


@cache
def mask_value(kind: str, value: str) -> str:
    """One value as it may be shown. Kinds without a rule of their own keep two characters at each end."""
    if not value or kind in OPEN_KINDS:
        return value
    rule = MASKS.get(kind)
    if rule is not None:
        return rule(value)
    return value[:2] + "*" * max(1, len(value) - 4) + value[-2:] if len(value) > 4 else "*" * len(value)


def mask_text(plain: str) -> str:
    """Free text with every identifier in it masked; the words around them stay."""
    pieces, at = [], 0
    for found in text.find(plain):
        if found.start < at or found.kind in OPEN_KINDS:
            continue
        pieces += [plain[at : found.start], mask_value(found.kind, found.normal)]
        at = found.end
    return "".join([*pieces, plain[at:]])


def mask_told(plain: str, names: Iterable[str | None] = ()) -> str:
    """A narrative with every identifier and every name that is known masked, longest name first."""
    told = mask_text(plain)
    for known in sorted({one for one in names if one and len(one) > 1}, key=lambda one: (-len(one), one)):
        told = told.replace(known, mask_value("name", known))
    return told


def mask_table(declared: Table, rows: pa.Table) -> pa.Table:
    """The rows of a declared table with every sensitive column masked."""
    masked = rows
    for place, column in enumerate(declared.columns):
        if column.sensitive:
            masked = masked.set_column(place, column.name, _mask_column(declared, column, rows))
    return masked


def _mask_column(declared: Table, column: Column, rows: pa.Table) -> pa.StringArray:
    values = rows.column(column.name).to_pylist()
    if column.kind == "mention":
        kind_column = "target_kind" if "target_kind" in declared.column_names() else "kind"
        kinds = rows.column(kind_column).to_pylist()
        masked = [value and mask_value(kind, value) for kind, value in zip(kinds, values, strict=True)]
    elif column.kind == "narrative":
        known = rows.column("victim").to_pylist() if "victim" in rows.column_names else [None] * len(values)
        masked = [value and mask_told(value, (name,)) for value, name in zip(values, known, strict=True)]
    elif column.kind == "account":  # the other account may be a wallet or a login that looks like a phone
        masked = [value and mask_value("wallet" if ":" in value else "account", value) for value in values]
    else:
        masked = [value and mask_value(column.kind or "other", value) for value in values]
    return pa.array(masked, pa.string())
