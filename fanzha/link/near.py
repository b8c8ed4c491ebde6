"""Near links: what two cases share without being joined by it. Shown to a person, never merged."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fanzha.clean import phone
from fanzha.clean.value import could_be
from fanzha.link.identify import Flags, files_and_rows
from fanzha.link.kernels import Ints
from fanzha.link.linker import Linker
from fanzha.store.engine import arrow_schema
from fanzha.store.tables import table

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


class Texts:
    """Numbers as they are written: file, row and case number of each report, kind and value of each identifier."""

    def __init__(self, linker: Linker) -> None:
        self.files, self.rows = files_and_rows(np.array(linker.codes, np.int64))
        parts = (pa.array(column).cast(pa.string()) for column in (self.files, self.rows))
        self.ids: pa.StringArray = pc.binary_join_element_wise(*parts, "-")  # type: ignore[call-overload]
        self.kinds = pa.array([kind for kind, _ in linker.ids.keys], pa.string())
        self.values = pa.array([value for _, value in linker.ids.keys], pa.string())

    def near(self, ends: tuple[Ints, Ints], key: Ints, how: str, weight: Ints) -> pa.Table:
        """Rows of near_links from columns of one length: the cases at both ends, by number; the identifier; milli-bits."""
        a, b = (self.ids.take(end) for end in ends)
        after = pc.greater(a, b)
        made = {
            "case_a": pc.if_else(after, b, a),
            "case_b": pc.if_else(after, a, b),
            "kind": self.kinds.take(key),
            "value": self.values.take(key),
            "how": pa.array([how], pa.string()).take(np.zeros(len(key), np.int64)),
            "weight": weight,
        }
        return pa.table(made, schema=arrow_schema(table("near_links")))


class _Named(NamedTuple):
    """The cases in which each identifier is named as written, each once, sorted: `case[start[k] : start[k] + many[k]]`."""

    case: Ints  # [identifier and case]
    start: Ints  # [keys]
    many: Ints  # [keys]


def near_links(linker: Linker, cases: Ints, calls: Sequence[Call], texts: Texts) -> pa.Table:
    """All near links but those of money, each once, in the order of text. `cases`: [reports]; `calls`: rows of CALLS_SQL."""
    named = _cases_of_keys(linker, cases)
    few = sorted({*not_followed(linker, cases), *shared_callers(linker, cases, calls)})
    columns = list(zip(*few, strict=True)) or [()] * len(Near._fields)
    schema = arrow_schema(table("near_links"))
    rest = pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)
    return pa.concat_tables((shared_mentions(linker, named, texts), *not_written_out(linker, named, texts), rest))


def _cases_of_keys(linker: Linker, cases: Ints) -> _Named:
    p, size = linker.book.p, linker.book.mentions
    live = (p.discount[:size] == 0) & written(linker)
    both = p.key[:size][live] * max(1, len(cases)) + cases[p.report[:size][live]]
    both.sort()  # several times faster than `unique`, which hashes
    fresh = np.ones(len(both), bool)
    fresh[1:] = both[1:] != both[:-1]
    key, case = np.divmod(both[fresh], max(1, len(cases)))
    count = np.bincount(key, minlength=linker.book.keys)
    return _Named(case, np.cumsum(count) - count, count)


def shared_mentions(linker: Linker, named: _Named, texts: Texts) -> pa.Table:
    """Identifiers named in several cases that did not join them.

    Those that carry nothing because they are benign are left out; a value in more than `near_cases_max` cases links none of
    them, because pairs would grow with the square and say nothing.
    """
    benign = np.array(linker.ids.benign, bool)
    found: list[Ints] = [np.zeros((3, 0), np.int64)]
    for several in range(2, linker.weights.near_cases_max + 1):
        wanted = np.flatnonzero((named.many == several) & ~benign)
        for x, y in combinations(range(several), 2) if len(wanted) else ():
            found.append(np.stack((named.case[named.start[wanted] + x], named.case[named.start[wanted] + y], wanted)))
    a, b, key = np.concatenate(found, axis=1)
    weight = linker.ids.pull_all(linker.book.p.named[: linker.book.keys])[0]
    return texts.near((a, b), key, "shared_mention", weight[key])


def written(linker: Linker) -> Flags:
    """Which places of mentions are in use: those of a report that was read again or taken back are not."""
    p, size = linker.book.p, linker.book.mentions
    report = p.report[:size]
    place = np.arange(size)
    return (place >= p.start[report]) & (place < p.start[report] + p.length[report])


def not_written_out(linker: Linker, named: _Named, texts: Texts) -> Iterator[pa.Table]:
    """Masked numbers and the full ones they may stand for, mistyped ones and the valid one a slip away, in other cases.

    Neither joins by itself beyond doubt.
    """
    weights, base = linker.weights, linker.book.p.base
    lines = [(unsure, k, less) for unsure, targets in linker.ids.targets.items() for k, less in targets]
    unsure, full, less = np.array(lines, np.int64).reshape(-1, 3).T
    some = named.many[unsure] * named.many[full]
    kept = (some > 0) & (some <= weights.near_cases_max**2)
    unsure, full, less, some = unsure[kept], full[kept], less[kept], some[kept]
    line = np.repeat(np.arange(len(some)), some)
    here, there = np.divmod(np.arange(len(line)) - np.repeat(np.cumsum(some) - some, some), named.many[full][line])
    a, b = named.case[named.start[unsure][line] + here], named.case[named.start[full][line] + there]
    weight = np.maximum(0, base[full] - weights.penalty_per_bucket * (2).bit_length() - less)[line]
    rows = np.stack((np.minimum(a, b), np.maximum(a, b), unsure[line], weight))[:, a != b]
    a, b, key, weight = np.unique(rows, axis=1)
    masked = np.array(linker.ids.partial, bool)[key]
    for which, how in ((masked, "partial_match"), (~masked, "slip")):
        yield texts.near((a[which], b[which]), key[which], how, weight[which])


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
