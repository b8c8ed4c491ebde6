"""Personal bills of WeChat Pay and Alipay: whose they are, which way money went, what is missing; read, written, dirty, damaged."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import known
from fanzha.formats.grid import Fix, Reading, Source
from fanzha.formats.wallet_bills import ALIPAY, WECHAT, WalletBills
from fanzha.formats.writing import workbook
from tests.formats.invented import bad_of, card, damaged, joined, notes_of, rows_in, table_of, without_origin
from tests.formats.samples_payments import WECHAT as USER
from tests.formats.samples_payments import WECHAT_HEAD, alipay_app_bill, alipay_web_bill, wechat_bill

FORMAT = WalletBills()
START = int(datetime(2004, 1, 1, tzinfo=UTC).timestamp())
MADE = datetime(2024, 1, 1, tzinfo=UTC)


def read(data: bytes, **settings_: object) -> list[Reading]:
    return list(FORMAT.read(Source(data, **settings_)))  # type: ignore[arg-type]


def small(**changes: str) -> bytes:
    """A changed row of a WeChat bill, and a good one."""
    good = dict(
        zip(
            WECHAT_HEAD.split(","),
            ["2024-05-06 10:00:00", "转账", "乙某某", "/", "支出", "¥10.00", "零钱", "对方已收钱", "S\t", "/", "/"],
            strict=True,
        )
    )
    rows = [list(good), [changes.get(name, cell) for name, cell in good.items()], list(good.values())]
    return "\n".join(",".join(row) for row in rows).encode() + b"\n"


def test_a_wechat_bill_in_full() -> None:
    readings = read(wechat_bill(), account=USER)
    legs = joined(readings, "legs").to_pylist()
    assert [(leg["row"], leg["direction"], leg["amount_minor"], leg["success"]) for leg in legs] == [
        (17, "out", 8_800, True),  # refunded in part by the next row
        (18, "in", 1_200, True),
        (19, "out", 100_000, True),  # withdrawn
        (22, "out", 6_600, True),
        (23, "out", 1_000, False),
        (24, "out", 500_000, True),
        (25, "in", 20_000, True),
    ]
    assert {leg["account"] for leg in legs} == {f"TENPAY.{USER}"}
    assert {leg["counter_account"] for leg in legs} == {None}
    assert legs[5]["counter_holder"] == "乙某某" and legs[4]["counter_holder"] is None
    assert legs[0]["summary"] == "商户消费 茶叶, 一斤 某某银行(1234)"
    assert legs[5]["at_ms"] == 1000 * int(datetime(2024, 5, 6, 2, 5, 10, tzinfo=UTC).timestamp())
    assert [(bad.row, bad.reason, bad.field) for bad in bad_of(readings)] == [
        (20, "not_a_transfer", "direction"),
        (21, "unknown_direction", "direction"),
    ]
    assert rows_in(readings) == 25
    assert [note for note in notes_of(readings) if note[1] == "account_assumed"] == [
        (leg["row"], "account_assumed", "account") for leg in legs
    ]
    assert not any(note[1] == "summary_differs" for note in notes_of(readings))


def test_a_nickname_is_no_account() -> None:
    readings = read(wechat_bill())
    assert not any(len(reading.tables["legs"]) for reading in readings)
    assert {bad.reason for bad in bad_of(readings)} == {"bad_account", "not_a_transfer", "unknown_direction"}
    found = FORMAT.recognise(Source(wechat_bill()))
    assert found.details["nickname"] == "甲乙丙" and "does not say" in found.why_en and "未列明" in found.why_zh


def test_an_alipay_bill_of_the_app_in_full() -> None:
    readings = read(alipay_app_bill())
    legs = joined(readings, "legs").to_pylist()
    assert [(leg["row"], leg["direction"], leg["amount_minor"], leg["success"]) for leg in legs] == [
        (17, "out", 3_000, False),
        (18, "in", 31, True),
        (20, "in", 1_200, True),  # counted neither as income nor as expense, but a refund
        (21, "out", 50_000, True),
        (22, "out", 500_000, True),
    ]
    assert {(leg["account"], leg["holder"]) for leg in legs} == {("ALIPAY.13800138000", "甲某某")}
    assert legs[4]["counter_account"] == "ALIPAY.139******02"
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(19, "not_a_transfer")]
    assert (17, "summary_differs", "rows") in notes_of(readings)  # seven rows stated, six there
    sizes = [row["detail_minor"] for row in readings[0].notes.to_pylist() if row["code"] == "summary_differs"]
    assert sizes == [1]
    assert not any(note[1] == "account_assumed" for note in notes_of(read(alipay_app_bill(), account="somebody")))


def test_an_alipay_bill_of_the_web_site_in_full() -> None:
    readings = read(alipay_web_bill())
    legs = joined(readings, "legs").to_pylist()
    assert [(leg["row"], leg["direction"], leg["amount_minor"], leg["success"]) for leg in legs] == [
        (6, "out", 500_000, True),
        (7, "in", 283, True),  # as the state of the money says
        (9, "out", 3_000, False),
    ]
    assert {leg["account"] for leg in legs} == {"ALIPAY.payer@example.invalid"}
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(8, "not_a_transfer"), (10, "unknown_direction")]
    assert rows_in(readings) == 17  # with the titles and the sums below
    assert not any(note[1] == "summary_differs" for note in notes_of(readings))


def test_a_row_taken_out_is_missed() -> None:
    for whole, account in ((wechat_bill(), USER), (alipay_web_bill(), "")):
        lines = whole.split(b"\r\n")
        shorter = b"\r\n".join([*lines[:17], *lines[18:]] if account else [*lines[:6], *lines[7:]])
        notes = [row for r in read(shorter, account=account) for row in r.notes.to_pylist()]
        assert [note["detail_minor"] for note in notes if note["code"] == "summary_differs"] == [1]


@pytest.mark.parametrize("make", [wechat_bill, alipay_app_bill, alipay_web_bill])
def test_recognised_and_said_why(make: object) -> None:
    found = known.recognise(Source(make()))  # type: ignore[operator]
    assert found[0].format == "wallet_bills" and found[0].why_en and found[0].why_zh
    assert {one.format for one in found[1:]} <= {"table", "narrative"}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(codec: str) -> None:
    for whole, own in ((wechat_bill(), "utf-8-sig"), (alipay_app_bill(), "gb18030"), (alipay_web_bill(), "gb18030")):
        other = read(whole.decode(own).encode(codec), account=USER)
        plain = read(whole, account=USER)
        assert without_origin(joined(other, "legs")) == without_origin(joined(plain, "legs"))
        assert rows_in(other) == rows_in(plain)


def test_the_workbook_form_reads_the_same() -> None:
    lines = wechat_bill().decode("utf-8-sig").replace(",,,,,,,,", "").splitlines()
    rows = [[line] for line in lines[:15]] + [
        [
            cell.strip().strip('"')
            for cell in line.replace("茶叶, 一斤", "茶叶； 一斤").replace("5,000", "5000").split(",")
        ]
        for line in lines[15:]
    ]
    source = Source(workbook([*rows, ["共9笔记录"]], "1", MADE), account=USER)
    assert known.best(source).format == "wallet_bills"
    readings = list(FORMAT.read(source))
    plain = joined(read(wechat_bill(), account=USER), "legs").drop_columns(["summary"])
    assert without_origin(joined(readings, "legs").drop_columns(["summary"])) == without_origin(plain)
    assert [bad.reason for bad in bad_of(readings)] == ["not_a_transfer", "unknown_direction"]
    assert not any(note[1] == "summary_differs" for note in notes_of(readings))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"收/支": "收入"}, None),
        ({"收/支": "进出"}, ("unknown_direction", "direction")),
        ({"收/支": "/", "交易类型": "零钱提现"}, None),
        ({"收/支": "中性交易", "交易类型": "零钱充值"}, None),
        ({"收/支": "/", "交易类型": "信用卡还款"}, None),
        ({"收/支": "/", "交易类型": "零钱通转出-到零钱"}, ("not_a_transfer", "direction")),
        ({"收/支": "/", "交易类型": "零钱通转出-到某某银行(1234)"}, None),
        ({"收/支": "/", "交易类型": "亲属卡"}, ("unknown_direction", "direction")),
        ({"当前状态": "等等看"}, ("failed_transaction_word", "success")),
        ({"当前状态": "已全额退款"}, None),
        ({"金额(元)": "免费"}, ("bad_amount", "amount_minor")),
        ({"金额(元)": "￥１０"}, None),
        ({"金额(元)": "¥-10.00"}, ("bad_amount", "amount_minor")),
        ({"交易时间": "2024-13-06 10:00:00"}, ("bad_moment", "at_ms")),
    ],
)
def test_dirty_cells(changes: dict[str, str], expected: tuple[str, str] | None) -> None:
    readings = read(small(**changes), account=USER)
    assert [(bad.reason, bad.field) for bad in bad_of(readings)] == ([expected] if expected else [])
    assert rows_in(readings) == 3 and len(joined(readings, "legs")) == (1 if expected else 2)


def test_a_masked_login_above_the_table_gives_way_to_the_account_it_may_stand_for() -> None:
    text = alipay_app_bill().decode("gb18030").replace("13800138000", "138******00")

    def accounts(account: str) -> set[object]:
        legs = joined(read(text.encode(), account=account), "legs")
        return set(legs.column("account").to_pylist())

    assert accounts("") == {"ALIPAY.138******00"}
    assert accounts("13800138000") == {"ALIPAY.13800138000"}
    assert accounts("13900139000") == {"ALIPAY.138******00"}


def test_sent_to_the_same_account_is_no_transfer() -> None:
    text = alipay_app_bill().decode("gb18030").replace("139******02", "13800138000")
    assert (22, "not_a_transfer") in [(bad.row, bad.reason) for bad in bad_of(read(text.encode()))]


def test_a_correction_by_the_name_of_the_column() -> None:
    readings = read(wechat_bill(), account=USER, fixes={21: Fix(3, (("收/支", "收入"),)), 17: Fix(4, drop=True)})
    legs = {leg["row"]: leg for leg in joined(readings, "legs").to_pylist()}
    assert legs[21]["direction"] == "in" and 17 not in legs
    assert not any(note[1] == "summary_differs" for note in notes_of(readings))


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"a,b\n1,2\n", "交易时间,收/支,金额\n1,2,3\n".encode(), "微信支付账单明细\n".encode()]
)
def test_other_files_are_not_taken(data: bytes) -> None:
    assert FORMAT.recognise(Source(data)).score == 0
    with pytest.raises(UnreadableFile):
        read(data)


def test_a_bill_without_rows() -> None:
    readings = read(
        wechat_bill().split(WECHAT_HEAD.encode())[0].replace("共9笔".encode(), "共0笔".encode()) + WECHAT_HEAD.encode()
    )
    assert rows_in(readings) == 16 and bad_of(readings) == []


@pytest.mark.parametrize("seed", range(8))
def test_damaged_files(seed: int) -> None:
    for whole in (wechat_bill(), alipay_app_bill(), alipay_web_bill()):
        for data in damaged(whole, seed):
            try:
                readings = read(data, account=USER)
            except UnreadableFile:
                continue
            assert sum(len(r.tables.get("legs", [])) for r in readings) == sum(r.kept for r in readings)


WORD = st.text(st.characters(codec="gb18030", exclude_categories=("C", "Z", "P", "S")), min_size=1, max_size=12).filter(
    lambda text: text not in ("无", "null")
)
LEG = {
    "holder": st.none(),
    "at_ms": st.integers(START, START + 10**9).map(lambda second: second * 1000),
    "direction": st.sampled_from(["in", "out"]),
    "amount_minor": st.integers(0, 10**13),
    "currency": st.just("CNY"),
    "counter_holder": WORD | st.none(),
    "serial": WORD,
    "success": st.booleans(),
    "summary": WORD | st.sampled_from(["=1+1", "@x", 'say "hi", all', "a\nb", None]),
}
OTHER = st.sampled_from(["ALIPAY.139******02", "ALIPAY.a_b@example.invalid", None])


@given(st.lists(st.fixed_dictionaries(LEG), min_size=1, max_size=8))
@settings(max_examples=15, deadline=None)
def test_wechat_round_trip(rows: list[dict[str, object]]) -> None:
    legs = table_of("legs", [{**row, "account": f"TENPAY.{USER}", "bank": "财付通"} for row in rows])
    data = FORMAT.write({"legs": legs})
    readings = read(data, account=USER)
    assert bad_of(readings) == []
    assert without_origin(joined(readings, "legs")) == without_origin(legs)
    assert ",".join(WECHAT) in data.decode("utf-8-sig")


@given(st.lists(st.fixed_dictionaries({**LEG, "counter_account": OTHER}), min_size=1, max_size=8))
@settings(max_examples=15, deadline=None)
def test_alipay_round_trip(rows: list[dict[str, object]]) -> None:
    own = {"account": "ALIPAY.13800138000", "bank": "支付宝", "holder": "甲某某"}
    legs = table_of("legs", [{**row, **own} for row in rows])
    data = FORMAT.write({"legs": legs})
    readings = read(data)
    assert bad_of(readings) == []
    assert without_origin(joined(readings, "legs")) == without_origin(legs)
    assert not any(note[1] == "summary_differs" for note in notes_of(readings))
    assert ",".join(ALIPAY) in data.decode("gb18030")


def test_the_samples_survive_writing() -> None:
    for whole in (wechat_bill(), alipay_app_bill(), alipay_web_bill()):
        legs = joined(read(whole, account=USER), "legs")
        again = joined(read(FORMAT.write({"legs": legs}), account=USER), "legs")
        assert without_origin(again) == without_origin(legs)


def test_what_cannot_be_written_is_said() -> None:
    leg = {"account": f"TENPAY.{USER}", "at_ms": 0, "direction": "in", "amount_minor": 1, "currency": "CNY"}
    for rows in (
        [{**leg, "account": card(1)}],
        [leg, {**leg, "account": "TENPAY.another"}],
        [{**leg, "currency": "USD"}],
        [{**leg, "counter_account": "TENPAY.another"}],
        [{**leg, "account": "ALIPAY.abcd", "counter_account": card(1)}],
    ):
        with pytest.raises(InputError, match="bill"):
            FORMAT.write({"legs": table_of("legs", rows)})
