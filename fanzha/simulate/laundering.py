"""What happens to the money of victims: tiers, splits and merges, waiting, fees, own money mixed in, exits, money that stays.

Parcels are exact, by the chain's own knowledge: for each incident and currency, what was paid and what arrived from another
country is what left by an exit and what still lies in accounts. No parcel leaves an account before it arrived there.
Values are parameters (laundering.yaml).
"""

import heapq
from dataclasses import replace

from fanzha.simulate import invent
from fanzha.simulate.books import Books, Lot, parts, taken, total
from fanzha.simulate.cashing import Counter
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.typologies import SHAPES, Layers
from fanzha.simulate.underworld import NEVER_MS, Underworld, account_country, at, drawn
from fanzha.simulate.world import COUNTRIES, HOUR_MS, MINUTE_MS, Moved, World

# What needs two tiers more, and what makes sense only when there is enough to be split.
TWO_TIERS = ("gather_scatter", "scatter_gather", "random", "stack")
SPLITS = ("gather_scatter", "scatter_gather", "bipartite", "stack")


def launder(world: World, p: Parameters, underworld: Underworld, paid: list[Moved]) -> list[Moved]:
    """All transfers of the chain: those given (payments and rebates) and what the houses do with the payments."""
    wash = Wash(world, p, underworld)
    for one in sorted(paid, key=lambda each: (each.at_ms, each.payer, each.payee)):
        wash.books.moved.append(one)
        if one.purpose == "scam":
            wash.receive(one)
    wash.run()
    return wash.books.moved


