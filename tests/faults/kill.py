"""Kill admission at random moments, start again, and look for anything that was acknowledged and is gone.

    python -m tests.faults.kill --runs 200 --flips 1000 --seed 20261123 --result bench/results/crash.json

One run: a child process admits files one after another and prints a line for each that is acknowledged; after a random
time it gets SIGKILL. Then the workspace is opened as a user would open it. It must open without repair, hold every
acknowledged file byte for byte, verify, and its tables must be those that a rebuild gives.
"""

import argparse
import hashlib
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from fanzha.chain import Workspace, verify_workspace
from fanzha.errors import FanzhaError

CHILD = """
import sys, pathlib
from fanzha.chain import Workspace
with Workspace(sys.argv[1], actor="crash") as workspace:
    print("open", flush=True)
    for path in sorted(pathlib.Path(sys.argv[2]).iterdir()):
        done = workspace.admit([path])[0]
        print(path.name, done.file, flush=True)
    workspace.refresh()
    print("refreshed", flush=True)
"""


@dataclass
class Outcome:
    """What all runs together showed. Everything but `runs`, `acknowledged` and `spread` must be zero or empty."""

    runs: int = 0
    acknowledged: int = 0
    killed_while_admitting: int = 0
    lost: int = 0
    changed: int = 0
    would_not_open: int = 0
    verify_problems: int = 0
    tables_differed: int = 0
    failures: list[str] = field(default_factory=list)

    def clean(self) -> bool:
        return not (self.lost or self.changed or self.would_not_open or self.verify_problems or self.tables_differed)


def make_files(folder: Path, rng: random.Random, count: int = 24, prefix: str = "") -> None:
    """Small and larger files of several formats, all different."""
    folder.mkdir(parents=True)
    for number in range(count):
        rows = rng.choice((1, 5, 60, 900))
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


