"""How well the main job does on a synthetic country whose truth is known, twice: replayed minute by minute, and at once.

    python bench/score.py --preset city --seed 20261123 --result bench/results/score_city.json --page score.html

Through the command line, as anybody would: `fanzha simulate` writes the country; `fanzha replay` plays it on its own clock
(reports come in, statements are asked for as the tool proposes) and `fanzha score` compares the end with the truth, the
log of holds and the case numbers at half time with it; then `fanzha run` admits in one go what the centre got without
asking, and that is scored too. Same preset and seed, same world. Seconds are wall-clock; memory is the largest child's.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def fanzha(*arguments: object) -> tuple[str, float]:
    """What a command printed, and its seconds. A command that fails ends this script with what it said."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "fanzha", *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"fanzha {arguments[0]} ended with {done.returncode}\n{done.stdout}")
    return done.stdout, round(time.perf_counter() - start, 2)


def size(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def played(world: Path, folder: Path, runs_max: int, page: Path | None) -> dict[str, Any]:
    """The world replayed into a new workspace, and its score."""
    log, earlier = folder / "replay.jsonl", folder / "earlier.json"
    workspace = folder / "replayed"
    kept = ("--log", log, "--earlier", earlier, "--runs-max", runs_max)
    text, replay_seconds = fanzha("replay", world, "--workspace", workspace, "--json", *kept)
    shown = ("--page", page.resolve()) if page else ()
    score, score_seconds = fanzha(
        "score", workspace, world / "truth", "--json", "--replay", log, "--earlier", earlier, *shown
    )
    told = json.loads(text)
    return {
        "seconds": {"replay": replay_seconds, "score": score_seconds},
        "workspace_bytes": size(workspace),
        "replay": {name: value for name, value in told.items() if name not in ("log", "earlier")},
        "score": json.loads(score),
    }


def at_once(world: Path, folder: Path) -> dict[str, Any]:
    """What the centre got without asking, admitted in one go, and its score."""
    workspace = folder / "at_once"
    text, run_seconds = fanzha("run", world, "--workspace", workspace, "--out", folder / "report", "--json")
    score, score_seconds = fanzha("score", workspace, world / "truth", "--json")
    told = json.loads(text)
    return {
        "seconds": {"run": run_seconds, "score": score_seconds},
        "workspace_bytes": size(workspace),
        "files": len(told["admissions"]),
        "rows": sum(one["rows_in"] for one in told["admissions"]),
        "quarantined": sum(one["quarantined"] for one in told["admissions"]),
        "cases": len(told["cases"]),
        "score": json.loads(score),
    }


def measured(preset: str, seed: int, runs_max: int, page: Path | None) -> dict[str, Any]:
    """Everything, for one preset and seed."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world = folder / "world"
        _, seconds = fanzha("simulate", world, "--preset", preset, "--seed", seed)
        return {
            "preset": preset,
            "seed": seed,
            "commit": commit,
            "cores": os.cpu_count(),
            "simulate_seconds": seconds,
            "world": json.loads((world / "world.json").read_text(encoding="utf-8")),
            "bytes": {part: size(world / part) for part in ("received", "bodies", "truth")},
            "replayed": played(world, folder, runs_max, page),
            "at_once": at_once(world, folder),
            "memory_mb_max": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="city")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--runs-max", type=int, default=400, help="runs of the stages in the replay, at most")
    parser.add_argument("--result", type=Path, help="where the JSON goes")
    parser.add_argument("--page", type=Path, help="where the page of the replayed score goes")
    wanted = parser.parse_args()
    result = measured(wanted.preset, wanted.seed, wanted.runs_max, wanted.page)
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if wanted.result:
        wanted.result.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
