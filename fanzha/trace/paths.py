"""Where money can have gone, and where it is: two walks over transfers in flat arrays, compiled where there is enough to do.

Plain functions; `compiled()` gives the same functions through Numba. A purse is an account in one currency, by number; -1 is an
unknown account, which never passes money on.
"""

from collections.abc import Callable, Sequence
from functools import cache
from types import FunctionType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Shorts = NDArray[np.int32]
Flags = NDArray[np.bool_]

HOPS_MOST: Final = 30  # tiers of one purse are the lower bits of one integer, above them stands which walk it was
WALK: Final = 32
NEVER: Final = 1 << 62  # later than any moment
# What one line of `spread` says; ARRIVED comes beside the others.
HELD, EXITED, UNLOCATED, CLAIMED, ARRIVED = 0, 1, 2, 3, 4
# How `spread` ended: as it should; where statements contradict each other; where clocks drift apart over several transfers.
DONE, TANGLED, DRIFTED = 0, 1, 2


class Graph(NamedTuple):
    """Transfers by the purse they start from, in time order. Backward the times are negated, so that one walk serves both."""

    start: Ints  # [purses + 1] first transfer of a purse
    at: Ints  # [transfers] moment (UTC ms) by the clock of the purse it starts from
    came: Ints  # [transfers] the same by the clock of the other end; the same array where no two clocks differ
    to: Shorts  # [transfers] the purse at the other end, or -1
    by: Shorts  # [transfers] which transfer
    passes: Flags  # [purses] whether its own statement is held


class Scratch(NamedTuple):
    """Memory that walks share. A line of `node` is a quarter of a cache line, for a walk waits for little else."""

    node: Ints  # [purses, 2] number of the walk << WALK | tiers as bits; arrival of the newest tier
    first: Ints  # [purses] earliest arrival of all tiers gone on from
    touched: Shorts  # [purses]
    here: Shorts  # [purses]
    then: Shorts  # [purses]
    at: Ints  # [purses]


class Rule(NamedTuple):
    """What bounds a walk."""

    hops_max: int
    clock_ms: int  # a transfer may be this much earlier than the arrival it follows
    until: int
    purses_max: int  # no further tier once more are reached
    statements_only: bool
    all_tiers: bool  # False: a purse that was reached as early by fewer transfers is not gone on from again


class Money(NamedTuple):
    """Transfers by place. Of a pair of places the even one is the payer's side, the odd one the payee's."""

    purse: Shorts  # [2 * transfers]
    when: Ints  # [2 * transfers] moment by the clock of that side
    amount: Ints  # [transfers] minor units
    exits: Flags  # [transfers] leaves the banks


class Streams(NamedTuple):
    """First in, first out as places: all money that ever enters a purse lies in one row, and what leaves takes it from the front.

    Whose money it is never changes where a cent goes. A drain takes `[from, next from)`; what follows `left` is still there.
    """

    enters: Ints  # [transfers] where its money begins in the payee's row; -1 where no statement shows it come in
    start: Ints  # [purses + 1] first drain
    drain: Ints  # [drains] where it begins
    by: Shorts  # [drains] the transfer that takes it; -1: rows that are missing from the statement
    left: Ints  # [purses] how much has left
    tangled: Flags  # [purses] its rows cannot be put in one order with those of others, or its sums are too large
    through: Shorts  # [transfers] the transfer by which its money came back, where it was set apart meanwhile; else -1


def group(keys: Shorts, visit: Ints, start: Ints, order: Shorts) -> None:
    """`order`: the places of each key one after another, in the order of `visit`; `start` ([keys + 1]) tells where each begins."""
    at = start.copy()
    for i in visit:
        k = keys[i]
        if k >= 0:
            order[at[k]] = i
            at[k] += 1


def first_from(at: Ints, low: int, high: int, moment: int) -> int:
    """The first place in [low, high) whose moment is not before this one; `high` if none is.

    No branch waits for what memory has not yet given, so that searches that follow each other overlap.
    """
    left = high - low
    while left > 0:
        half = (left + 1) >> 1
        low += half * (at[low + half - 1] < moment)
        left -= half
    return low


