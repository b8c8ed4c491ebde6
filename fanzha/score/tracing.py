"""How well money was followed: what was found where it truly is, what of honest people was called disputed, and errors.

The truth has two sizes. `reported` is the money of incidents that the workspace has a report of: nobody can find the rest.
`any` is the money of every incident: what is found beyond it is honest money. Currencies are never added up.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fanzha.score import baselines
from fanzha.score.measure import Line, Measure, Part, median, ratio
from fanzha.score.purses import Purses, total
from fanzha.score.told import Purse, Told
from fanzha.score.truth import Truth

WORST = 10  # accounts that are listed
HEARD_FIRST = ("shop", "payroll", "family")  # innocent explanations for which no hold is proposed
EXITS = ("cash", "crypto", "goods", "abroad")


def reported(truth: Truth, references: Iterable[str]) -> set[int]:
    """The incidents that the workspace has a report of."""
    found = (truth.reports[one]["incident"] for one in references if one in truth.reports)
    return {one for one in found if one is not None and one >= 0}


def currencies(*found: Iterable[Purse]) -> list[str]:
    """The currencies in use, the one with the most accounts first."""
    count = Counter(currency for purses in found for _, currency in purses if currency)
    return sorted(count, key=lambda one: (-count[one], one))


@dataclass(frozen=True, slots=True)
class Due:
    """True money per account: of `reported` incidents, of `any` incident, and all that `ever` came by then (minor units)."""

    reported: Counter[Purse]
    any: Counter[Purse]
    ever: Counter[Purse]


def due(purses: Purses, incidents: Collection[int]) -> Due:
    """The money that is in accounts."""
    return Due(total(purses.held, incidents), total(purses.held), total(purses.received))


def money(code: str, said: Counter[Purse], there: Due) -> list[Measure]:
    """How well a method says where disputed money is, in each currency: `<code>_found`, `_beyond`, `_honest`, `_error`.

    `beyond` is said and not there; `honest` is the part of it that never was any victim's, the rest has left meanwhile.
    """
    measures = []
    for currency in currencies(there.reported, said):
        mine = {purse for purse in {*said, *there.reported} if purse[1] == currency}
        true = sum(there.reported[purse] for purse in mine)
        claimed = sum(said[purse] for purse in mine)
        found = sum(min(said[purse], there.reported[purse]) for purse in mine)
        beyond = sum(max(0, said[purse] - there.any[purse]) for purse in mine)
        honest = sum(max(0, said[purse] - there.ever[purse]) for purse in mine)
        error = sum(wrong(said[purse], there.reported[purse], there.any[purse]) for purse in mine)
        measures += [
            ratio(f"{code}_found", found, true, of=currency, why="no_money_there"),
            ratio(f"{code}_beyond", beyond, claimed, of=currency, why="nothing_said"),
            ratio(f"{code}_honest", honest, claimed, of=currency, why="nothing_said"),
            ratio(f"{code}_error", error, true, of=currency, why="no_money_there"),
        ]
    return measures


def wrong(said: int, reported_there: int, anybodys: int) -> int:
    """The error on one account (minor units): what is missing, or what is said beyond any victim's money."""
    return max(0, reported_there - said) + max(0, said - anybodys)


def worst_accounts(said: Counter[Purse], there: Due, truth: Truth) -> list[dict[str, Any]]:
    """The accounts with the largest errors. Currencies compare by the middle payment of a victim in each; where no victim paid
    in a currency, by all its errors together."""
    paid: dict[str, list[int]] = defaultdict(list)
    for *_, amount, currency in truth.payments:
        paid[currency].append(amount)
    errors = {purse: wrong(said[purse], there.reported[purse], there.any[purse]) for purse in {*said, *there.reported}}
    found = [(purse, error) for purse, error in errors.items() if error]
    usual = {currency: Fraction(amount) for currency, amount in _by_currency(errors).items()}
    usual |= {currency: middle for currency, amounts in paid.items() if (middle := median(amounts))}
    found.sort(key=lambda one: (-one[1] / usual[one[0][1]], one[0]))
    return [
        {
            "account": account,
            "currency": currency,
            "said_minor": said[account, currency],
            "true_minor": there.reported[account, currency],
            "error_minor": error,
        }
        for (account, currency), error in found[:WORST]
    ]


def tiers(told: Told, truth: Truth, there: Purses) -> Measure:
    """Of the accounts of each case that its incidents' money truly reached, those whose tier is right."""
    incidents: dict[str, set[int]] = defaultdict(set)
    for reference, case_id in told.cases[0].items():
        incidents[case_id] |= reported(truth, [reference])
    right = count = 0
    for case_id, account, _, tier, *_ in told.disputed:
        true = [there.tier[account, one] for one in incidents[case_id] if (account, one) in there.tier]
        count += bool(true)
        right += bool(true) and tier == min(true)
    return ratio("tier_right", right, count, why="no_account_found")


