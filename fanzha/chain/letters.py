"""The letter about an order, filled from the tables of a workspace."""

from collections.abc import Sequence
from pathlib import Path

from fanzha.chain.desk import Desk
from fanzha.chain.returning_computed import payment_of
from fanzha.chain.workspace import Workspace
from fanzha.document.letter import Evidence, Facts, Letter, Payee, Remedy, letter_of
from fanzha.document.letter_docx import letter_docx
from fanzha.document.letter_json import letter_json
from fanzha.document.letter_pdf import letter_pdf
from fanzha.document.page import Said
from fanzha.errors import InputError
from fanzha.respond.orders import EXTENSIONS, Order
from fanzha.respond.overdue import OTHERWISE_MS, REPLY_MS
from fanzha.store.disk import storage
from fanzha.store.engine import Engine

EVIDENCE_MAX = 40  # rows listed in one letter; the earliest arrivals come first
ISSUER = Said("the anti-fraud centre", "反诈中心")
HOLDER = Said("The holder of the account", "账户持有人")

WRITERS = ("docx", "pdf", "json")

_HOLDER_SQL = """
SELECT COALESCE("holder", ''), COALESCE("bank", '') FROM "disputed" WHERE "account" = ? AND "currency" = ?
ORDER BY "case_id"
"""
# The rows that show disputed money coming into an account: the receiving statement's, else the sending one's.
_CAME_SQL = """
SELECT DISTINCT COALESCE(i."name", o."name", ''), COALESCE(t."in_row", t."out_row"), f."at_ms", f."disputed_minor", f."currency"
FROM "flows" AS f INNER JOIN "transfers" AS t ON t."transfer" = f."transfer"
LEFT JOIN "files" AS i ON i."file" = t."in_file" LEFT JOIN "files" AS o ON o."file" = t."out_file"
WHERE f."case_id" = ? AND f."payee" = ? ORDER BY 3, 1, 2
"""
_TOLD_SQL = """
SELECT DISTINCT l."name", p."row", p."at_ms", p."amount_minor", p."currency"
FROM "payments" AS p INNER JOIN "files" AS l ON l."file" = p."file"
WHERE p."case_id" = ? AND p."payee" = ? ORDER BY 3, 1, 2
"""
_PAID_SQL = """
SELECT COALESCE(o."name", l."name", ''), COALESCE(t."out_row", p."row"), p."at_ms", p."amount_minor", p."currency"
FROM "payments" AS p INNER JOIN "files" AS l ON l."file" = p."file"
LEFT JOIN "transfers" AS t ON t."transfer" = p."transfer" LEFT JOIN "files" AS o ON o."file" = t."out_file"
WHERE p."file" = ? AND p."row" = ? AND p."n" = ? ORDER BY 1, 2
"""
_VICTIM_SQL = """
SELECT COALESCE(r."victim", ''), p."amount_minor", COALESCE(t."payer", ''), COALESCE(l."bank", '')
FROM "payments" AS p INNER JOIN "reports" AS r ON r."file" = p."file" AND r."row" = p."row"
LEFT JOIN "transfers" AS t ON t."transfer" = p."transfer"
LEFT JOIN "legs" AS l ON l."file" = t."out_file" AND l."row" = t."out_row"
WHERE p."file" = ? AND p."row" = ? AND p."n" = ?
"""


def letter(
    engine: Engine,
    desk: Desk,
    number: int,
    *,
    kind: str = "",
    issuer: str = "",
    reason: str = "",
    body: str = "",
    zone: str = "Asia/Shanghai",
) -> Letter:
    """The letter about an order: its own verb's, or `kind` (a notice to the holder, a correction, the public notice of a return).

    `reason` is printed as given: say only what the recipient may know; a correction needs it. `body`: to whom, where the order
    names nobody yet.

    Raises NotFound for no such order, InputError where the letter would lack what it must say.
    """
    order = desk.order(number)
    holder = engine.rows(_HOLDER_SQL, (order.account, order.currency))
    name, bank = holder[0] if holder else ("", "")
    said = issuer or ISSUER
    since = max((one.at_ms for one in desk.notices() if one.account == order.account), default=None)
    facts = Facts(
        issuer=said,
        zone=zone,
        # a notice to the holder goes to the holder: the bank is no "you"
        recipient=(name or HOLDER) if kind == "notice_to_holder" else order.body or body,
        holder=name,
        bank=bank or order.body or body,
        reason=reason,
        remedy=Remedy(where=said),
        evidence=_evidence(engine, order),
        payees=_payees(engine, desk, order),
        reply_by_ms=None if kind or order.sent_ms is None else order.sent_ms + REPLY_MS.get(order.verb, OTHERWISE_MS),
        notice_from_ms=since,
        left_minor=order.held if kind == "correction" and order.state == "in_force" else _left(desk, order),
    )
    row = _row(order)
    if kind == "notice_to_holder" and order.held:
        row["amount_minor"] = order.held
    if order.verb in EXTENSIONS:
        row["amount_minor"] = _extended(desk, order)
    if kind == "return_notice":
        row["amount_minor"] = sum(one.amount_minor for one in facts.payees)
    return letter_of(row, facts, kind)


