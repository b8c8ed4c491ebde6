"""Which files a person means who names files and folders, and what is left alone there."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fanzha.errors import InputError

SYNTHETIC_WORLD = "world.json"  # beside `received`, `bodies` and `truth`: only what was received is evidence
TOGETHER_FILES = 64
TOGETHER_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to admit, and what it is called in the record: within a folder, its path from there."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A thing in a folder that is not admitted: "link", "hidden", "workspace", "synthetic" or "special"."""

    path: Path
    why: str


def files_below(paths: Iterable[str | os.PathLike[str]]) -> tuple[list[Wanted], list[LeftAlone]]:
    """The ordinary files named and those in folders named, in the order of their paths; and what is left alone.

    Links are never followed, hidden files and workspaces of our own are no evidence. Raises InputError where a path names
    nothing.
    """
    found: list[Wanted] = []
    left: list[LeftAlone] = []
    for path in map(Path, paths):
        if _is_truth(path):
            raise InputError(
                "this is the truth of a synthetic world; only `fanzha score` reads it",
                "这是合成世界的真值,只供 fanzha score 评分",
                where=str(path),
                remedy="admit the world's own folder: what was received is taken, the rest left alone",
                remedy_zh="请入库该世界的文件夹本身:只收入其中收到的文件",
            )
        if path.is_dir():
            _below(path, "", found, left)
        elif path.exists():
            found.append(Wanted(path, path.name))
        else:
            raise InputError(
                "there is no such file or folder",
                "没有此文件或文件夹",
                where=str(path),
                remedy="check the path",
                remedy_zh="请检查路径",
            )
    return found, left


def _is_truth(path: Path) -> bool:
    """Whether a path is the truth of a written world, or within it."""
    whole = path.resolve()
    return any(one.name == "truth" and (one.parent / SYNTHETIC_WORLD).exists() for one in (whole, *whole.parents))


def _below(folder: Path, prefix: str, found: list[Wanted], left: list[LeftAlone]) -> None:
    if (folder / "journal.sqlite").exists() and (folder / "lock").exists():
        left.append(LeftAlone(folder, "workspace"))
        return
    if (folder / SYNTHETIC_WORLD).exists() and (folder / "truth").is_dir():
        left += [LeftAlone(path, "synthetic") for path in sorted(folder.iterdir()) if path.name != "received"]
        if (folder / "received").is_dir():
            _below(folder / "received", f"{prefix}received/", found, left)
        return
    for path in sorted(folder.iterdir()):
        name = f"{prefix}{path.name}"
        if path.is_symlink():
            left.append(LeftAlone(path, "link"))
        elif path.name.startswith("."):
            left.append(LeftAlone(path, "hidden"))
        elif path.is_dir():
            _below(path, f"{name}/", found, left)
        elif path.is_file():
            found.append(Wanted(path, name))
        else:
            left.append(LeftAlone(path, "special"))


def small_together(wanted: Sequence[Wanted]) -> Iterator[list[tuple[int, Wanted]]]:
    """Files with their places, in batches that share a transaction of the tables: many small ones, one large one."""
    batch: list[tuple[int, Wanted]] = []
    size = 0
    for place, one in enumerate(wanted):
        batch.append((place, one))
        size += one.path.lstat().st_size
        if len(batch) >= TOGETHER_FILES or size >= TOGETHER_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
