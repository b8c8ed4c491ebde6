"""A thousand histories at random: whatever people and time do, what an order may never do it never does."""

import random
from collections import Counter

import pytest

from fanzha.errors import FanzhaError, InputError, NotAllowed
from fanzha.respond.order_book import check_undo, orders_of
from fanzha.respond.orders import (
    EXTENSIONS,
    HOLD_MS,
    LONG_FREEZE,
    LONG_FREEZE_MS,
    PROTECTIVE,
    REVIEW_MAX_MS,
    REVIEWS,
    Order,
    Proposal,
    term_of,
)
from fanzha.store.journal import Entry, undone
from tests.respond.order_desk import HOUR, Desk, take_over

PEOPLE = ("张", "李", "王")
HISTORIES, ACTS = 1_000, 16
MEASURES = ("hold", "freeze")
ANY = ("hold", "hold", "freeze", "approve", "send", "reply", "extend", "lift", "retrace", "undo", "close", "go")
POSSIBLE = {  # what a person would do next, so that histories reach every end
    "proposed": ("approve", "go", "go", "close"),
    "approved": ("send", "go", "go", "undo", "close"),
    "sent": ("reply", "reply", "reply", "freeze", "lift"),
    "in_force": ("extend", "freeze", "review", "review", "lift", "retrace", "hold"),
}


class History:
    """One history: a desk, what was lifted for good, and how often each thing succeeded."""

    def __init__(self, seed: int, done: Counter[str]) -> None:
        self.rng, self.done = random.Random(seed), done
        self.desk = Desk(there={"A": 100_000, "B": 30_000})
        self.lifted: set[int] = set()
        self.seen: list[tuple[int, int, list[Order]]] = []

    def play(self) -> None:
        for _ in range(ACTS):
            self.desk.at_ms += int(self.rng.choice((1, 5, 30, 240, 240, 2_000)) * 60_000)
            try:
                self.done[self.step()] += 1
            except (NotAllowed, InputError) as error:
                self.done["refused"] += 1
                assert error.what and error.what_zh and error.remedy and error.remedy_zh
            self.check()
        for count, moment, orders in self.seen:
            assert orders_of(list(self.desk.acts[:count]), moment) == orders, "state depends on journal and time alone"

    def step(self) -> str:
        rng, desk = self.rng, self.desk
        orders = desk.orders()
        one = rng.choice(orders[-4:]) if orders else None
        if rng.random() < 0.4:  # what is in force is extended, frozen, lifted and appealed against more than the rest
            one = rng.choice([each for each in orders if each.state == "in_force"] or [one])
        by = rng.choice(PEOPLE)
        name = rng.choice(ANY if one is None or rng.random() < 0.3 else POSSIBLE.get(one.state, ANY))
        if one is not None and (one.verb, one.state) == ("freeze", "in_force") and rng.random() < 0.5:
            name = "review"
        if name == "retrace":
            account = rng.choice("AB")
            desk.there[account] = max(0, desk.there[account] + rng.choice((-60_000, -20_000, 10_000, 40_000)))
            return name
        if name == "undo":
            self.undo()
            return name
        if one is None or name == "hold":
            desk.hold(rng.randint(1, 90_000), rng.choice("AB"), by=by)
            return "hold"
        if name == "freeze":
            law = rng.choice(("", LONG_FREEZE))
            wished = rng.randint(1, 90_000)
            wanted = Proposal("freeze", "立案", amount=wished, law=law, follows=one.order)
            made = desk.do("propose_order", wanted, by=by)
            if rng.random() < 0.5:
                self.go(made)
        elif name == "go":
            self.go(one)
        elif name == "approve":
            desk.do("approve", one.order, by=by)
        elif name == "send":
            desk.do("send", one.order, "工商银行", by=by)
        elif name == "reply":
            amount = rng.randint(0, one.amount or 1) if one.verb in MEASURES else None
            desk.do("reply", one.order, "", amount=amount, is_refused=rng.random() < 0.2, by=by)
        elif name == "extend":
            made = desk.do("extend", one.order, "手续办理中", rng.choice(("", LONG_FREEZE)), by=by)
            if made.state == "proposed" and rng.random() < 0.7:
                desk.do("approve", made.order, by=next(other for other in PEOPLE if other != by))
        elif name == "review":
            return self.review(one, by)
        elif name == "close":
            desk.do(rng.choice(("decline", "withdraw")), one.order, "不再需要", by=by)
        else:
            amount = rng.choice((None, None, rng.randint(1, 50_000)))
            desk.do("lift", one.order, "申诉成立", amount=amount, by=by)
            if desk.now(one.order).state == "lifted":
                self.lifted.add(one.order)
        return name

    def review(self, one: Order, by: str) -> str:
        """A review moves no end; what it does not keep is lifted by an order of its own."""
        rng, desk, outcome = self.rng, self.desk, self.rng.choice(REVIEWS)
        amount = rng.randint(1, one.held or 1) if outcome == "reduce" else None
        after = desk.at_ms + rng.randint(1, 3_000) * HOUR if rng.random() < 0.5 else None
        desk.do("review", one.order, outcome, "到期复核", amount=amount, next_ms=after, by=by)
        now = desk.now(one.order)
        assert now.expires_ms == one.expires_ms and now.from_ms == one.from_ms and now.extensions == one.extensions
        assert now.held == {"keep": one.held, "reduce": amount, "lift": 0}[outcome]
        lifts = [each for each in desk.orders() if each.follows == one.order and each.order == len(desk.acts) - 1]
        assert [each.amount for each in lifts] == ([] if outcome == "keep" else [(one.held or 0) - (now.held or 0)])
        assert all((each.verb, each.state) == ("lift", "approved") for each in lifts)
        if outcome == "lift":
            assert now.state == "lifted"
            self.lifted.add(one.order)
        return f"review {outcome}"

    def go(self, one: Order) -> None:
        """Most orders go their way: approved by two, sent, answered."""
        by = next(name for name in PEOPLE if name != one.proposer)
        if one.state == "proposed":
            self.desk.do("approve", one.order, by=by)
        if self.desk.now(one.order).state == "approved":
            self.desk.do("send", one.order, "工商银行", by=by)
        amount = one.amount if one.verb in MEASURES else None
        self.desk.do("reply", one.order, amount=amount, by=by)

    def undo(self) -> None:
        """Taking back an act leaves the orders that it was about exactly as they were before it."""
        acts = [entry for entry in self.desk.acts[-6:] if entry.act in ("order", "order_event", "undo")]
        entry = self.rng.choice(acts) if acts else None
        if entry is None or entry.seq in undone(self.desk.acts):
            return
        check_undo(self.desk.acts, entry.seq)
        root = entry
        while root.act == "undo":
            root = self.desk.acts[root.public["act"]]
        without = orders_of(self.desk.acts[: root.seq], self.desk.at_ms)
        with_it = orders_of(self.desk.acts[: root.seq + 1], self.desk.at_ms)
        self.desk.undo(entry.seq)
        about = concerned(self.desk.acts, root)
        after = [one for one in self.desk.orders() if one.order in about]
        stands = root.seq not in undone(self.desk.acts)
        assert after == [one for one in (with_it if stands else without) if one.order in about]

    def check(self) -> None:
        desk = self.desk
        for _ in range(20):  # who follows the proposals holds nothing above the sum in dispute
            wanted = desk.over()
            if not wanted:
                break
            for number, amount in wanted:
                desk.do("lift", number, "涉案金额减少", amount=amount, ground="disputed_fell")
                if desk.now(number).state == "lifted":
                    self.lifted.add(number)
        orders = desk.orders()
        held: Counter[str] = Counter()
        for one in orders:
            if one.state == "in_force":
                assert one.expires_ms is not None and one.from_ms is not None and one.expires_ms > desk.at_ms
                assert one.ground and one.law and one.reason and one.amount and one.held
                assert one.verb != "hold" or one.expires_ms - one.from_ms <= 2 * HOLD_MS
                if one.verb == "freeze":
                    assert one.approvers != (one.proposer,), "a freeze takes two persons"
                    self.check_term(one, orders)
                held[one.account] += one.held if one.ground != PROTECTIVE else 0
            assert one.order not in self.lifted or one.state == "lifted", "a lift that was decided is never lost"
        assert all(amount <= desk.there[account] for account, amount in held.items())
        assert all(one.review_ms is None for one in orders if (one.verb, one.state) != ("freeze", "in_force"))
        if self.rng.random() < 0.2:
            self.seen.append((len(desk.acts), desk.at_ms, orders))

    def check_term(self, one: Order, orders: list[Order]) -> None:
        """A freeze lasts for its own term and those of the extensions that two persons decided and no bank refused."""
        terms = [
            term_of(each.verb, each.law) or 0
            for each in orders
            if each.follows == one.order
            and each.verb in EXTENSIONS
            and len(each.approvers) == 1
            and each.state in ("approved", "sent", "done", "expired")
        ]
        assert (one.expires_ms or 0) - (one.from_ms or 0) == (term_of("freeze", one.law) or 0) + sum(terms)
        assert one.review_ms is not None and one.review_ms <= self.desk.at_ms + REVIEW_MAX_MS