def expand(g: Graph, s: Scratch, walk: int, begin: tuple[int, int], r: Rule) -> tuple[int, int]:
    """Walk from tier to tier in time order: purses touched (their number is in `touched`), and the last tier walked.

    `begin`: how many purses stand in `here` with their moment in `at`, and their tier. Each tier keeps the earliest arrival of
    each purse by a path of just so many transfers. `walk` is greater than in all earlier walks. Without `all_tiers` purses, earliest
    arrivals and transfers used are the same, but the bits are only the tiers at which a purse was reached earlier than before.
    """
    count, tier = begin
    touched, node, at = s.touched, s.node, s.at
    here, then = s.here, s.then
    base = walk << WALK
    for i in range(count):
        y = here[i]
        node[y, 0], node[y, 1], s.first[y] = base | 1 << tier, at[i], at[i]
        touched[i] = y
    n = count
    while tier < r.hops_max and count > 0 and n <= r.purses_max:
        tier += 1
        bit, more = 1 << tier, 0
        for i in range(count):
            x, since = here[i], at[i]
            if r.statements_only and not g.passes[x]:
                continue
            high = g.start[x + 1]
            for p in range(first_from(g.at, g.start[x], high, since - r.clock_ms), high):
                moment = g.at[p]
                if moment > r.until:
                    break
                y = g.to[p]
                if y < 0:
                    continue
                moment = g.came[p] if moment >= since else since + g.came[p] - moment
                seen = node[y, 0]
                if seen >= base:
                    if moment >= node[y, 1] and (not r.all_tiers or seen & bit):
                        continue
                    if seen & bit:
                        node[y, 1] = moment
                        continue
                else:
                    touched[n] = y
                    n += 1
                    seen = base
                node[y, 0] = seen | bit
                node[y, 1] = moment
                then[more] = y
                more += 1
        if tier < r.hops_max and n <= r.purses_max:  # otherwise nothing goes on from this tier
            for i in range(more):
                y = then[i]
                at[i] = node[y, 1]
                s.first[y] = at[i] if node[y, 0] == base | bit else min(at[i], s.first[y])
        here, then = then, here
        count = more
    return n, tier


def reached(s: Scratch, n: int, last: int, found: tuple[Ints, Ints, Ints, Ints]) -> None:
    """Copy what a walk found: purse, tiers as bits, earliest arrival, and earliest arrival of the tiers below `last` (or NEVER)."""
    purse, tiers, arrived, leaves = found
    for i in range(n):
        y = s.touched[i]
        bits = s.node[y, 0] & ((1 << WALK) - 1)
        alone, also = bits == 1 << last, bits >> last & 1
        purse[i], tiers[i], leaves[i] = y, bits, NEVER if alone else s.first[y]
        arrived[i] = min(s.node[y, 1], leaves[i]) if also else leaves[i]


def walked(g: Graph, purse: Ints, leaves: Ints, r: Rule, places: Ints) -> int:
    """Places in the graph of all transfers that a walk used, each once; how many. Beyond the length of `places` none is written."""
    n = 0
    for i in range(len(purse)):
        x = purse[i]
        if leaves[i] == NEVER or (r.statements_only and not g.passes[x]):
            continue
        high = g.start[x + 1]
        for p in range(first_from(g.at, g.start[x], high, leaves[i] - r.clock_ms), high):
            if g.at[p] > r.until:
                break
            if n < len(places):
                places[n] = p
            n += 1
    return n


def room(lines: Ints, n: int) -> Ints:
    """An array with a line n: twice as long where it is full."""
    if n < len(lines):
        return lines
    longer = np.empty((2 * n, lines.shape[1]), np.int64)
    longer[:n] = lines
    return longer


def note(lines: Ints, n: int, line: tuple[int, int, int, int]) -> Ints:
    """Write line n."""
    lines = room(lines, n)
    lines[n, 0], lines[n, 1], lines[n, 2], lines[n, 3] = line
    return lines


def push(stack: Ints, high: int, line: tuple[int, int, int, int, int]) -> Ints:
    """Put a stretch of money on the stack: purse, from, to, transfer that brought it, moment it can have come at."""
    stack = room(stack, high)
    stack[high, 0], stack[high, 1], stack[high, 2], stack[high, 3], stack[high, 4] = line
    return stack


def begun(m: Money, f: Streams, starts: Ints, marked: Flags) -> tuple[int, int, Ints]:
    """Put the money of each transfer of `starts` on a new stack and mark it: how it ended, how many stretches, the stack."""
    stack, high = np.empty((64, 5), np.int64), 0
    how = DONE
    for t in starts:
        marked[t] = True
        payee = m.purse[2 * t + 1]
        if payee >= 0 and f.tangled[payee]:
            how = TANGLED
        elif f.enters[t] >= 0:
            place = f.enters[t]
            stack = push(stack, high, (payee, place, place + m.amount[t], t, m.when[2 * t + 1]))
            high += 1
    return how, high, stack


