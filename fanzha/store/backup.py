"""Backup and restore: one file, encrypted under a secret of its own, made while the workspace is in use, checked byte by byte.

A backup holds originals (still sealed), journal, head, keys and models; tables are made again. Layout: FZB1, 16 bytes of
salt, then a tar stream sealed like an original under a key that scrypt makes from the secret. Beside it, FILE.erased lists what
was erased since, signed by the workspace: whoever restores an old backup erases that again before it is used.
"""

import hashlib
import io
import json
import os
import re
import secrets
import shutil
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from fanzha.errors import InputError, NotAllowed, RecordDamaged
from fanzha.store import erasures
from fanzha.store.disk import make_folder, storage, sync_folder, write_durably, write_synced
from fanzha.store.originals import CHUNK, Sealed, seal
from fanzha.store.record import Act, Record

MAGIC = b"FZB1"
SALT = 16
SECRET_BYTES_MIN = 16
_MANIFEST = "manifest.json"
_NAMES = re.compile(
    r"manifest\.json|journal\.sqlite|journal\.head|keys/(?:master|sign|lookup)\.key|keys/items\.sqlite"
    r"|models/[0-9a-f]{64}|originals/[0-9a-f]{2}/[0-9a-f]{64}"
)
Progress = Callable[[int, int, str], None]  # done, of how many, what


def read_secret(path: Path, *, create: bool = False) -> bytes:
    """The secret in a key file that nobody else may read; with `create` a fresh one where there is no file.

    Raises InputError where it is missing or short, NotAllowed where others may read it.
    """
    with storage(path):
        if create and not path.exists():
            write_durably(path, iter([secrets.token_hex(32).encode() + b"\n"]), mode=0o400)
        if not path.is_file():
            raise InputError("there is no such key file", "没有此密钥文件", where=str(path))
        if path.stat().st_mode & 0o077:
            raise NotAllowed(
                "others may read this key file",
                "其他用户可读取该密钥文件",
                where=str(path),
                remedy="chmod 600 it",
                remedy_zh="请将权限改为 600",
            )
        secret = path.read_bytes().strip()
    if len(secret) < SECRET_BYTES_MIN:
        raise InputError(
            f"the key file holds fewer than {SECRET_BYTES_MIN} characters",
            f"密钥文件不足 {SECRET_BYTES_MIN} 个字符",
            where=str(path),
            remedy="name a file that is not there: a good key is made",
            remedy_zh="指定一个不存在的文件名，系统会生成密钥",
        )
    return secret


