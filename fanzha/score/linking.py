"""How well reports were put together: pairs of reports, B-cubed, the adjusted Rand index, wrong merges, steady numbers.

Everything is counted from the table cases x gangs, in whole numbers. Pairs: Levandowsky and Winter 1971 and later; B-cubed:
Bagga and Baldwin 1998; adjusted Rand index: Hubert and Arabie 1985.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from fanzha.score import baselines
from fanzha.score.measure import Line, Measure, Part, ratio, unknown
from fanzha.score.told import Told
from fanzha.score.truth import Truth

Labels = npt.NDArray[np.int64]
WORST = 10  # merges that are listed
EXAMPLES = 5  # references listed of each gang in one


def numbered(labels: Sequence[object]) -> Labels:
    """Labels of any kind as numbers from 0, in the order they first appear."""
    place: dict[object, int] = {}
    return np.array([place.setdefault(label, len(place)) for label in labels], dtype=np.int64)


def _pairs(counts: Labels) -> int:
    return int((counts * (counts - 1) // 2).sum())


def _cells(predicted: Labels, truth: Labels) -> tuple[Labels, Labels, Labels]:
    """The contingency table without its zeros: predicted label, true label, how many."""
    if not predicted.size:
        return predicted, truth, predicted
    width = int(truth.max()) + 1
    keys, counts = np.unique(predicted * width + truth, return_counts=True)
    return keys // width, keys % width, counts.astype(np.int64)


def _mean_share(squares: Labels, sizes: Labels) -> Fraction:
    """The sum of squares/size over clusters, exactly: clusters of one size are added up first."""
    by_size: dict[int, int] = defaultdict(int)
    for size, square in zip(sizes.tolist(), squares.tolist(), strict=True):
        by_size[size] += square
    return sum((Fraction(square, size) for size, square in sorted(by_size.items())), Fraction(0))


def agreement(predicted: Labels, truth: Labels) -> tuple[Measure, ...]:
    """Pairwise and B-cubed precision, recall and F1, and the adjusted Rand index, of two partitions of the same reports.

    Labels are numbers from 0. Two partitions that are both all apart, or both all one, agree fully (ARI 1).
    """
    size = len(predicted)
    if size < 2:
        codes = ("pair_precision", "pair_recall", "pair_f1", "bcubed_precision", "bcubed_recall", "bcubed_f1", "ari")
        return tuple(unknown(code, "fewer_than_two") for code in codes)
    row, column, count = _cells(predicted, truth)
    rows, columns = np.bincount(predicted).astype(np.int64), np.bincount(truth).astype(np.int64)
    right, made, due = _pairs(count), _pairs(rows), _pairs(columns)
    square = count * count
    precision = _mean_share(square, rows[row])
    recall = _mean_share(square, columns[column])
    pairs = size * (size - 1) // 2
    top, bottom = 2 * (right * pairs - made * due), (made + due) * pairs - 2 * made * due
    return (
        ratio("pair_precision", right, made, why="no_pair_made"),
        ratio("pair_recall", right, due, why="no_pair_due"),
        ratio("pair_f1", 2 * right, made + due, why="no_pair_due"),
        ratio("bcubed_precision", precision, size),
        ratio("bcubed_recall", recall, size),
        ratio("bcubed_f1", 2 * precision * recall / size, precision + recall),
        ratio("ari", top, bottom) if bottom else ratio("ari", 1, 1),
    )


def merges(predicted: Labels, gang: Labels, truth: Labels) -> tuple[Measure, ...]:
    """Wrong merges. `gang` is -1 for a report that belongs to no gang; `truth` gives each of these a label of its own."""
    _, _, count = _cells(predicted, truth)
    rows = np.bincount(predicted, minlength=1).astype(np.int64)
    ours = gang >= 0
    own_row, _, own_count = _cells(predicted[ours], gang[ours])
    in_gangs = np.bincount(predicted[ours], minlength=len(rows)).astype(np.int64)
    gangs_in = np.bincount(own_row, minlength=len(rows))
    across = _pairs(in_gangs) - _pairs(own_count)
    wrong = _pairs(rows) - _pairs(count)
    return (
        ratio("wrong_clusters", int((gangs_in > 1).sum()), int((rows > 1).sum()), why="no_pair_made"),
        ratio("wrong_pairs", across, _pairs(rows), why="no_pair_made"),
        ratio("stray_pairs", wrong - across, _pairs(rows), why="no_pair_made"),
    )


def found_together(code: str, predicted: Labels, group: Labels) -> Measure:
    """Of the pairs of reports of one group (an incident, a crew), those that stand in one case; -1 is no group."""
    inside = group >= 0
    _, _, count = _cells(predicted[inside], group[inside])
    sizes = np.bincount(group[inside], minlength=1).astype(np.int64)
    return ratio(code, _pairs(count), _pairs(sizes), why="no_pair_due")


def of_one_crew(predicted: Labels, crew: Labels) -> tuple[Measure, ...]:
    """Pairs put together against the truth of crews, in which a report of no crew (-1) stands alone."""
    inside = crew >= 0
    _, _, count = _cells(predicted[inside], crew[inside])
    made = _pairs(np.bincount(predicted, minlength=1).astype(np.int64))
    due = _pairs(np.bincount(crew[inside], minlength=1).astype(np.int64))
    right = _pairs(count)
    return (
        ratio("crew_precision", right, made, why="no_pair_made"),
        found_together("crew_recall", predicted, crew),
        ratio("crew_f1", 2 * right, made + due, why="no_pair_due"),
    )


def best_possible(told: Told, held: "Held") -> Labels:
    """What an oracle makes of the evidence: exactly the right pairs are joined, of those that share any value at all."""
    shared = {
        reference: [(f"{label} {kind}", value) for kind, value in sorted(told.values.get(reference, ()))]
        for reference, label in zip(held.references, held.truth.tolist(), strict=True)
    }
    found = baselines.components(shared, held.references)
    return numbered([found[one] for one in held.references])


class Held:
    """The reports of the truth that the workspace holds, as columns of one length in the order of their references."""

    def __init__(self, truth: Truth, references: Sequence[str]) -> None:
        self.references = [one for one in sorted(references) if one in truth.reports]
        rows = [truth.reports[one] for one in self.references]
        incident = [row["incident"] if row["incident"] is not None else -1 for row in rows]
        gang = [
            row["gang"] if i >= 0 and row["gang"] is not None else -1 for row, i in zip(rows, incident, strict=True)
        ]
        self.gang = np.array(gang, dtype=np.int64)
        self.incident = np.array(incident, dtype=np.int64)
        crews = [
            row["crew"] if one >= 0 and row["crew"] is not None else -1 for row, one in zip(rows, gang, strict=True)
        ]
        self.crew = np.array(crews, dtype=np.int64)
        single = [("gang", one) if one >= 0 else ("report", place) for place, one in enumerate(gang)]
        self.truth = numbered(single)

    def measures(self, predicted: Labels) -> tuple[Measure, ...]:
        """Everything that is measured of one way to put these reports together."""
        return (
            *agreement(predicted, self.truth),
            *merges(predicted, self.gang, self.truth),
            *of_one_crew(predicted, self.crew),
            found_together("repeats_found", predicted, self.incident),
        )


def stability(now: Mapping[str, str], earlier: Mapping[str, str] | None) -> Measure:
    """Of the references in an earlier snapshot that are still held, those whose case has the same number."""
    if earlier is None:
        return unknown("same_number", "no_earlier")
    both = [reference for reference in earlier if reference in now]
    return ratio("same_number", sum(earlier[one] == now[one] for one in both), len(both), why="no_earlier")


def worst_merges(held: Held, case_of: Mapping[str, str]) -> list[dict[str, Any]]:
    """The cases that hold reports of several gangs, most wrong pairs first, with some references of each gang."""
    members: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for reference, gang in zip(held.references, held.gang.tolist(), strict=True):
        if gang >= 0:
            members[case_of[reference]][gang].append(reference)
    found = []
    for case_id, by_gang in members.items():
        sizes = [len(references) for references in by_gang.values()]
        across = (sum(sizes) ** 2 - sum(size * size for size in sizes)) // 2
        if across:
            gangs = [
                {"gang": gang, "reports": len(references), "references": references[:EXAMPLES]}
                for gang, references in sorted(by_gang.items(), key=lambda item: (-len(item[1]), item[0]))
            ]
            found.append({"case_id": case_id, "wrong_pairs": across, "gangs": gangs})
    return sorted(found, key=lambda one: (-int(str(one["wrong_pairs"])), str(one["case_id"])))[:WORST]


def spread(held: Held, case_of: Mapping[str, str]) -> list[dict[str, int]]:
    """For each gang how many cases its reports are spread over, and how many are in the largest."""
    cases: dict[int, Counter[str]] = defaultdict(Counter)
    for reference, gang in zip(held.references, held.gang.tolist(), strict=True):
        if gang >= 0:
            cases[gang][case_of[reference]] += 1
    return [
        {"gang": gang, "reports": one.total(), "cases": len(one), "largest": max(one.values())}
        for gang, one in sorted(cases.items())
    ]


def linking(told: Told, truth: Truth, earlier: Mapping[str, str] | None = None) -> Part:
    """The part `linking`: reports are matched by reference, and a report of no gang is a case by itself."""
    case_of, split = told.cases
    held = Held(truth, list(case_of))
    references = held.references
    same = baselines.same_identifier(told)
    ours = held.measures(numbered([case_of[one] for one in references]))
    lines = (
        Line("fanzha", (*ours, stability(case_of, earlier))),
        Line("fanzha_gangs", held.measures(numbered([told.gangs[one] for one in references]))),
        Line("best_possible", held.measures(best_possible(told, held))),
        Line("same_identifier", held.measures(numbered([same[one] for one in references]))),
        Line("all_apart", held.measures(np.arange(len(references), dtype=np.int64))),
        Line("all_one", held.measures(np.zeros(len(references), dtype=np.int64))),
    )
    details = {
        "reports_held": len(references),
        "reports_in_truth": len(truth.reports),
        "reports_unknown_to_truth": len(case_of) - len(references),
        "references_in_several_cases": split,
        "worst_merges": worst_merges(held, case_of),
        "gangs": spread(held, case_of),
    }
    return Part("linking", lines, details=details)
