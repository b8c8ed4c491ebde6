"""The child that stands ready: what one file does to its reader costs that file alone, no file speaks for another, nobody is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fanzha.errors import UnreadableFile
from fanzha.formats import standing
from fanzha.formats.confined import Caps
from fanzha.formats.standing import Standing

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's")

# A job that does what it is asked to: no library is needed for it, and it is not part of Fanzha.
JOB = """
import ctypes, os, socket, struct, sys, time, types
from fanzha.formats.child import saying, serve

left = []

def attempts():
    def tried(act):
        try:
            act()
        except OSError as error:
            return error.errno
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    def call(*words):
        if libc.syscall(*words) < 0:
            raise OSError(ctypes.get_errno(), "")
    mother = os.getppid()
    return {
        "read": tried(lambda: open("/etc/hostname").read()),
        "connect": tried(lambda: socket.socket()),
        "fork": tried(os.fork),
        "kill": tried(lambda: os.kill(mother, 0)),
        "tgkill": tried(lambda: call(234, mother, mother, 0)),
        "sigqueue": tried(lambda: call(129, mother, 0, 0)),
        "limit the server": tried(lambda: call(302, mother, 0, 0, 0)),
        "outlive the server": tried(lambda: call(157, 1, 0, 0, 0, 0)),
    }

def main(pipe, say, argument):
    data, do = pipe.read(), argument.get("do", "echo")
    if do == "echo":
        say({"pid": os.getpid(), "mother": os.getppid(), "size": len(data), "stdin": os.read(0, 1).decode(), "left": left})
        say(data[:10])
    elif do == "leave":
        left.append(data.decode())
    elif do == "attempts":
        say(attempts())
    elif do == "crash":
        ctypes.string_at(0)
    elif do == "raise":
        1 / 0
    elif do == "hang":
        say({"pid": os.getpid()})
        sys.stdout.buffer.flush()
        time.sleep(600)
    elif do == "shut":
        os.close(1)
        time.sleep(600)
    elif do == "spin":
        while True:
            pass
    elif do == "memory":
        held = [bytearray(64 << 20) for _ in range(64)]
    elif do == "flood":
        while True:
            say(b"x" * 50_000)
    elif do == "refuse":
        raise saying.NotThis
    elif do == "forge":
        for number in range(argument["next"] - 1, argument["next"] + 2):
            said = serve.FRAME.pack(number, b"S", 7) + struct.pack(">IcB", 2, b"J", 48) + b"0"
            os.write(1, said + serve.FRAME.pack(number, b"E", 1) + bytes(1))
    elif do == "garbage":
        os.write(1, os.urandom(200))

module = types.ModuleType("fanzha.formats.child.trouble")
module.main = main
sys.modules[module.__name__] = module
serve.main()
"""
CAPS = Caps(memory_bytes=1 << 30, output_bytes=1 << 20, seconds=20)


def planted(job: str, caps: Caps) -> list[str]:
    """The server with the job above."""
    limits = (caps.memory_bytes, caps.seconds, caps.output_bytes)
    return [sys.executable, "-I", "-c", JOB, job, *map(str, limits)]


def alive(pid: int) -> bool:
    """Whether a process runs: it is there, and no mere entry that nobody has collected."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def gone(*pids: int) -> bool:
    until = time.monotonic() + 5
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.01)
    return not any(map(alive, pids))


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standing]:
    monkeypatch.setattr(standing, "command", planted)
    with Standing("trouble", CAPS) as one:
        yield one


def server_of(one: Standing) -> int:
    return ask(one)["mother"]


def ask(one: Standing, data: bytes = b"0123456789abc") -> dict[str, Any]:
    told, said = one.ask(data, "a.bin")
    assert said == data[:10] and told["size"] == len(data) and told["stdin"] == ""
    assert told["left"] == [], "something of an earlier file is there"
    return dict(told)


def test_one_server_and_for_each_file_a_reader_of_its_own(trouble: Standing) -> None:
    told = [ask(trouble, bytes([65 + at]) * at * 100_000) for at in range(4)]
    assert len({one["mother"] for one in told}) == 1 and len({one["pid"] for one in told}) == 4
    assert gone(*(one["pid"] for one in told)) and alive(told[0]["mother"])
    assert trouble.ask(b"one", "a.bin", {"do": "leave"}) == []
    ask(trouble)


@pytest.mark.parametrize("do", ["crash", "raise", "memory", "refuse", "flood", "garbage", "forge"])
def test_what_a_file_does_costs_that_file_alone(trouble: Standing, do: str) -> None:
    server = server_of(trouble)
    refusal = {"refuse": "not of this kind", "flood": "too large", "garbage": "", "forge": ""}.get(do, "memory or time")
    try:
        said = trouble.ask(b"bad", "bad.bin", {"do": do, "next": 3})
    except UnreadableFile as error:
        assert refusal in str(error) and "bad.bin" in str(error)
    else:
        assert do in ("garbage", "forge"), said  # it may say of itself what it likes
    assert server_of(trouble) == server, "the server has not noticed"


