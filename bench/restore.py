"""Back up and restore a workspace of a million rows: seconds for each, everything verified and the tables made again.

    python bench/restore.py --rows 1000000 --seed 20261123 --result bench/results/restore.json

Restoring ends when the workspace can be used: every byte checked against the manifest, the whole record verified, every record table
made again from it (cases are computed at first use, as always). The tables are then compared with those of the workspace that was backed up.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

from admission import make

import fanzha


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        for number in range(wanted.files):
            make(folder / f"in/bank-{number}.csv", wanted.rows // wanted.files, wanted.seed + number)
        with fanzha.open(folder / "w", actor="bench") as workspace:
            workspace.admit([folder / "in"])
            before = {table: workspace.engine.all_rows(table) for table in ("legs", "files", "quarantine", "notes")}
            start = time.perf_counter()
            size = workspace.back_up(folder / "b.fzb", folder / "b.key")
            backing_up = time.perf_counter() - start
        start = time.perf_counter()
        done = fanzha.restore(folder / "b.fzb", folder / "b.key", folder / "again", actor="bench")
        restoring = time.perf_counter() - start
        problems = fanzha.verify(folder / "again")
        with fanzha.open(folder / "again", actor="bench") as workspace:
            differing = [table for table, rows in before.items() if not workspace.engine.all_rows(table).equals(rows)]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    result = {
        "rows": wanted.rows,
        "files": wanted.files,
        "backup_bytes": size,
        "seed": wanted.seed,
        "commit": commit.stdout.strip(),
        "cores": os.cpu_count(),
        "restored_files": done.files,
        "backup_seconds": round(backing_up, 1),
        "restore_seconds": round(restoring, 1),
        "verify_problems": len(problems),
        "tables_differing": differing,
    }
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
