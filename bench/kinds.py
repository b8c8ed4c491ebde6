"""How often the kind of scam that is said first is the one that was told, beside the signs and rules alone.

    python -m bench.kinds [--out bench/results/kinds.json]

1. The texts written for Fanzha, five folds by the beginning of the text: kinds are learned from four and asked of the fifth. One hand
   wrote all of a language, so this is better than life.
2. Sets whose classes answer to a kind: telecom5 (written by another machine, never trained on) and the phishing for bank accounts of FBS
   (real). Asked of kinds learned from all written texts.
"""

import argparse
import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench.recognise_sets import FOLDER
from fanzha.recognise.kinds import kinds
from fanzha.recognise.labelled import Labelled
from fanzha.recognise.model_file import Model
from fanzha.recognise.prepared import Prepared, prepare_all
from fanzha.recognise.rules import hits
from fanzha.recognise.scorer import Scorer, shipped
from fanzha.recognise.training import kind_weights, table
from fanzha.recognise.written_texts import written

FOLDS = 5
TELECOM5 = {"1": "T08", "2": "T05", "3": "T04", "4": "T07"}
EACH_MAX = 1_000


def learned(rows: Sequence[Labelled], texts: Sequence[Prepared]) -> Scorer:
    """The shipped scorer, its kinds learned from these rows alone."""
    given = table(rows, texts)
    grams, unit = kind_weights(given, 0)
    model: Model = replace(shipped().model, kinds=given.kinds, kind_grams=grams, kind_unit=unit)
    return Scorer(model)


def asked(texts: Sequence[Prepared], points: Sequence[Mapping[str, float]]) -> list[list[str]]:
    """The kinds said of each text, the likeliest first."""
    return [[kind for kind, _ in kinds(text.present, hits(text), one)] for text, one in zip(texts, points, strict=True)]


def counted(told: Sequence[str], said: Sequence[Sequence[str]]) -> dict[str, float]:
    """Shares: a kind is said, it is the one told where one is said, the one told is among those said, and of all texts."""
    first = [bool(one) and one[0] == kind for kind, one in zip(told, said, strict=True)]
    spoken = sum(map(bool, said))
    return {
        "texts": len(told),
        "said": round(spoken / len(told), 3),
        "right_of_said": round(sum(first) / max(spoken, 1), 3),
        "among_three": round(sum(kind in one for kind, one in zip(told, said, strict=True)) / len(told), 3),
        "right_of_all": round(sum(first) / len(told), 3),
    }


def folds() -> dict[str, dict[str, dict[str, float]]]:
    """By source: learned and signs alone. T99 is right where nothing is said."""
    rows = [row for row in written() if row.kind]
    texts = prepare_all([row.text for row in rows])
    fold = [sum("".join(filter(str.isalpha, row.text))[:12].encode()) % FOLDS for row in rows]
    found: dict[str, dict[str, list[tuple[str, list[str]]]]] = defaultdict(lambda: defaultdict(list))
    for held in range(FOLDS):
        train = [at for at in range(len(rows)) if fold[at] != held]
        test = [at for at in range(len(rows)) if fold[at] == held]
        scorer = learned([rows[at] for at in train], [texts[at] for at in train])
        own = [texts[at] for at in test]
        for way, points in (("learned", scorer.kinds(own)), ("signs", [{} for _ in own])):
            for at, said in zip(test, asked(own, points), strict=True):
                found[rows[at].source][way].append((rows[at].kind, said or ["T99"]))
                found["all"][way].append((rows[at].kind, said or ["T99"]))
    return {
        source: {way: counted([kind for kind, _ in pairs], [said for _, said in pairs]) for way, pairs in ways.items()}
        for source, ways in sorted(found.items())
    }


def elsewhere() -> dict[str, dict[str, dict[str, float]]]:
    """Sets of others."""
    rows = [row for row in written() if row.kind]
    scorer = learned(rows, prepare_all([row.text for row in rows]))
    found = {}
    for name, told in _others().items():
        texts = prepare_all([text for text, _ in told])
        ways = {"learned": scorer.kinds(texts), "signs": [{} for _ in texts]}
        found[name] = {way: counted([kind for _, kind in told], asked(texts, points)) for way, points in ways.items()}
    return found


def _others() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {"telecom5_zh": [], "fbs_zh": []}
    for name in found:
        with gzip.open(FOLDER / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                kind = TELECOM5.get(row["raw_label"][0]) if name == "telecom5_zh" else None
                if row["raw_label"] == "FR:Phishing(Bank)":
                    kind = "T12"
                if kind and sum(one == kind for _, one in found[name]) < EACH_MAX:
                    found[name].append((row["text"], kind))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    asked_for = parser.parse_args()
    result = {"written": folds(), "elsewhere": elsewhere()}
    text = json.dumps(result, ensure_ascii=False, indent=1)
    print(text)
    if asked_for.out:
        asked_for.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
