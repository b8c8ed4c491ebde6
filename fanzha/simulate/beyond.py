"""Where money goes on beyond a break: cash is paid in elsewhere, coin comes to a wallet, gold is sold, a desk pays out abroad.

Parcels end at a break, as the gang's bankers can follow them no further than a bank could; `Break` says which transfer goes on where.
What comes in again moves on without parcels. Timing and shares are assumptions (exits.yaml).
"""

from random import Random

from fanzha.simulate import invent
from fanzha.simulate.books import MARGIN_MS, parts
from fanzha.simulate.honest import Honest, stranger
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import of_kind
from fanzha.simulate.underworld import House, Underworld, account_country, at
from fanzha.simulate.world import COUNTRIES, DAY_MS, HOUR_MS, MINUTE_MS, Break, Exits, Moved, Token, World

NOTE_MINOR = 10_000
ROW_MS = 20 * MINUTE_MS  # withdrawals of one account this close are one visit
LATEST_MS = 70 * HOUR_MS
TOKEN_MINOR = 1_000_000


class Beyond:
    """All breaks of a world."""

    def __init__(self, world: World, p: Parameters, underworld: Underworld, told: Exits) -> None:
        self.world, self.p, self.underworld, self.told = world, p, underworld, told
        self.rng: Random = invent.stream(world.seed, "exits/beyond")
        self.gang = {one.id: one.gang for one in world.incidents}
        self.made: list[Moved] = []

    def plant(self, moved: list[Moved], honest: Honest) -> list[Moved]:
        """Breaks behind the exits among `moved`; the transfers to be added. Some of `moved` are changed: those paid to a desk."""
        out = sorted(
            (one for one in moved if one.exit and one.parcels), key=lambda one: (one.payer, one.at_ms, one.amount_minor)
        )
        self._cash([one for one in out if one.purpose == "cash"])
        for one in out:
            if one.purpose == "gold" and self.rng.random() < self.p["exits.resold_share"]:
                self._gold(one)
            elif one.purpose == "crypto" and self.rng.random() < self.p["exits.coin_share"]:
                self._coin(one)
        self._abroad(out, {one.group: one for one in moved if one.purpose == "arrival"}, honest)
        self._coin_noise()
        return self.made

    def _house(self, one: Moved) -> House | None:
        gang = self.gang.get(one.parcels[0].incident, -1)
        houses = self.underworld.gangs[gang].services["laundering_house"] if gang in self.underworld.gangs else []
        return self.underworld.houses[houses[0]] if houses else None

    def _account(self, house: House, country: int, moment: int, but: int, region: int = -1) -> int:
        """An account of the house in use at a moment, one of the region first; -1 for none."""
        able = [one.account for one in at(house.pools.get(country, []), moment) if one.account != but]
        near = [one for one in able if self.world.holders.region[self.world.accounts.holder[one]] == region]
        if near and self.rng.random() < self.p["exits.same_region_share"]:
            able = near
        return self.rng.choice(able) if able else -1

    def _after(self, moment: int, told: tuple[float, float], unit_ms: int) -> int:
        wait = told[0] * self.rng.lognormvariate(0, told[1]) * unit_ms
        return moment + int(min(LATEST_MS, max(3 * MINUTE_MS, wait)))

    def _send(self, one: Moved) -> bool:
        if one.at_ms >= self.world.end_ms - MARGIN_MS or one.amount_minor <= 0:
            return False
        one.arrived_ms = one.at_ms + self.rng.randrange(800, 9_000)
        self.made.append(one)
        return True

    def _divided(self, amount: int, step: int) -> list[int]:
        count = 2 if self.rng.random() < self.p["exits.two_parts_share"] else 1
        return [one for one in parts(self.rng, amount, count, step) if one >= step]

    def _onward(self, house: House, one: Moved) -> None:
        """What came in again goes on: to another account of the house, and from there perhaps as cash."""
        if self.rng.random() >= self.p["exits.onward_share"]:
            return
        country = account_country(self.world, one.payee)
        moment = self._after(one.arrived_ms, (25.0, 1.2), MINUTE_MS)
        payee = self._account(house, country, moment, one.payee)
        amount = int(one.amount_minor * self.rng.uniform(0.95, 0.998))
        if payee >= 0 and self._send(Moved(one.payee, payee, moment, 0, amount, "layer")) and self.rng.random() < 0.5:
            later = self._after(moment, (40.0, 1.0), MINUTE_MS)
            self._send(Moved(payee, -1, later, 0, amount // NOTE_MINOR * NOTE_MINOR, "cash", exit="cash"))

    def _cash(self, out: list[Moved]) -> None:
        """A runner's visit to the machines, then one or two deposits."""
        visits: list[list[Moved]] = []
        for one in out:
            if visits and visits[-1][-1].payer == one.payer and one.at_ms - visits[-1][-1].at_ms <= ROW_MS:
                visits[-1].append(one)
            else:
                visits.append([one])
        for visit in visits:
            house = self._house(visit[0])
            if house is None or self.rng.random() >= self.p["exits.deposit_share"]:
                continue
            source, last = visit[0].payer, visit[-1].at_ms
            country = account_country(self.world, source)
            amount = sum(one.amount_minor for one in visit)
            if self.rng.random() >= self.p["exits.deposit_whole_share"]:
                amount = int(amount * (1 - self.rng.uniform(*self.p["exits.cut"]))) // NOTE_MINOR * NOTE_MINOR
            region = int(self.world.holders.region[self.world.accounts.holder[source]])
            moment = last
            for part in self._divided(amount, NOTE_MINOR):
                moment = self._after(moment, self.p["exits.deposit_hours"], HOUR_MS)
                payee = self._account(house, country, moment, source, region)
                back = Moved(-1, payee, moment, 0, part, "arrival", printed="cash_in")
                if payee >= 0 and self._send(back):
                    self.told.breaks += [Break("cash_deposit", "deposit", one, back) for one in visit]
                    self._onward(house, back)

    def _gold(self, one: Moved) -> None:
        """A buyer of old gold pays somebody else for it."""
        house, country = self._house(one), account_country(self.world, one.payer)
        buyers = of_kind(self.world.holders, "used_goods", country)
        if house is None or not len(buyers):
            return
        buyer = int(self.world.accounts.first[self.rng.choice(buyers.tolist())])
        moment = one.at_ms
        for part in self._divided(int(one.amount_minor * (1 - self.rng.uniform(*self.p["exits.gold_loss"]))), 1000):
            moment = opened(self.world, self.rng, country, self._after(moment, self.p["exits.resold_hours"], HOUR_MS))
            payee = self._account(house, country, moment, one.payer)
            back = Moved(buyer, payee, moment, 0, part, "arrival", printed="resale")
            if payee >= 0 and self._send(back):
                self.told.breaks.append(Break("goods_sold", "gold", one, back))
                self._onward(house, back)

    def _coin(self, one: Moved) -> None:
        """Coin comes to a wallet that the gang has in use."""
        gang = self.gang.get(one.parcels[0].incident, -1)
        wallets = [each for each in self.world.resources if each.kind == "wallet" and gang in each.users]
        now = [each.value for each in wallets if each.from_ms <= one.at_ms < each.to_ms] or [
            each.value for each in wallets[:1]
        ]
        if not now:
            return
        wallet, moment = self.rng.choice(now), one.at_ms
        rate = COUNTRIES[account_country(self.world, one.payer)].per_yuan
        day = invent.stream(self.world.seed, f"exits/price/{one.payee}/{one.at_ms // DAY_MS}")
        price = day.uniform(*self.p["exits.coin_price"])
        seller = invent.tron_address(
            invent.stream(self.world.seed, f"exits/seller/{one.payee}/{self.rng.randrange(3)}")
        )
        for part in self._divided(one.amount_minor, 100):
            moment = self._after(moment, self.p["exits.coin_minutes"], MINUTE_MS)
            step = TOKEN_MINOR if self.rng.random() < 0.5 else TOKEN_MINOR // 100
            amount = int(part / 100 / rate / price * TOKEN_MINOR) // step * step
            if moment < self.world.end_ms - MARGIN_MS and amount:
                token = self._token(wallet, f"TRON:{seller}", "in", moment, amount)
                self.told.breaks.append(Break("otc_wallet", "coin", one, token=token))

    def _token(self, account: str, other: str, direction: str, at_ms: int, amount: int) -> Token:
        token = Token(account, other, direction, at_ms, amount, f"{self.rng.getrandbits(256):064x}")
        self.told.tokens.append(token)
        return token

    def _coin_noise(self) -> None:
        """Other people's coin in the same wallets, and what leaves them."""
        for one in list(self.told.tokens):
            if self.rng.random() < self.p["exits.coin_noise"]:
                moment = self.rng.randrange(self.world.start_ms, self.world.end_ms)
                amount = int(self.rng.lognormvariate(6.5, 1.2)) * TOKEN_MINOR
                self._token(one.account, f"TRON:{invent.tron_address(self.rng)}", "in", moment, amount)
            if self.rng.random() < 0.7:
                moment = min(self.world.end_ms - 1, one.at_ms + self.rng.randrange(5, 600) * MINUTE_MS)
                self._token(one.account, f"TRON:{invent.tron_address(self.rng)}", "out", moment, one.amount_minor)

    def _abroad(self, out: list[Moved], arrivals: dict[int, Moved], honest: Honest) -> None:
        """Some of the money for abroad is paid to a desk here, whose account there pays; both look like any transfer."""
        desks: dict[int, int] = {}
        for one in out:
            arrival = arrivals.get(one.group) if one.exit == "abroad" else None
            if arrival is None:
                continue
            way = "remittance"
            if self.rng.random() < self.p["exits.desk_share"]:
                way = "desk"
                here, there = account_country(self.world, one.payer), account_country(self.world, arrival.payee)
                for country in (here, there):
                    if country not in desks:
                        desks[country] = self._desk(country, honest)
                one.payee, one.printed = desks[here], "layer"
                arrival.desk, arrival.printed = desks[there], "layer"
            self.told.breaks.append(Break("abroad_arrival", way, one, arrival))

    def _desk(self, country: int, honest: Honest) -> int:
        """An account of an underground bank, with honest customers on both sides."""
        world, rng = self.world, self.rng
        account = stranger(world, rng, country)
        owner = next((one for one in world.organisations if one.kind == "otc" and one.country == country), None)
        owner = owner or next(one for one in world.organisations if one.kind == "otc")
        person = int(world.accounts.holder[account])
        owner.members.append((person, "R-UBNK"))
        world.roles[person] = "R-UBNK"
        world.controller[account] = owner.id
        self.told.marks[account, "desk"] = world.start_ms, world.end_ms
        for _ in range(rng.randint(*self.p["exits.desk_customers"])):
            customer = stranger(world, rng, country)
            sides = (customer, account) if rng.random() < 0.5 else (account, customer)
            amount = int(rng.lognormvariate(8.7, 0.9) * COUNTRIES[country].per_yuan / 100) * 10_000
            honest.add(*sides, rng.randrange(world.start_ms, world.end_ms), amount, "loan")
        return account


def opened(world: World, rng: Random, country: int, moment: int) -> int:
    """The moment, or some time after nine on the next morning where shops are closed."""
    offset = COUNTRIES[country].offset_minutes * MINUTE_MS
    hour = (moment + offset) // HOUR_MS % 24
    if 9 <= hour < 20:
        return moment
    day = (moment + offset) // DAY_MS + (hour >= 20)
    return int(day * DAY_MS - offset + 9 * HOUR_MS + rng.randrange(8 * HOUR_MS))
