"""A confined child that stands ready: several files of one kind, one after the other, without starting and loading anew for each.

`python -m fanzha.formats.child.serve JOB` loads what the job needs and then reads each file in a child of its own, confined as in
`confined`. What a file does to its reader, a crash, a loop, too much memory, costs that file alone. An answer is known by the
number of its request. A server that says anything else, or nothing in time, is ended; the next file gets a new one.
"""

import contextlib
import io
import json
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, Final, Self

from fanzha.formats import confined
from fanzha.formats.confined import REFUSED, SPENT, Caps

SERVE: Final = "fanzha.formats.child.serve"
GRACE_SECONDS: Final = 5  # the server keeps the time itself; it is ended where it does not
_REQUEST: Final = struct.Struct(">QIQ")
_FRAME: Final = struct.Struct(">QcI")
_PART_BYTES_MAX: Final = 1 << 16


class _Lost(Exception):
    """The server has ended, or does not keep to what it should say."""


@dataclass(slots=True)
class _Server:
    """A running server: its process, the pipes to it, and whether it has said that it is ready."""

    process: subprocess.Popen[bytes]
    into: IO[bytes]
    out: IO[bytes]
    ready: bool = False

    def exchange(self, number: int, data: bytes, argument: bytes, output_bytes: int) -> tuple[bytes, int]:
        """Ask for a file; all that its reader said, and its exit status. _Lost: the server has ended or speaks out of turn."""
        self.into.write(_REQUEST.pack(number, len(argument), len(data)) + argument)
        self.into.write(data)
        self.into.flush()
        said = bytearray()
        while True:
            kind, payload = self.frame(number)
            if kind == b"E" and len(payload) == 1:
                return bytes(said), payload[0]
            if kind != b"S" or len(said) + len(payload) > output_bytes:
                raise _Lost
            said += payload

    def frame(self, number: int) -> tuple[bytes, bytes]:
        """Kind and payload of its next frame, which must be of this request."""
        head = self.out.read(_FRAME.size)
        if len(head) < _FRAME.size:
            raise _Lost
        of, kind, size = _FRAME.unpack(head)
        if of != number or size > _PART_BYTES_MAX:
            raise _Lost
        payload = self.out.read(size)
        if len(payload) < size:
            raise _Lost
        return kind, payload

    def end(self) -> None:
        """Kill it, and with it what it has started."""
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(BrokenPipeError):
            self.into.close()
        self.out.close()


class Standing:
    """One job's server, started when first needed, to be closed. Used as a context it closes itself, on an exception too."""

    def __init__(self, job: str, caps: Caps) -> None:
        self._job, self._caps = job, caps
        self._server: _Server | None = None
        self._asked = 0
        self._one = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the server and do not wait for it, so that it loads while other things are done."""
        with self._one:
            self._running()

    def close(self) -> None:
        """End the server. What is asked later starts another."""
        server, self._server = self._server, None
        if server is not None:
            server.end()

    def ask(self, data: bytes, name: str, argument: dict[str, Any] | None = None) -> list[Any]:
        """What the child of this file says: JSON values, or bytes.

        Raises UnreadableFile where it refuses the file, crashes, or exceeds its caps.
        """
        with self._one:
            said, status = self._answer(data, name, json.dumps(argument or {}).encode())
        if status:
            raise confined.refused(name, *REFUSED.get(status, SPENT))
        return [json.loads(value) if kind == b"J" else value for kind, value in confined.frames(io.BytesIO(said), name)]

    def _answer(self, data: bytes, name: str, argument: bytes) -> tuple[bytes, int]:
        self._asked += 1
        answered = False
        try:
            server = self._running()
            if not server.ready:
                with _limit(server, self._caps.seconds):
                    server.ready = server.frame(0) == (b"R", b"")
            if not server.ready:
                raise _Lost
            with _limit(server, self._caps.seconds + GRACE_SECONDS):
                said, status = server.exchange(self._asked, data, argument, self._caps.output_bytes)
            answered = True
        except (_Lost, BrokenPipeError) as error:
            raise confined.refused(name, *SPENT) from error
        finally:
            if not answered:
                self.close()
        return said, status

    def _running(self) -> _Server:
        """The server that runs, or a new one."""
        if self._server is not None and self._server.process.poll() is not None:
            self.close()
        if self._server is None:
            self._server = _launch(command(self._job, self._caps))
        return self._server


def command(job: str, caps: Caps) -> list[str]:
    """What is run as the server of a job."""
    limits = (caps.memory_bytes, caps.seconds, caps.output_bytes)
    return [sys.executable, "-I", "-m", SERVE, job, *map(str, limits)]


def _launch(words: list[str]) -> _Server:
    pipe = subprocess.PIPE
    process = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env={}, cwd="/")  # noqa: S603
    if process.stdin is None or process.stdout is None:
        raise ValueError("a process started with pipes has them")
    return _Server(process, process.stdin, process.stdout)


@contextlib.contextmanager
def _limit(server: _Server, seconds: float) -> Iterator[None]:
    """Kill the server where this lasts longer; then its pipe ends."""
    timer = threading.Timer(seconds, server.process.kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
