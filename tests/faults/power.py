"""Cut the power while acts are done, mount what survived, and look for anything that was acknowledged and is gone.

The cut falls at a drawn changing operation of the file system, not at a time, so that a seed replays it.
"""

import random
import shutil
import sys
from pathlib import Path
from typing import Any

from tests.faults.acts import Children, make_files
from tests.faults.forgetful import Mounted, mounted
from tests.faults.promises import Outcome, Promised, inspect, inspect_backup

RUNS_EACH = 8  # cuts that one workspace lives through
FILES_EACH = 3
MOST_ROWS = 200


def cuts(runs: int, seed: int, scratch: Path) -> Outcome:
    """`runs` power cuts; a fresh workspace for every eighth; half of them while only files are admitted."""
    rng, outcome, promised = random.Random(seed), Outcome(), Promised()
    key = scratch / "backup.key"
    key.write_text("crash programme, invented key\n", encoding="ascii")
    key.chmod(0o600)
    with mounted(scratch / "disk", seed) as disk, Children() as children:
        common = {"backups": disk.mount, "key": key, "refresh": False}
        making, working = _operations(disk, children, scratch, rng, common)
        workspace = disk.mount / "w0"
        for run in range(runs):
            if run % RUNS_EACH == 0:
                shutil.rmtree(workspace, ignore_errors=True)
                for old in disk.mount.glob("*.fzb*"):
                    old.unlink()
                workspace, promised = disk.mount / f"w{run}", Promised()
            files = scratch / f"f{run}"
            make_files(files, rng, FILES_EACH, prefix=f"{run:04d}-", most_rows=MOST_ROWS)
            at, before = rng.randint(1, working), len(outcome.failures)
            if run % RUNS_EACH == 0:  # a new workspace: now and then while it is made
                at = rng.randint(1, making) if rng.random() < 0.3 else making + at
            disk.tell(cut_at=at)
            order = {"workspace": workspace, "files": files, "seed": rng.random(), "mix": run % 2 == 1}
            promised.add(children.run(**order, **common), files, outcome)
            where = disk.seen()["where"]
            disk.power_cut()
            outcome.runs += 1
            inspect(workspace, promised, outcome, deep=run % RUNS_EACH == RUNS_EACH - 1)
            if run % RUNS_EACH == RUNS_EACH - 1:
                inspect_backup(promised, key, scratch, outcome)
            outcome.failures[before:] = [f"cut {run} at {at} ({where}): {one}" for one in outcome.failures[before:]]
            if run % 20 == 19:
                print(f"{run + 1} of {runs} cuts, {outcome.acknowledged} acknowledged", file=sys.stderr, flush=True)
            shutil.rmtree(files)
    return outcome


def _operations(
    disk: Mounted, children: Children, scratch: Path, rng: random.Random, common: dict[str, Any]
) -> tuple[int, int]:
    """Changing operations of an undisturbed run: those that make a workspace, and those of the acts in it."""
    counts = []
    for name, count in (("none", 0), ("warm", FILES_EACH)):
        make_files(scratch / name, rng, count, most_rows=MOST_ROWS)
        disk.tell()
        children.run(workspace=disk.mount / name, files=scratch / name, seed=1, mix=True, **common)
        counts.append(int(disk.seen()["total"]))
    return counts[0], counts[1] - counts[0]
