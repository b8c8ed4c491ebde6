"""The arithmetic of linking on flat arrays: weights of pairs, union of reports. Plain functions; large inputs run them compiled.

Everything is in whole milli-bits (1000 = one bit), so that no sum depends on its order. `compiled()` gives the same functions
through Numba; small inputs are not worth its start.
"""

from functools import cache
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
CLASSES = 8  # classes of kinds; of one class only the strongest shared value counts


class Postings(NamedTuple):
    """Who names what. A mention is a place in `key`, `discount`, `report`, `after`; those of one report lie together, by key."""

    start: Ints  # [reports] first mention of a report
    length: Ints  # [reports] how many it has
    key: Ints  # [mentions] number of the identifier
    discount: Ints  # [mentions] milli-bits lost because it is not named exactly
    report: Ints  # [mentions] whose mention it is
    after: Ints  # [mentions] the next mention of the same identifier, -1 at the end
    head: Ints  # [keys] the newest mention, -1 for none
    named: Ints  # [keys] reports that name it
    base: Ints  # [keys] milli-bits before popularity; 0 carries nothing
    kind: Ints  # [keys] class of its kind
    scam: Ints  # [reports] kind of scam as stated, as a number; 0 is unknown
    city: Ints  # [reports] place as a number; 0 is unknown
    day: Ints  # [reports] day of the report (UTC days); 0 is unknown


class Rules(NamedTuple):
    """The numbers of one epoch that the kernels need (milli-bits, counts, days)."""

    threshold: int
    penalty: int
    pairs_max: int
    scam_same: int
    scam_differs: int
    city_same: int
    near_days: int
    near: int
    far_days: int
    far: int


class Forest(NamedTuple):
    """Joined reports: union-find with the members of each tree in a ring, its smallest member and its size."""

    parent: Ints
    ring: Ints
    low: Ints
    size: Ints


def find(parent: Ints, x: int) -> int:
    """The root of x; the path is halved on the way."""
    while parent[x] != x:
        parent[x] = parent[parent[x]]
        x = parent[x]
    return x


def unite(f: Forest, x: int, y: int) -> bool:
    """Join two trees, the smaller under the larger; False if they are one."""
    a, b = find(f.parent, x), find(f.parent, y)
    if a == b:
        return False
    if f.size[a] < f.size[b]:
        a, b = b, a
    f.parent[b] = a
    f.size[a] += f.size[b]
    f.low[a] = min(f.low[a], f.low[b])
    other = f.ring[a]
    f.ring[a] = f.ring[b]
    f.ring[b] = other
    return True


def bucket(count: int) -> int:
    """The logarithmic bucket of a count: its bit length (1; 2-3; 4-7; ...)."""
    bits = 0
    while count > 0:
        count >>= 1
        bits += 1
    return bits


def key_weight(p: Postings, r: Rules, k: int) -> int:
    """Milli-bits of an identifier at its present popularity, never below 0."""
    weight = p.base[k] - r.penalty * bucket(p.named[k])
    return weight if weight > 0 else 0


def support(p: Postings, r: Rules, i: int, j: int) -> int:
    """Milli-bits for or against from what two reports say beside identifiers: kind of scam, place, time."""
    total = 0
    if p.scam[i] > 0 and p.scam[j] > 0:
        total += r.scam_same if p.scam[i] == p.scam[j] else -r.scam_differs
    if p.city[i] > 0 and p.city[i] == p.city[j]:
        total += r.city_same
    if p.day[i] > 0 and p.day[j] > 0:
        gap = abs(p.day[i] - p.day[j])
        if gap <= r.near_days:
            total += r.near
        elif gap > r.far_days:
            total -= r.far
    return total


def pair_weight(p: Postings, r: Rules, i: int, j: int, most: Ints) -> int:
    """Match weight of two reports (milli-bits): the strongest shared identifier of each class, and the support; 0 if none is shared.

    Identifiers that more than `pairs_max` reports name say nothing about a pair. `most` is scratch, [CLASSES].
    """
    for c in range(CLASSES):
        most[c] = 0
    x, y = p.start[i], p.start[j]
    x_end, y_end = x + p.length[i], y + p.length[j]
    while x < x_end and y < y_end:
        if p.key[x] < p.key[y]:
            x += 1
        elif p.key[y] < p.key[x]:
            y += 1
        else:
            k = p.key[x]
            if p.named[k] <= r.pairs_max:
                weight = key_weight(p, r, k) - p.discount[x] - p.discount[y]
                c = p.kind[k]
                if weight > most[c]:
                    most[c] = weight
            x += 1
            y += 1
    total = 0
    for c in range(CLASSES):
        total += most[c]
    return total + support(p, r, i, j) if total > 0 else 0


