"""The identifiers of each report, made from its mentions: one name for one thing, and the site behind an address."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from fanzha.clean import ip_host, wallet
from fanzha.clean.domain import registered
from fanzha.clean.url import host

# A card and an account of equal digits are one thing: the same number reaches us under both names.
UNIFIED = {"bank_card": "account"}

# One row per report and value. A report that calls a value its own anywhere means its own everywhere.
REPORTS_SQL = """
SELECT "file", "row" FROM "reports" WHERE "at_ms" IS NULL OR "at_ms" <= ? GROUP BY "file", "row" ORDER BY "file", "row"
"""
MENTIONS_SQL = """
SELECT "file", "row", "kind", "value",
  MAX(CASE WHEN "role" = 'own' THEN 1 ELSE 0 END) AS "own",
  MAX(CASE WHEN "valid" THEN 1 ELSE 0 END) AS "valid",
  MAX(CASE WHEN "partial" THEN 1 ELSE 0 END) AS "partial"
FROM "mentions" WHERE "value" IS NOT NULL AND "value" <> ''
GROUP BY "file", "row", "kind", "value" ORDER BY "file", "row", "kind", "value"
"""

Key = tuple[str, str]  # kind and normal form of an identifier
Report = tuple[int, int]  # file and row of a report


class Named(NamedTuple):
    """That a report (its place in the sorted list of reports) names an identifier."""

    report: int
    kind: str
    value: str
    own: bool
    valid: bool
    partial: bool


def identifiers(reports: Iterable[Report], mentions: Iterable[tuple[Any, ...]], kinds: Collection[str]) -> list[Named]:
    """What each report names, sorted and each once; mentions of other kinds or of no report are left out.

    `mentions` are rows of MENTIONS_SQL. A web address also names the registered domain it is under, and a host name
    names that domain instead of itself: a gang changes the path and the subdomain, not the name it paid for.
    """
    place = {report: index for index, report in enumerate(reports)}
    found: dict[tuple[int, str, str], Named] = {}
    for file, row, raw_kind, value, own, valid, partial in mentions:
        index = place.get((file, row))
        if index is None:
            continue
        hidden = bool(partial) or "*" in value
        for kind, name in _names(UNIFIED.get(raw_kind, raw_kind), value):
            if kind in kinds:
                _add(found, Named(index, kind, name, bool(own), bool(valid) or _unverifiable(kind, name), hidden))
    return sorted(found.values())


def _names(kind: str, value: str) -> list[Key]:
    if kind == "domain":
        return [("domain", registered(value) or value)]
    if kind == "url":
        name = host(value)
        if not name or ":" in name or ip_host.ends_in_number(name):
            return [("url", value)]
        return [("url", value), ("domain", registered(name) or name)]
    return [(kind, value)]


def _unverifiable(kind: str, value: str) -> bool:
    """A wallet of a chain without a checksum that is checked: taken as written, for it cannot be called mistyped."""
    return kind == "wallet" and not wallet.verifiable(value)


def _add(found: dict[tuple[int, str, str], Named], one: Named) -> None:
    """Keep one entry per report and identifier: own if once own, valid if once valid, partial if once partial."""
    key = (one.report, one.kind, one.value)
    old = found.get(key)
    if old is not None:
        one = one._replace(own=old.own or one.own, valid=old.valid or one.valid, partial=old.partial or one.partial)
    found[key] = one
