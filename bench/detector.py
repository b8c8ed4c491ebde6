"""A plain detector on a written world: boosted trees over simple aggregates of accounts. A world that it solves is too easy.

    python bench/detector.py --world OUT --world OTHER --amlgentex FOLDER --seed 20261123 --result bench/results/detector.json

The same protocol for the world and for the AMLGentex sample (amlgentex_tx_log.parquet in FOLDER): transfers between accounts; the first 70 %
of the days train, the last 30 % test; features are the amount, the hour and what payer and payee did over the whole period (how often, how
much, with how many, on how many days), which favours the detector, for it also knows what an account does later. A transfer counts as
found if it carries victims' money (the world) or is part of a labelled scheme (AMLGentex). Average precision (AP) on the transfers of the
test days, the median of three fits. AP falls with the share of what is looked for, so the lift over that share and the AP at AMLGentex's
share (honest transfers weighted down) stand beside it.

AMLGentex's generator is not in the package index, so only its published sample is measured, not the time that it takes to make one.
Needs scikit-learn (requirements/bench.lock).
"""

import argparse
import json
import os
import statistics
import subprocess
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // 2)))

import numpy as np
import pyarrow.parquet as pq
from samples import amlgentex
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score

from fanzha.simulate.flow import Flow, about, read_flow
from fanzha.simulate.world import DAY_MS, HOUR_MS, Flags

TRAINING_SHARE, FITS = 0.7, 3
# Early stopping holds back a random tenth, and with one in a thousand that leaves too few to stop on: fits then differ by a factor of two.
TREES = {
    "max_iter": 200,
    "learning_rate": 0.05,
    "max_leaf_nodes": 15,
    "l2_regularization": 1.0,
    "early_stopping": False,
}
REFERENCE = 0.552  # AP of account aggregates and boosted trees on the AMLGentex sample, as measured before this project
BAR = 0.55


def side(who: np.ndarray, other: np.ndarray, amount: np.ndarray, day: np.ndarray, accounts: int) -> list[np.ndarray]:
    """For each account: transfers, their sum, distinct counterparties, mean amount, days active."""
    count = np.bincount(who, minlength=accounts).astype(float)
    total = np.bincount(who, amount, minlength=accounts)

    def distinct(second: np.ndarray) -> np.ndarray:
        width = int(second.max()) + 1 if len(second) else 1
        pairs = np.unique(who.astype(np.int64) * width + second)
        return np.bincount(pairs // width, minlength=accounts).astype(float)

    return [count, total, distinct(other), total / np.maximum(count, 1), distinct(day)]


def features(flow: Flow) -> np.ndarray:
    """One row a transfer: amount (yuan), hour, then ten aggregates and the ratio in to out of the payer and of the payee."""
    amount, day = flow.yuan(), flow.day()
    out = side(flow.payer, flow.payee, amount, day, flow.accounts)
    into = side(flow.payee, flow.payer, amount, day, flow.accounts)
    table = np.stack([*out, *into, into[1] / np.maximum(out[1], 1.0)], axis=1).astype(np.float32)
    hour = flow.local_ms() % DAY_MS // HOUR_MS
    return np.column_stack([amount, hour, table[flow.payer], table[flow.payee]]).astype(np.float32)


def measured(flow: Flow, wanted: Flags, seed: int, share: float | None = None) -> dict[str, object]:
    """AP of the detector on the last days, with the share of wanted transfers there. `share` asks for the AP at another share."""
    table = features(flow)
    days = round((flow.end_ms - flow.start_ms) / DAY_MS)
    train = flow.day() < TRAINING_SHARE * days
    test, found, weighted = ~train, [], []
    prevalence = float(wanted[test].mean())
    for number in range(FITS):
        trees = HistGradientBoostingClassifier(random_state=seed + number, **TREES)
        told = trees.fit(table[train], wanted[train]).predict_proba(table[test])[:, 1]
        found.append(float(average_precision_score(wanted[test], told)))
        if share is not None:
            light = prevalence * (1 - share) / (share * (1 - prevalence))
            weighted.append(
                float(average_precision_score(wanted[test], told, sample_weight=np.where(wanted[test], 1.0, light)))
            )
    median = statistics.median(found)
    return {
        "accounts": flow.accounts,
        "days": days,
        "transfers": len(flow),
        "training_transfers": int(train.sum()),
        "training_wanted": int(wanted[train].sum()),
        "test_transfers": int(test.sum()),
        "test_wanted": int(wanted[test].sum()),
        "prevalence": round(prevalence, 6),
        "ap": round(median, 4),
        "ap_each": [round(one, 4) for one in found],
        "lift": round(median / prevalence, 1),
        "ap_at_share": None if share is None else round(statistics.median(weighted), 4),
        "share": None if share is None else round(share, 6),
    }


def world(out: Path) -> tuple[Flow, Flags]:
    """The transfers of a written world between accounts, and which of them carry victims' money."""
    flow = read_flow(out).between()
    carry = [
        pq.read_table(out / "truth" / name, columns=["transfer"])["transfer"].to_numpy()
        for name in ("payments.parquet", "parcels.parquet")
    ]
    return flow, np.isin(flow.transfer, np.concatenate(carry))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--world", type=Path, action="append", help="a written world; several, for the spread between seeds"
    )
    parser.add_argument("--amlgentex", type=Path)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    result: dict[str, object] = {
        "seed": wanted.seed,
        "commit": commit.stdout.strip(),
        "detector": {"kind": "scikit-learn HistGradientBoostingClassifier", **TREES},
        "fits": FITS,
        "reference_amlgentex_ap": REFERENCE,
        "amlgentex_generator": "not in the package index: its sample is measured, its speed is not",
    }
    share = None
    if wanted.amlgentex:
        flow, labels = amlgentex(wanted.amlgentex)
        result["amlgentex"] = theirs = measured(flow, labels, wanted.seed)
        share = float(str(theirs["prevalence"]))
    start = time.perf_counter()
    ours = []
    for out in wanted.world or ():
        told = about(out)
        named = {name: told.get(name) for name in ("preset", "seed", "people", "gangs", "version")}
        ours.append({**named, **measured(*world(out), wanted.seed, share)})
    if ours:
        found = sorted(float(str(one["ap"])) for one in ours)
        result["worlds"] = ours
        result["ap"] = {"median": statistics.median(found), "min": found[0], "max": found[-1], "worlds": len(found)}
        result["solved"] = statistics.median(found) > BAR
        result["seconds"] = round(time.perf_counter() - start, 1)
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
