"""What every page has around its sections: head, language switch, stamp, reading notes, register and panel."""

from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files

from fanzha.document.figures import Register, day, moment, zone_text
from fanzha.document.html import Child, Markup, el, join, relative
from fanzha.document.page import Said, Stamp, Text
from fanzha.document.words import bilingual, both, fill, pick, put, word

_NOTES = (
    "disclaimer_decides",
    "disclaimer_hold",
    "disclaimer_role",
    "disclaimer_good_faith",
    "disclaimer_stated",
    "disclaimer_masked",
)


@cache
def _asset(name: str) -> str:
    return (files("fanzha.document") / name).read_text(encoding="utf-8")


def policy() -> str:
    """The content security policy: nothing is loaded, and the only script that runs is our own, by its hash."""
    digest = b64encode(sha256(_asset("page.js").encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def section(key: str, title: Text, *children: Child, note: Text | None = None) -> Markup:
    """One section of a page with its heading and, if given, a line saying how to read it."""
    return el(
        "section",
        {"id": key},
        el("h2", None, both(title)),
        both(note, "p", {"class": "note-line"}) if note else None,
        *children,
    )


def table(
    heads: Iterable[tuple[Text, str]],
    rows: Iterable[Iterable[Child]],
    *,
    style: str = "",
    foot: Iterable[Child] | None = None,
) -> Markup:
    """A table; each head carries the class of its column ("num" for figures)."""
    columns = list(heads)
    # on a telephone a stacked table has no head: each cell says what it is
    labels = [both(text, "small", {"class": "label"}) if "stacked" in style and text else None for text, _ in columns]
    classes = [name or None for _, name in columns]

    def cells(tag: str, row: Iterable[Child]) -> Markup:
        made = zip(classes, labels, row, strict=True)
        return el("tr", None, *(el(tag, {"class": name}, label, cell) for name, label, cell in made))

    head = el("tr", None, *(el("th", {"class": name or None, "scope": "col"}, both(text)) for text, name in columns))
    return el(
        "div",
        {"class": "scroll"},
        el(
            "table",
            {"class": style or None},
            el("thead", None, head),
            el("tbody", None, *(cells("td", row) for row in rows)),
            el("tfoot", None, cells("td", foot)) if foot is not None else None,
        ),
    )


def folded(heads: Iterable[tuple[Text, str]], rows: Iterable[Iterable[Child]], most: int, style: str = "") -> Markup:
    """A table of the first `most` rows; the rest opens on a click, and always prints."""
    columns, found = list(heads), list(rows)
    first = table(columns, found[:most], style=style)
    if len(found) <= most:
        return first
    label = fill(word("more_n"), {"n": str(len(found) - most)})
    return join([first, el("details", None, el("summary", None, label), table(columns, found[most:], style=style))])


def page_link(href: str, *children: Child) -> Markup:
    """A link to another page beside this one, which keeps the language; plain text if it leads anywhere else."""
    return el("a", {"class": "page", "href": href}, *children) if relative(href) else join(children)


def _switch() -> Markup:
    buttons = [
        el("button", {"type": "button", "data-to": lang, "lang": code}, name)
        for lang, code, name in (("zh", "zh-CN", "中文"), ("en", "en", "English"))
    ]
    return el("div", {"class": "switch", "role": "group", "aria-label": bilingual(word("language"))}, *buttons)


def _stamp(stamp: Stamp) -> Markup:
    parts: list[Text] = [put(word("as_of"), {"time": moment(stamp.as_of_ms, stamp.zone)})] if stamp.zone else []
    parts += [put(word("zone_n"), {"zone": zone_text(stamp)})] if stamp.zone else [day(stamp.as_of_ms, "UTC")]
    if stamp.version:
        parts.append(put(word("version_n"), {"version": stamp.version}))
    return el("p", {"class": "stamp"}, *(el("span", {"class": "stamp-part"}, both(part)) for part in parts))


def document(
    stamp: Stamp, title: Text, register: Register | None, body: Iterable[Child], links: Iterable[tuple[str, Text]] = ()
) -> str:
    """The whole page as text, complete in itself: opens from disk, loads nothing, both languages inside.

    A page whose figures are about no case has no register, and no notes on how to read a case.
    """
    lang = stamp.lang if stamp.lang in ("zh", "en") else "zh"
    sections = list(body)
    brand = word("brand")
    titles = {one: f"{pick(title, one)} | {pick(brand, one)}" for one in ("zh", "en")}
    nav = [page_link(href, both(name)) for href, name in links if relative(href)]
    head = el(
        "head",
        None,
        el("meta", {"charset": "utf-8"}),
        el("meta", {"http-equiv": "Content-Security-Policy", "content": policy()}),
        el("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        el("meta", {"name": "referrer", "content": "no-referrer"}),
        el("title", None, titles[lang]),
        Markup(f"<style>{_asset('style.css')}</style>"),
    )
    bar = el(
        "header",
        {"class": "bar"},
        el(
            "div",
            {"class": "bar-in"},
            el("span", {"class": "brand"}, both(brand)),
            el("nav", None, *nav) if nav else None,
            _switch(),
        ),
    )
    notes = el(
        "section",
        {"id": "reading"},
        el("h2", None, both(word("disclaimers"))),
        el("ul", None, *(el("li", None, both(word(key))) for key in _NOTES)),
    )
    panel = el(
        "aside",
        {"id": "panel", "role": "dialog", "aria-labelledby": "panel-title", "hidden": True},
        el(
            "div",
            {"class": "panel-head"},
            el("h2", {"id": "panel-title"}, both(word("panel_title"))),
            el("button", {"type": "button", "id": "panel-close", "class": "close"}, both(word("close"))),
        ),
        el("div", {"id": "panel-body"}),
    )
    evidence = (notes, register.markup()) if register is not None else ()
    main = el("main", None, *sections, *evidence, el("footer", None, _stamp(stamp)))
    page = el(
        "html",
        {
            "lang": "zh-CN" if lang == "zh" else "en",
            "data-lang": lang,
            "data-title-zh": titles["zh"],
            "data-title-en": titles["en"],
        },
        head,
        el("body", None, _hatch(), bar, main, panel, Markup(f"<script>{_asset('page.js')}</script>")),
    )
    return f"<!DOCTYPE html>\n{page}\n"


def _hatch() -> Markup:
    """The pattern for what is not known: told apart without colour."""
    stripes = el("path", {"d": "M-1 1L1 -1M0 6L6 0M5 7L7 5", "class": "stripe"})
    pattern = el(
        "pattern",
        {"id": "hatch", "width": 6, "height": 6, "patternUnits": "userSpaceOnUse"},
        el("rect", {"width": 6, "height": 6, "class": "ground"}),
        stripes,
    )
    return el("svg", {"width": 0, "height": 0, "class": "defs", "aria-hidden": "true"}, el("defs", None, pattern))


def title_block(stamp: Stamp, kicker: Text, title: Text, *lead: Child) -> Markup:
    """The top of a page: what it is, as of when, and what it says in one breath."""
    return el(
        "div",
        {"class": "top"},
        el("p", {"class": "kicker"}, both(kicker)) if pick(kicker, "en") else None,
        el("h1", None, both(title)),
        *lead,
        _stamp(stamp),
        both(word("click_figures"), "p", {"class": "hint"}),
    )


def joined(parts: Iterable[str], between: str = ", ") -> str:
    """The parts that are not empty."""
    return between.join(part for part in parts if part)


def beside(*texts: Text) -> Said:
    """Texts side by side in each language, leaving out what is empty."""
    return Said(joined(pick(text, "en") for text in texts), joined((pick(text, "zh") for text in texts), "，"))
