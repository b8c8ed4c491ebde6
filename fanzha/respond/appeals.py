"""Appeals against orders and objections to a return: a state machine read from the journal, pure.

Source: 反电信网络诈骗法 art. 32 (reason, remedy and papers are told; appeals are taken in and checked in time; what is upheld is
lifted at once), art. 20; return rules of 2016, art. 8 (objections within thirty days of notice). The check is independent: the
checker is neither who proposed nor who approved the order, nor who took the appeal in.

Term: five working days after the day it came in. This is an assumption of Fanzha; art. 32 says "in time", and the rules of
procedure in criminal cases (2020), art. 196, give thirty days at most for a written answer. Monday to Friday count, by Chinese
time; public holidays are not known here, so the term never ends later than with them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fanzha.errors import InputError, NotAllowed, NotFound
from fanzha.respond.orders import Order, check_person
from fanzha.respond.refund import Key, Purse
from fanzha.store.contract import Tables
from fanzha.store.journal import Entry, undone

TERM_WORKING_DAYS = 5
OUTCOMES = ("upheld", "partly", "rejected")
SUBJECTS = ("order", "return")
DAY_MS = 86_400_000
CHINA_MS = 8 * 3_600_000  # working days are those of Chinese time, UTC+8 all year
_THURSDAY = 3  # day 0, 1970-01-01, counted from Monday
# What may happen in each state. A decision is final here; who is not content goes to the body above or to court.
MAY = {
    "received": ("assign", "withdraw"),
    "assigned": ("assign", "decide", "withdraw"),
    "upheld": ("told",),
    "partly": ("told",),
    "rejected": (),
    "withdrawn": (),
    "erased": (),
}


@dataclass(frozen=True, slots=True)
class Appeal:
    """One appeal (`subject` order) or objection (`subject` return). `order` is -1 for an objection, `decided_ms` None before.

    An objection names `account`, `currency` and the payment concerned (`claim`, "file-row-n"), and `asks` that it count ("with") or
    not ("without"). `amount` (minor units): what was lifted, or with how much the claim counts. `told`: who was sent the correction.
    """

    appeal: int
    subject: str
    order: int
    at_ms: int
    due_ms: int
    by: str
    taker: str
    text: str
    account: str = ""
    currency: str = ""
    claim: str = ""
    asks: str = ""
    state: str = "received"
    checker: str = ""
    decided_ms: int | None = None
    amount: int | None = None
    decision: str = ""
    told: tuple[str, ...] = ()

    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.state in ("received", "assigned")

    def is_overdue(self, as_of: int) -> bool:
        """Whether it should have been decided by `as_of` (UTC ms)."""
        return self.is_open() and as_of > self.due_ms


def due(at_ms: int, working_days: int = TERM_WORKING_DAYS) -> int:
    """The end of the last working day of the term (UTC ms), the day of `at_ms` not counted."""
    day = (at_ms + CHINA_MS) // DAY_MS
    while working_days:
        day += 1
        working_days -= (day + _THURSDAY) % 7 < 5
    return (day + 1) * DAY_MS - CHINA_MS


def appeals_of(entries: Sequence[Entry]) -> list[Appeal]:
    """Every appeal and objection in the journal, in the order they came, as it stands. What was undone is left out; of what was
    erased the number and its dates stay."""
    gone = undone(entries)
    found: dict[int, Appeal] = {}
    for entry in entries:
        if entry.seq in gone:
            continue
        if entry.act == "appeal":
            found[entry.seq] = _taken_in(entry)
        elif entry.act == "appeal_event" and int(entry.public["appeal"]) in found:
            before = found[int(entry.public["appeal"])]
            found[before.appeal] = _after(before, entry)
    return list(found.values())


def appeal_of(appeals: Sequence[Appeal], number: int) -> Appeal:
    """The appeal of a number. Raises NotFound."""
    found = next((one for one in appeals if one.appeal == number), None)
    if found is None:
        raise NotFound(
            f"there is no appeal {number}",
            f"没有编号为 {number} 的申诉",
            remedy="`fanzha appeal` lists them",
            remedy_zh="fanzha appeal 可列出",
        )
    return found


def _taken_in(entry: Entry) -> Appeal:
    public, private = entry.public, entry.private
    secret: Mapping[str, Any] = private or {}
    return Appeal(
        entry.seq,
        str(public["subject"]),
        int(public["order"]),
        entry.at_ms,
        due(entry.at_ms),
        str(public["by"]),
        entry.actor,
        str(secret.get("text", "")),
        str(secret.get("account", "")),
        str(secret.get("currency", "")),
        str(secret.get("claim", "")),
        str(secret.get("asks", "")),
        "erased" if private is None else "received",
    )


def _after(before: Appeal, entry: Entry) -> Appeal:
    """The appeal after one more act. What its state does not allow any more (an act before it was undone) changes nothing."""
    event, public = str(entry.public["event"]), entry.public
    if event == "decide" and before.is_open():
        secret: Mapping[str, Any] = entry.private or {}
        amount = secret.get("amount")
        return replace(
            before, state=str(public["outcome"]), checker=entry.actor, decided_ms=entry.at_ms,
            amount=None if amount is None else int(amount), decision=str(secret.get("reason", "")),
        )  # fmt: skip
    if event not in MAY[before.state]:
        return before
    if event == "assign":
        return replace(before, state="assigned", checker=str(public["checker"]))
    if event == "withdraw":
        return replace(before, state="withdrawn")
    return replace(before, told=tuple(sorted({*before.told, str(public["told"])})))


def check(appeal: Appeal, event: str) -> None:
    """Raise NotAllowed if this may not happen to the appeal now."""
    if event not in MAY[appeal.state]:
        may = ", ".join(MAY[appeal.state]) or "nothing more"
        raise NotAllowed(
            f"appeal {appeal.appeal} is {appeal.state}: {event} is not possible any more or not yet",
            f"申诉 {appeal.appeal} 现为 {appeal.state} 状态，不能执行 {event}",
            remedy=f"what can be done: {may}",
            remedy_zh=f"可执行：{'、'.join(MAY[appeal.state]) or '无'}",
        )


def check_checker(appeal: Appeal, checker: str, order: Order | None) -> None:
    """Raise NotAllowed unless the checker is a person other than all who decided before."""
    before = {appeal.taker: ("took the appeal in", "受理了该申诉")}
    if order is not None:
        before |= dict.fromkeys(order.approvers, ("approved the order", "批准了该指令"))
        before[order.proposer] = ("proposed the order", "提出了该指令")
    if not checker.strip():
        raise InputError(
            "a checker must be named", "须指明复核人", remedy="name a person", remedy_zh="请填写复核人姓名"
        )
    check_person(checker)
    if checker in before:
        did, did_zh = before[checker]
        raise NotAllowed(
            f"{checker} {did}; the check of appeal {appeal.appeal} must be independent",
            f"{checker} {did_zh}，申诉 {appeal.appeal} 须由未参与者独立复核",
            remedy="assign somebody who had no part in it",
            remedy_zh="请指派未参与该案处置的人员",
        )


def check_undo(entries: Sequence[Entry], number: int) -> None:
    """Raise NotAllowed if act `number` is about an appeal and cannot be taken back; nothing is said of other acts.

    What can be: the last act on an appeal, unless it is a decision (what was lifted stays lifted) or says that a correction went out.
    """
    root = entries[number]
    while root.act == "undo":
        root = entries[int(root.public["act"])]
    if root.act not in ("appeal", "appeal_event"):
        return
    appeal = root.seq if root.act == "appeal" else int(root.public["appeal"])
    gone = undone(entries)
    later = [
        one.seq
        for one in entries[root.seq + 1 :]
        if one.act == "appeal_event" and int(one.public["appeal"]) == appeal and one.seq not in gone
    ]
    if later or root.public.get("event") in ("decide", "told"):
        raise NotAllowed(
            f"act {number} is about appeal {appeal} and cannot be undone any more",
            f"第 {number} 条行为涉及申诉 {appeal}，已不能撤销",
            remedy="a decision stays; a new appeal can be taken in",
            remedy_zh="已作出的决定不可撤销，可重新受理申诉",
        )


def claim_key(text: str) -> Key:
    """A payment as a person writes it: "3-17-1" is the first payment of the report 3-17. Raises InputError."""
    parts = text.strip().split("-")
    if len(parts) not in (2, 3) or not all(part.isdecimal() for part in parts):
        raise InputError(
            f"{text!r} names no payment",
            f"{text!r} 不是付款编号",
            remedy="write report and payment as 3-17-1",
            remedy_zh="请按“报案编号-第几笔”书写，如 3-17-1",
        )
    numbers = [int(part) for part in parts]
    return numbers[0], numbers[1], numbers[2] if len(numbers) == 3 else 1


def decided_claims(appeals: Iterable[Appeal]) -> dict[Purse, dict[Key, int]]:
    """With how much each payment counts in an account by decisions on objections (0: not at all); the latest decision holds."""
    found: dict[Purse, dict[Key, int]] = {}
    decided = [one for one in appeals if one.subject == "return" and one.state in ("upheld", "partly") and one.claim]
    for one in sorted(decided, key=lambda each: (each.decided_ms or 0, each.appeal)):
        counts = one.amount if one.amount is not None else 0
        found.setdefault((one.account, one.currency), {})[claim_key(one.claim)] = counts
    return found


def write_appeals(engine: Tables, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Fill the table `appeals`; the names of the tables made."""
    rows = [
        (
            one.appeal, one.subject, one.order, one.account, one.currency, one.claim, one.by, one.at_ms, one.due_ms, one.state,
            one.taker, one.checker, one.decided_ms, one.amount, len(one.told), one.text, one.decision,
        )
        for one in appeals_of(entries)
    ]  # fmt: skip
    engine.replace_rows("appeals", rows)
    return ("appeals",)
