"""Orders to banks and payment bodies: which there are, how each stands, and what rules a person who acts must keep.

The verbs are those of any stop-payment desk, under neutral names; no compatibility with a platform is claimed. Software
proposes, a named person decides. Every measure names an amount, a ground, a law, an end and a remedy, and ends by itself.
Sources: Anti-Telecom and Online Fraud Law (反诈法) art. 20, 32, 34; 银发〔2016〕261号 (48 hours); 公安机关办理刑事案件程序规定 (2020)
art. 237-243 (six months); the rules of 2016 on returning frozen funds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from fanzha.document.figures import money
from fanzha.errors import InputError, NotAllowed, NotFound
from fanzha.model.words import vocabulary

HOUR_MS = 3_600_000
HOLD_MS = 48 * HOUR_MS  # 银发〔2016〕261号: an emergency stop-payment ends after 48 hours unless a freeze follows
FREEZE_MS = 180 * 24 * HOUR_MS  # 程序规定 art. 243: six months at most; 180 days never exceed six calendar months
WATCH_MS = 30 * 24 * HOUR_MS  # an assumption: the shortest term that shows a month's habit; renewed only by a new order
HOLD_EXTENSIONS_MAX = 1
HEAR_FIRST = ("shop", "payroll", "family")  # outcomes of equal rank with the mule; two persons decide on such accounts
PROTECTIVE = "protective_hold"
NOT_PERSONS = ("", "fanzha", "software")  # names under which nobody can be asked why
BARE = -1  # an order that follows no other


class Verb(NamedTuple):
    """What a verb needs. `follows`: verbs of the order that it can concern; `term_ms`: None where nothing runs.

    `at_once`: the proposal of a named person is the decision. `good`: state after a reply that says it was done.
    """

    amount: bool
    term_ms: int | None
    follows: tuple[str, ...]
    must_follow: bool
    at_once: bool
    two: bool
    law: str
    good: str


VERBS: Mapping[str, Verb] = {
    "hold": Verb(True, HOLD_MS, (), False, False, False, "pboc_261", "in_force"),
    "extend_hold": Verb(False, HOLD_MS, ("hold",), True, False, False, "pboc_261", "done"),
    "freeze": Verb(True, FREEZE_MS, ("hold",), False, False, True, "procedure_239", "in_force"),
    "extend_freeze": Verb(False, FREEZE_MS, ("freeze",), True, False, True, "procedure_243", "done"),
    "lift": Verb(False, None, ("hold", "freeze"), True, True, False, "anti_fraud_20", "done"),
    "query": Verb(False, None, (), False, False, False, "anti_fraud_20", "answered"),
    "query_holder": Verb(False, None, (), False, False, False, "procedure_237", "answered"),
    "watch": Verb(False, WATCH_MS, (), False, False, False, "anti_fraud_20", "in_force"),
    "end_watch": Verb(False, None, ("watch",), True, True, False, "anti_fraud_20", "done"),
    "all_accounts": Verb(False, None, (), False, False, False, "procedure_237", "answered"),
    "return": Verb(True, None, ("freeze",), True, False, True, "return_2016", "done"),
}
EXTENSIONS = ("extend_hold", "extend_freeze")
ENDINGS = ("lift", "end_watch")
MEASURES = ("hold", "freeze")
COMMITTED = ("approved", "sent", "in_force")  # what counts against the sum in dispute
PENDING = ("proposed", "approved", "sent")
# The states in which an event of a person is possible, and in which another order may follow.
CAN: Mapping[str, tuple[str, ...]] = {
    "approve": ("proposed",),
    "decline": ("proposed",),
    "withdraw": ("proposed", "approved"),
    "send": ("approved",),
    "reply": ("sent",),
}
CAN_FOLLOW: Mapping[str, tuple[str, ...]] = {
    "extend_hold": ("in_force",),
    "extend_freeze": ("in_force",),
    "freeze": ("sent", "in_force"),
    "lift": ("sent", "in_force"),
    "end_watch": ("sent", "in_force"),
    "return": ("in_force",),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to an order: the act, when (UTC ms), who, the state after it, the amount (minor units) it names.

    `code` is one of schema/order_events.yaml; `note` is "" once the admission that sealed it was erased.
    """

    act: int
    at_ms: int
    actor: str
    code: str
    state: str
    amount: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Order:
    """One order as it stands at a moment. Money in minor units of `currency`, times in UTC ms.

    `order` is the act that proposed it; `held` what is held by it now, at its end, or None before a reply says so;
    `follows` the order it concerns or BARE; `account`, `innocent` and `reason` are "" once their admission was erased.
    """

    order: int
    verb: str
    state: str
    case_id: str
    account: str
    body: str
    amount: int | None
    currency: str
    held: int | None
    ground: str
    law: str
    innocent: str
    follows: int
    proposer: str
    approvers: tuple[str, ...]
    proposed_ms: int
    sent_ms: int | None
    from_ms: int | None
    expires_ms: int | None
    ended_ms: int | None
    reason: str
    admission: int
    extensions: int
    events: tuple[Event, ...]

    @property
    def committed(self) -> int:
        """What this order takes of the sum in dispute: what is held, before a reply the amount it names; else 0."""
        if self.verb not in MEASURES or self.state not in COMMITTED:
            return 0
        return (self.amount or 0) if self.held is None else self.held


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a person wants ordered. `amount`: minor units; None for a query, and for a lift of all that is held.

    What follows another order takes account, case, currency and body from it. `ground` and `law` are codes; "" takes the usual one.
    """

    verb: str
    reason: str
    case_id: str = ""
    account: str = ""
    amount: int | None = None
    currency: str = ""
    ground: str = ""
    law: str = ""
    body: str = ""
    follows: int = BARE


@dataclass(frozen=True, slots=True)
class Facts:
    """What tracing and judging say now of an account in a case and currency. Sums in minor units, held and unlocated together.

    `own`: a victim's; `cleared`: judged to belong to no swindler; `named`: a report of the case names it;
    `arrived_ms`: when disputed money last came.
    """

    case_exists: bool
    in_case: int
    in_all: int
    traced: bool
    named: bool
    own: bool
    cleared: bool
    invalid: bool
    innocent: str
    arrived_ms: int | None


def order_of(orders: Iterable[Order], number: int) -> Order:
    """The order of a number. Raises NotFound."""
    found = next((one for one in orders if one.order == number), None)
    if found is None:
        raise NotFound(
            f"there is no order {number}",
            f"没有编号为 {number} 的指令",
            remedy="`fanzha orders` lists them",
            remedy_zh="fanzha orders 可列出全部指令",
        )
    return found


def refused(order: Order, said: str, said_zh: str) -> NotAllowed:
    """The error that an order, as it stands, does not allow something: names the state and what can be done instead."""
    state = vocabulary("order_states")[order.state]
    terms, spent = {**vocabulary("order_events"), **vocabulary("orders")}, order.extensions >= HOLD_EXTENSIONS_MAX
    can = [code for code, states in CAN.items() if order.state in states]
    follow = [code for code, states in CAN_FOLLOW.items() if order.state in states]
    can += [c for c in follow if order.verb in VERBS[c].follows and not (c == "extend_hold" and spent)]
    return NotAllowed(
        f"order {order.order} is {state.en}: {said}",
        f"指令 {order.order} 的状态为“{state.zh}”：{said_zh}",
        remedy=f"what can be done with it: {', '.join(can).replace('_', ' ') or 'nothing, propose a new order'}",
        remedy_zh=f"可作的办理：{'、'.join(f'{terms[code].zh}（{code}）' for code in can) or '无，请另行提出'}",
    )


def check_state(order: Order, event: str) -> None:
    """Raise NotAllowed if an event of a person is not possible as the order stands. A late reply still tells what was held in time,
    and a lift that was decided is never withdrawn."""
    late = event == "reply" and order.state == "expired" and order.sent_ms is not None and order.from_ms is None
    if (order.state not in CAN[event] and not late) or (event == "withdraw" and order.verb in ENDINGS):
        term = vocabulary("order_events")[event]
        raise refused(order, f"it cannot be {term.en} now", f"此时不能“{term.zh}”")


def check_person(actor: str) -> None:
    """Raise NotAllowed unless a named person acts."""
    if actor.strip().lower() in NOT_PERSONS:
        raise NotAllowed(
            "a named person decides, never software",
            "须由具名人员决定，软件不得自行决定",
            remedy="act under your own name",
            remedy_zh="请以本人姓名操作",
        )


def check_words(proposal: Proposal) -> None:
    """Raise InputError for a verb, ground or law that is none, or without a reason; a money verb needs a positive amount."""
    for value, name in ((proposal.verb, "orders"), (proposal.ground, "grounds"), (proposal.law, "order_laws")):
        if value and value not in vocabulary(name):
            raise InputError(
                f"{value!r} is not in the vocabulary {name}",
                f"{value!r} 不在词表 {name} 中",
                remedy=f"choose one of: {', '.join(vocabulary(name))}",
                remedy_zh=f"可选：{'、'.join(vocabulary(name))}",
            )
    if not proposal.verb:
        raise InputError("an order needs a verb", "指令须写明类型", remedy="such as hold", remedy_zh="如 hold")
    check_reason(proposal.reason)
    needs = VERBS[proposal.verb].amount
    if (needs and (proposal.amount is None or proposal.amount <= 0)) or (
        proposal.amount is not None and (proposal.amount <= 0 or not (needs or proposal.verb == "lift"))
    ):
        raise InputError(
            "a hold, a freeze and a return name an amount above zero; a lift may; nothing else does",
            "止付、冻结、返还须写明大于零的金额；解除可写明金额；其他指令不写金额",
            where=proposal.verb,
            remedy="name it with --amount: what is in dispute there, none for a query",
            remedy_zh="请用 --amount 写明涉案金额；查询类不写金额",
        )


def check_reason(reason: str) -> None:
    """Raise InputError for an empty reason."""
    if not reason.strip():
        raise InputError(
            "this act needs a reason",
            "该操作必须说明理由",
            remedy="say in a few words why",
            remedy_zh="请简要说明理由",
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
