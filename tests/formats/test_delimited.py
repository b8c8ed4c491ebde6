"""Delimited text: dialect, header, quotes, structure, and rows that do not fit."""

import time

import pytest

from fanzha.errors import UnreadableFile
from fanzha.formats.delimited import open_delimited
from fanzha.formats.dialect import cut, find_dialect
from fanzha.formats.grid import Grid, Sheet
from tests.formats.invented import bank_bytes, bank_row, bank_text, cells


def opened(text: str | bytes) -> tuple[Sheet, list[Grid]]:
    sheet = open_delimited(text if isinstance(text, bytes) else text.encode("utf-8"))
    assert sheet is not None
    return sheet, list(sheet.blocks())


def law(sheet: Sheet, grids: list[Grid], rows: int) -> None:
    assert sum(len(grid.rows) + len(grid.bad) + grid.structure for grid in grids) == rows
    assert sheet.sample.header == sheet.header


def reasons(grids: list[Grid]) -> list[tuple[int, str]]:
    return [(bad.row, bad.reason) for grid in grids for bad in grid.bad]


HEAD = "账号,交易时间,金额,收付标志\n"
ROW = "6222000011112222,2024-01-01 00:00:00,5.00,进\n"


def test_tab_ended_cells_do_not_make_tab_the_delimiter() -> None:
    sheet, grids = opened(bank_bytes(30))
    assert sheet.container == "csv"
    assert len(sheet.header) == 34
    assert cells(grids, 7)[:2] == ["出", "进"]
    law(sheet, grids, 31)


def test_tab_separated_text_with_commas_in_it() -> None:
    text = "reference\tdescription\turl\n" + "".join(
        f"R{i}\tpaid, then, nothing, came\thttp://a.top/{i}\n" for i in range(9)
    )
    sheet, grids = opened(text)
    assert sheet.container == "tsv"
    assert sheet.header == ("reference", "description", "url")
    assert cells(grids, 1)[0] == "paid, then, nothing, came"


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16"])
def test_delimiters(delimiter: str, codec: str) -> None:
    # 亅 and 鍇 have the byte of | as their second byte in GB 18030
    text = (HEAD + ROW.replace("进", "亅鍇") * 5).replace(",", delimiter)
    sheet, grids = opened(text.encode(codec))
    assert len(sheet.header) == 4
    assert cells(grids, 3) == ["亅鍇"] * 5
    law(sheet, grids, 6)


def test_preamble_totals_blank_rules_and_repeated_header_are_structure() -> None:
    text = "某银行\n查询编号:123\n\n" + HEAD + ROW * 3 + HEAD + ROW + "\n,,,\n----------\n合计,,20.00,\n总计:4笔\n"
    sheet, grids = opened(text)
    assert sheet.preamble == ("某银行", "查询编号:123")
    assert len(cells(grids, 0)) == 4
    assert reasons(grids) == [(14, "cell_count")]  # 总计:4笔 is no bare word: shown, not dropped
    law(sheet, grids, 14)


def test_rows_and_offsets_are_physical() -> None:
    text = "说明\n" + HEAD + ROW + '6222,"a\nb\nc",5,进\n' + ROW
    data = text.encode("gb18030")
    _, grids = opened(data)
    rows = [row for grid in grids for row in grid.rows.to_pylist()]
    assert rows == [3, 4, 7]
    for grid in grids:
        for row, offset in zip(grid.rows.to_pylist(), grid.offsets.to_pylist(), strict=True):
            assert data[: int(offset or 0)].count(b"\n") == int(row or 0) - 1
    assert cells(grids, 1)[1] == "a\nb\nc"


def test_wrong_number_of_cells_is_quarantined_and_a_last_empty_cell_is_fine() -> None:
    text = HEAD + ROW + "1,2,3\n1,2,3,4,5\n1,2,3,4,\n1,2,3,4,\t\n" + ROW
    sheet, grids = opened(text)
    assert reasons(grids) == [(3, "cell_count"), (4, "cell_count")]
    assert cells(grids, 3) == ["进", "4", "4", "进"]
    law(sheet, grids, 7)


def test_file_whose_lines_all_end_with_a_delimiter() -> None:
    text = (HEAD + ROW * 4).replace("\n", ",\n") + "1,2,3,4,5\n"
    sheet, grids = opened(text)
    assert len(sheet.header) == 4
    assert len(cells(grids, 0)) == 4
    assert reasons(grids) == [(6, "cell_count")]
    law(sheet, grids, 6)


def test_open_quote_costs_one_line() -> None:
    text = HEAD + ROW + '"6222,2024-01-01,5,进\n' + ROW * 400
    sheet, grids = opened(text)
    assert reasons(grids) == [(3, "cell_count")]
    assert len(cells(grids, 0)) == 401
    law(sheet, grids, 403)


def test_quotes_with_delimiters_doubled_quotes_and_trailing_tab() -> None:
    text = HEAD + '"62,22"\t," 2024 ","say ""hi""",进\n' + ROW
    _, grids = opened(text)
    assert (cells(grids, 0)[0], cells(grids, 1)[0], cells(grids, 2)[0]) == ("62,22", "2024", 'say "hi"')


