"""A desk without a workspace: the functions of `chain.ordering` over a journal in memory and facts that a test sets.

So a thousand histories take seconds: what is left out is the disk and the SQL, which `test_ordering.py` has.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from fanzha.chain import ordering
from fanzha.respond.order_book import orders_of
from fanzha.respond.orders import VERBS, Facts, Order, Proposal, order_of
from fanzha.respond.overdue import Measure, excess
from fanzha.store.journal import Entry
from fanzha.store.record import Act

START = 1_790_000_000_000
HOUR = 3_600_000
MINUTE = 60_000
KNOWN = Facts(True, 0, 0, True, True, False, False, False, "none", START)


@dataclass
class Desk:
    """`there`: what is disputed per account; `facts`: what else is known of it; `at_ms`: the clock."""

    there: dict[str, int] = field(default_factory=lambda: {"A": 100_000})
    facts: dict[str, Facts] = field(default_factory=dict)
    acts: list[Entry] = field(default_factory=list)
    at_ms: int = START

    def __post_init__(self) -> None:
        self.acts.append(Entry(0, START, "张", "admit", "item", {}, {}))

    # what the functions ask of a record

    @property
    def journal(self) -> "Desk":
        return self

    @property
    def keys(self) -> "Desk":
        return self

    def entries(self) -> list[Entry]:
        return self.acts

    def of(self, _item: str) -> str:
        return "key"

    def note(self, name: str, act: Act, public: dict[str, Any], about: Any = None, private: Any = None) -> Entry:
        self.acts.append(Entry(len(self.acts), act.at_ms, act.actor, name, "item", public, private or {}))
        return self.acts[-1]

    # what a test asks

    def known(self, account: str) -> Facts:
        amount = self.there.get(account, 0)
        found = self.facts.get(account, KNOWN)
        return replace(found, in_case=amount, in_all=amount, traced=account in self.there)

    def do(self, name: str, *given: Any, by: str = "张", **named: Any) -> Order:
        function = getattr(ordering, name)
        made: Order = function(self, self, Act(by, self.at_ms), *given, **named)
        return made

    def hold(self, amount: int = 60_000, account: str = "A", verb: str = "hold", by: str = "张", **other: Any) -> Order:
        return self.do("propose_order", Proposal(verb, "急", "1-1", account, amount, "CNY", **other), by=by)

    def sent(self, order: Order, by: str = "张") -> Order:
        self.do("approve", order.order, by=by)
        return self.do("send", order.order, "工商银行", by=by)

    def in_force(self, amount: int = 60_000, account: str = "A", held: int | None = None) -> Order:
        order = self.sent(self.hold(amount, account))
        return self.do("reply", order.order, amount=amount if held is None else held)

    def undo(self, number: int) -> None:
        self.note("undo", Act("张", self.at_ms), {"act": number})

    def wait(self, hours: float) -> None:
        self.at_ms += int(hours * HOUR)

    def orders(self) -> list[Order]:
        return orders_of(self.acts, self.at_ms)

    def now(self, number: int) -> Order:
        return order_of(self.orders(), number)

    def over(self) -> list[tuple[int, int]]:
        """What is proposed to be lifted because less is in dispute now: order and amount."""
        measures = [
            Measure(
                one.order, one.verb, one.state, one.case_id, one.account, one.body,
                (one.amount or 0) if one.held is None else one.held, one.currency, one.ground, one.innocent, one.follows,
            )
            for one in self.orders()
            if one.verb in ("hold", "freeze") and one.state in ("sent", "in_force")
        ]  # fmt: skip
        return [(one.order, one.amount) for one in excess(measures, {(a, "CNY"): n for a, n in self.there.items()})]


def filled(_engine: object, proposal: Proposal) -> Proposal:
    return replace(
        proposal,
        currency=proposal.currency or "CNY",
        ground=proposal.ground or "traced_amount",
        law=proposal.law or VERBS[proposal.verb].law,
    )


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    take_over(monkeypatch)
    return made


def take_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the functions ask the desk, not tables."""
    monkeypatch.setattr(ordering, "facts_of", lambda desk, _case, account, _currency: desk.known(account))
    monkeypatch.setattr(ordering, "case_today", lambda _desk, case_id: case_id)
    monkeypatch.setattr(ordering, "filled", filled)
    monkeypatch.setattr(ordering, "about", lambda desk, *_: desk.acts[0])
    monkeypatch.setattr(ordering, "_written", lambda desk, _engine, act: orders_of(desk.acts, act.at_ms))
