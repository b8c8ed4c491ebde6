"""Personal data as it may be shown: every sensitive column masked by the rule of its kind."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from itertools import chain

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
    ip,
    mac,
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
        *(iban, iccid, imei, imsi, ip, mac, name, phone, url, wallet),
    )
}
# a number of seven digits that is not known may be an account: two digits at each end are shown
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){6,}")
_CUT = "\0"
_AGAIN_MIN = 6  # characters of a value that is hidden wherever it stands; shorter ones are words as well
OPEN_KINDS = {
    "money",
    "moment",
    "url",
    "domain",
    "report",
    "script",
}  # infrastructure, amounts, times, numbers of reports


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
    """Free text with every identifier in it masked, also where it stands again without the label that told what it is, and
    every long number that nothing was found in; the words around them stay."""
    found = text.find(plain)
    shown = [one.original if one.kind in OPEN_KINDS else mask_value(one.kind, one.normal) for one in found]
    ends = [0, *(one.end for one in found)]
    starts = [*(one.start for one in found), len(plain)]
    # between what was found: one text, so that each known value is looked for once
    words = _CUT.join(plain[a:b].replace(_CUT, "\ufffd") for a, b in zip(ends, starts, strict=True))
    masks = {one.original: mask for one, mask in zip(found, shown, strict=True) if one.kind not in OPEN_KINDS}
    for known in sorted(masks, key=lambda known: (-len(known), known)):
        if len(known) >= _AGAIN_MIN and _CUT not in known:
            words = words.replace(known, masks[known])
    words = _LONG_NUMBER.sub(lambda run: f"{run[0][:2]}****{run[0][-2:]}", words)
    return "".join(chain.from_iterable(zip(words.split(_CUT), [*shown, ""], strict=True)))


def mask_told(plain: str, names: Iterable[str | None] = ()) -> str:
    """A narrative with every identifier and every name that is known masked, longest name first."""
    told = mask_text(plain)
    for known in sorted({one for one in names if one and len(one) > 1}, key=lambda one: (-len(one), one)):
        told = told.replace(known, mask_value("name", known))
    return told


def mask_table(declared: Table, rows: pa.Table) -> pa.Table:
    """The rows of a declared table, or some of its columns, with every sensitive column masked."""
    masked = rows
    for column in declared.columns:
        place = rows.schema.get_field_index(column.name)
        if column.sensitive and place >= 0:
            masked = masked.set_column(place, column.name, _mask_column(declared, column, rows))
    return masked


def _mask_column(declared: Table, column: Column, rows: pa.Table) -> pa.StringArray:
    values = rows.column(column.name).to_pylist()
    if column.kind == "mention":
        kind_column = f"{column.name}_kind" if f"{column.name}_kind" in declared.column_names() else "kind"
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
