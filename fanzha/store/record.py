"""The workspace as one owner sees it: lock, keys, originals, journal and tables, opened and checked together."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fanzha.errors import FanzhaError, InputError, NotAllowed, RecordDamaged, WorkspaceBusy
from fanzha.store.disk import damaged, damaged_pages, storage, write_durably
from fanzha.store.engine import Engine
from fanzha.store.journal import Entry, Journal
from fanzha.store.keys import Keys
from fanzha.store.originals import Originals

LAYOUT = 1  # version of the layout on disk; raised only together with a migration
Wait = Callable[[int], None]  # called with the owner's process number, once, when the workspace is owned by another


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts and when: stamped on every entry. `at_ms` is UTC milliseconds."""

    actor: str
    at_ms: int


def _wait_silently(_owner: int) -> None:
    return


@contextlib.contextmanager
def owned(folder: Path, waiting: Wait = _wait_silently, *, block: bool = True) -> Iterator[None]:
    """Own a workspace: one process at a time. Waits for the other to finish, or raises WorkspaceBusy."""
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = int(os.pread(handle, 20, 0) or b"0")
            if not block:
                raise WorkspaceBusy(
                    f"process {owner} is using this workspace",
                    f"进程 {owner} 正在使用该工作区",
                    where=str(folder),
                    remedy="wait until it has finished",
                    remedy_zh="等待其结束",
                ) from error
            waiting(owner)
            fcntl.flock(handle, fcntl.LOCK_EX)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


