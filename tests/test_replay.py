"""A replay plays reports and answers in the world's order, asks and holds at the world's time, and keeps within its runs.

Most tests play a world of six accounts written here by hand, whose bank answers after exactly an hour, so that every
moment can be worked out on paper. The last ones play a world that `fanzha simulate` makes, with its own bodies.
"""

import contextlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.chain import Workspace
from fanzha.chain.playing import Kept, Pace, Replayed, WorldClock, world_of
from fanzha.chain.replay import CASES_SQL, HOLDS_SQL, REACHED_SQL, Play, replay
from fanzha.errors import InputError
from fanzha.formats import known
from fanzha.respond.ground import VICTIMS_ACCOUNTS_SQL
from fanzha.score.counterplay import Hold, read_log
from fanzha.score.worth import read_lines
from fanzha.show import replay_commands
from fanzha.show.options import Common
from fanzha.simulate import bodies, receive
from fanzha.simulate.invent import card, stream
from fanzha.simulate.make import Size, make
from fanzha.simulate.parameters import parameters
from fanzha.simulate.tour.statements import record
from fanzha.store.engine import arrow_schema
from fanzha.store.tables import table
from tests.conftest import Run

HOUR, MINUTE = 3_600_000, 60_000
START = 1_780_243_200_000  # 2026-06-01 00:00 in Beijing
DAYS = 4
PACE = Pace(tick_minutes=10, ask_minutes=30, hold_minutes=20)
RNG = stream(1, "replay")
V1, V2, V3, M1, M2, M3 = (card(RNG, bank) for bank in ("东江银行", "北岭银行") * 3)
BANK = "东江银行"


@dataclass(frozen=True)
class Moved:
    """A movement of the world; payee "" is cash."""

    payer: str
    payee: str
    hour: float
    amount: int


MOVED = (
    Moved(V1, M1, 1, 1_000_000),
    Moved(M1, M2, 5, 600_000),
    Moved(M2, "", 6, 200_000),
    Moved(V2, M1, 10, 500_000),
    Moved(V3, M3, 20, 300_000),
)
TOLD = ((V1, M1, 1, 1_000_000, 2.0, "甲"), (V2, M1, 10, 500_000, 11.0, "乙"), (V3, M3, 20, 300_000, 21.0, "丙"))


def at(hour: float) -> int:
    return START + round(hour * HOUR)


def clock_text(hour: float) -> str:
    return f"2026年6月{1 + int(hour // 24)}日{int(hour % 24):02d}:00"


def report(payee: str, hour: float, amount: int, received: float, mark: str) -> dict[str, Any]:
    text = f"某某报称被骗。{clock_text(hour)}向{BANK}账户{payee}转账{amount // 100}元。"
    return {
        "reference": f"BL2026{mark}",
        "channel": "narrative",
        "at_ms": at(received),
        "received_ms": at(received),
        "text": text,
        "victim": f"王{mark}",
        "stated_type": "刷单返利",
        "amount_minor": amount,
        "currency": "CNY",
        "city": "杭州",
        "zone": "Asia/Shanghai",
    }


def write_world(out: Path, reports: Sequence[dict[str, Any]], days: int = DAYS) -> Path:
    (out / "bodies").mkdir(parents=True)
    world = {"fanzha_world": 1, "preset": "hand", "seed": 1, "start_ms": START, "end_ms": START + days * 24 * HOUR}
    (out / "world.json").write_text(json.dumps(world), encoding="utf-8")
    pq.write_table(pa.Table.from_pylist(list(reports)), out / "bodies" / "police.parquet")
    return out


