"""The answer of `fanzha check` as a page: verdict, the message with its telling words, why, what to do. Plain data in, HTML out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fanzha.document.frame import document
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import Said, Stamp
from fanzha.document.words import both
from fanzha.model.version import VERSION
from fanzha.store.disk import storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One answer. `pieces` are the message in order, each with the number of its trick (from 1; 0: none), `legend` the tricks.

    `alarm` says whether the verdict warns; `rows` are (label, lines).
    """

    verdict: Said
    odds: Said | None
    alarm: bool
    pieces: tuple[tuple[str, int], ...]
    legend: tuple[Said, ...]
    rows: tuple[tuple[Said, tuple[Said, ...]], ...]


def write_check(path: Path, title: Said, answers: Sequence[Checked], now_ms: int, lang: str) -> None:
    """Write the page. StorageFailed where the disk refuses."""
    with storage(path):
        path.write_text(check_html(title, answers, Stamp(now_ms, version=VERSION, lang=lang)), encoding="utf-8")


def check_html(title: Said, answers: Sequence[Checked], stamp: Stamp) -> str:
    """The page as self-contained HTML in both languages."""
    top = el("div", {"class": "top"}, el("h1", None, both(title)))
    return document(stamp, title, None, [top, *map(_answer, answers)])


def _answer(one: Checked) -> Markup:
    verdict: list[Child] = [both(one.verdict)]
    if one.odds is not None:
        verdict += [" · ", both(one.odds)]
    facts = [
        el("div", None, el("dt", None, both(label)), el("dd", None, *(both(line, "p") for line in lines)))
        for label, lines in one.rows
    ]
    return el(
        "section",
        None,
        el("h2", {"class": "exit-ink" if one.alarm else None}, *verdict),
        el("blockquote", None, *(_piece(*piece) for piece in one.pieces)) if one.pieces else None,
        el("ol", None, *(el("li", None, both(name)) for name in one.legend)) if one.legend else None,
        el("dl", {"class": "facts"}, *facts),
    )


def _piece(text: str, number: int) -> Markup:
    shown = join([part for line in text.split("\n") for part in (line, el("br"))][:-1])
    return el("mark", None, shown, el("sup", None, str(number))) if number else shown
