"""What an account that disputed money reached does with money, as figures: the input of `outcomes`. Never who its holder is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from fanzha.store.contract import Tables
from fanzha.trace.innocent import is_shop
from fanzha.trace.legs import LEGS_SQL, Leg, Purse, statements
from fanzha.trace.life_words import is_for
from fanzha.trace.staged_sales import staged

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
FAST_MS: Final = 2 * HOUR_MS
NEW_MS: Final = 3 * DAY_MS
RELATION_MS: Final = 30 * DAY_MS
CREDITS_MIN: Final = 5  # earlier credits that make a usual range

# LEGS_SQL leaves some of its columns without a name.
_COLUMNS = ", ".join(f'"{name}"' for name in Leg._fields)
_OF_LEGS = ", ".join(f'l."{name}"' for name in Leg._fields)
LEGS_OF_REACHED_SQL = (
    "\nSELECT "
    + _OF_LEGS
    + "\nFROM ("
    + LEGS_SQL
    + ") AS l("
    + _COLUMNS
    + ')\nJOIN (SELECT DISTINCT "account", "currency"'
    """ FROM "disputed" WHERE "statement" AND "account" <> '') AS d
  ON d."account" = l."account" AND d."currency" = l."currency"
ORDER BY l."account", l."currency", l."at_ms", l."file", l."row"
"""
)
REACHED_SQL = """
SELECT "account", "currency", SUM("received_minor"), SUM("passed_minor") + SUM("exited_minor"), MIN("arrived_ms"),
  MIN("innocent"), MAX("innocent"), SUM("held_minor")
