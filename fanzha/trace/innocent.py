"""Innocent explanations that the records themselves suggest, to be checked before anybody is held to account.

Only what an account did before disputed money came is looked at, never who its holder is. A code is a reason to hear the
holder first, not a finding. Thresholds are assumptions, stated here and in the documentation.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from fanzha.trace.legs import Leg
from fanzha.trace.life_words import is_for
from fanzha.trace.words import has_word, words

DAY_MS = 86_400_000
SHOP_PAYERS_MIN, SHOP_DAYS_MIN = 8, 7
WAGES_PAYEES_MIN, EQUAL_PAYEES_MIN = 3, 5
FAMILY_DAYS_MIN, REGULAR_PAYMENTS_MIN = 30, 3
HONEST_DAYS_MIN, HONEST_ROWS_MIN = 30, 10
QUICK_MS = DAY_MS


def explanation(book: Sequence[Leg], arrived_ms: int, credits: Sequence[Leg], quick: bool) -> str:
    """Code of schema/innocent.yaml for one account: shop, payroll, family, unwitting or none.

    `book` is its statement, `arrived_ms` when disputed money first came, `credits` its rows that brought it. `quick`: more
    than half of it was sent on within a day; nobody who was paid for goods, wages or by family does that, so only
    `unwitting` is left.
    """
    before = [leg for leg in book if leg.at_ms < arrived_ms]
    if not quick:
        if is_shop(before):
            return "shop"
        if pays_wages(before) or (credits and all(_says(leg, "payroll") for leg in credits)):
            return "payroll"
        relation = known_payers(before, credits)
        if relation:
            return relation
    if len(before) >= HONEST_ROWS_MIN and arrived_ms - before[0].at_ms >= HONEST_DAYS_MIN * DAY_MS:
        return "unwitting"
    return "none"


def is_shop(before: Iterable[Leg]) -> bool:
    """Eight or more different payers over a week or more, most of them for goods or bills by the words of the statement."""
    sales = [leg for leg in before if leg.direction == "in"]
    goods = [leg for leg in sales if leg.merchant or _says(leg, "shop") or is_for(leg, "bills")]
    payers = {leg.counter or leg.counter_holder for leg in goods} - {""}
    if len(payers) < SHOP_PAYERS_MIN or 2 * len(goods) < len(sales):
        return False
    return max(leg.at_ms for leg in goods) - min(leg.at_ms for leg in goods) >= SHOP_DAYS_MIN * DAY_MS


def pays_wages(before: Iterable[Leg]) -> bool:
    """On one day three or more payees for wages, or five or more paid the same amount."""
    wages: dict[int, set[str]] = defaultdict(set)
    equal: dict[tuple[int, int], set[str]] = defaultdict(set)
    for leg in before:
        if leg.direction == "out" and (leg.counter or leg.counter_holder):
            day = leg.at_ms // DAY_MS
            equal[day, leg.amount].add(leg.counter or leg.counter_holder)
            if _says(leg, "payroll"):
                wages[day].add(leg.counter or leg.counter_holder)
    return any(len(payees) >= WAGES_PAYEES_MIN for payees in wages.values()) or any(
        len(payees) >= EQUAL_PAYEES_MIN for payees in equal.values()
    )


def known_payers(before: Sequence[Leg], credits: Sequence[Leg]) -> str:
    """family (or shop: rent and the like) if every payer of disputed money is one the holder has dealt with for long.

    Long is both ways over thirty days, or three payments that came regularly over sixty.
    """
    payers = {leg.counter for leg in credits}
    if not payers or "" in payers:
        return ""
    codes = {_relation([leg for leg in before if leg.counter == payer]) for payer in payers}
    return codes.pop() if len(codes) == 1 else ("" if "" in codes else "family")


def _relation(between: Sequence[Leg]) -> str:
    if not between:
        return ""
    days = (between[-1].at_ms - between[0].at_ms) // DAY_MS
    received = [leg for leg in between if leg.direction == "in"]
    both_ways = 0 < len(received) < len(between)
    regular = len(received) >= REGULAR_PAYMENTS_MIN and days >= 2 * FAMILY_DAYS_MIN
    if not (both_ways and days >= FAMILY_DAYS_MIN) and not regular:
        return ""
    return "shop" if all(_says(leg, "value") for leg in received) else "family"


def _says(leg: Leg, code: str) -> bool:
    return has_word(leg.summary.lower(), words().innocent[code])


def sent_on_quickly(arrived_ms: int, came: Iterable[tuple[int, int]], went: Iterable[tuple[int, int]]) -> bool:
    """Whether more than half of the disputed money of the first day left within it. Pairs are (moment, minor units)."""
    end = arrived_ms + QUICK_MS
    received = sum(amount for at_ms, amount in came if at_ms <= end)
    sent = sum(amount for at_ms, amount in went if at_ms <= end)
    return 2 * sent > received
