"""Whose money is in each account, to the minor unit, by a named rule. A pure kernel; no tables, no clock.

Convention (printed with every result): first in, first out unless another rule of `rules.py` is chosen; the opening balance
is the first money in; rows of one account keep the order of its statement. FIFO is the rule of Clayton's Case (1816) and of
银行流水 tracing in practice (2016 refund rules, art. 5: return by tracing the order of time stamps).

Each account and currency has a pot of parcels (amount, label). A label is the number of a victim's payment; NOBODY is
money not in dispute. The work has two parts: `schedule` says in which order which amounts move, the same for every rule;
`carry` moves the parcels, and only there the rule counts. Whatever happens, no labelled cent appears twice or is lost
(poison excepted): see `Attribution`.
"""

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from fanzha.errors import InputError
from fanzha.trace.rules import NOBODY, Parcel, Pot, Queue, made_up, pot_of

__all__ = [
    "NOBODY",
    "Attribution",
    "Entry",
    "Lost",
    "Move",
    "Parcel",
    "Queue",
    "Step",
    "attribute",
    "carry",
    "schedule",
]

# What a move does to a pot. EARLY: the payee's row, whose money is not there yet because clocks contradict each other in a
# circle; LATE: that money, when the payer's row is reached. FEE: what a transfer lost between its two rows.
OUT, IN, EARLY, LATE, UNSEEN_IN, UNSEEN_OUT, FEE = "out", "in", "early", "late", "unseen_in", "unseen_out", "fee"


# Parcels that a rule may handle before it is given up: an account that thousands of cases paid into would hand thousands of
# parcels to every account behind it. About three seconds of work; first in, first out never comes near.
PARCELS_MAX = 3_000_000


class Entry(NamedTuple):
    """One row of a statement. `change` is positive for money in; `balance` (after the row) is None where not stated."""

    at_ms: int
    file: int
    row: int
    transfer: int
    change: int
    balance: int | None


class Move(NamedTuple):
    """An amount (minor units, positive) that enters or leaves a queue; `place` is that of the row in the queue's chain."""

    kind: str
    queue: int
    place: int
    at_ms: int
    transfer: int
    amount: int


class Lost(NamedTuple):
    """Disputed money that left a queue by rows that are missing from its statement, or as a fee before it came there."""

    queue: int
    at_ms: int
    parcel: Parcel


class Step(NamedTuple):
    """A move of a queue that was watched: the labelled parcels that came into its pot or out of it, and the pot after it."""

    move: Move
    parcels: list[Parcel]
    total: int
    labelled: list[Parcel]


@dataclass(slots=True)
class Attribution:
    """What the kernel found, per transfer and per queue.

    order    transfers that carried disputed money, in the order they were worked through
    taken    labelled parcels that a transfer took out of its payer's queue
    fresh    labelled parcel that begins with this transfer: a victim's payment, less what was already in dispute
    held     labelled parcels left in each queue
    totals   all money left in each queue, in dispute or not
    lost     see `Lost`
    steps    the moves of the queues that were watched, in the order they were worked through

    For each label: the fresh amount == held + lost + what was taken by transfers that enter no queue. Poison gives upper
    bounds instead, per label; its sums mean nothing.
    """

    order: list[int] = field(default_factory=list)
    taken: dict[int, list[Parcel]] = field(default_factory=dict)
    fresh: dict[int, Parcel] = field(default_factory=dict)
    held: list[list[Parcel]] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def begin(self, transfer: int, label: int, amount: int) -> None:
        """Note a victim's payment that no chain shows; one that a chain shows is left as it is."""
        if transfer not in self.fresh and transfer not in self.taken:
            self.fresh[transfer] = Parcel(amount, label)
            self.order.append(transfer)


def attribute(chains: Sequence[Sequence[Entry]], payments: Mapping[int, int], rule: str = "fifo") -> Attribution:
    """Work through the rows of all statements and say whose money is where.

    `chains[q]` are the rows of queue q in the order of its statement; a transfer is in at most two chains (out and in).
    `payments` gives the label of each transfer that is a victim's payment. Money that a transfer takes from one queue
    enters the other whole, in the order in which it left. Money already in dispute keeps its first label: a cent is
    claimed once. `rule` is a code of RULES (NotFound otherwise); see `schedule` for what is the same under every rule.
    """
    return carry(schedule(chains), len(chains), payments, rule)


