"""Orders through the workspace: each function checks the rules, journals one act and brings the tables of orders and steps up.

What says whom an order concerns (account, reason, innocent explanation) is sealed with the first admission that names the account,
and goes if that is erased; the order itself stays. The person acting is the actor of the act. The caller has the stages run before.
"""

from collections.abc import Mapping
from dataclasses import replace

from fanzha.chain.order_filling import about, draft, filled
from fanzha.chain.returning_computed import make_returns
from fanzha.chain.stages import as_of
from fanzha.clean.issuer import read_bins
from fanzha.document.figures import money
from fanzha.errors import InputError, NotAllowed, NotFound
from fanzha.respond.ground import case_today, facts_of
from fanzha.respond.order_book import orders_of, write_orders
from fanzha.respond.order_rules import (
    check_decider,
    check_follow,
    check_ground,
    check_kept,
    check_next_review,
    check_review,
)
from fanzha.respond.orders import (
    BARE,
    EXTENSIONS,
    HEAR_FIRST,
    VERBS,
    Facts,
    Order,
    Proposal,
    check_person,
    check_reason,
    check_state,
    check_words,
    order_of,
    refused,
)
from fanzha.respond.overdue import lift_proposals
from fanzha.respond.propose import propose
from fanzha.store.engine import Engine
from fanzha.store.record import Act, Record

VERB_OF_STEP = {"hold": "hold", "request_statement": "query", "request_exit": "query", "lift": "lift"}
ADOPTED = "采纳建议 / as proposed"  # the reason of an adopted step where none is given; its ground is on the order
_STEP_SQL = """
SELECT "verb", "target", "body", "amount_minor", "currency", "ground" FROM "steps" WHERE "case_id" = ? AND "number" = ?
"""


NO_REVIEW: Mapping[str, object] = {}


def propose_order(
    record: Record, engine: Engine, act: Act, proposal: Proposal, review: Mapping[str, object] = NO_REVIEW
) -> Order:
    """Propose an order; a lift and the end of a watch are decided by it. What is left open in `proposal` is filled in.
    `review`: what the act notes of the review that a lift comes from.

    Raises InputError for a word or amount that is none, NotFound for no such order, NotAllowed where a rule forbids it: no ground,
    more than is in dispute, a victim's own account, a state that does not allow it.
    """
    check_person(act.actor)
    check_words(proposal)
    orders = _orders(record, engine, act)
    target = order_of(orders, proposal.follows) if proposal.follows != BARE else None
    if target is not None:
        check_follow(proposal, target, orders)
        proposal = _after_target(proposal, target)
    elif VERBS[proposal.verb].must_follow:
        raise InputError(
            f"{proposal.verb} needs the order that it concerns",
            f"{proposal.verb} 须指明所涉指令",
            remedy="name its number; `fanzha orders` lists them",
            remedy_zh="请写明指令编号；fanzha orders 可列出",
        )
    wanted = filled(engine, replace(proposal, case_id=case_today(engine, proposal.case_id)))
    facts = facts_of(engine, wanted.case_id, wanted.account, wanted.currency)
    check_ground(draft(wanted, facts, target), facts, orders)
    sealed = about(record, engine, wanted, target)
    public = {
        "verb": wanted.verb,
        "case": wanted.case_id,
        "body": wanted.body,
        "amount_minor": wanted.amount,
        "currency": wanted.currency,
        "ground": wanted.ground,
        "law": wanted.law,
        "follows": wanted.follows,
        **review,
        **({"admission": sealed.seq} if sealed else {}),
    }
    private = {"account": wanted.account, "reason": wanted.reason.strip(), "innocent": facts.innocent}
    entry = record.note("order", act, public, about=sealed, private=private if sealed else None)
    return order_of(_written(record, engine, act), entry.seq)


