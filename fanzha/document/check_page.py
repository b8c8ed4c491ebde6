"""The answer of `fanzha check` as a page: verdict, the message with its telling words, why, what to do. Plain data in, HTML out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fanzha.document.frame import document
from fanzha.document.html import Markup, el, join
from fanzha.document.page import Said, Stamp
from fanzha.document.words import both, term
from fanzha.model.version import VERSION
from fanzha.store.disk import storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One answer. `name` is what was checked, the name of a file or the first words; `pieces` are the message in order, each with the number of its trick (from 1; 0: none), `legend` the tricks: each its
    name and what an honest sender would do.

    `verdict` is a code of check_verdicts.yaml, `advice` (label, lines) what to do now, `rows` (label, lines) all else.
    """

    name: str
    verdict: str
    odds: Said | None
    advice: tuple[Said, tuple[Said, ...]]
    pieces: tuple[tuple[str, int], ...]
    legend: tuple[tuple[Said, Said], ...]
    rows: tuple[tuple[Said, tuple[Said, ...]], ...]


def write_check(path: Path, title: Said, answers: Sequence[Checked], now_ms: int, lang: str) -> None:
    """Write the page; `now_ms` by the clock on the reader's wall, whose day is printed. StorageFailed where the disk refuses."""
    stamp = Stamp(now_ms, zone="", version=VERSION, lang=lang)
    with storage(path):
        path.write_text(check_html(title, answers, stamp), encoding="utf-8")


def check_html(title: Said, answers: Sequence[Checked], stamp: Stamp) -> str:
    """The page as self-contained HTML in both languages."""
    top = el("div", {"class": "top checks"}, el("h1", None, both(title)))
    several = len(answers) > 1
    listed = el("ol", {"class": "checks"}, *(_entry(at, one) for at, one in enumerate(answers, 1))) if several else None
    return document(stamp, title, None, [top, listed, *(_answer(at, one) for at, one in enumerate(answers, 1))])


def _entry(place: int, one: Checked) -> Markup:
    """A line of the list on top, which leads to its answer."""
    verdict = el("b", {"class": f"is-{one.verdict.replace('_', '-')}"}, both(term("check_verdicts", one.verdict)))
    return el("li", None, el("a", {"href": f"#check-{place}"}, one.name or str(place)), " ", verdict)


def _answer(place: int, one: Checked) -> Markup:
    """What was checked, then verdict and what to do: on a telephone they are all that is seen at once."""
    label, advice = one.advice
    shown = [_piece(*piece) for piece in one.pieces]
    return el(
        "section",
        {"class": "checked checks", "id": f"check-{place}"},
        el("p", {"class": "kicker"}, one.name) if one.name else None,
        el(
            "div",
            {"class": f"verdict is-{one.verdict.replace('_', '-')}"},
            el("h2", None, both(term("check_verdicts", one.verdict))),
            both(one.odds, "p", {"class": "odds"}) if one.odds else None,
            el("h3", None, both(label)),
            el("ul", {"class": "advice"}, *(el("li", None, both(line)) for line in advice)),
        ),
        el("blockquote", None, *shown) if shown else None,
        el("ol", {"class": "tricks"}, *(_trick(*trick) for trick in one.legend)) if one.legend else None,
        el("dl", {"class": "told"}, *(_row(*row) for row in one.rows)),
    )


def _trick(name: Said, note: Said) -> Markup:
    return el("li", None, el("b", None, both(name)), both(note, "small") if note.en else None)


def _row(label: Said, lines: Sequence[Said]) -> Markup:
    return el("div", None, el("dt", None, both(label)), el("dd", None, *(both(line, "p") for line in lines)))


def _piece(text: str, number: int) -> Markup:
    shown = join([part for line in text.split("\n") for part in (line, el("br"))][:-1])
    return el("mark", None, shown, el("sup", None, str(number))) if number else shown
