"""The whole way on small worlds with known truth: weights, reasons, groups, partners, judgements; and Febrl 1 where it is at hand."""

import csv
import gzip
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from records_worlds import PAYMENTS, PEOPLE, f1, payments, people

from fanzha.link.records.block import Key, beginning, default_keys, number_key
from fanzha.link.records.compare import levels, value_chance
from fanzha.link.records.fields import Field, Table, table
from fanzha.link.records.learn import Compared, Judged, Weights, compared, learn, random_pairs, weigh
from fanzha.link.records.match import Matched, explain, match

FEBRL = Path(__file__).parents[4] / "shared/data/matching/febrl1.csv.gz"


@pytest.fixture(scope="module")
def crowd() -> tuple[Matched, list[int]]:
    columns, truth = people(1, 600)
    t = table(columns, PEOPLE)
    return match(t, default_keys(t), 7), truth


def every_pair(t: Table) -> Compared:
    left, right = np.triu_indices(t.size, 1)
    return compared(t, left.astype(np.int64), right.astype(np.int64))


def test_people_are_found_without_labels(crowd: tuple[Matched, list[int]]) -> None:
    found, truth = crowd
    assert f1(found.groups().tolist(), truth) >= 0.98


def test_what_is_learned_is_near_the_truth(crowd: tuple[Matched, list[int]]) -> None:
    found, truth = crowd
    of = np.array(truth)
    t = found.table
    left, right = np.triu_indices(t.size, 1)
    true = of[left] == of[right]
    for place, field in enumerate(t.fields):
        for pairs, learned in ((true, found.weights.m[place]), (~true, found.weights.u[place])):
            level = levels(t, place, left[pairs].astype(np.int64), right[pairs].astype(np.int64))
            share = (
                np.bincount(level, minlength=len(field.levels) + 1)[: len(field.levels)]
                / (level < len(field.levels)).sum()
            )
            assert np.abs(2.0 ** (learned[:-1] / 1000) - share).max() < 0.06, (field.name, share)
    assert abs(found.weights.prior - 1000 * np.log2(true.mean() / (1 - true.mean()))) < 300


