"""Worth of holds: what a replay's log, cut at a threshold, saves and what it costs honest people, beside simple rules.

`locking` says how a policy is played and what counts. Here is what a policy does: the log's holds as a person adopted them; the
same under a stricter or a wider rule (the trade-off curve); holding only what the victim paid in the first account; freezing all
that the money reached, as the truth knows it at once, or as the tool came to know it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from fanzha.score.counterplay import WITHOUT_END, Hold, first_come, freeze_known, log_rows
from fanzha.score.locking import Scale, Worth, in_order
from fanzha.score.purses import Purses
from fanzha.score.told import Purse

HOUR_MS = 3_600_000
AMOUNT, RECEIVED, WHOLE = "amount", "received", "whole"  # what a line of the log is made to hold
UNKNOWN = ""  # a code that the log does not say


class Line(NamedTuple):
    """A line of a replay's log: `verb` hold, lift, or reached (disputed money is newly known to have come to an account).

    What an older log does not say is None or "". `mule` is per mille.
    """

    at_ms: int
    verb: str
    account: str
    currency: str
    amount: int
    tier: int | None = None
    ground: str = UNKNOWN
    innocent: str = UNKNOWN
    received: int | None = None
    mule: int | None = None


def read_lines(path: Path) -> list[Line]:
    """The lines of a replay's log, old or new form, in the order of their moments. Raises NotFound, InputError."""
    found = log_rows(path, ("hold", "lift", "reached"), _line)
    return sorted(found, key=lambda one: (one.at_ms, one.verb == "lift", one.account, one.currency))


def _line(row: Mapping[str, Any]) -> Line:
    line = Line(
        int(row["at_ms"]),
        str(row["verb"]),
        str(row["account"]),
        str(row["currency"]),
        int(row["amount_minor"]),
        tier=_whole(row.get("tier")),
        ground=str(row.get("ground") or UNKNOWN),
        innocent=str(row.get("innocent") or UNKNOWN),
        received=_whole(row.get("received_minor")),
        mule=_whole(row.get("mule")),
    )
    if line.amount < 0:
        raise ValueError("an amount is negative")
    return line


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value))


def as_holds(lines: Iterable[Line], keep: Callable[[Line], bool] = lambda _: True, way: str = AMOUNT) -> list[Hold]:
    """The holds of the lines that are kept, with their lifts (negative amounts); lines are in order.

    `way`: AMOUNT holds what a line proposes, RECEIVED all disputed money that came to the account by then, WHOLE everything.
    """
    proposed: dict[Purse, int] = defaultdict(int)  # of what is kept, not lifted yet
    force: dict[Purse, int] = defaultdict(int)
    found: list[Hold] = []
    for line in lines:
        purse = (line.account, line.currency)
        if line.verb == "lift":
            proposed[purse] -= min(line.amount, proposed[purse])
            wanted = max(proposed[purse], force[purse] - line.amount) if proposed[purse] else 0
        elif keep(line):
            proposed[purse] += line.amount
            wanted = max(proposed[purse], (line.received or 0) if way == RECEIVED else 0)
        else:
            continue
        if way == WHOLE:
            wanted = WITHOUT_END if wanted else 0
        if wanted != force[purse] or line.verb != "lift":  # of nothing more: ordered again
            found.append(Hold(line.at_ms, *purse, wanted - force[purse]))
            force[purse] = wanted
    return found


def ending(holds: Iterable[Hold], hours: int) -> list[Hold]:
    """The same holds, each of them ending after so many hours if it is not lifted before."""
    force: dict[Purse, list[list[int]]] = defaultdict(list)  # end, amount
    found: list[Hold] = []
    for hold in sorted(holds, key=in_order):
        mine = force[hold.account, hold.currency]
        if hold.amount >= 0:
            mine.append([hold.at_ms + hours * HOUR_MS, hold.amount])
            found.append(hold)
            continue
        rest = -hold.amount
        for one in mine:  # the oldest is lifted first
            if one[0] > hold.at_ms and rest:
                taken = min(rest, one[1])
                one[1] -= taken
                rest -= taken
        if rest + hold.amount:
            found.append(hold._replace(amount=hold.amount + rest))
    ends = [Hold(end, *purse, -amount) for purse, mine in force.items() for end, amount in mine if amount]
    return sorted([*found, *ends], key=in_order)


def policies(scale: Scale, lines: Sequence[Line]) -> dict[str, list[Hold]]:
    """Fanzha beside the simple rules, by name.

    `fanzha`: the log's holds. `first_tier`: at each report, what the victim paid is held in the account that was paid.
    `freeze_known`: at each report, all accounts that its money has reached by the truth are frozen, which nobody could do.
    `freeze_downstream`: with them the shops, dealers and others who were paid with it when it left the accounts.
    `freeze_told`: each account is frozen as soon as the tool knows that the money reached it (only from a log with such
    lines). `hold_known`: at each report, in each account its money that is there by the truth: the most that holds of an amount
    could do then. `freeze_known_held`: of `freeze_known`, what is on accounts that the log holds: how far it fails for lateness.
    """
    truth, incidents = scale.truth, scale.known
    frozen = freeze_known(truth, incidents)
    held = {line.account for line in lines if line.verb == "hold"}
    reached = as_holds(lines, lambda line: line.verb == "reached", WHOLE)
    return {
        "fanzha": as_holds(lines, lambda line: line.verb == "hold"),
        "first_tier": first_come(truth, incidents),
        "freeze_known": frozen,
        "freeze_downstream": sorted({*frozen, *_paid_out(scale)}),
        **({"freeze_told": reached} if reached else {}),
        "hold_known": hold_known(scale),
        "freeze_known_held": [hold for hold in frozen if hold.account in held],
    }


