"""Received files, byte for byte, each encrypted under its own key and named by the SHA-256 of its ciphertext."""

import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fanzha.errors import RecordDamaged
from fanzha.store.disk import damaged, storage, sync_folder, write_durably

MAGIC = b"FZO1"
CHUNK = 1 << 20
TAG = 16


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def seal(content: bytes, key: bytes) -> Iterator[bytes]:
    """Encrypt in chunks of 1 MiB under AES-256-GCM; number and end mark sit in the nonce, so that chunks cannot be
    dropped, repeated or reordered (the STREAM construction, Hoang, Reyhanitabar, Rogaway and Vizar, 2015)."""
    prefix = secrets.token_bytes(7)
    cipher = AESGCM(key)
    view = memoryview(content)
    yield MAGIC + prefix
    count = max(1, -(-len(view) // CHUNK))
    for number in range(count):
        chunk = view[number * CHUNK : (number + 1) * CHUNK]
        yield cipher.encrypt(_nonce(prefix, number, number == count - 1), chunk, MAGIC)


def unseal(sealed: bytes, key: bytes) -> bytes:
    """The content again; InvalidTag if a byte differs or a chunk is missing."""
    if sealed[:4] != MAGIC or len(sealed) < 11 + TAG:
        raise InvalidTag
    prefix, cipher = sealed[4:11], AESGCM(key)
    view = memoryview(sealed)[11:]
    step = CHUNK + TAG
    count = -(-len(view) // step)
    return b"".join(
        cipher.decrypt(_nonce(prefix, number, number == count - 1), view[number * step : (number + 1) * step], MAGIC)
        for number in range(count)
    )


class Originals:
    """`originals/ab/abcdef...`: write-once files, read-only on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with storage(folder):
            folder.mkdir(mode=0o700, exist_ok=True)

    def path(self, item: str) -> Path:
        """Where an item lies."""
        return self.folder / item[:2] / item

    def add(self, content: bytes, key: bytes) -> str:
        """Keep a content and return its item name; durable when it returns."""
        with storage(self.folder):
            incoming = self.folder / f"{secrets.token_hex(8)}.incoming"
            digest = hashlib.sha256()

            def pieces() -> Iterator[bytes]:
                for piece in seal(content, key):
                    digest.update(piece)
                    yield piece

            write_durably(incoming, pieces(), mode=0o400)
            item = digest.hexdigest()
            final = self.path(item)
            if not final.parent.exists():
                final.parent.mkdir(mode=0o700)
                sync_folder(self.folder)
            incoming.rename(final)
            sync_folder(final.parent)
            return item

    def read(self, item: str, key: bytes) -> bytes:
        """The content of an item, byte for byte; RecordDamaged if it is not what was kept."""
        path = self.path(item)
        with storage(path):
            if not path.exists():
                raise damaged(path, "an original is missing")
            sealed = path.read_bytes()
        if hashlib.sha256(sealed).hexdigest() != item:
            raise damaged(path, "an original was changed")
        try:
            return unseal(sealed, key)
        except InvalidTag as error:
            raise damaged(path, "an original does not open with its key") from error

    def check(self, item: str) -> RecordDamaged | None:
        """What is wrong with an item on disk, without its key; None if nothing is."""
        path = self.path(item)
        if not path.exists():
            return damaged(path, "an original is missing")
        with storage(path), path.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
        return None if digest == item else damaged(path, "an original was changed")

    def held(self) -> set[str]:
        """Names of all items on disk."""
        with storage(self.folder):
            return {path.name for path in self.folder.glob("??/*")}

    def remove(self, item: str) -> None:
        """Remove an item that was never acknowledged, or whose key was destroyed."""
        with storage(self.folder):
            self.path(item).unlink(missing_ok=True)

    def sweep(self) -> int:
        """Remove what an interrupted admission left half-written; the number of files removed."""
        leftovers = [*self.folder.glob("*.incoming"), *self.folder.glob("*.tmp")]
        with storage(self.folder):
            for path in leftovers:
                path.unlink()
        return len(leftovers)
