"""Keys of the workspace: one signing key, one wrapping key, and a key and salt for every item, which can be destroyed."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import apsw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fanzha.store.disk import abandon_sqlite, damaged, open_sqlite, stopped, storage, write_durably

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class ItemKey:
    """Key and salt of one item. Destroying them erases the item: what is left is noise and a commitment."""

    key: bytes
    salt: bytes


def _secret_file(path: Path, create: bool) -> bytes:
    if not path.exists():
        if not create:
            raise damaged(path, "a key file is missing")
        write_durably(path, iter([secrets.token_bytes(KEY_BYTES)]), mode=0o400)
    secret = path.read_bytes()
    if len(secret) != KEY_BYTES:
        raise damaged(path, "a key file has the wrong length")
    return secret


class Keys:
    """`keys/`: master.key wraps item keys, sign.key signs checkpoints, lookup.key recognises reloads, items.sqlite."""

    def __init__(self, folder: Path, *, create: bool, read_only: bool = False) -> None:
        """Open the keys; with `create` (a workspace whose journal has not begun) make those that are missing."""
        self.folder = folder
        with storage(folder):
            if not read_only:
                folder.mkdir(mode=0o700, exist_ok=True)
            self._wrap = AESGCM(_secret_file(folder / "master.key", create))
            self._lookup = _secret_file(folder / "lookup.key", create)
            self.signing = Ed25519PrivateKey.from_private_bytes(_secret_file(folder / "sign.key", create))
            self.path = folder / "items.sqlite"
            if not create and not (self.path.exists() and self.path.stat().st_size):
                raise damaged(self.path, "the keys of the items are missing")
            self._con: apsw.Connection = open_sqlite(self.path, read_only=read_only)
        self._failed = False
        if not read_only:
            try:
                self._write("CREATE TABLE IF NOT EXISTS items (item TEXT PRIMARY KEY, wrapped BLOB) WITHOUT ROWID")
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Release the file."""
        with storage(self.path):
            if self._failed:
                abandon_sqlite(self._con)
            else:
                self._con.close()

    def _write(self, sql: str, values: tuple[str | bytes, ...] = ()) -> None:
        """Run one statement; durable when it returns. After one that failed nothing more is written."""
        if self._failed:
            raise stopped(self.path)
        self._failed = True
        with storage(self.path):
            self._con.execute(sql, values).fetchall()
        self._failed = False

    def fold(self) -> None:
        """Fold the write-ahead log into the file, so that the file alone holds everything."""
        self._write("PRAGMA wal_checkpoint(TRUNCATE)")

    def public(self) -> bytes:
        """The public key that checkpoints are verified with (32 bytes, Ed25519)."""
        return self.signing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def fingerprint(self, digest: bytes) -> str:
        """Keyed hash that recognises the same content again, and tells nobody without the key anything (hex).

        `digest`: SHA-256 of the content.
        """
        return hmac.new(self._lookup, digest, hashlib.sha256).hexdigest()

    def make(self) -> ItemKey:
        """A fresh key and salt, not yet kept."""
        return ItemKey(secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES))

    def keep(self, item: str, key: ItemKey) -> None:
        """Keep the key of an item; durable when it returns."""
        nonce = os.urandom(12)
        wrapped = nonce + self._wrap.encrypt(nonce, key.key + key.salt, item.encode())
        self._write("INSERT OR REPLACE INTO items VALUES (?, ?)", (item, wrapped))

    def of(self, item: str) -> ItemKey | None:
        """The key of an item; None if it was destroyed."""
        with storage(self.path):
            row = self._con.execute("SELECT wrapped FROM items WHERE item = ?", (item,)).fetchone()
        if row is None:
            return None
        wrapped = bytes(row[0])
        try:
            plain = self._wrap.decrypt(wrapped[:12], wrapped[12:], item.encode())
        except InvalidTag as error:
            raise damaged(self.path, f"the key of item {item} does not open") from error
        return ItemKey(plain[:KEY_BYTES], plain[KEY_BYTES:])

    def items(self) -> set[str]:
        """Names of all items that have a key."""
        with storage(self.path):
            return {row[0] for row in self._con.execute("SELECT item FROM items")}

    def destroy(self, item: str) -> None:
        """Destroy the key and salt of an item; durable when it returns."""
        self._write("DELETE FROM items WHERE item = ?", (item,))
        self._write("PRAGMA wal_checkpoint(TRUNCATE)")
