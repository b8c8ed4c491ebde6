"""Weights learned without labels: chance from random pairs, agreement among the true pairs by expectation and maximisation.

Fellegi and Sunter 1969, "A theory for record linkage": a pair's weight is the sum over its fields of log2(m/u), where m is how often true
pairs and u how often other pairs reach the level seen. Winkler 1988, "Using the EM algorithm for weight computation": m and the share
of true pairs without labels. Here u and the prior refer to all pairs, not to the candidates: a pair that no key brought
together counts as not the same, so the keys do not bend the weights. Winkler 1989 (frequency-based matching): agreement on a
value weighs by how common that value is. All sums are of whole numbers: neither order nor machine changes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fanzha.link.components import components
from fanzha.link.records.compare import Levels, band_chance, by_value, levels, value_chance
from fanzha.link.records.fields import Int, Measured, Table

# How many true pairs the expectation of `Field.expected` is worth: a set with fewer is too small to learn from, one with many outvotes it.
BELIEF_PAIRS: Final = 50
ROUNDS_MAX: Final = 60
STILL_MILLI: Final = 5
RANDOM_PAIRS: Final = 400_000
LEARN_PAIRS: Final = 1_000_000
WEIGHT_MAX: Final = 60_000
_ONE: Final = 1 << 20  # a probability of one, as the whole number that is summed
_POSTERIOR: Final = np.rint(_ONE / (1 + 2.0 ** (-np.arange(-WEIGHT_MAX, WEIGHT_MAX + 1) / 1000))).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs a person has judged: record numbers and whether they are the same."""

    left: Int
    right: Int
    same: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned, in milli-bits. `m[f]`, `u[f]`: log2 of how often each level is seen among true and among other pairs (one more
    entry, 0, for missing). `chance[f]`: log2 of the chance of each value (text), or of each record's number and level; None where
    the field does not weigh by value. `prior`: log2 of the odds that a pair drawn from all pairs is the same.
    """

    m: tuple[Int, ...]
    u: tuple[Int, ...]
    chance: tuple[NDArray[np.int64] | NDArray[np.int32] | None, ...]
    prior: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs and their levels, one array a field."""

    left: Int
    right: Int
    levels: tuple[Levels, ...]

    def part(self, chosen: Int) -> "Compared":
        return Compared(self.left[chosen], self.right[chosen], tuple(level[chosen] for level in self.levels))


def compared(table: Table, left: Int, right: Int) -> Compared:
    """Compare each pair in each field."""
    return Compared(left, right, tuple(levels(table, place, left, right) for place in range(len(table.fields))))


