"""Each bank's own ledger: every leg of its accounts with the balance after it, sorted by account and time, as Parquet.

Balances never go below zero: an account opens with what it needs, and something beside.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fanzha.formats.kernels import pc
from fanzha.simulate import devices
from fanzha.simulate.names import names_of
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import columns
from fanzha.simulate.world import COUNTRIES, PRINTED, PURPOSES, Flags, Ints, World

BLOCK_ROWS = 32_768  # a row group: small, so that one account is found without reading the rest
_FIELDS: list[tuple[str, pa.DataType]] = [
    ("account", pa.string()),
    ("holder", pa.string()),
    ("bank", pa.string()),
    ("at_ms", pa.int64()),
    ("direction", pa.string()),
    ("amount_minor", pa.int64()),
    ("currency", pa.string()),
    ("balance_minor", pa.int64()),
    ("counter_account", pa.string()),
    ("counter_holder", pa.string()),
    ("counter_bank", pa.string()),
    ("serial", pa.string()),
    ("cash", pa.bool_()),
    ("summary", pa.string()),
    ("merchant", pa.string()),
    ("place", pa.string()),
    ("transfer", pa.int64()),
]
LEDGER = pa.schema(_FIELDS)
NETWORK = (("ip", pa.string()), ("mac", pa.string()))  # more columns of a world made with exits.on
# What a bank prints as the summary, by purpose; money of the chain reads like any other.
SUMMARIES: dict[str, tuple[str, str]] = {
    "wage": ("代发工资", "SALARY"),
    "rent": ("房租", "RENT"),
    "shop": ("扫码支付", "PURCHASE"),
    "family": ("生活费", "FAMILY SUPPORT"),
    "allowance": ("生活费", "FAMILY SUPPORT"),
    "friend": ("转账", "TRANSFER"),
    "used_goods": ("二手物品", "TRANSFER"),
    "group_buy": ("团购", "GROUP BUY"),
    "otc": ("转账", "TRANSFER"),
    "charity": ("捐款", "DONATION"),
    "bill": ("水电费", "UTILITY BILL"),
    "supply": ("货款", "INVOICE"),
    "refund": ("退款", "REFUND"),
    "cash_in": ("现金存入", "CASH DEPOSIT"),
    "cash_out": ("ATM取款", "ATM WITHDRAWAL"),
    "cash": ("ATM取款", "ATM WITHDRAWAL"),
    "own": ("本人转账", "OWN TRANSFER"),
    "crypto": ("转账", "TRANSFER"),
    "goods": ("消费", "PURCHASE"),
    "gold": ("POS消费 黄金饰品", "POS GOLD"),
    "merchant": ("扫码支付", "PURCHASE"),
    "abroad": ("跨境汇款", "OUTWARD REMITTANCE"),
    "arrival": ("跨境汇入", "INWARD REMITTANCE"),
    "hire": ("转账", "TRANSFER"),
    "resale": ("黄金回收款", "GOLD BUYBACK"),
}
PLAIN = ("转账", "TRANSFER")
CASH = ("cash_in", "cash_out", "cash")
BOUGHT = ("shop", "goods", "gold", "merchant", "group_buy")
Told = Callable[[int, int], None]  # done, of how many


def write_ledgers(world: World, p: Parameters, out: Path, told: Told) -> None:
    """All ledgers, the list of banks and the list of which account is kept where, under `out`/bodies."""
    folder = out / "bodies"
    (folder / "banks").mkdir(parents=True, exist_ok=True)
    names = names_of(world, np.arange(len(world.holders)))
    spare = _spare(world, p)
    for bank in range(len(world.banks.names)):
        told(bank, len(world.banks.names))
        (folder / "banks" / str(bank)).mkdir(exist_ok=True)
        _write(world, p, bank, names, spare, folder / "banks" / str(bank) / "ledger.parquet")
    told(len(world.banks.names), len(world.banks.names))
    (folder / "banks" / "index.json").write_text(
        json.dumps([_described(world, p, bank) for bank in range(len(world.banks.names))], ensure_ascii=False, indent=1)
        + "\n",
        encoding="utf-8",
    )
    order = np.argsort(world.accounts.number)
    listed = pa.table(
        {
            "account": pc.cast(pa.array(world.accounts.number[order]), pa.string()),
            "k": pa.array(world.accounts.bank[order].astype(np.int64)),
        }
    )
    pq.write_table(listed.sort_by("account"), folder / "accounts.parquet", compression="zstd")


def _described(world: World, p: Parameters, bank: int) -> dict[str, Any]:
    country = COUNTRIES[int(world.banks.country[bank])]
    return {
        "k": bank,
        "name": world.banks.names[bank],
        "country": country.code,
        "form": world.banks.form[bank],
        "zone": country.zone,
        "region": country.code,
        "currency": country.currency,
        "prefixes": [str(p["population.banks"][bank]["prefix"])],
    }


def _spare(world: World, p: Parameters) -> Ints:
    """Minor units that each account holds beyond its need at the beginning."""
    rng = columns(world.seed, "ledgers/spare")
    is_business = world.accounts.holder >= world.holders.people
    told = p["ledgers.spare_yuan"]
    drawn = rng.standard_normal(len(world.accounts))
    median = np.where(is_business, told["business"][0], told["person"][0])
    sigma = np.where(is_business, told["business"][1], told["person"][1])
    rate = np.array([country.per_yuan for country in COUNTRIES])[world.banks.country[world.accounts.bank]]
    return np.asarray((median * np.exp(sigma * drawn) * rate * 100).astype(np.int64))


def legs(world: World, bank: int) -> tuple[Ints, Ints, Ints]:
    """A bank's legs sorted by account number and time: account, place in transfers, 1 for in and -1 for out."""
    t = world.transfers
    here = np.concatenate([world.accounts.bank == bank, [False]])  # -1, no account, is the last place
    outs, ins = np.flatnonzero(here[t.payer]), np.flatnonzero(here[t.payee])
    account = np.concatenate([t.payer[outs], t.payee[ins]]).astype(np.int64)
    place = np.concatenate([outs, ins])
    sign = np.concatenate([np.full(len(outs), -1, np.int8), np.full(len(ins), 1, np.int8)])
    moment = np.concatenate([t.at_ms[outs], t.arrived_ms[ins]]) - world.start_ms
    rank = np.empty(len(world.accounts), np.int64)  # numbers of a bank are of one length: sorted as texts too
    rank[np.argsort(world.accounts.number)] = np.arange(len(rank))
    order = np.argsort((rank[account] << 36) + moment, kind="stable")
    return account[order], place[order], sign[order]


