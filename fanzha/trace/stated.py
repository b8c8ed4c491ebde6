"""The payments that a report states: which account, how much, when. Read from its mentions and their places."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from fanzha.trace.words import has_word, words

STATED_SQL = """
SELECT "file", "row", "kind", "value", COALESCE("field", ''), COALESCE("start", 0), COALESCE("stop", 0),
  COALESCE("role", ''), COALESCE("valid", FALSE)
FROM "mentions" WHERE "kind" IN ('account', 'bank_card', 'iban', 'wallet', 'money', 'moment') AND "value" <> ''
ORDER BY "file", "row", "field", "start", "stop", "kind", "value"
"""
REPORTS_SQL = """
SELECT c."case_id", r."file", r."row", COALESCE(r."text", ''), r."at_ms", r."amount_minor", COALESCE(r."currency", ''),
  COALESCE(r."victim", '')
FROM "reports" AS r INNER JOIN "case_reports" AS c ON c."file" = r."file" AND c."row" = r."row"
WHERE COALESCE(r."form", 'told') = 'told'
ORDER BY r."file", r."row", c."case_id"
"""
SENTENCE = re.compile(r"[。;；!！?？\n]|\.(?=\s)")
BEFORE = 12  # characters before an amount in which a word tells that it is a total or a return
ACCOUNT_KINDS = ("account", "bank_card", "iban", "wallet")
TEXT = "text"


class Report(NamedTuple):
    """One report with its case; `amount` is the loss stated in a cell of its own, minor units."""

    case_id: str
    file: int
    row: int
    text: str
    at_ms: int | None
    amount: int | None
    currency: str
    victim: str


class Spot(NamedTuple):
    """One mention in a report: what it is and where it stands."""

    kind: str  # account, money or moment
    value: str
    field: str
    start: int
    stop: int


class Stated(NamedTuple):
    """One payment as stated. `amount` in minor units and `at_ms` are None where the report does not say."""

    case_id: str
    file: int
    row: int
    n: int
    payee: str
    at_ms: int | None
    amount: int | None
    currency: str
    reported_ms: int | None
    victim: str


def stated_payments(reports: Iterable[Report], mentions: Iterable[tuple[Any, ...]]) -> list[Stated]:
    """All stated payments, numbered within each report in the order of the text. `mentions` are rows of STATED_SQL."""
    spots: dict[tuple[int, int], list[Spot]] = defaultdict(list)
    for file, row, kind, value, field, start, stop, role, _valid in mentions:
        if kind in ACCOUNT_KINDS and role == "own":
            continue
        kind = "account" if kind in ACCOUNT_KINDS else kind
        spots[file, row].append(Spot(kind, value, field, start, stop))
    return [one for report in reports for one in of_report(report, spots.get((report.file, report.row), ()))]


def of_report(report: Report, spots: Sequence[Spot]) -> list[Stated]:
    """The payments of one report: first from its text; else from its cells and stated loss, when they name one payee."""
    written = sorted((s for s in spots if s.field == TEXT), key=lambda s: (s.start, s.stop, s.kind, s.value))
    found = _from_text(report, written)
    if not found:
        payees = sorted({s.value for s in spots if s.kind == "account"})
        if len(payees) == 1:
            found = [_only_payee(report, payees[0], spots)]
    return [
        Stated(report.case_id, report.file, report.row, n, payee, at_ms, amount, currency, report.at_ms, report.victim)
        for n, (payee, at_ms, amount, currency) in enumerate(found, 1)
    ]


Found = tuple[str, int | None, int | None, str]


def _from_text(report: Report, written: Sequence[Spot]) -> list[Found]:
    """One payment for each amount that is neither a total nor a return, with the account and moment of its sentence."""
    ends = [found.end() for found in SENTENCE.finditer(report.text)]
    sentences: dict[int, list[Spot]] = defaultdict(list)
    for spot in written:
        sentences[bisect_right(ends, spot.start)].append(spot)
    accounts = [s for s in written if s.kind == "account"]
    found: list[Found] = []
    for place in sorted(sentences):
        here = sentences[place]
        begin = ends[place - 1] if place else 0
        end = ends[place] if place < len(ends) else len(report.text)
        sentence = report.text[begin:end].lower()
        for money in (s for s in here if s.kind == "money"):
            before = report.text[max(begin, money.start - BEFORE) : money.start].lower()
            if has_word(before, words().totals) or has_word(before, words().returns):
                continue
            payee = _beside(money, here, "account")
            if payee is None and has_word(sentence, words().pays):
                payee = next((a for a in reversed(accounts) if a.start < money.start), None)
            if payee is None:
                continue
            moment = _beside(money, here, "moment")
            currency, _, minor = money.value.partition(":")
            found.append((payee.value, int(moment.value) if moment else None, int(minor), currency))
    return found


def _beside(money: Spot, here: Sequence[Spot], kind: str) -> Spot | None:
    """The spot of this kind that belongs to an amount of the same sentence.

    Who writes the account (or time) first in a sentence goes on so: then the nearest before the amount is meant, else
    the nearest after it ("向甲转5000元,向乙转8000元" against "paid 5,000 to A and 8,000 to B").
    """
    of_kind = [s for s in here if s.kind == kind]
    if not of_kind:
        return None
    earlier = [s for s in of_kind if s.start < money.start]
    later = [s for s in of_kind if s.start > money.start]
    first_money = min(s.start for s in here if s.kind == "money")
    if of_kind[0].start < first_money:
        return earlier[-1]
    return later[0] if later else earlier[-1]


def _only_payee(report: Report, payee: str, spots: Sequence[Spot]) -> Found:
    """The one payee with the one amount that is left: a cell, else the stated loss, else the only total in the text."""
    amounts = {s.value for s in spots if s.kind == "money" and s.field != TEXT}
    if not amounts and report.amount is None:
        amounts = {s.value for s in spots if s.kind == "money"}
    moments = sorted({int(s.value) for s in spots if s.kind == "moment" and s.field != TEXT})
    at_ms = moments[0] if len(moments) == 1 else None
    if len(amounts) == 1:
        currency, _, minor = next(iter(amounts)).partition(":")
        return payee, at_ms, int(minor), currency
    return payee, at_ms, report.amount, report.currency
