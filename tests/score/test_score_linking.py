"""Linking measures against hand-worked and published examples, and what holds for every partition."""

from pathlib import Path

import numpy as np
import pytest
import score_worlds as worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.score import baselines
from fanzha.score.linking import agreement, found_together, linking, merges, numbered, of_one_crew
from fanzha.score.measure import Measure
from fanzha.score.told import Told
from fanzha.store.engine import Engine

labels = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=30)


def named(measures: tuple[Measure, ...]) -> dict[str, Measure]:
    return {one.code: one for one in measures}


def of(predicted: list[object], truth: list[object]) -> dict[str, Measure]:
    return named(agreement(numbered(predicted), numbered(truth)))


# Amigo, Gonzalo, Artiles, Verdejo 2009 and Bagga, Baldwin 1998: truth {1-5}, {6,7}, {8-C}; the two answers join the pair
# or the four to the first five. Bagga and Baldwin give B-cubed precision 76 % and 58 %, recall 100 %.
BAGGA_TRUTH: list[object] = [*"aaaaa", *"bb", *"ccccc"]


def test_bcubed_gives_the_figures_of_bagga_and_baldwin() -> None:
    first = of([*"11111", *"22", *"22222"], BAGGA_TRUTH)
    second = of([*"11111", *"22", *"11111"], BAGGA_TRUTH)
    assert (first["bcubed_precision"].value, first["bcubed_recall"].value) == (0.7619, 1.0)
    assert (second["bcubed_precision"].value, second["bcubed_recall"].value) == (0.5833, 1.0)
    assert first["bcubed_precision"].bottom == 12


def test_pairs_and_ari_by_hand() -> None:
    # truth {0,1,2},{3,4,5}; said {0,1},{2,3},{4,5}: 2 of 3 pairs are right, 6 are due. Known value of sklearn: 0.2424...
    found = of([0, 0, 1, 1, 2, 2], [0, 0, 0, 1, 1, 1])
    assert (found["pair_precision"].top, found["pair_precision"].bottom) == (2, 3)
    assert (found["pair_recall"].top, found["pair_recall"].bottom) == (2, 6)
    assert found["pair_f1"].value == round(4 / 9, 4)
    assert found["ari"].value == 0.2424
    assert of([0, 0, 1, 2], [0, 0, 1, 1])["ari"].value == 0.5714
    assert of([0, 1, 0, 1], [0, 0, 1, 1])["ari"].value == -0.5


def test_two_trivial_partitions_agree_and_one_report_says_nothing() -> None:
    assert of([1, 2, 3], [4, 5, 6])["ari"].value == 1.0
    assert of([1, 1, 1], [4, 4, 4])["ari"].value == 1.0
    assert of([1, 2], [4, 5])["pair_precision"].why == "no_pair_made"
    assert all(one.value is None and one.why == "fewer_than_two" for one in of([1], [1]).values())


@settings(deadline=None)
@given(labels)
def test_a_perfect_answer_scores_one_whatever_it_is_called(pairs: list[tuple[int, int]]) -> None:
    truth = [b for _, b in pairs]
    for one in of([f"case {b * 7 % 5}" for b in truth], list(truth)).values():
        assert one.value in (1.0, None)
        assert one.value == 1.0 or one.why in ("no_pair_made", "no_pair_due")


@settings(deadline=None)
@given(labels, st.permutations(range(5)), st.randoms(use_true_random=False))
def test_neither_names_nor_order_matter(pairs: list[tuple[int, int]], names: list[int], random: object) -> None:
    said, truth = [a for a, _ in pairs], [b for _, b in pairs]
    before = agreement(numbered(said), numbered(truth))
    assert agreement(numbered([names[a] for a in said]), numbered([names[b] for b in truth])) == before
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert agreement(numbered([a for a, _ in shuffled]), numbered([b for _, b in shuffled])) == before


@settings(deadline=None)
@given(labels)
def test_all_apart_finds_nothing_and_all_one_finds_everything(pairs: list[tuple[int, int]]) -> None:
    truth = numbered([b for _, b in pairs])
    apart = named(agreement(np.arange(len(truth)), truth))
    one = named(agreement(np.zeros(len(truth), dtype=np.int64), truth))
    assert apart["pair_recall"].value in (0.0, None)
    assert apart["bcubed_precision"].value == 1.0
    assert one["bcubed_recall"].value == 1.0
    assert one["pair_recall"].value in (1.0, None)


