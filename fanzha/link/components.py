"""Connected components of reports, by union-find on arrays: near linear, no recursion, any order of edges."""

from array import array
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fanzha.clean.compiled import compiled

Index = NDArray[np.int64]

# Below, array operations take less than a tenth of a second; compiled code is there after one or two seconds, once a process
# (bench/components.py, `seconds_by_links` and `first_call_seconds`).
LINKS_MIN: Final = 300_000


def components(size: int, left: Sequence[int] | Index, right: Sequence[int] | Index) -> Index:
    """The smallest member of each node's component. `left[i]` and `right[i]` (0 <= n < size) are joined.

    The result does not depend on the order of the edges. Arrays of int32 and int64 are read where they are, others are
    copied. ValueError: a node out of range, or two arrays of different length; TypeError: nodes that are not integers.
    """
    a, b = _nodes(left, size), _nodes(right, size)
    if len(a) != len(b):
        raise ValueError(f"{len(a)} nodes on the left, {len(b)} on the right")
    return by_arrays(size, a, b) if len(a) < LINKS_MIN else by_loop(size, a, b)


def _nodes(given: Sequence[int] | Index, size: int) -> NDArray[Any]:
    """The nodes as a flat array of int32 or int64, each known to be in range: compiled code does not look."""
    nodes: NDArray[Any] = np.asarray(given)
    if nodes.ndim != 1:
        raise ValueError(f"nodes come in one row, not in {nodes.ndim} dimensions")
    if not nodes.size:
        return np.empty(0, dtype=np.int64)
    if nodes.dtype.kind not in "iu":
        raise TypeError(f"nodes are integers, not {nodes.dtype}")
    low, high = int(nodes.min()), int(nodes.max())
    if low < 0 or high >= size:
        raise ValueError(f"node {low if low < 0 else high} is not in 0..{size - 1}")
    return np.ascontiguousarray(nodes, dtype=np.int32 if nodes.dtype == np.int32 else np.int64)


def by_arrays(size: int, left: NDArray[Any], right: NDArray[Any]) -> Index:
    """`components` for few links, in array operations; nodes as `components` checks them.

    Every node is hooked under the smaller root of each edge at once and the trees are halved until flat (Shiloach and
    Vishkin 1982); order does not matter because only minima are taken.
    """
    parent = np.arange(size, dtype=np.int64)
    a, b = left.astype(np.int64), right.astype(np.int64)
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


def by_loop(size: int, left: NDArray[Any], right: NDArray[Any]) -> Index:
    """`components` for many links, by one compiled pass over them; nodes as `components` checks them."""
    small = size < 2**31
    parent = np.arange(size, dtype=np.int32 if small else np.int64)
    if left.dtype != right.dtype:
        left, right = left.astype(np.int64, copy=False), right.astype(np.int64, copy=False)
    # readonly: a memory-mapped or Arrow column is taken as well as an array that may be written
    node = f"Array({left.dtype}, 1, 'C', True)"
    compiled(_join, f"void({parent.dtype}[::1], {node}, {node})")(parent, left, right)
    labels: Index = np.empty(size, dtype=np.int64)
    compiled(_label, f"void({parent.dtype}[::1], int64[::1])")(parent, labels)
    return labels


def _join(parent: NDArray[Any], left: NDArray[Any], right: NDArray[Any]) -> None:
    """Rem's union-find with splicing (Dijkstra 1976; Patwary, Blair and Manne 2010): both climbs go on at once.

    A parent is never greater than its child, so that the root of a tree is its smallest member.
    """
    for link in range(len(left)):
        x, y = left[link], right[link]
        above_x, above_y = parent[x], parent[y]
        while above_x != above_y:
            if above_x > above_y:
                parent[x] = above_y
                if x == above_x:
                    break
                x = above_x
                above_x = parent[x]
            else:
                parent[y] = above_x
                if y == above_y:
                    break
                y = above_y
                above_y = parent[y]


def _label(parent: NDArray[Any], labels: NDArray[Any]) -> None:
    """Roots of all nodes. Parents come first, so that one pass in order is enough."""
    for node in range(len(parent)):
        above = parent[node]
        labels[node] = above if above == node else labels[above]


class Growing:
    """Components to which nodes and links are added one at a time: one more report costs microseconds.

    Whatever the order in which links arrive, `smallest` says what `components` says of all of them.
    """

    __slots__ = ("_parent",)

    def __init__(self, labels: Iterable[int] = ()) -> None:
        """Go on from the result of `components`; without, from no node."""
        self._parent = array("q")
        if isinstance(labels, np.ndarray):
            self._parent.frombytes(np.ascontiguousarray(labels, dtype=np.int64).tobytes())
        else:
            self._parent.extend(labels)

    def __len__(self) -> int:
        return len(self._parent)

    def add(self) -> int:
        """A new node, alone in its component; its number is the next one."""
        self._parent.append(len(self._parent))
        return len(self._parent) - 1

    def smallest(self, node: int) -> int:
        """The smallest member of the node's component. IndexError: no such node."""
        parent = self._parent
        if node < 0:
            raise IndexError(f"no node {node}")
        while (above := parent[node]) != node:
            parent[node] = node = parent[above]  # path halving (Tarjan and van Leeuwen 1984)
        return node

    def join(self, left: int, right: int) -> tuple[int, int] | None:
        """Join two nodes. (smallest member that stays, the one that gives way), or None where they were together."""
        one, other = self.smallest(left), self.smallest(right)
        if one == other:
            return None
        low, high = min(one, other), max(one, other)
        self._parent[high] = low
        return low, high

    def labels(self) -> Index:
        """The smallest member of each node's component, as `components` gives it."""
        return _flatten(np.array(self._parent, dtype=np.int64))
