"""Return of frozen money by the rule of 2016: examples worked by hand to the cent, and what holds of every distribution."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.chain.returning_evidence import evidence, other_orders
from fanzha.respond.refund import (
    Claim,
    Credit,
    Frozen,
    Purse,
    Return,
    frozen_now,
    left,
    returns,
    settle,
    shared,
    write_returns,
)
from fanzha.store.engine import Engine
from fanzha.trace.attribute import Entry
from tests.trace.money_worlds import leg, paid, report, world

A, B, C = "6222000000000000001", "6222000000000000002", "6222000000000000003"
V, W, X = "6222000000000000091", "6222000000000000092", "6222000000000000093"


def computed(engine: Engine, frozen: dict[Purse, int] | None = None) -> list[Return]:
    found = evidence(engine, frozen_now(engine) if frozen is None else frozen)
    return settle(found.accounts, found.claims)


def short(rows: list[Return]) -> list[tuple[Any, ...]]:
    """Account, report, method, tests, amount, notice."""
    return [(one.account, one.row, one.method, one.tests, one.amount, one.notice) for one in rows]


# -- worked by hand ----------------------------------------------------------------------------------------------------


def test_one_victims_money_goes_back_directly() -> None:
    # A had 200.00 of its own. V pays 1,000.00; A sends 700.00 on: its own 200.00 first, then 500.00 of V's.
    # 500.00 of V's are left, and frozen; V paid 1,000.00, so 500.00 go back and nothing stays frozen.
    legs = [leg(1, A, 0, 100_000, 120_000, V), leg(2, A, 5, -70_000, 50_000, B)]
    rows = computed(world(legs, [report(1)], paid(1, A, 100_000, 0)))
    assert short(rows) == [(A, 1, "single", "", 50_000, False)]
    assert left(rows) == {(A, "CNY"): 0}


def test_time_stamps_tell_two_victims_apart() -> None:
    # V 400.00 at minute 0, W 600.00 at minute 1, A sends 500.00 at minute 2: V's 400.00 and 100.00 of W's.
    # In A 500.00 of W's are left. B got 400.00 of V's and 100.00 of W's and has them still.
    legs = [
        leg(1, A, 0, 40_000, 40_000, V),
        leg(2, A, 1, 60_000, 100_000, W),
        leg(3, A, 2, -50_000, 50_000, B),
        leg(4, B, 2, 50_000, 50_000, A),
    ]
    rows = computed(world(legs, [report(1), report(2)], paid(1, A, 40_000, 0) + paid(2, A, 60_000, 1)))
    assert short(rows) == [
        (A, 1, "direct", "", 0, False),
        (B, 1, "direct", "", 40_000, False),  # tier 2: V's money that came through A
        (A, 2, "direct", "", 50_000, False),
        (B, 2, "direct", "", 10_000, False),
    ]
    assert sum(one.amount for one in rows) == 100_000


def test_one_time_stamp_for_both_and_no_balances_is_in_proportion() -> None:
    # V 400.00 and W 600.00 in the same second, no balances, then 500.00 go out: whose are left depends on the order.
    # 500.00 are frozen: 500 * 400/1000 = 200.00 and 500 * 600/1000 = 300.00, after notice.
    legs = [leg(1, A, 0, 40_000, None, V), leg(2, A, 0, 60_000, None, W), leg(3, A, 2, -50_000, None, "")]
    rows = computed(world(legs, [report(1), report(2)], paid(1, A, 40_000, 0) + paid(2, A, 60_000, 0)))
    assert short(rows) == [
        (A, 1, "pro_rata", "equal_times", 20_000, True),
        (A, 2, "pro_rata", "equal_times", 30_000, True),
    ]


def test_balances_put_rows_of_one_second_in_order() -> None:
    # The same, but the balances say that W came first (600.00, then 1,000.00): of the 500.00 sent all are W's.
    # W's 100.00 and V's 400.00 are left: returned directly, no notice.
    legs = [leg(1, A, 0, 60_000, 60_000, W), leg(2, A, 0, 40_000, 100_000, V), leg(3, A, 2, -50_000, 50_000, "")]
    rows = computed(world(legs, [report(1), report(2)], paid(1, A, 40_000, 0) + paid(2, A, 60_000, 0)))
    assert short(rows) == [(A, 1, "direct", "", 40_000, False), (A, 2, "direct", "", 10_000, False)]


def test_one_second_does_not_matter_where_nothing_left() -> None:
    # Both in one second, no balances, but nothing went out: 400.00 and 600.00 are left whatever the order.
    legs = [leg(1, A, 0, 40_000, None, V), leg(2, A, 0, 60_000, None, W)]
    rows = computed(world(legs, [report(1), report(2)], paid(1, A, 40_000, 0) + paid(2, A, 60_000, 0)))
    assert [(one.method, one.amount) for one in rows] == [("direct", 40_000), ("direct", 60_000)]


def test_doubt_in_the_first_account_reaches_the_second() -> None:
    # V 400.00 and W 600.00 in one second into A, which sends 500.00 to B: whose they are nobody can tell, in A or in B.
    # A: 500.00 frozen, 4 : 6 -> 200.00 and 300.00. B: losses 4 : 6 -> 200.00 and 300.00, which is what both still lack.
    legs = [
        leg(1, A, 0, 40_000, None, V),
        leg(2, A, 0, 60_000, None, W),
        leg(3, A, 2, -50_000, None, B),
        leg(4, B, 2, 50_000, 50_000, A),
    ]
    rows = computed(world(legs, [report(1), report(2)], paid(1, A, 40_000, 0) + paid(2, A, 60_000, 0)))
    assert [(one.account, one.row, one.amount) for one in rows] == [
        (A, 1, 20_000),
        (B, 1, 20_000),
        (A, 2, 30_000),
        (B, 2, 30_000),
    ]
    assert {one.tests for one in rows} == {"equal_times"}


def test_missing_rows_while_the_money_was_there_are_in_proportion() -> None:
    # 250.00 are missing between minute 1 (1,000.00) and minute 9 (750.00 before 100.00 go out).
    # 650.00 are frozen: 650 * 4/10 = 260.00, 650 * 6/10 = 390.00.
    legs = [leg(1, A, 0, 40_000, 40_000, V), leg(2, A, 1, 60_000, 100_000, W), leg(3, A, 9, -10_000, 65_000, "")]
    engine = world(legs, [report(1), report(2)], paid(1, A, 40_000, 0) + paid(2, A, 60_000, 1))
    rows = computed(engine, {(A, "CNY"): 65_000})
    assert short(rows) == [
        (A, 1, "pro_rata", "statement_gap", 26_000, True),
        (A, 2, "pro_rata", "statement_gap", 39_000, True),
    ]


def test_a_gap_before_the_money_came_does_not_matter() -> None:
    # Rows are missing before V's money came: the balance 500.00 before it leaves first, whatever made it up.
    legs = [leg(1, A, 0, 10_000, 10_000, ""), leg(2, A, 5, 40_000, 90_000, V), leg(3, A, 9, -60_000, 30_000, "")]
    rows = computed(world(legs, [report(1)], paid(1, A, 40_000, 5)))
    assert short(rows) == [(A, 1, "single", "", 30_000, False)]


def doubtful(amount: int) -> Frozen:
    return Frozen(A, "CNY", amount, ("equal_times",))


def test_cents_go_by_largest_remainder_and_ties_to_the_earlier_report() -> None:
    # 100.00 for three losses of 333.33 each: 33.33 1/3 each; one cent is left and goes to the earliest report.
    claims = [Claim("1-1", 1, row, 1, 33_333) for row in (3, 1, 2)]
    rows = returns(doubtful(10_000), [Credit(one.key, 33_333, 0) for one in claims], claims)
    assert [(one.row, one.amount) for one in rows] == [(1, 3_334), (2, 3_333), (3, 3_333)]
    # 10.00 for losses of 1.00, 2.00, 4.00 with the weight 7: quotas 142 6/7, 285 5/7, 571 3/7 but nobody above his loss: all whole.
    assert shared(1_000, [100, 200, 400], [100, 200, 400]) == [100, 200, 400]
    # 5.00 for them: 71 3/7, 142 6/7, 285 5/7 -> floors 71, 142, 285 leave 2 cents, for 6/7 and 5/7.
    assert shared(500, [100, 200, 400], [100, 200, 400]) == [71, 143, 286]


def test_nobody_gets_more_than_he_paid_and_what_that_frees_goes_to_the_others() -> None:
    # 900.00 frozen. Losses 100.00, 300.00, 600.00; the first had 95.00 back already: 900 * 1/10 = 90.00 is above the 5.00 he lacks.
    # 895.00 stay for 3 : 6: 298.33 1/3 and 596.66 2/3 -> 298.33 and 596.67.
    claims = [Claim("1-1", 1, 1, 1, 10_000, 9_500), Claim("1-1", 1, 2, 1, 30_000), Claim("1-1", 1, 3, 1, 60_000)]
    rows = returns(doubtful(90_000), [Credit(one.key, one.paid, 0) for one in claims], claims)
    assert [one.amount for one in rows] == [500, 29_833, 59_667]


def test_what_is_frozen_beyond_all_losses_stays_frozen() -> None:
    # 2,000.00 frozen, losses of 400.00 and 600.00: both get all of it back, 1,000.00 stay frozen.
    claims = [Claim("1-1", 1, 1, 1, 40_000), Claim("1-2", 1, 2, 1, 60_000)]
    rows = returns(doubtful(200_000), [Credit(one.key, one.paid, 0) for one in claims], claims)
    assert [one.amount for one in rows] == [40_000, 60_000]
    assert left(rows) == {(A, "CNY"): 100_000}


def test_less_frozen_than_traced_of_several_victims_is_in_proportion() -> None:
    # Traced 300.00 of V's (who paid 1,000.00) and 600.00 of W's (600.00), 450.00 frozen: whose cents were held in time nobody can
    # tell. 450 * 1000/1600 = 281.25 and 450 * 600/1600 = 168.75; neither is above what was traced.
    claims = [Claim("1-1", 1, 1, 1, 100_000), Claim("1-2", 1, 2, 1, 60_000)]
    credits = [Credit((1, 1, 1), 100_000, 30_000), Credit((1, 2, 1), 60_000, 60_000)]
    rows = returns(Frozen(A, "CNY", 45_000), credits, claims)
    assert [(one.method, one.tests, one.amount) for one in rows] == [
        ("pro_rata", "frozen_short", 28_125),
        ("pro_rata", "frozen_short", 16_875),
    ]


def test_less_frozen_than_traced_of_one_victim_goes_to_him() -> None:
    claims = [Claim("1-1", 1, 1, 1, 50_000), Claim("1-1", 1, 1, 2, 50_000)]
    rows = returns(Frozen(A, "CNY", 70_000), [Credit(one.key, 50_000, 50_000) for one in claims], claims)
    assert [(one.method, one.amount) for one in rows] == [("single", 50_000), ("single", 20_000)]


def test_what_was_returned_from_this_account_is_no_longer_in_it() -> None:
    # V's 300.00 and W's 500.00 were traced and frozen; V's 300.00 went back, so 500.00 are frozen now. V paid 1,000.00 and lacks
    # 700.00, but nothing of his is left here: W's 500.00 go to W, directly.
    claims = [Claim("1-1", 1, 1, 1, 100_000, 30_000, 30_000), Claim("1-2", 1, 2, 1, 50_000)]
    credits = [Credit((1, 1, 1), 100_000, 30_000), Credit((1, 2, 1), 50_000, 50_000)]
    rows = returns(Frozen(A, "CNY", 50_000), credits, claims)
    assert [(one.method, one.amount) for one in rows] == [("direct", 0), ("direct", 50_000)]


def test_an_objection_that_was_upheld_leaves_a_claim_out_or_brings_it_in() -> None:
    # 300.00 frozen, V lost 400.00 and W 600.00 in one second: 120.00 and 180.00.
    claims = [Claim("1-1", 1, 1, 1, 40_000), Claim("1-2", 1, 2, 1, 60_000), Claim("1-3", 1, 3, 1, 100_000, shown=False)]
    credits = [Credit(one.key, one.paid, 0) for one in claims]
    rows = returns(doubtful(30_000), credits, claims)
    assert [(one.method, one.amount) for one in rows] == [("pro_rata", 12_000), ("pro_rata", 18_000), ("not_shown", 0)]
    # W's claim is left out: V gets 300.00. The other way, the third shows a receipt for 1,000.00: 4 : 6 : 10 -> 60, 90, 150.
    without = [claims[0], claims[1]._replace(decided=0), claims[2]]
    assert [one.amount for one in returns(doubtful(30_000), credits, without)] == [30_000, 0, 0]
    brought = [*claims[:2], claims[2]._replace(decided=100_000)]
    rows = returns(doubtful(30_000), credits, brought)
    assert [one.amount for one in rows] == [6_000, 9_000, 15_000]
    assert rows[0].tests == "by_decision,equal_times"


def test_a_claim_by_decision_makes_a_direct_return_one_in_proportion() -> None:
    claims = [Claim("1-1", 1, 1, 1, 40_000), Claim("1-2", 1, 2, 1, 40_000, shown=False, decided=40_000)]
    rows = returns(Frozen(A, "CNY", 40_000), [Credit((1, 1, 1), 40_000, 40_000)], claims)
    assert [(one.method, one.tests, one.amount, one.notice) for one in rows] == [
        ("pro_rata", "by_decision", 20_000, True)
    ] * 2


def test_payments_that_no_statement_shows_are_listed_and_get_nothing() -> None:
    legs = [leg(1, A, 0, 40_000, 40_000, V), leg(2, A, 300, 100, 40_100, "")]
    mentions = paid(1, A, 40_000, 0) + paid(2, A, 70_000, 60) + paid(3, A, 5_000, 5000)
    rows = computed(world(legs, [report(1), report(2), report(3)], mentions))
    assert short(rows) == [
        (A, 1, "single", "", 40_000, False),
        (A, 2, "not_shown", "", 0, False),  # the statement covers the moment and does not show it
        (A, 3, "not_shown", "", 0, False),  # after the statement's end
    ]


def test_without_a_statement_of_the_account_nothing_goes_back_yet() -> None:
    legs = [leg(1, V, 0, -40_000, 60_000, A)]  # only V's own statement shows the payment
    rows = computed(world(legs, [report(1)], paid(1, A, 40_000, 0)), {(A, "CNY"): 40_000})
    assert short(rows) == [(A, 1, "waiting", "", 0, False)]
    assert left(rows) == {(A, "CNY"): 40_000}


def test_two_frozen_accounts_never_give_back_more_than_was_paid() -> None:
    # In doubt, V (1,000.00) and W (1,000.00) both came through A and B in full. A has 1,500.00, B 1,000.00.
    # A: 750.00 each. B: each lacks 250.00, so 500.00 go back and 500.00 stay.
    claims = [Claim("1-1", 1, 1, 1, 100_000), Claim("1-2", 1, 2, 1, 100_000)]
    credits = [Credit(one.key, 100_000, 0) for one in claims]
    accounts = [(Frozen(B, "CNY", 100_000, ("equal_times",)), credits), (doubtful(150_000), credits)]
    rows = settle(accounts, {(A, "CNY"): claims, (B, "CNY"): claims})
    assert [(one.account, one.elsewhere, one.amount) for one in rows] == [
        (A, 0, 75_000),
        (B, 75_000, 25_000),
        (A, 0, 75_000),
        (B, 75_000, 25_000),
    ]
    assert left(rows) == {(A, "CNY"): 0, (B, "CNY"): 50_000}


def test_the_table_holds_every_row() -> None:
    legs = [leg(1, A, 0, 40_000, 40_000, V)]
    engine = world(legs, [report(1)], paid(1, A, 40_000, 0))
    rows = computed(engine)
    assert write_returns(engine, rows) == ("returns",)
    assert [Return(*row) for row in engine.rows('SELECT * FROM "returns"')] == rows


# -- what holds of every distribution ----------------------------------------------------------------------------------

minor = st.integers(0, 500)
claims_drawn = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 400), minor, minor, minor, st.booleans(), st.none() | minor), max_size=7
)


def drawn(raw: list[tuple[Any, ...]]) -> tuple[list[Claim], list[Credit]]:
    claims, credits = [], []
    for n, (row, lost, back, came, held, is_shown, decided) in enumerate(raw, 1):
        claims.append(Claim(f"1-{row}", 1, row, n, lost, min(back, lost), min(back, lost) // 2, is_shown, decided))
        credits.append(Credit((1, row, n), min(came, lost), min(held, came, lost)))
    return claims, credits


@settings(max_examples=150, deadline=None)
@given(claims_drawn, st.integers(0, 1500), st.sampled_from([(), ("equal_times",)]), st.randoms(use_true_random=False))
def test_sums_bounds_and_order(raw: list[tuple[Any, ...]], amount: int, tests: tuple[str, ...], chance: Any) -> None:
    claims, credits = drawn(raw)
    frozen = Frozen(A, "CNY", amount, tests)
    rows = returns(frozen, credits, claims)
    assert sum(one.amount for one in rows) <= amount
    assert len(rows) == len(claims)
    by_key = {one.key: one for one in claims}
    for one in rows:
        claim = by_key[one.file, one.row, one.n]
        assert 0 <= one.amount <= max(0, claim.loss - claim.returned)
        assert one.notice == (one.method == "pro_rata")
    chance.shuffle(claims)
    chance.shuffle(credits)
    assert returns(frozen, credits, claims) == rows


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 400), minor), min_size=1, max_size=7), st.integers(0, 1500), st.integers(0, 6))
def test_leaving_a_claim_out_never_takes_from_another(raw: list[tuple[int, int]], total: int, which: int) -> None:
    weights, most = [one for one, _ in raw], [one for _, one in raw]
    whole = shared(total, weights, most)
    assert sum(whole) == min(total, sum(most))
    out = which % len(raw)
    less = shared(total, weights[:out] + weights[out + 1 :], most[:out] + most[out + 1 :])
    # by largest remainder a cent may move; more never
    assert all(after >= before - 1 for before, after in zip(whole[:out] + whole[out + 1 :], less, strict=True))


@settings(max_examples=60, deadline=None)
@given(st.permutations([(0, 500), (1, 300), (2, -200), (3, -150)]), st.booleans())
def test_balances_allow_one_order_or_none_other(moves: list[tuple[int, int]], stated: bool) -> None:
    balance, group = 1_000, []
    for number, change in moves:
        balance += change
        group.append(Entry(0, 1, number, number, change, balance if stated else None))
    others = list(other_orders(group, 1_000))
    assert len(others) == (0 if stated else 23)
    assert group not in others
