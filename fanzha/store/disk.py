"""Writing so that what was acknowledged survives a power cut; and SQLite files whose every page carries a checksum."""

import contextlib
import ctypes
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import quote

import apsw
import apsw.sqlite_extra
import numpy as np

from fanzha.errors import RecordDamaged, StorageFailed, WorkspaceBusy

# Versions before this have the WAL-reset bug, which can corrupt a file when two connections write and checkpoint at once.
SQLITE_OLDEST = (3, 51, 3)


@contextlib.contextmanager
def storage(path: Path) -> Iterator[None]:
    """Turn a refusal of the operating system or of SQLite into StorageFailed. Never retried: a failed fsync may have
    dropped the data it was asked to keep."""
    try:
        yield
    except OSError as error:
        raise StorageFailed(
            f"the disk refused: {error.strerror or error}",
            f"磁盘写入失败：{error.strerror or error}",
            where=str(path),
            remedy="make room or mend the disk, then start again; nothing acknowledged is lost",
            remedy_zh="腾出空间或修复磁盘后重新启动；已确认的内容不会丢失",
        ) from error
    except (apsw.FullError, apsw.IOError, apsw.ReadOnlyError, apsw.CantOpenError, apsw.NoMemError) as error:
        raise StorageFailed(
            f"the journal's disk refused: {error}",
            f"账簿写入失败：{error}",
            where=str(path),
            remedy="make room or mend the disk, then start again; nothing acknowledged is lost",
            remedy_zh="腾出空间或修复磁盘后重新启动；已确认的内容不会丢失",
        ) from error
    except apsw.BusyError as error:
        raise WorkspaceBusy(
            "another program has the journal open",
            "其他程序正在打开账簿",
            where=str(path),
            remedy="close it there, then start again",
            remedy_zh="请先在该程序中关闭，再重新启动",
        ) from error
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise damaged(path, str(error)) from error


def damaged(path: Path, detail: str) -> RecordDamaged:
    """The error for a record that is not what was acknowledged."""
    return RecordDamaged(
        f"the record is damaged: {detail}",
        f"账簿已损坏：{detail}",
        where=str(path),
        remedy="stop using this workspace and restore a backup; `fanzha verify` lists every damaged place",
        remedy_zh="停止使用该工作区并从备份恢复;fanzha verify 会列出每一处损坏",
    )


def stopped(path: Path) -> StorageFailed:
    """The error for a write after one that failed: this process writes no more."""
    return StorageFailed(
        "the journal stopped after a failed write",
        "账簿在一次写入失败后已停止",
        where=str(path),
        remedy="start again",
        remedy_zh="重新启动",
    )


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing; its name is durable when it returns, also where an earlier
    start made the folder and was stopped before it had synced the name."""
    missing = [one for one in folder.parents if not one.exists()]
    for one in (*reversed(missing), folder):
        one.mkdir(mode=0o700, exist_ok=True)
        sync_folder(one.parent)


def write_durably(path: Path, pieces: Iterator[bytes], *, mode: int = 0o600) -> None:
    """Write a file so that after return it is whole under its name, and before return its name does not exist or still
    holds the old content."""
    temporary = path.with_name(path.name + ".tmp")
    write_synced(temporary, pieces, mode=mode)
    temporary.rename(path)
    sync_folder(path.parent)


def write_synced(path: Path, pieces: Iterator[bytes], *, mode: int = 0o600) -> None:
    """Write a file whose content is durable when it returns; its name is not. What could not be written is taken away,
    so that a full disk gets its room back."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        for piece in pieces:
            view = memoryview(piece)
            while view:
                view = view[os.write(handle, view) :]
        os.fchmod(handle, mode)
        os.fsync(handle)
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise
    finally:
        os.close(handle)


@cache
def _load_checksum_vfs() -> None:
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    if version < SQLITE_OLDEST:
        raise StorageFailed(
            f"SQLite {apsw.sqlite_lib_version()} can corrupt the journal",
            f"SQLite {apsw.sqlite_lib_version()} 可能损坏账簿",
            remedy="install the locked requirements again",
            remedy_zh="重新安装锁定的依赖",
        )
    apsw.sqlite_extra.load(apsw.Connection(":memory:"), "cksumvfs")


def open_sqlite(path: Path, *, read_only: bool = False) -> apsw.Connection:
    """A SQLite file with page checksums, WAL and synchronous=FULL, created with mode 0600 if it is not there.

    On read-only media it must have been closed in order: a write-ahead log cannot be folded in there.
    """
    _load_checksum_vfs()
    if read_only:
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise StorageFailed(
                "the workspace was not closed in order and cannot be mended on read-only media",
                "工作区未正常关闭，无法在只读介质上恢复",
                where=str(path),
                remedy="copy it to a disk that can be written and open it there",
                remedy_zh="请复制到可写磁盘后打开",
            )
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        return apsw.Connection(f"file:{quote(str(path))}?immutable=1", flags=flags, vfs="cksmvfs")
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = apsw.Connection(str(path), vfs="cksmvfs")
    reserve = ctypes.c_int(8)  # the checksum takes the last 8 bytes of each page; only a new file takes it over
    try:
        connection.file_control("main", apsw.SQLITE_FCNTL_RESERVE_BYTES, ctypes.addressof(reserve))
        # One statement a call: execute() of two stops at the first row and skips the second.
        # Exclusive before all: the log's index then lies in memory and asks no room of a full disk.
        for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            list(connection.execute(f"PRAGMA {pragma}"))
        list(connection.execute("SELECT 1 FROM sqlite_schema"))  # the write-ahead log has its name now
        sync_folder(path.parent)  # SQLite syncs the name too, but takes no notice where that fails
    except BaseException:
        abandon_sqlite(connection)
        raise
    return connection


def abandon_sqlite(connection: apsw.Connection) -> None:
    """Close a file whose write failed, and sync nothing more: its write-ahead log is read again at the next start.

    An ordinary close would fold the log in, which is the retry that must not be (see `storage`).
    """
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.close()


def damaged_pages(path: Path) -> list[int]:
    """Numbers (from 1) of the pages of a closed SQLite file whose checksum does not hold, free pages included.

    Algorithm of SQLite's cksumvfs: two running 32-bit sums over little-endian words, stored in the last 8 bytes.
    """
    data = path.read_bytes()
    if not data:
        return []
    size = int.from_bytes(data[16:18], "big") if len(data) >= 18 else 0
    size = 65536 if size == 1 else size
    if size < 512 or size & (size - 1) or len(data) % size or data[20:21] != b"\x08":
        return [1]
    pages = np.frombuffer(data, dtype="<u4").reshape(-1, size // 4).astype(np.uint64)
    first = np.zeros(len(pages), np.uint64)
    second = np.zeros(len(pages), np.uint64)
    mask = np.uint64(0xFFFFFFFF)
    for word in range(0, size // 4 - 2, 2):
        first = (first + pages[:, word] + second) & mask
        second = (second + pages[:, word + 1] + first) & mask
    wrong = (first != pages[:, -2]) | (second != pages[:, -1])
    return [int(page) + 1 for page in np.flatnonzero(wrong)]
