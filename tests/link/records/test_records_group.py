"""Groups and partners from weighed pairs: chains, ties, rivals."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fanzha.link.components import components
from fanzha.link.records import group
from fanzha.link.records.group import groups, one_to_one, partners

Int = NDArray[np.int64]
SIZE = 9
EDGES = st.dictionaries(
    st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)).filter(lambda e: e[0] < e[1]),
    st.integers(-9000, 9000),
    max_size=20,
)


def arrays(edges: dict[tuple[int, int], int]) -> tuple[Int, Int, Int]:
    rows = [(a, b, w) for (a, b), w in sorted(edges.items())]
    left, right, weight = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return left, right, weight


def told(edges: dict[tuple[int, int], int], other: int) -> Callable[[Int, Int], Int]:
    return lambda left, right: np.array(
        [edges.get((a, b), other) for a, b in zip(left.tolist(), right.tolist(), strict=True)], dtype=np.int64
    )


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        (-20_000, [0, 0, 2]),  # the ends contradict each other: the weaker link is not followed
        (-3000, [0, 0, 0]),  # they differ a little, and the link in the middle says more
        (0, [0, 0, 0]),  # they have nothing in common, which is no contradiction
    ],
)
def test_a_chain_joins_its_ends_unless_they_contradict_each_other(ends: int, expected: list[int]) -> None:
    edges = {(0, 1): 9000, (1, 2): 4000}
    assert groups(3, *arrays(edges), told(edges | {(0, 2): ends}, 0)).tolist() == expected


def test_two_clear_groups_are_not_bridged_by_one_weak_link() -> None:
    edges = {(a, b): 12_000 for half in (range(4), range(4, 8)) for a in half for b in half if a < b} | {(3, 4): 500}
    assert groups(8, *arrays(edges), told(edges, -2000)).tolist() == [0] * 4 + [4] * 4


def test_a_pair_by_itself_needs_no_further_evidence() -> None:
    assert groups(3, *arrays({(0, 2): 0, (0, 1): -1}), told({}, -99)).tolist() == [0, 1, 0]


@settings(max_examples=100, deadline=None)
@given(EDGES, EDGES)
def test_groups(edges: dict[tuple[int, int], int], others: dict[tuple[int, int], int]) -> None:
    left, right, weight = arrays(edges)
    found = groups(SIZE, left, right, weight, told(others | edges, 0))
    whole = components(SIZE, left[weight >= 0], right[weight >= 0])
    assert (found[found] == found).all() and (found <= np.arange(SIZE)).all()
    assert all(len(set(whole[found == head].tolist())) == 1 for head in set(found.tolist())), "joined without a link"
    agreeing = groups(SIZE, left, right, weight, lambda a, b: np.ones(a.size, dtype=np.int64))
    assert agreeing.tolist() == whole.tolist(), "nothing speaks against it, and yet not joined"
    mixed = np.random.default_rng(5).permutation(left.size)
    assert groups(SIZE, left[mixed], right[mixed], weight[mixed], told(others | edges, 0)).tolist() == found.tolist()


def test_a_component_too_large_is_merged_along_its_own_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "MEMBERS_MAX", 3)
    asked: list[int] = []

    def evidence(left: Int, right: Int) -> Int:
        asked.append(left.size)
        return np.ones(left.size, dtype=np.int64)

    edges = {(row, row + 1): 1000 for row in range(50)}
    assert set(groups(51, *arrays(edges), evidence).tolist()) == {0}
    assert asked == [50], "pairs that nobody named were compared"


@given(EDGES, st.integers(-3000, 3000))
def test_one_to_one(edges: dict[tuple[int, int], int], least: int) -> None:
    pairs = {(a, b + SIZE): w for (a, b), w in edges.items()}
    left, right, weight = arrays(pairs)
    chosen = one_to_one(left, right, weight, least)
    ends = [*left[chosen].tolist(), *right[chosen].tolist()]
    assert len(ends) == len(set(ends)), "a record has two partners"
    assert (weight[chosen] >= least).all()
    for place in set(range(left.size)) - set(chosen.tolist()):
        rivals = [c for c in chosen.tolist() if left[c] == left[place] or right[c] == right[place]]
        assert weight[place] < least or max(weight[c] for c in rivals) >= weight[place], (
            "a heavier pair was passed over"
        )


def test_a_tie_is_no_match_and_a_clear_lead_is() -> None:
    left, right = np.array([0, 0, 1, 1]), np.array([2, 3, 2, 3])
    tie = partners(left, right, np.full(4, 20_000), (2, 2), 500)
    assert tie[0].size == 0
    lead = partners(left, right, np.array([20_000, 10_000, 10_000, 20_000]), (2, 2))
    assert lead[0].tolist() == [0, 3]
    assert (lead[1] > 5000).all()


@pytest.mark.parametrize("turned", [False, True])
def test_rivals_at_either_end_count(turned: bool) -> None:
    # each of two records has one candidate only, but it is the same one
    two, one = np.array([0, 1]), np.array([5, 5])
    left, right = (one - 5, two + 5) if turned else (two, one)
    assert partners(left, right, np.full(2, 30_000), (2, 2), 500)[0].size == 0


def test_what_is_left_competes_anew() -> None:
    # record 1 is torn between 3 and 4 until record 0 has taken 3
    left, right, evidence = np.array([0, 1, 1]), np.array([3, 3, 4]), np.array([40_000, 20_000, 20_000])
    assert partners(left, right, evidence, (3, 3))[0].tolist() == [0, 2]


def test_among_many_weak_evidence_is_not_enough() -> None:
    left, right = np.array([0]), np.array([1])
    assert partners(left, right, np.array([3000]), (10**6, 10**6))[0].size == 0
    assert partners(left, right, np.array([60_000]), (10**6, 10**6))[0].size == 1


def test_no_pairs() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert groups(3, nothing, nothing, nothing, told({}, 0)).tolist() == [0, 1, 2]
    assert one_to_one(nothing, nothing, nothing).size == 0
    assert [part.size for part in partners(nothing, nothing, nothing, (0, 5))] == [0, 0]


@settings(deadline=None)
@given(EDGES, st.integers(-5000, 5000))
def test_partners(edges: dict[tuple[int, int], int], least: int) -> None:
    left, right, weight = arrays({(a, b + SIZE): 3 * w for (a, b), w in edges.items()})
    chosen, odds = partners(left, right, weight, (SIZE, SIZE), least)
    ends = [*left[chosen].tolist(), *right[chosen].tolist()]
    assert len(ends) == len(set(ends))
    assert (odds >= least).all()
    mixed = np.random.default_rng(5).permutation(left.size)
    again, _ = partners(left[mixed], right[mixed], weight[mixed], (SIZE, SIZE), least)
    assert sorted(mixed[again].tolist()) == chosen.tolist()
