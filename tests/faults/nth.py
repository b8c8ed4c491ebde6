"""Fail the Nth file-system operation of admission, for N = 1, 2, 3 ... until a run completes without the fault."""

import random
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from fanzha.chain import Workspace, verify_workspace
from fanzha.errors import FanzhaError
from tests.faults.acts import Children, make_files
from tests.faults.forgetful import Mounted, mounted
from tests.faults.promises import Outcome, Promised, inspect

KINDS = ("EIO", "ENOSPC", "fsync", "short")
TABLES = "tables.duckdb"  # derived: what DuckDB does after a failed sync loses nothing


@dataclass
class Swept:
    """What a sweep showed. `refused`: runs that ended with exit 7. `unclear`: those that ended neither so nor well.

    `retried`: files of the record that were synced again after a sync had failed.
    """

    runs: int = 0
    refused: int = 0
    unharmed: int = 0
    retried: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    operations: dict[str, int] = field(default_factory=dict)

    def clean(self) -> bool:
        """Whether every failure was clear and every promise kept."""
        return not (self.unclear or self.broken or self.retried)


def sweep(step: int, seed: int, scratch: Path, kinds: Iterable[str] = KINDS, files_each: int = 2) -> Swept:
    """Every `step`th N of every kind of fault. After each the disk loses power, must serve what was acknowledged by
    itself, and takes the same files again."""
    rng, swept = random.Random(seed), Swept()
    files = scratch / "files"
    make_files(files, rng, files_each, most_rows=60)
    with mounted(scratch / "disk", seed) as disk, Children() as children:
        for kind in kinds:
            number = 1 + rng.randrange(step)
            while _one(disk, children, (kind, number), files, swept):
                number += step
            swept.operations[kind] = number - 1
            print(f"{kind}: {number - 1} operations swept", file=sys.stderr, flush=True)
    return swept


def _one(disk: Mounted, children: Children, fault: tuple[str, int], files: Path, swept: Swept) -> bool:
    """One run with the fault at one place; whether it fired."""
    kind, number = fault
    workspace = disk.mount / f"{kind}{number}"
    disk.tell(fault=kind, at=number)
    run = children.run(workspace=workspace, files=files, seed=number, refresh=False)
    seen = disk.seen()
    if not seen["fired"]:
        shutil.rmtree(workspace, ignore_errors=True)
        return False
    place = f"{kind} {number} ({seen['where']})"
    swept.runs += 1
    swept.refused += run.status == 7
    swept.unharmed += run.status == 0
    if run.opened:  # before that SQLite rolls a new file back, with syncs of its own; nothing is acknowledged in it yet
        swept.retried += [f"{place}: {path}" for path in seen["retried"] if TABLES not in path]
    if run.status not in (0, 7):
        swept.unclear.append(f"{place}: exit {run.status}: {run.text}")
    disk.tell()
    disk.power_cut()
    outcome, promised = Outcome(), Promised()
    promised.add(run, files, outcome)
    inspect(workspace, promised, outcome)
    swept.broken += [f"{place}: {failure}" for failure in outcome.failures]
    try:
        with Workspace(workspace, actor="next") as opened:
            done = opened.admit([files])
        if len(done) != len(list(files.iterdir())) or verify_workspace(workspace):
            swept.broken.append(f"{place}: the next admission is not whole")
    except FanzhaError as problem:
        swept.broken.append(f"{place}: the next admission was refused: {problem}")
    shutil.rmtree(workspace, ignore_errors=True)
    return True
