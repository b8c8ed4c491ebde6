"""HTML to the text that it shows, with the addresses its links lead to; for jobs that meet HTML. Nothing is fetched."""

import re
from html.parser import HTMLParser

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
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|mso-hide\s*:\s*all", re.I)
DEPTH_MAX = 20_000


class Shown(HTMLParser):
    """Collects text as a browser would lay it out, roughly: a line for each block, a TAB between cells.

    What a style hides is read too, and counted in `hidden`.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.open: list[str] = []
        self.silent = 0
        self.hidden = 0
        self.link = ""
        self.linked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        given = {name: value or "" for name, value in attrs}
        if tag in BREAKS:
            self.parts.append("\n")
        elif tag in ("td", "th") and self.parts and self.parts[-1] != "\n":
            self.parts.append("\t")
        if tag == "a" and not self.silent:
            self.close_link()
            self.link, self.linked = given.get("href", "").strip(), []
        if HIDDEN.search(given.get("style", "")) and not self.silent:
            self.hidden += 1
        if tag == "form" and given.get("action", "").startswith(("http:", "https:")):
            self.parts.append(f"({given['action']})\n")
        if tag in VOID or len(self.open) >= DEPTH_MAX:
            return
        self.open.append(tag)
        self.silent += tag in SILENT

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and with it what was left open inside."""
        if tag == "a":
            self.close_link()
        if tag in BREAKS:
            self.parts.append("\n")
        # an end without a beginning is passed over, as browsers do
        if tag in self.open[-200:]:
            while self.open:
                closed = self.open.pop()
                self.silent -= closed in SILENT
                if closed == tag:
                    break

    def handle_data(self, data: str) -> None:
        """Text."""
        if self.silent:
            return
        shown = data if "pre" in self.open[-8:] else re.sub(r"[ \t\r\n\f]+", " ", data)
        self.parts.append(shown)
        self.linked.append(shown)

    def close_link(self) -> None:
        """Where a link leads, unless its text says so already."""
        address = self.link.removeprefix("mailto:") if self.link.startswith("mailto:") else self.link
        if address.startswith(("http:", "https:", "//")) or self.link.startswith(("mailto:", "tel:", "weixin:", "tg:")):
            said = "".join(self.linked).strip()
            if said.rstrip("/") != address.rstrip("/"):
                self.parts.append(f" ({address})")
        self.link = ""


def text_of(html: str) -> tuple[str, int]:
    """(text, how many elements a style hides)."""
    shown = Shown()
    shown.feed(html)
    shown.close()
    shown.close_link()
    lines = [
        re.sub(r"[ \u00a0]*\t[ \u00a0\t]*", "\t", line).strip(" \t\u00a0") for line in "".join(shown.parts).split("\n")
    ]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n"), shown.hidden
