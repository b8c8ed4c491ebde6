"""What the tables show of each gang, gathered once for the assertions of roles, the coverage of stages and the requests.

Only tables are read. A gang is what `gang_of` makes of a case; a case that it does not name is a gang by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from fanzha.clean import domain, phone, url
from fanzha.clean.value import could_be
from fanzha.store.contract import Tables
from fanzha.store.tables import all_tables

NOT_A_LINE = ("short_code", "toll_free", "sms_port", "partial")
NAMED_KINDS = ("phone", "url", "domain", "app", "certificate", "wallet")

CASES_SQL = 'SELECT DISTINCT "case_id" FROM "case_reports" ORDER BY "case_id"'
GANGS_SQL = 'SELECT "case_id", "gang_id" FROM "gang_cases" ORDER BY "case_id", "gang_id"'
BRIDGES_SQL = """
SELECT DISTINCT "gang_a", "gang_b", "kind", "value" FROM "bridges" WHERE "why" IN ('supplier', 'one_class')
ORDER BY "gang_a", "gang_b", "kind", "value"
"""
REACHED_SQL = """
SELECT "case_id", "account", "currency", "tier", "arrived_ms", COALESCE("received_minor", 0), COALESCE("passed_minor", 0),
  COALESCE("exited_minor", 0), COALESCE("held_minor", 0), COALESCE("unlocated_minor", 0), COALESCE("statement", FALSE),
  "statement_end_ms", COALESCE("innocent", 'none'), COALESCE("bank", '')
FROM "disputed" WHERE "account" <> '' ORDER BY "case_id", "account", "currency"
"""
MOVES_SQL = """
SELECT "case_id", "transfer", "payer", COALESCE("payee", ''), "tier", "at_ms", COALESCE("disputed_minor", 0), "currency",
  COALESCE("exit", '')
FROM "flows" ORDER BY "case_id", "at_ms", "transfer"
"""
DESKS_SQL = """
SELECT f."case_id", t."payee", COUNT(*), MIN(f."at_ms"), MAX(f."at_ms") FROM "flows" AS f
INNER JOIN "transfers" AS t ON t."transfer" = f."transfer"
WHERE f."exit" = 'crypto' AND t."payee" <> '' GROUP BY f."case_id", t."payee" ORDER BY f."case_id", t."payee"
"""
PAID_SQL = """
SELECT p."case_id", p."file", p."row", p."payee", COALESCE(p."at_ms", r."at_ms"), p."state", COALESCE(t."payer", '')
FROM "payments" AS p LEFT JOIN "transfers" AS t ON t."transfer" = p."transfer"
LEFT JOIN "reports" AS r ON r."file" = p."file" AND r."row" = p."row"
ORDER BY p."case_id", p."file", p."row", p."n"
"""
NAMED_SQL = """
SELECT c."case_id", m."file", m."row", m."kind", m."value", COALESCE(m."role", ''), r."at_ms", COALESCE(m."partial", FALSE)
FROM "mentions" AS m
INNER JOIN "case_reports" AS c ON c."file" = m."file" AND c."row" = m."row"
INNER JOIN "reports" AS r ON r."file" = m."file" AND r."row" = m."row"
LEFT JOIN (SELECT DISTINCT "kind", "value" FROM "pulls" WHERE "why" = 'benign') AS b
  ON b."kind" = m."kind" AND b."value" = m."value"
WHERE m."value" <> '' AND (m."role" = 'own' OR (COALESCE(m."valid", TRUE) AND b."value" IS NULL))
ORDER BY c."case_id", m."file", m."row", m."kind", m."value", m."role"
"""
# What a person judged to belong to no swindler.
CLEARED_SQL = """
SELECT DISTINCT "value" FROM "pulls" WHERE "why" = 'judged' ORDER BY "value"
"""
INVALID_SQL = """
SELECT "value" FROM "pulls" WHERE "why" = 'invalid' AND "kind" IN ('account', 'iban', 'wallet') ORDER BY "value"
"""
# Per pair of numbers: calls that came to and went from the subscriber, and how many of them were answered.
CALLS_SQL = """
SELECT "subscriber", "counterparty", SUM(CASE WHEN "direction" = 'in' THEN 1 ELSE 0 END),
  SUM(CASE WHEN "direction" = 'out' THEN 1 ELSE 0 END),
  SUM(CASE WHEN "direction" = 'in' AND COALESCE("duration_seconds", 0) > 0 THEN 1 ELSE 0 END),
  SUM(CASE WHEN "direction" = 'out' AND COALESCE("duration_seconds", 0) > 0 THEN 1 ELSE 0 END),
  MIN("at_ms"), MAX("at_ms")
