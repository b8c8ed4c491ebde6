"""From weighed pairs to groups: duplicates within one set, partners one to one between two sets."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fanzha.link.components import components
from fanzha.link.records.fields import Int

# A larger component is merged along its candidate pairs alone: comparing all its pairs would cost its square.
MEMBERS_MAX: Final = 300
_ONE: Final = 1 << 30  # a likelihood of one, as the whole number that is summed
_FAR: Final = 200_000  # milli-bits; beyond is as good as certain
_ROUNDS_MAX: Final = 500


def groups(size: int, left: Int, right: Int, weight: Int, evidence: Callable[[Int, Int], Int]) -> Int:
    """The smallest member of each record's group.

    Pairs of weight 0 and more are taken from the heaviest down (ties: left, then right record) and their groups merged, unless the
    records of the two groups speak against each other on the whole: the sum of `evidence` (weight without prior, milli-bits) over all
    pairs across is negative. So a chain A-B, B-C does not join A and C when these contradict each other, and does when they merely
    have nothing in common. A greedy form of correlation clustering (Bansal, Blum and Chawla 2004).
    """
    take = weight >= 0
    left, right, weight = left[take], right[take], weight[take]
    root = components(size, left, right)
    out = root.copy()
    members = np.bincount(root, minlength=size)
    many = np.flatnonzero(members[root[left]] > 2)
    many = many[np.lexsort((right[many], left[many], -weight[many], root[left[many]]))]
    if not many.size:
        return out
    inner = np.flatnonzero((members[root] > 2) & (members[root] <= MEMBERS_MAX))
    known = _across(root, inner, left[many], right[many], evidence)
    group = {int(row): [int(row)] for row in np.flatnonzero(members[root] > 2)}
    of = {row: row for row in group}
    for a, b in zip(left[many].tolist(), right[many].tolist(), strict=True):
        one, two = of[a], of[b]
        if one == two:
            continue
        if sum(known.get((min(x, y), max(x, y)), 0) for x in group[one] for y in group[two]) < 0:
            continue
        keep, gone = min(one, two), max(one, two)
        for row in group[gone]:
            of[row] = keep
        group[keep] += group.pop(gone)
    for row, head in of.items():
        out[row] = head
    return out


def _across(
    root: Int, inner: Int, left: Int, right: Int, evidence: Callable[[Int, Int], Int]
) -> dict[tuple[int, int], int]:
    """Evidence for every pair inside a small component, and for the candidate pairs of a large one."""
    by = inner[np.lexsort((inner, root[inner]))]
    firsts, seconds = [left], [right]
    for step in range(1, MEMBERS_MAX):
        near = root[by[step:]] == root[by[:-step]] if step < by.size else np.zeros(0, dtype=np.bool_)
        if not near.any():
            break
        firsts.append(by[:-step][near])
        seconds.append(by[step:][near])
    a, b = np.concatenate(firsts), np.concatenate(seconds)
    low, high = np.minimum(a, b), np.maximum(a, b)
    pair = np.unique(low * root.size + high)
    low, high = pair // root.size, pair % root.size
    return dict(zip(zip(low.tolist(), high.tolist(), strict=True), evidence(low, high).tolist(), strict=True))


def one_to_one(left: Int, right: Int, weight: Int, weight_min: int = 0) -> Int:
    """Places of the chosen pairs: heaviest first (ties: left, then right record), each record in one pair at most."""
    order = np.lexsort((right, left, -weight))
    order = order[weight[order] >= weight_min]
    used: set[int] = set()
    chosen = []
    for place, a, b in zip(order.tolist(), left[order].tolist(), right[order].tolist(), strict=True):
        if a not in used and b not in used:
            used.add(a)
            used.add(b)
            chosen.append(place)
    return np.sort(np.array(chosen, dtype=np.int64))


def partners(left: Int, right: Int, evidence: Int, sizes: tuple[int, int], weight_min: int = 0) -> tuple[Int, Int]:
    """Places of the chosen pairs, and their weights in milli-bits, where a record has one partner on the other side at most.

    `evidence`: weight without prior. Candidates of one record are rivals: the odds of a pair are its own likelihood against that of all its
    rivals and of having no partner at all (Jaro 1989 assigns one to one after weighing; here the constraint is in the weight). The
    share of records with a partner is found from the same odds. A pair's weight is the smaller of both ends'. Pairs of at least
    `weight_min` are taken by `one_to_one`; what is left competes anew, until nothing more is taken.
    """
    open_ = np.arange(left.size)
    free = np.ones(int(max(left.max(initial=-1), right.max(initial=-1))) + 1, dtype=np.bool_)
    chosen, weights = [open_[:0]], [open_[:0]]
    alone = _alone(left, right, evidence, sizes)
    while open_.size:
        a, b, e = left[open_], right[open_], evidence[open_]
        weight = np.minimum(_odds(a, e, alone[0]), _odds(b, e, alone[1]))
        now = one_to_one(a, b, weight, weight_min)
        if not now.size:
            break
        chosen.append(open_[now])
        weights.append(weight[now])
        free[a[now]] = free[b[now]] = False
        open_ = open_[free[a] & free[b]]
    places, found = np.concatenate(chosen), np.concatenate(weights)
    order = np.argsort(places)
    return places[order], found[order]


def _alone(left: Int, right: Int, evidence: Int, sizes: tuple[int, int]) -> tuple[int, int]:
    """For both sides: the likelihood (log2, milli-bits) of having no partner, on the scale of `evidence`.

    With share s of records that have a partner, chosen among n alike, it is n (1 - s) / s. The share starts at a half and follows the
    odds until it stands still (expectation and maximisation on one parameter).
    """
    out = []
    for end, own, facing in ((left, *sizes), (right, *sizes[::-1])):
        least = round(_ONE * 0.5 / max(own, 1))
        best, total = _likelihoods(end, evidence, -_FAR)
        with_some = total > 0
        any_partner = best[with_some] + np.rint(1000 * np.log2(total[with_some] / _ONE)).astype(np.int64)
        share, alone = _ONE // 2, 0
        for _ in range(_ROUNDS_MAX):
            alone = round(1000 * float(np.log2(max(facing, 1) * (_ONE - share) / share)))
            likely = np.rint(_ONE / (1 + 2.0 ** (-np.clip(any_partner - alone, -_FAR, _FAR) / 1000))).astype(np.int64)
            new = min(max(int(likely.sum()) // max(own, 1), least), _ONE - least)
            if new == share:
                break
            share = new
        out.append(alone)
    return out[0], out[1]


def _likelihoods(end: Int, evidence: Int, floor: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each record at this end: the highest evidence, at least `floor`, and the sum of all likelihoods in units of that one / `_ONE`."""
    best = np.full(int(end.max(initial=-1)) + 1, floor, dtype=np.int64)
    np.maximum.at(best, end, evidence)
    total = np.zeros(best.size, dtype=np.int64)
    np.add.at(total, end, _part(evidence - best[end]))
    return best, total


def _part(below: Int) -> Int:
    return np.asarray(np.rint(_ONE * 2.0 ** (below / 1000)), dtype=np.int64)


def _odds(end: Int, evidence: Int, alone: int) -> Int:
    """log2 odds of each pair against its rivals at this end and against no partner, in milli-bits."""
    best, total = _likelihoods(end, evidence, alone)
    part = _part(evidence - best[end])
    others = np.maximum((total + _part(alone - best))[end] - part, 1)
    return np.asarray(np.rint(1000 * np.log2(np.maximum(part, 1) / others)), dtype=np.int64)
