"""Runs alone, as `python -I -m fanzha.formats.child.run JOB MEMORY SECONDS ARGUMENT`: one file on standard input, frames on standard output.

Order: import the job's libraries, cap memory and time, give up files and network for good (Landlock, seccomp), and only
then read the first byte of the file. JOB is a module beside this one with `main(data, say, argument)`; `say` takes a JSON
value or bytes. Exit status 0; 3 where the job says NotThis; 4 where it says TooMuch; anything else is a crash.
"""

import codecs
import contextlib
import ctypes
import importlib
import json
import os
import resource
import struct
import sys
from typing import Any, BinaryIO

from fanzha.formats.child.saying import NotThis, TooMuch

# System calls that open, connect, run, trace, signal or limit anything, by machine. Memory, reading and writing stay.
DENIED = {
    "x86_64": (
        0xC000003E,
        "2 85 257 437 41 42 49 50 53 56 435 57 58 59 62 101 310 311 322 321 165 175 313 82 87 263 264 316 425"
        " 129 157 200 234 297 302 424 434 438",
    ),
    "aarch64": (
        0xC00000B7,
        "56 437 198 203 200 201 199 220 435 221 129 117 270 271 281 280 40 105 273 35 38 276 425"
        " 130 131 138 167 240 261 424 434 438",
    ),
}
# Of these, what a program needs that starts, caps and ends others (child/serve.py): clone, fork, kill, prctl, prlimit64.
STARTING = {"x86_64": (56, 57, 62, 157, 302), "aarch64": (220, 129, 167, 261)}
CODECS = ("gb18030", "utf-16", "latin-1", "big5", "shift_jis", "euc_kr", "cp874", "cp1252", "koi8-r", "idna", "quopri")


def say(value: object) -> None:
    """One frame to the parent: bytes as they are, all else as JSON."""
    if isinstance(value, bytes):
        kind, payload = b"B", value
    else:
        text = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
        kind, payload = b"J", text.decode("utf-8", "replace").encode()
    sys.stdout.buffer.write(struct.pack(">I", len(payload)) + kind + payload)


def cap(memory_bytes: int, seconds: int) -> None:
    """Limits that the kernel keeps."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def confine(*, starting: bool = False) -> list[str]:
    """Give up every file and the network for good; what this kernel can do of it, as words.

    `starting`: it may still start children and end them; each of these then gives up that too.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    done: list[str] = []
    if libc.prctl(38, 1, 0, 0, 0) != 0:  # PR_SET_NO_NEW_PRIVS
        return done
    done.append("no_new_privs")
    if sys.platform != "linux":
        return done
    # Landlock (kernel 5.13): handle every file access known since its first version, allow none
    rules = struct.pack("<Q", (1 << 13) - 1)
    ruleset = libc.syscall(444, rules, len(rules), 0)
    if ruleset >= 0:
        if libc.syscall(446, ruleset, 0) == 0:
            done.append("landlock")
        os.close(ruleset)
    machine = os.uname().machine
    audit_machine, calls = DENIED.get(machine, (0, ""))
    kept = STARTING.get(machine, ()) if starting else ()
    if calls and _seccomp(libc, audit_machine, [call for call in map(int, calls.split()) if call not in kept]):
        done.append("seccomp")
    return done


def _seccomp(libc: Any, audit_machine: int, calls: list[int]) -> bool:
    """A filter that answers EPERM to the calls named and kills on another machine's numbering."""
    load, equal, answer = 0x20, 0x15, 0x06
    program = [
        (load, 0, 0, 4),
        (equal, 1, 0, audit_machine),
        (answer, 0, 0, 0x80000000),
        (load, 0, 0, 0),
    ]
    for place, number in enumerate(calls):
        program.append((equal, len(calls) - place, 0, number))
    program.append((answer, 0, 0, 0x7FFF0000))
    program.append((answer, 0, 0, 0x00050000 | 1))
    code = b"".join(struct.pack("<HBBI", *step) for step in program)
    held = ctypes.create_string_buffer(code)
    filter_ = struct.pack("<HxxxxxxQ", len(program), ctypes.addressof(held))
    return bool(libc.prctl(22, 2, filter_, 0, 0) == 0)


class WithoutPandas:
    """An importer that says pandas is not there: Arrow looks for it at its first value, when no file can be opened any more."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """None, but for pandas an ImportError."""
        if name.partition(".")[0] == "pandas":
            raise ImportError("a confined child does without pandas")


def ready(job: str) -> Any:
    """The job's module, with all it needs loaded: later there is no file to load from."""
    for codec in CODECS:
        with contextlib.suppress(LookupError):
            codecs.lookup(codec)
    sys.meta_path.insert(0, WithoutPandas())
    return importlib.import_module(f"fanzha.formats.child.{job}")


def work(module: Any, pipe: BinaryIO, argument: dict[str, Any]) -> int:
    """Read the file, say what it says; the exit status."""
    status = 0
    try:
        module.main(pipe, say, argument)
    except NotThis:
        status = 3
    except TooMuch:
        status = 4
    except MemoryError:
        status = 5
    sys.stdout.buffer.flush()
    return status


def main() -> None:
    """Import, confine, read, work."""
    job, memory_bytes, seconds, argument = sys.argv[1:5]
    module = ready(job)
    cap(int(memory_bytes), int(seconds))
    confine()
    status = work(module, sys.stdin.buffer, json.loads(argument))
    os._exit(status)  # without the libraries' own endings: they may want files


if __name__ == "__main__":
    main()
