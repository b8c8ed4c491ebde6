"""Tracing small hand-made worlds; every expected sum is worked out by hand in a comment."""

import random
from typing import Any

import pytest
from money_worlds import DAY, HOUR, MINUTE, START, column, leg, paid, put, report, sums, world

from fanzha.store.engine import Engine
from fanzha.store.tables import table
from fanzha.trace.follow import MADE, trace

A, B, C, D = "6222000000000000001", "6222000000000000002", "6222000000000000003", "6222000000000000004"
V, W = "6222000000000000091", "6222000000000000092"


def simple() -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """V pays A 1,000; A had 300 and sends B 900; B takes 500 in cash."""
    legs = [
        leg(1, A, 0, 100_000, 130_000, V),
        leg(2, A, 5, -90_000, 40_000, B),
        leg(3, B, 5, 90_000, 90_000, A),
        leg(4, B, 30, -50_000, 40_000, "", summary="ATM取款", place="城东支行"),
    ]
    return legs, [report(1)], paid(1, A, 100_000, 0)


def test_the_opening_balance_leaves_first() -> None:
    engine = world(*simple())
    # A: opening 300 leaves first, so of the 900 sent 600 is the victim's; 400 of it stays.
    # B: queue 300 (nobody's) + 600; the 500 in cash is 300 nobody's + 200 the victim's; 400 stays.
    assert sums(engine) == {
        ("1-1", A): (1, 100_000, 60_000, 0, 40_000, 0),
        ("1-1", B): (2, 60_000, 0, 20_000, 40_000, 0),
    }
    assert engine.rows('SELECT "account", "kind", "disputed_minor", "place" FROM "exits"') == [
        (B, "cash", 20_000, "城东支行")
    ]
    assert engine.rows(
        'SELECT "payer", "payee", "tier", "amount_minor", "disputed_minor", "exit" FROM "flows" ORDER BY "at_ms"'
    ) == [
        (V, A, 1, 100_000, 100_000, ""),
        (A, B, 2, 90_000, 60_000, ""),
        (B, "", 3, 50_000, 20_000, "cash"),
    ]
    assert engine.rows('SELECT "state", "transfer" FROM "payments"') == [("found", 1)]


def test_two_statements_make_one_transfer() -> None:
    engine = world(*simple())
    assert engine.rows(
        'SELECT "transfer", "payer", "payee", "seen_by", "exit" FROM "transfers" ORDER BY "transfer"'
    ) == [
        (1, V, A, "payee", ""),
        (2, A, B, "both", ""),
        (3, B, "", "payer", "cash"),
    ]


def test_where_no_statement_is_held_money_is_unlocated_and_not_spread() -> None:
    legs, reports, mentions = simple()
    # without B's statement: 600 arrived there and nothing more is known, though C's statement shows money from B
    engine = world([*legs[:2], leg(9, C, 50, 90_000, 90_000, B)], reports, mentions)
    assert sums(engine) == {
        ("1-1", A): (1, 100_000, 60_000, 0, 40_000, 0),
        ("1-1", B): (2, 60_000, 0, 0, 0, 60_000),
    }
    assert engine.rows('SELECT "account", "kind", "disputed_minor" FROM "exits"') == [(B, "file_ends", 60_000)]
    assert engine.rows('SELECT "statement", "statement_end_ms" FROM "disputed" WHERE "account" = ?', (B,)) == [
        (False, None)
    ]


def test_failed_and_duplicate_rows_do_not_count() -> None:
    legs, reports, mentions = simple()
    plain = world(legs, reports, mentions)
    more = [*legs, leg(5, A, 1, -30_000, 130_000, C, success=False), leg(6, A, 5, -90_000, 40_000, B)]
    flagged = world(more, reports, mentions, [{"file": 10, "row": 6, "byte_offset": 0, "code": "duplicate_row"}])
    for name in MADE:
        if name != "gaps":
            assert flagged.all_rows(name).equals(plain.all_rows(name))
    rows, more = plain.all_rows("gaps").to_pylist(), flagged.all_rows("gaps").to_pylist()
    assert [row for row in more if row["kind"] != "failed"] == rows
    assert [(row["account"], row["amount_minor"]) for row in more if row["kind"] == "failed"] == [(A, -30_000)]


def test_files_that_overlap_count_once() -> None:
    legs, reports, mentions = simple()
    again = [{**one, "file": 11} for one in legs if one["account"] == A]
    plain, twice = world(legs, reports, mentions), world([*legs, *again], reports, mentions)
    for name in MADE:
        assert twice.all_rows(name).equals(plain.all_rows(name))


