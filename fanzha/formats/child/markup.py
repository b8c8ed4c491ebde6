"""HTML to the text that it shows, with the addresses its links lead to; for jobs that meet HTML. Nothing is fetched."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from fanzha.formats.child.unseen import Look, sheet_of

BREAKS = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "br",
            "dd",
            "div",
            "dl",
            "dt",
            "fieldset",
            "figure",
            "footer",
            "form",
        ),
        *(
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "li",
            "main",
            "nav",
            "ol",
            "p",
            "pre",
            "section",
            "table",
        ),
        *("tbody", "tfoot", "thead", "title", "tr", "ul"),
    )
)
SILENT = frozenset(("script", "style", "template", "noscript", "svg", "math"))
VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
# an open paragraph ends where one of these begins, and a cell, a row and an item where the next does (HTML 13.1.2.4)
ENDS_P = BREAKS - {"br", "title", "dd", "dt", "tbody", "tfoot", "thead", "tr"}
ENDS = {"li": ("li",), "td": ("td", "th"), "th": ("td", "th"), "tr": ("td", "th", "tr"), "option": ("option",)}
HOLDS = frozenset(("table", "ul", "ol", "td", "th", "div", "section", "article", "blockquote"))
COMPARED_MAX = 100_000_000  # characters looked through for lines that are shown too
NOTE_WORDS_MIN = 12  # of a comment; shorter ones are notes of whoever made the page
DEPTH_MAX = 20_000


@dataclass(frozen=True)
class Text:
    """What a page says: to its reader (`shown`), in a line above all else that mail programs show in their lists (`preview`), and
    otherwise unseen, without what is shown too (`hidden`); and how many pieces were not seen."""

    shown: str
    preview: str = ""
    hidden: str = ""
    count: int = 0


class Shown(HTMLParser):
    """Collects text as a browser would lay it out, roughly: a line for each block, a TAB between cells.

    What is not seen is collected apart: what stood above all that is seen in `early`, the rest in `late`.
    """

    def __init__(self, html: str = "") -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.early: list[str] = []
        self.late: list[str] = []
        self.open: list[tuple[str, Look]] = []
        self.silent = 0
        self.hidden = 0
        self.begun = False
        self.link = ""
        self.linked: list[str] = []
        self.sheet = sheet_of(html)
        self.look = self.sheet.start()

    def put(self, text: str) -> None:
        """Text where it belongs."""
        if not self.look.unseen:
            self.parts.append(text)
            self.begun = self.begun or bool(text.strip())
            return
        self.hidden += bool(text.strip())
        (self.late if self.begun else self.early).append(text)

    def line(self, sign: str = "\n") -> None:
        """An end of a line."""
        for parts in (self.parts, self.early, self.late):
            parts.append(sign)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        given = {name: value or "" for name, value in attrs}
        self.end_implied(tag)
        if tag in BREAKS:
            self.line()
        elif tag in ("td", "th") and self.parts and self.parts[-1] != "\n":
            self.line("\t")
        if tag == "a" and not self.silent:
            self.close_link()
            self.link, self.linked = given.get("href", "").strip(), []
        if tag == "form" and given.get("action", "").startswith(("http:", "https:")):
            self.put(f"({given['action']})\n")
        if tag in VOID or len(self.open) >= DEPTH_MAX:
            return
        self.open.append((tag, self.look))
        self.look = self.sheet.look(self.look, tag, given)
        self.silent += tag in SILENT

    def end_implied(self, tag: str) -> None:
        """End what the beginning of an element ends."""
        ended = ENDS.get(tag, ("p",) if tag in ENDS_P else ())
        for name, _ in self.open[:-30:-1]:
            if name in ended:
                self.end(name)
                if tag != "tr" or name == "tr":
                    return
            elif name in HOLDS:
                return

    def end(self, tag: str) -> None:
        """Go out of an element, and of what was left open inside."""
        while self.open:
            closed, self.look = self.open.pop()
            self.silent -= closed in SILENT
            if closed == tag:
                return

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and with it what was left open inside."""
        if tag == "a":
            self.close_link()
        if tag in BREAKS:
            self.line()
        # an end without a beginning is passed over, as browsers do
        if any(tag == name for name, _ in self.open[-200:]):
            self.end(tag)

    def handle_data(self, data: str) -> None:
        """Text."""
        if self.silent:
            return
        shown = data if any(name == "pre" for name, _ in self.open[-8:]) else re.sub(r"[ \t\r\n\f]+", " ", data)
        self.put(shown)
        self.linked.append(shown)

    def handle_comment(self, data: str) -> None:
        """A remark in the page: nobody sees it. Short ones, conditions and commands are of whoever made the page."""
        if not re.search(r"[<>{}\[\]=]|--", data) and len(data.split()) >= NOTE_WORDS_MIN and not self.silent:
            self.hidden += 1
            self.late.append(f"\n{data}\n")

    def close_link(self) -> None:
        """Where a link leads, unless its text says so already."""
        address = self.link.removeprefix("mailto:") if self.link.startswith("mailto:") else self.link
        if address.startswith(("http:", "https:", "//")) or self.link.startswith(("mailto:", "tel:", "weixin:", "tg:")):
            said = "".join(self.linked).strip()
            if said.rstrip("/") != address.rstrip("/"):
                self.put(f" ({address})")
        self.link = ""


def text_of(html: str) -> Text:
    """What a page says, seen and unseen."""
    page = Shown(html)
    page.feed(html)
    page.close()
    page.close_link()
    shown, early, late = (_lines(parts) for parts in (page.parts, page.early, page.late))
    early, late = _apart(early, shown), _apart(late, shown)
    if not shown:  # nothing stands below such a line
        early, late = "", "\n".join(filter(None, (early, late)))
    return Text(shown, early, late, page.hidden)


def _apart(unseen: str, shown: str) -> str:
    """The lines that have words and are not shown too, for small screens, say."""
    lines = unseen.split("\n")
    told, whole = {"".join(line.split()) for line in shown.split("\n")}, "".join(shown.split())
    within = whole if len(whole) * len(lines) <= COMPARED_MAX else ""
    bare = ["".join(line.split()) for line in lines]
    return "\n".join(
        line for line, one in zip(lines, bare, strict=True) if _words(line) and one not in told and one not in within
    )


def _words(line: str) -> bool:
    return any(map(str.isalnum, line))


def _lines(parts: list[str]) -> str:
    lines = [re.sub(r"[ \u00a0]*\t[ \u00a0\t]*", "\t", line).strip(" \t\u00a0") for line in "".join(parts).split("\n")]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n")
