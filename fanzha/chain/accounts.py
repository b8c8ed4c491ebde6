"""One account's money, as a person asks for it: what is in dispute by each rule, row by row, what its holder may be, orders on it."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fanzha.clean import account as accounts
from fanzha.document.dealt import Dealings, Dealt, OrderLine
from fanzha.document.gather import known_names, mask_account
from fanzha.errors import InputError, NotFound
from fanzha.store.engine import Engine
from fanzha.store.masked import mask_value
from fanzha.trace.explain import Line, explain
from fanzha.trace.follow import Traced

_DISPUTED_SQL = """
SELECT "case_id", "currency", COALESCE("holder", ''), COALESCE("bank", ''), "received_minor", "statement" FROM "disputed"
WHERE "account" = ? ORDER BY "case_id", "currency"
"""
_RULES_SQL = """
SELECT "case_id", "currency", "rule", "held_minor" FROM "attributions" WHERE "account" = ? ORDER BY 1, 2, 3
"""
# Accounts by a mask as it is shown; `_` stands in no account, so the pattern needs no escape.
_SHOWN_SQL = (
    """SELECT DISTINCT "account" FROM "disputed" WHERE "account" LIKE ? AND ("case_id" = ? OR ? = '') ORDER BY "account" """,
    """
SELECT "payer" FROM "transfers" WHERE "payer" LIKE ? UNION SELECT "payee" FROM "transfers" WHERE "payee" LIKE ? ORDER BY 1
""",
)


@dataclass(frozen=True, slots=True)
class CaseMoney:
    """What a case has in the account, in one currency (minor units): received, still there by each rule, and its lines."""

    case_id: str
    currency: str
    received: int
    held: dict[str, int]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class AccountMoney:
    """Everything known of an account's disputed money; what is shown of account and holder is masked."""

    label: str
    holder: str
    bank: str
    cases: tuple[CaseMoney, ...]
    dealt: Dealt

    @property
    def orders(self) -> tuple[OrderLine, ...]:
        """Orders on the account."""
        return self.dealt.orders

    def as_json(self) -> dict[str, Any]:
        """For machines; accounts masked."""
        found = asdict(self)
        for case in found["cases"]:
            for line in case["lines"]:
                line["counter"] = mask_account(line["counter"])
        for part in ("readings", "patterns", "rules"):
            for one in found["dealt"][part]:
                one.pop("key")
        return found


def account_meant(engine: Engine, written: str, case_id: str = "") -> str:
    """The account that a person means: as written, or the one that is shown masked so (6222****0123), of a case if one is given.

    Everything a person sees is masked, so what is copied from a screen or a page leads back to its account. Raises InputError
    where several accounts look the same.
    """
    shown = "".join(written.split())
    if "****" not in shown or "%" in shown:
        return written
    like = shown.replace("****", "%")
    for sql, asked in zip(_SHOWN_SQL, ((like, case_id, case_id), (like, like)), strict=True):
        found = [str(one) for (one,) in engine.rows(sql, asked) if mask_account(str(one)) == shown]
        if len(found) > 1:
            raise InputError(
                f"{len(found)} accounts are shown as {shown}",
                f"显示为 {shown} 的账户有 {len(found)} 个",
                remedy="write the number in full: `fanzha export disputed --purpose PURPOSE` has it, on the record",
                remedy_zh="请填写完整账号：fanzha export disputed --purpose 目的（登记在账簿）",
            )
        if found:
            return found[0]
    return written


def account_money(
    engine: Engine, traced: Callable[[], Traced], written: str, case_id: str = "", rule: str = "fifo"
) -> AccountMoney:
    """What is in dispute in an account; `traced` gives all of it by the same tables. NotFound where no disputed money reached it."""
    rows: Sequence[tuple[Any, ...]] = ()
    written = account_meant(engine, written, case_id)
    for account in (written.strip(), accounts.normal_form(written) or written):
        rows = [row for row in engine.rows(_DISPUTED_SQL, (account,)) if case_id in ("", row[0])]
        if rows:
            break
    if not rows:
        raise NotFound(
            f"no disputed money is known to have reached {mask_account(written)}",
            f"未见涉案资金到达账户 {mask_account(written)}",
            remedy="`fanzha trace ACCOUNT` follows any account; `fanzha case N` lists the accounts of a case",
            remedy_zh="fanzha trace 账号 可追踪任一账户；fanzha case N 列出案件账户",
        )
    held: dict[tuple[str, str], dict[str, int]] = {}
    for case, currency, one, amount in engine.rows(_RULES_SQL, (account,)):
        held.setdefault((case, currency), {})[one] = amount
    known = traced() if any(row[5] for row in rows) else None
    cases = []
    for case, currency, _, _, received, _ in rows:
        lines = []
        # a payment only claimed, after the statement ends: no row of it shows disputed money
        if known is not None and (account, currency) in known.purses:
            lines = explain(known.inputs(), (account, currency), case, rule, moves=known.moves)
        cases.append(CaseMoney(case, currency, received, held.get((case, currency), {}), tuple(lines)))
    dealings = Dealings.read(engine, known_names(engine), account=account)
    holder = next((row[2] for row in rows if row[2]), "")
    return AccountMoney(
        mask_account(account),
        mask_value("name", holder) if holder else "",
        next((row[3] for row in rows if row[3]), ""),
        tuple(cases),
        dealings.of_account(account),
    )
