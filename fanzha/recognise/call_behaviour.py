"""The stage: numbers, SIMs and devices whose calls and messages a person should look at. Contract: the table `call_behaviour`.

Each row is a reading with its signs and its innocent explanations, of equal rank; software never acts on it alone. Nothing is written
of a reporter's own number, of service numbers, or of what a person judged nobody's.
"""

from collections.abc import Mapping
from typing import Any, Final

from fanzha.recognise.call_habits import Box, Habits, Line, Seat, habits
from fanzha.recognise.call_rules import (
    BOX_CARD,
    BOX_RULES,
    LINE_CARD,
    LINE_RULES,
    SEAT_CARD,
    SEAT_RULES,
    Boxed,
    Reading,
    read,
)
from fanzha.store.contract import Tables

MADE: Final = ("call_behaviour",)
Row = tuple[Any, ...]


def call_behaviour(engine: Tables, as_of: int) -> tuple[str, ...]:
    """Make the table `call_behaviour` from calls, mentions and pulls up to `as_of` (UTC ms). Returns the names of the tables made."""
    engine.replace_rows("call_behaviour", rows(habits(engine, as_of)))
    return MADE


def rows(found: Habits) -> list[Row]:
    """Rows of `call_behaviour`, sorted by kind and value."""
    made: dict[tuple[str, str], Row] = {}
    for line in found.lines:
        reading = read(line, LINE_RULES, LINE_CARD)
        if reading is not None:
            made["phone", line.value] = _line(line, reading)
    for seat in found.seats:
        reading = read(seat, SEAT_RULES, SEAT_CARD)
        if reading is not None and (seat.kind, seat.value) not in made:  # a number that calls is read by what it does
            made[seat.kind, seat.value] = _seat(seat, reading)
    lines = {line.value: line for line in found.lines}
    cold = frozenset(value for kind, value in made if kind == "phone" and value in lines)
    for box in found.boxes:
        reading = read(boxed(box, lines, cold), BOX_RULES, BOX_CARD)
        if reading is not None:
            made["imei", box.value] = _box(box, reading)
    return [made[key] for key in sorted(made)]


def boxed(box: Box, lines: Mapping[str, Line], cold: frozenset[str]) -> Boxed:
    """A device with what its numbers did; `cold`: numbers that a rule found."""
    inside = [lines[number] for number in box.numbers if number in lines]
    return Boxed(
        box,
        sum(line.value in cold for line in inside),
        sum(line.calls for line in inside),
        sum(line.people for line in inside),
        sum(line.once for line in inside),
        sum(line.regulars for line in inside),
        sum(line.back for line in inside),
        sum(line.came for line in inside),
        sum(line.reporters for line in inside),
    )


def _row(kind: str, value: str, reading: Reading, counts: tuple[int, int, int], times: tuple[int, int]) -> Row:
    return (
        kind, value, ",".join(reading.rules), *reading.shares, reading.likeliest, ",".join(reading.signs), ",".join(reading.innocent),
        *counts, *times,
    )  # fmt: skip


def _line(one: Line, reading: Reading) -> Row:
    return _row(
        "phone", one.value, reading, (one.calls + one.texts, one.people, one.devices), (one.first_ms, one.last_ms)
    )


def _seat(one: Seat, reading: Reading) -> Row:
    return _row(one.kind, one.value, reading, (one.rows, 0, one.devices_day), (one.first_ms, one.last_ms))


def _box(one: Box, reading: Reading) -> Row:
    return _row("imei", one.value, reading, (one.rows, 0, one.lines), (one.first_ms, one.last_ms))
