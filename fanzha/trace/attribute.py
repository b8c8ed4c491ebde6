"""First in, first out: which victim's money is in each account, to the cent. A pure kernel; no tables, no clock.

Convention (printed with every result): the opening balance leaves first; then money leaves in the order it came; rows of
one account keep the order of its statement. FIFO is the rule of Clayton's Case (1816) and of 银行流水 tracing in practice
(2016 refund rules, art. 5: return by tracing the order of time stamps).

Each account and currency is a queue of parcels (amount, label). A label is the number of a victim's payment; NOBODY is
money not in dispute. Whatever happens, no labelled cent appears twice or is lost: see `Attribution`.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

NOBODY = -1


class Entry(NamedTuple):
    """One row of a statement. `change` is positive for money in; `balance` (after the row) is None where not stated."""

    at_ms: int
    file: int
    row: int
    transfer: int
    change: int
    balance: int | None


class Parcel(NamedTuple):
    """An amount (minor units, positive) and whose it is."""

    amount: int
    label: int


class Lost(NamedTuple):
    """Disputed money that left a queue by rows that are missing from its statement."""

    queue: int
    at_ms: int
    parcel: Parcel


@dataclass(slots=True)
class Attribution:
    """What the kernel found, per transfer and per queue.

    order    transfers that carried disputed money, in the order they were worked through
    taken    labelled parcels that a transfer took out of its payer's queue
    fresh    labelled parcel that begins with this transfer: a victim's payment, less what was already in dispute
    held     labelled parcels left in each queue
    lost     see `Lost`

    For each label: the fresh amount == held + lost + what was taken by transfers that enter no queue.
    """

    order: list[int] = field(default_factory=list)
    taken: dict[int, list[Parcel]] = field(default_factory=dict)
    fresh: dict[int, Parcel] = field(default_factory=dict)
    held: list[list[Parcel]] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)

    def begin(self, transfer: int, label: int, amount: int) -> None:
        """Note a victim's payment that no chain shows; one that a chain shows is left as it is."""
        if transfer not in self.fresh and transfer not in self.taken:
            self.fresh[transfer] = Parcel(amount, label)
            self.order.append(transfer)


class Queue:
    """Parcels in the order they came, and their sum."""

    def __init__(self) -> None:
        self.parcels: deque[Parcel] = deque()
        self.total = 0

    def push(self, amount: int, label: int) -> None:
        """Add money at the end."""
        if amount > 0:
            self.total += amount
            if self.parcels and self.parcels[-1].label == label:
                amount += self.parcels.pop().amount
            self.parcels.append(Parcel(amount, label))

    def pop(self, amount: int) -> list[Parcel]:
        """Take the oldest money that makes up an amount; what the queue does not have comes as NOBODY's."""
        taken = []
        while amount > 0 and self.parcels:
            first = self.parcels.popleft()
            part = min(first.amount, amount)
            if part < first.amount:
                self.parcels.appendleft(Parcel(first.amount - part, first.label))
            taken.append(Parcel(part, first.label))
            amount -= part
            self.total -= part
        if amount > 0:
            taken.append(Parcel(amount, NOBODY))
        return taken


def attribute(chains: Sequence[Sequence[Entry]], payments: Mapping[int, int]) -> Attribution:
    """Work through the rows of all statements and say whose money is where.

    `chains[q]` are the rows of queue q in the order of its statement; a transfer is in at most two chains (out and in).
    `payments` gives the label of each transfer that is a victim's payment. Money that a transfer takes from one queue
    enters the other whole, in the same order. Money already in dispute keeps its first label: a cent is claimed once.

    Where a balance says that rows are missing before a row, the queue is brought to it. Money that came unseen is
    NOBODY's and stands last; also, if more leaves than the queue holds, the rest is NOBODY's, because no record says that
    a victim's money came in. Money that left unseen was the oldest (first in, first out): its labels are `lost`, never
    kept on an account that no longer has the money. The opening balance is the first such correction.

    The rows are taken in an order that respects each statement and puts a payer's row before the payee's row of the
    same transfer, however the two clocks differ; otherwise by time, file and row. If clocks contradict each other in a
    circle the earliest waiting row goes first and its money enters when the payer's row is reached.
    """
    return _Walk(chains, payments).run()


