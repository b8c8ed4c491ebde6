"""How each number and device in the call records behaves, in counts: what `call_rules.py` reads. The set work is SQL.

A number's own records, where its operator gave them, tell all it did; of every other number only what it did with those whose
records are held. So `own` is kept beside the counts, and what needs the whole (no call came in, one cell) is said of own records only.
A call that both sides' records show counts once: the caller's own record of that time goes first. Where no duration is stated a call
counts as answered: what is not known speaks for nobody's guilt.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, Final, NamedTuple

from fanzha.clean import phone
from fanzha.store.contract import Tables

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
PEOPLE_MIN: Final = 20  # fewer people called or written to are an ordinary telephone
LINES_MIN: Final = 3  # numbers in one device, or devices of one number
SHORT_SECONDS: Final = 30
NEAR: Final = 20  # two numbers called that are no further apart are neighbours in the numbering plan
NOT_A_LINE: Final = frozenset(
    {"short_code", "toll_free", "sms_port", "partial"}
)  # service numbers are many lines of one body

# Who called whom, once: (caller, callee, medium, at_ms, seconds).
_MADE: Final = """
held AS (
  SELECT "subscriber", MIN("at_ms") AS "from_ms", MAX("at_ms") AS "to_ms" FROM "calls"
  WHERE "direction" = 'out' AND "subscriber" <> '' AND "at_ms" <= ? GROUP BY "subscriber"
), made AS (
  SELECT "subscriber" AS "caller", "counterparty" AS "callee", "medium", "at_ms",
    MAX(COALESCE("duration_seconds", 1)) AS "seconds"
  FROM "calls" WHERE "direction" = 'out' AND "subscriber" <> '' AND "counterparty" <> '' AND "at_ms" <= ?
  GROUP BY "subscriber", "counterparty", "medium", "at_ms"
  UNION ALL
  SELECT c."counterparty", c."subscriber", c."medium", c."at_ms", MAX(COALESCE(c."duration_seconds", 1))
  FROM "calls" AS c LEFT JOIN held AS h
    ON h."subscriber" = c."counterparty" AND c."at_ms" >= h."from_ms" AND c."at_ms" <= h."to_ms"
  WHERE c."direction" = 'in' AND c."subscriber" <> '' AND c."counterparty" <> '' AND c."at_ms" <= ?
    AND h."subscriber" IS NULL
  GROUP BY c."counterparty", c."subscriber", c."medium", c."at_ms"
), pairs AS (
  SELECT "caller", "callee", SUM(CASE WHEN "medium" = 'sms' THEN 0 ELSE 1 END) AS "calls",
    SUM(CASE WHEN "medium" <> 'sms' AND "seconds" > 0 THEN 1 ELSE 0 END) AS "answered",
    SUM(CASE WHEN "medium" <> 'sms' AND "seconds" > 0 AND "seconds" <= 30 THEN 1 ELSE 0 END) AS "short",
    SUM(CASE WHEN "medium" = 'sms' THEN 1 ELSE 0 END) AS "texts", COUNT(*) AS "all",
    COUNT(DISTINCT "at_ms" - "at_ms" % 86400000) AS "days", MIN("at_ms") AS "first_ms", MAX("at_ms") AS "last_ms"
  FROM made WHERE "caller" <> "callee" GROUP BY "caller", "callee"
), own AS (
  SELECT m."value", MAX(COALESCE(r."at_ms", ?)) AS "told_ms" FROM "mentions" AS m
  LEFT JOIN "reports" AS r ON r."file" = m."file" AND r."row" = m."row"
  WHERE m."kind" = 'phone' AND m."role" = 'own' AND m."value" <> '' GROUP BY m."value"
), people AS (
  SELECT p."caller", COUNT(*) AS "people", SUM(p."calls") AS "calls", SUM(p."answered") AS "answered",
    SUM(p."short") AS "short", SUM(p."texts") AS "texts", SUM(CASE WHEN p."all" = 1 THEN 1 ELSE 0 END) AS "once",
    SUM(CASE WHEN p."days" > 1 THEN 1 ELSE 0 END) AS "regulars",
    SUM(CASE WHEN r."last_ms" > p."first_ms" AND r."answered" + r."texts" > 0 THEN 1 ELSE 0 END) AS "back",
    SUM(CASE WHEN r."first_ms" < p."first_ms" THEN 1 ELSE 0 END) AS "known",
    SUM(CASE WHEN p."first_ms" < o."told_ms" THEN 1 ELSE 0 END) AS "reporters",
    MIN(p."first_ms") AS "first_ms", MAX(p."last_ms") AS "last_ms"
  FROM pairs AS p LEFT JOIN pairs AS r ON r."caller" = p."callee" AND r."callee" = p."caller"
  LEFT JOIN own AS o ON o."value" = p."callee"
  GROUP BY p."caller"
), crowded AS (
  SELECT "imei" FROM "calls" WHERE "imei" <> '' AND "subscriber" <> '' AND "at_ms" <= ?
  GROUP BY "imei" HAVING COUNT(DISTINCT "subscriber") >= 3
), inside AS (
  SELECT DISTINCT c."subscriber" FROM "calls" AS c JOIN crowded AS f ON f."imei" = c."imei"
), watched AS (
  SELECT p.* FROM people AS p LEFT JOIN inside AS i ON i."subscriber" = p."caller"
  WHERE p."people" >= 20 OR p."reporters" >= 2 OR i."subscriber" IS NOT NULL
)
"""
# What each number with many callees, or several reporters among them, did with how many.
CALLERS_SQL: Final = (
    "\nWITH "
    + _MADE
    + """, came AS (
  SELECT "callee", SUM("answered") AS "calls" FROM pairs GROUP BY "callee"
)
SELECT w."caller", w."people", w."calls", w."answered", w."short", w."texts", w."once", w."regulars", w."back", w."known",
  w."reporters", COALESCE(c."calls", 0), CASE WHEN h."subscriber" IS NULL THEN 0 ELSE 1 END, w."first_ms", w."last_ms"
