"""What cases share, read from the tables of linking and tracing: the evidence from which gangs are made. Nothing is merged here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from fanzha.link.gang_weights import GangWeights
from fanzha.link.weigh import specificity
from fanzha.store.contract import Tables

DAY_MS = 86_400_000

# One row per report of each case.
CASES_SQL = """
SELECT c."case_id", COALESCE(r."stated_type", ''), COALESCE(r."currency", ''), r."at_ms"
FROM "case_reports" AS c LEFT JOIN "reports" AS r ON r."file" = c."file" AND r."row" = c."row"
ORDER BY c."case_id", c."file", c."row", 2, 3, 4
"""
NEAR_SQL = """
SELECT "case_a", "case_b", "kind", "value", "how", "weight" FROM "near_links"
ORDER BY "case_a", "case_b", "kind", "value", "how", "weight"
"""
# A shop, a payroll or a family says nothing of who sent the money there; an unwitting holder's account is in the chain's hands.
INNOCENT_SQL = """
SELECT DISTINCT "account" FROM "disputed" WHERE "innocent" IN ('shop', 'payroll', 'family') ORDER BY "account"
"""
# Whose account disputed money of a case reached, by the document number that the bank holds.
HOLDERS_SQL = """
SELECT DISTINCT d."case_id", h."holder_id", d."account" FROM "disputed" AS d INNER JOIN (
  SELECT "account", "holder_id" FROM "accounts" WHERE "holder_id" <> '' UNION ALL
  SELECT "account", "holder_id" FROM "legs" WHERE "holder_id" <> '' AND "at_ms" <= ?
) AS h ON h."account" = d."account"
WHERE COALESCE(d."innocent", 'none') IN ('none', 'unwitting') ORDER BY d."case_id", h."holder_id", d."account"
"""
# The device of a telephone that the reports of a case name as somebody else's.
DEVICES_SQL = """
SELECT DISTINCT c."case_id", k."imei", k."subscriber" FROM "case_reports" AS c
INNER JOIN "mentions" AS m ON m."file" = c."file" AND m."row" = c."row"
INNER JOIN "calls" AS k ON k."subscriber" = m."value"
WHERE m."kind" = 'phone' AND COALESCE(m."role", '') <> 'own' AND k."imei" <> '' AND k."at_ms" <= ?
ORDER BY c."case_id", k."imei", k."subscriber"
"""
# The telephones that reports call the reporter's own.
REPORTERS_SQL = """
SELECT DISTINCT c."case_id", m."value", COALESCE(r."city", '') FROM "case_reports" AS c
INNER JOIN "reports" AS r ON r."file" = c."file" AND r."row" = c."row"
INNER JOIN "mentions" AS m ON m."file" = c."file" AND m."row" = c."row"
WHERE m."kind" = 'phone' AND m."role" = 'own' AND m."value" <> '' ORDER BY c."case_id", m."value", 3
"""
FULL = 1 << 40  # more than any weight: for what no table of linking weighs
PAIRWISE = ("partial_match", "slip", "cut")  # said of two cases, not of all that have the value


class Facts(NamedTuple):
    """What the reports of one case say of themselves: stated kinds of scam, currencies (how many reports each) and days (UTC)."""

    scams: Mapping[str, int]
    currencies: Mapping[str, int]
    days: tuple[int, ...]


class Thing(NamedTuple):
    """What several cases share: kind, value and way as in near_links, its class, milli-bits, and the cases (sorted places)."""

    kind: str
    value: str
    how: str
    of_class: str
    weight: int
    cases: tuple[int, ...]


def case_order(case_id: str) -> tuple[int, int]:
    """File and row of a case number such as "3-17": the order in which cases came."""
    file, _, row = case_id.partition("-")
    return int(file), int(row)


def read_cases(engine: Tables) -> dict[str, Facts]:
    """Every case with its facts, the earliest first."""
    found: dict[str, tuple[dict[str, int], dict[str, int], list[int]]] = {}
    for case_id, scam, currency, at_ms in engine.rows(CASES_SQL):
        scams, currencies, days = found.setdefault(case_id, ({}, {}, []))
        if scam:
            scams[scam] = scams.get(scam, 0) + 1
        if currency:
            currencies[currency] = currencies.get(currency, 0) + 1
        if at_ms is not None:
            days.append(at_ms // DAY_MS)
    return {one: Facts(found[one][0], found[one][1], tuple(found[one][2])) for one in sorted(found, key=case_order)}


def read_things(engine: Tables, as_of: int, place: Mapping[str, int], weights: GangWeights) -> list[Thing]:
    """What at least two cases share and not too many, sorted. `place`: case number -> place.

    A value that more than `cases_max` cases share gives nothing: pairs would grow with the square and say nothing.
    """
    innocent = {account for (account,) in engine.rows(INNOCENT_SQL)}
    members: dict[tuple[Any, ...], set[int]] = defaultdict(set)
    popular: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    left: dict[tuple[Any, ...], int] = {}
    for case_a, case_b, kind, value, how, weight in engine.rows(NEAR_SQL):
        if how == "shared_account" and value in innocent:
            continue
        a, b = place[case_a], place[case_b]
        key = (kind, value, how, *((min(a, b), max(a, b)) if how in PAIRWISE else ()))
        members[key] |= {a, b}
        popular[kind, value, how] |= {a, b}
        left[key] = max(weight, left.get(key, weight))
    for how, kind, rows in (
        ("same_holder", "cn_id", engine.rows(HOLDERS_SQL, (as_of,))),
        ("same_device", "imei", engine.rows(DEVICES_SQL, (as_of,))),
    ):
        for value, cases in _apart_from_one(rows).items():
            key = (kind, value, how)
            members[key] = popular[key] = {place[case_id] for case_id in cases}
            left[key] = FULL
    for (value, city), cases in _reporters(engine).items():
        key = ("phone", value, "same_reporter", city)
        members[key] = {place[case_id] for case_id in cases}
        popular[key[:3]] |= members[key]
        left[key] = specificity("phone", value) - weights.place_people if "*" in value else FULL
    found = []
    for key, cases_of in members.items():
        kind, value, how = key[:3]
        count = len(popular[kind, value, how])
        if len(cases_of) >= 2 and count <= weights.cases_max:
            weight = weights.thing(kind, how, left[key], count)
            if weight > 0 or how == "cut":
                found.append(Thing(kind, value, how, weights.class_of(kind, how), weight, tuple(sorted(cases_of))))
    return sorted(found)


def _reporters(engine: Tables) -> dict[tuple[str, str], set[str]]:
    """Own telephone and place -> cases. A full number needs no place; a masked one without a place is left out."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for case_id, value, city in engine.rows(REPORTERS_SQL):
        if city or "*" not in value:
            found[value, city if "*" in value else ""].add(case_id)
    return found


def _apart_from_one(rows: Iterable[tuple[str, str, str]]) -> dict[str, set[str]]:
    """Holder or device -> cases, from (case, holder or device, account or telephone); of one account or telephone nothing new is said."""
    cases: dict[str, set[str]] = defaultdict(set)
    behind: dict[str, set[str]] = defaultdict(set)
    for case_id, value, of in rows:
        if "*" not in value:
            cases[value].add(case_id)
            behind[value].add(of)
    return {value: cases[value] for value in sorted(cases) if len(behind[value]) > 1}
