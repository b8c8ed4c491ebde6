"""Scorecards in whole points: how likely each of several readings is, in proportion to the points that speak for it.

A point is a quarter of a bit: four points make a reading twice as likely against the others.
"""

from collections.abc import Sequence

POINTS_PER_BIT = 4
QUARTERS = (1_000_000, 1_189_207, 1_414_214, 1_681_793)  # 2 ** (k / 4), in millionths
POINTS_MAX = 60  # of one reading against another: beyond it, per mille no longer change


def likelihoods(points: Sequence[int]) -> list[int]:
    """Per mille in proportion to two to the power of a quarter of the points, in whole numbers and rounded down."""
    best = max(points)
    weights = [_weight(max(one - best, -POINTS_MAX) + POINTS_MAX) for one in points]
    return [1000 * weight // sum(weights) for weight in weights]


def _weight(points: int) -> int:
    return QUARTERS[points % POINTS_PER_BIT] << (points // POINTS_PER_BIT)
