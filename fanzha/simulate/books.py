"""The chain's own books: whose money lies in which of its accounts, and what is to be done with it next. Exact to the minor unit."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from fanzha.simulate.typologies import Layers
from fanzha.simulate.world import Moved, Parcel, World

MARGIN_MS = 30_000  # nothing begins in the last half minute of the period


@dataclass(frozen=True, slots=True)
class Lot:
    """One incident's money in an account, and the plan for it."""

    incident: int
    amount_minor: int
    arrived_ms: int
    tier: int  # of the account
    left: int  # tiers still to go before the exit
    house: int  # organisation that moves it
    route: Layers = ()
    way: str = ""  # the exit that is already decided


def taken(lots: list[Lot], amount_minor: int) -> list[Lot]:
    """Lots of exactly this much, removed from the end of the list; the last one is divided. The list must hold as much."""
    found: list[Lot] = []
    while amount_minor:
        lot = lots.pop()
        part = min(lot.amount_minor, amount_minor)
        found.append(replace(lot, amount_minor=part))
        if part < lot.amount_minor:
            lots.append(replace(lot, amount_minor=lot.amount_minor - part))
        amount_minor -= part
    return found


def total(lots: Iterable[Lot]) -> int:
    """Minor units."""
    return sum(lot.amount_minor for lot in lots)


def parcels_of(lots: Iterable[Lot]) -> tuple[Parcel, ...]:
    """One parcel for each incident, in the order of incidents."""
    sums: dict[int, int] = {}
    for lot in lots:
        sums[lot.incident] = sums.get(lot.incident, 0) + lot.amount_minor
    return tuple(Parcel(incident, sums[incident]) for incident in sorted(sums))


def parts(rng: Random, amount_minor: int, count: int, step: int) -> list[int]:
    """An amount in uneven parts, all but the last in whole steps; fewer where they would be nothing."""
    weights = [rng.uniform(0.6, 1.4) for _ in range(count)]
    made = [int(amount_minor * weight / sum(weights)) // step * step for weight in weights[1:]]
    return [one for one in (*made, amount_minor - sum(made)) if one]


class Books:
    """Lots by account, transfers made, and when somebody looks at an account next."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world, self.rng = world, rng
        self.moved: list[Moved] = []
        self.lots: dict[int, list[Lot]] = {}
        self.queue: list[tuple[int, int, int]] = []  # (moment, serial number, account)
        self.groups = 0
        self.looks = 0
        self.first_tier: dict[tuple[int, int], int] = {}  # (account, incident) -> tier

    def hold(self, account: int, lots: list[Lot], look_ms: int) -> None:
        """Money has come into an account; it is looked at not before `look_ms`."""
        self.lots.setdefault(account, []).extend(lots)
        for lot in lots:
            key = account, lot.incident
            self.first_tier[key] = min(lot.tier, self.first_tier.get(key, lot.tier))
        self.look(account, look_ms)

    def look(self, account: int, moment_ms: int) -> None:
        """Somebody will look at the account at this moment."""
        self.looks += 1
        heapq.heappush(self.queue, (moment_ms, self.looks, account))

    def ready(self, account: int, now_ms: int) -> list[Lot]:
        """What has arrived by now, taken from the account's list."""
        lots = self.lots.get(account, [])
        self.lots[account] = [lot for lot in lots if lot.arrived_ms > now_ms]
        return [lot for lot in lots if lot.arrived_ms <= now_ms]

    def tier(self, account: int, lot: Lot) -> int:
        """Tier of an account that this lot's money goes to next: the lowest at which the incident's money has been there."""
        return self.first_tier.get((account, lot.incident), lot.tier + 1)

    def send(self, moved: Moved, lots: list[Lot], own_minor: int = 0) -> int:
        """Make a transfer of these lots (and of own money): its arrival, or 0 where the period ends before; then the money stays."""
        if moved.at_ms >= self.world.end_ms - MARGIN_MS:
            return 0
        moved.parcels = parcels_of(lots)
        moved.amount_minor = total(lots) + own_minor
        moved.arrived_ms = moved.at_ms + self.rng.randrange(800, 12_000)
        if lots:
            moved.tier = self.tier(moved.payee, max(lots, key=lambda lot: (lot.amount_minor, lot.incident)))
        self.moved.append(moved)
        return moved.arrived_ms
