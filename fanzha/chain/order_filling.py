"""What a proposed order leaves open is filled in from the tables: currency, ground, law, body, and what it is sealed with."""

from dataclasses import replace

from fanzha.errors import InputError
from fanzha.respond.orders import BARE, MEASURES, PROTECTIVE, VERBS, Facts, Order, Proposal
from fanzha.store.engine import Engine
from fanzha.store.journal import Entry
from fanzha.store.record import Record

GROUND_OF = {
    "extend_hold": "term_ends",
    "extend_freeze": "term_ends",
    "lift": "not_needed",
    "end_watch": "not_needed",
    "return": "return_of_funds",
}
LAW_OF_GROUND = {"appeal_upheld": "anti_fraud_32", "judged_nobody": "cpl_145", PROTECTIVE: "anti_fraud_34"}
BY_BIN = " (BIN)"  # mark of a bank that the first digits of a card tell

_STEP_OF_SQL = """
SELECT "ground", "body" FROM "steps" WHERE "case_id" = ? AND "target" = ? AND "verb" = ? ORDER BY "rank"
"""
_DISPUTED_SQL = """
SELECT "currency", COALESCE("bank", ''), "held_minor" FROM "disputed" WHERE "case_id" = ? AND "account" = ? ORDER BY "currency"
"""
# The first admission that names an account: a report, then a statement of either side.
_NAMED_SQL = (
    """SELECT MIN("file") FROM "mentions" WHERE "value" = ? AND "kind" IN ('account', 'bank_card', 'iban', 'wallet')""",
    'SELECT MIN("file") FROM "legs" WHERE "account" = ?',
    'SELECT MIN("file") FROM "legs" WHERE "counter_account" = ?',
)


def filled(engine: Engine, proposal: Proposal) -> Proposal:
    """The proposal with currency, ground, law and body where they were left open."""
    verb, case_id, account = proposal.verb, proposal.case_id, "".join(proposal.account.split())
    rows = engine.rows(_DISPUTED_SQL, (case_id, account))
    currency = proposal.currency or (rows[0][0] if len({row[0] for row in rows}) == 1 else "")
    if not currency and verb in MEASURES:
        raise InputError(
            "the currency must be named: several are in dispute there"
            if rows
            else "the currency must be named: no disputed money is known in this account in this case",
            "须写明币种：该账户涉案币种有多个" if rows else "须写明币种：本案未见涉案资金到达该账户",
            where=verb,
            remedy="name an ISO 4217 code such as CNY, with --currency"
            if rows
            else "look at the number again; where only a report names the account, give --currency",
            remedy_zh="请用 --currency 写明 ISO 4217 代码，如 CNY"
            if rows
            else "请核对账号；仅报案提及该账户的，请用 --currency 写明币种",
        )
    steps = engine.rows(_STEP_OF_SQL, (case_id, account, "hold"))
    ground = proposal.ground or GROUND_OF.get(verb, "account_in_case")
    if not proposal.ground and verb in MEASURES:
        held = any(row[2] for row in rows)
        ground = steps[0][0] if steps else "traced_amount" if held else "traced_amount_unseen"
    known = [body for body in (proposal.body, *(row[1] for row in rows), *(step[1] for step in steps)) if body]
    return replace(
        proposal,
        account=account,
        currency=currency,
        ground=ground,
        law=proposal.law or LAW_OF_GROUND.get(ground, VERBS[verb].law),
        body=known[0].removesuffix(BY_BIN) if known else "",
    )


def draft(proposal: Proposal, facts: Facts, target: Order | None) -> Order:
    """The order as it would be, for the rules to look at."""
    return Order(
        order=BARE - 1,
        verb=proposal.verb,
        state="proposed",
        case_id=proposal.case_id,
        account=proposal.account,
        body=proposal.body,
        amount=proposal.amount,
        currency=proposal.currency,
        held=target.held if target is not None else None,
        ground=proposal.ground,
        law=proposal.law,
        innocent=facts.innocent,
        follows=proposal.follows,
        proposer="",
        approvers=(),
        proposed_ms=0,
        sent_ms=None,
        from_ms=None,
        expires_ms=None,
        ended_ms=None,
        reason=proposal.reason,
        admission=BARE,
        extensions=0,
        events=(),
    )


def about(record: Record, engine: Engine, proposal: Proposal, target: Order | None) -> Entry | None:
    """The admission with which the order is sealed: that of the order it follows, the first that names the account, the first of
    the case. None only where all of them were erased: then nobody is named."""
    entries = record.journal.entries()
    files = [] if target is None else [target.admission]
    files += [int(row[0]) for sql in _NAMED_SQL for row in engine.rows(sql, (proposal.account,)) if row[0] is not None]
    files += [int(part) for part in proposal.case_id.split("-")[:1] if part.isdecimal()]
    held = (entries[file] for file in files if 0 <= file < len(entries) and entries[file].act == "admit")
    return next((entry for entry in held if record.keys.of(entry.item) is not None), None)
