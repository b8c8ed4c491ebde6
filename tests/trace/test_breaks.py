"""Money beyond a break: what fits, how sure, and that nothing is said where nothing fits."""

import random

from fanzha.trace.breaks import CONFIDENCE_MAX, KEEP_MIN, Came, Left, continuations

HOUR = 3_600_000


def left(exit: str = "cash", amount: int = 1_000_000, currency: str = "CNY", summary: str = "") -> Left:
    return Left("c", "a", exit, 0, amount, currency, 7, "城北支行", amount, summary, "", "")


def came(number: int, account: str, hours: float, amount: int, **more: object) -> Came:
    plain = Came(number, account, int(hours * HOUR), amount, "CNY", "", True, "", "", "")
    return plain._replace(**more)


def test_cash_and_a_deposit_of_the_same_amount_at_the_same_place() -> None:
    (row,) = continuations([left()], [came(9, "b", 1, 1_000_000, place="城北支行")], {"c": {"a"}})
    assert row[:6] == ("c", "cash_deposit", "a", "b", 7, 9)
    assert row[13] == CONFIDENCE_MAX, "every point counts, and none makes it certain"
    assert row[14] == "same_amount,same_place,within_hours,only_one"


def test_more_than_left_or_long_after_or_before_does_not_fit() -> None:
    for one in (
        came(9, "b", 1, 1_000_001),
        came(9, "b", 73, 1_000_000),
        came(9, "b", -1, 1_000_000),
        came(9, "b", 1, 400_000),
    ):
        assert continuations([left()], [one], {}) == []


def test_a_weak_candidate_is_not_shown() -> None:
    weak = [came(n, f"b{n}", 30, 600_000) for n in range(2)]
    assert continuations([left()], weak, {}) == []


def test_at_most_three_of_many_and_in_any_order_the_same() -> None:
    many = [came(n, f"b{n}", 1, 1_000_000) for n in range(8)]
    rows = continuations([left()], many, {})
    assert [row[5] for row in rows] == [0, 1, 2]
    assert all(row[13] >= KEEP_MIN for row in rows)
    random.Random(3).shuffle(many)
    assert continuations([left()], many, {}) == rows


def test_a_wallet_gets_what_yuan_buy() -> None:
    desk = left("crypto", amount=72_000_00)
    fits = came(9, "TRON:T1", 2, 10_000_000_000, currency="USDT", cash=False)
    (row,) = continuations([desk], [fits], {"c": {"TRON:T1"}})
    assert row[1] == "otc_wallet"
    assert row[14] == "near_amount,within_hours,same_case,only_one"
    assert continuations([desk], [fits._replace(amount=20_000_000_000)], {}) == []
    assert continuations([desk], [fits._replace(currency="DOGE")], {}) == [], "no rate is known"


def test_gold_is_sold_again_and_used_up_goods_are_not() -> None:
    sold = came(9, "b", 24, 980_000, cash=False, summary="黄金回收")
    (row,) = continuations([left("goods", summary="黄金")], [sold], {})
    assert row[1] == "goods_sold"
    assert continuations([left("goods", summary="餐饮")], [sold], {}) == []


def test_sent_abroad_and_arrived_in_another_currency() -> None:
    (row,) = continuations(
        [left("abroad", amount=70_000_00)], [came(9, "b", 20, 350_000_00, currency="THB", cash=False)], {"c": {"b"}}
    )
    assert row[1] == "abroad_arrival"
    assert row[8:12] == (7_000_000, "CNY", 35_000_000, "THB")
