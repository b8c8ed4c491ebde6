"""Fitting weights: sparse logistic regression by stochastic descent, and a small dense one by Newton's method.

Both are deterministic on one machine: rows are visited in an order that the seed alone decides.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fanzha.clean.compiled import compiled

RATE, PULL = 0.3, 1e-5  # step; decay of the weights of the buckets a row has
_EPOCHS: Final = 4
_FIXED: Final = 1e30  # squared slopes of a bias that no step moves
_DESCEND: Final = (
    "void(int32[::1], int64[::1], int64[::1], float32[:, ::1], int64[::1], float32[:, ::1], float64[:, ::1])"
)


def descend(
    buckets: NDArray[np.int32],
    starts: NDArray[np.int64],
    group: NDArray[np.int64],
    target: NDArray[np.float32],
    weight: NDArray[np.float32],
    *,
    begun: NDArray[np.float32],
    seed: int,
    given: NDArray[np.float64] | None = None,
) -> NDArray[np.float32]:
    """float32[buckets]: weights of a logistic regression on bags of buckets, each divided by the root of its number of buckets.

    Row i has `buckets[starts[i]:starts[i + 1]]`, `target` 0 or 1 and a weight. Each group (a language) has a bias of its own, so that a
    language of which there are scams alone does not make its common words signs of a scam; the biases are then forgotten. `begun`
    float32[buckets] are the weights to go on from; `given` float64[groups], where there is one, the biases, which then stay as they are.
    AdaGrad (Duchi, Hazan and Singer 2011).
    """
    fast = compiled(_descend, _DESCEND)
    found = np.full((2, len(begun)), 1e-2, dtype=np.float32)
    bias = np.full((2, int(group.max(initial=0)) + 1), 1e-2)
    found[0], bias[0] = begun, 0
    if given is not None:
        bias = np.stack((given, np.full(len(given), _FIXED)))
    goal = np.stack((target, weight))
    generator = np.random.default_rng(seed)
    for _ in range(_EPOCHS):
        order = generator.permutation(len(target)).astype(np.int64)
        fast(buckets, starts, group, goal, order, found, bias)
    weights: NDArray[np.float32] = found[0].copy()
    return weights


def _descend(buckets: Any, starts: Any, group: Any, goal: Any, order: Any, found: Any, bias: Any) -> None:
    """One pass over the rows. `goal`: target and weight of each row; `found`, `bias`: what is fitted, and its summed squared slopes."""
    weights, squares = found[0], found[1]
    for i in order:
        begin, end, own = starts[i], starts[i + 1], group[i]
        if begin == end:
            continue
        scale = 1.0 / np.sqrt(end - begin)
        total = 0.0
        for k in range(begin, end):
            total += weights[buckets[k]]
        wrong = (1.0 / (1.0 + np.exp(-bias[0, own] - total * scale)) - goal[0, i]) * goal[1, i]
        bias[1, own] += wrong * wrong
        bias[0, own] -= RATE * wrong / np.sqrt(bias[1, own])
        for k in range(begin, end):
            at = buckets[k]
            slope = wrong * scale + PULL * goal[1, i] * weights[at]
            squares[at] += slope * slope
            weights[at] -= RATE * slope / np.sqrt(squares[at])


def newton(
    rows: NDArray[np.float64],
    target: NDArray[np.float64],
    weight: NDArray[np.float64],
    expected: NDArray[np.float64],
    stiffness: NDArray[np.float64],
) -> NDArray[np.float64]:
    """float64[d]: logistic regression of `rows` (n, d) with a normal prior: mean `expected`, inverse variance `stiffness`, both [d].

    Newton's method with halved steps (Nocedal and Wright, Numerical Optimization, 3.1), at most 30 steps.
    """
    found = expected.astype(np.float64).copy()
    loss = _loss(rows, target, weight, found, expected, stiffness)
    for _ in range(30):
        chance = 1.0 / (1.0 + np.exp(-np.clip(rows @ found, -40, 40)))
        slope = rows.T @ (weight * (chance - target)) + stiffness * (found - expected)
        curve = (rows * (weight * np.maximum(chance * (1 - chance), 1e-9))[:, None]).T @ rows
        curve[np.diag_indices_from(curve)] += stiffness + 1e-9
        step = np.linalg.solve(curve, slope)
        for _ in range(20):
            tried = found - step
            new = _loss(rows, target, weight, tried, expected, stiffness)
            if new <= loss:
                break
            step = step / 2
        if loss - new < 1e-7 * abs(loss):
            break
        found, loss = tried, new
    return found


def _loss(
    rows: NDArray[np.float64],
    target: NDArray[np.float64],
    weight: NDArray[np.float64],
    found: NDArray[np.float64],
    expected: NDArray[np.float64],
    stiffness: NDArray[np.float64],
) -> float:
    scores = rows @ found
    return float(
        weight @ (np.logaddexp(0.0, scores) - target * scores) + 0.5 * np.sum(stiffness * (found - expected) ** 2)
    )
