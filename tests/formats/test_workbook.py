"""Workbooks in the capped child, Parquet, and writing tables."""

import io
import json
import zipfile
from datetime import datetime, timedelta

import pyarrow as pa
import pytest
import xlsxwriter
from pyarrow import parquet

from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import known
from fanzha.formats.bank_feedback import COLUMNS
from fanzha.formats.child import workbook as workbook_child
from fanzha.formats.grid import SHEET_ROWS, Source
from fanzha.formats.sheets import open_sheets
from fanzha.formats.workbook import open_workbook
from fanzha.formats.writing import CONTAINERS, csv_cell, guarded, money_text, write_table
from tests.formats.invented import (
    bad_of,
    bank_row,
    card,
    cells,
    joined,
    notes_of,
    read_all,
    rows_in,
    table_of,
    without_origin,
)

HEADER = ("银行卡号", "交易时间", "交易金额", "收付标志", "对方卡号", "余额")


def workbook(*sheets: list[list[object]], hidden: int = -1, formula: str = "") -> bytes:
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_numbers": False})
    date = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for index, rows in enumerate(sheets):
        sheet = book.add_worksheet(f"第{index + 1}页")
        if index == hidden:
            sheet.hide()
        for at, row in enumerate(rows):
            for position, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(at, position, value, date)
                elif isinstance(value, int | float):
                    sheet.write_number(at, position, value)
                elif value is not None:
                    sheet.write_string(at, position, str(value))
        if formula:
            sheet.write_formula(1, 2, formula, None, 99.5)
    book.close()
    return sink.getvalue()


def leg_row(**changes: object) -> list[object]:
    cells_: dict[str, object] = dict(
        zip(HEADER, (card(1), datetime(2024, 3, 1, 8, 5, 9), 35.5, "进", card(2), 100), strict=True)
    )
    return list((cells_ | changes).values())


def test_rows_of_a_statement() -> None:
    data = workbook([list(HEADER), leg_row(), leg_row(交易金额=7), ["合计", None, 42.5], []])
    assert known.best(Source(data)).format == "table"
    legs = joined(read_all(data), "legs").to_pylist()
    assert [(leg["row"], leg["byte_offset"], leg["amount_minor"], leg["balance_minor"]) for leg in legs] == [
        (2, -1, 3550, 10000),
        (3, -1, 700, 10000),
    ]
    assert legs[0]["at_ms"] == 1709251509000
    assert legs[0]["account"] == card(1)
    assert rows_in(read_all(data)) == 4


def test_numbers_beyond_fifteen_digits_are_quarantined() -> None:
    data = workbook(
        [
            list(HEADER),
            leg_row(银行卡号=int(card(1))),
            leg_row(对方卡号=int(card(1))),
            leg_row(对方卡号=622202123456780),
        ]
    )
    readings = read_all(data)
    assert [(bad.row, bad.reason, bad.field) for bad in bad_of(readings)] == [
        (2, "spreadsheet_loss", "account"),
        (3, "spreadsheet_loss", "counter_account"),
    ]
    zeros = workbook([list(HEADER), leg_row(对方卡号="6222021234567890000")])
    assert (2, "spreadsheet_loss", "counter_account") in notes_of(read_all(zeros))


def test_every_sheet_is_read_hidden_ones_too() -> None:
    data = workbook(
        [["说明"], ["本文件含两页"]], [list(HEADER), leg_row()], [["某行流水"], [], list(HEADER), leg_row()], hidden=2
    )
    names = [sheet.name for sheet in open_sheets(Source(data))]
    assert names[-2:] == ["第2页", "第3页"]
    legs = joined(read_all(data), "legs")
    assert legs.column("row").to_pylist() == [SHEET_ROWS + 2, 2 * SHEET_ROWS + 4]


def test_a_sheet_that_is_not_understood_is_quarantined_not_dropped() -> None:
    data = workbook([list(HEADER), leg_row()], [["货号", "数量"], [1, 2], [3, 4]])
    readings = read_all(data)
    assert joined(readings, "legs").num_rows == 1
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [
        (SHEET_ROWS + row, "unreadable_file") for row in (2, 3)
    ]
    assert rows_in(readings) == 5


def test_formulas_arrive_as_values() -> None:
    data = workbook([list(HEADER), leg_row()], formula="=1+98.5")
    assert joined(read_all(data), "legs").column("amount_minor").to_pylist() == [9950]


def test_cells_beyond_the_header_are_quarantined() -> None:
    data = workbook([list(HEADER), leg_row(), [*leg_row(), "", "x"], leg_row()])
    assert [(bad.row, bad.reason) for bad in bad_of(read_all(data))] == [(3, "cell_count")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (3.0, "3"),
        (3.25, "3.25"),
        (6.222021234567890e18, "6.22202123456789E+18"),
        ("x", "x"),
        (datetime(2024, 1, 2, 3, 4, 5), "2024-01-02 03:04:05"),
        (timedelta(hours=25, seconds=61), "25:01:01"),
        (-7, "-7"),
    ],
)
def test_text_of_a_cell(value: object, text: str) -> None:
    assert workbook_child.text_of(value) == text


def zipped(**parts: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name.replace("__", "/"), part)
    return sink.getvalue()


