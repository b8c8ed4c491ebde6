"""People drawn for a part in the fraud chain: by country, age and occupation, each only once."""

from random import Random

import numpy as np

from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import columns, of_kind
from fanzha.simulate.world import COUNTRIES, OCCUPATIONS, Ints, World

TRIES = 300
LARGEST = 5
ADULT = 18


class Profile:
    """Weights by age (from this age to the next) and by occupation, the largest of each scaled to 1."""

    def __init__(self, ages: dict[str, float], occupations: dict[str, float]) -> None:
        begins = [int(age) for age in ages]
        most = max(ages.values())
        self.by_age = [0.0] * 128
        for begin, end, weight in zip(begins, [*begins[1:], 128], ages.values(), strict=True):
            self.by_age[begin:end] = [weight / most] * (end - begin)
        most = max(occupations.values())
        self.by_occupation = [occupations.get(name, 0.0) / most for name in OCCUPATIONS]

    def weight(self, age: int, occupation: int) -> float:
        """0 ... 1."""
        return self.by_age[age] * self.by_occupation[occupation]


ANYBODY = Profile({"0": 1.0}, dict.fromkeys(OCCUPATIONS, 1.0))


class Casting:
    """Who is left in a world. Nobody is drawn twice."""

    def __init__(self, world: World) -> None:
        self.holders = world.holders
        self.taken: set[int] = set()
        self.young: dict[int, Ints] = {}
        countries = world.holders.country[: world.holders.people]
        has = world.accounts.first[: world.holders.people] >= 0
        self.there: list[Ints] = [np.flatnonzero((countries == place) & has) for place in range(len(COUNTRIES))]

    def person(self, rng: Random, country: int, profile: Profile, among: Ints | None = None) -> int:
        """A person of the country (or among those given) after the profile; the profile is let go before nobody is found; -1 then."""
        places = self.there[country] if among is None else among
        if not len(places):
            return -1
        for _ in range(TRIES):
            one = int(places[rng.randrange(len(places))])
            if one in self.taken:
                continue
            if rng.random() < profile.weight(int(self.holders.age[one]), int(self.holders.occupation[one])):
                self.taken.add(one)
                return one
        begin = rng.randrange(len(places))
        for step in range(len(places)):
            one = int(places[(begin + step) % len(places)])
            if one not in self.taken:
                self.taken.add(one)
                return one
        return -1

    def minor(self, rng: Random, country: int) -> int:
        """A person below 18, or -1."""
        if country not in self.young:
            places = self.there[country]
            self.young[country] = places[self.holders.age[places] < ADULT]
        return self.person(rng, country, ANYBODY, self.young[country])


def customers(world: World, p: Parameters, business: int) -> Ints:
    """The people in a company's records, by number: its employees, or customers drawn once and for all for this business."""
    people = world.holders.people
    employees = np.flatnonzero(world.holders.employer[:people] == business)
    if len(employees):
        return employees
    there = np.flatnonzero(world.holders.country[:people] == world.holders.country[business])
    count = min(len(there), max(int(p["gangs.customers_min"]), int(len(there) * p["gangs.customers_share"])))
    rng = columns(world.seed, f"chain/customers/{business}")
    return np.sort(rng.choice(there, count, replace=False))


def companies(world: World, country: int, kind: str) -> list[int]:
    """Businesses of a kind whose records say something of many people; of employers the largest few."""
    found = [int(one) for one in of_kind(world.holders, kind, country)]
    if kind != "employer":
        return found
    employer = world.holders.employer[: world.holders.people]
    size = np.bincount(employer[employer >= 0], minlength=len(world.holders))
    return sorted(found, key=lambda one: (-int(size[one]), one))[:LARGEST]
