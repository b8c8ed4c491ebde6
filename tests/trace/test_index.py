"""The resident index: what it says of holders against the attribution itself, its walks against a slow search, on random worlds."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from money_worlds import AS_OF, MINUTE, START, leg, put

from fanzha.chain.following import Following
from fanzha.errors import InputError, NotFound
from fanzha.store.engine import Engine
from fanzha.trace import exact, index, paths
from fanzha.trace.attribute import attribute
from fanzha.trace.chains import chains, reached
from fanzha.trace.columns import Columns, read_columns
from fanzha.trace.exact import Holding
from fanzha.trace.index import MoneyIndex, Trail
from fanzha.trace.ledger import ledger
from fanzha.trace.legs import LEGS_SQL, WINDOW_MS, Leg, statements
from fanzha.trace.pair import Transfer, pair
from fanzha.trace.returns import named, returned, set_apart

Row = dict[str, Any]
A, B, C, D, V = (f"622200000000000000{n}" for n in range(1, 6))


@cache
def one_engine() -> Engine:
    return Engine(threads=1)


def loaded(legs: Sequence[Row]) -> tuple[Engine, list[Transfer], list[Leg]]:
    """An engine with these legs and the transfers made of them; the same engine each time."""
    engine = one_engine()
    for name in ("legs", "transfers"):
        engine.clear(name)
    put(engine, "legs", legs)
    counted = [Leg(*row) for row in engine.rows(LEGS_SQL, (AS_OF,))]
    back_of = returned(pair(counted))
    transfers = named(pair(counted), back_of)
    engine.clear("repairs")
    put(engine, "repairs", [{"transfer": n, "kind": "reversal", "other": back} for n, back in back_of.items()])
    rows = [
        {
            "transfer": t.number,
            "payer": t.payer,
            "payee": t.payee,
            "at_ms": t.at_ms,
            "amount_minor": t.amount,
            "currency": t.currency,
            "seen_by": t.seen_by,
            "out_file": t.out_leg.file if t.out_leg else None,
            "out_row": t.out_leg.row if t.out_leg else None,
            "in_file": t.in_leg.file if t.in_leg else None,
            "in_row": t.in_leg.row if t.in_leg else None,
            "exit": t.exit,
        }
        for t in transfers
    ]
    put(engine, "transfers", rows)
    return engine, transfers, counted


def by_attribution(transfers: Sequence[Transfer], legs: Sequence[Leg], numbers: Sequence[int]) -> list[Holding]:
    """The same question to the modules that make the tables."""
    books = statements(legs)
    of = {t.number: t for t in transfers}
    starts = sorted(set(numbers))
    back_of = returned(pair(legs))
    reach = reached([of[n] for n in starts], transfers, books, back_of)
    purses, rows = set_apart(reach, chains(reach, books, transfers), transfers, back_of, starts)
    found = attribute(rows, {n: label for label, n in enumerate(starts)})
    entered = {entry.transfer for chain in rows for entry in chain if entry.change > 0}
    for label, n in enumerate(starts):
        found.begin(n, label, of[n].amount)
    book = ledger(found, of, purses, entered)
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for (_, purse), one in book.sums.items():
        for kind, amount in enumerate((one.held, one.exited, one.unlocated)):
            sums[purse][kind] += amount
    came: dict[tuple[str, str], set[int]] = defaultdict(set)
    for moved in book.carried:
        t = moved.transfer
        if moved.fresh or (t.payee and not (t.exit and t.number not in entered)):
            came[t.payee, t.currency].add(t.number)
    return [
        Holding(*purse, *three, min(of[n].arrived_ms for n in came[purse]), tuple(sorted(came[purse])))
        for purse, three in sorted(sums.items())
        if any(three)
    ]


ACCOUNTS = st.integers(0, 4)
MOVE = st.tuples(st.integers(-1, 4), st.integers(-1, 4), st.integers(1, 60), st.integers(0, 3), st.integers(0, 9))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Row], int]:
    """Statements of five accounts, honest or not: rows lost, balances absent or wrong, clocks apart, fees, exits, two files."""
    names = [A, B, C, D, V]
    honest = draw(st.booleans())
    held = [draw(st.integers(0, 4)) > 0 for _ in names]  # most statements are held
    stated = [draw(st.integers(0, 3)) > 0 for _ in names]
    skew = [draw(st.integers(-5, 5)) if not honest else 0 for _ in names]
    back = draw(st.booleans())  # the newest row first
    balance = [draw(st.integers(0, 80)) for _ in names]
    legs: list[Row] = []
    minute = 0
    for number, (payer, payee, amount, gap, luck) in enumerate(draw(st.lists(MOVE, min_size=1, max_size=30))):
        minute += gap
        if payer == payee == -1:
            continue
        other = {"currency": "THB"} if luck == 0 and not honest else {}
        for side, counter, change in ((payer, payee, -amount), (payee, payer, amount)):
            if side < 0:
                continue
            if change < 0 and luck == 9:
                change -= 1  # a fee is part of the row
            if not other:
                balance[side] += change
            if not held[side] or (luck == 8 and number % 2 == (change < 0)):
                continue
            said = balance[side] if stated[side] and not other else None
            if said is not None and luck == 7 and not honest:
                said += 13
            row = 1000 - len(legs) if back else len(legs)
            more: Row = {"summary": "ATM取款"} if counter < 0 and luck % 2 else {}
            if luck == 6 and not honest:
                more["summary"] = "冲正"
            place = minute + skew[side]
            name = names[counter] if counter >= 0 else ""
            file = 10 + (number % 2 if not honest else 0)
            legs.append(leg(row, names[side], place, change, said, name, **{**more, **other, "file": file}))
    return legs, draw(st.integers(0, 2**20 - 1))


def some(transfers: Sequence[Transfer], bits: int) -> list[int]:
    """One to three transfers."""
    return sorted({transfers[(bits >> shift) % len(transfers)].number for shift in (0, 5, 11)})


def check_holders(legs: list[Row], bits: int) -> None:
    engine, transfers, counted = loaded(legs)
    if not transfers:
        assert len(MoneyIndex.load(engine)) == 0
        return
    found = MoneyIndex.load(engine)
    for numbers in (some(transfers, bits), [transfers[bits % len(transfers)].number]):
        wanted = by_attribution(transfers, counted, numbers)
        assert found.holders(numbers) == wanted
        places = found.places(numbers)
        assert exact.holders(found.columns, found.graph(False), found.graph(True), places) == wanted
        total = sum(h.held_minor + h.exited_minor + h.unlocated_minor for h in wanted)
        assert total <= sum(t.amount for t in transfers if t.number in numbers)
        if len(numbers) == 1:
            assert total == transfers[numbers[0] - 1].amount


@given(worlds())
@settings(max_examples=80, deadline=None)
def test_holders_are_what_the_attribution_says(world: tuple[list[Row], int]) -> None:
    check_holders(*world)


def test_holders_by_hand() -> None:
    """V pays A 1,000 (A had 300). A sends B 900 and C, whose statement is not held, 250. B draws 500 in cash."""
    legs = [
        leg(1, A, 0, 100_000, 130_000, V),
        leg(2, A, 5, -90_000, 40_000, B),
        leg(3, B, 5, 90_000, 90_000, A),
        leg(4, A, 6, -25_000, 15_000, C),
        leg(5, B, 30, -50_000, 40_000, "", summary="ATM取款"),
    ]
    engine, transfers, _ = loaded(legs)
    found = MoneyIndex.load(engine)
    first = transfers[0].number
    # A: 300 of its own leave first, so B gets 600 of V's and C 250; 150 stays. B: 300 of A's own, then 600; 200 in cash.
    assert found.holders([first]) == [
        Holding(A, "CNY", 15_000, 0, 0, START, (1,)),
        Holding(B, "CNY", 40_000, 20_000, 0, START + 5 * MINUTE, (2,)),
        Holding(C, "CNY", 0, 0, 25_000, START + 6 * MINUTE, (3,)),
    ]
    assert found.holders([]) == []
    assert found.holders([first, first, 2]) == found.holders([2, first])


def test_contradicting_statements_and_drifting_clocks_are_left_to_the_attribution() -> None:
    """A circle in time; then clocks of which each is within the window and all together are not."""
    circle = [
        leg(1, A, 0, 50, None, B),
        leg(2, A, 1, -50, None, B),
        leg(3, B, 0, 50, None, A),
        leg(4, B, 1, -50, None, A),
    ]
    engine, transfers, counted = loaded(circle)
    found = MoneyIndex.load(engine)
    assert found.streams.tangled.all()
    for number in (1, 2):
        assert found.holders([number]) == by_attribution(transfers, counted, [number])
    drift = [leg(1, A, 30, 70, 70, V), leg(2, A, 30, -70, 0, B), leg(3, B, 21, 70, 70, A), leg(4, B, 21, -70, 0, C)]
    drift += [leg(5, C, 12, 70, 70, B), leg(6, C, 12, -70, 0, D), leg(7, D, 12, 70, 70, C)]
    engine, transfers, counted = loaded(drift)
    found = MoneyIndex.load(engine)
    for t in transfers:
        assert found.holders([t.number]) == by_attribution(transfers, counted, [t.number])


def test_sums_too_large_for_the_machine_are_exact() -> None:
    huge = 2**62
    engine, transfers, counted = loaded(
        [leg(n, A, n, huge, None, V) for n in (1, 2, 3)] + [leg(4, A, 9, -huge, None, B)]
    )
    found = MoneyIndex.load(engine)
    assert found.holders([1, 2]) == by_attribution(transfers, counted, [1, 2])
    assert sum(h.held_minor + h.unlocated_minor for h in found.holders([1, 2, 3])) == 3 * huge


def test_a_currency_is_never_mixed_with_another() -> None:
    legs = [
        leg(1, A, 0, 100, 100, V),
        leg(2, A, 1, 100, 100, V, currency="THB"),
        leg(3, A, 2, -100, 0, B, currency="THB"),
    ]
    engine, _, _ = loaded(legs)
    found = MoneyIndex.load(engine)
    assert [(h.account, h.currency, h.held_minor) for h in found.holders([1])] == [(A, "CNY", 100)]
    assert [(r.account, r.currency) for r in found.follow([1]).rows()] == [(A, "CNY")]
    assert {(r.account, r.currency) for r in found.follow(A).rows()} == {(A, "CNY"), (A, "THB"), (B, "THB")}


Edges = list[tuple[int, str, str, int, int]]  # number, payer, payee, moment of either side


def slow_walk(edges: Edges, begin: dict[str, int], tier: int, hops_max: int, clock: int) -> dict[str, dict[int, int]]:
    """Earliest arrival of each account at each tier, by trying every transfer at every tier."""
    now, found = begin, {account: {tier: moment} for account, moment in begin.items()}
    while tier < hops_max:
        tier += 1
        after: dict[str, int] = {}
        for _, payer, payee, left, came in edges:
            if payer in now and payee and left >= now[payer] - clock:
                arrives = max(left, now[payer]) + came - left
                after[payee] = min(arrives, after.get(payee, arrives))
        for account, moment in after.items():
            found.setdefault(account, {})[tier] = moment
        now = after
    return found


@given(worlds(), st.integers(1, 5), st.booleans(), st.sampled_from([WINDOW_MS, 0, -1]))
@settings(max_examples=40, deadline=None)
def test_every_tier_is_found(world: tuple[list[Row], int], hops: int, back: bool, clock: int) -> None:
    legs, bits = world
    legs = [one for one in legs if one["currency"] == "CNY"]
    engine, transfers, _ = loaded(legs)
    if not transfers:
        return
    edges: Edges = [(t.number, t.payer, t.payee, t.at_ms, t.arrived_ms) for t in transfers]
    if back:
        edges = [(n, payee, payer, -came, -left) for n, payer, payee, left, came in edges]
    found = MoneyIndex.load(engine)
    numbers = some(transfers, bits)
    begin: dict[str, int] = {}
    for n in numbers:
        t = transfers[n - 1]
        account, moment = (t.payer, -t.at_ms) if back else (t.payee, t.arrived_ms)
        if account:
            begin[account] = min(moment, begin.get(account, moment))
    trails = [(found.follow(numbers, back=back, hops_max=hops, clock_ms=clock), begin, 1)]
    account = next(iter(begin), "")
    if account:
        moment = begin[account]
        asked = found.follow(account, from_ms=-moment if back else moment, back=back, hops_max=hops, clock_ms=clock)
        trails.append((asked, {account: moment}, 0))
    for trail, first, tier in trails:
        check_trail(trail, slow_walk(edges, first, tier, hops, clock), edges, (hops, clock, back))


def check_trail(trail: Trail, wanted: dict[str, dict[int, int]], edges: Edges, bounds: tuple[int, int, bool]) -> None:
    hops, clock, back = bounds
    rows = trail.rows()
    sign = -1 if back else 1
    assert {r.account: r.tiers for r in rows} == {a: tuple(sorted(tiers)) for a, tiers in wanted.items()}
    assert {r.account: r.arrived_ms for r in rows} == {a: sign * min(tiers.values()) for a, tiers in wanted.items()}
    assert rows == sorted(rows, key=lambda r: (r.tiers[0], sign * (r.arrived_ms or 0), r.account))
    leaves = {a: min(moments) for a, tiers in wanted.items() if (moments := [m for k, m in tiers.items() if k < hops])}
    begun = {int(trail.index.columns.number[place]) for place in trail.begun}
    used = {n for n, payer, _, left, _ in edges if payer in leaves and left >= leaves[payer] - clock} | begun
    assert trail.complete
    assert trail.transfers() == sorted(used)
    assert sorted(n for r in rows for n in r.transfers) == sorted(
        n for n, _, payee, _, _ in edges if payee and n in used
    )


def test_a_walk_that_reaches_too_many_says_so() -> None:
    """A pays B, B pays C and D, C pays A back: asked for one account, the walk stops after the tier that shows more."""
    legs = [leg(n, who, n, -10, None, to) for n, (who, to) in enumerate(((A, B), (B, C), (B, D), (C, A)))]
    engine, _, _ = loaded(legs)
    found = MoneyIndex.load(engine)
    short = found.follow(A, accounts_max=2)
    assert (short.complete, [(r.account, r.tiers) for r in short.rows()]) == (
        False,
        [(A, (0,)), (B, (1,)), (C, (2,)), (D, (2,))],
    )
    assert short.transfers() == [1, 2, 3]
    full = found.follow(A)
    assert (full.complete, [(r.account, r.tiers, r.amount_minor) for r in full.rows()]) == (
        True,
        [(A, (0, 3), 10), (B, (1, 4), 10), (C, (2,), 10), (D, (2,), 10)],
    )
    assert [r.arrived_ms for r in full.rows()] == [None, START, START + MINUTE, START + 2 * MINUTE]
    assert [r.account for r in found.follow(A, until_ms=START + MINUTE).rows()] == [A, B, C]
    assert [r.account for r in found.follow(A, statements_only=True).rows()] == [A, B, C, D]
    back = found.follow([4], back=True, clock_ms=0)
    assert [(r.account, r.tiers, r.arrived_ms) for r in back.rows()] == [
        (C, (1,), START + 3 * MINUTE),
        (B, (2,), START + MINUTE),
        (A, (3,), START),
    ]


def test_statements_only_passes_where_a_statement_is_held() -> None:
    legs = [leg(1, A, 0, -10, None, B), leg(2, C, 5, 10, None, B)]
    engine, _, _ = loaded(legs)
    found = MoneyIndex.load(engine)
    assert [(r.account, r.statement) for r in found.follow(A).rows()] == [(A, True), (B, False), (C, True)]
    assert [r.account for r in found.follow(A, statements_only=True).rows()] == [A, B]


def random_columns(seed: int, count: int) -> Columns:
    """Many transfers between thirty accounts, with balances here and there and rows that stand anywhere in their file."""
    rng = np.random.default_rng(seed)
    engine = one_engine()
    at_ms = START + np.sort(rng.integers(0, 5_000, count)) * 1000
    number = np.arange(count)
    rows = rng.permutation(count)
    names = [f"6222{n:015d}" for n in range(30)]
    transfers, legs = [], []
    for n in number.tolist():
        payer, payee = (names[k] for k in rng.choice(30, 2, replace=False).tolist())
        amount, place = int(rng.integers(1, 99)), int(rows[n])
        came = int(at_ms[n]) + int(rng.integers(0, 3)) * 1000
        one: Row = {"transfer": n + 1, "payer": payer, "payee": payee, "at_ms": int(at_ms[n]), "amount_minor": amount}
        places = {"out_file": 1, "out_row": place, "in_file": 2, "in_row": place}
        transfers.append({**one, **places, "currency": "CNY", "seen_by": "both", "exit": ""})
        for file, moment in ((1, int(at_ms[n])), (2, came)):
            said = int(rng.integers(0, 200)) if n % 7 == 0 else None
            legs.append({"file": file, "row": place, "byte_offset": 0, "at_ms": moment, "balance_minor": said})
    for name, table in (("transfers", transfers), ("legs", legs)):
        engine.clear(name)
        put(engine, name, [table[k] for k in rng.permutation(len(table)).tolist()])
    return read_columns(engine)


def test_compiled_and_interpreted_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = random_columns(1, 600)
    plain = MoneyIndex(columns)
    assert plain.kernels is paths.INTERPRETED
    monkeypatch.setattr(index, "SMALL", 0)
    fast = MoneyIndex(columns)
    assert fast.kernels is paths.compiled()
    for one, other in zip(plain.streams, fast.streams, strict=True):
        assert np.array_equal(one, other)
    for number in range(1, 600, 13):
        assert plain.holders([number, number + 1]) == fast.holders([number, number + 1])
        for back in (False, True):
            assert plain.follow([number], back=back).rows() == fast.follow([number], back=back).rows()


def test_the_order_of_rows_changes_nothing() -> None:
    one, other = random_columns(2, 80), random_columns(2, 80)
    assert bool(np.all(one.number[1:] > one.number[:-1]))
    assert all(np.array_equal(a, b) for a, b in zip(one.money, other.money, strict=True))
    assert one.accounts.to_pylist() == sorted(one.accounts.to_pylist())
    assert MoneyIndex(one).follow([1]).rows() == MoneyIndex(other).follow([1]).rows()


def test_what_is_not_there_is_said() -> None:
    engine, _, _ = loaded([leg(1, A, 0, 100, 100, V)])
    found = MoneyIndex.load(engine)
    for ask in (
        lambda: found.holders([2]),
        lambda: found.follow([0]),
        lambda: found.follow(B),
        lambda: found.follow(""),
    ):
        with pytest.raises(NotFound) as error:
            ask()
        assert error.value.what_zh and error.value.remedy and error.value.remedy_zh
    for hops in (0, 31, 10**9):
        with pytest.raises(InputError):
            found.follow(A, hops_max=hops)
    engine, _, _ = loaded([])
    empty = MoneyIndex.load(engine)
    assert len(empty) == 0 and empty.holders([]) == [] and len(empty.follow([])) == 0


def test_an_open_workspace_follows_what_a_person_writes() -> None:
    engine, _, _ = loaded([leg(1, A, 0, 100, 100, V), leg(2, A, 5, -60, 40, B), leg(3, C, 9, 5, 5, V)])
    for name, rows in (
        ("payments", [{"case_id": "3-17", "file": 3, "row": 17, "n": 1, "transfer": 1, "state": "found"}]),
        ("case_reports", [{"case_id": "3-17", "file": 3, "row": 17}, {"case_id": "4-1", "file": 4, "row": 1}]),
    ):
        engine.clear(name)
        put(engine, name, rows)
    following = Following()
    holders = [Holding(A, "CNY", 40, 0, 0, START, (1,)), Holding(B, "CNY", 0, 0, 60, START + 5 * MINUTE, (2,))]
    for written in ("3-17", " t1 ", "T1", A, f"{A[:4]} {A[4:]}"):
        assert following.holders(engine, written) == holders
        assert [r.account for r in following.trail(engine, written, hops_max=3).rows()][-1] == B
    kept = following.index(engine)
    assert following.index(engine) is kept
    engine.set_stamp(1, 1, "x")
    assert following.index(engine) is not kept
    for written in ("4-1", "5-1", "t9", "nobody", "", D):
        with pytest.raises(NotFound) as error:
            following.holders(engine, written)
        assert error.value.remedy and error.value.remedy_zh
    engine.set_stamp(0, 0, "")
