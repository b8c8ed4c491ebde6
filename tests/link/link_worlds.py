"""Small hand-made worlds for linking: reports, mentions and calls written as rows."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from fanzha.link.benign import Benign, shipped_benign
from fanzha.link.cluster import link
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.tables import table

AS_OF = 2_000_000_000_000
Row = dict[str, Any]


def put(engine: Engine, name: str, rows: Sequence[Row]) -> None:
    """Fill a table; columns not named are null."""
    engine.put(name, pa.Table.from_pylist([dict(row) for row in rows], schema=arrow_schema(table(name))))


def report(row: int, file: int = 1, **other: Any) -> Row:
    return {"file": file, "row": row, "byte_offset": 0, "at_ms": 1_000, **other}


def mention(row: int, kind: str, value: str, file: int = 1, **other: Any) -> Row:
    return {
        "file": file,
        "row": row,
        "byte_offset": 0,
        "kind": kind,
        "value": value,
        "field": "text",
        "start": 0,
        "stop": 5,
        "role": "",
        "valid": True,
        "partial": "*" in value,
        **other,
    }


def call(subscriber: str, counterparty: str, row: int = 1, direction: str = "in") -> Row:
    return {
        "file": 9,
        "row": row,
        "byte_offset": 0,
        "subscriber": subscriber,
        "counterparty": counterparty,
        "direction": direction,
        "medium": "voice",
        "at_ms": 500,
        "duration_seconds": 60,
    }


def linked(
    reports: Sequence[Row], mentions: Sequence[Row], calls: Sequence[Row] = (), benign: Benign | None = None
) -> Engine:
    """An engine with these rows, after `link`."""
    engine = Engine()
    put(engine, "reports", reports)
    put(engine, "mentions", mentions)
    put(engine, "calls", calls)
    link(engine, AS_OF, shipped_benign() if benign is None else benign)
    return engine


def partition(engine: Engine) -> dict[str, list[tuple[int, int]]]:
    """Members of each case."""
    found: dict[str, list[tuple[int, int]]] = {}
    for case_id, file, row in engine.rows('SELECT "case_id", "file", "row" FROM "case_reports"'):
        found.setdefault(case_id, []).append((file, row))
    return {case_id: sorted(members) for case_id, members in sorted(found.items())}


def why(engine: Engine, value: str) -> tuple[int, bool, str]:
    """Reports, joins and reason of one identifier."""
    ((reports, joins, reason),) = engine.rows(
        'SELECT "reports", "joins", "why" FROM "pulls" WHERE "value" = ?', (value,)
    )
    return reports, joins, reason


def near(engine: Engine) -> list[tuple[str, str, str, str]]:
    """Near links as (case_a, case_b, value, how)."""
    return engine.rows('SELECT "case_a", "case_b", "value", "how" FROM "near_links"')  # type: ignore[return-value]
