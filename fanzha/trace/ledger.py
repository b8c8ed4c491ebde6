"""Sums of disputed money per payment, account and currency, and where it left; made from an attribution."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from fanzha.clean.transaction import is_transaction
from fanzha.trace.attribute import Attribution, Parcel
from fanzha.trace.legs import Purse
from fanzha.trace.pair import Transfer


@dataclass(slots=True)
class Sums:
    """Minor units of disputed money. received == held + passed + exited + unlocated, except under poison (upper bounds)."""

    received: int = 0
    passed: int = 0
    exited: int = 0
    held: int = 0
    unlocated: int = 0

    def add(self, other: "Sums") -> None:
        """Add each sum of the other."""
        self.received += other.received
        self.passed += other.passed
        self.exited += other.exited
        self.held += other.held
        self.unlocated += other.unlocated

    def balanced(self) -> bool:
        """Whether every cent received is accounted for."""
        return self.received == self.held + self.passed + self.exited + self.unlocated


class Exit(NamedTuple):
    """Disputed money of one payment that left what can be seen, at an account; `transfer` is None where none shows it."""

    label: int
    account: str
    currency: str
    kind: str
    at_ms: int | None
    amount: int
    transfer: Transfer | None


class Carried(NamedTuple):
    """Disputed money of one payment on a transfer; `fresh` where the payment itself is the transfer."""

    transfer: Transfer
    label: int
    amount: int
    fresh: bool


@dataclass(slots=True)
class Ledger:
    """All sums, exits and movements; `carried` is in the order the money moved."""

    sums: dict[tuple[int, Purse], Sums] = field(default_factory=lambda: defaultdict(Sums))
    exits: list[Exit] = field(default_factory=list)
    carried: list[Carried] = field(default_factory=list)


def ledger(
    found: Attribution, transfers: Mapping[int, Transfer], purses: Sequence[Purse], entered: Collection[int]
) -> Ledger:
    """Turn an attribution into sums.

    `purses[q]` is the account and currency of queue q; `entered` the transfers that some queue shows coming in. Under
    poison the sums are upper bounds of each figure and do not add up.
    """
    book = Ledger()
    for number in found.order:
        transfer = transfers[number]
        inside = number in entered
        for label, amount in totals(found.taken.get(number, ())):
            book.carried.append(Carried(transfer, label, amount, False))
            _leave(book, transfer, label, amount, inside)
        fresh = found.fresh.get(number)
        if fresh is not None:
            book.carried.append(Carried(transfer, fresh.label, fresh.amount, True))
            _arrive(book, transfer, fresh.label, fresh.amount, inside)
    for lost in found.lost:
        account, currency = purses[lost.queue]
        book.sums[lost.parcel.label, purses[lost.queue]].unlocated += lost.parcel.amount
        book.exits.append(Exit(lost.parcel.label, account, currency, "file_ends", lost.at_ms, lost.parcel.amount, None))
    for queue, parcels in enumerate(found.held):
        account, currency = purses[queue]
        for parcel in parcels:
            if is_transaction(account):  # nothing stays in a transaction: no file shows the output
                book.sums[parcel.label, purses[queue]].unlocated += parcel.amount
                book.exits.append(Exit(parcel.label, account, currency, "file_ends", None, parcel.amount, None))
            else:
                book.sums[parcel.label, purses[queue]].held += parcel.amount
    return book


def totals(parcels: Sequence[Parcel]) -> list[tuple[int, int]]:
    """Amount per label, by label."""
    summed: dict[int, int] = defaultdict(int)
    for parcel in parcels:
        summed[parcel.label] += parcel.amount
    return sorted(summed.items())


def _leave(book: Ledger, transfer: Transfer, label: int, amount: int, inside: bool) -> None:
    """Disputed money leaves the payer: to an account, by an exit, or to nobody knows where."""
    payer = book.sums[label, (transfer.payer, transfer.currency)]
    if transfer.exit and not inside:
        payer.exited += amount
        book.exits.append(
            Exit(label, transfer.payer, transfer.currency, transfer.exit, transfer.at_ms, amount, transfer)
        )
    elif transfer.payee:
        payer.passed += amount
        _arrive(book, transfer, label, amount, inside)
    elif transfer.fee:  # kept by the bank: it left the accounts, and nobody is to be asked for it
        payer.exited += amount
    else:
        payer.unlocated += amount
        book.exits.append(Exit(label, transfer.payer, transfer.currency, "file_ends", transfer.at_ms, amount, transfer))


def _arrive(book: Ledger, transfer: Transfer, label: int, amount: int, inside: bool) -> None:
    """Disputed money reaches the payee; where its statement does not show it, it is unlocated there, never spread."""
    payee = book.sums[label, (transfer.payee, transfer.currency)]
    payee.received += amount
    if not inside:
        payee.unlocated += amount
        book.exits.append(Exit(label, transfer.payee, transfer.currency, "file_ends", transfer.at_ms, amount, transfer))
