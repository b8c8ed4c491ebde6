"""Payments seen from both ends, matched without labels: precision, recall and F1, beside Splink on the same rows.

    python bench/both_ends.py --seed 20261126 --result bench/results/both_ends.json

Reads `../shared/data/money/transactions_{origin,destination}.parquet` (not part of this repository): 45,326 payments, each in both files with another
memo (cut, words missing), date and amount. A random fifth of the payments was looked at while fields, cuts and keys were written
(`--seed` draws it); figures are for that fifth, for the rest, and for all. Labels enter neither weights nor the first threshold (weight 0: as likely as
not). Each payment has one counterpart at most: ours uses that (`Matched.partners`). Splink gets the comparisons and candidate
rules of its own example of this data set, as far as known here, and is scored as it comes at probability .5, at its best threshold found with the
truth (an oracle), and with the same one-to-one assignment after it. For both, one more threshold is chosen on the fifth and scored on the rest.
"""

import argparse
import json
import logging
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fanzha.link.records.block import beginning, number_key
from fanzha.link.records.fields import Field, table
from fanzha.link.records.group import one_to_one
from fanzha.link.records.match import MATCH_MILLI, match

DATA = Path(__file__).parents[2] / "shared/data/money"
DEVELOPMENT_SHARE = 5  # one payment in five
THRESHOLDS_MILLI = range(-24_000, 12_001, 3000)
FIELDS = (
    Field("memo", "text"),
    Field("day", "moment", cuts=(0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 22)),
    Field("amount_minor", "amount", cuts=(5, 10, 20, 30, 40, 50, 65, 80, 120)),
)
Int = NDArray[np.int64]


def read() -> tuple[pd.DataFrame, pd.DataFrame]:
    left, right = (pq.read_table(DATA / f"transactions_{end}.parquet").to_pandas() for end in ("origin", "destination"))
    return left, right


def scored(left: Int, right: Int, of: Int) -> dict[str, float]:
    """Pairs of payment numbers; `of`: the payments scored. A pair counts where either of its ends is one of them."""
    use = np.isin(left, of) | np.isin(right, of)
    hit = int((left[use] == right[use]).sum())
    made = int(use.sum())
    return {
        "precision": round(hit / max(made, 1), 4),
        "recall": round(hit / of.size, 4),
        "f1": round(2 * hit / (made + of.size), 4),
    }


def parts(left: Int, right: Int, fifth: Int, rest: Int) -> dict[str, dict[str, float]]:
    return {"fifth": scored(left, right, fifth), "rest": scored(left, right, rest),
            "all": scored(left, right, np.concatenate([fifth, rest]))}  # fmt: skip


def ours(a: pd.DataFrame, b: pd.DataFrame, parted: tuple[Int, Int], seed: int) -> dict[str, Any]:
    both = pd.concat([a, b])
    records = {
        "memo": both.memo.tolist(),
        "day": both.transaction_date.tolist(),
        "amount_minor": np.rint(both.amount.to_numpy() * 100).astype(np.int64),
    }
    start = time.perf_counter()
    t = table(records, FIELDS, left=len(a))
    keys = [number_key(t, "amount_minor", ["memo"], cut=beginning(3), per_mille=True, gap=125, reach=150)]
    found = match(t, keys, seed)
    left, right, _ = found.partners()
    seconds = time.perf_counter() - start
    truth = both.ground_truth.to_numpy()
    same = truth[found.pairs.left] == truth[found.pairs.right]
    held = found.weight >= MATCH_MILLI

    def at(weight: int) -> tuple[Int, Int]:
        one, other, _ = found.partners(weight)
        return truth[one], truth[other]

    best = max(THRESHOLDS_MILLI, key=lambda weight: scored(*at(weight), parted[0])["f1"])
    return {
        "one_to_one_at_0": parts(truth[left], truth[right], *parted),
        "one_to_one_threshold_chosen_on_fifth": {"milli_bits": best} | parts(*at(best), *parted),
        "pairs_at_0": parts(truth[found.pairs.left[held]], truth[found.pairs.right[held]], *parted),
        "candidates": int(same.size),
        "recall_of_candidates": round(int(same.sum()) / len(a), 4),
        "seconds": seconds,
    }