FROM "calls" WHERE "subscriber" <> '' AND "counterparty" <> '' AND "at_ms" <= ?
GROUP BY "subscriber", "counterparty" ORDER BY "subscriber", "counterparty"
"""
DEVICES_SQL = """
SELECT "imei", "subscriber", COUNT(*), MIN("at_ms"), MAX("at_ms") FROM "calls"
WHERE "imei" <> '' AND "subscriber" <> '' AND "at_ms" <= ? GROUP BY "imei", "subscriber" ORDER BY "imei", "subscriber"
"""
# What accounts beyond a victim's payment sent and got that was not disputed: for who pays whom in the chain.
AROUND_SQL = """
SELECT t."payer", t."payee", t."at_ms", t."amount_minor", t."currency", COALESCE(o."summary", ''), COALESCE(i."summary", '')
FROM "transfers" AS t
LEFT JOIN (SELECT DISTINCT "transfer" FROM "flows") AS f ON f."transfer" = t."transfer"
LEFT JOIN (SELECT DISTINCT "account" FROM "disputed") AS a ON a."account" = t."payer"
LEFT JOIN (SELECT DISTINCT "account" FROM "disputed") AS b ON b."account" = t."payee"
LEFT JOIN "legs" AS o ON o."file" = t."out_file" AND o."row" = t."out_row"
LEFT JOIN "legs" AS i ON i."file" = t."in_file" AND i."row" = t."in_row"
WHERE f."transfer" IS NULL AND (a."account" IS NOT NULL OR b."account" IS NOT NULL) AND t."payer" <> ''
  AND t."payee" <> '' AND COALESCE(t."exit", '') = '' AND t."amount_minor" > 0 AND t."at_ms" IS NOT NULL
ORDER BY t."at_ms", t."transfer"
"""
# Cash that accounts with disputed money paid out, disputed or not: first in, first out lets a holder's own money leave first.
CASH_SQL = """
SELECT t."payer", t."at_ms" FROM "transfers" AS t
INNER JOIN (SELECT DISTINCT "account" FROM "disputed") AS d ON d."account" = t."payer"
WHERE t."exit" = 'cash' AND t."at_ms" IS NOT NULL ORDER BY t."payer", t."at_ms", t."transfer"
"""


class Reached(NamedTuple):
    """One account and currency that disputed money of a case reached (table disputed); minor units, UTC ms."""

    case_id: str
    account: str
    currency: str
    tier: int
    arrived_ms: int | None
    received: int
    passed: int
    exited: int
    held: int
    unlocated: int
    statement: bool
    statement_end_ms: int | None
    innocent: str
    bank: str


class Move(NamedTuple):
    """A transfer that carried disputed money of a case (table flows); payee is "" where it left the accounts."""

    case_id: str
    transfer: int
    payer: str
    payee: str
    tier: int
    at_ms: int
    disputed: int
    currency: str
    exit: str


class Paid(NamedTuple):
    """A payment that a report states; `payer` is the account it came from where a statement shows it."""

    case_id: str
    file: int
    row: int
    payee: str
    at_ms: int | None
    state: str
    payer: str

    @property
    def shown(self) -> bool:
        """Whether a statement shows it: as stated, or as one that the report counts without listing it."""
        return self.state in ("found", "counted")


class Named(NamedTuple):
    """An identifier that a report names as somebody else's; a web address counts as its registered domain."""

    case_id: str
    file: int
    row: int
    kind: str
    value: str
    role: str
    at_ms: int | None


class Called(NamedTuple):
    """A number and a reporter's number: how often it called, and how many calls back were answered; the reporter's cases."""

    number: str
    own: str
    cases: tuple[str, ...]
    calls: int
    answered_back: int
    first_ms: int
    last_ms: int


