"""Whether everybody is served alike: linking recall, money found and hold error for each age band, migrants and regions."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from fanzha.score import baselines
from fanzha.score.measure import Line, Measure, Part, figure, ratio
from fanzha.score.purses import Purses, Shares, split
from fanzha.score.told import Purse, Told
from fanzha.score.tracing import reported
from fanzha.score.truth import Truth

BY = ("age_band", "migrant", "region")
REPORTS_MIN = 20  # a smaller group is shown and takes no part in the gap


def partners(truth: Truth, group: Mapping[str, object]) -> dict[str, tuple[int, int]]:
    """For each report of a gang: how many of its gang's other reports stand in the same group of reports, and how many there are."""
    gang = {one: int(truth.reports[one]["gang"]) for one in group if _of_a_gang(truth.reports.get(one))}
    sizes = Counter(gang.values())
    together = Counter((gang[one], group[one]) for one in gang)
    return {one: (together[gang[one], group[one]] - 1, sizes[gang[one]] - 1) for one in gang}


def _of_a_gang(row: Mapping[str, Any] | None) -> bool:
    return row is not None and row["gang"] is not None and row["gang"] >= 0 and (row["incident"] or 0) >= 0


def per_incident(found: Counter[Purse], shares: Shares) -> Counter[int]:
    """Amounts per account, spread over the incidents whose money is there, by how much of each is."""
    spread: Counter[int] = Counter()
    for purse, by_incident in shares.items():
        whole = sum(by_incident.values())
        for incident, amount in split(min(found[purse], whole), by_incident).items():
            spread[incident] += amount
    return spread


class Served:
    """What every incident got: true money, money found, error of the holds (minor units, per incident)."""

    def __init__(self, told: Told, now: Purses) -> None:
        self.true_came, self.true_held = _sum(now.received), _sum(now.held)
        self.found = per_incident(told.sums["received"], now.received)
        held = told.holds
        off = Counter({purse: abs(held[purse] - sum(shares.values())) for purse, shares in now.held.items()})
        self.error = per_incident(off, now.held)


def _sum(shares: Shares) -> Counter[int]:
    whole: Counter[int] = Counter()
    for by_incident in shares.values():
        for incident, amount in by_incident.items():
            whole[incident] += amount
    return whole


def _mean(parts: Sequence[tuple[int, int]]) -> tuple[Fraction, int]:
    """The sum of the shares top/bottom and how many there are: incidents of every currency count alike."""
    shares = [Fraction(top, bottom) for top, bottom in parts if bottom]
    return sum(shares, Fraction(0)), len(shares)


def _measures(
    truth: Truth, members: Sequence[str], pairs: Mapping[str, tuple[int, int]], served: Served | None
) -> list[Measure]:
    mine = [pairs[one] for one in members if one in pairs]
    measures = [ratio("group_linking", sum(one for one, _ in mine), sum(two for _, two in mine), why="no_pair_due")]
    if served is not None:
        incidents = sorted(reported(truth, members))
        found = _mean([(served.found[one], served.true_came[one]) for one in incidents])
        error = _mean([(served.error[one], served.true_held[one]) for one in incidents])
        measures += [
            ratio("group_money", *found, why="no_money_there"),
            ratio("group_error", *error, why="no_money_there"),
        ]
    return measures


def parity(told: Told, truth: Truth, now: Purses) -> Part:
    """The part `parity`: the gaps are between the best and the worst served group of at least REPORTS_MIN reports."""
    case_of, _ = told.cases
    held = sorted(one for one in case_of if one in truth.reports)
    served = Served(told, now)
    same = baselines.same_identifier(told)
    ways: tuple[tuple[str, Mapping[str, tuple[int, int]], Served | None], ...] = (
        ("fanzha", partners(truth, {one: case_of[one] for one in held}), served),
        ("same_identifier", partners(truth, {one: same[one] for one in held}), None),
    )
    lines, groups = [], []
    for method, pairs, money in ways:
        gaps: list[Measure] = []
        for by in BY:
            rows = _groups(truth, held, by)
            measured = {name: _measures(truth, members, pairs, money) for name, members in rows.items()}
            gaps += _gaps(by, rows, measured)
            if method == "fanzha":
                groups += [
                    {
                        "by": by,
                        "group": name,
                        "reports": len(rows[name]),
                        **{measure.code: measure.as_json() for measure in measures},
                    }
                    for name, measures in measured.items()
                ]
        lines.append(Line(method, tuple(gaps)))
    return Part("parity", tuple(lines), details={"reports_min": REPORTS_MIN, "groups": groups})


def _groups(truth: Truth, held: Sequence[str], by: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for reference in held:
        row = truth.reports[reference]
        if not _of_a_gang(row):
            continue
        value = row[by]
        found[("yes" if value else "no") if isinstance(value, bool) else str(value)].append(reference)
    return dict(sorted(found.items()))


def _gaps(by: str, rows: Mapping[str, Sequence[str]], measured: Mapping[str, Sequence[Measure]]) -> list[Measure]:
    """The largest difference between two groups, for each measure."""
    values: dict[str, list[float]] = {}
    for name, measures in measured.items():
        for measure in measures:
            known = values.setdefault(measure.code, [])
            if measure.value is not None and len(rows[name]) >= REPORTS_MIN:
                known.append(measure.value)
    return [
        figure(
            f"gap_{code.removeprefix('group_')}",
            max(known) - min(known) if len(known) > 1 else None,
            len(known),
            of=by,
            why="too_few_groups",
        )
        for code, known in values.items()
    ]
