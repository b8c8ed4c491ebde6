"""How well holds aim: what they hold of victims' money and of honest people's, and whether they come before the cash-out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from fanzha.score import baselines
from fanzha.score.counterplay import Hold, Played, first_come, freeze_known, play
from fanzha.score.measure import Line, Measure, Part, figure, median, ratio, unknown
from fanzha.score.purses import Purses
from fanzha.score.told import Purse, Told
from fanzha.score.tracing import HEARD_FIRST, Due, currencies, due, reported
from fanzha.score.truth import Truth

MINUTE_MS = 60_000
BANDS = ("none", "under 25 %", "under 50 %", "under 75 %", "under 100 %", "all")


def aim(held: Counter[Purse], truth: Truth, there: Due) -> list[Measure]:
    """Holds against what is truly in the accounts: precision, recall, honest money, and money held of honest people."""
    measures = []
    for currency in currencies(there.reported, held):
        mine = [purse for purse in sorted({*held, *there.reported}) if purse[1] == currency]
        amount = sum(held[one] for one in mine)
        right = sum(min(held[one], there.any[one]) for one in mine)
        found = sum(min(held[one], there.reported[one]) for one in mine)
        honest = sum(max(0, held[one] - there.ever[one]) for one in mine)
        people = sum(held[one] for one in mine if _honest(truth, one[0]))
        measures += [
            ratio("hold_right", right, amount, of=currency, why="no_holds"),
            ratio("hold_found", found, sum(there.reported[one] for one in mine), of=currency, why="no_money_there"),
            ratio("hold_gone", amount - right - honest, amount, of=currency, why="no_holds"),
            ratio("hold_honest", honest, amount, of=currency, why="no_holds"),
            ratio("hold_honest_people", people, amount, of=currency, why="no_holds"),
        ]
    count = sum(amount > 0 for amount in held.values())
    wrong = sum(amount > 0 and _honest(truth, account) for (account, _), amount in held.items())
    return [*measures, ratio("holds_on_honest", wrong, count, why="no_holds")]


def _honest(truth: Truth, account: str) -> bool:
    """Whether an account is no part of the chain: unknown to it, or one that is to be heard first."""
    known = truth.accounts.get(account)
    return known is None or known["innocent"] in HEARD_FIRST


def timing(played: Played, incidents: Iterable[int]) -> list[Measure]:
    """What a sequence of holds caught before it left, over the reported incidents whose victims paid."""
    paid = {one: amount for one, amount in played.paid.items() if one in set(incidents)}
    measures: list[Measure] = []
    for currency in currencies(("", currency) for currency, _ in paid.values()):
        mine = [one for one in paid if paid[one][0] == currency]
        caught = sum(played.caught.get(one, 0) for one in mine)
        measures.append(ratio("caught", caught, sum(paid[one][1] for one in mine), of=currency, why="no_money_there"))
    shares = [Fraction(played.caught.get(one, 0), amount) for one, (_, amount) in paid.items() if amount]
    stopped = [one for one in paid if played.caught.get(one)]
    early = [one for one in paid if one in played.first_hold and played.before_exit(one)]
    minutes = [
        (played.first_hold[one] - played.first_paid[one]) // MINUTE_MS for one in paid if one in played.first_hold
    ]
    out = [(played.first_exit[one] - played.first_paid[one]) // MINUTE_MS for one in paid if one in played.first_exit]
    return [
        *measures,
        ratio("share_caught", sum(shares, Fraction(0)), len(shares), why="no_money_there"),
        ratio("incidents_caught", len(stopped), len(paid), why="no_money_there"),
        ratio("before_exit", len(early), len(paid), why="no_money_there"),
        figure("minutes_to_hold", median(minutes), len(minutes), why="no_holds"),
        figure("minutes_to_exit", median(out), len(out), why="no_exit"),
        *(
            ratio("overheld", asked - got, asked, of=currency, why="no_holds")
            for currency, (asked, got) in sorted(played.asked.items())
        ),
    ]


def holding(
    told: Told, truth: Truth, now: Purses, references: Sequence[str], log: Sequence[Hold] | None = None
) -> Part:
    """The part `holds`: the proposals at the workspace's moment, and a replay's holds in the world's time where a log is given."""
    incidents = reported(truth, references)
    there = due(now, incidents)
    played = None if log is None else play(truth, log)
    replayed = [unknown("caught", "no_replay")] if played is None else timing(played, incidents)
    lines = (
        Line("fanzha", (*aim(told.holds, truth, there), *replayed)),
        Line(
            "first_come",
            (
                *aim(baselines.first_tier(told), truth, there),
                *timing(play(truth, first_come(truth, incidents)), incidents),
            ),
        ),
        Line(
            "freeze_downstream",
            (
                *aim(baselines.downstream(told), truth, there),
                *timing(play(truth, freeze_known(truth, incidents)), incidents),
            ),
        ),
    )
    details = {
        "holds": sum(amount > 0 for amount in told.holds.values()),
        "replayed_holds": None if log is None else sum(one.amount > 0 for one in log),
        "incidents_reported": len(incidents),
        "incidents_by_share_caught": None if played is None else _bands(played, incidents),
    }
    return Part("holds", lines, details=details)


def _bands(played: Played, incidents: Iterable[int]) -> dict[str, int]:
    """How many incidents had none, up to a quarter, a half, three quarters, less than all, or all of their money held."""
    bands = dict.fromkeys(BANDS, 0)
    for one in sorted(set(incidents) & set(played.paid)):
        caught, paid = played.caught.get(one, 0), played.paid[one][1]
        bands[BANDS[0 if caught <= 0 else 5 if caught >= paid else 1 + 4 * caught // paid]] += 1
    return bands