def one_run(workspace: Path, files: Path, rng: random.Random, span: float, outcome: Outcome) -> set[str]:
    """Start the child and kill it: three times of four while it admits, else at any moment; the names it acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(workspace), str(files)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    said = child.stdout.readline() if rng.random() < 0.75 else ""
    time.sleep(rng.uniform(0.0, span))
    child.send_signal(signal.SIGKILL)
    rest, trouble = child.communicate()
    if trouble:
        outcome.failures.append(trouble.strip().splitlines()[-1])
        outcome.would_not_open += 1
    names = {line.split()[0] for line in (said + rest).splitlines() if line[-1:].isdigit()}
    outcome.acknowledged += len(names)
    outcome.killed_while_admitting += bool(said) and "refreshed" not in rest
    return names


def inspect(workspace: Path, acknowledged: dict[str, bytes], deep: bool, outcome: Outcome) -> None:
    """Open the workspace as a user would, and check everything that was promised."""
    try:
        with Workspace(workspace, actor="check") as opened:
            entries = {(e.private or {}).get("name"): e for e in opened.record.journal.entries() if e.act == "admit"}
            for name in sorted(acknowledged):
                if name not in entries:
                    outcome.lost += 1
                    outcome.failures.append(f"{name} was acknowledged and is gone")
                elif opened.record.content(entries[name])[:] != acknowledged[name]:
                    outcome.changed += 1
                    outcome.failures.append(f"{name} came back changed")
            if deep and (differing := opened.tables_differ()):
                outcome.tables_differed += 1
                outcome.failures.append(f"tables differ from a rebuild: {differing}")
    except FanzhaError as problem:
        outcome.would_not_open += 1
        outcome.failures.append(f"would not open: {problem}")
        return
    if workspace.exists() and (problems := verify_workspace(workspace)):
        outcome.verify_problems += 1
        outcome.failures += [str(problem) for problem in problems]


def kills(runs: int, seed: int, scratch: Path) -> Outcome:
    """`runs` kills; a fresh workspace for every eighth, so that old and new ones are both hit."""
    rng = random.Random(seed)
    outcome = Outcome()
    span, known = _span(scratch, rng), dict[str, bytes]()
    workspace = scratch / "w0"
    for run in range(runs):
        if run % 8 == 0:
            shutil.rmtree(workspace, ignore_errors=True)
            workspace, known = scratch / f"w{run}", {}
        files = scratch / f"f{run}"
        make_files(files, rng, prefix=f"{run:04d}-")
        known |= {name: (files / name).read_bytes() for name in one_run(workspace, files, rng, span, outcome)}
        outcome.runs += 1
        if run % 10 == 9:
            print(f"{run + 1} of {runs} kills, {outcome.acknowledged} acknowledged", file=sys.stderr, flush=True)
        if workspace.exists():
            inspect(workspace, known, run % 4 == 3, outcome)
        shutil.rmtree(files)
    return outcome


def _span(scratch: Path, rng: random.Random) -> float:
    """How long an undisturbed child takes from opening the workspace to its end."""
    make_files(scratch / "warm-files", rng)
    command = [sys.executable, "-c", CHILD, str(scratch / "warm"), str(scratch / "warm-files")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        start = time.monotonic()
        child.stdout.read()
    return time.monotonic() - start


def flips(count: int, seed: int, scratch: Path) -> tuple[int, list[str]]:
    """Flip single bits of originals and of the closed journal; how many were found, and those that were not."""
    rng = random.Random(seed)
    files, workspace = scratch / "flip-files", scratch / "flip"
    make_files(files, rng, 12)
    with Workspace(workspace, actor="flip") as opened:
        opened.admit([files])
    targets = [
        workspace / "journal.sqlite",
        workspace / "journal.head",
        *sorted((workspace / "originals").glob("??/*")),
    ]
    found, missed = 0, []
    for _ in range(count):
        path = rng.choice(targets)
        place, bit = rng.randrange(path.stat().st_size), rng.randrange(8)
        _flip(path, place, bit)
        if any(path.name in problem.where for problem in verify_workspace(workspace)):
            found += 1
        else:
            missed.append(f"{path.name} byte {place} bit {bit}")
        _flip(path, place, bit)
    if problems := verify_workspace(workspace):
        missed.append(f"after mending: {problems[0]}")
    return found, missed


def tail_damage(count: int, seed: int, scratch: Path) -> tuple[int, list[str]]:
    """Flip a bit in, or cut, the write-ahead log of a journal that was killed; all must be refused by size and root."""
    rng = random.Random(seed)
    files, workspace = scratch / "tail-files", scratch / "tail"
    make_files(files, rng, 9)
    script = CHILD.replace('print("refreshed", flush=True)', "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    subprocess.run([sys.executable, "-c", script, str(workspace), str(files)], check=False, capture_output=True)
    log = workspace / "journal.sqlite-wal"
    whole = {path: path.read_bytes() for path in (workspace / "journal.sqlite", log)}
    found, missed = 0, []
    for _ in range(count):
        damaged = bytearray(whole[log])
        if rng.random() < 0.3:
            del damaged[rng.randrange(len(damaged)) :]
        else:
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        log.write_bytes(damaged)
        if verify_workspace(workspace):
            found += 1
        else:
            missed.append(hashlib.sha256(damaged).hexdigest()[:12])
        for path, content in whole.items():
            path.write_bytes(content)
    return found, missed


def _flip(path: Path, place: int, bit: int) -> None:
    mode = path.stat().st_mode
    path.chmod(0o600)
    with path.open("r+b") as handle:
        handle.seek(place)
        byte = handle.read(1)[0]
        handle.seek(place)
        handle.write(bytes([byte ^ (1 << bit)]))
    path.chmod(mode)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--flips", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        outcome = kills(wanted.runs, wanted.seed, scratch)
        found, missed = flips(wanted.flips, wanted.seed, scratch)
        tails, tails_missed = tail_damage(max(20, wanted.flips // 10), wanted.seed, scratch)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    result = {
        "seed": wanted.seed,
        "commit": commit,
        **asdict(outcome),
        "flips": wanted.flips,
        "flips_found": found,
        "flips_missed": missed,
        "tail_damages": max(20, wanted.flips // 10),
        "tails_found": tails,
        "tails_missed": tails_missed,
    }
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sys.exit(0 if outcome.clean() and not missed and not tails_missed else 1)


if __name__ == "__main__":
    main()
