"""Gangs: which cases are one gang's, and what two gangs share without being one. Contract: the tables of MADE and their columns.

Cases are put together from the strongest evidence down, group by group, and each thing counts in the share of the smaller group's
cases that have it (between single and average linkage; Sokal and Michener 1958 for the latter): a supplier that serves two gangs
gives one class of things to a few cases of each, and that stays a bridge. All is in whole milli-bits and in a fixed order.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from fanzha.link.gang_evidence import Facts, Thing, read_cases, read_things
from fanzha.link.gang_weights import GangWeights, shipped_gang_weights
from fanzha.store.contract import Tables

MADE = ("gang_cases", "bridges")

FORMER_SQL = """
SELECT "former", MIN("case_id") FROM "case_history" GROUP BY "former" ORDER BY "former"
"""
Pair = tuple[str, str]
Bridge = tuple[str, str, str, str, str, int, str]


def gangs(
    engine: Tables,
    as_of: int,
    weights: GangWeights | None = None,
    same: Sequence[Pair] = (),
    apart: Sequence[Pair] = (),
) -> tuple[str, ...]:
    """Make the tables of MADE from cases, near links and money up to `as_of` (UTC ms).

    `same` and `apart` are pairs of case numbers that a person judged; they win over all evidence, and what was judged the same over
    what was judged apart. A number that was given up leads to its present case; one that no case ever had is left out.
    """
    numbers = weights or shipped_gang_weights()
    facts = read_cases(engine)
    ids = list(facts)
    place = {case_id: number for number, case_id in enumerate(ids)}
    things = read_things(engine, as_of, place, numbers)
    former = dict(engine.rows(FORMER_SQL)) if same or apart else {}
    groups = group(list(facts.values()), things, numbers, _places(same, place, former), _places(apart, place, former))
    label = groups.labels()
    engine.replace_rows("gang_cases", [(ids[label[i]], ids[i]) for i in _by_text(label, ids)])
    engine.replace_rows("bridges", bridges(groups, ids))
    return MADE


def _by_text(label: Sequence[int], ids: Sequence[str]) -> list[int]:
    return sorted(range(len(ids)), key=lambda i: (ids[label[i]], ids[i]))


def _places(pairs: Iterable[Pair], place: Mapping[str, int], former: Mapping[str, str]) -> list[tuple[int, int]]:
    """Pairs of case numbers as places. A number may have been given up for one that was given up later."""

    def now(case_id: str) -> int:
        passed: set[str] = set()
        while case_id not in place and case_id in former and case_id not in passed:
            passed.add(case_id)
            case_id = former[case_id]
        return place.get(case_id, -1)

    found = [(now(one), now(other)) for one, other in pairs]
    return [(a, b) for a, b in found if a >= 0 and b >= 0]


class Groups:
    """Groups of cases, each known by its earliest case (the smallest place), and what they share."""

    def __init__(self, facts: Sequence[Facts], things: Sequence[Thing], weights: GangWeights) -> None:
        self.things, self.weights = things, weights
        self.root = list(range(len(facts)))
        self.size = [1] * len(facts)
        self.scams = [Counter(one.scams) for one in facts]
        self.currencies = [set(one.currencies) for one in facts]
        self.days = [(min(one.days), max(one.days)) if one.days else None for one in facts]
        self.has: list[dict[int, int]] = [{} for _ in facts]  # group -> thing -> cases of it that have the thing
        self.who: list[set[int]] = [set(one.cases) for one in things]  # thing -> groups
        self.apart: list[set[int]] = [set() for _ in facts]
        for t, one in enumerate(things):
            for i in one.cases:
                self.has[i][t] = 1

    def find(self, i: int) -> int:
        """The group of a case."""
        while self.root[i] != i:
            self.root[i] = self.root[self.root[i]]
            i = self.root[i]
        return i

    def labels(self) -> list[int]:
        """The group of every case: its earliest."""
        return [self.find(i) for i in range(len(self.root))]

    def unite(self, a: int, b: int) -> int:
        """Make one of two groups; the earlier stays. What is fewer is moved, so that each row moves a logarithmic number of times."""
        a, b = min(a, b), max(a, b)
        for t in self.has[b]:
            self.who[t].discard(b)
            self.who[t].add(a)
        if len(self.has[a]) < len(self.has[b]):
            self.has[a], self.has[b] = self.has[b], self.has[a]
        for t, count in self.has[b].items():
            self.has[a][t] = self.has[a].get(t, 0) + count
        for other in self.apart[b]:
            self.apart[other].discard(b)
            self.apart[other].add(a)
        self.apart[a] = (self.apart[a] | self.apart[b]) - {a, b}
        self.scams[a] += self.scams[b]
        self.currencies[a] |= self.currencies[b]
        both = [one for one in (self.days[a], self.days[b]) if one is not None]
        self.days[a] = (min(low for low, _ in both), max(high for _, high in both)) if both else None
        self.size[a] += self.size[b]
        self.root[b] = a
        self.has[b], self.apart[b] = {}, set()
        return a

    def near(self, a: int) -> list[int]:
        """The groups that share a thing with this one, in order."""
        return sorted({b for t in self.has[a] for b in self.who[t]} - {a})

    def shared(self, a: int, b: int) -> list[int]:
        """The things that two groups share."""
        fewer, others = sorted((self.has[a], self.has[b]), key=len)
        return sorted(t for t in fewer if t in others)

    def evidence(self, a: int, b: int) -> int:
        """Milli-bits that two groups are one gang's; 0 if they share nothing that counts."""
        small, large = sorted((a, b), key=lambda i: (self.size[i], i))
        best: dict[tuple[str, str], tuple[int, int, str]] = {}
        for t in self.shared(a, b):
            one = self.things[t]
            count = self.has[small][t]
            if self.size[a] == self.size[b]:
                count = min(count, self.has[large][t])
            rule = self.weights.classes.get(one.of_class)
            if rule is not None and one.weight > 0:
                full, more = (
                    one.weight * count // self.size[small],
                    min(one.weight, rule.more) * count // self.size[small],
                )
                key = (one.kind, one.value)  # one value shared in two ways is one thing
                best[key] = max(best.get(key, (0, 0, "")), (full, more, one.of_class))
        by_class: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for full, more, name in best.values():
            by_class[name].append((full, more))
        total = 0
        for name, found in by_class.items():
            found.sort(reverse=True)
            total += min(self.weights.classes[name].most, found[0][0] + sum(more for _, more in found[1:]))
        return max(0, total + self._support(a, b)) if total else 0

    def _support(self, a: int, b: int) -> int:
        """Milli-bits for or against from kind of scam, currency and time; the commonest kind of the fewer reports speaks for them."""
        small, large = sorted((a, b), key=lambda i: (self.scams[i].total(), i))
        rule, total = self.weights.support, 0
        if self.scams[small] and self.scams[large]:
            commonest = min(self.scams[small], key=lambda scam: (-self.scams[small][scam], scam))
            total += rule.scam_same if commonest in self.scams[large] else -rule.scam_differs
        if self.currencies[small] and self.currencies[large] and not self.currencies[small] & self.currencies[large]:
            total -= rule.currency_differs
        first, second = self.days[small], self.days[large]
        if first is not None and second is not None:
            gap = max(first[0], second[0]) - min(first[1], second[1])
            total += rule.near if gap <= rule.near_days else -rule.far if gap > rule.far_days else 0
        return total


