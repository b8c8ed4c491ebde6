"""Recall of scams per source left out, at the threshold that flags 1 % of the honest rows of the language; char n-gram floor beside.

    python -m bench.recognise [--out bench/results/recognise.json] [--no-floor] [--most 2000]

Each source with scams is left out of training in turn, n-grams, signs, calibration and all (`out`): for Thai, Vietnamese, Indonesian,
Korean and Swahili, of which there is one source, that leaves the whole language out. Beside it, three folds within sources by the
beginning of the text, so that a campaign is on one side (`fold`). The honest rows that set the threshold are never trained on; each of
their sources counts as at most 2,000 rows, so that no large one rules.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from bench.recognise_sets import SETS, rows, trainable
from fanzha.recognise.features import Concepts, concept_names, see
from fanzha.recognise.labelled import Labelled
from fanzha.recognise.passages import passages_of, strongest
from fanzha.recognise.prepared import prepare
from fanzha.recognise.scorer import beside, probabilities, summed, weighed
from fanzha.recognise.training import PRIOR, Table, chosen, fit, judged, table

FALSE_ALARMS = 0.01
BENIGN_MAX = 2_000
MEASURED_MAX = 1_200
FLOOR_ROWS_MAX, FLOOR_CHARACTERS = 1_500, 1_500
Fit = Callable[[NDArray[np.bool_]], NDArray[np.float64]]


def threshold(scores: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """The score above which lies a share `FALSE_ALARMS` of honest rows."""
    order = np.argsort(-scores, kind="stable")
    above = np.cumsum(weight[order]) / weight.sum()
    return float(scores[order[min(int(np.searchsorted(above, FALSE_ALARMS, side="right")), len(order) - 1)]])


def recall(scams: NDArray[np.float64], honest: NDArray[np.float64], weight: NDArray[np.float64]) -> list[float]:
    """Recall, and its 2.5 and 97.5 per cent points over 200 drawings of both sides."""
    draw = np.random.default_rng(7)
    at = [float(np.mean(scams > threshold(honest, weight)))]
    drawn = []
    for _ in range(200):
        one, other = draw.integers(0, len(scams), len(scams)), draw.integers(0, len(honest), len(honest))
        drawn.append(float(np.mean(scams[one] > threshold(honest[other], weight[other]))))
    return [round(value, 3) for value in (*at, *np.quantile(drawn, [0.025, 0.975]).tolist())]


def weights_of(source: NDArray[np.int64]) -> NDArray[np.float64]:
    counts = np.bincount(source)
    return np.asarray(np.minimum(counts, BENIGN_MAX) / np.maximum(counts, 1))[source]


class Measured:
    """Rows, what is held back of them, and the figures of one way of scoring."""

    def __init__(self, kept: Sequence[Labelled], given: Table, languages: Sequence[str]) -> None:
        self.given = given
        self.label = np.array([row.label for row in kept])
        self.lang = np.array(languages)
        self.real = ~np.isin(given.source, [at for at, s in enumerate(given.sources) if SETS[s].made])
        self.never = np.isin(given.source, [at for at, s in enumerate(given.sources) if SETS[s].use == "never"])

    def figures(
        self, fitted: Fit, tests: Sequence[str]
    ) -> tuple[dict[str, dict[str, list[float]]], NDArray[np.float64]]:
        """Figures by source and way, and the pooled scores of the left-out sources (score, target)."""
        given, found, pooled = self.given, {name: dict[str, list[float]]() for name in tests}, []
        folds = [(given.fold != fold, fitted((given.fold != fold) & ~self.never)) for fold in range(3)]
        for name in tests:
            source = given.source == given.sources.index(name)
            scam = source & (self.label == "scam")
            honest = self.real & (self.label == "benign") & (self.lang == SETS[name].lang)
            parts = []
            for seen, scores in folds:
                held, own = honest & ~seen, scam & (~seen | self.never)
                parts.append(recall(scores[own], scores[held], weights_of(given.source[held])))
            found[name]["fold"] = [round(float(value), 3) for value in np.mean(parts, axis=0)]
            unseen = given.fold == 0
            scores = folds[0][1] if SETS[name].use == "never" else fitted(~unseen & ~source & ~self.never)
            held = honest & unseen
            found[name]["out"] = recall(scores[scam], scores[held], weights_of(given.source[held]))
            near = np.isin(self.label, ["ad", "spam", "illegal"]) & source
            if near.any():
                over = scores[near] > threshold(scores[held], weights_of(given.source[held]))
                found[name]["unwanted_flagged"] = [round(float(np.mean(over)), 3)]
            each = np.concatenate([scores[scam][:MEASURED_MAX], scores[held]])
            pooled.append(np.stack([each, np.repeat([1.0, 0.0], [min(scam.sum(), MEASURED_MAX), held.sum()])]))
            print(name, found[name], flush=True)
        return found, np.concatenate(pooled, axis=1)


def calibration(pooled: NDArray[np.float64]) -> dict[str, object]:
    """Error in 15 bins, and what abstaining gives, of pooled left-out scores reweighted to the stated prior."""
    chance, target = probabilities(pooled[0]), pooled[1]
    weight = np.where(target == 1, PRIOR / np.mean(target == 1), (1 - PRIOR) / np.mean(target == 0)) / len(target)
    bins = np.minimum((chance * 15).astype(int), 14)
    error = sum(abs(float(np.sum(weight[bins == b] * (chance[bins == b] - target[bins == b])))) for b in range(15))
    curve = []
    for low, high in ((0.5, 0.5), (0.3, 0.7), (0.2, 0.8), (0.1, 0.9), (0.05, 0.95)):
        said = (chance <= low) | (chance >= high)
        wrong = said & ((chance >= high) != (target == 1))
        curve.append(
            {
                "silent_between": [low, high],
                "answered": round(float(weight[said].sum()), 4),
                "wrong_of_answered": round(float(weight[wrong].sum() / weight[said].sum()), 4),
            }
        )
    return {"prior": PRIOR, "error_15_bins": round(error, 4), "abstaining": curve}


def floor(kept: Sequence[Labelled], given: Table) -> Fit:
    """Scikit-learn's hashed character n-grams and logistic regression, on at most 1,500 rows of a source and label."""
    texts = [row.text[:FLOOR_CHARACTERS] for row in kept]
    seen = HashingVectorizer(analyzer="char", ngram_range=(1, 4), n_features=1 << 18).transform(texts)
    cell = np.array([f"{row.source}/{row.label}" for row in kept])
    few = np.zeros(len(kept), dtype=bool)  # received texts alone: the floor is what the shared sets give
    for one in np.unique([one for one in cell if not SETS[one.rpartition("/")[0]].made]):
        few[np.flatnonzero(cell == one)[:FLOOR_ROWS_MAX]] = True

    def fitted(wanted: NDArray[np.bool_]) -> NDArray[np.float64]:
        rows_used = np.flatnonzero(wanted & few)
        model = LogisticRegression(C=10, max_iter=200, tol=1e-3).fit(seen[rows_used], given.target[rows_used])
        return np.asarray(model.decision_function(seen))

    return fitted


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    parser.add_argument("--no-floor", action="store_true")
    parser.add_argument(
        "--most", type=int, default=2_000, help="rows of a source and label (the shipped scorers: 6,000)"
    )
    parser.add_argument("--no-written", action="store_true", help="train without the texts written for Fanzha")
    asked = parser.parse_args()
    begun = time.perf_counter()
    used = [name for name, one in SETS.items() if name != "telecom5_zh" and not (one.made and asked.no_written)]
    kept = chosen(rows(used), asked.most)
    texts = [prepare(row.text) for row in kept]
    given = table(kept, texts)
    print(len(kept), "rows ready after", round(time.perf_counter() - begun), "s", flush=True)
    measured = Measured(kept, given, [row.lang or text.language for row, text in zip(kept, texts, strict=True)])
    tests = [name for name, one in SETS.items() if one.test and name in given.sources]

    parts, owner = passages_of(texts)
    seen = see([part.plain.text for part in parts])
    concepts, starts = Concepts(concept_names()).of(parts, seen)

    def fitted(wanted: NDArray[np.bool_]) -> NDArray[np.float64]:
        model = fit(replace(given, weight=np.where(wanted, given.weight, 0.0)), seed=0, kind="measured")
        of_rules = beside(model, given.points, [given.languages[at] for at in given.language])
        of_parts = summed(model, seen, weighed(model, concepts, starts)) + of_rules[owner]
        return strongest(judged(model, given), of_parts, owner)

    found, pooled = measured.figures(fitted, tests)
    result = {
        "trained_on": trainable("full"),
        "rows_of_a_source_and_label_max": asked.most,
        "sources": found,
        "macro": {way: round(float(np.mean([one[way][0] for one in found.values()])), 3) for way in ("out", "fold")},
        "calibration": calibration(pooled),
    }
    if not asked.no_floor:
        result["floor"], _ = measured.figures(floor(kept, given), tests)
    result["seconds"] = round(time.perf_counter() - begun)
    text = json.dumps(result, ensure_ascii=False, indent=1)
    print(text)
    if asked.out:
        asked.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