def exits(told: Told, there: Purses, incidents: Collection[int]) -> list[Measure]:
    """Money that left by each way out: found of what left, and false of what is said, per currency and kind."""
    said = told.exits
    left: Counter[tuple[str, str, str]] = Counter()
    anybodys: Counter[tuple[str, str, str]] = Counter()
    for key, by_incident in there.exits.items():
        left[key] = sum(amount for one, amount in by_incident.items() if one in incidents)
        anybodys[key] = sum(by_incident.values())
    measures = []
    for currency in currencies((key[0], key[2]) for key in {*said, *left}):
        for kind in EXITS:
            mine = [key for key in sorted({*said, *left}) if key[1:] == (kind, currency)]
            found = sum(min(said[key], left[key]) for key in mine)
            false = sum(max(0, said[key] - anybodys[key]) for key in mine)
            of = f"{currency}/{kind}"
            measures += [
                ratio("exit_found", found, sum(left[key] for key in mine), of=of, why="no_money_there"),
                ratio("exit_false", false, sum(said[key] for key in mine), of=of, why="nothing_said"),
            ]
    return measures


def innocents(told: Told, truth: Truth) -> list[Measure]:
    """Of the accounts said to hold disputed money: honest shops, payrolls and families seen as such, and mules taken for one."""
    seen: dict[str, bool] = {}
    for _, account, _, _, _, _, _, innocent in told.disputed:
        seen[account] = seen.get(account, False) or innocent in HEARD_FIRST
    known = [account for account in seen if account in truth.accounts]
    honest = [account for account in known if truth.accounts[account]["innocent"] in HEARD_FIRST]
    mules = [account for account in known if truth.accounts[account]["role"] in ("mule", "launder")]
    return [
        ratio("innocent_seen", sum(seen[one] for one in honest), len(honest), why="no_account_found"),
        ratio("mule_excused", sum(seen[one] for one in mules), len(mules), why="no_account_found"),
    ]


def tracing(told: Told, truth: Truth, now: Purses, end: Purses, references: Iterable[str]) -> Part:
    """The part `tracing`: `now` is the truth at the workspace's moment, `end` at the end of the world."""
    incidents = reported(truth, references)
    said, frozen = told.sums, baselines.downstream(told)
    came, any_came = total(now.received, incidents), total(now.received)
    followed, there, late = Due(came, any_came, any_came), due(now, incidents), due(end, incidents)
    by_statement, ends = told.statements
    then = due(Purses(truth, max(ends.values(), default=0), ends), incidents)
    lines = (
        Line(
            "fanzha",
            (
                *_came("received", said["received"], followed),
                *money("held", said["held"], there),
                *money("then", by_statement, then),
                *money("seen", said["seen"], there),
                *money("end", said["held"], late),
                tiers(told, truth, now),
                *exits(told, now, incidents),
                *innocents(told, truth),
            ),
        ),
        Line(
            "freeze_downstream",
            (*_came("received", frozen, followed), *money("held", frozen, there), *money("end", frozen, late)),
        ),
    )
    details = {
        "incidents_reported": len(incidents),
        "accounts_said": len(said["received"]),
        "accounts_true": len(came),
        "money_true_minor": _by_currency(came),
        "money_held_minor": _by_currency(there.reported),
        "errors": _errors(said["held"], there),
        "worst_accounts": worst_accounts(said["held"], there, truth),
    }
    return Part("tracing", lines, details=details)


def _came(code: str, said: Counter[Purse], followed: Due) -> list[Measure]:
    """The same for money that came: what came stays so, and all that is said beyond it is honest."""
    return [one for one in money(code, said, followed) if not one.code.endswith("_beyond")]


def _by_currency(amounts: Mapping[Purse, int]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for (_, currency), amount in sorted(amounts.items()):
        found[currency] += amount
    return dict(sorted(found.items()))


def _errors(said: Counter[Purse], there: Due) -> dict[str, dict[str, int]]:
    """Per currency: accounts compared, accounts without error, sum, middle and largest error (minor units)."""
    found: dict[str, dict[str, int]] = {}
    for currency in currencies(there.reported, said):
        mine = sorted(
            wrong(said[one], there.reported[one], there.any[one])
            for one in {*said, *there.reported}
            if one[1] == currency
        )
        found[currency] = {
            "accounts": len(mine),
            "exact": sum(error == 0 for error in mine),
            "sum_minor": sum(mine),
            "median_minor": mine[len(mine) // 2],
            "largest_minor": mine[-1],
        }
    return found