def legs(account: str, until_ms: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    balance = 0 if account in (M1, M2, M3) else 5_000_000
    for place, moved in enumerate(MOVED):
        if account not in (moved.payer, moved.payee) or at(moved.hour) > until_ms:
            continue
        out = account == moved.payer
        balance += -moved.amount if out else moved.amount
        rows.append(
            {
                "account": account,
                "holder": f"持有人{account[-2:]}",
                "at_ms": at(moved.hour),
                "direction": "out" if out else "in",
                "amount_minor": moved.amount,
                "currency": "CNY",
                "balance_minor": balance,
                "counter_account": moved.payee if out else moved.payer,
                "serial": f"{account[-4:]}{place:04d}",
                "cash": not moved.payee,
                "success": True,
                "summary": "ATM取现" if not moved.payee else "转账",
            }
        )
    return rows


@dataclass
class Bodies:
    """A bank and a police that answer after `minutes`, and remember what they were asked."""

    asked: list[tuple[str, float]]
    minutes: float = 60

    def ask(self, _out: Path, account: str, at_ms: int, _until_ms: int | None = None) -> bodies.Answer:
        self.asked.append((account, (at_ms - START) / HOUR))
        data = known.named("bank_feedback").write({"legs": record("legs", legs(account, at_ms))})
        settings = {"zone": "Asia/Shanghai", "region": "CN", "currency": "CNY"}
        return bodies.Answer(data, f"{account}.csv", at_ms + round(self.minutes * MINUTE), BANK, settings)

    def report_file(self, rows: list[dict[str, Any]], channel: str) -> tuple[str, bytes]:
        return f"{channel}.txt", known.named("narrative").write({"reports": record("reports", rows)})


@contextlib.contextmanager
def standing_in() -> Iterator[Bodies]:
    made = Bodies([])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bodies, "ask", made.ask)
        patch.setattr(receive, "report_file", made.report_file)
        yield made


@pytest.fixture
def hand() -> Iterator[Bodies]:
    with standing_in() as made:
        yield made


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return write_world(tmp_path / "world", [report(*told[1:]) for told in TOLD])


Played = tuple[Replayed, list[dict[str, Any]], dict[str, str]]


@dataclass
class Player:
    """Plays worlds, each into a new workspace, which stays open as `workspace` until the test is over."""

    folder: Path
    stack: contextlib.ExitStack
    count: int = 0

    def __call__(self, out: Path, pace: Pace = PACE, **more: Any) -> Played:
        """What was played, the log, the case numbers at half time."""
        clock = WorldClock(START)
        self.count += 1
        opened = Workspace(self.folder / f"w{self.count}", actor="tester", clock=clock)
        self.workspace = self.stack.enter_context(opened)
        log, earlier = self.folder / f"log{self.count}.jsonl", self.folder / f"earlier{self.count}.json"
        played = replay(out, self.workspace, pace, clock=clock, kept=Kept(log, earlier), **more)
        lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        return played, lines, json.loads(earlier.read_text(encoding="utf-8"))


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Player]:
    with contextlib.ExitStack() as stack:
        yield Player(tmp_path, stack)


@dataclass(frozen=True)
class Once:
    """The world of six accounts, played once for the tests that only look at it."""

    out: Path
    hand: Bodies
    workspace: Workspace
    played: Replayed
    log: list[dict[str, Any]]
    earlier: dict[str, str]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Once]:
    folder = tmp_path_factory.mktemp("once")
    with contextlib.ExitStack() as stack:
        player = Player(folder, stack)
        out = write_world(folder / "world", [report(*told[1:]) for told in TOLD])
        with standing_in() as made:
            shown = player(out)
        yield Once(out, made, player.workspace, *shown)


def hours(lines: Sequence[dict[str, Any]]) -> list[tuple[str, str, float, int, int]]:
    return [
        (one["verb"], one["account"], (one["at_ms"] - START) / HOUR, one["amount_minor"], one["tier"]) for one in lines
    ]


def test_who_is_asked_when_and_what_is_held_from_when(once: Once) -> None:
    """Asked half an hour after the report; M1 again because V2's money came in later; M2 only once M1's answer names it.

    Held twenty minutes after the report names an account (M1, M3) or an answer shows where the money went on (M2). The answers of
    3:30, 14:00 and 22:30 show 10,000, 4,000 and 3,000 left: those holds are there already. V2's 5,000 at 11:00 reached M1 after its
    statement ended: it is held beside the 10,000, before a newer one shows what is left.
    """
    played, log = once.played, once.log
    assert once.hand.asked == [(M1, 2.5), (M1, 11.5), (M2, 13.0), (M3, 21.5)]
    assert hours(log) == [
        ("hold", M1, 2 + 1 / 3, 1_000_000, 1),
        ("reached", M1, 2 + 1 / 3, 1_000_000, 1),
        ("hold", M1, 11 + 1 / 3, 500_000, 1),
        ("reached", M1, 11 + 1 / 3, 500_000, 1),
        ("hold", M2, 12.5 + 1 / 3, 600_000, 2),
        ("reached", M2, 12.5 + 1 / 3, 600_000, 2),
        ("hold", M3, 21 + 1 / 3, 300_000, 1),
        ("reached", M3, 21 + 1 / 3, 300_000, 1),
    ]
    assert [one["at_ms"] - one["proposed_ms"] for one in log] == [20 * MINUTE] * 8
    assert {one["currency"] for one in log} == {"CNY"} and {one["innocent"] for one in log} == {"none"}
    assert (played.reports, played.asked, played.answered, played.late, played.holds) == (3, 4, 4, 0, 4)
    assert played.held_minor == {"CNY": 2_400_000}
    assert (played.runs, played.waited_minutes_max, played.files, played.quarantined) == (7, 0, 7, 0)


