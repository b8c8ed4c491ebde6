"""Cut a tree of reports that were judged apart, or that grew beyond what one case may hold, at its weakest links.

Links are followed from the strongest down (Kruskal 1956); one that would join what was judged apart, or make a case too large, is
refused. What was judged the same is followed first.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Tie(NamedTuple):
    """A link between two reports, by number: its milli-bits and the identifier that gives most; -1 for a judgement."""

    i: int
    j: int
    weight: int
    key: int


def cut(
    members: list[int], ties: Iterable[Tie], sides: Mapping[int, set[tuple[int, bool]]], case_max: int
) -> tuple[list[int], list[Tie]]:
    """The case of each member (the number of its earliest report), and the links that were not followed.

    `members`: whole trees, sorted; `ties`: in the order in which they are followed; `sides`: for each report the judgements
    that set it apart and the side it is on. A judgement is followed whatever the size.
    """
    root = {i: i for i in members}
    size = dict.fromkeys(members, 1)
    marks = {i: set(sides[i]) for i in members}

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    refused: list[Tie] = []
    for tie in ties:
        a, b = find(tie.i), find(tie.j)
        if a == b:
            continue
        forbidden = any((judgement, not side) in marks[b] for judgement, side in marks[a])
        if forbidden or (tie.key >= 0 and size[a] + size[b] > case_max):
            refused.append(tie)
            continue
        root[b] = a
        size[a] += size[b]
        marks[a] |= marks.pop(b)
    earliest: dict[int, int] = {}
    for i in members:  # sorted: the first seen of each part is its earliest
        earliest.setdefault(find(i), i)
    return [earliest[find(i)] for i in members], refused
