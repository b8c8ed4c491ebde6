"""Real scam reports through a proposed mapping: all admitted, shared wallets join, one planted popular wallet does not.

    python bench/scam_sites.py --seed 20261123 --result bench/results/scam_sites.json

Reads `../shared/data/identifiers/cryptoscamdb_reports.yaml.gz` (not part of this repository). Prints figures only.
"""

import argparse
import gzip
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import yaml

import fanzha

DATA = Path(__file__).parents[2] / "shared/data/identifiers/cryptoscamdb_reports.yaml.gz"
PLANTED = "0x" + "5a" * 20


def cases_of(source: Path, folder: Path) -> tuple[dict[str, object], dict[int, str], float]:
    """Admission and case of every report (item number -> case), and the seconds until the cases were there."""
    start = time.perf_counter()
    with fanzha.open(folder, actor="bench") as workspace:
        admission = workspace.admit([source])[0]
        cases = workspace.cases()
        seconds = time.perf_counter() - start
        of = {row: case for case, row in workspace.engine.rows('SELECT case_id, "row" FROM case_reports')}
    counts = {
        "rows_in": admission.rows_in,
        "kept": admission.kept,
        "quarantined": admission.quarantined,
        "cases": len(cases),
        "largest_case": max(case.reports for case in cases),
    }
    return counts, of, seconds


def sharing(reports: list[dict[str, object]]) -> list[set[int]]:
    """Groups of item numbers (from 1) that name the same wallet, by exact text within one chain."""
    named: dict[tuple[str, str], set[int]] = defaultdict(set)
    for number, report in enumerate(reports, 1):
        addresses = report.get("addresses") or {}
        assert isinstance(addresses, dict)
        for chain, values in addresses.items():
            for value in values:
                named[chain, value.lower() if value.startswith("0x") else value].add(number)
    return [group for group in named.values() if len(group) > 1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    if not DATA.exists():
        sys.exit(f"skipped: {DATA} is not here")
    reports = yaml.load(gzip.decompress(DATA.read_bytes()), Loader=yaml.CSafeLoader)
    groups = sharing(reports)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = folder / "reports.yaml"
        plain.write_bytes(gzip.decompress(DATA.read_bytes()))
        counts, of, seconds = cases_of(plain, folder / "plain")
        together = sum(len({of[number] for number in group}) == 1 for group in groups)
        for number in random.Random(wanted.seed).sample(range(len(reports)), 2_000):
            reports[number].setdefault("addresses", {}).setdefault("ETH", []).append(PLANTED)
        planted = folder / "planted.yaml"
        planted.write_text(
            yaml.dump(reports, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
        counts_planted, of_planted, seconds_planted = cases_of(planted, folder / "planted")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    result = {
        "commit": commit,
        "seed": wanted.seed,
        "reports": len(reports),
        "plain": counts,
        "seconds": round(seconds, 2),
        "wallets_on_two_or_more_sites": len(groups),
        "of_them_in_one_case": together,
        "with_planted_wallet": counts_planted,
        "seconds_with_planted_wallet": round(seconds_planted, 2),
        "partition_unchanged_by_planted_wallet": of == of_planted,
    }
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
