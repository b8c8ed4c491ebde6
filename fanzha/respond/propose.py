"""Respond: what to do next in each case, most reachable money first. Software proposes; a named person decides.

No hold without amount, ground and end; it names the traced amount, never the account. Who looks like a receiver in good
faith is heard first. Sites may be taken down, persons never.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from fanzha.clean import domain, url
from fanzha.clean.currency import exponent
from fanzha.clean.issuer import Bins
from fanzha.clean.transaction import is_transaction
from fanzha.respond.disputed import DISPUTED_SQL, Known, Money, Purse, known_of
from fanzha.respond.ground import case_today
from fanzha.respond.orders import HEAR_FIRST, HOLD_MS, HOUR_MS, MEASURES
from fanzha.respond.overdue import LiftProposal, lift_proposals
from fanzha.respond.steps import Step, ranked
from fanzha.store.contract import Tables

MADE = ("steps",)
# Money that passed on is rarely there after three days: later a hold would catch other people's money. An assumption; FATF, Egmont and
# INTERPOL stress the first 24 to 72 hours.
RECENT_MS = 72 * HOUR_MS
# A payment that its victim states is held for longer: the account is named by a person, and many report days later. An assumption; in one
# simulated town no limit at all caught nothing more and held more than twice as much money of honest people.
STATED_RECENT_MS = 7 * 24 * HOUR_MS
OLD_STATEMENT_MS = 24 * HOUR_MS  # a statement that ends so long ago shows what was there, not what is; an assumption
# Below this, in major units, nobody is asked for a statement or an exit: the trace of a few yuan in an ordinary person's
# account does not weigh up the request (Anti-Telecom and Online Fraud Law, art. 4). `disputed` and `exits` still list it.
ASK_MIN_MAJOR = 100
# Below this, in major units, nothing is held in an account of which no statement is held and which no victim named: the statement is
# asked for first. An assumption; in simulated towns smaller holds of this kind caught nothing and held other people's money.
UNSEEN_MIN_MAJOR = 1_000
EXIT_GROUNDS = {"cash": "left_as_cash", "crypto": "left_as_crypto", "goods": "left_as_goods", "abroad": "left_abroad"}
REACHABLE_EXITS = ("crypto", "abroad")  # a desk or a foreign bank may still hold it; cash and goods are gone

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
# Reports whose stated loss is more than the payments known of it, with the reporter's own account where one is known, and whether its
# statement is held.
UNLISTED_SQL = """
SELECT p."case_id", p."file", p."row", MAX(r."amount_minor") - SUM(p."amount_minor"), p."currency", COALESCE(MAX(t."payer"), ''),
  MAX(CASE WHEN t."seen_by" IN ('payer', 'both') THEN 1 ELSE 0 END), SUM(CASE WHEN p."amount_minor" IS NULL THEN 1 ELSE 0 END)
