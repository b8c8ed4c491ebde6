"""What every reader of tables hands on, and what every format hands back. Text only: nothing is interpreted here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Source:
    """A received file: its bytes, the name it came under, and the settings of its admission."""

    data: bytes
    name: str = ""
    zone: str = "Asia/Shanghai"  # assumed where a file states none
    region: str = "CN"  # assumed for phone numbers without a country code
    currency: str = "CNY"  # assumed where a file states none


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be cut into cells or understood. `reason` is a code of schema/reasons.yaml."""

    row: int
    byte_offset: int
    reason: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A block of rows cut into cells.

    header   the header cells as written (duplicates kept)
    cells    one string array per header cell, all of length n; "" for an empty cell, never null; outer blanks, TAB and
             BOM removed
    rows     n row numbers from 1; offsets: n byte offsets in the original, -1 where a row has no place of its own
    bad      rows that could not be cut; structure: rows of this block that are header, preamble, blank or totals
    """

    header: tuple[str, ...]
    cells: tuple[pa.StringArray, ...]
    rows: pa.Int64Array
    offsets: pa.Int64Array
    bad: tuple[BadRow, ...] = ()
    structure: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table found in a file, before it is understood.

    container  "csv", "tsv", "xlsx", "json", "jsonl", "yaml", "parquet"; dialect: what was recognised, for the screen
    preamble   the text of the lines before the header
    sample     the first block's first rows, for recognising
    blocks     call it to read from the start; each call gives a fresh iterator
    """

    container: str
    name: str
    header: tuple[str, ...]
    preamble: tuple[str, ...]
    sample: Grid
    dialect: dict[str, str]

    def blocks(self) -> Iterator[Grid]:
        """Every row of the table, in order, in bounded blocks."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Reading:
    """What a format understood of one block: record tables (without the column `file`), and the rows it did not.

    Invariant: rows_in == kept + len(bad) + structure.
    """

    tables: dict[str, pa.Table]
    bad: tuple[BadRow, ...]
    notes: pa.Table
    kept: int
    structure: int
    rows_in: int


@dataclass(frozen=True, slots=True)
class Recognition:
    """How sure a format is that a file is its own, 0 to 100, and why, in both languages."""

    format: str
    score: int
    why_en: str
    why_zh: str
    details: dict[str, str] = field(default_factory=dict)


class Format(Protocol):
    """One real-world format, both ways."""

    name: str
    en: str
    zh: str

    def recognise(self, source: Source) -> Recognition:
        """How well the content fits; never raises on any bytes."""
        ...

    def read(self, source: Source) -> Iterator[Reading]:
        """Everything in the file, block by block."""
        ...

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Records as a file of this format; what `read` makes of it equals `tables`."""
        ...
