"""Small hand-made worlds of money: statements, reports and what reports name, written as rows. Amounts in minor units."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.tables import table
from fanzha.trace.follow import trace

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
START = 1_790_000_000_000
AS_OF = START + 365 * DAY
Row = dict[str, Any]


def put(engine: Engine, name: str, rows: Sequence[Row]) -> None:
    """Fill a table; columns not named are null."""
    engine.put(name, pa.Table.from_pylist([dict(row) for row in rows], schema=arrow_schema(table(name))))


def leg(row: int, account: str, minute: int, change: int, balance: int | None, counter: str = "", **other: Any) -> Row:
    """A row of a statement: `change` below zero is money out."""
    return {
        "file": 10,
        "row": row,
        "byte_offset": 0,
        "account": account,
        "holder": f"holder of {account}",
        "bank": "测试银行",
        "at_ms": START + minute * MINUTE,
        "direction": "in" if change > 0 else "out",
        "amount_minor": abs(change),
        "currency": "CNY",
        "balance_minor": balance,
        "counter_account": counter,
        "counter_holder": "",
        "counter_bank": "",
        "serial": "",
        "cash": False,
        "success": True,
        "summary": "转账",
        "merchant": "",
        "place": "",
        **other,
    }


def report(row: int, case_id: str = "", text: str = "", **other: Any) -> Row:
    return {
        "file": 1,
        "row": row,
        "byte_offset": 0,
        "at_ms": START + 100 * DAY,
        "text": text,
        "currency": "CNY",
        "case": case_id or f"1-{row}",
        **other,
    }


def paid(row: int, payee: str, amount: int, minute: int | None, start: int = 0) -> list[Row]:
    """The mentions of one payment: an account, an amount and perhaps a moment, in one sentence of the text."""

    def mention(kind: str, value: str, at: int, role: str = "") -> Row:
        return {
            "file": 1,
            "row": row,
            "byte_offset": 0,
            "kind": kind,
            "value": value,
            "field": "text",
            "start": at,
            "stop": at + 5,
            "role": role,
            "valid": True,
            "partial": False,
        }

    rows = [mention("account", payee, start + 10, "payee"), mention("money", f"CNY:{amount}", start + 20)]
    return rows if minute is None else [*rows, mention("moment", str(START + minute * MINUTE), start)]


def world(
    legs: Sequence[Row], reports: Sequence[Row], mentions: Sequence[Row], notes: Sequence[Row] = (), as_of: int = AS_OF
) -> Engine:
    """An engine with these rows, after `trace`. Cases are as the reports say (no linking needed)."""
    engine = Engine()
    put(engine, "legs", legs)
    put(engine, "reports", [{k: v for k, v in r.items() if k != "case"} for r in reports])
    put(engine, "case_reports", [{"case_id": r["case"], "file": r["file"], "row": r["row"]} for r in reports])
    put(engine, "mentions", mentions)
    put(engine, "notes", notes)
    trace(engine, as_of)
    return engine


def sums(engine: Engine) -> dict[tuple[str, str], tuple[int, int, int, int, int, int]]:
    """(case, account): tier, received, passed, exited, held, unlocated."""
    return {
        (row[0], row[1]): row[2:]
        for row in engine.rows(
            'SELECT "case_id", "account", "tier", "received_minor", "passed_minor", "exited_minor", "held_minor",'
            ' "unlocated_minor" FROM "disputed"'
        )
    }


def column(engine: Engine, name: str, wanted: str) -> list[Any]:
    """One column of a table in its declared order."""
    return engine.all_rows(name).column(wanted).to_pylist()
