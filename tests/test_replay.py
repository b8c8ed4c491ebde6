"""A replay plays reports and answers in the world's order, asks and holds at the world's time, and keeps within its runs.

Most tests play a world of six accounts written here by hand, whose bank answers after exactly an hour, so that every
moment can be worked out on paper. The last ones play a world that `fanzha simulate` makes, with its own bodies.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fanzha.chain import Workspace
from fanzha.chain.playing import Kept, Pace, Replayed, WorldClock, world_of
from fanzha.chain.replay import CASES_SQL, Play, replay
from fanzha.errors import InputError
from fanzha.formats import known
from fanzha.score.counterplay import Hold, read_log
from fanzha.show import replay_commands
from fanzha.show.options import Common
from fanzha.simulate import bodies, receive
from fanzha.simulate.invent import card, stream
from fanzha.simulate.make import Size, make
from fanzha.simulate.parameters import parameters
from fanzha.simulate.tour.statements import record
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
        """What was played, the log of holds, the case numbers at half time."""
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
        with standing_in() as made:
            shown = player(write_world(folder / "world", [report(*told[1:]) for told in TOLD]))
        yield Once(made, player.workspace, *shown)


def hours(lines: Sequence[dict[str, Any]]) -> list[tuple[str, float, int, int]]:
    return [(one["account"], (one["at_ms"] - START) / HOUR, one["amount_minor"], one["tier"]) for one in lines]


def test_who_is_asked_when_and_what_is_held_from_when(once: Once) -> None:
    """Asked half an hour after the report; M1 again because V2's money came in later; M2 only once M1's answer names it.
    Held twenty minutes after the answer came. M1 held 10,000 and later shows 9,000: that hold is there already."""
    played, log = once.played, once.log
    assert once.hand.asked == [(M1, 2.5), (M1, 11.5), (M2, 13.0), (M3, 21.5)]
    assert hours(log) == [
        (M1, 3.5 + 1 / 3, 1_000_000, 1),
        (M2, 14 + 1 / 3, 400_000, 2),
        (M3, 22.5 + 1 / 3, 300_000, 1),
    ]
    assert [one["at_ms"] - one["proposed_ms"] for one in log] == [20 * MINUTE] * 3
    assert {one["verb"] for one in log} == {"hold"} and {one["currency"] for one in log} == {"CNY"}
    assert (played.reports, played.asked, played.answered, played.late, played.holds) == (3, 4, 4, 0, 3)
    assert played.held_minor == {"CNY": 1_700_000}
    assert (played.runs, played.waited_minutes_max, played.files, played.quarantined) == (7, 0, 7, 0)


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
    hand.minutes = 100 * 60
    played, log, _ = play(world)
    assert (played.asked, played.answered, played.late, log) == (2, 0, 2, [])  # M2 is never found
    assert play.workspace.engine.rows("SELECT COUNT(*) FROM legs") == [(0,)]


def test_a_replay_can_end_before_the_world_does(hand: Bodies, world: Path, play: Player) -> None:
    played, log, earlier = play(world, until_ms=at(3))
    assert (played.reports, played.asked, played.late, log, earlier) == (1, 1, 1, [], {})
    assert played.end_ms == at(3)


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


@pytest.fixture
def holds(hand: Bodies, world: Path, play: Player) -> Callable[..., list[tuple[str, int]]]:
    """Gives rows (case, account, amount) as if the stages had proposed them, and what is new in them."""
    play(world, until_ms=at(1))
    playing = Play(world, play.workspace, PACE, None, START, at(24))

    def propose(*rows: tuple[str, str, int]) -> list[tuple[str, int]]:
        found = [(case_id, account, "CNY", amount, 1) for case_id, account, amount in rows]
        playing._rows_of = lambda _sql: found  # type: ignore[method-assign]
        return [(one["case_id"], one["amount_minor"]) for one in playing.new_holds(at(2))]

    return propose


def test_a_hold_is_new_once_and_then_only_what_came_in_addition(holds: Callable[..., list[tuple[str, int]]]) -> None:
    assert holds(("a", M1, 100), ("b", M1, 50), ("b", M2, 7)) == [("a", 100), ("b", 50), ("b", 7)]
    assert holds(("a", M1, 100), ("b", M1, 50), ("b", M2, 7)) == []
    assert holds(("a", M1, 120), ("b", M1, 50), ("b", M2, 7)) == [("a", 20)]


def test_two_cases_that_become_one_propose_nothing_new(holds: Callable[..., list[tuple[str, int]]]) -> None:
    holds(("a", M1, 100), ("b", M1, 50))
    assert holds(("a", M1, 150)) == []
    assert holds(("a", M1, 170)) == [("a", 20)]


def test_money_that_left_and_other_money_that_came_is_a_new_hold(holds: Callable[..., list[tuple[str, int]]]) -> None:
    holds(("a", M1, 100))
    assert holds(("a", M1, 10)) == []
    assert holds(("a", M1, 90)) == [("a", 80)]
    assert holds() == []
    assert holds(("a", M1, 5)) == [("a", 5)]


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
        assert replay(world, workspace, PACE).holds == 3


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
    assert (said["reports"], said["holds"], said["log"]) == (3, len(log.read_text("utf-8").splitlines()), str(log))
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
    known = {row[0] for row in engine.rows("SELECT DISTINCT account FROM legs")}
    assert log and all(line["account"] in known and line["amount_minor"] > 0 for line in log)
    assert [line["proposed_ms"] for line in log] == sorted(line["proposed_ms"] for line in log)
    admitted = {row[0] for row in engine.rows("SELECT at_ms FROM files")}
    assert {line["proposed_ms"] for line in log} <= admitted
    assert read_log(tmp_path / "log1.jsonl") == sorted(
        Hold(line["at_ms"], line["account"], line["currency"], line["amount_minor"]) for line in log
    )


def test_what_a_replay_leaves_is_scored(made: Path, run: Run, tmp_path: Path) -> None:
    """The whole way through the command line, as `make score` goes it; the workspace verifies like any other."""
    run("replay", made, "-w", "w", "--log", "log.jsonl", "--earlier", "earlier.json", "--runs-max", 12, "--json")
    scored = run("score", "w", made / "truth", "--replay", "log.jsonl", "--earlier", "earlier.json", "--json")
    assert json.loads(scored.stdout)
    assert "Every byte is as acknowledged" in run("verify", "-w", "w").stdout
    refused = run("replay", made, "-w", "w", code=2)
    assert "empty workspace" in refused.stdout + refused.stderr
