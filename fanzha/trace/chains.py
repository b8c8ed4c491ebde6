"""The rows that the attribution needs: statements that disputed money can have reached, as chains of entries."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from fanzha.trace.attribute import Entry
from fanzha.trace.legs import Leg, Purse, broken_balances
from fanzha.trace.pair import WINDOW_MS, Transfer

# Balances are not used where they contradict each other in more than three rows and in more than one row of four.
BROKEN_MAX, BROKEN_ONE_IN = 3, 4


def reached(
    starts: Iterable[Transfer], transfers: Iterable[Transfer], books: Mapping[Purse, Sequence[Leg]]
) -> list[Purse]:
    """Accounts (with currency) that money of the starting transfers can have reached, by earliest arrival; sorted.

    Only accounts whose statement is held are in it, and only they pass money on. Clocks may differ by WINDOW_MS.
    """
    leaving: dict[Purse, list[Transfer]] = defaultdict(list)
    for transfer in transfers:
        leaving[transfer.payer, transfer.currency].append(transfer)
    agenda = [(start.at_ms, (start.payee, start.currency)) for start in starts]
    heapq.heapify(agenda)
    earliest: dict[Purse, int] = {}
    while agenda:
        at_ms, purse = heapq.heappop(agenda)
        if purse in earliest or purse not in books:
            continue
        earliest[purse] = at_ms
        for transfer in leaving[purse]:
            if transfer.at_ms >= at_ms - WINDOW_MS and transfer.payee:
                arrives = max(at_ms, transfer.at_ms)
                heapq.heappush(agenda, (arrives, (transfer.payee, transfer.currency)))
    return sorted(earliest)


def chains(
    purses: Sequence[Purse], books: Mapping[Purse, Sequence[Leg]], transfers: Iterable[Transfer]
) -> list[list[Entry]]:
    """One chain of entries per purse, in the order of its statement, with rows put back where a gap shows them."""
    number_of: dict[tuple[int, int], int] = {}
    unseen: dict[Purse, list[Transfer]] = defaultdict(list)
    wanted = set(purses)
    for transfer in transfers:
        for account, leg in ((transfer.payer, transfer.out_leg), (transfer.payee, transfer.in_leg)):
            if leg is not None:
                number_of[leg.file, leg.row] = transfer.number
            elif (account, transfer.currency) in wanted:
                unseen[account, transfer.currency].append(transfer)
    return [_chain(purse, books[purse], number_of, unseen[purse]) for purse in purses]


def _chain(
    purse: Purse, book: Sequence[Leg], number_of: Mapping[tuple[int, int], int], unseen: Sequence[Transfer]
) -> list[Entry]:
    trusted = broken_balances(book) <= max(BROKEN_MAX, len(book) // BROKEN_ONE_IN)
    entries = [
        Entry(
            leg.at_ms,
            leg.file,
            leg.row,
            number_of[leg.file, leg.row],
            leg.change,
            leg.balance if trusted or place == 0 else None,
        )
        for place, leg in enumerate(book)
    ]
    return _put_back(purse, entries, unseen) if trusted and unseen else entries


def _put_back(purse: Purse, entries: list[Entry], unseen: Sequence[Transfer]) -> list[Entry]:
    """Insert transfers that only the other bank shows, where this statement misses exactly their amount.

    A row that was cut from a statement leaves a gap between two balances. If one transfer seen by the other side at that
    time, or all of them together, make up the gap to the cent, they are the missing rows; otherwise nothing is guessed.
    """
    made: list[Entry] = []
    left = list(unseen)
    for before, after in pairwise([None, *entries]):
        if before is not None and after is not None:
            missing = _missing(purse, before, after, left)
            made += missing
            left = [t for t in left if t.number not in {entry.transfer for entry in missing}]
        if after is not None:
            made.append(after)
    return made


def _missing(purse: Purse, before: Entry, after: Entry, unseen: Sequence[Transfer]) -> list[Entry]:
    if before.balance is None or after.balance is None:
        return []
    gap = after.balance - after.change - before.balance
    if gap == 0:
        return []
    here = [
        _entry(purse, transfer)
        for transfer in unseen
        if before.at_ms - WINDOW_MS <= transfer.at_ms <= after.at_ms + WINDOW_MS
    ]
    for one in here:
        if one.change == gap:
            return [one]
    return here if sum(entry.change for entry in here) == gap else []


def _entry(purse: Purse, transfer: Transfer) -> Entry:
    """The row this statement should have had, placed by the other side's clock."""
    leg = transfer.in_leg or transfer.out_leg
    if leg is None:
        raise ValueError("a transfer has at least one leg")
    change = -transfer.amount if transfer.payer == purse[0] else transfer.amount
    return Entry(transfer.at_ms, leg.file, leg.row, transfer.number, change, None)
