"""The attribution itself over part of an index: for rows that a gap puts back, and where the places of `streams` do not serve."""

import heapq
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from fanzha.trace.attribute import Attribution, attribute
from fanzha.trace.chains import chains
from fanzha.trace.columns import Columns
from fanzha.trace.ledger import Ledger, ledger
from fanzha.trace.legs import WINDOW_MS, Leg, Purse, statements
from fanzha.trace.outputs import outputs_apart
from fanzha.trace.pair import Transfer
from fanzha.trace.paths import Flags, Graph, Ints
from fanzha.trace.returns import set_apart
from fanzha.trace.streams import UNSTATED, Rows, Told


class Holding(NamedTuple):
    """What became of some payments at one account: minor units still there, gone by an exit, and of unknown whereabouts."""

    account: str  # "" where a payment's payee is unknown
    currency: str
    held_minor: int
    exited_minor: int
    unlocated_minor: int
    since_ms: int  # when the first of this money came to the account, by its own clock where its statement shows it
    transfers: tuple[int, ...]  # those that brought it, by number; some of it may have gone on to other accounts


def currency_of(columns: Columns, place: int) -> str:
    """The currency of a transfer; one of its sides has a name."""
    purse = columns.money.purse
    one = int(purse[2 * place]) if purse[2 * place] >= 0 else int(purse[2 * place + 1])
    return columns.purse_name(one)[1]


def _leg(columns: Columns, side: int, currency: str) -> Leg | None:
    """The leg that shows a side of a transfer, where one does; only what places and sums it."""
    key, balance = int(columns.key[side]), int(columns.balance[side])
    if key < 0:
        return None
    place, amount = side >> 1, int(columns.money.amount[side >> 1])
    if is_fee(columns, place):
        return _leg(columns, side - 2, currency)
    if place + 1 < len(columns.number) and side & 1 == 0 and is_fee(columns, place + 1):
        amount += int(columns.money.amount[place + 1])
    account = columns.purse_name(int(columns.money.purse[side]))[0]
    stated = None if balance == UNSTATED else balance
    moment, direction = int(columns.money.when[side]), "in" if side & 1 else "out"
    file, row = key >> 32, key & 0xFFFFFFFF
    return Leg(file, row, account, "", "", moment, direction, amount, currency, stated, "", "", "", False, "", "", "")


def is_fee(columns: Columns, place: int) -> bool:
    """Whether a transfer is a fee that was part of the row of the one before it (see `pair`)."""
    key = columns.key
    return place > 0 and bool(key[2 * place] >= 0) and bool(key[2 * place] == key[2 * place - 2])


def _transfer(columns: Columns, place: int) -> Transfer:
    """One transfer with the legs that are held, as `pair` makes it; its number is its place, its exit any word."""
    money, currency = columns.money, currency_of(columns, place)
    payer, payee = (columns.purse_name(int(p))[0] if p >= 0 else "" for p in money.purse[2 * place : 2 * place + 2])
    out_leg, in_leg = _leg(columns, 2 * place, currency), _leg(columns, 2 * place + 1, currency)
    at_ms, amount, way = int(money.when[2 * place]), int(money.amount[place]), "exit" if money.exits[place] else ""
    fee = place in columns.fees or is_fee(columns, place)
    return Transfer(place, payer, payee, at_ms, amount, currency, out_leg, in_leg, way, fee)


def put_back(columns: Columns, rows: Rows, told: Told, tangled: Flags) -> Rows:
    """Rows with those of other statements where a gap shows that they are missing (`chains`).

    A transfer of an account to itself that is put back marks its purse as tangled: `attribute` decides.
    """
    purse = columns.money.purse
    unseen = np.flatnonzero((columns.key < 0) & (purse >= 0))
    unseen = unseen[(told.trusted & told.gap)[purse[unseen]]]
    wanted = [int(q) for q in np.unique(purse[unseen])]
    if not wanted:
        return rows
    legs_of = {q: rows.ids[rows.start[q] : rows.start[q + 1]] for q in wanted}
    places = np.unique(np.concatenate([unseen >> 1, *(ids >> 1 for ids in legs_of.values())])).tolist()
    transfers = {place: _transfer(columns, place) for place in places}
    books: dict[Purse, list[Leg]] = {}
    for q, ids in legs_of.items():
        shown = [i for i in ids.tolist() if i & 1 or not is_fee(columns, i >> 1)]
        sides = (transfers[i >> 1].in_leg if i & 1 else transfers[i >> 1].out_leg for i in shown)
        books[columns.purse_name(q)] = [leg for leg in sides if leg is not None]
    made = chains([columns.purse_name(q) for q in wanted], books, transfers.values())
    size = np.diff(rows.start)
    parts, begin = [], 0
    for q, chain in zip(wanted, made, strict=True):
        added = 0
        seen: list[int] = legs_of[q].tolist()
        made_ids: list[int] = []
        for entry in chain:
            place = len(made_ids) - added
            if place < len(seen) and columns.key[seen[place]] == entry.file << 32 | entry.row:
                made_ids.append(seen[place])
                continue
            added += 1
            if purse[2 * entry.transfer] == purse[2 * entry.transfer + 1]:
                tangled[q] = True
            made_ids.append(~(2 * entry.transfer + (entry.change > 0)))
        parts += [rows.ids[begin : rows.start[q]], np.array(made_ids, np.int32)]
        begin, size[q] = int(rows.start[q + 1]), len(made_ids)
    start = np.zeros(len(rows.start), np.int64)
    np.cumsum(size, out=start[1:])
    return rows._replace(start=start, ids=np.concatenate([*parts, rows.ids[begin:]]))