@settings(deadline=None)
@given(labels)
def test_the_counts_equal_those_of_every_pair_looked_at(pairs: list[tuple[int, int]]) -> None:
    size = len(pairs)
    every = [(pairs[i], pairs[j]) for i in range(size) for j in range(i)]
    joined = sum(a[0] == b[0] for a, b in every)
    due = sum(a[1] == b[1] for a, b in every)
    right = sum(a == b for a, b in every)
    found = of([a for a, _ in pairs], [b for _, b in pairs])
    assert (found["pair_precision"].top, found["pair_precision"].bottom) == (right, joined)
    assert found["pair_recall"].bottom == due
    precision = sum(sum(one == other for other in pairs) / sum(one[0] == other[0] for other in pairs) for one in pairs)
    assert found["bcubed_precision"].value == pytest.approx(precision / size, abs=1e-4)


def test_wrong_merges_and_strays() -> None:
    # case 0: gangs 5, 5, 6 and a stray; case 1: gang 6 alone; case 2: two strays
    predicted, gang = numbered([0, 0, 0, 0, 1, 2, 2]), np.array([5, 5, 6, -1, 6, -1, -1])
    truth = numbered(["5", "5", "6", "s1", "6", "s2", "s3"])
    found = named(merges(predicted, gang, truth))
    assert (found["wrong_clusters"].top, found["wrong_clusters"].bottom) == (1, 2)
    assert (found["wrong_pairs"].top, found["wrong_pairs"].bottom) == (2, 7)
    assert (found["stray_pairs"].top, found["stray_pairs"].bottom) == (4, 7)


def test_groups_without_a_number_are_left_out() -> None:
    found = found_together("repeats_found", numbered([0, 0, 1, 1]), np.array([3, 3, 3, -1]))
    assert (found.top, found.bottom) == (1, 3)
    assert found_together("repeats_found", numbered([]), np.array([], dtype=np.int64)).value is None


def test_the_part_by_hand(tmp_path: Path) -> None:
    engine, truth = worlds.workspace(), worlds.write(tmp_path)
    part = linking(Told(engine), truth, {"R0": "1-1", "R1": "1-3", "R2": "1-4", "gone": "9-9"})
    ours = part.line()
    assert (ours.get("pair_precision").top, ours.get("pair_precision").bottom) == (3, 4)
    assert ours.get("pair_recall").value == 1.0
    assert (ours.get("stray_pairs").top, ours.get("wrong_pairs").top) == (1, 0)
    assert (ours.get("repeats_found").top, ours.get("repeats_found").bottom) == (1, 1)
    assert (ours.get("same_number").top, ours.get("same_number").bottom) == (2, 3)
    # by phone R0b and R2 are one, by account R0 and R1; an amount of money joins nobody
    same = part.line("same_identifier")
    assert (same.get("pair_precision").top, same.get("pair_precision").bottom) == (1, 2)
    assert (same.get("wrong_pairs").top, same.get("wrong_clusters").top) == (1, 1)
    assert part.line("all_apart").get("pair_recall").value == 0.0
    assert part.line("all_one").get("pair_precision").bottom == 10
    # no gang was made: each case is one by itself; the oracle joins the pair by its account and nobody else
    assert part.line("fanzha_gangs").get("pair_f1") == ours.get("pair_f1")
    best = part.line("best_possible")
    assert best.get("pair_precision").value == 1.0
    assert (ours.get("crew_precision").top, ours.get("crew_precision").bottom) == (3, 4)
    assert ours.get("crew_f1").value == round(6 / 7, 4)
    assert part.details["gangs"] == [
        {"gang": 1, "reports": 3, "cases": 1, "largest": 3},
        {"gang": 2, "reports": 1, "cases": 1, "largest": 1},
    ]
    assert part.details["worst_merges"] == []


def test_worst_merges_name_gangs_and_references(tmp_path: Path) -> None:
    engine, truth = Engine(), worlds.write(tmp_path)
    worlds.reported(engine, {"R0": "1-1", "R0b": "1-1", "R2": "1-1", "unknown": "1-1", "R1": "1-5"})
    part = linking(Told(engine), truth)
    (worst,) = part.details["worst_merges"]
    assert worst["case_id"] == "1-1" and worst["wrong_pairs"] == 2
    assert worst["gangs"] == [
        {"gang": 1, "reports": 2, "references": ["R0", "R0b"]},
        {"gang": 2, "reports": 1, "references": ["R2"]},
    ]
    assert part.details["reports_unknown_to_truth"] == 1
    assert part.line().get("same_number").why == "no_earlier"


