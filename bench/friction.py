"""False alarms per thousand honest texts: each rule and each shipped model, by source and language.

    python bench/friction.py --date 2026-11-26
    python bench/friction.py --date 2026-11-26 --rules-only    # the figures of trained models stay as they are

Writes `fanzha/recognise/friction.yaml`, which decides what may be on, and prints what is over its budget. The honest texts are those of
`../shared/data/text` (not part of this repository): personal messages, service dialogues, notices, questions to banks, mail, job
adverts. Of near copies one counts; at most `--rows` of a source, evenly spread over the file. Models were trained on a part of these texts: their figures here are
a lower bound; how they do on sources they never saw is in the model's card.
"""

import argparse
import csv
import gzip
import math
import subprocess
from collections import Counter, defaultdict
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

import numpy as np
import yaml

from fanzha.clean.near_text import families
from fanzha.recognise import check, friction
from fanzha.recognise.friction import ROWS_MIN, SMALL, Counted
from fanzha.recognise.prepared import Prepared, prepare
from fanzha.recognise.rules import RULES
from fanzha.recognise.rules_scorer import RulesScorer
from fanzha.recognise.scorer import shipped
from fanzha.recognise.signs import LANGUAGES

DATA = Path(__file__).parents[2] / "shared/data/text"
FILE = Path(__file__).parents[1] / "fanzha/recognise/friction.yaml"
LETTERS_MAX = 2_500_000
HEAD = """\
# False alarms on honest texts, made by `python bench/friction.py`: never edit by hand.
# rules: mark of the rule as it was counted; worst source [source, hits, rows]; pooled [hits, rows] over all sources.
# models: honest texts of a language that get the verdict scam or suspicious, of `rows`. Lower bounds: parts of them were trained on.
"""


def honest(rows_max: int) -> dict[tuple[str, str], list[str]]:
    """(source, language) -> honest texts, one of each family of near copies, at most so many, evenly spread."""
    csv.field_size_limit(10**7)
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in sorted(DATA.glob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as opened:
            for row in csv.DictReader(opened):
                if row["label"] == "benign":
                    language = row["lang"][:2] if row["lang"][:2] in LANGUAGES else "other"
                    found[path.name.removesuffix(".csv.gz"), language].append(row["text"])
    return {name: spread(apart(texts), rows_max) for name, texts in found.items()}


def apart(texts: list[str]) -> list[str]:
    """One text of each family: a template that one sender sends a hundred times is one chance to be wrong."""
    return [texts[at] for at, first in enumerate(families(texts).tolist()) if at == first]


def spread(texts: list[str], rows_max: int) -> list[str]:
    """At most so many texts, and about `LETTERS_MAX` letters, evenly spread."""
    step = max(len(texts) / rows_max, sum(map(len, texts)) / LETTERS_MAX, 1)
    return texts[:: math.ceil(step)]


def phrases_digest() -> str:
    """What the phrases and signs were: a short digest of their files."""
    made = blake2b(digest_size=8)
    paths = [files("fanzha.recognise") / "lexicon" / f"{language}.yaml" for language in LANGUAGES]
    for path in [*paths, files("fanzha.model") / "schema" / "signs.yaml"]:
        made.update(path.read_bytes())
    return made.hexdigest()


def worst(hits: Counter[str], rows: Counter[str]) -> Counted:
    """The source with the highest share; among equals the largest, then the first by name."""
    best = max(rows, key=lambda name: (hits[name] / rows[name], rows[name], name))
    return Counted(best, hits[best], rows[best])


def scorers(rules_only: bool) -> dict[str, check.Scorer]:
    """The rules alone, and the shipped models that are there."""
    if rules_only:
        return {"rules": RulesScorer()}
    folder = files("fanzha.recognise") / "weights"
    names = [kind for kind in ("full", "open") if (folder / f"{kind}.scorer").is_file()]
    return {"rules": RulesScorer(), **{name: shipped(name) for name in names}}


def verdicts(texts: list[Prepared], scorer: check.Scorer) -> Counter[str]:
    """How many get each warning from the score alone."""
    return Counter(check.level(chance) for chance in (1 / (1 + np.exp(-scorer.logits(texts)))).tolist())


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--date", required=True, help="the day of measuring, written into the file")
    parser.add_argument("--rows", type=int, default=5_000, help="texts of a source at most")
    parser.add_argument("--rules-only", action="store_true", help="leave the figures of trained models as they are")
    wanted = parser.parse_args()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout
    measured = {"date": wanted.date, "commit": commit.strip(), "phrases": phrases_digest()}
    hits: dict[str, Counter[str]] = {rule.code: Counter() for rule in RULES}
    rows: Counter[str] = Counter()
    judged: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    made = scorers(wanted.rules_only)
    for (source, language), texts in honest(wanted.rows).items():
        name = source if len(texts) >= ROWS_MIN else SMALL
        prepared = [prepare(text) for text in texts]
        rows[name] += len(prepared)
        for text in prepared:
            shown = text.present
            for rule in RULES:
                hits[rule.code][name] += rule.holds(shown)
        for model, scorer in made.items():
            counted = judged[model][language]
            counted.update(verdicts(prepared, scorer))
            counted["rows"] += len(prepared)
        print(f"{source:26s}{language:6s}{len(prepared):6d}", flush=True)
    report(hits, rows)
    write(hits, rows, judged, measured)


def report(hits: dict[str, Counter[str]], rows: Counter[str]) -> None:
    """Print each warning rule that is over its budget somewhere."""
    for rule in RULES:
        for name in sorted(rows):
            counted = Counted(name, hits[rule.code][name], rows[name])
            if rule.budget_permille and not counted.within(rule.budget_permille):
                print(f"over {rule.budget_permille} per mille: {rule.code} {name} {counted.hits} of {counted.rows}")


def write(
    hits: dict[str, Counter[str]],
    rows: Counter[str],
    judged: dict[str, dict[str, Counter[str]]],
    measured: dict[str, str],
) -> None:
    """Write the file."""
    rules = {}
    for rule in RULES:
        top = worst(hits[rule.code], rows)
        pooled = [hits[rule.code].total(), rows.total()]
        rules[rule.code] = {"mark": rule.mark(), "worst": [top.source, top.hits, top.rows], "pooled": pooled}
    models = dict(friction.models()) | {
        model: {
            language: {key: counted[key] for key in ("rows", "scam", "suspicious")}
            for language, counted in sorted(by.items())
        }
        for model, by in judged.items()
    }
    body = {"measured": measured, "rules": rules, "models": dict(sorted(models.items()))}
    text = yaml.safe_dump(body, sort_keys=False, allow_unicode=True, default_flow_style=None, width=200)
    FILE.write_text(HEAD + text, encoding="utf-8")


if __name__ == "__main__":
    main()
