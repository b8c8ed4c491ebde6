"""Where disputed money meets, comes back, is peeled off."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.store.engine import Engine
from fanzha.trace.shapes import Flow, convergences, peel_chains, round_trips, shapes


def flow(number: int, payer: str, payee: str, at: int, amount: int, *, tier: int = 2, exit: str = "") -> Flow:
    return Flow(number, payer, payee, at, amount, "CNY", exit, tier)


def test_money_of_two_payers_meets_beyond_the_first_tier_only() -> None:
    flows = [
        flow(1, "v1", "a", 1, 100, tier=1),
        flow(2, "v2", "a", 2, 100, tier=1),
        flow(3, "a", "c", 3, 60),
        flow(4, "b", "c", 4, 50),
        flow(5, "b", "c", 5, 50),
    ]
    assert convergences(flows) == [("convergence", "c", 3, 160, "CNY", 2, "3,4,5")]


def test_a_round_trip_respects_time_and_names_its_least_amount() -> None:
    there_and_back = [flow(1, "a", "b", 1, 100), flow(2, "b", "c", 2, 90), flow(3, "c", "a", 3, 70)]
    assert round_trips(there_and_back) == [("round_trip", "a", 1, 70, "CNY", 3, "1,2,3")]
    too_early = [flow(1, "a", "b", 3, 100), flow(2, "b", "a", 2, 90)]
    assert [one[1] for one in round_trips(too_early)] == ["b"], "b sent first and got back later; a never did"


def test_a_peel_chain_takes_each_transfer_once() -> None:
    chain = [flow(n, f"a{n}", f"a{n + 1}", n, 1000 - 50 * n) for n in range(1, 6)]
    assert peel_chains(chain) == [("peel_chain", "a1", 1, 950, "CNY", 5, "1,2,3,4,5")]
    assert peel_chains(chain[:2]) == []
    assert peel_chains([flow(n, f"a{n}", f"a{n + 1}", n, 1000) for n in range(1, 6)]) == [], "nothing was peeled off"
    halves = [flow(n, f"a{n}", f"a{n + 1}", n, 1000 >> n) for n in range(1, 6)]
    assert peel_chains(halves) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"), st.integers(0, 20), st.integers(1, 100)),
        max_size=14,
    )
)
def test_forms_hold_in_any_world(made: list[tuple[str, str, int, int]]) -> None:
    flows = sorted(
        (flow(n, *one) for n, one in enumerate(made, 1) if one[0] != one[1]), key=lambda f: (f.at_ms, f.transfer)
    )
    by_number = {one.transfer: one for one in flows}
    for _, account, at, amount, _, count, numbers in (*round_trips(flows), *peel_chains(flows)):
        way = [by_number[int(n)] for n in numbers.split(",")]
        assert len(way) == count
        assert way[0].payer == account
        assert way[0].at_ms == at
        assert amount <= way[0].amount
        for one, nxt in pairwise(way):
            assert one.payee == nxt.payer
            assert (one.at_ms, one.transfer) < (nxt.at_ms, nxt.transfer)
    for _, account, _, _, _, _, numbers in round_trips(flows):
        assert by_number[int(numbers.split(",")[-1])].payee == account


def test_the_table_lists_merchants_and_goods() -> None:
    engine = Engine()
    flows = [
        ("c", 1, "v", "m", 1, 10, 500, 500, "CNY", ""),
        ("c", 2, "m", "shop", 2, 20, 300, 300, "CNY", ""),
        ("c", 3, "m", "", 2, 30, 100, 100, "CNY", "goods"),
    ]
    engine.replace_rows("flows", flows)
    engine.replace_rows("disputed", [("c", "shop", "", "", 2, 20, 300, 0, 0, 300, 0, "CNY", True, 99, "shop")])
    assert shapes(engine) == ("shapes",)
    assert engine.rows('SELECT * FROM "shapes" ORDER BY 3') == [
        ("c", "merchant", "m", 30, 100, "CNY", 1, "3"),
        ("c", "merchant", "shop", 20, 300, "CNY", 1, "2"),
    ]
    engine.close()
