"""Outcomes: three readings that begin equal; value given speaks for the receiver; nothing about who the holder is."""

import random
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from money_worlds import AS_OF, leg, paid, report, world

from fanzha.model.points import likelihoods
from fanzha.model.words import vocabulary
from fanzha.store.engine import Engine
from fanzha.trace.behaviour import Behaviour, behaviours, sent_within
from fanzha.trace.outcomes import GROUNDS, READINGS, SCORECARD, outcome, outcomes
from fanzha.trace.patterns import patterns

MULE, RECEIVER, NEXT, VICTIM = (
    "6222000000000000001",
    "6222000000000000077",
    "6222000000000000055",
    "6222000000000000091",
)
DAY = 1440
NOTHING = Behaviour(0, 0, 0, 50, 60, 5, 1, 0, False, False, False, False, False, "none", frozenset())
Moves = list[tuple[int, int, str, dict[str, Any]]]


def table(
    receiver: Moves, summary: str = "转账", mule: Moves | None = None, **about: Any
) -> dict[str, tuple[Any, ...]]:
    """A victim pays MULE on day 60, ten minutes later RECEIVER has 60,000 of it; then what the receiver's statement shows."""
    at = 60 * DAY
    legs = [leg(1, MULE, at, 100_000, None, VICTIM), leg(2, MULE, at + 10, -60_000, None, RECEIVER, summary=summary)]
    legs += [leg(10 + k, MULE, m, c, None, o, **x) for k, (m, c, o, x) in enumerate(mule or [])]
    moves = [*receiver, (at + 10, 60_000, MULE, {"summary": summary})]
    legs += [leg(1_000 + k, RECEIVER, m, c, None, o, **{**x, **about}) for k, (m, c, o, x) in enumerate(moves)]
    random.Random(1).shuffle(legs)
    engine = world(legs, [report(1)], paid(1, MULE, 100_000, at))
    patterns(engine, AS_OF)
    assert outcomes(engine, AS_OF) == ("outcomes",)
    return {row[0]: row[2:] for row in engine.rows('SELECT * FROM "outcomes" ORDER BY "account"')}


def shop() -> Moves:
    return [
        (day * DAY, 50_000 + 1_000 * day, f"62229999000000000{day:02d}", {"summary": "扫码支付"}) for day in range(20)
    ]


def test_a_shop_paid_for_goods_is_a_receiver_in_good_faith() -> None:
    later: Moves = [(70 * DAY, -3_000, "6222999900000000099", {"summary": "水电费"})]
    found = table([*shop(), *later], summary="货款")[RECEIVER]
    assert found[3] == "good_faith"
    assert found[2] > 900 > 50 > found[0]
    reasons = found[4].split(",")
    assert {"shop_before", "goods_for_it", "ordinary_price", "ordinary_life"} <= set(reasons)
    assert found[5] == 0


def test_an_account_that_passes_it_on_at_once_is_likeliest_a_mule() -> None:
    at = 60 * DAY
    found = table([(at + 20, -58_000, NEXT, {})])[RECEIVER]
    assert found[3] == "mule" and found[0] > 700
    assert found[4].split(",")[0] == "sent_within_hours"
    assert {"no_history", "pass_through"} <= set(found[4].split(","))


def test_a_shop_in_name_that_passes_the_money_on() -> None:
    at = 60 * DAY
    sales: Moves = [(at + k, 9_000 + k, f"62229999000000001{k:02d}", {"summary": "商品"}) for k in range(1, 9)]
    found = table([*sales, (at + 25, -120_000, NEXT, {})], summary="商品")[RECEIVER]
    assert "shop_passes_on" in found[4].split(",")
    assert found[1] > found[0] and found[1] > found[2]


def test_sales_given_back_with_a_commission_prove_no_shop() -> None:
    staged: Moves = []
    for day in range(3):
        staged += [(day * DAY + 5, 9_000, f"62229999000000002{day:02d}", {"summary": "扫码支付"})]
        staged += [(day * DAY + 25, -9_500, f"62229999000000002{day:02d}", {})]
    honest, shown = table(shop(), summary="货款")[RECEIVER], table([*shop(), *staged], summary="货款")[RECEIVER]
    assert {"shop_before", "sales_given_back"} <= set(shown[4].split(","))
    assert honest[2] > shown[2] and shown[1] > honest[1]
    assert shown[1] < 500 > shown[0], "a merchant may buy a good rating so: no finding"