def test_a_hold_says_on_what_ground_until_when_and_of_how_much(once: Once) -> None:
    """It ends 48 hours after what was known: the reports of 2:00, 11:00 (M1's statement of 11:30 shows nothing later), 21:00.
    Only of M1 a statement is held by 11:00, so only there something says what its holder may be."""
    told = [
        (one["ground"], (one["expires_ms"] - START) / HOUR, one["received_minor"], one["mule"])
        for one in once.log
        if one["verb"] == "hold"
    ]
    assert told == [
        ("stated_payment", 2 + 48, 1_000_000, None),
        ("traced_amount", 11 + 48, 1_500_000, 571),
        ("traced_amount_unseen", 11 + 48, 600_000, None),
        ("stated_payment", 21 + 48, 300_000, None),
    ]


def test_everything_is_admitted_in_the_worlds_time_and_nothing_before_it_happened(once: Once) -> None:
    engine = once.workspace.engine
    admitted = [at_ms for (at_ms,) in engine.rows('SELECT at_ms FROM files ORDER BY "file"')]
    assert admitted == [at(hour) for hour in (2, 3.5, 11, 12.5, 14, 21, 22.5)]
    early = engine.rows('SELECT COUNT(*) FROM legs l JOIN files f ON f."file" = l."file" WHERE l.at_ms > f.at_ms')
    assert early == [(0,)]
    assert once.workspace.as_of() == at(21)  # the last report; M3's statement shows nothing later
    assert engine.rows("SELECT DISTINCT body FROM files ORDER BY body") == [("narrative",), (BANK,)]


def test_case_numbers_are_kept_at_the_run_by_which_half_of_the_reports_are_in(once: Once) -> None:
    assert once.played.half_ms == at(11)
    later = dict(once.workspace.engine.rows(CASES_SQL))
    assert once.earlier == {"BL2026甲": later["BL2026甲"], "BL2026乙": later["BL2026甲"]}
    assert set(later) == {"BL2026甲", "BL2026乙", "BL2026丙"}


def test_the_same_world_gives_the_same_replay(once: Once, hand: Bodies, world: Path, play: Player) -> None:
    assert play(world) == (once.played, once.log, once.earlier)


def test_an_account_is_asked_no_more_than_asks_max(hand: Bodies, world: Path, play: Player) -> None:
    play(world, replace(PACE, asks_max=1))
    assert hand.asked == [(M1, 2.5), (M3, 21.5)]  # so M2 is never found


def test_a_hold_that_is_to_be_renewed_is_looked_at_again(hand: Bodies, tmp_path: Path, play: Player) -> None:
    """At the first news after its 48 hours: M1 and M2 when a report comes at 60:00 and M1's answer at 61:30; M3 is not due."""
    told = [report(*one[1:]) for one in TOLD]
    late = report(M3, 20, 300_000, 60.0, "丁")
    play(write_world(tmp_path / "world", [*told, late]))
    assert hand.asked[4:] == [(M1, 60.5), (M2, 62.0)]


def test_answers_that_are_not_ready_by_the_end_are_never_seen(hand: Bodies, world: Path, play: Player) -> None:
    """What the reports state is held all the same: all of V2's money too, for no statement of M1 says anything else."""
    hand.minutes = 100 * 60
    played, log, _ = play(world)
    assert (played.asked, played.answered, played.late) == (2, 0, 2)
    stated = ((M1, 2 + 1 / 3, 1_000_000, 1), (M1, 11 + 1 / 3, 500_000, 1), (M3, 21 + 1 / 3, 300_000, 1))
    assert hours(log) == [(verb, *one) for one in stated for verb in ("hold", "reached")]  # M2 is never found
    assert {one["ground"] for one in log if one["verb"] == "hold"} == {"stated_payment"}
    assert (played.holds, played.held_minor) == (3, {"CNY": 1_800_000})
    assert play.workspace.engine.rows("SELECT COUNT(*) FROM legs") == [(0,)]


