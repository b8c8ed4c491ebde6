"""Every statement of the stages stays in the subset that DuckDB and Spark understand alike (house.md, set work).

`check` is set as the engine's checker; it is shown to refuse what it should, and the stages run under it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlglot
from sqlglot import exp

from fanzha.link.benign import shipped_benign
from fanzha.link.cluster import MADE, link
from fanzha.respond.propose import propose
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.tables import all_tables, table
from fanzha.trace.follow import trace

STAGES = ("recognise", "link", "trace", "respond")
# Functions whose meaning differs between the engines (house.md; exemplars.md section 5 has the probes).
BANNED_NAMES = {
    "hash",
    "regexp_replace",
    "regexp_matches",
    "date_diff",
    "datediff",
    "date_trunc",
    "dayofweek",
    "strftime",
    "now",
    "current_timestamp",
    "current_date",
    "today",
    "random",
    "uuid",
    "gen_random_uuid",
    "jaro_winkler_similarity",
    "levenshtein",
    "string_agg",
    "group_concat",
    "array_agg",
    "list",
    "first",
    "last",
    "any_value",
    "arg_max",
    "arg_min",
    "epoch_ms",
    "read_csv",
    "read_parquet",
    "rand",
}
BANNED = (
    exp.RegexpReplace, exp.DateDiff, exp.DayOfWeek, exp.CurrentTimestamp, exp.CurrentDate, exp.Rand, exp.GroupConcat,
    exp.ArrayAgg, exp.First, exp.Last, exp.AnyValue, exp.TableSample, exp.TimestampTrunc, exp.Like, exp.ILike,
)  # fmt: skip
ORDERED_WINDOWS = (exp.RowNumber, exp.Lag, exp.Lead)


class NotPortable(AssertionError):
    """A statement that the two engines may understand differently."""


def check(sql: str) -> None:
    """Parse one statement and refuse what is not portable; also it must have a form in Spark's dialect."""
    trees = sqlglot.parse(sql, read="duckdb")
    if len(trees) != 1 or trees[0] is None:
        raise NotPortable(f"not one statement: {sql}")
    for problem in problems(trees[0]):
        raise NotPortable(f"{problem}: {' '.join(sql.split())}")
    sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)


def problems(tree: exp.Expr) -> Iterator[str]:
    """What is wrong with a parsed statement, in words."""
    declared = {*all_tables(), "incoming"} | {cte.alias for cte in tree.find_all(exp.CTE)}
    for node in tree.walk():
        if isinstance(node, exp.With) and node.recursive:
            yield "recursive"
        elif isinstance(node, BANNED):
            yield f"{type(node).__name__} is banned"
        elif isinstance(node, exp.Anonymous) and node.name.lower() in BANNED_NAMES:
            yield f"{node.name} is banned"
        elif isinstance(node, exp.Func) and node.sql_name().lower() in BANNED_NAMES:
            yield f"{node.sql_name()} is banned"
        elif isinstance(node, exp.Table) and node.name not in declared:
            yield f"table {node.name} is not declared"
        elif isinstance(node, exp.Cast) and node.to.this in exp.DataType.REAL_TYPES - {exp.DataType.Type.DECIMAL}:
            yield "floating point"
        elif isinstance(node, exp.Literal) and not node.is_string and "." in node.name:
            yield "a fraction in place of integer units"
        elif isinstance(node, exp.Div):
            yield "division is whole in one engine and fractional in the other"
        elif isinstance(node, exp.Limit) and not (node.parent and node.parent.args.get("order")):
            yield "LIMIT without ORDER BY"
        elif isinstance(node, exp.Window) and isinstance(node.this, ORDERED_WINDOWS) and not node.args.get("order"):
            yield "a window function without ORDER BY"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT hash(account) FROM legs",
        "SELECT regexp_replace(account, 'a', 'b') FROM legs",
        "SELECT date_diff('hour', at_ms, at_ms) FROM legs",
        "SELECT dayofweek(at_ms) FROM legs",
        "WITH RECURSIVE w AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM w) SELECT n FROM w",
        "SELECT string_agg(account, ',' ORDER BY at_ms) FROM legs",
        "SELECT now()",
        "SELECT random()",
        "SELECT CAST(amount_minor AS DOUBLE) FROM legs",
        "SELECT amount_minor * 0.5 FROM legs",
        "SELECT 1; SELECT 2",
        "SELECT amount_minor / 2 FROM legs",
        "SELECT account FROM legs LIMIT 5",
        "SELECT * FROM somewhere",
        "SELECT ROW_NUMBER() OVER (PARTITION BY account) FROM legs",
        "SELECT account FROM legs WHERE account LIKE 'a%'",
        "SELECT any_value(account) FROM legs",
        "SELECT first(account) FROM legs",
        "SELECT * FROM read_csv('x')",
    ],
)
def test_what_is_not_portable_is_refused(sql: str) -> None:
    with pytest.raises((NotPortable, sqlglot.errors.SqlglotError)):
        check(sql)


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "account", SUM("amount_minor") AS "sum" FROM "legs" WHERE "at_ms" <= ? GROUP BY "account" ORDER BY "account"',
        'DELETE FROM "legs" WHERE "file" = ?',
        'INSERT INTO "legs" SELECT * FROM incoming',
        'SELECT ROW_NUMBER() OVER (PARTITION BY account ORDER BY at_ms, "file", "row") AS n FROM legs',
    ],
)
def test_what_is_portable_passes(sql: str) -> None:
    check(sql)