class _Walk:
    """The state of one attribution."""

    def __init__(self, chains: Sequence[Sequence[Entry]], payments: Mapping[int, int]) -> None:
        self.chains = chains
        self.payments = payments
        self.queues = [Queue() for _ in chains]
        self.place = [0] * len(chains)
        self.result = Attribution()
        self.pending_out = {entry.transfer for chain in chains for entry in chain if entry.change < 0}
        self.in_transit: dict[int, list[Parcel]] = {}
        self.late: dict[int, int] = {}  # transfer whose payee's row had to go first: queue it enters
        self.waiting: dict[int, int] = {}  # transfer: queue whose next row waits for it
        self.ready: list[tuple[int, int, int, int]] = []

    def run(self) -> Attribution:
        """Take every row once."""
        for queue in range(len(self.chains)):
            self._offer(queue)
        while self.ready or self.waiting:
            if self.ready:
                self._take(heapq.heappop(self.ready)[3])
            else:
                transfer = min(self.waiting, key=lambda t: self._head_key(self.waiting[t]))
                queue = self.waiting.pop(transfer)
                self.late[transfer] = queue
                self._take(queue)
        self.result.held = [[p for p in queue.parcels if p.label != NOBODY] for queue in self.queues]
        return self.result

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
        entry = self.chains[queue][self.place[queue]]
        self._correct(queue, entry)
        if entry.change < 0:
            self._out(queue, entry)
        elif entry.transfer not in self.late:
            parcels = self.in_transit.pop(entry.transfer, None)
            if parcels is None:
                parcels = self._label(entry.transfer, [Parcel(entry.change, NOBODY)])
            self._enter(queue, parcels)
        self.place[queue] += 1
        self._offer(queue)

    def _out(self, queue: int, entry: Entry) -> None:
        parcels = self._label(entry.transfer, self.queues[queue].pop(-entry.change))
        self.pending_out.discard(entry.transfer)
        if entry.transfer in self.late:
            self._enter(self.late[entry.transfer], parcels)
            return
        self.in_transit[entry.transfer] = parcels
        waiting = self.waiting.pop(entry.transfer, None)
        if waiting is not None:
            heapq.heappush(self.ready, self._head_key(waiting))

    def _enter(self, queue: int, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            self.queues[queue].push(parcel.amount, parcel.label)

    def _label(self, transfer: int, parcels: list[Parcel]) -> list[Parcel]:
        """Note what a transfer carries; money of NOBODY becomes the victim's if it is a victim's payment."""
        taken = [p for p in parcels if p.label != NOBODY]
        label = self.payments.get(transfer, NOBODY)
        undisputed = sum(p.amount for p in parcels if p.label == NOBODY)
        if taken:
            self.result.taken[transfer] = taken
        if label != NOBODY and undisputed:
            self.result.fresh[transfer] = Parcel(undisputed, label)
            parcels = [Parcel(p.amount, label) if p.label == NOBODY else p for p in parcels]
        if taken or label != NOBODY:
            self.result.order.append(transfer)
        return parcels

    def _correct(self, queue: int, entry: Entry) -> None:
        """Bring a queue to the balance that a row says it had before."""
        if entry.balance is None:
            return
        gap = max(0, entry.balance - entry.change) - self.queues[queue].total
        if gap >= 0:
            self.queues[queue].push(gap, NOBODY)
            return
        totals: dict[int, int] = defaultdict(int)
        for parcel in self.queues[queue].pop(-gap):
            totals[parcel.label] += parcel.amount
        for label, amount in sorted(totals.items()):
            if label != NOBODY:
                self.result.lost.append(Lost(queue, entry.at_ms, Parcel(amount, label)))
