"""How a written world is distributed: who pays whom, how often, how much, when. The same figures for any other flow of money.

Distributions are kept as quantiles and as a curve: for each of some values, the share of observations that reach it.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fanzha.simulate.flow import Flow, about, read_flow
from fanzha.simulate.realism_chain import Chain, chain
from fanzha.simulate.spread import Spread, spread
from fanzha.simulate.world import DAY_MS, HOUR_MS, Ints

CLUSTERING_DRAWS = 200_000  # pairs of neighbours looked at
GAPS_DRAWN = 2_000_000  # events after which the time to the account's next one is kept
SEED = 1  # which accounts and pairs are drawn; figures of one world never differ


@dataclass(frozen=True, slots=True)
class Shape:
    """A flow of money as a graph in time. Shares are 0 to 1; a dash in time or currency is None."""

    accounts: int  # with at least one transfer
    days: int
    transfers: int  # between accounts
    cash: int  # to or from cash or a bank outside
    per_account_day: Spread  # transfers per account and day, either way, of accounts with any
    out_degree: Spread  # distinct accounts paid, of accounts that paid any
    in_degree: Spread
    gap_hours: Spread  # between two transfers of one account, either way
    amount: Spread  # major units; a world's in yuan at its fixed rates
    amounts: dict[str, Spread]  # by currency, in its own major units
    benford: float  # mean absolute difference of the shares of the nine first digits; only a remark
    reciprocity: float  # share of payer-payee pairs of which the opposite pair exists
    components: int  # weak
    component: Spread  # accounts in each
    largest_component: float  # share of accounts
    clustering: float  # how often two counterparties of an account pay each other; mean over accounts, sampled
    hours: tuple[float, ...]  # share of transfers in each hour of the local day; empty where days are the finest step
    weekdays: tuple[float, ...]  # mean share of each day of the week, Monday first; empty likewise


@dataclass(frozen=True, slots=True)
class Realism:
    """A world's description (world.json), its money, and its fraud chain."""

    world: dict[str, Any]
    shape: Shape
    chain: Chain

    def as_json(self) -> dict[str, Any]:
        """Plain values, for a result file."""
        return asdict(self)


def measure(out: Path) -> Realism:
    """The distributions of the world written in `out`. Raises NotFound where there is none."""
    told = about(out)
    flow = read_flow(out)
    return Realism(told, shape(flow), chain(out, told))


def shape(flow: Flow, step_ms: int = 1) -> Shape:
    """The figures of a flow; `step_ms` is the finest time that it knows. Raises InputError where nothing moved between accounts."""
    between = flow.between()
    money = between.yuan()
    ends = _Ends(between)
    pairs = np.unique(ends.pairs)
    payer, payee = pairs // flow.accounts, pairs % flow.accounts
    sizes = components(payer, payee, flow.accounts)
    clock = step_ms < HOUR_MS
    days = max(1, round((flow.end_ms - flow.start_ms) / DAY_MS))
    return Shape(
        accounts=len(ends.active),
        days=days,
        transfers=len(between),
        cash=len(flow) - len(between),
        per_account_day=spread(ends.count[ends.active] / days),
        out_degree=spread(_counts(payer, flow.accounts)),
        in_degree=spread(_counts(payee, flow.accounts)),
        gap_hours=spread(ends.gaps() / HOUR_MS),
        amount=spread(money),
        amounts={
            name: spread(between.amount_minor[between.currency == code] / 100)
            for code, name in enumerate(flow.currencies)
            if len(flow.currencies) > 1 and np.any(between.currency == code)
        },
        benford=benford(between.amount_minor),
        reciprocity=float(np.isin(payee * flow.accounts + payer, pairs, assume_unique=True).mean()),
        components=len(sizes),
        component=spread(sizes),
        largest_component=float(sizes.max() / sizes.sum()),
        clustering=clustering(payer, payee, flow.accounts),
        hours=_hours(between) if clock else (),
        weekdays=_weekdays(between) if clock else (),
    )


