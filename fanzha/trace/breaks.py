"""Where money may go on beyond a break: cash and a deposit, a desk and a wallet, gold and its sale, abroad and an arrival.

Contract: the table `breaks`. These are assumptions of low confidence, shown beside the flow and never part of what is attributed or
held. A candidate must fit in amount and time; signs add points (per mille), which are assumptions of this module.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from fanzha.clean.currency import exponent
from fanzha.store.contract import Tables
from fanzha.trace.words import has_word, words

MADE = ("breaks",)
HOUR_MS = 3_600_000
WINDOW_MS = {
    "cash_deposit": 72 * HOUR_MS,
    "otc_wallet": 24 * HOUR_MS,
    "goods_sold": 7 * 24 * HOUR_MS,
    "abroad_arrival": 5 * 24 * HOUR_MS,
}
# What the arrival may be of what left, in per cent where both are of one currency.
SHARE = {"cash_deposit": (50, 100), "goods_sold": (70, 105)}
# Thousandths of a major unit for one US dollar (or a token pegged to it), lowest and highest of 2023 to 2026: an assumption.
PER_DOLLAR = {
    "CNY": (6_600, 7_600),
    "THB": (31_000, 38_000),
    "INR": (80_000, 92_000),
    "USD": (950, 1_050),
    "USDT": (970, 1_030),
}
# Words of a statement, lower case: goods that can be sold again, cash paid in, what was sold.
RESOLD = ("黄金", "金条", "首饰", "金店", "金行", "gold", "jewel")
DEPOSITS = ("存现", "现存", "现金存入", "存款", "卡存", "cash deposit", "deposit")
RESALES = ("回收", "变卖", "典当", "寄卖", "黄金", "gold", "pawn", "buyback")
POINTS = {"same_amount": 300, "near_amount": 150, "same_place": 200, "within_hours": 200, "within_day": 100,
          "same_case": 200, "only_one": 100}  # fmt: skip
BASE, KEEP_MIN, CONFIDENCE_MAX = 100, 400, 900  # per mille
BEST = 3  # candidates kept for one that left

# What left the accounts, and what came into an account without another account that sent it.
LEFT_SQL = """
SELECT e."case_id", e."account", e."kind", e."at_ms", t."amount_minor", e."currency", e."transfer", e."place",
  SUM(e."disputed_minor"), COALESCE(l."summary", ''), COALESCE(l."merchant", ''), COALESCE(l."counter_holder", '')
FROM "exits" AS e INNER JOIN "transfers" AS t ON t."transfer" = e."transfer"
LEFT JOIN "legs" AS l ON l."file" = t."out_file" AND l."row" = t."out_row"
WHERE e."kind" IN ('cash', 'crypto', 'goods', 'abroad')
GROUP BY e."case_id", e."account", e."kind", e."at_ms", t."amount_minor", e."currency", e."transfer", e."place",
  l."summary", l."merchant", l."counter_holder"
ORDER BY e."case_id", e."at_ms", e."transfer"
"""
CAME_SQL = """
SELECT t."transfer", t."payee", t."at_ms", t."amount_minor", t."currency", COALESCE(l."place", ''), COALESCE(l."cash", FALSE),
  COALESCE(l."summary", ''), COALESCE(l."counter_holder", ''), t."payer"
