"""Who lives in a world: people, businesses, banks, accounts. Columns drawn at once; every number is right in form and held by nobody."""

from typing import Any

import numpy as np

from fanzha.simulate.parameters import Parameters
from fanzha.simulate.world import (
    BUSINESSES,
    COUNTRIES,
    DAY_MS,
    OCCUPATIONS,
    Accounts,
    Banks,
    Holders,
    Ints,
)

# Mobile prefixes per country and the digits that follow; account digits after a bank's prefix.
PHONE_PREFIXES = ((138, 139, 150, 158, 186, 133, 177, 182), (81, 89, 92), (98, 97, 99))
PHONE_DIGITS = (8, 7, 8)
ACCOUNT_DIGITS = {"card": 12, "payment_company": 12, "thai_bank": 8, "indian_bank": 8}
ADULT, RETIRED, STUDENT_TO = 18, 61, 25


def columns(seed: int, name: str) -> np.random.Generator:
    """A generator of its own for each part of a world, so that one part can grow without moving another."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *f"fanzha/{name}".encode()])))


def banks(p: Parameters) -> Banks:
    """The institutions, in the order of the parameters."""
    told: list[dict[str, Any]] = p["population.banks"]
    return Banks(
        names=tuple(str(one["name"]) for one in told),
        country=np.array([one["country"] for one in told], np.int8),
        form=tuple(str(one["form"]) for one in told),
        is_wallet=np.array([one["share"] == 0 for one in told]),
    )


def holders(seed: int, people: int, p: Parameters) -> Holders:
    """`people` people and the businesses that they need, ordered: people by country and region, then businesses by kind."""
    rng = columns(seed, "population/people")
    country, region = _places(rng, people, p)
    age = _ages(rng, people, p)
    occupation = _occupations(rng, age, p)
    migrant = (rng.random(people) < p["population.migrant_share"]) & (age >= ADULT) & (occupation != 0)
    kinds, business_country, business_region = _businesses(seed, people, country, p)
    count = len(kinds)
    nothing = np.full(count, -1, np.int8)
    made = Holders(
        people=people,
        country=np.concatenate([country, business_country]),
        region=np.concatenate([region, business_region]),
        age=np.concatenate([age, np.zeros(count, np.int8)]),
        migrant=np.concatenate([migrant, np.zeros(count, bool)]),
        occupation=np.concatenate([occupation, nothing]),
        business=np.concatenate([np.full(people, -1, np.int8), kinds]),
        employer=np.full(people + count, -1, np.int32),
        phone=np.concatenate([_phones(rng, country), np.zeros(count, np.int64)]),
    )
    made.employer[:people] = _employers(rng, made)
    return made


def _places(rng: np.random.Generator, count: int, p: Parameters) -> tuple[Ints, Ints]:
    """Country and region of each person, sorted, so that neighbours in number are neighbours in life."""
    country = np.sort(rng.choice(len(COUNTRIES), count, p=_shares(p["population.country_shares"]))).astype(np.int8)
    region = np.zeros(count, np.int8)
    for place, one in enumerate(COUNTRIES):
        weights = _shares([(rank + 1) ** -float(p["population.region_skew"]) for rank in range(len(one.regions))])
        there = country == place
        region[there] = np.sort(rng.choice(len(one.regions), int(there.sum()), p=weights))
    return country, region


def _shares(weights: list[float]) -> np.ndarray:
    told = np.array(weights, float)
    return np.asarray(told / told.sum())


def _ages(rng: np.random.Generator, count: int, p: Parameters) -> Ints:
    table: dict[str, float] = p["population.ages"]
    begins = np.array([int(age) for age in table] + [86])
    band = rng.choice(len(table), count, p=_shares(list(table.values())))
    return np.asarray((begins[band] + rng.random(count) * (begins[band + 1] - begins[band])).astype(np.int8))


def _occupations(rng: np.random.Generator, age: Ints, p: Parameters) -> Ints:
    drawn = rng.random(len(age))
    staff, self_employed = p["population.staff_share"], p["population.self_employed_share"]
    made = np.select(
        [drawn < staff, drawn < staff + self_employed],
        [OCCUPATIONS.index("staff"), OCCUPATIONS.index("self_employed")],
        OCCUPATIONS.index("unemployed"),
    )
    made[age >= RETIRED] = OCCUPATIONS.index("retired")
    studies = (age < ADULT) | ((age < STUDENT_TO) & (rng.random(len(age)) < p["population.student_share"]))
    made[studies] = OCCUPATIONS.index("student")
    return made.astype(np.int8)


def _businesses(seed: int, people: int, country: Ints, p: Parameters) -> tuple[Ints, Ints, Ints]:
    """Kind, country and region of each business; every country has a few of each kind."""
    rng = columns(seed, "population/businesses")
    ratio: dict[str, int] = p["population.people_per_business"]
    least = int(p["population.business_min"])
    kinds, countries, regions = [], [], []
    for kind, name in enumerate(BUSINESSES):
        for place, one in enumerate(COUNTRIES):
            count = max(least, int((country == place).sum()) // int(ratio[name]))
            weights = _shares([(rank + 1) ** -float(p["population.region_skew"]) for rank in range(len(one.regions))])
            kinds.append(np.full(count, kind, np.int8))
            countries.append(np.full(count, place, np.int8))
            regions.append(np.sort(rng.choice(len(one.regions), count, p=weights)).astype(np.int8))
    return np.concatenate(kinds), np.concatenate(countries), np.concatenate(regions)


def _phones(rng: np.random.Generator, country: Ints) -> Ints:
    """A number of its own for each person: E.164 digits, without "+"."""
    made = np.zeros(len(country), np.int64)
    for place, one in enumerate(COUNTRIES):
        there = np.flatnonzero(country == place)
        width = 10 ** PHONE_DIGITS[place]
        prefixes = np.array(PHONE_PREFIXES[place], np.int64)
        spot = scattered(np.arange(len(there)), int(rng.integers(width)), len(prefixes) * width)
        national = prefixes[spot // width] * width + spot % width
        made[there] = one.dialling * 10 ** (len(str(prefixes[0])) + PHONE_DIGITS[place]) + national
    return made


def scattered(numbers: Ints, offset: int, size: int) -> Ints:
    """Different numbers below `size` for different numbers: a walk with a step that shares no factor with it."""
    step = int(size * 0.6180339887) | 1
    while np.gcd(step, size) != 1:
        step += 2
    exact = (numbers.astype(object) * step + offset) % size if size > 1 << 31 else None
    return (exact if exact is not None else (numbers.astype(np.int64) * step + offset) % size).astype(np.int64)


def _employers(rng: np.random.Generator, made: Holders) -> Ints:
    """An employer in the same country for everybody who is staff; few firms employ many."""
    employer = np.full(made.people, -1, np.int32)
    for place in range(len(COUNTRIES)):
        staff = np.flatnonzero(
            (made.country[: made.people] == place) & (made.occupation[: made.people] == OCCUPATIONS.index("staff"))
        )
        firms = of_kind(made, "employer", place)
        employer[staff] = firms[(len(firms) * rng.random(len(staff)) ** 1.6).astype(int)]
    return employer


def accounts(seed: int, made: Holders, p: Parameters, start_ms: int) -> Accounts:
    """A first account for every holder, a second for some; numbers carry their check digit where cards have one."""
    rng = columns(seed, "population/accounts")
    told: list[dict[str, Any]] = p["population.banks"]
    count = len(made)
    first_bank = np.zeros(count, np.int8)
    second_bank = np.full(count, -1, np.int8)
    for place in range(len(COUNTRIES)):
        there = np.flatnonzero(made.country == place)
        here = [k for k, one in enumerate(told) if one["country"] == place]
        shares = _shares([float(told[k]["share"]) for k in here])
        first_bank[there] = np.array(here, np.int8)[rng.choice(len(here), len(there), p=shares)]
        wallets = [k for k in here if told[k]["share"] == 0]
        other = np.array(wallets or here, np.int8)[rng.integers(len(wallets or here), size=len(there))]
        has = (rng.random(len(there)) < p["population.second_account_share"]) & (made.age[there] != 0)
        takes = made.business[there] == BUSINESSES.index("shop")
        second_bank[there[has | takes]] = other[has | takes]
    seconds = np.flatnonzero(second_bank >= 0)
    bank = np.concatenate([first_bank, second_bank[seconds]])
    second = np.full(count, -1, np.int32)
    second[seconds] = count + np.arange(len(seconds))
    years = rng.exponential(4.0, len(bank)) + 0.1
    return Accounts(
        holder=np.concatenate([np.arange(count), seconds]).astype(np.int32),
        bank=bank,
        number=_numbers(rng, bank, told),
        opened_ms=start_ms - (years * 365 * DAY_MS).astype(np.int64),
        first=np.arange(count, dtype=np.int32),
        second=second,
    )


def _numbers(rng: np.random.Generator, bank: Ints, told: list[dict[str, Any]]) -> Ints:
    made = np.zeros(len(bank), np.int64)
    for k, one in enumerate(told):
        there = np.flatnonzero(bank == k)
        form = str(one["form"])
        digits = ACCOUNT_DIGITS.get(form, ACCOUNT_DIGITS["card"])
        body = int(one["prefix"]) * 10**digits + scattered(
            np.arange(len(there)), int(rng.integers(10**digits)), 10**digits
        )
        made[there] = with_check_digit(body) if form not in ACCOUNT_DIGITS else body
    return made


def with_check_digit(body: Ints) -> Ints:
    """Numbers with the Luhn digit of ISO/IEC 7812-1 added."""
    total, left, double = np.zeros(len(body), np.int64), body.copy(), True
    while left.any():
        digit = left % 10
        left //= 10
        if double:
            digit = digit * 2
            digit -= 9 * (digit > 9)
        total += digit
        double = not double
    return body * 10 + (-total) % 10


def of_kind(made: Holders, name: str, country: int) -> Ints:
    """The businesses of a kind in a country."""
    return np.flatnonzero((made.business == BUSINESSES.index(name)) & (made.country == country))