class _Ends:
    """Each transfer seen from both of its accounts."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.pairs: Ints = flow.payer.astype(np.int64) * flow.accounts + flow.payee
        self.count = np.bincount(flow.payer, minlength=flow.accounts) + np.bincount(flow.payee, minlength=flow.accounts)
        self.active = np.flatnonzero(self.count)

    def gaps(self) -> Ints:
        """Milliseconds from an account's transfer to its next one, for a sample of them."""
        flow = self.flow
        who = np.concatenate([flow.payer, flow.payee]).astype(np.int64)
        at_ms = np.concatenate([flow.at_ms, flow.at_ms])
        order = np.lexsort((at_ms, who))
        same = who[order][1:] == who[order][:-1]
        found: Ints = np.diff(at_ms[order])[same]
        if len(found) > GAPS_DRAWN:
            found = np.random.default_rng(SEED).choice(found, GAPS_DRAWN, replace=False)
        return found


def _counts(who: Ints, accounts: int) -> Ints:
    counts: Ints = np.bincount(who, minlength=accounts)
    return counts[counts > 0]


def _hours(flow: Flow) -> tuple[float, ...]:
    counts = np.bincount(flow.local_ms() % DAY_MS // HOUR_MS, minlength=24)
    return tuple((counts / counts.sum()).tolist())


def _weekdays(flow: Flow) -> tuple[float, ...]:
    """Transfers on a day of each weekday, as shares; a period need not hold each weekday equally often."""
    local = flow.local_ms() // DAY_MS
    days, counts = np.unique(local, return_counts=True)
    week = (days + 3) % 7  # 1 January 1970 was a Thursday
    mean = np.array([counts[week == day].mean() if np.any(week == day) else 0.0 for day in range(7)])
    return tuple((mean / mean.sum()).tolist())


def components(payer: Ints, payee: Ints, accounts: int) -> Ints:
    """Sizes of the weak components of the graph, largest first; accounts without a transfer are in none."""
    label = np.arange(accounts)
    while True:
        before = label.copy()
        low = np.minimum(label[payer], label[payee])
        for end in (payer, payee):
            np.minimum.at(label, label[end], low)  # the root that an end hangs on
            np.minimum.at(label, end, low)
        label = label[label]
        if np.array_equal(label, before):
            break
    touched = np.unique(np.concatenate([payer, payee]))
    sizes = np.bincount(label[touched], minlength=accounts)
    return np.sort(sizes[sizes > 0])[::-1]


def clustering(payer: Ints, payee: Ints, accounts: int) -> float:
    """Mean local clustering coefficient of the graph without directions, by drawn pairs of neighbours (Watts and Strogatz, 1998).

    Accounts with fewer than two counterparties are left out; 0 where there are none with two.
    """
    low, high = np.minimum(payer, payee), np.maximum(payer, payee)
    edges = np.unique((low * accounts + high)[low != high])
    low, high = edges // accounts, edges % accounts
    near = np.concatenate([low, high])
    far = np.concatenate([high, low])[np.argsort(near, kind="stable")]
    degree = np.bincount(near, minlength=accounts)
    begin = np.cumsum(degree) - degree
    middle = np.flatnonzero(degree >= 2)
    if not len(middle):
        return 0.0
    rng = np.random.default_rng(SEED)
    at = middle[rng.integers(len(middle), size=CLUSTERING_DRAWS)]
    first = rng.integers(degree[at])
    second = (first + 1 + rng.integers(degree[at] - 1)) % degree[at]
    one, other = far[begin[at] + first], far[begin[at] + second]
    wanted = np.minimum(one, other) * accounts + np.maximum(one, other)
    place = np.minimum(np.searchsorted(edges, wanted), len(edges) - 1)
    return float((edges[place] == wanted).mean())


def benford(amount_minor: Ints) -> float:
    """Mean absolute difference between the shares of the first digits and log10(1 + 1/d). Prices and caps differ from it by nature."""
    amount = amount_minor[amount_minor > 0]
    if not len(amount):
        return 0.0
    digit = amount // 10 ** np.floor(np.log10(amount)).astype(np.int64)
    shares = np.bincount(np.clip(digit, 1, 9), minlength=10)[1:] / len(amount)
    return float(np.abs(shares - np.log10(1 + 1 / np.arange(1, 10))).mean())
