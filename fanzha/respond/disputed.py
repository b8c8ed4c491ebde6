"""Disputed money per case and account, and what is known of these accounts when steps are proposed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from fanzha.respond.ground import (
    CLEARED_ACCOUNTS_SQL,
    GOOD_FAITH_SQL,
    INVALID_ACCOUNTS_SQL,
    LAST_ARRIVED_SQL,
    VICTIMS_ACCOUNTS_SQL,
)
from fanzha.respond.orders import HEAR_FIRST
from fanzha.respond.overdue import wanted_measures
from fanzha.store.contract import Tables

DISPUTED_SQL = """
SELECT "case_id", "account", COALESCE("bank", ''), "received_minor", "held_minor", "unlocated_minor", "currency",
  COALESCE("statement", FALSE), COALESCE("innocent", 'none'), "tier", "arrived_ms", "statement_end_ms"
FROM "disputed" ORDER BY "case_id", "account", "currency"
"""
# Disputed money that came after the statement held ends: no statement shows where it is.
LATER_SQL = """
SELECT d."case_id", d."account", d."currency", SUM(a."minor")
FROM "disputed" AS d INNER JOIN (
  SELECT "case_id", "payee" AS "account", "currency", "at_ms", "disputed_minor" AS "minor" FROM "flows" WHERE "payee" <> ''
  UNION ALL
  SELECT "case_id", "payee", "currency", "at_ms", "amount_minor" FROM "payments" WHERE "state" = 'claimed'
) AS a ON a."case_id" = d."case_id" AND a."account" = d."account" AND a."currency" = d."currency"
WHERE d."statement" AND a."at_ms" > d."statement_end_ms"
GROUP BY d."case_id", d."account", d."currency" ORDER BY d."case_id", d."account", d."currency"
"""
# Measures that ran out, were declined, found nothing, were lifted for the holder or gave the money back: the same money is not proposed
# again, until more comes after the moment named.
SETTLED_SQL = """
SELECT "case_id", "account", "currency", "amount_minor", "from_ms" FROM "orders"
WHERE "verb" IN ('hold', 'freeze') AND "state" = 'expired' AND "from_ms" IS NOT NULL AND COALESCE("account", '') <> ''
UNION ALL
SELECT "case_id", "account", "currency", "amount_minor", "ended_ms" FROM "orders"
WHERE "verb" IN ('hold', 'freeze') AND COALESCE("account", '') <> ''
  AND ("state" IN ('declined', 'returned') OR ("state" = 'refused' AND "held_minor" = 0))
UNION ALL
SELECT o."case_id", o."account", o."currency", o."amount_minor", o."ended_ms" FROM "orders" AS o
WHERE o."verb" IN ('hold', 'freeze') AND o."state" = 'lifted' AND COALESCE(o."account", '') <> '' AND o."order" IN (
  SELECT l."follows" FROM "orders" AS l WHERE l."verb" = 'lift'
    AND l."ground" IN ('appeal_upheld', 'good_faith_shown', 'living_expenses', 'not_needed', 'victim_asks')
)
"""
ASKED_SQL = """
SELECT DISTINCT "account" FROM "orders"
WHERE "verb" = 'query' AND "state" IN ('proposed', 'approved', 'sent') AND COALESCE("account", '') <> '' ORDER BY "account"
"""

Purse = tuple[str, str, str]  # case, account and currency


class Money(NamedTuple):
    """A row of `disputed`: the sums in minor units, the moments in UTC ms; `statement_end_ms` is None where none is held."""

    case_id: str
    account: str
    bank: str
    received: int
    held: int
    unlocated: int
    currency: str
    statement: bool
    innocent: str
    tier: int
    arrived_ms: int | None
    statement_end_ms: int | None


class Known(NamedTuple):
    """Accounts: victims' own, with numbers that are none, cleared by a person, asked for already, and (with the
    currency) likeliest held by a receiver in good faith; and by case, account and currency
    when disputed money last came (UTC ms), how much of it no order takes yet, and how much came after the statement held ends (minor units)."""

    own: Collection[str]
    invalid: Collection[str]
    cleared: Collection[str]
    good_faith: Collection[tuple[str, str]]
    asked: Collection[str]
    last_ms: Mapping[Purse, int]
    free: Mapping[Purse, int]
    later: Mapping[Purse, int]

    def hears_first(self, row: Money) -> bool:
        """Whether the holder is heard before anything is held."""
        return (
            row.innocent in HEAR_FIRST or row.account in self.cleared or (row.account, row.currency) in self.good_faith
        )


def known_of(engine: Tables, disputed: Iterable[Money]) -> Known:
    """What is known of the accounts of these rows."""
    last_ms = {(row[0], row[1], row[2]): int(row[3]) for row in engine.rows(LAST_ARRIVED_SQL)}
    there: dict[Purse, int] = defaultdict(int)
    for row in disputed:
        purse = (row.case_id, row.account, row.currency)
        there[purse] += row.held + row.unlocated
        if row.arrived_ms is not None:
            last_ms[purse] = max(row.arrived_ms, last_ms.get(purse, row.arrived_ms))
    arrived: dict[tuple[str, str], int] = {}
    for (_, account, currency), at_ms in last_ms.items():
        arrived[account, currency] = max(at_ms, arrived.get((account, currency), at_ms))
    taken = wanted_measures(engine)
    for case_id, account, currency, amount, at_ms in engine.rows(SETTLED_SQL):
        if arrived.get((account, currency), at_ms) <= at_ms:
            taken[case_id, account, currency] += amount or 0
    return Known(
        own={row[0] for row in engine.rows(VICTIMS_ACCOUNTS_SQL)},
        invalid={row[0] for row in engine.rows(INVALID_ACCOUNTS_SQL)},
        cleared={row[0] for row in engine.rows(CLEARED_ACCOUNTS_SQL)},
        good_faith={(row[0], row[1]) for row in engine.rows(GOOD_FAITH_SQL)},
        asked={row[0] for row in engine.rows(ASKED_SQL)},
        last_ms=last_ms,
        free=untaken(there, taken),
        later={(row[0], row[1], row[2]): int(row[3] or 0) for row in engine.rows(LATER_SQL)},
    )


def untaken(there: Mapping[Purse, int], taken: Mapping[Purse, int]) -> dict[Purse, int]:
    """What no order takes yet. An order takes of its own case first; what is left of it, of the other cases in their order."""
    free = {purse: max(0, amount - taken.get(purse, 0)) for purse, amount in there.items()}
    over: dict[tuple[str, str], int] = defaultdict(int)
    for purse, amount in taken.items():
        over[purse[1:]] += max(0, amount - there.get(purse, 0))
    for purse in sorted(free):
        part = min(free[purse], over.get(purse[1:], 0))
        if part:
            free[purse] -= part
            over[purse[1:]] -= part
    return free
