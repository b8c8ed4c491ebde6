"""Which words of a message are marked where tricks overlap: places that are apart, each with one trick."""

from collections.abc import Iterable
from typing import Final

Place = tuple[int, int, str]  # start, end, code of the trick

LOOKED_AT: Final = 300  # marks of a message; what follows is not marked
_INNER: Final = 2  # of other tricks, within a phrase with a gap: they show better what it spans


def apart(marks: Iterable[Place]) -> list[Place]:
    """Places in order, without overlaps. The first and longest stands; one of the same trick that reaches into it makes it longer."""
    ordered = sorted(set(marks), key=lambda one: (one[0], -one[1], one[2]))[:LOOKED_AT]
    wide = {one for one in ordered if sum(_within(other, one) for other in ordered) >= _INNER}
    chosen: list[Place] = []
    for start, end, trick in (*(one for one in ordered if one not in wide), *(one for one in ordered if one in wide)):
        met = [one for one in chosen if start < one[1] and one[0] < end]
        if not met:
            chosen.append((start, end, trick))
        elif len(met) == 1 and met[0][2] == trick and (start, end, trick) not in wide:
            chosen.remove(met[0])
            longer = (min(start, met[0][0]), max(end, met[0][1]), trick)
            free = all(longer[1] <= one[0] or one[1] <= longer[0] for one in chosen)
            chosen.append(longer if free else met[0])
    return sorted(chosen)


def _within(inner: Place, outer: Place) -> bool:
    return inner[2] != outer[2] and outer[0] <= inner[0] and inner[1] <= outer[1]
