"""Near links: what two cases share without being joined by it. Shown to a person, never merged."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from fanzha.clean import phone
from fanzha.clean.value import could_be
from fanzha.link.kernels import Ints
from fanzha.link.linker import Linker

# Who spoke with whom, once each, and whether the subscriber ever called or wrote back.
CALLS_SQL = """
SELECT "subscriber", "counterparty", MAX(CASE WHEN "direction" = 'out' THEN 1 ELSE 0 END) AS "called_back"
FROM "calls" WHERE "counterparty" <> '' AND "subscriber" <> '' AND "at_ms" <= ?
GROUP BY "subscriber", "counterparty" ORDER BY "subscriber", "counterparty"
"""
Call = tuple[str, str, int]


class Near(NamedTuple):
    """One row of near_links; case_a is the first in the order of text."""

    case_a: str
    case_b: str
    kind: str
    value: str
    how: str
    weight: int


def near_links(linker: Linker, cases: Ints, calls: Sequence[Call]) -> list[Near]:
    """All near links but those of money, sorted. `cases`: [reports]; `calls`: rows of CALLS_SQL."""
    found = set(shared_mentions(linker, cases))
    found.update(not_written_out(linker, cases))
    found.update(not_followed(linker, cases))
    found.update(shared_callers(linker, cases, calls))
    return sorted(found)


def shared_mentions(linker: Linker, cases: Ints) -> Iterator[Near]:
    """Identifiers named in several cases that did not join them.

    Those that carry nothing because they are benign are left out; a value in more than `near_cases_max` cases links none of
    them, because pairs would grow with the square and say nothing.
    """
    p, size = linker.book.p, linker.book.mentions
    live = (p.discount[:size] == 0) & _written(linker)
    key, case = p.key[:size][live], cases[p.report[:size][live]]
    order = np.lexsort((case, key))
    key, case = key[order], case[order]
    first = np.ones(len(key), bool)
    first[1:] = (key[1:] != key[:-1]) | (case[1:] != case[:-1])
    key, case = key[first], case[first]
    several = np.bincount(key, minlength=1)
    wanted = np.flatnonzero((several >= 2) & (several <= linker.weights.near_cases_max))
    at = np.searchsorted(key, wanted)
    for k, start in zip(wanted.tolist(), at.tolist(), strict=True):
        if not linker.ids.benign[k]:
            members = {linker.case_id(one) for one in case[start : start + several[k]].tolist()}
            yield from _pairs(members, *linker.ids.keys[k], "shared_mention", linker.pull(k).weight, linker)


def _written(linker: Linker) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which places of mentions are in use: those of a report that was read again or taken back are not."""
    p, size = linker.book.p, linker.book.mentions
    report = p.report[:size]
    place = np.arange(size)
    return (place >= p.start[report]) & (place < p.start[report] + p.length[report])


def not_written_out(linker: Linker, cases: Ints) -> Iterator[Near]:
    """Masked and mistyped numbers that may stand for a full number of another case; the row carries what was written."""
    for unsure, targets in sorted(linker.ids.targets.items()):
        kind, value = linker.ids.keys[unsure]
        how = "partial_match" if linker.ids.partial[unsure] else "slip"
        here = {int(cases[i]) for i in linker.book.reports_of(unsure)}
        for k, less in targets:
            weight = max(0, linker.weights.weight(int(linker.book.p.base[k]), 2) - less)
            there = {int(cases[i]) for i in linker.book.reports_of(k) if (k, 0) in linker.book.claims_of(i)}
            if len(here) * len(there) <= linker.weights.near_cases_max**2:
                for a in here:
                    for b in there - {a}:
                        yield Near(*_ordered(linker.case_id(a), linker.case_id(b)), kind, value, how, weight)


def not_followed(linker: Linker, cases: Ints) -> Iterator[Near]:
    """Links that would have joined two cases, had a person not judged them apart or the case not grown too large."""
    for ties in linker.refused.values():
        for tie in ties:
            a, b = int(cases[tie.i]), int(cases[tie.j])
            if a != b and tie.key >= 0:
                kind, value = linker.ids.keys[tie.key]
                yield Near(*_ordered(linker.case_id(a), linker.case_id(b)), kind, value, "cut", tie.weight)


def shared_callers(linker: Linker, cases: Ints, calls: Sequence[Call]) -> Iterator[Near]:
    """Numbers that called reporters of several cases and were never called back. `calls`: rows of CALLS_SQL.

    An acquaintance is called back; whom the swindlers' own lines call is not looked at, for those are people at risk.
    A report's own telephone is often masked: it counts if exactly one subscriber fits it, which is enough for a hint.
    Service numbers are left out: everybody calls them.
    """
    subscribers = sorted({subscriber for subscriber, _, _ in calls})
    own: dict[str, set[str]] = defaultdict(set)
    if subscribers:
        for i, k in linker.own:
            kind, value = linker.ids.keys[k]
            if kind == "phone":
                fits = [s for s in subscribers if could_be(value, s)] if linker.ids.partial[k] else [value]
                if len(fits) == 1:
                    own[fits[0]].add(linker.case_id(int(cases[i])))
    called_back = {number for subscriber, number, back in calls if back and subscriber in own}
    found: dict[str, set[str]] = defaultdict(set)
    for subscriber, number, _ in calls:
        if subscriber in own and number not in own and number not in called_back and not _is_service(number, linker):
            found[number] |= own[subscriber]
    for number, members in found.items():
        weight = linker.weights.weight(linker.weights.base("phone", number), len(members))
        yield from _pairs(members, "phone", number, "shared_caller", weight, linker)


def _is_service(number: str, linker: Linker) -> bool:
    kinds = ("short_code", "toll_free", "sms_port", "partial")
    return linker.ids.lists.covers("phone", number) or phone.kind_of(number) in kinds


def _ordered(case_a: str, case_b: str) -> tuple[str, str]:
    return (case_a, case_b) if case_a <= case_b else (case_b, case_a)


def _pairs(members: set[str], kind: str, value: str, how: str, weight: int, linker: Linker) -> Iterator[Near]:
    if len(members) <= linker.weights.near_cases_max:
        for case_a, case_b in combinations(sorted(members), 2):
            yield Near(case_a, case_b, kind, value, how, weight)
