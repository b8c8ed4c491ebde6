"""Tenpay trades and registration: fen, names twice, cards, cancellations; read, written, dirty, damaged."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import known
from fanzha.formats.footers import without_footers
from fanzha.formats.grid import Fix, Reading, Source
from fanzha.formats.payments import begins, fate, login, parted, told, way
from fanzha.formats.sheets import open_sheets
from fanzha.formats.tenpay import REGISTRATION, TRADES, TenpayRegistration, TenpayTrades
from fanzha.formats.writing import workbook
from tests.formats.invented import bad_of, card, damaged, joined, notes_of, rows_in, table_of, without_origin
from tests.formats.samples_payments import FRIEND, PERSON, WECHAT, registered, trades

TRADE, REGISTER = TenpayTrades(), TenpayRegistration()
START = int(datetime(2004, 1, 1, tzinfo=UTC).timestamp())


def read(data: bytes, **settings_: object) -> list[Reading]:
    return list(TRADE.read(Source(data, **settings_)))  # type: ignore[arg-type]


def register(data: bytes, **settings_: object) -> list[Reading]:
    return list(REGISTER.read(Source(data, **settings_)))  # type: ignore[arg-type]


def small(**changes: str) -> bytes:
    """A changed row and a good one, of the columns that count."""
    good = {
        "用户ID": FRIEND,
        "交易单号": "S",
        "借贷类型": "入",
        "交易用途类型": "转账",
        "交易时间": "2024-05-06 10:00:00",
        "交易金额(分)": "100",
        "账户余额(分)": "200",
        "用户银行卡号": card(711),
        "对手方ID": WECHAT,
        "对手方银行卡号": "",
    }
    rows = [list(good), [changes.get(name, cell) for name, cell in good.items()], list(good.values())]
    return "\n".join("\t".join(row) for row in rows).encode() + b"\n"


def test_trades_in_full() -> None:
    readings = read(trades())
    legs = joined(readings, "legs").to_pylist()
    assert [leg["row"] for leg in legs] == [2, 3, 4, 5, 9]
    first = legs[0]
    assert (first["account"], first["holder"], first["bank"]) == (f"TENPAY.{FRIEND}", "乙某某", "财付通")
    assert (first["direction"], first["amount_minor"], first["balance_minor"]) == ("in", 500_000, 510_000)
    assert (first["counter_account"], first["counter_holder"]) == (f"TENPAY.{WECHAT}", "甲某某")
    assert first["at_ms"] == 1000 * int(datetime(2024, 5, 6, 2, 5, 12, tzinfo=UTC).timestamp())
    assert (first["summary"], first["currency"]) == ("余额支付 转账 微信转账", "CNY")
    assert [(leg["direction"], leg["counter_account"]) for leg in legs[2:]] == [
        ("out", card(711)),  # withdrawn to the user's own card
        ("out", "TENPAY.invented_wx_4"),
        ("in", card(712)),
    ]
    assert "对手方接收1500分" in legs[3]["summary"]
    assert [(bad.row, bad.reason, bad.field) for bad in bad_of(readings)] == [
        (6, "not_a_transfer", "counter_account"),
        (7, "unknown_direction", "direction"),
        (8, "bad_amount", "amount_minor"),
        (10, "bad_account", "account"),
    ]
    assert rows_in(readings) == 10


def test_registration_in_full() -> None:
    readings = register(registered())
    accounts = joined(readings, "accounts").to_pylist()
    assert [(row["row"], row["account"], row["bound_account"], row["status"]) for row in accounts] == [
        (2, f"TENPAY.{FRIEND}", card(711), "正常"),
        (3, f"TENPAY.{FRIEND}", card(713), "正常"),
        (7, f"TENPAY.{FRIEND}_old", None, "注销 2014-12-31 08:00:00"),
    ]
    assert {row["holder_id"] for row in accounts} == {PERSON}
    assert {row["phone"] for row in accounts} == {"+8613800138000"}
    assert accounts[0]["bound_bank"] == "某某银行借记卡快捷支付"
    assert (
        accounts[1]["opened_ms"]
        == accounts[0]["opened_ms"]
        == 1000 * int(datetime(2015, 1, 27, 18, 11, 13, tzinfo=UTC).timestamp())
    )
    assert bad_of(readings) == [] and rows_in(readings) == 7
    lines = registered().splitlines(keepends=True)
    for row in accounts:
        assert row["byte_offset"] in (sum(map(len, lines[: row["row"] - 1])), 3)


def test_recognised_and_said_why() -> None:
    for data, name, en in ((trades(), "tenpay_trades", "fen"), (registered(), "tenpay_registration", "cancellations")):
        found = known.recognise(Source(data, "anything"))
        assert found[0].format == name and en in found[0].why_en and found[0].why_zh
        assert {one.format for one in found[1:]} <= {"table", "narrative"}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(codec: str) -> None:
    text = trades().decode()
    assert without_origin(joined(read(text.encode(codec)), "legs")) == without_origin(joined(read(trades()), "legs"))
    plain = registered().decode("utf-8-sig").partition("注销信息")[0]
    accounts = joined(register(plain.encode(codec)), "accounts")
    assert accounts.column("bound_account").to_pylist() == [card(711), card(713)]


def test_yuan_where_the_header_says_so_and_nothing_where_it_is_silent() -> None:
    text = trades().decode()
    yuan = read(text.replace("(分)", "（元）").encode())
    assert joined(yuan, "legs").column("amount_minor").to_pylist()[0] == 50_000_000
    assert TRADE.recognise(Source(text.replace("(分)", "").encode())).score == 0
    mixed = text.replace("账户余额(分)", "账户余额(元)")
    assert TRADE.recognise(Source(mixed.encode())).score == 0


def test_the_workbook_form_reads_the_same() -> None:
    rows = [line.split("\t") for line in trades().decode().splitlines()]
    book = workbook(rows, "Sheet1", datetime(2024, 1, 1, tzinfo=UTC))
    source = Source(book)
    assert known.best(source).format == "tenpay_trades"
    assert without_origin(joined(list(TRADE.read(source)), "legs")) == without_origin(joined(read(trades()), "legs"))


def test_the_older_layout_names_sender_and_receiver() -> None:
    head = "用户ID\t交易单号\t借贷类型\t交易类型\t交易金额(分)\t账户余额(分)\t交易时间\t银行类型\t交易说明\t商户名称\t发送方\t发送金额(分)\t接收方\t接收时间\t接收金额(分)"
    rows = [
        f"{FRIEND}\tS1\t入\t转账\t100\t100\t2014-05-06 10:00:00\t\t说明\t\t{WECHAT}\t100\t{FRIEND}\t\t100",
        f"{FRIEND}\tS2\t出\t转账\t40\t60\t2014-05-06 11:00:00\t\t\t某商户\t{FRIEND}\t40\tinvented_wx_9\t\t40",
    ]
    legs = joined(read("\n".join([head, *rows]).encode()), "legs").to_pylist()
    assert [(leg["direction"], leg["counter_account"]) for leg in legs] == [
        ("in", f"TENPAY.{WECHAT}"),
        ("out", "TENPAY.invented_wx_9"),
    ]
    assert legs[1]["counter_holder"] == "某商户"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"借贷类型": "贷"}, None),
        ({"借贷类型": "1"}, ("unknown_direction", "direction")),
        ({"借贷类型": ""}, ("unknown_direction", "direction")),
        ({"交易金额(分)": "1.5"}, ("bad_amount", "amount_minor")),
        ({"交易金额(分)": "-100"}, ("bad_amount", "amount_minor")),
        ({"交易金额(分)": "１００"}, None),
        ({"交易金额(分)": "1,000"}, None),
        ({"交易时间": "昨天"}, ("bad_moment", "at_ms")),
        ({"用户ID": "甲某某"}, ("bad_account", "account")),
        ({"用户ID": "2.08E+15"}, ("spreadsheet_loss", "account")),
        ({"对手方ID": "6.22E+18"}, ("spreadsheet_loss", "counter_account")),
        ({"对手方ID": FRIEND}, ("not_a_transfer", "counter_account")),
        ({"对手方ID": FRIEND, "交易用途类型": "零钱充值"}, None),
        ({"对手方ID": "/", "对手方银行卡号": card(5)}, None),
    ],
)
def test_dirty_cells(changes: dict[str, str], expected: tuple[str, str] | None) -> None:
    readings = read(small(**changes))
    assert [(bad.reason, bad.field) for bad in bad_of(readings)] == ([expected] if expected else [])
    assert rows_in(readings) == 3
    assert len(joined(readings, "legs")) == (1 if expected else 2)


def test_who_is_on_the_other_side() -> None:
    def counter(**changes: str) -> object:
        return joined(read(small(**changes)), "legs").column("counter_account").to_pylist()[0]

    assert counter() == f"TENPAY.{WECHAT}"
    assert counter(对手方ID="", 对手方银行卡号=card(5)) == card(5)
    assert counter(对手方ID="") is None  # the user's own card alone names nobody
    assert counter(对手方ID="", 交易用途类型="充值") == card(711)
    assert counter(对手方ID="某某", 对手方银行卡号=card(5)) is None


def test_the_account_of_the_admission_only_where_the_file_is_silent() -> None:
    legs = joined(read(small(用户ID=""), account="微信:Someone_Else"), "legs").column("account").to_pylist()
    assert legs == ["TENPAY.someone_else", f"TENPAY.{FRIEND}"]


def test_footers_are_structure_also_in_a_workbook() -> None:
    text = small().decode() + "共2条\n--------\n"
    readings = read(text.encode())
    assert bad_of(readings) == [] and rows_in(readings) == 5 and len(joined(readings, "legs")) == 2
    book = workbook([line.split("\t") for line in text.splitlines()], "1", datetime(2024, 1, 1, tzinfo=UTC))
    readings = read(book)
    assert bad_of(readings) == [] and rows_in(readings) == 5 and len(joined(readings, "legs")) == 2


def test_footers_touch_nothing_else() -> None:
    source = Source(small())
    sheet = open_sheets(source)[0]
    same = without_footers(sheet, source, re.compile("invented"))  # rows whose other cells are filled stay
    for wanted in (None, frozenset((1, 2)), frozenset[int]()):
        grids = list(same.blocks(wanted))
        assert [len(grid.rows) for grid in grids] == [2]
        given_ = {at for at, cells in enumerate(grids[0].cells) if cells is not None}
        assert given_ == (set(range(10)) if wanted is None else wanted)


def test_a_further_card_belongs_to_the_row_right_above_only() -> None:
    lines = registered().decode("utf-8-sig").splitlines()[:3]
    two = [*lines, lines[1].replace(FRIEND, "invented_wx_8") + "\tone cell too many", lines[2]]
    readings = register("\n".join(two).encode())
    assert [(bad.row, bad.reason, bad.field) for bad in bad_of(readings)] == [
        (4, "cell_count", ""),
        (5, "bad_account", "account"),
    ]
    named = lines[2].split("\t")
    named[2] = "别人"
    readings = register("\n".join([*lines[:2], "\t".join(named)]).encode())
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(3, "bad_account")]


def test_cells_that_cannot_be_read_are_left_out_with_a_note() -> None:
    text = registered().decode().replace("13800138000", "很多").replace("2015-01-28 02:11:13", "去年")
    readings = register(text.encode())
    assert len(joined(readings, "accounts")) == 3
    assert {(code, field) for _, code, field in notes_of(readings)} >= {
        ("unread_cell", "phone"),
        ("unread_cell", "opened_ms"),
    }


@pytest.mark.parametrize("text", ["账号abc_def@wx.tenpay.com不存在", "\ufeff账号abc_def@wx.tenpay.com不存在\r\n"])
def test_an_account_that_is_not_there(text: str) -> None:
    source = Source(text.encode())
    assert known.best(source).format == "tenpay_registration"
    readings = list(REGISTER.read(source))
    account = joined(readings, "accounts").to_pylist()[0]
    assert (account["account"], account["status"]) == ("TENPAY.abc_def@wx.tenpay.com", "账号不存在")
    assert rows_in(readings) == 1


def test_corrections_name_the_columns_of_the_file() -> None:
    readings = read(trades(), fixes={7: Fix(3, (("借贷类型", "入"),)), 8: Fix(4, (("交易金额(分)", "1050"),))})
    legs = {leg["row"]: leg for leg in joined(readings, "legs").to_pylist()}
    assert legs[7]["direction"] == "in" and legs[8]["amount_minor"] == 1050
    readings = register(registered(), fixes={3: Fix(5, (("银行账号", card(714)),)), 7: Fix(6, drop=True)})
    assert joined(readings, "accounts").column("bound_account").to_pylist() == [card(711), card(714)]
    assert [bad.reason for bad in bad_of(readings)] == ["dropped"]


@pytest.mark.parametrize("data", [b"", b"\0", b"a\tb\n1\t2\n", "账号\t户名\n1\t2\n".encode(), "账号不存在".encode()])
def test_other_files_are_not_taken(data: bytes) -> None:
    for format_ in (TRADE, REGISTER):
        assert format_.recognise(Source(data)).score == 0
        with pytest.raises(UnreadableFile):
            list(format_.read(Source(data)))


@pytest.mark.parametrize("seed", range(8))
def test_damaged_files(seed: int) -> None:
    for whole, format_, table in ((trades(), TRADE, "legs"), (registered(), REGISTER, "accounts")):
        for data in damaged(whole, seed):
            try:
                readings = list(format_.read(Source(data)))
            except UnreadableFile:
                continue
            assert sum(len(r.tables.get(table, [])) for r in readings) == sum(r.kept for r in readings)


def test_words_of_payment_firms() -> None:
    assert [
        begins(text, "payment_kind")
        for text in ("零钱提现", "转入零钱通-来自零钱", "转入零钱通-来自某银行(1234)", "转账")
    ] == [
        "out",
        "own",
        "in",
        "",
    ]
    said: list[str] = []
    assert [fate(word, said) for word in ("支付成功", "已退款(¥5.00)", "交易关闭", "", "处理中")] == [
        *("true", "true", "false", "true", "false")
    ]
    assert said == ["pending success"]
    assert fate("或许", said) == "" and said[-1] == "!failed_transaction_word success"
    assert parted("2088999900000001(甲某某)") == ("2088999900000001", "甲某某")
    assert parted("2088999900000001（甲(某)某）") == ("2088999900000001", "甲(某)某")
    assert parted("某商户") == ("", "某商户") and parted("(甲)") == ("", "(甲)")
    assert told("a", "/", "a", "b", "") == "a b"
    assert login("", "TENPAY") == "" and login("甲", "TENPAY") == "甲"


@pytest.mark.parametrize(
    ("word", "about", "status", "fund", "expected"),
    [
        ("收入", ("零钱提现",), "", "", "in"),  # the word decides
        ("/", ("零钱提现",), "提现已到账", "", "out"),
        ("/", ("转入零钱通-来自零钱",), "支付成功", "", "!not_a_transfer direction"),
        ("不计收支", ("什么",), "退款成功", "", "in"),
        ("不计收支", ("什么",), "交易成功", "", "!unknown_direction direction"),
        ("不计收支", ("什么",), "交易关闭", "", "!not_a_transfer direction"),
        ("", ("什么",), "交易成功", "已收入", "in"),
        ("", ("什么",), "交易成功", "资金转移", "!not_a_transfer direction"),
        ("进进", ("零钱提现",), "提现已到账", "", "!unknown_direction direction"),
    ],
)
def test_which_way(word: str, about: tuple[str, ...], status: str, fund: str, expected: str) -> None:
    remarks: list[str] = []
    code = way(word, about, status, fund, remarks)
    assert (code or remarks[0]) == expected
    assert bool(code) != bool(remarks)


WORD = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z", "P", "S")), min_size=1, max_size=12).filter(
    lambda text: text not in ("无", "null")
)
USER = st.from_regex(r"[a-z][0-9a-z_]{5,20}(@wx\.tenpay\.com)?", fullmatch=True).map(lambda text: f"TENPAY.{text}")
CARD = st.integers(0, 50).map(card)
LEG = st.fixed_dictionaries(
    {
        "account": USER,
        "holder": WORD | st.none(),
        "bank": st.just("财付通"),
        "at_ms": st.integers(START, START + 10**9).map(lambda second: second * 1000),
        "direction": st.sampled_from(["in", "out"]),
        "amount_minor": st.integers(0, 10**13),
        "currency": st.just("CNY"),
        "balance_minor": st.integers(-(10**13), 10**13) | st.none(),
        "counter_account": USER | CARD | st.none(),
        "counter_holder": WORD | st.none(),
        "counter_bank": WORD | st.none(),
        "serial": WORD | st.none(),
        "success": st.just(True),
        "summary": WORD | st.sampled_from(["=1+1", "@x", 'say "hi"\tall', "a\nb", None]),
    }
)


@given(st.lists(LEG, min_size=1, max_size=8))
@settings(max_examples=20, deadline=None)
def test_trades_round_trip(rows: list[dict[str, object]]) -> None:
    legs = table_of("legs", [row for row in rows if row["account"] != row["counter_account"]] or rows[:0])
    if not len(legs):
        return
    data = TRADE.write({"legs": legs})
    readings = read(data)
    assert bad_of(readings) == []
    assert without_origin(joined(readings, "legs")) == without_origin(legs)
    assert data.decode().split("\n")[0].split("\t") == list(TRADES)


ACCOUNT = st.fixed_dictionaries(
    {
        "account": USER,
        "holder": WORD | st.none(),
        "holder_id": st.just(PERSON) | st.none(),
        "phone": st.just("+8613800138000") | st.none(),
        "bank": st.just("财付通"),
        "opened_ms": st.integers(START, START + 10**9).map(lambda second: second * 1000) | st.none(),
        "status": WORD | st.none(),
        "bound_account": CARD | st.none(),
        "bound_bank": WORD | st.none(),
    }
)


@given(st.lists(ACCOUNT, min_size=1, max_size=8))
@settings(max_examples=15, deadline=None)
def test_registration_round_trip(rows: list[dict[str, object]]) -> None:
    accounts = table_of("accounts", rows)
    data = REGISTER.write({"accounts": accounts})
    readings = register(data)
    assert bad_of(readings) == []
    assert without_origin(joined(readings, "accounts")) == without_origin(accounts)
    assert data.decode().split("\n")[0].split("\t") == list(REGISTRATION)


def test_the_samples_survive_writing() -> None:
    legs = joined(read(trades()), "legs")
    assert without_origin(joined(read(TRADE.write({"legs": legs})), "legs")) == without_origin(legs)
    accounts = joined(register(registered()), "accounts")
    again = joined(register(REGISTER.write({"accounts": accounts})), "accounts")
    assert without_origin(again) == without_origin(accounts)


def test_what_cannot_be_written_is_said() -> None:
    leg = {"account": card(1), "at_ms": 0, "direction": "in", "amount_minor": 1, "currency": "CNY"}
    with pytest.raises(InputError, match="Tenpay"):
        TRADE.write({"legs": table_of("legs", [leg])})
    with pytest.raises(InputError, match="CNY"):
        TRADE.write({"legs": table_of("legs", [{**leg, "account": "TENPAY.abcd", "currency": "USD"}])})
    with pytest.raises(InputError, match="Tenpay"):
        REGISTER.write({"accounts": table_of("accounts", [{"account": "ALIPAY.abcd"}])})
