"""Judging by the rules alone: what can be read and argued about line by line, without a learned model."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fanzha.recognise.prepared import Prepared
from fanzha.recognise.rules import hits, places, spread
from fanzha.recognise.signs import signs

_START: Final = -3.5  # log-odds of a text without any sign: below the prior of one scam in twenty
_SIGN: Final = 0.3  # what one sign of guilt adds, and one of innocence takes away
_DISGUISE: Final = 2.0  # what a text adds that is all disguise


class RulesScorer:
    """Points of the rules that hold, a little for each sign. The points are judgements of the field, not fitted to data."""

    name: str = "rules"

    def logits(self, texts: Sequence[Prepared]) -> NDArray[np.float64]:
        """float64[n]: natural logarithm of the odds that a text is a scam; roughly calibrated, at a prior of one in twenty."""
        return np.array([self._logit(text) for text in texts], dtype=np.float64)

    def kinds(self, texts: Sequence[Prepared]) -> list[Mapping[str, float]]:
        """Nothing is learned: the rules that hold say the kind."""
        return [{} for _ in texts]

    def contributions(self, text: Prepared) -> NDArray[np.float64]:
        """float64[len(original)]: what each character adds. Points of a rule are shared by all places of the signs it needs."""
        gains = np.zeros(len(text.original), dtype=np.float64)
        where = places(text)
        for rule in hits(text):
            needed = frozenset[str]().union(*rule.needs)
            spread(gains, [place for code in sorted(needed) for place in where.get(code, ())], rule.points)
        for code, found in where.items():
            spread(gains, found, _sign_points(code))
        return gains

    def _logit(self, text: Prepared) -> float:
        rules = sum(rule.points for rule in hits(text))
        found = sum(_sign_points(code) for code in {mark.code for mark in text.marks})
        return _START + rules + found + _DISGUISE * text.plain.disguise_permille / 1000


def _sign_points(code: str) -> float:
    sign = signs().get(code)
    side = sign.side if sign else ""
    return _SIGN if side == "guilt" else -_SIGN if side == "innocent" else 0.0
