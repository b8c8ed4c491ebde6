"""Patterns: kernels equal plain definitions, the table shows hand-made worlds, popular accounts stay cheap."""

import random
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from money_worlds import AS_OF, DAY, START, leg, paid, put, report, world

from fanzha.model.words import vocabulary
from fanzha.store.engine import Engine
from fanzha.trace.pattern_kernels import COMPILE_FROM, HOPS_MAX, Edges, cycles, edges, fans, scatters, through
from fanzha.trace.pattern_runs import Move, round_above, structured
from fanzha.trace.patterns import EVIDENCE_MAX, INNOCENT, ROWS_MAX, found, near_transfers, patterns

NODES = 6
Drawn = list[tuple[int, int, int, int]]
transfers = st.lists(
    st.tuples(st.integers(0, 40), st.integers(-1, NODES - 1), st.integers(-1, NODES - 1), st.integers(1, 1_000)).filter(
        lambda t: t[1] != t[2]
    ),
    max_size=22,
)


def as_edges(drawn: Drawn) -> Edges:
    rows = sorted(drawn, key=lambda t: t[0])
    columns = [np.array([row[k] for row in rows], dtype=np.int64) for k in range(4)]
    return edges(columns[1], columns[2], columns[0], columns[3], NODES)


def rings(e: Edges, i: int, window: int) -> list[int]:
    """By length: cycles that edge i closes, by their definition."""
    counted = [0] * (HOPS_MAX + 1)

    def back(last: int, visited: list[int]) -> None:
        for j in range(i):
            if e.at[i] - window < e.at[j] < e.at[last] and e.payee[j] == visited[-1] and e.payer[j] >= 0:
                hops = len(visited) + 1
                if e.payer[j] == e.payee[i]:
                    counted[hops] += 1
                elif e.payer[j] not in visited and hops < HOPS_MAX:
                    back(j, [*visited, int(e.payer[j])])

    if e.payer[i] >= 0 and e.payee[i] >= 0:
        back(i, [int(e.payer[i])])
    return counted


def widest(e: Edges, i: int, window: int) -> int:
    """Middles of the widest scatter-gather that edge i widens, by its definition; 0 below two."""
    end, best = e.payee[i], 0
    lately = [j for j in range(i + 1) if e.at[j] > e.at[i] - window]
    for source in set(range(NODES)) - {int(end), int(e.payer[i])}:
        middles = {
            int(e.payer[out])
            for out in lately
            if e.payee[out] == end and e.payer[out] not in (-1, source, end)
            for came in lately
            if e.payer[came] == source and e.payee[came] == e.payer[out] and e.at[came] < e.at[out]
        }
        own = any(e.payer[j] == source and e.payee[j] == e.payer[i] and e.at[j] < e.at[i] for j in lately)
        best = max(best, len(middles) if own else 0)
    return best if end >= 0 and e.payer[i] >= 0 and best >= 2 else 0


@given(transfers)
@settings(max_examples=30, deadline=None)
def test_kernels_equal_their_definitions(drawn: Drawn) -> None:
    e = as_edges(drawn)
    fan, passed = fans(e, 10), through(e, 7)
    counts, path, cut = cycles(e, 15, None, 10**6)
    wide, _, _ = scatters(e, 15, 10**6)
    assert cut == 0
    for i in range(len(e.at)):
        late = [j for j in range(i + 1) if e.at[j] > e.at[i] - 10]
        a, b = e.payer[i], e.payee[i]
        payers = {int(e.payer[j]) for j in late if e.payee[j] == b} - {-1}
        payees = {int(e.payee[j]) for j in late if e.payer[j] == a} - {-1}
        assert fan[i, 0] == (len(payers) if b >= 0 else 0)
        assert fan[i, 1] == (len(payees) if a >= 0 else 0)
        short = [j for j in range(i) if e.at[j] > e.at[i] - 7]
        assert passed[i, 0] == (sum(int(e.amount[j]) for j in short if e.payee[j] == a) if a >= 0 else 0)
        assert passed[i, 1] == (sum(int(e.amount[j]) for j in [*short, i] if e.payer[j] == a) if a >= 0 else 0)
        assert counts[i].tolist() == rings(e, i, 15)
        shown = [j for j in path[i].tolist() if j >= 0]
        assert bool(shown) == bool(counts[i].sum())
        if shown:  # the path is a cycle: each payee pays next, times rise
            assert shown[-1] == i and len(shown) == np.flatnonzero(counts[i])[0]
            assert all(e.payee[x] == e.payer[y] and e.at[x] < e.at[y] for x, y in pairwise(shown))
            assert e.payee[i] == e.payer[shown[0]]
        assert wide[i] == widest(e, i, 15)


