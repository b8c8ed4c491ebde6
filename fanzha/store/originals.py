"""Received files, byte for byte, each encrypted under its own key and named by the SHA-256 of its ciphertext."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fanzha.errors import RecordDamaged
from fanzha.formats.ahead import ahead
from fanzha.formats.grid import Content
from fanzha.store.disk import damaged, storage, sync_folder, write_synced

MAGIC = b"FZO1"
CHUNK = 1 << 20
TAG = 16
HEAD = 11  # magic and nonce prefix
CHUNKS_HELD = 8


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def chunks(data: bytes | Content) -> Iterator[bytes]:
    """A content in pieces of CHUNK bytes."""
    for start in range(0, len(data), CHUNK):
        yield data[start : start + CHUNK]


def seal(pieces: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """Encrypt in chunks of 1 MiB under AES-256-GCM; number and end mark sit in the nonce, so that chunks cannot be
    dropped, repeated or reordered (the STREAM construction, Hoang, Reyhanitabar, Rogaway and Vizar, 2015).

    `pieces` may be of any size.
    """
    prefix = secrets.token_bytes(7)
    cipher = AESGCM(key)
    yield MAGIC + prefix
    number, held = 0, bytearray()
    for piece in pieces:
        held += piece
        while len(held) > CHUNK:  # one is always kept back: the last is sealed as the last
            yield cipher.encrypt(_nonce(prefix, number, False), bytes(held[:CHUNK]), MAGIC)
            del held[:CHUNK]
            number += 1
    yield cipher.encrypt(_nonce(prefix, number, True), bytes(held), MAGIC)


class Sealed:
    """A sealed file, opened part by part: each chunk is authentic and in its place, or RecordDamaged."""

    def __init__(self, path: Path, key: bytes, start: int = 0) -> None:
        """Open what `seal` wrote from byte `start` of a file on."""
        self.path = path
        self._start = start + HEAD
        self._cipher = AESGCM(key)
        self._held: dict[int, bytes] = {}
        with storage(path), path.open("rb") as handle:
            size = handle.seek(0, 2) - start
            handle.seek(start)
            head = handle.read(HEAD)
        if head[:4] != MAGIC or size < HEAD + TAG:
            raise damaged(path, "an original does not open with its key")
        self._prefix = head[4:]
        self._count = -(-(size - HEAD) // (CHUNK + TAG))
        self._size = size - HEAD - TAG * self._count

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, place: int, /) -> int: ...

    @overload
    def __getitem__(self, place: slice, /) -> bytes: ...

    def __getitem__(self, place: slice | int, /) -> bytes | int:
        if isinstance(place, int):
            return self[slice(place, place + 1)][0]
        start, stop, step = place.indices(self._size)
        if step != 1:
            raise ValueError("parts only")
        if start >= stop:
            return b""
        first, last = start // CHUNK, (stop - 1) // CHUNK
        whole = b"".join(self._chunk(number) for number in range(first, last + 1))
        return whole[start - first * CHUNK : stop - first * CHUNK]

    def _chunk(self, number: int) -> bytes:
        held = self._held.get(number)
        if held is not None:
            return held
        with storage(self.path), self.path.open("rb") as handle:
            handle.seek(self._start + number * (CHUNK + TAG))
            sealed = handle.read(CHUNK + TAG)
        nonce = _nonce(self._prefix, number, number == self._count - 1)
        try:
            plain = self._cipher.decrypt(nonce, sealed, MAGIC)
        except (InvalidTag, ValueError) as error:
            raise damaged(self.path, "an original does not open with its key") from error
        if len(self._held) >= CHUNKS_HELD:
            self._held.pop(next(iter(self._held)))
        self._held[number] = plain
        return plain


@dataclass(frozen=True, slots=True)
class Received:
    """A content that lies sealed and durable in the workspace but is not yet claimed: its future name, size, and the
    SHA-256 of what was received."""

    path: Path
    item: str
    size: int
    digest: bytes


class Originals:
    """`originals/ab/abcdef...`: write-once files, read-only on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with storage(folder):
            folder.mkdir(mode=0o700, exist_ok=True)

    def path(self, item: str) -> Path:
        """Where an item lies."""
        return self.folder / item[:2] / item

    def receive(self, pieces: Iterable[bytes], key: bytes) -> Received:
        """Seal a content as it comes; durable when it returns, but under a name that the next start sweeps away."""
        incoming = self.folder / f"{secrets.token_hex(8)}.incoming"
        plain, sealed = hashlib.sha256(), hashlib.sha256()
        size = 0

        def counted() -> Iterator[bytes]:
            nonlocal size
            for piece in pieces:
                plain.update(piece)
                size += len(piece)
                yield piece

        def named() -> Iterator[bytes]:
            # hashed, sealed and written side by side: a large file keeps more than one core busy
            for piece in ahead(seal(ahead(counted()), key)):
                sealed.update(piece)
                yield piece

        with storage(self.folder):
            write_synced(incoming, named(), mode=0o400)
        return Received(incoming, sealed.hexdigest(), size, plain.digest())

    def claim(self, received: Received) -> None:
        """Give a received content its name; durable when it returns."""
        with storage(self.folder):
            final = self.path(received.item)
            if not final.parent.exists():
                final.parent.mkdir(mode=0o700)
                sync_folder(self.folder)
            received.path.rename(final)
            sync_folder(final.parent)

    def forget(self, received: Received) -> None:
        """Drop a received content that was held already."""
        with storage(self.folder):
            received.path.unlink(missing_ok=True)

    def read(self, item: str, key: bytes) -> Sealed:
        """The content of an item, part by part; RecordDamaged where it is not what was kept."""
        path = self.path(item)
        if not path.exists():
            raise damaged(path, "an original is missing")
        return Sealed(path, key)

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
        """Remove an item whose key was destroyed."""
        with storage(self.folder):
            path = self.path(item)
            if path.exists():
                path.unlink()
                sync_folder(path.parent)

    def sweep(self) -> int:
        """Remove what an interrupted admission left half-written; the number of files removed."""
        leftovers = [*self.folder.glob("*.incoming"), *self.folder.glob("*.tmp")]
        with storage(self.folder):
            for path in leftovers:
                path.unlink()
        return len(leftovers)