def write_letter(
    workspace: Workspace,
    number: int,
    path: Path,
    *,
    kind: str = "",
    lang: str = "both",
    issuer: str = "",
    reason: str = "",
    body: str = "",
) -> int:
    """Write the letter about an order into a file, in the form that its ending says; its bytes. Journalled, as every export."""
    workspace.refresh()
    made = letter(workspace.engine, workspace.desk, number, kind=kind, issuer=issuer, reason=reason, body=body)
    form = path.suffix.removeprefix(".").lower()
    content = written(made, form, lang)
    # a letter to a bank names the account in full: that it was written is on the record before a byte of it is
    workspace.record.note("export", workspace.acting(), {"letter": made.kind, "order": number, "form": form})
    workspace.settle()
    with storage(path):
        path.write_bytes(content)
    return len(content)


def written(made: Letter, form: str, lang: str = "both") -> bytes:
    """A letter as the bytes of a file of this form: docx, pdf or json. InputError for another form."""
    if form == "docx":
        return letter_docx(made, lang)
    if form == "pdf":
        return letter_pdf(made, lang)
    if form == "json":
        return letter_json(made)
    raise InputError(
        f"a letter cannot be written as {form!r}",
        f"文书不能写成 {form!r}",
        remedy=f"name a file that ends in one of: {', '.join(WRITERS)}",
        remedy_zh=f"请使用以下扩展名：{'、'.join(WRITERS)}",
    )


def _row(order: Order) -> dict[str, object]:
    return {
        "order": order.order,
        "verb": order.verb,
        "state": order.state,
        "case_id": order.case_id,
        "account": order.account,
        "body": order.body,
        "amount_minor": order.amount,
        "currency": order.currency,
        "held_minor": order.held,
        "ground": order.ground,
        "law": order.law,
        "innocent": order.innocent or "none",
        "follows": order.follows,
        "proposer": order.proposer,
        "approvers": ",".join(order.approvers),
        "proposed_ms": order.proposed_ms,
        "from_ms": order.from_ms,
        "expires_ms": order.expires_ms,
    }


def _extended(desk: Desk, order: Order) -> int | None:
    """What an extension goes on holding: what the order that it extends held when it was extended, else what it holds now."""
    target = desk.order(order.follows)
    acts = {one.act for one in order.events}
    extended = [one.amount for one in target.events if one.code == "extend" and one.act in acts]
    return extended[0] if extended else target.held


def _left(desk: Desk, order: Order) -> int | None:
    """What the order that a lift concerns still holds after it; None for another order, and before a reply said what is held."""
    if order.verb != "lift":
        return None
    left = None
    for one in desk.order(order.follows).events:
        if one.code == "reply":
            left = one.amount
        elif one.code in ("lift", "return") and left is not None:
            left -= one.amount or 0
        if one.act == order.order:
            break
    return left


def _evidence(engine: Engine, order: Order) -> tuple[Evidence, ...]:
    """The rows that show the money; where no statement does, the reports that state it. Of a return only the payment given back: the
    payments of others are none of the payee's business."""
    asked, payment = (order.case_id, order.account), payment_of(order)
    if payment is not None:
        rows = engine.rows(_PAID_SQL, payment)
    else:
        rows = engine.rows(_CAME_SQL, asked) or engine.rows(_TOLD_SQL, asked)
    return tuple(Evidence(str(name), int(row), at_ms, amount, str(code)) for name, row, at_ms, amount, code in rows)[
        :EVIDENCE_MAX
    ]


def _payees(engine: Engine, desk: Desk, order: Order) -> tuple[Payee, ...]:
    """Who gets money back: the one that a return order names, or all of the account's for its public notice."""
    if order.verb not in ("freeze", "return"):
        return ()
    only = payment_of(order)
    shares: Sequence[tuple[tuple[int, int, int], int]] = [
        ((one.file, one.row, one.n), one.amount)
        for one in desk.returns()
        if (one.account, one.currency) == (order.account, order.currency) and one.amount
    ]
    if only is not None:
        shares = [(only, order.amount or 0)]
    found = []
    for key, amount in shares:
        for victim, paid, account, bank in engine.rows(_VICTIM_SQL, key):
            found.append(Payee(str(victim), str(account), str(bank), int(paid or 0), amount))
    return tuple(found)
