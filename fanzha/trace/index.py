"""All transfers in memory, numbered: where money can have gone from a payment or an account, and who holds a payment's money now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from fanzha.errors import InputError, NotFound
from fanzha.store.contract import Tables
from fanzha.trace import exact, paths, streams
from fanzha.trace.aside import set_aside
from fanzha.trace.columns import Columns, of_transactions, read_columns
from fanzha.trace.exact import Holding
from fanzha.trace.legs import WINDOW_MS
from fanzha.trace.paths import HOPS_MOST, NEVER, Flags, Graph, Ints, Rule, Scratch, Shorts, Streams

# Below, plain Python serves: it loads 3,000 transfers in 0.02 s, and compiled code takes 0.6 s to come (more on its first day).
SMALL: Final = 20_000
ACCOUNTS_MAX: Final = 10_000_000


class Reached(NamedTuple):
    """An account that a trail reaches. Backward, read "left" for "arrived" and "to" for "from"."""

    account: str
    currency: str
    tiers: tuple[int, ...]  # numbers of transfers by which it is reached; 0 is the account that was asked for
    arrived_ms: int | None  # earliest arrival (backward: latest departure); None where the start has no moment
    amount_minor: int  # of these transfers together
    transfers: tuple[int, ...]  # every transfer on a path in time order that ends here, by number
    statement: bool  # whether its own statement is held


@dataclass(frozen=True, slots=True)
class Trail:
    """What `MoneyIndex.follow` found. Arrays are parallel, one entry a purse (account and currency), in the order of the walk."""

    index: "MoneyIndex"
    back: bool
    rule: Rule
    begun: Ints  # places of the transfers it began with
    begin: tuple[dict[int, int], int]  # first moment of each purse it began at, and their tier
    purse: Ints
    first: Ints  # earliest arrival, UTC ms; negated where back
    leaves: Ints  # earliest arrival from which the walk went on; NEVER where it did not
    complete: bool  # False where more accounts were reached than asked for, and the walk stopped between two tiers

    def __len__(self) -> int:
        """Purses reached, the start included."""
        return len(self.purse)

    def arrived_ms(self) -> Ints:
        """[purses] earliest arrival (backward: latest departure) in UTC ms."""
        return -self.first if self.back else self.first

    def tiers(self) -> Ints:
        """[purses] bit k: a path of k transfers ends here. A second walk, which goes on from a purse at each tier anew."""
        purse, tiers, _, _ = self.index.walk(self.back, self.begin, self.rule._replace(all_tiers=True))[0]
        order = np.argsort(purse)
        return tiers[order][np.searchsorted(purse[order], self.purse)]

    def used(self) -> Ints:
        """Places of all transfers on some path, each once, ascending; those to unknown accounts among them."""
        graph, walked = self.index.graph(self.back), self.index.kernels.walked
        n = walked(graph, self.purse, self.leaves, self.rule, np.empty(0, np.int64))
        places = np.empty(n, np.int64)
        walked(graph, self.purse, self.leaves, self.rule, places)
        return np.union1d(graph.by[places].astype(np.int64), self.begun)

    def transfers(self) -> list[int]:
        """Numbers of all transfers on some path."""
        return [int(n) for n in self.index.columns.number[self.used()]]

    def rows(self) -> list[Reached]:
        """One row a purse, by lowest tier, then arrival, account and currency."""
        columns, side = self.index.columns, 0 if self.back else 1
        into: dict[int, list[int]] = defaultdict(list)
        for place in self.used().tolist():
            into[int(columns.money.purse[2 * place + side])].append(place)
        found = []
        passes = self.index.graph(self.back).passes
        for purse, bits, first in zip(
            self.purse.tolist(), self.tiers().tolist(), self.arrived_ms().tolist(), strict=True
        ):
            account, currency = columns.purse_name(purse)
            tiers = tuple(k for k in range(HOPS_MOST + 1) if bits >> k & 1)
            by = into.get(purse, [])
            amount = sum(int(columns.money.amount[place]) for place in by)
            numbers = tuple(int(columns.number[place]) for place in by)
            moment = None if abs(first) >= NEVER else first
            found.append(Reached(account, currency, tiers, moment, amount, numbers, bool(passes[purse])))
        sign = -1 if self.back else 1
        return sorted(
            found,
            key=lambda r: (
                r.tiers[0],
                -NEVER if r.arrived_ms is None else sign * r.arrived_ms,
                r.account,
                r.currency,
            ),
        )


class MoneyIndex:
    """All transfers, ready for questions. Made once, asked often; one question at a time (it has scratch memory of its own)."""

    def __init__(self, columns: Columns) -> None:
        """Index these columns. Their order does not matter beyond the numbers of the transfers."""
        self.columns = columns
        small = len(columns.number) < SMALL
        self.kernels = paths.INTERPRETED if small else paths.compiled()
        self._walks = 0
        purses = len(columns.account)
        self._passes, told, self.streams = _streams(
            columns, self.kernels, streams.INTERPRETED if small else streams.compiled()
        )
        self._trusted = told.trusted
        self._forward, self._back = (_graph(columns, self.kernels, self._passes, back) for back in (False, True))
        self._scratch = Scratch(
            np.zeros((purses, 2), np.int64),
            np.empty(purses, np.int64),
            np.empty(purses, np.int32),
            np.empty(purses, np.int32),
            np.empty(purses, np.int32),
            np.empty(purses, np.int64),
        )
        self._marked = np.zeros(len(columns.number), np.bool_)
        self._came_back = {*columns.back_of, *columns.back_of.values()}

    @classmethod
    def load(cls, engine: Tables) -> "MoneyIndex":
        """Read the tables `transfers` and `legs` of an engine. The index does not follow later changes."""
        return cls(read_columns(engine))

    def __len__(self) -> int:
        """Transfers indexed."""
        return len(self.columns.number)

    def graph(self, back: bool) -> Graph:
        """The transfers as `paths.expand` walks them."""
        return self._back if back else self._forward

    def places(self, numbers: Iterable[int]) -> Ints:
        """Places of transfers by number, ascending, each once. NotFound names one that is not there."""
        wanted = np.unique(np.asarray(list(numbers), dtype=np.int64))
        found = np.searchsorted(self.columns.number, wanted)
        for number, place in zip(wanted.tolist(), found.tolist(), strict=True):
            if place >= len(self) or self.columns.number[place] != number:
                raise NotFound(
                    f"there is no transfer {number}",
                    f"没有序号为 {number} 的转账",
                    remedy="transfer numbers stand in the table transfers: `fanzha export transfers`",
                    remedy_zh="转账序号见 transfers 表：fanzha export transfers",
                )
        return found.astype(np.int64)

    def knows(self, account: str) -> bool:
        """Whether a transfer names this account."""
        return bool(self.columns.purses_of(account))

    def into(self, account: str) -> list[int]:
        """Numbers of all transfers into an account, in all its currencies, ascending."""
        graph = self.graph(True)
        parts = [graph.by[graph.start[q] : graph.start[q + 1]] for q in self.columns.purses_of(account)]
        places = np.sort(np.concatenate([np.empty(0, np.int32), *parts]))
        return [int(n) for n in self.columns.number[places]]

    def follow(
        self,
        starts: str | Iterable[int],
        *,
        from_ms: int | None = None,
        back: bool = False,
        hops_max: int = 4,
        until_ms: int | None = None,
        accounts_max: int = ACCOUNTS_MAX,
        clock_ms: int = WINDOW_MS,
        statements_only: bool = False,
    ) -> Trail:
        """Where money can have gone (`back`: come from) from transfers, by number, or from an account.

        A path goes on with transfers that are not earlier than its arrival, less `clock_ms`: the clocks of two banks may differ
        (-1 asks for strictly later ones). The payee of a starting transfer is tier 1, an account asked for is tier 0 and has held
        the money since `from_ms` (default: always). Up to `hops_max` tiers are walked; `Trail.rows` tells all
        by which an account is reached, not only the shortest. Transfers after
        `until_ms` are left out. Backward everything is mirrored: `from_ms` is the latest, `until_ms` the earliest moment.
        `statements_only`: only accounts whose own statement is held pass money on, as in the attribution; otherwise also what other
        accounts' statements show of them. After the tier in which more than `accounts_max` are reached the walk stops.
        """
        if not 1 <= hops_max <= HOPS_MOST:
            raise InputError(
                f"tiers go from 1 to {HOPS_MOST}, not {hops_max}", f"层级应在 1 至 {HOPS_MOST} 之间，不能为 {hops_max}"
            )
        begun, first, tier = self._begin(starts, from_ms, back)
        until = NEVER if until_ms is None else -until_ms if back else until_ms
        rule = Rule(hops_max, clock_ms, until, accounts_max, statements_only, False)
        (purse, _, arrived, leaves), last = self.walk(back, (first, tier), rule)
        complete = len(purse) <= accounts_max or last >= hops_max
        return Trail(self, back, rule, begun, (first, tier), purse, arrived, leaves, complete)

    def walk(
        self, back: bool, begin: tuple[dict[int, int], int], rule: Rule
    ) -> tuple[tuple[Ints, Ints, Ints, Ints], int]:
        """`paths.expand` and `paths.reached` from these purses: purse, tiers, earliest arrival, earliest before the last tier; and it."""
        scratch, kernels = self._scratch, self.kernels
        for place, (purse, moment) in enumerate(sorted(begin[0].items())):
            scratch.here[place], scratch.at[place] = purse, moment
        self._walks += 1
        n, last = kernels.expand(self.graph(back), scratch, self._walks, (len(begin[0]), begin[1]), rule)
        purses, tiers, arrived, leaves = (np.empty(n, np.int64) for _ in range(4))
        kernels.reached(scratch, n, last, (purses, tiers, arrived, leaves))
        return (purses, tiers, arrived, leaves), last

    def _begin(self, starts: str | Iterable[int], from_ms: int | None, back: bool) -> tuple[Ints, dict[int, int], int]:
        """Places of the starting transfers, the first moment of each purse, and their tier. Backward moments are negated."""
        first: dict[int, int] = {}
        if isinstance(starts, str):
            moment = -NEVER if from_ms is None else -from_ms if back else from_ms
            first = dict.fromkeys(self.columns.purses_of(starts), moment)
            if not first:
                raise NotFound(
                    f"no transfer names the account {starts}",
                    f"没有转账涉及账号 {starts}",
                    remedy="check the number, or load a statement that shows it",
                    remedy_zh="请核对账号，或导入载有该账号的流水",
                )
            return np.empty(0, np.int64), first, 0
        begun = self.places(starts)
        money = self.columns.money
        for place in begun.tolist():
            purse = int(money.purse[2 * place + (0 if back else 1)])
            moment = int(-money.when[2 * place] if back else money.when[2 * place + 1])
            if purse >= 0:
                first[purse] = min(moment, first.get(purse, moment))
        return begun, first, 1

    def holders(self, numbers: Iterable[int]) -> list[Holding]:
        """Who holds the money of these payments now: first in, first out, the opening balance first, nothing else in dispute.

        Says to the minor unit what `attribute` says of the same payments alone. Where a payment came back, statements contradict each other
        in a circle, a sum is too large, or clocks drift apart over several transfers, `attribute` itself is asked, over all that the money can
        have reached: slower, never different. The sum over all holdings is the sum of the payments, each cent once: a payment made
        of the money of another adds nothing. By account and currency.
        """
        places = self.places(numbers)
        money = self.columns.money
        if not self._came_back.isdisjoint(places.tolist()):
            return exact.holders(self.columns, self.graph(False), self.graph(True), places)
        how, n, lines = self.kernels.spread(money, self.streams, places, self._marked, WINDOW_MS)
        if how != paths.DONE:
            return exact.holders(self.columns, self.graph(False), self.graph(True), places)
        sums: dict[int, list[int]] = {}
        came: dict[int, set[int]] = {}
        claimed: dict[int, int] = {}
        for what, purse, amount, by in lines[:n].tolist():
            if what == paths.ARRIVED:
                came.setdefault(purse, set()).add(by)
            elif what == paths.CLAIMED:
                claimed[by] = claimed.get(by, 0) + amount
            else:
                sums.setdefault(purse, [0, 0, 0])[what] += amount
        found: list[Holding] = []
        unknown: dict[str, tuple[int, set[int]]] = {}
        for place in places.tolist():  # payments that no statement of the payee shows: nothing more is known
            amount = int(money.amount[place]) - claimed.get(place, 0)
            purse = int(money.purse[2 * place + 1])
            if self.streams.enters[place] >= 0 or not amount:
                continue
            if purse >= 0:
                came.setdefault(purse, set()).add(place)
                sums.setdefault(purse, [0, 0, 0])[paths.UNLOCATED] += amount
            else:
                currency = exact.currency_of(self.columns, place)
                before, by_places = unknown.get(currency, (0, set()))
                unknown[currency] = before + amount, by_places | {place}
        for purse, (held, exited, unlocated) in sums.items():
            found.append(self._holding(self.columns.purse_name(purse), (held, exited, unlocated), came[purse]))
        for currency, (amount, by_places) in unknown.items():
            found.append(self._holding(("", currency), (0, 0, amount), by_places))
        return sorted(found, key=lambda one: (one.account, one.currency))

    def _holding(self, purse: tuple[str, str], sums: tuple[int, int, int], places: set[int]) -> Holding:
        when, number = self.columns.money.when, self.columns.number
        since = min(int(when[2 * place + 1]) for place in places)
        return Holding(*purse, *sums, since, tuple(int(number[place]) for place in sorted(places)))


def _graph(columns: Columns, kernels: paths.Kernels, passes: paths.Flags, back: bool) -> Graph:
    """Transfers by payer in time order; backward by payee, the latest first. At one moment by number."""
    sides, when = columns.money.purse, columns.money.when
    whose, other = (sides[1::2], sides[0::2]) if back else (sides[0::2], sides[1::2])
    at, came = (-when[1::2], -when[0::2]) if back else (when[0::2].copy(), when[1::2])
    visit = np.arange(len(at)) if bool(np.all(at[1:] >= at[:-1])) else np.argsort(at, kind="stable")
    start, order = _grouped(kernels, np.ascontiguousarray(whose), visit, len(columns.account))
    left = at[order]
    arrives = left if np.array_equal(at, came) else came[order]
    return Graph(start, left, arrives, np.ascontiguousarray(other)[order], order, passes)


def _grouped(kernels: paths.Kernels, keys: Shorts, visit: Ints, size: int) -> tuple[Ints, Shorts]:
    start = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(keys[keys >= 0], minlength=size), out=start[1:])
    order = np.empty(int(start[-1]), np.int32)
    kernels.group(keys, visit.astype(np.int64, copy=False), start, order)
    return start, order


def _streams(columns: Columns, kernels: paths.Kernels, work: streams.Kernels) -> tuple[Flags, streams.Told, Streams]:
    """Which purses have a statement; and statements in their order, with rows put back where a gap shows them and without what came
    back, as places of first in, first out."""
    money, key, purses, n = columns.money, columns.key, len(columns.account), len(columns.number)
    shown = np.where(key >= 0, money.purse, np.int32(-1))
    fees = np.flatnonzero((key[2::2] >= 0) & (key[2::2] == key[:-2:2])) + 1
    shown[2 * fees] = -1
    money.exits[fees[money.purse[2 * fees + 1] < 0]] = True  # a bank kept it (see `ledger`)
    start, ids = _grouped(kernels, shown, np.arange(2 * n), purses)
    rows = streams.Rows(start, ids, key, columns.balance)
    told = streams.Told(np.zeros(purses, np.bool_), np.zeros(purses, np.bool_))
    work.arrange(money, rows, told)
    rows = _with_fees(rows, fees)
    tangled = np.zeros(purses, np.bool_)
    rows = exact.put_back(columns, rows, told, tangled)
    passes = rows.start[1:] > rows.start[:-1]
    rows, through = set_aside(columns, rows, told, tangled)
    pending = np.zeros(n, np.bool_)
    ids = np.where(rows.ids < 0, ~rows.ids, rows.ids)
    pending[ids[ids & 1 == 0] >> 1] = True
    del ids
    apart = np.flatnonzero(through >= 0)
    pending[through[apart]] = pending[apart]
    work.untangle(money, rows, pending, tangled, through)
    ours = of_transactions(columns)  # each output of an address is a queue of its own: `attribute` decides
    tangled[money.purse[ours & (money.purse >= 0)]] = True
    room = 2 * len(rows.ids)
    flow = Streams(
        np.full(n, -1, np.int64),
        np.zeros(purses + 1, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int32),
        np.zeros(purses, np.int64),
        tangled,
        through,
    )
    drains = work.flow(money, rows, told, flow)
    return passes, told, flow._replace(drain=flow.drain[:drains].copy(), by=flow.by[:drains].copy())


def _with_fees(rows: streams.Rows, fees: Ints) -> streams.Rows:
    """Rows with each fee after the row that it is part of."""
    if not fees.size:
        return rows
    pays = np.zeros(len(rows.key), np.int64)
    pays[2 * fees - 2] = 1
    more = pays[rows.ids]
    ids = np.repeat(rows.ids, 1 + more)
    ids[np.flatnonzero(more) + np.cumsum(more)[more > 0]] += 2
    before = np.concatenate([[0], np.cumsum(more)])
    return rows._replace(start=rows.start + before[rows.start], ids=ids)
