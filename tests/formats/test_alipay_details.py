"""Alipay's feedback: account details, transfers, trades, withdrawals, registration; read, written, dirty, damaged."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import known
from fanzha.formats.alipay_details import DETAILS, REGISTRATION, AlipayDetails
from fanzha.formats.grid import Fix, Reading, Source
from fanzha.formats.writing import workbook
from tests.formats.invented import bad_of, card, damaged, joined, notes_of, rows_in, table_of, without_origin
from tests.formats.samples_payments import ALI, BABA, PERSON, alipay_registered, details, transfers

FORMAT = AlipayDetails()
START = int(datetime(2004, 1, 1, tzinfo=UTC).timestamp())
MADE = datetime(2024, 1, 1, tzinfo=UTC)


def read(data: bytes, **settings_: object) -> list[Reading]:
    return list(FORMAT.read(Source(data, **settings_)))  # type: ignore[arg-type]


def small(**changes: str) -> bytes:
    """A changed row and a good one, of the columns that count."""
    good = {
        "交易号": "S",
        "交易创建时间": "2024-05-06 10:00:00",
        "付款时间": "",
        "用户信息": f"{BABA}(乙某某)",
        "交易对方信息": f"{ALI}(甲某某)",
        "消费名称": "转账",
        "金额（元）": "10.00",
        "收/支": "收入",
        "交易状态": "交易成功",
    }
    rows = [list(good), [changes.get(name, cell) for name, cell in good.items()], list(good.values())]
    return "\n".join(",".join(row) for row in rows).encode() + b"\n"


def test_details_in_full() -> None:
    readings = read(details())
    legs = joined(readings, "legs").to_pylist()
    assert [leg["row"] for leg in legs] == [2, 3, 4, 5, 7, 10]
    first = legs[0]
    assert (first["account"], first["holder"], first["bank"]) == (f"ALIPAY.{BABA}", "乙某某", "支付宝")
    assert (first["counter_account"], first["counter_holder"]) == (f"ALIPAY.{ALI}", "甲某某")
    assert (first["direction"], first["amount_minor"], first["currency"]) == ("in", 500_000, "CNY")
    assert first["at_ms"] == 1000 * int(datetime(2024, 5, 6, 2, 1, 5, tzinfo=UTC).timestamp())  # when it was paid
    assert legs[1]["counter_account"] == card(721)
    assert (legs[2]["success"], legs[2]["at_ms"] // 1000 % 60) == (False, 0)  # never paid: when it was made
    assert (legs[3]["direction"], legs[3]["summary"]) == ("in", "退款-杂货 即时到账交易")
    assert legs[4]["success"] is False
    assert (legs[5]["counter_account"], legs[5]["counter_holder"]) == (None, "某某公司")
    assert [(bad.row, bad.reason, bad.field) for bad in bad_of(readings)] == [
        (6, "not_a_transfer", "counter_account"),
        (8, "unknown_direction", "direction"),
        (9, "failed_transaction_word", "success"),
    ]
    assert rows_in(readings) == 10
    assert {(7, "pending", "success"), (4, "failed_transaction", "success")} <= set(notes_of(readings))


def test_transfers_are_seen_from_the_user_in_every_row() -> None:
    readings = read(transfers())
    assert [
        (leg["account"], leg["direction"], leg["counter_account"], leg["counter_bank"])
        for leg in joined(readings, "legs").to_pylist()
    ] == [
        (f"ALIPAY.{BABA}", "in", f"ALIPAY.{ALI}", None),
        (f"ALIPAY.{BABA}", "out", card(722), "某某银行"),
    ]
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(4, "not_a_transfer")]


def test_transfers_of_many_are_seen_from_the_payer_or_from_whom_the_file_names() -> None:
    lines = transfers().decode("gb18030").splitlines()[:2]
    third = "2088999900000003"
    other, fourth = lines[1].replace(BABA, third), "2088999900000004"
    apart = "\n".join([*lines, lines[1].replace(ALI, third).replace(BABA, fourth), f"{lines[1][:-16]}{PERSON}"])
    ways = [(leg["account"], leg["direction"]) for leg in joined(read(apart.encode()), "legs").to_pylist()]
    assert ways == [(f"ALIPAY.{BABA}", "in"), (f"ALIPAY.{fourth}", "in"), (f"ALIPAY.{ALI}", "out")]
    nobody = "\n".join(line.rsplit(",", 1)[0] for line in (lines[0], lines[1], other))
    sides = [(leg["account"], leg["direction"]) for leg in joined(read(nobody.encode()), "legs").to_pylist()]
    assert sides == [(f"ALIPAY.{ALI}", "out")] * 2
    seen = read(nobody.encode(), account=f"支付宝:{third}")
    assert [(leg["account"], leg["direction"]) for leg in joined(seen, "legs").to_pylist()] == [
        (f"ALIPAY.{third}", "in")
    ]
    assert [(bad.row, bad.reason) for bad in bad_of(seen)] == [(2, "bad_account")]


def test_trades_of_buyer_and_seller() -> None:
    head = "交易号,外部交易号,交易状态,合作伙伴ID,买家用户id,买家信息,卖家用户id,卖家信息,交易金额（元）,收款时间,最后修改时间,创建时间,交易类型,来源地,商品名称,收货人地址,对应的协查数据"
    rows = [
        f"T1\t,E1,交易成功,P,{ALI},甲某某,{BABA},乙某某,100.00,2024-05-06 10:00:00,,2024-05-06 09:00:00,担保交易,某地,手机,,{PERSON}",
        f"T2\t,E2,交易关闭,P,{ALI},甲某某,{BABA},乙某某,50.00,,,2024-05-06 11:00:00,担保交易,某地,电脑,,{PERSON}",
    ]
    source = Source("\r\n".join([head, *rows]).encode("gb18030"))
    assert known.best(source).format == "alipay_details"
    legs = joined(list(FORMAT.read(source)), "legs").to_pylist()
    assert [(leg["account"], leg["holder"], leg["counter_holder"], leg["success"]) for leg in legs] == [
        (f"ALIPAY.{ALI}", "甲某某", "乙某某", True),
        (f"ALIPAY.{ALI}", "甲某某", "乙某某", False),
    ]
    assert (legs[0]["direction"], legs[0]["summary"], legs[0]["place"]) == ("out", "手机", "某地")
    assert legs[1]["at_ms"] == 1000 * int(datetime(2024, 5, 6, 3, tzinfo=UTC).timestamp())
    seller = list(FORMAT.read(Source(source.data, account=BABA)))
    assert {leg["direction"] for leg in joined(seller, "legs").to_pylist()} == {"in"}


def test_withdrawals_go_to_a_bank_account() -> None:
    head = "提现类型,提现流水号,支付宝用户ID,会员开户银行,会员银行账号,申请日期和时间,处理时间,提现金额（元）,状态,失败原因,对应的协查数据"
    rows = [
        f"普通提现,W1,{BABA},某某银行,1100223344556677,2024-05-06 10:00:00,2024-05-06 10:01:00,500.00,提现成功,,{PERSON}",
        f"普通提现,W2,{BABA},某某银行,{card(4)},2024-05-06 11:00:00,,500.00,失败,余额不足,{PERSON}",
    ]
    readings = read("\n".join([head, *rows]).encode("gb18030"))
    legs = joined(readings, "legs").to_pylist()
    assert [(leg["direction"], leg["counter_account"], leg["counter_bank"], leg["success"]) for leg in legs] == [
        ("out", "1100223344556677", "某某银行", True),
        ("out", card(4), "某某银行", False),
    ]
    assert legs[1]["summary"] == "普通提现 余额不足"
    assert bad_of(readings) == []


def test_registration_in_full() -> None:
    readings = read(alipay_registered())
    first, second = joined(readings, "accounts").to_pylist()
    assert (first["account"], first["holder"], first["holder_id"]) == (f"ALIPAY.{ALI}", "甲某某", PERSON)
    assert (first["phone"], first["balance_minor"], first["currency"]) == ("+8613800138000", 1234, "CNY")
    assert (first["bound_account"], first["bound_bank"]) == (card(723), "某某银行")
    assert (second["phone"], second["bound_account"], second["bound_bank"]) == ("+8613800138000", None, None)
    assert (3, "unread_cell", "bound_account") in notes_of(readings)  # two cards in one cell
    assert bad_of(readings) == [] and rows_in(readings) == 3


@pytest.mark.parametrize(
    ("make", "en"), [(details, "account details"), (transfers, "payer and payee"), (alipay_registered, "registration")]
)
def test_recognised_and_said_why(make: object, en: str) -> None:
    found = known.recognise(Source(make()))  # type: ignore[operator]
    assert found[0].format == "alipay_details" and en in found[0].why_en
    assert {one.format for one in found[1:]} <= {"table", "narrative"}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(codec: str) -> None:
    for whole, table in ((details(), "legs"), (transfers(), "legs"), (alipay_registered(), "accounts")):
        other = read(whole.decode("gb18030").encode(codec))
        assert without_origin(joined(other, table)) == without_origin(joined(read(whole), table))


def test_the_workbook_form_reads_the_same() -> None:
    rows = [[cell.strip() for cell in line.split(",")] for line in details().decode("gb18030").splitlines()]
    readings = read(workbook(rows, "账户明细", MADE))
    assert without_origin(joined(readings, "legs")) == without_origin(joined(read(details()), "legs"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"收/支": "支出"}, None),
        ({"收/支": "1"}, ("unknown_direction", "direction")),
        ({"收/支": ""}, ("unknown_direction", "direction")),
        ({"收/支": "", "消费名称": "提现-快速提现"}, None),
        ({"收/支": "不计收支", "消费名称": "余额宝-转出到余额"}, ("not_a_transfer", "direction")),
        ({"收/支": "不计收支", "交易状态": "交易关闭"}, ("not_a_transfer", "direction")),
        ({"收/支": "不计收支", "交易状态": "退款成功"}, None),
        ({"交易状态": "或许"}, ("failed_transaction_word", "success")),
        ({"交易状态": ""}, None),
        ({"金额（元）": "-10.00"}, ("bad_amount", "amount_minor")),
        ({"金额（元）": "￥１０.00"}, None),
        ({"金额（元）": "(10.00)"}, ("bad_amount", "amount_minor")),
        ({"交易创建时间": "某日"}, ("bad_moment", "at_ms")),
        ({"用户信息": "乙某某"}, ("bad_account", "account")),
        ({"用户信息": "2.0889999E+15"}, ("spreadsheet_loss", "account")),
        ({"交易对方信息": f"{BABA}(乙某某)"}, ("not_a_transfer", "counter_account")),
    ],
)
def test_dirty_cells(changes: dict[str, str], expected: tuple[str, str] | None) -> None:
    readings = read(small(**changes))
    assert [(bad.reason, bad.field) for bad in bad_of(readings)] == ([expected] if expected else [])
    assert rows_in(readings) == 3 and len(joined(readings, "legs")) == (1 if expected else 2)


def test_masked_logins_are_partial() -> None:
    readings = read(small(交易对方信息="138******00(*某)"))
    assert joined(readings, "legs").column("counter_account").to_pylist()[0] == "ALIPAY.138******00"
    assert (2, "partial", "counter_account") in notes_of(readings)


def test_the_account_of_the_admission_only_where_the_file_is_silent() -> None:
    legs = joined(read(small(用户信息=""), account="Somebody@example.invalid"), "legs").column("account").to_pylist()
    assert legs == ["ALIPAY.somebody@example.invalid", f"ALIPAY.{BABA}"]


def test_a_correction_by_the_name_of_the_column() -> None:
    readings = read(details(), fixes={8: Fix(3, (("收/支", "收入"),)), 9: Fix(4, (("交易状态", "交易成功"),))})
    legs = {leg["row"]: leg for leg in joined(readings, "legs").to_pylist()}
    assert legs[8]["direction"] == "in" and legs[9]["success"] is True


@pytest.mark.parametrize("data", [b"", b"\0", "交易号,用户信息\n1,2\n".encode(), "用户Id,账户名称\n1,2\n".encode()])
def test_other_files_are_not_taken(data: bytes) -> None:
    assert FORMAT.recognise(Source(data)).score == 0
    with pytest.raises(UnreadableFile):
        read(data)


@pytest.mark.parametrize("seed", range(8))
def test_damaged_files(seed: int) -> None:
    for whole in (details(), transfers(), alipay_registered()):
        for data in damaged(whole, seed):
            try:
                readings = read(data)
            except UnreadableFile:
                continue
            assert sum(len(table) for r in readings for table in r.tables.values()) == sum(r.kept for r in readings)


WORD = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z", "P", "S")), min_size=1, max_size=12).filter(
    lambda text: text not in ("无", "null")
)
NAME = st.text(st.sampled_from("甲乙丙丁某商行"), min_size=2, max_size=6)
USER = st.integers(0, 99).map(lambda n: f"ALIPAY.20889999000{n:05d}")
LEG = st.fixed_dictionaries(
    {
        "account": USER,
        "holder": NAME | st.none(),
        "bank": st.just("支付宝"),
        "at_ms": st.integers(START, START + 10**9).map(lambda second: second * 1000),
        "direction": st.sampled_from(["in", "out"]),
        "amount_minor": st.integers(0, 10**13),
        "currency": st.just("CNY"),
        "counter_account": USER | st.integers(0, 50).map(card) | st.just("ALIPAY.a_b@example.invalid") | st.none(),
        "counter_holder": NAME | st.none(),
        "serial": WORD | st.none(),
        "success": st.booleans(),
        "summary": WORD | st.sampled_from(["=1+1", "@x", 'say "hi", all', "a\nb", None]),
        "place": WORD | st.none(),
    }
)


@given(st.lists(LEG.filter(lambda leg: leg["account"] != leg["counter_account"]), min_size=1, max_size=8))
@settings(max_examples=20, deadline=None)
def test_details_round_trip(rows: list[dict[str, object]]) -> None:
    legs = table_of("legs", rows)
    data = FORMAT.write({"legs": legs})
    readings = read(data)
    assert bad_of(readings) == []
    assert without_origin(joined(readings, "legs")) == without_origin(legs)
    assert data.decode("gb18030").split("\r\n")[0].split(",") == list(DETAILS)


ACCOUNT = st.fixed_dictionaries(
    {
        "account": USER,
        "holder": NAME | st.none(),
        "holder_id": st.just(PERSON) | st.none(),
        "phone": st.just("+8613800138000") | st.none(),
        "bank": st.just("支付宝"),
        "opened_ms": st.integers(START, START + 10**9).map(lambda second: second * 1000) | st.none(),
        "status": NAME | st.none(),
        "bound_account": st.integers(0, 50).map(card),
        "bound_bank": NAME | st.none(),
    }
)


@given(st.lists(ACCOUNT, min_size=1, max_size=8), st.integers(-(10**9), 10**9) | st.none())
@settings(max_examples=15, deadline=None)
def test_registration_round_trip(rows: list[dict[str, object]], balance: int | None) -> None:
    held = {"balance_minor": balance, "currency": None if balance is None else "CNY"}
    accounts = table_of("accounts", [{**row, **held} for row in rows])
    data = FORMAT.write({"accounts": accounts})
    readings = read(data)
    assert bad_of(readings) == []
    assert without_origin(joined(readings, "accounts")) == without_origin(accounts)
    assert data.decode("gb18030").split("\r\n")[0].split(",") == list(REGISTRATION)


def test_the_samples_survive_writing() -> None:
    for whole, table in ((details(), "legs"), (alipay_registered(), "accounts")):
        made = joined(read(whole), table)
        again = joined(read(FORMAT.write({table: made})), table)
        assert without_origin(again) == without_origin(made)


def test_what_cannot_be_written_is_said() -> None:
    leg = {"account": "ALIPAY.abcd", "at_ms": 0, "direction": "in", "amount_minor": 1, "currency": "CNY"}
    for change, word in (
        ({"account": card(1)}, "Alipay"),
        ({"counter_account": "TENPAY.abcd"}, "Alipay"),
        ({"counter_account": "1100223344556677"}, "Alipay"),
        ({"currency": "USD"}, "CNY"),
    ):
        with pytest.raises(InputError, match=word):
            FORMAT.write({"legs": table_of("legs", [{**leg, **change}])})
    with pytest.raises(InputError, match="Alipay"):
        FORMAT.write({"accounts": table_of("accounts", [{"account": "TENPAY.abcd"}])})
