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


def test_what_came_is_shown_only_for_what_it_fits_best() -> None:
    near = left()._replace(account="x", transfer=8, amount=1_050_000, at_ms=-HOUR)
    rows = continuations([left(), near], [came(9, "b", 1, 1_000_000, place="城北支行")], {})
    assert [(row[2], row[14]) for row in rows] == [("a", "same_amount,same_place,within_hours,only_one")]


def test_two_that_fit_equally_are_both_shown_as_less_sure() -> None:
    twin = left()._replace(account="x", transfer=8)
    rows = continuations([left(), twin], [came(9, "b", 1, 1_000_000, place="城北支行")], {})
    assert [row[2] for row in rows] == ["a", "x"]
    assert {row[13] for row in rows} == {650}
    assert all(row[14].split(",")[-1] == "also_fits" and "only_one" not in row[14] for row in rows)


def test_the_same_money_of_two_cases_does_not_compete_with_itself() -> None:
    rows = continuations([left(), left()._replace(case_id="d")], [came(9, "b", 1, 1_000_000, place="城北支行")], {})
    assert [(row[0], row[13]) for row in rows] == [("c", CONFIDENCE_MAX), ("d", CONFIDENCE_MAX)]


def test_two_deposits_that_only_together_make_it_up() -> None:
    parts = [came(9, "b", 1, 600_000, place="城北支行"), came(10, "e", 1.5, 390_000, place="城北支行")]
    rows = continuations([left()], parts, {})
    assert [(row[3], row[10]) for row in rows] == [("b", 600_000), ("e", 390_000)]
    assert {row[14] for row in rows} == {"near_amount,same_place,within_hours,two_in"}
    assert continuations([left()], [one._replace(place="") for one in parts], {}) == [], "only the sum speaks for it"
    assert continuations([left()], [*parts, came(11, "f", 1, 391_000, place="城北支行")], {}) == [], "two choices"


def test_two_parts_of_gold_sold_where_both_are_of_the_case() -> None:
    more = {"cash": False, "payer": "buyer", "summary": "黄金回收款", "stated": True}
    parts = [came(9, "b", 20, 500_000, **more), came(10, "e", 23, 450_000, **more)]
    rows = continuations([left("gold")], parts, {"c": {"b", "e"}})
    assert [row[3] for row in rows] == ["b", "e"]
    assert continuations([left("gold")], parts, {"c": {"b"}}) == []


def test_coin_that_one_sender_delivers_in_two_parts() -> None:
    desk = left("crypto", amount=72_000_00)
    parts = [
        came(n, "TRON:T1", hours, 5_000_000_000, currency="USDT", cash=False, payer="TRON:S")
        for n, hours in ((9, 1), (10, 1.5))
    ]
    rows = continuations([desk], parts, {"c": {"TRON:T1"}})
    assert [row[5] for row in rows] == [9, 10]
    assert {row[14] for row in rows} == {"near_amount,within_hours,same_case,only_one,two_in"}
    assert continuations([desk], [parts[0], parts[1]._replace(payer="TRON:other")], {"c": {"TRON:T1"}}) == []
    assert continuations([desk], [parts[0], parts[1]._replace(at_ms=8 * HOUR)], {"c": {"TRON:T1"}}) == []


def test_a_desk_that_answers_again_and_again() -> None:
    plain = left("", amount=70_000_00)._replace(payee="desk")
    answer = came(9, "b", 20, 350_000_00, currency="THB", cash=False, payer="desk there", stated=True)
    (row,) = continuations([plain], [answer], {}, {(7, 9)})
    assert (row[1], row[13], row[14]) == ("abroad_arrival", 650, "near_amount,within_day,again")
    assert continuations([plain], [answer], {}) == [], "a transfer that nothing types goes nowhere else"
    coin = answer._replace(account="TRON:T1", currency="USDT", amount=9_700_000_000)
    assert [row[1] for row in continuations([plain], [coin], {}, {(7, 9)})] == ["otc_wallet"]


def test_an_arrival_from_abroad_that_says_so() -> None:
    abroad = left("abroad", amount=70_000_00)
    arrivals = [came(n, f"b{n}", 20, 350_000_00, currency="THB", cash=False) for n in (9, 10)]
    assert continuations([abroad], arrivals, {}) == []
    said = [one._replace(summary="INTERNATIONAL TRANSFER") for one in arrivals]
    assert {row[14] for row in continuations([abroad], said, {})} == {"near_amount,within_day,said_so"}


def test_the_account_that_was_paid_is_not_where_it_went_on_to() -> None:
    gone = left("gold")._replace(payee="b")
    arrival = came(9, "b", 1, 980_000, cash=False, summary="黄金回收款")
    assert continuations([gone], [arrival], {}) == []
    assert continuations([gone], [arrival._replace(account="a")], {}) == [], "nor where it left"
