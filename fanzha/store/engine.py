"""The only place SQL runs. Statements are made by pure functions; values are bound, identifiers come from declarations."""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from fanzha.errors import FanzhaError, StorageFailed
from fanzha.model.table import Table
from fanzha.store.tables import all_tables, create_sql, order_by

# How far the tables have followed the journal: entries read into records, entries the stages have seen, and by which code.
STAMP = "CREATE TABLE IF NOT EXISTS stamp (records BIGINT, stages BIGINT, code VARCHAR)"
MEMORY = "800MB"  # of DuckDB; the rest of the 4 GB that an admission may take is for reading
# A caller (the tests do) may look at every statement before it runs and refuse it.
Checker = Callable[[str], None]
ARROW_TYPES: dict[str, pa.DataType] = {"int": pa.int64(), "text": pa.string(), "flag": pa.bool_(), "bytes": pa.binary()}


# What DuckDB raises where the disk or the memory refuses; after the second it serves no more.
REFUSED = (duckdb.IOException, duckdb.FatalException, duckdb.TransactionException, duckdb.OutOfMemoryException)


def _error(error: duckdb.Error, where: str) -> FanzhaError:
    """The error for what DuckDB raised. Whatever befell the tables, they can be made again."""
    if isinstance(error, REFUSED):
        return StorageFailed(
            f"the tables' disk or memory refused: {error}",
            f"数据表读写失败：{error}",
            where=where,
            remedy="make room or mend the disk, then start again; if it fails again, `fanzha rebuild` makes the tables anew",
            remedy_zh="腾出空间或修复磁盘后重新启动；如仍失败，可执行 fanzha rebuild 重建数据表",
        )
    return FanzhaError(f"a statement failed: {error}", f"语句执行失败：{error}", where=where)


@contextlib.contextmanager
def _said(where: str) -> Iterator[None]:
    """Turn what DuckDB raises into a FanzhaError, or KeyboardInterrupt."""
    try:
        yield
    except RuntimeError as error:  # DuckDB's word for Ctrl-C while a statement runs
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from error
        raise
    except duckdb.Error as error:
        raise _error(error, where) from error


def arrow_schema(declared: Table, *, without: Sequence[str] = ()) -> pa.Schema:
    """The Arrow schema of a declared table, leaving out the columns named."""
    return pa.schema([(c.name, ARROW_TYPES[c.type]) for c in declared.columns if c.name not in without])


