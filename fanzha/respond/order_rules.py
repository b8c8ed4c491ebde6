"""What no order may do as things stand: more than is in dispute, without a ground, after what it cannot follow, by the wrong person.

Checked when an order is proposed, approved, sent and reviewed; each function raises NotAllowed and says what is possible instead.
"""

from collections.abc import Iterable
from dataclasses import replace

from fanzha.document.figures import money
from fanzha.errors import InputError, NotAllowed
from fanzha.model.words import vocabulary
from fanzha.respond.orders import (
    CAN_FOLLOW,
    ENDINGS,
    EXTENSIONS,
    HEAR_FIRST,
    HOLD_EXTENSIONS_MAX,
    MEASURES,
    PENDING,
    PROTECTIVE,
    REVIEW_MAX_MS,
    REVIEW_MS,
    REVIEWS,
    VERBS,
    Facts,
    Order,
    Proposal,
    check_person,
    check_reason,
    refused,
)


def check_follow(proposal: Proposal, target: Order, orders: Iterable[Order]) -> None:
    """Raise NotAllowed if the order that a proposal follows does not allow it as it stands."""
    verb = VERBS[proposal.verb]
    term = vocabulary("orders")[proposal.verb]
    if target.verb not in verb.follows or target.state not in CAN_FOLLOW[proposal.verb]:
        raise refused(target, f"no order to “{term.en}” can follow it", f"其后不能“{term.zh}”")
    if proposal.verb == "extend_hold" and target.extensions >= HOLD_EXTENSIONS_MAX:
        raise refused(target, "a hold is extended once at most", "止付最多延期一次")
    following = [one for one in orders if one.follows == target.order]
    if proposal.verb not in ENDINGS and any(
        one.verb == proposal.verb and one.state in PENDING and one.verb != "return" for one in following
    ):
        raise refused(target, f"an order to “{term.en}” is under way already", f"“{term.zh}”已在办理中")
    if proposal.verb == "lift":
        left = target.held if target.held is not None else target.amount or 0
        if proposal.amount is not None and proposal.amount > left:
            raise _too_much(proposal.amount, left, target.currency, held=True)
        if proposal.amount is not None and target.state == "sent" and proposal.amount < left:
            raise refused(target, "a part can be lifted once the reply says what is held", "收到回执后方可部分解除")
    if proposal.verb == "return":
        under_way = sum(one.amount or 0 for one in following if one.verb == "return" and one.state in PENDING)
        left = (target.held or 0) - under_way
        if (proposal.amount or 0) > left:
            raise _too_much(proposal.amount or 0, left, target.currency, held=True)


def check_ground(order: Order, facts: Facts, orders: Iterable[Order]) -> None:
    """Raise NotAllowed where no ground is left for an order: checked when it is proposed, approved and sent.

    A lift needs none. A hold or a freeze never names more than is disputed there less what other orders hold for it.
    """
    if order.verb in ENDINGS:
        return
    if not facts.case_exists:
        raise _groundless(f"there is no case {order.case_id}", f"没有编号为 {order.case_id} 的案件")
    asked = order.verb == "query" and facts.own  # the reporter's own statement, with consent
    if not (facts.traced or facts.named or asked):
        raise _groundless(
            "no report of the case names this account and no disputed money was traced to it",
            "本案报案未提及该账户，也未追踪到涉案资金",
        )
    if order.ground == PROTECTIVE:
        if order.verb != "hold" or not (facts.own or (facts.named and not facts.traced)):
            raise _groundless(
                "a protective hold is for a victim's own account, asked for by the victim",
                "保护性止付仅限被害人本人账户，并由被害人请求",
            )
        return
    if facts.cleared:
        raise _groundless(
            "a named person judged that the account belongs to no swindler", "经人工认定，该账户不属于诈骗人员"
        )
    if order.verb not in (*MEASURES, *EXTENSIONS):
        return
    if facts.own:
        raise _groundless(
            "it is a victim's own account: only a protective hold is possible, asked for by the victim",
            "该账户为被害人本人账户，仅可应本人请求作保护性止付",
        )
    if facts.invalid:
        raise _groundless("the number fails its check: it is no such account", "账号校验不通过，并非有效账号")
    apart = {order.order, order.follows}
    wanted = (order.amount or 0) if order.verb in MEASURES else order.held or 0
    left = room(order, facts, orders, apart)
    if wanted > left:
        raise _too_much(wanted, left, order.currency)


def room(order: Order, facts: Facts, orders: Iterable[Order], apart: Iterable[int] = ()) -> int:
    """How much an order on its account may name: what is disputed there in its case and in all, less what others hold.

    A hold that ran out is not renewed by another: its money counts as used until new disputed money came after it began.
    """
    skipped = set(apart)
    in_case, in_all = facts.in_case, facts.in_all
    here = [one for one in orders if (one.account, one.currency) == (order.account, order.currency)]
    taken = commitments(one for one in here if one.order not in skipped)
    for one in here:
        if one.order in skipped:
            continue
        used = taken[one.order]
        if order.verb == "hold" and ran_out(one, facts.arrived_ms):
            used = one.held or 0
        in_all -= used
        in_case -= used if one.case_id == order.case_id else 0
    return max(0, min(in_case, in_all))


