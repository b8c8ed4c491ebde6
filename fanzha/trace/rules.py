"""Rules of attribution: which parcels make up an amount that leaves a pot of mixed money. Nothing else differs between rules.

A pot is the money of one account in one currency, as parcels (amount, label). NOBODY is money not in dispute. What a pot
does not have and yet leaves comes as NOBODY's, because no record says that a victim's money came in. `RULES` are the codes
of schema/attribution_rules.yaml. All but poison conserve: the parcels of `take` sum to the amount, and no labelled minor unit
appears twice or is lost.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from fanzha.errors import NotFound

NOBODY = -1


class Parcel(NamedTuple):
    """An amount (minor units, positive) and whose it is."""

    amount: int
    label: int


class Pot(ABC):
    """What every rule answers. `total` is all the money in the pot; `paid` is what the victims of each label have paid so far."""

    conserves: ClassVar[bool] = True
    mixes: ClassVar[bool] = (
        False  # each amount may be of every label there is in the pot, so work grows with their number
    )

    def __init__(self, paid: Mapping[int, int]) -> None:
        self.total = 0
        self.paid = paid

    @abstractmethod
    def put(self, amount: int, parcels: Sequence[Parcel]) -> None:
        """Add an amount that is made up of these parcels, in the order in which they left the pot they come from."""

    @abstractmethod
    def take(self, amount: int) -> list[Parcel]:
        """Take the parcels that make up an amount by this rule."""

    @abstractmethod
    def contents(self) -> list[Parcel]:
        """All that is in the pot, in its order."""

    def width(self) -> int:
        """How many parcels one amount that leaves may be made of; the work of a rule that mixes."""
        return 1

    def labelled(self) -> list[Parcel]:
        """What is in dispute in the pot, in its order."""
        return [parcel for parcel in self.contents() if parcel.label != NOBODY]

    @classmethod
    def claim(cls, amount: int, parcels: list[Parcel], label: int) -> tuple[int, list[Parcel]]:
        """(fresh, parcels) of a victim's payment: money of NOBODY becomes the victim's; money in dispute keeps its first label."""
        fresh = sum(parcel.amount for parcel in parcels if parcel.label == NOBODY)
        return fresh, [Parcel(p.amount, label) if p.label == NOBODY else p for p in parcels]


class Queue(Pot):
    """First in, first out: Devaynes v Noble (Clayton's Case) (1816) 1 Mer 572; refund rules of 2016, art. 5 (time stamps)."""

    def __init__(self, paid: Mapping[int, int] | None = None) -> None:
        super().__init__({} if paid is None else paid)
        self.parcels: deque[Parcel] = deque()

    def push(self, amount: int, label: int) -> None:
        """Add money at the end."""
        if amount > 0:
            self.total += amount
            if self.parcels and self.parcels[-1].label == label:
                amount += self.parcels.pop().amount
            self.parcels.append(Parcel(amount, label))

    def put(self, amount: int, parcels: Sequence[Parcel]) -> None:
        """Add parcels at the end, one after the other."""
        for parcel in parcels:
            self.push(parcel.amount, parcel.label)

    def take(self, amount: int) -> list[Parcel]:
        """Take the oldest money; the rest of a parcel stays first."""
        taken = []
        while amount > 0 and self.parcels:
            first = self.parcels.popleft()
            part = min(first.amount, amount)
            if part < first.amount:
                self.parcels.appendleft(Parcel(first.amount - part, first.label))
            taken.append(Parcel(part, first.label))
            amount -= part
            self.total -= part
        return made_up(taken, amount)

    def contents(self) -> list[Parcel]:
        """The parcels, oldest first."""
        return list(self.parcels)


class Stack(Queue):
    """Last in, first out. No rule of law; a method of taint analysis (Tironsakkul, Maarek, Eross and Just, "Probing the
    Mystery of Cryptocurrency Theft", 2019), and what a person means who says "he sent on what had just come"."""

    def take(self, amount: int) -> list[Parcel]:
        """Take the newest money, newest first; the rest of a parcel stays last."""
        taken = []
        while amount > 0 and self.parcels:
            last = self.parcels.pop()
            part = min(last.amount, amount)
            if part < last.amount:
                self.parcels.append(Parcel(last.amount - part, last.label))
            taken.append(Parcel(part, last.label))
            amount -= part
            self.total -= part
        return made_up(taken, amount)


class Mixed(Pot):
    """Proportional, or haircut: all money of the pot leaves in proportion (Möser, Böhme and Breuker, "Towards Risk Scoring of
    Bitcoin Transactions", 2014; averaging in United States v Banco Cafetero Panama, 797 F.2d 1154 (2d Cir. 1986))."""

    mixes: ClassVar[bool] = True

    def __init__(self, paid: Mapping[int, int]) -> None:
        super().__init__(paid)
        self.amounts: dict[int, int] = {}

    def put(self, amount: int, parcels: Sequence[Parcel]) -> None:
        """Add to the amount of each label."""
        for parcel in parcels:
            self.amounts[parcel.label] = self.amounts.get(parcel.label, 0) + parcel.amount
            self.total += parcel.amount

    def take(self, amount: int) -> list[Parcel]:
        """Take of every label, NOBODY's among them, in proportion."""
        there = min(amount, self.total)
        taken = self._without(pro_rata(there, self.amounts))
        return made_up(taken, amount - there)

    def _without(self, shares: Mapping[int, int]) -> list[Parcel]:
        """Take shares out of the pot."""
        taken = []
        for label in sorted(shares):
            share = shares[label]
            if share:
                taken.append(Parcel(share, label))
                self.total -= share
                self.amounts[label] -= share
                if not self.amounts[label]:
                    del self.amounts[label]
        return taken

    def width(self) -> int:
        """The labels in the pot."""
        return len(self.amounts)

    def contents(self) -> list[Parcel]:
        """The amount of each label, by label."""
        return [Parcel(amount, label) for label, amount in sorted(self.amounts.items())]


class LowestBalance(Mixed):
    """Lowest intermediate balance: the holder spends own money first (Re Hallett's Estate (1880) 13 Ch D 696), and later money of
    his own does not make good what was spent of the victims' (Roscoe v Winder [1915] 1 Ch 62). Among victims each sum that
    leaves is borne in proportion to what each then has in the pot, the "rolling charge" (Barlow Clowes v Vaughan [1992]
    4 All ER 22)."""

    def take(self, amount: int) -> list[Parcel]:
        """Take NOBODY's money first, then that of the victims in proportion."""
        own = min(amount, self.amounts.get(NOBODY, 0))
        taken = self._without({NOBODY: own})
        there = min(amount - own, self.total)
        return made_up(taken + self._without(pro_rata(there, self.amounts)), amount - own - there)


class Poison(Pot):
    """Poison: whatever touched a victim's money may be it (Möser, Böhme and Breuker, 2014), up to what the victims of the label
    paid and up to the balance.

    An upper bound and no sum: the same money is counted wherever it may be, so labels overlap and nothing is conserved.
    Under no other rule is more of a label in an account than under this one. `take` gives labelled parcels only.
    """

    conserves: ClassVar[bool] = False
    mixes: ClassVar[bool] = True

    def __init__(self, paid: Mapping[int, int]) -> None:
        super().__init__(paid)
        self.most: dict[int, int] = {}

    def put(self, amount: int, parcels: Sequence[Parcel]) -> None:
        """Raise what may be there of each label."""
        self.total += amount
        for parcel in parcels:
            if parcel.label != NOBODY:
                may_be = self.most.get(parcel.label, 0) + parcel.amount
                self.most[parcel.label] = min(may_be, self.total, self.paid[parcel.label])

    def take(self, amount: int) -> list[Parcel]:
        """What may be in the amount of each label; what stays may still be it, as far as the balance goes."""
        taken = [Parcel(min(amount, most), label) for label, most in sorted(self.most.items())]
        self.total = max(0, self.total - amount)
        self.most = {label: min(most, self.total) for label, most in self.most.items() if self.total}
        return taken

    def width(self) -> int:
        """The labels in the pot."""
        return len(self.most)

    def contents(self) -> list[Parcel]:
        """The most there may be of each label; they overlap, and NOBODY's is not said."""
        return [Parcel(most, label) for label, most in sorted(self.most.items())]

    @classmethod
    def claim(cls, amount: int, parcels: list[Parcel], label: int) -> tuple[int, list[Parcel]]:
        """All of a payment may be its victim's; fresh is what was not said to be it before."""
        before = sum(parcel.amount for parcel in parcels if parcel.label == label)
        return amount - before, sorted(
            [p for p in parcels if p.label != label] + [Parcel(amount, label)], key=_by_label
        )


POTS: Mapping[str, type[Pot]] = {
    "fifo": Queue,
    "lifo": Stack,
    "proportional": Mixed,
    "lowest_balance": LowestBalance,
    "poison": Poison,
}
RULES = tuple(POTS)


def pot_of(rule: str) -> type[Pot]:
    """The pot of a rule. NotFound if there is no such rule."""
    if rule not in POTS:
        raise NotFound(
            f"there is no rule of attribution called {rule}",
            f"没有名为“{rule}”的归属规则",
            remedy="use one of " + ", ".join(RULES),
            remedy_zh="请使用：" + "、".join(RULES),
        )
    return POTS[rule]


def pro_rata(amount: int, amounts: Mapping[int, int]) -> dict[int, int]:
    """Divide an amount, at most the sum of `amounts`, in proportion to them, in whole minor units that sum to it exactly.

    By the largest remainder (Hamilton's method); equal remainders by label. No share is larger than its amount.
    """
    whole = sum(amounts.values())
    if amount >= whole:
        return dict(amounts)
    shares, remainders = {}, []
    for label, part in amounts.items():
        shares[label], remainder = divmod(amount * part, whole)
        remainders.append((-remainder, label))
    for _, label in sorted(remainders)[: amount - sum(shares.values())]:
        shares[label] += 1
    return shares


def made_up(taken: list[Parcel], missing: int) -> list[Parcel]:
    """Parcels, and what is missing to the amount as NOBODY's."""
    return [*taken, Parcel(missing, NOBODY)] if missing > 0 else taken


def _by_label(parcel: Parcel) -> int:
    return parcel.label
