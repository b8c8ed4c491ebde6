"""The legs that count, each once, in the order in which their account saw them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from fanzha.clean.transaction import is_transaction

# Left out: failed transactions, rows that repeat an earlier row of their file, rows after as_of, rows without amount.
# The same row in two files that overlap counts once, in the file admitted first; a file that holds two such rows keeps two.
LEGS_SQL = """
WITH counted AS (
  SELECT l."file", l."row", l."account", l."holder", l."bank", l."at_ms", l."direction", l."amount_minor", l."currency",
    l."balance_minor", l."counter_account", l."counter_holder", l."counter_bank", l."serial", l."cash", l."summary",
    l."merchant", l."place", v."row" AS "reversal",
    ROW_NUMBER() OVER (
      PARTITION BY l."file", l."account", l."currency", l."at_ms", l."direction", l."amount_minor", l."balance_minor",
        COALESCE(l."serial", '')
      ORDER BY l."row") AS "nth"
  FROM "legs" AS l
  LEFT JOIN (SELECT DISTINCT "file", "row" FROM "notes" WHERE "code" IN ('duplicate_row', 'failed_transaction')) AS n
    ON n."file" = l."file" AND n."row" = l."row"
  LEFT JOIN (SELECT DISTINCT "file", "row" FROM "notes" WHERE "code" = 'reversal') AS v
    ON v."file" = l."file" AND v."row" = l."row"
  WHERE n."row" IS NULL AND COALESCE(l."success", TRUE) AND l."amount_minor" > 0 AND l."at_ms" <= ?
    AND COALESCE(l."account", '') <> ''
), once AS (
  SELECT *, ROW_NUMBER() OVER (
    PARTITION BY "account", "currency", "at_ms", "direction", "amount_minor", "balance_minor", COALESCE("serial", ''),
      "nth"
    ORDER BY "file", "row") AS "copy"
  FROM counted
)
SELECT "file", "row", "account", COALESCE("holder", ''), COALESCE("bank", ''), "at_ms", "direction", "amount_minor",
  COALESCE("currency", ''), "balance_minor", COALESCE("counter_account", ''), COALESCE("counter_holder", ''),
  COALESCE("counter_bank", ''), COALESCE("cash", FALSE), COALESCE("summary", ''), COALESCE("merchant", ''),
  COALESCE("place", ''), COALESCE("serial", ''), CASE WHEN "reversal" IS NULL THEN FALSE ELSE TRUE END
FROM once WHERE "copy" = 1 ORDER BY "account", "currency", "at_ms", "file", "row"
"""
WINDOW_MS = 600_000  # the two banks' clocks and batches may differ by ten minutes
DAY_MS = 86_400_000


class Leg(NamedTuple):
    """One side of a movement as one statement shows it; text columns are "" where the record has none."""

    file: int
    row: int
    account: str
    holder: str
    bank: str
    at_ms: int
    direction: str
    amount: int
    currency: str
    balance: int | None
    counter: str
    counter_holder: str
    counter_bank: str
    cash: bool
    summary: str
    merchant: str
    place: str
    serial: str = ""
    reversal: bool = False  # the file itself says that the row reverses an earlier one

    @property
    def change(self) -> int:
        """Minor units by which the balance changes."""
        return self.amount if self.direction == "in" else -self.amount


Purse = tuple[str, str]  # account and currency: what has one balance


def statements(legs: Iterable[Leg]) -> dict[Purse, list[Leg]]:
    """The legs of each account and currency in the order of the account: time, then file, then row order.

    Many statements are printed newest first; within one second their rows are then read from the bottom up. Which way a
    file runs is told by its times, and by its balances where the times are all equal.
    """
    grouped: dict[tuple[str, str, int], list[Leg]] = defaultdict(list)
    for leg in legs:
        grouped[leg.account, leg.currency, leg.file].append(leg)
    found: dict[Purse, list[Leg]] = defaultdict(list)
    for (account, currency, _), part in sorted(grouped.items()):
        part.sort(key=lambda leg: leg.row)
        found[account, currency].extend(reversed(part) if newest_first(part) else part)
    for purse in found:
        if is_transaction(purse[0]):  # what it takes in is all there before it pays, whatever file says which
            found[purse].sort(key=lambda leg: (leg.direction == "out", leg.at_ms, leg.file))
        else:
            found[purse].sort(key=lambda leg: (leg.at_ms, leg.file))  # stable: keeps the row order found above
    return dict(found)


def newest_first(part: Sequence[Leg]) -> bool:
    """Whether the rows of one account in one file run from new to old. Oldest first when nothing tells."""
    if part[0].at_ms != part[-1].at_ms:
        return part[0].at_ms > part[-1].at_ms
    return broken_balances(part[::-1]) < broken_balances(part)


def broken_balances(chain: Sequence[Leg]) -> int:
    """Rows whose stated balance does not follow from the row before."""
    return sum(
        1
        for before, after in pairwise(chain)
        if before.balance is not None and after.balance is not None and before.balance + after.change != after.balance
    )