def test_compiled_kernels_give_what_plain_ones_give() -> None:
    draw = random.Random(3)
    e = as_edges([(draw.randrange(400), draw.randrange(NODES), draw.randrange(-1, NODES), 5) for _ in range(300)])
    assert np.array_equal(fans(e, 9, True), fans(e, 9, False))
    assert np.array_equal(through(e, 9, True), through(e, 9, False))
    for fast, slow in (
        (cycles(e, 20, (700, 1_100), 50, True), cycles(e, 20, (700, 1_100), 50, False)),
        (scatters(e, 20, 50, True), scatters(e, 20, 50, False)),
    ):
        assert all(np.array_equal(x, y) for x, y in zip(fast, slow, strict=True))


def test_arrays_that_cannot_be_are_refused() -> None:
    one = np.array([0, 1])
    with pytest.raises(ValueError, match="length"):
        edges(one, one, one, one[:1], 2)
    with pytest.raises(ValueError, match="order"):
        edges(one, one, one[::-1], one, 2)
    with pytest.raises(ValueError, match="node"):
        edges(one, one, one, one, 1)
    assert len(fans(edges([], [], [], [], 0), 5)) == 0


def test_a_popular_account_costs_no_more_than_its_cap() -> None:
    # a thousand payers and a thousand payees of one account: every ring through it would be a million
    n = 1_000
    payer = np.r_[np.arange(1, n + 1), np.zeros(n, dtype=np.int64)]
    payee = np.r_[np.zeros(n, dtype=np.int64), np.arange(1, n + 1)]
    e = edges(payer, payee, np.arange(2 * n), np.ones(2 * n), n + 1)
    counts, _, cut = cycles(e, 10**6, None, 100)
    assert counts.sum() > 0 and cut > 0
    assert len(e.at) < COMPILE_FROM


# ---- the table ----

M = [f"62220000000000001{k:02d}" for k in range(30)]
VICTIM = "6222999900000000001"
Legs = list[dict[str, Any]]


def move(row: int, payer: str, payee: str, minute: int, amount: int) -> Legs:
    """Both statements of one transfer; balances are not needed here."""
    return [
        leg(2 * row, payer, minute, -amount, None, payee),
        leg(2 * row + 1, payee, minute, amount, None, payer),
    ]


def shown(legs: Legs, mentions: Legs) -> dict[tuple[str, str], tuple[int, int, list[int], str]]:
    engine = world(legs, [report(1)], mentions)
    assert patterns(engine, AS_OF) == ("patterns",)
    rows = engine.rows('SELECT "account", "pattern", "count", "amount_minor", "transfers", "innocent" FROM "patterns"')
    return {(r[0], r[1]): (r[2], r[3], [int(n) for n in r[4].split(",")], r[5]) for r in rows}


def start(minute: int = 0, amount: int = 100_000) -> Legs:
    return [leg(0, M[0], minute, amount, None, VICTIM)]


def test_money_that_goes_on_within_minutes() -> None:
    table = shown([*start(), *move(1, M[0], M[1], 12, 95_000)], paid(1, M[0], 100_000, 0))
    assert table[M[0], "pass_through"] == (2, 95_000, [1, 2], "unwitting")
    assert (M[1], "pass_through") not in table
    slow = shown([*start(), *move(1, M[0], M[1], 40, 95_000)], paid(1, M[0], 100_000, 0))
    assert (M[0], "pass_through") not in slow


def test_fans_and_scatter_gather() -> None:
    legs = start()
    for k in range(1, 7):
        legs += move(k, M[0], M[k], 20 + k, 15_000)
        legs += move(10 + k, M[k], M[9], 60 + k, 14_500)
    table = shown(legs, paid(1, M[0], 100_000, 0))
    assert table[M[0], "fan_out"][0] == 6 and table[M[0], "fan_out"][3] == "payroll"
    assert table[M[9], "fan_in"][:3] == (6, 87_000, [8, 9, 10, 11, 12, 13])
    assert table[M[9], "fan_in"][3] == "shop"
    for account in (M[0], M[3], M[9]):
        assert table[account, "scatter_gather"][:2] == (6, 87_000)
    assert len(table[M[9], "scatter_gather"][2]) == 12
    assert table[M[0], "equal_amounts"][0] == 6


def test_a_round_trip_and_a_test_transfer() -> None:
    legs = [*start(), *move(1, M[0], M[1], 30, 90_000), *move(2, M[1], M[2], 60, 85_000)]
    legs += move(3, M[2], M[0], 90, 80_000)
    table = shown([*legs, leg(90, M[2], 40, 500, None, M[1])], paid(1, M[0], 100_000, 0))
    for account in (M[0], M[1], M[2]):
        assert table[account, "cycle"][:2] == (3, 80_000)
    assert table[M[2], "test_transfer"][0] == 2
    assert not any(len(t[2]) > EVIDENCE_MAX for t in table.values())


