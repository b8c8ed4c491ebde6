"""Fuzz the readers, each in a process of its own.

    python -m tests.fuzz.run --seconds 60 [--reader NAME ...] [--seed N] [--jobs 2] --result bench/results/fuzz.json

With atheris (requirements/fuzz.lock, `make fuzz`) mutation is guided by coverage of Fanzha's own code; without it a seeded loop
mutates the same examples. An input that raises, takes longer than 10 s or more than 2 GiB is written to --crashes and the
run fails.
"""

import argparse
import hashlib
import importlib.util
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

ONE_SECONDS_MAX = 10
MEMORY_MB = 2048
GUIDED = importlib.util.find_spec("atheris") is not None


@dataclass
class Result:
    """What one target showed. `crash` is the file of the input that failed, `problem` the end of what was said."""

    target: str
    engine: str
    executions: int
    seconds: float
    peak_mb: int
    crash: str = ""
    problem: str = ""


def guided(name: str, seconds: int, seed: int, crashes: Path) -> None:
    """Fuzz one target with atheris. Never returns: the engine ends the process."""
    import atheris

    with atheris.instrument_imports(include=["fanzha"]):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(target.seeds()):
            (Path(folder) / f"{number:03d}").write_bytes(data)
        options = {"max_total_time": seconds, "seed": seed, "timeout": ONE_SECONDS_MAX, "rss_limit_mb": MEMORY_MB}
        options |= {"print_final_stats": 1, "max_len": 65_536, "artifact_prefix": f"{crashes}/{name}_"}
        atheris.Setup([name, *(f"-{key}={value}" for key, value in options.items()), folder], target.run)
        atheris.Fuzz()


def plain(name: str, seconds: int, seed: int, crashes: Path) -> None:
    """Fuzz one target with the seeded loop."""
    from tests.fuzz.mutate import mutated
    from tests.fuzz.targets import TARGETS

    target, done, end = TARGETS[name], 0, time.monotonic() + seconds
    for data in mutated(target.seeds(), seed, 1 << 60):
        begun = time.monotonic()
        if begun > end:
            break
        well = False
        try:
            target.run(data)
            well = time.monotonic() - begun <= ONE_SECONDS_MAX
        finally:
            if not well:
                path = crashes / f"{name}_{hashlib.sha256(data).hexdigest()[:16]}"
                path.write_bytes(data)
                print(f"Test unit written to {path}", file=sys.stderr)
        if not well:
            sys.exit(f"one input took longer than {ONE_SECONDS_MAX} s")
        done += 1
    print(f"stat::number_of_executed_units: {done}", file=sys.stderr)
    print(f"stat::peak_rss_mb: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10}", file=sys.stderr)


def one(name: str, asked: argparse.Namespace) -> Result:
    """One target in a process of its own."""
    command = [sys.executable, "-m", "tests.fuzz.run", "--inside", name, "--seconds", str(asked.seconds)]
    command += ["--seed", str(asked.seed), "--crashes", str(asked.crashes), "--engine", asked.engine]
    begun = time.monotonic()
    with tempfile.TemporaryFile() as said:
        status = subprocess.run(command, stdout=said, stderr=said, check=False).returncode
        said.seek(0)
        told = said.read().decode("utf-8", "replace")
    numbers = {key: int(found[1]) if (found := re.search(rf"stat::{key}:\s+(\d+)", told)) else 0 for key in STATS}
    result = Result(name, asked.engine, numbers[STATS[0]], round(time.monotonic() - begun, 1), numbers[STATS[1]])
    if status:
        found = re.search(r"Test unit written to (\S+)", told)
        result.crash, result.problem = found[1] if found else f"status {status}", told[-2500:]
    return result


STATS = ("number_of_executed_units", "peak_rss_mb")


def main() -> None:
    """Run every target asked for, say, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--reader", action="append", help="a target by name; all by default")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--jobs", type=int, default=1, help="targets at the same time")
    parser.add_argument("--crashes", type=Path, default=Path("fuzz-crashes"))
    parser.add_argument("--engine", choices=("atheris", "plain"), default="atheris" if GUIDED else "plain")
    parser.add_argument("--result", type=Path)
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    asked.crashes.mkdir(parents=True, exist_ok=True)
    if asked.inside:
        (guided if asked.engine == "atheris" else plain)(asked.inside, asked.seconds, asked.seed, asked.crashes)
        return
    from tests.fuzz.targets import TARGETS

    names = asked.reader or list(TARGETS)
    if unknown := set(names) - set(TARGETS):
        parser.error(f"no target {', '.join(sorted(unknown))}; one of {', '.join(TARGETS)}")
    results = []
    with ThreadPoolExecutor(asked.jobs) as pool:
        for result in pool.map(lambda name: one(name, asked), names):
            results.append(result)
            print(f"{result.target}: {result.executions:,} runs, {result.seconds} s {result.crash}", flush=True)
            if result.crash:
                print(result.problem, flush=True)
    if not any(asked.crashes.iterdir()):
        asked.crashes.rmdir()
    if asked.result:
        told = {"seed": asked.seed, "seconds_each": asked.seconds, "targets": [asdict(result) for result in results]}
        told |= {"executions": sum(result.executions for result in results)}
        asked.result.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.exit(any(result.crash for result in results))


if __name__ == "__main__":
    main()