def schedule(chains: Sequence[Sequence[Entry]]) -> list[Move]:
    """The moves of all chains in the order in which they are worked through; the same for every rule and every victim.

    Where a balance says that rows are missing before a row, the queue is brought to it. Money that came unseen is
    NOBODY's and stands last; also, if more leaves than the queue holds, the rest is NOBODY's, because no record says that
    a victim's money came in. Money that left unseen leaves by the rule, as any other (first in, first out: the oldest);
    its labels are `lost`, never kept on an account that no longer has the money. The opening balance is the first such
    correction.

    The rows are taken in an order that respects each statement and puts a payer's row before the payee's row of the
    same transfer, however the two clocks differ; otherwise by time, file and row. If clocks contradict each other in a
    circle the earliest waiting row goes first and its money enters when the payer's row is reached.
    """
    return _Walk(chains).run()


def carry(
    moves: Sequence[Move], queues: int, payments: Mapping[int, int], rule: str = "fifo", watch: Sequence[int] = ()
) -> Attribution:
    """Move the parcels of a schedule by a rule; `steps` are kept of the queues to `watch`.

    InputError where a rule that mixes would handle more than PARCELS_MAX parcels.
    """
    return _Carrier(queues, payments, rule, watch).run(moves)


class _Walk:
    """The state of one walk: how much is in each queue, which payers' rows are still to come, which rows wait for them."""

    def __init__(self, chains: Sequence[Sequence[Entry]]) -> None:
        self.chains = chains
        self.total = [0] * len(chains)
        self.place = [0] * len(chains)
        self.moves: list[Move] = []
        self.pending_out = {entry.transfer for chain in chains for entry in chain if entry.change < 0}
        self.in_transit: dict[int, int] = {}  # transfer: amount that left its payer
        self.late: dict[int, tuple[int, int]] = {}  # transfer whose payee's row had to go first: queue and place
        self.waiting: dict[int, int] = {}  # transfer: queue whose next row waits for it
        self.ready: list[tuple[int, int, int, int]] = []

    def run(self) -> list[Move]:
        """Take every row once."""
        for queue in range(len(self.chains)):
            self._offer(queue)
        while self.ready or self.waiting:
            if self.ready:
                self._take(heapq.heappop(self.ready)[3])
            else:
                transfer = min(self.waiting, key=lambda t: self._head_key(self.waiting[t]))
                queue = self.waiting.pop(transfer)
                self.late[transfer] = queue, self.place[queue]
                self._take(queue)
        return self.moves

    def _head_key(self, queue: int) -> tuple[int, int, int, int]:
        entry = self.chains[queue][self.place[queue]]
        return entry.at_ms, entry.file, entry.row, queue

    def _offer(self, queue: int) -> None:
        """Make the next row of a queue ready, or let it wait for the payer's row of its transfer."""
        if self.place[queue] >= len(self.chains[queue]):
            return
        entry = self.chains[queue][self.place[queue]]
        if entry.change > 0 and entry.transfer in self.pending_out:
            self.waiting[entry.transfer] = queue
        else:
            heapq.heappush(self.ready, self._head_key(queue))

    def _take(self, queue: int) -> None:
        place = self.place[queue]
        entry = self.chains[queue][place]
        self._correct(queue, place, entry)
        if entry.change < 0:
            self._out(queue, place, entry)
        elif entry.transfer in self.late:
            self._note(EARLY, queue, place, entry, entry.change)
        else:
            self._enter(IN, queue, place, entry.transfer)
        self.place[queue] += 1
        self._offer(queue)

    def _out(self, queue: int, place: int, entry: Entry) -> None:
        self.total[queue] = max(0, self.total[queue] + entry.change)
        self._note(OUT, queue, place, entry, -entry.change)
        self.pending_out.discard(entry.transfer)
        self.in_transit[entry.transfer] = -entry.change
        if entry.transfer in self.late:
            self._enter(LATE, *self.late[entry.transfer], entry.transfer)
            return
        waiting = self.waiting.pop(entry.transfer, None)
        if waiting is not None:
            heapq.heappush(self.ready, self._head_key(waiting))

    def _enter(self, kind: str, queue: int, place: int, transfer: int) -> None:
        """Money enters; if less comes than left the payer, the rest was a fee on the way."""
        entry = self.chains[queue][place]
        fee = self.in_transit.pop(transfer, entry.change) - entry.change
        if fee > 0:
            self._note(FEE, queue, place, entry, fee)
        self._note(kind, queue, place, entry, entry.change)
        self.total[queue] += entry.change

    def _correct(self, queue: int, place: int, entry: Entry) -> None:
        """Bring a queue to the balance that a row says it had before."""
        if entry.balance is None:
            return
        before = max(0, entry.balance - entry.change)
        gap = before - self.total[queue]
        if gap:
            self._note(UNSEEN_IN if gap > 0 else UNSEEN_OUT, queue, place, entry, abs(gap))
        self.total[queue] = before

    def _note(self, kind: str, queue: int, place: int, entry: Entry, amount: int) -> None:
        self.moves.append(Move(kind, queue, place, entry.at_ms, entry.transfer, amount))