def group(
    facts: Sequence[Facts],
    things: Sequence[Thing],
    weights: GangWeights,
    same: Iterable[tuple[int, int]] = (),
    apart: Iterable[tuple[int, int]] = (),
) -> Groups:
    """Put cases together. When it ends no two groups that nobody judged apart have evidence at the threshold."""
    groups = Groups(facts, things, weights)
    for i, j in same:
        a, b = groups.find(i), groups.find(j)
        if a != b:
            groups.unite(a, b)
    for i, j in apart:
        a, b = groups.find(i), groups.find(j)
        if a != b:
            groups.apart[a].add(b)
            groups.apart[b].add(a)
    which = sorted(set(groups.labels()))
    while heap := _candidates(groups, which):
        _merge(groups, heap)
        which = sorted(set(groups.labels()))  # a larger group may have become likelier elsewhere
    return groups


def _candidates(groups: Groups, which: Iterable[int]) -> list[tuple[int, int, int]]:
    """(minus evidence, group, group) of those that may be merged, as a heap."""
    found = set()
    for a in which:
        for b in groups.near(a):
            if b not in groups.apart[a] and (weight := groups.evidence(a, b)) >= groups.weights.threshold:
                found.add((-weight, min(a, b), max(a, b)))
    return sorted(found)


def _merge(groups: Groups, heap: list[tuple[int, int, int]]) -> None:
    """Merge from the strongest down; evidence is looked at again when its turn comes."""
    while heap:
        said, a, b = heapq.heappop(heap)
        if groups.root[a] != a or groups.root[b] != b or b in groups.apart[a]:
            continue
        now = groups.evidence(a, b)
        if now != -said:
            if now >= groups.weights.threshold:
                heapq.heappush(heap, (-now, a, b))
            continue
        touched = groups.near(b)
        kept = groups.unite(a, b)
        for other in {groups.find(one) for one in touched} - {kept}:
            if other not in groups.apart[kept]:
                weight = groups.evidence(kept, other)
                if weight >= groups.weights.threshold:
                    heapq.heappush(heap, (-weight, min(kept, other), max(kept, other)))


def bridges(groups: Groups, ids: Sequence[str]) -> list[Bridge]:
    """Rows of `bridges`: each thing that two gangs share, sorted; gang_a is the first in the order of text."""
    found: dict[tuple[str, str, str, str, str], tuple[int, str]] = {}
    why: dict[tuple[int, int], str] = {}
    for t, one in enumerate(groups.things):
        for a, b in combinations(sorted(groups.who[t]), 2):
            if (a, b) not in why:
                why[a, b] = _why(groups, a, b)
            first, second = sorted((ids[a], ids[b]))
            key = (first, second, one.kind, one.value, one.how)
            reason = "cut" if one.how == "cut" and why[a, b] != "apart" else why[a, b]
            found[key] = max(found.get(key, (0, "")), (one.weight, reason))
    return sorted((*key, *rest) for key, rest in found.items())


def _why(groups: Groups, a: int, b: int) -> str:
    """Why two gangs that share something are two."""
    if b in groups.apart[a]:
        return "apart"
    classes = {groups.things[t].of_class for t in groups.shared(a, b) if groups.things[t].weight > 0}
    if all(name in groups.weights.classes and groups.weights.classes[name].supplier for name in classes):
        return "supplier"
    return "one_class" if len(classes) == 1 else "weak"
