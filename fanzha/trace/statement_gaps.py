"""What the statement of an account leaves out: its opening, rows that are missing, what failed, what came after it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from fanzha.trace.attribute import Entry
from fanzha.trace.chains import trusted
from fanzha.trace.legs import Leg, Purse

# Amount with its sign: what would have changed the balance.
FAILED_SQL = """
SELECT l."file", l."row", l."account", COALESCE(l."currency", ''), l."at_ms",
  CASE WHEN l."direction" = 'in' THEN l."amount_minor" ELSE -l."amount_minor" END
FROM "legs" AS l
LEFT JOIN (SELECT DISTINCT "file", "row" FROM "notes" WHERE "code" = 'failed_transaction') AS n
  ON n."file" = l."file" AND n."row" = l."row"
WHERE (n."row" IS NOT NULL OR NOT COALESCE(l."success", TRUE)) AND l."amount_minor" > 0 AND l."at_ms" <= ?
  AND COALESCE(l."account", '') <> ''
ORDER BY l."file", l."row"
"""

Row = tuple[Any, ...]
Place = tuple[int, int]  # file and row


class Failed(NamedTuple):
    """A movement that was not carried out; `change` is what it would have been, minor units."""

    file: int
    row: int
    account: str
    currency: str
    at_ms: int
    change: int


def gap_rows(
    held: Mapping[Purse, int],
    books: Mapping[Purse, Sequence[Leg]],
    chains: Mapping[Purse, Sequence[Entry]],
    failed: Iterable[Failed],
    as_of: int,
) -> list[Row]:
    """Rows of the table `gaps` for the accounts that disputed money reached.

    `held`: what of it is in each now; `chains`: the rows as attributed, with those that another bank's statement gave. An
    amount that no column can hold is empty.
    """
    rows: list[Row] = []
    for purse in held:
        book = books.get(purse)
        if book:
            rows += _opening(purse, book)
            rows += _breaks(purse, book, _given(book, chains.get(purse, ())))
            if held[purse] > 0 and book[-1].at_ms < as_of:
                last = book[-1]
                rows.append((*purse, "ends", last.at_ms, as_of, held[purse], last.file, last.row))
    for one in failed:
        if (one.account, one.currency) in held:
            rows.append((one.account, one.currency, "failed", one.at_ms, one.at_ms, one.change, one.file, one.row))
    return sorted(((*row[:5], _stored(row[5]), *row[6:]) for row in rows), key=_order)


def _stored(amount: int) -> int | None:
    """The amount; None where two absurd balances are further apart than 64 bits hold."""
    return amount if -(2**63) <= amount < 2**63 else None


def _order(row: Row) -> tuple[Any, ...]:
    account, currency, kind, from_ms, _to_ms, _amount, file, row_number = row
    return account, currency, (from_ms is not None, from_ms or 0), file, row_number, kind


def _opening(purse: Purse, book: Sequence[Leg]) -> list[Row]:
    first = book[0]
    if first.balance is None:
        return []
    return [(*purse, "opening", None, first.at_ms, first.balance - first.change, first.file, first.row)]


def _given(book: Sequence[Leg], chain: Sequence[Entry]) -> dict[Place, int]:
    """By own row: the changes of the rows put back right before it."""
    own = {(leg.file, leg.row) for leg in book}
    given: dict[Place, int] = defaultdict(int)
    waiting = 0
    for entry in chain:
        if (entry.file, entry.row) in own:
            if waiting:
                given[entry.file, entry.row] += waiting
            waiting = 0
        else:
            waiting += entry.change
    return given


def _breaks(purse: Purse, book: Sequence[Leg], given: Mapping[Place, int]) -> list[Row]:
    """Rows before which the balance changed unseen; one row for a statement whose balances are not used at all."""
    if not trusted(book):
        first, last = book[0], book[-1]
        return [(*purse, "unreliable", first.at_ms, last.at_ms, 0, last.file, last.row)]
    rows: list[Row] = []
    known: int | None = None  # balance as the rows seen so far make it
    before = book[0].at_ms
    for leg in book:
        if leg.balance is not None:
            missing = 0 if known is None else leg.balance - leg.change - known
            if missing:
                kind = "filled" if given.get((leg.file, leg.row)) == missing else "gap"
                rows.append((*purse, kind, before, leg.at_ms, missing, leg.file, leg.row))
            known = leg.balance
        elif known is not None:
            known += leg.change
        before = leg.at_ms
    return rows
