"""What else a case gives: identifiers of the gang, requests worth making, the company that leaked, who will be hit next."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from fanzha.errors import UnreadableFile
from fanzha.score import baselines
from fanzha.score.measure import Line, Measure, Part, ratio, unknown
from fanzha.score.purses import Purses
from fanzha.score.roles import chain
from fanzha.score.told import Key, Told
from fanzha.score.truth import Truth

ASKING = ("request_statement", "request_exit", "ask_holder")
ORDER = re.compile(r"(?<![0-9A-Z])[A-Z]{2}[0-9]{14}(?![0-9])")  # an order number as the companies of the world print it
TEXTS_SQL = """
SELECT "reference", "text" FROM "reports" WHERE "reference" IS NOT NULL AND "text" IS NOT NULL ORDER BY "file", "row"
"""
CONTACTS_SQL = """
SELECT DISTINCT "value" FROM "mentions" WHERE "kind" = 'phone' AND COALESCE("role", '') <> 'own' ORDER BY "value"
"""
CALLED_SQL = """
SELECT "subscriber", "counterparty", MIN("at_ms") FROM "calls" WHERE "subscriber" <> '' AND "counterparty" <> ''
GROUP BY "subscriber", "counterparty" ORDER BY 3, 1, 2
"""


def plain(value: str) -> str:
    """An identifier's value without the prefix that says what it is, so that truth and mention compare."""
    return value.removeprefix("group:").removeprefix("sha256:").casefold()


def gang_of(group: Mapping[str, object], truth: Truth) -> dict[object, int]:
    """The gang that most reports of each group of reports belong to; groups without any are left out."""
    count: dict[object, Counter[int]] = defaultdict(Counter)
    for reference, label in group.items():
        row = truth.reports.get(reference)
        if row is not None and row["gang"] is not None and row["gang"] >= 0:
            count[label][int(row["gang"])] += 1
    return {label: min(gangs, key=lambda one: (-gangs[one], one)) for label, gangs in count.items()}


def surfaced(
    truth: Truth,
    group: Mapping[str, object],
    named: Mapping[str, Sequence[Key]],
    also: Iterable[tuple[object, str]],
    at_ms: int,
) -> list[Measure]:
    """Of each gang's identifiers in use by `at_ms`, those that its own groups of reports name or reach, per kind.

    `also` are further values of a group (accounts that its money reached).
    """
    gangs = gang_of(group, truth)
    seen: dict[int, set[str]] = defaultdict(set)
    for reference, label in group.items():
        if label in gangs:
            seen[gangs[label]].update(plain(value) for _, value in named.get(reference, ()))
    for label, value in also:
        if label in gangs:
            seen[gangs[label]].add(plain(value))
    found: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for kind, value, users, from_ms in truth.identifiers:
        if from_ms is not None and from_ms > at_ms:
            continue
        for gang in users or ():
            count[kind] += 1
            found[kind] += plain(value) in seen[gang]
    whole = ratio("identifiers_found", found.total(), count.total(), why="no_identifier")
    return [whole, *(ratio("identifiers_found", found[kind], count[kind], of=kind) for kind in sorted(count))]


def requests(told: Told, truth: Truth, now: Purses) -> list[Measure]:
    """Of the proposals to ask somebody, those that ask where disputed money truly was, or still is; and of numbers and sites
    those that truly belong to the chain."""
    was = {account for account, _ in now.received}
    is_there = {account for account, _ in now.held}
    theirs = {plain(value) for _, value, _, _ in truth.identifiers}
    theirs |= {str(one["phone"]) for _, one in chain(truth) if one["phone"]}
    asked = {(verb, kind, target) for _, verb, kind, target, _, _ in told.steps}
    accounts = [(verb, target) for verb, _, target in sorted(asked) if verb in ASKING]
    measures = [ratio("requests_right", sum(t in was for _, t in accounts), len(accounts), why="nothing_said")]
    measures += [
        ratio(
            "requests_right",
            sum(target in was for one, target in accounts if one == verb),
            sum(one == verb for one, _ in accounts),
            of=verb,
            why="nothing_said",
        )
        for verb in ASKING
    ]
    measures.append(
        ratio("requests_holding", sum(t in is_there for _, t in accounts), len(accounts), why="nothing_said")
    )
    for code, verb in (("numbers_right", "request_subscriber"), ("sites_right", "takedown")):
        targets = [target for one, _, target in sorted(asked) if one == verb]
        measures.append(ratio(code, sum(plain(one) in theirs for one in targets), len(targets), why="nothing_said"))
    return measures


