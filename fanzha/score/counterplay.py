"""What a sequence of holds would have caught: the chain's true movements played again with the holds in their way.

Money that is held does not move on, so it cannot be caught twice. A hold stays until it is lifted, also for what arrives later;
whether it ends before a freeze follows is not modelled (assumption). What a lift lets go was not caught: the gang takes it
at once, as in `locking`.
"""

import heapq
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from fanzha.errors import InputError, NotFound
from fanzha.score.purses import split
from fanzha.score.told import Purse
from fanzha.score.truth import Truth

T = TypeVar("T")
WITHOUT_END = 1 << 62  # the amount of a hold on everything
ARRIVES, HOLDS, LEAVES = 0, 1, 2  # what comes first where moments are equal


class Hold(NamedTuple):
    """A hold at a moment (UTC ms) of an amount (minor units) in an account; `amount` WITHOUT_END holds everything, one below zero
    lifts that much of what is held there."""

    at_ms: int
    account: str
    currency: str
    amount: int


@dataclass(slots=True)
class Played:
    """What came of it. Amounts are minor units of the currency that the incident's victim paid in; times are UTC ms.

    A hold that was lifted was asked for all the same; what it let go is not caught, and a hold of it is no first hold.
    """

    paid: dict[int, tuple[str, int]] = field(default_factory=dict)
    first_paid: dict[int, int] = field(default_factory=dict)
    first_exit: dict[int, int] = field(default_factory=dict)  # as it truly was
    first_hold: dict[int, int] = field(default_factory=dict)
    caught: dict[int, int] = field(default_factory=dict)
    asked: dict[str, tuple[int, int]] = field(default_factory=dict)  # per currency: holds of an amount, caught by them

    def before_exit(self, incident: int) -> bool:
        """Whether the first hold on an incident's money came before its first exit."""
        return incident not in self.first_exit or self.first_hold[incident] < self.first_exit[incident]


def read_log(path: Path) -> list[Hold]:
    """The holds of a replay and its lifts (amounts below zero) in the order of their moments, a lift after the holds of its moment.

    JSON lines with at_ms, verb, account, amount_minor, currency; other verbs are left out. Raises as `log_rows`.
    """

    def hold(row: Mapping[str, Any]) -> Hold:
        amount = int(row["amount_minor"])
        if amount < 0:
            raise ValueError("an amount is negative")
        signed = -amount if row["verb"] == "lift" else amount
        return Hold(int(row["at_ms"]), str(row["account"]), str(row["currency"]), signed)

    found = log_rows(path, ("hold", "lift"), hold)
    return sorted(found, key=lambda one: (one.at_ms, one.amount < 0, one))


def log_rows(path: Path, verbs: Collection[str], made_of: Callable[[Mapping[str, Any]], T]) -> list[T]:
    """What `made_of` makes of each line of a replay's log that has one of these verbs. Raises NotFound for no log, InputError for a
    line of which it makes nothing (ValueError, KeyError, TypeError)."""
    if not path.is_file():
        raise NotFound(f"there is no replay log {path}", f"没有重放日志 {path}", where=str(path))
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if row["verb"] in verbs:
                found.append(made_of(row))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"line {number} of the replay log is no step: {error}",
                f"重放日志第 {number} 行不是有效的步骤:{error}",
                where=str(path),
                remedy="give the log that `fanzha replay` wrote",
                remedy_zh="请使用 fanzha replay 生成的日志",
            ) from error
    return found


def first_come(truth: Truth, incidents: Collection[int]) -> list[Hold]:
    """First come, first served: when a report is known, hold in the account that the victim paid what the victim paid.

    At once and always in the right account, so it is better here than it is in life.
    """
    known = received(truth, incidents)
    return sorted(
        Hold(known[incident], payee, currency, amount)
        for incident, _, payee, at_ms, amount, currency in truth.payments
        if incident in known and at_ms <= known[incident]
    )


def freeze_known(truth: Truth, incidents: Collection[int]) -> list[Hold]:
    """Freeze everything downstream: when a report is known, every account that its money has reached is frozen whole.

    It is told the truth at once, which nobody is: an upper bound of what freezing can catch.
    """
    known = received(truth, incidents)
    found = {
        (known[incident], payee, currency)
        for _, incident, _, payee, _, arrived_ms, _, currency, _, way, _ in truth.parcels
        if payee and not way and arrived_ms <= known.get(incident, -1)
    }
    return [Hold(at_ms, account, currency, WITHOUT_END) for at_ms, account, currency in sorted(found)]


def received(truth: Truth, incidents: Collection[int]) -> dict[int, int]:
    """When the centre first got a report of each incident (UTC ms)."""
    found: dict[int, int] = {}
    for row in truth.reports.values():
        one, at_ms = row["incident"], row["received_ms"]
        if one in incidents and at_ms is not None:
            found[one] = min(at_ms, found.get(one, at_ms))
    return found


