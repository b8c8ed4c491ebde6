"""Real Chinese fake-base-station messages (FBS): 14 fine and 4 coarse classes, in a split that keeps each template on one side.

    python bench/fbs.py --result bench/results/fbs.json

Rows of `../shared/data/text/fbs_zh.csv.gz` (not part of this repository; figures only). Texts of one family (`fanzha.clean.near_text`,
700 per mille) stay together in one of five folds, so that no near copy of a test message is learned from; each message is predicted once, by
models that saw none of its family. Macro-F1 is of these predictions together, because the smallest class has five rows; it is repeated
with other draws of the folds, and the deviation of the folds is given, for the spread. The floor, in the same run on the same folds: TF-IDF of characters 1-3 and logistic regression.
"""

import argparse
import csv
import gzip
import json
import re
import statistics
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import LinearSVC

from fanzha.clean.near_text import families
from fanzha.recognise.prepared import prepare
from fanzha.recognise.rules import hits

DATA = Path(__file__).parents[2] / "shared/data/text/fbs_zh.csv.gz"
FOLDS = 5
BEST, THROUGH = "joined_svm_adjusted", "highest_fine_class_of_joined_svm_adjusted"
COLUMNS = {"fine": "raw_label", "coarse": "label"}
ADVANTAGES = (0.0, 0.02, 0.04, 0.06, 0.08, 0.1)
# What the publishers of the set put in place of a name, a number, an address: one sign each, so that an n-gram spans more words.
MASKS = ("CELLPHONE", "HOTLINE", "WECHAT", "DIGIT", "PLACE", "PHONE", "NAME", "BANK", "URL", "QQ")
_MASK = re.compile("|".join(MASKS))

Matrix = csr_matrix
Fold = tuple[NDArray[np.int64], NDArray[np.int64]]


def rows() -> list[dict[str, str]]:
    """The labelled messages."""
    with gzip.open(DATA, "rt", encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def short(text: str) -> str:
    """The text with one private character for each mask, lower case, spaces kept apart."""
    return _MASK.sub(lambda found: chr(0xE000 + MASKS.index(found[0])), text).lower()


def signs_of(texts: list[str]) -> list[str]:
    """Signs and rules of each text, as words."""
    made = []
    for text in texts:
        read = prepare(text)
        made.append(" ".join([*sorted(read.present), *(f"rule_{rule.code}" for rule in hits(read))]))
    return made


def shape(texts: list[str]) -> Matrix:
    """Length, masks of each kind, digits, Latin letters: small numbers."""
    out = np.zeros((len(texts), len(MASKS) + 4), dtype=np.float32)
    for at, text in enumerate(texts):
        out[at, : len(MASKS)] = [min(text.count(mask), 4) / 2 for mask in MASKS]
        size = max(len(text), 1)
        out[at, len(MASKS) :] = (
            np.log1p(size) / 5,
            sum(map(str.isdigit, text)) / size,
            sum(c.isascii() and c.isalpha() for c in text) / size,
            sum("\u4e00" <= c <= "\u9fff" for c in text) / size,
        )
    return csr_matrix(out)


class Views:
    """Feature matrices, each fitted on the training rows of a fold alone."""

    def __init__(self, texts: list[str]) -> None:
        self.raw = texts
        self.short = [short(text) for text in texts]
        self.signs = signs_of(texts)
        self.shape = shape(texts)

    def floor(self, train: NDArray[np.int64]) -> Matrix:
        """Characters 1-3."""
        made = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), max_features=200_000)
        return made.fit([self.raw[i] for i in train]).transform(self.raw)

    def characters(self, train: NDArray[np.int64], low: int = 1, high: int = 4) -> Matrix:
        """Characters with masks as one sign, damped counts."""
        made = TfidfVectorizer(analyzer="char", ngram_range=(low, high), sublinear_tf=True, min_df=2, lowercase=False)
        return made.fit([self.short[i] for i in train]).transform(self.short)

    def marks(self, train: NDArray[np.int64]) -> Matrix:
        """Signs, rules, and shape."""
        made = CountVectorizer(binary=True, analyzer=str.split)
        found = made.fit([self.signs[i] for i in train]).transform(self.signs)
        return hstack([found.astype(np.float32) * 0.3, self.shape]).tocsr()


def support(matrix: Matrix, target: NDArray[np.int64], fold: Fold, strength: float = 0.7) -> NDArray[np.float64]:
    """float64[test, classes]: distances of linear support vector machines, one against the rest, classes balanced."""
    train, test = fold
    made = LinearSVC(C=strength, class_weight="balanced", dual=True, max_iter=4000)
    return made.fit(matrix[train], target[train]).decision_function(matrix[test])


def floor(matrix: Matrix, target: NDArray[np.int64], fold: Fold) -> NDArray[np.float64]:
    """float64[test, classes]: the plain peer."""
    train, test = fold
    made = LogisticRegression(max_iter=300, C=10.0).fit(matrix[train], target[train])
    return made.decision_function(matrix[test])


