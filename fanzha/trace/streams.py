"""First in, first out for all accounts at once: from statements to the places of `paths.Streams`. Same convention as `attribute`.

A statement alone decides how much money is in its queue before each row, and how much of it each row takes. So the places where
money enters and leaves are found once for all transfers, without knowing whose money it is; a question then only looks them up.
"""

from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np

from fanzha.trace.chains import BROKEN_MAX, BROKEN_ONE_IN
from fanzha.trace.paths import Flags, Ints, Money, Shorts, Streams, compile_parts

UNSTATED: Final = -(1 << 63)  # a balance that no statement gives
TOO_MUCH: Final = 1 << 61  # sums beyond this do not fit; such a purse is worked out in whole numbers of any size


class Rows(NamedTuple):
    """The rows of all statements. An `id` is 2 * transfer for the payer's row and 2 * transfer + 1 for the payee's.

    A row that only the other side's statement shows and that a gap puts back (see `chains`) stands as ~id. Where a fee was part of
    a payer's row, the next transfer is that fee and has the same file and row (see `pair`).
    """

    start: Ints  # [purses + 1] first row of a purse
    ids: Shorts  # [rows]
    key: Ints  # [2 * transfers] file and row as file << 32 | row, or -1
    balance: Ints  # [2 * transfers] minor units after the row, or UNSTATED


class Told(NamedTuple):
    """What the balances of a statement say."""

    trusted: Flags  # [purses] they do not contradict each other too often
    gap: Flags  # [purses] somewhere a row is missing


def fee_in(m: Money, r: Rows, i: int) -> int:
    """Minor units of the fee that is part of the row of an id, or 0."""
    if i & 1 == 0 and i + 2 < len(r.key) and r.key[i] >= 0 and r.key[i] == r.key[i + 2]:
        amount: int = m.amount[(i >> 1) + 1]
        return amount
    return 0


def arrange(m: Money, r: Rows, t: Told) -> None:
    """Put the rows of each purse, given in any order and without fees that are part of one, into the order of `legs.statements`,
    and read its balances."""
    for q in range(len(r.start) - 1):
        low, high = r.start[q], r.start[q + 1]
        t.trusted[q], t.gap[q] = True, False
        if high - low < 2:
            continue
        ids = r.ids[low:high]
        ids = ids[np.argsort(r.key[ids], kind="mergesort")]
        left = 0
        while left < len(ids):
            right = left + 1
            file = r.key[ids[left]] >> 32
            while right < len(ids) and r.key[ids[right]] >> 32 == file:
                right += 1
            if right - left > 1 and runs_back(m, r, ids[left:right]):
                ids[left:right] = ids[left:right][::-1].copy()
            left = right
        ids = ids[np.argsort(m.when[ids], kind="mergesort")]
        r.ids[low:high] = ids
        broken = breaks(m, r, ids, False)
        t.trusted[q] = broken <= max(BROKEN_MAX, (high - low) // BROKEN_ONE_IN)
        t.gap[q] = broken > 0


def runs_back(m: Money, r: Rows, ids: Shorts) -> bool:
    """Whether the rows of one file run from new to old (`legs.newest_first`)."""
    first, last = m.when[ids[0]], m.when[ids[len(ids) - 1]]
    if first != last:
        return bool(first > last)
    return breaks(m, r, ids, True) < breaks(m, r, ids, False)


def breaks(m: Money, r: Rows, ids: Shorts, back: bool) -> int:
    """Rows whose stated balance does not follow from the row before (`legs.broken_balances`), read forward or back."""
    found = 0
    for i in range(1, len(ids)):
        before, after = (ids[i], ids[i - 1]) if back else (ids[i - 1], ids[i])
        if r.balance[before] != UNSTATED and r.balance[after] != UNSTATED:
            change = m.amount[after >> 1] if after & 1 else -m.amount[after >> 1] - fee_in(m, r, after)
            if r.balance[before] + change != r.balance[after]:
                found += 1
    return found


def flow(m: Money, r: Rows, t: Told, f: Streams) -> int:
    """Fill in the places of all rows; how many drains there are. `f.drain` and `f.by` have room for two a row."""
    n = 0
    for q in range(len(r.start) - 1):
        f.start[q] = n
        entered, left = np.int64(0), np.int64(0)
        for place in range(r.start[q], r.start[q + 1]):
            i = r.ids[place]
            amount = m.amount[i >> 1] if i >= 0 else m.amount[~i >> 1]
            balance = r.balance[i] if i >= 0 and (t.trusted[q] or place == r.start[q]) else UNSTATED
            if amount > TOO_MUCH or entered > TOO_MUCH or balance > TOO_MUCH or UNSTATED < balance < -TOO_MUCH:
                f.tangled[q] = True
                break
            if i < 0:
                i = ~i
            comes = i & 1
            if balance != UNSTATED:
                balance += fee_in(m, r, i)
                gap = max(0, balance - amount if comes else balance + amount) - (entered - left)
                if gap >= 0:
                    entered += gap
                else:
                    f.drain[n], f.by[n] = left, -1
                    left -= gap
                    n += 1
            if comes:
                f.enters[i >> 1] = entered
                entered += amount
            else:
                f.drain[n], f.by[n] = left, i >> 1
                left += min(amount, entered - left)
                n += 1
        f.left[q] = left
    f.start[len(r.start) - 1] = n
    return n


def untangle(m: Money, r: Rows, pending: Flags, tangled: Flags, through: Shorts) -> None:
    """Mark purses with rows that no order can take, each statement in its order and a payer's row before the payee's.

    `pending`: [transfers] whether a statement shows it leave; `through`: as in `Streams`. Order of Kahn (1962): what is never taken lies on a circle or
    behind one.
    """
    place = r.start[:-1].copy()
    agenda = np.empty(len(place) + 1, np.int32)
    for q in range(len(place)):
        agenda[0] = q
        high = 1
        while high > 0:
            high -= 1
            p = agenda[high]
            while place[p] < r.start[p + 1]:
                i = r.ids[place[p]]
                if i < 0:
                    i = ~i
                if i & 1 and pending[i >> 1]:
                    break
                place[p] += 1
                if not i & 1:
                    if through[i >> 1] >= 0:  # its money comes back at once
                        i = 2 * through[i >> 1]
                    pending[i >> 1] = False
                    other = m.purse[i + 1]
                    if other >= 0 and other != p and place[other] < r.start[other + 1]:
                        head = r.ids[place[other]]
                        if head == i + 1 or ~head == i + 1:
                            agenda[high] = other
                            high += 1
    for q in range(len(place)):
        if place[q] < r.start[q + 1]:
            tangled[q] = True


class Kernels(NamedTuple):
    """The functions a caller uses, interpreted or compiled."""

    arrange: Any
    flow: Any
    untangle: Any


INTERPRETED = Kernels(arrange, flow, untangle)


@cache
def compiled() -> Kernels:
    """The same functions compiled; see `paths.compiled`."""
    space = compile_parts((fee_in, breaks, runs_back, arrange, flow, untangle), globals())
    return Kernels(*(space[name] for name in Kernels._fields))