def balances(world: World, account: Ints, place: Ints, sign: Ints, spare: Ints) -> Ints:
    """Minor units in the account after each leg; never below zero."""
    change = sign * world.transfers.amount_minor[place]
    running = np.cumsum(change)
    begins = np.flatnonzero(np.concatenate([[True], account[1:] != account[:-1]]))
    sizes = np.diff(np.append(begins, len(account)))
    before = np.repeat(running[begins] - change[begins], sizes)
    running = running - before
    lowest = np.minimum.reduceat(running, begins)
    opening = np.maximum(0, -lowest) + spare[account[begins]]
    return np.asarray(running + np.repeat(opening, sizes))


def _write(world: World, p: Parameters, bank: int, names: Any, spare: Ints, path: Path) -> None:
    account, place, sign = legs(world, bank)
    balance = balances(world, account, place, sign, spare) if len(account) else np.zeros(0, np.int64)
    rng = columns(world.seed, f"ledgers/{bank}")
    hidden = rng.random(len(account)) < p["ledgers.missing_counterparty_share"]
    schema = LEDGER if world.exits is None else pa.schema([*_FIELDS, *NETWORK])
    options: dict[str, Any] = {"compression": "zstd", "compression_level": 1, "use_dictionary": _REPEATED}
    with pq.ParquetWriter(path, schema, **options) as writer:
        for at in range(0, max(1, len(account)), BLOCK_ROWS):
            cut = slice(at, at + BLOCK_ROWS)
            block = _Block(world, p, bank, names, at, account[cut], place[cut], sign[cut])
            told = _columns(block, balance[cut], hidden[cut])
            if world.exits is not None:
                told |= devices.printed(world.exits, block.place, block.sign < 0)
            writer.write_table(pa.table(told, schema=schema))


