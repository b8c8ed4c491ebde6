"""What is traced again from the tables, against what the stage traced from the records: equal to the row, on hostile worlds too."""

import random
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from money_worlds import AS_OF, START, leg, paid, put, report, world
from test_index import worlds

from fanzha.store.engine import Engine
from fanzha.trace import chains as statement_rows
from fanzha.trace.explain import explain
from fanzha.trace.follow import Traced, followed, trace
from fanzha.trace.index import MoneyIndex
from fanzha.trace.retraced import retraced
from fanzha.trace.what_if import attribution_rows

Row = dict[str, Any]
A, B, C, V, W = (f"62220000000000000{n:02d}" for n in range(1, 6))
WALLET, OTHER_WALLET = "tron:TAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "tron:TBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"


def plain(traced: Traced) -> dict[str, Any]:
    """All that an explanation or a return rests on; a leg is told by its place and its amount."""
    reach = set(traced.purses)
    return {
        "purses": list(traced.purses),
        "chains": [list(chain) for chain in traced.chains],
        "moves": list(traced.moves),
        "starts": dict(traced.starts),
        "sums": {key: sums for key, sums in traced.book.sums.items() if sums.received},
        "by_case": {key: sums for key, sums in traced.sums.items() if sums.received},
        "carried": [(one.transfer.number, one.label, one.amount, one.fresh) for one in traced.book.carried],
        "payments": [
            (
                *one.stated[:8],
                one.state,
                one.transfer.number if one.transfer else None,
                one.transfer and one.transfer.amount,
            )
            for one in traced.payments
        ],
        "books": {
            purse: ([(one.file, one.row, one.change) for one in book], statement_rows.trusted(book))
            for purse, book in traced.books.items()
            if purse in reach
        },
        "tiers": dict(traced.tiers),
    }


def both(engine: Engine) -> tuple[Traced, Traced]:
    return followed(engine, AS_OF), retraced(engine, MoneyIndex.load(engine))


def check(engine: Engine) -> None:
    new, again = both(engine)
    one, other = plain(new), plain(again)
    for name in one:
        assert other[name] == one[name], name
    assert attribution_rows(again.inputs(), again.moves) == attribution_rows(new.inputs(), new.moves)
    for case_id, purse in [*zip(new.inputs().cases(), sorted(set(new.purses)), strict=False)][:2]:
        for rule in ("fifo", "proportional"):
            some = ("lifo", "poison")
            assert explain(again.inputs(), purse, case_id, rule, some) == explain(
                new.inputs(), purse, case_id, rule, some
            )


@cache
def the_engine() -> Engine:
    return world([], [report(n, case_id=f"1-{n}") for n in (1, 2, 3)], [])


def told(legs: Sequence[Row], luck: random.Random) -> list[Row]:
    """Some of the credits, as three reports tell them; some with another amount, so that no statement shows them."""
    mentions: list[Row] = []
    for n, one in enumerate(one for one in legs if one["direction"] == "in" and one["currency"] == "CNY"):
        if luck.random() < 0.3:
            wrong = luck.choice((0, 0, 0, 1))
            minute = None if luck.random() < 0.2 else (one["at_ms"] - START) // 60_000
            mentions += paid(luck.randrange(1, 4), one["account"], one["amount_minor"] + wrong, minute, start=40 * n)
    return mentions


@settings(max_examples=15, deadline=None)
@given(worlds(), st.integers(0, 2**20))
def test_what_is_traced_again_is_what_was_traced(drawn: tuple[list[Row], int], seed: int) -> None:
    legs, _ = drawn
    engine = the_engine()
    for name, rows in (("legs", legs), ("mentions", told(legs, random.Random(seed)) if legs else [])):
        engine.clear(name)
        put(engine, name, rows)
    trace(engine, AS_OF)
    check(engine)