def test_an_account_long_at_rest_that_becomes_busy() -> None:
    day = 1440
    legs = [leg(50, M[0], 0, 300, None, M[20]), *start(40 * day)]
    for k in range(1, 5):
        legs += move(k, M[0], M[k], 40 * day + 300 * k, 20_000 + k)
    table = shown(legs, paid(1, M[0], 100_000, 40 * day))
    assert table[M[0], "dormant_then_active"][0] == 6
    late = [*legs, leg(60, M[0], 60 * day, 50_000, None, VICTIM)]
    assert (M[0], "dormant_then_active") not in shown(late, paid(1, M[0], 50_000, 60 * day)), "it woke up weeks before"
    early = [dict(row, at_ms=row["at_ms"] + (12 * DAY if row["row"] == 50 else 0)) for row in legs]
    assert (M[0], "dormant_then_active") not in shown(early, paid(1, M[0], 100_000, 40 * day))


def test_amounts_just_below_a_round_sum() -> None:
    assert [round_above(n) for n in (1, 2, 9, 10, 99_999, 100_000, 4_999_900)] == [
        2,
        5,
        10,
        20,
        100_000,
        200_000,
        5_000_000,
    ]
    day = [Move(k, k * 1_000, amount, 0) for k, amount in enumerate((4_990_000, 4_980_000, 4_999_900, 3_000_000))]
    assert [[m.edge for m in group] for group in structured(day)] == [[0, 1, 2]]
    prices = [Move(k, k, 9_900, 0) for k in range(9)]  # one price, below the least sum
    assert list(structured(prices)) == []


def test_a_shared_telephone_counts_between_holders_only() -> None:
    def account(row: int, number: str, holder: str, phone: str) -> dict[str, Any]:
        return {"file": 5, "row": row, "byte_offset": 0, "account": number, "holder": holder, "phone": phone}

    legs = [*start(), *move(1, M[0], M[1], 500, 40_000), *move(2, M[0], M[2], 600, 30_000)]
    phone = "+8613800000000"
    for names, wanted in ((("甲", "乙", "丙"), 3), (("甲", "甲", "甲"), 0)):
        engine = world(legs, [report(1)], paid(1, M[0], 100_000, 0))
        put(engine, "accounts", [account(k, M[k], names[k], phone) for k in range(3)])
        patterns(engine, AS_OF)
        rows = engine.rows(
            'SELECT "count", "transfers", "amount_minor" FROM "patterns" WHERE "pattern" = \'shared_device\''
        )
        assert len(rows) == wanted
        assert all(row == (3, "1,2,3", 170_000) for row in rows)


def test_the_order_of_rows_and_unknown_sides_change_nothing() -> None:
    draw = random.Random(5)
    legs = start()
    for k in range(1, 60):
        payer, payee = draw.sample(M[:8], 2)
        legs += move(k, payer, payee, 5 + 7 * k, draw.randrange(500, 9_000))
    mentions = paid(1, M[0], 100_000, 0)
    first = world(legs, [report(1)], mentions)
    draw.shuffle(legs)
    second = world(legs, [report(1)], mentions)
    for engine in (first, second):
        patterns(engine, AS_OF)
    assert first.all_rows("patterns").equals(second.all_rows("patterns"))
    rows = [(k, "", M[1], START + k, 100, "CNY") for k in range(20)]  # twenty payers that nobody knows are no fan
    near = near_transfers(rows)
    assert [f.pattern for f in found(near, frozenset({0}))] == ["equal_amounts"]


def test_a_forged_row_may_state_any_time_and_amount() -> None:
    ends = (-(2**63), -5, 2**63 - 2, 2**63 - 1)
    rows = [(k, "a", "b", at, 2**63 - 1, "CNY") for k, at in enumerate(ends)]
    near = near_transfers(rows)
    assert {f.pattern for f in found(near, frozenset({0, 1}))} <= set(INNOCENT)
    assert through(near.graph, 5).min() >= -1


def test_a_popular_account_fills_no_more_rows() -> None:
    rows = [(k, f"p{k % 400}", "shop", START + k * 60_000, 1_000 + k, "CNY") for k in range(12_000)]
    near = near_transfers(rows)
    made = found(near, frozenset({near.nodes["shop", "CNY"]}))
    assert made and all(sum(f.pattern == one.pattern for f in made) <= ROWS_MAX for one in made)


def test_every_pattern_has_two_names_and_an_innocent_explanation() -> None:
    terms = vocabulary("patterns")
    assert set(terms) == set(INNOCENT)
    assert all(t.en and t.zh and t.note_en and t.note_zh for t in terms.values())
    assert set(INNOCENT.values()) <= set(vocabulary("innocent"))


def test_nothing_reached_gives_an_empty_table() -> None:
    engine = Engine()
    assert patterns(engine, AS_OF) == ("patterns",)
    assert engine.all_rows("patterns").num_rows == 0
