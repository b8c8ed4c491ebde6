"""Kill acts at random moments, start again, and look for anything that was acknowledged and is gone.

One run: a child admits files one after another, corrects, withdraws, erases, backs up, and tells of each act that is
acknowledged; after a random time it gets SIGKILL. Then the workspace is opened as a user would open it. It must open
without repair, hold every acknowledged file byte for byte, verify, and its tables must be those that a rebuild gives.
"""

import contextlib
import itertools
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

from tests.faults.acts import Children, heard, make_files
from tests.faults.promises import Outcome, Promised, inspect, inspect_backup

RUNS_EACH = 8  # kills that one workspace lives through
FILES_EACH = 6


def kills(runs: int, seed: int, scratch: Path) -> Outcome:
    """`runs` kills; a fresh workspace for every eighth, so that old and new ones are both hit."""
    rng, outcome, promised = random.Random(seed), Outcome(), Promised()
    key = scratch / "backup.key"
    key.write_text("crash programme, invented key\n", encoding="ascii")
    key.chmod(0o600)
    common = {"backups": scratch, "key": key}
    with Children() as children:
        begin, pace = _pace(children, scratch, rng)
        workspace = scratch / "w0"
        for run in range(runs):
            if run % RUNS_EACH == 0:
                shutil.rmtree(workspace, ignore_errors=True)
                workspace, promised = scratch / f"w{run}", Promised()
            files = scratch / f"f{run}"
            make_files(files, rng, FILES_EACH, prefix=f"{run:04d}-")
            order: dict[str, Any] = {
                "workspace": workspace,
                "files": files,
                "seed": rng.random(),
                "mix": run % 4 > 0,
            } | common
            before = len(outcome.failures)
            in_start = rng.random() < 0.2
            told = 0 if in_start else rng.randint(1, FILES_EACH + 2)
            _one(children, order, (told, rng.uniform(0, begin if in_start else pace)), promised, outcome)
            last = run % RUNS_EACH == RUNS_EACH - 1
            inspect(workspace, promised, outcome, deep=last)
            if last:
                inspect_backup(promised, key, scratch, outcome)
                for old in scratch.glob("*.fzb*"):
                    old.unlink()
            outcome.failures[before:] = [f"kill {run}: {failure}" for failure in outcome.failures[before:]]
            shutil.rmtree(files)
            if run % 20 == 19:
                print(f"{run + 1} of {runs} kills, {outcome.acknowledged} acknowledged", file=sys.stderr, flush=True)
    return outcome


def _one(
    children: Children, order: dict[str, Any], when: tuple[int, float], promised: Promised, outcome: Outcome
) -> None:
    """Start the child; kill it so many seconds after it told of so many things."""
    number, told = children.start(**order)
    child = os.pidfd_open(number)
    said = list(itertools.islice(told, when[0]))
    time.sleep(when[1])
    with contextlib.suppress(ProcessLookupError):  # it had ended
        signal.pidfd_send_signal(child, signal.SIGKILL)
    os.close(child)
    run = heard(itertools.chain(said, told))
    promised.add(run, Path(order["files"]), outcome)
    outcome.runs += 1
    if run.status not in (0, -signal.SIGKILL):
        outcome.fail("would_not_open", f"exit {run.status}: {run.text}")


def _pace(children: Children, scratch: Path, rng: random.Random) -> tuple[float, float]:
    """Seconds that an undisturbed child takes to open a new workspace, and from one act to the next."""
    make_files(scratch / "warm-files", rng, FILES_EACH)
    start = time.monotonic()
    _, told = children.start(workspace=scratch / "warm", files=scratch / "warm-files", seed=1)
    moments = [time.monotonic() - start for _ in told]
    return moments[0], (moments[-1] - moments[0]) / len(moments)
