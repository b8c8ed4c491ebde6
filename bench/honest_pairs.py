"""Write fanzha/clean/reference/disguise/honest_pairs.yaml: pairs of characters that ordinary Chinese texts hold side by side.

    python bench/honest_pairs.py

What is written so is no disguise of a word that sounds the same. Reads two open sets (Apache-2.0) of `../shared/data/text`, which
is not part of this repository, and keeps pairs met in `TEXTS_MIN` texts and more: counts of usage, no text of the sources.
"""

import csv
import gzip
import re
import sys
from collections import Counter
from pathlib import Path

DATA = Path(__file__).parents[2] / "shared/data/text"
TARGET = Path(__file__).parents[1] / "fanzha/clean/reference/disguise/honest_pairs.yaml"
SETS = ("crosswoz_val_zh", "teleantifraud_synth_zh")
TEXTS_MIN = 2
HEAD = """\
# Pairs of characters that ordinary Chinese texts hold: the first sign of a line with each of the others. Written by
# `python bench/honest_pairs.py`: usage alone, no text of the sources.
source: counted in the open sets CrossWOZ and TeleAntiFraud (Apache-2.0)
as_of: "2026-11-26"
pairs: |
"""


def main() -> None:
    if not DATA.exists():
        sys.exit(f"skipped: {DATA} is not here")
    csv.field_size_limit(1 << 30)
    met: Counter[str] = Counter()
    for name in SETS:
        with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                runs = re.findall("[\u4e00-\u9fff]{2,}", row["text"])
                met.update({run[i : i + 2] for run in runs for i in range(len(run) - 1)})
    after: dict[str, str] = {}
    for pair in sorted(pair for pair, texts in met.items() if texts >= TEXTS_MIN):
        after[pair[0]] = after.get(pair[0], "") + pair[1]
    TARGET.write_text(HEAD + "".join(f"  {first}{rest}\n" for first, rest in sorted(after.items())), encoding="utf-8")
    print(sum(map(len, after.values())), "pairs")


if __name__ == "__main__":
    main()