@pytest.fixture
def checked() -> Iterator[list[str]]:
    """Every statement that runs is checked and noted."""
    seen: list[str] = []

    def look(sql: str) -> None:
        check(sql)
        seen.append(sql)

    Engine.checker = look
    yield seen
    Engine.checker = None


def put(engine: Engine, name: str, rows: list[dict[str, Any]]) -> None:
    engine.put(name, pa.Table.from_pylist(rows, schema=arrow_schema(table(name))))


def test_the_stages_run_under_the_checker(checked: list[str]) -> None:
    engine = Engine()
    place = {"file": 1, "byte_offset": 0}
    put(engine, "reports", [{**place, "row": row, "at_ms": 1_000, "text": "", "currency": "CNY"} for row in (1, 2)])
    mention = {**place, "field": "text", "role": "payee", "valid": True, "partial": False}
    put(
        engine,
        "mentions",
        [
            {**mention, "row": row, "kind": kind, "value": value, "start": start, "stop": start + 5}
            for row in (1, 2)
            for kind, value, start in (
                ("account", "62220000000000001", 0),
                ("money", "CNY:500", 10),
                ("moment", "100", 20),
            )
        ],
    )
    put(
        engine,
        "legs",
        [
            {
                **place,
                "row": 9,
                "account": "62220000000000001",
                "at_ms": 100,
                "direction": "in",
                "amount_minor": 500,
                "currency": "CNY",
                "balance_minor": 500,
            }
        ],
    )
    link(engine, 2_000, shipped_benign())
    made = (*MADE, *trace(engine, 2_000), *propose(engine, 2_000))
    assert len(checked) > 20
    assert {name for name in made if engine.all_rows(name).num_rows} >= {
        "pulls",
        "case_reports",
        "joins",
        "transfers",
        "steps",
    }
    assert engine.rows('SELECT "state" FROM "payments" ORDER BY "row"') == [("found",), ("missing",)]


def _sql_texts() -> Iterator[tuple[str, str]]:
    """Constants of the stages that are statements, by name."""
    for stage in STAGES:
        for path in sorted((Path(__file__).parent.parent / "fanzha" / stage).glob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)):
                    continue
                name, value = node.targets[0], node.value.value
                if isinstance(name, ast.Name) and name.id.endswith("_SQL") and isinstance(value, str):
                    yield f"{path.stem}.{name.id}", value


@pytest.mark.parametrize("sql", [pytest.param(sql, id=name) for name, sql in _sql_texts()])
def test_every_statement_of_the_stages_is_portable(sql: str) -> None:
    check(sql)


def test_statements_are_constants() -> None:
    """No f-string builds SQL in a stage: values are bound, identifiers are written out."""
    for stage in STAGES:
        for path in sorted((Path(__file__).parent.parent / "fanzha" / stage).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    text = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
                    assert "SELECT" not in text, f"{path.name}:{node.lineno}"
