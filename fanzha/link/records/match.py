"""The whole way: candidates, weights, groups or partners, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fanzha.link.records.block import Key, candidates
from fanzha.link.records.fields import MISSING, Int, Table
from fanzha.link.records.group import groups, partners
from fanzha.link.records.learn import Compared, Judged, Weights, by_chance, compared, field_weight, learn, weigh

# A pair is held to be the same from this weight on: as likely as not, given what its fields say and the prior. Never fitted to a data set.
MATCH_MILLI = 0


@dataclass(frozen=True, slots=True)
class Matched:
    """Candidate pairs with their weights (milli-bits, prior included) and what they were weighed with."""

    table: Table
    weights: Weights
    pairs: Compared
    weight: NDArray[np.int32]

    def groups(self) -> Int:
        """The smallest member of each record's group of duplicates (`group.groups`)."""

        def evidence(left: Int, right: Int) -> Int:
            return (
                weigh(self.table, self.weights, compared(self.table, left, right)).astype(np.int64) - self.weights.prior
            )

        return groups(self.table.size, self.pairs.left, self.pairs.right, self.weight.astype(np.int64), evidence)

    def partners(self, weight_min: int = MATCH_MILLI) -> tuple[Int, Int, Int]:
        """Records of the two sides matched one to one, and the weight of each pair against its rivals (`group.partners`)."""
        if not self.table.sides.size:
            raise ValueError("partners are sought between two sets; the table holds one")
        right = int(self.table.sides.sum())
        evidence = self.weight.astype(np.int64) - self.weights.prior
        chosen, weight = partners(
            self.pairs.left, self.pairs.right, evidence, (self.table.size - right, right), weight_min
        )
        return self.pairs.left[chosen], self.pairs.right[chosen], weight


@dataclass(frozen=True, slots=True)
class Reason:
    """What one field says about a pair."""

    field: str
    level: str
    milli_bits: int


def match(
    table: Table, keys: Sequence[Key], seed: int, *, prior: int | None = None, judged: Judged | None = None
) -> Matched:
    """Candidates by `keys`, weights learned from them (`learn.learn`), and the weight of each."""
    pairs = compared(table, *candidates(table, keys))
    weights = learn(table, pairs, seed, prior=prior, judged=judged)
    return Matched(table, weights, pairs, weigh(table, weights, pairs))


def explain(table: Table, weights: Weights, left: int, right: int) -> list[Reason]:
    """The level and the milli-bits of each field of a pair, then the prior; their sum is the pair's weight."""
    pair = compared(table, np.array([left]), np.array([right]))
    out = []
    for place, field in enumerate(table.fields):
        level = int(pair.levels[place][0])
        gain = field_weight(weights, pair, place, by_chance(table, weights, pair, place))
        out.append(Reason(field.name, (*field.levels, MISSING)[level], int(gain[0])))
    return [*out, Reason("prior", "", weights.prior)]
