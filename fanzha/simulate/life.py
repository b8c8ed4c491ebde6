"""What every part of ordinary life needs: people of one country, how active they are, the rhythm of days and weeks, amounts."""

from dataclasses import dataclass

import numpy as np

from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import of_kind
from fanzha.simulate.world import COUNTRIES, DAY_MS, HOUR_MS, MINUTE_MS, Accounts, Holders, Ints

CASH = -1
LEAST_MINOR = 50


@dataclass(slots=True)
class Life:
    """What every purpose needs: people and accounts of one country, the period, the parameters, a generator."""

    holders: Holders
    accounts: Accounts
    country: int
    people: Ints  # holders who are people of the country
    activity: np.ndarray  # weight of each of them
    start_ms: int
    days: int
    p: Parameters
    rng: np.random.Generator

    def kind(self, name: str) -> Ints:
        """Businesses of a kind in the country."""
        return of_kind(self.holders, name, self.country)

    def some(self, count: int) -> Ints:
        """People of the country, the active ones more often; places in `people`."""
        at = np.searchsorted(self.activity, self.rng.random(count) * self.activity[-1])
        return np.asarray(np.minimum(at, len(self.people) - 1))

    def count(self, rate: float, of: int) -> int:
        """How many events at `rate` per one of `of` and day."""
        return int(self.rng.poisson(rate * float(self.p["everyday.scale"]) * of * self.days))

    def amounts(self, purpose: str, count: int) -> Ints:
        """Minor units of the country's currency."""
        median, sigma, cap = self.p["everyday.amounts"][purpose]
        rate = COUNTRIES[self.country].per_yuan * 100
        drawn = np.minimum(cap, self.rng.lognormal(0, sigma, count) * median) * rate
        return np.asarray(np.maximum(LEAST_MINOR, drawn).astype(np.int64))

    def moments(self, days: Ints | None, count: int, hours: tuple[int, int] | None = None) -> Ints:
        """Moments (UTC ms) on given days or on days drawn by the day of the week, at hours drawn by the rhythm of a day."""
        if days is None:
            days = self.rng.choice(self.days, count, p=day_weights(self.start_ms, self.days, self.p))
        weights = np.array(self.p["everyday.hours"], float)
        if hours:
            weights[: hours[0]] = 0
            weights[hours[1] :] = 0
        hour = self.rng.choice(24, count, p=weights / weights.sum())
        offset = COUNTRIES[self.country].offset_minutes * MINUTE_MS
        midnight = self.start_ms - (self.start_ms + offset) % DAY_MS
        made: Ints = midnight + days * DAY_MS + hour * HOUR_MS + self.rng.integers(HOUR_MS // 1000, size=count) * 1000
        return made

    def months(self) -> list[int]:
        """Days from the start on which the months of the period begin."""
        return list(range(-30, self.days, 30))


Paid = tuple[Ints, Ints, Ints, Ints]  # payer and payee as holders (-1: cash), minor units, moments


def day_weights(start_ms: int, days: int, p: Parameters) -> np.ndarray:
    """Share of each day of the period in the traffic, by its day of the week."""
    week = np.array(p["everyday.weekdays"], float)
    first = (start_ms + COUNTRIES[0].offset_minutes * MINUTE_MS) // DAY_MS + 3  # 1 January 1970 was a Thursday
    weights = week[(first + np.arange(days)) % 7]
    return np.asarray(weights / weights.sum())


def rounded(amount: Ints, rng: np.random.Generator, share: float) -> Ints:
    """Some of the amounts as round sums, as people send them."""
    unit = np.where(amount >= 100_000, 10_000, np.where(amount >= 10_000, 1_000, 100))
    is_round = rng.random(len(amount)) < share
    return np.where(is_round, np.maximum(unit, amount // unit * unit), amount)


def joined(parts: list[Paid]) -> Paid:
    """Several lists of payments as one."""
    if not parts:
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing, nothing
    payers, payees, amounts, moments = (np.concatenate(column) for column in zip(*parts, strict=True))
    return payers, payees, amounts, moments
