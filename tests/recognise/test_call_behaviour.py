"""Calls: a swindler's box is found, honest heavy callers are not; no row is written of who is spared; order and copies do not matter."""

import random
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from call_lives import DAY, HOUR, START, Exchange, Row, gateway, lives, reporters, reports, sim_box
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.model.words import vocabulary
from fanzha.recognise import call_habits
from fanzha.recognise.call_behaviour import call_behaviour
from fanzha.recognise.call_habits import Line, neighbours
from fanzha.recognise.call_rules import (
    BOX_CARD,
    GROUNDS,
    LINE_CARD,
    LINE_RULES,
    READINGS,
    RULES,
    SEAT_CARD,
    measured,
    read,
    within_budget,
)
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.tables import table
from tests.test_portable_sql import check

ALWAYS = 1 << 62
QUIET = Line("+8617800000001", *([0] * 11), False, START, START)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def put(engine: Engine, name: str, rows: list[Row]) -> None:
    engine.clear(name)
    if rows:
        engine.put(name, pa.Table.from_pylist(rows, schema=arrow_schema(table(name))))


def read_calls(engine: Engine, calls: list[Row], as_of: int = ALWAYS, **others: list[Row]) -> dict[str, dict[str, Any]]:
    """The rows of the table by value."""
    for name in ("mentions", "pulls", "reports"):
        put(engine, name, others.get(name, []))
    put(engine, "calls", calls)
    assert call_behaviour(engine, as_of) == ("call_behaviour",)
    return {row["value"]: row for row in engine.all_rows("call_behaviour").to_pylist()}


def mention(value: str, role: str, row: int) -> Row:
    return {"file": 9, "row": row, "byte_offset": 0, "kind": "phone", "value": value, "role": role, "valid": True}


def numbers_of(calls: list[Row]) -> set[str]:
    return {row["subscriber"] for row in calls if row.get("imei")}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_sim_box_is_found_with_every_number_in_it(engine: Engine, seed: int) -> None:
    calls = sim_box(seed)
    found = read_calls(engine, calls)
    devices = {row["imei"] for row in calls if row.get("imei")}
    assert {value for value, row in found.items() if row["likeliest"] == "fraud"} == numbers_of(calls) | devices
    for row in found.values():
        assert row["innocent"] and sum(row[code] for code in READINGS) <= 1000


def test_honest_heavy_callers_are_no_swindlers(engine: Engine) -> None:
    found = read_calls(engine, lives(3, 4), mentions=reporters(3), reports=reports(3))
    assert len(found) > 35, "the rules should see them, or this proves nothing"
    assert not [row for row in found.values() if row["likeliest"] == "fraud"]
    assert Counter(row["likeliest"] for row in found.values())["work"] > 25


def test_a_box_among_honest_people_is_the_only_one(engine: Engine) -> None:
    box = sim_box(104)
    moved = [row | {"file": row["file"] + 2} for row in box]
    found = read_calls(engine, [*lives(4, 2), *moved])
    named = {value for value, row in found.items() if row["likeliest"] == "fraud"}
    assert named == numbers_of(box) | {row["imei"] for row in box if row.get("imei")}


def test_the_same_lines_behind_a_firms_gateway_are_work(engine: Engine) -> None:
    """As many numbers in one device that never moves; but people call there and are called again."""
    x = Exchange(5)
    gateway(x, "7000-1")
    (row,) = [row for row in read_calls(engine, x.rows).values() if row["kind"] == "imei"]
    assert row["likeliest"] == "work" and row["innocent"].startswith("gateway")


def test_strangers_alone_are_not_enough(engine: Engine) -> None:
    """A line that only calls out looks like a swindler's: without a further ground it stays open."""
    for seen in ("reaches_once", "nobody_calls_back", "never_moves", "seldom_answered", "in_turn", "short_talks"):
        assert seen not in GROUNDS
    cold = QUIET._replace(
        people=900, calls=900, answered=300, short=280, once=900, own=True, cells=1, located=900, days=10
    )
    reading = read(cold, LINE_RULES, LINE_CARD)
    assert reading is not None and reading.shares[0] >= 800 and reading.likeliest == "open"
    named = read(cold._replace(named=1), LINE_RULES, LINE_CARD)
    assert named is not None and named.likeliest == "fraud"


