"""Acts on a workspace, drawn from a seed, done in a child that may be killed or lose its disk.

Each act is told on a pipe once it is acknowledged: what was told must be there after any crash. The children are forked
from one process that has imported everything and opened nothing, so that a run costs its acts and no start of Python.
"""

import contextlib
import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fanzha.chain import Workspace
from fanzha.chain.stages import reference_data
from fanzha.errors import FanzhaError, UnreadableFile
from fanzha.formats import known
from fanzha.ingest.reading import source_of
from fanzha.model.terms import Terms
from fanzha.store.journal import Entry, canonical

REPOSITORY = Path(__file__).parents[2]
Say = Callable[[dict[str, Any]], None]


def print_of(entry: Entry) -> str:
    """What of an entry must come back: act, item and public details."""
    return hashlib.sha256(canonical([entry.act, entry.item, entry.at_ms, entry.public])).hexdigest()[:20]


def make_files(folder: Path, rng: random.Random, count: int, prefix: str = "", most_rows: int = 400) -> None:
    """Small and larger files of several formats, all different."""
    folder.mkdir(parents=True)
    for number in range(count):
        rows = rng.choice((1, 5, 60, most_rows))
        account = f"62990000{rng.randrange(10**8):08d}"
        if number % 3 == 0:
            lines = ["交易卡号,交易时间,交易金额,交易余额,收付标志,交易对手账卡号,对手户名"]
            lines += [
                f"{account}\t,2026-03-{1 + i % 28:02d} 10:{i % 60:02d}:00\t,{rng.randrange(1, 9000)}.00\t,\t,进\t,"
                f"62880000{rng.randrange(10**8):08d}\t,甲\t"
                for i in range(rows)
            ]
            (folder / f"{prefix}{number:03d}.csv").write_bytes("\r\n".join(lines).encode("gb18030"))
        elif number % 3 == 1:
            told = f"报案时间:2026-03-05 10:00\n被骗向{account}转账{rng.randrange(1, 99)}000元。" * (1 + rows // 50)
            (folder / f"{prefix}{number:03d}.txt").write_text(told, encoding="utf-8")
        else:
            (folder / f"{prefix}{number:03d}.dat").write_bytes(rng.randbytes(rows * 50))


class Actor:
    """One person at work: admits every file of a folder, in a mix with other acts if so asked."""

    def __init__(self, workspace: Workspace, order: dict[str, Any], say: Say) -> None:
        self.workspace, self.order, self.say = workspace, order, say
        self.rng = random.Random(order["seed"])
        self.told = workspace.record.journal.size()

    def acknowledge(self, **more: Any) -> None:
        """Tell of every entry since the last time."""
        entries = self.workspace.acts()
        self.say({"entries": [[e.seq, print_of(e)] for e in entries[self.told :]], **more})
        self.told = len(entries)

    def work(self) -> None:
        """Every file, and after each perhaps something else."""
        for path in sorted(Path(self.order["files"]).iterdir()):
            done = self.workspace.admit([path])[0]
            self.acknowledge(name=path.name, file=done.file)
            if self.order.get("mix") and self.rng.random() < 0.6:
                self.other()
        if self.order.get("refresh", True):
            self.workspace.refresh()
        self.say({"finished": True})

    def standing(self) -> list[tuple[int, str]]:
        """Admissions that rows stand in the tables for: number and name."""
        rows = self.workspace.engine.rows('SELECT "file", name FROM files WHERE NOT erased AND NOT withdrawn')
        return sorted((int(row[0]), str(row[1])) for row in rows)

    def other(self) -> None:
        """One act that is no admission."""
        standing = self.standing()
        if not standing:
            return
        file, name = self.rng.choice(standing)
        match self.rng.choice(("correct", "withdraw", "undo", "retain", "row", "erase", "backup")):
            case "correct":
                self.workspace.correct(file, zone=self.rng.choice(("Asia/Bangkok", "Asia/Shanghai", "UTC")))
            case "withdraw":
                self.workspace.withdraw(file, "sent twice")
            case "undo":
                last = self.workspace.acts()[-1]
                if last.act not in ("withdraw", "correct", "retain", "correct_row"):
                    return
                self.workspace.undo(last.seq)
            case "retain":
                self.workspace.retain(file, 1_900_000_000_000 + self.rng.randrange(10**6), "a court asked")
            case "row":
                legs = self.workspace.engine.rows('SELECT MIN("row") FROM legs WHERE "file" = ?', (file,))
                if legs[0][0] is None:
                    return
                self.workspace.correct_row(file, int(legs[0][0]), reason="typing error", drop=True)
            case "erase":
                self.say({"erasing": name})
                self.workspace.erase(file, ground="retention_ended")
                self.acknowledge(erased=name, item=self.workspace.acts()[file].item)
            case "backup":
                if not self.order.get("backups"):
                    return
                path = Path(self.order["backups"]) / f"{self.rng.randrange(10**9):09d}.fzb"
                self.workspace.back_up(path, self.order["key"])
                self.acknowledge(backup=str(path), size=self.workspace.record.journal.size())
        self.acknowledge()


def _act(order: dict[str, Any], say: Say) -> int:
    """The child's work; its exit status is that of the command line."""
    if "more_bytes" in order:  # of memory, beyond what the process has now
        now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + order["more_bytes"],) * 2)
    if "file_bytes" in order:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_bytes"], order["file_bytes"]))
    try:
        with Workspace(order["workspace"], actor="crash") as workspace:
            say({"open": True})
            Actor(workspace, order, say).work()
    except FanzhaError as problem:
        say({"refused": type(problem).__name__, "text": str(problem)[:1000]})
        return problem.exit_status
    except BaseException as fault:  # noqa: BLE001
        frames = traceback.extract_tb(fault.__traceback__)[-4:]
        say({"fault": f"{fault!r} at {[(Path(f.filename).name, f.lineno) for f in frames]}"[:1500]})
        return 1
    return 0


