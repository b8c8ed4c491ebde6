"""The page of realism: a synthetic world beside published figures and beside samples of other generators.

Plain data in, one self-contained HTML file out, in both languages. Every text comes with the data.
"""

from dataclasses import dataclass
from math import log10
from pathlib import Path

from fanzha.document.charts.draw import line, rect, words_at
from fanzha.document.charts.measure import tenth
from fanzha.document.frame import document, section, table
from fanzha.document.html import Child, Markup, el
from fanzha.document.page import Stamp, Text
from fanzha.document.words import bilingual, both
from fanzha.store.disk import storage

WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM, TOP = 360.0, 234.0, 46.0, 22.0, 24.0, 22.0
BAR_LINE, BAR_AT, BAR_ROOM = 30.0, 150.0, 150.0
COLOURS = ("#1f5fa8", "#b94a00", "#00756a")  # the world, then the samples
DASHES = ("", "6 3", "2 3")  # so that they are told apart without colour
GREY = "#7a828c"


@dataclass(frozen=True, slots=True)
class Curve:
    """A line: its name and its points (value, share that reaches it), in order of value."""

    name: Text
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A published value: the share `y` reaches `x`."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """A picture with logarithmic axes; `axis` names the upright one. `told` says in one sentence what is alike and what is not."""

    title: Text
    told: Text
    axis: Text
    curves: tuple[Curve, ...]
    marks: tuple[Mark, ...] = ()
    marked: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Shares in the world (`here`) and published (`there`; None where nothing is). Lengths compare within one picture."""

    title: Text
    told: Text
    names: tuple[Text, ...]
    here: tuple[float, ...]
    there: tuple[float | None, ...]
    texts: tuple[tuple[str, str], ...]


