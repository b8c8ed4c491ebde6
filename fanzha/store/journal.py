"""The book of record: one entry per act, append-only, a Merkle leaf each, known by size and root in a second file.

An entry has a public part, which is the leaf, and a private part (names, reasons: anything that may be personal), which
is encrypted under the key of the item it concerns; the leaf holds only a salted commitment to it. Destroying key and
salt erases the private part while the tree still verifies.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fanzha.errors import NotAllowed, RecordDamaged
from fanzha.store.checkpoint import Checkpoint, open_note, sign
from fanzha.store.disk import abandon_sqlite, damaged, open_sqlite, stopped, storage, write_durably
from fanzha.store.keys import ItemKey, Keys
from fanzha.store.merkle import Frontier, leaf_hash

LAYOUT = 3  # version of the layout on disk; raised only together with a migration (store/migrate.py)
TABLE = """CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY, body TEXT NOT NULL, private BLOB NOT NULL, leaf BLOB NOT NULL) STRICT"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `seq` is its place in the journal from 0; `public` and `private` are its details.

    `private` is None once the item it concerns was erased.
    """

    seq: int
    at_ms: int
    actor: str
    act: str
    item: str
    public: dict[str, Any]
    private: dict[str, Any] | None


def undone(entries: Sequence[Entry]) -> set[int]:
    """Numbers of the acts that were taken back. An undo can itself be undone."""
    gone: set[int] = set()
    for entry in reversed(entries):
        if entry.act == "undo" and entry.seq not in gone:
            gone.add(int(entry.public["act"]))
    return gone


def canonical(value: object) -> bytes:
    """Canonical JSON of strings, integers, booleans, lists and objects (the part of RFC 8785 that needs no floats)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def newer(path: Path) -> NotAllowed:
    """The error for a workspace of a layout that this program does not know."""
    return NotAllowed(
        "this workspace was made by a newer Fanzha",
        "该工作区由更新版本的 Fanzha 建立",
        where=str(path),
        remedy="update Fanzha",
        remedy_zh="请升级 Fanzha",
    )


def _commitment(salt: bytes, private: bytes) -> str:
    return hashlib.sha256(salt + private).hexdigest()


