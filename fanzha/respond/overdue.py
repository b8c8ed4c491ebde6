"""What is due: measures about to end, replies that are missing, lifts to be decided because their ground is gone.

Nothing here decides. A measure ends by itself; a lift is proposed and a named person decides it (反诈法 art. 20: timely
lifting; art. 32: at once when an appeal is upheld).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from fanzha.respond.ground import CLEARED_ACCOUNTS_SQL, GOOD_FAITH_SQL, VICTIMS_ACCOUNTS_SQL, case_today
from fanzha.respond.orders import HEAR_FIRST, HOUR_MS, PROTECTIVE
from fanzha.store.contract import Tables

MINUTE_MS = 60_000
DAY_MS = 24 * HOUR_MS
# How soon a step should follow, by verb: the desk's own words, stop in minutes and freeze in hours (分钟级止付、小时级冻结), made
# numbers here by assumption. They put the queue in order and decide nothing.
DECIDE_MS = {"hold": 5 * MINUTE_MS, "extend_hold": HOUR_MS, "freeze": 4 * HOUR_MS}
SEND_MS = {"hold": 5 * MINUTE_MS, "lift": 0, "end_watch": 0}
REPLY_MS = {"hold": 30 * MINUTE_MS, "extend_hold": 30 * MINUTE_MS, "lift": 30 * MINUTE_MS, "freeze": 4 * HOUR_MS}
OTHERWISE_MS = 24 * HOUR_MS
SEND_OTHERWISE_MS = HOUR_MS
REVIEW_MS = (
    30 * DAY_MS
)  # an assumption; 刑事诉讼法 art. 145 wants lifting within three days once a freeze proves needless
ENDS = {"hold": "hold_ends", "freeze": "freeze_ends", "watch": "watch_ends"}

_MEASURES_SQL = """
SELECT "order", "verb", "state", "case_id", "account", "body", COALESCE("held_minor", "amount_minor", 0), "currency", "ground",
  "innocent", "follows"
FROM "orders" WHERE "verb" IN ('hold', 'freeze') AND "state" IN ('sent', 'in_force') AND COALESCE("account", '') <> ''
ORDER BY "order"
"""
# As above, with what is still to be decided, by the amount that was ordered: what a bank did not find is not ordered again.
_WANTED_SQL = """
SELECT "order", "verb", CASE WHEN "state" = 'in_force' THEN 'in_force' ELSE 'sent' END, "case_id", "account", "body",
  "amount_minor", "currency", "ground", "innocent", "follows"
FROM "orders" WHERE "verb" IN ('hold', 'freeze') AND "state" IN ('proposed', 'approved', 'sent', 'in_force')
  AND "ground" <> 'protective_hold' AND COALESCE("account", '') <> ''
ORDER BY "order"
"""
_DISPUTED_SQL = """
SELECT "account", "currency", SUM("held_minor" + "unlocated_minor") FROM "disputed"
GROUP BY "account", "currency" ORDER BY "account", "currency"
"""
_INNOCENT_SQL = """
SELECT DISTINCT "account", "innocent" FROM "disputed" WHERE "innocent" IN ('shop', 'payroll', 'family')
ORDER BY "account", "innocent"
"""
_UPHELD_SQL = 'SELECT DISTINCT "order" FROM "appeals" WHERE "state" = \'upheld\' ORDER BY "order"'
_APPEALS_SQL = """
SELECT a."order", a."due_ms" FROM "appeals" AS a WHERE a."state" IN ('received', 'assigned') ORDER BY a."order", a."appeal"
"""
_ORDERS_SQL = """
SELECT "order", "verb", "state", "case_id", "account", "body", COALESCE("held_minor", "amount_minor"), "currency",
  "proposed_ms", "from_ms", "expires_ms"
