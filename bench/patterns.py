"""Patterns beside money flow: what they add to a boosted tree on AMLGentex, and beside the Graph Feature Preprocessor of Snap ML.

    python bench/patterns.py --seed 20261126 --result bench/results/patterns.json --snapml PYTHON

Reads `../shared/data/money/amlgentex_*` (not part of this repository): 10,000 accounts, 100 days, 111,386 transfers between accounts, 70
planted schemes. Days 0 to 69 train, the rest test. A figure of a transfer is made from earlier days, from earlier rows of its own day in
drawn order, and from itself; never from a label. Parameters of the trees were set once, not searched.

`--snapml`: an interpreter that has snapml (closed source, so no dependency); without it that part is left out and says so. Both get the same
arrays and one thread; our time includes indexing. Snap ML is asked one transfer at a time for the counts, so that it cannot look ahead.
"""

import argparse
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict, deque
from pathlib import Path
from typing import Any

os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # before the trees start their threads: one, as for everything measured here

import duckdb
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fanzha.trace.pattern_kernels import Edges, cycles, edges, fans, scatters, through

DATA = Path(__file__).parents[2] / "shared/data/money"
TRAIN_DAYS, DAY = 70, 86_400
TREES = {
    "max_iter": 300,
    "learning_rate": 0.05,
    "min_samples_leaf": 20,
    "l2_regularization": 1.0,
    "early_stopping": False,
}
TOP = (50, 100, 200)


def read(seed: int) -> dict[str, np.ndarray]:
    """Transfers between accounts by day, in drawn order within a day (the log's own order could tell), and all daily sums."""
    log = f"'{DATA / 'amlgentex_tx_log.parquet'}'"
    rows = duckdb.execute(
        "SELECT step, nameOrig, nameDest, amount, isSAR, patternID, daysInBankOrig, daysInBankDest, oldbalanceOrig, oldbalanceDest"
        f" FROM {log} WHERE nameOrig >= 0 AND nameDest >= 0 AND bankDest <> 'sink' AND bankOrig <> 'source'"
        " ORDER BY step, nameOrig, nameDest, amount"
    ).fetchnumpy()
    order = np.lexsort((np.random.default_rng(seed).random(len(rows["step"])), rows["step"]))
    held = {name: np.asarray(column)[order] for name, column in rows.items()}
    for name, where, account in (
        ("spent", "bankDest = 'sink'", "nameOrig"),
        ("earned", "bankOrig = 'source' AND type <> 'INITALBALANCE'", "nameDest"),
    ):
        found = duckdb.execute(f"SELECT step, {account}, amount FROM {log} WHERE {where}").fetchnumpy()
        held[name] = np.stack([np.asarray(found[k], dtype=float) for k in ("step", account, "amount")])
    return held


def before(account: np.ndarray, day: np.ndarray, values: np.ndarray | None, size: int, days: int) -> np.ndarray:
    """[accounts, days + 1]: sum of `values` (or the number) on all days before."""
    table = np.zeros((size, days + 1))
    np.add.at(table, (account, day + 1), 1.0 if values is None else values)
    return np.cumsum(table, axis=1)


def aggregates(t: dict[str, np.ndarray], size: int, days: int) -> np.ndarray:
    """What a bank's analyst would make of the two accounts: counts and sums of 3, 7, 28 days and of all, in each direction; income and
    spending; earlier dealings of the two; the amount beside the usual one."""
    day, a, b, amount = t["step"], t["nameOrig"], t["nameDest"], t["amount"]
    out = [amount, np.log1p(amount), t["daysInBankOrig"], t["daysInBankDest"], t["oldbalanceOrig"], t["oldbalanceDest"]]
    books = [before(side, day, value, size, days) for side in (a, b) for value in (None, amount)]
    for name in ("spent", "earned"):
        at, who, value = t[name]
        books.append(before(who.astype(int), at.astype(int), value, size, days))
    for side in (a, b):
        for book in books:
            for window in (3, 7, 28, days):
                out.append(book[side, day] - book[side, np.maximum(day - window, 0)])
    for number, total in ((0, 1), (2, 3)):
        for side in (a, b):
            count = books[number][side, day]
            out.append(amount / np.maximum(books[total][side, day] / np.maximum(count, 1), 1.0))
    for key in (a * size + b, b * size + a):
        out.append(earlier(a * size + b, key))
    for side in (a, b):  # earlier rows of the same day, as the patterns see them too
        for other in (a, b):
            out.append(earlier(other * (days + 1) + day, side * (days + 1) + day))
    return np.stack([np.asarray(column, dtype=float) for column in out], axis=1)