def test_money_that_stayed_without_value_given_is_open_and_no_finding() -> None:
    found = table([(61 * DAY + 60 * k, -500, NEXT, {"summary": "转账"}) for k in range(1, 5)])[RECEIVER]
    assert found[3] == "open"
    assert "money_stayed" in found[4].split(",")


def test_wages_and_an_old_relation_speak_for_the_receiver() -> None:
    wages = table([], summary="代发工资")[RECEIVER]
    assert "wages_for_it" in wages[4].split(",") and wages[2] > wages[0]
    old: Moves = [(10 * DAY, 1_000, MULE, {}), (20 * DAY, -500, MULE, {}), (62 * DAY, -10, NEXT, {})]
    assert "old_relation" in table(old)[RECEIVER][4].split(",")
    assert "old_relation" not in table([(45 * DAY, 1_000, MULE, {})])[RECEIVER][4].split(",")


def test_who_the_holder_is_changes_nothing() -> None:
    at = 60 * DAY
    moves: Moves = [*shop(), (at + 20, -20_000, NEXT, {})]
    one = table(moves)
    other = table(moves, holder="别人", holder_id="11010519491231002X", bank="别的银行", place="别处")
    assert one == other


def test_no_figure_is_about_the_holder_or_the_hour() -> None:
    words = {word for field in Behaviour._fields for word in field.split("_")}
    assert not words & {"night", "hour", "age", "name", "place", "sex", "holder", "bank", "id"}


def test_an_account_without_a_statement_has_no_outcome() -> None:
    assert NEXT not in table([(60 * DAY + 20, -58_000, NEXT, {})])
    engine = Engine()
    assert behaviours(engine, AS_OF) == {}
    outcomes(engine, AS_OF)
    assert engine.all_rows("outcomes").num_rows == 0


@given(st.lists(st.integers(-120, 120), min_size=3, max_size=3))
@settings(max_examples=60, deadline=None)
def test_likelihoods_follow_the_points(points: list[int]) -> None:
    shares = likelihoods(points)
    assert 998 <= sum(shares) <= 1000
    for one, other in pairwise(points):
        a, b = shares[points.index(one)], shares[points.index(other)]
        assert (a >= b) if one >= other else (a <= b)


def test_readings_begin_equal_and_four_points_double() -> None:
    assert likelihoods([0, 0, 0]) == [333, 333, 333]
    assert likelihoods([4, 0, 0]) == [500, 250, 250]
    assert likelihoods([8, 0, 4]) == [int(Fraction(4000, 7)), int(Fraction(1000, 7)), int(Fraction(2000, 7))]
    assert outcome(NOTHING).likeliest == "open"
    assert outcome(NOTHING).reasons == ()


@given(st.sampled_from(SCORECARD), st.data())
@settings(max_examples=40, deadline=None)
def test_each_sign_moves_its_reading(sign: Any, data: Any) -> None:
    first = data.draw(st.lists(st.integers(-20, 20), min_size=3, max_size=3))
    points = [one + sign[1 + k] for k, one in enumerate(first)]
    strongest = max(range(3), key=lambda k: sign[1 + k])
    assert likelihoods(points)[strongest] >= likelihoods(first)[strongest]


def test_codes_have_words_and_good_faith_has_grounds() -> None:
    assert {sign.code for sign in SCORECARD} == set(vocabulary("outcome_reasons"))
    assert set(vocabulary("outcomes")) == {*READINGS, "open"}
    assert {sign.code for sign in SCORECARD} >= GROUNDS
    assert all(sign.good_faith > 0 for sign in SCORECARD if sign.code in GROUNDS)


def test_dwell_is_first_in_first_out() -> None:
    assert sent_within([(0, 100), (50, 100)], [(20, 60), (300, 100)], 100) == 60
    assert sent_within([(0, 100), (250, 100)], [(300, 150)], 100) == 50
    assert sent_within([(10, 5)], [(0, 5)], 100) == 5
    assert sent_within([], [(5, 10)], 100) == 0