FROM "transfers" AS t INNER JOIN "legs" AS l ON l."file" = t."in_file" AND l."row" = t."in_row"
WHERE t."out_file" IS NULL AND t."payee" <> '' ORDER BY t."at_ms", t."transfer"
"""
REACHED_SQL = 'SELECT DISTINCT "case_id", "account" FROM "disputed" ORDER BY "case_id", "account"'


class Left(NamedTuple):
    """Money that left at a break; a row of LEFT_SQL."""

    case_id: str
    account: str
    exit: str
    at_ms: int
    amount: int
    currency: str
    transfer: int
    place: str
    disputed: int
    summary: str
    merchant: str
    holder: str


class Came(NamedTuple):
    """Money that came in from nobody who is known; a row of CAME_SQL."""

    transfer: int
    account: str
    at_ms: int
    amount: int
    currency: str
    place: str
    cash: bool
    summary: str
    holder: str
    payer: str


def breaks(engine: Tables) -> tuple[str, ...]:
    """Make `breaks` from `exits`, `transfers`, `legs` and `disputed`."""
    left = [Left(*row) for row in engine.rows(LEFT_SQL)]
    came: list[Came] = [Came(*row) for row in engine.rows(CAME_SQL)] if left else []
    reached: dict[str, set[str]] = defaultdict(set)
    for case_id, account in engine.rows(REACHED_SQL):
        reached[case_id].add(account)
    engine.replace_rows("breaks", continuations(left, came, reached))
    return MADE


def continuations(left: Iterable[Left], came: Iterable[Came], reached: Mapping[str, set[str]]) -> list[tuple[Any, ...]]:
    """Rows of `breaks`, sorted. `reached`: accounts of each case that disputed money reached."""
    by_kind: dict[str, list[Came]] = defaultdict(list)
    for one in sorted(came, key=lambda c: (c.at_ms, c.transfer)):
        for kind in _kinds(one):
            by_kind[kind].append(one)
    times = {kind: [one.at_ms for one in listed] for kind, listed in by_kind.items()}
    rows: list[tuple[Any, ...]] = []
    for gone in left:
        kind = _kind_of(gone)
        if not kind:
            continue
        low = bisect_left(times.get(kind, []), gone.at_ms)
        high = bisect_right(times.get(kind, []), gone.at_ms + WINDOW_MS[kind])
        fitting = [one for one in by_kind[kind][low:high] if one.account != gone.account and _fits(kind, gone, one)]
        scored = [(*_score(gone, one, len(fitting), reached), one) for one in fitting]
        best = sorted(scored, key=lambda s: (-s[0], s[2].at_ms, s[2].transfer))[:BEST]
        rows += [_row(kind, gone, one, points, why) for points, why, one in best if points >= KEEP_MIN]
    return sorted(rows, key=lambda row: (row[0], row[4], row[5], row[1]))


def _kind_of(gone: Left) -> str:
    """The kind of break, "" for one that nothing can be sought for (goods that are used up)."""
    if gone.exit == "goods":
        text = f"{gone.summary} {gone.merchant} {gone.holder}".lower()
        return "goods_sold" if has_word(text, RESOLD) else ""
    return {"cash": "cash_deposit", "crypto": "otc_wallet", "abroad": "abroad_arrival"}[gone.exit]


def _kinds(one: Came) -> list[str]:
    """The breaks beyond which an arrival may lie."""
    lists = words()
    text = f"{one.summary} {one.holder}".lower()
    found = []
    if one.cash or (one.payer == "" and has_word(text, DEPOSITS)):
        found.append("cash_deposit")
    if one.account.startswith(lists.wallets):
        found.append("otc_wallet")
    if has_word(text, RESALES):
        found.append("goods_sold")
    if has_word(text, lists.exits["abroad"]) or one.payer == "":
        found.append("abroad_arrival")
    return found


def _fits(kind: str, gone: Left, one: Came) -> bool:
    if kind in SHARE:
        low, high = SHARE[kind]
        return one.currency == gone.currency and low * gone.amount <= 100 * one.amount <= high * gone.amount
    if one.currency == gone.currency:
        return False
    low_share, high_share = _exchanged(gone, one.currency)
    return low_share <= one.amount <= high_share


def _exchanged(gone: Left, currency: str) -> tuple[int, int]:
    """What an amount may be in another currency (minor units), lowest and highest; an empty range where no rate is known."""
    if gone.currency not in PER_DOLLAR or currency not in PER_DOLLAR:
        return 1, 0
    (from_low, from_high), (to_low, to_high) = PER_DOLLAR[gone.currency], PER_DOLLAR[currency]
    up, down = 10 ** exponent(currency), 10 ** exponent(gone.currency)
    return gone.amount * up * to_low // (down * from_high), gone.amount * up * to_high // (down * from_low) + 1


def _score(gone: Left, one: Came, fitting: int, reached: Mapping[str, set[str]]) -> tuple[int, tuple[str, ...]]:
    """Per mille and the signs."""
    signs = []
    if one.currency == gone.currency and one.amount == gone.amount:
        signs.append("same_amount")
    elif one.currency != gone.currency or 100 * one.amount >= 90 * gone.amount:
        signs.append("near_amount")
    if gone.place and gone.place == one.place:
        signs.append("same_place")
    waited = one.at_ms - gone.at_ms
    if waited <= 2 * HOUR_MS:
        signs.append("within_hours")
    elif waited <= 24 * HOUR_MS:
        signs.append("within_day")
    if one.account in reached.get(gone.case_id, ()):
        signs.append("same_case")
    if fitting == 1:
        signs.append("only_one")
    return min(CONFIDENCE_MAX, BASE + sum(POINTS[sign] for sign in signs)), tuple(signs)


def _row(kind: str, gone: Left, one: Came, points: int, why: Sequence[str]) -> tuple[Any, ...]:
    return (
        gone.case_id,
        kind,
        gone.account,
        one.account,
        gone.transfer,
        one.transfer,
        gone.at_ms,
        one.at_ms,
        gone.amount,
        gone.currency,
        one.amount,
        one.currency,
        int(gone.disputed),
        points,
        ",".join(why),
    )
