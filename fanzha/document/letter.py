"""A letter about an order, as data: what it must say, checked before anything is written.

`letter_of` takes a row of table `orders` and what the row does not hold (`Facts`). `letter_docx`, `letter_pdf` and `letter_json` write
it. A letter that leaves the body which holds the account (a notice to the holder, a public notice) is masked here, so no writer
can print what it never had. Money is integer minor units beside ISO 4217, times are UTC milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from fanzha.clean import name as names
from fanzha.document.page import Said, Text
from fanzha.document.words import term, term_note
from fanzha.errors import InputError
from fanzha.store.masked import mask_value

SCHEMA: Final = "fanzha.order/1"
NOTICE_DAYS: Final = (
    30  # public notice before a return pro rata: 公安部、银监会 rules of 2016 on returning frozen funds
)
DAY_MS: Final = 86_400_000
_RETURN: Final = ("return_of_funds", "return_2016")
_UNDECIDED: Final = frozenset({"proposed"})
_ENDING: Final = frozenset(
    {"lift", "end_watch", "correction"}
)  # neither what ends nor what it had rested on is said again
_VOID: Final = frozenset({"withdrawn", "declined"})


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of letter must say. `replies` are the lines of the box that the recipient fills in."""

    amount: bool = False
    expires: bool = False
    remedy: bool = False
    payees: bool = False
    notice: bool = False
    masked: bool = False
    replies: tuple[str, ...] = ()


_HELD: Final = ("received", "done", "done_at", "held", "balance", "remark", "officer")
_TOLD: Final = ("received", "done", "file", "remark", "officer")
_MEASURE: Final = Kind(amount=True, expires=True, remedy=True, replies=_HELD)
KINDS: Final[dict[str, Kind]] = {
    "hold": _MEASURE,
    "extend_hold": _MEASURE,
    "freeze": _MEASURE,
    "extend_freeze": _MEASURE,
    "lift": Kind(amount=True, replies=("received", "done", "done_at", "released", "remark", "officer")),
    "query": Kind(replies=_TOLD),
    "query_holder": Kind(replies=_TOLD),
    "watch": Kind(expires=True, replies=("received", "done", "remark", "officer")),
    "end_watch": Kind(replies=("received", "done", "remark", "officer")),
    "all_accounts": Kind(replies=_TOLD),
    "return": Kind(
        amount=True,
        remedy=True,
        payees=True,
        replies=("received", "done", "done_at", "returned", "balance", "remark", "officer"),
    ),
    "notice_to_holder": Kind(remedy=True, masked=True, replies=("received", "signature")),
    "correction": Kind(replies=("received", "done", "passed_on", "remark", "officer")),
    "return_notice": Kind(amount=True, remedy=True, payees=True, notice=True, masked=True),
}
MEASURES: Final = ("hold", "extend_hold", "freeze", "extend_freeze", "lift", "return")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row that the order rests on: file as it came, row, moment of the transfer, amount."""

    file: str
    row: int
    at_ms: int | None
    amount_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Payee:
    """One person to whom money goes back: loss as shown, and the part returned, both in the letter's currency."""

    name: str
    account: str
    bank: Text
    paid_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Remedy:
    """How to object: where, until when (None: while the measure lasts), what to submit (codes of letters.yaml `submit`)."""

    where: Text
    contact: Text = ""
    by_ms: int | None = None
    submit: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a letter says and a row of `orders` does not hold. `reason` is printed as given: only what the recipient may know."""

    issuer: Text
    zone: str = "Asia/Shanghai"
    recipient: Text = ""
    holder: str = ""
    bank: Text = ""
    reason: Text = ""
    remedy: Remedy | None = None
    evidence: tuple[Evidence, ...] = ()
    payees: tuple[Payee, ...] = ()
    reply_by_ms: int | None = None
    notice_from_ms: int | None = None
    left_minor: int | None = None  # of a lift or a correction: what the order that it concerns still holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter, complete and checked. `standing` is issued, draft or void."""

    kind: str
    verb: str
    number: int
    follows: int
    case_id: str
    standing: str
    issuer: Text
    recipient: Text
    account: str
    holder: str
    bank: Text
    amount_minor: int | None
    currency: str
    ground: str
    law: str
    innocent: str
    reason: Text
    proposer: str
    approvers: tuple[str, ...]
    proposed_ms: int | None
    from_ms: int | None
    expires_ms: int | None
    reply_by_ms: int | None
    notice_from_ms: int | None
    notice_until_ms: int | None
    zone: str
    remedy: Remedy | None
    evidence: tuple[Evidence, ...] = field(default=())
    payees: tuple[Payee, ...] = field(default=())
    left_minor: int | None = None

    @property
    def form(self) -> Kind:
        """What this kind of letter must say."""
        return KINDS[self.kind]

    @property
    def period_from_ms(self) -> int | None:
        """From when transactions are asked for: the first transfer listed. None for a letter that asks for none."""
        moments = [one.at_ms for one in self.evidence if one.at_ms is not None]
        return min(moments, default=None) if self.kind == "query" else None

    @property
    def takes_back(self) -> bool:
        """Whether the ground is that of the order now taken back, so that it must not be read as one that holds."""
        return self.kind == "correction" and self.verb != "lift"