def test_a_replay_can_end_before_the_world_does(hand: Bodies, world: Path, play: Player) -> None:
    played, log, earlier = play(world, until_ms=at(3))
    assert (played.reports, played.asked, played.late, earlier) == (1, 1, 1, {})
    assert hours(log) == [("hold", M1, 2 + 1 / 3, 1_000_000, 1), ("reached", M1, 2 + 1 / 3, 1_000_000, 1)]
    assert (played.end_ms, played.holds, played.held_minor) == (at(3), 1, {"CNY": 1_000_000})


def many(count: int, apart: float) -> list[dict[str, Any]]:
    """Reports that come one after the other, each of the next victim's payment."""
    return [report(M1, 1, 1_000_000, 2 + place * apart, f"{place:03d}") for place in range(count)]


@pytest.mark.parametrize("runs_max", [1, 2, 7])
def test_however_much_news_there_is_the_stages_run_at_most_runs_max_times(
    hand: Bodies, tmp_path: Path, play: Player, runs_max: int
) -> None:
    """Nothing is left out for it: all reports are in, and the news waited."""
    played, _, _ = play(write_world(tmp_path / "world", many(40, 2.25)), replace(PACE, runs_max=runs_max))
    assert played.runs <= runs_max
    assert played.reports == 40
    assert play.workspace.engine.rows("SELECT COUNT(*) FROM reports") == [(40,)]
    assert played.waited_minutes_max >= DAYS * 24 * 60 // (2 * runs_max)


def test_news_within_a_tick_is_taken_together(hand: Bodies, tmp_path: Path, play: Player) -> None:
    out = write_world(tmp_path / "world", many(6, 1 / 60))
    played, _, _ = play(out, replace(PACE, tick_minutes=30))
    assert (played.reports, played.waited_minutes_max) == (6, 29)  # 02:00 by itself, 02:01 to 02:05 at 02:30
    assert played.runs == 3  # and the answer at 04:00


def test_reports_of_a_country_come_in_on_its_terms(hand: Bodies, tmp_path: Path, play: Player) -> None:
    told = [report(*TOLD[0][1:]), report(*TOLD[0][1:]) | {"zone": "Asia/Bangkok", "currency": "THB", "reference": "X1"}]
    play(write_world(tmp_path / "world", told))
    terms = play.workspace.engine.rows(
        "SELECT zone, region, currency FROM files WHERE body = ? ORDER BY zone", ("narrative",)
    )
    assert terms == [("Asia/Bangkok", "TH", "THB"), ("Asia/Shanghai", "CN", "CNY")]


def test_a_world_without_reports_is_played_in_no_time(hand: Bodies, tmp_path: Path, play: Player) -> None:
    out = write_world(tmp_path / "world", many(1, 1))
    table = pq.read_table(out / "bodies" / "police.parquet")
    pq.write_table(table.slice(0, 0), out / "bodies" / "police.parquet")
    played, log, earlier = play(out)
    assert (played.reports, played.runs, played.half_ms, log, earlier) == (0, 0, None, [], {})


# -- holds ----------------------------------------------------------------------------------------------------------

Came = Mapping[tuple[str, str], int]  # case and account -> disputed money received


