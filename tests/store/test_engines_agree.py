"""The set work of every stage gives the same rows on DuckDB and on Spark, over random worlds.

In .venv the other engine is Sail (Spark Connect, no Java); `make spark` runs the same tests on Apache Spark with two executors
(FANZHA_WORLDS worlds from FANZHA_SEED on). A world that fails is named by its seed.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot

from fanzha.errors import FanzhaError, NotFound
from fanzha.link.benign import shipped_benign
from fanzha.link.cluster import MADE as LINKED
from fanzha.link.cluster import link
from fanzha.link.entities import entities
from fanzha.link.gangs import gangs
from fanzha.link.requests import survey
from fanzha.recognise.call_behaviour import call_behaviour
from fanzha.recognise.facts import Reader
from fanzha.recognise.messages import MADE as RECOGNISED
from fanzha.recognise.messages import recognise
from fanzha.recognise.naming import Naming
from fanzha.recognise.rules_scorer import RulesScorer
from fanzha.respond.overdue import due, over_held
from fanzha.respond.propose import MADE as PROPOSED
from fanzha.respond.propose import propose
from fanzha.store.contract import Tables
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.tables import all_tables, table
from fanzha.trace.breaks import breaks
from fanzha.trace.follow import MADE as TRACED
from fanzha.trace.follow import trace
from fanzha.trace.outcomes import outcomes
from fanzha.trace.patterns import patterns
from fanzha.trace.shapes import shapes
from tests.store.random_records import AS_OF, DAY, LAST, fill, random_records
from tests.store.spark_sessions import session, which

if which():  # without it every test here says that it was skipped
    from fanzha.store.spark import SparkEngine, name_parameters, translate
else:
    pytest.skip("neither pysail with pyspark-client nor pyspark is installed", allow_module_level=True)

WORLDS = int(os.environ.get("FANZHA_WORLDS", "3"))
SEED = int(os.environ.get("FANZHA_SEED", "20261123"))
ROOT = Path(__file__).parents[2]
SEEDS = range(SEED, SEED + WORLDS)
# case_history fills when reports join cases
MADE_BY_STAGES = sorted(
    {*LINKED, *TRACED, *PROPOSED, "gang_cases", "coverage", "requests", "shapes", "patterns", "outcomes"}
    - {"case_history"}
)
# What no random world shows: nobody judges there, and no account is a shop's for weeks.
READER = Reader(RulesScorer)
RARE = ("'judged'", "'good_faith'", "'shop'")


@pytest.fixture(scope="module")
def spark_session() -> Iterator[Any]:
    with session() as started:
        yield started


@pytest.fixture
def spark(spark_session: Any) -> Iterator[SparkEngine]:
    engine = SparkEngine(spark_session)
    yield engine
    engine.close()


@pytest.fixture
def duck() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


def run(engine: Tables) -> None:
    """Every stage."""
    recognise(engine, AS_OF, (), READER)
    link(engine, AS_OF, shipped_benign())  # type: ignore[arg-type]
    trace(engine, AS_OF)
    shapes(engine)
    breaks(engine)
    patterns(engine, AS_OF)
    outcomes(engine, AS_OF)
    ordered(engine)
    propose(engine, AS_OF)
    due(engine, (), AS_OF)
    over_held(engine)


def ordered(engine: Tables) -> None:
    """A hold on every account that disputed money reached, some of them in force, and an appeal: what people do is journalled, not computed."""
    reached = sorted(set(map(tuple, engine.rows('SELECT "case_id", "account", "currency" FROM "disputed"'))))
    states = ("in_force", "sent", "proposed", "expired")
    made = [
        (n, "hold" if n % 5 else "query", "proposed" if n % 5 == 0 else states[n % 4], case, account, "", 100, currency, 100 if n % 4 == 0 else None, "traced_amount", "", "none",
         -1, "a", "b", AS_OF, AS_OF, AS_OF + DAY, None, None, "")
        for n, (case, account, currency) in enumerate(reached)
    ]  # fmt: skip
    engine.replace_rows("orders", made)
    engine.replace_rows("order_events", [(row[0], row[0], AS_OF, "a", "propose", "proposed", 100, "") for row in made])
    appeal = dict.fromkeys(table("appeals").column_names(), "") | {
        "appeal": 1, "order": 0, "at_ms": AS_OF, "due_ms": AS_OF + DAY, "state": "received", "subject": "order",
        "decided_ms": None, "amount_minor": None, "told": 0,
    }  # fmt: skip
    upheld = appeal | {"appeal": 2, "state": "upheld"}
    objection = appeal | {"appeal": 3, "subject": "return"}
    engine.replace_rows("appeals", [tuple(one.values()) for one in (appeal, upheld, objection)])


def run_the_rest(engine: Tables) -> None:
    """The stages that read what the others made; random worlds leave some of their statements without rows."""
    entities(engine, AS_OF)
    gangs(engine, AS_OF)
    survey(engine, AS_OF)


class Both:
    """Two engines as one: writes go to both, and every answer is compared before it is given."""

    def __init__(self, one: Tables, other: Tables) -> None:
        self.one, self.other = one, other
        self.asked: list[str] = []
        self.answered: dict[str, int] = {}

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.asked.append(sql)
        found = same(self.one.rows(sql, parameters), self.other.rows(sql, parameters), sql)
        self.answered[sql] = self.answered.get(sql, 0) + len(found)
        return found

    def arrow(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        self.asked.append(sql)
        one, other = self.one.arrow(sql, parameters), self.other.arrow(sql, parameters)
        assert one.schema == other.schema, sql
        same(as_tuples(one), as_tuples(other), sql)
        self.answered[sql] = self.answered.get(sql, 0) + one.num_rows
        return one

    def all_rows(self, name: str) -> pa.Table:
        one, other = self.one.all_rows(name), self.other.all_rows(name)
        assert as_tuples(one) == as_tuples(other), name
        return one

    def put(self, name: str, rows: pa.Table) -> None:
        self.one.put(name, rows)
        self.other.put(name, rows)

    def make(self, name: str, sql: str, parameters: Sequence[Any] = ()) -> None:
        self.asked.append(sql)
        self.one.make(name, sql, parameters)
        self.other.make(name, sql, parameters)
        self.answered[sql] = self.answered.get(sql, 0) + self.all_rows(name).num_rows

    def replace(self, name: str, rows: pa.Table) -> None:
        self.one.replace(name, rows)
        self.other.replace(name, rows)

    def replace_rows(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        self.one.replace_rows(name, rows)
        self.other.replace_rows(name, rows)

    def clear(self, name: str) -> None:
        self.one.clear(name)
        self.other.clear(name)


def as_tuples(found: pa.Table) -> list[tuple[Any, ...]]:
    return list(zip(*(column.to_pylist() for column in found.columns), strict=True))


def same(one: list[tuple[Any, ...]], other: list[tuple[Any, ...]], sql: str) -> list[tuple[Any, ...]]:
    """The rows, equal row for row; as sets of rows where the text asks for no order."""
    if sqlglot.parse_one(sql, read="duckdb").args.get("order") is None:
        assert sorted(map(repr, one)) == sorted(map(repr, other)), sql
    else:
        assert one == other, sql
    return one


@pytest.mark.parametrize("seed", SEEDS)
def test_the_stages_make_the_same_tables(seed: int, duck: Engine, spark: SparkEngine) -> None:
    print(f"world {seed} on {which()}")
    records = random_records(seed)
    for engine in (duck, spark):
        fill(engine, records)
        run(engine)
        run_the_rest(engine)
    for name in all_tables():
        one, other = duck.all_rows(name), spark.all_rows(name)
        assert one.schema == other.schema
        assert as_tuples(one) == as_tuples(other), f"{name} differs in world {seed}"
    rows = {name: duck.all_rows(name).num_rows for name in MADE_BY_STAGES}
    assert all(rows.values()), f"a table stayed empty, so nothing was compared in it: {rows}"


def test_each_statement_gives_the_same_rows_on_the_same_tables(duck: Engine, spark: SparkEngine) -> None:
    seen: set[str] = set()
    first: set[str] = set()  # what linking, tracing and proposing ask
    both = Both(duck, spark)
    Engine.checker = seen.add
    try:
        for seed in SEEDS[:2]:
            for name in all_tables():
                both.clear(name)
            fill(both, random_records(seed))
            asked = len(both.asked)
            run(both)
            first.update(both.asked[asked:])
            run_the_rest(both)
    finally:
        Engine.checker = None
    selects = {sql for sql in seen if sql.lstrip().startswith(("SELECT", "WITH")) and ") AS made ORDER BY" not in sql}
    whole = {sql for sql in selects if sql.startswith("SELECT * FROM") and sql not in both.asked}  # all_rows
    assert selects - whole == set(both.asked), "every SELECT that ran was compared"
    assert len(set(both.asked)) >= 12
    empty = [
        sql
        for sql in dict.fromkeys(both.asked)
        if sql in first and not both.answered[sql] and not any(word in sql for word in RARE)
    ]
    assert not empty, f"gave no rows in any world, so nothing was compared: {empty}"


def test_messages_of_a_campaign_give_the_same_tables(duck: Engine, spark: SparkEngine) -> None:
    """Campaigns need texts longer than those of the random worlds."""
    wrote = "我是平台客服，您的会员即将自动扣费，取消请下载会议软件并共享屏幕，联系 https://a{}.top/x"
    chats = [
        {"file": n, "row": 1, "byte_offset": 0, "at_ms": AS_OF - n * DAY, "victim": "张伟", "form": "chat", "text": "x"}
        for n in range(1, 5)
    ]
    messages = [
        {"file": n, "row": row, "byte_offset": 0, "at_ms": AS_OF - n * DAY, "sender": sender, "text": text}
        for n in range(1, 5)
        for row, sender, text in ((1, "客服", wrote.format(n)), (2, "张伟", wrote.format(n)), (3, "客服", "好"))
    ]
    for engine in (duck, spark):
        fill(engine, {"reports": chats, "messages": messages})
        recognise(engine, AS_OF, (Naming(5, "scam", "T04", "名称", ((2, 1),)),), READER)
    for name in RECOGNISED:
        one, other = duck.all_rows(name), spark.all_rows(name)
        assert one.schema == other.schema and as_tuples(one) == as_tuples(other), name
        assert one.num_rows, name
    assert duck.rows('SELECT "campaign", "texts", "state" FROM "campaigns"') == [("1-1", 4, "named")]


def test_a_sim_box_gives_the_same_table(duck: Engine, spark: SparkEngine) -> None:
    """Callers need more calls than those of the random worlds."""
    base = {
        "file": 1,
        "byte_offset": 0,
        "medium": "voice",
        "imei": "35000000000001",
        "cell": "1-2",
        "imsi": "460001234567890",
    }
    calls = [
        base | {"row": n, "subscriber": f"+861760000000{n % 5}", "counterparty": f"+861390000{n * 7:04d}", "direction": "out",
                "at_ms": AS_OF - DAY + n * 60_000, "duration_seconds": n % 3 * 9}
        for n in range(150)
    ]  # fmt: skip
    calls += [
        one
        | {
            "file": 2,
            "subscriber": one["counterparty"],
            "counterparty": one["subscriber"],
            "direction": "in",
            "imei": None,
        }
        for one in calls[::3]
    ]
    own = [
        {
            "file": 3,
            "row": n,
            "byte_offset": 0,
            "kind": "phone",
            "value": calls[n]["counterparty"],
            "role": "own",
            "valid": True,
        }
        for n in range(0, 20, 5)
    ]
    for engine in (duck, spark):
        fill(engine, {"calls": calls, "mentions": own})
        call_behaviour(engine, AS_OF)
    one, other = duck.all_rows("call_behaviour"), spark.all_rows("call_behaviour")
    assert one.schema == other.schema and as_tuples(one) == as_tuples(other)
    assert one.num_rows == 6


def test_rows_after_an_empty_chunk_are_kept(spark: SparkEngine) -> None:
    schema = arrow_schema(table("case_history"))
    one, none = (pa.table([[text] * n, [text] * n, [1] * n, [1] * n], schema=schema) for text, n in (("a", 1), ("", 0)))
    spark.replace("case_history", pa.concat_tables([one, none, none, one]))
    spark.put("case_history", pa.concat_tables([none, one, none, one]))
    assert len(spark.rows('SELECT * FROM "case_history"')) == 4


def test_the_comparison_bites(duck: Engine, spark: SparkEngine) -> None:
    both = Both(duck, spark)
    fill(both, random_records(SEED))
    duck.replace_rows("pulls", [("phone", "1", 2, 3, True, "x")])
    spark.replace_rows("pulls", [("phone", "1", 2, 4, True, "x")])
    with pytest.raises(AssertionError):
        both.rows('SELECT "weight" FROM "pulls"')
    spark.clear("reports")
    with pytest.raises(AssertionError):
        both.rows('SELECT COUNT(*) FROM "reports"')
    with pytest.raises(AssertionError):
        both.all_rows("reports")


# Places where the engines differ, or could: nulls in orders, sums beyond 64 bits, zero as a divisor, parameters in an order of
# their own, names and widths of columns, text by code points, escapes in literals.
TRAPS = [
    ('SELECT "at_ms", "row" FROM "legs" ORDER BY "at_ms", "row"', ()),
    ('SELECT "at_ms", "row" FROM "legs" ORDER BY "at_ms" DESC, "row" DESC', ()),
    ('SELECT "holder", "row" FROM "legs" ORDER BY "holder" NULLS FIRST, "row"', ()),
    ('SELECT "holder", "row" FROM "legs" ORDER BY 1, 2 LIMIT 40', ()),
    ('SELECT DISTINCT "text" FROM "reports" ORDER BY "text"', ()),
    (
        'SELECT "row", ROW_NUMBER() OVER (PARTITION BY "bank" ORDER BY "holder", "file", "row") AS "n",'
        ' LAG("row") OVER (ORDER BY "at_ms" DESC, "file", "row") AS "before" FROM "legs" ORDER BY "file", "row"',
        (),
    ),
    ('SELECT SUM("amount_minor"), SUM(DISTINCT "amount_minor"), COUNT(*), COUNT("amount_minor") FROM "reports"', ()),
    ('SELECT "bank", SUM("amount_minor") AS "s" FROM "legs" GROUP BY "bank" HAVING SUM("amount_minor") > ? ORDER BY 1', (0,)),
    ('SELECT "row", SUM("balance_minor") OVER (ORDER BY "file", "row") FROM "legs" ORDER BY "file", "row"', ()),
    ('SELECT SUM("s") FROM (SELECT SUM("amount_minor") AS "s" FROM "reports" GROUP BY "currency") AS g', ()),
    ('SELECT SUM("amount_minor") FROM "reports" WHERE FALSE', ()),
    ('SELECT MAX("cash"), MIN("cash"), MAX("holder"), MIN("holder"), MAX("at_ms"), MIN("at_ms") FROM "legs"', ()),
    ('SELECT "account", MAX("cash"), MIN("success") FROM "legs" GROUP BY "account" ORDER BY "account"', ()),
    (
        'SELECT "row", "amount_minor" // 7, "balance_minor" // 7, "balance_minor" % 7, "amount_minor" // "balance_minor",'
        ' 7 % "amount_minor", "row" // ? FROM "legs" ORDER BY "file", "row"',
        (0,),
    ),
    ("SELECT ? AS a, x FROM (SELECT ? AS x) AS s WHERE x <> ?", (1, 2, 3)),
    ('SELECT STRPOS("text", ?), "row" FROM "reports" WHERE "row" <> ? ORDER BY "file", "row"', ("账", 3)),
    ('SELECT "row" FROM "reports" WHERE "text" = ? ORDER BY "file", "row"', ("back\\slash \\n 'quote' \"double\" `tick` ? $1 :p0",)),
    ("SELECT 'it''s \\n \"x\" `y` ? 中' AS \"a?\", ? AS \"b\" ", ("é e\u0301 \\ '",)),
    ("SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e", (None, True, LAST, -LAST, b"\x00\xff")),
    ('SELECT COUNT(*) FROM "legs" WHERE "holder" IS NOT DISTINCT FROM ? OR "cash" IS DISTINCT FROM ?', (None, True)),
    ('SELECT COUNT(*) FROM "legs" WHERE NOT ("holder" = ? AND "cash")', ("张伟",)),
    ('SELECT COUNT(*) FROM "legs" WHERE "holder" NOT IN (SELECT "holder" FROM "accounts" WHERE "row" < ?)', (50,)),
    ('SELECT "holder", COUNT(*) FROM "legs" GROUP BY "holder" ORDER BY COUNT(*) DESC, "holder"', ()),
    ('SELECT LENGTH("text"), SUBSTRING("text", 2, 3), "text" || ?, CONCAT("text", "city") FROM "reports" ORDER BY "file", "row"', ("",)),
    ('SELECT COUNT(*) FILTER (WHERE "cash"), SUM(CASE WHEN "cash" THEN 1 ELSE 0 END) FROM "legs"', ()),
    ('SELECT "account" FROM "legs" EXCEPT SELECT "account" FROM "accounts" ORDER BY 1', ()),
    ('SELECT l."row", a."row" FROM "legs" l FULL JOIN "accounts" a USING ("account") ORDER BY l."file", l."row", a."file", a."row"', ()),
    ('SELECT "row", GREATEST("at_ms", "balance_minor"), LEAST("at_ms", 0) FROM "legs" ORDER BY "file", "row"', ()),
    ('SELECT CAST(SUM("amount_minor") AS BIGINT) AS "s", CAST(COUNT(*) AS INTEGER) AS "n", 1 AS "one" FROM "calls" c, "legs" WHERE "amount_minor" < 9', ()),
]  # fmt: skip


@pytest.fixture(scope="module")
def filled(spark_session: Any) -> Iterator[Both]:
    both = Both(Engine(), SparkEngine(spark_session))
    fill(both, random_records(SEED))
    yield both


@pytest.mark.parametrize(("sql", "parameters"), TRAPS)
def test_where_the_engines_differ_by_nature_they_agree(sql: str, parameters: tuple[Any, ...], filled: Both) -> None:
    assert len(filled.rows(sql, parameters)) == filled.arrow(sql, parameters).num_rows > 0


def test_a_sum_is_exact_beyond_64_bits(duck: Engine, spark: SparkEngine) -> None:
    rows = [(1, n, 0, *(None,) * 5, LAST, "CNY", *(None,) * 3) for n in range(3)]
    assert len(rows[0]) == len(table("reports").columns)
    for engine in (duck, spark):
        engine.replace_rows("reports", rows)
        assert engine.rows('SELECT SUM("amount_minor") FROM "reports"') == [(3 * LAST,)]
        with pytest.raises(FanzhaError):
            engine.rows('SELECT CAST(SUM("amount_minor") AS BIGINT) FROM "reports"')


def test_writing(duck: Engine, spark: SparkEngine) -> None:
    """Appending, replacing, making from itself, clearing; Arrow of other widths and orders of columns."""
    narrow = pa.table(
        {"row": pa.array([2, 1], pa.int32()), "case_id": ["案1", None], "file": pa.array([1, 1], pa.uint8())}
    )
    both = Both(duck, spark)
    for _ in range(3):
        both.put("case_reports", narrow)
    assert both.all_rows("case_reports").num_rows == 6
    assert both.all_rows("case_reports").schema == arrow_schema(table("case_reports"))
    both.make(
        "case_reports", 'SELECT "case_id", "file", MAX("row") + ? AS "row" FROM "case_reports" GROUP BY 1, 2', (5,)
    )
    assert as_tuples(both.all_rows("case_reports")) == [(None, 1, 6), ("案1", 1, 7)]
    both.make("case_reports", 'SELECT "case_id", "file", "row" FROM "case_reports" WHERE "row" < ?', (7,))
    assert as_tuples(both.all_rows("case_reports")) == [(None, 1, 6)]
    both.replace("case_reports", narrow)
    assert both.all_rows("case_reports").num_rows == 2
    both.replace_rows("case_reports", [])
    assert both.all_rows("case_reports").num_rows == 0
    both.replace_rows("case_reports", [("x", 1, LAST)])
    both.clear("case_reports")
    assert both.rows('SELECT * FROM "case_reports"') == []


def test_a_sum_that_does_not_fit_its_column_is_refused_and_nothing_is_changed(duck: Engine, spark: SparkEngine) -> None:
    too_much = 'SELECT "case_id", SUM("file") AS "file", 1 AS "row" FROM "case_reports" GROUP BY 1'
    for engine in (duck, spark):
        engine.replace_rows("case_reports", [("x", LAST, 1), ("x", LAST, 2)])
        with pytest.raises((FanzhaError, pa.ArrowInvalid)), duck.transaction():
            engine.make("case_reports", too_much)
        assert engine.all_rows("case_reports").num_rows == 2


def test_parquet_files_are_a_table(tmp_path: Path, duck: Engine, spark: SparkEngine) -> None:
    fill(duck, {"legs": random_records(SEED)["legs"]})
    held = duck.all_rows("legs")
    pq.write_table(held.slice(0, 30), tmp_path / "a.parquet")
    pq.write_table(held.slice(30), tmp_path / "b.parquet")
    spark.scan("legs", str(tmp_path))
    assert as_tuples(spark.all_rows("legs")) == as_tuples(held)
    spark.put("legs", held)  # and rows may follow
    assert spark.rows('SELECT COUNT(*) FROM "legs"') == [(2 * held.num_rows,)]


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "nothing" FROM "legs"',
        'SELECT "row" FROM "nowhere"',
        "SELECT 1 +",
        "SELECT 'open",
        "SELECT CAST('x' AS BIGINT)",
        'SELECT CAST("text" AS BIGINT) FROM "reports"',
    ],
)
def test_a_statement_that_fails_says_so_on_both(sql: str, filled: Both) -> None:
    for engine in (filled.one, filled.other):
        with pytest.raises(FanzhaError):
            engine.rows(sql)


def test_a_table_that_is_not_declared_is_not_written(spark: SparkEngine) -> None:
    with pytest.raises(NotFound):
        spark.replace_rows("nowhere", [])
    with pytest.raises(NotFound):
        spark.all_rows('legs" --')


def test_the_checker_sees_what_spark_is_asked_and_may_refuse_it(spark: SparkEngine) -> None:
    def refuse(sql: str) -> None:
        raise PermissionError(sql)

    Engine.checker = refuse
    try:
        with pytest.raises(PermissionError, match="SELECT 1"):
            spark.rows("SELECT 1")
    finally:
        Engine.checker = None


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('SELECT "a" FROM "legs" ORDER BY "a", "b" DESC', "SELECT `a` FROM `legs` ORDER BY `a` NULLS LAST, `b` DESC"),
        ('SELECT "a" FROM "t" ORDER BY "a" NULLS FIRST', "SELECT `a` FROM `t` ORDER BY `a`"),
        ("SELECT SUM(a), SUM(DISTINCT a)", "SELECT SUM(CAST(a AS DECIMAL(38, 0))), SUM(DISTINCT CAST(a AS DECIMAL(38, 0)))"),
        ("SELECT a // b, a % 3", "SELECT a DIV NULLIF(b, 0), a % NULLIF(3, 0)"),
        ("SELECT STRPOS(?, ?), '中?', ?", "SELECT LOCATE(:p1, :p0), '中?', :p2"),
        ("SELECT 'a''b\\n'", "SELECT 'a\\'b\\\\n'"),
    ],
)  # fmt: skip
def test_translations(sql: str, expected: str) -> None:
    assert translate(sql) == expected


def test_what_is_a_question_mark_but_no_parameter_stays() -> None:
    assert name_parameters("SELECT '?', \"a?\", ? -- ?\n, ? /* ? */") == "SELECT '?', \"a?\", $p0 -- ?\n, $p1 /* ? */"
    assert name_parameters("SELECT '账号😀', ?, 1") == "SELECT '账号😀', $p0, 1"


@pytest.mark.parametrize("sql", ["SELECT 1; SELECT 2", "SELECT (", ""])
def test_what_is_not_one_statement_has_no_translation(sql: str) -> None:
    with pytest.raises(FanzhaError):
        translate(sql)


@pytest.mark.skipif(which() != "sail", reason="of Sail's server, which runs in the process that started it")
@pytest.mark.parametrize("killed", [False, True])
def test_the_server_ends_with_its_session_and_with_its_process(killed: bool, tmp_path: Path) -> None:
    script = tmp_path / "serve.py"
    script.write_text(
        "import time\n"
        "from tests.store.spark_sessions import sail_server\n"
        "with sail_server() as port:\n"
        "    print(port, flush=True)\n"
        "    time.sleep(0 if input() == 'end' else 600)\n"
        "    raise SystemExit(3)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(script)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None and process.stdin is not None
            port = int(process.stdout.readline())
            socket.create_connection(("127.0.0.1", port), timeout=30).close()
            if not killed:
                process.stdin.write("end\n")
                process.stdin.flush()
                assert process.wait(30) == 3
        finally:
            process.kill()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=30)
