"""The gap list as next best requests: which record to ask for, of whom, why, and what it would gain. Contract: the table `requests`.

Gain is per mille and adds two parts: the share of the gang's disputed money that the record may find, and the stages that it may show
and that are not seen yet. It is how requests of one gang are put in order, no measured probability. What is held is not asked
for again; a reporter's account is never asked for, and sums too small to weigh up a third party's records are left alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fanzha.clean import payment_account
from fanzha.clean.currency import exponent
from fanzha.link.claims import account_kind, case_order
from fanzha.link.coverage import CHATS_SQL, SEEN, covered
from fanzha.link.coverage import Row as Coverage
from fanzha.link.facts import Facts, Reached, gangs_of_cases, gather
from fanzha.link.roles import Row as Assertion
from fanzha.link.roles import assertions
from fanzha.store.contract import Tables

MADE = ("roles", "coverage", "requests")
REQUESTS_MAX = 30  # per gang: nobody asks for more before the first answers come
ASK_MIN_MAJOR = 100  # as for the steps of a case (respond)
ASKED_OF = ("R-CARD", "R-CDLR", "R-WASH", "R-CORE", "R-CASH")  # roles of accounts whose holder is asked about
FRESH_MS = 3 * 86_400_000  # a statement whose last row or admission is this close to as_of is held up to now
OPENS_SEEN, OPENS_HINTED = 120, 60  # per mille of gain for a stage not known at all, and for one only hinted at
# Per record: the chance, per mille, that it shows what is asked, and the stages that it may show. Assumptions of this version.
ASKED_AGAIN = 400  # the chance for a statement of which an earlier one is held
RECORDS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "statement": (700, ("S7", "S8")),
    "account_abroad": (150, ("S8",)),
    "kyc": (300, ("S8",)),
    "cash_record": (300, ("S8",)),
    "holder_record": (600, ("S2",)),
    "logins_devices": (400, ("S2", "S0")),
    "call_records": (500, ("S5", "S4")),
    "subscriber": (400, ("S5", "S2")),
    "device_numbers": (600, ("S2", "S5")),
    "hosting": (300, ("S2", "S0")),
    "app_certificate": (300, ("S2", "S9")),
    "told_again": (500, ("S4", "S1")),
}
HELD_SQL = """
SELECT 'holder_record', "account" FROM "accounts" WHERE "account" <> ''
UNION SELECT 'call_records', "subscriber" FROM "calls" WHERE "subscriber" <> '' AND "at_ms" <= ?
UNION SELECT 'device_numbers', "imei" FROM "calls" WHERE "imei" <> '' AND "at_ms" <= ?
ORDER BY 1, 2
"""
ADMITTED_SQL = """
SELECT l."account", MAX(f."at_ms") FROM "legs" AS l INNER JOIN "files" AS f ON f."file" = l."file"
INNER JOIN (SELECT DISTINCT "account" FROM "disputed") AS d ON d."account" = l."account"
WHERE f."at_ms" IS NOT NULL GROUP BY l."account" ORDER BY l."account"
"""


class Request(NamedTuple):
    """One request before it is ranked; `reachable` in minor units of `currency`."""

    gang: str
    ask_whom: str
    record: str
    kind: str
    value: str
    why: str
    reachable: int = 0
    currency: str = ""


Row = tuple[str, int, str, str, str, str, str, str, int, int, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule looks at: facts, assertions, what is held already (record, value), when the latest statement of each account was
    admitted, and the moment of everything (UTC ms)."""

    facts: Facts
    said: Sequence[Assertion]
    held: frozenset[tuple[str, str]]
    admitted: Mapping[str, int]
    as_of: int


