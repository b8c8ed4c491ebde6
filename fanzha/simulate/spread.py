"""A distribution in few numbers: quantiles, and for each of some values the share of observations that reach it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from fanzha.errors import InputError

POINTS = 48  # of a curve
QUANTILES = (0.05, 0.1, 0.5, 0.9, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Spread:
    """Quantiles by the lower observation, so that each is a value that was observed. `curve` holds (value, share that is >= it)."""

    count: int
    mean: float
    p5: float
    p10: float
    median: float
    p90: float
    p95: float
    p99: float
    most: float
    curve: tuple[tuple[float, float], ...]


def spread(values: Any) -> Spread:
    """The distribution of some numbers. Raises InputError where there are none."""
    told = np.sort(np.asarray(values, float))
    if not len(told):
        raise InputError("there is nothing to measure", "没有可统计的数据")
    p5, p10, median, p90, p95, p99 = np.quantile(told, QUANTILES, method="lower").tolist()
    return Spread(len(told), float(told.mean()), p5, p10, median, p90, p95, p99, float(told[-1]), _curve(told))


def _curve(told: np.ndarray) -> tuple[tuple[float, float], ...]:
    """At most POINTS values, evenly spaced on a logarithmic axis, each one that was observed."""
    positive = told[told > 0]
    if not len(positive):
        return ()
    grid = np.geomspace(positive[0], positive[-1], POINTS)
    seen = np.unique(positive[np.minimum(np.searchsorted(positive, grid * (1 - 1e-12)), len(positive) - 1)])
    reached = (len(told) - np.searchsorted(told, seen, "left")) / len(told)
    return tuple(zip(seen.tolist(), reached.tolist(), strict=True))
