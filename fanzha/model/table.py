"""A table declared once: its name, its columns, their units and their meaning in both languages."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

# SQL type of each declared type. The same four words exist in DuckDB and Spark.
SQL_TYPES = {"int": "BIGINT", "text": "VARCHAR", "flag": "BOOLEAN", "bytes": "BLOB"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `type` is a key of SQL_TYPES; `unit` is "" where there is none."""

    name: str
    type: str
    en: str
    zh: str
    unit: str = ""
    sensitive: bool = False
    kind: str = ""  # the kind of identifier it holds ("account", "phone", ...), for masking


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `order` lists the columns that put its rows into one fixed order."""

    name: str
    en: str
    zh: str
    columns: tuple[Column, ...]
    order: tuple[str, ...]

    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)


# Every record read from a file points back to where it was read.
ORIGIN = (
    Column("file", "int", "journal number of the admitted file", "入库文件序号"),
    Column("row", "int", "row in that file, from 1; physical line, sheet row or item number", "文件中的行号(从1起)"),
    Column(
        "byte_offset",
        "int",
        "where the row starts in the file; -1 if it has no place of its own",
        "行首字节位置",
        "byte",
    ),
)


def _column(raw: dict[str, object]) -> Column:
    return Column(
        name=str(raw["name"]),
        type=str(raw.get("type", "text")),
        en=str(raw["en"]),
        zh=str(raw["zh"]),
        unit=str(raw.get("unit", "")),
        sensitive=bool(raw.get("sensitive", False)),
        kind=str(raw.get("kind", "")),
    )


def read_tables(text: str) -> dict[str, Table]:
    """Tables declared in YAML: {name: {en, zh, origin?, columns: [...], order: [...]}}."""
    declared = {}
    for name, raw in yaml.load(text, Loader=yaml.CSafeLoader).items():
        own = tuple(_column(column) for column in raw["columns"])
        columns = (ORIGIN + own) if raw.get("origin", False) else own
        declared[name] = Table(name, raw["en"], raw["zh"], columns, tuple(raw["order"]))
    return declared


@cache
def record_tables() -> dict[str, Table]:
    """The tables that reading a file fills: legs, calls, reports, mentions, quarantine, notes."""
    return read_tables((files("fanzha.model") / "schema" / "records.yaml").read_text(encoding="utf-8"))
