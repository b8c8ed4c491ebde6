"""What is answered about one text: verdict, probability, kinds, tricks with their words, reasons. It proposes; a person decides."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from fanzha.clean.text import Found
from fanzha.recognise import friction
from fanzha.recognise.kinds import OTHER, kinds
from fanzha.recognise.prepared import Prepared, prepare_all
from fanzha.recognise.rules import Rule, hits
from fanzha.recognise.signs import LANGUAGES, Mark, signs

SCAM_AT, SUSPICIOUS_AT = 0.7, 0.25  # of the calibrated probability
_LETTERS_MIN: Final = 4
_WORDS_MAX: Final = 5
_AT_ONCE: Final = 256
_SPACED: Final = re.compile(r"[\w@.\-/:']+")
_UNSPACED: Final = re.compile(r"[A-Za-z0-9_@.\-/:']+|\S")
# Signs that say who the sender claims to be.
CLAIMED: Final = frozenset(
    (
        *("police", "court", "government", "army", "bank", "payment_firm", "telecom", "courier", "shop_service"),
        *("airline", "tech_firm", "social_platform", "utility", "boss", "relative"),
    )
)


class Scorer(Protocol):
    """What judges texts: rules alone or a learned model, under one contract."""

    name: str

    def logits(self, texts: Sequence[Prepared]) -> NDArray[np.float64]:
        """float64[n]: natural logarithm of the odds that a text is a scam, calibrated to the prior the model states."""

    def kinds(self, texts: Sequence[Prepared]) -> list[Mapping[str, float]]:
        """For each text log-odds of each kind of scam against the others, as learned; empty where nothing is."""

    def contributions(self, text: Prepared) -> NDArray[np.float64]:
        """float64[len(original)]: what each character adds to the logit."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in a text. Places are of the original text.

    verdict      a key of check_verdicts.yaml;  probability  0..1, calibrated, of a scam
    kinds        kinds of scam with shares per mille, the likeliest first; empty: abstains
    claimed      marks of who the sender says they are;  tactics  marks of tricks;  lures  what comes before a scam
    rules        the rules that hold;  words  places whose removal lowers the score most
    """

    prepared: Prepared
    verdict: str
    probability: float
    kinds: tuple[tuple[str, int], ...]
    claimed: tuple[Mark, ...]
    tactics: tuple[Mark, ...]
    lures: tuple[str, ...]
    rules: tuple[Rule, ...]
    words: tuple[tuple[int, int], ...]

    @property
    def identifiers(self) -> tuple[Found, ...]:
        """Links, numbers, accounts, wallets, handles: what can be looked up. Amounts and times are left out."""
        return tuple(found for found in self.prepared.found if found.kind not in ("money", "moment"))

    @property
    def language_known(self) -> bool:
        """Whether the text is in a language the signs and the model were made for."""
        return self.prepared.language in LANGUAGES


def check(texts: Iterable[str], scorer: Scorer, *, words: bool = True) -> Iterator[Reading]:
    """A reading for each text, in order. `words` asks for the telling words, which takes longer. Never raises on any text."""
    waiting = iter(texts)
    while batch := prepare_all(list(islice(waiting, _AT_ONCE))):
        judged = [
            _judged(text, logit, scorer) for text, logit in zip(batch, scorer.logits(batch).tolist(), strict=True)
        ]
        learned = iter(scorer.kinds([one.text for one in judged if one.warned]))
        for one in judged:
            yield _reading(one, next(learned) if one.warned else {}, scorer, words)


@dataclass(slots=True)
class _Judged:
    text: Prepared
    verdict: str
    probability: float
    rules: tuple[Rule, ...]

    @property
    def warned(self) -> bool:
        return self.verdict in ("scam", "suspicious")


def _judged(text: Prepared, logit: float, scorer: Scorer) -> _Judged:
    held = hits(text)
    probability = 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0
    alone = friction.may_warn(scorer.name, text.language) or any(rule.points > 0 for rule in held)
    return _Judged(text, (level(probability) if alone else "") or _unwarned(text), probability, held)


def _reading(one: _Judged, learned: Mapping[str, float], scorer: Scorer, words: bool) -> Reading:
    text, declared = one.text, signs()
    named = kinds(text.present, one.rules, learned) if one.warned else ()
    return Reading(
        text,
        one.verdict,
        one.probability,
        named or (((OTHER, 0),) if one.verdict == "scam" else ()),
        tuple(mark for mark in text.marks if mark.code in CLAIMED),
        tuple(mark for mark in text.marks if declared[mark.code].tactic),
        tuple(dict.fromkeys(rule.lure for rule in one.rules if rule.lure)),
        one.rules,
        telling(text, scorer.contributions(text)) if words and one.warned else (),
    )


def level(probability: float) -> str:
    """The warning that a probability is worth: scam, suspicious, or none ("")."""
    return "scam" if probability >= SCAM_AT else "suspicious" if probability >= SUSPICIOUS_AT else ""


def _unwarned(text: Prepared) -> str:
    letters = islice(filter(str.isalpha, text.plain.text), _LETTERS_MIN)
    if text.language not in LANGUAGES or len(list(letters)) < _LETTERS_MIN:
        return "unsure"
    return "no_sign"


def telling(text: Prepared, contributions: NDArray[np.float64]) -> tuple[tuple[int, int], ...]:
    """The places that add most to the score: whole words; of Chinese and Thai runs of characters that add; at most `_WORDS_MAX`, by place."""
    sums = np.concatenate([[0.0], np.cumsum(contributions)])
    spaced = text.language not in ("zh", "th")
    runs: list[tuple[float, int, int]] = []
    for found in (_SPACED if spaced else _UNSPACED).finditer(text.original):
        start, end = found.span()
        gain = float(sums[end] - sums[start])
        if gain <= 0:
            continue
        if not spaced and runs and runs[-1][2] == start:
            gain, start = gain + runs[-1][0], runs[-1][1]
            runs.pop()
        runs.append((gain, start, end))
    best = sorted(runs, key=lambda run: (-run[0], run[1]))[:_WORDS_MAX]
    return tuple(sorted((start, end) for _, start, end in best))
