"""Merchant fronts: shell shops whose payment codes victims are told to pay, beside invented sales and a few real ones.

A shell is a shop with little or no trade of its own, in the hands of a laundering house for some weeks. Settlement by an acquirer
the next day is not modelled: a code's money is in the account at once.
"""

from random import Random

import numpy as np

from fanzha.simulate import invent
from fanzha.simulate.honest import Honest, stranger
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import of_kind
from fanzha.simulate.underworld import House, Lease, Underworld, account_country, at
from fanzha.simulate.world import COUNTRIES, DAY_MS, HOUR_MS, MINUTE_MS, Exits, Moved, Resource, World

MARK = "merchant_front"
PRICES_YUAN = (19.9, 29.9, 39, 59, 68, 88, 99, 128, 168, 199, 258, 299, 368, 399, 499, 599)
OPEN_HOURS = (9, 23)


def open_fronts(world: World, p: Parameters, underworld: Underworld) -> None:
    """Take the shops with the least trade for the houses, and let their accounts to the gangs like any other front."""
    world.exits = Exits()
    rng = invent.stream(world.seed, "exits/fronts")
    used = {
        int(world.accounts.holder[one])
        for house in underworld.houses.values()
        for there in house.merchants.values()
        for one in there
    }
    used |= {holder for one in world.organisations for holder, _ in one.members}
    payee = world.transfers.payee
    trade = np.bincount(world.accounts.holder[payee[payee >= 0]], minlength=len(world.holders))
    for house in underworld.houses.values():
        country = world.organisations[house.organisation].country
        shops = [int(one) for one in of_kind(world.holders, "shop", country) if int(one) not in used]
        shops.sort(key=lambda one: (int(trade[one]), one))
        for shop in shops[: int(p["exits.fronts_per_house"])]:
            used.add(shop)
            _open(world, p, rng, underworld, house, shop)
    for gang in underworld.gangs.values():
        gang.fronts.sort(key=lambda one: (one.from_ms, one.account))


def _open(world: World, p: Parameters, rng: Random, underworld: Underworld, house: House, shop: int) -> None:
    own = [int(world.accounts.first[shop]), int(world.accounts.second[shop])]
    account = own[1] if own[1] >= 0 and rng.random() < 0.5 else own[0]
    country = world.organisations[house.organisation].country
    gangs = [one for one in house.gangs if underworld.gangs[one].country == country]
    if not gangs or account_country(world, account) != country:
        return
    begin = world.start_ms + int(rng.uniform(0.1, 0.75) * (world.end_ms - world.start_ms))
    end = min(world.end_ms, begin + int(rng.uniform(*p["exits.front_days"]) * DAY_MS))
    lease = Lease(account, house.organisation, begin, end, house.stopped_ms, house.stopped_ms)
    for gang in gangs:
        underworld.gangs[gang].fronts.append(lease)
    world.controller[account] = house.organisation
    dealer = underworld.gangs[gangs[0]].services["card_dealer"][0]
    number = str(int(world.accounts.number[account]))
    world.resources.append(Resource("account", number, dealer, list(gangs), begin, end, account))
    if world.exits is not None:
        world.exits.marks[account, MARK] = begin, end


def sales(world: World, p: Parameters, underworld: Underworld, honest: Honest) -> list[Moved]:
    """Invented sales of each shell, paid from the house's own accounts and by hired hands, whose money goes back; a few real ones."""
    rng = invent.stream(world.seed, "exits/sales")
    made: list[Moved] = []
    told = world.exits.marks if world.exits else {}
    for account, (begin, end) in [(account, span) for (account, mark), span in told.items() if mark == MARK]:
        holder = int(world.accounts.holder[account])
        honest.silence(int(world.accounts.first[holder]), 0)
        if int(world.accounts.second[holder]) >= 0:
            honest.silence(int(world.accounts.second[holder]), 0)
        country = account_country(world, account)
        house = underworld.houses[world.controller[account]]
        hands = [stranger(world, rng, country) for _ in range(12)]
        told.update({(one, "hired_hand"): (begin, end) for one in hands})
        prices = [price * COUNTRIES[country].per_yuan * 100 for price in rng.sample(PRICES_YUAN, 5)]
        opened = max(world.start_ms, begin - rng.randrange(3, 12) * DAY_MS)
        for day in range(opened, min(end + 2 * DAY_MS, world.end_ms - DAY_MS), DAY_MS):
            payers = (
                house.farmers.get(country, []) + [one.account for one in at(house.pools.get(country, []), day)] + hands
            )
            sold = [
                _sale(world, rng, (rng.choice(payers), account), day, prices)
                for _ in range(rng.randint(*p["exits.fake_sales_a_day"]))
            ]
            sold = [one for one in sold if one.payer != account]
            made += sold + _returned(rng, sold, hands)
            if rng.random() < p["exits.real_sales_a_day"]:
                one = _sale(world, rng, (stranger(world, rng, country), account), day, prices)
                honest.add(one.payer, one.payee, one.at_ms, one.amount_minor, "shop")
    return made


def _sale(world: World, rng: Random, sides: tuple[int, int], day: int, prices: list[float]) -> Moved:
    offset = COUNTRIES[account_country(world, sides[1])].offset_minutes * MINUTE_MS
    midnight = (day + offset) // DAY_MS * DAY_MS - offset
    at_ms = midnight + rng.randrange(OPEN_HOURS[0] * HOUR_MS, OPEN_HOURS[1] * HOUR_MS)
    at_ms = min(max(at_ms, world.start_ms), world.end_ms - 2 * MINUTE_MS)
    amount = int(rng.choice(prices)) * rng.choice((1, 1, 1, 2))
    return Moved(sides[0], sides[1], at_ms, at_ms + rng.randrange(800, 6000), amount, "merchant", printed="shop")


def _returned(rng: Random, sold: list[Moved], hands: list[int]) -> list[Moved]:
    """Hired hands get their money back, and something for it, within minutes; from the shell itself."""
    back = []
    for one in sold:
        if one.payer in hands:
            at_ms = one.arrived_ms + rng.randrange(1, 50) * MINUTE_MS
            amount = one.amount_minor + rng.randrange(1, 9) * 100
            back.append(Moved(one.payee, one.payer, at_ms, at_ms + rng.randrange(800, 6000), amount, "layer"))
    return back