class Around(NamedTuple):
    """A transfer, not disputed, that an account with disputed money paid or got; `words` as the statements call it."""

    payer: str
    payee: str
    at_ms: int
    amount: int
    currency: str
    words: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it. `own`: what is the reporters', with case and time; `own_hidden`: own numbers in part masked, by length and end."""

    gang_of: Mapping[str, str]
    reached: tuple[Reached, ...]
    moves: tuple[Move, ...]
    desks: tuple[tuple[str, str, int, int, int], ...]
    paid: tuple[Paid, ...]
    named: tuple[Named, ...]
    own: Mapping[tuple[str, str], tuple[tuple[str, int | None], ...]]
    own_values: frozenset[str]
    own_hidden: Mapping[tuple[int, str], tuple[str, ...]]
    called: tuple[Called, ...]
    devices: Mapping[str, tuple[tuple[str, int, int, int], ...]]
    around: tuple[Around, ...]
    cash: tuple[tuple[str, int], ...]
    bridges: tuple[tuple[str, str, str, str], ...]
    invalid: frozenset[str]

    def gang(self, case_id: str) -> str:
        """The gang of a case."""
        return self.gang_of.get(case_id, case_id)

    def protected(self, value: str) -> bool:
        """Whether a value is, or may be, a reporter's own, or was judged nobody's: no suspicion is ever written of it."""
        ends = ((len(value), value[-2:]), (len(value), ""))
        return value in self.own_values or any(
            could_be(one, value) for end in ends for one in self.own_hidden.get(end, ())
        )


def gangs_of_cases(engine: Tables) -> dict[str, str]:
    """The gang of every case: by the table gang_cases where there is one, else each case is a gang by itself."""
    found = {str(case_id): str(case_id) for (case_id,) in engine.rows(CASES_SQL)}
    if "gang_cases" in all_tables():
        found.update((str(case_id), str(gang)) for case_id, gang in engine.rows(GANGS_SQL))
    return found


def gather(engine: Tables, as_of: int, gang_of: Mapping[str, str]) -> Facts:
    """Read everything up to `as_of` (UTC ms)."""
    paid = tuple(Paid(*row) for row in engine.rows(PAID_SQL))
    named, own, hidden = mentions(engine.rows(NAMED_SQL))
    for one in paid:
        if one.payer:
            own["account", one.payer].append((one.case_id, one.at_ms))
    return Facts(
        gang_of=gang_of,
        reached=tuple(Reached(*row) for row in engine.rows(REACHED_SQL)),
        moves=tuple(Move(*row) for row in engine.rows(MOVES_SQL)),
        desks=tuple((a, b, int(n), first, last) for a, b, n, first, last in engine.rows(DESKS_SQL)),
        paid=paid,
        named=named,
        own={key: tuple(sorted(cases, key=_case_and_time)) for key, cases in sorted(own.items())},
        own_values=frozenset(value for _, value in own) | {value for (value,) in engine.rows(CLEARED_SQL)},
        own_hidden=_by_end(value for _, value, _ in hidden),
        called=calls_to_reporters(engine.rows(CALLS_SQL, (as_of,)), own, hidden),
        devices=_devices(engine.rows(DEVICES_SQL, (as_of,))),
        around=tuple(
            Around(payer, payee, at, amount, currency, f"{out} {came}")
            for payer, payee, at, amount, currency, out, came in engine.rows(AROUND_SQL)
        ),
        cash=tuple((account, at_ms) for account, at_ms in engine.rows(CASH_SQL)),
        bridges=tuple((a, b, k, v) for a, b, k, v in engine.rows(BRIDGES_SQL)) if "bridges" in all_tables() else (),
        invalid=frozenset(value for (value,) in engine.rows(INVALID_SQL)),
    )


def _case_and_time(one: tuple[str, int | None]) -> tuple[str, int]:
    return one[0], -1 if one[1] is None else one[1]


# What is a reporter's own, by kind and value: the cases and moments that say so.
Own = dict[tuple[str, str], list[tuple[str, int | None]]]


def mentions(rows: Iterable[tuple[Any, ...]]) -> tuple[tuple[Named, ...], Own, tuple[tuple[str, str, str], ...]]:
    """What reports name of others, what is their own, and their own numbers of which a part is masked: (kind, value, case)."""
    named: list[Named] = []
    own: Own = defaultdict(list)
    hidden: set[tuple[str, str, str]] = set()
    for case_id, file, row, kind, value, role, at_ms, partial in rows:
        if role == "own":
            kind = "account" if kind in ("bank_card", "iban") else kind
            if partial:
                hidden.add((kind, value, case_id))
            else:
                own[kind, value].append((case_id, at_ms))
        elif kind in NAMED_KINDS and not partial and (said := _subject(kind, value)):
            named.append(Named(case_id, file, row, *said, role, at_ms))
    return tuple(one for one in named if (one.kind, one.value) not in own), own, tuple(sorted(hidden))


