"""Columns of addresses in the real layouts: read, noted where unread, written, never a reason to lose a row."""

import pytest

from fanzha.formats import known
from fanzha.formats.bank_feedback import BankFeedback
from fanzha.formats.grid import Source
from fanzha.formats.platform_reply import PlatformReply
from tests.formats.invented import bad_of, bank_row, bank_text, card, joined, notes_of, read_all, without_origin

IP, MAC = "203.0.113.7", "00:1a:2b:3c:4d:5e"


def feedback(*cells: tuple[str, str]) -> bytes:
    rows = [bank_row(k, IP地址=one, MAC地址=two) for k, (one, two) in enumerate(cells)]
    return bank_text(rows).encode("gb18030")


def test_the_export_of_34_columns() -> None:
    readings = read_all(feedback((IP, "00-1A-2B-3C-4D-5E"), ("", ""), ("203.00.113.7", "")), "bank_feedback")
    legs = joined(readings, "legs")
    assert legs.column("ip").to_pylist() == [IP, None, None]
    assert legs.column("mac").to_pylist() == [MAC, None, None]
    assert bad_of(readings) == []
    assert [note for note in notes_of(readings) if note[0]] == [(4, "unread_address", "ip")]
    written = BankFeedback().write({"legs": legs})
    assert without_origin(joined(read_all(written), "legs")) == without_origin(legs)


@pytest.mark.parametrize("cell", ["", "-", "无", "NULL", "n/a", "0", " "])
def test_cells_that_say_nothing_are_nothing(cell: str) -> None:
    readings = read_all(feedback((cell, cell), (IP, MAC)), "bank_feedback")
    assert joined(readings, "legs").column("ip").to_pylist() == [None, IP]
    assert [note for note in notes_of(readings) if note[0]] == []


@pytest.mark.parametrize(
    "cell", ["手机银行", "490154203237518", "203.0.113.7;203.0.113.8", "1.2.3", "=1+1", "a" * 5000]
)
def test_other_numbers_are_left_out_with_a_note_and_the_row_stays(cell: str) -> None:
    readings = read_all(feedback((cell, cell)), "bank_feedback")
    legs = joined(readings, "legs")
    assert len(legs) == 1 and bad_of(readings) == []
    assert legs.column("ip").to_pylist() == legs.column("mac").to_pylist() == [None]
    codes = [(code, field) for row, code, field in notes_of(readings) if row]
    assert codes == [("unread_address", "ip"), ("unread_address", "mac")]


def test_a_masked_address_is_kept_and_noted() -> None:
    readings = read_all(feedback(("203.0.113.*", "00-1a-**-**-**-5e")), "bank_feedback")
    assert joined(readings, "legs").column("ip").to_pylist() == ["203.0.113.*"]
    assert {note[1:] for note in notes_of(readings) if note[0]} == {("partial", "ip"), ("partial", "mac")}


def test_the_interface_and_its_initials() -> None:
    head = (
        "cardNumber,borrowingSigns,transactionAmount,transactionTime,opponentAccountNumber,opponentName,accountBalance,"
    )
    text = f"{head}transactionSerial,IPAddress,MAC\n{card(1)},0,5,20240506100500,{card(2)},乙,9,S1,{IP},001A2B3C4D5E\n"
    legs = joined(list(PlatformReply().read(Source(text.encode()))), "legs")
    assert (legs.column("ip").to_pylist(), legs.column("mac").to_pylist()) == ([IP], [MAC])
    written = PlatformReply().write({"legs": legs})
    assert without_origin(joined(list(PlatformReply().read(Source(written))), "legs")) == without_origin(legs)
    initials = f"zh,jyrqsj,dfzh,dfmc,jyje,jdbz,ip,mac,jyye,jylsh\n{card(1)},2024-05-06 10:05:00,{card(2)},乙,5,借,{IP},{MAC},9,S1\n"
    legs = joined(list(PlatformReply().read(Source(initials.encode()))), "legs")
    assert (legs.column("ip").to_pylist(), legs.column("mac").to_pylist()) == ([IP], [MAC])


@pytest.mark.parametrize(("one", "two"), [("交易IP", "网卡地址"), ("登录IP地址", "MAC"), ("IP Address", "mac_address")])
def test_any_statement_that_names_them(one: str, two: str) -> None:
    text = f"账号,交易时间,借贷标志,交易金额,对方账号,{one},{two}\n{card(1)},2024-05-06 10:05:00,借,5,{card(2)},{IP},{MAC}\n"
    source = Source(text.encode())
    assert known.best(source).format == "table"
    legs = joined(read_all(text.encode()), "legs")
    assert (legs.column("ip").to_pylist(), legs.column("mac").to_pylist()) == ([IP], [MAC])
