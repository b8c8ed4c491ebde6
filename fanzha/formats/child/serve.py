"""Stands ready, as `python -I -m fanzha.formats.child.serve JOB MEMORY SECONDS OUTPUT`: several files, one after the other, each read alone.

What takes long (libraries, models) is loaded once. Each file is then read in a child of this process of its own, which is capped
and confined as `run` does it before it sees the first byte, and which ends with its answer: what a file may do to its reader ends
there. This process never looks into a file. It gives up files and network too, and says everything for its children: the number of
the request stands on each frame and is written here, so that no file can speak for another.

Request: number (8 bytes), length of the argument (4), of the file (8), both. Frames: number (8), kind (1), length (4), that many bytes.
Kinds: R ready, with number 0; S a part of what the child said; E the end, one byte: its exit status, 9 where it was killed.
"""

import contextlib
import ctypes
import gc
import io
import json
import os
import resource
import select
import signal
import struct
import sys
import time
from typing import Any

from fanzha.formats.child import run

REQUEST = struct.Struct(">QIQ")
FRAME = struct.Struct(">QcI")
PART_BYTES = 1 << 16
KILLED, TOO_MUCH = 9, 4
ENDING_SECONDS = 2  # between the last word of a child and its end
PR_SET_PDEATHSIG = 1


class Gone(Exception):
    """The parent has gone, or says what it should not."""


def frame(number: int, kind: bytes, payload: bytes = b"") -> None:
    """One frame to the parent."""
    whole = memoryview(FRAME.pack(number, kind, len(payload)) + payload)
    while whole:
        whole = whole[os.write(1, whole) :]


def received(size: int) -> bytearray:
    """So many bytes of the parent; Gone where there are fewer."""
    whole = bytearray(size)
    view, at = memoryview(whole), 0
    while at < size:
        count = os.readv(0, [view[at : at + (1 << 20)]])
        if not count:
            raise Gone
        at += count
    return whole


class Reader:
    """The child that reads one file, as seen from here."""

    def __init__(self, pid: int, pipe: int, seconds: int) -> None:
        self.pid, self.pipe = pid, pipe
        self.until = time.monotonic() + seconds

    def relay(self, number: int, output_bytes: int) -> int:
        """Hand on what it says until it ends; its exit status. Gone where the parent goes first. It has ended then, in any case."""
        status: int | None = None
        try:
            status = self._relay(number, output_bytes)
        finally:
            if status is None:
                os.kill(self.pid, signal.SIGKILL)
            ended = os.waitpid(self.pid, 0)[1]
            os.close(self.pipe)
        return status if status != 0 else min(abs(os.waitstatus_to_exitcode(ended)), 255)

    def _relay(self, number: int, output_bytes: int) -> int:
        """0 where it has ended by itself, else why it was killed."""
        said = 0
        both = select.poll()
        both.register(self.pipe, select.POLLIN)
        both.register(0, select.POLLIN)
        while True:
            found = both.poll(max(0, self.until - time.monotonic()) * 1_000)
            if not found:
                return self._kill(KILLED)
            if any(place == 0 for place, _ in found):  # nobody asks while an answer is being made
                raise Gone
            part = os.read(self.pipe, PART_BYTES)
            if not part:
                return self._ended()
            said += len(part)
            if said > output_bytes:
                return self._kill(TOO_MUCH)
            frame(number, b"S", part)

    def _ended(self) -> int:
        until = time.monotonic() + ENDING_SECONDS
        while time.monotonic() < until:
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                return 0
            time.sleep(0.001)
        return self._kill(KILLED)

    def _kill(self, status: int) -> int:
        os.kill(self.pid, signal.SIGKILL)
        return status


def start(module: Any, data: bytearray, argument: dict[str, Any], caps: tuple[int, int], nothing: int) -> Reader:
    """A confined child that reads this file. `nothing`: an open file without content, for its standard input."""
    memory_bytes, seconds = caps
    here, there = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.close(there)
        return Reader(pid, here, seconds)
    status = 1
    try:
        os.dup2(nothing, 0)
        os.dup2(there, 1)
        for own in (here, there, nothing):
            os.close(own)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() == parent:
            run.cap(memory_bytes, seconds)
            run.confine()
            status = run.work(module, io.BytesIO(data), argument)
    finally:  # whatever it was, it must not go on as its parent
        os._exit(status)


def main() -> None:
    """Import, confine, then serve until the parent closes its end."""
    job, memory_bytes, seconds, output_bytes = sys.argv[1], *map(int, sys.argv[2:5])
    module = run.ready(job)
    nothing = os.open(os.devnull, os.O_RDONLY)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    run.confine(starting=True)
    gc.collect()
    gc.freeze()  # children share these pages for as long as nobody writes to them
    with contextlib.suppress(Gone, BrokenPipeError):
        frame(0, b"R")
        while True:
            number, long, size = REQUEST.unpack(received(REQUEST.size))
            argument = json.loads(received(long))
            reader = start(module, received(size), argument, (memory_bytes, seconds), nothing)
            frame(number, b"E", bytes((reader.relay(number, output_bytes),)))
    os._exit(0)


if __name__ == "__main__":
    main()