def _key(secret: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(secret)


# -- making one --------------------------------------------------------------------------------------------------------


def back_up(record: Record, path: Path, secret: bytes, progress: Progress) -> int:
    """Write a backup of everything acknowledged until now; its size in bytes. The workspace stays in use."""
    record.journal.fold()
    record.keys.fold()
    files = _files(record.folder)
    checked = {name: _digest(file) for name, file in files if not name.startswith("originals/")}
    head = record.journal.checkpoint()
    manifest = {
        "size": head.size,
        "root": head.root.hex(),
        "origin": head.origin,
        "sha256": checked,
        "files": len(files),
    }
    salt = secrets.token_bytes(SALT)

    def stream() -> Iterator[bytes]:
        yield from _tar_member(_MANIFEST, iter([json.dumps(manifest, sort_keys=True).encode()]))
        for number, (name, file) in enumerate(files):
            progress(number, len(files), name)
            yield from _tar_member(name, _pieces(file), file.stat().st_size)
        progress(len(files), len(files), "")
        yield bytes(2 * tarfile.BLOCKSIZE)

    def sealed() -> Iterator[bytes]:
        yield MAGIC + salt
        yield from seal(stream(), _key(secret, salt))

    with storage(path):
        temporary = path.with_name(path.name + ".part")
        write_synced(temporary, sealed())
        temporary.rename(path)
        sync_folder(path.resolve().parent)
        return path.stat().st_size


def _files(folder: Path) -> list[tuple[str, Path]]:
    found = [(name, folder / name) for name in ("journal.sqlite", "journal.head")]
    found += [(f"keys/{file.name}", file) for file in sorted((folder / "keys").iterdir()) if file.is_file()]
    found += [(f"models/{file.name}", file) for file in sorted((folder / "models").glob("*")) if file.is_file()]
    found += [
        (f"originals/{file.parent.name}/{file.name}", file) for file in sorted((folder / "originals").glob("??/*"))
    ]
    return [(name, file) for name, file in found if _NAMES.fullmatch(name)]


def _digest(file: Path) -> str:
    with storage(file), file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as handle:
        while piece := handle.read(CHUNK):
            yield piece


def _tar_member(name: str, pieces: Iterator[bytes], size: int | None = None) -> Iterator[bytes]:
    held = list(pieces) if size is None else None
    info = tarfile.TarInfo(name)
    info.size = sum(map(len, held)) if held is not None else size or 0
    info.mode = 0o600
    yield info.tobuf(tarfile.PAX_FORMAT)
    yield from held if held is not None else pieces
    yield bytes(-info.size % tarfile.BLOCKSIZE)


# -- what was erased since ---------------------------------------------------------------------------------------------


def write_erasures(record: Record) -> tuple[list[Path], list[str]]:
    """The notes written, and the backups that could not be reached; see `erasures.write_erasures`."""
    return erasures.write_erasures(record.folder, record.journal, record.keys)


def read_erasures(path: Path, public_key: bytes) -> set[str]:
    """The items in a signed list; see `erasures.read_erasures`."""
    return erasures.read_erasures(path, public_key)


# -- restoring ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A backup laid out in a folder that is not yet the workspace."""

    folder: Path
    manifest: dict[str, Any]
    files: int
    bytes: int


class _Reader(io.RawIOBase):
    """A sealed stream as a file that is read once, from start to end."""

    def __init__(self, sealed: Sealed) -> None:
        self._sealed, self._place = sealed, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        stop = len(self._sealed) if size is None or size < 0 else self._place + size
        part = self._sealed[self._place : stop]
        self._place += len(part)
        return part


def unpack(path: Path, secret: bytes, folder: Path, progress: Progress) -> Unpacked:
    """Lay out a backup beside `folder`, every byte checked against what was backed up.

    Raises NotAllowed where `folder` holds something already, RecordDamaged where the backup is not whole or the secret is
    not its own.
    """
    if folder.exists() and any(folder.iterdir()):
        raise NotAllowed(
            "the folder to restore into is not empty",
            "恢复目标文件夹不为空",
            where=str(folder),
            remedy="name a new folder with --workspace",
            remedy_zh="请用 --workspace 指定新文件夹",
        )
    with storage(path), path.open("rb") as handle:
        head = handle.read(len(MAGIC) + SALT)
    if head[: len(MAGIC)] != MAGIC:
        raise InputError("this is no backup of a workspace", "不是工作区备份文件", where=str(path))
    target = folder.with_name(folder.name + ".restoring")
    with storage(target):
        shutil.rmtree(target, ignore_errors=True)
        make_folder(target)
    try:
        sealed = Sealed(path, _key(secret, head[len(MAGIC) :]), len(head))
        return _lay_out(sealed, target, path, progress)
    except RecordDamaged as error:
        raise _not_whole(path) from error
    except (tarfile.TarError, ValueError, KeyError) as error:
        raise _not_whole(path) from error


def _not_whole(path: Path) -> RecordDamaged:
    return RecordDamaged(
        "the backup is damaged, or this is not its key",
        "备份已损坏，或密钥不符",
        where=str(path),
        remedy="check the key file; else use another backup",
        remedy_zh="请核对密钥文件，或改用其他备份",
    )


def _lay_out(sealed: Sealed, target: Path, path: Path, progress: Progress) -> Unpacked:
    manifest: dict[str, Any] = {}
    seen: dict[str, str] = {}
    total = 0
    with tarfile.open(fileobj=_Reader(sealed), mode="r|", bufsize=CHUNK) as archive:
        for member in archive:
            handle = archive.extractfile(member)
            if handle is None or not _NAMES.fullmatch(member.name):
                raise _not_whole(path)
            if member.name == _MANIFEST:
                manifest = json.loads(handle.read())
                continue
            progress(len(seen), int(manifest["files"]), member.name)
            seen[member.name] = _write(target / member.name, handle)
            total += member.size
    expected = manifest["sha256"]
    originals = {name: name.rpartition("/")[2] for name in seen if name.startswith("originals/")}
    if len(seen) != manifest["files"] or seen != {**expected, **originals}:
        raise _not_whole(path)
    progress(len(seen), len(seen), "")
    return Unpacked(target, manifest, len(seen), total)


def _write(place: Path, handle: Any) -> str:
    """Write one file; its SHA-256."""
    digest = hashlib.sha256()

    def pieces() -> Iterator[bytes]:
        while piece := handle.read(CHUNK):
            digest.update(piece)
            yield piece

    with storage(place):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = 0o600 if place.suffix == ".sqlite" or place.name == "journal.head" else 0o400
        write_synced(place, pieces(), mode=mode)
    return digest.hexdigest()


def settle(done: Unpacked, folder: Path) -> None:
    """Give a verified, laid-out backup the name of the workspace, durably."""
    with storage(folder):
        os.close(os.open(done.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600))
        for below in [done.folder, *(path for path in done.folder.rglob("*") if path.is_dir())]:
            sync_folder(below)
        if folder.exists():
            folder.rmdir()
        done.folder.rename(folder)
        sync_folder(folder.resolve().parent)


def replay_erasures(record: Record, items: set[str], act: Act) -> int:
    """Erase in a restored workspace what was erased after its backup was made; how many items."""
    entries = record.journal.entries()
    erased = {entry.item for entry in entries if entry.act == "erase"}
    late = [e for e in entries if e.act == "admit" and e.item in items - erased]
    for entry in late:
        record.erase(entry, act, {"ground": "replayed", "reference": "", "with": entry.seq})
    return len(late)
