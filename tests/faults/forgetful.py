"""A file system in memory, over FUSE, that forgets at a power cut what was not synced, and that can refuse.

The model is the most forgetful that POSIX allows. The bytes of a file are durable after fsync of that file; names
(create, mkdir, rename, unlink) after fsync of their folder. At a cut each unsynced 4 KiB page may or may not have
reached the disk, whole or torn at a 512-byte sector; of a folder's unsynced operations a prefix has. After a failed
fsync the pages count as clean though they are not on disk, as Linux does.

    with mounted(folder, seed) as disk: disk.tell(fault="EIO", at=7); ...; disk.power_cut()
"""

import contextlib
import errno
import json
import os
import random
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PAGE, SECTOR = 4096, 512
REPOSITORY = Path(__file__).parents[2]
FAULTS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "fsync": errno.EIO, "short": 0}


def why_not() -> str:
    """Why no such file system can be mounted here; empty if it can."""
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return "there is no /dev/fuse here that may be used"
    try:
        import mfusepy  # noqa: F401
    except (ImportError, OSError, AttributeError) as problem:
        return f"libfuse or mfusepy is missing ({problem})"
    return ""


@dataclass
class Node:
    """A file or folder: what programs see, and what is on the disk."""

    mode: int
    data: bytearray = field(default_factory=bytearray)
    on_disk: bytes = b""
    dirty: set[int] = field(default_factory=set)  # pages
    names: dict[str, "Node"] = field(default_factory=dict)
    names_on_disk: dict[str, "Node"] = field(default_factory=dict)
    pending: list[dict[str, "Node | None"]] = field(default_factory=list)  # one operation: name -> node, None if gone
    failed_sync: bool = False

    def touch(self, start: int, end: int) -> None:
        self.dirty.update(range(start // PAGE, -(-max(end, start + 1) // PAGE)))

    def change(self, operation: dict[str, "Node | None"]) -> None:
        _apply(self.names, operation)
        self.pending.append(operation)

    def sync(self) -> None:
        """Everything written is on the disk, except pages that an earlier failed sync had let go."""
        if stat.S_ISDIR(self.mode):
            self.names_on_disk = dict(self.names)
            self.pending.clear()
        else:
            self.on_disk = _merged(self, dict.fromkeys(self.dirty, PAGE), len(self.data))
            self.dirty.clear()


def _apply(names: dict[str, Node], operation: dict[str, Node | None]) -> None:
    for name, node in operation.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


def _merged(node: Node, reached: dict[int, int], size: int) -> bytes:
    """The disk's bytes with `reached` bytes of each page taken over from what was written."""
    made = bytearray(node.on_disk[:size].ljust(size, b"\0"))
    for page, length in reached.items():
        piece = node.data[page * PAGE : page * PAGE + length][: max(0, size - page * PAGE)]
        made[page * PAGE : page * PAGE + len(piece)] = piece
    return bytes(made)


class Disk:
    """The state, the counting and the faults; knows nothing of FUSE."""

    def __init__(self, seed: int) -> None:
        self.root = Node(stat.S_IFDIR | 0o755)
        self.rng = random.Random(seed)
        self.fault, self.at, self.cut_at, self.quota = "", 0, 0, 0
        self.read_only = self.off = self.fired = False
        self.counted = self.total = 0
        self.retried: list[str] = []
        self.where = ""

    def find(self, path: str) -> Node:
        node = self.root
        for part in path.strip("/").split("/"):
            if part:
                if part not in node.names:
                    raise OSError(errno.ENOENT, path)
                node = node.names[part]
        return node

    def folder(self, path: str) -> tuple[Node, str]:
        above, _, name = path.rpartition("/")
        return self.find(above), name

    def used(self) -> int:
        def below(node: Node) -> int:
            return len(node.data) + sum(below(child) for child in node.names.values())

        return below(self.root)

    def operate(self, kind: str, path: str, length: int = 0, growth: int = 0) -> int:
        """Count one changing operation; raise if it is to fail. How many bytes of a write are taken."""
        self.alive()
        if self.read_only:
            raise OSError(errno.EROFS, path)
        self.total += 1
        if self.cut_at and self.total >= self.cut_at:
            self.where = f"{kind} {path}"
            self.cut()
            raise OSError(errno.EIO, path)
        if growth and self.quota and self.used() + growth > self.quota:
            raise OSError(errno.ENOSPC, path)
        wanted = {"short": ("write",), "fsync": ("fsync",)}.get(self.fault)
        if self.fault and not self.fired and (wanted is None or kind in wanted):
            self.counted += 1
            if self.counted == self.at:
                self.fired, self.where = True, f"{kind} {path}"
                if self.fault != "short":
                    raise OSError(FAULTS[self.fault], path)
                return max(1, length // 2)
        return length

    def alive(self) -> None:
        if self.off:
            raise OSError(errno.EIO, "no power")

    def sync(self, path: str, node: Node) -> None:
        if node.failed_sync and not stat.S_ISDIR(node.mode):  # SQLite takes no notice of a folder's sync that fails
            self.retried.append(path)
        try:
            self.operate("fsync", path)
        except OSError:
            node.dirty.clear()
            node.failed_sync = True
            raise
        node.sync()

    def cut(self) -> None:
        """Power off: what survives is decided now."""
        self.off = True
        self.root = self._surviving(self.root, self.rng.random() < 0.3, {})

    def _surviving(self, node: Node, torn: bool, done: dict[int, Node]) -> Node:
        if id(node) in done:
            return done[id(node)]
        made = done[id(node)] = Node(node.mode)
        if stat.S_ISDIR(node.mode):
            names = dict(node.names_on_disk)
            for operation in node.pending[: self.rng.randint(0, len(node.pending))]:
                _apply(names, operation)
            made.names = {name: self._surviving(child, torn, done) for name, child in names.items()}
            made.names_on_disk = dict(made.names)
            return made
        reached = {page: PAGE for page in sorted(node.dirty) if self.rng.random() < 0.5}
        if torn and reached:
            reached[self.rng.choice(list(reached))] = SECTOR * self.rng.randrange(PAGE // SECTOR)
        size = self.rng.choice((len(node.on_disk), len(node.data))) if node.dirty else len(node.on_disk)
        made.on_disk = _merged(node, reached, size)
        made.data = bytearray(made.on_disk)
        return made

    def tell(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do what the test asks; what is known after it."""
        match order.get("do"):
            case "cut":
                if not self.off:
                    self.cut()
            case "on":
                self.off, self.cut_at = False, 0
            case "set":
                for name, value in order["values"].items():
                    setattr(self, name, value)
                self.fired, self.counted, self.total, self.retried, self.where = False, 0, 0, [], ""
        shown = ("fired", "counted", "total", "retried", "where", "off")
        return {name: getattr(self, name) for name in shown} | {"used": self.used()}


def serve(mount: str, seed: int) -> None:
    """Serve until told to end; mounted anew after every unmounting, as after a power cut."""
    import mfusepy

    disk, ended, lock = Disk(seed), threading.Event(), threading.Lock()

    def control() -> None:
        for line in sys.stdin:
            with lock:
                answer = disk.tell(json.loads(line))
            print(json.dumps(answer), flush=True)
        ended.set()
        subprocess.run(["fusermount3", "-u", "-z", mount], check=False, capture_output=True)

    threading.Thread(target=control, daemon=True).start()
    while not ended.is_set():
        mfusepy.FUSE(_operations(mfusepy, disk, lock), mount, foreground=True, nothreads=True, fsname="forgetful")


def _operations(mfusepy: Any, disk: Disk, lock: Any) -> Any:
    handles: dict[int, Node] = {}

    def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
        def within(*arguments: Any) -> Any:
            with lock:
                try:
                    return function(*arguments)
                except OSError as problem:
                    raise mfusepy.FuseOSError(problem.errno) from problem

        return within

    def hold(node: Node) -> int:
        number = max(handles, default=0) + 1
        handles[number] = node
        return number

    def node_of(path: str, handle: int | None) -> Node:
        return handles[handle] if handle in handles else disk.find(path)

    def resize(node: Node, length: int) -> None:
        before = len(node.data)
        if length < before:
            del node.data[length:]
        else:
            node.data.extend(bytes(length - before))
        node.touch(min(before, length), max(before, length))

    class Forgetful(mfusepy.Operations):  # type: ignore[misc]
        use_ns = True

        @guarded
        def access(self, path: str, amode: int) -> int:
            if amode & os.W_OK and disk.read_only:
                raise OSError(errno.EROFS, path)
            return 0

        @guarded
        def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
            disk.alive()
            node = node_of(path, fh)
            return {"st_mode": node.mode, "st_size": len(node.data), "st_nlink": 1, "st_uid": os.getuid()}

        @guarded
        def readdir(self, path: str, fh: int) -> list[str]:
            disk.alive()
            return [".", "..", *disk.find(path).names]

        @guarded
        def create(self, path: str, mode: int, fi: Any = None) -> int:
            disk.operate("create", path)
            above, name = disk.folder(path)
            made = Node(stat.S_IFREG | stat.S_IMODE(mode))
            above.change({name: made})
            return hold(made)

        @guarded
        def mkdir(self, path: str, mode: int) -> int:
            disk.operate("mkdir", path)
            above, name = disk.folder(path)
            above.change({name: Node(stat.S_IFDIR | stat.S_IMODE(mode))})
            return 0

        @guarded
        def open(self, path: str, flags: int) -> int:
            disk.alive()
            if disk.read_only and flags & (os.O_WRONLY | os.O_RDWR):
                raise OSError(errno.EROFS, path)
            return hold(disk.find(path))

        @guarded
        def release(self, path: str, fh: int) -> int:
            handles.pop(fh, None)
            return 0

        @guarded
        def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
            disk.alive()
            return bytes(node_of(path, fh).data[offset : offset + size])

        @guarded
        def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
            node = node_of(path, fh)
            growth = max(0, offset + len(data) - len(node.data))
            taken = disk.operate("write", path, len(data), growth)
            if offset > len(node.data):
                resize(node, offset)
            node.data[offset : offset + taken] = data[:taken]
            node.touch(offset, offset + taken)
            return taken

        @guarded
        def truncate(self, path: str, length: int, fh: int | None = None) -> int:
            disk.operate("truncate", path)
            resize(node_of(path, fh), length)
            return 0

        @guarded
        def chmod(self, path: str, mode: int) -> int:
            disk.operate("chmod", path)
            node = disk.find(path)
            node.mode = stat.S_IFMT(node.mode) | stat.S_IMODE(mode)
            return 0

        @guarded
        def unlink(self, path: str) -> int:
            disk.operate("unlink", path)
            above, name = disk.folder(path)
            disk.find(path)
            above.change({name: None})
            return 0

        rmdir = unlink

        @guarded
        def rename(self, old: str, new: str) -> int:
            disk.operate("rename", new)
            node, (source, before), (target, after) = disk.find(old), disk.folder(old), disk.folder(new)
            if source is target:
                source.change({before: None, after: node})
            else:  # two folders, each durable by its own sync
                target.change({after: node})
                source.change({before: None})
            return 0

        @guarded
        def fsync(self, path: str, datasync: int, fh: int) -> int:
            disk.sync(path, node_of(path, fh))
            return 0

        @guarded
        def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
            disk.sync(path, disk.find(path))
            return 0

        def utimens(self, path: str, times: Any = None) -> int:
            return 0

        def chown(self, path: str, uid: int, gid: int) -> int:
            return 0

        @guarded
        def statfs(self, path: str) -> dict[str, int]:
            room = max(0, (disk.quota or 1 << 32) - disk.used()) // PAGE
            return {"f_bsize": PAGE, "f_frsize": PAGE, "f_blocks": 1 << 20, "f_bavail": room, "f_bfree": room}

    return Forgetful()


class Mounted:
    """A forgetful disk under a folder, as the test holds it."""

    def __init__(self, mount: Path, seed: int) -> None:
        self.mount = mount
        mount.mkdir(parents=True, exist_ok=True)
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.forgetful", str(mount), str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + 20
        while not os.path.ismount(self.mount):
            if self._server.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the forgetful disk was not mounted")
            time.sleep(0.01)

    def _ask(self, **order: Any) -> dict[str, Any]:
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        answer: dict[str, Any] = json.loads(self._server.stdout.readline())
        return answer

    def tell(self, **values: Any) -> None:
        """Set `fault` (EIO, ENOSPC, fsync, short) `at` the Nth operation, `cut_at`, `quota` (bytes), `read_only`; the
        counts begin anew."""
        self._ask(do="set", values={"fault": "", "at": 0, "cut_at": 0, "quota": 0, "read_only": False} | values)

    def seen(self) -> dict[str, Any]:
        """The counts: `total` changing operations, whether the fault `fired`, `where`, syncs `retried`."""
        return self._ask(do="show")

    def power_cut(self) -> None:
        """Cut the power (unless it is off), and serve what survived. Nobody may still use the mount."""
        self._ask(do="cut")
        self.remount()

    def remount(self) -> None:
        """Unmount and mount again, so that the kernel remembers nothing either."""
        for _ in range(100):
            if subprocess.run(["fusermount3", "-u", str(self.mount)], check=False, capture_output=True).returncode == 0:
                break
            time.sleep(0.02)
        self._ask(do="on")
        self._wait()

    def close(self) -> None:
        """Unmount and end the server."""
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.close()
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._server.stdout.close()
        subprocess.run(["fusermount3", "-u", "-z", str(self.mount)], check=False, capture_output=True)


@contextlib.contextmanager
def mounted(mount: Path, seed: int) -> Iterator[Mounted]:
    """A forgetful disk for the length of a test."""
    disk = Mounted(mount, seed)
    try:
        yield disk
    finally:
        disk.close()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
