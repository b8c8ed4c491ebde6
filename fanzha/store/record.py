"""The book of record of one workspace as its owner sees it: keys, originals and journal, opened and checked together."""

import contextlib
import hashlib
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fanzha.errors import InputError, NotAllowed
from fanzha.store.disk import damaged, make_folder, storage, write_durably
from fanzha.store.erasures import are_listed, write_erasures
from fanzha.store.journal import LAYOUT, Entry, Journal, newer, undone
from fanzha.store.keys import ItemKey, Keys
from fanzha.store.lock import Wait, is_read_only, owned, wait_silently
from fanzha.store.originals import Originals, Received, Sealed

# Acts that a workspace which was handed over still takes: being taken over, and taking it back.
_ALWAYS = ("undo", "receive", "migrate")


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts and when: stamped on every entry. `at_ms` is UTC milliseconds."""

    actor: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Held:
    """A content received and sealed, not yet part of the record. `fingerprint`: its keyed hash."""

    received: Received
    key: ItemKey
    fingerprint: str


class Record:
    """The book of record of one workspace. Use `Record.open`; close it when done."""

    def __init__(self, folder: Path, act: Act) -> None:
        self.folder = folder
        self.read_only = is_read_only(folder)
        self.keys = Keys(folder / "keys", create=not (folder / "journal.head").exists(), read_only=self.read_only)
        self.originals = Originals(folder / "originals")
        self._admitted: dict[str, Entry] = {}  # keyed hash -> admission, for the entries seen so far
        self._indexed = 0
        try:
            self.journal = Journal(folder, self.keys, read_only=self.read_only)
        except BaseException:
            self.keys.close()
            raise
        try:
            self._begin(act)
        except BaseException:
            self.close()
            raise

    def _begin(self, act: Act) -> None:
        """Check what is there against its first entry, and finish what a crash left half-done."""
        if self.journal.size() == 0:
            self.journal.append(
                "create",
                actor=act.actor,
                at_ms=act.at_ms,
                public={"layout": LAYOUT, "public_key": self.keys.public().hex(), "lookup": self._lookup_check()},
            )
        self._check_first()
        erased = {entry.item for entry in self.journal.entries() if entry.act == "erase"}
        kept = {entry.item for entry in self.journal.entries() if entry.act == "admit"} - erased
        for item in sorted(kept - self.keys.items())[:1]:  # without its key an admission would look erased
            raise damaged(self.keys.path, f"the key of item {item} is missing")
        if self.read_only:
            return
        self._migrate(act)
        self.originals.sweep()
        for item in erased & self.keys.items() | {item for item in erased if self.originals.path(item).exists()}:
            self._destroy(item)  # a crash came between the act and the deed
            self.journal.forget()
        if not are_listed(erased, self.folder, self.keys):
            shutil.rmtree(self.folder / "report", ignore_errors=True)
            write_erasures(self.folder, self.journal, self.keys)

    @classmethod
    @contextlib.contextmanager
    def open(cls, folder: Path, act: Act, waiting: Wait = wait_silently) -> Iterator["Record"]:
        """Own and open a workspace, making it if it is not there; RecordDamaged if it is not what was acknowledged."""
        if folder.exists() and not folder.is_dir():
            raise InputError("the workspace is not a folder", "工作区不是文件夹", where=str(folder))
        with storage(folder):
            if not (folder / "journal.head").exists():
                make_folder(folder)
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
        try:
            self.journal.close()
        finally:
            self.keys.close()

    def _lookup_check(self) -> str:
        return self.keys.fingerprint(hashlib.sha256(b"fanzha").digest())

    def _check_first(self) -> None:
        first = self.journal.entries()[0]
        if first.public.get("public_key") != self.keys.public().hex():
            raise damaged(self.keys.folder / "sign.key", "the signing key is not the one the journal began with")
        if first.public.get("lookup") != self._lookup_check():
            raise damaged(self.keys.folder / "lookup.key", "the look-up key is not the one the journal began with")
        if first.public.get("layout", 0) > LAYOUT:
            raise newer(self.folder)

    def _migrate(self, act: Act) -> None:
        """Bring a workspace of an earlier release to this layout. Layouts 2 and 3 added acts that earlier releases do
        not know and would overlook (3: judgements, orders, appeals); on disk only the head changes."""
        if self.journal.layout == LAYOUT:
            return
        done = [entry for entry in self.journal.entries() if entry.act == "migrate" and entry.public["to"] == LAYOUT]
        if not done:
            self.note("migrate", act, {"from": self.journal.layout, "to": LAYOUT})
        self.journal.raise_layout()

    # -- who may write -------------------------------------------------------------------------------------------

    def handed_over(self) -> Entry | None:
        """The act by which this workspace was handed to another machine, if it was and nobody took it back."""
        acts = self.journal.entries()
        gone = undone(acts)
        last = next((e for e in reversed(acts) if e.act in ("handover", "receive") and e.seq not in gone), None)
        return last if last is not None and last.act == "handover" else None

    def check_writable(self) -> None:
        """Raise NotAllowed where no act may be added."""
        self._check_media()
        gone = self.handed_over()
        if gone is not None:
            raise NotAllowed(
                f"this workspace was handed over to {gone.public['to']} by act {gone.seq}; two living copies would diverge",
                f"该工作区已由第 {gone.seq} 条行为移交给 {gone.public['to']}；两份副本同时使用会互相矛盾",
                where=str(self.folder),
                remedy=f"work on the copy that was handed over; if it was never used, `fanzha undo {gone.seq}`",
                remedy_zh=f"请使用移交后的副本；若该副本从未启用，可执行 fanzha undo {gone.seq}",
            )

    def _check_media(self) -> None:
        if self.read_only:
            raise NotAllowed(
                "the workspace is on read-only media",
                "工作区位于只读介质上",
                where=str(self.folder),
                remedy="copy it to a disk that can be written",
                remedy_zh="请复制到可写磁盘",
            )

    # -- admissions ----------------------------------------------------------------------------------------------

    def unclaimed(self) -> set[str]:
        """Originals that no entry names: their admission was interrupted before it was acknowledged."""
        return self.originals.held() - {entry.item for entry in self.journal.entries() if entry.item}

    def find(self, fingerprint: str) -> Entry | None:
        """The admission that holds a content, by its keyed hash, unless it was withdrawn or erased."""
        entries = self.journal.entries()
        new = entries[self._indexed :]
        if any(entry.act in ("withdraw", "erase", "undo") for entry in new):
            gone = undone(entries)
            out = {e.public["admission"] for e in entries if e.act in ("withdraw", "erase") and e.seq not in gone}
            self._admitted, new = {}, [entry for entry in entries if entry.seq not in out]
        self._admitted |= {_fingerprint(entry): entry for entry in new if entry.act == "admit"}
        self._indexed = len(entries)
        return self._admitted.get(fingerprint)

    def receive(self, pieces: Iterable[bytes]) -> Held:
        """Seal a content as it comes, under a key of its own."""
        self.check_writable()
        key = self.keys.make()
        received = self.originals.receive(pieces, key.key)
        return Held(received, key, self.keys.fingerprint(received.digest))

    def opened(self, held: Held) -> Sealed:
        """A content that was received, part by part."""
        return Sealed(held.received.path, held.key.key)

    def drop(self, held: Held) -> None:
        """Forget a content that was received: it is held already."""
        self.originals.forget(held.received)

    def add(self, held: Held, act: Act, public: dict[str, Any], private: dict[str, Any]) -> Entry:
        """Make a received content part of the record. Order: original, key, entry, head; acknowledged when it returns."""
        self.originals.claim(held.received)
        item = held.received.item
        self.keys.keep(item, held.key)
        details = {**public, "size": held.received.size}
        private = {**private, "fingerprint": held.fingerprint}
        return self.journal.append(
            "admit", actor=act.actor, at_ms=act.at_ms, item=item, key=held.key, public=details, private=private
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
        if name in _ALWAYS:
            self._check_media()
        else:
            self.check_writable()
        item = about.item if about else ""
        key = self.keys.of(item) if item else None
        return self.journal.append(
            name, actor=act.actor, at_ms=act.at_ms, item=item, key=key, public=public, private=private
        )

    def content(self, entry: Entry) -> Sealed:
        """The original of an admission, part by part."""
        key = self.keys.of(entry.item)
        if key is None:
            raise damaged(self.keys.path, f"the key of admission {entry.seq} is missing")
        return self.originals.read(entry.item, key.key)

    def erase(self, admission: Entry, act: Act, public: dict[str, Any]) -> Entry:
        """Erase an admitted content for good: first the act, then key and salt, then the sealed bytes.

        What is left is the entry's public part and a commitment that nobody can open; the tree still verifies.
        """
        entry = self.note("erase", act, {"admission": admission.seq, **public}, about=admission)
        self._destroy(admission.item)
        self.journal.forget()
        self._admitted, self._indexed = {}, 0
        return entry

    def _destroy(self, item: str) -> None:
        self.keys.destroy(item)
        self.originals.remove(item)

    # -- models and reference data -------------------------------------------------------------------------------

    def put_in_use(self, name: str, content: bytes, act: Act, about: dict[str, str] | None = None) -> None:
        """Journal a model or reference data with what is known of it (source, date), and keep it under its hash, unless it
        is the one in use already."""
        digest = hashlib.sha256(content).hexdigest()
        latest = self._latest_use(name)
        path = self.folder / "models" / digest
        if latest is not None and latest.public["sha256"] == digest and path.exists():
            return
        if self.read_only:
            return
        with storage(path):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            write_durably(path, iter([content]), mode=0o400)
        if latest is None or latest.public["sha256"] != digest:
            self.note("use", act, {"name": name, "sha256": digest, **(about or {})})

    def _latest_use(self, name: str) -> Entry | None:
        acts = self.journal.entries()
        gone = undone(acts)
        return next(
            (e for e in reversed(acts) if e.act == "use" and e.public["name"] == name and e.seq not in gone), None
        )

    def was_put_in_use(self, name: str) -> bool:
        """Whether there is a model or reference data in use under a name."""
        return self._latest_use(name) is not None

    def in_use(self, name: str) -> bytes:
        """The model or reference data in use under a name."""
        latest = self._latest_use(name)
        if latest is None:
            raise damaged(self.folder / "models", f"no {name} was put in use")
        path = self.folder / "models" / str(latest.public["sha256"])
        with storage(path):
            content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != path.name:
            raise damaged(path, "reference data was changed")
        return content


def _fingerprint(entry: Entry) -> str:
    """Keyed hash of an admission's content; in the private part, so that erasing leaves nothing to guess against.

    Release 0.1 wrote it into the public part.
    """
    return str((entry.private or {}).get("fingerprint") or entry.public.get("fingerprint", f"erased {entry.seq}"))