def test_a_reference_in_two_cases_counts_once_and_is_told(tmp_path: Path) -> None:
    engine, truth = Engine(), worlds.write(tmp_path)
    rows = [{"row": place, "reference": "R0", "at_ms": 1} for place in (1, 2)]
    worlds.put(engine, "reports", rows)
    worlds.put(engine, "case_reports", [{"case_id": f"1-{n}", "file": 1, "row": n} for n in (1, 2)])
    part = linking(Told(engine), truth)
    assert part.details["reports_held"] == 1 and part.details["references_in_several_cases"] == 1
    assert part.line().get("pair_f1").why == "fewer_than_two"


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), max_size=3), max_size=12))
def test_same_identifier_is_connected_components(values: list[list[int]]) -> None:
    keys = {f"r{place}": [("phone", str(one)) for one in found] for place, found in enumerate(values)}
    found = baselines.components(keys, keys)
    reach = {one: {one} for one in keys}
    for _ in keys:
        for one in keys:
            for other in keys:
                if set(keys[one]) & set(keys[other]):
                    reach[one] |= reach[other]
    for one in keys:
        assert {other for other in keys if found[other] == found[one]} == reach[one]


def test_the_gang_grain_is_read_beside_the_case_grain(tmp_path: Path) -> None:
    engine, truth = Engine(), worlds.write(tmp_path)
    worlds.reported(engine, {"R0": "1-1", "R0b": "1-2", "R1": "1-3", "R2": "1-4", "P": "1-5"})
    engine.replace_rows("gang_cases", [("1-1", "1-1"), ("1-1", "1-2"), ("1-1", "1-3"), ("1-1", "1-4")])  # none has 1-5
    part = linking(Told(engine), truth)
    assert part.line().get("pair_precision").why == "no_pair_made"
    gang = part.line("fanzha_gangs")
    assert (gang.get("pair_precision").top, gang.get("pair_precision").bottom) == (3, 6)
    assert (gang.get("pair_recall").value, gang.get("wrong_pairs").top) == (1.0, 3)
    assert gang.get("stray_pairs").top == 0


def test_best_possible_joins_what_shares_a_value_and_is_right(tmp_path: Path) -> None:
    """R0 and R1 (gang 1) meet by money only, R0b by a masked number; R2 (gang 2) shares all of it and stays out; money is no value."""
    engine, truth = Engine(), worlds.write(tmp_path)
    worlds.reported(engine, {"R0": "1-1", "R0b": "1-2", "R1": "1-3", "R2": "1-4", "P": "1-5"})
    mentions = [
        worlds.mention(1, "phone", "+86139****0001"),
        worlds.mention(2, "phone", "+86139****0001"),
        worlds.mention(4, "phone", "+86139****0001"),
        *(worlds.mention(row, "money", "100.00 CNY") for row in (1, 2, 3, 4, 5)),
    ]
    worlds.put(engine, "mentions", mentions)
    worlds.put(engine, "mentions", [worlds.mention(row, "phone", "96110") for row in (1, 2, 3, 4, 5)])
    engine.replace_rows("pulls", [("phone", "96110", 5, 0, False, "benign")])
    parted = linking(Told(engine), truth).line("best_possible")
    assert (parted.get("pair_recall").top, parted.get("pair_recall").bottom) == (1, 3)
    worlds.put(engine, "disputed", [worlds.disputed(case, "B1", 2, 100, 0) for case in ("1-1", "1-3", "1-4", "1-5")])
    reached = linking(Told(engine), truth).line("best_possible")
    assert (reached.get("pair_recall").top, reached.get("pair_precision").value) == (3, 1.0)
    assert (reached.get("wrong_pairs").top, reached.get("stray_pairs").top) == (0, 0)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 2)), min_size=1, max_size=20))
def test_crews_are_counted_pair_by_pair(both: list[tuple[int, int]]) -> None:
    said, crew = (np.array(side, dtype=np.int64) for side in zip(*both, strict=True))
    pairs = [(a, b) for a in range(len(both)) for b in range(a)]
    made = [(a, b) for a, b in pairs if said[a] == said[b]]
    due = [(a, b) for a, b in pairs if crew[a] == crew[b] >= 0]
    right = len(set(made) & set(due))
    found = named(of_one_crew(numbered(said.tolist()), crew))
    assert (found["crew_precision"].top, found["crew_precision"].bottom) == (right, len(made))
    assert (found["crew_recall"].top, found["crew_recall"].bottom) == (right, len(due))
    assert (found["crew_f1"].top, found["crew_f1"].bottom) == (2 * right, len(made) + len(due))
