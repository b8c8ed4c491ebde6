"""Returning frozen money through the workspace: the thirty days' notice, and the orders that two persons decide.

A return is an order of verb `return` that follows a freeze in force, one for each victim's payment (see `returning_computed`).
"""

from collections.abc import Sequence

from fanzha.chain.ordering import propose_order
from fanzha.chain.returning_computed import notice_ends, notices_of, payment_of
from fanzha.document.figures import moment
from fanzha.document.gather import mask_account
from fanzha.errors import InputError, NotAllowed, NotFound
from fanzha.model.words import vocabulary
from fanzha.respond.appeals import Appeal, appeals_of
from fanzha.respond.order_book import orders_of
from fanzha.respond.orders import PENDING, Order, Proposal, check_person
from fanzha.respond.refund import Purse, Return
from fanzha.store.contract import Tables
from fanzha.store.engine import Engine
from fanzha.store.journal import Entry
from fanzha.store.record import Act, Record

_FREEZE_ROWS_SQL = 'SELECT DISTINCT "account", "currency" FROM "returns" WHERE "account" = ? ORDER BY "currency"'


def give_notice(record: Record, engine: Engine, act: Act, account: str, place: str, currency: str = "") -> int:
    """Journal that public notice of a return in proportion was given, and where; the number of the act.

    Raises NotFound where nothing is to be returned from the account, InputError without a place.
    """
    check_person(act.actor)
    if not place.strip():
        raise InputError(
            "a notice needs the place where it was given",
            "须写明公告发布处",
            remedy="name the paper, site or board",
            remedy_zh="请写明报刊、网站或公告栏",
        )
    purse = _purse(engine, account, currency)
    rows = engine.rows('SELECT MIN("file") FROM "returns" WHERE "account" = ? AND "currency" = ?', purse)
    about = record.journal.entries()[int(rows[0][0])]
    private = {"account": purse[0], "currency": purse[1]}
    entry = record.note("return_notice", act, {"place": place.strip(), "admission": about.seq}, about, private)
    return entry.seq


def _purse(engine: Engine, account: str, currency: str) -> Purse:
    """The account and currency of the table `returns` that are meant. Raises NotFound, or InputError where several are."""
    found = [(str(one), str(code)) for one, code in engine.rows(_FREEZE_ROWS_SQL, (account,))]
    found = [one for one in found if currency in ("", one[1])]
    if not found:
        raise NotFound(
            f"nothing is frozen for victims in {mask_account(account)}",
            f"账户 {mask_account(account)} 内没有可返还的冻结资金",
            remedy="`fanzha refund` lists the accounts",
            remedy_zh="fanzha refund 可列出",
        )
    if len(found) > 1:
        codes = ", ".join(code for _, code in found)
        raise InputError(
            f"{mask_account(account)} holds several currencies: {codes}",
            f"账户 {mask_account(account)} 有多个币种：{codes}",
            remedy="name one",
            remedy_zh="请指明币种",
        )
    return found[0]


# -- orders ------------------------------------------------------------------------------------------------------------


def propose_returns(
    record: Record, engine: Engine, act: Act, account: str, currency: str = "", reason: str = ""
) -> list[Order]:
    """Propose an order of verb `return` for each payment that gets something back from an account, as `act.actor`.

    What is under way already is not proposed again. Raises NotAllowed where no freeze is in force, before a notice has stood for
    thirty days where one is needed, and while an objection waits for its decision. The integrator refreshes the tables before.
    """
    purse = _purse(engine, account, currency)
    entries = record.journal.entries()
    orders, appeals = orders_of(entries, act.at_ms), appeals_of(entries)
    freezes = [one for one in orders if one.verb == "freeze" and (one.account, one.currency) == purse]
    freezes = [one for one in freezes if one.state == "in_force"]
    if not freezes:
        raise NotAllowed(
            f"no freeze is in force on {mask_account(account)}: only frozen money is returned",
            f"账户 {mask_account(account)} 没有生效中的冻结，仅可返还已冻结资金",
            remedy="propose a freeze first, `fanzha hold`",
            remedy_zh="请先提出冻结（fanzha hold）",
        )
    rows = [one for one in table_rows(engine) if (one.account, one.currency) == purse]
    check_notice(rows, entries, appeals, act.at_ms)
    under_way = {payment_of(one) for one in orders if one.state in PENDING and (one.account, one.currency) == purse}
    wanted = [one for one in rows if one.amount and (one.file, one.row, one.n) not in under_way]
    made: list[Order] = []
    for one, freeze, amount in _spread(wanted, freezes, orders):
        method = vocabulary("return_methods")[one.method]
        words = [f"[{one.file}-{one.row}-{one.n}]", method.zh, method.en, reason.strip()]
        said = " · ".join(word for word in words if word)
        made.append(propose_order(record, engine, act, Proposal("return", said, amount=amount, follows=freeze.order)))
    return made


def table_rows(engine: Tables) -> list[Return]:
    """The table `returns`."""
    return [Return(*one.values()) for one in engine.all_rows("returns").to_pylist()]


def check_notice(rows: Sequence[Return], entries: Sequence[Entry], appeals: Sequence[Appeal], now_ms: int) -> None:
    """Raise NotAllowed while the rule of 2016, art. 8, does not yet allow a return from the account of these rows."""
    purse = next(((one.account, one.currency) for one in rows), ("", ""))
    waiting = [one.appeal for one in appeals if one.is_open() and (one.account, one.currency) == purse]
    if waiting:
        numbers = ", ".join(map(str, waiting))
        raise NotAllowed(
            f"an objection to this return waits for its decision: {numbers}",
            f"对该返还的异议尚未审核：{numbers}",
            remedy="decide it first",
            remedy_zh="请先作出决定",
        )
    if not any(one.notice for one in rows):
        return
    notice = notices_of(entries).get(purse)
    if notice is None:
        raise NotAllowed(
            "a return in proportion takes thirty days' public notice first",
            "按比例返还须先公告三十日",
            remedy="give notice, and propose the return when thirty days are over",
            remedy_zh="请先发布公告，期满三十日后再提出返还",
        )
    if now_ms < notice_ends(notice[0]):
        ends = moment(notice_ends(notice[0]), "Asia/Shanghai")
        raise NotAllowed(
            f"the public notice of this return runs until {ends.en}",
            f"该返还的公告期至 {ends.zh}",
            remedy="propose the return after that",
            remedy_zh="请在期满后提出返还",
        )


def _spread(
    rows: Sequence[Return], freezes: Sequence[Order], orders: Sequence[Order]
) -> list[tuple[Return, Order, int]]:
    """Which freeze gives how much of each return: that of the same case first, then the others in their order."""
    room = {
        freeze.order: (freeze.held or 0)
        - sum(
            one.amount or 0
            for one in orders
            if one.verb == "return" and one.follows == freeze.order and one.state in PENDING
        )
        for freeze in freezes
    }
    parts = []
    for row in rows:
        wanted = row.amount
        for freeze in sorted(freezes, key=lambda one: (one.case_id != row.case_id, one.order)):
            given = min(wanted, room[freeze.order])
            if given > 0:
                parts.append((row, freeze, given))
                room[freeze.order] -= given
                wanted -= given
    return parts
