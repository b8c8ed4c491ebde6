"""Two processes on one workspace, clocks that jump, memory that is short: nothing is lost, and who must wait is told."""

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fanzha.chain import Workspace, verify_workspace
from fanzha.errors import WorkspaceBusy
from fanzha.store.lock import owned
from tests.faults.acts import REPOSITORY, Children, heard, make_files
from tests.faults.promises import Outcome, Promised, inspect

YEAR_MS = 365 * 86_400_000
NOW = 1_780_000_000_000

# -- two processes -------------------------------------------------------------------------------------------------------

WAITING = """
import sys, pathlib
from fanzha.chain import Workspace
with Workspace(sys.argv[1], actor="second", waiting=lambda owner: print("waits for", owner, flush=True)) as workspace:
    workspace.admit([sys.argv[2]])
    print("done", flush=True)
"""


def files_in(folder: Path, seed: int, prefix: str) -> Path:
    make_files(folder, random.Random(seed), 4, prefix=prefix, most_rows=60)
    return folder


def test_two_at_once_both_finish_and_nothing_is_lost(tmp_path: Path) -> None:
    """Several rounds of two children on one workspace, which both open it at the same time."""
    outcome, promised = Outcome(), Promised()
    with Children() as one, Children() as other:
        for number in range(3):
            folders = [files_in(tmp_path / f"{number}{who}", number * 2 + who, f"{number}-{who}-") for who in (0, 1)]
            started = [
                children.start(workspace=tmp_path / "w", files=folder, seed=number, mix=True)[1]
                for children, folder in zip((one, other), folders, strict=True)
            ]
            for told, folder in zip(started, folders, strict=True):
                said = list(told)
                assert said[-1] == {"ended": 0}, said
                promised.add(heard(iter(said)), folder, outcome)
    inspect(tmp_path / "w", promised, outcome, deep=True)
    assert outcome.failures == []
    assert outcome.acknowledged == 24


def test_who_comes_second_is_told_who_has_it_and_goes_on_by_itself(tmp_path: Path) -> None:
    files = files_in(tmp_path / "files", 3, "")
    with Workspace(tmp_path / "w", actor="first") as workspace:
        second = subprocess.Popen(
            [sys.executable, "-c", WAITING, str(tmp_path / "w"), str(files)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        assert second.stdout is not None
        assert second.stdout.readline().startswith("waits for ")
        workspace.admit([files / "000.csv"])
        with pytest.raises(WorkspaceBusy) as busy, owned(tmp_path / "w", block=False):
            pass
        assert busy.value.exit_status == 6
        assert second.poll() is None
    assert second.stdout.read() == "done\n"
    second.stdout.close()
    assert second.wait() == 0
    with Workspace(tmp_path / "w", actor="third") as workspace:
        assert [e.actor for e in workspace.acts() if e.act == "admit"] == ["first", *["second"] * 3]
        assert workspace.tables_differ() == []


def test_a_killed_owner_leaves_no_lock_behind(tmp_path: Path) -> None:
    files = files_in(tmp_path / "files", 4, "")
    with Children() as children:
        child, told = children.start(workspace=tmp_path / "w", files=files, seed=1)
        for one in told:
            if "open" in one:
                stop(os.pidfd_open(child))
    with owned(tmp_path / "w", block=False):
        pass


def stop(child: int) -> None:
    """Kill by a descriptor, which can be nobody else's."""
    signal.pidfd_send_signal(child, signal.SIGKILL)
    os.close(child)


# -- clocks ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "jumps"),
    [
        ("back a day", [0, -86_400_000]),
        ("back fifty years, to 1970", [0, -NOW]),
        ("before 1970", [0, -NOW - YEAR_MS]),
        ("ten years on", [0, 10 * YEAR_MS]),
        ("far beyond any calendar", [0, 3_000 * YEAR_MS]),
        ("stands still", [0, 0]),
        ("to and fro", [0, YEAR_MS, -YEAR_MS, 5 * YEAR_MS, -NOW]),
    ],
)
def test_whatever_the_clock_says_acts_keep_their_order(tmp_path: Path, name: str, jumps: list[int]) -> None:
    files = sorted(files_in(tmp_path / "files", 5, "").iterdir())
    moments: list[int] = []
    for number in range(4):
        jump = jumps[number % len(jumps)]
        with Workspace(tmp_path / "w", actor="clock", clock=lambda jump=jump: NOW + jump) as workspace:
            done = workspace.admit([files[number]])[0]
            workspace.correct(done.file, zone="Asia/Bangkok")
            moments += [NOW + jump] * 2
            workspace.refresh()
    with Workspace(tmp_path / "w", actor="clock", clock=lambda: NOW) as workspace:
        acts = [e for e in workspace.acts() if e.act in ("admit", "correct")]
        assert [e.seq for e in workspace.acts()] == list(range(len(workspace.acts())))
        assert [e.act for e in acts] == ["admit", "correct"] * 4
        assert [e.at_ms for e in acts] == moments, "what the clock said is kept as it was said"
        workspace.undo(acts[1].seq)  # by number, not by time
        workspace.withdraw(acts[0].seq, "sent twice")
        assert workspace.tables_differ() == []
        assert [row["withdrawn"] for row in workspace.table("files", "audit").to_pylist()] == [
            True,
            False,
            False,
            False,
        ]
    assert verify_workspace(tmp_path / "w") == []


# -- memory ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("megabytes", [8, 30, 300])
def test_too_little_memory_for_a_large_file_loses_nothing(tmp_path: Path, megabytes: int) -> None:
    """Nothing is said that does not hold; what was admitted before is whole; with memory the file is taken."""
    small, large = files_in(tmp_path / "small", 6, ""), tmp_path / "large"
    large.mkdir()
    head = "交易卡号,交易时间,交易金额,交易余额,收付标志,交易对手账卡号,对手户名\r\n"
    row = "6299000012345678\t,2026-03-01 10:00:00\t,100.00\t,\t,进\t,6288000000000001\t,甲\t\r\n"
    (large / "large.csv").write_bytes((head + row * 120_000).encode("gb18030"))
    outcome, promised = Outcome(), Promised()
    with Children() as children:
        before = children.run(workspace=tmp_path / "w", files=small, seed=1, refresh=False)
        promised.add(before, small, outcome)
        child, told = children.start(
            workspace=tmp_path / "w", files=large, seed=1, refresh=False, more_bytes=megabytes << 20
        )
        limit = threading.Timer(15, stop, [os.pidfd_open(child)])  # short of memory a library may wait for ever
        limit.start()
        short = heard(told)
        limit.cancel()
        assert short.names == set(), short.said
        inspect(tmp_path / "w", promised, outcome, deep=True)
        assert outcome.failures == []
        after = children.run(workspace=tmp_path / "w", files=large, seed=1, refresh=False)
        assert after.names == {"large.csv"}
    assert verify_workspace(tmp_path / "w") == []