def test_two_equal_rows_in_one_file_are_two() -> None:
    # two payments of 100 in the same minute, no serial, balances tell them apart
    legs = [leg(1, A, 0, 10_000, 10_000, V), leg(2, A, 0, 10_000, 20_000, V)]
    engine = world(legs, [report(1)], paid(1, A, 10_000, 0) + paid(1, A, 10_000, 0, start=100))
    assert sums(engine) == {("1-1", A): (1, 20_000, 0, 0, 20_000, 0)}


def test_a_claimed_payment_is_unlocated_at_the_account_named() -> None:
    engine = world([], [report(1)], paid(1, A, 70_000, 0))
    assert engine.rows('SELECT "state", "transfer" FROM "payments"') == [("claimed", None)]
    assert sums(engine) == {("1-1", A): (1, 70_000, 0, 0, 0, 70_000)}


def test_a_payment_that_the_statement_does_not_show_is_missing_and_disputes_nothing() -> None:
    legs = [leg(1, A, 0, 5_000, 5_000, V), leg(2, A, 300, 6_000, 11_000, V)]
    engine = world(legs, [report(1)], paid(1, A, 70_000, 60))
    assert column(engine, "payments", "state") == ["missing"]
    assert sums(engine) == {}


def test_two_victims_never_claim_one_transfer() -> None:
    legs = [leg(1, A, 0, 50_000, 50_000, V), leg(2, A, 500, 100, 50_100, V)]
    engine = world(legs, [report(1), report(2)], paid(1, A, 50_000, 9) + paid(2, A, 50_000, 2))
    # the second report states the closer moment
    assert engine.rows('SELECT "row", "state" FROM "payments" ORDER BY "row"') == [(1, "missing"), (2, "found")]
    assert sums(engine) == {("1-2", A): (1, 50_000, 0, 0, 50_000, 0)}


def test_a_payment_without_a_moment_is_found_if_only_one_transfer_fits() -> None:
    legs = [leg(1, A, 0, 50_000, 50_000, V), leg(2, A, 600, 8_000, 58_000, V), leg(3, A, 700, 8_000, 66_000, W)]
    engine = world(legs, [report(1)], paid(1, A, 50_000, None) + paid(1, A, 8_000, None, start=100))
    assert column(engine, "payments", "state") == ["found", "claimed"]


def test_the_payers_name_decides_between_equal_transfers() -> None:
    legs = [leg(1, A, 0, 8_000, 8_000, V, counter_holder="王五"), leg(2, A, 7, 8_000, 16_000, W, counter_holder="李四")]
    engine = world(legs, [report(1, victim="李四")], paid(1, A, 8_000, None))
    assert column(engine, "payments", "transfer") == [2]


def test_a_report_after_the_money_left_still_traces_one_case_with_two_victims() -> None:
    # 400 of V then 600 of W in A (empty before); A sends B 500: 400 of V and 100 of W
    legs = [
        leg(1, A, 0, 40_000, 40_000, V),
        leg(2, A, 1, 60_000, 100_000, W),
        leg(3, A, 2, -50_000, 50_000, B),
        leg(4, B, 2, 50_000, 50_000, A),
    ]
    reports = [report(1, "1-1"), report(2, "1-2")]
    engine = world(legs, reports, paid(1, A, 40_000, 0) + paid(2, A, 60_000, 1))
    assert sums(engine) == {
        ("1-1", A): (1, 40_000, 40_000, 0, 0, 0),
        ("1-2", A): (1, 60_000, 10_000, 0, 50_000, 0),
        ("1-1", B): (2, 40_000, 0, 0, 40_000, 0),
        ("1-2", B): (2, 10_000, 0, 0, 10_000, 0),
    }


def test_the_tier_is_the_shortest_path_in_time() -> None:
    # V pays A; A -> B -> C, and later A -> C directly: C is tier 2, although its first money came by B
    legs = [
        leg(1, A, 0, 100_000, 100_000, V),
        leg(2, A, 1, -40_000, 60_000, B),
        leg(3, B, 1, 40_000, 40_000, A),
        leg(4, B, 2, -40_000, 0, C),
        leg(5, C, 2, 40_000, 40_000, B),
        leg(6, A, 9, -10_000, 50_000, C),
        leg(7, C, 9, 10_000, 50_000, A),
        leg(8, C, 10, -50_000, 0, D),
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert {account: row[0] for (_, account), row in sums(engine).items()} == {A: 1, B: 2, C: 2, D: 3}


def test_a_path_that_runs_back_in_time_is_no_path() -> None:
    # B paid C an hour before anything came from A
    legs = [
        leg(1, B, 0, -40_000, 10_000, C),
        leg(2, C, 0, 40_000, 40_000, B),
        leg(3, A, 60, 100_000, 100_000, V),
        leg(4, A, 61, -100_000, 0, B),
        leg(5, B, 61, 100_000, 110_000, A),
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 60))
    assert sums(engine) == {("1-1", A): (1, 100_000, 100_000, 0, 0, 0), ("1-1", B): (2, 100_000, 0, 0, 100_000, 0)}


