"""The 34-column export: recognised by content, read, written, dirty."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanzha.errors import UnreadableFile
from fanzha.formats import known
from fanzha.formats.bank_feedback import COLUMNS, BankFeedback
from fanzha.formats.grid import Source
from tests.formats.invented import (
    bad_of,
    bank_bytes,
    bank_row,
    bank_text,
    card,
    joined,
    notes_of,
    read_all,
    rows_in,
    table_of,
    without_origin,
)

BANK = BankFeedback()
START = int(datetime(2004, 1, 1, tzinfo=UTC).timestamp())


def read_rows(*rows: list[str]) -> tuple[pa.Table, list[tuple[str, str]], list[tuple[int, str, str]]]:
    readings = read_all(bank_text(rows).encode("gb18030"), "bank_feedback")
    assert rows_in(readings) == len(rows) + 1
    return joined(readings, "legs"), [(bad.reason, bad.field) for bad in bad_of(readings)], notes_of(readings)


def test_recognised_by_content_and_said_why() -> None:
    found = known.recognise(Source(bank_bytes(), "anything.bin"))
    assert found[0].format == "bank_feedback"
    assert found[0].score >= 90
    assert "34" in found[0].why_en
    assert "34" in found[0].why_zh
    assert found[0].details["encoding"] == "gb18030"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("end", ["", "\t", " "])
def test_every_encoding_and_cell_end_gives_the_same_legs(codec: str, end: str) -> None:
    rows = [bank_row(index) for index in range(10)]
    plain = joined(read_all(bank_text(rows).encode("gb18030")), "legs")
    other = joined(read_all(bank_text(rows, end=end).encode(codec)), "legs")
    assert without_origin(plain) == without_origin(other)


def test_other_names_of_the_same_columns() -> None:
    header = [{"账户开户名称": "交易户名", "开户人证件号码": "交易证件号码"}.get(name, name) for name in COLUMNS]
    data = bank_text([bank_row()], header).encode("gb18030")
    assert known.best(Source(data)).format == "bank_feedback"
    assert joined(read_all(data), "legs").column("holder").to_pylist() == ["甲某某"]


def test_one_row_in_full() -> None:
    legs, bad, notes = read_rows(bank_row(3))
    assert bad == []
    assert notes == [(0, "zone_assumed", "")]
    row = legs.to_pylist()[0]
    assert row["row"] == 2
    assert row["account"] == card(1)
    assert row["at_ms"] == 1000 * int(datetime(2024, 3, 3, 19, 5, 9, tzinfo=UTC).timestamp())
    assert (row["direction"], row["amount_minor"], row["balance_minor"]) == ("in", 450, 100300)
    assert (row["cash"], row["success"], row["currency"]) == (False, True, "CNY")
    assert row["counter_account"] == card(5)
    assert (row["bank"], row["merchant"]) == (None, None)


def test_account_falls_back_to_the_account_number() -> None:
    legs, _, _ = read_rows(bank_row(交易卡号=""), bank_row())
    assert legs.column("account").to_pylist() == ["1100223344556677", card(1)]


@pytest.mark.parametrize("word", ["O", "0", "1", "", "其他", "其它", "进出", "?", "ˇ", "收支", "x"])
def test_unknown_directions_are_never_guessed(word: str) -> None:
    legs, bad, _ = read_rows(bank_row(收付标志=word), bank_row(1))
    assert len(legs) == 1
    assert bad == [("unknown_direction", "direction")]


@pytest.mark.parametrize(
    ("word", "direction"),
    [
        *((w, "in") for w in ("进", "贷", "入", "收", "收入", "转入", "C", "cr", "Credit", "IN", "in")),
        *((w, "out") for w in ("出", "借", "付", "支出", "转出", "D", "DR", "debit", "Out", "out")),
    ],
)
def test_listed_directions(word: str, direction: str) -> None:
    legs, bad, _ = read_rows(bank_row(收付标志=word))
    assert bad == []
    assert legs.column("direction").to_pylist() == [direction]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"交易金额": "三百"}, ("ok", "")),
        ({"交易金额": "-5.00"}, ("bad_amount", "amount_minor")),
        ({"交易金额": ""}, ("bad_amount", "amount_minor")),
        ({"交易金额": "5.001"}, ("bad_amount", "amount_minor")),
        ({"交易余额": "x"}, ("bad_amount", "balance_minor")),
        ({"交易余额": ""}, ("ok", "")),
        ({"交易币种": "鱼"}, ("bad_amount", "currency")),
        ({"交易时间": "昨天"}, ("bad_moment", "at_ms")),
        ({"交易时间": "2024-02-30 00:00:00"}, ("bad_moment", "at_ms")),
        ({"交易时间": ""}, ("bad_moment", "at_ms")),
        ({"交易卡号": "", "交易账号": ""}, ("bad_account", "account")),
        ({"交易卡号": "6.22202E+18"}, ("spreadsheet_loss", "account")),
        ({"交易对手账卡号": "6.22E+18"}, ("spreadsheet_loss", "counter_account")),
        ({"交易是否成功": "大概"}, ("failed_transaction_word", "success")),
    ],
)
def test_cells_that_cannot_be_read(changes: dict[str, str], expected: tuple[str, str]) -> None:
    legs, bad, _ = read_rows(bank_row(0, **changes), bank_row(1))
    assert bad == ([] if expected[0] == "ok" else [expected])
    assert len(legs) + len(bad) == 2


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"交易对手账卡号": ""}, ("no_counterparty", "counter_account")),
        ({"交易对手账卡号": "6222****1234"}, ("partial", "counter_account")),
        ({"交易卡号": "6222021234567890000"}, ("spreadsheet_loss", "account")),
        ({"交易对手账卡号": card(9)[:-1] + str((int(card(9)[-1]) + 1) % 10)}, ("check_digit", "counter_account")),
        ({"交易是否成功": "失败"}, ("failed_transaction", "success")),
        ({"交易是否成功": "01"}, ("failed_transaction", "success")),
    ],
)
def test_notes_on_rows_that_are_kept(changes: dict[str, str], note: tuple[str, str]) -> None:
    legs, bad, notes = read_rows(bank_row(0, **changes))
    assert bad == []
    assert len(legs) == 1
    assert (2, *note) in notes
    assert len([n for n in notes if n[1] == "zone_assumed"]) == 1


@pytest.mark.parametrize("word", ["成功", "是", "1", "00", "true", "交易成功", ""])
def test_words_of_success(word: str) -> None:
    legs, _, _ = read_rows(bank_row(交易是否成功=word))
    assert legs.column("success").to_pylist() == [True]


@pytest.mark.parametrize(
    "text", ["20240301080509", "2024-03-01 08:05:09", "2024/03/01 08:05:09", "2024年3月1日8时5分9秒"]
)
def test_ways_to_write_a_time(text: str) -> None:
    legs, _, _ = read_rows(bank_row(交易时间=text), bank_row(1))
    assert legs.column("at_ms").to_pylist()[0] == 1000 * int(datetime(2024, 3, 1, 0, 5, 9, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "minor"), [('"1,234.50"', 123450), ("¥12", 1200), ("0.1", 10), ("35000", 3500000), ("1.5万", 1500000)]
)
def test_ways_to_write_money(text: str, minor: int) -> None:
    legs, _, _ = read_rows(bank_row(交易金额=text), bank_row(1))
    assert legs.column("amount_minor").to_pylist()[0] == minor


def test_zone_is_assumed_once_and_follows_the_source() -> None:
    data = bank_bytes(40)
    utc = joined(list(known.read("bank_feedback", Source(data, zone="UTC"))), "legs").column("at_ms").to_pylist()
    beijing = joined(read_all(data), "legs").column("at_ms").to_pylist()
    assert [a - 8 * 3600_000 for a in utc if a] == beijing


def test_summer_time_of_1988_is_not_forgotten() -> None:
    legs, _, _ = read_rows(bank_row(交易时间="1988-07-01 12:00:00"), bank_row(1))
    assert legs.column("at_ms").to_pylist()[0] == 1000 * int(datetime(1988, 7, 1, 3, tzinfo=UTC).timestamp())


def test_offsets_lead_back_to_the_row() -> None:
    data = bank_text([bank_row(index) for index in range(50)]).encode("gb18030")
    for row in joined(read_all(data), "legs").to_pylist():
        cells = data[row["byte_offset"] :].split(b"\r\n", 1)[0].decode("gb18030").split("\t,")
        assert cells[0] == row["account"]
        assert cells[COLUMNS.index("交易流水号")] == row["serial"]


def test_undecodable_byte_in_a_used_cell() -> None:
    data = bank_bytes(6).replace("乙3".encode("gb18030"), b"\xff3")
    readings = read_all(data)
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(5, "undecodable")]


def test_other_files_are_refused() -> None:
    with pytest.raises(UnreadableFile):
        list(BANK.read(Source(b"a,b\n1,2\n")))
    assert BANK.recognise(Source(b"")).score == 0


def test_exact_shape_of_what_is_written() -> None:
    legs = joined(read_all(bank_bytes(3)), "legs")
    lines = BANK.write({"legs": legs}).decode("gb18030").split("\r\n")
    assert lines[0] == "".join(f"{name}\t," for name in COLUMNS)[:-1]
    assert len(lines) == 5
    assert all(line.count("\t,") == 33 and line.endswith("\t") for line in lines[:4])


WORD = st.text(st.characters(codec="gb18030", exclude_categories=("C", "Z")), min_size=1, max_size=12) | st.none()
ACCOUNT = st.from_regex(r"[0-9]{8,19}", fullmatch=True)
MONEY = st.integers(0, 10**13)
LEG = st.fixed_dictionaries(
    {
        "account": ACCOUNT,
        "holder": WORD,
        "holder_id": st.just("11010119900307803X") | st.none(),
        "at_ms": st.integers(START, START + 10**9).map(lambda s: s * 1000),
        "direction": st.sampled_from(["in", "out"]),
        "amount_minor": MONEY,
        "currency": st.sampled_from(["CNY", "USD", "JPY", "HKD"]),
        "balance_minor": st.integers(-(10**13), 10**13) | st.none(),
        "counter_account": ACCOUNT | st.none(),
        "counter_holder": WORD,
        "counter_bank": WORD,
        "serial": WORD,
        "cash": st.booleans() | st.none(),
        "success": st.booleans(),
        "summary": WORD,
        "merchant": WORD,
        "place": st.sampled_from(["=1+1", "@x", "+1", "-a", "'=b", "=c", 'say "hi", all', "a\nb", None]),
        "ip": st.sampled_from(["203.0.113.7", "10.0.0.1", "2001:db8::1", "203.0.113.*", None]),
        "mac": st.sampled_from(["00:1a:2b:3c:4d:5e", "02:00:00:00:00:00", "00:1a:**:**:**:5e", None]),
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LEG, min_size=1, max_size=12))
def test_what_is_written_is_read_again(rows: list[dict[str, object]]) -> None:
    legs = table_of("legs", rows)
    readings = list(BANK.read(Source(BANK.write({"legs": legs}))))
    assert bad_of(readings) == []
    assert without_origin(joined(readings, "legs")) == without_origin(legs)


def test_a_spreadsheet_runs_nothing_of_it() -> None:
    legs = table_of(
        "legs",
        [{"account": card(1), "at_ms": 0, "direction": "in", "amount_minor": 1, "summary": "=cmd|' /C calc'!A0"}],
    )
    text = BANK.write({"legs": legs}).decode("gb18030")
    assert "'=cmd" in text
    assert not any(cell.lstrip('"').startswith(("=", "@", "+")) for cell in text.replace("\t", "").split(","))