def letter_of(order: Mapping[str, Any], facts: Facts, kind: str = "") -> Letter:
    """The letter about a row of table `orders`; `kind` where it is not the order's own verb (KINDS).

    InputError where the kind is unknown or something that every such letter must say is missing: ground, law, amount,
    end, remedy, recipient, payees that add up.
    """
    verb = str(order["verb"])
    kind = kind or verb
    form = KINDS.get(kind)
    if form is None:
        known = ", ".join(KINDS)
        raise InputError(
            f"there is no letter {kind!r}",
            f"没有 {kind!r} 这种文书",
            remedy=f"one of: {known}",
            remedy_zh=f"可选：{known}",
        )
    amount, currency = order.get("amount_minor"), str(order.get("currency") or "")
    follows, ends = order.get("follows"), order.get("expires_ms")
    since = facts.notice_from_ms if form.notice else None
    ground, law = str(order.get("ground") or ""), str(order.get("law") or "")
    if form.notice and verb != "return":  # written about the freeze: what it announces has grounds of its own
        ground, law = _RETURN
    letter = Letter(
        kind=kind,
        verb=verb,
        number=int(order["order"]),
        follows=-1 if follows is None else int(follows),
        case_id=str(order.get("case_id") or ""),
        standing=_standing(order),
        issuer=facts.issuer,
        recipient=_recipient(order, facts, kind),
        account=_masked_account(str(order.get("account") or ""), form),
        holder=names.masked(facts.holder) if form.notice and facts.holder else facts.holder,
        bank=facts.bank or str(order.get("body") or ""),
        amount_minor=None if amount is None else int(amount),
        currency=currency,
        ground=ground,
        law=law,
        innocent=str(order.get("innocent") or "none"),
        reason=facts.reason,
        proposer=str(order.get("proposer") or ""),
        approvers=tuple(one.strip() for one in str(order.get("approvers") or "").split(",") if one.strip()),
        proposed_ms=order.get("proposed_ms"),
        from_ms=order.get("from_ms"),
        expires_ms=None if ends is None or kind in _ENDING else int(ends),
        reply_by_ms=facts.reply_by_ms if form.replies and not form.masked else None,
        notice_from_ms=since,
        notice_until_ms=None if since is None else since + NOTICE_DAYS * DAY_MS,
        zone=facts.zone,
        remedy=facts.remedy if form.remedy else None,
        evidence=() if kind in _ENDING else _evidence(facts.evidence, form),
        payees=_payees(facts.payees, form),
        left_minor=facts.left_minor if kind in ("lift", "correction") else None,
    )
    _check(letter)
    return letter


def _standing(order: Mapping[str, Any]) -> str:
    state = str(order.get("state") or "")
    if state in _VOID:
        return "void"
    return "draft" if state in _UNDECIDED or not str(order.get("approvers") or "").strip(" ,") else "issued"


def _recipient(order: Mapping[str, Any], facts: Facts, kind: str) -> Text:
    if kind == "return_notice":  # to everybody
        return ""
    if kind == "notice_to_holder":
        return facts.recipient or facts.holder
    return facts.recipient or str(order.get("body") or "")


def _masked_account(account: str, form: Kind) -> str:
    return mask_value("wallet" if ":" in account else "account", account) if form.masked and account else account


def _payees(payees: tuple[Payee, ...], form: Kind) -> tuple[Payee, ...]:
    """The largest amount first, in whatever order they were given."""
    if not form.payees:
        return ()
    ordered = sorted(payees, key=lambda one: (-one.amount_minor, -one.paid_minor, one.name, one.account))
    return tuple(_masked_payee(one) for one in ordered) if form.masked else tuple(ordered)


def _masked_payee(payee: Payee) -> Payee:
    account = mask_value("account", payee.account) if payee.account else ""
    name = names.masked(payee.name) if payee.name else ""
    return Payee(name, account, payee.bank, payee.paid_minor, payee.amount_minor)


def _evidence(evidence: tuple[Evidence, ...], form: Kind) -> tuple[Evidence, ...]:
    """By moment, then file and row, in whatever order they were given. To the holder: moments and amounts, no file, for a
    file's name may say whose it is. To the public: none."""

    def key(one: Evidence) -> tuple[bool, int, str, int, int]:
        return one.at_ms is None, one.at_ms or 0, one.file, one.row, one.amount_minor or 0

    if form.notice:
        return ()
    ordered = sorted(evidence, key=key)
    return (
        tuple(Evidence("", 0, e.at_ms, e.amount_minor, e.currency) for e in ordered) if form.masked else tuple(ordered)
    )