def join(p: Postings, r: Rules, f: Forest, which: Ints, merged: Ints) -> int:
    """Join each report of `which` with those numbered below it that it belongs with; the number of lines written to `merged`.

    A line of `merged` ([n, 3]): the smallest members of two trees that both had reports before, and the report that joined them;
    lines beyond its length are not written.
    """
    most = np.zeros(CLASSES, np.int64)
    lines = 0
    for place in range(len(which)):
        i = which[place]
        alone = True
        for m in range(p.start[i], p.start[i] + p.length[i]):
            k = p.key[m]
            weight = key_weight(p, r, k)
            pairs = p.named[k] <= r.pairs_max
            if weight <= 0 or (not pairs and weight - p.discount[m] < r.threshold):
                continue
            q = p.head[k] if pairs else p.after[m]
            while q >= 0:
                j = p.report[q]
                a, b = find(f.parent, i), find(f.parent, j)
                if a != b and (j < i or not pairs):
                    if pairs:
                        joins = pair_weight(p, r, i, j, most) >= r.threshold
                    else:
                        joins = weight - p.discount[q] >= r.threshold
                    if joins:
                        if not alone and lines < len(merged):
                            merged[lines, 0] = min(f.low[a], f.low[b])
                            merged[lines, 1] = max(f.low[a], f.low[b])
                            merged[lines, 2] = i
                            lines += 1
                        unite(f, i, j)
                        alone = False
                if not pairs and weight - p.discount[q] >= r.threshold:
                    break  # the next one older is joined to the rest in its turn
                q = p.after[q]
    return lines


def used(p: Postings, r: Rules, case: Ints, flags: NDArray[np.bool_]) -> None:
    """Mark each mention ([mentions]) by which its report belongs with another of its case, by itself or with others."""
    most = np.zeros(CLASSES, np.int64)
    for i in range(len(case)):
        for m in range(p.start[i], p.start[i] + p.length[i]):
            k = p.key[m]
            weight = key_weight(p, r, k)
            pairs = p.named[k] <= r.pairs_max
            if weight <= 0 or (not pairs and weight - p.discount[m] < r.threshold):
                continue
            q = p.after[m]
            while q >= 0:
                j = p.report[q]
                if case[j] == case[i] and not (flags[m] and flags[q]):
                    if pairs:
                        joins = weight > p.discount[m] + p.discount[q] and pair_weight(p, r, i, j, most) >= r.threshold
                    else:
                        joins = weight - p.discount[q] >= r.threshold
                    if joins:
                        flags[m] = True
                        flags[q] = True
                if not pairs and weight - p.discount[q] >= r.threshold:
                    break
                q = p.after[q]


_PARTS = (find, unite, bucket, key_weight, support, pair_weight, join, used)


class Kernels(NamedTuple):
    """The functions a caller uses, interpreted or compiled."""

    find: Any
    unite: Any
    support: Any
    pair_weight: Any
    join: Any
    used: Any


INTERPRETED = Kernels(find, unite, support, pair_weight, join, used)


@cache
def compiled() -> Kernels:
    """The same functions compiled. The first call on a machine takes some seconds; the result is kept beside the source.

    Numba resolves a callee when it compiles, so each function is made again in a namespace that holds the compiled ones.
    """
    from numba import njit  # here: its import alone would cost every small run half a second

    space = dict(globals())
    for part in _PARTS:
        again = FunctionType(part.__code__, space, part.__name__, part.__defaults__)
        try:
            space[part.__name__] = njit(cache=True, nogil=True)(again)
        except RuntimeError:  # nowhere to keep it: neither beside the source nor in the user's cache
            space[part.__name__] = njit(nogil=True)(again)
    return Kernels(*(space[name] for name in Kernels._fields))