FROM "payments" AS p
INNER JOIN "reports" AS r ON r."file" = p."file" AND r."row" = p."row" AND r."currency" = p."currency"
LEFT JOIN "transfers" AS t ON t."transfer" = p."transfer"
WHERE r."amount_minor" IS NOT NULL
GROUP BY p."case_id", p."file", p."row", p."currency" ORDER BY p."case_id", p."file", p."row", p."currency"
"""
INVALID_SQL = """
SELECT DISTINCT "case_id", "file", "row" FROM "joins"
WHERE "why" = 'invalid' AND "kind" IN ('account', 'iban', 'wallet', 'phone', 'imei')
ORDER BY "case_id", "file", "row"
"""
ORDERED_SQL = 'SELECT "order", "verb", "case_id" FROM "orders" ORDER BY "order"'
NO_BINS = Bins({}, (), ())


def propose(engine: Tables, as_of: int, bins: Bins = NO_BINS) -> tuple[str, ...]:
    """Make `steps` from what linking and tracing found. A hold proposed at `as_of` (UTC ms) ends 48 hours later.

    What orders take already is not proposed again. `bins` tells which bank to ask where no file names it.
    """
    # nobody holds a transaction, and nobody can be asked for its statement
    disputed = [one for one in (Money(*row) for row in engine.rows(DISPUTED_SQL)) if not is_transaction(one.account)]
    known, unlisted = known_of(engine, disputed), engine.rows(UNLISTED_SQL)
    lifts = for_lost_grounds(lift_proposals(engine))
    others = [
        *for_exits(engine.rows(EXITS_SQL)),
        *for_shared_identifiers(engine.rows(JOINS_SQL)),
        *for_doubtful_reports(engine.rows(MISSING_SQL), engine.rows(INVALID_SQL)),
    ]
    steps = [*for_money(disputed, unlisted, known, as_of), *others]
    ordered, plan = engine.rows(ORDERED_SQL), steps
    if ordered:
        there: dict[Purse, int] = defaultdict(int)
        for row in disputed:
            there[row.case_id, row.account, row.currency] += row.held + row.unlocated
        plan = [*for_money(disputed, unlisted, known._replace(asked=(), free=there), as_of), *others]
    measures = _measures(engine, ordered) if lifts else {}
    engine.replace_rows("steps", ranked((with_issuer(step, bins) for step in [*lifts, *steps]), plan, measures))
    return MADE


def for_money(disputed: Sequence[Money], unlisted: Sequence[Sequence[Any]], known: Known, as_of: int) -> list[Step]:
    """The steps that depend on what was ordered before: what is held, heard and asked for."""
    return [
        *for_held_money(disputed, known, as_of),
        *for_unlocated_money(disputed, known, as_of),
        *for_unlisted_payments(unlisted, known),
    ]


def _measures(engine: Tables, ordered: Iterable[Sequence[Any]]) -> dict[str, list[int]]:
    """By the case of today, every hold and freeze that was ever proposed and stands, by number."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, verb, case_id in ordered:
        if verb in MEASURES:
            found[case_today(engine, str(case_id))].append(int(number))
    return found


def with_issuer(step: Step, bins: Bins) -> Step:
    """The step with the bank that issued the card, by its first digits, where no file names the bank; marked as such."""
    if step.target_kind != "account" or step.body or ":" in step.target:
        return step
    issuer = bins.issuer(step.target)
    return step._replace(body=f"{issuer.zh} (BIN)") if issuer else step


def for_lost_grounds(lifts: Iterable[LiftProposal]) -> list[Step]:
    """Lift what has lost its ground."""
    return [
        Step(
            one.case_id,
            "lift",
            "account",
            one.account,
            one.body,
            one.amount,
            one.currency,
            None,
            one.ground,
            one.innocent,
            0,
            one.order,
        )
        for one in lifts
    ]


def for_held_money(disputed: Iterable[Money], known: Known, as_of: int) -> list[Step]:
    """Hold what is or may be still there, unless the holder may be innocent in a way that must be heard first.

    Accounts that a person judged to belong to no swindler are heard, whatever was traced to them.
    """
    steps = []
    for row in disputed:
        if row.account in known.own:
            if row.held + row.unlocated > 0:
                steps.append(_ask(row, row.held + row.unlocated, "victims_own_account", "unwitting"))
        elif known.hears_first(row):
            if row.received > 0:
                good = (row.account, row.currency) in known.good_faith
                heard = row.innocent if row.innocent in HEAR_FIRST else "shop" if good else "unwitting"
                steps.append(_ask(row, row.held, "good_faith_receiver", heard))
        else:
            amount, ground = _may_hold(row, known, as_of)
            amount = min(amount, known.free[row.case_id, row.account, row.currency])
            if amount > 0:
                ends = as_of + HOLD_MS
                steps.append(
                    Step(
                        row.case_id, "hold", "account", row.account, row.bank, amount, row.currency, ends, ground, row.innocent,
                        amount,
                    )
                )  # fmt: skip
    return steps


def _may_hold(row: Money, known: Known, as_of: int) -> tuple[int, str]:
    """How much may be held in an account (minor units), and on what ground; 0 where nothing should be.

    What a statement shows to be there, and what came lately and no statement shows: none is held, or it ends before the money came. The
    ground is that of the larger part.
    """
    unseen, unseen_ground = _unseen(row, known, as_of)
    if row.held >= unseen:
        ground = "" if not row.held else "traced_amount_old" if is_old(row, as_of) else "traced_amount"
        return row.held + unseen, ground
    return row.held + unseen, unseen_ground


