"""The child that parses hostile bytes: what it may not do, and what becomes of one that tries or fails."""

import subprocess
import sys
from pathlib import Path

import pytest

from fanzha.errors import UnreadableFile
from fanzha.formats import confined
from fanzha.formats.confined import Caps

TRY = """
import os, resource, signal, socket
from fanzha.formats.child import run
run.cap(448 << 20, 30)
done = run.confine()
print(*done)
def attempt(name, act):
    try:
        act()
    except OSError as error:
        print(name, "refused", error.errno)
    else:
        print(name, "WENT THROUGH")
attempt("read", lambda: open("/etc/hostname").read())
attempt("list", lambda: os.listdir("/"))
attempt("write", lambda: open("/tmp/fanzha-confined", "w"))
attempt("connect", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM))
attempt("unix", lambda: socket.socketpair())
attempt("fork", os.fork)
attempt("exec", lambda: os.execv("/bin/true", ["true"]))
attempt("kill", lambda: os.kill(os.getppid(), 0))
attempt("signal", lambda: signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 0))
attempt("limit", lambda: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE))
try:
    bytearray(1 << 30)
except MemoryError:
    print("memory refused")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's")
def test_a_confined_child_opens_nothing_and_reaches_nobody() -> None:
    done = subprocess.run([sys.executable, "-I", "-c", TRY], capture_output=True, text=True, check=False, env={})
    said = done.stdout.splitlines()
    assert "seccomp" in said[0], done.stdout + done.stderr
    assert "WENT THROUGH" not in done.stdout
    assert sum("refused" in line for line in said) == 11, done.stdout + done.stderr


def test_a_child_gets_no_environment_no_key_and_no_open_file(tmp_path: Path) -> None:
    held = (tmp_path / "secret").open("w")
    script = "import os; print(sorted(os.environ), [n for n in range(3, 64) if os.path.exists(f'/proc/self/fd/{n}')])"
    command = [sys.executable, "-I", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={}, cwd="/")
    held.close()
    assert "secret" not in done.stdout and "[3" not in done.stdout.replace("[]", "")


def test_a_child_that_refuses_crashes_or_never_ends_is_an_unreadable_file() -> None:
    with pytest.raises(UnreadableFile, match="not of this kind"):
        list(confined.values("workbook", b"PK\x03\x04 no", "a.xlsx", {"rows": 1}))
    with pytest.raises(UnreadableFile, match="memory or time"):
        list(confined.values("nosuchjob", b"", "a.bin"))
    with pytest.raises(UnreadableFile, match="memory or time"):
        list(confined.values("gunzip", b"\x1f\x8b", "a.gz", {}, Caps(memory_bytes=1 << 20)))


def test_what_a_child_says_is_bounded() -> None:
    import gzip

    bomb = gzip.compress(bytes(8 << 20))
    argument = {"limit": 1 << 40, "ratio": 1 << 20, "small": 1 << 20}
    with pytest.raises(UnreadableFile, match="too large"):
        list(confined.values("gunzip", bomb, "a.gz", argument, Caps(output_bytes=1 << 20)))
    taken = confined.values("gunzip", bomb, "a.gz", argument)
    assert len(next(taken)) > 0
    taken.close()  # a reader that has seen enough ends the child