class Wash:
    """All houses at work: accounts are looked at in the order of time."""

    def __init__(self, world: World, p: Parameters, underworld: Underworld) -> None:
        self.world, self.p, self.underworld = world, p, underworld
        self.rng = invent.stream(world.seed, "chain/laundering")
        self.books = Books(world, self.rng)
        self.counter = Counter(self.books, p, underworld)
        self.stopped: dict[int, int] = {}
        self.house: dict[int, int] = {}  # first-tier account -> house
        self.tiers: dict[int, int] = {}  # incident -> tiers of accounts
        self.rows: dict[tuple[int, int, int], tuple[int, ...]] = {}
        self.patient: set[int] = set()
        self.used: set[int] = set()
        self.runners: set[int] = set()
        for gang in underworld.gangs.values():
            for lease in gang.fronts:
                self.house[lease.account] = lease.house
                self.stopped[lease.account] = lease.stopped_ms
        for house in underworld.houses.values():
            self.runners.update(account for there in house.runners.values() for account in there)
            self.stopped.update((one.account, one.stopped_ms) for pool in house.pools.values() for one in pool)

    def receive(self, payment: Moved) -> None:
        """A victim's payment has come into a first-tier account."""
        incident = payment.parcels[0].incident
        if incident not in self.tiers:
            self.tiers[incident] = int(drawn(self.rng, self.p["laundering.tiers"]))
        house = self.house[payment.payee]
        lot = Lot(incident, payment.amount_minor, payment.arrived_ms, 1, self.tiers[incident] - 1, house)
        self.books.hold(payment.payee, [lot], payment.arrived_ms + self._dwell("first_hop"))

    def _dwell(self, hop: str) -> int:
        """Milliseconds that money stays: minutes, or hours where it waits for more."""
        p, rng = self.p, self.rng
        if rng.random() < p["laundering.wait_share"][hop == "later_hop"]:
            return self._wait()
        median, sigma = p[f"laundering.{hop}_median_minutes"], p[f"laundering.{hop}_sigma"]
        return max(5_000, int(median * rng.lognormvariate(0, sigma) * MINUTE_MS))

    def _wait(self) -> int:
        return int(self.rng.uniform(*self.p["laundering.wait_hours"]) * HOUR_MS)

    def run(self) -> None:
        """Until nobody looks at an account any more, or the period is over."""
        queue = self.books.queue
        while queue and queue[0][0] < self.world.end_ms:
            now, _, account = heapq.heappop(queue)
            self._work(account, now)

    def _work(self, account: int, now: int) -> None:
        ready = self.books.ready(account, now)
        if not ready or now >= self.stopped.get(account, NEVER_MS):
            return  # what is in a stopped account stays there
        lead = max(ready, key=lambda lot: (lot.amount_minor, lot.incident))
        house = self.underworld.houses[lead.house]
        if now >= house.stopped_ms:
            return
        country = account_country(self.world, account)
        minor = 100 * COUNTRIES[country].per_yuan
        if account not in self.patient and total(ready) < self.p["laundering.forward_min_yuan"] * minor:
            self.patient.add(account)
            self.books.hold(account, ready, now + self._wait())
            return
        self.patient.discard(account)
        self.rng.shuffle(ready)
        taken(ready, int(total(ready) * self.rng.uniform(*self.p["laundering.fee"])))  # the fee stays
        if self.rng.random() < self.p["laundering.pay_share"]:
            self.counter.spend(account, now, ready)
        if not ready:
            return
        if account in self.runners:
            self.counter.leave(account, now, ready, "cash")
        elif lead.left <= 0 and not lead.route:
            self.counter.leave(account, now, ready, lead.way)
        else:
            self._pass_on(account, now, ready, lead)

    def _pass_on(self, account: int, now: int, ready: list[Lot], lead: Lot) -> None:
        """To the next tier, by the plan of the largest lot."""
        p, rng, books = self.p, self.rng, self.books
        country = account_country(self.world, account)
        minor = 100 * COUNTRIES[country].per_yuan
        room = max(1, int(total(ready) / (p["laundering.split_min_yuan"] * minor)))
        left, route = lead.left, lead.route
        if not route:
            route, more = self._route(account, now, lead, room)
            left += more
        if not route:
            self.counter.leave(account, now, ready, "")
            return
        layer, rest = route[0], route[1:]
        left = max(left - 1, len(rest))
        payees = [one for one in layer.accounts[: max(1, room)] if one != account] or list(layer.accounts)
        runners = self.underworld.houses[lead.house].runners.get(country, [])
        moment = now
        for payee, amount in zip(payees, parts(rng, total(ready), len(payees), 1000), strict=False):
            pieces = taken(ready, amount)
            if payee == account:
                continue
            way = drawn(rng, p["laundering.exits"]) if not left else ""
            if way == "cash" and runners and rng.random() < p["laundering.runner_share"]:
                payee = rng.choice(runners)
            self._test(account, payee, moment)
            most = min(p["laundering.own_yuan_max"] * minor, amount * p["laundering.own_part_max"])
            own = int(most * rng.random()) if rng.random() < p["laundering.own_share"] else 0
            arrived = books.send(Moved(account, payee, moment, 0, 0, "layer"), pieces, own)
            if arrived:
                lots = [
                    replace(
                        one,
                        arrived_ms=arrived,
                        tier=books.tier(payee, one),
                        left=left,
                        house=lead.house,
                        route=rest,
                        way=way,
                    )
                    for one in pieces
                ]
                wait = (
                    self._wait()
                    if layer.waits and rng.random() < p["laundering.gather_share"]
                    else self._dwell("later_hop")
                )
                books.hold(payee, lots, arrived + wait)
            moment += rng.randrange(8_000, 90_000)

    def _route(self, account: int, now: int, lead: Lot, room: int) -> tuple[Layers, int]:
        """Layers of the next shape, and the tiers by which it goes beyond the plan; () where the house has no account."""
        p, rng = self.p, self.rng
        country = account_country(self.world, account)
        house = self.underworld.houses[lead.house]
        able = [one.account for one in at(house.pools.get(country, []), now) if one.account != account]
        if not able:
            return (), 0
        shares = {
            name: share
            for name, share in p["laundering.patterns"].items()
            if (lead.left >= 2 or name not in TWO_TIERS) and (room >= 2 or name not in SPLITS)
        }
        name = drawn(rng, shares)
        key = house.organisation, country, int(now // (p["laundering.standing_hours"] * HOUR_MS))
        if key not in self.rows:
            self.rows[key] = tuple(rng.sample(able, min(len(able), 4)))
        row = tuple(one for one in self.rows[key] if one != account)

        def few(count: int) -> tuple[int, ...]:
            return tuple(rng.sample(able, min(len(able), count)))

        def standing(count: int) -> tuple[int, ...]:
            return row[:count] or few(count)

        width = min(room, rng.randint(*p["laundering.fan_out"]))
        layers = SHAPES[name](account, few, standing, width)
        return layers, len(layers) - 1 if name == "cycle" else 0

    def _test(self, payer: int, payee: int, moment: int) -> None:
        """Now and then a few yuan before the first use of an account."""
        if payee in self.used:
            return
        self.used.add(payee)
        if self.rng.random() < self.p["laundering.test_share"]:
            yuan = self.rng.randint(*self.p["laundering.test_yuan"])
            amount = int(yuan * COUNTRIES[account_country(self.world, payer)].per_yuan) * 100
            before = max(self.world.start_ms, moment - self.rng.randrange(40_000, 240_000))
            self.books.moved.append(
                Moved(payer, payee, before, before + self.rng.randrange(800, 6_000), amount, "test")
            )
