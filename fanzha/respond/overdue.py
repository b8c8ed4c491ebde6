"""What is due: measures about to end, replies that are missing, lifts to be decided because their ground is gone.

Nothing here decides. A measure ends by itself; a lift is proposed and a named person decides it (反诈法 art. 20: timely
lifting; art. 32: at once when an appeal is upheld).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fanzha.respond.ground import CLEARED_ACCOUNTS_SQL, GOOD_FAITH_SQL, VICTIMS_ACCOUNTS_SQL, case_today
from fanzha.respond.orders import HEAR_FIRST, HOUR_MS, PROTECTIVE, REVIEW_MS, Order
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
_OBJECTIONS_SQL = """
SELECT "account", "currency", "claim", "due_ms" FROM "appeals"
WHERE "subject" = 'return' AND "state" IN ('received', 'assigned') ORDER BY "appeal"
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
    """One line of the queue. `what`: code of schema/order_dues.yaml; `left_ms` is below zero once it is overdue. An objection to a
    return is about no order (-1), but about the case of the payment that it names."""

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


def due(engine: Tables, orders: Sequence[Order], now_ms: int) -> list[Due]:
    """What must be done by when, the most urgent first. `orders`: as they stand at `now_ms` (UTC ms). Reads appeals and what
    `lift_proposals` reads; what ended by itself is not shown."""
    by_number = {one.order: one for one in orders}
    found = [_line(one, what, due_ms, now_ms) for one in orders for what, due_ms in _waits(one, now_ms)]
    for lift in lift_proposals(engine):
        about = by_number.get(lift.order)
        if about is not None and (about.state in ("sent", "in_force") or about.is_late):
            found.append(_line(about, "lift_propose", now_ms, now_ms)._replace(amount=lift.amount))
    found += [
        _line(by_number[int(number)], "appeal", int(due_ms), now_ms)
        for number, due_ms in engine.rows(_APPEALS_SQL)
        if int(number) in by_number
    ]
    for account, currency, claim, due_ms in engine.rows(_OBJECTIONS_SQL):
        case_id = case_today(engine, "-".join(str(claim).split("-")[:2]))
        left_ms = int(due_ms) - now_ms
        found.append(Due("objection", int(due_ms), left_ms, -1, "return", "", case_id, account, "", None, currency))
    return sorted(found, key=lambda one: (one.due_ms, one.order, one.what))


def _line(one: Order, what: str, due_ms: int, now_ms: int) -> Due:
    amount = one.amount if one.held is None else one.held
    about = one.order, one.verb, one.state, one.case_id, one.account, one.body, amount, one.currency
    return Due(what, due_ms, due_ms - now_ms, *about)


def _waits(one: Order, now_ms: int) -> list[tuple[str, int]]:
    """What an order waits for, each with until when. A freeze waits for its review, and in its last month for its end as well."""
    since = {event.code: event.at_ms for event in one.events}
    verb, ends = one.verb, one.expires_ms
    if one.state == "proposed":
        return [("decide", one.proposed_ms + DECIDE_MS.get(verb, OTHERWISE_MS))]
    if one.state == "approved":
        decided = since.get("approve", one.proposed_ms)
        return [("lift_send" if verb == "lift" else "send", decided + SEND_MS.get(verb, SEND_OTHERWISE_MS))]
    if one.state == "sent" or one.is_late:
        sent = since.get("send", one.proposed_ms)
        return [("lift_confirm" if verb == "lift" else "reply", sent + REPLY_MS.get(verb, OTHERWISE_MS))]
    if one.state != "in_force" or ends is None:
        return []
    reviewed = one.review_ms is not None and one.review_ms < ends
    found = [("freeze_review", one.review_ms)] if one.review_ms is not None and reviewed else []
    return found if reviewed and ends - now_ms > REVIEW_MS else [*found, (ENDS[verb], ends)]


def wanted_measures(engine: Tables) -> dict[tuple[str, str, str], int]:
    """What holds and freezes that are proposed, decided or in force take, by case, account and currency (minor units)."""
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for (account, currency), here in _by_purse(Measure(*row) for row in engine.rows(_WANTED_SQL)).items():
        for one, taken in here:
            found[one.case_id, account, currency] += taken
    return found