class Record:
    """The book of record of one workspace. Use `Record.open`; close it when done."""

    def __init__(self, folder: Path, act: Act) -> None:
        self.folder = folder
        self.keys = Keys(folder / "keys", create=not (folder / "journal.head").exists())
        self.originals = Originals(folder / "originals")
        self.journal = Journal(folder, self.keys)
        if self.journal.size() == 0:
            self.journal.append(
                "create",
                actor=act.actor,
                at_ms=act.at_ms,
                public={"layout": LAYOUT, "public_key": self.keys.public().hex(), "lookup": self._lookup_check()},
            )
        self._check_first()
        self.originals.sweep()
        self._admitted: dict[str, Entry] = {}  # keyed hash -> admission, for the entries seen so far
        self._indexed = 0

    @classmethod
    @contextlib.contextmanager
    def open(cls, folder: Path, act: Act, waiting: Wait = _wait_silently) -> Iterator["Record"]:
        """Own and open a workspace, making it if it is not there; RecordDamaged if it is not what was acknowledged."""
        if folder.exists() and not folder.is_dir():
            raise InputError("the workspace is not a folder", "工作区不是文件夹", where=str(folder))
        with storage(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            is_foreign = any(folder.iterdir()) and not (folder / "lock").exists()
        if is_foreign:
            raise NotAllowed(
                "the folder holds other things",
                "该文件夹内有其他内容",
                where=str(folder),
                remedy="name an empty or new folder with --workspace",
                remedy_zh="用 --workspace 指定空文件夹或新文件夹",
            )
        with owned(folder, waiting):
            record = cls(folder, act)
            try:
                yield record
            finally:
                record.close()

    def close(self) -> None:
        """Release every file."""
        self.journal.close()
        self.keys.close()

    def _lookup_check(self) -> str:
        return self.keys.fingerprint(b"fanzha")

    def _check_first(self) -> None:
        first = self.journal.entries()[0]
        if first.public.get("public_key") != self.keys.public().hex():
            raise damaged(self.keys.folder / "sign.key", "the signing key is not the one the journal began with")
        if first.public.get("lookup") != self._lookup_check():
            raise damaged(self.keys.folder / "lookup.key", "the look-up key is not the one the journal began with")
        if first.public.get("layout", 0) > LAYOUT:
            raise NotAllowed(
                "this workspace was made by a newer Fanzha",
                "该工作区由更新版本的 Fanzha 建立",
                where=str(self.folder),
                remedy="update Fanzha",
                remedy_zh="请升级 Fanzha",
            )

    def unclaimed(self) -> set[str]:
        """Originals that no entry names: their admission was interrupted before it was acknowledged."""
        return self.originals.held() - {entry.item for entry in self.journal.entries() if entry.item}

    def find(self, fingerprint: str) -> Entry | None:
        """The admission that holds a content, by its keyed hash, unless it was withdrawn."""
        entries = self.journal.entries()
        for entry in entries[self._indexed :]:
            if entry.act == "admit":
                self._admitted[entry.public["fingerprint"]] = entry
            elif entry.act == "withdraw":
                gone = entries[entry.public["admission"]].public["fingerprint"]
                self._admitted.pop(gone, None)
        self._indexed = len(entries)
        return self._admitted.get(fingerprint)

    def add(self, content: bytes, act: Act, public: dict[str, Any], private: dict[str, Any]) -> Entry:
        """Keep a received content. Order: original, key, entry, head; acknowledged when it returns."""
        key = self.keys.make()
        item = self.originals.add(content, key.key)
        self.keys.keep(item, key)
        details = {**public, "fingerprint": self.keys.fingerprint(content), "size": len(content)}
        return self.journal.append(
            "admit", actor=act.actor, at_ms=act.at_ms, item=item, key=key, public=details, private=private
        )

    def note(
        self,
        name: str,
        act: Act,
        public: dict[str, Any],
        about: Entry | None = None,
        private: dict[str, Any] | None = None,
    ) -> Entry:
        """Record an act that brings no content: withdrawal, correction, mapping, export."""
        item = about.item if about else ""
        key = self.keys.of(item) if item else None
        return self.journal.append(
            name, actor=act.actor, at_ms=act.at_ms, item=item, key=key, public=public, private=private
        )

    def put_in_use(self, name: str, content: bytes, act: Act) -> None:
        """Journal a model or reference data and keep it under its hash, unless it is the one in use already."""
        digest = hashlib.sha256(content).hexdigest()
        used = [entry.public for entry in self.journal.entries() if entry.act == "use"]
        latest = next((public["sha256"] for public in reversed(used) if public["name"] == name), "")
        path = self.folder / "models" / digest
        if latest == digest and path.exists():
            return
        with storage(path):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            write_durably(path, iter([content]), mode=0o400)
        if latest != digest:
            self.note("use", act, {"name": name, "sha256": digest})

    def in_use(self, name: str) -> bytes:
        """The model or reference data in use under a name."""
        used = [entry.public for entry in self.journal.entries() if entry.act == "use" and entry.public["name"] == name]
        path = self.folder / "models" / str(used[-1]["sha256"])
        with storage(path):
            content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != path.name:
            raise damaged(path, "reference data was changed")
        return content

    def content(self, entry: Entry) -> bytes:
        """The original of an admission, byte for byte."""
        key = self.keys.of(entry.item)
        if key is None:
            raise damaged(self.keys.path, f"the key of admission {entry.seq} is missing")
        return self.originals.read(entry.item, key.key)


def open_tables(folder: Path) -> tuple[Engine, bool]:
    """The derived tables, and whether they had to be begun anew because the file was missing or would not open."""
    path = folder / "tables.duckdb"
    was_there = path.exists()
    try:
        return Engine(path), not was_there
    except FanzhaError:
        for leftover in folder.glob("tables.duckdb*"):
            leftover.unlink()
        return Engine(path), True


def verify(folder: Path) -> list[RecordDamaged]:
    """Everything in a workspace's record that is not what was acknowledged; empty if nothing is.

    Reads every byte of originals, journal and keys. The workspace must be owned by the caller.
    """
    if not (folder / "journal.sqlite").exists():
        return [damaged(folder / "journal.sqlite", "the journal is missing")]
    found: list[RecordDamaged] = []
    for name in ("journal.sqlite", "keys/items.sqlite"):
        pages = damaged_pages(folder / name) if (folder / name).exists() else [1]
        found += [damaged(folder / name, f"page {page} was changed") for page in pages]
    if found:
        return found + _check_originals(folder, None)
    try:
        keys = Keys(folder / "keys", create=False)
    except RecordDamaged as problem:
        return [*found, problem, *_check_originals(folder, None)]
    try:
        journal = Journal(folder, keys)
    except RecordDamaged as problem:
        keys.close()
        return [*found, problem, *_check_originals(folder, None)]
    found += journal.problems()
    entries = [] if found else journal.entries()
    if entries:
        first = entries[0].public
        if first.get("public_key") != keys.public().hex() or first.get("lookup") != keys.fingerprint(b"fanzha"):
            found.append(damaged(folder / "keys", "a key is not the one the journal began with"))
    kept = {entry.item: entry for entry in entries if entry.act == "admit" and entry.private is not None}
    found += _check_originals(folder, set(kept))
    for used in {entry.public["sha256"] for entry in entries if entry.act == "use"}:
        path = folder / "models" / used
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != used:
            found.append(damaged(path, "reference data was changed or is missing"))
    for item in kept.keys() if not found else ():
        key = keys.of(item)
        if key is None:
            found.append(damaged(folder / "keys", f"the key of item {item} is missing"))
    journal.close()
    keys.close()
    return found


def _check_originals(folder: Path, known: set[str] | None) -> list[RecordDamaged]:
    originals = Originals(folder / "originals")
    items = originals.held() | (known or set())
    return [problem for item in sorted(items) if (problem := originals.check(item)) is not None]