FROM "orders" ORDER BY "order"
"""
_STEPS_TAKEN_SQL = """
SELECT "order", "event", MAX("at_ms") FROM "order_events" WHERE "event" IN ('propose', 'approve', 'send')
GROUP BY "order", "event" ORDER BY "order", "event"
"""


class Measure(NamedTuple):
    """A hold or freeze that is or may be in force; `amount`: held, or asked for before the reply (minor units)."""

    order: int
    verb: str
    state: str
    case_id: str
    account: str
    body: str
    amount: int
    currency: str
    ground: str
    innocent: str
    follows: int


class LiftProposal(NamedTuple):
    """What software proposes to lift: `amount` minor units of what `order` holds, on a ground of schema/grounds.yaml."""

    order: int
    case_id: str
    account: str
    body: str
    amount: int
    currency: str
    ground: str
    innocent: str


class OverHeld(NamedTuple):
    """An account where orders hold more than is in dispute there (minor units)."""

    account: str
    currency: str
    held: int
    disputed: int


class Due(NamedTuple):
    """One line of the queue. `what`: code of schema/order_dues.yaml; `left_ms` is below zero once it is overdue."""

    what: str
    due_ms: int
    left_ms: int
    order: int
    verb: str
    state: str
    case_id: str
    account: str
    body: str
    amount: int | None
    currency: str


def lift_proposals(engine: Tables) -> list[LiftProposal]:
    """Every hold and freeze whose ground is gone, in whole or in part, by order. Reads orders, disputed, pulls, outcomes, appeals."""
    measures = [Measure(*row) for row in engine.rows(_MEASURES_SQL)]
    if not measures:
        return []
    there = _disputed(engine)
    upheld = {int(row[0]) for row in engine.rows(_UPHELD_SQL)}
    cleared = {row[0] for row in engine.rows(CLEARED_ACCOUNTS_SQL)}
    own = {row[0] for row in engine.rows(VICTIMS_ACCOUNTS_SQL)}
    good = {(row[0], row[1]) for row in engine.rows(GOOD_FAITH_SQL)}
    innocent: dict[str, str] = {}
    for account, code in engine.rows(_INNOCENT_SQL):
        if account not in innocent or HEAR_FIRST.index(code) < HEAR_FIRST.index(innocent[account]):
            innocent[account] = code
    found: list[LiftProposal] = []
    stays: list[Measure] = []
    for one in measures:
        # two persons who knew of the innocent explanation decided all the same: it is no news that ends their order
        known = one.innocent in HEAR_FIRST
        ground = (
            "appeal_upheld"
            if one.order in upheld
            else ""
            if one.ground == PROTECTIVE
            else "judged_nobody"
            if one.account in cleared
            else "victims_own_account"
            if one.account in own
            else "ground_gone"
            if (one.account, one.currency) not in there
            else "good_faith_shown"
            if not known and (one.account in innocent or (one.account, one.currency) in good)
            else ""
        )
        if ground:
            found.append(_proposal(one, one.amount, ground, innocent.get(one.account, one.innocent)))
        elif one.ground != PROTECTIVE:
            stays.append(one)
    found += excess(stays, there)
    return sorted(one._replace(case_id=case_today(engine, one.case_id)) for one in found)


def _proposal(one: Measure, amount: int, ground: str, innocent: str) -> LiftProposal:
    return LiftProposal(one.order, one.case_id, one.account, one.body, amount, one.currency, ground, innocent or "none")


def _disputed(engine: Tables) -> dict[tuple[str, str], int]:
    return {(row[0], row[1]): int(row[2]) for row in engine.rows(_DISPUTED_SQL)}


def _by_purse(measures: Iterable[Measure]) -> dict[tuple[str, str], list[tuple[Measure, int]]]:
    """Per account and currency each measure with what it takes of the sum in dispute; a freeze that was sent counts only for
    what it adds to the hold it follows."""
    found = list(measures)
    amounts = {one.order: one.amount for one in found}
    by_purse: dict[tuple[str, str], list[tuple[Measure, int]]] = defaultdict(list)
    for one in found:
        before = amounts.get(one.follows, 0) if one.verb == "freeze" and one.state == "sent" else 0
        by_purse[one.account, one.currency].append((one, max(0, one.amount - before)))
    return by_purse


def excess(measures: Iterable[Measure], there: dict[tuple[str, str], int]) -> list[LiftProposal]:
    """What is held above the sum in dispute, taken from the latest orders first."""
    found = []
    for purse, here in sorted(_by_purse(measures).items()):
        over = sum(taken for _, taken in here) - there[purse]
        for one, taken in reversed(here):
            if over <= 0:
                break
            part = min(over, taken)
            over -= part
            if part and (
                one.state == "in_force" or part == one.amount
            ):  # a part is lifted once the reply says what is held
                found.append(_proposal(one, part, "disputed_fell", one.innocent))
    return found


def over_held(engine: Tables) -> list[OverHeld]:
    """Accounts where orders hold or ask for more than is in dispute there now. Protective holds are the victim's own affair."""
    there = _disputed(engine)
    measures = (Measure(*row) for row in engine.rows(_MEASURES_SQL))
    sums = {
        purse: sum(taken for _, taken in here)
        for purse, here in _by_purse(one for one in measures if one.ground != PROTECTIVE).items()
    }
    return [
        OverHeld(*purse, held, there.get(purse, 0))
        for purse, held in sorted(sums.items())
        if held > there.get(purse, 0)
    ]