def adopt_step(record: Record, engine: Engine, act: Act, case_id: str, number: int, reason: str = "") -> Order:
    """Propose, under the actor's name, the order that a step of a case suggests. `number`: the step's own, which no order changes.
    Raises NotFound for no such step, as after it was adopted, NotAllowed for a step that is no order."""
    found = engine.rows(_STEP_SQL, (case_id, number))
    if not found:
        raise NotFound(
            f"case {case_id} has no step {number} now",
            f"案件 {case_id} 现无第 {number} 条建议",
            remedy=f"`fanzha case {case_id}` lists the steps",
            remedy_zh=f"fanzha case {case_id} 可列出建议",
        )
    verb, account, body, amount, currency, ground = found[0]
    if verb not in VERB_OF_STEP:
        raise NotAllowed(
            f"step {number} ({verb}) is no order to a bank",
            f"第 {number} 条建议（{verb}）不是对机构的指令",
            remedy="a holder is heard, a reporter asked and a site reported by a person",
            remedy_zh="听取持有人说明、向报案人核实、处置网站由人员办理",
        )
    said = reason.strip() or ADOPTED
    if verb == "lift":
        same = (account, currency, amount, ground)
        lifts = [one for one in lift_proposals(engine) if (one.account, one.currency, one.amount, one.ground) == same]
        if not lifts:
            raise NotFound(
                f"step {number} of case {case_id} is settled already",
                f"案件 {case_id} 第 {number} 条建议已办理",
                remedy=f"look at case {case_id} again",
                remedy_zh=f"请重新查看案件 {case_id}",
            )
        one = lifts[0]
        return lift(record, engine, act, one.order, said, amount=one.amount, ground=ground)
    wanted = Proposal(
        VERB_OF_STEP[verb], said, case_id, account, currency=currency or "", ground=ground, body=body or ""
    )
    return propose_order(record, engine, act, replace(wanted, amount=amount) if verb == "hold" else wanted)


def approve(record: Record, engine: Engine, act: Act, number: int, reason: str = "") -> Order:
    """Decide that an order is given. Freeze, return and accounts with an innocent explanation take another person than the proposer.

    Raises NotAllowed also where the ground is gone meanwhile, or more would be held than is in dispute.
    """
    orders = _orders(record, engine, act)
    order = order_of(orders, number)
    check_state(order, "approve")
    facts = _facts(engine, order)
    check_decider(order, facts, act.actor)
    _check_still(order, facts, orders)
    return _event(record, engine, act, order, {"event": "approve"}, reason)


def decline(record: Record, engine: Engine, act: Act, number: int, reason: str) -> Order:
    """Decide that a proposed order is not given."""
    return _closed(record, engine, act, number, "decline", reason)


def withdraw(record: Record, engine: Engine, act: Act, number: int, reason: str) -> Order:
    """Take back an order that was not sent yet; an extension that was approved falls."""
    return _closed(record, engine, act, number, "withdraw", reason)


def send(record: Record, engine: Engine, act: Act, number: int, body: str = "") -> Order:
    """Note that an approved order was sent to `body` (default: the one it names)."""
    orders = _orders(record, engine, act)
    order = order_of(orders, number)
    check_state(order, "send")
    check_person(act.actor)
    _check_still(order, _facts(engine, order), orders)
    to = body.strip() or order.body
    if not to:
        raise InputError(
            f"order {number} names no body to send it to",
            f"指令 {number} 未写明收受机构",
            remedy="name the bank or payment body, with --body",
            remedy_zh="请用 --body 写明银行或支付机构",
        )
    return _event(record, engine, act, order, {"event": "send", "body": to}, "")


