"""Fail the Nth file-system operation of admission, for N = 1, 2, 3 ... until a run completes without the fault."""

import random
import shutil
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.forgetful import Mounted, mounted
from tests.faults.kill import Outcome, inspect, make_files
from tests.faults.power import admit_all

KINDS = ("EIO", "ENOSPC", "fsync", "short")


@dataclass
class Swept:
    """What a sweep showed. `unclear`: runs that neither succeeded nor refused with exit 7."""

    runs: int = 0
    refused: int = 0
    retried: int = 0
    unclear: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    complete: dict[str, int] = field(default_factory=dict)

    def clean(self) -> bool:
        return not (self.unclear or self.broken or self.retried)


def sweep(step: int, seed: int, scratch: Path, kinds: Iterable[str] = KINDS, files_each: int = 3) -> Swept:
    """Every `step`th N of every kind of fault; after each the disk loses power and must serve by itself."""
    rng, swept = random.Random(seed), Swept()
    files = scratch / "files"
    make_files(files, rng, files_each)
    with mounted(scratch / "disk", seed) as disk:
        for kind in kinds:
            number = 1 + rng.randrange(step)
            while _one(disk, kind, number, files, swept):
                number += step
            swept.complete[kind] = number
            print(f"{kind}: {number} operations swept", file=sys.stderr, flush=True)
    return swept


def _one(disk: Mounted, kind: str, number: int, files: Path, swept: Swept) -> bool:
    """One run with the fault at one place; whether it fired."""
    workspace = disk.mount / f"{kind}{number}"
    disk.tell(fault=kind, at=number)
    status, names, said = admit_all(workspace, files)
    seen = disk.seen()
    if not seen["fired"]:
        shutil.rmtree(workspace, ignore_errors=True)
        return False
    place = f"{kind} {number} ({seen['where']})"
    swept.runs += 1
    swept.refused += status == 7
    swept.retried += seen["retried"]
    if "Traceback" in said or status not in (0, 7):
        swept.unclear.append(f"{place}: exit {status}: {said.strip().splitlines()[-1] if said.strip() else 'silent'}")
    disk.tell()
    disk.power_cut()
    outcome = Outcome()
    known = {name: (files / name).read_bytes() for name in names}
    if known or workspace.exists():
        inspect(workspace, known, False, outcome)
    if outcome.clean():
        status, names, said = admit_all(workspace, files)  # healthy media: the next start works by itself
        if status or len(names) < len(list(files.iterdir())):
            outcome.failures.append(f"the next start: exit {status}: {said.strip()[-200:]}")
    swept.broken += [f"{place}: {failure}" for failure in outcome.failures]
    shutil.rmtree(workspace, ignore_errors=True)
    return True


def main() -> None:
    import tempfile  # noqa: PLC0415

    start = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        swept = sweep(int(sys.argv[1]), int(sys.argv[2]), Path(name))
    print(swept.runs, swept.refused, swept.retried, swept.complete, f"{time.monotonic() - start:.1f} s")
    print(*swept.unclear, *swept.broken, sep="\n")


if __name__ == "__main__":
    main()