class _Carrier:
    """The state of one attribution: the pots, and what is between two of them."""

    def __init__(self, queues: int, payments: Mapping[int, int], rule: str, watch: Sequence[int]) -> None:
        self.paid: dict[int, int] = defaultdict(int)
        self.rule, self.kind = rule, pot_of(rule)
        self.pots = [self.kind(self.paid) for _ in range(queues)]
        self.payments = payments
        self.in_transit: dict[int, tuple[int, list[Parcel]]] = {}  # transfer: amount on the way and what it is
        self.watch = frozenset(watch)
        self.result = Attribution()

    def run(self, moves: Sequence[Move]) -> Attribution:
        """Carry out every move once."""
        mixes, handled = self.kind.mixes, 0
        for move in moves:
            pot = self.pots[move.queue]
            if mixes:
                handled += pot.width()
                if handled > PARCELS_MAX:
                    raise _too_many(self.rule)
            parcels = self._move(move, pot)
            if move.queue in self.watch:
                carried = [p for p in parcels if p.label != NOBODY]
                self.result.steps.append(Step(move, carried, pot.total, pot.labelled()))
        self.result.held = [pot.labelled() for pot in self.pots]
        self.result.totals = [pot.total for pot in self.pots]
        return self.result

    def _move(self, move: Move, pot: Pot) -> list[Parcel]:
        kind, amount, transfer = move.kind, move.amount, move.transfer
        if kind == OUT:
            parcels = pot.take(amount)
            self.in_transit[transfer] = amount, self._label(transfer, amount, parcels)
        elif kind in (IN, LATE):
            parcels = self._arrive(transfer, amount)
            pot.put(amount, parcels)
        elif kind == UNSEEN_IN:
            parcels = [Parcel(amount, NOBODY)]
            pot.put(amount, parcels)
        elif kind == UNSEEN_OUT:
            parcels = pot.take(amount)
            self._lose(move, parcels)
        elif kind == FEE:
            parcels = self._charge(move)
        else:
            parcels = []
        return parcels

    def _arrive(self, transfer: int, amount: int) -> list[Parcel]:
        """What a transfer brings; where its payer's row is not seen it begins here."""
        if transfer not in self.in_transit:
            return self._label(transfer, amount, [Parcel(amount, NOBODY)])
        sent, parcels = self.in_transit.pop(transfer)
        return made_up(parcels, amount - sent)

    def _charge(self, move: Move) -> list[Parcel]:
        """What is taken on the way is taken by the rule from what the transfer carries."""
        sent, carried = self.in_transit[move.transfer]
        way = self.kind(self.paid)
        way.put(sent, carried)
        parcels = way.take(move.amount)
        self._lose(move, parcels)
        self.in_transit[move.transfer] = way.total, way.contents()
        return parcels

    def _lose(self, move: Move, parcels: Sequence[Parcel]) -> None:
        """Note the labels of money that is gone, by label."""
        totals: dict[int, int] = defaultdict(int)
        for parcel in parcels:
            totals[parcel.label] += parcel.amount
        for label, amount in sorted(totals.items()):
            if label != NOBODY:
                self.result.lost.append(Lost(move.queue, move.at_ms, Parcel(amount, label)))

    def _label(self, transfer: int, amount: int, parcels: list[Parcel]) -> list[Parcel]:
        """Note what a transfer carries; money of NOBODY becomes the victim's if it is a victim's payment."""
        if len(parcels) == 1 and parcels[0].label == NOBODY and transfer not in self.payments:
            return parcels  # nothing in dispute: most rows of most accounts
        taken = [p for p in parcels if p.label != NOBODY]
        label = self.payments.get(transfer, NOBODY)
        if taken:
            self.result.taken[transfer] = taken
        if label != NOBODY:
            self.paid[label] += amount
            fresh, parcels = self.kind.claim(amount, parcels, label)
            if fresh:
                self.result.fresh[transfer] = Parcel(fresh, label)
        if taken or label != NOBODY:
            self.result.order.append(transfer)
        return parcels


def _too_many(rule: str) -> InputError:
    return InputError(
        f"under the rule {rule} too many victims' money would be mixed in too many accounts to work it out",
        f"按规则“{rule}”计算时，混合的被害人资金与账户过多，无法算出",
        remedy="use first in, first out (fifo), which is always worked out",
        remedy_zh="请使用先进先出规则（fifo），该规则始终可以算出",
    )
