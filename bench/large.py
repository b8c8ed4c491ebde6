"""Ten million rows through the door in one file: seconds, rows per second, and the most memory the process tree took.

    python bench/large.py --rows 10000000 --seed 20261123 --result bench/results/large.json

The file is that of bench/admission.py. Admission runs in a process of its own; its peak resident memory is what the kernel says, its
children's included.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from admission import make

CHILD = """
import json, resource, sys, time
import fanzha
start = time.perf_counter()
with fanzha.open(sys.argv[2], actor="bench") as workspace:
    done = workspace.admit([sys.argv[1]])[0]
    counted = workspace.engine.rows("SELECT COUNT(*) FROM legs")[0][0]
seconds = time.perf_counter() - start
peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
whole = counted == done.kept and done.rows_in == done.kept + done.quarantined + done.structure
print(json.dumps({"seconds": seconds, "kept": done.kept, "peak_kib": peak, "adds_up": whole}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "bank.csv"
        make(source, wanted.rows, wanted.seed)
        size = source.stat().st_size
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(source), str(Path(name) / "w")],
            capture_output=True,
            text=True,
            check=True,
        )
    seen = json.loads(done.stdout.splitlines()[-1])
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    result = {
        "rows": wanted.rows,
        "bytes": size,
        "seed": wanted.seed,
        "commit": commit.stdout.strip(),
        "cores": os.cpu_count(),
        "kept": seen["kept"],
        "adds_up": seen["adds_up"],
        "seconds": round(seen["seconds"], 1),
        "rows_per_second": round(wanted.rows / seen["seconds"]),
        "peak_memory_mib": round(seen["peak_kib"] / 1024),
    }
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
