"""The same SQL text on Spark: translated, bound, and answered in the shape that DuckDB gives it.

A session is made by the caller: Spark itself (classic or Connect), or any server that speaks Spark Connect. The differences
between the two engines that the portable subset leaves are settled here, each by one rule on the parsed statement:

- `SUM` of 64-bit integers is exact in DuckDB (128 bits); Spark would stop at 64 bits. It is summed in 38 decimal digits.
- `//` and `%` by zero are null in DuckDB and an error in Spark: the divisor zero is made null.
- Nulls come last in DuckDB, first in Spark: the translation says `NULLS LAST` wherever the text says nothing.
- A translated function may take its arguments in another order: parameters are bound by name, not by place.
- Unnamed columns, and the width of integers, differ: names and types come from DuckDB, which runs each statement
  over empty tables first.

Rows that a stage writes pass through the calling process, as they do with DuckDB; records too large for it are scanned where
they lie (`scan`).
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

import pyarrow as pa
import sqlglot
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import BinaryType, BooleanType, DataType, LongType, StringType, StructField, StructType
from sqlglot import TokenType, exp
from sqlglot.errors import ErrorLevel, SqlglotError

from fanzha.errors import FanzhaError
from fanzha.model.table import Table
from fanzha.store.contract import Tables
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.tables import all_tables, order_by, table

SPARK_TYPES: dict[str, DataType] = {
    "int": LongType(),
    "text": StringType(),
    "flag": BooleanType(),
    "bytes": BinaryType(),
}
# Settings that change what a statement means; a server may come with others.
SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # overflow is an error, as in DuckDB, and not a wrapped number
    "spark.sql.caseSensitive": "false",
    "spark.sql.session.timeZone": "UTC",
}
ESCAPED_LITERALS = "spark.sql.parser.escapedStringLiterals"  # off by default; Sail warns when it is set at all
STATEMENTS_KEPT = 512  # translations kept; a statement of a stage is a constant


def exact_sum(node: exp.Expr) -> exp.Expr:
    """SUM in 38 decimal digits. The subset has no fractions, so what is summed is an integer."""
    if isinstance(node, exp.Sum) and not (isinstance(node.this, exp.Cast) and node.this.to.is_type("decimal")):
        distinct = isinstance(node.this, exp.Distinct)
        summed = node.this.expressions[0] if distinct else node.this
        wide = exp.cast(summed.copy(), "DECIMAL(38, 0)")
        node.set("this", exp.Distinct(expressions=[wide]) if distinct else wide)
    return node


def null_divisor(node: exp.Expr) -> exp.Expr:
    """A whole division or remainder by zero is null."""
    if isinstance(node, exp.IntDiv | exp.Mod) and not isinstance(node.expression, exp.Nullif):
        node.set("expression", exp.Nullif(this=node.expression.copy(), expression=exp.Literal.number(0)))
    return node


RULES: tuple[Callable[[exp.Expr], exp.Expr], ...] = (exact_sum, null_divisor)


def name_parameters(sql: str) -> str:
    """The text with its n-th `?` written as `$pn`, from 0."""
    parts, done = [], 0
    places = (token for token in sqlglot.tokenize(sql, read="duckdb") if token.token_type == TokenType.PLACEHOLDER)
    for number, token in enumerate(places):
        parts += [sql[done : token.start], f"$p{number}"]
        done = token.end + 1
    return "".join([*parts, sql[done:]])


@lru_cache(STATEMENTS_KEPT)
def translate(sql: str) -> str:
    """One statement of DuckDB's dialect in Spark's, its n-th `?` as `:pn` from 0.

    FanzhaError if it cannot be parsed, is not one statement, or has no form in Spark's dialect.
    """
    try:
        found = sqlglot.parse(name_parameters(sql), read="duckdb")
        if len(found) != 1 or found[0] is None:
            raise SqlglotError("not one statement")
        tree: exp.Expr = found[0]
        for rule in RULES:
            tree = tree.transform(rule, copy=False)
        return tree.sql(dialect="spark", unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        raise FanzhaError(
            f"a statement has no form in Spark's SQL: {error}",
            f"语句无法转换为 Spark SQL：{error}",
            where=_brief(sql),
            remedy="keep to the subset of tests/test_portable_sql.py",
            remedy_zh="请使用 tests/test_portable_sql.py 所列的可移植写法",
        ) from error


def _brief(sql: str) -> str:
    return " ".join(sql.split())[:300]


@contextlib.contextmanager
def _said(where: str) -> Iterator[None]:
    """Turn what Spark or Arrow raises into a FanzhaError."""
    try:
        yield
    except (PySparkException, pa.ArrowInvalid) as error:
        what = str(error).split("\n\n")[0]
        raise FanzhaError(
            f"a statement failed on Spark: {what}", f"语句在 Spark 上执行失败：{what}", where=where
        ) from error


@cache
def spark_schema(declared: Table) -> StructType:
    """The Spark schema of a declared table."""
    return StructType([StructField(column.name, SPARK_TYPES[column.type]) for column in declared.columns])


class SparkEngine(Tables):
    """Declared tables as temporary views of one Spark session; see `contract.Tables`. One engine a session: the views
    bear the declared names."""

    def __init__(self, session: SparkSession) -> None:
        """Set what changes the meaning of a statement, and make every declared table, empty."""
        self._session = session
        self._shapes = Engine()
        with _said("session"):
            for key, value in SETTINGS.items():
                session.conf.set(key, value)
            if session.conf.get(ESCAPED_LITERALS, "false") != "false":
                session.conf.set(ESCAPED_LITERALS, "false")
        for name in all_tables():
            self.clear(name)

    def close(self) -> None:
        """Let the tables go. The session stays: it is the caller's."""
        self._shapes.close()
        with _said("close"):
            for name in all_tables():
                self._session.catalog.dropTempView(name)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a SELECT, as tuples."""
        return list(zip(*map(_values, self.arrow(sql, parameters).columns), strict=True))

    def arrow(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """The rows of a SELECT, as an Arrow table with the names and types that DuckDB gives it."""
        shape = self._shapes.arrow(sql, parameters).schema  # this also shows the statement to Engine.checker
        text, bound = translate(sql), {f"p{number}": value for number, value in enumerate(parameters)}
        with _said(_brief(sql)):
            found = self._session.sql(text, args=bound or None).toArrow()
            return found.rename_columns(shape.names).cast(shape)

    def put(self, name: str, rows: pa.Table) -> None:
        """Append Arrow rows to a declared table; columns are matched by name and cast to the declared types."""
        with _said(name):
            self._view(name, self._session.table(table(name).name).union(self._frame(name, rows)))

    def make(self, name: str, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Replace the content of a declared table by the rows of a SELECT that gives its columns by name."""
        declared = table(name)
        columns = ", ".join(f'"{column}"' for column in declared.column_names())
        made = self.arrow(f"SELECT {columns} FROM ({sql}) AS made ORDER BY {order_by(declared)}", parameters)
        self.replace(name, made)

    def replace(self, name: str, rows: pa.Table) -> None:
        """Replace the content of a declared table by Arrow rows."""
        with _said(name):
            self._view(name, self._frame(name, rows))

    def replace_rows(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Replace the content of a declared table by tuples in the order of its columns."""
        schema = arrow_schema(table(name))
        columns = list(zip(*rows, strict=True)) or [()] * len(schema)
        self.replace(name, pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema))

    def clear(self, name: str) -> None:
        """Empty a declared table."""
        self.replace(name, arrow_schema(table(name)).empty_table())

    def all_rows(self, name: str) -> pa.Table:
        """Every row of a declared table in its one fixed order."""
        declared = table(name)
        return self.arrow(f'SELECT * FROM "{declared.name}" ORDER BY {order_by(declared)}')

    def scan(self, name: str, path: str) -> None:
        """Let a declared table be the Parquet files at a path that the cluster can read, with the declared columns and
        types. Nothing of them passes through this process."""
        schema = spark_schema(table(name))
        with _said(path):
            self._view(name, self._session.read.schema(schema).parquet(path).select(schema.names))

    def _frame(self, name: str, rows: pa.Table) -> DataFrame:
        declared = table(name)
        # One chunk: Spark 4 stops reading at an empty batch and loses the rows after it.
        batch = rows.select(list(declared.column_names())).cast(arrow_schema(declared)).combine_chunks()
        return self._session.createDataFrame(batch, spark_schema(declared))

    def _view(self, name: str, frame: DataFrame) -> None:
        frame.createOrReplaceTempView(name)


def _values(column: "pa.ChunkedArray[Any]") -> list[Any]:
    """Python values of a column; whole numbers are integers, also where Arrow keeps them as decimals."""
    values = column.to_pylist()
    if pa.types.is_decimal(column.type) and column.type.scale == 0:
        return [None if value is None else int(value) for value in values]
    return values
