"""Ordinary life in columns: who pays whom, how much, when, for what. Fraud has to hide in it, so it comes first.

Each purpose has a function that gives payers, payees, amounts and local times; nothing here knows of any crime.
"""

from collections.abc import Callable

import numpy as np

from fanzha.simulate import dealings
from fanzha.simulate.life import CASH, Life, Paid, joined, rounded
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import columns
from fanzha.simulate.world import (
    BUSINESSES,
    COUNTRIES,
    DAY_MS,
    HOUR_MS,
    OCCUPATIONS,
    PURPOSES,
    Accounts,
    Holders,
    Ints,
    Transfers,
)

FAVOURITES = 6  # shops that a person goes to


def _shop(life: Life) -> Paid:
    """Purchases: each person has a few shops, popular ones are everybody's; some buy in another region."""
    shops, count = life.kind("shop"), life.count(life.p["everyday.rates"]["shop"], len(life.people))
    buyers = life.some(count)
    region = life.holders.region[life.people]
    shop_region = life.holders.region[shops]
    lowest = np.searchsorted(shop_region, np.arange(64), "left")
    highest = np.searchsorted(shop_region, np.arange(64), "right")
    skew = float(life.p["everyday.popularity_skew"])
    habit = life.rng.random((len(life.people), FAVOURITES)) ** skew
    spot = habit[buyers, np.minimum((life.rng.random(count) ** 2 * FAVOURITES).astype(int), FAVOURITES - 1)]
    at = region[buyers]
    place = lowest[at] + (spot * (highest[at] - lowest[at])).astype(int)
    away = (life.rng.random(count) < life.p["everyday.away_share"]) | (highest[at] == lowest[at])
    place = np.where(away, (spot * len(shops)).astype(int), place)
    return life.people[buyers], shops[place], life.amounts("shop", count), life.moments(None, count)


def _friend(life: Life) -> Paid:
    """Small sums among people who know each other: four ties each, either way, so that many are answered."""
    count = life.count(life.p["everyday.rates"]["friend"], len(life.people))
    one = life.some(count)
    reach = np.array([1, 7, 61, 523])[life.rng.integers(4, size=count)]
    other = (one + reach) % len(life.people)
    turn = life.rng.random(count) < 0.5
    payer, payee = np.where(turn, one, other), np.where(turn, other, one)
    amount = rounded(life.amounts("friend", count), life.rng, life.p["everyday.round_share"])
    return life.people[payer], life.people[payee], amount, life.moments(None, count)


def _used_goods(life: Life) -> Paid:
    """Second-hand trade between strangers, some through dealers who buy and sell."""
    count = life.count(life.p["everyday.rates"]["used_goods"], len(life.people))
    dealers = life.kind("used_goods")
    one, other = life.people[life.some(count)], life.people[life.some(count)]
    dealer = dealers[life.rng.integers(len(dealers), size=count)]
    drawn = life.rng.random(count)
    payer = np.where(drawn < 0.15, dealer, one)
    payee = np.where((drawn >= 0.15) & (drawn < 0.4), dealer, other)
    amount = rounded(life.amounts("used_goods", count), life.rng, life.p["everyday.round_share"])
    return payer, payee, amount, life.moments(None, count)


def _refund(life: Life) -> Paid:
    """Shops and platforms give money back."""
    count = life.count(life.p["everyday.rates"]["refund"], len(life.people))
    sellers = np.concatenate([life.kind("shop"), life.kind("platform")])
    return (
        sellers[(life.rng.random(count) ** 2 * len(sellers)).astype(int)],
        life.people[life.some(count)],
        life.amounts("shop", count),
        life.moments(None, count, (8, 22)),
    )


