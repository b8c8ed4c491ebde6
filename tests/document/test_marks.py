"""Marks that overlap: nothing is marked twice, the phrase that says most stands."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fanzha.document.marks import LOOKED_AT, apart

PLACES = st.tuples(st.integers(0, 60), st.integers(1, 20), st.sampled_from("abc")).map(
    lambda p: (p[0], p[0] + p[1], p[2])
)


def test_the_longer_of_two_stands_and_a_phrase_with_a_gap_gives_way() -> None:
    assert apart([(0, 7, "authority"), (0, 11, "fee")]) == [(0, 11, "fee")]
    spanning = [(0, 40, "hurry"), (5, 9, "safe"), (12, 16, "secret")]
    assert apart(spanning) == [(5, 9, "safe"), (12, 16, "secret")]


def test_neighbours_of_one_trick_that_overlap_are_one() -> None:
    assert apart([(0, 10, "safe"), (6, 14, "safe")]) == [(0, 14, "safe")]
    assert apart([(0, 10, "safe"), (6, 20, "safe"), (16, 18, "hurry")]) == [(0, 20, "safe")]


@given(st.lists(PLACES, max_size=40))
def test_places_are_apart_in_order_and_of_what_was_given(marks: list[tuple[int, int, str]]) -> None:
    found = apart(marks)
    assert all(a[1] <= b[0] for a, b in pairwise(found))
    assert bool(found) == bool(marks) and apart(reversed(marks)) == found
    edges = {(code, edge) for start, end, code in marks for edge in (start, end)}
    assert all((code, edge) in edges for start, end, code in found for edge in (start, end))


def test_of_very_many_the_first_are_looked_at() -> None:
    assert len(apart((at, at + 1, "a") for at in range(0, 4 * LOOKED_AT, 2))) == LOOKED_AT
