"""Orders as the journal tells them: each `order` act and what followed, folded in the order of the acts.

State depends on the acts that stand and on a moment, on nothing else. The end of a term is no act: it is seen from the moment.
An act that the state does not allow (it was written by another version, or another act was taken back) changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fanzha.errors import NotAllowed
from fanzha.respond.orders import (
    BARE,
    CAN,
    CAN_FOLLOW,
    ENDINGS,
    EXTENSIONS,
    REVIEW_MS,
    VERBS,
    Event,
    Order,
    term_of,
)
from fanzha.store.contract import Tables
from fanzha.store.journal import Entry, undone

MADE = ("orders", "order_events")
ACTS = ("order", "order_event")
# What the bank was told is ended by a lift, never by an undo.
CAN_BE_TAKEN_BACK = ("approve", "decline", "withdraw", "review")


@dataclass(slots=True)
class _Live:
    """One order while the journal is folded. `base`: its state without regard to the end of its term."""

    entry: Entry
    verb: str
    base: str
    account: str
    currency: str
    case_id: str
    body: str
    innocent: str
    amount: int | None
    expires_ms: int | None = None
    approvers: list[str] = field(default_factory=list)
    held: int | None = None
    sent_ms: int | None = None
    from_ms: int | None = None
    ended_ms: int | None = None
    review_ms: int | None = None
    extensions: int = 0
    events: list[Event] = field(default_factory=list)

    @property
    def term_ms(self) -> int | None:
        """How long it lasts, or by how much it extends another (ms)."""
        return term_of(self.verb, str(self.entry.public["law"]))

    def state(self, at_ms: int) -> str:
        """The state at a moment: an order whose term is over has ended by itself."""
        runs = self.base in ("proposed", "approved", "sent", "in_force")
        return "expired" if runs and self.expires_ms is not None and self.expires_ms <= at_ms else self.base


class _Book:
    """All orders, act by act."""

    def __init__(self) -> None:
        self.live: dict[int, _Live] = {}

    def propose(self, entry: Entry) -> None:
        """A new order. A lift and the end of a watch are decided by being proposed."""
        public, secret = entry.public, entry.private or {}
        verb, follows = str(public["verb"]), int(public["follows"])
        if verb not in VERBS:
            return
        spec = VERBS[verb]
        target = self.live.get(follows)
        one = _Live(
            entry,
            verb,
            "proposed",
            str(secret.get("account", "")),
            str(public["currency"]),
            str(public["case"]),
            str(public["body"]),
            str(secret.get("innocent", "")),
            public["amount_minor"],
        )
        self._renew(one, entry.at_ms)
        if verb in EXTENSIONS and target is not None and target.expires_ms is not None:
            one.expires_ms = target.expires_ms  # it lapses undecided when the measure ends
        allowed = target is not None and target.state(entry.at_ms) in CAN_FOLLOW.get(verb, ())
        if spec.at_once:
            one.base, one.approvers = "approved", [entry.actor]
        self._say(one, entry, "propose", one.amount)
        self.live[entry.seq] = one
        if spec.at_once and target is not None and allowed:
            self._end(one, target, entry)

    def happen(self, entry: Entry) -> None:
        """An event of a person, if the state allows it."""
        one = self.live.get(int(entry.public["order"]))
        code = str(entry.public["event"])
        if one is None:
            return
        late = code == "reply" and one.base == "sent"  # the bank may have held in time; the moment it names was checked
        never = (code == "withdraw" and one.verb in ENDINGS) or (code == "review" and one.verb != "freeze")
        if (one.state(entry.at_ms) not in CAN.get(code, ()) and not late) or never:
            return
        if code == "approve":
            self._approve(one, entry)
        elif code in ("decline", "withdraw"):
            self._fell(one, entry)
            one.base, one.ended_ms = {"decline": "declined", "withdraw": "withdrawn"}[code], entry.at_ms
        elif code == "send":
            one.base, one.sent_ms = "sent", entry.at_ms
            one.body = str(entry.public.get("body") or one.body)
            self._renew(one, entry.at_ms)
        elif code == "reply":
            self._answer(one, entry)
        elif code == "review":
            one.review_ms = int(entry.public["next_ms"])
        amount = one.held if code == "review" else entry.public.get("amount_minor")
        self._say(one, entry, code, amount)

    def _approve(self, one: _Live, entry: Entry) -> None:
        one.base = "approved"
        one.approvers.append(entry.actor)
        target = self.live.get(int(one.entry.public["follows"]))
        if one.verb not in EXTENSIONS:
            self._renew(one, entry.at_ms)
        elif target is not None and target.state(entry.at_ms) == "in_force" and target.expires_ms is not None:
            target.expires_ms += one.term_ms or 0
            target.extensions += 1
            one.expires_ms = target.expires_ms
            self._say(target, entry, "extend", target.held)

    def _fell(self, one: _Live, entry: Entry) -> None:
        """An extension that was decided and then withdrawn or refused: the former end holds again."""
        target = self.live.get(int(one.entry.public["follows"]))
        if one.verb not in EXTENSIONS or target is None or target.expires_ms is None or one.base == "proposed":
            return
        target.expires_ms -= one.term_ms or 0
        target.extensions -= 1
        self._say(target, entry, "extension_fell", target.held)

    @staticmethod
    def _renew(one: _Live, at_ms: int) -> None:
        """Before it takes effect an order would end one term after the latest step that was taken."""
        if one.term_ms is not None and one.verb not in EXTENSIONS:
            one.expires_ms = at_ms + one.term_ms

    def _answer(self, one: _Live, entry: Entry) -> None:
        target = self.live.get(int(one.entry.public["follows"]))
        if entry.public["answer"] == "refused":
            self._fell(one, entry)
            one.base, one.ended_ms = "refused", entry.at_ms
            one.held = entry.public.get("amount_minor")  # 0: the body found nothing to hold
            return
        one.base = VERBS[one.verb].good
        if one.base == "in_force":
            one.from_ms = int(entry.public["from_ms"])
            one.expires_ms = one.from_ms + (one.term_ms or 0)
            one.review_ms = one.from_ms + REVIEW_MS if one.verb == "freeze" else None
            one.held = entry.public.get("amount_minor")
            if one.verb == "freeze" and target is not None and target.state(one.from_ms) in CAN_FOLLOW["freeze"]:
                target.base, target.ended_ms, target.held = "turned", one.from_ms, 0
                self._say(target, entry, "turn", one.held)
        else:
            one.ended_ms = entry.at_ms
        if one.verb == "return" and target is not None and target.base == "in_force":
            given = min(int(entry.public["amount_minor"]), target.held or 0)
            target.held = (target.held or 0) - given
            if not target.held:
                target.base, target.ended_ms = "returned", entry.at_ms
            self._say(target, entry, "return", given)

    def _end(self, one: _Live, target: _Live, entry: Entry) -> None:
        """A lift or the end of a watch counts from the moment it is decided; a lift may be what a review of the freeze came to."""
        left = target.held if target.held is not None else target.amount
        if one.verb == "lift" and left is not None:
            given = left if one.amount is None else min(one.amount, left)
            one.amount = given
            target.held = left - given
        if not target.held:
            target.base, target.ended_ms = "lifted", entry.at_ms
        self._say(target, entry, "lift", one.amount)
        if "review" in entry.public:
            target.review_ms = entry.public.get("next_ms", target.review_ms)
            self._say(target, entry, "review", target.held)

    @staticmethod
    def _say(one: _Live, entry: Entry, code: str, amount: int | None) -> None:
        note = str((entry.private or {}).get("reason", ""))
        one.events.append(Event(entry.seq, entry.at_ms, entry.actor, code, one.state(entry.at_ms), amount, note))


def orders_of(entries: Sequence[Entry], as_of: int) -> list[Order]:
    """Every order that stands, in the order of the acts, as it is at `as_of` (UTC ms) or at the last act on an order, if later."""
    gone = undone(entries)
    book, moment = _Book(), as_of
    for entry in entries:
        if entry.act not in ACTS:
            continue
        moment = max(moment, entry.at_ms)
        if entry.seq in gone:
            continue
        if entry.act == "order":
            book.propose(entry)
        else:
            book.happen(entry)
    return [_order(one, moment) for one in book.live.values()]


def _order(one: _Live, at_ms: int) -> Order:
    state = one.state(at_ms)
    entry, public = one.entry, one.entry.public
    return Order(
        order=entry.seq,
        verb=one.verb,
        state=state,
        case_id=one.case_id,
        account=one.account,
        body=one.body,
        amount=one.amount,
        currency=one.currency,
        held=one.held,
        ground=str(public["ground"]),
        law=str(public["law"]),
        innocent=one.innocent,
        follows=int(public["follows"]),
        proposer=entry.actor,
        approvers=tuple(one.approvers),
        proposed_ms=entry.at_ms,
        sent_ms=one.sent_ms,
        from_ms=one.from_ms,
        expires_ms=one.expires_ms,
        ended_ms=one.expires_ms if state == "expired" else one.ended_ms,
        reason=str((entry.private or {}).get("reason", "")),
        admission=int(public.get("admission", -1)),
        extensions=one.extensions,
        events=tuple(one.events),
        review_ms=one.review_ms if state == "in_force" else None,
    )


def write_orders(engine: Tables, entries: Sequence[Entry], as_of: int) -> tuple[str, ...]:
    """Make `orders` and `order_events` from the journal, as things stand at `as_of` (UTC ms) or at the last act on an order."""
    orders = orders_of(entries, as_of)
    engine.replace_rows("orders", [_row(one) for one in orders])
    happened = [
        (one.order, event.act, event.at_ms, event.actor, event.code, event.state, event.amount, event.note)
        for one in orders
        for event in one.events
    ]
    engine.replace_rows("order_events", sorted(happened, key=lambda row: (row[0], row[1], row[4])))
    return MADE


def _row(one: Order) -> tuple[Any, ...]:
    return (
        one.order,
        one.verb,
        one.state,
        one.case_id,
        one.account,
        one.body,
        one.amount,
        one.currency,
        one.held,
        one.ground,
        one.law,
        one.innocent,
        one.follows,
        one.proposer,
        ",".join(one.approvers),
        one.proposed_ms,
        one.from_ms,
        one.expires_ms,
        one.ended_ms,
        one.review_ms,
        one.reason,
    )


def check_undo(entries: Sequence[Entry], number: int) -> None:
    """Raise NotAllowed if act `number` is about an order and cannot be taken back; nothing is said of other acts.

    What can be: the last act on an order that no bank was told of (a proposal, an approval, a refusal to approve, a withdrawal).
    A lift that was decided is never taken back, and what was sent is ended by a lift.
    """
    root = entries[number]
    while root.act == "undo":
        root = entries[int(root.public["act"])]
    if root.act not in ACTS:
        return
    if root.act == "order" and root.public["verb"] in ENDINGS:
        raise _stays(number, "a lift that was decided stays", "已决定的解除不可撤销", "fanzha hold")
    if root.act == "order_event" and root.public["event"] not in CAN_BE_TAKEN_BACK:
        raise _stays(number, "the body it went to knows of it", "对方机构已知悉", "fanzha orders --lift")
    concerned, gone = _concerned(entries, root), undone(entries)
    later = [one for one in entries[root.seq + 1 :] if one.act in ACTS and one.seq not in gone]
    after = next((one for one in later if concerned & _concerned(entries, one)), None)
    if after is not None:
        raise _stays(number, f"act {after.seq} came after it", f"其后已有第 {after.seq} 条行为", "fanzha orders")


def _concerned(entries: Sequence[Entry], act: Entry) -> set[int]:
    """The order that an act is about, and the order which that follows."""
    order = act if act.act == "order" else entries[int(act.public["order"])]
    follows = int(order.public["follows"])
    return {order.seq, follows} - {BARE}


def _stays(number: int, said: str, said_zh: str, instead: str) -> NotAllowed:
    return NotAllowed(
        f"act {number} is about an order and cannot be undone: {said}",
        f"第 {number} 条行为涉及处置指令，不能撤销：{said_zh}",
        remedy=f"lift or withdraw the order instead (`{instead}`)",
        remedy_zh=f"请改为解除或撤回该指令（{instead}）",
    )
