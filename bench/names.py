"""Likeness of names beside LogicV2 (OpenSanctions nomenklatura), on its own published pairs, and how many pairs a second.

    python bench/names.py --seed 20261126 --result bench/results/names.json

Reads `../shared/data/matching/name_pairs.csv` (not part of this repository; `score` and `predicted_match` are LogicV2's own).
Rows are cut in two by the hash of group and case. A threshold is chosen on one part and reported on the other, both ways round,
for each method alike. Errors of the part `development` were read while the method was made; those of `held_out` were not, but
for the first lines of the file, which were on screen once before it was cut: `held_out_unseen` leaves them out.
"""

import argparse
import csv
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from rapidfuzz import fuzz, utils

from fanzha.clean.name_likeness import Prepared, compare, likeness, prepare

DATA = Path(__file__).parents[2] / "shared/data/matching/name_pairs.csv"
ON_SCREEN = 29  # first rows of the file that were seen before it was cut
RUNS, DRAWS, SPEED_PAIRS = 5, 2000, 200_000
KIND = defaultdict(lambda: "organisation", Person="person")
Row = dict[str, str]


def part_of(row: Row) -> int:
    """0: development, 1: held out."""
    return sha256(f"{row['case_group']}/{row['case_id']}".encode()).digest()[0] % 2


def measure(said: Sequence[bool], true: Sequence[bool]) -> dict[str, float | int]:
    """Precision, recall and F1; 0 where there is nothing to divide by."""
    hit = sum(a and b for a, b in zip(said, true, strict=True))
    precision, recall = hit / max(1, sum(said)), hit / max(1, sum(true))
    f1 = 2 * hit / max(1, sum(said) + sum(true))
    return {
        "rows": len(true),
        "matches": sum(true),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(f1, 4),
    }


def choose(scores: Sequence[int], true: Sequence[bool]) -> int:
    """The threshold (score >= it) of the best F1; the middle one where several are as good."""
    tried = [(measure([s >= t for s in scores], true)["f1"], t) for t in range(5, 1001, 5)]
    best = max(tried)[0]
    return statistics.median_low([t for f1, t in tried if f1 == best])


def crossed(scores: Sequence[int], parts: Sequence[int], true: Sequence[bool]) -> tuple[list[bool], dict[int, int]]:
    """Each row decided at the threshold chosen on the other part, and the thresholds: part they were chosen on -> threshold."""
    chosen = {
        part: choose(*zip(*((s, t) for s, p, t in zip(scores, parts, true, strict=True) if p == part), strict=True))
        for part in (0, 1)
    }
    return [s >= chosen[1 - p] for s, p in zip(scores, parts, strict=True)], chosen


def interval(said: Sequence[bool], peer: Sequence[bool], true: Sequence[bool], seed: int) -> dict[str, list[float]]:
    """95 % bootstrap intervals (rows drawn again with replacement) of F1 and of F1 less the peer's on the same draws."""
    draw, own, less = random.Random(seed), [], []
    for _ in range(DRAWS):
        rows = draw.choices(range(len(true)), k=len(true))
        truth = [true[i] for i in rows]
        here = float(measure([said[i] for i in rows], truth)["f1"])
        own.append(here)
        less.append(here - float(measure([peer[i] for i in rows], truth)["f1"]))
    cut = int(0.025 * DRAWS)
    return {
        "f1": [round(v, 4) for v in (sorted(own)[cut], sorted(own)[-cut - 1])],
        "f1_less_peer": [round(v, 4) for v in (sorted(less)[cut], sorted(less)[-cut - 1])],
    }


def table(rows: Sequence[Row], key: str, decided: dict[str, list[bool]], true: Sequence[bool]) -> dict[str, object]:
    """Precision, recall and F1 of each method for each value of a column; of precision nothing where nothing is a match."""
    found: dict[str, object] = {}
    for value in sorted({row[key] for row in rows}):
        at = [i for i, row in enumerate(rows) if row[key] == value]
        found[value or "(none)"] = {
            method: {
                **measure([said[i] for i in at], [true[i] for i in at]),
                "right": sum(said[i] == true[i] for i in at),
            }
            for method, said in decided.items()
        }
    return found