def earlier(stored: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """How many rows before this one hold the key that this one asks for."""
    seen: Counter[int] = Counter()
    found = np.zeros(len(stored))
    for i, (own, key) in enumerate(zip(stored.tolist(), asked.tolist(), strict=True)):
        found[i] = seen[key]
        seen[own] += 1
    return found


def pattern_figures(t: dict[str, np.ndarray], size: int) -> tuple[np.ndarray, np.ndarray]:
    """Figures of the kernels, and the flags that a person would see. Days are the unit of time here."""
    minor = np.round(100 * t["amount"]).astype(np.int64)
    e = edges(t["nameOrig"], t["nameDest"], t["step"], minor, size)
    out, flags = [], []
    for window in (3, 7, 28):
        f = fans(e, window)
        p = through(e, window).astype(float)
        out += [*f.T, np.minimum(f[:, 4], f[:, 1]), p[:, 0], p[:, 1], p[:, 1] / np.maximum(p[:, 0], 1), p[:, 2]]
        if window == 7:
            on = (p[:, 0] > 0) & (1000 * p[:, 1] >= 800 * p[:, 0]) & (1000 * p[:, 1] <= 1050 * p[:, 0])
            flags += [f[:, 0] >= 5, f[:, 1] >= 5, np.minimum(f[:, 4], f[:, 1]) >= 3, on]
    for window, keeps in ((28, None), (28, (700, 1_100)), (7, (700, 1_100))):
        counts, path, _ = cycles(e, window, keeps, 1_000)
        length = (path >= 0).sum(axis=1)
        out += [counts.sum(axis=1), length]
        if keeps and window == 28:
            flags.append(length > 2)
    for window in (7, 28):
        count, _, _ = scatters(e, window, 1_000)
        out.append(count)
        if window == 28:
            flags.append(count >= 2)
    marks = np.stack(flags, axis=1)
    for side in (e.payer, e.payee):  # how often each account was in a pattern before
        for mark in marks.T:
            out.append(marked_before(e, mark, side))
    return np.stack([np.asarray(column, dtype=float) for column in out], axis=1), marks.astype(float)


def marked_before(e: Edges, mark: np.ndarray, side: np.ndarray) -> np.ndarray:
    seen: Counter[int] = Counter()
    found = np.zeros(len(mark))
    for i in range(len(mark)):
        found[i] = seen[int(side[i])]
        if mark[i]:
            seen[int(e.payer[i])] += 1
            seen[int(e.payee[i])] += 1
    return found


def trees(x: np.ndarray, y: np.ndarray, train: np.ndarray, seed: int) -> np.ndarray:
    """Mean of two boosted models; only the draw differs."""
    scores = []
    for k in range(2):
        model = HistGradientBoostingClassifier(random_state=seed + k, max_features=0.5, **TREES)
        scores.append(model.fit(x[train], y[train]).predict_proba(x[~train])[:, 1])
    return np.mean(scores, axis=0)


def draws(t: dict[str, np.ndarray], train: np.ndarray, seed: int) -> list[np.ndarray]:
    """Two hundred draws of schemes and of honest transfers, with replacement, as rows of the test part."""
    y, scheme = t["isSAR"][~train], t["patternID"][~train]
    schemes = np.unique(scheme[y == 1])
    places = {one: np.flatnonzero((scheme == one) & (y == 1)) for one in schemes}
    honest = np.flatnonzero(y == 0)
    rng = np.random.default_rng(seed)
    return [
        np.concatenate([places[one] for one in rng.choice(schemes, len(schemes))] + [rng.choice(honest, len(honest))])
        for _ in range(200)
    ]


def judged(scores: dict[str, np.ndarray], t: dict[str, np.ndarray], train: np.ndarray, seed: int) -> dict[str, Any]:
    """AP, and members of schemes among the best accounts, with 95 % intervals; and what the patterns add, draw by draw."""
    y = t["isSAR"][~train]
    sides = np.stack([t["nameOrig"][~train], t["nameDest"][~train]], axis=1)
    drawn = draws(t, train, seed)
    every = np.arange(len(y))
    told: dict[str, Any] = {}
    values: dict[str, dict[str, np.ndarray]] = {}
    for name, score in scores.items():
        whole = figures(score, y, sides, every)
        parts = [figures(score, y, sides, rows) for rows in drawn]
        values[name] = {one: np.array([whole[one], *(part[one] for part in parts)]) for one in whole}
        told[name] = {one: interval(value) for one, value in values[name].items()}
    more, less = values["aggregates_and_patterns_trees"], values["aggregates_trees"]
    told["patterns_add_to_aggregates"] = {one: interval(more[one] - less[one]) for one in more}
    return told


def interval(values: np.ndarray) -> dict[str, Any]:
    """The first value, and where 95 % of the others lie."""
    low, high = np.quantile(values[1:], (0.025, 0.975))
    return {"value": round(float(values[0]), 3), "interval": [round(float(low), 3), round(float(high), 3)]}


def figures(score: np.ndarray, y: np.ndarray, sides: np.ndarray, rows: np.ndarray) -> dict[str, float]:
    found = {"ap_transfers": float(average_precision_score(y[rows], score[rows]))}
    size = int(sides.max()) + 1
    best, member = np.full(size, -np.inf), np.zeros(size, dtype=bool)
    for side in sides.T:
        np.maximum.at(best, side[rows], score[rows])
        member[side[rows[y[rows] == 1]]] = True
    order = np.argsort(-best, kind="stable")
    for top in TOP:
        found[f"member_recall_top_{top}"] = float(member[order[:top]].sum() / member.sum())
    seen = best > -np.inf
    found["ap_accounts"] = float(average_precision_score(member[seen], best[seen]))
    return found


def amlgentex(seed: int) -> dict[str, Any]:
    t = read(seed)
    size, days = (
        int(max(t["nameOrig"].max(), t["nameDest"].max())) + 1,
        int(max(t[name].max() if name == "step" else t[name][0].max() for name in ("step", "spent", "earned"))) + 1,
    )
    y, train = t["isSAR"], t["step"] < TRAIN_DAYS
    plain = aggregates(t, size, days)
    values, marks = pattern_figures(t, size)
    alone = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000)).fit(marks[train], y[train])
    scores = {
        "flags_summed": marks[~train].sum(axis=1),
        "flags_logistic": alone.predict_proba(marks[~train])[:, 1],
        "patterns_trees": trees(values, y, train, seed),
        "aggregates_trees": trees(plain, y, train, seed),
        "aggregates_and_patterns_trees": trees(np.hstack([plain, values]), y, train, seed),
    }
    return {
        "transfers": {"train": int(train.sum()), "test": int((~train).sum())},
        "of_schemes": {"train": int(y[train].sum()), "test": int(y[~train].sum())},
        "schemes_in_test": len(np.unique(t["patternID"][~train & (y == 1)])),
        "members_in_test": len(np.unique(np.stack([t["nameOrig"], t["nameDest"]])[:, ~train & (y == 1)])),
        "columns": {"aggregates": plain.shape[1], "patterns": values.shape[1], "flags": marks.shape[1]},
        **judged(scores, t, train, seed),
    }


