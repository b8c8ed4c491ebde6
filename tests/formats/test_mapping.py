"""Mappings: kept, proposed, applied to any table."""

import dataclasses

import pyarrow as pa
import pytest

from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import known
from fanzha.formats.apply import apply, readings
from fanzha.formats.columns import Ledger, amounts, moments, unguarded
from fanzha.formats.grid import BadRow, Grid, Reading, Sheet, Source
from fanzha.formats.mapping import Mapping, Use, from_json, signature
from fanzha.formats.propose import propose
from fanzha.formats.sheets import open_sheets
from fanzha.formats.strings import absent_as_null, cut_to_zeros, luhn_fails
from fanzha.formats.table import AnyTable
from tests.formats.invented import bad_of, bank_bytes, card, joined, notes_of, read_all

PINYIN = "zh,jyrq,jysj,dfzh,dfmc,bz,jyje,jdbz,jyye,jylsh\n"


def sheet_of(text: str) -> Sheet:
    return open_sheets(Source(text.encode()))[0]


def proposed(text: str) -> Mapping:
    mapping = propose(sheet_of(text))
    assert mapping is not None
    assert mapping.why_en
    assert len(mapping.why_en) == len(mapping.why_zh)
    return mapping


def fields(mapping: Mapping) -> dict[str, str]:
    return {use.header: (use.kind if use.field == "mention" else use.field) for use in mapping.uses}


def test_json_and_back() -> None:
    mapping = Mapping(
        "report",
        (Use("mention", 2, "收款账号", "account", "payee"),),
        {"success": {"好": "true"}},
        {"city": "某市"},
        "fen",
    )
    assert from_json(mapping.to_json()) == mapping
    again = proposed("url,description\nhttp://a.top/x,hello there my friend\nhttp://b.top/y,another long text\n")
    assert from_json(again.to_json()) == again


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"record": "leg"}',
        '{"record": "x", "uses": []}',
        '{"record": "leg", "uses": [{"no": 1}]}',
        '{"record": "leg", "uses": [], "unit": "jin"}',
        '{"record":"leg","uses":[{"field":"at","position":-1}]}',
        '{"record":"leg","uses":[],"x":1}',
    ],
)
def test_what_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        from_json(text)


def test_signature_follows_the_layout_not_the_rows() -> None:
    one, two = sheet_of("账号,交易 金额\n1,2\n"), sheet_of("账号 ,交易金额(元)\n33,44\n5,6\n")
    assert signature(one) == signature(two)
    assert signature(one) != signature(sheet_of("交易金额,账号\n1,2\n"))


def test_a_mapping_that_does_not_fit_is_refused() -> None:
    mapping = Mapping("leg", (Use("account", 9, "账号"),))
    with pytest.raises(InputError, match="column 10"):
        list(known.read("table", Source(b"url,id\nhttp://a.top/,1\n"), mapping))
    grid = sheet_of("url,id\nhttp://a.top/,1\n").sample
    with pytest.raises(InputError):
        apply(dataclasses.replace(mapping, record="thing"), grid, Source(b""))


def test_pinyin_names_with_date_and_time_apart() -> None:
    text = (
        PINYIN
        + f"{card(1)},20240301,080509,{card(2)},甲,CNY,35.50,1,100.00,L1\n{card(1)},20240302,000000,{card(2)},甲,CNY,5,出,95,L2\n"
    )
    mapping = proposed(text)
    assert mapping.record == "leg"
    assert not mapping.numbered
    result = read_all(text.encode())
    legs = joined(result, "legs").to_pylist()
    assert [bad.reason for bad in bad_of(result)] == ["unknown_direction"]  # 1 means nothing here
    assert legs[0]["at_ms"] == 1709308800000
    assert (legs[0]["serial"], legs[0]["balance_minor"], legs[0]["counter_holder"]) == ("L2", 9500, "甲")


def test_numbered_directions_only_where_the_format_says_so() -> None:
    head = "accountNumber,transactionTime,transactionAmount,borrowingSigns,opponentAccountNumber\n"
    text = head + f"{card(1)},20240301080509,1.00,1,{card(2)}\n{card(1)},20240301080510,2.00,0,{card(2)}\n"
    assert proposed(text).numbered
    assert joined(read_all(text.encode()), "legs").column("direction").to_pylist() == ["in", "out"]


