"""Connected components of report-identifier links beside scipy, from integer arrays to labels, one thread each.

    python bench/components.py --seed 20261126 --result bench/results/components.json

Links are skewed as in a linking run: popular identifiers, and 2 % of the links go to 50 of them (a bank's hotline, 000000).
Both get the same arrays; scipy's time includes building its matrix, for a caller has links, not a matrix. Labels are compared first.
"""

import argparse
import importlib.metadata
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from fanzha.link.components import LINKS_MIN, Growing, by_arrays, by_loop, components


def links(count: int, seed: int) -> tuple[int, np.ndarray, np.ndarray]:
    """(nodes, report, identifier): three links a report, reports in order as they are admitted."""
    rng = np.random.default_rng(seed)
    reports, identifiers = max(count // 3, 1), max(count // 2, 50)
    left = np.sort(rng.integers(0, reports, count))
    right = (identifiers * rng.random(count) ** 2.2).astype(np.int64)
    popular = rng.random(count) < 0.02
    right[popular] = rng.integers(0, 50, int(popular.sum()))
    return reports + identifiers, left, rng.permutation(identifiers)[right] + reports


def by_scipy(size: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    matrix = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(size, size)).tocsr()
    return connected_components(matrix, directed=False)[1]


def smallest(labels: np.ndarray) -> np.ndarray:
    """Any labels as the smallest member of each component."""
    least = np.full(int(labels.max()) + 1, len(labels))
    np.minimum.at(least, labels, np.arange(len(labels)))
    return least[labels]


def seconds(work: Callable[[], object]) -> float:
    """Of processor time: the machine may be busy. Neither side starts a thread."""
    start = time.process_time()
    work()
    return time.process_time() - start


def spread(values: list[float], digits: int = 3) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), digits),
        "min": round(min(values), digits),
        "max": round(max(values), digits),
    }


def beside(size: int, left: np.ndarray, right: np.ndarray, repeats: int) -> dict[str, object]:
    """Both in turn, after both were compared; that run also warms them."""
    labels = components(size, left, right)
    equal = bool(np.array_equal(labels, smallest(by_scipy(size, left, right))))
    assert equal, "the labels differ"
    ours, theirs = [], []
    for _ in range(repeats):
        ours.append(seconds(lambda: components(size, left, right)))
        theirs.append(seconds(lambda: by_scipy(size, left, right)))
    return {
        "links": len(left),
        "nodes": size,
        "components": int(np.count_nonzero(labels == np.arange(size))),
        "largest": int(np.bincount(labels, minlength=size).max()),
        "equal": equal,
        "seconds": spread(ours),
        "scipy_seconds": spread(theirs),
        "times_faster": spread([other / own for own, other in zip(ours, theirs, strict=True)], 2),
    }


MEMORY = """
import re, sys
from pathlib import Path
import numpy as np
sys.path.insert(0, {bench!r})
from components import by_loop, by_scipy, components
size, left, right = {size}, np.load({folder!r} + "/left.npy"), np.load({folder!r} + "/right.npy")
{way}(1_000, left[:9] % 1_000, right[:9] % 1_000)
by_loop(1_000, left[:9] % 1_000, right[:9] % 1_000)
def peak():  # of this process alone; getrusage would begin with what the parent had
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before = peak()
{way}(size, left, right)
print(peak() - before)
"""


def memory(size: int, left: np.ndarray, right: np.ndarray) -> dict[str, int]:
    """MB at the peak beyond both libraries and the links themselves, each in a process of its own."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/left.npy", left)
        np.save(f"{folder}/right.npy", right)
        for way in ("components", "by_scipy"):
            text = MEMORY.format(bench=str(Path(__file__).parent), size=size, folder=folder, way=way)
            done = subprocess.run([sys.executable, "-c", text], capture_output=True, check=True)
            found[way] = round(int(done.stdout) / 1024)
    return found


FIRST = """
import time
import numpy as np
from fanzha.link.components import by_loop
node = np.arange(1_000)
start = time.perf_counter()
by_loop(1_001, node, node + 1)
print(time.perf_counter() - start)
"""


def first_call() -> float:
    """Seconds until a new process has Numba and the machine code that an earlier one kept."""
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, check=True)
    return float(done.stdout)


def one_more_report(labels: np.ndarray, reports: int, count: int, seed: int) -> dict[str, float]:
    """Microseconds for a report with three identifiers, one of them new, on top of a batch."""
    rng = random.Random(seed)
    growing = Growing(labels)
    named = [(rng.randrange(reports, len(labels)), rng.randrange(reports, len(labels))) for _ in range(count)]
    start = time.perf_counter()
    for known, other in named:
        report, new = growing.add(), growing.add()
        growing.join(report, known)
        growing.join(report, other)
        growing.join(report, new)
        growing.smallest(report)
    return {"reports": count, "microseconds_each": round((time.perf_counter() - start) / count * 1e6, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--links", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    size, left, right = links(wanted.links, wanted.seed)
    order = np.random.default_rng(wanted.seed).permutation(len(left))
    few = {}
    for count in (1_000, 10_000, 100_000, 300_000, 1_000_000, 3_000_000):
        small = links(count, wanted.seed)
        few[str(count)] = {
            way.__name__: round(statistics.median(seconds(lambda w=way, s=small: w(*s)) for _ in range(3)), 5)  # type: ignore[misc]
            for way in (by_arrays, by_loop)
        }
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    result = {
        "commit": commit,
        "seed": wanted.seed,
        "cores": os.cpu_count(),
        "threads": 1,
        "reports_in_order": beside(size, left, right, wanted.repeats),
        "int32": beside(size, left.astype(np.int32), right.astype(np.int32), wanted.repeats),
        "links_shuffled": beside(size, left[order], right[order], wanted.repeats),
        "peak_mb_beyond_the_links": memory(size, left, right),
        "first_call_seconds": spread([first_call() for _ in range(3)]),
        "seconds_by_links": few,
        "compiled_from_links": LINKS_MIN,
        "one_more_report": one_more_report(components(size, left, right), int(left.max()) + 1, 100_000, wanted.seed),
        **{name: importlib.metadata.version(name) for name in ("numba", "numpy", "scipy")},
    }
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
