"""Respond: what to do next in each case, most reachable money first. Software proposes; a named person decides.

No hold without amount, ground and end; it names the traced amount, never the account. Who looks like a receiver in good
faith is heard first. Sites may be taken down, persons never.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from fanzha.clean import domain, url
from fanzha.clean.currency import exponent
from fanzha.clean.issuer import Bins
from fanzha.store.contract import Tables

MADE = ("steps",)
HOLD_MS = 48 * 3_600_000  # 银发〔2016〕261号: an emergency stop-payment ends after 48 hours unless a freeze follows
# Below this, in major units, nobody is asked for a statement or an exit: the trace of a few yuan in an ordinary person's
# account does not weigh up the request (Anti-Telecom and Online Fraud Law, art. 4). `disputed` and `exits` still list it.
ASK_MIN_MAJOR = 100
HEAR_FIRST = ("shop", "payroll", "family")
CLEARED_ACCOUNTS_SQL = """
SELECT "value" FROM "pulls" WHERE "why" = 'judged' AND "kind" IN ('account', 'iban', 'wallet') ORDER BY "value"
"""
VERBS = ("hold", "ask_holder", "request_statement", "request_exit", "clarify_report", "request_subscriber", "takedown")
EXIT_GROUNDS = {"cash": "left_as_cash", "crypto": "left_as_crypto", "goods": "left_as_goods", "abroad": "left_abroad"}
REACHABLE_EXITS = ("crypto", "abroad")  # a desk or a foreign bank may still hold it; cash and goods are gone

DISPUTED_SQL = """
SELECT "case_id", "account", COALESCE("bank", ''), "received_minor", "held_minor", "unlocated_minor", "currency",
  COALESCE("statement", FALSE), COALESCE("innocent", 'none')
FROM "disputed" ORDER BY "case_id", "account", "currency"
"""
EXITS_SQL = """
SELECT e."case_id", e."account", COALESCE(MIN(d."bank"), ''), e."kind", e."currency", SUM(e."disputed_minor")
FROM "exits" AS e
LEFT JOIN (SELECT DISTINCT "case_id", "account", "bank" FROM "disputed") AS d
  ON d."case_id" = e."case_id" AND d."account" = e."account"
