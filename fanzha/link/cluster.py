"""Link: which reports belong to one case, why, and why not. Contract: the tables `link` makes and their columns.

Reports are joined by the identifiers they name (star edges from report to identifier, connected components). What money
or call records show beyond the reports never merges cases; it gives near links.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from fanzha.link.benign import Benign
from fanzha.link.components import components
from fanzha.link.identify import MENTIONS_SQL, REPORTS_SQL, Key, Named, Report, identifiers
from fanzha.link.near import CALLS_SQL, Near, partial_matches, shared_callers, shared_mentions
from fanzha.link.weigh import Pull, Seen, Weights, pull, shipped_weights
from fanzha.store.engine import Engine

MADE = ("pulls", "case_reports", "joins", "near_links")


def link(engine: Engine, as_of: int, benign: Benign, weights: Weights | None = None) -> tuple[str, ...]:
    """Make pulls, case_reports, joins and near_links from reports, mentions and calls up to `as_of` (UTC ms).

    A report that shares no joining identifier is a case by itself. The case number is file and row of the earliest
    member (smallest file, then row). Returns the names of the tables made.
    """
    weights = weights or shipped_weights()
    reports: list[Report] = [(file, row) for file, row in engine.rows(REPORTS_SQL, (as_of,))]
    named = identifiers(reports, engine.rows(MENTIONS_SQL), weights.cap)
    pulls = weigh_all(named, weights, benign)
    case_of = cases(reports, named, pulls)
    calls = [(subscriber, number, back) for subscriber, number, back in engine.rows(CALLS_SQL, (as_of,))]
    near: set[Near] = set(shared_mentions(named, case_of, pulls, weights))
    near.update(partial_matches(named, case_of, pulls, weights))
    near.update(shared_callers(named, case_of, calls, benign, weights))
    engine.replace_rows("pulls", [(*key, p.reports, p.weight, p.joins, p.why) for key, p in sorted(pulls.items())])
    engine.replace_rows(
        "case_reports",
        sorted((case_of[index], *report) for index, report in enumerate(reports)),
    )
    engine.replace_rows("joins", join_rows(reports, named, pulls, case_of))
    engine.replace_rows("near_links", sorted(near))
    return MADE


def weigh_all(named: Sequence[Named], weights: Weights, benign: Benign) -> dict[Key, Pull]:
    """The pull of every identifier named. Reporters' own mentions count for nothing."""
    count: dict[Key, int] = defaultdict(int)
    valid: dict[Key, bool] = defaultdict(bool)
    partial: dict[Key, bool] = defaultdict(bool)
    for one in named:
        key = (one.kind, one.value)
        count[key] += not one.own
        valid[key] |= one.valid
        partial[key] |= one.partial
    return {key: pull(weights, *key, Seen(count[key], valid[key], partial[key]), benign.covers(*key)) for key in count}


def cases(reports: Sequence[Report], named: Sequence[Named], pulls: Mapping[Key, Pull]) -> dict[int, str]:
    """The case number of each report, by its place in the sorted list."""
    first: dict[Key, int] = {}
    left: list[int] = []
    right: list[int] = []
    for one in named:
        key = (one.kind, one.value)
        if not one.own and pulls[key].joins:
            # the first report that names a value stands for it: a star, so edges grow with mentions, not pairs
            left.append(first.setdefault(key, one.report))
            right.append(one.report)
    roots = components(len(reports), left, right)
    return {index: f"{reports[root][0]}-{reports[root][1]}" for index, root in enumerate(roots.tolist())}


def join_rows(
    reports: Sequence[Report], named: Sequence[Named], pulls: Mapping[Key, Pull], case_of: Mapping[int, str]
) -> list[tuple[Any, ...]]:
    """Why and why not: identifiers a report shares with others of its case, and those that did not join it."""
    rows = []
    for one in named:
        pull = pulls[one.kind, one.value]
        joins = pull.joins and not one.own
        if joins and pull.reports < 2:
            continue  # it would join, but nobody else names it
        why = "own" if one.own and pull.why != "benign" else pull.why
        weight = 0 if one.own else pull.weight
        rows.append((case_of[one.report], *reports[one.report], one.kind, one.value, weight, joins, why))
    return sorted(rows, key=lambda r: (r[0], r[3], r[4], r[1], r[2]))