def test_damaged_workbooks_and_other_zips_are_refused() -> None:
    data = workbook([list(HEADER), leg_row()])
    for broken in (data[:200] + data[260:], data[: len(data) // 2], b"\xd0\xcf\x11\xe0" + b"\0" * 600):
        with pytest.raises(UnreadableFile):
            open_workbook(broken)
        assert known.recognise(Source(broken)) == []
    assert known.recognise(Source(zipped(a__b=b"hello"))) == []


def test_a_bomb_ends_in_the_child() -> None:
    data = workbook([list(HEADER), leg_row()])
    names: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            names[info.filename] = archive.read(info)
    sheet = names["xl/worksheets/sheet1.xml"]
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    names["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", far)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in names.items():
            archive.writestr(name, part)
    with pytest.raises(UnreadableFile):
        open_workbook(sink.getvalue())


def test_parquet_is_read_as_text() -> None:
    table = pa.table(
        {
            "account": [card(1)] * 3,
            "timestamp": pa.array([1709251509, 1709251510, None], pa.int64()).cast(pa.timestamp("s")),
            "amount": [35.5, 7.0, 1.0],
            "direction": ["in", "O", "out"],
            "counterparty": [card(2), None, card(3)],
            "more": [{"a": [1, 2]}, None, None],
        }
    )
    data = write_table(table, "parquet")
    readings = read_all(data)
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(2, "unknown_direction"), (3, "bad_moment")]
    assert joined(readings, "legs").column("amount_minor").to_pylist() == [3550]
    sheet = open_sheets(Source(data))[0]
    assert json.loads(cells([sheet.sample], 5)[0]) == {"a": [1, 2]}
    for broken in (b"PAR1" + b"x" * 50, data[:-20] + b"x" * 20, data[:100]):
        assert known.recognise(Source(broken)) == []
    assert parquet.read_table(io.BytesIO(data)).num_rows == 3


@pytest.mark.parametrize("same", [True, False])
def test_more_rows_than_its_bytes_can_hold(same: bool) -> None:
    rows = 1_000_001
    moments = pa.array([1709251509] * rows if same else range(1709251509, 1709251509 + rows), pa.int64())
    cells = {"account": card(1), "amount": "5.00", "direction": "进", "counterparty": card(2)}
    columns = {name: pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int8()), [cells[name]]) for name in cells}
    data = write_table(pa.table({"timestamp": moments.cast(pa.timestamp("s")), **columns}), "parquet")
    if same:
        with pytest.raises(UnreadableFile, match="too large"):
            open_sheets(Source(data))
    else:
        assert open_sheets(Source(data))[0].header[0] == "timestamp"


REPORTS = [
    {"reference": "A1", "text": "收到短信后点击链接,=1+1", "victim": "甲某", "city": "某市", "at_ms": 1709251509000},
    {
        "reference": "=cmd|' /C calc'!A0",
        "text": "对方让我转账\n然后失联",
        "victim": "@sum",
        "city": "-1+1",
        "at_ms": 1709251510000,
    },
]


@pytest.mark.parametrize("container", CONTAINERS)
def test_tables_in_every_container(container: str) -> None:
    table = table_of("reports", REPORTS).select(["reference", "text", "victim", "city"])
    data = write_table(table, container)
    again = joined(read_all(data, "table"), "reports").select(["reference", "text", "victim", "city"])
    assert again.to_pylist() == table.to_pylist()


def test_unknown_container() -> None:
    with pytest.raises(InputError, match="docx"):
        write_table(pa.table({"a": [1]}), "docx")


@pytest.mark.parametrize("sign", list("=+-@\t\r=+-@"))
def test_formulas_are_neutralised(sign: str) -> None:
    assert guarded(f"{sign}SUM(A1)").startswith("'")
    assert csv_cell(f'{sign}HYPERLINK("x")').lstrip('"').startswith("'")


@pytest.mark.parametrize("cell", ["", "-5", "-5.25", "12", "甲", "a=b", "'x"])
def test_plain_cells_stay(cell: str) -> None:
    assert guarded(cell) == cell


def test_a_workbook_holds_no_formula_and_keeps_long_integers() -> None:
    table = pa.table({"=a": ["=1+1", "6222"], "n": [int(card(1)), 5], "flag": [True, None]})
    data = write_table(table, "xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    sheet = open_workbook(data)[0]
    assert sheet.header[0] == "'=a"
    assert cells(list(sheet.blocks()), 1) == [card(1), "5"]


def test_money_text() -> None:
    assert [money_text(3500000, "CNY"), money_text(-5, "CNY"), money_text(7, "JPY"), money_text(1, "USDT")] == [
        "35000.00",
        "-0.05",
        "7",
        "0.000001",
    ]


def test_legs_through_a_workbook() -> None:
    legs = joined(read_all(workbook([list(HEADER), leg_row(), leg_row(收付标志="出")])), "legs")
    table = legs.select(["account", "direction", "counter_account", "amount_minor", "at_ms"])
    renamed = table.rename_columns(["账号", "收付标志", "对方账号", "交易金额(分)", "交易时间"])
    for container in ("csv", "xlsx", "jsonl", "parquet"):
        again = joined(read_all(write_table(renamed, container), "table"), "legs")
        assert without_origin(again.select([*table.column_names, "row", "byte_offset"])) == table.to_pylist()


def test_a_workbook_of_several_tables_is_read_whole() -> None:
    from_bank: list[list[object]] = [list(COLUMNS), list(bank_row(0)), list(bank_row(1))]
    calls: list[list[object]] = [
        ["本机号码", "类型", "对方号码", "开始时间"],
        ["13800138000", "主叫", "13900139000", "2024-03-01 00:00:00"],
    ]
    stories: list[list[object]] = [["案件编号", "案情描述"], ["A1", "有人打电话让我转账"]]
    data = workbook(from_bank, calls, stories, from_bank)
    assert known.best(Source(data)).format == "table"
    readings = read_all(data)
    assert [len(joined(readings, name)) for name in ("legs", "calls", "reports")] == [4, 1, 1]
    assert bad_of(readings) == []
    assert known.best(Source(workbook(from_bank))).format == "bank_feedback"
