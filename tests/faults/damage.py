"""Damage a workspace and its backup one bit at a time; every damage of the record must be found or refused."""

import hashlib
import os
import random
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

from fanzha.chain import Workspace, restore_workspace, verify_workspace
from fanzha.errors import FanzhaError
from tests.faults.acts import Children, make_files


@dataclass
class Flipped:
    """How many bits were flipped, by kind of file, and those that nobody noticed."""

    found: dict[str, int] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def clean(self) -> bool:
        """Whether all were found."""
        return not self.missed


def flips(count: int, seed: int, scratch: Path) -> Flipped:
    """Flip single bits of every file of a closed workspace's record and of a backup: each is named by verification, or
    the backup is refused. Every kind of file gets about as many."""
    rng, flipped = random.Random(seed), Flipped()
    files, workspace, key = scratch / "flip-files", scratch / "flip", scratch / "flip.key"
    make_files(files, rng, 12)
    with Workspace(workspace, actor="flip") as opened:
        opened.admit([files])
        opened.correct(opened.acts()[-1].seq, zone="Asia/Bangkok")
        opened.back_up(scratch / "flip.fzb", key)
    kinds = _kinds(workspace) | {"backup": [scratch / "flip.fzb"]}
    for number in range(count):
        kind = rng.choice(sorted(kinds))
        path = rng.choice(kinds[kind])
        place, bit = rng.randrange(path.stat().st_size), rng.randrange(8)
        flip(path, place, bit)
        noticed = _refused(path, key, scratch) if kind == "backup" else _named(path, workspace)
        flip(path, place, bit)
        if noticed:
            flipped.found[kind] = flipped.found.get(kind, 0) + 1
        else:
            flipped.missed.append(f"{path.name} byte {place} bit {bit}")
        if number % 200 == 199:
            print(f"{number + 1} of {count} flips", file=sys.stderr, flush=True)
    if problems := verify_workspace(workspace):
        flipped.missed.append(f"after mending: {problems[0]}")
    return flipped


def _kinds(workspace: Path) -> dict[str, list[Path]]:
    """Every file of the record by kind. Left out: the lock, and the tables, which are made again."""
    return {
        "journal": [workspace / "journal.sqlite"],
        "head": [workspace / "journal.head"],
        "keys": sorted((workspace / "keys").glob("*.key")),
        "item keys": [workspace / "keys/items.sqlite"],
        "models": sorted((workspace / "models").iterdir()),
        "originals": sorted((workspace / "originals").glob("??/*")),
    }


def _named(path: Path, workspace: Path) -> bool:
    """Whether verification names the file; of a key, any file that the key no longer fits."""
    try:
        problems = verify_workspace(workspace)
    except FanzhaError as problem:
        problems = [problem]  # type: ignore[list-item]
    named = [problem.where for problem in problems]
    return any(path.name in where for where in named) or (path.parent.name == "keys" and bool(named))


def _refused(backup: Path, key: Path, scratch: Path) -> bool:
    try:
        restore_workspace(backup, key, scratch / "flip-restored", actor="flip")
    except FanzhaError:
        return not (scratch / "flip-restored").exists()
    return False


def tail_damage(count: int, seed: int, scratch: Path) -> Flipped:
    """Flip a bit in, or cut, the write-ahead log of a journal that was killed; all must be refused by size and root."""
    rng, flipped = random.Random(seed), Flipped()
    files, workspace = scratch / "tail-files", scratch / "tail"
    make_files(files, rng, 9)
    with Children() as children:
        number, told = children.start(workspace=workspace, files=files, seed=seed)
        for one in told:
            if one.get("name") == "008.dat":
                os.kill(number, signal.SIGKILL)
    log = workspace / "journal.sqlite-wal"
    whole = {path: path.read_bytes() for path in (workspace / "journal.sqlite", log)}
    for _ in range(count):
        damaged = bytearray(whole[log])
        if rng.random() < 0.3:
            del damaged[rng.randrange(len(damaged)) :]
        else:
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        log.write_bytes(damaged)
        if verify_workspace(workspace):
            flipped.found["tail"] = flipped.found.get("tail", 0) + 1
        else:
            flipped.missed.append(hashlib.sha256(damaged).hexdigest()[:12])
        for path, content in whole.items():
            path.write_bytes(content)
    return flipped


def flip(path: Path, place: int, bit: int) -> None:
    """Flip one bit of a file; once more mends it."""
    mode = path.stat().st_mode
    path.chmod(0o600)
    with path.open("r+b") as handle:
        handle.seek(place)
        byte = handle.read(1)[0]
        handle.seek(place)
        handle.write(bytes([byte ^ (1 << bit)]))
    path.chmod(mode)