@dataclass
class Stages:
    """Writes tables as if the stages had made them, and tells what is new in them: (verb, case or "", account, amount)."""

    playing: Play
    lines: Sequence[dict[str, Any]] = ()

    def put(self, name: str, *rows: Mapping[str, Any]) -> None:
        made = pa.Table.from_pylist([dict(row) for row in rows], schema=arrow_schema(table(name)))
        self.playing.workspace.engine.replace(name, made)

    def __call__(
        self, *held: tuple[str, str, int], came: Came, heard: Sequence[tuple[str, str]] = ()
    ) -> list[tuple[str, str, str, int]]:
        """`held`: case, account and amount of each proposed hold; `heard`: whose holder is heard in which currency."""
        wanted = [("hold", case_id, account, "CNY", amount) for case_id, account, amount in held]
        wanted += [
            ("ask_holder", case_id, account, currency, 0)
            for case_id, account in came
            for asked, currency in heard
            if asked == account
        ]
        names = ("verb", "case_id", "target", "currency", "amount_minor")
        self.put(
            "steps",
            *(
                {**dict(zip(names, one, strict=True)), "rank": rank, "ground": f"ground {rank}", "innocent": "none"}
                for rank, one in enumerate(wanted, 1)
            ),
        )
        kept = {"currency": "CNY", "tier": 1}
        self.put(
            "disputed",
            *(
                {**kept, "case_id": case_id, "account": account, "received_minor": received}
                for (case_id, account), received in came.items()
            ),
        )
        self.lines = list(self.playing.news(at(2)))
        return [(one["verb"], one.get("case_id", ""), one["account"], one["amount_minor"]) for one in self.lines]


@pytest.fixture
def stages(world: Path, tmp_path: Path) -> Iterator[Stages]:
    with Workspace(tmp_path / "w", actor="tester", clock=WorldClock(START)) as workspace:
        yield Stages(Play(world, workspace, PACE, None, START, at(24)))


def test_a_hold_is_new_once_and_then_only_what_came_in_addition(stages: Stages) -> None:
    came = {("a", M1): 100, ("b", M1): 50, ("b", M2): 7}
    first = [("a", M1, 100), ("b", M1, 50), ("b", M2, 7)]
    assert Counter(stages(*first, came=came)) == Counter([(v, *one) for one in first for v in ("hold", "reached")])
    assert stages(*first, came=came) == []
    assert stages(("a", M1, 120), *first[1:], came={**came, ("a", M1): 120}) == [
        ("hold", "a", M1, 20),
        ("reached", "a", M1, 20),
    ]


def test_two_cases_that_become_one_propose_nothing_new(stages: Stages) -> None:
    stages(("a", M1, 100), ("b", M1, 50), came={("a", M1): 100, ("b", M1): 50})
    assert stages(("a", M1, 150), came={("a", M1): 150}) == []
    assert stages(("a", M1, 170), came={("a", M1): 170}) == [("hold", "a", M1, 20), ("reached", "a", M1, 20)]


def test_two_cases_that_become_one_propose_nothing_new_where_some_of_it_had_left(stages: Stages) -> None:
    stages(("a", M1, 60), ("b", M1, 40), came={("a", M1): 100, ("b", M1): 50})
    assert stages(("a", M1, 100), came={("a", M1): 150}) == []
    assert stages(("a", M1, 105), came={("a", M1): 150}) == [("hold", "a", M1, 5)]


def test_a_case_that_becomes_two_proposes_nothing_new(stages: Stages) -> None:
    stages(("a", M1, 150), came={("a", M1): 150})
    assert stages(("a", M1, 100), ("b", M1, 50), came={("a", M1): 100, ("b", M1): 50}) == []


def test_money_that_left_and_other_money_that_came_is_a_new_hold(stages: Stages) -> None:
    """What left is no ground to lift, for no hold was in its way; what came is known by what was received."""
    stages(("a", M1, 100), came={("a", M1): 100})
    assert stages(("a", M1, 10), came={("a", M1): 100}) == []
    assert stages(("a", M1, 90), came={("a", M1): 180}) == [("hold", "a", M1, 80), ("reached", "a", M1, 80)]
    assert stages(came={("a", M1): 180}) == []
    assert stages(("a", M1, 5), came={("a", M1): 185}) == [("hold", "a", M1, 5), ("reached", "a", M1, 5)]


def test_what_was_held_at_intake_is_not_held_again_once_it_is_traced(stages: Stages) -> None:
    """Between the two it may be too old to be proposed, while the bank has not answered; the hold in force stays."""
    stages(("a", M1, 100), came={("a", M1): 100})
    assert stages(came={("a", M1): 100}) == []
    assert stages(("a", M1, 100), came={("a", M1): 100}) == []
    assert stages(("a", M1, 130), came={("a", M1): 130}) == [("hold", "a", M1, 30), ("reached", "a", M1, 30)]
    assert stages.playing.held_minor == {"CNY": 130}


