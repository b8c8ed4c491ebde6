"""Orders to banks and payment bodies: which there are, how each stands, and what rules a person who acts must keep.

The verbs are those of any stop-payment desk, under neutral names; no compatibility with a platform is claimed. Software
proposes, a named person decides. Every measure names an amount, a ground, a law, an end and a remedy, and ends by itself.
Sources: Anti-Telecom and Online Fraud Law (反诈法) art. 20, 32, 34; 银发〔2016〕261号 (48 hours); 公安机关办理刑事案件程序规定 (2020)
art. 237-243 (six months); the rules of 2016 on returning frozen funds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from fanzha.errors import InputError, NotAllowed, NotFound
from fanzha.model.words import vocabulary
from fanzha.respond.person import is_person

HOUR_MS = 3_600_000
HOLD_MS = 48 * HOUR_MS  # 银发〔2016〕261号: an emergency stop-payment ends after 48 hours unless a freeze follows
FREEZE_MS = 180 * 24 * HOUR_MS  # 程序规定 art. 243: six months at most; 180 days never exceed six calendar months
# 程序规定 art. 243, second paragraph: a serious or complex case, approved at the level of a city with districts; 365 days never exceed a year
LONG_FREEZE_MS = 365 * 24 * HOUR_MS
LONG_FREEZE = "procedure_243_year"  # the law that must be named for it
# Assumptions: when a freeze is reviewed, and how far a review may put off the next. 刑事诉讼法 art. 145 wants lifting within three days once
# a freeze proves needless.
REVIEW_MS = 30 * 24 * HOUR_MS
REVIEW_MAX_MS = 90 * 24 * HOUR_MS
REVIEWS = ("keep", "reduce", "lift")  # what a review of a freeze may come to
WATCH_MS = 30 * 24 * HOUR_MS  # an assumption: the shortest term that shows a month's habit; renewed only by a new order
HOLD_EXTENSIONS_MAX = 1
HEAR_FIRST = ("shop", "payroll", "family")  # outcomes of equal rank with the mule; two persons decide on such accounts
PROTECTIVE = "protective_hold"
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
FREEZES = ("freeze", "extend_freeze")
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
    "review": ("in_force",),  # of a freeze: it lasts long enough to be looked at again before its end
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
    `follows` the order it concerns or BARE; `review_ms` when a freeze in force is to be reviewed, else None; `account`, `innocent` and
    `reason` are "" once their admission was erased.
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
    review_ms: int | None = None

    @property
    def is_late(self) -> bool:
        """Whether its term ran out before a reply came: the body may have held in time."""
        return self.state == "expired" and self.sent_ms is not None and self.from_ms is None

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


def term_of(verb: str, law: str) -> int | None:
    """How long an order of this verb lasts on this law (ms), an extension adds; None where nothing runs."""
    return LONG_FREEZE_MS if verb in FREEZES and law == LONG_FREEZE else VERBS[verb].term_ms


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
    can = [
        code for code, states in CAN.items() if order.state in states and (code != "review" or order.verb == "freeze")
    ]
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
    late = event == "reply" and order.is_late
    never = (event == "withdraw" and order.verb in ENDINGS) or (event == "review" and order.verb != "freeze")
    if (order.state not in CAN[event] and not late) or never:
        term = vocabulary("order_events")[event]
        raise refused(order, f"it cannot be {term.en} now", f"此时不能“{term.zh}”")


def check_person(actor: str) -> None:
    """Raise NotAllowed unless a named person acts."""
    if not is_person(actor):
        raise NotAllowed(
            f"{actor!r} names no person: a named person decides, never software or a login that many share",
            f"{actor!r} 不是具体人员：须由具名人员决定，软件或共用登录名不得决定",
            remedy="act under your own name: --actor NAME, or FANZHA_ACTOR=NAME for all commands; in Python actor=NAME",
            remedy_zh="请以本人姓名操作：加 --actor 姓名，或设 FANZHA_ACTOR=姓名 对所有命令生效；Python 中用 actor=姓名",
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
    if proposal.law == LONG_FREEZE and proposal.verb not in FREEZES:
        raise InputError(
            "only a freeze or its extension lasts a year",
            "仅冻结与续冻可定期限一年",
            where=proposal.verb,
            remedy="leave the law open",
            remedy_zh="请不填写法律依据代码",
        )
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
