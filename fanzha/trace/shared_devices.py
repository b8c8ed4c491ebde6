"""Accounts of different holders that disputed money reached and that share a telephone or a device, by the banks' own registration.

Two accounts of one holder share a telephone as a matter of course: they are one here.
"""

from collections import defaultdict
from typing import Any, Final, NamedTuple

from fanzha.store.contract import Tables

SHARERS_MAX: Final = 50  # a number that more holders state is a service's or a placeholder's, and says nothing

# One row for each reached account, telephone and device that the telephone was used in ("" where none is known).
SHARED_SQL = """
WITH reached AS (
  SELECT "account", "currency", MIN("arrived_ms") AS "arrived_ms", SUM("received_minor") AS "received_minor"
  FROM "disputed" WHERE "account" <> '' AND "arrived_ms" IS NOT NULL GROUP BY "account", "currency"
), registered AS (
  SELECT "account", MIN("phone") AS "phone", MIN(COALESCE("holder_id", '')) AS "holder_id",
    MIN(COALESCE("holder", '')) AS "holder"
  FROM "accounts" WHERE COALESCE("phone", '') <> '' GROUP BY "account"
), devices AS (
  SELECT "member" AS "phone", MIN("entity") AS "device" FROM "entities"
  WHERE "kind" = 'device' AND "member_kind" = 'phone' GROUP BY "member"
), owners AS (
  SELECT "member" AS "account", MIN("entity") AS "entity" FROM "entities"
  WHERE "kind" <> 'device' AND "member_kind" = 'account' GROUP BY "member"
)
SELECT r."account", r."currency", r."arrived_ms", r."received_minor", g."phone", COALESCE(d."device", ''),
  COALESCE(o."entity", ''), g."holder_id", g."holder"
FROM reached AS r JOIN registered AS g ON g."account" = r."account"
LEFT JOIN devices AS d ON d."phone" = g."phone" LEFT JOIN owners AS o ON o."account" = r."account"
ORDER BY r."account", r."currency"
"""
ARRIVALS_SQL = """
SELECT "payee", "currency", MIN("transfer") FROM "flows" WHERE "payee" <> '' GROUP BY "payee", "currency"
ORDER BY "payee", "currency"
"""


class Shared(NamedTuple):
    """One account that shares: when disputed money first came to any of the group and last began to, how much in all of it, and how
    many holders; `transfers` brought it."""

    account: str
    currency: str
    from_ms: int
    to_ms: int
    amount: int
    holders: int
    transfers: tuple[int, ...]


def shared_devices(engine: Tables) -> list[Shared]:
    """Every reached account whose telephone or device another reached holder has. Amounts are of the account's currency only."""
    first = {(row[0], row[1]): int(row[2]) for row in engine.rows(ARRIVALS_SQL)}
    groups: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in engine.rows(SHARED_SQL):
        groups[f"device {row[5]}" if row[5] else f"phone {row[4]}"].append(row)
    made = []
    for _, rows in sorted(groups.items()):
        holders = {row[6] or row[7] or row[8] or row[0] for row in rows}
        if not 2 <= len(holders) <= SHARERS_MAX:
            continue
        for account, currency in sorted({(row[0], row[1]) for row in rows}):
            same = [row for row in rows if row[1] == currency]
            transfers = sorted({first[row[0], row[1]] for row in same if (row[0], row[1]) in first})
            times = [int(row[2]) for row in same]
            amount = sum(int(row[3]) for row in same)
            made.append(Shared(account, currency, min(times), max(times), amount, len(holders), tuple(transfers)))
    return made
