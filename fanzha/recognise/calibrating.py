"""From a sum of weights to log-odds: at a stated prior over all languages, then by language where the sum is too timid."""

from collections.abc import Sequence
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fanzha.recognise.check import SCAM_AT, SUSPICIOUS_AT
from fanzha.recognise.learning import newton
from fanzha.recognise.signs import LANGUAGES

# Which share of the honest texts of a language may be suspicious, and which may be called a scam.
_HONEST_SHARES: Final = ((log(SUSPICIOUS_AT / (1 - SUSPICIOUS_AT)), 0.01), (log(SCAM_AT / (1 - SCAM_AT)), 0.002))
_HONEST_MIN: Final = 200  # of fewer honest texts no such share is known
_SHIFT_MAX: Final = 1.0  # honest texts to come are less tame than those that were counted: chosen on 600 fresh messages


def platt(
    scores: NDArray[np.float64], target: NDArray[np.float64], weight: NDArray[np.float64], prior: float
) -> tuple[float, float]:
    """(slope, shift) that turn scores float64[n] into log-odds when a share `prior` of texts are scams (Platt 1999)."""
    weight = weight.copy()
    for value, share in ((1.0, prior), (0.0, 1 - prior)):
        inside = target == value
        weight[inside] *= share * len(weight) / weight[inside].sum()
    rows = np.stack([np.ones(len(scores)), scores], axis=1)
    shift, slope = newton(rows, target, weight, np.array([0.0, 1.0]), np.array([1e-3, 1e-3])).tolist()
    return float(slope), float(shift)


def shifts(
    languages: Sequence[str],
    language: NDArray[np.int64],
    honest: NDArray[np.float64],
    unseen: Sequence[NDArray[np.float64]],
) -> dict[str, float]:
    """What is to be added to the log-odds of the texts of each language: never less than nothing.

    The sum is calibrated over all languages together, which leaves it timid in those of which little was learned. It is raised by at most
    `_SHIFT_MAX`, so long as no more than one honest text in a hundred becomes suspicious. `language` int64[n] of each text in `languages`; `honest` float64[n] its weight, 0 where it is not
    honest; `unseen` log-odds float64[n], each from models that did not see the text, of which the most cautious counts.
    """
    found = {}
    for number, name in enumerate(languages):
        own = (language == number) & (honest > 0)
        if name not in LANGUAGES or np.count_nonzero(own) < _HONEST_MIN:
            continue
        room = [wanted - _above(one[own], honest[own], share) for one in unseen for wanted, share in _HONEST_SHARES]
        found[name] = round(min(max(min(room), 0.0), _SHIFT_MAX), 3)
    return found


def _above(values: NDArray[np.float64], weight: NDArray[np.float64], share: float) -> float:
    """The value above which lies `share` of the weight."""
    order = np.argsort(-values, kind="stable")
    return float(values[order[np.searchsorted(np.cumsum(weight[order]), share * weight.sum())]])