def _check(letter: Letter) -> None:
    """Refuse a letter that leaves out what its kind must say."""
    form = letter.form
    about = letter.verb if letter.kind == "notice_to_holder" else letter.kind
    measure = about in ("hold", "extend_hold", "freeze", "extend_freeze")
    add, add_zh = "give it", "请补充"
    wanted = (
        (not letter.account, "account", "账号", add, add_zh),
        (not letter.issuer, "issuing body", "签发单位", add, add_zh),
        (
            not letter.recipient and letter.kind != "return_notice",
            *("recipient", "收受机构或收件人", "name the bank with --body", "请用 --body 写明银行或支付机构"),
        ),
        (not letter.ground, "ground", "事实依据", add, add_zh),
        (not letter.law, "legal basis", "法律依据", add, add_zh),
        (
            letter.takes_back and not letter.reason,
            *("reason of the correction", "更正理由", "give it with --reason", "请用 --reason 写明"),
        ),
        (form.amount and letter.amount_minor is None, "amount", "金额", add, add_zh),
        (letter.amount_minor is not None and not letter.currency, "currency", "币种", add, add_zh),
        ((form.expires or measure) and letter.expires_ms is None, "end", "到期时间", add, add_zh),
        (form.remedy and (letter.remedy is None or not letter.remedy.where), "remedy", "救济途径", add, add_zh),
        (form.payees and not letter.payees, "payees", "返还对象", add, add_zh),
        (
            form.notice and letter.notice_from_ms is None,
            *("first day of the notice", "公告起始日"),
            *(
                "give notice first: `fanzha refund --account ACCOUNT --notice PLACE`",
                "请先发布公告：fanzha refund --account 账号 --notice 发布处",
            ),
        ),
    )
    for missing, en, zh, remedy, remedy_zh in wanted:
        if missing:
            raise _refused(letter, f"the {en} is missing", f"缺少{zh}", remedy, remedy_zh)
    if letter.amount_minor is not None and letter.amount_minor <= 0:
        raise _refused(letter, "the amount is not above zero", "金额不大于零", "correct the order", "请更正指令")
    if form.payees and sum(one.amount_minor for one in letter.payees) != letter.amount_minor:
        raise _refused(
            letter,
            "the amounts of the payees do not add up to the amount of the order",
            "各返还对象金额之和与指令金额不符",
            "reckon the return again",
            "请重新计算返还金额",
        )
    unknown = [code for code in (letter.remedy.submit if letter.remedy else ()) if code not in letters()["submit"]]
    if unknown:
        known = ", ".join(letters()["submit"])
        raise _refused(
            letter, f"nobody knows {unknown[0]!r}", f"未知代码 {unknown[0]!r}", f"one of: {known}", f"可选：{known}"
        )


def _refused(letter: Letter, what: str, zh: str, remedy: str, remedy_zh: str) -> InputError:
    return InputError(
        f"the letter “{title(letter.kind).en}” cannot be written: {what}",
        f"无法制作文书（{title(letter.kind).zh}）：{zh}",
        where=f"order {letter.number}",
        remedy=remedy,
        remedy_zh=remedy_zh,
    )


@cache
def letters() -> dict[str, dict[str, dict[str, str]]]:
    """letters.yaml as read: {group: {code: {en, zh}}}."""
    text = (files("fanzha.document") / "letters.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, dict[str, str]]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def said(group: str, code: str) -> Said:
    """One sentence of letters.yaml."""
    entry = letters()[group][code]
    return Said(entry["en"], entry["zh"])


def title(kind: str) -> Said:
    """What a kind of letter is called."""
    return said("titles", kind)


def law_name(letter: Letter) -> Said:
    """The article, by its code; a code nobody knows is shown as it is."""
    return term("order_laws", letter.law)


def ground_name(letter: Letter) -> Said:
    """The ground, by its code, as it is put to who gets the letter."""
    return said("grounds", letter.ground) if letter.ground in letters()["grounds"] else term("grounds", letter.ground)


def innocent_name(letter: Letter) -> tuple[Said, Said]:
    """The innocent explanation that the records suggest and the note on it."""
    return term("innocent", letter.innocent), term_note("innocent", letter.innocent)


def to_submit(letter: Letter) -> tuple[Said, ...]:
    """What the holder is asked to submit: what was named, else what fits the innocent explanation."""
    chosen = letter.remedy.submit if letter.remedy else ()
    if not chosen:
        fits = letter.innocent if letter.innocent in letters()["submit"] else "none"
        chosen = ("always", "claim") if letter.form.notice else ("always", fits)
    return tuple(said("submit", code) for code in chosen)