def concerned(acts: list[Entry], root: Entry) -> set[int]:
    order = root if root.act == "order" else acts[root.public["order"]]
    return {order.seq, int(order.public["follows"])}


def test_a_thousand_histories(monkeypatch: pytest.MonkeyPatch) -> None:
    take_over(monkeypatch)
    done: Counter[str] = Counter()
    in_force: Counter[str] = Counter()
    for seed in range(HISTORIES):
        history = History(seed, done)
        history.play()
        in_force.update(one.state for one in history.desk.orders())
        done["year"] += sum(one.law == LONG_FREEZE and one.from_ms is not None for one in history.desk.orders())
        later = orders_of(history.desk.acts, history.desk.at_ms + (ACTS + 1) * LONG_FREEZE_MS)
        assert not [one for one in later if one.state == "in_force"], "nothing lasts by itself"
    often = ("hold", "freeze", "approve", "send", "reply", "extend", "lift", "undo", "go")
    assert min(done[name] for name in (*often, *(f"review {outcome}" for outcome in REVIEWS))) > 50, done
    assert done["year"] > 50, "freezes of a year are drawn"
    assert {"in_force", "lifted", "turned", "expired", "refused", "done"} <= set(in_force), "the walk reaches every end"


def test_the_walk_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule left out is found within the histories: without the limit more is held than is in dispute."""
    take_over(monkeypatch)
    monkeypatch.setattr("fanzha.chain.ordering.check_ground", lambda *_: None)
    monkeypatch.setattr(Desk, "over", lambda _self: [])
    with pytest.raises((AssertionError, FanzhaError)):
        for seed in range(200):
            History(seed, Counter()).play()
