"""Appeals and objections through the workspace: each step an act by a named person, a lift at once when an appeal is upheld.

What the person says is sealed with the admission that the order or the payment concerns, and goes with it if that is erased.
"""

from collections.abc import Sequence

from fanzha.chain.ordering import lift
from fanzha.chain.returning_computed import make_returns
from fanzha.chain.stages import as_of
from fanzha.document.figures import money
from fanzha.errors import InputError, NotAllowed, NotFound
from fanzha.model.words import vocabulary
from fanzha.respond.appeals import (
    OUTCOMES,
    Appeal,
    appeal_of,
    appeals_of,
    check,
    check_checker,
    claim_key,
    write_appeals,
)
from fanzha.respond.corrections import Correction, corrections_due, withdrawal_of
from fanzha.respond.order_book import orders_of
from fanzha.respond.orders import Order, check_person, check_reason, order_of
from fanzha.store.engine import Engine
from fanzha.store.journal import Entry
from fanzha.store.record import Act, Record

BINDS_NOBODY = ("lift", "end_watch", "return")
_PAID_SQL = 'SELECT COALESCE("amount_minor", 0) FROM "payments" WHERE "file" = ? AND "row" = ? AND "n" = ?'


def take_in(record: Record, engine: Engine, act: Act, order: int, text: str, by: str) -> Appeal:
    """Take in an appeal against an order that was sent. `by`: a code of appeal_parties.yaml. The appeal, with its term.

    Raises NotFound for no such order, NotAllowed for one that nobody outside was told of, InputError for an empty text.
    """
    _check_words(act, text, by)
    entries = record.journal.entries()
    against = order_of(orders_of(entries, act.at_ms), order)
    if against.verb in BINDS_NOBODY or against.sent_ms is None:
        raise NotAllowed(
            f"order {order} binds no holder: there is nothing to appeal against",
            f"指令 {order} 未对持有人产生限制，无可申诉",
            remedy="name the hold, freeze or watch; objections to a return are taken in by its account",
            remedy_zh="请指明止付、冻结或动态查询；对返还的异议请按账户受理",
        )
    public = {"subject": "order", "order": order, "by": by}
    return _noted(record, engine, act, public, {"text": text.strip()}, _seal(record, against))


def object_to_return(
    record: Record, engine: Engine, act: Act, purse: tuple[str, str], claim: str, asks: str, text: str, by: str
) -> Appeal:
    """Take in an objection to a return from an account and currency (`purse`): that a payment ("3-17-1") should count ("with"),
    or should not ("without"). Raises NotFound where no report states the payment, InputError for words that are none."""
    _check_words(act, text, by)
    if asks not in ("with", "without"):
        raise InputError(
            f"{asks!r} is nothing to ask",
            f"{asks!r} 不是有效的异议请求",
            remedy="with or without",
            remedy_zh="with（应计入）或 without（不应计入）",
        )
    key = claim_key(claim)
    if not engine.rows(_PAID_SQL, key):
        raise NotFound(
            f"no report states the payment {claim}",
            f"没有报案陈述付款 {claim}",
            remedy="take the victim's report in first",
            remedy_zh="请先录入该被害人的报案",
        )
    private: dict[str, object] = {
        "text": text.strip(),
        "account": purse[0],
        "currency": purse[1],
        "claim": "-".join(map(str, key)),
        "asks": asks,
    }
    public = {"subject": "return", "order": -1, "by": by}
    return _noted(record, engine, act, public, private, record.journal.entries()[key[0]])


def assign(record: Record, engine: Engine, act: Act, appeal: int, checker: str) -> Appeal:
    """Give an appeal to a checker who had no part in what it is about; it can be given to another until it is decided."""
    entries = record.journal.entries()
    one = appeal_of(appeals_of(entries), appeal)
    check(one, "assign")
    check_checker(one, checker, _order(entries, one, act))
    return _event(record, engine, act, one, {"event": "assign", "checker": checker.strip()})


