"""The commands about orders: propose, decide, send, answer, lift; appeals; what goes back to whom."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from fanzha.errors import InputError
from fanzha.show.options import NO_COMMON, Common, open_terminal, open_workspace, require_place
from fanzha.show.order_options import (
    NO_APPEAL,
    NO_DONE,
    NO_OBJECTION,
    NO_PAPER,
    NO_WANTED,
    Appealed,
    Done,
    Objection,
    Paper,
    Said,
    Wanted,
)
from fanzha.show.record_commands import follow_pages

DAY_MS = 86_400_000

if TYPE_CHECKING:
    from fanzha.chain import Workspace
    from fanzha.respond.orders import Order
    from fanzha.show.terminal import Terminal


def hold(
    case: str,
    account: Said = "",
    /,
    *,
    wanted: Wanted = NO_WANTED,
    reason: Said = "",
    common: Common = NO_COMMON,
) -> None:
    """Propose an order on an account of a case: a hold of an amount, or another verb. Without an account, list the drafts.

    Parameters
    ----------
    case
        Number of the case / 案件编号.
    account
        Account / 账号.
    reason
        Why / 理由.
    """
    terminal = open_terminal(common)
    from fanzha.chain.accounts import account_meant
    from fanzha.respond.orders import Proposal
    from fanzha.show import ordering

    with terminal.working(), open_workspace(common, terminal) as workspace:
        case_id = workspace.case(case).id
        if not account and not wanted.step:
            steps = workspace.steps(case_id)
            terminal.finish()
            ordering.drafts(terminal, case_id, steps)
            return
        if wanted.step:
            if account:
                ordering.check_step(workspace, case_id, wanted.step, account)
            made = workspace.desk.adopt(case_id, wanted.step, reason)
        else:
            account = account_meant(workspace.engine, account, case_id)
            code = wanted.currency or ordering.currency_of(workspace, case_id, account)
            minor = ordering.minor(wanted.amount, code) if wanted.amount else None
            if wanted.verb == "freeze" and wanted.follows >= 0 and minor is None:
                held = workspace.desk.order(wanted.follows)
                minor = held.amount if held.held is None else held.held
            proposal = Proposal(
                wanted.verb,
                reason,
                case_id,
                account,
                minor,
                code,
                wanted.ground,
                wanted.law,
                wanted.body,
                wanted.follows,
            )
            made = workspace.desk.propose(proposal)
        _shown(terminal, workspace, made)


def orders(
    number: Annotated[int | None, Parameter(show_default=False)] = None,
    /,
    *,
    done: Done = NO_DONE,
    reason: Said = "",
    due: Annotated[bool, Parameter(negative="")] = False,
    paper: Paper = NO_PAPER,
    common: Common = NO_COMMON,
) -> None:
    """List orders, or what is due; show one, decide on it, record what came of it, or write its letter.

    Parameters
    ----------
    number
        Number of the order / 指令编号.
    reason
        Why, what the reply says, or the reason that a correction states / 理由或回执内容.
    due
        What must be done by when, the most urgent first / 到期队列.
    """
    terminal = open_terminal(common)
    from fanzha.show import ordering

    with terminal.working(), open_workspace(common, terminal) as workspace:
        if due:
            queue, over = workspace.desk.due(), workspace.desk.over_held()
            terminal.finish()
            ordering.queue(terminal, queue, over)
        elif number is None:
            found = workspace.order_lines()
            terminal.finish()
            ordering.orders(terminal, found)
        elif paper.letter is not None:
            from fanzha.chain.letters import write_letter

            about = {
                "kind": paper.kind,
                "lang": paper.text,
                "issuer": paper.issuer,
                "reason": reason,
                "body": done.body,
            }
            size = write_letter(workspace, number, paper.letter, **about)
            terminal.finish()
            terminal.say("letter_written", path=paper.letter, size=size)
        elif done.do is not None:
            made = _deed(workspace, number, done, reason)
            _shown(terminal, workspace, made)
            if done.do == "review":
                ordering.lifts_to_send(terminal, [one for one in workspace.desk.orders() if one.follows == made.order])
        else:
            _shown(terminal, workspace, workspace.desk.order(number), follow=False)


def _deed(workspace: "Workspace", number: int, done: Done, reason: str) -> "Order":
    from fanzha.show import ordering

    desk, do = workspace.desk, done.do
    minor = ordering.minor(done.amount, desk.order(number).currency) if done.amount else None
    if do == "approve":
        return desk.approve(number, reason)
    if do == "decline":
        return desk.decline(number, reason)
    if do == "withdraw":
        return desk.withdraw(number, reason)
    if do == "send":
        return desk.send(number, done.body)
    if do in ("reply", "refused"):
        return desk.reply(number, reason, amount=minor, refused=do == "refused")
    if do == "extend":
        return desk.extend(number, reason, law=done.law)
    if do == "review":
        next_ms = None if done.days is None else workspace.now_ms() + done.days * DAY_MS
        return desk.review(number, done.outcome or "", reason, amount=minor, next_ms=next_ms)
    return desk.lift(number, reason, amount=minor, ground=done.ground)


def _shown(terminal: "Terminal", workspace: "Workspace", made: "Order", *, follow: bool = True) -> None:
    """Bring pages along, and show the order as it stands."""
    from fanzha.show import ordering

    (line,) = workspace.order_lines(made.order)
    if follow:
        follow_pages(workspace, terminal)
    terminal.finish()
    ordering.one(terminal, line)


def appeal(
    order: Annotated[int | None, Parameter(show_default=False)] = None,
    /,
    *,
    appealed: Appealed = NO_APPEAL,
    reason: Said = "",
    common: Common = NO_COMMON,
) -> None:
    """Take in an appeal against an order, give it to an independent checker, decide it; without an order, list appeals.

    Parameters
    ----------
    order
        Order that is appealed against / 所涉指令.
    reason
        With --decide: the reasons / 理由.
    """
    terminal = open_terminal(common)
    from fanzha.show import ordering

    number = appealed.number
    with terminal.working(), open_workspace(common, terminal) as workspace:
        desk = workspace.desk
        if order is not None:
            desk.appeal(order, appealed.text, appealed.by)
        elif number is not None and appealed.checker:
            desk.assign(number, appealed.checker)
        elif number is not None and appealed.decide is not None:
            code = ordering.currency_of_appeal(workspace, number)
            desk.decide(
                number, appealed.decide, reason, ordering.minor(appealed.amount, code) if appealed.amount else None
            )
        elif number is not None and appealed.told:
            desk.corrected(number, ordering.told_name(desk.corrections(), number, appealed.told))
        elif appealed.withdrawn is not None:
            name = ordering.told_name(desk.corrections(), -1, appealed.told, appealed.withdrawn)
            desk.corrected_withdrawal(appealed.withdrawn, name)
        elif number is not None:
            raise InputError(
                f"say what is to be done with appeal {number}",
                f"请说明对申诉 {number} 的处理",
                remedy="give --checker, --decide or --told",
                remedy_zh="请用 --checker、--decide 或 --told",
            )
        found, corrections = desk.appeals(), desk.corrections()
        decided = appealed.decide in ("upheld", "partly") and number is not None
        if order is not None or number is not None:
            follow_pages(workspace, terminal)
        terminal.finish()
        ordering.appeals(terminal, found, corrections)
        if decided:
            ordering.lifts_to_send(terminal, desk.orders())


def refund(
    case: Said = "",
    /,
    *,
    account: Said = "",
    propose: Annotated[bool, Parameter(negative="")] = False,
    notice: Said = "",
    objection: Objection = NO_OBJECTION,
    page: Annotated[Path | None, Parameter(show_default=False)] = None,
    common: Common = NO_COMMON,
) -> None:
    """To whom frozen money goes back and how much, by the rule of 2016; propose the returns; print the account.

    Parameters
    ----------
    case
        Only this case / 仅此案件.
    account
        Only this account; what follows needs it / 仅此账户（以下操作须写明）.
    propose
        Propose the orders that return its frozen money; two persons decide each / 提出返还指令.
    notice
        Where public notice of a return in proportion was given; thirty days then run / 公告发布处.
    page
        Write the printable account of the case to this file / 输出该案可打印的返还明细.
    """
    terminal = open_terminal(common)
    require_place(page)
    from fanzha.chain.accounts import account_meant
    from fanzha.show import ordering

    if (propose or notice or objection.object_to) and not account:
        raise InputError(
            "name the account that is meant",
            "请写明账户",
            remedy="give --account; `fanzha refund` lists them",
            remedy_zh="请用 --account；fanzha refund 可列出",
        )
    with terminal.working(), open_workspace(common, terminal) as workspace:
        workspace.refresh()
        desk = workspace.desk
        case_id = workspace.case(case).id if case else ""
        account = account_meant(workspace.engine, account, case_id)
        if notice:
            desk.give_notice(account, notice)
        if objection.object_to:
            code = next((one.currency for one in desk.returns() if one.account == account), "CNY")
            desk.object((account, code), objection.object_to, objection.asks, objection.text, objection.by)
        made = desk.propose_returns(account) if propose else []
        if page is not None:
            from fanzha.chain.return_accounts import write_return_account

            write_return_account(workspace, case, page, terminal.words.lang)
        found = [one for one in desk.returns() if account in ("", one.account) and case_id in ("", one.case_id)]
        orders = [one for one in desk.orders() if one.verb == "freeze" and one.state == "in_force"]
        if made or notice or objection.object_to:
            follow_pages(workspace, terminal)
        terminal.finish()
        frozen = frozenset((one.account, one.currency) for one in orders)
        ordering.returns(terminal, found, frozen, desk.notices(), made, page)
