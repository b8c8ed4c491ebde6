"""What the trace shows of whose money is in a frozen account, and whether time stamps show it at all.

Time stamps show whose money is left if every order of the rows that they and the balances allow gives the same amounts, and no
row is known to be missing while victims' money was there: in the account itself and in those it came through. Each group of
rows with one time stamp is reordered by itself, the others as printed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from fanzha.respond.refund import Claim, Credit, Frozen, Purse
from fanzha.store.contract import Tables
from fanzha.trace.attribute import Entry, attribute
from fanzha.trace.chains import trusted
from fanzha.trace.follow import Traced
from fanzha.trace.index import MoneyIndex
from fanzha.trace.ledger import Sums
from fanzha.trace.retraced import retraced

ORDERS_MAX = 24  # orders of one group that are tried
TRIES_MAX = 300  # orders tried for one account; with more to try, time stamps count as not showing it


_Group = tuple[int, int, list[Entry], int | None]  # queue, place in its chain, rows with one time stamp, balance before


class Evidence(NamedTuple):
    """For each frozen account what is in it, and the payments that concern it, by account and currency."""

    accounts: list[tuple[Frozen, list[Credit]]]
    claims: dict[Purse, list[Claim]]


def evidence(engine: Tables, frozen: Mapping[Purse, int]) -> Evidence:
    """What is in each frozen account, by the tables that `trace` made. `frozen`: minor units."""
    return of_traced(retraced(engine, MoneyIndex.load(engine)), frozen)


def of_traced(traced: Traced, frozen: Mapping[Purse, int]) -> Evidence:
    """The evidence of what was traced."""
    sources, touched = _sources(traced)
    accounts: list[tuple[Frozen, list[Credit]]] = []
    claims: dict[Purse, list[Claim]] = {}
    for purse in sorted(frozen):
        here = {label: sums for (label, one), sums in traced.book.sums.items() if one == purse and sums.received}
        tests, most = _tests(traced, purse, _upstream(purse, sources), touched) if here else ((), {})
        credits = [
            Credit(_key(traced, label), max(most.get(label, 0), one.received), one.held)
            for label in sorted({*here, *most})
            for one in (here.get(label, Sums()),)
        ]
        accounts.append((Frozen(*purse, frozen[purse], tests, purse in traced.books), credits))
        named = {label for label, one in enumerate(traced.payments) if (one.stated.payee, one.stated.currency) == purse}
        claims[purse] = [_claim(traced, label) for label in sorted({*here, *most, *named})]
    return Evidence(accounts, claims)


def _key(traced: Traced, label: int) -> tuple[int, int, int]:
    stated = traced.payments[label].stated
    return stated.file, stated.row, stated.n


def _claim(traced: Traced, label: int) -> Claim:
    payment = traced.payments[label]
    paid = payment.transfer.amount if payment.transfer is not None else payment.stated.amount or 0
    return Claim(payment.stated.case_id, *_key(traced, label), paid, shown=payment.transfer is not None)


def _sources(traced: Traced) -> tuple[dict[Purse, set[Purse]], set[int]]:
    """From which accounts victims' money came into each, and the transfers that carried some."""
    sources: dict[Purse, set[Purse]] = defaultdict(set)
    for one in traced.book.carried:
        if not one.fresh:
            sources[one.transfer.payee, one.transfer.currency].add((one.transfer.payer, one.transfer.currency))
    return sources, {one.transfer.number for one in traced.book.carried}


def _upstream(purse: Purse, sources: Mapping[Purse, Iterable[Purse]]) -> set[Purse]:
    """The account and all that victims' money came through to it."""
    found, agenda = {purse}, [purse]
    while agenda:
        for one in sources.get(agenda.pop(), ()):
            if one not in found:
                found.add(one)
                agenda.append(one)
    return found