Picture = Curves | Bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One section: pictures beside each other, or a table whose last `numbers` columns but one stand right."""

    key: str
    title: Text
    note: Text
    pictures: tuple[Picture, ...] = ()
    heads: tuple[tuple[Text, str], ...] = ()
    rows: tuple[tuple[Text, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RealismPage:
    """Everything the page shows."""

    stamp: Stamp
    kicker: Text
    title: Text
    lead: Text
    parts: tuple[Part, ...]
    here: Text
    there: Text


def realism_html(page: RealismPage) -> str:
    """The page as self-contained HTML in both languages."""
    top = el(
        "div",
        {"class": "top"},
        el("p", {"class": "kicker"}, both(page.kicker)),
        el("h1", None, both(page.title)),
        both(page.lead, "p", {"class": "lead"}),
    )
    body: list[Child] = [top]
    for part in page.parts:
        shown: list[Child] = []
        if part.pictures:
            shown.append(el("div", {"class": "cards three"}, *(_shown(one, page) for one in part.pictures)))
        if part.rows:
            shown.append(table(part.heads, [[both(cell) for cell in row] for row in part.rows]))
        body.append(section(part.key, part.title, *shown, note=part.note or None))
    return document(page.stamp, page.title, None, body)


def write_realism(page: RealismPage, path: Path) -> None:
    """Write the page; StorageFailed where the disk refuses."""
    with storage(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(realism_html(page), encoding="utf-8")


def _shown(picture: Picture, page: RealismPage) -> Markup:
    drawn = _curves(picture) if isinstance(picture, Curves) else _bars(picture, page)
    return el("div", {"class": "kpi"}, el("h3", None, both(picture.title)), drawn, both(picture.told, "small"))


def _svg(title: Text, width: float, height: float, drawn: list[Child]) -> Markup:
    size = {"viewBox": f"0 0 {tenth(width)} {tenth(height)}", "width": "100%"}
    return el("svg", {**size, "role": "img", "aria-label": bilingual(title)}, *drawn)


@dataclass(frozen=True, slots=True)
class _Scale:
    """A logarithmic axis between two powers of ten."""

    low: int
    high: int
    at: float
    room: float

    def place(self, value: float) -> float:
        return self.at + (log10(value) - self.low) / (self.high - self.low) * self.room

    def ticks(self) -> list[int]:
        """The powers that are named: at most six."""
        step = max(1, -(-(self.high - self.low) // 6))
        return list(range(self.high, self.low - 1, -step))


def scale(values: list[float], at: float, room: float) -> _Scale:
    """The axis that holds positive values; at least one power of ten wide."""
    low = int(log10(min(values)) // 1)
    return _Scale(low, max(low + 1, -int(-log10(max(values)) // 1)), at, room)


def power(exponent: int) -> str:
    """A power of ten in words of figures: 0.01, 1, 1,000, 10^6."""
    if -3 <= exponent <= 4:
        return f"{10**exponent:,}" if exponent >= 0 else f"{10**exponent:.{-exponent}f}"
    return "10" + "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] if digit != "-" else "⁻" for digit in str(exponent))


def _curves(picture: Curves) -> Markup:
    points = [point for curve in picture.curves for point in curve.points if min(point) > 0]
    marks = [one for one in picture.marks if one.x > 0 and one.y > 0]
    if not points:
        return el("p", {"class": "quiet"}, "—")
    xs = [x for x, _ in points] + [one.x for one in marks]
    across = scale(xs, LEFT, WIDTH - LEFT - RIGHT)
    up = scale([y for _, y in points] + [one.y for one in marks], HEIGHT - BOTTOM, TOP + BOTTOM - HEIGHT)
    drawn: list[Child] = [el("title", None, bilingual(picture.title)), words_at(0, 12, picture.axis, size=11)]
    for tick in across.ticks():
        x = across.place(10.0**tick)
        drawn += [
            line(x, TOP, x, HEIGHT - BOTTOM, "tick"),
            words_at(x, HEIGHT - 8, power(tick), anchor="middle", size=11),
        ]
    for tick in up.ticks():
        y = up.place(10.0**tick)
        drawn += [
            line(LEFT, y, WIDTH - RIGHT, y, "tick"),
            words_at(LEFT - 5, y + 4, power(tick), anchor="end", size=11),
        ]
    for place, curve in enumerate(picture.curves):
        shown = [(across.place(x), up.place(y)) for x, y in curve.points if x > 0 and y > 0]
        points_text = "M" + "L".join(f"{tenth(x)} {tenth(y)}" for x, y in shown)
        drawn.append(el("path", {"d": points_text, "fill": "none", **_stroke(place)}))
    drawn += [_dot(across.place(one.x), up.place(one.y)) for one in marks]
    key: list[Child] = [_key(curve.name, _dash(_stroke(place))) for place, curve in enumerate(picture.curves)]
    if marks:
        key.append(_key(picture.marked, _dot(12, 6)))
    return el("div", None, _svg(picture.title, WIDTH, HEIGHT, drawn), el("ul", {"class": "legend"}, *key))


def _stroke(place: int) -> dict[str, str | int | float | bool | None]:
    return {"stroke": COLOURS[place % 3], "stroke-width": 2.2, "stroke-dasharray": DASHES[place % 3] or "none"}


def _dot(x: float, y: float) -> Markup:
    return el("circle", {"cx": tenth(x), "cy": tenth(y), "r": 5, "fill": GREY, "stroke": "#fff"})


def _key(name: Text, drawn: Markup) -> Markup:
    small = el("svg", {"class": "bars", "width": 24, "height": 12, "aria-hidden": "true"}, drawn)
    return el("li", None, small, " ", both(name))


def _dash(stroke: dict[str, str | int | float | bool | None]) -> Markup:
    return el("line", {"x1": 0, "x2": 24, "y1": 6, "y2": 6, **stroke})


def _bars(picture: Bars, page: RealismPage) -> Markup:
    whole = max([*picture.here, *(one or 0.0 for one in picture.there)], default=0.0) or 1.0
    paired = any(one is not None for one in picture.there)
    step = BAR_LINE if paired else BAR_LINE / 2
    drawn: list[Child] = [el("title", None, bilingual(picture.title))]
    for place, name in enumerate(picture.names):
        y, (text, text_there) = place * step, picture.texts[place]
        drawn.append(words_at(0, y + 12, name, size=12, room=BAR_AT - 8))
        drawn.append(rect(BAR_AT, y + 2, picture.here[place] / whole * BAR_ROOM, 11, "is-account"))
        drawn.append(words_at(BAR_AT + BAR_ROOM + 6, y + 12, text, size=11))
        there = picture.there[place]
        if there is not None:
            drawn.append(rect(BAR_AT, y + 14, there / whole * BAR_ROOM, 9, "is-others"))
            drawn.append(words_at(BAR_AT + BAR_ROOM + 6, y + 23, text_there, size=11, style="quiet"))
    key: list[Child] = [_key(page.here, rect(0, 1, 24, 11, "is-account"))]
    if paired:
        key.append(_key(page.there, rect(0, 1, 24, 11, "is-others")))
    svg = _svg(picture.title, WIDTH, step * len(picture.names) + 4, drawn)
    return el("div", None, svg, el("ul", {"class": "legend"}, *key) if paired else None)
