"""How fast the scorer is on one core, beside scikit-learn's hashing and linear model and fastText, in the same run.

    OMP_NUM_THREADS=1 python -m bench.recognise_speed [--peer-python SCRATCH/bin/python] [--out bench/results/recognise_speed.json]

Real short messages of the shared sets, Chinese and English, 20,000 each. The scorer is given prepared texts (plain copy and signs made), the
peers raw ones; what preparing costs is said beside. fastText needs an interpreter that has it (`fasttext-numpy2-wheel`): it is no dependency.
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from bench.recognise_sets import rows
from fanzha.recognise.prepared import prepare
from fanzha.recognise.scorer import shipped

SETS = {"zh": ("fbs_zh", "nus_zh_benign"), "en": ("mendeley_en", "nus_en_benign")}
ROWS = 20_000
_FASTTEXT = """
import json, sys, time, fasttext
lang, texts, labels = json.load(open(sys.argv[1]))
split = (lambda s: " ".join(s.replace("\\n", " "))) if lang == "zh" else (lambda s: s.lower().replace("\\n", " "))
name = sys.argv[1] + ".train"
open(name, "w").write("\\n".join(f"__label__{int(y)} {split(x)}" for x, y in zip(texts, labels)))
extra = {} if lang == "zh" else dict(minn=2, maxn=4)
model = fasttext.train_supervised(name, dim=16, wordNgrams=2, bucket=200000, epoch=5, thread=1, verbose=0, **extra)
runs = []
for _ in range(7):
    t = time.perf_counter()
    for x in texts:
        model.f.predict(split(x) + "\\n", 1, 0.0, "strict")
    runs.append(len(texts) / (time.perf_counter() - t))
print(max(runs))
"""


def rates(works: dict[str, Callable[[], Any]], count: int) -> dict[str, int]:
    """Texts a second of each: the best of seven runs taken in turn, so that what else the machine does falls on all alike."""
    best = dict.fromkeys(works, float("inf"))
    for _ in range(7):
        for name, work in works.items():
            begun = time.perf_counter()
            work()
            best[name] = min(best[name], time.perf_counter() - begun)
    return {name: round(count / taken) for name, taken in best.items()}


def measure(lang: str, peer: str) -> dict[str, Any]:
    found = rows(SETS[lang])
    order = np.random.default_rng(1).permutation(len(found))[:ROWS]
    texts, labels = [found[at].text for at in order], [found[at].label == "scam" for at in order]
    begun = time.perf_counter()
    prepared = [prepare(text) for text in texts]
    preparing = time.perf_counter() - begun
    scorer = shipped()
    single = []
    for text in prepared[:500]:
        begun = time.perf_counter()
        scorer.logits([text])
        single.append(time.perf_counter() - begun)
    hashing = make_pipeline(
        HashingVectorizer(analyzer="char", ngram_range=(1, 3), n_features=1 << 18), LogisticRegression(max_iter=200)
    ).fit(texts[:5_000], [*labels[:4_999], not labels[0]])
    result: dict[str, Any] = {
        "texts": len(texts),
        "mean_characters": round(float(np.mean([len(text) for text in texts])), 1),
        "scorer_single_p50_us": round(1e6 * float(np.quantile(single, 0.5))),
        "scorer_single_p99_us": round(1e6 * float(np.quantile(single, 0.99))),
        "preparing_us": round(1e6 * preparing / len(texts), 1),
    }
    works = {
        "scorer_per_second": lambda: scorer.logits(prepared),
        "sklearn_per_second": lambda: hashing.decision_function(texts),
    }
    result |= rates(works, len(texts))
    result["times_sklearn"] = round(result["scorer_per_second"] / result["sklearn_per_second"], 1)
    if peer:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "texts.json"
            path.write_text(json.dumps([lang, texts, labels]), encoding="utf-8")
            ran = subprocess.run([peer, "-c", _FASTTEXT, str(path)], capture_output=True, text=True, check=True)
        result["fasttext_per_second"] = round(float(ran.stdout))
        result["times_fasttext"] = round(result["scorer_per_second"] / result["fasttext_per_second"], 1)
    return result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    parser.add_argument("--peer-python", default="")
    asked = parser.parse_args()
    text = json.dumps({lang: measure(lang, asked.peer_python) for lang in SETS}, indent=1)
    print(text)
    if asked.out:
        asked.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
