"""Payments that a report counts without listing them ("another five, see the statement"), found by whose they are, when and how much.

The latest payments are the ones that a hold can still reach, and reports list the first. Two steps, each only as far as the loss that
the report states, from the first payment that was found until the report: (1) what the reporter's own account paid to an account that
the report names; (2) where the reporter's own statement is held and some of the loss is still missing, the transfers to accounts new to
it that make up the rest to the minor unit, if exactly one choice of them does. Where two would, nobody guesses: the reporter is asked.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from fanzha.trace.legs import Leg, Purse
from fanzha.trace.pair import Transfer
from fanzha.trace.payments import Payment
from fanzha.trace.stated import Report, Stated

CHOICE_MAX = (
    28  # transfers that a choice is made from; of more, no choice can be shown to be the only one in reasonable time
)
COUNTED = "counted"  # the state of such a payment: inferred, not stated one by one
NOT_TO_SWINDLERS = ("cash", "goods")  # exits that the words of the reporter's own statement show


class Told(NamedTuple):
    """What a report says and what was found of it: `left` minor units of the stated loss are not listed."""

    report: Report
    payments: Sequence[Payment]
    paid: Sequence[Transfer]
    left: int


def further_payments(
    reports: Iterable[Report],
    payments: Sequence[Payment],
    transfers: Sequence[Transfer],
    books: Mapping[Purse, Sequence[Leg]],
) -> list[Payment]:
    """`payments`, and after them those that their reports count without listing them, numbered on. No transfer twice."""
    used = {one.transfer.number for one in payments if one.transfer is not None}
    told = [one for one in _told(reports, payments) if one.left > 0]
    wanted = {one.payer for each in told for one in each.paid} - {""}
    of_payer: dict[str, list[Transfer]] = defaultdict(list)
    for one in transfers:
        if one.payer in wanted and one.payee and not one.fee:
            of_payer[one.payer].append(one)
    more: list[Payment] = []
    for each in told:
        n = max(one.stated.n for one in each.payments)
        for n, one in enumerate(_of_report(each, of_payer, used, books), n + 1):  # noqa: B020
            used.add(one.number)
            report = each.report
            stated = Stated(
                report.case_id, report.file, report.row, n, one.payee, one.at_ms, one.amount, one.currency, report.at_ms,
                report.victim,
            )  # fmt: skip
            more.append(Payment(stated, one, COUNTED))
    return [*payments, *more]


def _told(reports: Iterable[Report], payments: Iterable[Payment]) -> Iterable[Told]:
    of_report: dict[tuple[int, int], list[Payment]] = defaultdict(list)
    for one in payments:
        of_report[one.stated.file, one.stated.row].append(one)
    for report in sorted(reports, key=lambda one: (one.file, one.row)):
        listed = of_report.get((report.file, report.row), [])
        paid = [one.transfer for one in listed if one.transfer is not None]
        if not paid or report.amount is None or report.at_ms is None:
            continue
        if any(one.stated.amount is None or one.stated.currency != report.currency for one in listed):
            continue
        yield Told(report, listed, paid, report.amount - sum(one.stated.amount or 0 for one in listed))


def _of_report(
    told: Told, of_payer: Mapping[str, Sequence[Transfer]], used: Collection[int], books: Mapping[Purse, Sequence[Leg]]
) -> list[Transfer]:
    """The transfers behind what one report counts without listing it, in the order of time."""
    since, until = min(one.at_ms for one in told.paid), told.report.at_ms or 0
    payers = sorted({one.payer for one in told.paid} - {""})
    named = {one.stated.payee for one in told.payments}
    mine = [one for payer in payers for one in of_payer.get(payer, ()) if one.currency == told.report.currency]
    mine.sort(key=lambda one: (one.at_ms, one.number))
    open_ones = [one for one in mine if one.number not in used and since <= one.at_ms <= until]
    found: list[Transfer] = []
    left = told.left
    for one in open_ones:
        if one.payee in named:
            if one.amount > left:
                break  # more than the loss stated: which of them are meant is the reporter's to say
            found.append(one)
            left -= one.amount
    if left > 0 and any((payer, told.report.currency) in books for payer in payers):
        before = {one.payee for one in mine if one.at_ms < since}
        strangers = [
            one
            for one in open_ones
            if one.payee not in named
            and one.payee not in before
            and one.payee not in payers
            and one.exit not in NOT_TO_SWINDLERS
            and one.amount <= left
        ]
        found += only_choice(strangers, left)
    return sorted(found, key=lambda one: (one.at_ms, one.number))


def only_choice(transfers: Sequence[Transfer], wanted: int) -> list[Transfer]:
    """The transfers that add up to `wanted` minor units, if one choice of them does and no other; else none."""
    if len(transfers) > CHOICE_MAX:
        return []
    half = len(transfers) // 2
    sums: dict[int, list[tuple[Transfer, ...]]] = defaultdict(list)
    for choice in _choices(transfers[:half]):
        sums[sum(one.amount for one in choice)].append(choice)
    found: list[tuple[Transfer, ...]] = []
    for choice in _choices(transfers[half:]):
        for other in sums.get(wanted - sum(one.amount for one in choice), ()):
            found.append(other + choice)
            if len(found) > 1:
                return []
    return list(found[0]) if found else []


def _choices(transfers: Sequence[Transfer]) -> Iterable[tuple[Transfer, ...]]:
    for size in range(len(transfers) + 1):
        yield from combinations(transfers, size)