def test_duplicate_header_names_are_kept() -> None:
    sheet, grids = opened("交易金额,网联,金额,网联\n1,a,2,b\n3,c,4,d\n")
    assert sheet.header == ("交易金额", "网联", "金额", "网联")
    assert (cells(grids, 1), cells(grids, 3)) == (["a", "c"], ["b", "d"])


def test_nul_bytes_and_bad_bytes_are_undecodable() -> None:
    data = (HEAD + ROW).encode("gb18030") + b"62\x0022,x,1,2\n" + b"62\xff22,x,1,2\n" + ROW.encode("gb18030") * 40
    sheet, grids = opened(data)
    assert reasons(grids) == [(3, "undecodable"), (4, "undecodable")]
    law(sheet, grids, 44)


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16"])
def test_a_line_over_a_megabyte_is_quarantined(codec: str) -> None:
    data = (HEAD + ROW + "9" * (3 << 20) + "\n" + ROW + "8" * (6 << 20) + "\n" + ROW).encode(codec)
    sheet, grids = opened(data)
    assert reasons(grids) == [(3, "line_too_long"), (5, "line_too_long")]
    assert len(cells(grids, 0)) == 3
    law(sheet, grids, 6)


def test_one_line_of_two_megabytes_is_no_table() -> None:
    assert open_delimited(b"a" * (2 << 20)) is None
    assert open_delimited(b"a,b," * (1 << 19)) is None


def test_ten_thousand_columns_is_a_bounded_error() -> None:
    text = ",".join(f"c{index}" for index in range(10_000)) + "\n"
    row = ",".join("1" for _ in range(10_000)) + "\n"
    with pytest.raises(UnreadableFile):
        open_delimited((text + row * 3).encode())


def test_mixed_line_ends_and_a_lone_cr_inside() -> None:
    text = HEAD.replace("\n", "\r\n") + ROW.replace("\n", "\r\n") + ROW + "6222,20\r24,5,进\n" + ROW
    sheet, grids = opened(text)
    assert cells(grids, 3) == ["进"] * 4
    law(sheet, grids, 5)


def test_only_wanted_columns_are_cut() -> None:
    sheet = open_delimited(bank_bytes(5))
    assert sheet is not None
    grid = next(sheet.blocks(frozenset({0, 7})))
    assert [position for position, column in enumerate(grid.cells) if column is not None] == [0, 7]
    with pytest.raises(KeyError):
        grid.column(3)


def test_blocks_are_bounded_and_complete() -> None:
    rows = bank_text([bank_row(index) for index in range(100)])
    body = rows.split("\r\n", 1)
    data = (body[0] + "\r\n" + body[1] * 1_500).encode("gb18030")
    sheet = open_delimited(data)
    assert sheet is not None
    sizes = [len(grid.rows) for grid in sheet.blocks(frozenset({0}))]
    assert sum(sizes) == 150_000
    assert len(sizes) >= 2
    assert max(sizes) < 100_000
    assert [grid.first for grid in sheet.blocks(frozenset({0}))] == [True] + [False] * (len(sizes) - 1)


def test_a_quoted_cell_across_the_edge_of_two_pieces() -> None:
    filler = ROW * ((4 << 20) // len(ROW.encode()) - 1)
    for shift in range(0, 90, 15):
        text = HEAD + "x" * shift + ROW + filler + '1,"' + "two\nlines" * 4 + '",5,进\n' + ROW * 3
        _, grids = opened(text)
        assert reasons(grids) == []
        assert "two\nlines" * 4 in cells(grids, 1)


def test_many_open_quotes_stay_fast() -> None:
    text = HEAD + '"62,a,b,c\n' * 20_000
    started = time.process_time()
    _, grids = opened(text)
    assert time.process_time() - started < 8
    assert sum(len(grid.bad) for grid in grids) == 20_000


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a,b", ["a", "b"]),
        ("", [""]),
        ('"a"', ["a"]),
        ('"",x', ["", "x"]),
        ('a"b,c', ['a"b', "c"]),
        ('"a"b,c', []),
        ('"a', None),
        ('a,"b""c",', ["a", 'b"c', ""]),
    ],
)
def test_cut(line: str, expected: list[str] | None) -> None:
    assert cut(line, ",") == expected


def test_prose_is_no_table() -> None:
    assert find_dialect(["He called me, said he was the bank, and I paid."]) is None
    assert find_dialect(["我接到电话,对方自称客服", "让我转账,我就转了", "后来发现被骗,所以报案,请查"]) is None


def test_a_list_of_one_known_column() -> None:
    sheet, grids = opened("url\nhttp://a.top/x\nhttp://b.top/y\n")
    assert sheet.header == ("url",)
    assert cells(grids, 0) == ["http://a.top/x", "http://b.top/y"]


@pytest.mark.parametrize("lines", [["\t"], ["\t\r", ""], [",", " , "], []])
def test_blanks_and_delimiters_alone_are_no_table(lines: list[str]) -> None:
    assert find_dialect(lines) is None
