"""Invented people, accounts and rows for the tests of formats. Nothing here belongs to anybody."""

import random
from collections.abc import Iterator, Sequence

import pyarrow as pa

from fanzha.formats import known
from fanzha.formats.bank_feedback import COLUMNS
from fanzha.formats.columns import record
from fanzha.formats.grid import BadRow, Grid, Reading, Source
from fanzha.formats.kernels import pc


def card(seed: int) -> str:
    """A 19-digit card number with a right check digit."""
    body = "62" + f"{random.Random(seed).randrange(10**16):016d}"
    doubled = sum(int(c) if i % 2 else (int(c) * 2 - 9 * (c > "4")) for i, c in enumerate(reversed(body)))
    return body + str(-doubled % 10)


def bank_row(index: int = 0, **changes: str) -> list[str]:
    """One row of the 34-column export; `changes` by column name."""
    cells = dict.fromkeys(COLUMNS, "")
    cells |= {
        "交易卡号": card(1),
        "交易账号": "1100223344556677",
        "账户开户名称": "甲某某",
        "开户人证件号码": "11010119900307803X"[:18],
        "交易时间": f"2024-03-{1 + index % 28:02d} {index % 24:02d}:05:09",
        "交易金额": f"{index + 1}.50",
        "交易余额": f"{1000 + index}.00",
        "收付标志": "进" if index % 2 else "出",
        "交易对手账卡号": card(2 + index % 5),
        "现金标志": "转账",
        "对手户名": f"乙{index % 5}",
        "对手开户银行": "某某银行某地支行",
        "摘要说明": "转账",
        "交易币种": "CNY",
        "交易是否成功": "成功",
        "交易流水号": f"S{index:08d}",
    }
    cells |= changes
    return [cells[name] for name in COLUMNS]


def bank_text(
    rows: Sequence[Sequence[str]], header: Sequence[str] = COLUMNS, end: str = "\t", line: str = "\r\n"
) -> str:
    """Rows as the export writes them."""
    return "".join(",".join(cell + end for cell in row) + line for row in [header, *rows])


def bank_bytes(count: int = 20, encoding: str = "gb18030") -> bytes:
    """A small export."""
    return bank_text([bank_row(index) for index in range(count)]).encode(encoding)


def read_all(data: bytes, name: str = "") -> list[Reading]:
    """Recognised and read; the law of rows is enforced by Reading itself."""
    source = Source(data)
    return list(known.read(name or known.best(source).format, source))


def joined(readings: Sequence[Reading], table: str) -> pa.Table:
    """A record table of all blocks."""
    return pa.concat_tables([reading.tables[table] for reading in readings if table in reading.tables])


def bad_of(readings: Sequence[Reading]) -> list[BadRow]:
    """All quarantined rows."""
    return [bad for reading in readings for bad in reading.bad]


def notes_of(readings: Sequence[Reading]) -> list[tuple[int, str, str]]:
    """(row, code, field) of all notes."""
    rows = pa.concat_tables([reading.notes for reading in readings]).to_pylist()
    return [(row["row"], row["code"], row["field"]) for row in rows]


def rows_in(readings: Sequence[Reading]) -> int:
    """All rows of the file."""
    return sum(reading.rows_in for reading in readings)


def cells(grids: Sequence[Grid], position: int) -> list[str]:
    """A column of all blocks."""
    return [str(cell) for grid in grids for cell in grid.column(position).to_pylist()]


def table_of(name: str, rows: Sequence[dict[str, object]]) -> pa.Table:
    """A record table; what a row leaves out is null."""
    count = len(rows)
    names = {key for row in rows for key in row}
    empty = record(name, pa.array(range(1, count + 1), pa.int64()), pa.array([-1] * count, pa.int64()), {})
    columns = {key: pa.array([row.get(key) for row in rows], empty.schema.field(key).type) for key in names}
    return record(name, empty.column("row").combine_chunks(), empty.column("byte_offset").combine_chunks(), columns)


def damaged(data: bytes, seed: int) -> Iterator[bytes]:
    """The data with bytes flipped, cut and inserted; three versions of a seed."""
    chance = random.Random(seed)
    flipped = bytearray(data)
    for _ in range(chance.randrange(1, 12)):
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    yield bytes(flipped)
    start = chance.randrange(len(data))
    yield data[:start] + data[start + chance.randrange(1, 200) :]
    noise = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 60)))
    yield data[:start] + noise + data[start:]


def without_origin(table: pa.Table) -> list[dict[str, object]]:
    """Rows without the place they were read from."""
    return list(table.drop_columns(["row", "byte_offset"]).to_pylist())


def sorted_rows(table: pa.Table, column: str) -> pa.Table:
    """Sorted by one column."""
    return table.take(pc.sort_indices(table, sort_keys=[(column, "ascending")]))