class Journal:
    """`journal.sqlite` and, beside it, `journal.head`: size and root, signed, synced at every act."""

    def __init__(self, folder: Path, keys: Keys, *, read_only: bool = False) -> None:
        self.path = folder / "journal.sqlite"
        self.head_path = folder / "journal.head"
        self._keys = keys
        self._broken = False
        self._known: list[Entry] = []
        self.layout = LAYOUT
        with storage(self.path):
            is_new = not self.path.exists() or not self.path.stat().st_size
            if is_new and self.head_path.exists():
                raise damaged(self.path, "the journal is missing")
            self._con: apsw.Connection = open_sqlite(self.path, read_only=read_only)
        self._read_only = read_only
        self.origin = f"fanzha/{hashlib.sha256(keys.public()).hexdigest()[:16]}"
        try:
            with storage(self.path):
                if not read_only:
                    self._con.execute(TABLE)
                self._tree = Frontier(row[0] for row in self._con.execute("SELECT leaf FROM entries ORDER BY seq"))
            self._check_head()
        except BaseException:
            abandon_sqlite(self._con)
            raise

    def close(self) -> None:
        """Fold the write-ahead log into the file and release it."""
        with storage(self.path):
            if self._broken:
                abandon_sqlite(self._con)
                return
            if not self._read_only:
                self._con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._con.close()

    def fold(self) -> None:
        """Fold the write-ahead log into the file, so that the file alone holds everything."""
        with storage(self.path):
            self._con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def size(self) -> int:
        """Number of entries."""
        return self._tree.size

    def checkpoint(self) -> Checkpoint:
        """Size and root now."""
        return Checkpoint(self.origin, self._tree.size, self._tree.root(), self.layout)

    def head(self) -> Checkpoint:
        """Size and root as the second file knows them; RecordDamaged if that file is not what was signed."""
        with storage(self.head_path):
            note = self.head_path.read_bytes()
        try:
            return open_note(note.decode("utf-8"), self._keys.public())
        except (ValueError, UnicodeDecodeError) as error:
            raise damaged(self.head_path, str(error)) from error

    def _check_head(self) -> None:
        """Refuse to serve a journal that is shorter than, or other than, what was acknowledged."""
        if not self.head_path.exists():
            if self._tree.size > 1:
                raise damaged(self.head_path, "the file that knows size and root is missing")
            return
        head = self.head()
        if head.layout > LAYOUT:
            raise newer(self.head_path)
        self.layout = head.layout
        if head.size > self._tree.size:
            raise damaged(self.path, f"{head.size - self._tree.size} acknowledged entries are gone (of {head.size})")
        leaves = self._con.execute("SELECT leaf FROM entries WHERE seq < ? ORDER BY seq", (head.size,))
        if Frontier(row[0] for row in leaves).root() != head.root:
            raise damaged(self.path, f"the first {head.size} entries are not those that were acknowledged")
        if self._tree.size > head.size:  # killed between commit and head: whole entries, not yet acknowledged
            list(self._read(head.size))
            if not self._read_only:
                self._write_head()

    def raise_layout(self) -> None:
        """From now on the head says the layout that this program writes; older programs refuse it."""
        self.layout = LAYOUT
        self._write_head()

    def _write_head(self) -> None:
        with storage(self.head_path):
            write_durably(self.head_path, iter([sign(self.checkpoint(), self._keys.signing).encode()]))

    def append(
        self,
        act: str,
        *,
        actor: str,
        at_ms: int,
        item: str = "",
        key: ItemKey | None = None,
        public: dict[str, Any] | None = None,
        private: dict[str, Any] | None = None,
    ) -> Entry:
        """Record one act; durable and known to the second file when it returns.

        `private` needs `key`, the key of the item it concerns.
        """
        if self._broken:
            raise stopped(self.path)
        seq = self._tree.size
        secret = canonical(private or {})
        commitment, sealed = "", b""
        if private:
            if key is None:
                raise ValueError("private details need the key of their item")
            commitment = _commitment(key.salt, secret)
            nonce = os.urandom(12)
            sealed = nonce + AESGCM(key.key).encrypt(nonce, secret, str(seq).encode())
        body = canonical(
            {
                "act": act,
                "actor": actor,
                "at_ms": at_ms,
                "commitment": commitment,
                "item": item,
                "public": public or {},
                "seq": seq,
            }
        )
        leaf = leaf_hash(body)
        grown = self._tree.copy()
        grown.append(leaf)
        self._broken = True  # until the entry is durable and read back
        with storage(self.path):
            self._con.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", (seq, body.decode(), sealed, leaf))
            kept = self._con.execute("SELECT body, leaf FROM entries WHERE seq = ?", (seq,)).fetchone()
        # Hash again from what the file gives back, before it is signed: one flipped bit ended a public log (Yeti 2022).
        if kept is None or leaf_hash(kept[0].encode()) != leaf or bytes(kept[1]) != leaf:
            raise damaged(self.path, f"entry {seq} was not read back as written")
        self._tree = grown
        self._write_head()
        self._broken = False
        entry = Entry(seq, at_ms, actor, act, item, public or {}, private or {})
        if len(self._known) == seq:
            self._known.append(entry)
        return entry

    def entries(self) -> Sequence[Entry]:
        """Every entry in order, read and checked once and then kept in memory; RecordDamaged names the first bad one."""
        if len(self._known) < self._tree.size:
            self._known += self._read(len(self._known))
        return self._known

    def forget(self) -> None:
        """Read every entry anew when it is next asked for: a key was destroyed."""
        self._known.clear()

    def _read(self, start: int) -> Iterator[Entry]:
        """Entries from `start`, each checked against its leaf and its commitment."""
        with storage(self.path):
            rows = self._con.execute(
                "SELECT seq, body, private, leaf FROM entries WHERE seq >= ? ORDER BY seq", (start,)
            ).fetchall()
        for place, row in enumerate(rows, start):
            yield self._entry(place, row)

    def _entry(self, place: int, row: tuple[Any, ...]) -> Entry:
        seq, text, sealed, leaf = row
        if seq != place or leaf_hash(text.encode()) != bytes(leaf):
            raise damaged(self.path, f"entry {place} was changed or is missing")
        body = json.loads(text)
        if body["seq"] != seq:
            raise damaged(self.path, f"entry {place} carries another number")
        private: dict[str, Any] | None = {}
        if body["commitment"]:
            private = self._open_private(seq, body, bytes(sealed))
        return Entry(seq, body["at_ms"], body["actor"], body["act"], body["item"], body["public"], private)

    def _open_private(self, seq: int, body: dict[str, Any], sealed: bytes) -> dict[str, Any] | None:
        key = self._keys.of(body["item"])
        if key is None:
            return None
        try:
            secret = AESGCM(key.key).decrypt(sealed[:12], sealed[12:], str(seq).encode())
        except (InvalidTag, ValueError) as error:
            raise damaged(self.path, f"the private part of entry {seq} was changed") from error
        if _commitment(key.salt, secret) != body["commitment"]:
            raise damaged(self.path, f"the private part of entry {seq} does not match its commitment")
        opened: dict[str, Any] = json.loads(secret)
        return opened

    def problems(self) -> list[RecordDamaged]:
        """Every entry that is not what was acknowledged."""
        found: list[RecordDamaged] = []
        with storage(self.path):
            rows = self._con.execute("SELECT seq, body, private, leaf FROM entries ORDER BY seq").fetchall()
        for place, row in enumerate(rows):
            try:
                self._entry(place, row)
            except RecordDamaged as problem:
                found.append(problem)
        return found
