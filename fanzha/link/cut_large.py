"""Cut a large tree of reports: what `cut.cut` does over every link, without writing out every link.

A value that joins a thousand reports is half a million links, and a tree may hold a hundred such values. `kernels.prune`
leaves out those that cannot change the outcome, so the work grows with the links of values that few reports name, and with
reports times the parts that a strong value ends in.
"""

from collections.abc import Callable, Iterable

import numpy as np

from fanzha.link.cut import Tie
from fanzha.link.kernels import Ints, Kernels, Rules, Strong
from fanzha.link.pairs import weight_of
from fanzha.link.postings import Book


def cut_large(
    book: Book,
    rules: Rules,
    kernels: Kernels,
    order: list[int],
    sides: Ints,
    said: Iterable[tuple[int, int]],
    case_max: int,
) -> tuple[dict[int, int], list[Tie]]:
    """The case of each report of whole trees (the number of its earliest report), and links that were not followed.

    `order`: the reports, so sorted that it does not depend on when they came; `sides`: [reports of `order`, judgements that set
    some of them apart], 1 for the left, 2 for the right side; `said`: reports judged the same, followed first, whatever the
    size. Of the links that were not followed there is one for each two cases, identifier and weight at least.
    """
    ranked = np.array(order, np.int64)
    rank = np.zeros(book.reports, np.int64)
    rank[ranked] = np.arange(len(order))
    parts = np.arange(len(order)), np.ones(len(order), np.int64), sides.copy()
    for i, j in said:
        _unite(parts, kernels, int(rank[i]), int(rank[j]))
    ties = _full(lambda found: kernels.pair_ties(book.p, rules, ranked, rank, found))
    ties = ties[np.lexsort((ties[:, 2], ties[:, 1], -ties[:, 0]))]
    strong = _strong(book, rules, ranked, rank)

    def run(refused: Ints) -> int:
        again = tuple(part.copy() for part in parts)
        lines = int(kernels.prune(book.p, rules, case_max, ranked, ties, strong, again, refused))
        root[:] = [kernels.find(again[0], x) for x in range(len(ranked))]
        return lines

    root = np.zeros(len(ranked), np.int64)
    refused = _full(run, 65_536)
    earliest = np.full(len(ranked), book.reports)
    np.minimum.at(earliest, root, ranked)
    found = [Tie(int(ranked[b]), int(ranked[a]), weight, key) for weight, a, b, key in refused.tolist()]
    return dict(zip(order, earliest[root].tolist(), strict=True)), found


def _full(write: Callable[[Ints], int], room: int = 0) -> Ints:
    """What a kernel writes, with as much room as it says it needs."""
    found = np.zeros((room, 4), np.int64)
    lines = int(write(found))
    if lines > room:
        found = np.zeros((lines, 4), np.int64)
        write(found)
    return found[:lines]


def _unite(parts: tuple[Ints, Ints, Ints], kernels: Kernels, x: int, y: int) -> None:
    parent, size, sides = parts
    a, b = int(kernels.find(parent, x)), int(kernels.find(parent, y))
    if a != b and not (((sides[a] & 1) & (sides[b] >> 1)) | ((sides[a] >> 1) & (sides[b] & 1))).any():
        parent[b] = a
        size[a] += size[b]
        sides[a] |= sides[b]


def _strong(book: Book, rules: Rules, ranked: Ints, rank: Ints) -> Strong:
    """Values that more than `pairs_max` name and that join by themselves, and who names them clearly enough."""
    p = book.p
    mine = np.repeat(p.start[ranked], p.length[ranked]) + _within(p.length[ranked])
    key = p.key[mine]
    weight = np.zeros(book.keys, np.int64)
    popular = np.unique(key[p.named[key] > rules.pairs_max])
    weight[popular] = [weight_of(book, rules, k) for k in popular.tolist()]
    mine = mine[weight[key] - p.discount[mine] >= rules.threshold]
    mine = mine[p.named[p.key[mine]] > rules.pairs_max]
    member, (used, value) = rank[p.report[mine]], np.unique(p.key[mine], return_inverse=True)
    sorted_by_value = np.lexsort((member, value))
    member, value = member[sorted_by_value], value[sorted_by_value]
    visit = np.stack((weight[used][value], member, value), axis=1)
    visit = visit[np.lexsort((value, member, -visit[:, 0]))]
    return Strong(member, np.searchsorted(value, np.arange(len(used) + 1)), visit)


def _within(lengths: Ints) -> Ints:
    return np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
