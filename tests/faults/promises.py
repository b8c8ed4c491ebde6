"""What was promised by every act that was acknowledged, and whether a workspace keeps it after a fault."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fanzha.chain import Workspace, restore_workspace, verify_workspace
from fanzha.errors import FanzhaError
from tests.faults.acts import Run, print_of


@dataclass
class Outcome:
    """What all runs together showed. From `lost` on everything must be zero or empty."""

    runs: int = 0
    acknowledged: int = 0
    other_acts: int = 0
    erased: int = 0
    backups_restored: int = 0
    stopped_at_work: int = 0
    deep: int = 0
    lost: int = 0
    changed: int = 0
    risen: int = 0
    would_not_open: int = 0
    verify_problems: int = 0
    tables_differed: int = 0
    unclear: int = 0
    failures: list[str] = field(default_factory=list)

    def clean(self) -> bool:
        """Whether every promise was kept."""
        return not self.failures

    def fail(self, kind: str, what: str) -> None:
        """Count one broken promise."""
        setattr(self, kind, getattr(self, kind) + 1)
        self.failures.append(what)


@dataclass
class Promised:
    """Promises of one workspace. `doubtful`: names whose erasing was begun and not acknowledged."""

    names: dict[str, bytes] = field(default_factory=dict)
    entries: dict[int, str] = field(default_factory=dict)
    erased: dict[str, str] = field(default_factory=dict)  # item -> name
    doubtful: set[str] = field(default_factory=set)
    backups: list[tuple[str, int]] = field(default_factory=list)

    def add(self, run: Run, files: Path, outcome: Outcome) -> None:
        """Take up what a child told."""
        for one in run.said:
            self._add(one, files, outcome)
        outcome.stopped_at_work += run.opened and not run.finished
        faults = [str(one["fault"]) for one in run.said if "fault" in one]
        for fault in faults:
            outcome.fail("unclear", f"a fault that is no clear error: {fault}")

    def _add(self, one: dict[str, Any], files: Path, outcome: Outcome) -> None:
        for seq, printed in one.get("entries", ()):
            self.entries[seq] = printed
            outcome.other_acts += "name" not in one
        if "name" in one:
            self.names[one["name"]] = (files / one["name"]).read_bytes()
            outcome.acknowledged += 1
        if "erasing" in one:
            self.doubtful.add(one["erasing"])
        if "erased" in one:
            self.names.pop(one["erased"], None)
            self.doubtful.discard(one["erased"])
            self.erased[one["item"]] = one["erased"]
            outcome.erased += 1
        if "backup" in one:
            self.backups.append((one["backup"], one["size"]))


def inspect(workspace: Path, promised: Promised, outcome: Outcome, *, deep: bool = False) -> None:
    """Open the workspace as a user would, without any repair, and check everything that was promised."""
    if not promised.entries and not workspace.exists():
        return
    if not workspace.exists():
        outcome.fail("lost", "the whole workspace is gone")
        return
    try:
        with Workspace(workspace, actor="check") as opened:
            _check_acts(opened, promised, outcome)
            _check_contents(opened, promised, outcome)
            if deep:
                outcome.deep += 1
                if differing := opened.tables_differ():
                    outcome.fail("tables_differed", f"tables differ from a rebuild: {differing}")
    except FanzhaError as problem:
        outcome.fail("would_not_open", f"would not open: {problem}")
        return
    for problem in verify_workspace(workspace):
        outcome.fail("verify_problems", str(problem))


def _check_acts(opened: Workspace, promised: Promised, outcome: Outcome) -> None:
    entries = opened.acts()
    for seq, printed in promised.entries.items():
        if seq >= len(entries):
            outcome.fail("lost", f"act {seq} was acknowledged and is gone")
        elif print_of(entries[seq]) != printed:
            outcome.fail("changed", f"act {seq} came back as another")


def _check_contents(opened: Workspace, promised: Promised, outcome: Outcome) -> None:
    entries = opened.acts()
    erased = {entry.item for entry in entries if entry.act == "erase"}
    admitted = {str((e.private or {}).get("name")): e for e in entries if e.act == "admit"}
    for name, content in promised.names.items():
        entry = admitted.get(name)
        if entry is None or entry.item in erased:
            if name not in promised.doubtful:
                outcome.fail("lost", f"{name} was acknowledged and is gone")
        elif opened.record.content(entry)[:] != content:
            outcome.fail("changed", f"{name} came back changed")
    for item, name in promised.erased.items():
        entry = next(e for e in entries if e.act == "admit" and e.item == item)
        if entry.private is not None or opened.record.originals.path(item).exists() or item not in erased:
            outcome.fail("risen", f"{name} was erased and is there again")
    listed = opened.path / "erased.note"
    if promised.erased and not set(promised.erased) <= set(json.loads(json.loads(listed.read_text())["body"])["items"]):
        outcome.fail("risen", "the signed list of what was erased does not name it")


def inspect_backup(promised: Promised, key: Path, scratch: Path, outcome: Outcome) -> None:
    """Restore the last backup that was acknowledged: whole, and what was erased since is erased there too."""
    if not promised.backups:
        return
    path, size = promised.backups[-1]
    folder = scratch / "restored"
    try:
        done = restore_workspace(path, key, folder, actor="check")
        if done.entries < size:
            outcome.fail("lost", f"a backup of {size} acts holds {done.entries}")
        copied = Promised(
            names={},
            entries={seq: printed for seq, printed in promised.entries.items() if seq < size},
        )
        inspect(folder, copied, outcome)
        with Workspace(folder, actor="check") as opened:
            held = {entry.item for entry in opened.acts() if entry.act == "admit" and entry.private is not None}
        if risen := held & set(promised.erased):
            outcome.fail("risen", f"erased items came back from a backup: {sorted(risen)}")
        outcome.backups_restored += 1
    except (FanzhaError, OSError) as problem:
        outcome.fail("lost", f"the backup would not restore: {problem}")
    shutil.rmtree(folder, ignore_errors=True)