def _by_end(hidden: Iterable[str]) -> dict[tuple[int, str], tuple[str, ...]]:
    """Masked values by length and last two characters, "" where these are masked too: few are then compared with a value."""
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for value in sorted(set(hidden)):
        found[len(value), "" if "*" in value[-2:] else value[-2:]].append(value)
    return {end: tuple(values) for end, values in found.items()}


def _subject(kind: str, value: str) -> tuple[str, str] | None:
    """Kind and value as they are asserted about; None for a number that is nobody's line and a host without a name."""
    if kind in ("url", "domain"):
        host = url.host(value) if kind == "url" else value
        name = domain.registered(host) if host else None
        return ("domain", name) if name else None
    if kind == "phone" and phone.kind_of(value) in NOT_A_LINE:
        return None
    return kind, value


def calls_to_reporters(
    rows: Iterable[tuple[Any, ...]], own: Own, hidden: Iterable[tuple[str, str, str]]
) -> tuple[Called, ...]:
    """Calls to reporters' numbers, from either side's records. `rows` of CALLS_SQL.

    An own number of which a part is masked counts if exactly one number of the records fits it.
    """
    held = list(rows)
    theirs = _reporters(sorted({row[0] for row in held} | {row[1] for row in held}), own, hidden)
    found: dict[tuple[str, str], list[int]] = {}
    for subscriber, other, came, went, came_answered, went_answered, first, last in held:
        # the same call may stand in the records of both: the larger count is taken
        for number, reporter, calls, back in (
            (other, subscriber, came, went_answered),
            (subscriber, other, went, came_answered),
        ):
            if reporter in theirs and number not in theirs and phone.kind_of(number) not in NOT_A_LINE:
                one = found.setdefault((number, reporter), [0, 0, first, last])
                one[:] = max(one[0], int(calls)), max(one[1], int(back)), min(one[2], first), max(one[3], last)
    return tuple(
        Called(number, reporter, tuple(sorted(theirs[reporter])), *found[number, reporter])
        for number, reporter in sorted(found)
    )


def _reporters(numbers: Sequence[str], own: Own, hidden: Iterable[tuple[str, str, str]]) -> dict[str, set[str]]:
    """The cases of each number that is a reporter's."""
    theirs: dict[str, set[str]] = defaultdict(set)
    for (kind, value), cases in own.items():
        if kind == "phone":
            theirs[value] |= {case_id for case_id, _ in cases}
    by_end: dict[str, list[str]] = defaultdict(list)
    for number in numbers:
        by_end[number[-2:]].append(number)
    for kind, value, case_id in hidden:
        if kind == "phone":
            fits = [one for one in (numbers if "*" in value[-2:] else by_end[value[-2:]]) if could_be(value, one)]
            if len(fits) == 1:
                theirs[fits[0]].add(case_id)
    return theirs


def _devices(rows: Iterable[tuple[Any, ...]]) -> dict[str, tuple[tuple[str, int, int, int], ...]]:
    """The numbers that each device used, with calls, first and last."""
    found: dict[str, list[tuple[str, int, int, int]]] = defaultdict(list)
    for imei, subscriber, count, first, last in rows:
        found[imei].append((subscriber, count, first, last))
    return {imei: tuple(lines) for imei, lines in found.items()}


def callers(facts: Facts) -> dict[str, list[tuple[str, int | None]]]:
    """Numbers that called reporters and to which no reporter's call back was answered: case and moment of each.

    A reporter's bill shows everybody who ever called, most of them friends: a number counts only if a report of the same gang
    names it, or if it called the numbers of several reporters.
    """
    friends = {one.number for one in facts.called if one.answered_back}
    reporters: dict[str, set[str]] = defaultdict(set)
    for one in facts.called:
        if one.calls:
            reporters[one.number].add(one.own)
    named = {(facts.gang(one.case_id), one.value) for one in facts.named if one.kind == "phone"}
    found: dict[str, list[tuple[str, int | None]]] = defaultdict(list)
    for one in facts.called:
        for case_id in one.cases if one.calls and one.number not in friends else ():
            if len(reporters[one.number]) > 1 or (facts.gang(case_id), one.number) in named:
                found[one.number].append((case_id, one.first_ms))
                if one.last_ms > one.first_ms:
                    found[one.number].append((case_id, one.last_ms))
    return dict(found)