def learn(
    table: Table, pairs: Compared, seed: int, *, prior: int | None = None, judged: Judged | None = None
) -> Weights:
    """Weights from the candidate pairs and from random pairs drawn with `seed`.

    `prior`: log2 odds in milli-bits, kept as given; found from the data when None. Twice over: the second time values are counted over the
    groups of the first. More than `LEARN_PAIRS` candidates are thinned evenly, by the seed.
    """
    rng = np.random.default_rng(seed)
    draw = compared(table, *random_pairs(table, rng))
    share = 1
    if pairs.left.size > LEARN_PAIRS:
        share = -(-pairs.left.size // LEARN_PAIRS)
        pairs = pairs.part(np.flatnonzero(rng.integers(0, share, pairs.left.size) == 0))
    known = None if judged is None else (compared(table, judged.left, judged.right), judged.same)
    weights = first(table, prior)
    groups: Int | None = None
    for _ in range(2):
        weights = Weights(weights.m, weights.u, chances(table, groups), weights.prior)
        weights = _settle(table, weights, (pairs, share, draw), prior, known)
        join = weigh(table, weights, pairs) >= 0
        groups = components(table.size, pairs.left[join], pairs.right[join])
    return weights


def first(table: Table, prior: int | None) -> Weights:
    """What is believed before any data is seen: one record in two has a partner."""
    odds = np.log2(max(table.size, 2) / 4 / max(table.pairs, 1))
    m = tuple(_milli(field.expected()) for field in table.fields)
    u = tuple(_milli(np.ones(len(field.levels), dtype=np.int64)) for field in table.fields)
    return Weights(m, u, chances(table, None), round(1000 * odds) if prior is None else prior)


def chances(table: Table, groups: Int | None) -> tuple[NDArray[np.int64] | NDArray[np.int32] | None, ...]:
    """`Weights.chance` of each field."""
    return tuple(
        None
        if not field.by_value
        else band_chance(table, place)
        if isinstance(column, Measured)
        else value_chance(column, groups)
        for place, (field, column) in enumerate(zip(table.fields, table.columns, strict=True))
    )


def random_pairs(table: Table, rng: np.random.Generator) -> tuple[Int, Int]:
    """At most `RANDOM_PAIRS` pairs out of all; every pair when there are no more."""
    rows = np.arange(table.size)
    first, second = (rows[table.sides == 0], rows[table.sides == 1]) if table.sides.size else (rows, rows)
    if first.size * second.size <= 2 * RANDOM_PAIRS:
        left, right = np.repeat(first, second.size), np.tile(second, first.size)
    else:
        left, right = rng.choice(first, 2 * RANDOM_PAIRS), rng.choice(second, 2 * RANDOM_PAIRS)
    use = (
        np.flatnonzero(left < right)[:RANDOM_PAIRS] if not table.sides.size else np.arange(min(left.size, RANDOM_PAIRS))
    )
    return left[use], right[use]


def _settle(
    table: Table,
    weights: Weights,
    seen: tuple[Compared, int, Compared],
    prior: int | None,
    known: tuple[Compared, NDArray[np.bool_]] | None,
) -> Weights:
    """Expectation and maximisation until no level of m moves by more than `STILL_MILLI`."""
    pairs, share, draw = seen
    fields = table.fields
    same_pairs = [by_chance(table, weights, pairs, place) for place in range(len(fields))]
    same_draw = [by_chance(table, weights, draw, place) for place in range(len(fields))]
    for _ in range(ROUNDS_MAX):
        likely = _posterior(fields_weight(weights, pairs, same_pairs))
        unlikely = _ONE - _posterior(fields_weight(weights, draw, same_draw))
        m, u = [], []
        for place, field in enumerate(fields):
            size = len(field.levels)
            # whole numbers below 2**53 held as floats: exact in any order
            true = np.bincount(pairs.levels[place], likely, size + 1)[:size].astype(np.float64) * share
            other = np.bincount(draw.levels[place], unlikely, size + 1)[:size].astype(np.float64)
            if known is not None:
                level, same = known[0].levels[place], known[1]
                true += np.bincount(level[same], minlength=size + 1)[:size] * float(_ONE)
                other += np.bincount(level[~same], minlength=size + 1)[:size] * float(_ONE)
            m.append(_milli(true + field.expected() * (BELIEF_PAIRS * _ONE // 1000)))
            u.append(_milli(other + _ONE // 2))
        odds = weights.prior
        if prior is None:
            true_pairs = max(float(likely.sum()) * share / _ONE, 1.0)
            odds = round(1000 * float(np.log2(true_pairs / max(table.pairs - true_pairs, 1.0))))
        moved = max(int(np.abs(new - old).max()) for new, old in zip(m, weights.m, strict=True))
        weights = Weights(tuple(m), tuple(u), weights.chance, odds)
        if moved <= STILL_MILLI:
            break
    return weights


def by_chance(table: Table, weights: Weights, pairs: Compared, place: int) -> NDArray[np.int32] | None:
    """log2 of chance for each pair in this field as told by the value itself; 0 where `u` tells it. None: `u` tells it always."""
    field, column, chance, level = table.fields[place], table.columns[place], weights.chance[place], pairs.levels[place]
    if chance is None:
        return None
    told = by_value(field, level)
    out = np.zeros(level.size, dtype=np.int32)
    if isinstance(column, Measured):
        out[told] = chance[pairs.left[told], level[told]]
    else:
        out[told] = chance[column.codes[pairs.left[told]]]
    return out


def field_weight(weights: Weights, pairs: Compared, place: int, told: NDArray[np.int32] | None) -> NDArray[np.int32]:
    """Weight of one field for each pair, in milli-bits; 0 where a value is missing."""
    level = pairs.levels[place]
    gain = (weights.m[place] - weights.u[place]).astype(np.int32)[level]
    if told is None:
        return np.asarray(gain)
    m = weights.m[place].astype(np.int32)[level]
    return np.where(told != 0, m - told, gain)


def fields_weight(weights: Weights, pairs: Compared, told: Sequence[NDArray[np.int32] | None]) -> NDArray[np.int32]:
    """Prior and all fields together, in milli-bits: 0 means as likely as not."""
    total = np.full(pairs.left.size, weights.prior, dtype=np.int32)
    for place, chance in enumerate(told):
        total += field_weight(weights, pairs, place, chance)
    return total


def weigh(table: Table, weights: Weights, pairs: Compared) -> NDArray[np.int32]:
    """Match weight of each pair with the prior, in milli-bits: 0 means as likely as not, 1000 twice as likely."""
    told = [by_chance(table, weights, pairs, place) for place in range(len(table.fields))]
    return fields_weight(weights, pairs, told)


def _posterior(weight: NDArray[np.int32]) -> NDArray[np.float64]:
    """Probability of being the same, in units of 2**-20: whole numbers held as floats, so that their sums are exact."""
    return np.asarray(_POSTERIOR[np.clip(weight, -WEIGHT_MAX, WEIGHT_MAX) + WEIGHT_MAX])


def _milli(counts: NDArray[np.float64] | Int) -> Int:
    """log2 of each level's share, in milli-bits, and 0 for missing at the end."""
    share = counts / counts.sum()
    return np.append(np.rint(1000 * np.log2(np.maximum(share, 2.0**-60))).astype(np.int64), 0)