def test_clocks_of_two_banks_may_differ() -> None:
    # B's bank is two minutes behind: by its clock B received and sent on before A had sent
    legs = [
        leg(1, A, 0, 100_000, 100_000, V),
        leg(2, A, 5, -100_000, 0, B),
        leg(3, B, 3, 100_000, 120_000, A),
        leg(4, B, 4, -120_000, 0, "", cash=True),
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert sums(engine)[("1-1", B)] == (2, 100_000, 0, 100_000, 0, 0)


def test_a_statement_printed_newest_first_gives_the_same() -> None:
    legs, reports, mentions = simple()
    # all of A in one second: only the row order and the balances tell what came first
    same_second = [leg(1, A, 0, 100_000, 130_000, V), leg(2, A, 0, -90_000, 40_000, B), *legs[2:]]
    turned = [leg(2, A, 0, 100_000, 130_000, V), leg(1, A, 0, -90_000, 40_000, B), *legs[2:]]
    assert sums(world(same_second, reports, mentions)) == sums(world(turned, reports, mentions))


def test_money_that_left_by_missing_rows_is_not_held() -> None:
    # A received 1,000; the next row starts from 100: 900 left unseen. It is not held, and not said to be anywhere.
    legs = [leg(1, A, 0, 100_000, 100_000, V), leg(2, A, 60, 5_000, 15_000, W)]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert sums(engine) == {("1-1", A): (1, 100_000, 0, 0, 10_000, 90_000)}
    assert engine.rows('SELECT "kind", "disputed_minor", "transfer" FROM "exits"') == [("file_ends", 90_000, None)]


def test_a_missing_row_is_put_back_when_the_other_bank_shows_it_to_the_cent() -> None:
    # A's row of 900 to B is cut out; B's statement shows it and A's balances miss exactly 900
    legs = [
        leg(1, A, 0, 100_000, 100_000, V),
        leg(3, A, 60, 5_000, 15_000, W),
        leg(4, B, 5, 90_000, 90_000, A),
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert sums(engine) == {("1-1", A): (1, 100_000, 90_000, 0, 10_000, 0), ("1-1", B): (2, 90_000, 0, 0, 90_000, 0)}


def test_money_to_nobody_named_is_unlocated_at_the_payer() -> None:
    legs = [leg(1, A, 0, 100_000, 100_000, V), leg(2, A, 5, -60_000, 40_000, "")]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert sums(engine) == {("1-1", A): (1, 100_000, 0, 0, 40_000, 60_000)}


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ({"cash": True, "counter": ""}, "cash"),
        ({"summary": "ATM WITHDRAWAL", "counter": ""}, "cash"),
        ({"summary": "ATM转账"}, ""),
        ({"counter": "TRON:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"}, "crypto"),
        ({"summary": "购USDT"}, "crypto"),
        ({"merchant": "玉满堂金行", "summary": "POS消费 黄金饰品"}, "goods"),
        ({"summary": "跨境汇款"}, "abroad"),
        ({"counter_bank": "Kasikornbank Thailand"}, "abroad"),
        ({"counter": "DE89370400440532013000"}, "abroad"),
        ({"summary": "还款"}, ""),
    ],
)
def test_ways_out(words: dict[str, Any], kind: str) -> None:
    counter = words.pop("counter", D)
    legs = [leg(1, A, 0, 100_000, 100_000, V), leg(2, A, 5, -60_000, 40_000, counter, **words)]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert column(engine, "transfers", "exit") == ["", kind]
    assert sums(engine)[("1-1", A)] == (
        (1, 100_000, 0, 60_000, 40_000, 0) if kind else (1, 100_000, 60_000, 0, 40_000, 0)
    )


