"""How money leaves the accounts: cash, coin, gold and goods, merchants' orders, other countries; and what holders spend.

An honest payee who got disputed money for goods is an exit too: a good-faith receiver. At the end what the chain pays its own.
"""

from dataclasses import replace
from itertools import zip_longest

import numpy as np

from fanzha.simulate import invent, tools
from fanzha.simulate.books import Books, Lot, parts, taken, total
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import of_kind
from fanzha.simulate.underworld import Gang, Underworld, account_country, at, drawn
from fanzha.simulate.world import COUNTRIES, DAY_MS, HOUR_MS, MINUTE_MS, Ints, Moved, World

NOTE_MINOR = 10_000  # machines pay out hundreds
HIRED = (
    "data_seller",
    "sim_box",
    "script",
    "lead_generator",
    "tech",
    "recruiter",
    "smuggler",
)  # paid by gangs for work
Wage = tuple[int, int, int]  # (at_ms, payee, amount_minor)


class Counter:
    """The exits of all houses."""

    def __init__(self, books: Books, p: Parameters, underworld: Underworld) -> None:
        self.books, self.p, self.underworld = books, p, underworld
        self.world: World = books.world
        self.rng = books.rng
        self.firms: dict[tuple[str, int], list[int]] = {}
        self.people: dict[int, Ints] = {}

    def _payee(self, kind: str, country: int) -> int:
        """Account of a business of a kind, or -1 where there is none."""
        key = kind, country
        if key not in self.firms:
            self.firms[key] = [
                int(self.world.accounts.first[one]) for one in of_kind(self.world.holders, kind, country)
            ]
        return self.rng.choice(self.firms[key]) if self.firms[key] else -1

    def _person(self, country: int) -> int:
        """Account of somebody who has nothing to do with it, or -1."""
        holders = self.world.holders
        if country not in self.people:
            self.people[country] = np.flatnonzero(holders.country[: holders.people] == country)
        there = self.people[country]
        for _ in range(40):
            one = int(there[self.rng.randrange(len(there))])
            account = int(self.world.accounts.first[one])
            if one not in self.world.roles and account >= 0:
                return account
        return -1

    def leave(self, account: int, now: int, lots: list[Lot], way: str) -> None:
        """All these lots leave, in one or two ways (`way` is decided for the first, "order" for a card holder's merchant order);
        what cannot stays in the account."""
        rng, p = self.rng, self.p
        minor = 100 * COUNTRIES[account_country(self.world, account)].per_yuan
        count = (
            2
            if way not in ("cash", "order")
            and total(lots) > p["laundering.two_exits_yuan"] * minor
            and rng.random() < 0.5
            else 1
        )
        for amount in parts(rng, total(lots), count, NOTE_MINOR):
            chosen, way = way or drawn(rng, p["laundering.exits"]), ""
            pieces = taken(lots, amount)
            {
                "cash": self._cash, "crypto": self._crypto, "goods": self._goods,
                "merchant": self._merchant, "order": self._order, "abroad": self._abroad,
            }[chosen](account, now, pieces)  # fmt: skip
            now += rng.randrange(20_000, 400_000)

    def _cash(self, account: int, now: int, lots: list[Lot]) -> None:
        """A few withdrawals of whole hundreds in a row; the rest stays."""
        rng, p = self.rng, self.p
        per_yuan = COUNTRIES[account_country(self.world, account)].per_yuan
        left = total(lots) // NOTE_MINOR * NOTE_MINOR
        least, most = (int(one * 100 * per_yuan) for one in p["laundering.cash_chunk_yuan"])
        chunk = max(rng.randint(least, most), -(-left // p["laundering.cash_parts_max"]))
        chunk = -(-chunk // NOTE_MINOR) * NOTE_MINOR
        while left:
            amount = min(left, chunk)
            self.books.send(Moved(account, -1, now, 0, 0, "cash", exit="cash"), taken(lots, amount))
            left -= amount
            now += rng.randrange(40_000, 240_000)

    def _crypto(self, account: int, now: int, lots: list[Lot]) -> None:
        """Coin bought from a dealer of the chain, or from a lawful one who does not know."""
        country = account_country(self.world, account)
        dealers = self.underworld.houses[lots[0].house].dealers.get(country, [])
        lawful = self._payee("otc", country)
        payee = (
            lawful if lawful >= 0 and (not dealers or self.rng.random() < self.p["laundering.lawful_otc_share"]) else -1
        )
        payee = self.rng.choice(dealers) if payee < 0 and dealers else payee
        if payee < 0:
            self._cash(account, now, lots)
        else:
            self.books.send(Moved(account, payee, now, 0, 0, "crypto", exit="crypto"), lots)

    def _open(self, country: int, now: int) -> int:
        """The moment, or the next opening of shops and some minutes."""
        opens, closes = self.p["laundering.opening_hours"]
        offset = COUNTRIES[country].offset_minutes * MINUTE_MS
        local = now + offset
        hour = local // HOUR_MS % 24
        if opens <= hour < closes:
            return now
        day = local // DAY_MS + (hour >= closes)
        return int(day * DAY_MS + opens * HOUR_MS - offset + self.rng.randrange(5 * MINUTE_MS, 90 * MINUTE_MS))

    def _goods(self, account: int, now: int, lots: list[Lot]) -> None:
        """Gold from a jeweller, or second-hand phones and the like."""
        country = account_country(self.world, account)
        gold = self.rng.random() < self.p["laundering.gold_share"]
        payee = self._payee("jeweller" if gold else "used_goods", country)
        if payee < 0:
            self._cash(account, now, lots)
            return
        moved = Moved(account, payee, self._open(country, now), 0, 0, "gold" if gold else "goods", exit="goods")
        self.books.send(moved, lots)

    def _merchant(self, account: int, now: int, lots: list[Lot]) -> None:
        """A merchant's order is paid with it; or paofen: many card holders get a part and pass an order each."""
        rng, p = self.rng, self.p
        country = account_country(self.world, account)
        house = self.underworld.houses[lots[0].house]
        minor = 100 * COUNTRIES[country].per_yuan
        farmers = [one for one in house.farmers.get(country, []) if one != account]
        count = min(len(farmers), rng.randint(*p["laundering.paofen_parts"]))
        enough = total(lots) >= count * p["laundering.paofen_min_yuan"] * minor
        if count >= 2 and enough and rng.random() < p["laundering.paofen_share"]:
            chosen = rng.sample(farmers, count)
            for payee, amount in zip(chosen, parts(rng, total(lots), count, 100), strict=False):
                pieces = taken(lots, amount)
                arrived = self.books.send(Moved(account, payee, now, 0, 0, "layer"), pieces)
                if arrived:
                    self._hold(payee, arrived, pieces, "order", rng.randrange(60_000, 1_500_000))
                now += rng.randrange(5_000, 60_000)
        else:
            self._order(account, now, lots)

    def _order(self, account: int, now: int, lots: list[Lot]) -> None:
        """One order of a merchant with whom the house works."""
        country = account_country(self.world, account)
        merchants = self.underworld.houses[lots[0].house].merchants.get(country, [])
        if not merchants:
            self._cash(account, now, lots)
            return
        self.books.send(Moved(account, self.rng.choice(merchants), now, 0, 0, "merchant", exit="goods"), lots)

    def _hold(self, account: int, arrived: int, lots: list[Lot], way: str, dwell_ms: int) -> None:
        held = [
            replace(one, arrived_ms=arrived, tier=self.books.tier(account, one), left=0, route=(), way=way)
            for one in lots
        ]
        self.books.hold(account, held, arrived + dwell_ms)

    def _abroad(self, account: int, now: int, lots: list[Lot]) -> None:
        """Out of the country; a part arrives in an account of a neighbouring one, in its currency, and goes on from there."""
        rng, p, books = self.rng, self.p, self.books
        country = account_country(self.world, account)
        books.groups += 1
        moved = Moved(account, -1, now, 0, 0, "abroad", exit="abroad", group=books.groups)
        arrived = books.send(moved, lots)
        pools = self.underworld.houses[lots[0].house].pools
        there = [place for place in sorted(pools) if place != country and pools[place]]
        if not arrived or not there or rng.random() >= p["laundering.arrival_share"]:
            return
        target = rng.choice(there)
        moment = arrived + int(rng.uniform(*p["laundering.arrival_hours"]) * HOUR_MS)
        lease = rng.choice(at(pools[target], moment))
        rate = COUNTRIES[target].per_yuan / COUNTRIES[country].per_yuan * rng.uniform(0.985, 0.999)
        changed = [replace(one, amount_minor=int(one.amount_minor * rate)) for one in lots]
        changed = [one for one in changed if one.amount_minor]
        if not changed:
            return
        into = Moved(-1, lease.account, moment, 0, 0, "arrival", group=books.groups)
        arrived = books.send(into, changed)
        if arrived:
            self._hold(lease.account, arrived, changed, "", rng.randrange(MINUTE_MS, HOUR_MS))

    def spend(self, account: int, now: int, lots: list[Lot]) -> None:
        """The holder pays a shop, a landlord, a dealer in used goods or a friend out of what came in."""
        rng, p = self.rng, self.p
        country = account_country(self.world, account)
        yuan = rng.randint(*p["laundering.pay_yuan"])
        amount = min(int(yuan * COUNTRIES[country].per_yuan) * 100, total(lots) // 4)
        kind = drawn(rng, p["laundering.pay_kinds"])
        payee = self._person(country) if kind == "person" else self._payee(kind, country)
        if amount and payee >= 0:
            moved = Moved(account, payee, self._open(country, now), 0, 0, "pay", exit="goods")
            self.books.send(moved, taken(lots, amount))


def hires(world: World, p: Parameters, underworld: Underworld, moved: list[Moved]) -> list[Moved]:
    """What the chain pays its own, out of its own money: at most `laundering.hire_share` of all its transfers.

    A dealer pays card holders before their accounts are first used; a gang's purse, filled by a dealer in coin, pays
    services and operators who are free.
    """
    desk, share = Payroll(world, p, underworld), p["laundering.hire_share"]
    room = int(len(moved) * share / (1 - share))
    cards = desk.cards(moved)[: int(room * p["laundering.hire_card_part"])]
    gangs = [gang for gang in underworld.gangs.values() if gang.purse >= 0]
    each = (room - len(cards)) // max(1, len(gangs))
    return cards + [one for gang in gangs for one in desk.purse(gang, each)]


class Payroll:
    """Who is paid what and when; nobody who was trafficked, and only within one country."""

    def __init__(self, world: World, p: Parameters, underworld: Underworld) -> None:
        self.world, self.p, self.underworld = world, p, underworld
        self.rng = invent.stream(world.seed, "chain/hires")
        self.tills: dict[tuple[int, int], int] = {}  # (organisation, country) -> its first account there
        for account, organisation in world.controller.items():
            self.tills.setdefault((organisation, account_country(world, account)), account)

    def _amount(self, role: str, country: int) -> int:
        least, most = self.p["laundering.hire_yuan"][role]
        return int(self.rng.randint(least // 10, most // 10) * 10 * COUNTRIES[country].per_yuan) * 100

    def _sent(self, payer: int, wage: Wage) -> Moved:
        at_ms, payee, amount = wage
        return Moved(payer, payee, at_ms, at_ms + self.rng.randrange(800, 9_000), amount, "hire")

    def cards(self, moved: list[Moved]) -> list[Moved]:
        """What dealers pay for accounts, in a random order; into the holder's other account where there is one."""
        world, p, rng = self.world, self.p, self.rng
        used: dict[int, int] = {}
        for one in moved:
            for account in (one.payer, one.payee):
                used[account] = min(one.at_ms, used.get(account, one.at_ms))
        made = []
        for dealer in [one for one in world.organisations if one.kind == "card_dealer"]:
            for person in [person for person, role in dealer.members if role == "R-CARD"]:
                own = int(world.accounts.first[person]), int(world.accounts.second[person])
                sold = own[1] if own[1] in world.controller else own[0]
                country = account_country(world, sold)
                moment = used.get(sold, world.start_ms) - int(rng.uniform(*p["laundering.hire_card_hours"]) * HOUR_MS)
                amount, payer = self._amount("R-CARD", country), self.tills.get((dealer.id, country), -1)
                if payer >= 0 and moment >= world.start_ms and world.controller.get(sold, -1) >= 0:
                    payee = own[0] if own[0] != sold else own[1] if own[1] >= 0 else sold
                    if account_country(world, payee) == country:
                        made.append(self._sent(payer, (moment, payee, amount)))
        rng.shuffle(made)
        return made

    def purse(self, gang: Gang, most: int) -> list[Moved]:
        """A gang's payments, services and operators by turns, and before them what fills its purse; at most so many in all."""
        country = account_country(self.world, gang.purse)
        services, operators = self._services(gang), self._operators(gang)
        due = [one for pair in zip_longest(services, operators) for one in pair if one]
        wages: list[Wage] = []
        for person, role, since_ms in due:
            payee = int(self.world.accounts.first[person])
            at_ms = self._payday(country, since_ms)
            if at_ms and payee != gang.purse and account_country(self.world, payee) == country:
                wages.append((at_ms, payee, self._amount(role, country)))
        wages = wages[: max(0, most - 1)]
        dealers = [self.tills.get((one, country), -1) for one in gang.services.get("otc", [])]
        if not wages or max(dealers, default=-1) < 0:
            return []
        before = min(wages)[0] - int(self.rng.uniform(*self.p["laundering.hire_fill_hours"]) * HOUR_MS)
        step = int(1000 * COUNTRIES[country].per_yuan) * 100
        filling = -(-sum(amount for _, _, amount in wages) // step) * step
        first = self._sent(max(dealers), (max(before, self.world.start_ms), gang.purse, filling))
        return [first, *(self._sent(gang.purse, wage) for wage in wages)]

    def _services(self, gang: Gang) -> list[tuple[int, str, int]]:
        """One who works in each service of a gang, the role, and the earliest day."""
        world = self.world
        bought = [world.organisations[one] for kind in HIRED for one in gang.services.get(kind, [])]
        found = [(*one.members[0], world.start_ms) for one in bought if one.members]
        self.rng.shuffle(found)
        return found

    def _operators(self, gang: Gang) -> list[tuple[int, str, int]]:
        """Operators of a gang who are not held there against their will, and their first day."""
        found = []
        for crew in [self.world.organisations[one.organisation] for one in gang.crews]:
            for person, role in crew.members:
                if role == "R-OPER" and person not in crew.coerced:
                    found.append((person, role, max(self.world.start_ms, tools.joined_ms(self.world, self.p, person))))
        self.rng.shuffle(found)
        return found

    def _payday(self, country: int, since_ms: int) -> int:
        """A moment in the daytime, some days after the first; 0 where the period ends before."""
        world, rng = self.world, self.rng
        first = since_ms + int(self.p["laundering.hire_after_days"] * DAY_MS)
        if first >= world.end_ms - 2 * DAY_MS:
            return 0
        day = rng.randrange(first, world.end_ms - 2 * DAY_MS) // DAY_MS + 1
        local = day * DAY_MS + rng.randrange(10 * HOUR_MS, 20 * HOUR_MS)
        return local - COUNTRIES[country].offset_minutes * MINUTE_MS
