"""The queue of what is due, lifts whose ground is gone, and accounts where too much is held: from tables put by hand."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest

from fanzha.model.words import vocabulary
from fanzha.respond.orders import REVIEW_MS, Event, Order
from fanzha.respond.overdue import DAY_MS, MINUTE_MS, due, lift_proposals, over_held
from fanzha.respond.propose import propose
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.tables import table
from tests.respond.order_desk import HOUR

NOW = 1_790_000_000_000
Row = dict[str, Any]


def put(engine: Engine, name: str, *rows: Row) -> None:
    engine.put(name, pa.Table.from_pylist(list(rows), schema=arrow_schema(table(name))))


def order(number: int, amount: int = 40_000, **other: Any) -> Row:
    return {
        "order": number, "verb": "hold", "state": "in_force", "case_id": "1-1", "account": "622201", "body": "测试银行",
        "amount_minor": amount, "currency": "CNY", "held_minor": amount, "ground": "traced_amount", "law": "pboc_261",
        "innocent": "none", "follows": -1, "proposer": "张", "approvers": "张", "proposed_ms": NOW - 2 * HOUR,
        "from_ms": NOW - HOUR, "expires_ms": NOW + 47 * HOUR, "reason": "急", **other,
    }  # fmt: skip


def standing(number: int, sent_ms: int | None = None, review_ms: int | None = None, **other: Any) -> Order:
    """The same order as a record."""
    row = order(number, **other)
    row |= {"amount": row.pop("amount_minor"), "held": row.pop("held_minor"), "approvers": (row["approvers"],)}
    sent = () if sent_ms is None else (Event(0, sent_ms, "张", "send", "sent", None, ""),)
    return Order(**row, sent_ms=sent_ms, ended_ms=None, admission=0, extensions=0, events=sent, review_ms=review_ms)


def disputed(held: int, account: str = "622201", **other: Any) -> Row:
    return {
        "case_id": "1-1", "account": account, "bank": "测试银行", "tier": 2, "arrived_ms": NOW - 3 * HOUR, "received_minor": held,
        "passed_minor": 0, "exited_minor": 0, "held_minor": held, "unlocated_minor": 0, "currency": "CNY", "statement": True,
        "statement_end_ms": NOW - HOUR, "innocent": "none", **other,
    }  # fmt: skip


def lifts(*orders: Row, **tables: Sequence[Row]) -> list[tuple[int, int, str]]:
    engine = Engine()
    put(engine, "orders", *orders)
    for name, rows in tables.items():
        put(engine, name, *rows)
    found = [(one.order, one.amount, one.ground) for one in lift_proposals(engine)]
    propose(engine, NOW)
    steps = [row for row in engine.all_rows("steps").to_pylist() if row["verb"] == "lift"]
    assert sorted((row["amount_minor"], row["ground"]) for row in steps) == sorted(one[1:] for one in found)
    assert {ground for _, _, ground in found} <= set(vocabulary("grounds"))
    return found


CLEARED = {"kind": "account", "value": "622201", "reports": 1, "weight": 0, "joins": False, "why": "judged"}
OUTCOME = {
    "account": "622201",
    "currency": "CNY",
    "mule": 100,
    "merchant_front": 100,
    "good_faith": 800,
    "likeliest": "good_faith",
}
OWN = {
    "payments": [{"case_id": "1-1", "file": 1, "row": 1, "n": 1, "payee": "622209", "transfer": 7, "state": "found"}],
    "transfers": [{"transfer": 7, "payer": "622201", "payee": "622209", "amount_minor": 40_000}],
}


def test_what_keeps_its_ground_is_not_lifted() -> None:
    assert lifts(order(1), disputed=[disputed(40_000)]) == []
    assert lifts(order(1, state="lifted"), order(2, state="expired"), order(3, verb="query")) == [], (
        "nothing is in force"
    )


@pytest.mark.parametrize(
    ("tables", "ground"),
    [
        ({"disputed": [disputed(40_000)], "pulls": [CLEARED]}, "judged_nobody"),
        ({}, "ground_gone"),
        ({"disputed": [disputed(40_000, innocent="shop")]}, "good_faith_shown"),
        ({"disputed": [disputed(40_000)], "outcomes": [OUTCOME]}, "good_faith_shown"),
        ({"disputed": [disputed(40_000)], "appeals": [{"appeal": 9, "order": 1, "state": "upheld"}]}, "appeal_upheld"),
        ({"disputed": [disputed(40_000)], **OWN}, "victims_own_account"),
    ],
)
def test_a_lost_ground_is_proposed_to_be_lifted_whole(tables: dict[str, Sequence[Row]], ground: str) -> None:
    assert lifts(order(1), **tables) == [(1, 40_000, ground)]


def test_what_two_persons_decided_in_knowledge_is_not_undone_by_the_same_knowledge() -> None:
    known = order(1, innocent="shop")
    assert lifts(known, disputed=[disputed(40_000, innocent="shop")], outcomes=[OUTCOME]) == []


def test_a_protective_hold_has_no_other_ground_than_the_victims_word() -> None:
    assert lifts(order(1, ground="protective_hold"), **OWN) == []
    upheld = [{"appeal": 9, "order": 1, "state": "upheld"}]
    assert lifts(order(1, ground="protective_hold"), appeals=upheld) == [(1, 40_000, "appeal_upheld")]


def test_what_is_held_above_the_sum_in_dispute_is_given_back_from_the_latest_order() -> None:
    orders = (order(1, 30_000), order(2, 20_000), order(3, 10_000, account="622202"))
    rows = [disputed(25_000), disputed(10_000, "622202"), disputed(5_000, case_id="1-2")]
    assert lifts(*orders, disputed=rows) == [(2, 20_000, "disputed_fell")], (
        "25 000 and 5 000 of two cases are in dispute"
    )
    assert lifts(*orders, disputed=[disputed(12_000), disputed(10_000, "622202")]) == [
        (1, 18_000, "disputed_fell"),
        (2, 20_000, "disputed_fell"),
    ]
    engine = Engine()
    put(engine, "orders", *orders)
    put(engine, "disputed", *rows)
    assert over_held(engine) == [("622201", "CNY", 50_000, 30_000)]


def test_the_lift_is_proposed_in_the_case_of_today() -> None:
    engine = Engine()
    put(engine, "orders", order(1, case_id="3-2"))
    put(engine, "case_reports", {"case_id": "1-1", "file": 3, "row": 2})
    assert [one.case_id for one in lift_proposals(engine)] == ["1-1"]


def test_the_queue_is_in_the_order_of_urgency_and_says_what_is_left() -> None:
    engine, open_ = Engine(), {"held_minor": None, "from_ms": None}
    ended = {"expires_ms": None, "from_ms": None, "held_minor": None}
    orders = [
        standing(1),
        standing(2, state="proposed", expires_ms=NOW + 46 * HOUR, **open_),
        standing(3, state="sent", sent_ms=NOW - HOUR, **open_),
        standing(4, verb="lift", state="approved", follows=1, **ended),
        standing(5, verb="freeze", review_ms=NOW + 29 * DAY_MS, expires_ms=NOW + 179 * DAY_MS),
        standing(6, verb="freeze", review_ms=NOW + 10 * DAY_MS, expires_ms=NOW + 5 * DAY_MS),
        standing(7, state="expired", expires_ms=NOW),
        standing(8, verb="query", state="answered", expires_ms=None),
        standing(9, verb="lift", state="sent", sent_ms=NOW - 20 * MINUTE_MS, follows=1, **ended),
        standing(10, verb="watch", expires_ms=NOW + 3 * DAY_MS),
        standing(11, state="expired", sent_ms=NOW - 50 * HOUR, expires_ms=NOW - HOUR, **open_),
    ]
    put(engine, "disputed", disputed(500_000))
    put(engine, "appeals", {"appeal": 20, "order": 1, "state": "assigned", "due_ms": NOW + 2 * DAY_MS})
    found = due(engine, orders, NOW)
    assert [(one.order, one.what, one.left_ms) for one in found] == [
        (11, "reply", 30 * MINUTE_MS - 50 * HOUR),
        (4, "lift_send", -2 * HOUR),
        (2, "decide", 5 * MINUTE_MS - 2 * HOUR),
        (3, "reply", 30 * MINUTE_MS - HOUR),
        (9, "lift_confirm", 10 * MINUTE_MS),
        (1, "hold_ends", 47 * HOUR),
        (1, "appeal", 48 * HOUR),
        (10, "watch_ends", 3 * DAY_MS),
        (6, "freeze_ends", 5 * DAY_MS),
        (5, "freeze_review", 29 * DAY_MS),
    ]
    assert {one.what for one in found} <= set(vocabulary("order_dues"))
    assert all(one.due_ms - NOW == one.left_ms for one in found)


def test_a_review_that_is_overdue_stays_in_the_queue_and_hides_no_end() -> None:
    engine, freeze = Engine(), {"verb": "freeze", "review_ms": NOW - 3 * DAY_MS}
    for ends, whats in ((NOW + REVIEW_MS + 1, ["freeze_review"]), (NOW + REVIEW_MS, ["freeze_review", "freeze_ends"])):
        found = due(engine, [standing(1, expires_ms=ends, **freeze)], NOW)
        assert [one.what for one in found] == whats
        assert found[0].left_ms == -3 * DAY_MS, "not done, it does not move on by itself"


def test_a_lift_to_be_decided_stands_in_the_queue_now() -> None:
    engine = Engine()
    put(engine, "orders", order(1), order(2, expires_ms=NOW - 1, account="622202"))
    orders = [standing(1), standing(2, state="expired", expires_ms=NOW - 1, account="622202")]
    assert [(one.order, one.what, one.left_ms) for one in due(engine, orders, NOW)] == [
        (1, "lift_propose", 0),
        (1, "hold_ends", 47 * HOUR),
    ]
