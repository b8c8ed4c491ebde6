"""The crash programme: kills, power cuts, failing calls, flipped bits.

    python -m tests.faults.crash --runs 500 --cuts 500 --flips 2000 --seed 20261125 --result bench/results/crash.json

The parts run beside each other, one per core. Exit 0 if nothing acknowledged was lost and nothing had to be mended.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.faults.damage import Flipped, flips, tail_damage
from tests.faults.forgetful import why_not
from tests.faults.kill import kills
from tests.faults.nth import KINDS, Swept, sweep
from tests.faults.power import cuts
from tests.faults.promises import Outcome

Part = Callable[[], tuple[str, dict[str, Any], bool]]


def _part(name: str, arguments: tuple[int, int], scratch: str) -> tuple[str, dict[str, Any], bool]:
    """Run one part in a folder of its own: name, what it showed, whether all was well."""
    folder = Path(scratch) / name.replace(" ", "-")
    folder.mkdir()
    start = time.monotonic()
    count, seed = arguments
    done: Outcome | Swept | Flipped
    match name.split()[0]:
        case "kills":
            done = kills(count, seed, folder)
        case "cuts":
            done = cuts(count, seed, folder)
        case "calls":
            done = sweep(count, seed, folder, [name.split()[1]])
        case "flips":
            done = flips(count, seed, folder)
        case _:
            done = tail_damage(count, seed, folder)
    print(f"{name}: {'well' if done.clean() else 'NOT WELL'} after {time.monotonic() - start:.0f} s", file=sys.stderr)
    if not done.clean():
        print(json.dumps(asdict(done), indent=1), file=sys.stderr, flush=True)
    return name, asdict(done), done.clean()


def programme(wanted: argparse.Namespace) -> dict[str, Any]:
    """Every part, two halves of the longest two; seed and commit at the head."""
    seed = wanted.seed
    half_kills, half_cuts = wanted.runs // 2, wanted.cuts // 2
    parts = [("kills 1", half_kills, seed), ("kills 2", wanted.runs - half_kills, seed + 1)]
    without = why_not()
    if not without:
        parts += [("cuts 1", half_cuts, seed + 2), ("cuts 2", wanted.cuts - half_cuts, seed + 3)]
        parts += [(f"calls {kind}", wanted.step, seed + 4) for kind in KINDS]
    parts += [("flips", wanted.flips, seed + 5), ("tails", max(20, wanted.flips // 10), seed + 6)]
    with (
        tempfile.TemporaryDirectory() as scratch,
        ProcessPoolExecutor(wanted.jobs, get_context("spawn"), max_tasks_per_child=1) as pool,
    ):
        running = [pool.submit(_part, name, (count, one), scratch) for name, count, one in parts]
        done = [one.result() for one in running]
    revision = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    result: dict[str, Any] = {"seed": seed, "commit": revision.stdout.strip(), "well": all(well for _, _, well in done)}
    if without:
        result["left_out"] = f"power cuts and failing calls: {without}"
    for name in ("kills", "cuts"):
        result[name] = _summed([shown for part, shown, _ in done if part.startswith(name)])
    result["failing_calls"] = {part.split()[1]: shown for part, shown, _ in done if part.startswith("calls")}
    result["flips"], result["tail_damages"] = (
        next(shown for part, shown, _ in done if part == name) for name in ("flips", "tails")
    )
    kept = [result["kills"], result["cuts"]]
    result["lost"] = sum(one.get("lost", 0) + one.get("changed", 0) + one.get("risen", 0) for one in kept)
    result["manual_repairs"] = sum(one.get("would_not_open", 0) for one in kept)
    return result


def _summed(shown: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts and lists of the halves of a part together."""
    total: dict[str, Any] = {}
    for one in shown:
        for name, value in one.items():
            total[name] = total[name] + value if name in total else value
    return total


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("runs", 500), ("cuts", 500), ("step", 1), ("flips", 2000), ("seed", 20261125), ("jobs", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    result = programme(wanted)
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sys.exit(0 if result["well"] else 1)


if __name__ == "__main__":
    main()
