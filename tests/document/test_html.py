"""Text becomes markup in one place only, and cannot leave the place it was put."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.document.case import case_html
from fanzha.document.frame import page_link, policy
from fanzha.document.html import Markup, el, escape, join, relative, visible
from fanzha.document.index import index_html
from fanzha.document.quality import quality_html
from fanzha.errors import InputError
from tests.document.hostile import ATTACKS, attacked
from tests.document.sample import case, gangs, index, quality, standing

ALLOWED = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "header",
    "div",
    "span",
    "nav",
    "a",
    "button",
    "main",
    "section",
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
    "b",
    "strong",
    "small",
    "bdi",
    "q",
    "sup",
    "i",
    "details",
    "summary",
    "dl",
    "dt",
    "dd",
    "aside",
    "footer",
    "script",
    "svg",
    "g",
    "rect",
    "line",
    "path",
    "circle",
    "text",
    "defs",
    "pattern",
}


class Tags(HTMLParser):
    """Every element and attribute a page has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@given(st.text())
def test_any_text_comes_back_as_itself(text: str) -> None:
    class Reader(HTMLParser):
        said = ""

        def handle_data(self, data: str) -> None:
            self.said += data

    reader = Reader()
    reader.feed(el("p", {"title": text}, text))
    reader.close()
    assert reader.said == visible(text)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_inert(attack: str) -> None:
    made = el("p", {"title": attack}, attack)
    assert made.count("<") == 2
    made.encode("utf-8")


def test_what_cannot_be_seen_is_written_out() -> None:
    assert visible("a\u202eb\x00\ud800") == "a\\u202eb\\u0000\\ud800"
    assert visible("一\t二\n三") == "一\t二\n三"


def test_markup_is_not_escaped_twice_and_text_always_once() -> None:
    assert join([Markup("<b>x</b>"), "<", None]) == "<b>x</b>&lt;"
    assert escape("&amp;") == "&amp;amp;"


@pytest.mark.parametrize("name", ["onclick", "ONERROR", "a b", 'x"', ""])
def test_handlers_and_broken_attribute_names_are_refused(name: str) -> None:
    with pytest.raises(InputError):
        el("p", {name: "x"})


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "//evil.example",
        "https://evil.example",
        "/etc/passwd",
        "data:text/html,x",
        "a b",
        "x.html\n",
        "../../..",
        "a:b",
        "\\\\host\\x",
        "file:///x",
        "",
    ],
)
def test_links_that_leave_are_refused(href: str) -> None:
    assert not relative(href)
    assert page_link(href, "x") == "x"
    if href:
        with pytest.raises(InputError):
            el("a", {"href": href})


@pytest.mark.parametrize("href", ["case-1-2.html", "../index.html", "cases/1-2.html", "#e12", "index.html#lang=zh"])
def test_links_to_pages_beside_are_kept(href: str) -> None:
    assert relative(href)


def pages(turn: Any) -> list[str]:
    """The three pages of the sample, each page turned first."""
    return [
        case_html(turn(case()), turn(standing())),
        index_html(turn(index()), turn(tuple(gangs()))),
        quality_html(turn(quality())),
    ]


@pytest.mark.parametrize("text", [*pages(lambda page: page), *pages(attacked)])
def test_a_page_holds_known_elements_only_and_they_nest(text: str) -> None:
    tags = Tags(text)
    assert set(tags.tags) <= ALLOWED and tags.open == []
    assert tags.tags.count("script") == 1 and tags.tags.count("style") == 1
    assert not [
        name for name, _ in tags.attributes if name.startswith("on") or name in ("src", "style", "srcdoc", "formaction")
    ]
    assert all(relative(value) for name, value in tags.attributes if name == "href")
    text.encode("utf-8")


def test_the_policy_forbids_everything_but_our_own_script() -> None:
    assert policy().startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")
    assert "unsafe-eval" not in policy() and "http" not in policy()
    assert f'content="{escape(policy())}"' in case_html(case())


def test_nothing_is_loaded_from_outside() -> None:
    for text in pages(lambda page: page):
        assert set(re.findall(r"https?://[^\"' <]+", text)) <= {"http://www.w3.org/2000/svg"}
        assert "@import" not in text and "innerHTML" not in text
