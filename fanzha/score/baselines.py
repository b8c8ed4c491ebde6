"""The simple methods beside which Fanzha is measured. Each is what somebody does today with a spreadsheet or a rule."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fanzha.score.told import CALLS_SQL, PAYMENTS_SQL, Key, Purse, Told


def components(named: Mapping[str, Sequence[Key]], references: Iterable[str]) -> dict[str, int]:
    """Connected components of reports over any identifier that two of them name, however common it is.

    Gives each reference the number of its component.
    """
    parent: list[int] = []
    first: dict[Key, int] = {}

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    place = {}
    for reference in references:
        here = place[reference] = len(parent)
        parent.append(here)
        for key in named.get(reference, ()):
            there = root(first.setdefault(key, here))
            mine = root(here)
            parent[max(there, mine)] = min(there, mine)
    return {reference: root(node) for reference, node in place.items()}


def same_identifier(told: Told) -> dict[str, int]:
    """The same for the reports of a workspace; it is worked out once."""
    if told.same is None:
        told.same = components(told.named, sorted(told.cases[0]))
    return told.same


def downstream(told: Told) -> Counter[Purse]:
    """Freeze everything downstream: whoever got any transfer from an account that was reached before holds all that
    came to it since, up to now (minor units per account and currency). The accounts that victims paid are reached first."""
    reached: dict[str, int] = {}
    frozen: Counter[Purse] = Counter()
    paid = told.engine.rows(PAYMENTS_SQL)
    for payee, _, _, at_ms in paid:
        reached[payee] = min(at_ms, reached.get(payee, at_ms))
    seen: set[str] = set()
    for payer, payee, at_ms, amount, currency in told.transfers:
        if not payee:
            continue
        if payer and reached.get(payer, at_ms + 1) <= at_ms:
            reached[payee] = min(at_ms, reached.get(payee, at_ms))
        if reached.get(payee, at_ms + 1) <= at_ms:
            frozen[payee, currency] += amount
            seen.add(payee)
    for payee, currency, amount, _ in paid:
        if payee not in seen:  # no transfer shows it: what the victim says
            frozen[payee, currency] += amount
    return frozen


def first_tier(told: Told) -> Counter[Purse]:
    """First come, first served: hold in the account that the victim paid what the victim says (minor units)."""
    held: Counter[Purse] = Counter()
    for payee, currency, amount, _ in told.engine.rows(PAYMENTS_SQL):
        held[payee, currency] += amount
    return held


def degrees(told: Told) -> Counter[str]:
    """Degree centrality: how many others each telephone, account or other value was seen with, over calls, transfers
    and the reports that name it."""
    beside: dict[str, set[str]] = defaultdict(set)
    for one, other in told.engine.rows(CALLS_SQL):
        beside[one].add(other)
        beside[other].add(one)
    for payer, payee, *_ in told.transfers:
        if payer and payee:
            beside[payer].add(payee)
            beside[payee].add(payer)
    for reference, keys in told.named.items():
        for _, value in keys:
            beside[value].add(f"report {reference}")
    return Counter({value: len(others) for value, others in beside.items()})