FROM watched AS w LEFT JOIN came AS c ON c."callee" = w."caller" LEFT JOIN held AS h ON h."subscriber" = w."caller"
ORDER BY w."caller"
"""
)
# How it was spread in time: most people called, and written to, within one hour of the clock; days with a call.
HOURS_SQL: Final = (
    "\nWITH "
    + _MADE
    + """, hours AS (
  SELECT m."caller", m."medium", m."at_ms" - m."at_ms" % 3600000 AS "hour_ms", COUNT(DISTINCT m."callee") AS "people"
  FROM made AS m JOIN watched AS w ON w."caller" = m."caller" GROUP BY m."caller", m."medium", m."at_ms" - m."at_ms" % 3600000
)
SELECT "caller", MAX(CASE WHEN "medium" = 'sms' THEN 0 ELSE "people" END), MAX(CASE WHEN "medium" = 'sms' THEN "people" ELSE 0 END),
  COUNT(DISTINCT "hour_ms" - "hour_ms" % 86400000)
FROM hours GROUP BY "caller" ORDER BY "caller"
"""
)
CALLEES_SQL: Final = (
    "\nWITH "
    + _MADE
    + """
SELECT p."caller", p."callee" FROM pairs AS p JOIN watched AS w ON w."caller" = p."caller" ORDER BY p."caller", p."callee"
"""
)
# Per number: cells that its own records name, on how many rows, and the devices it was in, at most within one day.
SEATS_SQL: Final = """
WITH days AS (
  SELECT "subscriber", "at_ms" - "at_ms" % 86400000 AS "day_ms", COUNT(DISTINCT "imei") AS "devices"
  FROM "calls" WHERE "subscriber" <> '' AND "imei" <> '' AND "at_ms" <= ? GROUP BY "subscriber", "at_ms" - "at_ms" % 86400000
), most AS (
  SELECT "subscriber", MAX("devices") AS "in_a_day", SUM("devices") AS "device_days" FROM days GROUP BY "subscriber"
), seats AS (
  SELECT "subscriber", COUNT(DISTINCT "imei") AS "devices", COUNT(DISTINCT "cell") AS "cells", COUNT("cell") AS "located",
    COUNT(*) AS "rows", MIN("at_ms") AS "first_ms", MAX("at_ms") AS "last_ms"
  FROM "calls" WHERE "subscriber" <> '' AND "at_ms" <= ? GROUP BY "subscriber"
)
SELECT s."subscriber", s."devices", COALESCE(m."in_a_day", 0), s."cells", s."located", s."rows",
  s."first_ms", s."last_ms", COALESCE(m."device_days", 0)
