"""How fast a synthetic country is made, through the command line: seconds, memory, transfers a second.

    python bench/worlds.py --preset town --preset country --seed 20261123 --result bench/results/worlds.json

Bars: `town` in under 10 s, `country` (10 million transfers, 2 million people) in under 10 minutes and 8 GB. The generator of
AMLGentex is in no package index that this project builds from, so its own speed could not be measured beside it; its sample
states no duration. Memory is the peak of the process.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
MEASURED = (
    "import atexit,resource,sys;"
    "atexit.register(lambda: print('peak_kib', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr));"
    "from fanzha.__main__ import main; sys.exit(main())"
)


def made(preset: str, seed: int) -> dict[str, Any]:
    """One world, made in a process of its own and thrown away: what it holds, seconds, peak MiB, bytes."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "world"
        start = time.perf_counter()
        command = [
            sys.executable,
            "-c",
            MEASURED,
            "simulate",
            str(out),
            "--preset",
            preset,
            "--seed",
            str(seed),
            "--json",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - start
        if done.returncode:
            sys.exit(done.stderr)
        peak = int(done.stderr.rsplit("peak_kib", 1)[1])
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
        told = json.loads(done.stdout)
    told.pop("out")
    return {**told, "seconds": round(seconds, 1), "peak_mib": peak >> 10, "bytes": size}


def main() -> None:
    """Make, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", action="append", help="town and country by default")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--runs", type=int, default=3, help="for worlds of less than a million transfers")
    parser.add_argument("--result", type=Path)
    asked = parser.parse_args()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    told: dict[str, Any] = {"seed": asked.seed, "commit": commit}
    for preset in asked.preset or ("town", "country"):
        runs = [made(preset, asked.seed)]
        while runs[0]["transfers"] < 1_000_000 and len(runs) < asked.runs:
            runs.append(made(preset, asked.seed))
        seconds = [run["seconds"] for run in runs]
        middle = statistics.median(seconds)
        told[preset] = runs[0] | {
            "seconds": {"median": middle, "min": min(seconds), "max": max(seconds), "runs": len(seconds)},
            "transfers_per_second": round(runs[0]["transfers"] / middle),
        }
        print(preset, json.dumps(told[preset]), flush=True)
    if asked.result:
        asked.result.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
