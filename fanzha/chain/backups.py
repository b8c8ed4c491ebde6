"""A workspace from a backup, on this machine or another; and every byte of one verified."""

import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fanzha.chain.stages import Progress, now_ms, silent
from fanzha.chain.workspace import Workspace
from fanzha.errors import NotFound, RecordDamaged
from fanzha.store import backup
from fanzha.store.lock import owned
from fanzha.store.record import Act, Record
from fanzha.store.verifying import verify


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back from a backup, checked byte by byte: files, bytes, journal entries; how many items were erased
    again, and whether a hand-over was received."""

    files: int
    bytes: int
    entries: int
    erased_again: int
    received: bool


def restore_workspace(
    path: str | os.PathLike[str],
    key_file: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    actor: str = "",
    erasures: str | os.PathLike[str] | None = None,
    clock: Callable[[], int] = now_ms,
    progress: Progress = silent,
) -> Restored:
    """Make a workspace again from a backup, verified byte by byte; what was erased since is erased again first.

    `erasures`: a list of erasures, by default the one beside the backup. A workspace that was handed over is received.
    """
    path, folder = Path(path), Path(folder)
    secret = backup.read_secret(Path(key_file))
    laid = backup.unpack(path, secret, folder, lambda d, n, what: progress("restore", d, n, what))
    problems = verify(laid.folder)
    if problems:
        raise problems[0]
    backup.settle(laid, folder)
    noted = Path(erasures) if erasures else path.with_name(path.name + ".erased")
    act = Act(actor or getpass.getuser(), clock())
    with Record.open(folder, act) as record:
        taken = record.handed_over() is not None
        record.note("receive", act, {"backup_size": laid.manifest["size"], "backup_root": laid.manifest["root"]})
        items = backup.read_erasures(noted, record.keys.public()) if noted.exists() else set[str]()
        again = backup.replay_erasures(record, items, act)
    Workspace(folder, actor=actor, clock=clock, progress=progress).close()  # its tables are made; cases at first use
    return Restored(laid.files, laid.bytes, int(laid.manifest["size"]), again, taken)


def verify_workspace(path: str | os.PathLike[str]) -> list[RecordDamaged]:
    """Every place in a workspace's record that is not what was acknowledged; empty if nothing is."""
    folder = Path(path)
    if not (folder / "lock").exists():
        raise NotFound("there is no workspace here", "此处没有工作区", where=str(folder))
    with owned(folder):
        return verify(folder)
