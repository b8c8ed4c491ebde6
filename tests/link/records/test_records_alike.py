"""Likeness of written values: known answers, both ways round alike, and the compiled loop beside the plain one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.clean.alike import (
    TOKENS_MAX,
    _share,
    dates_column,
    digits_column,
    edits_column,
    folded,
    likeness_column,
    shared_bits,
    tokens,
)

WORDS = st.lists(
    st.sampled_from(["ann", "anna", "annb", "main", "mian", "street", "stret", "9", "9e15", "é", "张"]), max_size=8
)
TEXTS = st.lists(WORDS.map(" ".join), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  O'Brien-Søn ", "o brien søn"),
        ("MÜLLER", "muller"),
        ("ﬁx", "fix"),
        ("１２３", "123"),
        ("\x00\u200b", ""),
        ("张　伟", "张 伟"),
        ("İ", "i"),
    ],
)
def test_folding(text: str, plain: str) -> None:
    assert folded(text) == plain


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_known_likenesses() -> None:
    # Winkler 1990: MARTHA and MARHTA .961, DWAYNE and DUANE .84
    assert likeness_column(["martha", "dwayne", "abc"], ["marhta", "duane", "xyz"]).tolist() == [961, 840, 0]


@pytest.mark.parametrize(
    ("a", "b", "slips"),
    [
        ("19711206", "19711206", 0),
        ("19711206", "19711207", 1),
        ("19711206", "19710612", 1),  # day and month swapped
        ("19711206", "19711260", 1),  # neighbours swapped
        ("19711206", "19711230", 2),  # another day
        ("19711206", "19841206", 2),  # another year
        ("19711206", "19840319", 3),
        ("1971", "19711206", 3),
        ("", "", 0),
    ],
)
def test_dates(a: str, b: str, slips: int) -> None:
    assert dates_column([a], [b]).tolist() == dates_column([b], [a]).tolist() == [slips]


@pytest.mark.parametrize(
    ("a", "b", "slips"),
    [
        ("13812345678", "13812345678", 0),
        ("8613812345678", "13812345678", 1),
        ("13812345678", "13812345687", 1),
        ("13812345678", "13812345699", 2),
        ("5678", "13812345678", 3),  # four digits are too few to say anything
        ("13812345678", "15998765432", 3),
    ],
)
def test_digits(a: str, b: str, slips: int) -> None:
    assert digits_column([a], [b]).tolist() == digits_column([b], [a]).tolist() == [slips]


def test_no_rows() -> None:
    for column in (likeness_column, edits_column, dates_column, digits_column):
        assert column([], []).size == 0  # type: ignore[operator]
    nothing = np.zeros(0, dtype=np.int64)
    assert [part.size for part in shared_bits(tokens([], nothing), nothing, nothing)] == [0, 0]


def test_what_is_cut_off_or_left_out_is_no_clash_and_what_differs_is() -> None:
    texts = ["ann lee rent", "ann lee re", "ann lee", "ann fox rent", "main stret 12"]
    cut = tokens(texts, np.ones(len(texts), dtype=np.int64))
    shared, clash = shared_bits(cut, np.array([0, 0, 0]), np.array([1, 2, 3]))
    assert clash[0] == clash[1] == 0 < clash[2]
    assert shared[0] > shared[1] > 0
    assert shared_bits(
        tokens(["main stret 12", "main street 12"], np.ones(2, dtype=np.int64)), np.array([0]), np.array([1])
    )[1].tolist() == [0]
    assert shared_bits(tokens(["no 12", "no 13"], np.ones(2, dtype=np.int64)), np.array([0]), np.array([1]))[
        1
    ].tolist() == [1000]


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.data())
def test_shared_bits(texts: list[str], data: st.DataObject) -> None:
    cut = tokens(texts, np.ones(len(texts), dtype=np.int64))
    pick = st.lists(st.integers(0, len(texts) - 1), min_size=1, max_size=6)
    left = np.array(data.draw(pick))
    right = np.array(data.draw(pick))[: left.size]
    left = left[: right.size]
    shared, clash = shared_bits(cut, left, right)
    plain = np.zeros_like(shared), np.zeros_like(clash)
    _share((cut.first, cut.token, cut.bits, cut.start, cut.letters), left, right, *plain)
    assert (plain[0] == shared).all() and (plain[1] == clash).all()
    own, rest = shared_bits(cut, left, left)
    assert not rest.any(), "a text contradicts itself"
    assert (shared <= own).all(), "another text shares more with this one than itself"


def test_endless_texts_are_cut() -> None:
    many = " ".join(f"w{n}" for n in range(10_000))
    cut = tokens([many, many + " x"], np.ones(2, dtype=np.int64))
    assert (np.diff(cut.first) == TOKENS_MAX).all()
    shared, clash = shared_bits(cut, np.array([0]), np.array([1]))
    assert shared.tolist() == clash.tolist() == [0], "words that every text holds tell nothing"
