"""The page of a score: Fanzha beside simple methods, what no stage makes yet, groups of victims, worst cases.

Plain data in, one self-contained HTML file out, in both languages. Every text comes with the data, already masked.
"""

from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from fanzha.document.charts.draw import rect, words_at
from fanzha.document.charts.measure import tenth, width
from fanzha.document.frame import document, section, table
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import Said, Stamp, Text
from fanzha.document.words import bilingual, both, pick
from fanzha.store.disk import storage

# A line of a picture, in pixels: the name, the bar, the value (which ends at VALUE_AT), the counts.
LINE, BAR_AT, BAR_WIDTH, VALUE_AT, WIDTH = 20.0, 200.0, 170.0, 422.0, 700.0
FOLD = 15.0  # to the next line of the same text


@dataclass(frozen=True, slots=True)
class Bar:
    """One method's value of a measure. `share` (0 to 1) is the length of its bar, None for no bar; `why` stands where it has none."""

    method: Text
    ours: bool
    text: str
    share: float | None
    counts: Text
    explained: Text
    why: Text
    good: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One measure with a bar for each method."""

    name: Text
    better: Text
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the score: the main measures, which are drawn, and all others, which open on a click."""

    key: str
    title: Text
    note: Text
    why: Text
    main: tuple[Group, ...]
    rest: tuple[Group, ...]
    methods: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A plain table: cells, and whether the row is set quietly. The last `numbers` columns are figures."""

    key: str
    title: Text
    note: Text
    heads: tuple[Text, ...]
    rows: tuple[tuple[tuple[Text, ...], bool], ...]
    none: Text
    numbers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePage:
    """Everything the page shows."""

    stamp: Stamp
    kicker: Text
    title: Text
    lead: Text
    notes: tuple[Text, ...]  # what a reader must know before any figure
    facts_title: Text
    facts: tuple[tuple[Text, Text], ...]
    more: Text
    heads: tuple[Text, Text]  # over the measures, over their pictures
    sections: tuple[Section, ...]
    missing: tuple[Section, ...]
    missing_title: Text
    missing_note: Text
    groups: Grid
    grids: tuple[Grid, ...]


def score_html(page: ScorePage) -> str:
    """The score as a self-contained HTML page in both languages."""
    facts = [el("div", None, el("dt", None, both(name)), el("dd", None, both(text))) for name, text in page.facts]
    top = el(
        "div",
        {"class": "top"},
        el("p", {"class": "kicker"}, both(page.kicker)),
        el("h1", None, both(page.title)),
        both(page.lead, "p", {"class": "lead"}),
        *(both(note, "p") for note in page.notes),
    )
    body: list[Child] = [top, section("world", page.facts_title, el("dl", {"class": "facts"}, *facts))]
    body += [section(one.key, one.title, *_part(one, page), note=one.note) for one in page.sections]
    missing = [join([el("h3", None, both(one.title)), *_part(one, page)]) for one in page.missing]
    if missing:
        body.append(section("missing", page.missing_title, *missing, note=page.missing_note))
    body += [_grid(grid) for grid in (page.groups, *page.grids)]
    return document(page.stamp, page.title, None, body)


def write_score(page: ScorePage, path: Path) -> None:
    """Write the page; StorageFailed where the disk refuses."""
    with storage(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(score_html(page), encoding="utf-8")


def _part(part: Section, page: ScorePage) -> list[Child]:
    methods = [
        el("li", None, el("strong", {"class": "id"}, both(name)), " ", both(note))
        for name, note in part.methods
        if pick(note, "en")
    ]
    shown: list[Child] = [both(part.why, "p", {"class": "quiet"}) if pick(part.why, "en") else None]
    shown.append(el("ul", {"class": "legend"}, *methods) if methods else None)
    shown.append(_measures(part.main, page.heads) if part.main else None)
    if part.rest:
        shown.append(el("details", None, el("summary", None, both(page.more)), _measures(part.rest, page.heads)))
    return shown


def _measures(groups: tuple[Group, ...], heads: tuple[Text, Text]) -> Markup:
    """A table: each measure with what it counts, and beside it a picture with a line for each method."""
    rows: list[list[Child]] = [[_named(group), _lines(group)] for group in groups]
    return table(tuple(zip(heads, ("wide", "tight"), strict=True)), rows)


def _lines(group: Group) -> Markup:
    """One line for each method: its name, its value as a bar and as a number, and the two counts. Long texts take more lines."""
    shown: list[Child] = [el("title", None, bilingual(group.name))]
    y = 0.0
    for bar in group.bars:
        style = "name" if bar.ours else "quiet"
        names = folded(bar.method, 13, BAR_AT - 8)
        told = folded(bar.why if pick(bar.why, "en") else bar.counts, 12, WIDTH - VALUE_AT - 14)
        shown += [words_at(0, y + 14 + place * FOLD, one, style=style, size=13) for place, one in enumerate(names)]
        if bar.share is not None:
            tone = ("held" if bar.good else "exit") if bar.ours else "others"
            shown.append(rect(BAR_AT, y + 4, BAR_WIDTH, 12, "track"))
            shown.append(rect(BAR_AT, y + 4, bar.share * BAR_WIDTH, 12, f"is-{tone}") if bar.share > 0 else None)
        shown.append(words_at(VALUE_AT, y + 14, bar.text, style=style, size=13, anchor="end"))
        at = VALUE_AT + 14
        shown += [words_at(at, y + 14 + place * FOLD, one, style="quiet", size=12) for place, one in enumerate(told)]
        y += LINE + FOLD * (max(len(names), len(told), 1) - 1)
    size = {"viewBox": f"0 0 {tenth(WIDTH)} {tenth(y)}", "width": tenth(WIDTH), "height": tenth(y)}
    return el("svg", {**size, "role": "img", "aria-label": bilingual(group.name)}, *shown)


def folded(text: Text, size: float, room: float) -> list[Text]:
    """A text in as many lines as it needs at a font size (pixels) to stay within `room` pixels, in each language."""
    en, zh = (_fold(pick(text, lang), size, room) for lang in ("en", "zh"))
    return [Said(one, other) for one, other in zip_longest(en, zh, fillvalue="")]


def _fold(text: str, size: float, room: float) -> list[str]:
    """Lines broken at spaces, or anywhere in a word that is wider than a line by itself, as in Chinese."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if width(longer, size) <= room:
            lines[-1] = longer
            continue
        lines.append("")
        for letter in word:
            if width(lines[-1] + letter, size) > room:
                lines.append("")
            lines[-1] += letter
    return [one for one in lines if one]


def _named(group: Group) -> Markup:
    told = group.bars[0].explained
    return join(
        [
            el("span", {"class": "id"}, both(group.name)),
            el("small", None, both(told)) if pick(told, "en") else None,
            el("small", None, both(group.better)),
        ]
    )


def _grid(grid: Grid) -> Markup:
    note = grid.note if pick(grid.note, "en") else None
    if not grid.rows:
        return section(grid.key, grid.title, both(grid.none, "p", {"class": "quiet"}), note=note)
    words = len(grid.heads) - grid.numbers
    heads = [(head, "num" if place >= words else "") for place, head in enumerate(grid.heads)]
    rows = [[_cell(cell, quiet) for cell in cells] for cells, quiet in grid.rows]
    return section(grid.key, grid.title, table(heads, rows), note=note)


def _cell(text: Text, quiet: bool) -> Markup:
    shown = both(text) if isinstance(text, Said) else el("bdi", None, text)
    return el("span", {"class": "quiet"}, shown) if quiet else shown
