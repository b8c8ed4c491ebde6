"""Small hand-made worlds for roles, coverage and requests: what linking and tracing would have written, as rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from fanzha.link.requests import survey
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.tables import table

HOUR, DAY = 3_600_000, 86_400_000
START = 1_790_000_000_000
AS_OF = START + 60 * DAY
FILLED = (
    "reports", "case_reports", "gang_cases", "mentions", "disputed", "flows", "transfers", "payments", "legs", "calls", "bridges",
    "pulls", "accounts", "messages", "files",
)  # fmt: skip
Row = dict[str, Any]
Rows = Mapping[str, Sequence[Row]]


def put(engine: Engine, name: str, rows: Sequence[Row]) -> None:
    """Fill a table; columns not named are null."""
    engine.put(name, pa.Table.from_pylist([dict(row) for row in rows], schema=arrow_schema(table(name))))


def world(rows: Rows, as_of: int = AS_OF, engine: Engine | None = None) -> Engine:
    """An engine with these rows and no others, after `survey`; a new one unless one is given, for making it takes a while."""
    if engine is None:
        engine = Engine()
    else:
        for name in rows:
            engine.clear(name)
    for name, part in rows.items():
        if part:
            put(engine, name, part)
    survey(engine, as_of)
    return engine


def together(*worlds: Rows) -> dict[str, list[Row]]:
    """The rows of several worlds in one."""
    return {name: [row for one in worlds for row in one.get(name, ())] for name in FILLED}


def case(row: int, gang: str = "") -> Rows:
    """A case of one report, 1-row; `gang` where it is another's."""
    made: dict[str, list[Row]] = {
        "reports": [{"file": 1, "row": row, "byte_offset": 0, "at_ms": START + 30 * DAY}],
        "case_reports": [{"case_id": f"1-{row}", "file": 1, "row": row}],
    }
    return made | ({"gang_cases": [{"gang_id": gang, "case_id": f"1-{row}"}]} if gang else {})


def named(row: int, kind: str, value: str, role: str = "", **other: Any) -> Rows:
    """What the report of a case names."""
    return {
        "mentions": [
            {
                "file": 1, "row": row, "byte_offset": 0, "kind": kind, "value": value, "field": "text", "start": 0, "stop": 5,
                "role": role, "valid": True, "partial": "*" in value, **other,
            }
        ]
    }  # fmt: skip


def reached(row: int, account: str, tier: int = 1, received: int = 1_000_000, **other: Any) -> Rows:
    """An account that disputed money of a case reached, a day after START unless said."""
    return {
        "disputed": [
            {
                "case_id": f"1-{row}", "account": account, "tier": tier, "arrived_ms": START + DAY, "received_minor": received,
                "passed_minor": 0, "exited_minor": 0, "held_minor": 0, "unlocated_minor": 0, "currency": "CNY", "statement": True,
                "statement_end_ms": AS_OF, "innocent": "none", "bank": "测试银行", **other,
            }
        ]
    }  # fmt: skip


def moved(row: int, transfer: int, payer: str, payee: str, **other: Any) -> Rows:
    """A transfer of disputed money; with `exit`, the payee is known to the transfer only."""
    at_ms = other.pop("at_ms", START + DAY + HOUR)
    amount = other.pop("amount", 1_000_000)
    exit_ = other.get("exit", "")
    both = {"transfer": transfer, "payer": payer, "at_ms": at_ms, "amount_minor": amount, "currency": "CNY"}
    flow = {
        **both, "case_id": f"1-{row}", "payee": "" if exit_ else payee, "tier": 2, "disputed_minor": amount, "exit": exit_, **other,
    }  # fmt: skip
    return {"flows": [flow], "transfers": [{**both, "payee": payee, "exit": exit_}]}


def paid(row: int, payee: str, state: str = "found", transfer: int | None = None, n: int = 0) -> Rows:
    """A payment that the report of a case states."""
    return {
        "payments": [
            {
                "case_id": f"1-{row}", "file": 1, "row": row, "n": n, "payee": payee, "at_ms": START + DAY, "amount_minor": 1_000_000,
                "currency": "CNY", "transfer": transfer, "state": state,
            }
        ]
    }  # fmt: skip


def sent(transfer: int, payer: str, payee: str, at_ms: int, amount: int, words: str = "转账") -> Rows:
    """A transfer that is not disputed, with the row of the payer's statement."""
    return {
        "transfers": [
            {
                "transfer": transfer, "payer": payer, "payee": payee, "at_ms": at_ms, "amount_minor": amount, "currency": "CNY",
                "exit": "", "out_file": 7, "out_row": transfer,
            }
        ],
        "legs": [
            {
                "file": 7, "row": transfer, "byte_offset": 0, "account": payer, "at_ms": at_ms, "direction": "out",
                "amount_minor": amount, "currency": "CNY", "summary": words,
            }
        ],
    }  # fmt: skip


def call(subscriber: str, other: str, direction: str = "in", row: int = 1, seconds: int = 60, imei: str = "") -> Rows:
    """One call in the records of a subscriber."""
    return {
        "calls": [
            {
                "file": 9, "row": row, "byte_offset": 0, "subscriber": subscriber, "counterparty": other, "direction": direction,
                "medium": "voice", "at_ms": START + row * HOUR, "duration_seconds": seconds, "imei": imei,
            }
        ]
    }  # fmt: skip


def bridge(gang_a: str, gang_b: str, kind: str, value: str, why: str = "supplier") -> Rows:
    """What two gangs share without being one."""
    row = {
        "gang_a": gang_a,
        "gang_b": gang_b,
        "kind": kind,
        "value": value,
        "how": "shared",
        "weight": 9_000,
        "why": why,
    }
    return {"bridges": [row]}


def said(engine: Engine, role: str = "") -> dict[tuple[str, str, str], Row]:
    """Assertions by (gang, value, role); of one role where it is named."""
    rows = engine.all_rows("roles").to_pylist()
    return {(row["gang_id"], row["value"], row["role"]): row for row in rows if role in ("", row["role"])}


def values(engine: Engine, role: str) -> set[str]:
    """The values that are said to have a role."""
    return {value for _, value, _ in said(engine, role)}
