"""A small truth folder made by hand, and the tables of a workspace that saw part of it.

Two gangs, 1 and 2. Incident 0 (gang 1): victim 100 pays 1,000.00 to A1, which sends 600.00 to B1, which takes out 200.00 in
cash. Incident 1 (gang 1): victim 101 pays 500.00 to A1. Incident 2 (gang 2): victim 102 pays 300.00 to C1, which spends
100.00 in the shop S1. Incident 3 (gang 2) is never reported: 50.00 in C1.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fanzha.score.truth import Truth
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.tables import table

MIN = 60_000
AS_OF = 1_000 * MIN
Row = dict[str, Any]

TYPES: dict[str, dict[str, pa.DataType]] = {
    "people": {
        "person": pa.int64(), "name": pa.string(), "role": pa.string(), "organisation": pa.int64(), "gang": pa.int64(),
        "coerced": pa.bool_(), "minor": pa.bool_(), "age_band": pa.string(), "migrant": pa.bool_(), "region": pa.string(),
        "country": pa.string(), "phone": pa.string(),
    },
    "accounts": {
        "account": pa.string(), "currency": pa.string(), "bank": pa.string(), "holder": pa.int64(), "role": pa.string(),
        "controller": pa.int64(), "gang": pa.int64(), "innocent": pa.string(),
    },
    "reports": {
        "reference": pa.string(), "incident": pa.int64(), "gang": pa.int64(), "crew": pa.int64(), "scam_type": pa.string(),
        "victim": pa.int64(), "age_band": pa.string(), "migrant": pa.bool_(), "region": pa.string(), "at_ms": pa.int64(),
        "received_ms": pa.int64(), "repeat": pa.bool_(),
    },
    "payments": {
        "incident": pa.int64(), "transfer": pa.int64(), "payer": pa.int64(), "payee": pa.string(), "at_ms": pa.int64(),
        "arrived_ms": pa.int64(), "amount_minor": pa.int64(), "currency": pa.string(),
    },
    "parcels": {
        "transfer": pa.int64(), "incident": pa.int64(), "gang": pa.int64(), "payer": pa.string(), "payee": pa.string(),
        "at_ms": pa.int64(), "arrived_ms": pa.int64(), "amount_minor": pa.int64(), "disputed_minor": pa.int64(),
        "currency": pa.string(), "tier": pa.int64(), "exit": pa.string(), "group": pa.int64(),
    },
    "identifiers": {
        "kind": pa.string(), "value": pa.string(), "owner": pa.int64(), "gangs": pa.list_(pa.int64()), "from_ms": pa.int64(),
        "to_ms": pa.int64(),
    },
    "leaks": {
        "company": pa.int64(), "company_name": pa.string(), "person": pa.int64(), "leaked_ms": pa.int64(),
        "seller": pa.int64(), "gangs": pa.list_(pa.int64()),
    },
    "next": {"person": pa.int64(), "gang": pa.int64(), "due_ms": pa.int64()},
}  # fmt: skip


def person(number: int, role: str = "", phone: str = "", **other: Any) -> Row:
    return {
        "person": number, "role": role, "phone": phone, "coerced": False, "gang": 1, "age_band": "26-40",
        "migrant": False, "region": "杭州", **other,
    }  # fmt: skip


def account(number: str, role: str = "mule", innocent: str = "none", holder: int = -1) -> Row:
    return {"account": number, "currency": "CNY", "role": role, "innocent": innocent, "holder": holder}


def report(reference: str, incident: int, gang: int, received: int = 100, **other: Any) -> Row:
    return {
        "reference": reference, "incident": incident, "gang": gang, "crew": 10 * gang if gang >= 0 else -1,
        "victim": 100 + incident, "age_band": "26-40", "migrant": False, "region": "杭州",
        "at_ms": received * MIN, "received_ms": received * MIN, **other,
    }  # fmt: skip


def payment(incident: int, transfer: int, payee: str, at: int, amount: int) -> Row:
    return {
        "incident": incident, "transfer": transfer, "payee": payee, "at_ms": at * MIN, "amount_minor": amount,
        "currency": "CNY",
    }  # fmt: skip


def parcel(
    transfer: int, incident: int, way: tuple[str, str], at: int, amount: int, tier: int = 1, **other: Any
) -> Row:
    """`way` is payer and payee; `at` is the minute it leaves, it arrives a second later."""
    return {
        "transfer": transfer, "incident": incident, "payer": way[0], "payee": way[1], "at_ms": at * MIN,
        "arrived_ms": at * MIN + 1000, "amount_minor": amount, "disputed_minor": amount, "currency": "CNY", "tier": tier,
        "exit": "", "group": 0, **other,
    }  # fmt: skip


WORLD: dict[str, list[Row]] = {
    "people": [
        person(1, "R-BOSS", "+8613800000001"),
        person(2, "R-CORE", "+8613800000002"),
        person(3, "R-OPER", "+8613800000003"),
        person(4, "V-TRAF", "+8613800000004", coerced=True),
        person(100, "V-VICT", "+8613900000100"),
        person(105, phone="+8613900000105"),
        person(106, phone="+8613900000106"),
    ],
    "accounts": [
        account("A1", holder=2),
        account("B1"),
        account("C1"),
        account("S1", "shop", "shop"),
        account("V0", "victim"),
    ],
    "reports": [
        report("R0", 0, 1, received=20),
        report("R0b", 0, 1, received=50, repeat=True),
        report("R1", 1, 1, received=100, age_band="61+"),
        report("R2", 2, 2, received=40),
        report("P", -1, -1, received=60),
    ],
    "payments": [
        payment(0, 1, "A1", 10, 100_000),
        payment(1, 2, "A1", 90, 50_000),
        payment(2, 3, "C1", 30, 30_000),
        payment(3, 4, "C1", 31, 5_000),
    ],
    "parcels": [
        parcel(1, 0, ("V0", "A1"), 10, 100_000),
        parcel(5, 0, ("A1", "B1"), 30, 60_000, tier=2),
        parcel(6, 0, ("B1", ""), 35, 20_000, tier=3, exit="cash"),
        parcel(2, 1, ("V1", "A1"), 90, 50_000),
        parcel(3, 2, ("V2", "C1"), 30, 30_000),
        parcel(4, 3, ("V3", "C1"), 31, 5_000),
        parcel(7, 2, ("C1", "S1"), 45, 10_000, tier=2, exit="goods"),
    ],
    "identifiers": [
        {"kind": "account", "value": "A1", "gangs": [1], "from_ms": 0},
        {"kind": "account", "value": "B1", "gangs": [1], "from_ms": 0},
        {"kind": "phone", "value": "+8613800000003", "gangs": [1, 2], "from_ms": 0},
        {"kind": "certificate", "value": "sha256:ab", "gangs": [2], "from_ms": 0},
        {"kind": "phone", "value": "+8613800000009", "gangs": [1], "from_ms": AS_OF + 1},
    ],
    "leaks": [
        {"company": 7, "company_name": "甲平台", "person": 100},
        {"company": 8, "company_name": "乙快递", "person": 101},
        {"company": 7, "company_name": "甲平台", "person": 102},
    ],
    "next": [{"person": 105, "gang": 1, "due_ms": AS_OF}, {"person": 107, "gang": 1, "due_ms": AS_OF}],
}


def write(folder: Path, changed: dict[str, list[Row]] | None = None) -> Truth:
    """Write the truth under `folder`/truth, with some files changed, and world.json beside it."""
    out = folder / "truth"
    out.mkdir(parents=True, exist_ok=True)
    for name, rows in {**WORLD, **(changed or {})}.items():
        schema = pa.schema(list(TYPES[name].items()))
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), out / f"{name}.parquet", compression="zstd")
    world = {"fanzha_world": 1, "preset": "by hand", "seed": 7, "start_ms": 0, "end_ms": 2 * AS_OF, "people": 107}
    (folder / "world.json").write_text(json.dumps(world), encoding="utf-8")
    return Truth(out)


def put(engine: Engine, name: str, rows: Sequence[Row]) -> None:
    """Fill a table; columns not named are null."""
    schema = arrow_schema(table(name))
    if "byte_offset" in schema.names:
        rows = [{"file": 1, "row": 1, "byte_offset": 0, **row} for row in rows]
    engine.put(name, pa.Table.from_pylist(list(rows), schema=schema))


def reported(engine: Engine, cases: dict[str, str], texts: dict[str, str] | None = None) -> None:
    """Reports in these cases, one row each in the order given."""
    texts = texts or {}
    rows = [
        {"row": place, "reference": one, "at_ms": 100 * MIN, "text": texts.get(one, "")}
        for place, one in enumerate(cases, 1)
    ]
    put(engine, "reports", rows)
    put(engine, "case_reports", [{"case_id": c, "file": 1, "row": n} for n, c in enumerate(cases.values(), 1)])


def mention(row: int, kind: str, value: str) -> Row:
    return {"row": row, "kind": kind, "value": value, "field": "text", "start": row, "stop": row + 1, "role": ""}


def disputed(case_id: str, account: str, tier: int, received: int, held: int, unlocated: int = 0, **other: Any) -> Row:
    return {
        "case_id": case_id, "account": account, "tier": tier, "received_minor": received, "held_minor": held,
        "unlocated_minor": unlocated, "currency": "CNY", "innocent": "none", **other,
    }  # fmt: skip


def step(case_id: str, rank: int, verb: str, target: str, amount: int = 0, kind: str = "account") -> Row:
    return {
        "case_id": case_id, "rank": rank, "verb": verb, "target_kind": kind, "target": target, "amount_minor": amount,
        "currency": "CNY",
    }  # fmt: skip


def transfer(number: int, payer: str, payee: str, at: int, amount: int) -> Row:
    return {
        "transfer": number, "payer": payer, "payee": payee, "at_ms": at * MIN, "amount_minor": amount, "currency": "CNY",
        "exit": "",
    }  # fmt: skip


def workspace() -> Engine:
    """What a workspace might make of the world: it joins R0, R0b and R1 rightly, and the stray P to R2 wrongly."""
    engine = Engine()
    cases = {"R0": "1-1", "R0b": "1-1", "R1": "1-1", "R2": "1-4", "P": "1-4"}
    reported(engine, cases, {"R0": "对方能说出订单号DD00007123456789", "R2": "订单DD00009123456789"})
    put(
        engine,
        "mentions",
        [
            mention(1, "bank_card", "A1"),
            mention(3, "account", "A1"),
            mention(2, "phone", "+8613800000003"),
            mention(4, "phone", "+8613800000003"),
            mention(4, "certificate", "AB"),
            mention(5, "money", "CNY:100"),
            mention(1, "money", "CNY:100"),
        ],
    )
    put(
        engine,
        "disputed",
        [
            disputed("1-1", "A1", 1, 150_000, 90_000),
            disputed("1-1", "B1", 3, 60_000, 30_000, 10_000),
            disputed("1-4", "C1", 1, 30_000, 24_000),
            disputed("1-4", "S1", 2, 10_000, 10_000, innocent="shop"),
            disputed("1-4", "X9", 2, 4_000, 4_000),
        ],
    )
    put(
        engine,
        "exits",
        [
            {"case_id": "1-1", "account": "B1", "kind": "cash", "disputed_minor": 25_000, "currency": "CNY"},
            {"case_id": "1-1", "account": "B1", "kind": "file_ends", "disputed_minor": 10_000, "currency": "CNY"},
        ],
    )
    put(
        engine,
        "flows",
        [
            {
                "case_id": "1-4", "transfer": 7, "payer": "C1", "payee": "S1", "tier": 2, "disputed_minor": 10_000,
                "currency": "CNY",
            }
        ],
    )  # fmt: skip
    put(
        engine,
        "steps",
        [
            step("1-1", 1, "hold", "A1", 90_000),
            step("1-1", 2, "request_statement", "B1", 10_000),
            step("1-1", 3, "request_subscriber", "+8613800000003", kind="phone"),
            step("1-4", 1, "hold", "X9", 4_000),
            step("1-4", 2, "ask_holder", "S1", 10_000),
            step("1-4", 3, "hold", "C1", 24_000),
        ],
    )
    put(
        engine,
        "transfers",
        [
            transfer(1, "V0", "A1", 10, 100_000),
            transfer(5, "A1", "B1", 30, 60_000),
            transfer(8, "H", "B1", 20, 7_000),
            transfer(9, "H", "B1", 40, 9_000),
            transfer(10, "B1", "Z", 41, 1_000),
            transfer(11, "Q", "Y", 42, 5_000),
        ],
    )
    paid = {"case_id": "1-1", "file": 1, "row": 1, "n": 1, "payee": "A1", "amount_minor": 100_000, "currency": "CNY"}
    put(engine, "payments", [{**paid, "transfer": 1, "state": "found"}])
    put(
        engine,
        "calls",
        [
            {"subscriber": "+8613800000003", "counterparty": "+8613900000105", "at_ms": 5},
            {"subscriber": "+8613800000003", "counterparty": "+8613900000106", "at_ms": 4},
            {"subscriber": "+8613800000003", "counterparty": "+8613900000100", "at_ms": 3},
            {"subscriber": "+8613800000002", "counterparty": "+8613800000003", "at_ms": 2},
        ],
    )
    return engine
