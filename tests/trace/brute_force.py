"""Independent reference ledgers, written from the convention alone; nothing of fanzha.trace is used here.

Convention. Each account holds single minor units, each of a victim's payment or of nobody, in the order in which they came. The
opening balance is nobody's and came first. A statement may miss rows: before each row that it shows the account holds what that
row says it held; units that came unseen are nobody's and stand last, units that went unseen leave by the rule and are lost. An
overdrawn account holds nothing. What is paid beyond what an account holds is nobody's. A victim's payment makes nobody's units
his; units of a victim stay his. Units enter an account in the order in which they left the other.

Rules. fifo: the unit that came first leaves first. lifo: the unit that came last. proportional: of each owner, nobody among
them, the same share, rounded by the largest remainder, the owner of the lowest number first. lowest_balance: nobody's units,
then of each victim the same share, rounded alike.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

NOBODY = -1
OUTSIDE = -1


@dataclass(frozen=True)
class Payment:
    """A transfer that happened; each side's statement may show it or miss it. Account OUTSIDE has no statement."""

    payer: int
    payee: int
    amount: int
    victim: int  # number of the victim, NOBODY for none
    payer_shows: bool
    payee_shows: bool


@dataclass
class World:
    openings: list[int]
    payments: list[Payment] = field(default_factory=list)


@dataclass
class Ends:
    """Units by victim: `held` per account, `gone` per payment to where no statement shows them, `lost` per account."""

    held: list[Counter[int]]
    gone: dict[int, Counter[int]]
    lost: list[Counter[int]]
    paid: Counter[int]


def random_world(seed: int) -> World:
    """2 to 6 accounts, 3 to 15 transfers, several victims; one world of three misses rows, one of five allows overdrafts."""
    rng = random.Random(seed)
    accounts = rng.randint(2, 6)
    world = World([rng.choice((0, rng.randint(0, 40))) for _ in range(accounts)])
    balances = list(world.openings)
    shown = rng.choice((1.0, 1.0, 0.85))
    overdrawn = rng.random() < 0.2
    for _ in range(rng.randint(3, 15)):
        payer = rng.choice([OUTSIDE, *range(accounts), *range(accounts)])
        payee = rng.choice([other for other in range(OUTSIDE, accounts) if other != payer])
        amount = rng.randint(1, 30)
        if payer != OUTSIDE and not overdrawn:
            amount = min(amount, balances[payer])
        if not amount:
            continue
        for account, sign in ((payer, -1), (payee, 1)):
            if account != OUTSIDE:
                balances[account] += sign * amount
        victim = (
            rng.randint(0, 3) if payee != OUTSIDE and rng.random() < (0.7 if payer == OUTSIDE else 0.15) else NOBODY
        )
        seen = [account != OUTSIDE and rng.random() < shown for account in (payer, payee)]
        if victim != NOBODY and not any(seen):
            victim = NOBODY  # no statement shows it, so it is no payment that was found
        world.payments.append(Payment(payer, payee, amount, victim, *seen))
    return world


def oldest(units: list[int], amount: int) -> list[int]:
    return [units.pop(0) for _ in range(amount)]


def newest(units: list[int], amount: int) -> list[int]:
    return [units.pop() for _ in range(amount)]


def evenly(units: list[int], amount: int) -> list[int]:
    """The same share of each owner."""
    owners = sorted(set(units))
    quotas = {owner: Fraction(units.count(owner) * amount, max(len(units), 1)) for owner in owners}
    shares = {owner: int(quotas[owner]) for owner in owners}
    while sum(shares.values()) < amount:
        behind = max(owners, key=lambda owner: (quotas[owner] - shares[owner], -owner))
        shares[behind] += 1
    taken = [owner for owner in owners for _ in range(shares[owner])]
    for owner in taken:
        units.remove(owner)
    return taken


def own_first(units: list[int], amount: int) -> list[int]:
    own = min(amount, units.count(NOBODY))
    for _ in range(own):
        units.remove(NOBODY)
    return [NOBODY] * own + evenly(units, amount - own)


WAYS: dict[str, Callable[[list[int], int], list[int]]] = {
    "fifo": oldest,
    "lifo": newest,
    "proportional": evenly,
    "lowest_balance": own_first,
}


def ends(world: World, rule: str) -> Ends:
    """Move every unit of a world."""
    way = WAYS[rule]
    accounts: list[list[int]] = [[] for _ in world.openings]
    balances = list(world.openings)
    result = Ends([], {}, [Counter() for _ in accounts], Counter())

    def bring(account: int) -> None:
        """To what the statement says was there."""
        there, units = max(0, balances[account]), accounts[account]
        if there > len(units):
            units += [NOBODY] * (there - len(units))
        for unit in way(units, len(units) - there):
            if unit != NOBODY:
                result.lost[account][unit] += 1

    for number, one in enumerate(world.payments):
        units = []
        if one.payer_shows:
            bring(one.payer)
            units = way(accounts[one.payer], min(one.amount, len(accounts[one.payer])))
        units += [NOBODY] * (one.amount - len(units))
        if one.victim != NOBODY:
            result.paid[one.victim] += units.count(NOBODY)
            units = [one.victim if unit == NOBODY else unit for unit in units]
        if one.payee_shows:
            bring(one.payee)
            accounts[one.payee] += units
        else:
            result.gone[number] = Counter(unit for unit in units if unit != NOBODY)
        for account, sign in ((one.payer, -1), (one.payee, 1)):
            if account != OUTSIDE:
                balances[account] += sign * one.amount
    result.held = [Counter(unit for unit in units if unit != NOBODY) for units in accounts]
    result.gone = {number: units for number, units in result.gone.items() if units}
    return result


Rows = list[tuple[int, int, int, int, int, int]]


def statements(world: World) -> list[Rows]:
    """The statements of the accounts: (at_ms, file, row, number of the payment, change, balance after), all balances stated."""
    rows: list[Rows] = [[] for _ in world.openings]
    balances = list(world.openings)
    for number, one in enumerate(world.payments):
        for account, change, shown in (
            (one.payer, -one.amount, one.payer_shows),
            (one.payee, one.amount, one.payee_shows),
        ):
            if account != OUTSIDE:
                balances[account] += change
                if shown:
                    rows[account].append((number * 10, account, len(rows[account]), number, change, balances[account]))
    return rows
