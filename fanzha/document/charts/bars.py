"""Small stacked bars: what became of the money of a case, what became of the rows of a file."""

from dataclasses import dataclass

from fanzha.document.charts.draw import rect
from fanzha.document.charts.measure import tenth
from fanzha.document.html import Markup, el
from fanzha.document.page import Text
from fanzha.document.words import bilingual


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar: how much, how it looks, what it is."""

    value: int
    tone: str
    name: Text


def widths(values: list[int], whole: int, room: float) -> list[float]:
    """The width of each part when `whole` fills `room`; what exists is at least 1.5 pixels wide."""
    if whole <= 0:
        return [0.0] * len(values)
    return [max(value / whole * room, 1.5) if value > 0 else 0.0 for value in values]


def stacked(parts: list[Part], whole: int, room: float = 180.0, height: float = 12.0) -> Markup:
    """One bar; `whole` is the value that would fill it, so that bars beside each other compare."""
    drawn, x = [], 0.0
    for part, width in zip(parts, widths([part.value for part in parts], whole, room), strict=True):
        if width:
            drawn.append(
                el("g", None, el("title", None, bilingual(part.name)), rect(x, 0, width, height, f"bar is-{part.tone}"))
            )
            x += width
    title = " | ".join(bilingual(part.name) for part in parts if part.value > 0)
    return el(
        "svg",
        {
            "class": "bars",
            "viewBox": f"0 0 {tenth(room + 6)} {tenth(height)}",
            "width": tenth(room + 6),
            "height": tenth(height),
            "role": "img",
            "aria-label": title,
        },
        *drawn,
    )
