"""Accounts at rest that wake up, test transfers, and old relations behind what a holder pays for goods, rent and wages.

Each has its honest twin: the card of an old employer used again, the careful lender, the new customer.
"""

from random import Random

from fanzha.simulate import invent
from fanzha.simulate.honest import Honest, stranger
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import of_kind
from fanzha.simulate.underworld import account_country, drawn
from fanzha.simulate.world import (
    BUSINESSES,
    COUNTRIES,
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    PURPOSES,
    Exits,
    Moved,
    World,
)

PRINTED_FOR = {"shop": "shop", "landlord": "rent", "used_goods": "used_goods"}
LOAN_MIN_MINOR = 300_000
SETTLED_DAYS = 100  # how far back an old relation goes


def good_faith(world: World, p: Parameters, moved: list[Moved], honest: Honest, told: Exits) -> set[int]:
    """Say what holders paid for, and give some of them earlier dealings with the payee; the accounts that have such a past."""
    rng, known = invent.stream(world.seed, "exits/good_faith"), set()
    for one in moved:
        if one.purpose != "pay":
            continue
        holder = int(world.accounts.holder[one.payee])
        kind = BUSINESSES[int(world.holders.business[holder])] if holder >= world.holders.people else ""
        word = PRINTED_FOR.get(kind, "wage" if rng.random() < p["exits.wage_share"] else "")
        one.printed = word
        old = word and rng.random() < p["exits.old_relation_share"]
        if word == "wage":
            told.marks[one.payee, "paid_worker"] = one.at_ms, one.at_ms
        if not old:
            continue
        known.add(one.payer)
        monthly = word in ("wage", "rent")
        moment = one.at_ms
        for _ in range(3 if monthly else rng.randint(2, 6)):
            moment -= (30 * DAY_MS if monthly else rng.randrange(4, 25) * DAY_MS) + rng.randrange(6 * HOUR_MS)
            amount = int(one.amount_minor * (rng.uniform(0.97, 1.03) if monthly else rng.lognormvariate(0, 0.5)))
            if moment > one.at_ms - SETTLED_DAYS * DAY_MS:
                honest.add(one.payer, one.payee, moment, amount, word)
        told.marks[one.payee, "old_relation"] = moment, one.at_ms
    return known


def tests(world: World, p: Parameters, moved: list[Moved], honest: Honest, told: Exits) -> list[Moved]:
    """Tiny transfers before the first one between two accounts; the transfers to be added."""
    rng = invent.stream(world.seed, "exits/tests")
    met: set[tuple[int, int]] = set()
    made: list[Moved] = []
    for one in sorted(moved, key=lambda each: (each.at_ms, each.payer, each.payee, each.amount_minor)):
        pair = one.payer, one.payee
        if one.purpose not in ("layer", "scam") or not one.parcels or min(pair) < 0 or pair in met:
            continue
        met.add(pair)
        share = p["exits.victim_test_share" if one.purpose == "scam" else "exits.test_share"]
        amount = _tiny(world, p, rng, one.payer)
        at_ms = one.at_ms - rng.randrange(MINUTE_MS, 45 * MINUTE_MS)
        if rng.random() >= share or at_ms < world.start_ms or one.amount_minor < 20 * amount:
            continue
        tiny = Moved(*pair, at_ms, at_ms + rng.randrange(800, 6000), amount, "test", printed=one.printed)
        made.append(tiny)
        told.tests.append((tiny, one))
        if rng.random() < p["exits.test_returned_share"]:
            back = tiny.arrived_ms + rng.randrange(10_000, 40_000)
            made.append(Moved(one.payee, one.payer, back, back + rng.randrange(800, 6000), amount, "test"))
    _careful(world, p, rng, honest)
    return made


def _tiny(world: World, p: Parameters, rng: Random, account: int) -> int:
    return max(1, int(int(drawn(rng, p["exits.test_minor"])) * COUNTRIES[account_country(world, account)].per_yuan))


