"""How long a person waits: `fanzha --help`, the first line of a run, and the whole run on the examples.

python bench/start.py --result bench/results/start.json
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]


def help_once() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "fanzha", "--help"], check=True, capture_output=True)
    return time.perf_counter() - start


def run_once(folder: Path) -> tuple[float, float]:
    """Seconds to the first line, and to the end."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "fanzha", "run", str(ROOT / "examples/city"), "--workspace", str(folder)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert child.stdout is not None
    child.stdout.readline()
    first = time.perf_counter() - start
    child.stdout.read()
    assert child.wait() == 0
    return first, time.perf_counter() - start


def figures(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 3), "min": round(min(values), 3), "max": round(max(values), 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    helps = [help_once() for _ in range(wanted.repeats)]
    with tempfile.TemporaryDirectory() as name:
        runs = [run_once(Path(name) / str(turn)) for turn in range(5)]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    result = {
        "commit": commit,
        "help_seconds": figures(helps),
        "first_line_seconds": figures([first for first, _ in runs]),
        "run_examples_seconds": figures([end for _, end in runs]),
    }
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