def timed(pairs: Sequence[tuple[Prepared, Prepared]]) -> dict[str, float]:
    """Pairs a second: median, least and most of several runs."""
    speeds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        for a, b in pairs:
            compare(a, b)
        speeds.append(len(pairs) / (time.perf_counter() - start))
    return {"median": round(statistics.median(speeds)), "min": round(min(speeds)), "max": round(max(speeds))}


def speed(rows: Sequence[Row], seed: int) -> dict[str, object]:
    """Pairs a second of one core: the same name twice, names at random, and the pairs of the file."""
    draw = random.Random(seed)
    names = list(dict.fromkeys(name for row in rows for name in (row["name1"], row["name2"])))
    ready = [prepare(name, "person") for name in names]
    at_random = [(draw.choice(ready), draw.choice(ready)) for _ in range(SPEED_PAIRS)]
    start = time.perf_counter()
    for one, other in at_random:
        fuzz.token_sort_ratio(one.folded, other.folded)
    peer = SPEED_PAIRS / (time.perf_counter() - start)
    return {
        "pairs": SPEED_PAIRS,
        "same_name": timed([(a, a) for a, _ in at_random]),
        "at_random": timed(at_random),
        "pairs_of_the_file": timed([(prepare(row["name1"]), prepare(row["name2"])) for row in rows] * 20),
        "rapidfuzz_token_sort_ratio_at_random": round(peer),
    }


def judged(rows: Sequence[Row], seed: int) -> dict[str, object]:
    """Every figure of accuracy."""
    true = [row["is_match"] == "True" for row in rows]
    parts = [part_of(row) for row in rows]
    scorers: dict[str, Callable[[Row], int]] = {
        "fanzha": lambda row: likeness(row["name1"], row["name2"], KIND[row["schema"]]).score,
        "fanzha_kind_not_told": lambda row: likeness(row["name1"], row["name2"]).score,
        "logic_v2_best_threshold": lambda row: round(float(row["score"]) * 1000),
        "rapidfuzz_token_sort_ratio": lambda row: round(
            fuzz.token_sort_ratio(row["name1"], row["name2"], processor=utils.default_process) * 10
        ),
    }
    decided = {"logic_v2": [row["predicted_match"] == "True" for row in rows]}
    thresholds: dict[str, object] = {}
    for name, scorer in scorers.items():
        decided[name], chosen = crossed([scorer(row) for row in rows], parts, true)
        thresholds[name] = {"chosen_on_development": chosen[0], "chosen_on_held_out": chosen[1]}
    groups = {
        "all_both_ways": list(range(len(rows))),
        "development": [i for i, p in enumerate(parts) if p == 0],
        "held_out": [i for i, p in enumerate(parts) if p == 1],
        "held_out_unseen": [i for i, p in enumerate(parts) if p == 1 and i >= ON_SCREEN],
    }
    figures: dict[str, object] = {}
    for group, at in groups.items():
        truth = [true[i] for i in at]
        here = {name: [said[i] for i in at] for name, said in decided.items()}
        figures[group] = {
            **{name: measure(said, truth) for name, said in here.items()},
            "interval_95": interval(here["fanzha"], here["logic_v2"], truth, seed),
        }
    shown = {name: decided[name] for name in ("fanzha", "logic_v2")}
    return {
        "thresholds": thresholds,
        "figures": figures,
        "by_schema": table(rows, "schema", shown, true),
        "by_category": table(rows, "category", shown, true),
        "by_group": table(rows, "case_group", shown, true),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    if not DATA.exists():
        sys.exit(f"skipped: {DATA} is not here")
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    result = {
        "commit": commit,
        "seed": wanted.seed,
        "cores": os.cpu_count(),
        "rows": len(rows),
        **judged(rows, wanted.seed),
        "pairs_a_second": speed(rows, wanted.seed),
        "zhang_wei": {
            "fanzha": likeness("张伟", "Zhang Wei", "person").score,
            "how": likeness("张伟", "Zhang Wei", "person").how,
        },
    }
    print(json.dumps({k: v for k, v in result.items() if not k.startswith("by_")}, indent=1, ensure_ascii=False))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
