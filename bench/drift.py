"""How the recogniser holds as scams change: dated reports of unwanted messages, month by month, through the public door.

    python bench/drift.py --out bench/results/drift.json

`../shared/data/text/spamhunter_2018_2021H1.csv.gz` (not part of this repository; figures only) goes through `fanzha check --jsonl -`, and
the answers are put into months as `fanzha drift` does. Every row was reported as spam by somebody: the share warned of is no recall of
scams. The shipped weights were trained on part of these rows, weakly, so the level says little; what is looked at is the change. Therefore
also `--before 2020-01`: a scorer trained (`fanzha train`) on the rows of earlier months and the other sets that may train, read over all
months; those from then on it never saw.
"""

import argparse
import csv
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fanzha.recognise.check import check
from fanzha.recognise.drift import Scored, as_json, drift
from fanzha.recognise.facts import facts
from fanzha.recognise.model_file import unpack
from fanzha.recognise.scorer import Scorer

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared/data/text"
SOURCE = "spamhunter_2018_2021H1"
NEVER = ("telecom5_zh", "phishing_pot_to2024", SOURCE)  # may not train, or is cut by month here


def rows() -> list[dict[str, str]]:
    csv.field_size_limit(1 << 24)
    with gzip.open(DATA / f"{SOURCE}.csv.gz", "rt", encoding="utf-8") as file:
        return sorted(csv.DictReader(file), key=lambda row: (row["split"], row["id"]))


def moment(month: str) -> int:
    """The middle of a month, UTC milliseconds."""
    return int(datetime.strptime(f"{month}-15", "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000)


def by_the_door(found: list[dict[str, str]]) -> tuple[list[Scored], float]:
    """What `fanzha check --jsonl -` answers, and how many seconds it took."""
    lines = "".join(json.dumps({"id": row["id"], "text": row["text"]}) + "\n" for row in found)
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "fanzha", "check", "--jsonl", "-"], input=lines.encode(), capture_output=True, check=True
    )
    taken = time.perf_counter() - start
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if [one["id"] for one in answers] != [row["id"] for row in found]:
        raise SystemExit("not every line was answered in order")
    scored = []
    for row, one in zip(found, answers, strict=True):
        kinds = one.get("scam_type") or [""]
        scored.append((moment(row["split"]), str(one["verdict"]), round(float(one["score"]) * 1e6), str(kinds[0])))
    return scored, taken


def trained_before(found: list[dict[str, str]], month: str) -> list[Scored]:
    """What a scorer says that was trained on earlier months alone, beside the other sets that may train."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in DATA.glob("*.csv.gz"):
            if path.name.removesuffix(".csv.gz") not in NEVER:
                shutil.copy(path, folder)
        with gzip.open(folder / f"{SOURCE}.csv.gz", "wt", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(found[0]))
            writer.writeheader()
            writer.writerows(row for row in found if row["split"] < month)
        model = folder / "before.scorer"
        subprocess.run(
            [sys.executable, "-m", "fanzha", "train", folder, "--out", model], check=True, capture_output=True
        )
        scorer = Scorer(unpack(model.read_bytes()))
    read = map(facts, check((row["text"] for row in found), scorer, words=False))
    return [
        (moment(row["split"]), one.verdict, one.probability_ppm, one.kind) for row, one in zip(found, read, strict=True)
    ]


def months(scored: list[Scored]) -> list[dict[str, Any]]:
    return [as_json(one) for one in drift(scored, (), "UTC")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--rows", type=int, default=0, help="only so many rows, evenly over time")
    parser.add_argument("--before", default="", help="train one on the months before this one, such as 2020-01")
    wanted = parser.parse_args()
    found = rows()
    if wanted.rows:
        found = found[:: max(len(found) // wanted.rows, 1)]
    scored, taken = by_the_door(found)
    result: dict[str, Any] = {
        "source": SOURCE,
        "rows": len(found),
        "seconds": round(taken, 1),
        "lines_per_second": round(len(found) / taken),
        "shipped": months(scored),
    }
    if wanted.before:
        result[f"trained_before_{wanted.before}"] = months(trained_before(found, wanted.before))
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    print(text)
    if wanted.out:
        wanted.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