def reached(columns: Columns, forward: Graph, places: Collection[int]) -> list[int]:
    """`chains.reached` over an index: purses with a statement that money of these transfers can have reached."""
    money = columns.money
    agenda = [(int(money.when[2 * place + 1]), int(money.purse[2 * place + 1])) for place in places]
    by_payer: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for went, back in columns.back_of.items():
        by_payer[int(money.purse[2 * went])].append((went, back))
    for place in places:
        if place in columns.back_of:
            agenda.append(_returns(columns, columns.back_of[place]))
    heapq.heapify(agenda)
    earliest: dict[int, int] = {}
    while agenda:
        at_ms, purse = heapq.heappop(agenda)
        if purse < 0 or not forward.passes[purse] or earliest.get(purse, at_ms + 1) <= at_ms:
            continue
        earliest[purse] = at_ms
        low, high = int(forward.start[purse]), int(forward.start[purse + 1])
        low += int(np.searchsorted(forward.at[low:high], at_ms - WINDOW_MS))
        columns_of = (forward.at[low:high].tolist(), forward.came[low:high].tolist(), forward.to[low:high].tolist())
        for left, came, payee in zip(*columns_of, strict=True):
            if payee >= 0:
                heapq.heappush(agenda, (max(at_ms, left) + came - left, payee))
        for went, back in by_payer.get(purse, ()):
            if money.when[2 * went] >= at_ms - WINDOW_MS and money.purse[2 * went + 1] >= 0:
                heapq.heappush(agenda, _returns(columns, back))
    return sorted(earliest)


def _returns(columns: Columns, back: int) -> tuple[int, int]:
    """When a transfer that came back is with its payer again, and with which purse."""
    return int(columns.money.when[2 * back + 1]), int(columns.money.purse[2 * back + 1])


class Part(NamedTuple):
    """All that money of some transfers can have reached, as `pair` and `legs` make it."""

    order: list[int]  # place of each transfer; its number is one more than its place in this list
    transfers: list[Transfer]
    purses: list[Purse]  # sorted
    books: dict[Purse, list[Leg]]
    back_of: dict[int, int]


def part_of(columns: Columns, forward: Graph, back: Graph, places: Ints) -> Part:
    """What money of the transfers at these places can have reached."""
    purses = reached(columns, forward, places.tolist())
    near = set(places.tolist())
    for graph in (forward, back):
        for q in purses:
            near.update(graph.by[graph.start[q] : graph.start[q + 1]].tolist())
    for pair in columns.back_of.items():
        if not near.isdisjoint(pair):
            near.update(pair)
    order = sorted(near)
    number = {place: n for n, place in enumerate(order, 1)}
    transfers = [_transfer(columns, place)._replace(number=number[place]) for place in order]
    back_of = {number[went]: number[came] for went, came in columns.back_of.items() if went in number}
    names = sorted(columns.purse_name(q) for q in purses)
    wanted = set(names)
    legs = {
        (*leg[:2], leg.direction): leg
        for one in transfers
        for leg in (one.out_leg, one.in_leg)
        if leg is not None and (leg.account, leg.currency) in wanted
    }
    return Part(order, transfers, names, statements(legs.values()), back_of)


def spent_in(columns: Columns, number: Mapping[int, int]) -> dict[int, int]:
    """Which transfer spends the output that another made, by their numbers; `number` by place."""
    return {number[made]: number[left] for made, left in columns.spent.items() if made in number and left in number}


def attributed(
    columns: Columns, forward: Graph, back: Graph, places: Ints
) -> tuple[Ledger, list[int], Collection[int]]:
    """The ledger of these payments alone, the place of each transfer in it by number - 1, and the numbers that came into a queue."""
    order, transfers, names, books, back_of = part_of(columns, forward, back, places)
    number = {place: n for n, place in enumerate(order, 1)}
    starts = {number[place]: label for label, place in enumerate(places.tolist())}
    queues, rows = set_apart(names, chains(names, books, transfers), transfers, back_of, starts.keys())
    queues, rows = outputs_apart(queues, rows, transfers, spent_in(columns, number))
    found: Attribution = attribute(rows, starts)
    entered = {entry.transfer for chain in rows for entry in chain if entry.change > 0}
    for n, label in starts.items():
        found.begin(n, label, transfers[n - 1].amount)
    return ledger(found, {one.number: one for one in transfers}, queues, entered), order, entered


def holders(columns: Columns, forward: Graph, back: Graph, places: Ints) -> list[Holding]:
    """`MoneyIndex.holders` by the attribution itself."""
    book, order, entered = attributed(columns, forward, back, places)
    sums: dict[Purse, list[int]] = defaultdict(lambda: [0, 0, 0])
    for (_, purse), one in book.sums.items():
        for kind, amount in enumerate((one.held, one.exited, one.unlocated)):
            sums[purse][kind] += amount
    came: dict[Purse, set[int]] = defaultdict(set)
    for moved in book.carried:
        t = moved.transfer
        if moved.fresh or (t.payee and not (t.exit and t.number not in entered)):
            came[t.payee, t.currency].add(order[t.number - 1])
    found = []
    for purse, (held, exited, unlocated) in sorted(sums.items()):
        if held or exited or unlocated:
            since = min(int(columns.money.when[2 * place + 1]) for place in came[purse])
            numbers = tuple(int(columns.number[place]) for place in sorted(came[purse]))
            found.append(Holding(*purse, held, exited, unlocated, since, numbers))
    return found