def _careful(world: World, p: Parameters, rng: Random, honest: Honest) -> None:
    """Honest people who lend, too, try the account first."""
    t, loan = world.transfers, PURPOSES.index("loan")
    for place in ((t.purpose == loan) & (t.amount_minor >= LOAN_MIN_MINOR)).nonzero()[0].tolist():
        at_ms = int(t.at_ms[place]) - rng.randrange(MINUTE_MS, 45 * MINUTE_MS)
        if rng.random() < p["exits.honest_test_share"] and at_ms > world.start_ms:
            payer = int(t.payer[place])
            honest.add(payer, int(t.payee[place]), at_ms, _tiny(world, p, rng, payer), "friend")


def at_rest(world: World, p: Parameters, moved: list[Moved], honest: Honest, known: set[int]) -> None:
    """Some of the sold accounts, some accounts of honest payees and some of anybody's had been at rest for long."""
    rng, told = invent.stream(world.seed, "exits/at_rest"), world.exits or Exits()
    first: dict[int, int] = {}
    for one in moved:
        for account, at_ms in ((one.payer, one.at_ms), (one.payee, one.arrived_ms)):
            first[account] = min(at_ms, first.get(account, at_ms))
    sold = sorted({one.account for one in world.resources if one.account >= 0} & set(first))
    for account in sold:
        is_person = world.accounts.holder[account] < world.holders.people
        if is_person and account not in known and rng.random() < p["exits.dormant_share"]:
            told.marks[account, "dormant"] = _rest(world, p, rng, honest, account, first[account]), first[account]
            honest.silence(account, told.marks[account, "dormant"][0])
    payees = sorted({one.payee for one in moved if one.purpose == "pay"} - known - set(sold))
    payees = [one for one in payees if world.accounts.holder[one] < world.holders.people]
    sleepers = [
        (one, first[one])
        for one in payees
        if rng.random() < p["exits.sleeping_payee_share"] and (one, "old_relation") not in told.marks
    ]
    for _ in range(int(world.holders.people * p["exits.sleepers"])):
        account = int(world.accounts.second[world.accounts.holder[stranger(world, rng, 0)]])
        if account >= 0 and account not in first:
            sleepers.append((account, rng.randrange(world.start_ms + DAY_MS, world.end_ms - 5 * DAY_MS)))
    for account, wakes in sleepers:
        since = _rest(world, p, rng, honest, account, wakes)
        told.marks[account, "sleeper"] = since, wakes
        honest.silence(account, since, wakes)
        for _ in range(rng.randint(2, 9)):  # a new job, a season, a trip: busy days
            _day_of_life(world, rng, honest, account, wakes + rng.randrange(HOUR_MS, 4 * DAY_MS))


def _rest(world: World, p: Parameters, rng: Random, honest: Honest, account: int, wakes: int) -> int:
    """An earlier life of the account, then a rest until `wakes`; when the rest began. A statement shows both."""
    since = wakes - int(rng.uniform(*p["exits.rest_days"]) * DAY_MS)
    honest.rest(account, since, wakes)
    for _ in range(rng.randint(6, 30)):
        _day_of_life(world, rng, honest, account, since - rng.randrange(HOUR_MS, 90 * DAY_MS))
    return since


def _day_of_life(world: World, rng: Random, honest: Honest, account: int, at_ms: int) -> None:
    """A purchase, or money from or to somebody."""
    country = account_country(world, account)
    per_yuan = COUNTRIES[country].per_yuan
    amount = int(rng.lognormvariate(4.2, 1.0) * per_yuan * 100)
    if rng.random() < 0.6:
        shops = of_kind(world.holders, "shop", country)
        honest.add(account, int(world.accounts.first[shops[rng.randrange(len(shops))]]), at_ms, amount, "shop")
    else:
        other = stranger(world, rng, country)
        honest.add(*((account, other) if rng.random() < 0.5 else (other, account)), at_ms, amount * 3, "friend")
