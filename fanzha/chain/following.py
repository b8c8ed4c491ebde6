"""Money followed while a workspace is open: the index of all transfers, read at the first question and kept until the tables move on."""

import re
from typing import Any

from fanzha.clean import account as accounts
from fanzha.clean import wallet
from fanzha.errors import NotFound
from fanzha.store.engine import Engine
from fanzha.trace.exact import Holding
from fanzha.trace.follow import Traced
from fanzha.trace.index import MoneyIndex, Trail
from fanzha.trace.retraced import retraced

# What a person writes: a case is two numbers with a dash, a transfer a number after "t"; all else is an account.
CASE = re.compile(r"[0-9]{1,18}-[0-9]{1,18}")
TRANSFER = re.compile(r"[tT]([0-9]{1,18})")
PAID_SQL = """
SELECT "transfer" FROM "payments" WHERE "case_id" = ? AND "state" IN ('found', 'counted') AND "transfer" IS NOT NULL ORDER BY "transfer"
"""
CASE_SQL = 'SELECT COUNT(*) FROM "case_reports" WHERE "case_id" = ?'
Starts = str | tuple[int, ...]  # an account, or transfers by number


class Following:
    """The index of an open workspace. One question at a time, as the engine itself."""

    def __init__(self) -> None:
        self._index: MoneyIndex | None = None
        self._traced: Traced | None = None
        self._engine: Engine | None = None
        self._stamp: tuple[int, int, str] = (0, 0, "")

    def index(self, engine: Engine) -> MoneyIndex:
        """The index of the tables as they are: loaded anew where another engine is asked, or its stamp has moved."""
        stamp = engine.stamp()
        if self._index is None or self._engine is not engine or self._stamp != stamp:
            self.drop()  # before, so that two are never in memory together
            self._index = MoneyIndex.load(engine)
            self._engine, self._stamp = engine, stamp
        return self._index

    def drop(self) -> None:
        """Forget index and trace, as after an erasure."""
        self._index = self._engine = self._traced = None

    def traced(self, engine: Engine) -> Traced:
        """Whose money is in each account that disputed money can have reached; worked out once for the tables as they are."""
        index = self.index(engine)
        if self._traced is None:
            self._traced = retraced(engine, index)
        return self._traced

    def trail(self, engine: Engine, written: str, **bounds: Any) -> Trail:
        """Where money can have gone from what a person wrote (see `starts`); `bounds` as `MoneyIndex.follow` takes them."""
        index = self.index(engine)
        return index.follow(starts(engine, index, written), **bounds)

    def holders(self, engine: Engine, written: str) -> list[Holding]:
        """Who holds the money now: of the payments of a case, of a transfer, or of all that came into an account.

        First in, first out, with nothing else in dispute (see `MoneyIndex.holders`).
        """
        index = self.index(engine)
        begun = starts(engine, index, written)
        return index.holders(index.into(begun) if isinstance(begun, str) else begun)


def starts(engine: Engine, index: MoneyIndex, written: str) -> Starts:
    """What a person wrote, as a start: "3-17" the payments of a case that a statement shows, "t123" a transfer, else an account.

    An account may be written with spaces or, where it is a card number, dashes. NotFound says what was looked for.
    """
    text = written.strip()
    if CASE.fullmatch(text):
        numbers = tuple(int(row[0]) for row in engine.rows(PAID_SQL, (text,)))
        if numbers:
            return numbers
        if engine.rows(CASE_SQL, (text,))[0][0]:
            raise NotFound(
                f"no statement shows a payment of case {text}",
                f"现有流水中未见案件 {text} 的付款",
                remedy=f"ask the payees' banks for statements: `fanzha case {text}` names them",
                remedy_zh=f"请向收款账户所在银行调取流水；收款账户见 fanzha case {text}",
            )
    if found := TRANSFER.fullmatch(text):
        number = int(found[1])
        index.places((number,))
        return (number,)
    address = wallet.parse(text)  # of a chain, which nobody writes in front of it
    for account in (text, accounts.normal_form(text) or text, text if address is None else address.normal):
        if index.knows(account):
            return account
    raise NotFound(
        f"no case, transfer or account {text!r} is known",
        f"没有案件、转账或账号 {text!r}",
        remedy="write an account as the statements have it, a case as 3-17, a transfer as t123",
        remedy_zh="账号请按流水中的写法填写；案件写作 3-17，转账写作 t123",
    )
