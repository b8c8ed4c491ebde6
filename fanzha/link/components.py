"""Connected components of reports, by union-find on arrays: near linear, no recursion, any order of edges."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int64]


def components(size: int, left: Sequence[int] | Index, right: Sequence[int] | Index) -> Index:
    """The smallest member of each node's component. `left[i]` and `right[i]` (0 <= n < size) are joined.

    Every node is hooked under the smaller root of each edge at once and the trees are halved until flat (Shiloach and
    Vishkin 1982); the result does not depend on the order of the edges because only minima are taken.
    """
    parent = np.arange(size, dtype=np.int64)
    a, b = np.asarray(left, dtype=np.int64), np.asarray(right, dtype=np.int64)
    while a.size:
        low, high = np.minimum(parent[a], parent[b]), np.maximum(parent[a], parent[b])
        open_edges = low != high
        if not open_edges.any():
            break
        a, b, low, high = a[open_edges], b[open_edges], low[open_edges], high[open_edges]
        np.minimum.at(parent, high, low)
        parent = _flatten(parent)
    return parent


def _flatten(parent: Index) -> Index:
    while True:
        above = parent[parent]
        if np.array_equal(above, parent):
            return parent
        parent = above
