"""Orders, appeals and returns in the terminal."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from fanzha.clean.currency import exponent
from fanzha.document.dealt import OrderLine
from fanzha.document.figures import money
from fanzha.document.gather import mask_account
from fanzha.document.words import pick, term, term_note
from fanzha.errors import InputError, NotFound
from fanzha.show.terminal import Terminal

if TYPE_CHECKING:
    from fanzha.chain import Step, Workspace
    from fanzha.respond.appeals import Appeal, Correction
    from fanzha.respond.orders import Order
    from fanzha.respond.overdue import Due, OverHeld
    from fanzha.respond.refund import Return

STYLES = {"in_force": "bold green", "proposed": "yellow", "approved": "yellow", "sent": "cyan", "refused": "red"}
NEXT = {
    "proposed": "next_proposed",
    "approved": "next_approved",
    "sent": "next_sent",
    "in_force": "next_in_force",
}  # what can be done with an order in this state
DRAFTED = ("hold", "request_statement", "request_exit", "lift")  # steps that an order can be made from


def minor(text: str, currency: str) -> int:
    """An amount as a person writes it (12000.50, 12,000) in minor units. InputError for anything else."""
    places = exponent(currency)
    try:
        amount = Decimal(text.replace(",", "").replace("，", "")).scaleb(places)
    except InvalidOperation as error:
        raise _no_amount(text) from error
    if not amount.is_finite() or amount != amount.to_integral_value() or amount < 0:
        raise _no_amount(text)
    return int(amount)


def _no_amount(text: str) -> InputError:
    return InputError(
        f"{text!r} is no amount of money",
        f"{text!r} 不是有效金额",
        remedy="write it as 12000.50",
        remedy_zh="请写成 12000.50",
    )


def currency_of(workspace: "Workspace", case_id: str, account: str) -> str:
    """The one currency in dispute in an account of a case, "" where there are several or none."""
    found = workspace.engine.rows(
        'SELECT DISTINCT "currency" FROM "disputed" WHERE "case_id" = ? AND "account" = ?', (case_id, account)
    )
    return str(found[0][0]) if len(found) == 1 else ""


def currency_of_appeal(workspace: "Workspace", number: int) -> str:
    """The currency that an appeal is about. NotFound for no such appeal."""
    found = next((one for one in workspace.desk.appeals() if one.appeal == number), None)
    if found is None:
        raise NotFound(f"there is no appeal {number}", f"没有编号为 {number} 的申诉")
    return found.currency or workspace.desk.order(found.order).currency


def _in(terminal: Terminal, name: str, code: str) -> str:
    return pick(term(name, code), terminal.words.lang) if code else "–"


def drafts(terminal: Terminal, steps: "Sequence[Step]") -> None:
    """The steps of a case from which an order can be made, with their ranks."""
    found = [one for one in steps if one.verb in DRAFTED]
    if terminal.json_wanted:
        terminal.json({"drafts": [{**asdict(one), "target": mask_account(one.target)} for one in found]})
        return
    columns = (("col_number", "right"), ("col_verb", "left"), ("col_target", "left"), ("col_body", "left"))
    table = terminal.table("drafts_title", *columns, ("col_amount", "right"), ("col_why", "left"))
    for one in found:
        amount = money(one.amount_minor, one.currency) if one.amount_minor is not None else "–"
        why = _in(terminal, "grounds", one.ground)
        verb, target = _in(terminal, "steps", one.verb), Text(mask_account(one.target))
        table.add_row(str(one.rank), verb, target, one.body or "–", amount, Text(why, style="dim"))
    terminal.out.print(table)
    terminal.out.print(Text(terminal.words("drafts_next"), style="dim"))


def orders(terminal: Terminal, found: Sequence[OrderLine]) -> None:
    """A list of orders."""
    if terminal.json_wanted:
        terminal.json({"orders": [asdict(one) for one in found]})
        return
    if not found:
        terminal.out.print(Text(terminal.words("orders_none")))
        return
    columns = (("col_number", "right"), ("col_order", "left"), ("col_case", "left"), ("col_target", "left"))
    table = terminal.table(
        "orders_title", *columns, ("col_amount", "right"), ("col_state", "left"), ("col_expires", "left")
    )
    for one in found:
        amount = money(one.amount, one.currency) if one.amount is not None else "–"
        state = Text(_in(terminal, "order_states", one.state), style=STYLES.get(one.state, ""))
        until = terminal.moment(one.expires_ms) if one.expires_ms is not None else "–"
        verb, label = _in(terminal, "orders", one.verb), Text(one.label)
        table.add_row(str(one.number), verb, one.case_id, label, amount, state, until)
    terminal.out.print(table)


def one(terminal: Terminal, line: OrderLine) -> None:
    """One order with its history, its remedy, and what can be done next."""
    if terminal.json_wanted:
        terminal.json({"order": asdict(line)})
        return
    out, words = terminal.out, terminal.words
    orders(terminal, [line])
    who = ", ".join(name for name in (line.proposer, line.approvers) if name)
    ground, law = _in(terminal, "grounds", line.ground), _in(terminal, "order_laws", line.law)
    out.print(
        Text(words("order_because", ground=ground, law=law, reason=line.reason or "–", who=who, body=line.body or "–"))
    )
    if line.innocent != "none":
        out.print(Text(words("order_innocent", innocent=_in(terminal, "innocent", line.innocent)), style="yellow"))
    out.print(Text(pick(term_note("orders", line.verb), words.lang), style="dim"))
    table = terminal.table(
        "history_title", ("col_act_number", "right"), ("col_when", "left"), ("col_actor", "left"), ("col_act", "left"),
        ("col_amount", "right"), ("col_details", "left"),
    )  # fmt: skip
    for event in line.events:
        amount = money(event.amount, line.currency) if event.amount is not None else "–"
        when, what = terminal.moment(event.at_ms), _in(terminal, "order_events", event.event)
        table.add_row(str(event.act), when, Text(event.actor), what, amount, Text(event.note, style="dim"))
    out.print(table)
    if line.state in NEXT:
        out.print(Text(words(NEXT[line.state], number=line.number), style="dim"))


def queue(terminal: Terminal, due: "Sequence[Due]", over: "Sequence[OverHeld]") -> None:
    """What must be done by when; and where more is held than is in dispute."""
    if terminal.json_wanted:
        terminal.json(
            {
                "due": [{**each._asdict(), "account": mask_account(each.account)} for each in due],
                "over_held": [{**each._asdict(), "account": mask_account(each.account)} for each in over],
            }
        )
        return
    words, out = terminal.words, terminal.out
    if not due:
        out.print(Text(words("due_none")))
    else:
        columns = (("col_when", "left"), ("col_left", "left"), ("col_number", "right"), ("col_due", "left"))
        table = terminal.table("due_title", *columns, ("col_target", "left"), ("col_amount", "right"))
        for each in due:
            amount = money(each.amount, each.currency) if each.amount is not None else "–"
            left = Text(_span(terminal, each.left_ms), style="bold red" if each.left_ms <= 0 else "")
            what, label = _in(terminal, "order_dues", each.what), Text(mask_account(each.account))
            table.add_row(terminal.moment(each.due_ms), left, str(each.order), what, label, amount)
        out.print(table)
    for each_over in over:
        held, disputed = (money(amount, each_over.currency) for amount in (each_over.held, each_over.disputed))
        label_over = mask_account(each_over.account)
        out.print(Text(words("over_held", account=label_over, held=held, disputed=disputed), style="bold red"))


def _span(terminal: Terminal, left_ms: int) -> str:
    """Time left, or by how much something is overdue."""
    minutes = abs(left_ms) // 60_000
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    said = f"{days} d {hours} h" if days else f"{hours} h {minutes} min" if hours else f"{minutes} min"
    return terminal.words("overdue_by", span=said) if left_ms <= 0 else terminal.words("left_for", span=said)


def appeals(terminal: Terminal, found: "Sequence[Appeal]", corrections: "Sequence[Correction]") -> None:
    """Appeals and objections, and the corrections that are still to be sent."""
    if terminal.json_wanted:
        terminal.json(
            {
                "appeals": [{**asdict(each), "account": mask_account(each.account)} for each in found],
                "corrections": [{**asdict(each), "name": each.name} for each in corrections],
            }
        )
        return
    words, out = terminal.words, terminal.out
    if not found:
        out.print(Text(words("appeals_none")))
        return
    columns = (("col_number", "right"), ("col_about", "left"), ("col_when", "left"), ("col_expires", "left"))
    table = terminal.table(
        "appeals_title", *columns, ("col_state", "left"), ("col_checker", "left"), ("col_details", "left")
    )
    for each in found:
        about = (
            words("about_order", number=each.order)
            if each.subject == "order"
            else words("about_return", claim=each.claim)
        )
        state = _in(terminal, "appeal_states", each.state)
        moments = terminal.moment(each.at_ms), terminal.moment(each.due_ms)
        said = Text(each.decision or each.text, style="dim")
        table.add_row(str(each.appeal), about, *moments, state, each.checker or "–", said)
    out.print(table)
    for due in corrections:
        out.print(Text(words("correction_due", appeal=due.appeal, body=due.body, name=due.name), style="yellow"))


def returns(terminal: Terminal, found: "Sequence[Return]", made: "Sequence[Order]", page: Path | None) -> None:
    """To whom frozen money goes back, and by which way of reckoning."""
    if terminal.json_wanted:
        rows = [{**each._asdict(), "account": mask_account(each.account)} for each in found]
        terminal.json({"returns": rows, "proposed": [each.order for each in made], "page": str(page) if page else None})
        return
    words, out = terminal.words, terminal.out
    if not found:
        out.print(Text(words("returns_none")))
        return
    columns = (("col_target", "left"), ("col_report", "left"), ("col_paid", "right"), ("col_traced", "right"))
    table = terminal.table("returns_title", *columns, ("col_return", "right"), ("col_method", "left"))
    for each in found:
        report, method = f"{each.file}-{each.row}-{each.n}", _in(terminal, "return_methods", each.method)
        amounts = [money(amount, each.currency) for amount in (each.paid, each.traced)]
        given = Text(money(each.amount, each.currency), style="bold green")
        table.add_row(Text(mask_account(each.account)), report, *amounts, given, Text(method))
    out.print(table)
    if any(each.notice for each in found):
        out.print(Text(words("returns_notice"), style="yellow"))
    if made:
        out.print(Text(words("returns_proposed", numbers=", ".join(str(each.order) for each in made))))
    if page is not None:
        out.print(Text(words("page_written", path=page)))
