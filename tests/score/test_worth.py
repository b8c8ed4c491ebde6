"""Worth of holds: what a policy saves on gang-controlled accounts and what it costs honest people, worked by hand."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.errors import InputError, NotFound, UnreadableFile
from fanzha.score.counterplay import WITHOUT_END, Hold, freeze_known, play
from fanzha.score.locking import CHAIN, GANG, HONEST, Control, Life, Scale, Steps, lock
from fanzha.score.worth import (
    AMOUNT,
    HOUR_MS,
    RECEIVED,
    WHOLE,
    Line,
    as_holds,
    beside,
    cuts,
    ending,
    frontier,
    policies,
    read_lines,
)
from tests.score.score_worlds import MIN, Row, account, parcel, report, write

RATES = {"CNY": Fraction(1), "THB": Fraction(4)}
LEDGER = {
    "account": pa.string(), "currency": pa.string(), "at_ms": pa.int64(), "direction": pa.string(),
    "amount_minor": pa.int64(), "balance_minor": pa.int64(), "transfer": pa.int64(),
}  # fmt: skip


def controlled(number: str, controller: int, role: str = "mule", innocent: str = "none") -> Row:
    return {**account(number, role, innocent), "controller": controller}


ACCOUNTS = [
    controlled("A1", 5), controlled("B1", 5, innocent="unwitting"), controlled("C1", 6), controlled("S1", -1, "shop", "shop"),
    controlled("V0", -1, "victim"), controlled("P1", -1, "person"),
]  # fmt: skip


def leg(number: str, at: int, change: int, balance: int, transfer: int) -> Row:
    return {
        "account": number, "currency": "CNY", "at_ms": at * MIN, "direction": "in" if change > 0 else "out",
        "amount_minor": abs(change), "balance_minor": balance, "transfer": transfer,
    }  # fmt: skip


LEGS = [
    leg("B1", 5, 7_000, 9_000, 90),  # wages of an unwitting holder who had 20.00
    leg("B1", 30, 60_000, 69_000, 5),
    leg("B1", 35, -20_000, 49_000, 6),
    leg("B1", 60, -1_000, 48_000, 91),
    leg("S1", 20, 4_000, 5_000, 92),
    leg("S1", 45, 10_000, 15_000, 7),
    leg("S1", 70, -12_000, 3_000, 93),
]


def world(folder: Path, changed: dict[str, list[Row]] | None = None, legs: list[Row] = LEGS) -> Scale:
    write(folder, {"accounts": ACCOUNTS, **(changed or {})})
    bank = folder / "bodies" / "banks" / "3"
    bank.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(legs, schema=pa.schema(list(LEDGER.items()))), bank / "ledger.parquet")
    kept = [{"account": one, "k": 3} for one in sorted({row["account"] for row in legs})]
    schema = pa.schema([("account", pa.string()), ("k", pa.int64())])
    pq.write_table(pa.Table.from_pylist(kept, schema=schema), folder / "bodies" / "accounts.parquet")
    return Scale(folder, RATES)


def hold(at: int, number: str, amount: int = WITHOUT_END) -> Hold:
    return Hold(at * MIN, number, "CNY", amount)


# -- an account's life with a hold in its way ---------------------------------------------------------------------------


LIFE = Life(60, [(10, 80, 1), (20, -100, 2), (30, 50, 3), (40, -30, 4)])


def test_a_hold_locks_its_amount_as_far_as_it_is_there_and_later_arrivals() -> None:
    # 60 there, all locked at 5; 80 come, 40 of them are locked too; 100 cannot be paid from the 40 left; 30 can.
    assert lock(LIFE, [(5, 100)], blocks=True) == ([(5, 60), (10, 40)], 1, 100)


def test_where_nothing_is_blocked_the_hold_locks_what_is_left() -> None:
    assert lock(LIFE, [(5, 100)], blocks=False) == ([(5, 60), (10, 40), (20, -60), (30, 50), (40, -30)], 0, 0)


def test_a_freeze_locks_everything_and_what_comes_and_gives_it_back_when_lifted() -> None:
    assert lock(LIFE, [(5, WITHOUT_END), (35, -WITHOUT_END)], blocks=True) == (
        [(5, 60), (10, 80), (30, 50), (35, -190)],
        1,
        100,
    )


def test_what_arrives_at_the_moment_of_a_hold_is_locked_and_what_leaves_then_is_stopped() -> None:
    assert lock(Life(0, [(5, 30, 1), (5, -30, 2)]), [(5, 30)], blocks=True) == ([(5, 30)], 1, 30)


MOMENTS = st.integers(0, 20)
LEGS_DRAWN = st.lists(st.tuples(MOMENTS, st.integers(-60, 60).filter(bool)), max_size=12)
FORCES = st.lists(st.tuples(MOMENTS, st.integers(1, 80), st.integers(1, 10)), max_size=5)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 100), LEGS_DRAWN, FORCES, st.booleans())
def test_an_accounts_life_equals_one_played_moment_by_moment(
    opening: int, legs: list[tuple[int, int]], orders: list[tuple[int, int, int]], blocks: bool
) -> None:
    force = [(at, amount) for at, amount, _ in orders] + [(at + length, -amount) for at, amount, length in orders]
    done = lock(Life(opening, [(at, change, 0) for at, change in legs]), force, blocks=blocks)
    steps = Steps(done.deltas)
    there, failed = opening, 0
    for moment in range(32):
        there += sum(change for at, change in legs if at == moment and change > 0)
        allowed = sum(amount for at, amount, length in orders if at <= moment < at + length)
        for at, change in legs:
            if at == moment and change < 0:
                if blocks and there - max(0, min(allowed, there)) < -change:
                    failed -= change
                else:
                    there += change
        level = [amount for at, amount in steps.levels if at <= moment][-1:] or [0]
        assert level == [max(0, min(allowed, there))]
    assert done.failed_minor == failed
    assert steps.last == 0


def test_money_times_minutes_and_the_peak_are_exact() -> None:
    steps = Steps([(2 * MIN, 100), (5 * MIN, -40), (5 * MIN, 10), (9 * MIN, -70)])
    assert steps.levels == [(2 * MIN, 100), (5 * MIN, 70), (9 * MIN, 0)]
    assert (steps.peak, steps.last, steps.minutes(20 * MIN), steps.minutes(6 * MIN)) == (100, 0, 580, 370)
    assert steps.by_minute(5) == [(2, 100), (5, 70)]
    assert (Steps([]).minutes(9 * MIN), Steps([]).peak, Steps([]).last) == (0, 0, 0)


# -- a world ------------------------------------------------------------------------------------------------------------


def test_who_controls_an_account_is_the_truths_word(tmp_path: Path) -> None:
    control = world(tmp_path).control
    assert [control.of(one) for one in ("A1", "B1", "S1", "V0", "P1", "unknown")] == [
        GANG, GANG, HONEST, HONEST, CHAIN, HONEST,
    ]  # fmt: skip
    assert [control.owned(one) for one in ("A1", "B1", "S1", "P1")] == [False, True, True, False]


def test_money_held_on_gangs_accounts_is_saved_and_on_honest_ones_it_is_harm(tmp_path: Path) -> None:
    # B1 at minute 40: 400.00 of incident 0, reported at 20; the holder's own 90.00 is beyond the amount held.
    # S1 at minute 50: 150.00, of which 100.00 came from a victim; all of it is the shop's.
    worth = world(tmp_path).weigh([hold(40, "B1", 40_000), hold(50, "S1", 11_000)])
    assert (worth.saved.last, worth.reported.last, worth.windfall_minor) == (40_000, 40_000, 0)
    assert (worth.honest.last, worth.people.last, worth.ever_minor, worth.honest_accounts) == (
        11_000,
        11_000,
        11_000,
        1,
    )
    assert (worth.failed, worth.failed_minor) == (1, 12_000)  # what the shop could not pay at minute 70
    assert worth.since_saved.by_minute(99) == [(20, 40_000)]
    assert worth.since_honest.by_minute(99) == [(10, 11_000)]  # incident 2 brought its money there, reported at 40
    assert worth.honest.minutes(worth.end_ms) == 11_000 * (2_000 - 50)


def test_own_money_of_an_unwitting_holder_is_honest_money(tmp_path: Path) -> None:
    scale = world(tmp_path)
    worth = scale.weigh([hold(40, "B1")])
    assert (worth.saved.last, worth.honest.last, worth.people.last) == (40_000, 9_000, 0)
    assert worth.failed_minor == 1_000
    known = scale.weigh([hold(40, "B1"), hold(40, "A1")])
    assert known.honest.last == 9_000  # A1's holder lets others use it knowingly


def test_victims_money_comes_first_in_a_hold_of_an_amount(tmp_path: Path) -> None:
    # 610.00 from minute 10: all 90.00 of the holder's own is locked, until 600.00 of a victim come and leave 10.00 of room.
    scale, holds = world(tmp_path), [hold(10, "B1", 61_000)]
    assert scale.weigh(holds, windfall=True).honest.levels == [(10 * MIN, 9_000), (30 * MIN + 1_000, 1_000)]
    assert scale.weigh(holds).honest.levels == [(10 * MIN, 9_000)]  # reported at 20 only


def test_a_hold_catches_what_was_reported_by_then_and_with_windfall_what_comes_later(tmp_path: Path) -> None:
    scale = world(tmp_path)  # incident 0 is reported at minute 20, its money comes to B1 at 30
    assert scale.weigh([hold(19, "B1")]).saved.last == 0
    assert scale.weigh([hold(20, "B1")]).saved.last == 60_000
    assert scale.weigh([hold(19, "B1")], windfall=True).saved.last == 60_000
    assert scale.weigh([hold(19, "B1"), hold(31, "B1", 0)]).saved.last == 60_000  # ordered again after the report


def test_what_is_let_go_is_lost_and_what_is_renewed_is_not(tmp_path: Path) -> None:
    scale = world(tmp_path)
    holds = [hold(40, "B1", 40_000), hold(40 + 48 * 60, "B1", -40_000)]
    assert scale.weigh(holds).saved.levels == [(40 * MIN, 40_000), ((40 + 48 * 60) * MIN, 0)]
    renewed = [*ending([hold(40, "B1", 40_000)], 48), hold(40 + 48 * 60, "B1", 40_000)]
    assert scale.weigh(renewed).saved.last == 40_000
    some = scale.weigh([hold(40, "B1", 40_000), hold(50, "B1", -30_000)])
    assert some.saved.last == 10_000


def test_money_of_the_unreported_and_of_later_victims_is_told_apart(tmp_path: Path) -> None:
    scale = world(tmp_path)
    assert scale.weigh([hold(35, "C1")]).saved.last == 0
    worth = scale.weigh([hold(35, "C1")], windfall=True)
    assert (worth.saved.last, worth.reported.last) == (35_000, 30_000)
    assert worth.windfall_minor == 35_000  # incident 2 is reported at minute 40, incident 3 never


def test_without_lifts_an_unaware_gang_is_played_as_the_scoreboard_plays_it(tmp_path: Path) -> None:
    scale = world(tmp_path)
    for holds in (
        freeze_known(scale.truth, scale.known),
        [hold(31, "A1", 55_000), hold(36, "B1", 9), hold(99, "C1", 1)],
    ):
        worth = scale.weigh(holds, windfall=True)
        assert worth.saved.last == sum(play(scale.truth, holds).caught.values())


def test_currencies_are_told_in_one_and_a_currency_without_rate_is_an_error(tmp_path: Path) -> None:
    scale = world(tmp_path)
    assert scale.money(-401, "THB") == -100
    with pytest.raises(InputError, match="no rate for XAU"):
        scale.money(1, "XAU")


def test_a_truth_that_names_no_controllers_and_a_damaged_ledger_are_errors(tmp_path: Path) -> None:
    scale = world(tmp_path / "one")
    (tmp_path / "one" / "bodies" / "banks" / "3" / "ledger.parquet").write_bytes(b"PAR1 cut short")
    with pytest.raises(UnreadableFile):
        scale.weigh([hold(50, "S1", 1)])
    truth = scale.truth
    path = truth.folder / "accounts.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["controller"]), path)
    with pytest.raises(InputError, match="who controls"):
        Control(truth)


# -- the log ------------------------------------------------------------------------------------------------------------

OLD = {
    "at_ms": 7,
    "verb": "hold",
    "account": "A1",
    "currency": "CNY",
    "amount_minor": 500,
    "tier": None,
    "case_id": "c",
}
NEW = {**OLD, "tier": 2, "ground": "traced_amount", "innocent": "none", "received_minor": 800, "mule": 910}


def written(folder: Path, *rows: Any) -> Path:
    path = folder / "log.jsonl"
    path.write_text("\n\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_old_and_new_logs_are_read_and_other_verbs_left_out(tmp_path: Path) -> None:
    lift = {**OLD, "verb": "lift", "amount_minor": 1}
    path = written(tmp_path, lift, {**OLD, "verb": "ask_holder"}, NEW, OLD)
    assert read_lines(path) == [
        Line(7, "hold", "A1", "CNY", 500, 2, "traced_amount", "none", 800, 910),
        Line(7, "hold", "A1", "CNY", 500),
        Line(7, "lift", "A1", "CNY", 1),
    ]


@pytest.mark.parametrize(
    "row",
    ["{", "[]", "3", {"verb": "hold"}, {**OLD, "amount_minor": -1}, {**OLD, "at_ms": "soon"}, {**OLD, "tier": "x"}],
)
def test_a_line_that_is_no_step_is_named(tmp_path: Path, row: Any) -> None:
    with pytest.raises(InputError, match="line 1"):
        read_lines(written(tmp_path, row))
    with pytest.raises(NotFound):
        read_lines(tmp_path / "none")


def line(at: int, verb: str, amount: int, received: int | None = None, number: str = "A1", **other: Any) -> Line:
    return Line(at, verb, number, "CNY", amount, received=received, **other)


def test_lines_become_holds_and_lifts_in_three_ways() -> None:
    lines = [
        line(1, "hold", 30, 100), line(2, "hold", 20, 100), line(3, "lift", 15), line(4, "lift", 99), line(5, "hold", 5, 5),
    ]  # fmt: skip

    def made(way: str) -> list[tuple[int, int]]:
        return [(one.at_ms, one.amount) for one in as_holds(lines, way=way)]

    assert made(AMOUNT) == [(1, 30), (2, 20), (3, -15), (4, -35), (5, 5)]
    assert made(RECEIVED) == [(1, 100), (2, 0), (3, -15), (4, -85), (5, 5)]
    assert made(WHOLE) == [(1, WITHOUT_END), (2, 0), (4, -WITHOUT_END), (5, WITHOUT_END)]
    assert as_holds(lines, lambda one: one.amount < 30) == [
        Hold(2, "A1", "CNY", 20), Hold(3, "A1", "CNY", -15), Hold(4, "A1", "CNY", -5), Hold(5, "A1", "CNY", 5),
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(MOMENTS, st.sampled_from("AB"), st.booleans(), st.integers(1, 50), st.integers(1, 90)), max_size=12
    ),
    st.sampled_from((AMOUNT, RECEIVED, WHOLE)),
)
def test_no_hold_is_lifted_below_nothing_and_all_end(drawn: list[tuple[int, str, bool, int, int]], way: str) -> None:
    lines = [
        line(at * HOUR_MS, "hold" if up else "lift", amount, received, number)
        for at, number, up, amount, received in sorted(drawn)
    ]
    for holds in (as_holds(lines, way=way), ending(as_holds(lines, way=way), 3)):
        for number in "AB":
            force = 0
            for one in holds:
                force += one.amount if one.account == number else 0
                assert force >= 0
    assert sum(one.amount for one in holds) == 0
    latest: dict[int, int] = {}
    for one in holds:
        latest[one.at_ms] = 1
    assert not holds or max(latest) <= (max(row[0] for row in drawn) + 3) * HOUR_MS


# -- policies and the curve -----------------------------------------------------------------------------------------------


def test_the_full_freeze_reaches_all_of_itself_and_policies_stand_beside_it(tmp_path: Path) -> None:
    scale = world(
        tmp_path,
        {
            "parcels": [
                parcel(1, 0, ("V0", "A1"), 10, 100_000),
                parcel(5, 0, ("A1", "B1"), 15, 60_000, tier=2),
                parcel(6, 0, ("B1", "S1"), 18, 10_000, tier=3),
            ],
            "reports": [report("R0", 0, 1, received=20)],
        },
        [leg("S1", 18, 10_000, 25_000, 6)],
    )
    lines = [
        Line(21 * MIN, "reached", "S1", "CNY", 10_000, 3, "", "shop"),
        Line(21 * MIN, "hold", "A1", "CNY", 40_000, 1, "traced_amount", "none", 100_000),
        Line(21 * MIN, "hold", "B1", "CNY", 50_000, 2, "traced_amount", "none", 60_000),
    ]
    found = policies(scale, lines)
    worth = {name: scale.weigh(holds) for name, holds in found.items()}
    full = worth["freeze_known"]
    assert (full.saved.last, full.honest.last) == (90_000, 25_000)
    assert (worth["fanzha"].saved.last, worth["fanzha"].honest.last) == (90_000, 0)
    assert [one.account for one in found["freeze_downstream"]] == ["A1", "B1", "S1"]
    assert (worth["first_tier"].saved.last, worth["freeze_told"].honest.last) == (40_000, 25_000)
    assert (worth["hold_known"].saved.last, worth["hold_known"].honest.last) == (90_000, 10_000)
    assert beside(full, full) == (1, 1, 1, 1, 1, 1) and not beside(full, full).reaches()
    assert beside(worth["fanzha"], full).reaches() and not beside(worth["first_tier"], full).reaches()
    assert beside(worth["first_tier"], full).incidents == Fraction(4, 9)
    assert full.since_honest.by_minute(9) == [(0, 25_000)]
    rules = {(one.rule, one.way) for one in cuts(scale, lines)}
    assert {("hold: tier <= 1", AMOUNT), ("hold: all", RECEIVED), ("reached: innocent none", WHOLE)} <= rules
    first = next(one for one in cuts(scale, lines) if (one.rule, one.way) == ("hold: tier <= 1", AMOUNT))
    assert [one.account for one in as_holds(lines, first.keep, first.way)] == ["A1"]


def test_a_log_that_says_little_gives_a_short_curve(tmp_path: Path) -> None:
    lines = [Line(21 * MIN, "hold", "A1", "CNY", 40_000)]
    scale = world(tmp_path)
    wide = {one.account for one in policies(scale, lines)["freeze_downstream"]}
    assert (
        wide - {one.account for one in freeze_known(scale.truth, scale.known)} == set()
    )  # S1 is paid after the report
    assert {one.rule for one in cuts(scale, lines)} == {"hold: all"} | {
        f"hold: amount >= {least}" for least in (100, 1_000, 5_000, 20_000)
    }
    assert "freeze_told" not in policies(scale, lines)
    nothing = beside(scale.weigh([]), scale.weigh([]))
    assert nothing == (None,) * 6 and not nothing.reaches()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=9))
def test_the_frontier_holds_what_nothing_beats(drawn: list[tuple[int, int]]) -> None:
    points = [(Fraction(saved), Fraction(honest)) for saved, honest in drawn]
    kept = frontier(points)

    def beaten(one: tuple[Fraction, Fraction]) -> bool:
        return any(other != one and other[0] >= one[0] and other[1] <= one[1] for other in points)

    assert {points[place] for place in kept} == {one for one in points if not beaten(one)}
    assert len({points[place] for place in kept}) == len(kept)
