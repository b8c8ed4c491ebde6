"""Patterns at the moment a transfer completes them: loops over flat arrays, plain for a short input, compiled for a long one.

Every function looks only at the transfer in hand and at those before it, so the same figures serve a stage that looks back and a
test that may not look ahead. Windows are (t - window, t]. Work for one transfer is bounded by `work_max` looked-at transfers; what was
cut short is counted. Definitions of fan, degree, temporal cycle and scatter-gather follow Blanusa and others, "Graph Feature
Preprocessor" (ICAIF 2024); the amount rule of cycles is an addition.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fanzha.clean.compiled import compiled

Ints = NDArray[np.int64]
COMPILE_FROM = 20_000  # transfers; below, plain Python takes about a second for all patterns
HOPS_MAX = 6
NEW = -2  # a place in the credits that is none, nor the one before the first
FAN_COLUMNS = ("payers_of_payee", "payees_of_payer", "credits_of_payee", "debits_of_payer", "payers_of_payer")
THROUGH_COLUMNS = ("came", "went", "since_ms")

_ARRAY = "int64[::1]"
_FANS = f"void({', '.join([_ARRAY] * 4)}, int64, int64, int64[:, ::1])"
_THROUGH = f"void({', '.join([_ARRAY] * 4)}, int64, int64, int64[:, ::1])"
_CYCLES = f"int64({', '.join([_ARRAY] * 7)}, int64[:, ::1])"
_SCATTERS = f"int64({', '.join([_ARRAY] * 5)}, int64, int64, int64[:, ::1])"


class Edges(NamedTuple):
    """Transfers in the order of time. Nodes are 0..nodes-1; -1 stands for a side that nobody knows, which joins nothing."""

    payer: Ints  # [edges]
    payee: Ints  # [edges]
    at: Ints  # [edges] ms, or any unit that the windows share
    amount: Ints  # [edges] minor units
    nodes: int
    pair: Ints  # [edges] number of the ordered pair of nodes, -1 where a side is unknown
    start: Ints  # [nodes + 1] where the credits of a node begin in `credit`
    credit: Ints  # [edges with a known payee] edges by payee, then time


def edges(payer: Any, payee: Any, at: Any, amount: Any, nodes: int) -> Edges:
    """Arrays checked and indexed. ValueError: lengths differ, times run backwards, a node is out of range.

    The caller keeps times within a quarter of the range of int64, and amounts small enough to be summed over a window.
    """
    a, b, t, m = (np.ascontiguousarray(one, dtype=np.int64) for one in (payer, payee, at, amount))
    if not len(a) == len(b) == len(t) == len(m):
        raise ValueError("payer, payee, at and amount are not of one length")
    if len(t) and bool((np.diff(t) < 0).any()):
        raise ValueError("transfers are not in the order of time")
    for side in (a, b):
        if len(side) and (int(side.min()) < -1 or int(side.max()) >= nodes):
            raise ValueError(f"a node is not in -1..{nodes - 1}")
    known = (a >= 0) & (b >= 0)
    pair = np.full(len(a), -1, dtype=np.int64)
    pair[known] = np.unique(a[known] * nodes + b[known], return_inverse=True)[1]
    credit = np.flatnonzero(b >= 0)
    credit = np.ascontiguousarray(credit[np.argsort(b[credit], kind="stable")])
    start = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(b[b >= 0], minlength=nodes), out=start[1:])
    return Edges(a, b, t, m, nodes, pair, start, credit)


def fans(e: Edges, window: int, fast: bool | None = None) -> Ints:
    """[edges, 5] as FAN_COLUMNS: different known counterparties and movements within `window`, this transfer included.

    The last column is how many different payers the payer itself had by then: what it gathered before it scatters.
    """
    out = np.zeros((len(e.at), 5), dtype=np.int64)
    _of(_fans, _FANS, e, fast)(e.payer, e.payee, e.at, e.pair, e.nodes, window, out)
    return out


def through(e: Edges, window: int, fast: bool | None = None) -> Ints:
    """[edges, 3] as THROUGH_COLUMNS: minor units that came to the payer within `window` before this transfer, minor units that
    went from it in that time with this transfer, and the time since the last credit (-1 for none in the window)."""
    out = np.zeros((len(e.at), 3), dtype=np.int64)
    _of(_through, _THROUGH, e, fast)(e.payer, e.payee, e.at, e.amount, e.nodes, window, out)
    return out


def cycles(
    e: Edges, window: int, keeps: tuple[int, int] | None, work_max: int, fast: bool | None = None
) -> tuple[Ints, Ints, int]:
    """Temporal cycles that a transfer closes: times strictly increase, no account twice, 2 to HOPS_MAX transfers.

    Returns counts [edges, HOPS_MAX + 1] by length, the transfers of the shortest one [edges, HOPS_MAX] padded with -1, and how many
    transfers reached `work_max`. `keeps`: per mille of a hop's amount that the next may lie in, None for any amount.
    """
    low, high = keeps or (0, 0)
    out = np.full((len(e.at), 2 * HOPS_MAX + 1), -1, dtype=np.int64)
    out[:, : HOPS_MAX + 1] = 0
    limits = np.array([window, low, high, work_max], dtype=np.int64)
    run = _of(_cycles, _CYCLES, e, fast)
    cut = int(run(e.payer, e.payee, e.at, e.amount, e.start, e.credit, limits, out))
    return out[:, : HOPS_MAX + 1], out[:, HOPS_MAX + 1 :], cut


def scatters(e: Edges, window: int, work_max: int, fast: bool | None = None) -> tuple[Ints, Ints, int]:
    """Scatter-gather that a transfer widens: one source paid several accounts, each of which then paid this payee.

    Returns the most different middle accounts over all sources [edges] (0 below two), that source [edges] (-1 for none; of equal ones
    the smallest number), and how many transfers reached `work_max`.
    """
    out = np.zeros((len(e.at), 2), dtype=np.int64)
    out[:, 1] = -1
    run = _of(_scatters, _SCATTERS, e, fast)
    cut = int(run(e.payer, e.payee, e.at, e.start, e.credit, window, work_max, out))
    return out[:, 0], out[:, 1], cut


def _of(kernel: Any, signature: str, e: Edges, fast: bool | None) -> Any:
    return compiled(kernel, signature) if (len(e.at) >= COMPILE_FROM if fast is None else fast) else kernel


def _fans(payer: Ints, payee: Ints, at: Ints, pair: Ints, nodes: int, window: int, out: Ints) -> None:
    times = np.zeros(len(at) + 1, dtype=np.int64)  # by pair: transfers in the window
    payers = np.zeros(nodes, dtype=np.int64)
    payees = np.zeros(nodes, dtype=np.int64)
    credits = np.zeros(nodes, dtype=np.int64)
    debits = np.zeros(nodes, dtype=np.int64)
    oldest = 0
    for i in range(len(at)):
        while oldest < i and at[oldest] <= at[i] - window:
            a, b, p = payer[oldest], payee[oldest], pair[oldest]
            if a >= 0:
                debits[a] -= 1
            if b >= 0:
                credits[b] -= 1
            if p >= 0:
                times[p] -= 1
                if times[p] == 0:
                    payees[a] -= 1
                    payers[b] -= 1
            oldest += 1
        a, b, p = payer[i], payee[i], pair[i]
        if p >= 0:
            if times[p] == 0:
                payees[a] += 1
                payers[b] += 1
            times[p] += 1
        if b >= 0:
            credits[b] += 1
            out[i, 0] = payers[b]
            out[i, 2] = credits[b]
        if a >= 0:
            debits[a] += 1
            out[i, 1] = payees[a]
            out[i, 3] = debits[a]
            out[i, 4] = payers[a]


def _through(payer: Ints, payee: Ints, at: Ints, amount: Ints, nodes: int, window: int, out: Ints) -> None:
    came = np.zeros(nodes, dtype=np.int64)
    went = np.zeros(nodes, dtype=np.int64)
    last = np.full(nodes, -1, dtype=np.int64)  # the last credit, as an edge
    oldest = 0
    for i in range(len(at)):
        while oldest < i and at[oldest] <= at[i] - window:
            if payer[oldest] >= 0:
                went[payer[oldest]] -= amount[oldest]
            if payee[oldest] >= 0:
                came[payee[oldest]] -= amount[oldest]
            oldest += 1
        a, b = payer[i], payee[i]
        out[i, 2] = -1
        if a >= 0:
            went[a] += amount[i]
            out[i, 0] = came[a]
            out[i, 1] = went[a]
            if last[a] >= oldest:
                out[i, 2] = at[i] - at[last[a]]
        if b >= 0:
            came[b] += amount[i]
            last[b] = i


def _cycles(
    payer: Ints, payee: Ints, at: Ints, amount: Ints, start: Ints, credit: Ints, limits: Ints, out: Ints
) -> int:
    """Backward search from the payer of each transfer to its payee, by falling time; an explicit stack, no recursion."""
    window, low, high, work_max = limits[0], limits[1], limits[2], limits[3]
    hops_max = out.shape[1] // 2
    path = hops_max + 1  # the column where the transfers of the shortest begin
    node = np.zeros(hops_max, dtype=np.int64)  # accounts on the stack
    place = np.zeros(hops_max, dtype=np.int64)  # the next credit of each to look at
    taken = np.zeros(hops_max, dtype=np.int64)  # the transfer that leads out of each
    first = start[:-1].copy()  # by node: the first credit that a later transfer can still use
    paid = np.full(len(start) - 1, -1, dtype=np.int64)  # by node: its latest debit, as an edge
    cut = 0
    for i in range(len(at)):
        target, since = payee[i], at[i] - window
        shortest, work, depth = hops_max + 1, 0, -1
        # the payee must have paid within the window, or nothing can come back to it
        if payer[i] >= 0 and target >= 0 and target != payer[i] and paid[target] >= 0 and at[paid[target]] > since:
            depth, node[0], place[0], taken[0] = 0, payer[i], NEW, i
        while depth >= 0:
            x, above = node[depth], taken[depth]
            if place[depth] == NEW:  # on the stack just now: its last credit before the transfer that leads out
                a, b = first[x], start[x + 1]
                while a < b:
                    middle = (a + b) >> 1
                    if at[credit[middle]] < at[above]:
                        a = middle + 1
                    else:
                        b = middle
                place[depth] = a - 1
            if place[depth] < first[x]:
                depth -= 1
                continue
            edge = credit[place[depth]]
            if at[edge] <= since:
                first[x] = place[depth] + 1
                depth -= 1
                continue
            place[depth] -= 1
            work += 1
            if work > work_max:
                cut += 1
                break
            y, kept = payer[edge], amount[above] * 1000
            if y < 0 or (high > 0 and (kept < amount[edge] * low or kept > amount[edge] * high)):
                continue
            if y == target:
                if depth + 2 <= hops_max:
                    out[i, depth + 2] += 1
                    if depth + 2 < shortest:
                        shortest = depth + 2
                        out[i, path] = edge
                        for step in range(depth + 1):
                            out[i, path + step + 1] = taken[depth - step]
                continue
            seen = depth + 3 > hops_max or paid[y] < 0
            for step in range(depth + 1):
                seen = seen or node[step] == y
            if not seen:
                depth += 1
                node[depth], place[depth], taken[depth] = y, NEW, edge
        if payer[i] >= 0:
            paid[payer[i]] = i
    return cut


def _scatters(
    payer: Ints,
    payee: Ints,
    at: Ints,
    start: Ints,
    credit: Ints,
    window: int,
    work_max: int,
    out: Ints,
) -> int:
    nodes = len(start) - 1
    middles = np.zeros(nodes, dtype=np.int64)  # by source: middle accounts found
    mark = np.full(nodes, -1, dtype=np.int64)  # by source: the transfer for which it counts
    counted = np.full(nodes, -1, dtype=np.int64)  # by source: the last middle, as a credit, that it was counted for
    walked = np.full(nodes, -1, dtype=np.int64)  # by middle: the transfer for which it was walked
    used = np.zeros(nodes, dtype=np.int64)  # credits of a node up to now
    cut = 0
    for i in range(len(at)):
        m, d, since = payer[i], payee[i], at[i] - window
        if d >= 0:
            used[d] += 1
        if m < 0 or d < 0 or m == d:
            continue
        work, some = 0, False
        place = start[m] + used[m] - 1
        while place >= start[m] and at[credit[place]] > since and work <= work_max:
            s = payer[credit[place]]
            if s >= 0 and s != d and s != m and at[credit[place]] < at[i]:
                mark[s], middles[s], counted[s], some = i, 1, -1, True
            place -= 1
            work += 1
        walked[m] = i
        gather = start[d] + used[d] - 2  # without this transfer
        while some and gather >= start[d] and at[credit[gather]] > since and work <= work_max:
            edge = credit[gather]
            other = payer[edge]
            work += 1
            if other >= 0 and other != d and walked[other] != i:
                # by falling time: the first meeting is the latest payment of this middle, which lets in most sources
                walked[other] = i
                place = start[other] + used[other] - 1
                while place >= start[other] and at[credit[place]] > since and work <= work_max:
                    s = payer[credit[place]]
                    work += 1
                    if s >= 0 and s != other and mark[s] == i and counted[s] != gather and at[credit[place]] < at[edge]:
                        counted[s] = gather
                        middles[s] += 1
                        if middles[s] > out[i, 0] or (middles[s] == out[i, 0] and s < out[i, 1]):
                            out[i, 0], out[i, 1] = middles[s], s
                    place -= 1
            gather -= 1
        if work > work_max:
            cut += 1
    return cut