def test_a_fee_in_a_row_of_its_own_and_one_in_the_row_of_its_transfer() -> None:
    legs = [
        leg(1, A, 0, 100_000, 100_000, V),
        leg(2, A, 5, -50_010, 49_990, B),
        leg(3, B, 5, 50_000, 50_000, A),
        leg(4, A, 6, -20_000, 29_990, C),
        leg(5, A, 6, -20, 29_970, "", summary="手续费"),
        leg(6, C, 6, 20_000, 20_000, A),
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    check(engine)
    _, again = both(engine)
    assert again.book.sums[0, (A, "CNY")].exited == 30, "the bank has both fees"
    index = MoneyIndex.load(engine)
    held = {one.account: (one.held_minor, one.exited_minor, one.unlocated_minor) for one in index.holders([1])}
    assert held[A] == (29_970, 30, 0), "and the index says so too"


def test_wallets_of_one_chain_and_two_numbers_of_one_purse() -> None:
    card = "6217000000000000099"
    coins = {"currency": "USDT"}
    legs = [
        leg(1, A, 0, 100_000, 100_000, V),
        leg(2, A, 5, -60_000, 40_000, B),
        leg(3, card, 9, 30_000, 70_000, W, file=11),
        leg(4, card, 20, -50_000, 20_000, C, file=11),
        leg(5, WALLET, 30, 9_000, None, "", **coins),
        leg(6, WALLET, 31, -8_000, None, OTHER_WALLET, **coins),
        leg(7, OTHER_WALLET, 40, -1_000, None, "tron:TC", **coins),
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0) + paid(1, card, 30_000, 9, start=40))
    put(
        engine,
        "accounts",
        [{"account": card, "bound_account": A, "bank": "b", "bound_bank": "b", "file": 12, "row": 1}],
    )
    trace(engine, AS_OF)
    check(engine)
    new, again = both(engine)
    assert {account for account, _ in new.books} == {card, WALLET, OTHER_WALLET}, "two numbers are one purse"
    assert [one.stated.payee for one in again.payments] == [one.stated.payee for one in new.payments]


def test_payments_that_a_report_only_counts_keep_their_labels() -> None:
    """Their labels come after all that are stated, whatever report they are of: labels break ties between cents."""
    legs = [
        leg(1, V, 0, -10_001, 90_000, A),
        leg(2, V, 3, -20_000, 70_000, A),
        leg(3, A, 0, 10_001, 10_001, V),
        leg(4, A, 3, 20_000, 30_001, V),
        leg(5, A, 4, 10_001, 40_002, W),
        leg(6, A, 9, -20_001, 20_001, B),
    ]
    reports = [report(1, amount_minor=30_001), report(2)]
    engine = world(legs, reports, paid(1, A, 10_001, 0) + paid(2, A, 10_001, 4))
    states = engine.rows('SELECT "row", "n", "state" FROM "payments" ORDER BY "row", "n"')
    assert states == [(1, 1, "found"), (1, 2, "counted"), (2, 1, "found")]
    check(engine)


@pytest.mark.parametrize("seed", range(2))
def test_an_index_of_many_transfers_says_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled, with rows in any order, and with transfers that no disputed money can have reached."""
    luck = random.Random(seed)
    balance = dict.fromkeys((A, B, C, V, W), 50_000)
    legs = []
    for n in range(60):
        payer, payee = luck.sample(sorted(balance), 2)
        amount = luck.choice((1_000, 2_500, 9_999))
        balance[payer] -= amount
        balance[payee] += amount
        legs.append(leg(2 * n, payer, n // 3, -amount, balance[payer], payee))
        legs.append(leg(2 * n + 1, payee, n // 3, amount, balance[payee], payer))
    luck.shuffle(legs)
    late = [one for one in legs if one["at_ms"] >= START + 15 * 60_000]
    engine = world(legs, [report(n) for n in (1, 2, 3)], told(late, luck))
    monkeypatch.setattr("fanzha.trace.index.SMALL", 0)
    check(engine)