WHERE e."kind" <> 'file_ends'
GROUP BY e."case_id", e."account", e."kind", e."currency" ORDER BY 1, 2, 4, 5
"""
JOINS_SQL = """
SELECT DISTINCT "case_id", "kind", "value" FROM "joins" WHERE "joins" AND "kind" IN ('phone', 'url', 'domain')
ORDER BY "case_id", "kind", "value"
"""
MISSING_SQL = """
SELECT "case_id", "file", "row", SUM("amount_minor"), "currency" FROM "payments" WHERE "state" = 'missing'
GROUP BY "case_id", "file", "row", "currency" ORDER BY "case_id", "file", "row", "currency"
"""
INVALID_SQL = """
SELECT DISTINCT "case_id", "file", "row" FROM "joins"
WHERE "why" = 'invalid' AND "kind" IN ('account', 'iban', 'wallet', 'phone', 'imei')
ORDER BY "case_id", "file", "row"
"""
INVALID_ACCOUNTS_SQL = """
SELECT "value" FROM "pulls" WHERE "why" = 'invalid' AND "kind" IN ('account', 'iban', 'wallet') ORDER BY "value"
"""
VICTIMS_ACCOUNTS_SQL = """
SELECT DISTINCT t."payer" FROM "payments" AS p INNER JOIN "transfers" AS t ON t."transfer" = p."transfer"
WHERE t."payer" <> '' ORDER BY t."payer"
"""


NO_BINS = Bins({}, (), ())


class Step(NamedTuple):
    """One proposal before it is ranked. `amount` and `expires_ms` are None where the verb has none."""

    case_id: str
    verb: str
    target_kind: str
    target: str
    body: str
    amount: int | None
    currency: str
    expires_ms: int | None
    ground: str
    innocent: str
    reachable: int


def propose(engine: Tables, as_of: int, bins: Bins = NO_BINS) -> tuple[str, ...]:
    """Make `steps` from what linking and tracing found. A hold proposed at `as_of` (UTC ms) ends 48 hours later.

    `bins` tells which bank to ask where no file names it.
    """
    own = {row[0] for row in engine.rows(VICTIMS_ACCOUNTS_SQL)}
    invalid = {row[0] for row in engine.rows(INVALID_ACCOUNTS_SQL)}
    cleared = {row[0] for row in engine.rows(CLEARED_ACCOUNTS_SQL)}
    disputed = engine.rows(DISPUTED_SQL)
    steps = [
        *for_held_money(disputed, own, as_of, cleared),
        *for_unlocated_money(disputed, invalid, own),
        *for_exits(engine.rows(EXITS_SQL)),
        *for_shared_identifiers(engine.rows(JOINS_SQL)),
        *for_doubtful_reports(engine.rows(MISSING_SQL), engine.rows(INVALID_SQL)),
    ]
    engine.replace_rows("steps", rank(with_issuer(step, bins) for step in steps))
    return MADE


def with_issuer(step: Step, bins: Bins) -> Step:
    """The step with the bank that issued the card, by its first digits, where no file names the bank; marked as such."""
    if step.target_kind != "account" or step.body or ":" in step.target:
        return step
    issuer = bins.issuer(step.target)
    return step._replace(body=f"{issuer.zh} (BIN)") if issuer else step


def for_held_money(
    disputed: Iterable[Sequence[Any]], own: Collection[str], as_of: int, cleared: Collection[str] = ()
) -> list[Step]:
    """Hold what is still there, unless the holder may be innocent in a way that must be heard first.

    `cleared`: accounts that a person judged to belong to no swindler; their holders are heard, whatever was traced to them.
    """
    steps = []
    for case_id, account, bank, received, held, unlocated, currency, _, innocent in disputed:
        if account in own:
            returned = held + unlocated
            if returned > 0:
                steps.append(_ask(case_id, account, bank, returned, currency, "victims_own_account", "unwitting"))
        elif innocent in HEAR_FIRST or account in cleared:
            if received > 0:
                heard = innocent if innocent in HEAR_FIRST else "unwitting"
                steps.append(_ask(case_id, account, bank, held, currency, "good_faith_receiver", heard))
        elif held > 0:
            steps.append(
                Step(
                    case_id,
                    "hold",
                    "account",
                    account,
                    bank,
                    held,
                    currency,
                    as_of + HOLD_MS,
                    "traced_amount",
                    innocent,
                    held,
                )
            )
    return steps


def _ask(case_id: str, account: str, bank: str, held: int, currency: str, ground: str, innocent: str) -> Step:
    return Step(case_id, "ask_holder", "account", account, bank, held, currency, None, ground, innocent, held)


def for_unlocated_money(
    disputed: Iterable[Sequence[Any]], invalid: Collection[str], own: Collection[str]
) -> list[Step]:
    """Ask for the statement where the trail ends. A mistyped number is no account: its report is clarified instead.

    A reporter's own account is never asked for: what came back to it is the reporter's to explain.
    """
    steps = []
    for case_id, account, bank, received, _, unlocated, currency, statement, innocent in disputed:
        if (not statement and worth_asking(received, currency)) or worth_asking(unlocated, currency):
            if account in invalid or account in own:
                continue
            kind = "wallet" if ":" in account else "account"
            verb = "request_exit" if kind == "wallet" else "request_statement"
            ground = "left_as_crypto" if kind == "wallet" else "statement_gap" if statement else "trail_ends"
            steps.append(
                Step(case_id, verb, kind, account, bank, unlocated, currency, None, ground, innocent, unlocated)
            )
    return steps


def worth_asking(amount: int, currency: str) -> bool:
    """Whether an amount in minor units is worth a request to a third party."""
    smallest: int = ASK_MIN_MAJOR * 10 ** exponent(currency)
    return amount >= smallest


def for_exits(exits: Iterable[Sequence[Any]]) -> list[Step]:
    """Ask who took the money out, one step for each account and way out."""
    return [
        Step(
            case_id,
            "request_exit",
            "account",
            account,
            bank,
            int(amount),
            currency,
            None,
            EXIT_GROUNDS[kind],
            "none",
            int(amount) if kind in REACHABLE_EXITS else 0,
        )
        for case_id, account, bank, kind, currency, amount in exits
        if worth_asking(int(amount), currency)
    ]


def for_shared_identifiers(joins: Iterable[Sequence[Any]]) -> list[Step]:
    """Ask for the calls of a number that joins reports; propose that a site that joins reports be taken down.

    A page of a site that is proposed itself is not proposed again.
    """
    found = list(joins)
    sites = {(case_id, value) for case_id, kind, value in found if kind == "domain"}
    return [
        Step(case_id, "request_subscriber", kind, value, "", None, "", None, "joins_reports", "none", 0)
        if kind == "phone"
        else Step(case_id, "takedown", kind, value, "", None, "", None, "site_in_reports", "none", 0)
        for case_id, kind, value in found
        if kind != "url" or (case_id, domain.registered(url.host(value))) not in sites
    ]


def for_doubtful_reports(missing: Iterable[Sequence[Any]], invalid: Iterable[Sequence[Any]]) -> list[Step]:
    """Ask the reporter again where the statement contradicts the report or a number cannot be right."""
    steps = [
        Step(
            case_id,
            "clarify_report",
            "report",
            f"{file}-{row}",
            "",
            int(amount),
            currency,
            None,
            "payment_not_shown",
            "none",
            0,
        )
        for case_id, file, row, amount, currency in missing
    ]
    return steps + [
        Step(case_id, "clarify_report", "report", f"{file}-{row}", "", None, "", None, "number_invalid", "none", 0)
        for case_id, file, row in invalid
    ]


def rank(steps: Iterable[Step]) -> list[tuple[Any, ...]]:
    """Rows of `steps`, numbered from 1 in each case: most reachable money first, then verb, target, currency, ground."""
    by_case: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        by_case[step.case_id].append(step)
    rows = []
    for case_id in sorted(by_case):
        ordered = sorted(
            by_case[case_id], key=lambda s: (-s.reachable, VERBS.index(s.verb), s.target, s.currency, s.ground)
        )
        rows += [(case_id, number, *step[1:]) for number, step in enumerate(ordered, 1)]
    return rows