def test_what_is_spared_is_never_written_of(engine: Engine) -> None:
    calls = sim_box(6)
    numbers = sorted(numbers_of(calls))
    (device,) = {row["imei"] for row in calls if row.get("imei")}
    judged = [
        {"kind": kind, "value": value, "why": "judged"} for kind, value in (("phone", numbers[1]), ("imei", device))
    ]
    found = read_calls(engine, calls, mentions=[mention(numbers[0], "own", 1)], pulls=judged)
    assert not {numbers[0], numbers[1], device} & set(found)
    assert set(numbers[2:]) <= set(found)


@pytest.mark.parametrize("number", ["95588", "96110", "4008001234", "106901234567", "+8613*****678"])
def test_service_numbers_are_left_out(engine: Engine, number: str) -> None:
    calls = [
        {"file": 1, "row": n, "byte_offset": 0, "subscriber": f"+8613900{n:06d}", "counterparty": number, "direction": "in",
         "medium": "sms", "at_ms": START + n * 1000, "duration_seconds": 0}
        for n in range(80)
    ]  # fmt: skip
    assert not read_calls(engine, calls)


def test_reporters_bills_alone_tell_who_called_several(engine: Engine) -> None:
    """Only the reporters' own records are held: who called three of them and never answered is found, a friend is not."""
    swindler, friend, courier = "+8617855500001", "+8617855500002", "+8617855500003"
    calls: list[Row] = []
    for n, reporter in enumerate(("+8613911100001", "+8613911100002", "+8613911100003")):
        for other, direction, at, seconds in (
            (swindler, "in", HOUR, 500), (swindler, "out", 9 * HOUR, 0), (friend, "in", DAY, 60), (friend, "out", 2 * DAY, 60),
            (courier, "in", 3 * DAY, 9), (courier, "out", 3 * DAY + HOUR, 8),
        ):  # fmt: skip
            base = {"file": n, "row": len(calls), "byte_offset": 0, "medium": "voice", "duration_seconds": seconds}
            calls.append(
                base | {"subscriber": reporter, "counterparty": other, "direction": direction, "at_ms": START + at}
            )
    own = [mention(f"+861391110000{n}", "own", n) for n in (1, 2, 3)]
    found = read_calls(engine, calls, mentions=own)
    assert set(found) == {swindler}
    assert found[swindler]["patterns"] == "called_reporters" and found[swindler]["likeliest"] == "fraud"


def test_who_calls_reporters_back_is_no_swindler_for_that(engine: Engine) -> None:
    """The same calls before and after the report: police, banks and families call after it."""
    calls: list[Row] = [
        {"file": n, "row": n, "byte_offset": 0, "subscriber": f"+861391110000{n}", "counterparty": "+8617855500001",
         "direction": "in", "medium": "voice", "at_ms": START + DAY, "duration_seconds": 90}
        for n in range(4)
    ]  # fmt: skip
    own = [mention(f"+861391110000{n}", "own", n) for n in range(4)]
    for reported, rows in ((START + 2 * DAY, 1), (START, 0)):
        told = [{"file": 9, "row": n, "byte_offset": 0, "at_ms": reported} for n in range(4)]
        assert len(read_calls(engine, calls, mentions=own, reports=told)) == rows


def test_both_sides_of_a_call_count_once(engine: Engine) -> None:
    calls = sim_box(7)
    one_side = [row for row in calls if row["direction"] == "out"]
    whole, half = read_calls(engine, calls), read_calls(engine, one_side)
    assert {v: row["calls"] for v, row in whole.items()} == {v: row["calls"] for v, row in half.items()}


def test_copies_and_order_change_nothing(engine: Engine) -> None:
    calls = [*sim_box(8), *lives(8, 1)]
    first = read_calls(engine, calls)
    mixed = [row | {"file": row["file"] + 10} for row in calls if row["direction"] == "in"] + calls
    random.Random(0).shuffle(mixed)
    assert read_calls(engine, mixed).keys() == first.keys()
    random.Random(1).shuffle(calls)
    assert read_calls(engine, calls) == first


