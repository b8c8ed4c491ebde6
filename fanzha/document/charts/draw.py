"""Small pieces every picture is drawn from."""

from collections.abc import Mapping

from fanzha.document.charts.measure import shortened, tenth
from fanzha.document.html import Child, Markup, el, join, visible
from fanzha.document.page import Text
from fanzha.document.words import LANGS, bilingual, pick

Spot = Mapping[str, str | int | float]


def picture(width: float, height: float, title: Text, *children: Child) -> Markup:
    """One picture of this size in pixels, named for those who cannot see it."""
    size = {"viewBox": f"0 0 {tenth(width)} {tenth(height)}", "width": tenth(width), "height": tenth(height)}
    return el(
        "div",
        {"class": "picture", "tabindex": 0, "role": "group", "aria-label": bilingual(title)},
        el("svg", {**size, "xmlns": "http://www.w3.org/2000/svg"}, el("title", None, bilingual(title)), *children),
    )


def words_at(
    x: float, y: float, text: Text, *, style: str = "", size: float = 12.0, room: float = 0.0, anchor: str = "start"
) -> Markup:
    """Text at a point, in each language, shortened to `room` pixels where that is given."""
    made: list[Child] = []
    same = isinstance(text, str) or text.en == text.zh
    for lang in LANGS[:1] if same else LANGS:
        shown = visible(pick(text, lang))
        if room:
            shown = shortened(shown, size, room)
        name = style if same else f"{style} {lang}"
        made.append(
            el(
                "text",
                {
                    "x": tenth(x),
                    "y": tenth(y),
                    "class": name.strip() or None,
                    "font-size": tenth(size),
                    "text-anchor": None if anchor == "start" else anchor,
                },
                shown,
            )
        )
    return join(made)


def rect(x: float, y: float, width: float, height: float, style: str, radius: float = 0.0) -> Markup:
    """A rectangle."""
    return el(
        "rect",
        {
            "x": tenth(x),
            "y": tenth(y),
            "width": tenth(max(width, 0)),
            "height": tenth(max(height, 0)),
            "rx": tenth(radius) if radius else None,
            "class": style,
        },
    )


def line(x0: float, y0: float, x1: float, y1: float, style: str) -> Markup:
    """A straight line."""
    return el("line", {"x1": tenth(x0), "y1": tenth(y0), "x2": tenth(x1), "y2": tenth(y1), "class": style})


def path(points: str, style: str, width: float | None = None) -> Markup:
    """A path from its `d` text, which only this package writes."""
    return el("path", {"d": points, "class": style, "stroke-width": None if width is None else tenth(width)})


def band(x0: float, y0: float, x1: float, y1: float, width: float) -> str:
    """The `d` of a ribbon `width` thick between two upper edges; a hair where it would be too thin to see."""
    thick = max(width, 0.8)
    middle = (x0 + x1) / 2
    a, b, c, m = tenth(x0), tenth(x1), tenth(y0), tenth(middle)
    d, e, f = tenth(y1), tenth(y1 + thick), tenth(y0 + thick)
    return f"M{a} {c}C{m} {c} {m} {d} {b} {d}L{b} {e}C{m} {e} {m} {f} {a} {f}Z"