def test_two_holds_of_one_case_on_one_account_are_told_each_on_its_ground(stages: Stages) -> None:
    came = {("a", M1): 200}
    assert stages(("a", M1, 60), ("a", M1, 40), came=came)[:2] == [("hold", "a", M1, 60), ("hold", "a", M1, 40)]
    assert [one["ground"] for one in stages.lines[:2]] == ["ground 1", "ground 2"]
    assert stages(("a", M1, 60), ("a", M1, 40), came=came) == []
    assert stages(("a", M1, 100), came=came) == []
    assert stages(("a", M1, 60), ("a", M1, 70), came=came) == [("hold", "a", M1, 30)]
    assert stages.lines[0]["ground"] == "ground 2"
    assert stages.playing.held_minor == {"CNY": 130}


def test_a_hold_above_what_came_is_lifted_by_what_it_is_too_much(stages: Stages) -> None:
    """A statement that does not show a payment, and a later one that does: held again, but not heard of for the first time."""
    stages(("a", M1, 100), came={("a", M1): 100})
    assert stages(("a", M1, 60), came={("a", M1): 60}) == [("lift", "", M1, 40)]
    assert (stages.lines[0]["at_ms"], stages.lines[0]["proposed_ms"]) == (at(2) + 20 * MINUTE, at(2))
    assert stages(("a", M1, 60), came={("a", M1): 60}) == []
    assert stages(("a", M1, 100), came={("a", M1): 100}) == [("hold", "a", M1, 40)]
    assert stages(came={}) == [("lift", "", M1, 100)]


def test_whose_holder_is_heard_first_is_held_no_more(stages: Stages) -> None:
    came = {("a", M1): 100, ("b", M1): 50}
    stages(("a", M1, 100), ("b", M1, 50), came=came)
    assert stages(("a", M1, 100), ("b", M1, 50), came=came, heard=[(M1, "THB"), (M2, "CNY")]) == []
    assert stages(came=came, heard=[(M1, "CNY")]) == [("lift", "", M1, 150)]
    assert stages(came=came, heard=[(M1, "CNY")]) == []


def test_a_victims_own_account_is_held_no_more_even_where_nothing_is_left_to_ask_about(stages: Stages) -> None:
    stages(("a", M1, 100), came={("a", M1): 100})
    stages.put("transfers", {"transfer": 9, "payer": M1, "payee": M2})
    stages.put("payments", {"case_id": "b", "file": 1, "row": 1, "n": 1, "payee": M2, "transfer": 9, "state": "found"})
    assert stages(came={("a", M1): 100}) == [("lift", "", M1, 100)]


def test_a_hold_tells_what_its_holder_may_be_where_a_statement_says_it(stages: Stages) -> None:
    stages.put(
        "outcomes",
        {"account": M1, "currency": "THB", "mule": 900, "likeliest": "mule"},
        {"account": M1, "currency": "CNY", "mule": 668, "likeliest": "mule"},
    )
    stages(("a", M1, 40), came={("a", M1): 100})
    assert stages.lines[0] == {
        "at_ms": at(2) + 20 * MINUTE,
        "proposed_ms": at(2),
        "verb": "hold",
        "account": M1,
        "amount_minor": 40,
        "currency": "CNY",
        "case_id": "a",
        "tier": 1,
        "ground": "ground 1",
        "innocent": "none",
        "expires_ms": None,
        "received_minor": 100,
        "mule": 668,
    }


