"""Which kind of scam: an ordered list with room to abstain, from the signs and the rules that hold."""

import math
from collections.abc import Iterable, Mapping
from typing import Final

from fanzha.recognise.rules import Rule
from fanzha.recognise.signs import signs

OTHER: Final = "T99"
_RULE_WEIGHT: Final = 6.0  # a rule that names a kind counts as much as one very telling sign and a half
_SHARPNESS: Final = 0.6  # natural logarithm of the odds that one point of weight is worth
_ABSTAIN: Final = 3.0  # points that "something else" starts with: below them nothing is said
KINDS_MAX: Final = 3
_SHOWN_PERMILLE: Final = 100
_LEARNED_SHARPNESS: Final = (
    0.3  # the same of one point, where a model has learned kinds: it says most of what the signs say
)


def kinds(
    present: Iterable[str], rules: Iterable[Rule], learned: Mapping[str, float] | None = None
) -> tuple[tuple[str, int], ...]:
    """Kinds with their shares (per mille, at most 1000 together), the likeliest first; empty where no kind stands out.

    `learned` gives log-odds by kind where a model has learned them. What is left of 1000 is "none of these"; so is what a model learned of
    `OTHER`.
    """
    points: dict[str, float] = {}
    declared = signs()
    for code in sorted(set(present)):
        if code in declared:
            for kind, weight in declared[code].types.items():
                points[kind] = points.get(kind, 0.0) + weight
    for rule in rules:
        if rule.kind:
            points[rule.kind] = points.get(rule.kind, 0.0) + _RULE_WEIGHT
    return _shares(_odds(points, learned) if learned else _odds_of_signs(points))


def _odds(points: Mapping[str, float], learned: Mapping[str, float]) -> dict[str, float]:
    """Odds of each kind, `OTHER` among them, up to a factor."""
    logs = {kind: value + _LEARNED_SHARPNESS * points.get(kind, 0.0) for kind, value in learned.items()}
    unlikely = min(learned.values())
    logs |= {kind: unlikely + _LEARNED_SHARPNESS * value for kind, value in points.items() if kind not in logs}
    most = max(logs.values())
    return {kind: math.exp(value - most) for kind, value in logs.items()}


def _odds_of_signs(points: Mapping[str, float]) -> dict[str, float]:
    if not points:
        return {}
    most = max(_ABSTAIN, *points.values())
    odds = {kind: math.exp(_SHARPNESS * (value - most)) for kind, value in points.items()}
    return odds | {OTHER: math.exp(_SHARPNESS * (_ABSTAIN - most))}


def _shares(odds: Mapping[str, float]) -> tuple[tuple[str, int], ...]:
    whole = sum(odds.values())
    shares = sorted(
        ((kind, int(1000 * one / whole)) for kind, one in odds.items() if kind != OTHER),
        key=lambda pair: (-pair[1], pair[0]),
    )
    return tuple((kind, share) for kind, share in shares[:KINDS_MAX] if share >= _SHOWN_PERMILLE)
