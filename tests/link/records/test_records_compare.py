"""Fields, levels and candidates: missing is neutral, chance is counted as levels are, work stays linear."""

import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from records_worlds import PEOPLE, people

from fanzha.link.records.block import (
    Key,
    beginning,
    candidates,
    default_keys,
    number_key,
    sound,
    values_key,
    words_key,
)
from fanzha.link.records.compare import band_chance, levels, value_chance
from fanzha.link.records.fields import Field, Measured, table

NUMBERS = st.lists(st.none() | st.integers(-2000, 2000) | st.integers(-(2**52), 2**52), min_size=2, max_size=25)


def level(field: Field, a: object, b: object) -> str:
    t = table({field.name: [a, b]}, [field])
    return (*field.levels, "missing")[int(levels(t, 0, np.array([0]), np.array([1]))[0])]


@pytest.mark.parametrize(
    ("kind", "a", "b", "expected"),
    [
        ("exact", "NSW", " nsw", "exact"),
        ("exact", "nsw", "vic", "else"),
        ("name", "Müller", "MULLER", "exact"),
        ("name", "catherine", "catherina", "near"),
        ("name", "bob", "b", "far"),
        ("name", "anna", "peter", "else"),
        ("whole_name", "Robert Smith", "Smith, Robert", "near"),
        ("whole_name", "张伟", "Zhang Wei", "near"),
        ("whole_name", "Anna Smith", "Robert Jones", "else"),
        ("date", "1971-12-06", "19711206", "exact"),
        ("date", "1971-12-06", "1971-06-12", "near"),
        ("digits", "702-919-1300", "7029191300", "exact"),
        ("digits", "+86 13812345678", "13812345678", "near"),
        ("text", "ann lee", "Ann  Lee", "exact"),
        ("amount", 1000, 1000, "exact"),
        ("amount", 1000, 990, "within 10 per mille"),
        ("amount", 1000, 989, "within 30 per mille"),
        ("amount", -1000, 1000, "else"),
        ("amount", 0, 0, "exact"),
        ("moment", 5, 5, "from 0"),
        ("moment", 5, 4, "below 0"),
        ("moment", 5, 100, "from 30"),
        ("exact", "", "nsw", "missing"),
        ("name", None, "x", "missing"),
        ("digits", "---", "1", "missing"),
        ("amount", None, 0, "missing"),
    ],
)
def test_levels(kind: str, a: object, b: object, expected: str) -> None:
    assert level(Field("f", kind), a, b) == expected  # type: ignore[arg-type]


def test_swapped_given_name_and_surname() -> None:
    t = table({"given": ["anna", "walter", None], "surname": ["walter", "anna", "anna"]}, PEOPLE[:2])
    found = [
        [(*f.levels, "missing")[int(levels(t, p, np.array([0]), np.array([right]))[0])] for p, f in enumerate(t.fields)]
        for right in (1, 2)
    ]
    assert found == [["crossed", "crossed"], ["missing", "else"]]


def test_a_house_number_of_its_own_compares_with_an_address_written_whole() -> None:
    records = {"number": ["12", None], "street": ["Main Street", "12 main street"]}
    t = table(records, [Field("address", "text", columns=("number", "street"))])
    assert levels(t, 0, np.array([0]), np.array([1])).tolist() == [0]


def test_arrow_numpy_and_plain_columns_read_alike() -> None:
    day = [datetime.date(2022, 1, 1), None, datetime.date(2022, 1, 3)]
    for column in (day, pa.array(day), pa.chunked_array([day[:1], day[1:]])):
        measured = table({"day": column}, [Field("day", "moment")]).columns[0]
        assert isinstance(measured, Measured)
        assert measured.known.tolist() == [True, False, True]
        assert int(measured.values[2] - measured.values[0]) == 2
    assert table({"n": np.array([1, 2])}, [Field("n", "amount")]).size == 2


@pytest.mark.parametrize("value", [1.5, "12", True, 2**60, datetime.datetime(2022, 1, 1)])
def test_a_number_that_is_not_whole_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="row 1"):
        table({"amount": [1, value]}, [Field("amount", "amount")])


@pytest.mark.parametrize(
    ("kind", "cuts"),
    [("name", (800, 920)), ("amount", (10, 10)), ("amount", (1000,)), ("exact", (1,)), ("moment", (3, 1))],
)
def test_cuts_that_do_not_fit_are_refused(kind: str, cuts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="cuts"):
        Field("f", kind, cuts=cuts)  # type: ignore[arg-type]


def test_fields_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="crossed"):
        table({"a": ["x"]}, [Field("a", "name", crossed="b")])
    with pytest.raises(ValueError, match="one length"):
        table({"a": ["x"], "b": []}, [Field("a", "name"), Field("b", "name")])
    with pytest.raises(KeyError):
        table({"a": ["x"]}, [Field("b", "name")])
    with pytest.raises(ValueError, match="left set"):
        table({"a": ["x"]}, [Field("a", "name")], left=2)
    with pytest.raises(ValueError, match="one column"):
        Field("a", "amount", columns=("b", "c"))
    with pytest.raises(ValueError, match="holds text"):
        number_key(table({"a": ["x"]}, [Field("a", "name")]), "a")


