"""Near links: what two cases share without being joined by it. Shown to a person, never merged."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from fanzha.clean import phone
from fanzha.clean.value import could_be
from fanzha.link.benign import Benign
from fanzha.link.identify import Key, Named
from fanzha.link.weigh import Pull, Weights, specificity

# Who spoke with whom, once each, and whether the subscriber ever called or wrote back.
CALLS_SQL = """
SELECT "subscriber", "counterparty", MAX(CASE WHEN "direction" = 'out' THEN 1 ELSE 0 END) AS "called_back"
FROM "calls" WHERE "counterparty" <> '' AND "subscriber" <> '' AND "at_ms" <= ?
GROUP BY "subscriber", "counterparty" ORDER BY "subscriber", "counterparty"
"""
Call = tuple[str, str, int]
BLOCK = 4  # visible characters at one end by which a masked number is looked up
CARD_LENGTHS = range(12, 20)


class Near(NamedTuple):
    """One row of near_links; case_a is the first in the order of text."""

    case_a: str
    case_b: str
    kind: str
    value: str
    how: str
    weight: int


def shared_mentions(
    named: Iterable[Named], case_of: Mapping[int, str], pulls: Mapping[Key, Pull], weights: Weights
) -> Iterator[Near]:
    """Identifiers named in several cases that were too weak to join them.

    Benign values and reporters' own are left out; a value in more than `near_cases_max` cases links none of them,
    because pairs would grow with the square and say nothing.
    """
    cases: dict[Key, set[str]] = defaultdict(set)
    for one in named:
        pull = pulls[one.kind, one.value]
        if not one.own and not pull.joins and pull.why != "benign":
            cases[one.kind, one.value].add(case_of[one.report])
    for (kind, value), members in cases.items():
        yield from _pairs(members, kind, value, "shared_mention", pulls[kind, value].weight, weights)


def shared_callers(
    named: Iterable[Named], case_of: Mapping[int, str], calls: Sequence[Call], benign: Benign, weights: Weights
) -> Iterator[Near]:
    """Numbers that called reporters of several cases and were never called back. `calls`: rows of CALLS_SQL.

    An acquaintance is called back; whom the swindlers' own lines call is not looked at, for those are people at risk.
    A report's own telephone is often masked: it counts if exactly one subscriber fits it, which is enough for a hint.
    Service numbers are left out: everybody calls them.
    """
    subscribers = sorted({subscriber for subscriber, _, _ in calls})
    own: dict[str, set[str]] = defaultdict(set)
    for one in named:
        if one.own and one.kind == "phone":
            fits = [s for s in subscribers if could_be(one.value, s)] if one.partial else [one.value]
            if len(fits) == 1:
                own[fits[0]].add(case_of[one.report])
    called_back = {number for subscriber, number, back in calls if back and subscriber in own}
    cases: dict[str, set[str]] = defaultdict(set)
    for subscriber, number, _ in calls:
        if subscriber in own and number not in own and number not in called_back and not _is_service(number, benign):
            cases[number] |= own[subscriber]
    for number, members in cases.items():
        weight = weights.weight(weights.base("phone", number), len(members))
        yield from _pairs(members, "phone", number, "shared_caller", weight, weights)


def _is_service(number: str, benign: Benign) -> bool:
    return benign.covers("phone", number) or phone.kind_of(number) in ("short_code", "toll_free", "sms_port", "partial")


def partial_matches(
    named: Iterable[Named], case_of: Mapping[int, str], pulls: Mapping[Key, Pull], weights: Weights
) -> Iterator[Near]:
    """Masked numbers that may stand for a full number of another case; the row carries the masked form.

    Full numbers are looked up by kind and the first (else the last) four characters, so the work stays near linear.
    A masked number that fits more than `partial_fits_max` full ones points at nobody and is left out.
    """
    full_cases: dict[Key, set[str]] = defaultdict(set)
    part_cases: dict[Key, set[str]] = defaultdict(set)
    for one in named:
        pull = pulls[one.kind, one.value]
        if one.own or pull.why == "benign" or weights.cap[one.kind] < weights.threshold:
            continue
        (part_cases if one.partial else full_cases)[one.kind, one.value].add(case_of[one.report])
    blocks: dict[tuple[str, int, str], list[str]] = defaultdict(list)
    for kind, value in sorted(full_cases):
        blocks[kind, 0, _block(kind, value)[0]].append(value)
        blocks[kind, 1, _block(kind, value)[1]].append(value)
    for kind, value in sorted(part_cases):
        head, tail = _block(kind, value)
        end = 0 if "*" not in head else 1
        if end == 1 and "*" in tail:
            continue
        fits = [full for full in blocks.get((kind, end, (head, tail)[end]), ()) if may_stand_for(kind, value, full)]
        if len(fits) > weights.partial_fits_max:
            continue
        weight = min(weights.cap[kind], specificity(kind, value))
        for full in fits:
            for case_a in part_cases[kind, value]:
                for case_b in full_cases[kind, full]:
                    if case_a != case_b:
                        yield Near(*_ordered(case_a, case_b), kind, value, "partial_match", weight)


def may_stand_for(kind: str, partial: str, full: str) -> bool:
    """`could_be`, and for cards also `6222****1234`: people write four stars for however many digits they hide."""
    if could_be(partial, full):
        return True
    if kind != "account" or len(partial) >= len(full) or len(full) not in CARD_LENGTHS:
        return False
    head, _, rest = partial.partition("*")
    tail = rest.lstrip("*")
    if "*" in tail or not head or len(tail) < BLOCK or len(partial) - len(head) - len(tail) != 4:
        return False
    return full.startswith(head) and full.endswith(tail)


def _block(kind: str, value: str) -> tuple[str, str]:
    """The ends by which a number is looked up; the country code of a telephone tells nothing and is skipped."""
    bare = value.removeprefix("+86") if kind == "phone" else value
    return bare[: BLOCK - 1] if kind == "phone" else bare[:BLOCK], bare[-BLOCK:]


def _ordered(case_a: str, case_b: str) -> tuple[str, str]:
    return (case_a, case_b) if case_a <= case_b else (case_b, case_a)


def _pairs(members: set[str], kind: str, value: str, how: str, weight: int, weights: Weights) -> Iterator[Near]:
    if len(members) <= weights.near_cases_max:
        for case_a, case_b in combinations(sorted(members), 2):
            yield Near(case_a, case_b, kind, value, how, weight)