def survey(engine: Tables, as_of: int, gang_of: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Make roles, coverage and requests of every gang from one reading of the tables, up to `as_of` (UTC ms).

    `gang_of`: the gang of each case; without it the table gang_cases says, or each case is a gang.
    """
    facts = gather(engine, as_of, gangs_of_cases(engine) if gang_of is None else gang_of)
    said = assertions(facts)
    stages = covered(facts, said, engine.rows(CHATS_SQL))
    held = frozenset((record, value) for record, value in engine.rows(HELD_SQL, (as_of, as_of)))
    admitted = dict(engine.rows(ADMITTED_SQL))
    engine.replace_rows("roles", said)
    engine.replace_rows("coverage", stages)
    engine.replace_rows("requests", ranked(Known(facts, said, held, admitted, as_of), stages))
    return MADE


def ranked(known: Known, stages: Iterable[Coverage]) -> list[Row]:
    """Rows of `requests`: per gang the largest gain first, then record, kind, value, why and body."""
    state = {(gang, stage): said for gang, stage, said, *_ in stages}
    whole: dict[tuple[str, str], int] = defaultdict(int)
    for one in known.facts.reached:
        if one.tier == 1:
            whole[known.facts.gang(one.case_id), one.currency] += one.received
    best: dict[tuple[str, str, str, str], tuple[int, str, Request]] = {}
    for rule in RULES:
        for request in rule(known):
            if (request.record, request.value) in known.held:
                continue
            gain, opens = gain_of(request, whole[request.gang, request.currency], state)
            key = (request.gang, request.record, request.kind, request.value)
            if gain > 0 and (key not in best or _order((gain, opens, request)) < _order(best[key])):
                best[key] = (gain, opens, request)
    by_gang: dict[str, list[tuple[int, str, Request]]] = defaultdict(list)
    for key, found in best.items():
        by_gang[key[0]].append(found)
    rows: list[Row] = []
    for gang in sorted(by_gang):
        for number, (gain, opens, r) in enumerate(sorted(by_gang[gang], key=_order)[:REQUESTS_MAX], 1):
            rows.append(
                (gang, number, r.ask_whom, r.record, r.kind, r.value, r.why, opens, gain, r.reachable, r.currency)
            )
    return rows


def _order(one: tuple[int, str, Request]) -> tuple[int, int, str, str, str, str, str, str]:
    gain, _, r = one
    return (-gain, -r.reachable, r.record, r.kind, r.value, r.why, r.ask_whom, r.currency)


def gain_of(request: Request, whole: int, state: Mapping[tuple[str, str], str]) -> tuple[int, str]:
    """Expected gain per mille, and the stages it may show that are not seen yet. `whole`: the gang's disputed money (minor units)."""
    chance, stages = RECORDS[request.record]
    chance = ASKED_AGAIN if request.why == "statement_ends" else chance
    opens = [stage for stage in stages if state.get((request.gang, stage)) != SEEN]
    share = min(1000, 1000 * request.reachable // whole) if whole else 0
    known = sum(OPENS_HINTED if state.get((request.gang, stage)) == "hinted" else OPENS_SEEN for stage in opens)
    return chance * (share + known + 10) // 1000, ",".join(
        opens
    )  # 10: more about a stage that is seen is worth little, not nothing


def statements(known: Known) -> Iterator[Request]:
    """Where the trail ends: no statement, or one that ended while money was there or does not say where it went."""
    for one in known.facts.reached:
        if account_kind(one.account) != "account" or not _may_ask(known, one.account):
            continue
        if not one.statement:
            if _worth(one.received, one.currency):
                yield _about(known, one, "statement", "trail_ends", one.unlocated)
        elif _ended(known, one) and _worth(one.held + one.unlocated, one.currency):
            yield _about(known, one, "statement", "statement_ends", one.held + one.unlocated)


def wallets(known: Known) -> Iterator[Request]:
    """Whose wallet disputed money reached."""
    for one in known.facts.reached:
        if account_kind(one.account) == "wallet" and _may_ask(known, one.account):
            amount = one.held + one.unlocated
            gang = known.facts.gang(one.case_id)
            yield Request(gang, "exchange", "kyc", "wallet", one.account, "left_for_tokens", amount, one.currency)


def ways_out(known: Known) -> Iterator[Request]:
    """Who took the money out: cash where and when, tokens to whom, abroad into which account."""
    ways = {
        "cash": ("bank", "cash_record", "left_in_cash"),
        "crypto": ("exchange", "kyc", "left_for_tokens"),
        "abroad": ("police_abroad", "account_abroad", "left_the_country"),
    }
    total: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for move in known.facts.moves:
        if move.exit in ways and move.payer and _may_ask(known, move.payer):
            total[known.facts.gang(move.case_id), move.payer, move.exit, move.currency] += move.disputed
    for (gang, account, way, currency), amount in sorted(total.items()):
        body, record, why = ways[way]
        if _worth(amount, currency):  # cash is gone: the record names people, it finds no money
            reachable = 0 if way == "cash" else amount
            yield Request(gang, body, record, account_kind(account), account, why, reachable, currency)


def holders(known: Known) -> Iterator[Request]:
    """Who opened an account that somebody may have lent, sold or dealt in, and from where it is moved."""
    with_statement = {one.account for one in known.facts.reached if one.statement}
    for gang, _, kind, value, role, *_ in known.said:
        if kind != "account" or role not in ASKED_OF:
            continue
        if role in ("R-CORE", "R-CDLR") and value not in with_statement:
            yield Request(gang, _keeper(value), "statement", kind, value, "who_is_paid")
        yield Request(gang, _keeper(value), "holder_record", kind, value, "holder_unknown")
        if role in ("R-CARD", "R-WASH"):
            yield Request(gang, _keeper(value), "logins_devices", kind, value, "moved_by_others")


def numbers(known: Known) -> Iterator[Request]:
    """Who has the numbers that called reporters or that reports name, whom else they call, and what else a device used."""
    for gang, _, kind, value, role, *_ in known.said:
        if role == "R-OPER" and kind == "phone":
            yield Request(gang, "telco", "subscriber", kind, value, "caller_unknown")
            yield Request(gang, "telco", "call_records", kind, value, "whom_it_called")
        if role == "R-GOIP" and kind == "imei":
            yield Request(gang, "telco", "device_numbers", kind, value, "lines_behind_it")


def sites(known: Known) -> Iterator[Request]:
    """Who runs a site, who made and signed an app."""
    for gang, _, kind, value, role, *_ in known.said:
        if role == "R-TECH" and kind == "domain":
            yield Request(gang, "registrar", "hosting", kind, value, "who_runs_site")
        elif role == "R-TECH":
            yield Request(gang, "platform", "app_certificate", kind, value, "who_signed_app")


def contacts(known: Known) -> Iterator[Request]:
    """How the reporters were reached: their own call records, with their consent, and what they remember of it."""
    shown = {known.facts.gang(case_id) for one in known.facts.called for case_id in one.cases}
    for (kind, value), rows in known.facts.own.items():
        if kind == "phone":
            for gang in sorted({known.facts.gang(case_id) for case_id, _ in rows} - shown):
                yield Request(gang, "telco", "call_records", kind, value, "contact_not_shown")
    earliest: dict[str, str] = {}
    for case_id in sorted(known.facts.gang_of, key=case_order):
        earliest.setdefault(known.facts.gang(case_id), case_id)
    for gang, case_id in earliest.items():
        yield Request(gang, "station", "told_again", "report", case_id, "first_contact_unknown")


def _may_ask(known: Known, account: str) -> bool:
    return account not in known.facts.invalid and not known.facts.protected(account)


def _worth(amount: int, currency: str) -> bool:
    return bool(amount >= ASK_MIN_MAJOR * 10 ** exponent(currency))


def _about(known: Known, one: Reached, record: str, why: str, amount: int) -> Request:
    gang = known.facts.gang(one.case_id)
    return Request(gang, _keeper(one.account), record, "account", one.account, why, amount, one.currency)


def _keeper(account: str) -> str:
    return "payment_company" if payment_account.parts(account)[0] else "bank"


def _ended(known: Known, one: Reached) -> bool:
    """Whether the statement held does not reach up to now: neither its last row nor its admission is near as_of."""
    moments = (one.statement_end_ms, known.admitted.get(one.account))
    return all(at_ms is None or abs(known.as_of - at_ms) > FRESH_MS for at_ms in moments)


RULES: tuple[Callable[[Known], Iterator[Request]], ...] = (
    statements, wallets, ways_out, holders, numbers, sites, contacts,
)  # fmt: skip
