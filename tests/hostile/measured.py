"""Read files in a process of their own and say what became of them and what they cost.

    python -m tests.hostile.measured formats PATH ...        recognised and read, bundles opened, as an admission would
    python -m tests.hostile.measured workspace DIR PATH ...  admitted into the workspace DIR, with every stage after it

Prints one line of JSON for each file. An exception that is no FanzhaError ends the process with a traceback: that is the failure which the
caller looks for. The caller also watches how much memory the process and its children hold together. (What getrusage says of
a child counts what the parent held when it was started.)
"""

import contextlib
import dataclasses
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from fanzha.errors import FanzhaError
from fanzha.formats.inspection import OnDisk

IN_MEMORY_MAX = 32 << 20  # as in `ingest.reading`: a larger file is read part by part
BUNDLES_MAX = 3
PEAK_MB = 512


@dataclasses.dataclass
class Outcome:
    """What became of a file. `errors` are the FanzhaErrors said; `reasons` counts quarantined rows by reason; `broken` is the
    end of the traceback where there was one, or says that there was no end."""

    files: int = 0
    formats: list[str] = dataclasses.field(default_factory=list)
    errors: list[str] = dataclasses.field(default_factory=list)
    reasons: dict[str, int] = dataclasses.field(default_factory=dict)
    rows_in: int = 0
    kept: int = 0
    structure: int = 0
    peak_mb: int = 0
    broken: str = ""

    @property
    def quarantined(self) -> int:
        """Rows in quarantine."""
        return sum(self.reasons.values())

    def refuse(self, reason: str) -> None:
        """One more row in quarantine."""
        self.reasons[reason] = self.reasons.get(reason, 0) + 1


def read(outcome: Outcome, data: Any, name: str, depth: int = 0) -> None:
    """One file, and what is in it where it is a bundle."""
    from fanzha.formats import bundle, known
    from fanzha.formats.grid import Source

    source = Source(data, name)
    outcome.files += 1
    try:
        if bundle.is_archive(source):
            outcome.formats.append("bundle")
            for member in bundle.members(source):
                outcome.rows_in += 1
                if isinstance(member, bundle.Refused):
                    outcome.refuse(member.reason)
                    continue
                if isinstance(member, bundle.Skipped):
                    outcome.structure += 1
                    continue
                outcome.kept += 1
                if depth < BUNDLES_MAX:
                    read(outcome, member.data, member.name, depth + 1)
            return
        best = known.best(source)
        outcome.formats.append(best.format)
        for reading in known.read(best.format, source):
            outcome.rows_in += reading.rows_in
            outcome.kept += reading.kept
            outcome.structure += reading.structure
            for bad in reading.bad:
                outcome.refuse(bad.reason)
    except FanzhaError as error:
        outcome.errors.append(f"{type(error).__name__}: {error.say('en')} / {error.say('zh')}")


def admit(outcome: Outcome, path: Path, folder: Path) -> None:
    """The file through the one door in, and then every stage."""
    from fanzha.chain import Workspace
    from fanzha.model.terms import PURPOSES

    with Workspace(folder, actor="tests") as workspace:
        try:
            done = workspace.admit([path])
            outcome.files = len(done)
            for one in done:
                outcome.formats.append(one.format)
                outcome.rows_in += one.rows_in
                outcome.kept += one.kept
                outcome.structure += one.structure
            workspace.refresh()
            numbers = {one.file for one in done}
            for row in workspace.table("quarantine", purpose=min(PURPOSES)).to_pylist():
                if row["file"] in numbers:
                    outcome.refuse(row["reason"])
        except FanzhaError as error:
            outcome.errors.append(f"{type(error).__name__}: {error.say('en')} / {error.say('zh')}")


def main() -> None:
    """Read, say."""
    way, *rest = sys.argv[1:]
    folder = Path(rest.pop(0)) if way == "workspace" else None
    for path in map(Path, rest):
        outcome = Outcome()
        if folder is not None:
            admit(outcome, path, folder)
        else:
            read(outcome, path.read_bytes() if path.stat().st_size <= IN_MEMORY_MAX else OnDisk(path), path.name)
        print(json.dumps(dataclasses.asdict(outcome), ensure_ascii=False), flush=True)


def status_of(process: int) -> dict[str, str]:
    """What Linux says of a process; nothing where it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return {}
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def children_of(process: int) -> list[int]:
    """The processes it started that still run."""
    found: list[int] = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, path.read_text().split())
    return found


def is_itself(child: int, process: int) -> bool:
    """Whether the child is still a copy of the process that starts it, on the same memory: it has not begun its own work."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{child}/cmdline").read_bytes() == Path(f"/proc/{process}/cmdline").read_bytes()
    return True  # gone


def held(process: int, key: str) -> int:
    """The memory a process holds (VmRSS), or held at most (VmHWM), in KiB; 0 where it is gone."""
    return int(status_of(process).get(key, "0").split()[0])


def measured(paths: list[Path], folder: Path | None = None, seconds: float = 120) -> list[Outcome]:
    """What a process of its own makes of the files; `peak_mb` is that of all of them. Where one breaks it, another process
    goes on with the next."""
    way = ["workspace", str(folder)] if folder else ["formats"]
    command = [sys.executable, "-m", "tests.hostile.measured", *way, *map(str, paths)]
    peak = 0
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        running = subprocess.Popen(command, stdout=out, stderr=err)
        late = time.monotonic() + seconds
        while running.poll() is None:
            # a child lives for one question only: the most it ever held, beside what the process holds now
            found = [child for child in children_of(running.pid) if not is_itself(child, running.pid)]
            others = sum(held(child, "VmHWM") for child in found)
            peak = max(peak, held(running.pid, "VmRSS") + others)
            if len(paths) == 1:
                peak = max(peak, held(running.pid, "VmHWM") + others)
            if time.monotonic() > late:
                running.kill()
            time.sleep(0.01)
        out.seek(0)
        err.seek(0)
        told, problem = out.read().decode().splitlines(), err.read().decode()
    outcomes = [Outcome(**json.loads(line)) for line in told]
    if running.returncode:
        outcomes.append(Outcome(broken=f"status {running.returncode}: {problem[-3000:]}"))
    for outcome in outcomes:
        outcome.peak_mb = peak >> 10
    left = paths[len(outcomes) :] if running.returncode else []
    return outcomes + (measured(left, folder, seconds) if left else [])


if __name__ == "__main__":
    main()
