"""Whether a scorer trained on messages up to a day knows the messages after it: reported SMS of 2018 to 2021 by half-year.

    python -m bench.aging [--out bench/results/aging.json]

`spamhunter` is the one set with dates (all its rows are called spam, not all are scams). Two scorers, both without a third of the texts by
their beginning: one trained on all half-years, one on 2018 and 2019 alone. Of the third that neither has seen: the share flagged
at the threshold that flags 1 % of honest English rows, by half-year.
"""

import argparse
import csv
import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.recognise import threshold, weights_of
from bench.recognise_sets import FOLDER, SETS, rows, trainable
from fanzha.recognise.labelled import Labelled
from fanzha.recognise.prepared import prepare
from fanzha.recognise.training import chosen, fit, judged, table

SOURCE, LAST_KNOWN, MOST = "spamhunter_2018_2021H1", "2019H2", 4_000


def half_years() -> dict[str, str]:
    """Half-year of each message, as 2018H1."""
    with gzip.open(FOLDER / f"{SOURCE}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        months = {row["id"]: json.loads(row["extra"])["month"] for row in csv.DictReader(file)}
    return {name: f"{month[:4]}H{1 + (int(month[5:]) > 6)}" for name, month in months.items()}


def measured(kept: Sequence[Labelled]) -> dict[str, dict[str, float]]:
    """By half-year: texts asked, the share flagged with and without the later half-years in training."""
    when = half_years()
    texts = [prepare(row.text) for row in kept]
    given = table(kept, texts)
    half = np.array([when[row.id] if row.source == SOURCE else "" for row in kept])
    held = given.fold == 0
    real = ~np.isin(given.source, [at for at, name in enumerate(given.sources) if SETS[name].made])
    english = np.array([text.language == "en" for text in texts])
    honest = held & real & english & (np.array([row.label for row in kept]) == "benign")
    found: dict[str, dict[str, float]] = {}
    for way, wanted in (("all", ~held), ("to_2019", ~held & (half <= LAST_KNOWN))):
        model = fit(replace(given, weight=np.where(wanted, given.weight, 0.0)), seed=0, kind="measured")
        scores = judged(model, given)
        flagged = scores > threshold(scores[honest], weights_of(given.source[honest]))
        for one in sorted({*when.values()}):
            asked = held & (half == one) & english
            found.setdefault(one, {"texts": int(asked.sum())})[way] = round(float(flagged[asked].mean()), 3)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    result = {"trained_to": LAST_KNOWN, "flagged": measured(chosen(rows(trainable("full")), MOST))}
    text = json.dumps(result, indent=1)
    print(text)
    if asked.out:
        asked.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
