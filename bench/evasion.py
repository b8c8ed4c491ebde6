"""What disguise costs: recall of scams as written and in each family of disguise (threat model 5.7), and in mixtures of three.

    python -m bench.evasion --seed 20261126 --out bench/results/evasion.json

The threshold flags 1 % of honest texts of the language, as written. The scams are those of sets that the shipped weights were trained
on and of sets they never saw (marked). The disguises are those of `tests/clean/disguising.py`: whoever wrote the tables that undo
disguises wrote the attacker too, with other tables where there are any; a real attacker knows other tricks. Precision: how many
honest texts, as written, are flagged when disguises are undone, beside when they are only folded (`clean.fold`).
"""

import argparse
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.recognise_sets import rows
from fanzha.clean.disguise import Plain, Words, undo
from fanzha.clean.language import language
from fanzha.recognise import signs
from fanzha.recognise.prepared import Prepared, prepare
from fanzha.recognise.scorer import Scorer, shipped
from tests.clean.disguising import FAMILIES, disguise, mixture
from tests.clean.vocabulary import CHINESE, ENGLISH

SCAMS = {
    "zh": (("fbs_zh", True), ("telecom5_zh", False), ("teleantifraud_synth_zh", True)),
    "en": (("mendeley_en", True), ("phishing_pot_to2024", False)),
}
HONEST = {
    "zh": ("nus_zh_benign", "mudou_zh", "crosswoz_val_zh", "zh_80w_10k"),
    "en": ("nus_en_benign", "banking77_en", "mendeley_en", "sgd_dev_en", "spamassassin"),
}
WORDS = {"zh": CHINESE, "en": ENGLISH}
LETTERS_MAX = 1_000


def texts(name: str, label: str, most: int, rng: random.Random) -> list[str]:
    """At most so many texts of a set with one label, drawn at random, cut at `LETTERS_MAX`."""
    found = sorted({row.text[:LETTERS_MAX] for row in rows([name]) if row.label == label})
    return rng.sample(found, min(most, len(found)))


def folded(text: str) -> Prepared:
    """A text whose disguises are not undone: no words to restore."""
    plain: Plain = undo(text, Words(()))
    made = prepare(text)
    tongue = language(plain.text)
    return replace(made, plain=plain, language=tongue, marks=signs.find(plain, tongue))


def scores(scorer: Scorer, many: Sequence[str], ready: Callable[[str], Prepared] = prepare) -> NDArray[np.float64]:
    """Log-odds of each text."""
    return scorer.logits([ready(one) for one in many])


def measured(scorer: Scorer, tongue: str, most: int, seed: int) -> dict[str, Any]:
    """Recall of each set of scams, by family; what undoing does to honest texts."""
    rng = random.Random(seed)
    honest = [one for name in HONEST[tongue] for one in texts(name, "benign", most, rng)]
    as_written = scores(scorer, honest)
    least = float(np.quantile(as_written, 0.99))
    plain_least = float(np.quantile(scores(scorer, honest, folded), 0.99))
    words, found = WORDS[tongue], {}
    for name, seen in SCAMS[tongue]:
        scams = texts(name, "scam", most, rng)
        recall = {"as written": float((scores(scorer, scams) > least).mean())}
        for family in FAMILIES:
            changed = [disguise(one, family, rng, words) for one in scams]
            touched = [at for at, one in enumerate(changed) if one != scams[at]]
            if len(touched) < 20:
                continue
            before = scores(scorer, [scams[at] for at in touched]) > least
            after = scores(scorer, [changed[at] for at in touched]) > least
            bare = scores(scorer, [changed[at] for at in touched], folded) > plain_least
            recall[family] = {
                "texts": len(touched),
                "before": round(float(before.mean()), 3),
                "after": round(float(after.mean()), 3),
                "points": round(100 * float(before.mean() - after.mean()), 1),
                "not undone": round(float(bare.mean()), 3),
            }
        mixed = [mixture(one, rng, words) for one in scams]
        after = scores(scorer, mixed) > least
        recall["three mixed"] = {
            "after": round(float(after.mean()), 3),
            "points": round(100 * (recall["as written"] - float(after.mean())), 1),
        }
        found[name] = {"trained on": seen, "scams": len(scams), "recall": recall}
        print(tongue, name, json.dumps(recall, ensure_ascii=False), flush=True)
    flagged = float((as_written > plain_least).mean())
    return {
        "sets": found,
        "honest": len(honest),
        "honest_flagged_at_the_folded_threshold": round(flagged, 4),
        "honest_given_a_disguise": round(
            float(np.mean([prepare(one).plain.disguise_permille >= 80 for one in honest])), 4
        ),
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--texts", type=int, default=400, help="texts of a set at most")
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    scorer = shipped()
    found = {tongue: measured(scorer, tongue, wanted.texts, wanted.seed) for tongue in SCAMS}
    if wanted.out:
        wanted.out.write_text(json.dumps({"seed": wanted.seed, **found}, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
