"""Transfers in columns: accounts, currencies and purses by number, both sides of a transfer beside each other. Read from the tables."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fanzha.clean.transaction import PREFIX
from fanzha.errors import InputError
from fanzha.store.contract import Tables
from fanzha.trace.paths import Flags, Ints, Money, Shorts
from fanzha.trace.streams import UNSTATED

# No order is asked for: a sort of millions of rows would go through the disk; `_in_order` sorts by number.
NUMBERS_SQL = """
SELECT "transfer", "at_ms", "amount_minor", COALESCE("out_file", -1) AS "out_file", COALESCE("out_row", -1) AS "out_row",
  COALESCE("in_file", -1) AS "in_file", COALESCE("in_row", -1) AS "in_row", COALESCE("exit", '') <> '' AS "exits"
FROM "transfers"
"""
NAMES_SQL = """
SELECT "transfer", COALESCE("payer", '') AS "payer", COALESCE("payee", '') AS "payee", COALESCE("currency", '') AS "currency"
FROM "transfers"
"""
SIDES_SQL = 'SELECT "file", "row", "at_ms", "balance_minor" FROM "legs" WHERE "at_ms" IS NOT NULL'
BACK_SQL = """
SELECT "transfer", "other" FROM "repairs" WHERE "kind" = 'reversal' AND "other" >= 0 ORDER BY "transfer", "other"
"""
FEES_SQL = 'SELECT "transfer", "other" FROM "repairs" WHERE "kind" = \'fee\' AND "other" >= 0 ORDER BY "other"'
SPENT_SQL = """
SELECT "transfer", "other" FROM "repairs" WHERE "kind" = 'same_output' AND "other" >= 0 ORDER BY "transfer", "other"
"""
TRANSFERS_MAX: Final = 1 << 30  # a side of a transfer is a 32-bit number
DENSE: Final = (
    4  # (account, currency) pairs are numbered by a table of all pairs up to this many times the sides there are
)


class Columns(NamedTuple):
    """All transfers, ordered by number. A side is 2 * transfer (payer) or 2 * transfer + 1 (payee)."""

    number: Ints  # [transfers] as in the table, ascending
    money: Money
    key: Ints  # [2 * transfers] file << 32 | row of the leg that shows this side, or -1
    balance: Ints  # [2 * transfers] minor units after that row, or UNSTATED
    accounts: "pa.Array[Any]"  # [accounts] sorted
    currencies: "pa.Array[Any]"  # [currencies] sorted
    account: Shorts  # [purses] ascending
    currency: Shorts  # [purses]
    back_of: dict[int, int]  # place of a transfer -> place of the one by which it came back
    fees: frozenset[int] = frozenset()  # places of transfers that are fees, also in rows of their own
    spent: Mapping[int, int] = MappingProxyType({})  # place of who made an output -> place of who spends it

    def purse_name(self, purse: int) -> tuple[str, str]:
        """Account and currency of a purse."""
        return self.accounts[int(self.account[purse])].as_py(), self.currencies[int(self.currency[purse])].as_py()

    def purses_of(self, account: str) -> range:
        """All purses of an account, one a currency; none where no transfer names it."""
        low, high = 0, len(self.accounts)
        while low < high:
            middle = (low + high) // 2
            if self.accounts[middle].as_py() < account:
                low = middle + 1
            else:
                high = middle
        if low == len(self.accounts) or self.accounts[low].as_py() != account or not account:
            return range(0)
        return range(int(np.searchsorted(self.account, low)), int(np.searchsorted(self.account, low, side="right")))


def read_columns(engine: Tables) -> Columns:
    """Read `transfers`, and `legs` for the moments and balances of both sides.

    A side whose leg is not in `legs` has the moment of its transfer and no balance.
    """
    number, at_ms, amount, key, exits = _numbers(engine)
    n = len(number)
    accounts, sides, currencies, money_of = _names(engine)
    account, currency, purse = _purses(sides, money_of, (accounts, len(currencies)))
    when = np.repeat(at_ms, 2)
    balance = np.full(2 * n, UNSTATED, np.int64)
    _sides(engine, key, when, balance)
    balance[np.repeat((key[0::2] == key[1::2]) & (key[0::2] >= 0), 2)] = (
        UNSTATED  # one row of a block chain shows both sides
    )
    fees = frozenset(place for _, place in _pairs(engine, number, FEES_SQL))
    kept = np.array(sorted(fees), np.int64)
    exits[kept[purse[2 * kept + 1] < 0]] = True  # a bank has it (see `ledger`)
    money = Money(purse, when, amount, exits)
    back_of, spent = (dict(_pairs(engine, number, sql)) for sql in (BACK_SQL, SPENT_SQL))
    return Columns(number, money, key, balance, accounts, currencies, account, currency, back_of, fees, spent)


def of_transactions(columns: Columns) -> Flags:
    """[2 * transfers] whether a side or the other of its transfer is the purse of a transaction (`clean.transaction`)."""
    names = pc.starts_with(columns.accounts, PREFIX).to_numpy(zero_copy_only=False).astype(np.bool_)
    if not names.any():
        return np.zeros(len(columns.money.purse), np.bool_)
    own = names[columns.account]
    sides = (columns.money.purse >= 0) & own[columns.money.purse]
    either: Flags = np.repeat(sides[0::2] | sides[1::2], 2)
    return either


def _ints(column: "pa.ChunkedArray[Any]") -> Ints:
    """A column without nulls. One chunk is not copied."""
    return np.ascontiguousarray(column.to_numpy(), dtype=np.int64)


def _in_order(number: Ints) -> Ints | None:
    """The places that put transfer numbers in order; None where they are."""
    return None if bool(np.all(number[1:] > number[:-1])) else np.argsort(number, kind="stable").astype(np.int64)


def _numbers(engine: Tables) -> tuple[Ints, Ints, Ints, Ints, Flags]:
    table = engine.arrow(NUMBERS_SQL)
    n = table.num_rows
    if n >= TRANSFERS_MAX:
        raise InputError(
            f"{n} transfers are more than one index holds", f"转账共 {n} 笔，超出索引上限", where="transfers"
        )
    number = _ints(table["transfer"])
    order = _in_order(number)
    key = np.full(2 * n, -1, np.int64)
    for side, (file, row) in enumerate((("out_file", "out_row"), ("in_file", "in_row"))):
        files, rows = _ints(table[file]), _ints(table[row])
        if n and max(int(files.max()), int(rows.max())) >= 1 << 31:
            raise InputError("a file or row number is too large", "文件号或行号过大", where=f"transfers.{row}")
        packed = np.where(files >= 0, (files << 32) | rows, -1)
        key[side::2] = packed if order is None else packed[order]
    made = [number, _ints(table["at_ms"]), _ints(table["amount_minor"])]
    exits = np.asarray(table["exits"].to_numpy(zero_copy_only=False), dtype=np.bool_)
    if order is not None:
        made, exits = [column[order] for column in made], exits[order]
    return made[0], made[1], made[2], key, np.array(exits)


def _names(engine: Tables) -> tuple["pa.Array[Any]", Shorts, "pa.Array[Any]", Shorts]:
    """Accounts sorted, the account of each side, currencies sorted, the currency of each transfer."""
    table = engine.arrow(NAMES_SQL)
    n, order = table.num_rows, _in_order(_ints(table["transfer"]))
    both = pa.chunked_array([*table["payer"].chunks, *table["payee"].chunks], pa.string())
    currencies, money_of = _numbered(table["currency"])
    del table
    accounts, codes = _numbered(both)
    del both
    sides = np.empty(2 * n, np.int32)
    for side in (0, 1):
        part = codes[side * n : (side + 1) * n]
        sides[side::2] = part if order is None else part[order]
    return accounts, sides, currencies, money_of if order is None else money_of[order]


def _numbered(texts: "pa.ChunkedArray[Any]") -> tuple["pa.Array[Any]", Shorts]:
    """The distinct texts in the order of their code points, and the number of each text."""
    coded: Any = pc.dictionary_encode(texts).unify_dictionaries()
    if not coded.num_chunks or not len(coded):
        return pa.array([], pa.string()), np.empty(0, np.int32)
    distinct = coded.chunk(0).dictionary
    order = pc.sort_indices(distinct)
    rank = np.empty(len(distinct), np.int32)
    rank[order.to_numpy()] = np.arange(len(distinct), dtype=np.int32)
    codes = [rank[chunk.indices.to_numpy(zero_copy_only=False)] for chunk in coded.chunks]
    return distinct.take(order), np.concatenate(codes)


def _purses(sides: Shorts, money_of: Shorts, shape: tuple["pa.Array[Any]", int]) -> tuple[Shorts, Shorts, Shorts]:
    """Account and currency of each purse, in this order, and the purse of each side; -1 for the account without a name."""
    accounts, width = shape
    pairs: NDArray[Any] = sides.astype(np.int64) * width + np.repeat(money_of, 2)
    size = len(accounts) * width
    if size <= max(1_000_000, DENSE * len(pairs)):
        seen = np.zeros(size, np.bool_)
        seen[pairs] = True
        named = bool(len(accounts)) and accounts[0].as_py() == ""
        if named:
            seen[:width] = False
        found = np.flatnonzero(seen)
        place = np.full(size, -1, np.int32)
        place[found] = np.arange(len(found), dtype=np.int32)
        purse = place[pairs]
    else:
        found, where = np.unique(pairs, return_inverse=True)
        unknown = int(np.searchsorted(found, width)) if accounts[0].as_py() == "" else 0
        found, purse = found[unknown:], np.maximum(where - unknown, -1).astype(np.int32)
    return (found // max(width, 1)).astype(np.int32), (found % max(width, 1)).astype(np.int32), purse


def _sides(engine: Tables, key: Ints, when: Ints, balance: Ints) -> None:
    """Fill in moment and balance of each side whose leg is held."""
    table = engine.arrow(SIDES_SQL)
    if not table.num_rows or not len(key):
        return
    keys = (_ints(table["file"]) << 32) | _ints(table["row"])
    order = _in_order(keys)
    if order is not None:
        keys = keys[order]
    place = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
    held = keys[place] == key
    place = place[held]
    for name, target in (("at_ms", when), ("balance_minor", balance)):
        column: Any = table[name]
        values = _ints(column.fill_null(UNSTATED) if column.null_count else column)
        target[held] = (values if order is None else values[order])[place]


def _pairs(engine: Tables, number: Ints, sql: str) -> list[tuple[int, int]]:
    """Repairs of the stage that concern two transfers, by place."""
    rows = engine.rows(sql)
    pairs = np.searchsorted(number, np.array(rows, np.int64).reshape(len(rows), 2)).tolist()
    return [(one, other) for (one, other), row in zip(pairs, rows, strict=True) if _is_at(number, (one, other), row)]


def _is_at(number: Ints, places: tuple[int, int], wanted: tuple[Any, ...]) -> bool:
    return all(place < len(number) and number[place] == one for place, one in zip(places, wanted, strict=True))