def _tests(traced: Traced, purse: Purse, way: set[Purse], touched: set[int]) -> tuple[tuple[str, ...], dict[int, int]]:
    """Codes of return_tests.yaml that speak against the time stamps, and the most that can have come of each payment."""
    queues = [number for number, one in enumerate(traced.purses) if one in way]
    found = set()
    groups: list[_Group] = []
    for place, queue in enumerate(queues):
        chain = traced.chains[queue]
        if not trusted(traced.books[traced.purses[queue]]):
            found.add("balances_contradict")
        moved = [number for number, entry in enumerate(chain) if entry.transfer in touched]
        if not moved:
            continue
        last = len(chain) if traced.purses[queue] == purse else moved[-1] + 1
        if _has_gap(chain, moved[0], last):
            found.add("statement_gap")
        groups += [(place, *group) for group in _groups(chain, moved[0], last)]
    here = {place for place, queue in enumerate(queues) if traced.purses[queue] == purse}
    matters, most = _other_orders_give(here, [traced.chains[queue] for queue in queues], traced.starts, groups)
    if matters:
        found.add("equal_times")
    return tuple(sorted(found)), most if matters else {}


def _running(chain: Sequence[Entry]) -> Iterator[tuple[Entry, int | None, bool]]:
    """Each row with the balance before it, where one is known, and whether its own balance follows from that."""
    before: int | None = None
    for entry in chain:
        expected = None if before is None else before + entry.change
        follows = expected is None or entry.balance is None or entry.balance == expected
        yield entry, entry.balance - entry.change if before is None and entry.balance is not None else before, follows
        before = expected if entry.balance is None else entry.balance


def _has_gap(chain: Sequence[Entry], first: int, last: int) -> bool:
    """Whether balances show that rows are missing between the row where victims' money first moved and `last`."""
    return any(not follows for place, (_, _, follows) in enumerate(_running(chain)) if first < place < last)


def _groups(chain: Sequence[Entry], first: int, last: int) -> Iterator[tuple[int, list[Entry], int | None]]:
    """Rows with one time stamp, two or more, from where victims' money first moved: place, rows, balance before them."""
    befores = [before for _, before, _ in _running(chain)]
    place = 0
    while place < last:
        end = place + 1
        while end < len(chain) and chain[end].at_ms == chain[place].at_ms:
            end += 1
        if end - place > 1 and end > first:
            yield place, list(chain[place:end]), befores[place]
        place = end


def other_orders(group: Sequence[Entry], before: int | None) -> Iterator[list[Entry]]:
    """The orders of rows with one time stamp that their balances allow, but for the one given; rows alike in all count once."""

    def put(done: list[Entry], rest: list[Entry], balance: int | None) -> Iterator[list[Entry]]:
        if not rest:
            yield done
        tried = set()
        for place, entry in enumerate(rest):
            after = entry.balance if balance is None else balance + entry.change
            mark = (entry.transfer, entry.change, entry.balance)
            if mark in tried or (entry.balance is not None and after != entry.balance):
                continue
            tried.add(mark)
            yield from put([*done, entry], rest[:place] + rest[place + 1 :], after)

    return (order for order in put([], list(group)[::-1], before) if order != list(group))


def _other_orders_give(
    here: set[int], chains: Sequence[Sequence[Entry]], starts: Mapping[int, int], groups: Sequence[_Group]
) -> tuple[bool, dict[int, int]]:
    """Whether another order of rows with one time stamp leaves other amounts in the queues `here`, and the most that can have
    come into them of each payment by any order tried."""
    if not groups:
        return False, {}
    inward = [entry.transfer for place in sorted(here) for entry in chains[place] if entry.change > 0]

    def amounts(tried: Sequence[Sequence[Entry]]) -> tuple[dict[int, int], dict[int, int]]:
        found = attribute(tried, starts)
        held: dict[int, int] = defaultdict(int)
        came: dict[int, int] = defaultdict(int)
        for parcel in (parcel for place in here for parcel in found.held[place]):
            held[parcel.label] += parcel.amount
        for number in inward:
            fresh = found.fresh.get(number)
            for parcel in (*found.taken.get(number, ()), *((fresh,) if fresh else ())):
                came[parcel.label] += parcel.amount
        return dict(held), dict(came)

    usual, most = amounts(chains)
    matters, tries = False, 0
    for place, first, group, before in groups:
        for order in islice(other_orders(group, before), ORDERS_MAX):
            tries += 1
            if tries > TRIES_MAX:
                return True, most
            tried = list(chains)
            tried[place] = [*chains[place][:first], *order, *chains[place][first + len(group) :]]
            held, came = amounts(tried)
            matters = matters or held != usual
            most = {label: max(most.get(label, 0), came.get(label, 0)) for label in sorted({*most, *came})}
    return matters, most