@pytest.mark.parametrize("do", ["hang", "spin", "shut"])
def test_a_reader_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch, do: str) -> None:
    short = Caps(memory_bytes=1 << 30, output_bytes=1 << 20, seconds=1)
    monkeypatch.setattr(standing, "command", lambda job, _caps: planted(job, short))  # the server keeps the time
    with Standing("trouble", CAPS) as one:
        server = server_of(one)
        with pytest.raises(UnreadableFile, match="memory or time"):
            one.ask(b"bad", "bad.bin", {"do": do})
        assert server_of(one) == server
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        assert gone(*map(int, children))


def test_a_reader_opens_nothing_reaches_nobody_and_cannot_touch_its_server(trouble: Standing) -> None:
    (told,) = trouble.ask(b"", "a.bin", {"do": "attempts"})
    if os.uname().machine != "x86_64":  # the numbers of the calls are those of this machine
        told = {name: number for name, number in told.items() if name in ("read", "connect", "fork", "kill")}
    assert all(told.values()), told


def test_a_server_that_dies_costs_at_most_one_file(trouble: Standing) -> None:
    server = server_of(trouble)
    os.kill(server, signal.SIGKILL)
    assert gone(server)
    assert server_of(trouble) not in (0, server)


BREACHES = {
    "nothing": "",
    "not ready": "time.sleep(60)",
    "not the word": "say(0, b'S', b'')",
    "ready for another": "say(1, b'R', b'')",
    "another's answer": "say(0, b'R', b''); say(2, b'S', b'x'); say(1, b'E', bytes(1))",
    "the one before": "say(0, b'R', b''); say(0, b'E', bytes(1))",
    "unknown kind": "say(0, b'R', b''); say(1, b'X', b'')",
    "no status": "say(0, b'R', b''); say(1, b'E', b'')",
    "too long": "say(0, b'R', b''); os.write(1, struct.pack('>QcI', 1, b'S', 1 << 31))",
    "cut short": "say(0, b'R', b''); os.write(1, struct.pack('>QcI', 1, b'S', 9) + b'1')",
    "no end": "say(0, b'R', b'')\nwhile True: say(1, b'S', bytes(1 << 16))",
    "silence": "say(0, b'R', b''); time.sleep(60)",
}
SAY = "import os, struct, time\ndef say(n, k, p): os.write(1, struct.pack('>QcI', n, k, len(p)) + p)\n"


@pytest.mark.parametrize("breach", BREACHES)
def test_a_server_that_breaks_the_rules_is_ended_and_replaced(monkeypatch: pytest.MonkeyPatch, breach: str) -> None:
    monkeypatch.setattr(standing, "GRACE_SECONDS", 0)
    monkeypatch.setattr(standing, "command", lambda _job, _caps: [sys.executable, "-I", "-c", SAY + BREACHES[breach]])
    seconds = 1 if breach in ("not ready", "silence") else 20
    with Standing("trouble", Caps(memory_bytes=1 << 30, output_bytes=1 << 20, seconds=seconds)) as one:
        one.start()
        assert one._server is not None
        first = one._server.process.pid
        with pytest.raises(UnreadableFile, match=r"a\.bin"):
            one.ask(bytes(0 if breach == "no end" else 200_000), "a.bin")  # it reads none of it
        assert gone(first)
        monkeypatch.setattr(standing, "command", planted)
        one._caps = CAPS
        ask(one)


def test_nobody_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "command", planted)
    with Standing("trouble", CAPS) as one:
        server = server_of(one)
    assert gone(server)
    with pytest.raises(KeyError), Standing("trouble", CAPS) as one:
        server = server_of(one)
        raise KeyError
    assert gone(server)
    one.close()  # twice is no error


KILLED = """
import sys
from tests.formats.test_standing import CAPS, Standing, planted, standing
standing.command = planted
one = Standing("trouble", CAPS)
told, _ = one.ask(b"", "a.bin")
print(told["mother"], flush=True)
one.ask(b"", "a.bin", {"do": "hang"})
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_nobody_is_left_behind_by_a_command_that_is_killed(how: signal.Signals) -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", KILLED], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=root
    ) as run:
        assert run.stdout is not None
        server = int(run.stdout.readline())
        reading = Path(f"/proc/{server}/task/{server}/children")
        until = time.monotonic() + 5
        while not (children := reading.read_text().split()) and time.monotonic() < until:
            time.sleep(0.01)
        run.send_signal(how)
        run.wait()
        assert children and gone(server, *map(int, children))


def test_a_server_killed_alone_takes_its_reader_along(trouble: Standing) -> None:
    server = server_of(trouble)
    reading = Path(f"/proc/{server}/task/{server}/children")
    one = trouble._server
    assert one is not None
    one.into.write(standing._REQUEST.pack(9, 14, 0) + b'{"do": "hang"}')
    one.into.flush()
    while not (children := reading.read_text().split()):
        time.sleep(0.01)
    os.kill(server, signal.SIGKILL)
    assert gone(server, *map(int, children))
