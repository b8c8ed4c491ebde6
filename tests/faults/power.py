"""Cut the power while files are admitted, mount what survived, and look for anything that was acknowledged and is gone.

The cut falls at a drawn changing operation of the file system, not at a time, so that a seed replays it.
"""

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.forgetful import Mounted, mounted
from tests.faults.kill import CHILD, Outcome, inspect, make_files

# As kill.CHILD, but says how it ended as the command line would.
SAYING = """
import sys
from fanzha.errors import FanzhaError
try:
    exec(compile(sys.argv[3], "child", "exec"))
except FanzhaError as problem:
    print("refused", type(problem).__name__, problem, flush=True)
    sys.exit(problem.exit_status)
"""


def admit_all(workspace: Path, files: Path) -> tuple[int, set[str], str]:
    """Admit every file in a child: its exit status, the names it acknowledged, and everything it said."""
    child = subprocess.run(
        [sys.executable, "-c", SAYING, str(workspace), str(files), CHILD],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    lines = child.stdout.splitlines()
    names = {line.split()[0] for line in lines if line[-1:].isdigit() and not line.startswith("refused")}
    return child.returncode, names, child.stdout + child.stderr


def operations_of(disk: Mounted, workspace: Path, files: Path) -> int:
    """How many changing operations an undisturbed run takes."""
    disk.tell()
    admit_all(workspace, files)
    return int(disk.seen()["total"])


def cuts(runs: int, seed: int, scratch: Path, files_each: int = 6) -> Outcome:
    """`runs` power cuts; a fresh workspace for every eighth."""
    rng, outcome, known = random.Random(seed), Outcome(), dict[str, bytes]()
    with mounted(scratch / "disk", seed) as disk:
        make_files(scratch / "warm", rng, files_each)
        span = operations_of(disk, disk.mount / "warm", scratch / "warm")
        workspace = disk.mount / "w0"
        for run in range(runs):
            if run % 8 == 0:
                shutil.rmtree(workspace, ignore_errors=True)
                workspace, known = disk.mount / f"w{run}", {}
            files = scratch / f"f{run}"
            make_files(files, rng, files_each, prefix=f"{run:04d}-")
            at = rng.randint(1, span)
            disk.tell(cut_at=at)
            _, names, _ = admit_all(workspace, files)
            where = disk.seen()["where"]
            disk.power_cut()
            known |= {name: (files / name).read_bytes() for name in names}
            before = len(outcome.failures)
            outcome.runs += 1
            outcome.acknowledged += len(names)
            outcome.killed_while_admitting += 0 < len(names) < files_each
            if known or workspace.exists():
                inspect(workspace, known, run % 4 == 3, outcome)
            for place in range(before, len(outcome.failures)):
                outcome.failures[place] = f"cut {run} at {at} ({where}): {outcome.failures[place]}"
            if run % 10 == 9:
                print(f"{run + 1} of {runs} cuts, {outcome.acknowledged} acknowledged", file=sys.stderr, flush=True)
            shutil.rmtree(files)
    return outcome


def main() -> None:
    import tempfile  # noqa: PLC0415

    start = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        print(cuts(int(sys.argv[1]), int(sys.argv[2]), Path(name)), f"{time.monotonic() - start:.1f} s")


if __name__ == "__main__":
    main()
