"""Numbers, SIMs and devices by how they call (table call_behaviour), masked, for the terminal and the page of a case."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fanzha.store.engine import Engine
from fanzha.store.masked import mask_value

READINGS = ("fraud", "work", "private")
_RANK = {"fraud": 0, "open": 1}
_ALL_SQL = 'SELECT * FROM "call_behaviour" ORDER BY "kind", "value"'
# Of each case: what its gang's roles speak of, and what its own reports name.
_CASES_SQL = """
SELECT v."case_id", b.* FROM "call_behaviour" AS b JOIN (
  SELECT g."case_id", r."value" FROM "roles" AS r JOIN "gang_cases" AS g ON g."gang_id" = r."gang_id"
  WHERE r."kind" IN ('phone', 'imei', 'imsi')
  UNION
  SELECT c."case_id", m."value" FROM "mentions" AS m JOIN "case_reports" AS c ON c."file" = m."file" AND c."row" = m."row"
  WHERE m."kind" IN ('phone', 'imei', 'imsi') AND m."role" <> 'own'
) AS v ON v."value" = b."value" ORDER BY v."case_id", b."kind", b."value"
"""


@dataclass(frozen=True, slots=True)
class CallerLine:
    """One row of the table as it may be shown; readings per mille, of equal rank; codes of the vocabularies call_*."""

    kind: str
    label: str
    patterns: tuple[str, ...]
    fraud: int
    work: int
    private: int
    likeliest: str
    signs: tuple[str, ...]
    innocent: tuple[str, ...]
    calls: int
    people: int
    partners: int
    first_ms: int
    last_ms: int


def caller_lines(engine: Engine) -> tuple[CallerLine, ...]:
    """Every row: what is likeliest a swindler's first, then what is open."""
    return _ranked(_line(row) for row in engine.rows(_ALL_SQL))


def lines_of_cases(engine: Engine) -> dict[str, tuple[CallerLine, ...]]:
    """The rows that each case or its gang has to do with, in the same order; cases without one are left out."""
    found: dict[str, list[CallerLine]] = defaultdict(list)
    for case_id, *row in engine.rows(_CASES_SQL):
        found[case_id].append(_line(row))
    return {case_id: _ranked(lines) for case_id, lines in found.items()}


def _ranked(lines: Iterable[CallerLine]) -> tuple[CallerLine, ...]:
    return tuple(sorted(lines, key=lambda one: (_RANK.get(one.likeliest, 2), -one.fraud, -one.people, -one.calls)))


def _line(row: Sequence[Any]) -> CallerLine:
    return CallerLine(
        kind=row[0],
        label=mask_value(row[0], row[1]),
        patterns=_codes(row[2]),
        fraud=row[3],
        work=row[4],
        private=row[5],
        likeliest=row[6],
        signs=_codes(row[7]),
        innocent=_codes(row[8]),
        calls=row[9],
        people=row[10],
        partners=row[11],
        first_ms=row[12],
        last_ms=row[13],
    )


def _codes(told: str) -> tuple[str, ...]:
    return tuple(told.split(",")) if told else ()
