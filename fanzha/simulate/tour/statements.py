"""The world as one institution sees it: statements and call records as record tables, ready for a format to write."""

from collections.abc import Iterable

import pyarrow as pa

from fanzha.model.table import record_tables
from fanzha.simulate.invent import cn_id, stream
from fanzha.simulate.tour.calling import cell
from fanzha.simulate.tour.cast import STATEMENTS
from fanzha.simulate.tour.world import Account, Call, Phone, Transfer, World
from fanzha.store.engine import arrow_schema

FAILED = {"c1": 2, "b3": 1}  # account -> transfers that its bank refused; they change no balance
Row = dict[str, object]


def record(name: str, rows: Iterable[Row]) -> pa.Table:
    """Rows as the record table `name` without the column file; cells that are missing or "" are null."""
    schema = arrow_schema(record_tables()[name], without=("file",))
    filled = []
    for place, row in enumerate(rows, start=1):
        cells = {column: None if row.get(column) == "" else row.get(column) for column in schema.names}
        filled.append(cells | {"row": place, "byte_offset": -1})
    return pa.Table.from_pylist(filled, schema=schema)


def holder_id(world: World, account: Account) -> str:
    """Identity number of a card holder whose bank sends it (mules of Chinese banks); "" otherwise."""
    if account.role != "mule" or account.currency != "CNY":
        return ""
    return cn_id(stream(world.seed, f"identity/{account.key}"))


def _leg(world: World, account: Account, transfer: Transfer, other: Account | None, balance_minor: int) -> Row:
    out = transfer.payer == account.number
    return {
        "account": account.number,
        "holder": account.holder,
        "holder_id": holder_id(world, account),
        "bank": account.bank,
        "at_ms": transfer.at_ms if out else transfer.arrived_ms,
        "direction": "out" if out else "in",
        "amount_minor": transfer.amount_minor,
        "currency": transfer.currency,
        "balance_minor": balance_minor,
        "counter_account": other.number if other else "",
        "counter_holder": other.holder if other else "",
        "counter_bank": other.bank if other else "",
        "serial": f"{account.key.upper()}{transfer.id:07d}",
        "cash": transfer.purpose == "cash",
        "success": True,
        "summary": transfer.summary,
        "merchant": transfer.merchant,
        "place": transfer.place,
    }


def statement(world: World, key: str) -> list[Row]:
    """All legs of one account in time order, with the balance after each."""
    by_number = {account.number: account for account in world.accounts}
    account = next(account for account in world.accounts if account.key == key)
    rows: list[Row] = []
    balance = account.opening_minor
    refused = FAILED.get(key, 0)
    for transfer in world.transfers:
        if account.number not in (transfer.payer, transfer.payee):
            continue
        out = transfer.payer == account.number
        balance += -transfer.amount_minor if out else transfer.amount_minor
        row = _leg(world, account, transfer, by_number.get(transfer.payee if out else transfer.payer), balance)
        rows.append(row)
        if refused and out and transfer.purpose == "layer":
            refused -= 1
            # a second attempt in the same second, refused by the bank
            rows.append({**row, "success": False, "serial": f"{row['serial']}F"})
    return rows


def statements(world: World, file: str) -> list[Row]:
    """The statements that one institution delivers in `file` (a key of STATEMENTS), one account after the other."""
    return [row for key in STATEMENTS[file] for row in statement(world, key)]


def subscriber_calls(world: World, phone: Phone) -> list[Row]:
    """All calls of one subscriber in time order, as its operator kept them."""
    homes = {other.number: other.home for other in world.phones}
    return [_call(phone, call, homes) for call in world.calls if phone.number in (call.caller, call.callee)]


def _call(phone: Phone, call: Call, homes: dict[str, str]) -> Row:
    out = call.caller == phone.number
    other = call.callee if out else call.caller
    return {
        "subscriber": phone.number,
        "counterparty": other,
        "direction": "out" if out else "in",
        "medium": call.medium,
        "at_ms": call.at_ms,
        "duration_seconds": call.duration_seconds,
        "place": phone.home,
        "counter_place": homes.get(other, ""),
        "imei": phone.imei,
        "imsi": phone.imsi,
        "cell": cell(phone, call.at_ms),
    }
