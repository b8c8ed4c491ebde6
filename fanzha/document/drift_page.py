"""The page of drift: month by month what came in, what was said of it, and how far it has moved. Plain data in, HTML out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fanzha.document.charts.bars import Part, stacked
from fanzha.document.figures import Register
from fanzha.document.frame import document, section, table, title_block
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import Said, Stamp
from fanzha.document.words import both, term, word
from fanzha.model.version import VERSION
from fanzha.store.disk import storage

KINDS_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month. `month` is written 2026-11; shares of `messages` are counts; `mean_ppm` in parts per million;
    `psi_milli`, an index in thousandths, is None where either month has few texts.

    unlike     texts warned of where no known kind of scam stands out
    kinds      (kind, texts) of texts warned of, the commonest first
    judged     verdicts of people on texts, given in that month;  wrong  those against what the program had said
    """

    month: str
    messages: int
    scam: int
    suspicious: int
    mean_ppm: int
    unlike: int
    kinds: tuple[tuple[str, int], ...]
    psi_milli: int | None
    judged: int
    wrong: int


def write_drift(path: Path, lines: Sequence[Month], as_of_ms: int, lang: str, zone: str) -> None:
    """Write the page."""
    with storage(path):
        path.write_text(drift_html(lines, Stamp(as_of_ms, zone, VERSION, lang)), encoding="utf-8")


def drift_html(lines: Sequence[Month], stamp: Stamp) -> str:
    """The page as self-contained HTML in both languages."""
    register = Register(stamp)
    most = max((one.messages for one in lines), default=0)
    heads = (
        (word("month"), "tight"),
        (word("messages"), "num"),
        (word("warned_bar"), "mid"),
        (word("mean_score"), "num"),
        (word("index_psi"), "num"),
        (word("unlike_known"), "num"),
        (word("wrong_of"), "num"),
        (word("kinds_seen"), "wide"),
    )
    shown: Child = table(heads, [_row(one, most) for one in lines]) if lines else both(word("drift_none"), "p")
    body: list[Child] = [
        title_block(stamp, word("campaigns"), word("drift")),
        section("drift", word("drift"), shown, note=word("drift_note")),
    ]
    return document(stamp, word("drift"), register, body, ())


def _row(one: Month, most: int) -> list[Child]:
    return [
        one.month or "—",
        f"{one.messages:,}",
        _bar(one, most),
        f"{one.mean_ppm / 10_000:.1f} %",
        "—" if one.psi_milli is None else f"{one.psi_milli / 1000:.3f}",
        f"{one.unlike:,}",
        f"{one.wrong} / {one.judged}" if one.judged else "—",
        join((_kind(*each) for each in one.kinds[:KINDS_SHOWN]), between=" · ") if one.kinds else "—",
    ]


def _bar(one: Month, most: int) -> Markup:
    parts = []
    rest = one.messages - one.scam - one.suspicious
    for value, tone, name in (
        (one.scam, "exit", term("check_verdicts", "scam")),
        (one.suspicious, "unknown", term("check_verdicts", "suspicious")),
        (rest, "held", word("rest")),
    ):
        parts.append(Part(value, tone, Said(f"{name.en} {value:,}", f"{name.zh} {value:,}")))
    return stacked(parts, most, 190.0)


def _kind(kind: str, texts: int) -> Markup:
    return join([both(term("scam_types", kind)), " ", el("small", None, f"{texts:,}")])
