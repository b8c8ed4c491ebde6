"""Money: where it truly is, what was found of it, what of honest people, and what holds would have caught in time."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import score_worlds as worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from score_worlds import AS_OF, MIN, account, parcel, payment, report

from fanzha.errors import InputError, NotFound
from fanzha.score import baselines
from fanzha.score.counterplay import WITHOUT_END, Hold, first_come, freeze_known, play, read_log
from fanzha.score.holds import holding
from fanzha.score.measure import Part
from fanzha.score.purses import Purses, split, total
from fanzha.score.told import Told
from fanzha.score.tracing import Due, money, tracing, worst_accounts
from fanzha.score.truth import Truth
from fanzha.store.engine import Engine

REFERENCES = ["P", "R0", "R0b", "R1", "R2"]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    """The truth by hand, written once."""
    return worlds.write(tmp_path_factory.mktemp("world"))


def traced(tmp_path: Path) -> Part:
    truth = worlds.write(tmp_path)
    return tracing(Told(worlds.workspace()), truth, Purses(truth, AS_OF), Purses(truth, truth.end_ms), REFERENCES)


def held(tmp_path: Path, log: list[Hold] | None = None, engine: Engine | None = None) -> Part:
    truth = worlds.write(tmp_path)
    return holding(Told(engine or worlds.workspace()), truth, Purses(truth, AS_OF), REFERENCES, log)


def fraction(part: Part, code: str, of: str = "", method: str = "fanzha") -> tuple[Any, Any]:
    one = part.line(method).get(code, of)
    return one.top, one.bottom


def test_where_the_money_is_at_each_minute(tmp_path: Path) -> None:
    truth = worlds.write(tmp_path)
    before, during, after = (Purses(truth, minute * MIN) for minute in (10, 30, 1000))
    assert before.held == {}  # it has left the victim and not arrived
    assert total(during.held) == {("A1", "CNY"): 40_000}
    assert total(after.held) == {("A1", "CNY"): 90_000, ("B1", "CNY"): 40_000, ("C1", "CNY"): 25_000}
    assert after.held["C1", "CNY"] == {2: 20_000, 3: 5_000}
    assert total(after.held, {2}) == {("C1", "CNY"): 20_000}
    assert after.received["A1", "CNY"] == {0: 100_000, 1: 50_000}
    assert after.exits["B1", "cash", "CNY"] == {0: 20_000} and after.exits["C1", "goods", "CNY"] == {2: 10_000}
    assert after.tier == {("A1", 0): 1, ("B1", 0): 2, ("A1", 1): 1, ("C1", 2): 1, ("C1", 3): 1}


@settings(deadline=None)
@given(st.integers(0, 1000), st.dictionaries(st.integers(0, 5), st.integers(1, 300), min_size=1))
def test_what_is_split_stays_whole(amount: int, shares: dict[int, int]) -> None:
    parts = split(amount, shares)
    assert sum(parts.values()) == amount
    if amount <= sum(shares.values()):
        assert all(0 <= parts[one] <= shares[one] for one in parts)


def test_money_found_by_hand(tmp_path: Path) -> None:
    part = traced(tmp_path)
    # A1 90,000 of 90,000; B1 30,000 of 40,000; C1 20,000 of 20,000 reported (4,000 is incident 3's); S1, X9 hold no victim's
    assert fraction(part, "held_found", "CNY") == (140_000, 150_000)
    assert fraction(part, "held_beyond", "CNY") == (14_000, 158_000)
    assert fraction(part, "held_honest", "CNY") == (14_000, 158_000)
    assert fraction(part, "held_error", "CNY") == (24_000, 150_000)
    assert fraction(part, "seen_found", "CNY") == (150_000, 150_000)
    assert fraction(part, "received_found", "CNY") == (240_000, 240_000)
    assert fraction(part, "received_honest", "CNY") == (14_000, 254_000)
    assert fraction(part, "tier_right") == (2, 3)  # B1 is tier 2, said 3; S1 and X9 hold no money of the case
    assert part.details["errors"]["CNY"] == {
        "accounts": 5, "exact": 2, "sum_minor": 24_000, "median_minor": 4_000, "largest_minor": 10_000,
    }  # fmt: skip
    worst = part.details["worst_accounts"]
    assert [(one["account"], one["error_minor"]) for one in worst] == [("B1", 10_000), ("S1", 10_000), ("X9", 4_000)]


def test_what_a_statement_shows_is_measured_at_its_end(tmp_path: Path) -> None:
    truth, engine = worlds.write(tmp_path), Engine()
    worlds.reported(engine, {"R0": "1-1"})
    early = {"statement_end_ms": 29 * MIN}
    worlds.put(engine, "disputed", [worlds.disputed("1-1", "A1", 1, 100_000, 90_000, **early)])
    part = tracing(Told(engine), truth, Purses(truth, AS_OF), Purses(truth, truth.end_ms), ["R0"])
    # at minute 29 all 100,000 was in A1; by now 40,000 of it (and 50,000 of incident 1, which is not reported here)
    assert fraction(part, "then_found", "CNY") == (90_000, 100_000)
    assert fraction(part, "then_error", "CNY") == (10_000, 100_000)
    assert fraction(part, "held_found", "CNY") == (40_000, 80_000)
    assert fraction(part, "held_beyond", "CNY") == (0, 90_000)
    later = Purses(truth, AS_OF, {"B1": 31 * MIN})
    assert total(later.held) == {("B1", "CNY"): 60_000} and set(later.received) == {("B1", "CNY")}


def test_errors_in_two_currencies_compare_by_the_usual_payment(tmp_path: Path) -> None:
    thai = {**payment(5, 9, "T1", 1, 500_000), "currency": "THB"}
    truth = worlds.write(tmp_path, {"payments": [payment(0, 1, "A1", 10, 100_000), thai]})
    said = Counter({("T1", "THB"): 400_000, ("A1", "CNY"): 90_000, ("B1", "CNY"): 70_000, ("X", "USD"): 5})
    found = worst_accounts(said, Due(Counter(), Counter(), Counter()), truth)
    assert [one["account"] for one in found] == [
        "X",
        "A1",
        "T1",
        "B1",
    ]  # all errors of its currency; 0.9, 0.8 and 0.7 payments


def test_exits_and_good_faith_by_hand(tmp_path: Path) -> None:
    part = traced(tmp_path)
    assert fraction(part, "exit_found", "CNY/cash") == (20_000, 20_000)
    assert fraction(part, "exit_false", "CNY/cash") == (5_000, 25_000)
    assert fraction(part, "exit_found", "CNY/goods") == (10_000, 10_000)  # what reached a shop was spent
    assert part.line().get("exit_found", "CNY/crypto").why == "no_money_there"
    assert fraction(part, "innocent_seen") == (1, 1)
    assert fraction(part, "mule_excused") == (0, 3)


def test_freeze_downstream_by_hand(tmp_path: Path) -> None:
    # A1 from minute 10: 100,000; B1 from minute 30: 60,000 and 9,000 of somebody else's; Z 1,000; Y was never reached
    assert baselines.downstream(Told(worlds.workspace())) == {
        ("A1", "CNY"): 100_000, ("B1", "CNY"): 69_000, ("Z", "CNY"): 1_000,
    }  # fmt: skip
    part = traced(tmp_path)
    assert fraction(part, "held_beyond", "CNY", "freeze_downstream") == (10_000 + 29_000 + 1_000, 170_000)
    assert fraction(part, "held_honest", "CNY", "freeze_downstream") == (9_000 + 1_000, 170_000)
    assert fraction(part, "held_found", "CNY", "freeze_downstream") == (130_000, 150_000)


def test_currencies_are_never_added_up() -> None:
    said = Counter({("A", "CNY"): 100, ("B", "THB"): 50})
    found = {(one.code, one.of): one.value for one in money("held", said, Due(said, said, said))}
    assert found["held_found", "CNY"] == 1.0 and found["held_found", "THB"] == 1.0
    assert money("held", Counter(), Due(Counter(), Counter(), Counter())) == []


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("ABCD"), st.integers(1, 100), min_size=1))
def test_the_truth_itself_has_no_error(amounts: dict[str, int]) -> None:
    purses = Counter({(name, "CNY"): amount for name, amount in amounts.items()})
    found = {one.code: one.value for one in money("held", purses, Due(purses, purses, purses))}
    assert found == {"held_found": 1.0, "held_beyond": 0.0, "held_honest": 0.0, "held_error": 0.0}


def test_holds_by_hand(tmp_path: Path) -> None:
    part = held(tmp_path)
    # A1 90,000 right; C1 24,000 right (4,000 of it an unreported victim's); X9 4,000 is nobody's and belongs to a stranger
    assert fraction(part, "hold_right", "CNY") == (114_000, 118_000)
    assert fraction(part, "hold_found", "CNY") == (110_000, 150_000)
    assert fraction(part, "hold_honest", "CNY") == (4_000, 118_000)
    assert fraction(part, "hold_honest_people", "CNY") == (4_000, 118_000)
    assert fraction(part, "holds_on_honest") == (1, 3)
    assert fraction(part, "hold_right", "CNY", "first_come") == (90_000, 100_000)
    assert part.line().get("caught").why == "no_replay"
    assert part.details["incidents_by_share_caught"] is None


def test_nothing_proposed_is_said_and_not_raised(tmp_path: Path) -> None:
    part = held(tmp_path, engine=Engine())
    assert part.line().get("hold_right", "CNY").why == "no_holds"
    assert part.line().get("hold_found", "CNY").value == 0.0
    assert part.line().get("holds_on_honest").value is None


def test_first_come_and_freezing_in_time(tmp_path: Path) -> None:
    truth = worlds.write(tmp_path)
    incidents = {0, 1, 2}
    # R0 at minute 20: all 100,000 is still in A1. R1 at minute 100: 50,000 in A1. R2 at minute 40: 30,000 in C1, 5,000 more there
    assert first_come(truth, incidents) == [
        Hold(20 * MIN, "A1", "CNY", 100_000), Hold(40 * MIN, "C1", "CNY", 30_000), Hold(100 * MIN, "A1", "CNY", 50_000),
    ]  # fmt: skip
    done = play(truth, first_come(truth, incidents))
    assert done.caught == {
        0: 100_000,
        1: 50_000,
        2: 25_715,
        3: 4_285,
    }  # 30,000 of 35,000, the first gets what is left over
    assert done.first_hold == {0: 20 * MIN, 2: 40 * MIN, 3: 40 * MIN, 1: 100 * MIN}
    assert done.first_exit == {0: 35 * MIN, 2: 45 * MIN}
    assert done.before_exit(0) and done.before_exit(1)
    assert done.asked == {"CNY": (180_000, 180_000)}
    assert freeze_known(truth, {0}) == [Hold(20 * MIN, "A1", "CNY", WITHOUT_END)]
    assert play(truth, freeze_known(truth, {0})).caught == {0: 100_000, 1: 50_000}


def test_a_late_hold_catches_what_is_left_and_nothing_twice(tmp_path: Path) -> None:
    truth = worlds.write(tmp_path)
    late = [Hold(31 * MIN, "A1", "CNY", 100_000), Hold(50 * MIN, "B1", "CNY", 100_000)]
    done = play(truth, late)
    # 40,000 in A1 and later 50,000 more of incident 1 under the same hold; B1 has 40,000 after the cash left
    assert done.caught == {0: 80_000, 1: 50_000}
    assert done.asked == {"CNY": (200_000, 130_000)}
    early = play(truth, [Hold(20 * MIN, "A1", "CNY", 100_000), Hold(50 * MIN, "B1", "CNY", 100_000)])
    assert early.caught == {0: 100_000}
    assert play(truth, []).caught == {}


def test_a_hold_at_the_moment_of_leaving_comes_first(tmp_path: Path) -> None:
    truth = worlds.write(tmp_path)
    assert play(truth, [Hold(30 * MIN, "A1", "CNY", 70_000)]).caught == {0: 70_000}
    assert play(truth, [Hold(30 * MIN + 1, "A1", "CNY", 70_000)]).caught == {0: 40_000, 1: 30_000}


def test_money_abroad_is_caught_in_the_currency_that_was_paid(tmp_path: Path) -> None:
    changed = {
        "payments": [payment(0, 1, "A1", 10, 10_000)],
        "parcels": [
            parcel(1, 0, ("V", "A1"), 10, 10_000),
            parcel(2, 0, ("A1", ""), 20, 8_000, exit="abroad", group=5),
            parcel(3, 0, ("", "T1"), 25, 40_000, group=5, currency="THB", tier=2),
        ],
        "reports": [report("R0", 0, 1, received=12)],
        "accounts": [account("A1"), account("T1")],
    }
    truth = worlds.write(tmp_path, changed)
    assert play(truth, [Hold(30 * MIN, "T1", "THB", 50_000)]).caught == {0: 8_000}
    assert play(truth, [Hold(30 * MIN, "T1", "THB", 5_000)]).caught == {0: 1_000}
    # 6,000 held before the border: 4,000 get out, so half of it arrives
    both = [Hold(15 * MIN, "A1", "CNY", 6_000), Hold(30 * MIN, "T1", "THB", 50_000)]
    assert play(truth, both).caught == {0: 6_000 + 4_000}


def test_what_a_lift_lets_go_was_not_caught(tmp_path: Path) -> None:
    truth = worlds.write(tmp_path)
    early = Hold(20 * MIN, "A1", "CNY", 100_000)
    after = Hold(25 * MIN, "A1", "CNY", -100_000)
    done = play(truth, [early, after])
    assert (done.caught, done.first_hold, done.asked) == ({}, {}, {"CNY": (100_000, 0)})
    # a part of it, and more than all of it, which takes nothing of the next hold
    assert play(truth, [early, after._replace(amount=-30_000)]).caught == {0: 70_000}
    late = Hold(90 * MIN, "A1", "CNY", 50_000)
    again = play(truth, [early, after._replace(amount=-900_000), late])
    assert again.caught == {1: 50_000} and again.first_hold == {1: 90 * MIN + 1000}  # as it arrives
    # what is not caught yet is let go first: 100,000 of 150,000 are held, and 50,000 lifted
    wide = play(truth, [early._replace(amount=150_000), after._replace(amount=-50_000)])
    assert wide.caught == {0: 100_000} and wide.asked == {"CNY": (150_000, 100_000)}
    # two incidents in one account (40,000 and 50,000) lose in proportion
    both = [Hold(31 * MIN, "A1", "CNY", 100_000), Hold(120 * MIN, "A1", "CNY", -55_000)]
    assert play(truth, both).caught == {0: 20_000, 1: 25_000}
    # what was let go is lost: no hold one account on finds any of it
    assert play(truth, [early, after, Hold(50 * MIN, "B1", "CNY", 100_000)]).caught == {}


STEPS = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from(["A1", "B1", "C1", "Z"]), st.integers(-200_000, 200_000)), max_size=8
)


@settings(deadline=None)
@given(STEPS)
def test_lifts_never_make_more_caught(planted: Truth, steps: list[tuple[int, str, int]]) -> None:
    log = sorted((Hold(at * MIN, name, "CNY", amount) for at, name, amount in steps), key=lambda one: one.at_ms)
    done = play(planted, log)
    assert all(0 < caught <= done.paid[one][1] for one, caught in done.caught.items())
    assert set(done.first_hold) == set(done.caught)
    # per account never more than its holds less its lifts, and at the last lift of all nothing
    none = play(planted, [*log, *(Hold(10**15, name, "CNY", -(10**12)) for name in ("A1", "B1", "C1", "Z"))])
    assert none.caught == {} and none.first_hold == {}
    assert {code: asked for code, (asked, _) in none.asked.items()} == {
        code: asked for code, (asked, _) in done.asked.items()
    }


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.sampled_from(["A1", "B1", "C1", "Z"]), st.integers(1, 200_000)), max_size=8
    )
)
def test_no_holds_catch_more_than_was_paid(planted: Truth, holds: list[tuple[int, str, int]]) -> None:
    log = sorted(Hold(at * MIN, name, "CNY", amount) for at, name, amount in holds)
    done = play(planted, log)
    for incident, caught in done.caught.items():
        assert 0 <= caught <= done.paid[incident][1]
    assert sum(got for _, got in done.asked.values()) == sum(done.caught.values()) <= sum(one.amount for one in log)


def test_a_replay_is_measured_beside_both_baselines(tmp_path: Path) -> None:
    part = held(tmp_path, [Hold(31 * MIN, "A1", "CNY", 100_000), Hold(50 * MIN, "B1", "CNY", 100_000)])
    assert fraction(part, "caught", "CNY") == (130_000, 180_000)
    assert fraction(part, "incidents_caught") == (2, 3)
    assert fraction(part, "before_exit") == (2, 3)
    assert part.line().get("minutes_to_hold").value == 10.5  # 21 minutes for incident 0, at once for incident 1
    assert part.line().get("minutes_to_exit").value == 20.0
    assert fraction(part, "overheld", "CNY") == (70_000, 200_000)
    assert fraction(part, "caught", "CNY", "first_come") == (175_715, 180_000)
    assert fraction(part, "share_caught") == (1.8, 3)
    bands = {"none": 1, "under 25 %": 0, "under 50 %": 0, "under 75 %": 0, "under 100 %": 1, "all": 1}
    assert part.details["incidents_by_share_caught"] == bands


def test_the_log_of_a_replay_is_read(tmp_path: Path) -> None:
    path = tmp_path / "replay.jsonl"
    row = {
        "at_ms": 5,
        "case_id": "1-1",
        "verb": "hold",
        "account": "A1",
        "amount_minor": 7,
        "currency": "CNY",
        "tier": 1,
    }
    path.write_text(
        "\n".join([json.dumps({**row, "at_ms": 9}), "", json.dumps({**row, "verb": "ask_holder"}), json.dumps(row)])
    )
    assert read_log(path) == [Hold(5, "A1", "CNY", 7), Hold(9, "A1", "CNY", 7)]
    lift = {"at_ms": 5, "verb": "lift", "account": "A1", "amount_minor": 7, "currency": "CNY"}
    rows = (lift, {**row, "account": "Z"}, row, {**row, "verb": "reached"})
    path.write_text("\n".join(map(json.dumps, rows)))
    assert read_log(path) == [Hold(5, "A1", "CNY", 7), Hold(5, "Z", "CNY", 7), Hold(5, "A1", "CNY", -7)]
    path.write_text(json.dumps({**row, "amount_minor": -7}))
    with pytest.raises(InputError, match="negative"):
        read_log(path)
    for wrong in ("no json", "[]", '{"verb": "hold"}', "3"):
        path.write_text(wrong)
        with pytest.raises(InputError, match="line 1"):
            read_log(path)
    with pytest.raises(NotFound):
        read_log(tmp_path / "nowhere")
