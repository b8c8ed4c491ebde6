"""Layout of a layered flow picture: pure geometry, no text but keys, the same output for the same input.

Columns are given (victims, tier 1, tier 2, ..., where it is now). A link that spans more than one column runs in a
trunk: one ribbon per target through each column between, so that it never crosses a node. Orders come from
barycentre sweeps (Sugiyama, Tagawa and Toda 1981); vertical places from repeated averaging with the gaps kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Link:
    """Value that goes from one node to another; columns must rise."""

    source: str
    target: str
    value: int


@dataclass(frozen=True, slots=True)
class Room:
    """Sizes in pixels. `label` is the least height a node needs for its words."""

    width: float = 1120.0
    flow: float = 300.0
    label: float = 36.0
    gap: float = 10.0
    node: float = 12.0
    left: float = 0.0
    right: float = 170.0
    top: float = 48.0


@dataclass(frozen=True, slots=True)
class Box:
    """A node: its bar, and the slot that keeps room for its label. Trunks have `through` set."""

    key: str
    column: int
    value: int
    x: float
    y: float
    height: float
    slot_y: float
    slot_height: float
    through: bool = False


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A link: from (x0, y0) to (x1, y1), the upper edge at both ends, `width` thick."""

    source: str
    target: str
    value: int
    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    end: str  # the node it finally leads to, also for a piece of a trunk


@dataclass(frozen=True, slots=True)
class Layout:
    """The picture: boxes by key, ribbons, and the height it needs."""

    boxes: dict[str, Box]
    ribbons: tuple[Ribbon, ...]
    columns: tuple[float, ...]
    height: float


def trunk_key(target: str, column: int) -> str:
    """The key of the piece of trunk towards `target` in `column`."""
    return f"\x00{column}\x00{target}"


def _pieces(links: list[Link], columns: dict[str, int]) -> tuple[list[tuple[Link, str]], dict[str, int]]:
    """Links cut into steps of one column, each with the node it ends at, and the trunks made."""
    merged: dict[tuple[str, str, str], int] = {}
    trunks: dict[str, int] = {}
    for link in links:
        at, source = columns[link.source], link.source
        for column in range(at + 1, columns[link.target]):
            through = trunk_key(link.target, column)
            trunks[through] = column
            step = (source, through, link.target)
            merged[step] = merged.get(step, 0) + link.value
            source = through
        step = (source, link.target, link.target)
        merged[step] = merged.get(step, 0) + link.value
    return [(Link(a, b, value), end) for (a, b, end), value in sorted(merged.items())], trunks


def _ordered(
    columns: dict[str, int], pieces: list[tuple[Link, str]], values: dict[str, int], fixed: Mapping[str, int]
) -> list[list[str]]:
    """The keys of each column from top to bottom; `fixed` ranks the nodes of the last column."""
    last = max(columns.values())
    stacks: list[list[str]] = [[] for _ in range(last + 1)]
    for key in sorted(columns, key=lambda key: (key.startswith("\x00"), -values[key], key)):
        stacks[columns[key]].append(key)
    stacks[last].sort(key=lambda key: (fixed.get(key, 99), key))
    before: dict[str, list[tuple[str, int]]] = {key: [] for key in columns}
    after: dict[str, list[tuple[str, int]]] = {key: [] for key in columns}
    for link, _ in pieces:
        after[link.source].append((link.target, link.value))
        before[link.target].append((link.source, link.value))
    best, least = [list(stack) for stack in stacks], _crossings(stacks, pieces)
    for sweep in range(_SWEEPS):
        order = range(1, last) if sweep % 2 else range(last - 1, -1, -1)
        for column in order:
            place = {key: (rank + 0.5) / len(stack) for stack in stacks for rank, key in enumerate(stack)}
            near = {
                key: before[key] + after[key] if sweep >= _SWEEPS // 2 else (before if sweep % 2 else after)[key]
                for key in stacks[column]
            }
            stacks[column].sort(key=lambda key: (round(_mean(near[key], place, place[key]), 9), key))
        crossings = _crossings(stacks, pieces)
        if crossings < least:
            best, least = [list(stack) for stack in stacks], crossings
    return best


def _crossings(stacks: list[list[str]], pieces: list[tuple[Link, str]]) -> int:
    """How much money crosses over other money: for each two ribbons that cross, the lesser of the two."""
    place = {key: rank for stack in stacks for rank, key in enumerate(stack)}
    column = {key: number for number, stack in enumerate(stacks) for key in stack}
    gaps: list[list[tuple[int, int, int]]] = [[] for _ in stacks]
    for link, _ in pieces:
        gaps[column[link.source]].append((place[link.source], place[link.target], link.value))
    crossed = 0
    for gap in gaps:
        gap.sort()
        for index, (start, end, value) in enumerate(gap):
            crossed += sum(min(value, v) for s, e, v in gap[index + 1 :] if s > start and e < end)
    return crossed