def adjusted(matrix: Matrix, target: NDArray[np.int64], fold: Fold, groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """float64[test, classes]: as `support`, with an advantage for rare classes (Menon and others 2021, logit adjustment).

    How large it is, is chosen inside the training rows alone, by macro-F1 of three folds of them.
    """
    train, _ = fold
    inner = np.zeros((len(train), int(target.max()) + 1))
    split = StratifiedGroupKFold(3, shuffle=True, random_state=0)
    for some, rest in split.split(train, target[train], groups[train]):
        found = support(matrix, target, (train[some], train[rest]))
        inner[rest] = found
    rare = -np.log(np.bincount(target[train], minlength=inner.shape[1]) / len(train))
    best = max(ADVANTAGES, key=lambda size: macro(target[train], inner + size * rare))
    return support(matrix, target, fold) + best * rare


def macro(target: NDArray[np.int64], scores: NDArray[np.float64]) -> float:
    """Macro-F1 of the highest score."""
    return float(f1_score(target, scores.argmax(axis=1), average="macro"))


def parts(targets: dict[str, NDArray[np.int64]]) -> list[NDArray[np.int64]]:
    """The fine classes of each coarse one."""
    return [np.unique(targets["fine"][targets["coarse"] == one]) for one in range(int(targets["coarse"].max()) + 1)]


def judge(
    targets: dict[str, NDArray[np.int64]], groups: NDArray[np.int64], views: Views, draws: int
) -> dict[str, object]:
    """Macro-F1 of each learner on each target, over draws of the folds."""
    figures: dict[str, dict[str, list[float]]] = {name: {} for name in targets}
    folded: dict[str, dict[str, list[float]]] = {name: {} for name in targets}
    by_class: dict[str, dict[str, list[NDArray[np.float64]]]] = {name: {} for name in targets}
    for draw in range(draws):
        scores: dict[tuple[str, str], NDArray[np.float64]] = {}
        split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=draw)
        for number, fold in enumerate(split.split(groups, targets["fine"], groups)):
            train, test = fold
            plain, wide = views.floor(train), views.characters(train)
            joined = hstack([wide, views.marks(train)]).tocsr()
            for name, target in targets.items():
                found = {
                    "floor": floor(plain, target, fold),
                    "characters_svm": support(wide, target, fold),
                    "joined_svm": support(joined, target, fold),
                    BEST: adjusted(joined, target, fold, groups),
                }
                for learner, values in found.items():
                    kept = scores.setdefault((name, learner), np.zeros((len(target), int(target.max()) + 1)))
                    kept[test] = values
                    folded[name].setdefault(learner, []).append(macro(target[test], values))
            finely = scores["fine", BEST][test]
            values = np.stack([finely[:, part].max(axis=1) for part in parts(targets)], axis=1)
            kept = scores.setdefault(("coarse", THROUGH), np.zeros((len(groups), values.shape[1])))
            kept[test] = values
            folded["coarse"].setdefault(THROUGH, []).append(macro(targets["coarse"][test], values))
            print(f"draw {draw} fold {number}", flush=True)
        for (name, learner), kept in scores.items():
            target = targets[name]
            figures[name].setdefault(learner, []).append(macro(target, kept))
            by_class[name].setdefault(learner, []).append(f1_score(target, kept.argmax(axis=1), average=None))
    return {
        name: {
            learner: {
                "macro_f1": round(statistics.mean(values), 4),
                "lowest_draw": round(min(values), 4),
                "highest_draw": round(max(values), 4),
                "deviation_of_folds": round(statistics.stdev(folded[name][learner]), 4),
                "by_class": [round(float(one), 3) for one in np.mean(by_class[name][learner], axis=0)],
            }
            for learner, values in figures[name].items()
        }
        for name in targets
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1, help="how often the folds are drawn")
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    began = time.monotonic()
    given = rows()
    texts = [row["text"] for row in given]
    groups = families(texts)
    views = Views(texts)
    result: dict[str, object] = {
        "messages": len(texts), "families": len({*groups.tolist()}), "folds": FOLDS, "draws": wanted.draws,
    }  # fmt: skip
    classes = {name: sorted({row[column] for row in given}) for name, column in COLUMNS.items()}
    targets = {
        name: np.array([classes[name].index(row[column]) for row in given], dtype=np.int64)
        for name, column in COLUMNS.items()
    }
    result["classes"] = {
        name: dict(zip(classes[name], np.bincount(target).tolist(), strict=True)) for name, target in targets.items()
    }
    result |= judge(targets, groups, views, wanted.draws)
    print(json.dumps(result, ensure_ascii=False, indent=1))
    result["seconds"] = round(time.monotonic() - began)
    if wanted.result:
        wanted.result.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