class _Play:
    """The state of one replay: free and held money per account, currency and incident."""

    def __init__(self, truth: Truth, holds: Iterable[Hold]) -> None:
        self.free: dict[Purse, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.force: dict[Purse, int] = defaultdict(int)  # holds less lifts
        self.got: dict[Purse, dict[int, int]] = defaultdict(dict)  # what they hold of each incident
        self.since: dict[tuple[Purse, int], int] = {}  # when the first of it was held
        self.asked: dict[str, int] = defaultdict(int)  # by holds of an amount
        self.ways: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])  # group, incident: due, taken
        self.sources = {(incident, transfer) for incident, transfer, *_ in truth.payments}
        events: list[tuple[int, int, int, Any]] = []
        for row in truth.parcels:
            events.append((row[4], LEAVES, len(events), row))
        for hold in holds:
            events.append((hold.at_ms, HOLDS, len(events), hold))
        self.events = events
        heapq.heapify(events)

    def run(self) -> None:
        while self.events:
            at_ms, kind, number, what = heapq.heappop(self.events)
            if kind == LEAVES:
                self.leave(what, at_ms, number)
            elif kind == HOLDS:
                self.hold(what)
            else:
                purse, incident, amount = what
                self.free[purse][incident] += amount
                self.lock(purse, at_ms)

    def leave(self, row: tuple[Any, ...], at_ms: int, number: int) -> None:
        transfer, incident, payer, payee, _, arrived_ms, amount, currency, _, way, group = row
        if (incident, transfer) in self.sources:
            moved = amount  # the victim pays all the same
        elif payer:
            there = self.free[payer, currency]
            moved = min(amount, there.get(incident, 0))
            there[incident] -= moved
        else:  # an arrival: as much of it as left on the other side of the border
            due, taken = self.ways.get((group, incident), (0, 0)) if group else (0, 0)
            moved = amount * taken // due if due else amount
        if way and group:
            self.ways[group, incident][0] += amount
            self.ways[group, incident][1] += moved
        if payee and not way and moved:
            heapq.heappush(self.events, (max(at_ms, arrived_ms), ARRIVES, number, ((payee, currency), incident, moved)))

    def hold(self, hold: Hold) -> None:
        purse = (hold.account, hold.currency)
        self.force[purse] = max(0, min(WITHOUT_END, self.force[purse] + hold.amount))
        if hold.amount < 0:
            self.let_go(purse)
            return
        if hold.amount < WITHOUT_END:
            self.asked[hold.currency] += hold.amount
        self.lock(purse, hold.at_ms)

    def let_go(self, purse: Purse) -> None:
        """After a lift: what is held above what is still ordered is held no more, of every incident in proportion."""
        mine = self.got[purse]
        over = sum(mine.values()) - self.force[purse]
        if over <= 0:
            return
        for incident, amount in split(over, mine).items():
            mine[incident] -= amount
            if not mine[incident]:
                del mine[incident], self.since[purse, incident]

    def lock(self, purse: Purse, at_ms: int) -> None:
        """Hold what is free in an account as far as its holds have room."""
        force = self.force.get(purse, 0)
        if not force:
            return
        mine = self.got[purse]
        there = {one: amount for one, amount in self.free[purse].items() if amount > 0}
        got = min(force - sum(mine.values()), sum(there.values()))
        if got <= 0:
            return
        for incident, amount in split(got, there).items():
            if amount:
                self.free[purse][incident] -= amount
                mine[incident] = mine.get(incident, 0) + amount
                self.since.setdefault((purse, incident), at_ms)

    def first_holds(self) -> dict[int, int]:
        """When the first of each incident's money was held that is held at the end (UTC ms)."""
        found: dict[int, int] = {}
        for (_, incident), at_ms in self.since.items():
            found[incident] = min(at_ms, found.get(incident, at_ms))
        return found

    def by_amount(self) -> dict[str, int]:
        """What holds of an amount hold at the end, by currency (minor units)."""
        found: dict[str, int] = defaultdict(int)
        for purse, mine in self.got.items():
            if self.force[purse] < WITHOUT_END:
                found[purse[1]] += sum(mine.values())
        return found

    def locked(self) -> dict[tuple[int, str], int]:
        """What is held at the end, by incident and currency (minor units)."""
        found: dict[tuple[int, str], int] = defaultdict(int)
        for (_, currency), mine in self.got.items():
            for incident, amount in mine.items():
                found[incident, currency] += amount
        return found


def play(truth: Truth, holds: Sequence[Hold]) -> Played:
    """Play the chain's movements again with these holds in their way."""
    state = _Play(truth, holds)
    state.run()
    done = Played(first_hold=state.first_holds())
    for incident, _, _, at_ms, amount, currency in truth.payments:
        before = done.paid.get(incident, (currency, 0))
        done.paid[incident] = (before[0], before[1] + (amount if before[0] == currency else 0))
        done.first_paid[incident] = min(at_ms, done.first_paid.get(incident, at_ms))
    for _, incident, _, _, at_ms, _, _, _, _, way, _ in truth.parcels:
        if way:
            done.first_exit[incident] = min(at_ms, done.first_exit.get(incident, at_ms))
    rates = _rates(truth)
    for (incident, currency), amount in sorted(state.locked().items()):
        paid_in = done.paid.get(incident, (currency, 0))[0]
        there, here = rates.get((paid_in, currency), (0, 0)) if paid_in != currency else (1, 1)
        if here:
            done.caught[incident] = done.caught.get(incident, 0) + amount * there // here
    by_amount = state.by_amount()
    done.asked = {currency: (asked, by_amount[currency]) for currency, asked in sorted(state.asked.items())}
    return done


def _rates(truth: Truth) -> dict[tuple[str, str], tuple[int, int]]:
    """What left and what arrived (minor units) for each pair of currencies that money was changed between."""
    out: dict[int, list[tuple[str, int]]] = defaultdict(list)
    into: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for _, _, payer, _, _, _, amount, currency, _, way, group in truth.parcels:
        if group and way:
            out[group].append((currency, amount))
        elif group and not payer:
            into[group].append((currency, amount))
    rates: dict[tuple[str, str], tuple[int, int]] = {}
    for group in sorted(set(out) & set(into)):
        pair = (out[group][0][0], into[group][0][0])
        left, came = rates.get(pair, (0, 0))
        rates[pair] = (
            left + sum(amount for currency, amount in out[group] if currency == pair[0]),
            came + sum(amount for currency, amount in into[group] if currency == pair[1]),
        )
    return rates