FROM seats AS s LEFT JOIN most AS m ON m."subscriber" = s."subscriber" ORDER BY s."subscriber"
"""
# Per SIM: the devices it was in.
SIMS_SQL: Final = """
WITH days AS (
  SELECT "imsi", "at_ms" - "at_ms" % 86400000 AS "day_ms", COUNT(DISTINCT "imei") AS "devices", COUNT(*) AS "rows",
    MIN("at_ms") AS "first_ms", MAX("at_ms") AS "last_ms"
  FROM "calls" WHERE "imsi" <> '' AND "imei" <> '' AND "at_ms" <= ? GROUP BY "imsi", "at_ms" - "at_ms" % 86400000
)
SELECT "imsi", MAX("devices"), SUM("rows"), MIN("first_ms"), MAX("last_ms"), SUM("devices") FROM days GROUP BY "imsi"
HAVING MAX("devices") >= 3 ORDER BY "imsi"
"""
# Per device: its numbers and SIMs, at most within one day; cells. One with few numbers is left out.
BOXES_SQL: Final = """
WITH seen AS (
  SELECT "imei", "subscriber", COALESCE("imsi", '') AS "imsi", COALESCE("cell", '') AS "cell", "at_ms",
    "at_ms" - "at_ms" % 86400000 AS "day_ms"
  FROM "calls" WHERE "imei" <> '' AND "subscriber" <> '' AND "at_ms" <= ?
), days AS (
  SELECT "imei", "day_ms", COUNT(DISTINCT "subscriber") AS "lines" FROM seen GROUP BY "imei", "day_ms"
), most AS (
  SELECT "imei", MAX("lines") AS "in_a_day" FROM days GROUP BY "imei"
)
SELECT s."imei", COUNT(DISTINCT s."subscriber"), MAX(m."in_a_day"), COUNT(DISTINCT CASE WHEN s."imsi" = '' THEN NULL ELSE s."imsi" END),
  COUNT(DISTINCT CASE WHEN s."cell" = '' THEN NULL ELSE s."cell" END), SUM(CASE WHEN s."cell" = '' THEN 0 ELSE 1 END),
  COUNT(*), MIN(s."at_ms"), MAX(s."at_ms")
