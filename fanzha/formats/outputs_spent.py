"""Rows that create or spend outputs of Bitcoin, as the statement of the address concerned.

A created output is money that came to its address from a transaction; a spent one is money that left for another. Both
carry one serial number, `hash:index` of the output: what is spent is that output and no other, so nothing is left to a rule there.
"""

import re
from collections.abc import Sequence

from fanzha.clean import transaction
from fanzha.formats.columns import picked
from fanzha.formats.grid import Grid, Source
from fanzha.formats.mapping import Mapping
from fanzha.formats.on_chain import address, mistyped

CHAIN = "BTC"
COINBASE = "new coins"  # in the summary of what a miner's transaction creates
_COUNT = re.compile(r"[0-9]{1,10}")
_SATOSHI = re.compile(r"[0-9]{1,19}")
_SPREADSHEET = re.compile(r"[0-9.]+[Ee]\+?[0-9]+")
_TRUE = ("1", "true")


def outputs_spent(mapping: Mapping, grid: Grid, source: Source) -> dict[str, Sequence[str]]:
    """The columns of a statement: account, counter_account, direction, amount, serial, summary, remarks."""

    def cells(name: str) -> list[str]:
        return [str(cell) for cell in picked(grid, mapping.positions(name)).to_pylist()]

    spends = mapping.fixed.get("spends") == "yes"
    created, numbers = cells("created_by"), cells("number")
    movers = cells("spent_by") if spends else created
    places = cells("place_in") if spends else numbers
    columns = zip(cells("recipient"), cells("value"), created, numbers, movers, places, cells("coinbase"), strict=True)
    names = ("account", "counter_account", "direction", "amount", "serial", "summary", "remarks")
    made: dict[str, list[str]] = {name: [] for name in names}
    for recipient, value, origin, number, mover, place, coinbase in columns:
        remarks: list[str] = []
        account = _address(recipient, value, remarks)
        by, output = transaction.of(mover), transaction.of(origin)
        serial = f"{output[len(transaction.PREFIX) :]}:{int(number)}" if output and _COUNT.fullmatch(number) else ""
        if not by or not serial:
            remarks.append("!not_a_transfer counter_account")
        if _SPREADSHEET.fullmatch(value):
            remarks.append("!spreadsheet_loss amount_minor")
        told = f"{'input' if spends else 'output'} {place}" if _COUNT.fullmatch(place) else ""
        # in a list of spent outputs the mark is of the output, not of the transaction that spends it
        fresh = COINBASE if not spends and coinbase.lower() in _TRUE else ""
        made["account"].append(account)
        made["counter_account"].append(by)
        made["direction"].append("out" if spends else "in")
        made["amount"].append(value if _SATOSHI.fullmatch(value) else "-1")
        made["serial"].append(serial)
        made["summary"].append("; ".join(filter(None, (told, fresh))))
        made["remarks"].append(";".join(remarks))
    return dict(made)


def _address(recipient: str, value: str, remarks: list[str]) -> str:
    """The address in normal form; "" for what pays no address: data, and scripts that none stands for."""
    normal = address(recipient, CHAIN)
    if not normal.startswith(CHAIN + ":"):
        remarks.append("!not_a_transfer account" if not value.strip("0") else "!bad_account account")
        return ""
    if mistyped(recipient, CHAIN):
        remarks.append("check_digit account")
    return normal