def hold_known(scale: Scale) -> list[Hold]:
    """At each report, what of the incident's money is truly there, account by account."""
    return [
        Hold(at_ms, account, currency, shares[incident])
        for incident, at_ms in sorted(scale.known.items())
        for (account, currency), shares in sorted(Purses(scale.truth, at_ms).held.items())
        if shares.get(incident, 0) > 0
    ]


def _paid_out(scale: Scale) -> Iterator[Hold]:
    """At each report a freeze of each account that was paid when the incident's money left: a shop, a dealer in tokens."""
    for _, incident, _, payee, _, arrived_ms, _, currency, _, way, _ in scale.truth.parcels:
        if way and payee and arrived_ms <= scale.known.get(incident, -1):
            yield Hold(scale.known[incident], payee, currency, WITHOUT_END)


class Cut(NamedTuple):
    """A threshold over what the log says, and what is then held: a point of the trade-off curve."""

    rule: str
    way: str
    keep: Callable[[Line], bool]


MULE_AT_LEAST = (250, 500, 750, 900)  # per mille
MAJOR_AT_LEAST = (100, 1_000, 5_000, 20_000)  # major units of the currency that figures are in


def cuts(scale: Scale, lines: Sequence[Line]) -> Iterator[Cut]:
    """Thresholds from narrow to wide, as far as the log carries what they are over."""
    for verb in ("hold", "reached"):
        mine = [line for line in lines if line.verb == verb]
        if not mine:
            continue
        for rule, keep in _rules(scale, mine):
            for way in (AMOUNT, RECEIVED, WHOLE) if verb == "hold" else (AMOUNT, WHOLE):
                if way != RECEIVED or any(line.received is not None for line in mine):
                    yield Cut(f"{verb}: {rule}", way, _both(verb, keep))


def _both(verb: str, keep: Callable[[Line], bool]) -> Callable[[Line], bool]:
    return lambda line: line.verb == verb and keep(line)


def _rules(scale: Scale, lines: Sequence[Line]) -> Iterator[tuple[str, Callable[[Line], bool]]]:
    yield "all", lambda _: True
    for deepest in range(1, min(5, max((line.tier or 0 for line in lines), default=0)) + 1):
        yield f"tier <= {deepest}", lambda line, most=deepest: line.tier is not None and line.tier <= most  # type: ignore[misc]
    for code in sorted({line.ground for line in lines} - {UNKNOWN}):
        yield f"ground {code}", lambda line, code=code: line.ground == code  # type: ignore[misc]
    if {line.innocent for line in lines} - {UNKNOWN, "none"}:
        yield "innocent none", lambda line: line.innocent == "none"
    for least in MAJOR_AT_LEAST:
        yield f"amount >= {least}", lambda line, least=least: scale.money(line.amount, line.currency) >= least * 100  # type: ignore[misc]
    if any(line.mule is not None for line in lines):
        for likely in MULE_AT_LEAST:
            yield f"mule >= {likely}", lambda line, least=likely: (line.mule or 0) >= least  # type: ignore[misc]


class Shares(NamedTuple):
    """A policy beside the full freeze: what it saves of what that saves, what it holds of the honest money that that holds.

    `saved` is what is held at the end; `saved_minutes`, `honest` and `people` are money times minutes (`people`: on honest
    people's own accounts only); `incidents` is the mean over reported incidents of the share of each; None where the full freeze has none.
    """

    saved: Fraction | None
    saved_minutes: Fraction | None
    honest: Fraction | None
    honest_peak: Fraction | None
    people: Fraction | None
    incidents: Fraction | None

    def reaches(self, saved: Fraction = Fraction(9, 10), honest: Fraction = Fraction(2, 100)) -> bool:
        """Whether the aim is reached: at least so much saved, at most so much held of honest people."""
        return self.saved is not None and self.saved >= saved and (self.honest or Fraction(0)) <= honest


def beside(worth: Worth, full: Worth) -> Shares:
    """One policy beside the full freeze of the same world."""

    def part(one: int, whole: int) -> Fraction | None:
        return Fraction(one, whole) if whole else None

    each = [
        min(Fraction(1), Fraction(worth.by_incident.get(incident, 0), amount))
        for incident, amount in sorted(full.by_incident.items())
        if amount > 0
    ]
    return Shares(
        part(worth.saved.last, full.saved.last),
        part(worth.saved.minutes(worth.end_ms), full.saved.minutes(full.end_ms)),
        part(worth.honest.minutes(worth.end_ms), full.honest.minutes(full.end_ms)),
        part(worth.honest.peak, full.honest.peak),
        part(worth.people.minutes(worth.end_ms), full.people.minutes(full.end_ms)),
        sum(each, Fraction(0)) / len(each) if each else None,
    )


def frontier(points: Sequence[tuple[Fraction, Fraction]]) -> list[int]:
    """Places of the points (saved, honest) that no other beats: none saves as much for less, none saves more for as much."""
    order = sorted(range(len(points)), key=lambda place: (points[place][1], -points[place][0], place))
    found: list[int] = []
    best: Fraction | None = None
    for place in order:
        if best is None or points[place][0] > best:
            found.append(place)
            best = points[place][0]
    return found
