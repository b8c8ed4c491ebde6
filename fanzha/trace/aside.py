"""Movements that came back, set apart in the places of `streams` as `returns.set_apart` does it in the chains.

A payment and its return are taken out of the statement of who had the money meanwhile, if it can have lain there, and what
leaves by the payment comes in again by the return, in the same order. So one refund of a shop does not make every question
about money that came to the shop a question to the attribution itself.
"""

from typing import NamedTuple

import numpy as np

from fanzha.trace.columns import Columns
from fanzha.trace.paths import Flags, Ints, Shorts
from fanzha.trace.streams import UNSTATED, Rows, Told, fee_in


class _Chain(NamedTuple):
    """The rows of one purse as `chains` has them."""

    ids: Shorts  # with ~ where the row was put back
    change: Ints  # minor units; below zero where money leaves
    balance: Ints  # after the row, or UNSTATED
    kept: Flags
    taken: Ints  # minor units that rows taken out before had added to the balance of each row
    place: dict[int, int]  # of each side in `ids`


def set_aside(columns: Columns, rows: Rows, told: Told, tangled: Flags) -> tuple[Rows, Shorts]:
    """Rows without what is set apart, and for each transfer the one by which its money comes back at once, or -1.

    A purse that cannot be worked out so is marked as tangled: `attribute` decides.
    """
    through = np.full(len(columns.number), -1, np.int32)
    purse, made = columns.money.purse, dict[int, _Chain]()
    for went, back in sorted(columns.back_of.items()):
        payer, holder, again = (int(purse[side]) for side in (2 * went, 2 * went + 1, 2 * back + 1))
        sides = [one for one in (payer, holder, int(purse[2 * back]), again) if one >= 0]
        if payer == holder or int(purse[2 * back]) == again or back in columns.back_of:
            tangled[sides] = True
            continue
        whose = payer if holder < 0 else holder
        if whose not in made:
            made[whose] = _chain(columns, rows, told, whose)
        chain = made[whose]
        if holder < 0:
            _undone(chain, (chain.place.get(2 * went), chain.place.get(2 * back + 1)), whose, tangled)
            continue
        came, left = chain.place.get(2 * went + 1), chain.place.get(2 * back)
        if came is None and left is None:
            through[went] = back
        elif came is not None and left is not None and _lay_there(chain, came, left):
            _take_out(chain, came, left)
            through[went] = back
    return _without(rows, told, made, tangled), through


def _chain(columns: Columns, rows: Rows, told: Told, q: int) -> _Chain:
    ids = rows.ids[rows.start[q] : rows.start[q + 1]]
    sides = np.where(ids < 0, ~ids, ids).astype(np.int64)
    amount = columns.money.amount[sides >> 1]
    balance = np.where(ids < 0, UNSTATED, rows.balance[sides])
    if not told.trusted[q]:
        balance[1:] = UNSTATED
    for n in np.flatnonzero((balance != UNSTATED) & (sides & 1 == 0)).tolist():
        balance[n] += fee_in(columns.money, rows, int(sides[n]))
    place = {side: n for n, side in enumerate(sides.tolist())}
    change = np.where(sides & 1, amount, -amount)
    return _Chain(ids, change, balance, np.ones(len(ids), np.bool_), np.zeros(len(ids), np.int64), place)


def _lay_there(chain: _Chain, came: int, left: int) -> bool:
    """`returns._lay_there`: whether no row between the two left less than the amount."""
    between = slice(came + 1, max(left, came + 1))
    goes = chain.kept[between] & (chain.change[between] < 0)
    # UNSTATED is less than any amount
    return left > came and not bool(np.any(chain.balance[between][goes] < chain.change[came]))


def _take_out(chain: _Chain, first: int, second: int) -> None:
    """`returns._take_out`: the balances between the two rows are less what the first changed."""
    change = chain.change[first]
    between = slice(first + 1, second)
    stated = chain.balance[between] != UNSTATED
    chain.balance[between][stated] -= change
    chain.taken[between] += change
    chain.kept[[first, second]] = False


def _undone(chain: _Chain, places: tuple[int | None, int | None], purse: int, tangled: Flags) -> None:
    """A movement of which neither row names an account did not take place."""
    went, back = places
    if went is None or back is None:
        return
    if back < went:
        tangled[purse] = True
    else:
        _take_out(chain, went, back)


def _without(rows: Rows, told: Told, made: dict[int, _Chain], tangled: Flags) -> Rows:
    """The rows that are kept, with their balances."""
    changed = {q: chain for q, chain in sorted(made.items()) if not chain.kept.all()}
    if not changed:
        return rows
    balance, kept = rows.balance.copy(), np.ones(len(rows.ids), np.bool_)
    for q, chain in changed.items():
        low, high = rows.start[q], rows.start[q + 1]
        kept[low:high] = chain.kept
        own = (chain.ids >= 0) & (balance[chain.ids] != UNSTATED)
        balance[chain.ids[own]] -= chain.taken[own]
        if not told.trusted[q] and not chain.kept[0]:
            tangled[q] = True  # only the first row's balance counts, and it is gone
    start = np.concatenate([[0], np.cumsum(kept)])[rows.start]
    return rows._replace(start=start, ids=rows.ids[kept], balance=balance)