def test_reasons_add_up_to_the_weight(crowd: tuple[Matched, list[int]]) -> None:
    found, _ = crowd
    for place in range(0, found.pairs.left.size, max(found.pairs.left.size // 200, 1)):
        reasons = explain(found.table, found.weights, int(found.pairs.left[place]), int(found.pairs.right[place]))
        assert sum(reason.milli_bits for reason in reasons) == found.weight[place]
        assert all(reason.milli_bits == 0 for reason in reasons if reason.level == "missing")
        assert [reason.field for reason in reasons] == [*(field.name for field in found.table.fields), "prior"]


def test_same_seed_same_weights_and_another_seed_the_same_groups(crowd: tuple[Matched, list[int]]) -> None:
    found, _ = crowd
    again = match(found.table, default_keys(found.table), 7)
    assert (again.weight == found.weight).all()
    other = match(found.table, default_keys(found.table), 8)
    assert f1(other.groups().tolist(), found.groups().tolist()) > 0.99


def test_the_order_of_the_records_does_not_matter() -> None:
    columns, _ = people(2, 150)
    fields = [
        Field("given", "name"),
        Field("surname", "name"),
        Field("born", "date"),
        Field("phone", "digits"),
        Field("town", "exact"),
    ]
    size = len(columns["given"])
    mixed = np.random.default_rng(3).permutation(size)
    t, turned = (
        table(columns, fields),
        table({name: [values[row] for row in mixed] for name, values in columns.items()}, fields),
    )
    every = Key(np.arange(size), np.zeros(size, dtype=np.int64), np.arange(size), size)
    one, two = match(t, [every], 1), match(turned, [every], 1)
    assert one.weights.prior == two.weights.prior
    for a, b in zip(one.weights.m + one.weights.u, two.weights.m + two.weights.u, strict=True):
        assert a.tolist() == b.tolist()
    apart = two.groups()
    together = one.groups()
    back = np.argsort(mixed)
    assert f1(apart[back].tolist(), together.tolist()) == 1.0


def test_a_rare_value_weighs_more_than_a_common_one() -> None:
    names = ["smith"] * 40 + [f"rare{chr(97 + n)}" for n in range(20)] * 2
    t = table({"n": names, "k": list(range(80))}, [Field("n", "exact"), Field("k", "amount")])
    weights = learn(t, every_pair(t), 1)
    common, rare = explain(t, weights, 0, 1)[0], explain(t, weights, 40, 60)[0]
    assert common.level == rare.level == "exact"
    assert rare.milli_bits > common.milli_bits + 2000
    flat = table({"n": names, "k": list(range(80))}, [Field("n", "exact", by_value=False), Field("k", "amount")])
    weights = learn(flat, every_pair(flat), 1)
    assert explain(flat, weights, 0, 1)[0] == explain(flat, weights, 40, 60)[0]


def test_a_missing_value_is_neutral() -> None:
    columns, _ = people(4, 100)
    t = table(columns, PEOPLE)
    weights = match(t, default_keys(t), 1).weights
    bare = table({name: [None] * t.size for name in columns}, PEOPLE)
    weight = weigh(bare, weights, compared(bare, np.array([0, 1]), np.array([2, 3])))
    assert weight.tolist() == [weights.prior] * 2


def test_values_are_counted_over_persons_not_records(crowd: tuple[Matched, list[int]]) -> None:
    found, truth = crowd
    place = [field.name for field in found.table.fields].index("phone")
    column, chance = found.table.written("phone"), found.weights.chance[place]
    assert chance is not None
    once = value_chance(column, None)
    holders: dict[int, list[int]] = {}
    for row, code in enumerate(column.codes.tolist()):
        holders.setdefault(code, []).append(truth[row])
    thrice = [code for code, held in holders.items() if code >= 0 and len(held) == 3 and len(set(held)) == 1]
    assert thrice
    assert all(chance[code] < once[code] - 1500 for code in thrice), "three records of one person make a number common"


def test_true_pairs_do_not_count_as_chance() -> None:
    # ten persons, three records each: one pair in fifteen agrees, and none of them by chance
    rows = [person for person in range(10) for _ in range(3)]
    fields = [Field("card", "exact", by_value=False), Field("name", "exact", by_value=False)]
    t = table({"card": [f"c{row}" for row in rows], "name": [f"n{row}" for row in rows]}, fields)
    weights = learn(t, every_pair(t), 1)
    assert 2.0 ** (weights.u[0][0] / 1000) < 0.01 < 30 / 435


def test_partners_weigh_evidence_and_not_the_prior() -> None:
    columns, _, left = payments(8, 200)
    t = table(columns, PAYMENTS, left=left)
    found = match(t, [number_key(t, "amount_minor", per_mille=True, gap=40)], 1)
    shifted = replace(
        found, weights=replace(found.weights, prior=found.weights.prior - 9000), weight=found.weight - 9000
    )
    for one, other in zip(found.partners(), shifted.partners(), strict=True):
        assert one.tolist() == other.tolist()


def test_records_with_nothing_in_common_are_joined_by_a_third() -> None:
    fields = [Field(name, "exact", by_value=False) for name in ("phone", "mail")]
    t = table({"phone": ["1", "1", None], "mail": [None, "a", "a"]}, fields)
    m, u = np.array([0, -20_000, 0]), np.array([-30_000, 0, 0])
    weights = Weights((m, m), (u, u), (None, None), -25_000)
    pairs = every_pair(t)
    weight = weigh(t, weights, pairs)
    assert weight.tolist() == [5000, -25_000, 5000]
    assert Matched(t, weights, pairs, weight).groups().tolist() == [0, 0, 0]


def test_a_prior_that_is_given_is_kept() -> None:
    columns, _ = people(4, 100)
    t = table(columns, PEOPLE)
    assert match(t, default_keys(t), 1, prior=-12_345).weights.prior == -12_345


def test_judgements_move_the_weights() -> None:
    columns, _ = people(5, 150)
    t = table(columns, PEOPLE)
    pairs = every_pair(t)
    before = learn(t, pairs, 1)
    town = [field.name for field in t.fields].index("town")
    differ = np.flatnonzero(pairs.levels[town] == 1)[:400]
    for same in (True, False):
        judged = Judged(pairs.left[differ], pairs.right[differ], np.full(differ.size, same))
        after = learn(t, pairs, 1, judged=judged)
        if same:
            assert after.m[town][1] > before.m[town][1] + 1000, (
                "four hundred true pairs of different towns, and nothing learned"
            )
        else:
            assert after.u[town][1] >= before.u[town][1]
            assert abs(int(after.m[town][1] - before.m[town][1])) < 500


def test_payments_from_both_ends() -> None:
    columns, truth, left = payments(6, 500)
    t = table(columns, PAYMENTS, left=left)
    found = match(
        t, [number_key(t, "amount_minor", per_mille=True, gap=40), number_key(t, "day", ["memo"], cut=beginning(5))], 1
    )
    one, other, weight = found.partners()
    of = np.array(truth)
    hit, true = int((of[one] == of[other]).sum()), t.size - left
    assert 2 * hit / (one.size + true) >= 0.97
    assert (weight >= 0).all()
    assert len(set(one.tolist())) == one.size == len(set(other.tolist()))
    assert (one < left).all() and (other >= left).all()


def test_partners_need_two_sets() -> None:
    t = table({"n": ["a", "a"]}, [Field("n", "name")])
    with pytest.raises(ValueError, match="two sets"):
        match(t, default_keys(t), 1).partners()


@pytest.mark.parametrize("left", [None, 0, 1])
@pytest.mark.parametrize("names", [["a"], ["a", "a"], [None, None, None], ["", "\x00", "🙂"], ["x" * 5000, "x" * 5001]])
def test_sets_too_small_or_empty_of_sense_do_no_harm(names: list[str | None], left: int | None) -> None:
    for kind in ("exact", "name", "whole_name", "date", "digits", "text"):
        t = table({"n": names}, [Field("n", kind)], left=left)  # type: ignore[arg-type]
        found = match(t, default_keys(t), 1)
        assert found.weight.size == found.pairs.left.size <= max(t.pairs, 0)
        if left is None:
            assert len(found.groups()) == len(names)
        else:
            found.partners()


def test_random_pairs_cover_all_of_a_small_set_and_only_cross_sides() -> None:
    t = table({"n": list("abcdef")}, [Field("n", "name")])
    left, right = random_pairs(t, np.random.default_rng(1))
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == [
        (a, b) for a in range(6) for b in range(a + 1, 6)
    ]
    two = table({"n": list("abcdef")}, [Field("n", "name")], left=2)
    left, right = random_pairs(two, np.random.default_rng(1))
    assert left.size == two.pairs == 8
    assert (left < 2).all() and (right >= 2).all()


def test_febrl1() -> None:
    if not FEBRL.exists():
        pytest.skip("Febrl 1 is not at hand (shared/data/matching/febrl1.csv.gz)")
    with gzip.open(FEBRL) as raw:
        head, *rows = csv.reader(io.TextIOWrapper(raw, encoding="utf-8"), skipinitialspace=True)
    columns = {name.strip(): [row[place].strip() or None for row in rows] for place, name in enumerate(head)}
    truth = [int(str(name).split("-")[1]) for name in columns["rec_id"]]
    fields = [
        Field("given_name", "name", crossed="surname"),
        Field("surname", "name", crossed="given_name"),
        Field("street_number", "digits"),
        Field("address_1", "name", crossed="address_2"),
        Field("address_2", "name", crossed="address_1"),
        Field("suburb", "name"),
        Field("postcode", "digits"),
        Field("state", "exact"),
        Field("date_of_birth", "date"),
        Field("soc_sec_id", "digits"),
    ]
    t = table(columns, fields)
    assert f1(match(t, default_keys(t), 1).groups().tolist(), truth) >= 0.99
