"""The rows that the attribution needs: statements that disputed money can have reached, as chains of entries."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from fanzha.trace.attribute import Entry
from fanzha.trace.legs import WINDOW_MS, Leg, Purse, broken_balances
from fanzha.trace.pair import Transfer

# Balances are not used where they contradict each other in more than three rows and in more than one row of four.
BROKEN_MAX, BROKEN_ONE_IN = 3, 4

Place = tuple[int, int]  # file and row


def reached(
    starts: Iterable[Transfer],
    transfers: Sequence[Transfer],
    books: Mapping[Purse, Sequence[Leg]],
    back_of: Mapping[int, int],
) -> list[Purse]:
    """Accounts (with currency) that money of the starting transfers can have reached, by earliest arrival; sorted.

    Only accounts whose statement is held are in it, and only they pass money on; but a payment that came back (`back_of`)
    is back with who paid it. Moments are by the clock of the account they are of; clocks may differ by WINDOW_MS besides.
    """
    leaving: dict[Purse, list[Transfer]] = defaultdict(list)
    for transfer in transfers:
        leaving[transfer.payer, transfer.currency].append(transfer)

    def arrivals(transfer: Transfer, not_before: int) -> list[tuple[int, Purse]]:
        apart = transfer.arrived_ms - transfer.at_ms  # of the two clocks
        there = [(max(not_before, transfer.at_ms) + apart, (transfer.payee, transfer.currency))]
        if transfer.number in back_of:
            back = transfers[back_of[transfer.number] - 1]
            there.append((back.arrived_ms, (back.payee, back.currency)))
        return there

    agenda = [one for start in starts for one in arrivals(start, start.at_ms)]
    heapq.heapify(agenda)
    earliest: dict[Purse, int] = {}
    while agenda:
        at_ms, purse = heapq.heappop(agenda)
        if purse not in books or earliest.get(purse, at_ms + 1) <= at_ms:
            continue
        earliest[purse] = at_ms
        for transfer in leaving[purse]:
            if transfer.at_ms >= at_ms - WINDOW_MS and transfer.payee:
                for one in arrivals(transfer, at_ms):
                    heapq.heappush(agenda, one)
    return sorted(earliest)


def chains(
    purses: Sequence[Purse], books: Mapping[Purse, Sequence[Leg]], transfers: Iterable[Transfer]
) -> list[list[Entry]]:
    """One chain of entries per purse, in the order of its statement, with rows put back where a gap shows them."""
    number_of: dict[Place, int] = {}
    fees: dict[Place, Transfer] = {}  # taken out of the amount of the same row
    unseen: dict[Purse, list[Transfer]] = defaultdict(list)
    wanted = set(purses)
    for transfer in transfers:
        if transfer.fee and transfer.out_leg is not None and transfer.amount < transfer.out_leg.amount:
            fees[transfer.out_leg.file, transfer.out_leg.row] = transfer
            continue
        for account, leg in ((transfer.payer, transfer.out_leg), (transfer.payee, transfer.in_leg)):
            if leg is not None:
                number_of[leg.file, leg.row] = transfer.number
            elif (account, transfer.currency) in wanted:
                unseen[account, transfer.currency].append(transfer)
    return [_chain(purse, books[purse], number_of, fees, unseen[purse]) for purse in purses]


def trusted(book: Sequence[Leg]) -> bool:
    """Whether the balances of a statement are used."""
    return broken_balances(book) <= max(BROKEN_MAX, len(book) // BROKEN_ONE_IN)


def _chain(
    purse: Purse,
    book: Sequence[Leg],
    number_of: Mapping[Place, int],
    fees: Mapping[Place, Transfer],
    unseen: Sequence[Transfer],
) -> list[Entry]:
    sure = trusted(book)
    entries = []
    for place, leg in enumerate(book):
        here = (leg.file, leg.row)
        balance = leg.balance if sure or place == 0 else None
        fee = fees.get(here) if leg.direction == "out" else None
        if fee is not None:  # the transfer first, then the fee
            between = None if balance is None else balance + fee.amount
            entries.append(Entry(leg.at_ms, *here, number_of[here], leg.change + fee.amount, between))
            entries.append(Entry(leg.at_ms, *here, fee.number, -fee.amount, balance))
        else:
            entries.append(Entry(leg.at_ms, *here, number_of[here], leg.change, balance))
    return _put_back(purse, entries, unseen) if sure and unseen else entries


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