def reply(
    record: Record,
    engine: Engine,
    act: Act,
    number: int,
    note: str = "",
    *,
    amount: int | None = None,
    from_ms: int | None = None,
    is_refused: bool = False,
) -> Order:
    """Record the reply to an order that was sent.

    `amount`: held by a hold or freeze, or returned (minor units; 0 counts as refused); `from_ms`: when it took effect (UTC ms, default
    now); `is_refused`: the body did not do it. Raises InputError for more than was ordered or a moment out of the order's term.
    """
    order = order_of(_orders(record, engine, act), number)
    check_state(order, "reply")
    check_person(act.actor)
    needs = VERBS[order.verb].amount
    if needs != (amount is not None) and not is_refused:
        raise InputError(
            "the reply to a hold, a freeze or a return names the amount; no other reply does",
            "止付、冻结、返还的回执须写明金额；其他回执不写金额",
            where=f"order {number}",
            remedy="give the amount, 0 where nothing was there" if needs else "leave the amount out",
            remedy_zh="请写明金额；账户无余额的写 0" if needs else "请勿填写金额",
        )
    if amount is not None and not 0 <= amount <= (order.amount or 0):
        raise InputError(
            f"the reply names {money(amount, order.currency)} and the order {money(order.amount or 0, order.currency)}",
            f"回执金额 {money(amount, order.currency)}，指令金额 {money(order.amount or 0, order.currency)}",
            where=f"order {number}",
            remedy="have the difference released first, then record what is held"
            if order.verb != "return"
            else "record what was given back of this order; more takes an order of its own",
            remedy_zh="超出指令金额的，请先要求机构解除差额，再登记在控金额"
            if order.verb != "return"
            else "请登记本指令实际返还金额；超出部分须另行提出指令",
        )
    answer = "refused" if is_refused or (needs and not amount) else "done"
    start = act.at_ms if from_ms is None else from_ms
    if answer == "done" and VERBS[order.verb].good == "in_force":
        _check_start(order, start, act.at_ms)
    public = {"event": "reply", "answer": answer, "from_ms": start, **({"amount_minor": amount} if needs else {})}
    return _event(record, engine, act, order, public, note)


def extend(record: Record, engine: Engine, act: Act, number: int, reason: str, law: str = "") -> Order:
    """Extend a hold (once) or a freeze; the order that extends it. Where one person suffices it is approved by the same person at
    once; where two are needed it waits for the other. `law`: where it is not the usual one, as for a year in a serious case."""
    order = order_of(_orders(record, engine, act), number)
    made = propose_order(record, engine, act, Proposal(_extension_of(order), reason, law=law, follows=number))
    two = VERBS[made.verb].two or bool({made.innocent, _facts(engine, made).innocent} & set(HEAR_FIRST))
    return made if two else approve(record, engine, act, made.order)


def review(
    record: Record,
    engine: Engine,
    act: Act,
    number: int,
    outcome: str,
    reason: str,
    *,
    amount: int | None = None,
    next_ms: int | None = None,
) -> Order:
    """Review a freeze in force; the freeze as it stands then. One act, whatever it comes to.

    `outcome`: `keep` all, `reduce` to `amount` (minor units), or `lift`. What is not kept is lifted at once by an order that still has to
    be sent. What is kept is reviewed again at `next_ms` (UTC ms, default in 30 days); the end of the freeze stays where it is.
    Raises NotAllowed where it is no freeze in force, or what is kept has no ground or is more than is in dispute.
    """
    orders = _orders(record, engine, act)
    order = order_of(orders, number)
    check_state(order, "review")
    check_person(act.actor)
    kept = check_review(order, outcome, reason, amount)
    told: dict[str, object] = {}
    if kept:
        check_kept(order, kept, _facts(engine, order), orders)
        told = {"next_ms": check_next_review(next_ms, act.at_ms)}
    if outcome == "keep":
        return _event(record, engine, act, order, {"event": "review", "outcome": outcome, **told}, reason)
    less = (order.held or 0) - kept
    wanted = Proposal("lift", reason, amount=less, ground="not_needed", law="procedure_241", follows=number)
    propose_order(record, engine, act, wanted, {"review": outcome, **told})
    return order_of(_orders(record, engine, act), number)


def lift(
    record: Record,
    engine: Engine,
    act: Act,
    number: int,
    reason: str,
    *,
    amount: int | None = None,
    ground: str = "",
    law: str = "",
) -> Order:
    """Lift a hold or freeze, or end a watch, at once; the order that lifts it. `amount`: a part of it (minor units), such as a living
    allowance. It still has to be sent."""
    order = order_of(_orders(record, engine, act), number)
    verb = "end_watch" if order.verb == "watch" else "lift"
    wanted = Proposal(verb, reason, amount=amount, ground=ground, law=law, follows=number)
    return propose_order(record, engine, act, wanted)