def due(engine: Tables, now_ms: int) -> list[Due]:
    """What must be done by when, as seen at `now_ms` (UTC ms), the most urgent first. Reads orders, order_events, appeals and
    what `lift_proposals` reads; what ended by itself before `now_ms` is not shown."""
    taken = {(int(row[0]), str(row[1])): int(row[2]) for row in engine.rows(_STEPS_TAKEN_SQL)}
    rows = {int(row[0]): row for row in engine.rows(_ORDERS_SQL)}
    found = [
        _line(row, *waits, now_ms)
        for row in rows.values()
        for waits in [_waits(row, taken, now_ms)]
        if waits is not None
    ]
    for one in lift_proposals(engine):
        row = rows[one.order]
        expires = row[10]
        if expires is None or expires > now_ms or row[2] == "sent":
            found.append(_line(row, "lift_propose", now_ms, now_ms)._replace(amount=one.amount))
    found += [
        _line(rows[int(number)], "appeal", int(due_ms), now_ms)
        for number, due_ms in engine.rows(_APPEALS_SQL)
        if int(number) in rows
    ]
    return sorted(found, key=lambda one: (one.due_ms, one.order, one.what))


def _line(row: Sequence[Any], what: str, due_ms: int, now_ms: int) -> Due:
    order, verb, state, case_id, account, body, amount, currency = row[:8]
    return Due(what, due_ms, due_ms - now_ms, int(order), verb, state, case_id, account, body, amount, currency)


def _waits(row: Sequence[Any], taken: dict[tuple[int, str], int], now_ms: int) -> tuple[str, int] | None:
    """What an order waits for and until when; None if for nothing."""
    order, verb, state, proposed_ms, from_ms, expires_ms = int(row[0]), row[1], row[2], int(row[8]), row[9], row[10]
    if state not in ("sent", "proposed", "approved", "in_force"):
        return None
    if expires_ms is not None and expires_ms <= now_ms and state != "sent":
        return None
    if state == "proposed":
        return "decide", proposed_ms + DECIDE_MS.get(verb, OTHERWISE_MS)
    if state == "approved":
        since = taken.get((order, "approve"), proposed_ms)
        return "lift_send" if verb == "lift" else "send", since + SEND_MS.get(verb, SEND_OTHERWISE_MS)
    if state == "sent":
        since = taken.get((order, "send"), proposed_ms)
        return "lift_confirm" if verb == "lift" else "reply", since + REPLY_MS.get(verb, OTHERWISE_MS)
    if verb == "freeze" and from_ms is not None and expires_ms is not None:
        review = from_ms + ((now_ms - from_ms) // REVIEW_MS + 1) * REVIEW_MS
        return ("freeze_review", review) if review < expires_ms else ("freeze_ends", expires_ms)
    return (ENDS[verb], int(expires_ms)) if expires_ms is not None else None


def wanted_measures(engine: Tables) -> dict[tuple[str, str, str], int]:
    """What holds and freezes that are proposed, decided or in force take, by case, account and currency (minor units)."""
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for (account, currency), here in _by_purse(Measure(*row) for row in engine.rows(_WANTED_SQL)).items():
        for one, taken in here:
            found[one.case_id, account, currency] += taken
    return found
