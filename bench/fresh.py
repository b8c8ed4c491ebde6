"""What a person sees: verdicts of `fanzha check` on messages that nobody who wrote its texts, phrases and rules had seen.

    python bench/fresh.py [--out bench/results/fresh.json]

`bench/fresh/*.jsonl`: scams and honest messages in six languages, each file by a language model that was given neither the program nor its data and
told to write what people receive. `second` was then looked at by whoever wrote phrases and chose how far a timid language is raised; `third` by nobody.
Places for links and numbers are filled with invented ones. Forty scams and sixty honest messages a language: a share is sure to about 8 points.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from fanzha.recognise.check import Reading, check
from fanzha.recognise.labelled import Labelled, files_in, read
from fanzha.recognise.rules_scorer import RulesScorer
from fanzha.recognise.scorer import shipped
from fanzha.recognise.written_texts import filled

FOLDER = Path(__file__).parent / "fresh"
WARNED = ("scam", "suspicious")


def shares(rows: Sequence[Labelled], readings: Sequence[Reading]) -> dict[str, int]:
    """How many scams there are, are called so, are warned of; how many honest texts, and are warned of."""
    scams = [one.verdict for row, one in zip(rows, readings, strict=True) if row.label == "scam"]
    honest = [one.verdict for row, one in zip(rows, readings, strict=True) if row.label != "scam"]
    return {
        "scams": len(scams),
        "called_scam": scams.count("scam"),
        "warned_of": sum(verdict in WARNED for verdict in scams),
        "honest": len(honest),
        "honest_called_scam": honest.count("scam"),
        "honest_warned_of": sum(verdict in WARNED for verdict in honest),
    }


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    found: dict[str, dict[str, dict[str, dict[str, int]]]] = {}
    for path in files_in(FOLDER):
        rows = read([path])
        for name, scorer in (("shipped", shipped()), ("rules alone", RulesScorer())):
            readings = list(check((filled(row.text, row.lang) for row in rows), scorer, words=False))
            by_language = found.setdefault(path.stem, {})[name] = {}
            for lang in ("all", *dict.fromkeys(row.lang for row in rows)):
                own = [at for at, row in enumerate(rows) if lang in ("all", row.lang)]
                by_language[lang] = shares([rows[at] for at in own], [readings[at] for at in own])
                print(path.stem, name, lang, by_language[lang])
    if out:
        out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
