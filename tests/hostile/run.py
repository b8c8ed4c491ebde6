"""The whole hostile corpus, each file in a process of its own.

    python -m tests.hostile.run [--only NAME ...] [--workspace] --result bench/results/hostile.json

With `--workspace` every file is admitted into a workspace and all stages run, instead of being read alone.
"""

import argparse
import dataclasses
import json
import sys
import tempfile
import time
from pathlib import Path

from tests.hostile.corpus import CORPUS, Hostile
from tests.hostile.measured import PEAK_MB, Outcome, measured


def problems(hostile: Hostile, outcome: Outcome, *, admitted: bool = False) -> list[str]:
    """What is wrong with what became of a file; empty where all is well. `admitted`: an error is a row in quarantine."""
    found = [outcome.broken] if outcome.broken else []
    if outcome.peak_mb >= PEAK_MB:
        found.append(f"{outcome.peak_mb} MB were held")
    if outcome.rows_in != outcome.kept + outcome.quarantined + outcome.structure:
        found.append(
            f"{outcome.rows_in} rows in, {outcome.kept} kept, {outcome.quarantined} quarantined, {outcome.structure} structure"
        )
    if not outcome.errors and not outcome.rows_in and not outcome.broken:
        found.append("nothing was said")
    for error in outcome.errors:
        english, _, chinese = error.partition(" / ")
        if "Next:" not in english or "下一步" not in chinese:
            found.append(f"says not what to do next: {error}")
    if hostile.refused and not (outcome.errors or (admitted and outcome.quarantined)):
        found.append("was not refused")
    if missing := set(hostile.reasons) - set(outcome.reasons):
        found.append(f"no row in quarantine for {', '.join(sorted(missing))}")
    if outcome.kept < hostile.kept or (hostile.kept < 0 < outcome.kept):
        found.append(f"{outcome.kept} rows kept")
    return found


def main() -> None:
    """Run, say, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", help="a file of the corpus by name; all by default")
    parser.add_argument("--workspace", action="store_true", help="admit each file instead of reading it")
    parser.add_argument("--seconds", type=float, default=300, help="for each file")
    parser.add_argument("--result", type=Path)
    asked = parser.parse_args()
    told, failed = {}, False
    for name in asked.only or CORPUS:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"  # without an ending: content alone decides
            CORPUS[name].write(path)
            size, begun = path.stat().st_size, time.monotonic()
            into = Path(folder) / "workspace" if asked.workspace else None
            outcome = measured([path], into, asked.seconds)[0]
            wrong = problems(CORPUS[name], outcome, admitted=asked.workspace)
        failed = failed or bool(wrong)
        seconds = round(time.monotonic() - begun, 1)
        told[name] = {"bytes": size, "seconds": seconds, **dataclasses.asdict(outcome), "problems": wrong}
        said = "; ".join(wrong) or "; ".join(outcome.errors)[:100] or json.dumps(outcome.reasons)
        print(f"{name}: {size:,} bytes, {seconds} s, {outcome.peak_mb} MB, {outcome.kept} kept: {said}", flush=True)
    if asked.result:
        result = {"peak_mb": max(one["peak_mb"] for one in told.values()), "files": told}
        asked.result.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.exit(failed)


if __name__ == "__main__":
    main()