def test_nothing_after_the_moment_counts(engine: Engine) -> None:
    calls = sim_box(9)
    middle = START + 15 * DAY
    assert read_calls(engine, calls, middle) == read_calls(engine, [r for r in calls if r["at_ms"] <= middle], middle)
    assert not read_calls(engine, [])


def test_a_card_that_moves_between_devices(engine: Engine) -> None:
    rows: list[Row] = [
        {"file": 1, "row": n, "byte_offset": 0, "subscriber": "+8617866600001", "counterparty": f"+86139{n:08d}", "direction": "out",
         "medium": "voice", "at_ms": START + n * HOUR // 4, "duration_seconds": 5, "imei": f"3500000000000{n % 8}",
         "imsi": "460001234567890"}
        for n in range(60)
    ]  # fmt: skip
    found = read_calls(engine, rows)
    assert (
        found["460001234567890"]["patterns"] == "moved_between_devices"
        and found["460001234567890"]["likeliest"] == "fraud"
    )
    assert "many_devices_a_day" in found["+8617866600001"]["signs"]


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "+8613800000001", "+8613800000002", "HDFCBK", "95588", "+", "x' OR 1=1 --", "＋８６"]),
            st.sampled_from(["", "+8613800000003", "+8613800000001", "\0", "🙂"]),
            st.sampled_from(["out", "in", "forward", ""]),
            st.sampled_from(["voice", "sms", ""]),
            st.one_of(st.none(), st.integers(-(1 << 60), 1 << 60)),
            st.one_of(st.none(), st.integers(0, 1 << 40)),
            st.sampled_from(["", "35000000000001"]),
        ),
        max_size=60,
    )
)
def test_whatever_the_records_say_the_table_is_made(drawn: list[tuple[Any, ...]]) -> None:
    engine = Engine()
    names = ("subscriber", "counterparty", "direction", "medium", "at_ms", "duration_seconds", "imei")
    rows = [dict(zip(names, one, strict=True)) | {"file": 1, "row": n, "byte_offset": 0} for n, one in enumerate(drawn)]
    read_calls(engine, rows)


@given(st.lists(st.integers(10**10, 10**11), min_size=1, max_size=40, unique=True))
def test_neighbours_by_counting(numbers: list[int]) -> None:
    beside = sum(any(0 < abs(a - b) <= 20 for b in numbers) for a in numbers)
    assert neighbours(("c", f"+{n}") for n in numbers) == {"c": 1000 * beside // len(numbers)}


def test_every_statement_is_portable() -> None:
    statements = [text for name, text in vars(call_habits).items() if name.endswith("_SQL")]
    assert len(statements) >= 9
    for sql in statements:
        check(sql)


def test_each_sign_moves_its_reading_the_way_its_points_say() -> None:
    """What speaks for fraud never speaks for a private line, and no sign speaks for all."""
    for sign in (*LINE_CARD, *SEAT_CARD, *BOX_CARD):
        assert min(sign.points) < max(sign.points), sign.code
        assert sign.fraud * sign.private <= 0, sign.code


def test_words_of_every_code() -> None:
    assert set(vocabulary("call_patterns")) == {rule.code for rule in RULES}
    assert set(vocabulary("call_signs")) == {sign.code for sign in (*LINE_CARD, *SEAT_CARD, *BOX_CARD)} >= GROUNDS
    assert set(vocabulary("call_readings")) == {*READINGS, "open"}
    assert set(vocabulary("call_innocent")) == {code for rule in RULES for code in rule.innocent}
    assert all(term.note_en and term.note_zh for term in vocabulary("call_patterns").values())


def test_every_rule_was_measured_and_one_over_its_budget_is_off() -> None:
    assert set(measured()) == {rule.code for rule in RULES}
    for rule in RULES:
        assert within_budget(rule, measured()), rule.code
        assert not within_budget(rule, {rule.code: {"honest": 100, "as_fraud": 20}})
        assert not within_budget(rule, {})