_REPEATED = ["account", "holder", "bank", "direction", "currency", "counter_bank", "summary", "merchant", "place"]


class _Block:
    """Some legs of a bank, and who is on the other side."""

    def __init__(
        self,
        world: World,
        p: Parameters,
        bank: int,
        names: Any,
        first: int,
        account: Ints,
        place: Ints,
        sign: Ints,
    ) -> None:
        t, self.world, self.bank, self.names = world.transfers, world, bank, names
        self.account, self.place, self.sign = account, place, sign
        self.other = np.where(sign < 0, t.payee[place], t.payer[place])
        skew = int(p["ledgers.clock_skew_seconds"][bank]) * 1000
        self.at_ms = np.where(sign < 0, t.at_ms[place], t.arrived_ms[place]) + skew
        self.number = first + np.arange(len(account))
        self.purpose = (t.purpose if world.exits is None else world.exits.printed)[place]


def _columns(block: _Block, balance: Ints, hidden: Flags) -> dict[str, Any]:
    world, count = block.world, len(block.account)
    accounts, country = world.accounts, COUNTRIES[int(world.banks.country[block.bank])]
    other = np.maximum(block.other, 0)
    nobody = block.other < 0
    other_holder = accounts.holder[other]
    text = 0 if country.code == "CN" else 1
    words = pa.array([SUMMARIES.get(name, PLAIN)[text] for name in PRINTED])
    bought = np.isin(block.purpose, [PURPOSES.index(name) for name in BOUGHT])
    is_shop = bought & (other_holder >= world.holders.people) & (block.sign < 0)
    cash = np.isin(block.purpose, [PURPOSES.index(name) for name in CASH])
    regions = pa.array(country.regions)
    region = world.holders.region[np.where(is_shop, other_holder, accounts.holder[block.account])]
    region = np.minimum(region, len(country.regions) - 1)
    serial = pc.binary_join_element_wise(
        pa.scalar(f"{block.bank}2026"), pc.utf8_lpad(_text(block.number), width=10, padding="0"), ""
    )
    return {
        "account": _text(accounts.number[block.account]),
        "holder": _taken(block.names, accounts.holder[block.account]),
        "bank": pa.repeat(world.banks.names[block.bank], count),
        "at_ms": block.at_ms,
        "direction": _taken(pa.array(["out", "in"]), (block.sign > 0).astype(np.int32)),
        "amount_minor": world.transfers.amount_minor[block.place],
        "currency": pa.repeat(country.currency, count),
        "balance_minor": balance,
        "counter_account": _where(~(nobody | hidden), _text(accounts.number[other])),
        "counter_holder": _where(~nobody, _taken(block.names, other_holder)),
        "counter_bank": _where(~nobody, _taken(pa.array(world.banks.names), accounts.bank[other])),
        "serial": serial,
        "cash": pa.array(cash),
        "summary": _taken(words, block.purpose),
        "merchant": _where(is_shop, _taken(block.names, other_holder)),
        "place": _where(is_shop | cash, _taken(regions, region)),
        "transfer": block.place.astype(np.int64),
    }


def _where(known: Flags, texts: Any) -> Any:
    """The texts, null where they are not known."""
    return pc.if_else(pa.array(known), texts, pa.scalar(None, pa.string()))


def _taken(texts: Any, places: Ints) -> Any:
    return texts.take(pa.array(places.astype(np.int32)))


def _text(numbers: Ints) -> Any:
    return pc.cast(pa.array(numbers), pa.string())