FROM seen AS s JOIN most AS m ON m."imei" = s."imei" GROUP BY s."imei" HAVING COUNT(DISTINCT s."subscriber") >= 3 ORDER BY s."imei"
"""
LINES_SQL: Final = """
WITH seen AS (
  SELECT DISTINCT "imei", "subscriber" FROM "calls" WHERE "imei" <> '' AND "subscriber" <> '' AND "at_ms" <= ?
), many AS (
  SELECT "imei" FROM seen GROUP BY "imei" HAVING COUNT(*) >= 3
)
SELECT s."imei", s."subscriber" FROM seen AS s JOIN many AS m ON m."imei" = s."imei" ORDER BY s."imei", s."subscriber"
"""
NAMED_SQL: Final = """
SELECT "value", COUNT(*) FROM (
  SELECT DISTINCT "value", "file", "row" FROM "mentions"
  WHERE "kind" = 'phone' AND "role" <> 'own' AND "value" <> '' AND COALESCE("valid", TRUE)
) AS told GROUP BY "value" ORDER BY "value"
"""
# A reporter's own numbers, what a person judged nobody's, and numbers that every body knows: nothing is said of them.
SPARED_SQL: Final = """
SELECT "value" FROM "mentions" WHERE "kind" = 'phone' AND "role" = 'own' AND "value" <> ''
UNION SELECT "value" FROM "pulls" WHERE "kind" IN ('phone', 'imei', 'imsi') AND "why" IN ('benign', 'judged')
ORDER BY 1
"""
PERIOD_SQL: Final = 'SELECT COALESCE(MAX("at_ms") - MIN("at_ms"), 0) FROM "calls" WHERE "at_ms" <= ?'


class Line(NamedTuple):
    """One number that called or wrote to many or to several reporters, or is in a device with others. Counts of people unless the name says otherwise.

    own           the operator gave this number's records;  period_ms  from the first to the last call of all records
    reporters     people who reported a scam later: whoever calls them back about it is no swindler for that
    once          reached by one call or message in all;  regulars  on two days or more;  known  had called it first
    back          called it after it had called them, and were answered, or wrote;  came  calls that came in and were answered
    named  reports that name it
    near          of 1000 numbers called, those with a neighbour among the others
    hour, texts_hour  most people called, and written to, within an hour of the clock
    cells, located    cells and the rows that name one;  devices, devices_day  devices it was in, and at most within one day
    box_day       most numbers that its device carried within one day
    """

    value: str
    people: int
    calls: int
    answered: int
    short: int
    texts: int
    once: int
    regulars: int
    back: int
    known: int
    reporters: int
    came: int
    own: bool
    first_ms: int
    last_ms: int
    hour: int = 0
    texts_hour: int = 0
    days: int = 0
    near: int = 0
    named: int = 0
    cells: int = 0
    located: int = 0
    devices: int = 0
    devices_day: int = 0
    box_day: int = 0
    period_ms: int = 0


class Seat(NamedTuple):
    """One SIM or number by the devices it was in: at most within one day, and counted anew each day."""

    kind: str
    value: str
    devices_day: int
    rows: int
    first_ms: int
    last_ms: int
    device_days: int


class Box(NamedTuple):
    """One device that several numbers used: how many in all, at most within one day, and how many SIMs; cells, and rows with one."""

    value: str
    lines: int
    lines_day: int
    sims: int
    cells: int
    located: int
    rows: int
    first_ms: int
    last_ms: int
    numbers: tuple[str, ...] = ()


class Habits(NamedTuple):
    """All of it, each part in the order of its values."""

    lines: tuple[Line, ...]
    seats: tuple[Seat, ...]
    boxes: tuple[Box, ...]
    spared: frozenset[str]


def habits(engine: Tables, as_of: int) -> Habits:
    """What the records up to `as_of` (UTC ms) show. Service numbers and what is spared are left out."""
    spared = frozenset(str(value) for (value,) in engine.rows(SPARED_SQL))
    numbers: dict[str, list[str]] = defaultdict(list)
    for device, number in engine.rows(LINES_SQL, (as_of,)):
        numbers[device].append(number)
    boxes = tuple(
        Box._make((*row, tuple(numbers[row[0]]))) for row in engine.rows(BOXES_SQL, (as_of,)) if row[0] not in spared
    )
    seats = _seats(engine, as_of)
    found = [Seat("imsi", *row) for row in engine.rows(SIMS_SQL, (as_of,))]
    found += [
        Seat("phone", value, one[1], one[4], one[5], one[6], one[7])
        for value, one in seats.items()
        if one[1] >= LINES_MIN
    ]
    lines = _lines(engine, as_of, seats, boxes)
    return Habits(
        tuple(one for one in lines if _may_be_said(one.value, spared)),
        tuple(sorted(one for one in found if one.kind == "imsi" or _may_be_said(one.value, spared))),
        boxes,
        spared,
    )


def _may_be_said(number: str, spared: frozenset[str]) -> bool:
    return number not in spared and phone.kind_of(number) not in NOT_A_LINE


def _seats(engine: Tables, as_of: int) -> dict[str, tuple[int, ...]]:
    return {str(value): tuple(map(int, rest)) for value, *rest in engine.rows(SEATS_SQL, (as_of, as_of))}


def _lines(engine: Tables, as_of: int, seats: Mapping[str, tuple[int, ...]], boxes: Iterable[Box]) -> Iterable[Line]:
    moment = (as_of,) * 5
    hours = {row[0]: row[1:] for row in engine.rows(HOURS_SQL, moment)}
    near = neighbours(engine.rows(CALLEES_SQL, moment))
    named = {str(value): int(many) for value, many in engine.rows(NAMED_SQL)}
    period = int(engine.rows(PERIOD_SQL, (as_of,))[0][0])
    box_day: dict[str, int] = defaultdict(int)
    for box in boxes:
        for number in box.numbers:
            box_day[number] = max(box_day[number], box.lines_day)
    for row in engine.rows(CALLERS_SQL, moment):
        value, times = str(row[0]), (int(row[13]), int(row[14]))
        hour, texts_hour, days = hours[value]
        devices, in_a_day, cells, located, *_ = seats.get(value, (0, 0, 0, 0))
        rest: tuple[Any, ...] = (
            hour,
            texts_hour,
            days,
            near.get(value, 0),
            named.get(value, 0),
            cells,
            located,
            devices,
        )
        yield Line._make((value, *row[1:12], bool(row[12]), *times, *rest, in_a_day, box_day[value], period))


def neighbours(rows: Iterable[tuple[Any, ...]]) -> dict[str, int]:
    """Of 1000 numbers that each caller reached, those with another one at most `NEAR` away. Rows: caller, callee (E.164)."""
    reached: dict[str, list[int]] = defaultdict(list)
    for caller, callee in rows:
        digits = str(callee).removeprefix("+")
        if digits.isascii() and digits.isdigit():
            reached[str(caller)].append(int(digits))
    found = {}
    for caller, numbers in reached.items():
        numbers.sort()
        close = [b - a <= NEAR for a, b in pairwise(numbers)]
        beside = sum(a or b for a, b in zip([False, *close], [*close, False], strict=True))
        found[caller] = 1000 * beside // len(numbers)
    return found
