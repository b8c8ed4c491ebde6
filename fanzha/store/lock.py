"""One process owns a workspace at a time."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from fanzha.errors import WorkspaceBusy
from fanzha.store.disk import storage

Wait = Callable[[int], None]  # called with the owner's process number, once, when the workspace is owned by another


def wait_silently(_owner: int) -> None:
    """Say nothing while another process has the workspace."""
    return


def is_read_only(folder: Path) -> bool:
    """Whether nothing can be written there: read-only media, or no right to."""
    return folder.is_dir() and not os.access(folder, os.W_OK)


@contextlib.contextmanager
def owned(folder: Path, waiting: Wait = wait_silently, *, block: bool = True) -> Iterator[None]:
    """Own a workspace: one process at a time. Waits for the other to finish, or raises WorkspaceBusy.

    On read-only media nobody writes and nobody owns.
    """
    if is_read_only(folder):
        yield
        return
    with storage(folder):
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
        with storage(folder):
            os.pwrite(handle, f"{os.getpid():<20}".encode(), 0)  # same length always: a full disk has room for it
        yield
    finally:
        os.close(handle)