def _cash_in(life: Life) -> Paid:
    count = life.count(life.p["everyday.rates"]["cash_in"], len(life.people))
    amount = np.maximum(10_000, life.amounts("cash_in", count) // 10_000 * 10_000)
    return np.full(count, CASH), life.people[life.some(count)], amount, life.moments(None, count, (8, 20))


def _cash_out(life: Life) -> Paid:
    count = life.count(life.p["everyday.rates"]["cash_out"], len(life.people))
    amount = np.maximum(10_000, life.amounts("cash_out", count) // 10_000 * 10_000)
    return life.people[life.some(count)], np.full(count, CASH), amount, life.moments(None, count, (7, 23))


def _wage(life: Life) -> Paid:
    """Every employer on its own day of the month; the same wage each month but for a few percent."""
    staff = life.people[life.holders.employer[life.people] >= 0]
    base = life.amounts("wage", len(staff))
    payday = life.rng.integers(1, 28, len(life.holders))
    return _monthly(life, life.holders.employer[staff], staff, base, payday[life.holders.employer[staff]], (9, 12))


def _rent(life: Life) -> Paid:
    """Most who live away from home rent."""
    away = life.people[life.holders.migrant[life.people]]
    tenants = away[life.rng.random(len(away)) < life.p["everyday.monthly"]["rent"]]
    landlords = life.kind("landlord")
    landlord = landlords[life.rng.integers(len(landlords), size=len(tenants))]
    base = life.amounts("rent", len(tenants)) // 5000 * 5000 + 5000
    return _monthly(life, tenants, landlord, base, life.rng.integers(1, 29, len(tenants)), (8, 22), exact=True)


def _bill(life: Life) -> Paid:
    payers = life.people[life.rng.random(len(life.people)) < life.p["everyday.monthly"]["bill"]]
    utilities = life.kind("utility")
    utility = utilities[life.rng.integers(len(utilities), size=len(payers))]
    base = life.amounts("bill", len(payers))
    return _monthly(life, payers, utility, base, life.rng.integers(1, 29, len(payers)), (7, 23))


def _family(life: Life) -> Paid:
    """Those away from home send money to the same relative; some comes back."""
    away = life.people[life.holders.migrant[life.people]]
    senders = away[life.rng.random(len(away)) < life.p["everyday.monthly"]["family"]]
    relative = life.people[(np.searchsorted(life.people, senders) * 7 + 13) % len(life.people)]
    base = rounded(life.amounts("family", len(senders)), life.rng, 0.9)
    return _monthly(life, senders, relative, base, life.rng.integers(1, 29, len(senders)), (8, 23), exact=True)


def _allowance(life: Life) -> Paid:
    """Parents to students, at the beginning of the month."""
    students = life.people[life.holders.occupation[life.people] == OCCUPATIONS.index("student")]
    students = students[life.rng.random(len(students)) < life.p["everyday.monthly"]["allowance"]]
    grown = life.people[life.holders.age[life.people] > 35]
    parent = grown[(np.searchsorted(life.people, students) * 11 + 5) % len(grown)]
    base = rounded(life.amounts("allowance", len(students)), life.rng, 0.95)
    return _monthly(life, parent, students, base, life.rng.integers(1, 6, len(students)), (8, 23), exact=True)


def _monthly(
    life: Life, payer: Ints, payee: Ints, base: Ints, day: Ints, hours: tuple[int, int], *, exact: bool = False
) -> Paid:
    """The same payment in each month of the period; scaled like everything else."""
    found: list[Paid] = []
    for month in life.months():
        on = month + day
        happens = (on >= 0) & (on < life.days) & (life.rng.random(len(payer)) < min(1.0, life.p["everyday.scale"]))
        count = int(happens.sum())
        amount = base[happens]
        if not exact:
            amount = (amount * (1 + 0.04 * life.rng.standard_normal(count))).astype(np.int64) + 1
        found.append((payer[happens], payee[happens], amount, life.moments(on[happens], count, hours)))
    return joined(found)


def _supply(life: Life) -> Paid:
    """Shops buy from suppliers; firms pay firms, platforms pay firms, so that wages have a source."""
    shops, suppliers, firms = life.kind("shop"), life.kind("supplier"), life.kind("employer")
    platforms = life.kind("platform")
    weekly: dict[str, float] = life.p["everyday.weekly"]
    first, second = life.count(weekly["supply"] / 7, len(shops)), life.count(weekly["trade"] / 7, len(firms))
    rng = life.rng
    payer = np.concatenate([shops[rng.integers(len(shops), size=first)], firms[rng.integers(len(firms), size=second)]])
    payee = np.concatenate(
        [
            suppliers[(rng.random(first) ** 2 * len(suppliers)).astype(int)],
            firms[(rng.random(second) ** 1.6 * len(firms)).astype(int)],
        ]
    )
    third = second // 2
    payer = np.concatenate([payer, platforms[rng.integers(len(platforms), size=third)]])
    payee = np.concatenate([payee, firms[(rng.random(third) ** 1.6 * len(firms)).astype(int)]])
    count = len(payer)
    return payer, payee, life.amounts("supply", count), life.moments(None, count, (8, 19))


def _group_buy(life: Life) -> Paid:
    """An organiser collects like sums from many within hours and passes most of it on: much like a mule, and honest."""
    per_hundred, members, passed = life.p["everyday.group_buys"]
    events = life.count(per_hundred / 100, len(life.people))
    sellers, suppliers, rng = life.kind("group_buyer"), life.kind("supplier"), life.rng
    if not events:
        return joined([])
    firm = sellers[rng.integers(len(sellers), size=events)]
    organiser = np.where(rng.random(events) < 0.5, firm, life.people[life.some(events)])
    sizes = rng.poisson(members, events) + 4
    event = np.repeat(np.arange(events), sizes)
    price = life.amounts("group_buy", events) // 100 * 100 + 90
    evening = life.moments(None, events, (17, 22))
    payer = life.people[life.some(len(event))]
    pieces = 1 + (rng.random(len(event)) < 0.25)
    paid = (payer, organiser[event], price[event] * pieces, evening[event] + _gaps(rng, len(event), 45))
    total = np.bincount(event, weights=price[event] * pieces, minlength=events)
    on = evening + 4 * HOUR_MS + _gaps(rng, events, 300)
    supplier = suppliers[rng.integers(len(suppliers), size=events)]
    return joined([paid, (organiser, supplier, (total * passed).astype(np.int64), on)])


def _gaps(rng: np.random.Generator, count: int, mean_minutes: float) -> Ints:
    return np.asarray((rng.exponential(mean_minutes * 60, count)).astype(np.int64) * 1000)


def _otc(life: Life) -> Paid:
    """Lawful dealers in coins and currency: large sums in and out with strangers all day."""
    dealers = life.kind("otc")
    count = life.count(life.p["everyday.otc_trades"], len(dealers))
    dealer = dealers[life.rng.integers(len(dealers), size=count)]
    person = life.people[life.some(count)]
    buys = life.rng.random(count) < 0.5
    amount = rounded(life.amounts("otc", count), life.rng, 0.6)
    return np.where(buys, person, dealer), np.where(buys, dealer, person), amount, life.moments(None, count)


def _charity(life: Life) -> Paid:
    """Drives: many strangers give small sums within two days."""
    charities = life.kind("charity")
    per_day, givers = life.p["everyday.charity_drives"]
    drives = life.count(per_day, len(charities)) + 1
    event = np.repeat(np.arange(drives), life.rng.poisson(givers, drives) + 1)
    begun = life.moments(None, drives, (8, 12))
    amount = rounded(life.amounts("charity", len(event)), life.rng, 0.9)
    receiver = charities[life.rng.integers(len(charities), size=drives)]
    return life.people[life.some(len(event))], receiver[event], amount, begun[event] + _gaps(life.rng, len(event), 600)


PURPOSE: dict[str, Callable[[Life], Paid]] = {
    "shop": _shop,
    "friend": _friend,
    "used_goods": _used_goods,
    "refund": _refund,
    "cash_in": _cash_in,
    "cash_out": _cash_out,
    "wage": _wage,
    "rent": _rent,
    "bill": _bill,
    "family": _family,
    "allowance": _allowance,
    "supply": _supply,
    "group_buy": _group_buy,
    "otc": _otc,
    "charity": _charity,
    **dealings.DEALINGS,
}


def add_everyday(seed: int, made: Holders, accounts: Accounts, p: Parameters, period: tuple[int, int]) -> Transfers:
    """All honest transfers of the period (start and end, UTC ms), in time order."""
    start_ms, end_ms = period
    found: list[tuple[Paid, int]] = []
    for country in range(len(COUNTRIES)):
        people = np.flatnonzero(made.country[: made.people] == country)
        for name, live in PURPOSE.items():
            rng = columns(seed, f"everyday/{COUNTRIES[country].code}/{name}")
            weights = np.cumsum(rng.lognormal(0, float(p["everyday.activity_sigma"]), len(people)))
            days = (end_ms - start_ms) // DAY_MS
            life = Life(made, accounts, country, people, weights, start_ms, days, p, rng)
            found.append((live(life), PURPOSES.index(name)))
    payer, payee, amount, at = joined([paid for paid, _ in found])
    purpose = np.repeat([code for _, code in found], [len(paid[0]) for paid, _ in found]).astype(np.int8)
    is_own = purpose == PURPOSES.index("own")
    kept = ((payer != payee) | is_own) & (amount > 0) & (at >= start_ms) & (at < end_ms - HOUR_MS)
    order = np.flatnonzero(kept)[np.argsort(at[kept], kind="stable")]
    rng = columns(seed, "everyday/accounts")
    lag = arrival_lags(rng, len(order), float(p["everyday.next_day_share"]))
    payers, payees = (_account(rng, holder[order], accounts, made) for holder in (payer, payee))
    own = np.flatnonzero(is_own[order])
    turn = rng.random(len(own)) < 0.5
    both = accounts.first[payer[order][own]], accounts.second[payer[order][own]]
    payers[own], payees[own] = np.where(turn, *both), np.where(turn, *both[::-1])
    return Transfers(
        payer=payers,
        payee=payees,
        at_ms=at[order],
        arrived_ms=np.minimum(at[order] + lag, end_ms - 1000),
        amount_minor=amount[order],
        purpose=purpose[order],
        incident=np.full(len(order), -1, np.int32),
    )


def arrival_lags(rng: np.random.Generator, count: int, next_day: float) -> Ints:
    """Milliseconds from leaving to arriving: mostly seconds; a few arrive the next morning."""
    lag = np.minimum(rng.exponential(1.2, count), 20).astype(np.int64) * 1000
    late = rng.random(count) < next_day
    lag[late] = 12 * HOUR_MS + rng.integers(6 * HOUR_MS // 1000, size=int(late.sum())) * 1000
    return np.asarray(lag)


def _account(rng: np.random.Generator, holder: Ints, accounts: Accounts, made: Holders) -> Ints:
    """The account that a holder uses: people pay two times in three from their second one, if they have it."""
    first = accounts.first[holder]
    second = accounts.second[holder]
    uses = (second >= 0) & (rng.random(len(holder)) < 0.6) & (made.business[holder] != BUSINESSES.index("employer"))
    return np.where(holder < 0, -1, np.where(uses, second, first)).astype(np.int32)
