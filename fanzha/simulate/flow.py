"""Money that moved, read back in columns from the ledgers of a written world."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fanzha.errors import NotFound
from fanzha.simulate.world import COUNTRIES, Flags, Ints

_COLUMNS = ["account", "direction", "at_ms", "amount_minor", "currency", "cash", "transfer"]
_TEXTS = ["account", "direction", "currency"]
OFFSET_MINUTES = {country.currency: country.offset_minutes for country in COUNTRIES}
PER_YUAN = {country.currency: country.per_yuan for country in COUNTRIES}


@dataclass(frozen=True, slots=True)
class Flow:
    """Transfers in columns of one length, in the order of their numbers.

    `payer` and `payee` are places below `accounts`; -1 is cash or a bank outside. `at_ms` is the payer's time in UTC ms where
    the payer has an account, else the payee's; money is minor units of `currencies[currency]`.
    """

    payer: Ints
    payee: Ints
    at_ms: Ints
    amount_minor: Ints
    currency: Ints
    cash: Flags
    transfer: Ints
    accounts: int
    currencies: tuple[str, ...]
    start_ms: int
    end_ms: int

    def __len__(self) -> int:
        return len(self.payer)

    def kept(self, which: Flags) -> "Flow":
        """The transfers named by `which`, of the same accounts and period."""
        names = ("payer", "payee", "at_ms", "amount_minor", "currency", "cash", "transfer")
        return replace(self, **{name: getattr(self, name)[which] for name in names})

    def between(self) -> "Flow":
        """Transfers from one account to another: no cash, nobody outside."""
        return self.kept((self.payer >= 0) & (self.payee >= 0) & ~self.cash)

    def yuan(self) -> np.ndarray:
        """Amounts in yuan at the world's fixed rates, so that currencies can stand beside each other."""
        rate = np.array([PER_YUAN.get(name, 1.0) for name in self.currencies])
        return np.asarray(self.amount_minor / rate[self.currency] / 100)

    def local_ms(self) -> Ints:
        """Moments on the clock of the currency's country."""
        offset = np.array([OFFSET_MINUTES.get(name, 0) * 60_000 for name in self.currencies], np.int64)
        return np.asarray(self.at_ms + offset[self.currency])

    def day(self) -> Ints:
        """Days since the start of the period, from 0."""
        return np.asarray((self.at_ms - self.start_ms) // 86_400_000)


def about(out: Path) -> dict[str, Any]:
    """The description of the world written in `out`. Raises NotFound where there is none."""
    path = out / "world.json"
    if not path.is_file():
        raise NotFound(
            "this folder holds no written world",
            "该目录中没有已生成的世界",
            where=str(out),
            remedy="make one with fanzha simulate",
            remedy_zh="请先运行 fanzha simulate",
        )
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


def ledgers(out: Path) -> list[Path]:
    """The ledgers of all banks, by number of the bank."""
    return sorted((out / "bodies" / "banks").glob("*/ledger.parquet"), key=lambda path: int(path.parent.name))


def read_flow(out: Path) -> Flow:
    """Every transfer of the world in `out`, joined from the payer's and the payee's ledger by its number."""
    told = about(out)
    parts = [_Legs(path) for path in ledgers(out)]
    size = 1 + max((int(part.transfer.max()) for part in parts if len(part.transfer)), default=-1)
    ends = np.full((2, size), -1, np.int32)
    at_ms, amount = np.zeros(size, np.int64), np.zeros(size, np.int64)
    currency, cash = np.zeros(size, np.int8), np.zeros(size, bool)
    currencies = sorted({name for part in parts for name in part.currencies})
    first = 0
    for leaves in (False, True):  # the payer's own row is written last and stays
        first = 0
        for part in parts:
            rows = part.out == leaves
            place = part.transfer[rows]
            ends[0 if leaves else 1, place] = first + part.account[rows]
            at_ms[place], amount[place], cash[place] = part.at_ms[rows], part.amount[rows], part.cash[rows]
            codes = np.array([currencies.index(name) for name in part.currencies] or [0], np.int8)
            currency[place] = codes[part.currency[rows]]
            first += part.accounts
    made = Flow(
        payer=ends[0], payee=ends[1], at_ms=at_ms, amount_minor=amount, currency=currency, cash=cash,
        transfer=np.arange(size), accounts=first, currencies=tuple(currencies),
        start_ms=int(told["start_ms"]), end_ms=int(told["end_ms"]),
    )  # fmt: skip
    return made.kept((made.payer >= 0) | (made.payee >= 0))


def _codes(table: Any, name: str) -> tuple[Ints, list[str]]:
    """A text column as numbers, and what each number says."""
    column = table[name].unify_dictionaries().combine_chunks()
    if isinstance(column, pa.ChunkedArray):  # an empty column stays in chunks
        column = column.chunk(0) if column.num_chunks else pa.array([], pa.string()).dictionary_encode()
    return np.asarray(column.indices.to_numpy(zero_copy_only=False)).astype(np.int32), column.dictionary.to_pylist()


class _Legs:
    """One bank's ledger in columns; accounts are numbered from 0 within the bank."""

    def __init__(self, path: Path) -> None:
        table = pq.read_table(path, columns=_COLUMNS, read_dictionary=_TEXTS, partitioning=None)
        self.account, names = _codes(table, "account")
        self.accounts = len(names)
        direction, words = _codes(table, "direction")
        self.out: Flags = np.isin(direction, [code for code, word in enumerate(words) if word == "out"])
        self.currency, self.currencies = _codes(table, "currency")
        self.at_ms = table["at_ms"].to_numpy()
        self.amount = table["amount_minor"].to_numpy()
        self.cash = table["cash"].to_numpy()
        self.transfer = table["transfer"].to_numpy()