def spread(m: Money, f: Streams, starts: Ints, marked: Flags, clock_ms: int) -> tuple[int, int, Ints]:
    """Follow the money of some transfers to where it is: how it ended, how many lines, lines ([n, 4]: what, purse, amount, transfer).

    Each stretch of a row of money is taken by the drains it lies under, and goes on in the row of the next payee. Money that comes
    to another of `starts` is CLAIMED there: that transfer is followed by itself, whole. `marked`: [transfers], all False; so it is left.
    """
    lines, n = np.empty((64, 4), np.int64), 0
    how, high, stack = begun(m, f, starts, marked)
    while high > 0 and how == DONE:
        high -= 1
        q, x, stop, via, since = stack[high, 0], stack[high, 1], stack[high, 2], stack[high, 3], stack[high, 4]
        lines = note(lines, n, (ARRIVED, q, stop - x, via))
        n += 1
        last = f.start[q + 1]
        d = max(f.start[q], first_from(f.drain, f.start[q], last, x + 1) - 1)
        while x < stop and d < last and x < f.left[q]:
            end = f.drain[d + 1] if d + 1 < last else f.left[q]
            part, t = min(stop, end) - x, f.by[d]
            if part > 0 and t < 0:
                lines = note(lines, n, (UNLOCATED, q, part, via))
                n += 1
            elif part > 0:
                if marked[t]:
                    lines = note(lines, n, (CLAIMED, q, part, t))
                    n += 1
                payer, by, from_ms, left_ms = q, via, since, m.when[2 * t]
                payee = m.purse[2 * t + 1]
                if f.through[t] >= 0:
                    if f.tangled[payee]:
                        how = TANGLED
                    elif left_ms < since - clock_ms:
                        how = DRIFTED
                    lines = note(lines, n, (ARRIVED, payee, part, t))
                    n += 1
                    payer, by, t = payee, t, f.through[t]
                    from_ms = left_ms = m.when[2 * t]
                    payee = m.purse[2 * t + 1]
                if payee >= 0 and f.tangled[payee]:
                    how = TANGLED
                elif f.enters[t] >= 0:
                    if not marked[t]:
                        if left_ms < from_ms - clock_ms:
                            how = DRIFTED
                        place = f.enters[t] + x - f.drain[d]
                        since_there = max(from_ms, left_ms) + m.when[2 * t + 1] - left_ms
                        stack = push(stack, high, (payee, place, place + part, t, since_there))
                        high += 1
                elif m.exits[t] or payee < 0:
                    lines = note(lines, n, (EXITED if m.exits[t] else UNLOCATED, payer, part, by))
                    n += 1
                else:
                    lines = note(lines, n, (ARRIVED, payee, part, t))
                    lines = note(lines, n + 1, (UNLOCATED, payee, part, t))
                    n += 2
            x += max(part, 0)
            d += 1
        if x < stop:
            lines = note(lines, n, (HELD, q, stop - x, via))
            n += 1
    for t in starts:
        marked[t] = False
    return how, n, lines


class Kernels(NamedTuple):
    """The functions a caller uses, interpreted or compiled."""

    group: Any
    expand: Any
    reached: Any
    walked: Any
    spread: Any


INTERPRETED = Kernels(group, expand, reached, walked, spread)


def compile_parts(parts: Sequence[Callable[..., Any]], names: dict[str, Any]) -> dict[str, Any]:
    """The same functions compiled, by name, callees before callers; `names` is the namespace they were written in.

    Numba resolves a callee when it compiles, so each function is made again in a namespace that holds the compiled ones.
    """
    from numba import njit  # here: its import alone would cost every small run half a second

    space = dict(names)
    for part in parts:
        again = FunctionType(part.__code__, space, part.__name__, part.__defaults__)
        try:
            space[part.__name__] = njit(cache=True, nogil=True)(again)
        except RuntimeError:  # nowhere to keep it: neither beside the source nor in the user's cache
            space[part.__name__] = njit(nogil=True)(again)
    return space


@cache
def compiled() -> Kernels:
    """The functions of this module compiled. The first call on a machine takes some seconds; the result is kept beside the source."""
    space = compile_parts((group, first_from, expand, reached, walked, room, note, push, begun, spread), globals())
    return Kernels(*(space[name] for name in Kernels._fields))