def leads(told: Told, truth: Truth, now: Purses, at_ms: int) -> Part:
    """The part `leads`: identifiers surfaced and requests proposed, beside naive groups and any account in the statements."""
    named, (case_of, _) = told.named, told.cases
    reached = [(case_id, account) for case_id, account, *_ in told.disputed]
    same: dict[str, object] = dict(baselines.same_identifier(told))
    was = {account for account, _ in now.received}
    held = {account for account, _ in now.held}
    seen = {one for payer, payee, *_ in told.transfers for one in (payer, payee) if one}
    lines = (
        Line("fanzha", (*surfaced(truth, case_of, named, reached, at_ms), *requests(told, truth, now))),
        Line("same_identifier", tuple(surfaced(truth, same, named, (), at_ms))),
        Line(
            "any_account",
            (
                ratio("requests_right", len(seen & was), len(seen), why="nothing_said"),
                ratio("requests_holding", len(seen & held), len(seen), why="nothing_said"),
            ),
        ),
    )
    return Part("leads", lines)


def leaks(told: Told, truth: Truth, references: Sequence[str]) -> Part:
    """The part `leaks`. No stage finds leaks yet; the baseline reads the order numbers that reports name."""
    leaked: dict[int, set[int]] = defaultdict(set)
    for company, _, person in truth.leaks:
        leaked[person].add(company)
    victims = {one: int(truth.reports[one]["victim"]) for one in references if truth.reports[one]["victim"] in leaked}
    companies = orders(told, truth)
    if companies is None:
        measures = [unknown(code, "no_orders") for code in ("leak_right", "leak_named", "companies_found")]
    else:
        count = Counter(company for one, company in companies.items() if one in truth.reports)
        common = min(count, key=lambda one: (-count[one], one), default=-1)
        right = sum(companies.get(one, common) in leaked[victim] for one, victim in victims.items())
        every = {company for company, _, _ in truth.leaks}
        measures = [
            ratio("leak_right", right, len(victims), why="no_leaks"),
            ratio("leak_named", sum(one in companies for one in victims), len(victims), why="no_leaks"),
            ratio("companies_found", len(every & set(count)), len(every), why="no_leaks"),
        ]
    return Part("leaks", (Line("common_company", tuple(measures)),), made=False, why="no_stage")


def orders(told: Told, truth: Truth) -> dict[str, int] | None:
    """The company of the first known order number in each report, as the bodies would answer; None if there are no bodies."""
    path = truth.folder.parent / "bodies" / "deliveries.parquet"
    if not path.is_file():
        return None
    told_in = {reference: ORDER.findall(text) for reference, text in told.engine.rows(TEXTS_SQL)}
    wanted = sorted({order for found in told_in.values() for order in found})
    try:
        rows = (
            pq.read_table(path, columns=["order_no", "company"], filters=[("order_no", "in", wanted)])
            if wanted
            else None
        )
    except (OSError, pa.ArrowException) as error:
        raise UnreadableFile(
            f"the parcels of the world could not be read: {error}", f"无法读取该世界的包裹记录:{error}", where=str(path)
        ) from error
    known: dict[str, int] = {}
    if rows is not None:
        known = {str(row["order_no"]): int(row["company"]) for row in rows.to_pylist()}
    return {
        reference: known[next(order for order in found if order in known)]
        for reference, found in told_in.items()
        if any(order in known for order in found)
    }


def warnings(told: Told, truth: Truth, references: Sequence[str]) -> Part:
    """The part `warnings`. No stage warns yet; the baseline warns whoever talked with a number that a report names as a contact, in the
    order of the first call, unless a report is held from that person."""
    phones = {value for (value,) in told.engine.rows(CONTACTS_SQL)}
    hit = {truth.reports[one]["victim"] for one in references}
    due = {person for person, _ in truth.next}
    called: list[str] = []
    for subscriber, counterparty, _ in told.engine.rows(CALLED_SQL):
        for one, other in ((subscriber, counterparty), (counterparty, subscriber)):
            if one in phones and other not in phones and truth.person_by_value.get(other) not in hit:
                called.append(other)
    warned = list(dict.fromkeys(called))
    right = [truth.person_by_value.get(value) in due for value in warned]
    k = len(due)
    measures = (
        ratio("warned_right", sum(right), len(right), why="nobody_called"),
        ratio("warned_found", sum(right), k, why="nobody_next"),
        ratio("warned_first", sum(right[:k]), min(k, len(right)), why="nobody_called"),
    )
    return Part("warnings", (Line("first_come", measures),), made=False, why="no_stage")
