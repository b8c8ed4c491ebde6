"""Orders, appeals and returns in the terminal."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from fanzha.clean.currency import exponent
from fanzha.document.dealt import ENDED_EARLIER, OrderLine
from fanzha.document.figures import money
from fanzha.document.gather import mask_account
from fanzha.document.words import pick, term, term_note
from fanzha.errors import InputError
from fanzha.respond.orders import HEAR_FIRST
from fanzha.show.terminal import Terminal

if TYPE_CHECKING:
    from fanzha.chain import Step, Workspace
    from fanzha.chain.desk import Notice
    from fanzha.respond.appeals import Appeal
    from fanzha.respond.corrections import Correction
    from fanzha.respond.orders import Order
    from fanzha.respond.overdue import Due, OverHeld
    from fanzha.respond.refund import Return

STYLES = {"in_force": "bold green", "proposed": "yellow", "approved": "yellow", "sent": "cyan", "refused": "red"}
NEXT = {
    "proposed": "next_proposed",
    "approved": "next_approved",
    "sent": "next_sent",
}  # what can be done with an order in this state
ANSWERED_BY_AMOUNT = ("hold", "freeze", "return")  # the reply to these names an amount, to the others it does not
# Digits, in groups of three or the Indian way if at all, a point and a part, 万 for ten thousand.
AMOUNT = re.compile(
    r"[¥￥]?((?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,2}(?:,[0-9]{2}){1,5},[0-9]{3})(?:\.[0-9]{1,6})?)(万)?元?"
)
OPEN = {"received": "next_received", "assigned": "next_assigned"}  # what is to be done with an appeal in this state
DRAFTED = ("hold", "request_statement", "request_exit", "lift")  # steps that an order can be made from


def minor(text: str, currency: str) -> int:
    """An amount as a person writes it (12000.50, 12,000, １２０００元, 1.2万) in minor units. InputError for anything else: a comma that
    parts no thousands ("12,50") is never guessed at."""
    found = AMOUNT.fullmatch(unicodedata.normalize("NFKC", "".join(text.split())))
    if found is None:
        raise _no_amount(text)
    amount = Decimal(found[1].replace(",", "")).scaleb(exponent(currency) + (4 if found[2] else 0))
    if amount != amount.to_integral_value():
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
    found = workspace.desk.appeal_numbered(number)
    return found.currency or workspace.desk.order(found.order).currency


def _in(terminal: Terminal, name: str, code: str) -> str:
    return pick(term(name, code), terminal.words.lang) if code else "–"


def drafts(terminal: Terminal, case_id: str, steps: "Sequence[Step]") -> None:
    """The steps of a case from which an order can be made, with their numbers."""
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
        table.add_row(str(one.number), verb, target, one.body or "–", amount, Text(why, style="dim"))
    terminal.out.print(table)
    terminal.out.print(Text(terminal.words("drafts_next", case=case_id), style="dim"))


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
        ends = one.expires_ms if one.state not in ENDED_EARLIER else None
        until = terminal.moment(ends) if ends is not None else "–"
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
    key = "who_decided" if line.approvers == line.proposer else "who_both" if line.approvers else "who_proposed"
    who = words(key, proposer=line.proposer, approvers=line.approvers)
    ground, law = _in(terminal, "grounds", line.ground), _in(terminal, "order_laws", line.law)
    out.print(
        Text(words("order_because", ground=ground, law=law, reason=line.reason or "–", who=who, body=line.body or "–"))
    )
    if line.state == "in_force" and line.held is not None:
        out.print(Text(words("held_now", held=money(line.held, line.currency)), style="bold"))
    if line.state == "in_force" and line.review_ms is not None:
        out.print(Text(words("review_by", due=terminal.moment(line.review_ms)), style="yellow"))
    if line.state in ("proposed", "approved") and not line.body:
        out.print(Text(words("body_missing"), style="yellow"))
    if line.innocent != "none":
        out.print(Text(words("order_innocent", innocent=_in(terminal, "innocent", line.innocent)), style="yellow"))
        if line.innocent in HEAR_FIRST and line.state == "proposed":
            out.print(Text(words("order_two"), style="yellow"))
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
    if told := _next(terminal, line):
        out.print(Text(told, style="dim"))


def _next(terminal: Terminal, line: OrderLine) -> str:
    """What can be done with an order as it stands; "" where nothing can."""
    words, put = terminal.words, {"number": line.number, "case": line.case_id}
    if line.state != "in_force":
        plain = line.state == "sent" and line.verb not in ANSWERED_BY_AMOUNT
        key = "next_sent_plain" if plain else NEXT.get(line.state, "")
        return words(key, **put) if key else ""
    spent = any(event.event == "extend" for event in line.events) and line.verb == "hold"
    keys = ["next_lift"] if line.verb in ("hold", "freeze") else []
    keys += ["next_extend"] if line.verb in ("hold", "freeze") and not spent else []
    keys += {"hold": ["next_freeze"], "freeze": ["next_review", "next_return"]}.get(line.verb, [])
    return words("next_in_force", choices="; ".join(words(key, **put) for key in keys)) if keys else ""


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
            number = str(each.order) if each.order >= 0 else "–"
            table.add_row(terminal.moment(each.due_ms), left, number, what, label, amount)
        out.print(table)
    for each_over in over:
        held, disputed = (money(amount, each_over.currency) for amount in (each_over.held, each_over.disputed))
        label_over = mask_account(each_over.account)
        out.print(Text(words("over_held", account=label_over, held=held, disputed=disputed), style="bold red"))


def _span(terminal: Terminal, left_ms: int) -> str:
    """Time left, or by how much something is overdue."""
    days, rest = divmod(abs(left_ms) // 60_000, 1440)
    hours, minutes = divmod(rest, 60)
    if not (days or hours or minutes):
        return terminal.words("due_now")
    key = "span_days" if days else "span_hours" if hours else "span_minutes"
    said = terminal.words(key, days=days, hours=hours, minutes=minutes)
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
        _corrections(terminal, corrections)
        return
    columns = (("col_number", "right"), ("col_about", "left"), ("col_when", "left"), ("col_decide_by", "left"))
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
    for each in found:
        if each.state in OPEN:
            key, until = OPEN[each.state], terminal.moment(each.due_ms)
            out.print(Text(words(key, number=each.appeal, checker=each.checker, due=until), style="dim"))
    _corrections(terminal, corrections)


def _corrections(terminal: Terminal, due: "Sequence[Correction]") -> None:
    """Whom to tell that a flag fell; an export that named no recipient was for own use, and is said so."""
    words = terminal.words
    for one in due:
        of_appeal = one.withdrawn < 0
        cause = words("cause_appeal", appeal=one.appeal) if of_appeal else words("cause_withdrawn", file=one.withdrawn)
        about = f"--number {one.appeal}" if of_appeal else f"--withdrawn {one.withdrawn}"
        key = "correction_own" if one.own_use else "correction_due"
        told = words(key, body=one.body, act=one.act, cause=cause, about=about, name=one.name)
        terminal.out.print(Text(told, style="yellow"))


def lifts_to_send(terminal: Terminal, found: "Sequence[Order]") -> None:
    """Lifts that are decided and of which no bank was told yet."""
    for each in found:
        if each.verb == "lift" and each.state == "approved" and not terminal.json_wanted:
            terminal.out.print(Text(terminal.words("next_lift_sent", number=each.order), style="yellow"))


def check_step(workspace: "Workspace", case_id: str, number: int, account: str) -> None:
    """That a step of a case is about an account, whole or masked: numbers may change as files come in. InputError for another."""
    step = next((one for one in workspace.steps(case_id) if one.number == number), None)
    shown = "".join(account.split())
    if step is not None and shown not in (step.target, mask_account(step.target)):
        meant = shown if "****" in shown else mask_account(shown)
        raise InputError(
            f"step {number} of case {case_id} is about {mask_account(step.target)}, not {meant}",
            f"案件 {case_id} 第 {number} 条建议的对象是 {mask_account(step.target)}，不是 {meant}",
            remedy=f"look at the list again: `fanzha hold {case_id}`",
            remedy_zh=f"请重新查看：fanzha hold {case_id}",
        )


def told_name(corrections: "Sequence[Correction]", appeal: int, written: str, withdrawn: int = -1) -> str:
    """The name of a correction that a person means by the body it goes to; as written where that is not one alone."""
    about = (appeal, withdrawn, written.strip())
    found = [each.name for each in corrections if (each.appeal, each.withdrawn, each.body) == about]
    return found[0] if len(found) == 1 else written


def returns(
    terminal: Terminal,
    found: "Sequence[Return]",
    frozen: frozenset[tuple[str, str]],
    notices: "Sequence[Notice]",
    made: "Sequence[Order]",
    page: Path | None,
) -> None:
    """To whom money goes back, by which way of reckoning, and what has to be done before. `frozen`: accounts and currencies with a
    freeze in force; of others the figures are a draft."""
    if terminal.json_wanted:
        rows = [
            {
                **each._asdict(),
                "account": mask_account(each.account),
                "frozen_now": (each.account, each.currency) in frozen,
            }
            for each in found
        ]
        terminal.json({"returns": rows, "proposed": [each.order for each in made], "page": str(page) if page else None})
        return
    words, out = terminal.words, terminal.out
    if not found:
        out.print(Text(words("returns_none")))
        return
    columns = (("col_target", "left"), ("col_state", "left"), ("col_report", "left"), ("col_paid", "right"))
    table = terminal.table(
        "returns_title", *columns, ("col_traced", "right"), ("col_return", "right"), ("col_method", "left")
    )
    there = [each for each in found if each.amount or each.traced]
    for each in there:
        report, method = f"{each.file}-{each.row}-{each.n}", _in(terminal, "return_methods", each.method)
        amounts = [money(amount, each.currency) for amount in (each.paid, each.traced)]
        given = Text(money(each.amount, each.currency), style="bold green")
        state = words("standing_frozen" if (each.account, each.currency) in frozen else "standing_draft")
        table.add_row(Text(mask_account(each.account)), state, report, *amounts, given, Text(method))
    out.print(table)
    if len(found) > len(there):
        out.print(Text(words("returns_passed", count=len(found) - len(there)), style="dim"))
    _before_return(terminal, there, frozen, notices)
    if made:
        out.print(Text(words("returns_proposed", numbers=", ".join(str(each.order) for each in made))))
    if page is not None:
        out.print(Text(words("page_written", path=page)))


def _before_return(
    terminal: Terminal, rows: "Sequence[Return]", frozen: frozenset[tuple[str, str]], notices: "Sequence[Notice]"
) -> None:
    """What has to come before a return: a freeze, the public notice, the order."""
    words, out = terminal.words, terminal.out
    drafted = dict.fromkeys(mask_account(each.account) for each in rows if (each.account, each.currency) not in frozen)
    if drafted:
        out.print(Text(words("returns_draft", accounts=", ".join(drafted)), style="yellow"))
    here = {(each.account, each.currency): each.notice for each in rows if (each.account, each.currency) in frozen}
    given = {(each.account, each.currency): each for each in notices}
    for purse, needs_notice in here.items():
        label, notice = mask_account(purse[0]), given.get(purse)
        if needs_notice and notice is None:
            out.print(Text(words("returns_notice", account=label), style="yellow"))
        elif needs_notice and notice is not None:
            begun, ends = terminal.moment(notice.at_ms), terminal.moment(notice.ends_ms)
            told = words("returns_noticed", account=label, begun=begun, ends=ends, place=notice.place)
            out.print(Text(told, style="yellow"))
    if any(not needs_notice for needs_notice in here.values()):
        out.print(Text(words("returns_next"), style="dim"))