def test_amount_in_fen_is_seen_in_the_header() -> None:
    text = f"银行卡号,交易时间,交易金额(分),借贷类型,对方卡号\n{card(1)},2024-03-01 00:00:00,3550,入,{card(2)}\n"
    assert proposed(text).unit == "fen"
    assert joined(read_all(text.encode()), "legs").column("amount_minor").to_pylist() == [3550]


def test_two_amount_columns_and_the_account_above_the_table() -> None:
    text = (
        f"户名:甲某某 账号:{card(3)}\n交易日期,摘要,收入金额,支出金额,余额,对方账号\n"
        f"2024-03-01,工资,8000.00,,9000.00,{card(4)}\n2024-03-02,取款,0.00,50.00,8950.00,\n2024-03-03,?,1,2,3,\n2024-03-03,?,,,3,\n"
    )
    result = read_all(text.encode())
    legs = joined(result, "legs").to_pylist()
    assert [(leg["direction"], leg["amount_minor"], leg["account"]) for leg in legs] == [
        ("in", 800000, card(3)),
        ("out", 5000, card(3)),
    ]
    assert [bad.reason for bad in bad_of(result)] == ["unknown_direction"] * 2


def test_words_of_the_mapping_and_fixed_values() -> None:
    text = "time,sum,way\n2024-01-01 00:00:00,5,ab\n2024-01-01 00:00:00,5,xy\n"
    mapping = Mapping(
        "leg",
        (Use("at", 0, "time"), Use("amount", 1, "sum"), Use("direction", 2, "way")),
        words={"leg_direction": {"AB": "out"}},
        fixed={"account": card(1), "bank": "某行"},
        currency="USD",
        zone="UTC",
    )
    result = list(known.read("table", Source(text.encode()), mapping))
    legs = joined(result, "legs").to_pylist()
    assert [(leg["direction"], leg["bank"], leg["currency"], leg["at_ms"]) for leg in legs] == [
        ("out", "某行", "USD", 1704067200000)
    ]
    assert not [note for note in notes_of(result) if note[1] == "zone_assumed"]


def test_report_columns_by_name() -> None:
    text = (
        "案件编号,报案时间,报案人,报案人电话,简要案情,案件类别,涉案金额,收款账号,涉案网址,地区\n"
        f"A1,2024-03-02 09:00:00,甲某,13800138000,昨晚八点有人让我转账3.5万元到 {card(5)},冒充客服,35000,{card(5)},hxxp://evil[.]top/x,某市\n"
    )
    assert fields(proposed(text)) == {
        "案件编号": "reference",
        "报案时间": "at",
        "报案人": "victim",
        "报案人电话": "phone",
        "简要案情": "text",
        "案件类别": "stated_type",
        "涉案金额": "amount",
        "收款账号": "account",
        "涉案网址": "url",
        "地区": "city",
    }
    result = read_all(text.encode("gb18030"))
    report = joined(result, "reports").to_pylist()[0]
    assert (report["amount_minor"], report["currency"], report["stated_type"], report["city"]) == (
        3500000,
        "CNY",
        "冒充客服",
        "某市",
    )
    found = {(m["field"], m["kind"]): m for m in joined(result, "mentions").to_pylist()}
    assert found["收款账号", "bank_card"]["role"] == "payee"
    assert found["报案人电话", "phone"]["role"] == "own"
    assert found["涉案网址", "url"]["value"] == "http://evil.top/x"
    assert found["text", "money"]["value"] == "CNY:3500000"
    moment = found["text", "moment"]
    assert moment["value"] == str(report["at_ms"] - 13 * 3600_000)
    assert report["text"][moment["start"] : moment["stop"]].startswith("昨晚")


def test_columns_without_known_names_are_looked_into() -> None:
    rows = "".join(
        f"{card(i)},1380013{i:04d},evil{i}.top,a person told a story number {i} here,x{i}@evil{i}.top\n"
        for i in range(20)
    )
    assert fields(proposed("c1,c2,c3,c4,c5\n" + rows)) == {
        "c1": "account",
        "c2": "phone",
        "c3": "domain",
        "c4": "text",
        "c5": "email",
    }
    without_header = "".join(f"{i},{card(i)},1380013{i:04d},http://evil{i}.top/a\n" for i in range(20))
    mapping = proposed(without_header)
    assert [use.kind for use in mapping.uses] == ["account", "phone", "url"]
    assert joined(read_all(without_header.encode()), "reports").num_rows == 20