def _warm() -> None:
    """Read the reference data and what formats know, once for all children."""
    reference_data()
    with tempfile.TemporaryDirectory() as name:
        make_files(Path(name) / "files", random.Random(0), 3, most_rows=5)
        for path in (Path(name) / "files").iterdir():
            with contextlib.suppress(UnreadableFile):
                source = source_of(path.read_bytes(), path.name, Terms())
                known.read(known.best(source).format, source, None)


def serve() -> None:
    """Fork a child for each order that comes; never open a workspace here."""
    _warm()

    def say(message: dict[str, Any]) -> None:
        os.write(1, json.dumps(message).encode() + b"\n")

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(_act(json.loads(line), say))
        say({"pid": child})
        say({"ended": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])})


@dataclass
class Run:
    """What one child told."""

    status: int = 0
    opened: bool = False
    finished: bool = False
    said: list[dict[str, Any]] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """Files it acknowledged."""
        return {one["name"] for one in self.said if "name" in one}

    @property
    def trouble(self) -> str:
        """What it said of its end, if it did not finish."""
        return next(
            (str(one.get("refused") or one["fault"]) for one in self.said if {"refused", "fault"} & set(one)), ""
        )

    @property
    def text(self) -> str:
        """The sentence of a refusal, or of a fault."""
        return next((str(one.get("text") or one["fault"]) for one in self.said if {"refused", "fault"} & set(one)), "")


class Children:
    """The process that forks them. Close it when done."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.acts"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )

    def start(self, **order: Any) -> tuple[int, Iterator[dict[str, Any]]]:
        """Start a child on an order; its process number and what it tells, until it has ended."""
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.write(json.dumps(order, default=str) + "\n")
        self._server.stdin.flush()
        early: list[dict[str, Any]] = []
        while "pid" not in (message := self._read()):
            early.append(message)

        def told() -> Iterator[dict[str, Any]]:
            yield from early
            if any("ended" in one for one in early):
                return
            while True:
                one = self._read()
                yield one
                if "ended" in one:
                    return

        return int(message["pid"]), told()

    def _read(self) -> dict[str, Any]:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        if not line:
            raise RuntimeError("the process that forks children is gone")
        message: dict[str, Any] = json.loads(line)
        return message

    def run(self, **order: Any) -> Run:
        """One child from start to end."""
        _, told = self.start(**order)
        return heard(told)

    def close(self) -> None:
        """End the process."""
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(60)
        self._server.stdout.close()

    def __enter__(self) -> "Children":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def heard(told: Iterator[dict[str, Any]]) -> Run:
    """Everything a child tells until its end."""
    run = Run()
    for one in told:
        run.said.append(one)
        run.opened |= "open" in one
        run.finished |= "finished" in one
        run.status = one.get("ended", run.status)
    return run


if __name__ == "__main__":
    serve()
