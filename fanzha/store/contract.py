"""What a stage may ask of an engine. Two fulfil it: `engine.Engine` (DuckDB, one machine) and `spark.SparkEngine`."""

from collections.abc import Sequence
from typing import Any, Protocol

import pyarrow as pa


class Tables(Protocol):
    """The declared tables, read by SQL text in DuckDB's dialect and written whole.

    The text stays in the portable subset (`tests/test_portable_sql.py`). Values are bound by `?`, in the order of the text.
    Both engines give the same rows, and the same names and types of columns; where the text orders rows, in the same order:
    nulls last unless it says otherwise, text by its code points. A statement that fails is a FanzhaError.
    """

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a SELECT, as tuples. A sum of integers is a Python integer, however large."""
        ...

    def arrow(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """The rows of a SELECT, as an Arrow table. A sum of integers is decimal128(38, 0)."""
        ...

    def put(self, name: str, rows: pa.Table) -> None:
        """Append Arrow rows to a declared table; columns are matched by name and cast to the declared types."""
        ...

    def make(self, name: str, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Replace the content of a declared table by the rows of a SELECT that gives its columns by name."""
        ...

    def replace(self, name: str, rows: pa.Table) -> None:
        """Replace the content of a declared table by Arrow rows."""
        ...

    def replace_rows(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Replace the content of a declared table by tuples in the order of its columns."""
        ...

    def clear(self, name: str) -> None:
        """Empty a declared table."""
        ...

    def all_rows(self, name: str) -> pa.Table:
        """Every row of a declared table in its one fixed order."""
        ...