def splink(a: pd.DataFrame, b: pd.DataFrame, parted: tuple[Int, Int], seed: int) -> dict[str, Any]:
    import duckdb
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    amount = cl.CustomComparison(
        output_column_name="amount",
        comparison_levels=[
            cll.NullLevel("amount"),
            cll.ExactMatchLevel("amount"),
            *(cll.PercentageDifferenceLevel("amount", share) for share in (0.01, 0.03, 0.1, 0.3)),
            cll.ElseLevel(),
        ],
    )
    day = cl.CustomComparison(
        output_column_name="transaction_date",
        comparison_levels=[
            cll.NullLevel("transaction_date"),
            *(
                {
                    "sql_condition": f"transaction_date_r - transaction_date_l <= {days} and transaction_date_r >= transaction_date_l",
                    "label_for_charts": f"<= {days} days",
                }
                for days in (1, 4, 10, 30)
            ),
            cll.ElseLevel(),
        ],
    )
    memo = cl.CustomComparison(
        output_column_name="memo",
        comparison_levels=[
            cll.NullLevel("memo"),
            cll.ExactMatchLevel("memo"),
            *(cll.LevenshteinLevel("memo", edits) for edits in (2, 6, 10)),
            cll.ElseLevel(),
        ],
    )
    month, next_month = "strftime({}.transaction_date, '%Y%m')", "strftime({}.transaction_date + 15, '%Y%m')"
    prefix = "substr(l.memo, 1, 3) = substr(r.memo, 1, 3) and l.amount / r.amount > .7 and l.amount / r.amount < 1.3"
    rules = [
        f"{month.format('l')} = {month.format('r')} and {prefix}",
        f"{next_month.format('l')} = {next_month.format('r')} and {prefix}",
        block_on("substr(memo, 1, 9)"),
        f"round(l.amount / 2, 0) * 2 = round(r.amount / 2, 0) * 2 and {month.format('l')} = {month.format('r')}",
        f"round(l.amount / 2, 0) * 2 = round((r.amount + 1) / 2, 0) * 2 and {month.format('l')} = {month.format('r')}",
        f"round(l.amount / 2, 0) * 2 = round((r.amount + 1) / 2, 0) * 2 and {next_month.format('l')} = {next_month.format('r')}",
    ]
    frames = [
        frame[["memo", "transaction_date", "amount", "ground_truth"]].rename(columns={"ground_truth": "unique_id"})
        for frame in (a, b)
    ]
    start = time.perf_counter()
    api = DuckDBAPI(connection=duckdb.connect())
    tables = [
        api.register(frame, dataset_display_name=name) for frame, name in zip(frames, ("__ori", "_dest"), strict=True)
    ]
    linker = Linker(
        tables,
        SettingsCreator(
            link_type="link_only",
            probability_two_random_records_match=1 / len(a),
            comparisons=[amount, day, memo],
            blocking_rules_to_generate_predictions=rules,
        ),
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=seed)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("memo"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("amount"))
    made = linker.inference.predict(threshold_match_probability=1e-5)
    seconds = time.perf_counter() - start
    pairs = made.as_pandas_dataframe()
    left, right = pairs.unique_id_l.to_numpy(), pairs.unique_id_r.to_numpy()
    if (pairs.source_dataset_l != "__ori").any():
        swap = (pairs.source_dataset_l != "__ori").to_numpy()
        left, right = np.where(swap, right, left), np.where(swap, left, right)
    weight = np.rint(pairs.match_weight.to_numpy() * 1000).astype(np.int64)

    def assigned(least: int) -> tuple[Int, Int]:
        # the right side's numbers are moved apart, for both sides use the same
        chosen = one_to_one(left, right + 10**9, weight, least)
        return left[chosen], right[chosen]

    def plain(least: int) -> tuple[Int, Int]:
        return left[weight >= least], right[weight >= least]

    everything = np.concatenate(parted)
    oracle = max(THRESHOLDS_MILLI, key=lambda least: scored(*plain(least), everything)["f1"])
    best = max(THRESHOLDS_MILLI, key=lambda least: scored(*assigned(least), parted[0])["f1"])
    return {
        "pairs_at_half": parts(*plain(0), *parted),
        "pairs_at_best_threshold_oracle": {"milli_bits": oracle} | parts(*plain(oracle), *parted),
        "one_to_one_at_half": parts(*assigned(0), *parted),
        "one_to_one_threshold_chosen_on_fifth": {"milli_bits": best} | parts(*assigned(best), *parted),
        "predictions_above_1e-5": len(pairs),
        "seconds": seconds,
    }


def spread(runs: Sequence[float]) -> dict[str, float]:
    return {"median": round(statistics.median(runs), 2), "min": round(min(runs), 2), "max": round(max(runs), 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    if not DATA.exists():
        sys.exit(f"skipped: {DATA} is not here")
    logging.disable(logging.CRITICAL)
    a, b = read()
    numbers = np.random.default_rng(wanted.seed).permutation(np.unique(a.ground_truth.to_numpy()))
    parted = numbers[: numbers.size // DEVELOPMENT_SHARE], numbers[numbers.size // DEVELOPMENT_SHARE :]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    result: dict[str, Any] = {"commit": commit, "seed": wanted.seed, "cores": os.cpu_count(), "runs": wanted.runs,
                              "payments": len(a), "fifth": int(parted[0].size)}  # fmt: skip
    seconds: dict[str, list[float]] = {"ours": [], "splink": []}
    for _ in range(wanted.runs):
        for who, run in (("ours", ours), ("splink", splink)):
            result[who] = run(a, b, parted, wanted.seed)
            seconds[who].append(result[who]["seconds"])
    for who, runs in seconds.items():
        result[who]["seconds"] = spread(runs)
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
