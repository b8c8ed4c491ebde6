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


def tie_of(p: Postings, r: Rules, i: int, j: int, most: Ints) -> tuple[int, int, int]:
    """Match weight of two reports as `pairs.together` gives it, the identifier that gives most, and the first that counts as a pair."""
    for c in range(CLASSES):
        most[c] = 0
    heavy, best, best_key, first = 0, -1, -1, -1
    x, y = p.start[i], p.start[j]
    x_end, y_end = x + p.length[i], y + p.length[j]
    while x < x_end and y < y_end:
        if p.key[x] < p.key[y]:
            x += 1
        elif p.key[y] < p.key[x]:
            y += 1
        else:
            k = p.key[x]
            weight = key_weight(p, r, k)
            if p.named[k] <= r.pairs_max:
                if first < 0 and weight > 0:
                    first = k
                weight = max(0, weight - p.discount[x] - p.discount[y])
                most[p.kind[k]] = max(most[p.kind[k]], weight)
            else:
                if weight - max(p.discount[x], p.discount[y]) < r.threshold:
                    weight = 0
                heavy = max(heavy, weight)
            if weight > best:
                best, best_key = weight, k
            x += 1
            y += 1
    total = 0
    for c in range(CLASSES):
        total += most[c]
    if total > 0:
        total += support(p, r, i, j)
    return max(heavy, total), best_key, first


def pair_ties(p: Postings, r: Rules, members: Ints, rank: Ints, found: Ints) -> int:
    """Links of whole trees that come from values few reports name, each once; how many there are.

    `rank`: [reports]. A line of `found` ([n, 4]): milli-bits, the lower and the higher rank, the identifier that gives most;
    lines beyond its length are not written.
    """
    most = np.zeros(CLASSES, np.int64)
    lines = 0
    for i in members:
        for m in range(p.start[i], p.start[i] + p.length[i]):
            k = p.key[m]
            if p.named[k] > r.pairs_max or key_weight(p, r, k) <= 0:
                continue
            q = p.head[k]
            while q >= 0:
                j = p.report[q]
                if j < i:
                    total, key, first = tie_of(p, r, i, j, most)
                    if first == k and total >= r.threshold:
                        if lines < len(found):
                            found[lines, 0] = total
                            found[lines, 1] = min(rank[i], rank[j])
                            found[lines, 2] = max(rank[i], rank[j])
                            found[lines, 3] = key
                        lines += 1
                q = p.after[q]
    return lines


class Strong(NamedTuple):
    """Values that join all who name them, with those who do, by rank: `member[start[h] : start[h + 1]]`, sorted."""

    member: Ints
    start: Ints  # [values + 1]
    visit: Ints  # [n, 3] milli-bits, rank, value; the heaviest first, then by rank


def may_join(parts: tuple[Ints, Ints, Ints], a: int, b: int, case_max: int) -> bool:
    """Whether two roots may be one: not too large together, and no judgement sets them apart (see `prune`)."""
    _, size, sides = parts
    for s in range(sides.shape[1]):
        if (sides[a, s] & 1 and sides[b, s] & 2) or (sides[a, s] & 2 and sides[b, s] & 1):
            return False
    return bool(size[a] + size[b] <= case_max)


def prune(
    p: Postings,
    r: Rules,
    case_max: int,
    order: Ints,
    ties: Ints,
    strong: Strong,
    parts: tuple[Ints, Ints, Ints],
    refused: Ints,
) -> int:
    """Follow links from the strongest down, then by rank, unless one joins what was judged apart or makes a case too large.

    `order`: report of each rank; `ties`: lines of `pair_ties`, sorted so; `parts`: parent and size by rank, and the sides
    ([ranks, judgements]: bit 1 left, bit 2 right) of each root. All who name a strong value are linked with each other at its
    weight; such a link is left out if one from the same part, of lower rank, was followed or refused before: parts only
    grow, so it would change nothing. Returns how many lines ([n, 4]: milli-bits, ranks, identifier) were for `refused`.
    """
    parent, size, sides = parts
    most, begun = np.zeros(CLASSES, np.int64), np.zeros(len(strong.start), np.int64)
    centre = np.zeros(len(strong.member), np.int64)
    far = np.zeros(len(strong.member) + len(ties), np.int64)
    lines, t, v, shift = 0, 0, 0, np.int64(len(ties) + 1)
    while t < len(ties) or v < len(strong.visit):
        weight, low = np.int64(-1), np.int64(0)
        if t < len(ties):
            weight, low = ties[t, 0], ties[t, 1]
        if v < len(strong.visit):
            w, x = strong.visit[v, 0], strong.visit[v, 1]
            if w > weight or (w == weight and x < low):
                weight, low = w, x
        n = 0
        while t < len(ties) and ties[t, 0] == weight and ties[t, 1] == low:
            far[n] = ties[t, 2] * shift + t + 1
            n += 1
            t += 1
        while v < len(strong.visit) and strong.visit[v, 0] == weight and strong.visit[v, 1] == low:
            h = strong.visit[v, 2]
            first = strong.start[h]
            here, known = find(parent, int(low)), False
            for c in range(begun[h]):
                known = known or find(parent, centre[first + c]) == here
            if not known:
                centre[first + begun[h]] = low
                begun[h] += 1
                for m in range(first, strong.start[h + 1]):
                    if strong.member[m] > low:
                        far[n] = strong.member[m] * shift
                        n += 1
            v += 1
        for code in np.sort(far[:n]):
            high = code // shift
            a, b = find(parent, int(low)), find(parent, int(high))
            if a == b:
                continue
            if may_join(parts, a, b, case_max):
                parent[b] = a
                size[a] += size[b]
                for s in range(sides.shape[1]):
                    sides[a, s] |= sides[b, s]
                continue
            total, key, _ = tie_of(p, r, order[low], order[high], most)
            if total == weight:
                if lines < len(refused):
                    refused[lines, 0] = weight
                    refused[lines, 1] = low
                    refused[lines, 2] = high
                    refused[lines, 3] = key
                lines += 1
    return lines


_PARTS = (find, unite, bucket, key_weight, support, pair_weight, join, used, tie_of, pair_ties, may_join, prune)


class Kernels(NamedTuple):
    """The functions a caller uses, interpreted or compiled."""

    find: Any
    unite: Any
    support: Any
    pair_weight: Any
    join: Any
    used: Any
    pair_ties: Any
    prune: Any


INTERPRETED = Kernels(find, unite, support, pair_weight, join, used, pair_ties, prune)


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
