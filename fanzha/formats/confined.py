"""Parsers of binary and XML input run in a child process of their own: without keys, files, network or much memory.

The child is `python -m fanzha.formats.child.run JOB`; it gets the file on standard input and answers in frames on standard output.
A frame is four bytes of length, one byte of kind (J: a JSON value, B: bytes), and that many bytes. What it says is read as
data only: text, numbers, lists. A child that is killed, runs out of memory or time, or says too much is an UnreadableFile.
"""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from fanzha.errors import UnreadableFile
from fanzha.formats.grid import Content

RUN = "fanzha.formats.child.run"
FRAME_BYTES_MAX = 64 << 20
_COPY = 1 << 20
# What the child's exit status means (child/run.py).
REFUSED = {3: ("it is not of this kind or is damaged", "格式不符或已损坏"), 4: ("it is too large", "内容过大")}
SPENT = ("it took too much memory or time", "占用内存或时间过多")


@dataclass(frozen=True, slots=True)
class Caps:
    """How much a child may use: memory and output in bytes, time in seconds."""

    memory_bytes: int = 448 << 20
    output_bytes: int = 1 << 30
    seconds: int = 120


CAPS = Caps()


@dataclass(slots=True)
class _Child:
    """A running child, and the thread that feeds it the file."""

    process: subprocess.Popen[bytes]
    feeder: threading.Thread | None = None
    timer: threading.Timer | None = None
    late: list[bool] = field(default_factory=list)


def values(
    job: str, data: bytes | Content, name: str, argument: dict[str, Any] | None = None, caps: Caps = CAPS
) -> Iterator[Any]:
    """What the child says about a file, value by value: JSON values, or bytes.

    Raises UnreadableFile where it refuses the file or exceeds its caps; what was said before then has been given.
    """
    running = _start(job, data, argument or {}, caps)
    said = 0
    done = False
    try:
        for kind, payload in frames(running.process.stdout, name):
            said += len(payload)
            if said > caps.output_bytes:
                raise refused(name, *REFUSED[4])
            yield json.loads(payload) if kind == b"J" else payload
        done = True
    finally:
        status = _stop(running, wait=done)
    if running.late:
        raise refused(name, *SPENT)
    if status != 0:
        raise refused(name, *REFUSED.get(status, SPENT))


def _start(job: str, data: bytes | Content, argument: dict[str, Any], caps: Caps) -> _Child:
    command = [sys.executable, "-I", "-m", RUN, job, str(caps.memory_bytes), str(caps.seconds), json.dumps(argument)]
    process = subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
    )
    running = _Child(process)
    running.feeder = threading.Thread(target=_feed, args=(process.stdin, data), daemon=True)
    running.feeder.start()
    running.timer = threading.Timer(caps.seconds, _too_late, (running,))
    running.timer.daemon = True
    running.timer.start()
    return running


def _feed(pipe: IO[bytes] | None, data: bytes | Content) -> None:
    """Give the child the file; a child that has seen enough closes the pipe, which is no error."""
    if pipe is None:
        return
    try:
        for start in range(0, len(data), _COPY):
            pipe.write(data[start : start + _COPY])
    except (BrokenPipeError, ValueError):
        return
    finally:
        with contextlib.suppress(BrokenPipeError):
            pipe.close()


def _too_late(running: _Child) -> None:
    running.late.append(True)
    running.process.kill()


def _stop(running: _Child, *, wait: bool) -> int:
    """End the child; its exit status. `wait` where it has said all it had to say."""
    if not wait:
        running.process.kill()
    status = running.process.wait()
    if running.timer is not None:
        running.timer.cancel()
    if running.process.stdout is not None:
        running.process.stdout.close()
    if running.feeder is not None:
        running.feeder.join()
    return status


def frames(pipe: IO[bytes] | None, name: str) -> Iterator[tuple[bytes, bytes]]:
    """Kind and payload of each frame, to the end of what is said. UnreadableFile: a frame too long or of no known kind."""
    if pipe is None:
        return
    while True:
        head = pipe.read(5)
        if len(head) < 5:
            return
        size = int.from_bytes(head[:4], "big")
        if size > FRAME_BYTES_MAX or head[4:] not in (b"J", b"B"):
            raise refused(name, *REFUSED[4])
        payload = pipe.read(size)
        if len(payload) < size:
            return
        yield head[4:], payload


def refused(name: str, why_en: str, why_zh: str) -> UnreadableFile:
    """The error for a file that its child did not read."""
    return UnreadableFile(
        f"the file could not be opened: {why_en}",
        f"无法打开文件:{why_zh}",
        where=name,
        remedy="Ask the sender for it again, as text or CSV if it is a table",
        remedy_zh="请来源方重新提供;表格请提供文本或 CSV 格式",
    )