# -- what stands behind --------------------------------------------------------------------------------------------


def _extension_of(order: Order) -> str:
    verb = next((verb for verb in EXTENSIONS if order.verb in VERBS[verb].follows), None)
    if verb is None:
        raise refused(order, "only a hold or a freeze is extended", "仅止付与冻结可以延期")
    return verb


def _after_target(proposal: Proposal, target: Order) -> Proposal:
    """What follows an order concerns its account, case and body; a freeze goes on with the ground of the hold."""
    ground = proposal.ground or (target.ground if proposal.verb == "freeze" else "")
    return replace(
        proposal,
        case_id=proposal.case_id or target.case_id,
        account=target.account,
        currency=target.currency,
        body=proposal.body or target.body,
        ground=ground,
    )


def _orders(record: Record, engine: Engine, act: Act) -> list[Order]:
    """The orders as they stand now, each under the number that its case has today."""
    found = orders_of(record.journal.entries(), act.at_ms)
    return [replace(one, case_id=case_today(engine, one.case_id)) for one in found]


def _facts(engine: Engine, order: Order) -> Facts:
    return facts_of(engine, order.case_id, order.account, order.currency)


def _check_still(order: Order, facts: Facts, orders: list[Order]) -> None:
    """The rules once more, as things stand now: ground, amount, and the order that it follows."""
    target = next((one for one in orders if one.order == order.follows), None)
    if order.verb in EXTENSIONS or order.verb == "return":
        if target is None or target.state != "in_force":
            raise refused(target or order, "nothing is in force that this could concern", "已无生效中的措施可办理")
        order = replace(order, held=target.held)
        if order.verb == "return" and (order.amount or 0) > (target.held or 0):
            frozen = money(target.held or 0, target.currency)
            raise refused(target, f"only {frozen} is frozen by it", f"在冻金额仅 {frozen}")
    check_ground(order, facts, orders)


def _check_start(order: Order, start: int, now_ms: int) -> None:
    sent_ms = order.sent_ms or 0
    latest = now_ms if order.expires_ms is None else min(now_ms, order.expires_ms)
    if not sent_ms <= start <= latest:
        raise InputError(
            "an order takes effect after it was sent, within its term and not later than now",
            "生效时间须在发送之后、期限之内且不晚于现在",
            where=f"order {order.order}",
            remedy="give the moment at which the body says it took effect",
            remedy_zh="请写明回执所载的生效时间",
        )


def _closed(record: Record, engine: Engine, act: Act, number: int, event: str, reason: str) -> Order:
    order = order_of(_orders(record, engine, act), number)
    check_state(order, event)
    check_person(act.actor)
    check_reason(reason)
    return _event(record, engine, act, order, {"event": event}, reason)


def _event(record: Record, engine: Engine, act: Act, order: Order, public: Mapping[str, object], reason: str) -> Order:
    """Journal an event of an order. Its words are sealed as the order is; once nothing can seal them they are not kept."""
    entries = record.journal.entries()
    seal = entries[order.admission] if order.admission >= 0 else None
    if seal is not None and record.keys.of(seal.item) is None:
        seal = None
    private = {"reason": reason.strip()} if seal is not None and reason.strip() else None
    details = {"order": order.order, **public, **({"admission": seal.seq} if seal else {})}
    record.note("order_event", act, details, about=seal, private=private)
    return order_of(_written(record, engine, act), order.order)


def _written(record: Record, engine: Engine, act: Act) -> list[Order]:
    """The orders as they stand now, with every table that depends on them made anew: `orders`, `order_events`, `returns`, `steps`."""
    entries, moment = record.journal.entries(), as_of(engine)
    with engine.transaction():
        write_orders(engine, entries, moment)
        make_returns(engine, entries, moment, drafts=False)
        propose(engine, moment, read_bins(record.in_use("card_bins")))
    return orders_of(entries, act.at_ms)
