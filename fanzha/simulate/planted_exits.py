"""The truth of worlds made with `exits.on`: which transfers continue one another beyond a break, tests, marks of accounts, networks."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fanzha.simulate.devices import ip_text
from fanzha.simulate.invent import stream
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.reporting import account_text
from fanzha.simulate.world import BUSINESSES, DAY_MS, Break, Exits, Moved, World

Rows = list[dict[str, Any]]
TYPES: dict[str, pa.DataType] = {"int": pa.int64(), "text": pa.string()}
COLUMNS = {
    "breaks": "kind:text way:text out_transfer:int in_transfer:int token:text payer:text payee:text through:text out_ms:int"
    " in_ms:int out_minor:int out_currency:text in_minor:int in_currency:text disputed_minor:int",
    "tests": "transfer:int large_transfer:int payer:text payee:text at_ms:int large_ms:int amount_minor:int"
    " large_minor:int currency:text",
    "marks": "account:text mark:text from_ms:int to_ms:int",
    "networks": "kind:text owner:int ip:text from_ms:int to_ms:int",
}
SCHEMAS: dict[str, dict[str, pa.DataType]] = {
    name: {column: TYPES[kind] for column, kind in (one.split(":") for one in told.split())}
    for name, told in COLUMNS.items()
}


def write_exits(world: World, out: Path) -> None:
    """Four tables under `out`/truth; nothing in a world without exits."""
    told = world.exits
    if told is None:
        return
    places = {id(one): int(place) for one, place in zip(world.moved, world.transfer_of.tolist(), strict=True)}
    tables: dict[str, Rows] = {
        "breaks": [_break(world, places, one) for one in told.breaks],
        "tests": [_test(world, places, *pair) for pair in told.tests],
        "marks": marks(world, told),
        "networks": [
            {"kind": n.kind, "owner": n.owner, "ip": ip_text(n.ip), "from_ms": n.from_ms, "to_ms": n.to_ms}
            for n in told.networks
        ],
    }
    for name, rows in tables.items():
        rows.sort(key=lambda row: [str(value) if isinstance(value, str) else f"{value:020d}" for value in row.values()])
        schema = pa.schema(SCHEMAS[name])
        table = pa.table({c: pa.array([row[c] for row in rows], kind) for c, kind in SCHEMAS[name].items()}, schema)
        pq.write_table(table, out / "truth" / f"{name}.parquet", compression="zstd")


def _break(world: World, places: Mapping[int, int], one: Break) -> dict[str, Any]:
    back, token = one.back, one.token
    seen = back.desk if back and back.desk >= 0 else back.payer if back else -1
    return {
        "kind": one.kind,
        "way": one.way,
        "out_transfer": places[id(one.out)],
        "in_transfer": places[id(back)] if back else -1,
        "token": token.serial if token else "",
        "payer": account_text(world, one.out.payer),
        "payee": account_text(world, back.payee) if back else token.account if token else "",
        "through": account_text(world, seen),
        "out_ms": one.out.at_ms,
        "in_ms": back.arrived_ms if back else token.at_ms if token else -1,
        "out_minor": one.out.amount_minor,
        "out_currency": world.currency(one.out.payer),
        "in_minor": back.amount_minor if back else token.amount_minor if token else 0,
        "in_currency": world.currency(back.payee) if back else "USDT",
        "disputed_minor": sum(parcel.amount_minor for parcel in one.out.parcels),
    }


def _test(world: World, places: Mapping[int, int], tiny: Moved, large: Moved) -> dict[str, Any]:
    return {
        "transfer": places[id(tiny)],
        "large_transfer": places[id(large)],
        "payer": account_text(world, tiny.payer),
        "payee": account_text(world, tiny.payee),
        "at_ms": tiny.at_ms,
        "large_ms": large.at_ms,
        "amount_minor": tiny.amount_minor,
        "large_minor": large.amount_minor,
        "currency": world.currency(tiny.payer),
    }


def marks(world: World, told: Exits) -> Rows:
    """What was planted, and every honest shop that got disputed money (`honest_shop`, from the first of it to the last)."""
    found = dict(told.marks)
    sellers = [BUSINESSES.index(name) for name in ("shop", "platform", "used_goods", "jeweller", "landlord")]
    for one in world.moved:
        holder = int(world.accounts.holder[one.payee]) if one.payee >= 0 else -1
        sells = holder >= world.holders.people and int(world.holders.business[holder]) in sellers
        if one.parcels and sells and one.payee not in world.controller:
            first, last = found.get((one.payee, "honest_shop"), (one.arrived_ms, one.arrived_ms))
            found[one.payee, "honest_shop"] = min(first, one.arrived_ms), max(last, one.arrived_ms)
    return [
        {"account": account_text(world, account), "mark": mark, "from_ms": span[0], "to_ms": span[1]}
        for (account, mark), span in found.items()
    ]


def leads(world: World, p: Parameters, known: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Accounts beyond a break that are asked about because of something else (a camera, a runner's telephone), and when.

    `known`: incident -> when its first report came (UTC ms).
    """
    for one in world.exits.breaks if world.exits else ():
        told = [known[parcel.incident] for parcel in one.out.parcels if parcel.incident in known]
        if told and one.back is not None:
            rng = stream(world.seed, f"exits/lead/{one.back.payee}")
            moment = max(min(told), one.back.arrived_ms) + int(rng.uniform(0.5, 5) * DAY_MS)
            if rng.random() < p["exits.leads_asked_share"]:
                yield one.back.payee, moment
