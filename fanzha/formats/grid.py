"""What every reader of tables hands on, and what every format hands back. Text only: nothing is interpreted here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, overload

import pyarrow as pa

from fanzha.errors import FanzhaError, UnreadableFile

# Bounds on what is read, so that no file can exhaust the machine.
COLUMNS_MAX = 2_000
LINE_BYTES_MAX = 1 << 20
SHEET_ROWS = 10_000_000  # row numbers of the second sheet of a workbook start at 10,000,001, of the third at 20,000,001
PARTS = "\x1f"  # stands between the values of a cell that holds several (JSON and YAML lists)


class Content(Protocol):
    """Bytes that may lie on disk: how many, and any part of them."""

    def __len__(self) -> int: ...

    @overload
    def __getitem__(self, place: int, /) -> int: ...

    @overload
    def __getitem__(self, place: slice, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Fix:
    """What a person corrected in one row: the cells by column name as they should read, or that the row does not count.

    `act` is the journal number of the correction; a reason is in the journal.
    """

    act: int
    cells: tuple[tuple[str, str], ...] = ()
    drop: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A received file: its bytes, the name it came under, and the settings of its admission.

    Readers that go line by line take parts of `data`; who needs all of it asks `whole` and says how much is too much.
    `fixes` are rows that a person corrected, by row number. `opened` keeps what opening the file found, so that several
    formats can look at it; it lives as long as the Source.
    """

    data: bytes | Content
    name: str = ""
    zone: str = "Asia/Shanghai"  # assumed where a file states none
    region: str = "CN"  # assumed for phone numbers without a country code
    currency: str = "CNY"  # assumed where a file states none
    date_order: str = ""  # "dmy" or "mdy": how 03/04/2024 is meant where a file does not tell; "" for nobody said
    account: str = ""  # whose statement this is, where the file does not say
    fixes: Mapping[int, Fix] = field(default_factory=dict)
    opened: dict[str, object] = field(default_factory=dict, compare=False, repr=False)

    def head(self, count: int = 4096) -> bytes:
        """The first bytes of the file."""
        return bytes(self.data[:count])

    def whole(self, bytes_max: int) -> bytes:
        """All bytes of the file. Raises UnreadableFile where there are more than `bytes_max`."""
        if len(self.data) > bytes_max:
            raise UnreadableFile(
                f"a file of this kind may have {bytes_max >> 20} MiB, this one has {len(self.data) >> 20}",
                f"此类文件上限为 {bytes_max >> 20} MiB,该文件为 {len(self.data) >> 20} MiB",
                where=self.name,
                remedy="Ask the sender to split it",
                remedy_zh="请来源方拆分后重新提供",
            )
        return self.data if isinstance(self.data, bytes) else bytes(self.data[: len(self.data)])


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
             BOM removed. A column that was not asked for is None.
    rows     n row numbers from 1; offsets: n byte offsets in the original, -1 where a row has no place of its own
    bad      rows that could not be cut; structure: rows of this block that are header, preamble, blank or totals
    first    whether this is the first block of the table
    """

    header: tuple[str, ...]
    cells: tuple[pa.StringArray | None, ...]
    rows: pa.Int64Array
    offsets: pa.Int64Array
    bad: tuple[BadRow, ...] = ()
    structure: int = 0
    first: bool = False

    def column(self, position: int) -> pa.StringArray:
        """The cells at `position`; it must have been asked for."""
        cells = self.cells[position]
        if cells is None:
            raise KeyError(position)
        return cells


Wanted = frozenset[int] | None  # positions of the columns to cut; None for all


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table found in a file, before it is understood.

    container    "csv", "tsv", "xlsx", "json", "jsonl", "yaml", "parquet", "text"
    preamble     the text of the lines before the header
    sample       the first rows (at most about a thousand), for recognising; its `bad` and `structure` are not kept
    dialect      what was recognised, for the screen
    open_blocks  call it with the wanted columns to read every row from the start, in order, in bounded blocks
    """

    container: str
    name: str
    header: tuple[str, ...]
    preamble: tuple[str, ...]
    sample: Grid
    dialect: dict[str, str]
    open_blocks: Callable[[Wanted], Iterator[Grid]]

    def blocks(self, wanted: Wanted = None) -> Iterator[Grid]:
        """Every row of the table, in order, in bounded blocks."""
        return self.open_blocks(wanted)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a format understood of one block: record tables (without the column `file`), and the rows it did not.

    rows_in counts rows or items as they stand in the file; a quoted row of several lines counts once. An empty cell is
    null in the record tables, never "".
    Invariant, enforced here and nowhere else: rows_in == kept + len(bad) + structure.
    """

    tables: dict[str, pa.Table]
    bad: tuple[BadRow, ...]
    notes: pa.Table
    kept: int
    structure: int
    rows_in: int

    def __post_init__(self) -> None:
        if self.rows_in != self.kept + len(self.bad) + self.structure:
            raise FanzhaError(
                f"rows do not add up: {self.rows_in} in, {self.kept} kept, {len(self.bad)} quarantined, "
                f"{self.structure} structure",
                f"行数不平:读入{self.rows_in},保留{self.kept},隔离{len(self.bad)},结构行{self.structure}",
                remedy="This is a fault of the reader; please report it",
                remedy_zh="这是读取程序的错误,请报告",
            )


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

    @property
    def name(self) -> str:
        """Short name, as used on the command line."""
        ...

    @property
    def en(self) -> str:
        """What it is called in English."""
        ...

    @property
    def zh(self) -> str:
        """What it is called in Chinese."""
        ...

    def recognise(self, source: Source) -> Recognition:
        """How well the content fits; never raises on any bytes."""
        ...

    def read(self, source: Source) -> Iterator[Reading]:
        """Everything in the file, block by block."""
        ...

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Records as a file of this format; what `read` makes of it equals `tables`."""
        ...