FROM "disputed" WHERE "statement" AND "account" <> '' GROUP BY "account", "currency" ORDER BY "account", "currency"
"""
# One row for each transfer that carried disputed money, the money of all cases together.
CARRIED_SQL = """
SELECT f."payer", f."payee", f."currency", f."at_ms", f."transfer", t."in_file", t."in_row", SUM(f."disputed_minor")
FROM "flows" AS f JOIN "transfers" AS t ON t."transfer" = f."transfer"
GROUP BY f."payer", f."payee", f."currency", f."at_ms", f."transfer", t."in_file", t."in_row"
ORDER BY f."at_ms", f."transfer"
"""


class Behaviour(NamedTuple):
    """Figures of one account and currency; per mille are of the disputed money received."""

    sent: int  # per mille that left, to accounts or out of them
    fast: int  # per mille that left within two hours of coming
    seen_ms: int  # from the first arrival to the last movement of the statement
    movements_before: int
    days_before: int  # from the first movement to the arrival
    ordinary_days: int  # different days with shopping, bills, wages or support, in the whole statement
    new_payers: int  # payers never seen before, in the three days from the arrival
    usual: int  # disputed credits: 1 all within the usual range, -1 one far above it, 0 nothing to compare with
    goods: bool  # every disputed credit names goods or a bill
    wages: bool  # every disputed credit names wages
    old_payers: bool  # every payer of disputed money has dealt with the account for a month
    shop: bool  # many customers, before the arrival
    sells: bool  # customers pay it for goods, at any time
    innocent: str
    patterns: frozenset[str]
    staged: bool = False  # sales given back with something on top (`staged_sales`)
    other: int = 0  # minor units in the account at the end of the statement that are not attributed to a known victim


def behaviours(engine: Tables, as_of: int) -> dict[Purse, Behaviour]:
    """Figures of every reached account of which a statement is held, from legs up to `as_of` (UTC ms)."""
    books = statements(Leg(*row) for row in engine.rows(LEGS_OF_REACHED_SQL, (as_of,)))
    came: dict[Purse, list[tuple[int, int, int | None, int | None]]] = defaultdict(list)
    went: dict[Purse, list[tuple[int, int]]] = defaultdict(list)
    for payer, payee, currency, at_ms, _, file, row, amount in engine.rows(CARRIED_SQL):
        came[payee, currency].append((int(at_ms), int(amount), file, row))
        went[payer, currency].append((int(at_ms), int(amount)))
    shown: dict[Purse, set[str]] = defaultdict(set)
    for account, currency, pattern in engine.rows(
        'SELECT DISTINCT "account", "currency", "pattern" FROM "patterns" ORDER BY "account", "currency", "pattern"'
    ):
        shown[account, currency].add(pattern)
    made = {}
    for account, currency, received, left, arrived, low, high, held in engine.rows(REACHED_SQL):
        purse = (account, currency)
        book = books.get(purse, [])
        if book and arrived is not None:
            fast = sent_within([c[:2] for c in came[purse]], went[purse], FAST_MS)
            rows = {(c[2], c[3]) for c in came[purse]}
            made[purse] = behaviour(book, int(arrived), [leg for leg in book if (leg.file, leg.row) in rows])._replace(
                sent=_share(int(left), int(received)),
                fast=_share(fast, int(received)),
                innocent=low if high == "none" else high,
                patterns=frozenset(shown[purse]),
                other=max(0, (book[-1].balance or 0) - int(held)),
            )
    return made


def behaviour(book: Sequence[Leg], arrived: int, credits: Sequence[Leg]) -> Behaviour:
    """What a statement alone shows: `arrived` is when disputed money first came, `credits` its rows that brought it."""
    before = [leg for leg in book if leg.at_ms < arrived]
    earlier = sorted(leg.amount for leg in before if leg.direction == "in")
    known = {_other(leg) for leg in before}
    after = (leg for leg in book if leg.direction == "in" and arrived <= leg.at_ms < arrived + NEW_MS)
    sales = [leg for leg in book if leg.direction == "in"]
    goods = sum(1 for leg in sales if is_for(leg, "goods", "bills"))
    return Behaviour(
        sent=0,
        fast=0,
        seen_ms=max(book[-1].at_ms - arrived, 0),
        movements_before=len(before),
        days_before=(arrived - before[0].at_ms) // DAY_MS if before else 0,
        ordinary_days=len({leg.at_ms // DAY_MS for leg in book if _is_ordinary(leg)}),
        new_payers=len({_other(leg) for leg in after} - known - {""}),
        usual=_usual(earlier, [leg.amount for leg in credits]),
        goods=bool(credits) and all(is_for(leg, "goods", "bills") for leg in credits),
        wages=bool(credits) and all(is_for(leg, "wages") for leg in credits),
        old_payers=bool(credits) and all(_old(before, leg, arrived) for leg in credits),
        shop=is_shop(before),
        sells=goods >= CREDITS_MIN and 2 * goods >= len(sales),
        innocent="none",
        patterns=frozenset(),
        staged=staged(book),
    )


def sent_within(came: Iterable[tuple[int, int]], went: Iterable[tuple[int, int]], window: int) -> int:
    """Minor units of `came` that left within `window` ms, first in first out. Pairs are (UTC ms, minor units).

    A debit before the first credit (two clocks) counts as at once.
    """
    waiting = [list(pair) for pair in sorted(came)]
    fast, place = 0, 0
    for at_ms, amount in sorted(went):
        while amount > 0 and place < len(waiting):
            part = min(amount, waiting[place][1])
            if at_ms - waiting[place][0] <= window:
                fast += part
            amount -= part
            waiting[place][1] -= part
            if waiting[place][1] == 0:
                place += 1
    return fast


def _usual(earlier: Sequence[int], amounts: Sequence[int]) -> int:
    """1: all within 90 % of the earlier credits (sorted) and a half more; -1: one above twice their greatest; 0: neither."""
    if len(earlier) < CREDITS_MIN or not amounts:
        return 0
    low, high = earlier[len(earlier) // 20], earlier[-1 - len(earlier) // 20]
    if all(2 * low <= 4 * one and 2 * one <= 3 * high for one in amounts):
        return 1
    return -1 if max(amounts) > 2 * earlier[-1] else 0


def _old(before: Sequence[Leg], credit: Leg, arrived: int) -> bool:
    other = _other(credit)
    return other != "" and any(_other(leg) == other and arrived - leg.at_ms >= RELATION_MS for leg in before)


def _other(leg: Leg) -> str:
    return leg.counter or leg.counter_holder


def _is_ordinary(leg: Leg) -> bool:
    return (leg.direction == "out" and leg.merchant != "") or is_for(leg, "bills", "goods", "wages", "living")


def _share(part: int, whole: int) -> int:
    return min(1000 * part // whole, 1000) if whole > 0 else 0
