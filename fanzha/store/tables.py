"""Every table, declared once: records that files hold (model/schema/records.yaml) and what stages make of them."""

from functools import cache
from importlib.resources import files

from fanzha.errors import NotFound
from fanzha.model.table import SQL_TYPES, Table, read_tables, record_tables


@cache
def derived_tables() -> dict[str, Table]:
    """The tables that stages make."""
    return read_tables((files("fanzha.store") / "derived.yaml").read_text(encoding="utf-8"))


@cache
def all_tables() -> dict[str, Table]:
    """Every table by name: records first, then derived."""
    return {**record_tables(), **derived_tables()}


def table(name: str) -> Table:
    """One declared table; NotFound names the tables there are."""
    found = all_tables().get(name)
    if found is None:
        names = ", ".join(all_tables())
        raise NotFound(
            f"there is no table called {name!r}",
            f"没有名为 {name!r} 的表",
            remedy=f"choose one of: {names}",
            remedy_zh=f"可选：{names}",
        )
    return found


def create_sql(declared: Table, name: str = "") -> str:
    """The statement that makes an empty table; identifiers come from declarations only."""
    columns = ", ".join(f'"{column.name}" {SQL_TYPES[column.type]}' for column in declared.columns)
    return f'CREATE TABLE "{name or declared.name}" ({columns})'


def order_by(declared: Table) -> str:
    """The ORDER BY clause that gives one fixed order: the declared key, then every other column."""
    rest = [name for name in declared.column_names() if name not in declared.order]
    return ", ".join(f'"{name}" NULLS FIRST' for name in (*declared.order, *rest))