def _unseen(row: Money, known: Known, as_of: int) -> tuple[int, str]:
    """What is stated or was seen to go to an account and may be held if it came lately, beside the request for the statement.

    A chain address has no bank that could hold, a number that fails its check no account.
    """
    purse = (row.case_id, row.account, row.currency)
    last_ms = known.last_ms.get(purse)
    if last_ms is None or ":" in row.account or row.account in known.invalid:
        return 0, ""
    amount = min(row.unlocated, known.later.get(purse, 0)) if row.statement else row.unlocated
    ground, recent_ms = ("stated_payment", STATED_RECENT_MS) if row.tier == 1 else ("traced_amount_unseen", RECENT_MS)
    if row.tier > 1 and amount < UNSEEN_MIN_MAJOR * 10 ** exponent(row.currency):
        return 0, ""  # little that went on to somebody of whom nothing is known is no ground for a measure
    return (amount, ground) if as_of - last_ms <= recent_ms else (0, "")


def is_old(row: Money, as_of: int) -> bool:
    """Whether the statement held ends too long ago to tell what is there now."""
    return row.statement_end_ms is not None and as_of - row.statement_end_ms > OLD_STATEMENT_MS


def _ask(row: Money, amount: int, ground: str, innocent: str) -> Step:
    return Step(
        row.case_id,
        "ask_holder",
        "account",
        row.account,
        row.bank,
        amount,
        row.currency,
        None,
        ground,
        innocent,
        amount,
    )


def for_unlocated_money(disputed: Iterable[Money], known: Known, as_of: int) -> list[Step]:
    """Ask for the statement where the trail ends, and for a new one where money was when an old one ended.

    A mistyped number is no account: its report is clarified instead. A reporter's own account is never asked for: what came back
    to it is the reporter's to explain.
    """
    steps = []
    for row in disputed:
        if row.account in known.invalid or row.account in known.own or row.account in known.asked:
            continue
        ends_here = not row.statement and worth_asking(row.received, row.currency)
        kind = "wallet" if ":" in row.account else "account"
        amount = row.unlocated
        if ends_here or worth_asking(row.unlocated, row.currency):
            verb = "request_exit" if kind == "wallet" else "request_statement"
            ground = "left_as_crypto" if kind == "wallet" else "statement_gap" if row.statement else "trail_ends"
        elif is_renewable(row, known, as_of):
            verb, ground, amount = "request_statement", "statement_old", row.held
        else:
            continue
        steps.append(
            Step(
                row.case_id, verb, kind, row.account, row.bank, amount, row.currency, None, ground, row.innocent, amount
            )
        )
    return steps


def for_unlisted_payments(unlisted: Iterable[Sequence[Any]], known: Known) -> list[Step]:
    """Ask for the statement of the account that the reporter paid from, with the reporter's consent, where a report counts more than it
    lists; where none is known or it is held already, ask the reporter which payments are meant. The last ones are listed least and
    are the ones that a hold may still reach."""
    steps = []
    for case_id, file, row, amount, currency, payer, shown, unclear in unlisted:
        if unclear or not worth_asking(int(amount), currency):
            continue
        if payer and not shown and payer not in known.asked and ":" not in payer:
            verb, kind, target = "request_statement", "account", payer
        else:
            verb, kind, target = "clarify_report", "report", f"{file}-{row}"
        steps.append(
            Step(
                case_id, verb, kind, target, "", int(amount), currency, None, "payments_not_listed", "none", int(amount)
            )
        )
    return steps


def is_renewable(row: Money, known: Known, as_of: int) -> bool:
    """Whether a newer statement would show if a hold is still of use. Holders who are heard first are not asked for by it."""
    heard = known.hears_first(row) or ":" in row.account
    return not heard and is_old(row, as_of) and worth_asking(row.held, row.currency)


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