def graph(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Payer, payee, second, accounts: ten transfers an account over ten days, hubs of their own on each side, 1 % in short rings and
    in scatter-gathers."""
    rng = np.random.default_rng(seed)
    size = max(count // 10, 100)
    share = np.cumsum((np.arange(size) + 5.0) ** -0.83)
    share /= share[-1]
    a, b = (rng.permutation(size)[np.searchsorted(share, rng.random(count))] for _ in range(2))
    at = rng.integers(0, 10 * DAY, count)
    for _ in range(count // 600):
        k = int(rng.integers(3, 7))
        ring, start = rng.integers(0, size, k), int(rng.integers(0, 9 * DAY))
        if rng.random() < 0.5:
            where, sides = rng.integers(0, count, k), (ring, np.roll(ring, -1))
        else:
            where = rng.integers(0, count, 2 * k - 4)
            sides = (np.r_[np.repeat(ring[0], k - 2), ring[2:]], np.r_[ring[2:], np.repeat(ring[1], k - 2)])
        a[where], b[where], at[where] = *sides, np.sort(rng.integers(start, start + DAY // 5, len(where)))
    b = np.where(a == b, (b + 1) % size, b)
    order = np.argsort(at, kind="stable")
    return a[order], b[order], at[order], size


THEIRS = """
import json, sys, time
import numpy as np
from snapml import GraphFeaturePreprocessor
z = np.load(sys.argv[1]); window = json.loads(sys.argv[2]); name, batch = sys.argv[3], int(sys.argv[4])
x = np.c_[np.arange(len(z["a"])), z["a"], z["b"], z["at"]].astype(float)
p = {"num_threads": 1, "time_window": max(window.values()), "vertex_stats": False, "lc-cycle": False}
for one, w in window.items():
    p[one] = one == name; p[one + "_tw"] = w; p[one + "_bins"] = list(range(2, 9 if one == "temp-cycle" else 14))
g = GraphFeaturePreprocessor(); g.set_params(p); start = time.process_time()
o = np.vstack([g.transform(np.ascontiguousarray(x[i : i + batch])) for i in range(0, len(x), batch)])
print(time.process_time() - start)
np.save(sys.argv[5], o[:, 4:])
"""
WINDOWS = {"fan": DAY, "degree": DAY, "scatter-gather": DAY // 4, "temp-cycle": DAY}


def theirs(
    python: Path, a: np.ndarray, b: np.ndarray, at: np.ndarray, name: str, batch: int
) -> tuple[float, np.ndarray]:
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/in.npz", a=a, b=b, at=at)
        call = [str(python), "-c", THEIRS, f"{folder}/in.npz", json.dumps(WINDOWS), name, str(batch), f"{folder}/o.npy"]
        done = subprocess.run(call, capture_output=True, check=True, text=True)
        return float(done.stdout), np.load(f"{folder}/o.npy")


def stated(bins: np.ndarray) -> np.ndarray:
    """The size that a row states by its one bin of 2, 3, ...; the last bin is open."""
    return np.where(bins.sum(axis=1) > 0, bins.argmax(axis=1) + 2, 0)


def any_order(a: np.ndarray, b: np.ndarray, at: np.ndarray, window: int) -> np.ndarray:
    """Scatter-gather as Snap ML counts it: a middle's two payments in either order, and the transfer may be of either kind. [edges]"""
    paid: dict[int, Counter[int]] = defaultdict(Counter)
    came: dict[int, Counter[int]] = defaultdict(Counter)
    waiting: deque[tuple[int, int, int]] = deque()
    found = np.zeros(len(a), dtype=bool)
    for i, (x, y, t) in enumerate(zip(a.tolist(), b.tolist(), at.tolist(), strict=True)):
        while waiting and waiting[0][2] <= t - window:
            old_x, old_y, _ = waiting.popleft()
            for book, one, other in ((paid, old_x, old_y), (came, old_y, old_x)):
                book[one][other] -= 1
                if not book[one][other]:
                    del book[one][other]
        waiting.append((x, y, t))
        paid[x][y] += 1
        came[y][x] += 1
        gather = any(sum(s in came[m] for m in came[y] if m != s) >= 2 for s in list(came[x]) if s != y)
        found[i] = gather or any(sum(e in paid[m] for m in paid[x] if m != e) >= 2 for e in list(paid[y]) if e != x)
    return found


def counts(python: Path, count: int, seed: int) -> dict[str, Any]:
    """Transfer by transfer on a small graph: where the definitions agree the figures are equal, or this stops."""
    a, b, at, size = graph(count, seed)
    e = edges(a, b, at, np.ones(count), size)
    f = fans(e, DAY)
    found: dict[str, Any] = {"transfers": count}
    for name, columns in (("fan", (0, 1)), ("degree", (2, 3))):
        bins = theirs(python, a, b, at, name, 1)[1].reshape(count, 2, 12)
        for k, column in enumerate(columns):
            own = np.minimum(np.where(f[:, column] < 2, 0, f[:, column]), 13)
            assert np.array_equal(stated(bins[:, k]), own), name
            found[f"{name}_{('in', 'out')[k]}"] = {"equal": True, "transfers_with_two_or_more": int((own > 0).sum())}
    ring, _, _ = cycles(e, DAY, None, 2**40)
    bins = theirs(python, a, b, at, "temp-cycle", 1)[1]
    assert np.array_equal(bins[:, :5], ring[:, 2:]), "temp-cycle"
    found["temporal_cycles_of_2_to_6"] = {"equal": True, "cycles": int(ring.sum())}
    own = scatters(e, WINDOWS["scatter-gather"], 2**40)[0] > 0
    other = theirs(python, a, b, at, "scatter-gather", 1)[1].sum(axis=1) > 0
    loose = any_order(a, b, at, WINDOWS["scatter-gather"])
    found["scatter_gather"] = {
        "definitions": "Snap ML: a middle may pay before it is paid; here: only after",
        "transfers_snapml": int(other.sum()),
        "transfers_ours": int(own.sum()),
        "ours_not_in_snapml": int((own & ~other).sum()),
        "snapml_equals_ours_without_order": bool(np.array_equal(loose, other)),
    }
    return found


def speed(python: Path, count: int, part: int, seed: int) -> dict[str, Any]:
    """Transfers a second of processor time on the first `part` of a graph; Snap ML in batches of 2048. Amounts are not used."""
    a, b, at, size = graph(count, seed)
    a, b, at = a[:part], b[:part], at[:part]
    one = np.ones(part)
    work = {
        "fan": lambda: fans(edges(a, b, at, one, size), DAY),
        "degree": lambda: fans(edges(a, b, at, one, size), DAY),
        "temp-cycle": lambda: cycles(edges(a, b, at, one, size), DAY, None, 10_000),
        "scatter-gather": lambda: scatters(edges(a, b, at, one, size), DAY // 4, 10_000),
    }
    found: dict[str, Any] = {"graph": count, "transfers": part, "work_max": 10_000}
    for name, run in work.items():
        run()  # compiles
        ours = []
        for _ in range(3):
            start = time.process_time()
            run()
            ours.append(time.process_time() - start)
        other = theirs(python, a, b, at, name, 2048)[0]
        own = sorted(ours)[1]
        found[name] = {
            "ours_per_second": round(part / own),
            "snapml_per_second": round(part / other),
            "times": round(other / own, 1),
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--snapml", type=Path, help="an interpreter that has snapml")
    parser.add_argument("--compared", type=int, default=40_000, help="transfers compared one by one")
    parser.add_argument("--timed", type=int, default=300_000, help="transfers timed, of a graph of a million")
    parser.add_argument(
        "--part", choices=("amlgentex", "snapml"), help="one part only; the result keeps the other as it is"
    )
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    about = {"commit": commit.stdout.strip(), "seed": wanted.seed, "cores": os.cpu_count(), "threads": 1}
    about |= {name: importlib.metadata.version(name) for name in ("numba", "numpy", "scikit-learn")}
    result: dict[str, Any] = {}
    if wanted.part and wanted.result and wanted.result.is_file():
        result = json.loads(wanted.result.read_text(encoding="utf-8"))
    if wanted.part != "snapml":
        if (DATA / "amlgentex_tx_log.parquet").is_file():
            result["amlgentex"] = about | amlgentex(wanted.seed)
        else:
            print(f"AMLGentex is not in {DATA}: left out", file=sys.stderr)
    if wanted.part != "amlgentex":
        if wanted.snapml:
            one_by_one = counts(wanted.snapml, wanted.compared, wanted.seed)
            rates = speed(wanted.snapml, 1_000_000, wanted.timed, wanted.seed)
            result["snapml"] = about | {"counts": one_by_one, "speed": rates}
        else:
            print("no --snapml: counts and speed beside it left out", file=sys.stderr)
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
