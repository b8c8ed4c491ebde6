"""Dealings between people that look like a mule's and are not: loans, moves between one's own accounts, small trade, money passed on.

They are what makes fraud hard to see: large round sums between strangers, accounts that pay out at once what came in.
"""

import numpy as np

from fanzha.simulate.life import Life, Paid, joined, rounded
from fanzha.simulate.population import ADULT
from fanzha.simulate.world import MINUTE_MS, Flags, Ints


def _grown(life: Life) -> Ints:
    return life.people[life.holders.age[life.people] >= ADULT]


def _dealt(life: Life, name: str) -> float:
    return float(life.p["everyday.dealings"][name])


def loan(life: Life) -> Paid:
    """Loans and their return, used cars, weddings, deposits: large sums between two people, mostly round."""
    grown = _grown(life)
    count = life.count(_dealt(life, "loan"), len(grown))
    one, other = (grown[life.rng.integers(len(grown), size=count)] for _ in range(2))
    amount = rounded(life.amounts("loan", count), life.rng, 0.7)
    lent = (one, other, amount, life.moments(None, count, (7, 24)))
    back = life.rng.random(count) < 0.25
    later = lent[3][back] + (life.rng.exponential(12.0, int(back.sum())) * 1440).astype(np.int64) * MINUTE_MS
    return joined([lent, (other[back], one[back], amount[back], later)])


def own(life: Life) -> Paid:
    """Between one's own two accounts, either way: payer and payee are the same holder."""
    two = life.people[life.accounts.second[life.people] >= 0]
    count = life.count(_dealt(life, "own_a_month") / 30, len(two))
    holder = two[life.rng.integers(len(two), size=count)]
    amount = rounded(life.amounts("own", count), life.rng, 0.6)
    return holder, holder, amount, life.moments(None, count, (6, 24))


def trade(life: Life) -> Paid:
    """People who trade on their own account: many strangers pay in, and much of it is paid on within hours."""
    grown = _grown(life)
    traders = life.rng.choice(grown, max(1, int(len(grown) * _dealt(life, "trader_share"))), replace=False)
    active = np.cumsum(life.rng.lognormal(0, 1.0, len(traders)))
    count = life.count(_dealt(life, "trades_a_day"), len(traders))
    which = np.minimum(np.searchsorted(active, life.rng.random(count) * active[-1]), len(traders) - 1)
    size = np.exp(life.rng.normal(0, 1.2, len(traders)))[which]
    amount = np.maximum(100, np.minimum(20_000_000, life.amounts("trade", count) * size)).astype(np.int64)
    amount = rounded(amount, life.rng, 0.6)
    trader, at = traders[which], life.moments(None, count, (7, 24))
    taken = (grown[life.rng.integers(len(grown), size=count)], trader, amount, at)
    on = life.rng.random(count) < 0.5
    given = int(on.sum())
    supplier = np.where(
        life.rng.random(given) < 0.5,
        traders[life.rng.integers(len(traders), size=given)],
        grown[life.rng.integers(len(grown), size=given)],
    )
    paid = rounded((amount[on] * life.rng.uniform(0.6, 1.9, given)).astype(np.int64) + 100, life.rng, 0.6)
    return joined([taken, (trader[on], supplier, paid, at[on] + _minutes(life, given, 60, 2.0))])


def pass_on(life: Life) -> Paid:
    """A sum that is received and passed on within the hour, whole or split: couples, pooled money, a favour for a friend."""
    grown = _grown(life)
    count = life.count(_dealt(life, "pass_on"), len(grown))
    giver, middle, last = (grown[life.rng.integers(len(grown), size=count)] for _ in range(3))
    amount = rounded(life.amounts("pass_on", count), life.rng, 0.6)
    at = life.moments(None, count, (7, 24))
    pieces = life.rng.integers(1, 4, count)
    event = np.repeat(np.arange(count), pieces)
    same: Flags = life.rng.random(len(event)) < 0.7
    payee = np.where(same, last[event], grown[life.rng.integers(len(grown), size=len(event))])
    part = (amount[event] / pieces[event] * life.rng.uniform(0.85, 1.0, len(event))).astype(np.int64) + 1
    later = at[event] + _minutes(life, len(event), 20, 1.6)
    return joined([(giver, middle, amount, at), (middle[event], payee, part, later)])


def _minutes(life: Life, count: int, median: float, sigma: float) -> Ints:
    """Milliseconds, lognormal about a median in minutes, at least some seconds."""
    drawn = median * np.exp(sigma * life.rng.standard_normal(count)) * MINUTE_MS
    return np.asarray(np.maximum(20_000, drawn).astype(np.int64) // 1000 * 1000)


DEALINGS = {"loan": loan, "own": own, "trade": trade, "pass_on": pass_on}