def test_chain_of_a_wallet_column() -> None:
    text = "id,XRP,description\n1,rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh,a long enough text\n2,,another long enough text\n"
    uses = [use for use in proposed(text).uses if use.field == "mention"]
    assert [(use.kind, use.chain) for use in uses] == [("wallet", "XRP")]
    values = joined(read_all(text.encode()), "mentions").column("value").to_pylist()
    assert values == ["XRP:rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh"]


def test_cells_of_a_report_that_cannot_be_read_are_noted_and_the_report_stays() -> None:
    text = "案情描述,涉案金额,手机号\n有人打电话骗我,许多,abc\n,,\n,5,\n,,13800138000\n有人打电话骗我,5,13800138000\n"
    mapping = Mapping("report", (Use("text", 0), Use("amount", 1), Use("mention", 2, "手机号", "phone")))
    result = list(known.read("table", Source(text.encode()), mapping))
    assert [bad.reason for bad in bad_of(result)] == ["empty_text"]
    assert joined(result, "reports").num_rows == 3
    assert {(2, "unread_cell", "amount_minor"), (2, "unread_cell", "手机号")} <= set(notes_of(result))


@pytest.mark.parametrize("text", ["a,b\n1,2\n3,4\n", "货号,数量\n11,2\n12,3\n", "x,y,z\n1.5,2,3\n1,2,3\n"])
def test_tables_about_other_things_are_not_understood(text: str) -> None:
    assert propose(sheet_of(text)) is None
    with pytest.raises(UnreadableFile):
        known.best(Source(text.encode()))
    with pytest.raises(UnreadableFile):
        list(AnyTable().read(Source(text.encode())))


def test_bank_export_through_its_proposal_equals_its_format() -> None:
    source = Source(bank_bytes(12))
    by_table = joined(list(known.read("table", source)), "legs")
    assert by_table.equals(joined(list(known.read("bank_feedback", source)), "legs"))


def test_the_law_is_enforced_in_one_place() -> None:
    reading = read_all(bank_bytes(3))[0]
    with pytest.raises(Exception, match="do not add up"):
        dataclasses.replace(reading, kept=reading.kept - 1)
    with pytest.raises(Exception, match="do not add up"):
        dataclasses.replace(reading, bad=(BadRow(1, 0, "bad_amount"),))
    assert isinstance(dataclasses.replace(reading), Reading)


def test_readings_of_an_empty_table() -> None:
    sheet = sheet_of("账号,交易时间,交易金额,收付标志\n")
    mapping = propose(sheet)
    assert mapping is not None
    result = list(readings(mapping, sheet, Source(b"")))
    assert [(r.kept, r.rows_in, r.structure) for r in result] == [(0, 1, 1)]


def test_kernels_agree_with_the_plain_reading() -> None:
    texts = pa.array(
        [card(1), card(2)[:-1] + "x", "6222021234567890000", "622202123456780", "", "4111111111111112", "7" * 19]
    )
    assert luhn_fails(texts).tolist() == [False, False, True, False, False, True, False]
    assert cut_to_zeros(texts).tolist() == [False, False, True, False, False, False, False]
    assert absent_as_null(texts).to_pylist()[4:6] == [None, "4111111111111112"]
    assert absent_as_null(texts.slice(3, 3)).to_pylist() == ["622202123456780", None, "4111111111111112"]
    assert amounts(pa.array(["1.10", "999999999999.99", "-3", "x"]), "CNY", "yuan")[0].to_pylist() == [
        110,
        99999999999999,
        -300,
        None,
    ]
    assert amounts(pa.array(["110", "1.5"]), "JPY", "yuan")[0].to_pylist() == [110, None]
    assert moments(pa.array(["2024-01-01 00:00:00", "20240101000001", "x", ""]), "UTC") == (
        pa.array([1704067200000, 1704067201000, None, None]),
        True,
    )
    assert [unguarded(c) for c in ("'=a", "''=a", "'a", '="62"', "=a")] == ["=a", "'=a", "'a", "62", "=a"]


def test_ledger_keeps_the_first_reason() -> None:
    grid = Grid(("a",), (pa.array(["1"]),), pa.array([7]), pa.array([40]), structure=2)
    ledger = Ledger(grid)
    every = ledger.kept()
    ledger.reject(every, "bad_amount", "a")
    ledger.reject(every, "bad_moment", "a")
    ledger.note(every, "partial", "a")
    reading = ledger.reading({})
    assert reading.bad == (BadRow(7, 40, "bad_amount", "a"),)
    assert (reading.rows_in, reading.kept, len(reading.notes)) == (3, 0, 0)