def commitments(orders: Iterable[Order]) -> dict[int, int]:
    """By number, what each order takes of the sum in dispute on its account (minor units).

    A freeze under way counts only for what it adds to the hold it follows; a protective hold takes nothing of it.
    """
    found = list(orders)
    taken = {one.order: 0 if one.ground == PROTECTIVE else one.committed for one in found}
    for one in found:
        if one.verb == "freeze" and one.state in PENDING:
            taken[one.order] = max(0, taken[one.order] - taken.get(one.follows, 0))
    return taken


def ran_out(order: Order, arrived_ms: int | None) -> bool:
    """Whether an order is a hold that ended by itself, and no disputed money came since it took effect."""
    if order.verb != "hold" or order.state != "expired" or order.from_ms is None:
        return False
    return arrived_ms is None or arrived_ms <= order.from_ms


def check_decider(order: Order, facts: Facts, actor: str) -> None:
    """Raise NotAllowed unless this person may approve: freeze, return and innocent-looking accounts take two persons."""
    check_person(actor)
    two = VERBS[order.verb].two or bool({facts.innocent, order.innocent} & set(HEAR_FIRST))
    if two and actor == order.proposer:
        raise NotAllowed(
            f"order {order.order} takes two persons, and {actor} proposed it",
            f"指令 {order.order} 须由两人决定，{actor} 为提出人",
            remedy="another named person decides",
            remedy_zh="请由另一名具名人员决定",
        )


def check_review(order: Order, outcome: str, reason: str, amount: int | None) -> int:
    """What a freeze holds after its review (minor units): all, the amount that stays, or nothing.

    Raises InputError for an outcome that is none, without a reason, or for an amount that does not go with the outcome: only `reduce`
    names one, above zero and below what is held.
    """
    check_reason(reason)
    if outcome not in REVIEWS:
        raise InputError(
            f"{outcome!r} is no outcome of a review",
            f"{outcome!r} 不是有效的复核结果",
            remedy=f"choose one of: {', '.join(REVIEWS)}",
            remedy_zh=f"可选：{'、'.join(REVIEWS)}",
        )
    held = order.held or 0
    if outcome != "reduce" and amount is None:
        return held if outcome == "keep" else 0
    if outcome != "reduce" or amount is None or not 0 < amount < held:
        raise InputError(
            f"a review that reduces names what stays frozen, above zero and below {money(held, order.currency)}; others name no amount",
            f"复核后减少冻结的，须写明继续冻结的金额，大于零且小于 {money(held, order.currency)}；其他结果不写金额",
            where=f"order {order.order}",
            remedy="name the amount that stays, or keep or lift all",
            remedy_zh="请写明继续冻结的金额，或全部保留、全部解除",
        )
    return amount


def check_next_review(next_ms: int | None, now_ms: int) -> int:
    """When a freeze is reviewed next (UTC ms): as named, else after the usual time. Raises InputError unless that is to come, and not
    later than the longest time between two reviews. It moves no end: a freeze may end before it."""
    if next_ms is None:
        return now_ms + REVIEW_MS
    if not now_ms < next_ms <= now_ms + REVIEW_MAX_MS:
        days = REVIEW_MAX_MS // 86_400_000
        raise InputError(
            f"the next review is to come, within {days} days",
            f"下次复核须在今后 {days} 日以内",
            remedy="name a nearer day; a freeze that is needed for longer is reviewed again",
            remedy_zh="请写明更近的日期；仍有必要的，届时再行复核",
        )
    return next_ms


def check_kept(order: Order, kept: int, facts: Facts, orders: Iterable[Order]) -> None:
    """Raise NotAllowed where a review would go on holding without a ground, or more than is in dispute there less what others hold."""
    check_ground(replace(order, amount=kept), facts, orders)


def _groundless(said: str, said_zh: str) -> NotAllowed:
    return NotAllowed(
        f"there is no ground for this order: {said}",
        f"该指令没有依据：{said_zh}",
        remedy="decline or withdraw it, or ask for the statement first",
        remedy_zh="请不予批准或撤回，或先调取流水",
    )


def _too_much(wanted: int, left: int, currency: str, *, held: bool = False) -> NotAllowed:
    asked, most = money(wanted, currency), money(left, currency)
    why = "what the order holds" if held else "what is disputed there less what orders hold"
    why_zh = "该指令在控金额" if held else "该账户涉案金额减去其他指令已控金额"
    return NotAllowed(
        f"{asked} is asked for; at most {most} is possible: {why}",
        f"所列金额为 {asked}，最多可为 {most}：{why_zh}",
        remedy=f"name {most} or less" if left > 0 else "nothing is left to be ordered here",
        remedy_zh=f"请写明不超过 {most} 的金额" if left > 0 else "此处已无可处置金额",
    )