def _mean(near: list[tuple[str, int]], place: Mapping[str, float], alone: float) -> float:
    weight = sum(value for _, value in near)
    return sum(place[key] * value for key, value in near) / weight if weight else alone


def _settled(wanted: list[float], heights: list[float], gap: float, floor: float, ceiling: float) -> list[float]:
    """Tops as near the wanted centres as the order, the gaps and the two edges allow."""
    tops = [centre - height / 2 for centre, height in zip(wanted, heights, strict=True)]
    low = floor
    for index, height in enumerate(heights):
        tops[index] = max(tops[index], low)
        low = tops[index] + height + gap
    high = ceiling
    for index in range(len(tops) - 1, -1, -1):
        tops[index] = min(tops[index], high - heights[index])
        high = tops[index] - gap
    return tops


def _centres(
    stacks: list[list[str]], slots: dict[str, float], pieces: list[tuple[Link, str]], room: Room, height: float
) -> dict[str, float]:
    """The vertical centre of each slot."""
    centres: dict[str, float] = {}
    for stack in stacks:
        used = sum(slots[key] for key in stack) + room.gap * (len(stack) - 1)
        y = room.top + (height - used) / 2
        for key in stack:
            centres[key] = y + slots[key] / 2
            y += slots[key] + room.gap
    near: dict[str, list[tuple[str, int]]] = {key: [] for key in centres}
    for link, _ in pieces:
        near[link.source].append((link.target, link.value))
        near[link.target].append((link.source, link.value))
    for sweep in range(_SWEEPS):
        order = stacks if sweep % 2 else stacks[::-1]
        for stack in order:
            wanted = [(centres[key] + _mean(near[key], centres, centres[key])) / 2 for key in stack]
            heights = [slots[key] for key in stack]
            tops = _settled(wanted, heights, room.gap, room.top, room.top + height)
            centres.update({key: top + slots[key] / 2 for key, top in zip(stack, tops, strict=True)})
    return centres


def lay_out(
    columns: Mapping[str, int], links: list[Link], room: Room, fixed: Mapping[str, int] | None = None
) -> Layout:
    """Place every node and ribbon.

    `columns` gives each node's column from 0; links must go to a higher column and carry a positive value. `fixed`
    ranks nodes of the last column. Heights are proportional to value throughout the picture: a node is as high as the
    greater of what comes in and what goes out.
    """
    if not columns:
        return Layout({}, (), (), room.top)
    pieces, trunks = _pieces([link for link in links if link.value > 0], dict(columns))
    every = {**columns, **trunks}
    values = {
        key: max(
            sum(piece.value for piece, _ in pieces if piece.target == key),
            sum(piece.value for piece, _ in pieces if piece.source == key),
        )
        for key in every
    }
    stacks = _ordered(every, pieces, values, fixed or {})
    fullest = max(sum(values[key] for key in stack) for stack in stacks)
    scale = room.flow / fullest if fullest else 0.0
    bars = {key: values[key] * scale for key in every}
    slots = {key: bars[key] if key in trunks else max(bars[key], room.label) for key in every}
    height = max(sum(slots[key] for key in stack) + room.gap * (len(stack) - 1) for stack in stacks if stack)
    centres = _centres(stacks, slots, pieces, room, height)
    last = max(every.values())
    step = (room.width - room.left - room.right - room.node) / last if last else 0.0
    places = tuple(room.left + column * step for column in range(last + 1))
    boxes = {
        key: Box(
            key,
            every[key],
            values[key],
            places[every[key]],
            centres[key] - bars[key] / 2,
            bars[key],
            centres[key] - slots[key] / 2,
            slots[key],
            key in trunks,
        )
        for key in sorted(every)
    }
    return Layout(boxes, _ribbons(boxes, pieces, scale, room.node), places, room.top + height)


def _ribbons(boxes: dict[str, Box], pieces: list[tuple[Link, str]], scale: float, node: float) -> tuple[Ribbon, ...]:
    """Each piece between its two bars; at a bar, pieces lie in the order of the bars they lead to."""
    starts: dict[Link, float] = {}
    ends: dict[Link, float] = {}
    for key, box in boxes.items():
        y = box.y
        for piece, _ in sorted(
            ((piece, end) for piece, end in pieces if piece.source == key),
            key=lambda one: (boxes[one[0].target].y, one[0].target),
        ):
            starts[piece] = y
            y += piece.value * scale
        y = box.y
        for piece, _ in sorted(
            ((piece, end) for piece, end in pieces if piece.target == key),
            key=lambda one: (boxes[one[0].source].y, one[0].source),
        ):
            ends[piece] = y
            y += piece.value * scale
    return tuple(
        Ribbon(
            piece.source,
            piece.target,
            piece.value,
            boxes[piece.source].x + node,
            starts[piece],
            boxes[piece.target].x,
            ends[piece],
            piece.value * scale,
            end,
        )
        for piece, end in pieces
    )