RUNS = st.lists(
    st.dictionaries(
        st.tuples(st.sampled_from("ab"), st.sampled_from("xy")),
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()),  # received, of it held at most, heard first
        max_size=4,
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(runs=RUNS)
def test_never_more_is_held_than_came_and_what_came_is_told_once(
    once: Once, runs: list[dict[tuple[str, str], tuple[int, int, bool]]]
) -> None:
    playing = Play(once.out, once.workspace, PACE, None, START, at(24))
    force: dict[str, int] = defaultdict(int)
    told: dict[str, int] = defaultdict(int)
    seen: dict[str, int] = defaultdict(int)
    for run in runs:
        tables: dict[str, list[tuple[Any, ...]]] = {
            HOLDS_SQL: [
                (case_id, account, "CNY", min(received, most), 1, "", "none", 0, received, None)
                for (case_id, account), (received, most, heard) in sorted(run.items())
                if min(received, most) and not heard
            ],
            REACHED_SQL: [
                (case_id, account, "CNY", received, 1, "none", 0 if heard else received)
                for (case_id, account), (received, _, heard) in sorted(run.items())
            ],
            VICTIMS_ACCOUNTS_SQL: [],
        }
        playing._rows_of = tables.__getitem__  # type: ignore[method-assign, assignment]
        for line in playing.news(at(2)):
            assert line["amount_minor"] > 0
            if line["verb"] == "reached":
                told[line["account"]] += line["amount_minor"]
            else:
                force[line["account"]] += line["amount_minor"] * (1 if line["verb"] == "hold" else -1)
        for account in "xy":
            rows = [one for (_, named), one in run.items() if named == account]
            seen[account] = max(seen[account], sum(received for received, _, _ in rows))
            assert force[account] <= sum(received for received, _, heard in rows if not heard)
            assert told[account] == seen[account]


# -- what is refused ------------------------------------------------------------------------------------------------


def test_what_is_invented_is_never_mixed_with_a_record(hand: Bodies, world: Path, play: Player) -> None:
    play(world, until_ms=at(3))
    with pytest.raises(InputError, match="empty workspace"):
        replay(world, play.workspace, PACE, clock=WorldClock(START))


def test_a_world_that_is_not_over_needs_its_own_clock(hand: Bodies, world: Path, tmp_path: Path) -> None:
    with (
        Workspace(tmp_path / "w", actor="tester", clock=lambda: at(30)) as workspace,
        pytest.raises(InputError, match="later than now"),
    ):
        replay(world, workspace, PACE)
    with Workspace(tmp_path / "w", actor="tester", clock=lambda: at(24 * DAYS)) as workspace:
        assert replay(world, workspace, PACE).holds == 4


@pytest.mark.parametrize(
    "text", [None, "", "[1]", "{}", '{"fanzha_world": 1}', '{"fanzha_world": 1, "start_ms": 5, "end_ms": 5}']
)
def test_a_folder_without_a_world_is_refused(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "world.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="no world"):
        world_of(tmp_path)


@pytest.mark.parametrize("wrong", [{"tick_minutes": 0}, {"runs_max": 0}, {"ask_minutes": -1}, {"hold_minutes": -5}])
def test_a_pace_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError, match="ticks of a minute"):
        Pace(**wrong)


# -- the command ----------------------------------------------------------------------------------------------------


def test_the_command_says_what_was_played_and_where_the_log_is(
    hand: Bodies, world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    space = tmp_path / "w"
    replay_commands.replay(world, runs_max=3, common=Common(workspace=space, lang="en"))
    said = " ".join(capsys.readouterr().out.split())
    assert "3 reports came in; 3 statements were asked for: 3 answers" in said
    assert "the stages ran 3 times" in said and "1 Jun 2026 00:00 to 5 Jun 2026 00:00" in said
    assert "replay.jsonl" in said.replace(" ", "")  # a narrow terminal breaks long paths
    assert json.loads((space / "earlier.json").read_text(encoding="utf-8"))


def test_the_command_gives_a_machine_the_same_in_json(
    hand: Bodies, world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, earlier = tmp_path / "kept" / "log.jsonl", tmp_path / "kept" / "earlier.json"
    common = Common(workspace=tmp_path / "w", lang="zh", json=True)
    replay_commands.replay(world, log=log, earlier=earlier, common=common)
    said = json.loads(capsys.readouterr().out)
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert Counter(one["verb"] for one in lines) == {"hold": 4, "reached": 4}
    assert (said["reports"], said["holds"], said["held_minor"], said["log"]) == (3, 4, {"CNY": 2_400_000}, str(log))
    assert set(json.loads(earlier.read_text("utf-8"))) <= {"BL2026甲", "BL2026乙", "BL2026丙"}


def test_the_command_leaves_no_workspace_behind_where_there_is_no_world(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no world"):
        replay_commands.replay(tmp_path, common=Common(workspace=tmp_path / "w", json=True))
    assert not (tmp_path / "w").exists()


# -- a world of its own making, its own bodies -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest world in which some who paid report it."""
    out = tmp_path_factory.mktemp("made") / "world"
    told_by_all = parameters("town", None, ["reporting.reported_share=1.0"])
    make(7, Size(8_000, 40, 2), told_by_all, out, lambda *_: None)
    return out


def test_a_made_world_is_played_by_its_own_bodies(made: Path, tmp_path: Path, play: Player) -> None:
    """What came in, and when: every report in time, every answer after its request, nothing before it happened."""
    world = world_of(made)
    police = pq.read_table(made / "bodies" / "police.parquet").to_pylist()
    due = {row["reference"] for row in police if row["received_ms"] <= world["end_ms"]}
    played, log, earlier = play(made, Pace(runs_max=20))
    engine = play.workspace.engine
    assert (
        played.runs <= 20
        and played.reports == len(due) >= 3
        and {row[0] for row in engine.rows('SELECT "reference" FROM reports')} == due
    )
    assert played.asked == played.answered + played.late + played.unknown and played.answered > len(due)
    assert len(due) / 2 <= len(earlier) <= len(due)
    assert engine.rows('SELECT COUNT(*) FROM legs l JOIN files f ON f."file" = l."file" WHERE l.at_ms > f.at_ms') == [
        (0,)
    ]
    admitted = {row[0] for row in engine.rows("SELECT at_ms FROM files")}
    assert {line["proposed_ms"] for line in log} <= admitted
    assert [line["proposed_ms"] for line in log] == sorted(line["proposed_ms"] for line in log)
    held_and_reached_are_one_story(log, played)
    holds = [line for line in log if line["verb"] == "hold"]
    answered = dict(
        engine.rows('SELECT l.account, MIN(f.at_ms) FROM legs l JOIN files f ON f."file" = l."file" GROUP BY l.account')
    )
    assert played.late == played.unknown == 0 and {line["account"] for line in holds} <= set(answered)
    unseen = [line for line in holds if line["ground"] in ("stated_payment", "traced_amount_unseen")]
    assert {line["tier"] == 1 for line in unseen} == {True, False}
    came = {(line["account"], line["proposed_ms"]) for line in log if line["verb"] == "reached"}
    for line in unseen:  # before any answer came, or because money came that the answer cannot show
        assert line["proposed_ms"] < answered[line["account"]] or (line["account"], line["proposed_ms"]) in came
    assert any(line["proposed_ms"] < answered[line["account"]] for line in unseen)
    assert [one for one in read_log(tmp_path / "log1.jsonl") if one.amount > 0] == sorted(
        Hold(line["at_ms"], line["account"], line["currency"], line["amount_minor"]) for line in holds
    )
    assert Counter(line.verb for line in read_lines(tmp_path / "log1.jsonl")) == Counter(line["verb"] for line in log)


def held_and_reached_are_one_story(log: Sequence[dict[str, Any]], played: Replayed) -> None:
    """Each account's holds in force are never above the disputed money that the log says came to it by then."""
    force: dict[str, int] = defaultdict(int)
    came: dict[str, int] = defaultdict(int)
    total: dict[str, int] = defaultdict(int)
    for place, line in enumerate(log):
        assert line["verb"] in ("hold", "reached", "lift") and line["amount_minor"] > 0
        if line["verb"] == "reached":
            came[line["account"]] += line["amount_minor"]
        else:
            force[line["account"]] += line["amount_minor"] * (1 if line["verb"] == "hold" else -1)
        total[line["currency"]] += line["amount_minor"] if line["verb"] == "hold" else 0
        if place + 1 == len(log) or log[place + 1]["proposed_ms"] > line["proposed_ms"]:
            assert all(0 <= amount <= came[account] for account, amount in force.items())
    assert (played.holds, played.held_minor) == (sum(line["verb"] == "hold" for line in log), total)


def test_what_a_replay_leaves_is_scored(made: Path, run: Run, tmp_path: Path) -> None:
    """The whole way through the command line, as `make score` goes it; the workspace verifies like any other."""
    run("replay", made, "-w", "w", "--log", "log.jsonl", "--earlier", "earlier.json", "--runs-max", 12, "--json")
    scored = run("score", "w", made / "truth", "--replay", "log.jsonl", "--earlier", "earlier.json", "--json")
    assert json.loads(scored.stdout)
    assert "Every byte is as acknowledged" in run("verify", "-w", "w").stdout
    refused = run("replay", made, "-w", "w", code=2)
    assert "empty workspace" in refused.stdout + refused.stderr