@settings(max_examples=80, deadline=None)
@given(NUMBERS, st.sampled_from(["amount", "moment"]), st.booleans(), st.data())
def test_chance_of_a_band_is_what_comparing_with_every_record_gives(
    numbers: list[int | None], kind: str, sided: bool, data: st.DataObject
) -> None:
    left = data.draw(st.integers(1, len(numbers) - 1)) if sided else None
    t = table({"n": numbers}, [Field("n", kind)], left=left)  # type: ignore[arg-type]
    chance = band_chance(t, 0)
    facing = [row for row in range(left or 0, len(numbers)) if numbers[row] is not None]
    for row in (row for row, value in enumerate(numbers) if value is not None):
        counts = np.bincount(
            levels(t, 0, np.full(len(facing), row), np.array(facing, dtype=np.int64)), minlength=len(t.fields[0].levels)
        )
        share = np.maximum(2 * counts - 1, 1) / max(2 * len(facing), 1)
        assert chance[row].tolist() == np.rint(1000 * np.log2(np.clip(share, 2.0**-60, 1))).tolist()


def test_a_value_of_one_group_stays_rare_however_often_it_is_written() -> None:
    t = table({"n": ["a"] * 6 + ["b", "b"]}, [Field("n", "exact")])
    column = t.written("n")
    assert value_chance(column, None).tolist() == [round(1000 * np.log2(11 / 16)), round(1000 * np.log2(3 / 16))]
    one_person = np.array([0, 0, 0, 0, 0, 0, 6, 7])
    assert value_chance(column, one_person).tolist() == [round(1000 * np.log2(1 / 6)), round(1000 * np.log2(3 / 6))]


def test_a_popular_value_gives_few_pairs() -> None:
    t = table({"n": ["same"] * 3000}, [Field("n", "exact")])
    left, _ = candidates(t, [values_key(t, ["n"], reach=7)])
    assert 0 < left.size <= 3000 * 7


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["ann", "anna", "bob", None, ""]), min_size=1, max_size=20), st.integers(0, 20))
def test_candidates_are_all_pairs_of_a_small_block_each_once(names: list[str | None], cut: int) -> None:
    for left in (None, min(cut, len(names))):
        t = table({"n": names}, [Field("n", "name")], left=left)
        key = values_key(t, ["n"])
        a, b = candidates(t, [key, key])
        expected = [
            (i, j)
            for i in range(len(names))
            for j in range(i + 1, len(names))
            if names[i] and names[i] == names[j] and (left is None or i < left <= j)
        ]
        assert list(zip(a.tolist(), b.tolist(), strict=True)) == expected


def test_keys() -> None:
    t = table(
        {
            "n": ["smith", "smyth", "sm", "jones"],
            "t": ["12 main road", "main st", "road", None],
            "v": [100, 102, 300, None],
        },
        [Field("n", "name"), Field("t", "text"), Field("v", "amount")],
    )

    def pairs(key: Key) -> list[tuple[int, int]]:
        return list(zip(*(part.tolist() for part in candidates(t, [key])), strict=True))

    assert pairs(values_key(t, ["n"], sound)) == [(0, 1)]
    assert pairs(values_key(t, ["n"], beginning(2))) == [(0, 1), (0, 2), (1, 2)]
    assert pairs(values_key(t, ["n"], beginning(3))) == []
    assert pairs(words_key(t, "t")) == [(0, 1), (0, 2)]
    assert pairs(number_key(t, "v", gap=5)) == [(0, 1)]
    assert pairs(number_key(t, "v", reach=1)) == [(0, 1), (1, 2)]
    assert pairs(number_key(t, "v", per_mille=True, gap=20)) == [(0, 1)]
    assert pairs(number_key(t, "v", ["n"])) == []


@pytest.mark.parametrize(
    ("name", "code"), [("robert", "r163"), ("rupert", "r163"), ("ashcraft", "a261"), ("", ""), ("张伟", "张伟")]
)
def test_sound(name: str, code: str) -> None:
    assert sound(name) == code


def test_default_keys_bring_most_true_pairs_together() -> None:
    columns, truth = people(3, 400)
    t = table(columns, PEOPLE)
    left, right = candidates(t, default_keys(t))
    of = np.array(truth)
    met = int((of[left] == of[right]).sum())
    everything = sum(int((of[row + 1 :] == person).sum()) for row, person in enumerate(truth))
    assert met >= 0.99 * everything
    assert left.size <= t.size * 60 * len(default_keys(t))


def test_an_empty_table() -> None:
    t = table({f.name: [] for f in PEOPLE}, PEOPLE)
    assert [part.size for part in candidates(t, default_keys(t))] == [0, 0]
    assert t.pairs == 0
