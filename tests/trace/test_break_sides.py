"""Both sides of a break from whole statements: the way out is typed whoever's statement is held, and a till is no buyer of gold."""

from typing import Any

from money_worlds import AS_OF, HOUR, leg, paid, put, report, world

from fanzha.model.words import vocabulary
from fanzha.store.engine import Engine
from fanzha.trace.break_sides import Came, Left, kind_of, kinds_of, left_of, sellers_of, visits_of
from fanzha.trace.breaks import POINTS, WINDOW_MS, breaks

MULE, OTHER, JEWELLER, BUYER, VICTIM = (f"62220000000000000{k:02d}" for k in (1, 2, 3, 4, 91))
WALLET = "TRON:TXYZopYRdj2D9XRtbG411XZZ3kM5VkAeBf"
Rows = list[dict[str, Any]]
START: Rows = [leg(1, MULE, 0, 3_000_000, None, VICTIM)]


def told(legs: Rows, notes: Rows | None = None) -> tuple[Engine, list[dict[str, Any]]]:
    engine = world([*START, *legs], [report(1)], paid(1, MULE, 3_000_000, 0), notes or [])
    before = {name: engine.all_rows(name).to_pylist() for name in ("flows", "disputed", "exits")}
    assert breaks(engine) == ("breaks",)
    assert before == {name: engine.all_rows(name).to_pylist() for name in before}, "nothing attributed changes"
    return engine, engine.all_rows("breaks").to_pylist()


def bought(**more: Any) -> Rows:
    return [
        leg(2, MULE, 30, -2_000_000, None, JEWELLER, **{"summary": "POS消费 黄金饰品", "merchant": "老金店", **more})
    ]


def sold(paid_by: str = BUYER, amount: int = 1_900_000) -> Rows:
    return [leg(20, OTHER, 300, amount, None, paid_by, summary="黄金回收款")]


def test_gold_stays_a_break_whoever_hands_in_a_statement() -> None:
    till = [leg(10, JEWELLER, 30, 2_000_000, None, MULE, summary="POS消费 黄金饰品")]
    buyer = [leg(30, BUYER, 300, -1_900_000, None, OTHER, summary="黄金回收款")]
    for held in ([], till, buyer, [*till, *buyer]):
        _, rows = told([*bought(), *sold(), *held])
        assert [(row["kind"], row["payer"], row["payee"]) for row in rows] == [("goods_sold", MULE, OTHER)]
        assert (row := rows[0])["out_minor"] == 2_000_000 and row["in_minor"] == 1_900_000
        assert row["disputed_minor"] == 2_000_000


def test_what_a_jewellers_till_takes_is_no_sale_of_gold_by_a_customer() -> None:
    other_till = [leg(40, OTHER, 300, 1_950_000, None, VICTIM, summary="POS消费 黄金饰品")]
    assert told([*bought(), *other_till])[1] == []


def test_a_payee_that_several_payers_say_sells_gold_sells_it_to_all() -> None:
    plain = bought(summary="转账", merchant="")
    said = [leg(50 + k, f"622200000000000005{k}", 10, -700_000, None, JEWELLER, summary="购黄金") for k in range(2)]
    assert [row["kind"] for row in told([*plain, *sold(), *said])[1]] == ["goods_sold"]
    assert told([*plain, *sold(), *said[:1]])[1] == [], "one payer may have written anything"
    assert told([*plain, *sold()])[1] == [], "nothing is said, nothing is guessed"


def test_sellers_by_the_words_of_two_payers() -> None:
    rows = [
        ("p", "a", "购买usdt", "", ""),
        ("p", "b", "OTC", "", ""),
        ("q", "a", "u币", "", ""),
        ("q", "a", "usdt", "", ""),
    ]
    assert sellers_of(rows) == {"p": "crypto"}
    wallet = [(WALLET, payer, "usdt", "", "") for payer in "ab"]
    assert sellers_of(wallet) == {}, "a wallet is followed on its chain"


def test_money_that_came_back_did_not_leave() -> None:
    back = [leg(60, MULE, 200, 2_000_000, None, JEWELLER, summary="退款", merchant="老金店")]
    engine, rows = told([*bought(), *back, *sold()])
    assert engine.rows('SELECT COUNT(*) FROM "repairs" WHERE "kind" = \'reversal\'') == [(1,)]
    assert rows == []
    repaired = Engine()
    put(repaired, "repairs", [{"transfer": 7, "kind": "reversal", "other": 8, "amount_minor": 0, "shift_ms": 0}])
    put(repaired, "flows", [{"case_id": "c", "transfer": 7, "payer": MULE, "payee": "", "tier": 1, "at_ms": AS_OF,
                             "amount_minor": 5, "disputed_minor": 5, "currency": "CNY", "exit": "goods"}])  # fmt: skip
    put(repaired, "transfers", [{"transfer": 7, "payer": MULE, "payee": "", "at_ms": AS_OF, "amount_minor": 5,
                                 "currency": "CNY", "seen_by": "payer", "out_file": 10, "out_row": 2, "exit": "goods"}])  # fmt: skip
    put(repaired, "legs", bought())
    assert left_of(repaired) == []


def test_withdrawals_of_one_visit_count_together() -> None:
    taken = [
        leg(2 + k, MULE, 30 + 4 * k, -500_000, None, cash=True, summary="ATM取款", place="城北支行") for k in range(3)
    ]
    whole = [leg(20, OTHER, 200, 1_480_000, None, cash=True, summary="现金存入", place="城北支行")]
    _, rows = told([*taken, *whole])
    assert [row["out_minor"] for row in rows] == [500_000] * 3
    assert {row["payee"] for row in rows} == {OTHER}
    assert all("several_out" in row["why"].split(",") for row in rows)


def test_visits_end_after_half_an_hour_and_are_of_one_account() -> None:
    half = HOUR // 2
    rows = [(1, "a", "CNY", 0, 5), (2, "a", "CNY", half, 6), (3, "a", "CNY", 2 * half + 1, 7), (4, "b", "CNY", 0, 8)]
    assert visits_of(rows) == {1: (11, half), 2: (11, half)}


def test_kinds_of_both_sides() -> None:
    gone = Left("c", "a", "", 0, 1, "CNY", 1, "", 1, "", "", "")
    assert [kind_of(gone._replace(exit=code)) for code in ("", "cash", "crypto", "abroad", "gold", "file_ends")] == [
        "", "cash_deposit", "otc_wallet", "abroad_arrival", "goods_sold", "",
    ]  # fmt: skip
    assert kind_of(gone._replace(exit="goods", summary="餐饮")) == ""
    came = Came(1, "b", 0, 1, "CNY", "", True, "", "", "")
    assert kinds_of(came) == ["cash_deposit", "abroad_arrival"]
    assert kinds_of(came._replace(stated=True)) == [], "its sender is known, and no word says otherwise"
    assert kinds_of(came._replace(stated=True, cash=False, summary="跨境汇入")) == ["abroad_arrival"]
    assert kinds_of(came._replace(account=WALLET, cash=False, payer="TRON:x")) == ["otc_wallet"]
    assert kinds_of(came._replace(cash=False, payer="x", summary="黄金")) == []


def test_every_kind_and_sign_has_its_words() -> None:
    assert set(POINTS) == set(vocabulary("break_signs"))
    assert set(WINDOW_MS) == set(vocabulary("breaks"))