class Engine:
    """Declared tables in one DuckDB file (or in memory), locked against files, extensions and the network."""

    checker: Checker | None = None

    def __init__(
        self,
        path: Path | None = None,
        *,
        threads: int = 2,
        memory: str = MEMORY,
        read_only: bool = False,
        spill: Path | None = None,
    ) -> None:
        """Open the tables in a file, or in memory. What does not fit into memory goes into the folder `spill` meanwhile;
        without one a statement that needs more fails."""
        self.read_only, self._spill = read_only, spill
        self._within = False
        place = str(path) if path else ":memory:"
        with _said(place):
            self._con = duckdb.connect(
                place,
                read_only=read_only,
                config={"threads": threads, "memory_limit": memory, "temp_directory": str(spill or "")},
            )
            try:
                self._prepare()
            except BaseException:
                self._con.close()
                raise

    def _prepare(self) -> None:
        """Lock the connection down, and make the tables that are not there."""
        for setting in (
            "SET enable_external_access = false",
            "SET autoinstall_known_extensions = false",
            "SET autoload_known_extensions = false",
            "SET TimeZone = 'UTC'",
            "SET python_enable_replacements = false",  # no Python variable is ever a table
            "SET preserve_insertion_order = true",
            "SET enable_progress_bar = false",  # it would print into the answer of a command
            "SET lock_configuration = true",
        ):
            self._con.execute(setting)
        if self.read_only:
            return
        self._con.execute(STAMP)
        held = {row[0] for row in self._con.execute("SELECT table_name FROM information_schema.tables").fetchall()}
        for name, declared in all_tables().items():
            if name not in held:
                self._con.execute(create_sql(declared))

    def close(self) -> None:
        """Flush and release the file."""
        self._con.close()
        if self._spill is not None:
            shutil.rmtree(self._spill, ignore_errors=True)

    def _execute(self, sql: str, parameters: Sequence[Any]) -> duckdb.DuckDBPyConnection:
        if Engine.checker is not None:
            Engine.checker(sql)
        with _said(" ".join(sql.split())[:300]):
            return self._con.execute(sql, list(parameters))

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a SELECT, as tuples."""
        return self._execute(sql, parameters).fetchall()

    def arrow(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """The rows of a SELECT, as an Arrow table."""
        return self._execute(sql, parameters).to_arrow_table()

    def put(self, name: str, rows: pa.Table) -> None:
        """Append Arrow rows to a declared table; columns are matched by name and cast to the declared types."""
        declared = all_tables()[name]
        batch = rows.select(list(declared.column_names())).cast(arrow_schema(declared))
        self._con.register("incoming", batch)
        try:
            columns = ", ".join(f'"{column}"' for column in declared.column_names())
            self._execute(f'INSERT INTO "{name}" SELECT {columns} FROM incoming', ())
        finally:
            self._con.unregister("incoming")

    def make(self, name: str, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Replace the content of a declared table by the rows of a SELECT that gives its columns by name."""
        declared = all_tables()[name]
        columns = ", ".join(f'"{column}"' for column in declared.column_names())
        made = self.arrow(f"SELECT {columns} FROM ({sql}) AS made ORDER BY {order_by(declared)}", parameters)
        self.clear(name)
        self.put(name, made)

    def replace(self, name: str, rows: pa.Table) -> None:
        """Replace the content of a declared table by Arrow rows."""
        self.clear(name)
        self.put(name, rows)

    def replace_rows(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Replace the content of a declared table by tuples in the order of its columns."""
        schema = arrow_schema(all_tables()[name])
        columns = list(zip(*rows, strict=True)) or [()] * len(schema)
        self.replace(name, pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema))

    def clear(self, name: str) -> None:
        """Empty a declared table."""
        self._execute(f'DELETE FROM "{all_tables()[name].name}"', ())

    def remove_file(self, name: str, file: int) -> None:
        """Remove the rows of one admitted file from a record table."""
        self._execute(f'DELETE FROM "{all_tables()[name].name}" WHERE "file" = ?', (file,))

    def all_rows(self, name: str) -> pa.Table:
        """Every row of a declared table in its one fixed order."""
        declared = all_tables()[name]
        return self.arrow(f'SELECT * FROM "{name}" ORDER BY {order_by(declared)}')

    def stamp(self) -> tuple[int, int, str]:
        """Journal entries that the record tables hold, entries that the stages have seen, and the code version."""
        with _said("stamp"):
            found = self._con.execute("SELECT records, stages, code FROM stamp").fetchone()
        return (int(found[0]), int(found[1]), str(found[2])) if found else (0, 0, "")

    def set_stamp(self, records: int, stages: int, code: str) -> None:
        """Set the stamp, inside the transaction that makes it true."""
        with _said("stamp"):
            self._con.execute("DELETE FROM stamp")
            self._con.execute("INSERT INTO stamp VALUES (?, ?, ?)", [records, stages, code])

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Several writes that become visible and durable together, or not at all. Inside another one it is part of it."""
        if self._within:
            yield
            return
        with _said("transaction"):
            self._con.begin()
        self._within = True
        try:
            yield
        except BaseException:
            with contextlib.suppress(duckdb.Error):  # refused by a disk that failed: nothing was committed there
                self._con.rollback()
            raise
        else:
            with _said("commit"):
                self._con.commit()
        finally:
            self._within = False
