"""What is read of one case, account or order is what is read of it among all."""

from fanzha.chain.accounts import account_money
from fanzha.document.dealt import RULES, Dealings, order_lines
from fanzha.store.engine import Engine
from fanzha.trace.index import MoneyIndex
from fanzha.trace.outcomes import outcomes
from fanzha.trace.patterns import patterns
from fanzha.trace.retraced import retraced
from fanzha.trace.rules import RULES as WORKED_OUT
from tests.trace.money_worlds import AS_OF, leg, paid, put, report, world

A, B, V, W = (f"62220000000000000{n:02d}" for n in range(1, 5))


def dealt_world() -> Engine:
    """V's money is in A, sent on to B at once; W says he paid B when its statement had ended; three orders, two on A."""
    legs = [
        leg(1, A, 0, 100_000, 100_000, V),
        leg(2, A, 5, -90_000, 10_000, B),
        leg(3, B, 5, 90_000, 90_000, A),
        leg(4, W, 0, 500, 500, "9"),
    ]
    engine = world(legs, [report(1), report(2)], paid(1, A, 100_000, 0) + paid(2, W, 50_000, 99))
    patterns(engine, AS_OF)
    outcomes(engine, AS_OF)
    orders = [(1, "1-1", A), (2, "1-2", W), (10, "1-1", A)]
    put(
        engine,
        "orders",
        [
            {"order": n, "verb": "hold", "state": "proposed", "case_id": case, "account": one, "follows": -1, "proposer": "p", "reason": "r"}
            for n, case, one in orders
        ],
    )  # fmt: skip
    acts = [
        {"act": n, "order": n, "at_ms": n, "actor": "p", "event": "propose", "state": "proposed"} for n, *_ in orders
    ]
    put(engine, "order_events", acts)
    return engine


def test_a_part_is_what_it_is_among_all() -> None:
    engine = dealt_world()
    everything = Dealings.read(engine, ())
    for case_id in ("1-1", "1-2", "9-9"):
        assert Dealings.read(engine, (), case_id=case_id).of(case_id) == everything.of(case_id)
    for account in (A, B, V, W):
        assert Dealings.read(engine, (), account=account).of_account(account) == everything.of_account(account)
    assert len(everything.of("1-1").orders) == 2 and everything.of("1-1").rules and everything.of("1-1").readings
    assert [one.number for one in everything.all().orders] == [1, 2, 10]


def test_one_order_is_read_with_its_history_and_nothing_else() -> None:
    engine = dealt_world()
    every = order_lines(engine, ())
    assert every == list(Dealings.read(engine, ()).all().orders)
    assert order_lines(engine, (), 10) == [every[2]] and [one.act for one in every[2].events] == [10]
    assert order_lines(engine, (), 3) == []


def test_the_rules_of_pages_are_those_worked_out() -> None:
    assert RULES == WORKED_OUT


def test_an_account_whose_statement_ends_before_the_claim_is_shown_without_rows() -> None:
    engine = dealt_world()
    found = account_money(engine, lambda: retraced(engine, MoneyIndex.load(engine)), W)
    assert [(one.received, one.lines) for one in found.cases] == [(50_000, ())]
    lines = account_money(engine, lambda: retraced(engine, MoneyIndex.load(engine)), A).cases[0].lines
    assert [one.disputed_change for one in lines] == [100_000, -90_000]