def test_a_shop_whose_statement_is_held_is_followed_not_called_an_exit() -> None:
    legs = [
        leg(1, A, 0, 100_000, 100_000, V),
        leg(2, A, 5, -60_000, 40_000, B, summary="消费", merchant="小店"),
        leg(3, B, 5, 60_000, 60_000, A, summary="消费"),
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert sums(engine)[("1-1", B)] == (2, 60_000, 0, 0, 60_000, 0)
    assert column(engine, "exits", "kind") == []


def test_three_gangs_with_one_house_stay_three_cases_with_near_links() -> None:
    house = D
    legs, mentions = (
        [leg(90 + n, house, 10 + n, 50_000, 50_000 * (n + 1), account) for n, account in enumerate((A, B, C))],
        [],
    )
    for n, account in enumerate((A, B, C)):
        legs += [leg(2 * n + 1, account, n, 50_000, 50_000, V), leg(2 * n + 2, account, 10 + n, -50_000, 0, house)]
        mentions += paid(n + 1, account, 50_000, n)
    engine = world(legs, [report(n) for n in (1, 2, 3)], mentions)
    assert engine.rows('SELECT "case_a", "case_b", "kind", "value", "how" FROM "near_links"') == [
        ("1-1", "1-2", "account", house, "shared_account"),
        ("1-1", "1-3", "account", house, "shared_account"),
        ("1-2", "1-3", "account", house, "shared_account"),
    ]
    trace(engine, START + 300 * DAY)  # again: its own links are replaced, others are kept
    assert len(engine.rows('SELECT * FROM "near_links"')) == 3


def test_rows_after_as_of_are_not_seen() -> None:
    legs, reports, mentions = simple()
    engine = world(legs, reports, mentions, as_of=START + 4 * MINUTE)
    assert sums(engine) == {("1-1", A): (1, 100_000, 0, 0, 100_000, 0)}


def test_a_rebate_to_the_victim_that_comes_back_is_not_claimed_twice() -> None:
    # V pays A 1,000, gets 200 back, pays 500 more of which 200 are the same money: 1,300 in dispute, not 1,500
    legs = [
        leg(1, V, 0, -100_000, 30_000, A),
        leg(2, A, 0, 100_000, 100_000, V),
        leg(3, A, 5, -20_000, 80_000, V),
        leg(4, V, 5, 20_000, 50_000, A),
        leg(5, V, 9, -50_000, 0, A),
        leg(6, A, 9, 50_000, 130_000, V),
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0) + paid(1, A, 50_000, 9, start=100))
    # A received 1,000, then 300 new and 200 back: 1,500, passed 200, holds 1,300; V received 200 and passed 200
    assert sums(engine) == {("1-1", A): (1, 150_000, 20_000, 0, 130_000, 0), ("1-1", V): (2, 20_000, 20_000, 0, 0, 0)}


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    rng = random.Random(seed)
    accounts = [f"62220000000000000{n:02d}" for n in range(8)]
    balance = dict.fromkeys(accounts, 30_000)
    legs, mentions = [], []
    for n in range(60):
        payer, payee = rng.sample(accounts, 2)
        amount = rng.choice((1_000, 2_500, 10_000))
        minute = n // 3
        balance[payer] -= amount
        balance[payee] += amount
        if rng.random() < 0.9:
            legs.append(leg(2 * n, payer, minute, -amount, balance[payer], payee))
        if rng.random() < 0.9:
            legs.append(leg(2 * n + 1, payee, minute, amount, balance[payee], payer))
        if rng.random() < 0.2:
            mentions += paid(n % 5 + 1, payee, amount, minute, start=40 * n)
    reports = [report(n) for n in range(1, 6)]
    first = world(legs, reports, mentions)
    for rows in (legs, reports, mentions):
        rng.shuffle(rows)
    second = world(legs, reports, mentions)
    assert first.rows('SELECT * FROM "disputed"')
    for name in MADE:
        select = ", ".join(f'"{c}"' for c in table(name).column_names())
        assert first.rows(f'SELECT {select} FROM "{name}"') == second.rows(f'SELECT {select} FROM "{name}"')
        assert first.rows(f'SELECT {select} FROM "{name}"') == [
            tuple(r.values()) for r in first.all_rows(name).to_pylist()
        ]
    for row in first.rows(
        'SELECT "received_minor", "passed_minor", "exited_minor", "held_minor", "unlocated_minor" FROM "disputed"'
    ):
        assert row[0] == sum(row[1:])


def test_an_empty_workspace_makes_empty_tables() -> None:
    engine = Engine()
    put(engine, "legs", [])
    assert trace(engine, START + HOUR) == MADE
    assert all(engine.all_rows(name).num_rows == 0 for name in MADE)