def decide(
    record: Record, engine: Engine, act: Act, appeal: int, outcome: str, reason: str, amount: int | None = None
) -> Appeal:
    """Decide as its checker. What is upheld is lifted in the same breath: all that is held, or `amount` (minor units) of it.

    Of an objection `amount` is with how much the payment counts from now on; upheld without one, with all that was paid or not at
    all, as was asked. Raises NotAllowed unless the checker acts, InputError without reasons or a sensible amount.
    """
    entries = record.journal.entries()
    one = appeal_of(appeals_of(entries), appeal)
    check(one, "decide")
    if act.actor != one.checker:
        raise NotAllowed(
            f"appeal {appeal} is checked by {one.checker}",
            f"申诉 {appeal} 由 {one.checker} 复核",
            remedy="the checker decides, or it is assigned to another",
            remedy_zh="由复核人决定，或另行指派",
        )
    order = _order(entries, one, act)
    check_checker(one, act.actor, order)
    check_reason(reason)
    if outcome not in OUTCOMES:
        raise InputError(
            f"{outcome!r} is no decision",
            f"{outcome!r} 不是有效决定",
            remedy=f"choose one of: {', '.join(OUTCOMES)}",
            remedy_zh=f"可选：{'、'.join(OUTCOMES)}",
        )
    standing = _standing(orders_of(entries, act.at_ms), order) if order is not None else None
    given = _amount(engine, one, standing, outcome, amount)
    private: dict[str, object] = {"reason": reason.strip()} | ({} if given is None else {"amount": given})
    decided = _event(record, engine, act, one, {"event": "decide", "outcome": outcome}, private)
    if one.subject == "return":
        make_returns(engine, record.journal.entries(), as_of(engine), drafts=False)
    elif outcome != "rejected" and standing is not None:
        said = f"申诉 / appeal {appeal}: {reason.strip()}"
        lift(record, engine, act, standing.order, said, amount=given, ground="appeal_upheld", law="anti_fraud_32")
    return decided


def withdraw(record: Record, engine: Engine, act: Act, appeal: int) -> Appeal:
    """Note that who made it takes the appeal back."""
    one = appeal_of(appeals_of(record.journal.entries()), appeal)
    check(one, "withdraw")
    return _event(record, engine, act, one, {"event": "withdraw"})


def told(record: Record, engine: Engine, act: Act, appeal: int, correction: str) -> Appeal:
    """Note that a correction was sent; `correction` is the name of one that `corrections` lists. Raises NotFound otherwise."""
    one = appeal_of(appeals_of(record.journal.entries()), appeal)
    check(one, "told")
    if correction not in {each.name for each in corrections(record, act.at_ms) if each.appeal == appeal}:
        raise NotFound(
            f"no correction {correction!r} is due for appeal {appeal}",
            f"申诉 {appeal} 没有待发送的更正 {correction!r}",
            remedy="`fanzha appeal` lists what is due",
            remedy_zh="fanzha appeal 可列出待发送的更正",
        )
    return _event(record, engine, act, one, {"event": "told", "told": correction})


def told_withdrawn(record: Record, act: Act, admission: int, correction: str) -> None:
    """Note that a correction about an admission that was withdrawn was sent; `correction` as in `told`. Raises NotFound otherwise."""
    check_person(act.actor)
    entries = record.journal.entries()
    withdraw = withdrawal_of(entries, admission)
    if withdraw is None or correction not in {
        each.name for each in corrections(record, act.at_ms) if each.withdrawn == admission
    }:
        raise NotFound(
            f"no correction {correction!r} is due for admission {admission}",
            f"序号 {admission} 没有待发送的更正 {correction!r}",
            remedy="`fanzha appeal` lists what is due",
            remedy_zh="fanzha appeal 可列出待发送的更正",
        )
    public = {"admission": admission, "withdraw": withdraw, "told": correction}
    record.note("told", act, public, about=entries[admission])


def corrections(record: Record, now_ms: int) -> list[Correction]:
    """The corrections that are still to be sent."""
    entries = record.journal.entries()
    return corrections_due(appeals_of(entries), orders_of(entries, now_ms), entries)


