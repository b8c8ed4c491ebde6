"""Numbers of steps: what a person saw as the third step is the third step, whatever was ordered since."""

import random
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest

from fanzha.respond.propose import propose
from fanzha.respond.steps import NO_ORDER, Step, ranked
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.tables import table
from tests.respond.test_overdue import disputed, order

NOW = 1_790_000_000_000
Row = dict[str, Any]


def put(engine: Engine, name: str, rows: Sequence[Row]) -> None:
    engine.put(name, pa.Table.from_pylist(list(rows), schema=arrow_schema(table(name))))


def steps(orders: Sequence[Row], rows: Sequence[Row], **tables: Sequence[Row]) -> list[Row]:
    engine = Engine()
    put(engine, "orders", orders)
    put(engine, "disputed", rows)
    for name, given in tables.items():
        put(engine, name, given)
    propose(engine, NOW)
    made: list[Row] = engine.all_rows("steps").to_pylist()
    return made


def same(step: Row) -> tuple[Any, ...]:
    return tuple(step[name] for name in ("case_id", "verb", "target", "currency", "ground"))


def ordered(step: Row, number: int, state: str) -> Row:
    verb = "hold" if step["verb"] == "hold" else "query"
    amount = step["amount_minor"] if verb == "hold" else None
    held = amount if state == "in_force" else None
    return order(
        number, amount or 0, verb=verb, state=state, case_id=step["case_id"], account=step["target"],
        amount_minor=amount, held_minor=held, currency=step["currency"], ended_ms=NOW,
    )  # fmt: skip


def test_the_third_step_stays_the_third_when_the_first_is_adopted() -> None:
    rows = [disputed(amount, f"62220{n}") for n, amount in enumerate((90_000, 70_000, 50_000, 30_000))]
    before = steps([], rows)
    assert [(s["rank"], s["number"]) for s in before] == [(n, n) for n in range(1, 5)], "nothing ordered: as ranked"
    after = steps([ordered(before[0], 10, "proposed")], rows)
    assert [(s["rank"], s["number"], s["target"]) for s in after] == [
        (1, 2, "622201"),
        (2, 3, "622202"),
        (3, 4, "622203"),
    ]
    part = [ordered(before[0] | {"amount_minor": 80_000}, 10, "proposed")]
    assert [(s["number"], s["amount_minor"]) for s in steps(part, rows)] == [
        (2, 70_000), (3, 50_000), (4, 30_000), (1, 10_000)
    ], "what is left of the first comes last and is still called the first"  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_no_order_moves_the_number_of_a_step(seed: int) -> None:
    rng = random.Random(seed)
    rows = [
        disputed(
            rng.randint(0, 500_000), f"6222{n:04}", case_id=rng.choice(("1-1", "1-2")), statement=rng.random() < 0.6,
            unlocated_minor=rng.choice((0, 300_000)), tier=rng.choice((1, 2)), currency=rng.choice(("CNY", "USD")),
            innocent=rng.choice(("none", "none", "shop")), statement_end_ms=NOW - rng.choice((1, 60)) * 3_600_000,
        )
        for n in range(14)
    ]  # fmt: skip
    before = steps([], rows)
    numbers = {same(step): step["number"] for step in before}
    assert len(numbers) == len(before)
    orders: list[Row] = []
    for number in range(20, 25):
        now = steps(orders, rows)
        found = [(step["case_id"], step["number"]) for step in now]
        assert len(set(found)) == len(found), "each number once in its case"
        for step in now:
            if step["verb"] != "lift":
                assert step["number"] == numbers[same(step)]
        ranks: dict[str, list[int]] = {}
        for step in now:
            ranks.setdefault(step["case_id"], []).append(step["rank"])
        assert all(found == list(range(1, len(found) + 1)) for found in ranks.values())
        can = [step for step in now if step["verb"] in ("hold", "request_statement")]
        if not can:
            break
        state = rng.choice(("proposed", "sent", "in_force", "declined", "expired"))
        orders.append(ordered(rng.choice(can), number, state))


def test_a_lift_keeps_its_number_when_another_is_adopted() -> None:
    orders = [order(n, account=f"62220{n}") for n in (11, 12, 13)]
    rows = [disputed(5_000, "622299")]
    before = steps(orders, rows)
    assert [(s["rank"], s["verb"], s["number"]) for s in before] == [
        (1, "lift", 2),
        (2, "lift", 3),
        (3, "lift", 4),
        (4, "hold", 1),
    ], "first in order, numbered after the plan"
    orders[0] |= {"state": "lifted", "held_minor": 0}
    orders.append(order(14, verb="lift", state="approved", follows=11, account="6222011", from_ms=None))
    orders.append(order(15, account="622299", amount=5_000, state="proposed", held_minor=None))
    after = steps(orders, rows)
    assert [(s["verb"], s["target"], s["number"]) for s in after] == [("lift", "6222012", 3), ("lift", "6222013", 4)]


def test_steps_that_differ_only_in_amount_take_their_numbers_in_turn() -> None:
    def step(amount: int, verb: str = "request_statement", **other: Any) -> Step:
        made = Step("1-1", verb, "account", "A", "", amount, "CNY", None, "payments_not_listed", "none", amount)
        return made._replace(**other)

    plan = [step(5), step(9), step(7, target="B")]
    rows = ranked([step(5), step(9)], plan, {})
    assert [(row[1], row[2], row[7]) for row in rows] == [(1, 1, 9), (2, 3, 5)]
    other = step(9, "clarify_report", target="3-1", target_kind="report")
    lift = step(4, "lift", lifts=8, ground="ground_gone")
    rows = ranked([other, step(7, target="B"), lift], plan, {"1-1": [7, 8]})
    assert [(row[3], row[2]) for row in rows] == [("lift", 5), ("clarify_report", 6), ("request_statement", 2)]
    assert all(len(row) == len(table("steps").columns) for row in rows) and step(1).lifts == NO_ORDER