def _check_words(act: Act, text: str, by: str) -> None:
    check_person(act.actor)
    if by not in vocabulary("appeal_parties"):
        raise InputError(
            f"{by!r} is nobody who can appeal",
            f"{by!r} 不是有效的申诉人身份",
            remedy=f"choose one of: {', '.join(vocabulary('appeal_parties'))}",
            remedy_zh=f"可选：{'、'.join(vocabulary('appeal_parties'))}",
        )
    if not text.strip():
        raise InputError(
            "an appeal needs what is said against the measure",
            "须写明申诉内容",
            remedy="write down what the person says",
            remedy_zh="请记录申诉人的陈述",
        )


def _seal(record: Record, order: Order) -> Entry:
    """The admission whose key seals an appeal: that of the order, else the first of its case."""
    entries = record.journal.entries()
    files = [order.admission, *(int(part) for part in order.case_id.split("-")[:1] if part.isdecimal())]
    held = [entries[file] for file in files if 0 <= file < len(entries) and entries[file].act == "admit"]
    return next(
        (one for one in held if record.keys.of(one.item) is not None), held[0] if held else entries[order.order]
    )


def _noted(
    record: Record, engine: Engine, act: Act, public: dict[str, object], private: dict[str, object], about: Entry
) -> Appeal:
    if about.act != "admit" or record.keys.of(about.item) is None:
        raise NotAllowed(
            "every admission that this concerns was erased: nothing could seal what is said",
            "所涉资料均已清除，无法封存申诉内容",
            remedy="take the papers in as a new report",
            remedy_zh="请将材料作为新报案录入",
        )
    entry = record.note("appeal", act, {**public, "admission": about.seq}, about=about, private=private)
    return _written(record, engine, entry.seq)


def _event(
    record: Record,
    engine: Engine,
    act: Act,
    one: Appeal,
    public: dict[str, object],
    private: dict[str, object] | None = None,
) -> Appeal:
    check_person(act.actor)
    entries = record.journal.entries()
    about = entries[int(entries[one.appeal].public["admission"])]
    details = {"appeal": one.appeal, **public, "admission": about.seq}
    record.note("appeal_event", act, details, about=about, private=private)
    return _written(record, engine, one.appeal)


def _written(record: Record, engine: Engine, number: int) -> Appeal:
    """The appeal as it stands now, with the table made anew."""
    entries = record.journal.entries()
    write_appeals(engine, entries)
    return appeal_of(appeals_of(entries), number)


def _order(entries: Sequence[Entry], one: Appeal, act: Act) -> Order | None:
    return order_of(orders_of(entries, act.at_ms), one.order) if one.subject == "order" else None


def _standing(orders: Sequence[Order], order: Order) -> Order | None:
    """What a lift would end now: the measure itself, or the freeze it was turned into; None if it ended."""
    after = [one for one in orders if one.verb == "freeze" and one.follows == order.order]
    return next(
        (
            one
            for one in (order, *after)
            if one.verb in ("hold", "freeze", "watch") and one.state in ("sent", "in_force")
        ),
        None,
    )


def _amount(engine: Engine, one: Appeal, standing: Order | None, outcome: str, amount: int | None) -> int | None:
    """What is lifted, or with how much a payment counts; None for a rejection and where nothing stands any more."""
    if outcome == "rejected":
        return None
    if one.subject == "return":
        paid = int(engine.rows(_PAID_SQL, claim_key(one.claim))[0][0])
        if outcome == "upheld" and amount is None:
            return paid if one.asks == "with" else 0
        return _within(amount, paid, one.currency)
    if standing is None or standing.verb == "watch":
        return None
    held = standing.held if standing.held is not None else standing.amount or 0
    if outcome == "partly":
        return _within(amount, held, standing.currency)
    if amount not in (None, held):
        all_held = money(held, standing.currency)
        raise InputError(
            f"upheld in full lifts all that is held, {all_held}",
            f"申诉全部成立应解除全部在控金额 {all_held}",
            remedy="decide partly to lift a part",
            remedy_zh="仅解除部分的，请作出部分成立的决定",
        )
    return held


def _within(amount: int | None, most: int, currency: str) -> int:
    if amount is None or not 0 < amount <= most:
        raise InputError(
            f"name an amount above zero and up to {money(most, currency)}",
            f"请写明大于零且不超过 {money(most, currency)} 的金额",
            remedy="a part needs its amount",
            remedy_zh="部分成立须写明金额",
        )
    return amount
