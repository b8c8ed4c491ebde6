"""Which identifier joins which reports: reports on the left, identifiers on the right, each with its weight or the
reason why it does not join. Identifiers that join come first; both sides are ordered by barycentre."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from fanzha.document.charts.draw import path, picture, rect, words_at
from fanzha.document.charts.measure import tenth
from fanzha.document.figures import Register, bits, moment
from fanzha.document.html import Child, Markup, el
from fanzha.document.page import CasePage, Figure, Identifier, ReportLine, Said, Text
from fanzha.document.words import code_name, pick, put, word

REPORTS_SHOWN = 24
IDENTIFIERS_SHOWN = 22
_WIDTH, _TOP, _ROW = 1120.0, 40.0, 40.0
_LEFT, _LEFT_END, _RIGHT, _RIGHT_END = 0.0, 300.0, 530.0, 790.0
_BAR, _BAR_ROOM = 806.0, 120.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """Ranks from the top: report (file, row) and identifier index, with the edges between; -1 is "others"."""

    reports: tuple[tuple[int, int], ...]
    identifiers: tuple[int, ...]
    edges: tuple[tuple[tuple[int, int], int], ...]
    others: int
    folded: int


def plan(reports: tuple[ReportLine, ...], identifiers: tuple[Identifier, ...]) -> Plan:
    """Which reports and identifiers are drawn, and in which order; few edges cross."""
    known = {(report.ref.file, report.ref.row) for report in reports}
    named = {index: sorted({(ref.file, ref.row) for ref in one.refs} & known) for index, one in enumerate(identifiers)}
    ranked = sorted(
        named, key=lambda i: (not identifiers[i].joins, -len(named[i]) * identifiers[i].weight.value, -len(named[i]), i)
    )
    drawn = ranked[:IDENTIFIERS_SHOWN]
    degree = {key: sum(key in named[i] for i in drawn) for key in known}
    kept = sorted(known, key=lambda key: (-degree[key], key))[:REPORTS_SHOWN]
    order, shown = sorted(kept), drawn
    for _ in range(8):
        rank = {key: place for place, key in enumerate(order)}
        shown = sorted(drawn, key=lambda i: (not identifiers[i].joins, _mean(named[i], rank), i))
        place_of = {i: place for place, i in enumerate(shown)}
        near = {key: [i for i in shown if key in named[i]] for key in order}
        order = sorted(order, key=lambda key: (_mean(near[key], place_of), key))
    inside = set(order)
    edges = tuple((key, i) for i in shown for key in named[i] if key in inside)
    return Plan(tuple(order), tuple(shown), edges, len(known) - len(order), len(ranked) - len(drawn))


def _mean(near: list[T], rank: Mapping[T, int]) -> float:
    found = [rank[key] for key in near if key in rank]
    return round(sum(found) / len(found), 9) if found else float(len(rank))


def link_graph(page: CasePage, register: Register) -> Markup | None:
    """The picture; None if the case names no identifier."""
    if not page.identifiers or not page.reports:
        return None
    drawn = plan(page.reports, page.identifiers)
    by_place = {(report.ref.file, report.ref.row): report for report in page.reports}
    split = sum(page.identifiers[i].joins for i in drawn.identifiers)
    apart = 34.0 if 0 < split < len(drawn.identifiers) else 0.0
    tall = max(len(drawn.reports) + (drawn.others > 0), len(drawn.identifiers) + (drawn.folded > 0) + apart / _ROW)
    height = _TOP + tall * _ROW
    lead = (tall - len(drawn.reports) - (drawn.others > 0)) * _ROW / 2
    left = {key: _TOP + lead + rank * _ROW for rank, key in enumerate(drawn.reports)}
    right = {i: _TOP + rank * _ROW + (apart if rank >= split else 0.0) for rank, i in enumerate(drawn.identifiers)}
    heaviest = max((page.identifiers[i].weight.value for i in drawn.identifiers), default=1)
    parts: list[Child] = [
        words_at(_LEFT, 17, word("reports_of_case"), style="col-head", size=13),
        words_at(
            _RIGHT, 17, word("identifiers_joining" if split else "identifiers_not_joining"), style="col-head", size=13
        ),
        words_at(_BAR, 17, word("weight_bits"), style="col-head", size=13),
    ]
    if apart:
        parts.append(
            words_at(_RIGHT, _TOP + split * _ROW + 20, word("identifiers_not_joining"), style="col-head", size=13)
        )
    parts += [_edge(left[key], right[i], page.identifiers[i]) for key, i in drawn.edges]
    parts += [_report(by_place[key], y, page.stamp.zone, register) for key, y in left.items()]
    parts += [_identifier(page.identifiers[i], y, heaviest, register) for i, y in right.items()]
    if drawn.others:
        parts.append(
            words_at(
                _LEFT + 10,
                _TOP + lead + len(drawn.reports) * _ROW + 22,
                put(word("others_n"), {"n": str(drawn.others)}),
                style="quiet",
                size=12,
            )
        )
    if drawn.folded:
        parts.append(
            words_at(
                _RIGHT + 10,
                _TOP + apart + len(drawn.identifiers) * _ROW + 22,
                put(word("others_n"), {"n": str(drawn.folded)}),
                style="quiet",
                size=12,
            )
        )
    return picture(_WIDTH, height + 6, word("graph_title"), *parts)


def _edge(y0: float, y1: float, one: Identifier) -> Markup:
    a, b, c, d = tenth(_LEFT_END), tenth(y0 + 16), tenth(_RIGHT), tenth(y1 + 16)
    middle = tenth((_LEFT_END + _RIGHT) / 2)
    width = min(1.2 + one.weight.value / 8000, 4.0) if one.joins else 1.0
    return path(f"M{a} {b}C{middle} {b} {middle} {d} {c} {d}", "edge joins" if one.joins else "edge apart", width)


def _report(report: ReportLine, y: float, zone: str, register: Register) -> Markup:
    name = report.reference or f"{report.ref.file}-{report.ref.row}"
    figure = Figure(1, "", "reports", (report.ref,), "read")
    when = moment(report.at_ms, zone)
    second = Said(*("  ".join(part for part in (pick(when, lang), report.place) if part) for lang in ("en", "zh")))
    return register.svg_link(
        figure,
        name,
        rect(_LEFT, y, _LEFT_END, 32, "card", 3),
        rect(_LEFT, y, 4, 32, "node is-victim"),
        words_at(_LEFT + 14, y + 13.5, name, style="name", size=12, room=_LEFT_END - 24),
        words_at(_LEFT + 14, y + 27.5, second, style="quiet", size=11, room=_LEFT_END - 24),
    )


def _identifier(one: Identifier, y: float, heaviest: int, register: Register) -> Markup:
    kind, verdict = code_name("kinds", one.kind), code_name("whys", one.why)
    seen = Figure(one.reports.value, "", "reports", one.refs or one.reports.refs, one.reports.rule)
    caption = Said(f"{kind.en} {one.label}", f"{kind.zh} {one.label}")
    box = register.svg_link(
        seen,
        caption,
        rect(_RIGHT, y, _RIGHT_END - _RIGHT, 32, "card" if one.joins else "card apart", 3),
        words_at(_RIGHT + 12, y + 13.5, one.label, style="name", size=12, room=_RIGHT_END - _RIGHT - 24),
        words_at(_RIGHT + 12, y + 27.5, kind, style="quiet", size=11, room=_RIGHT_END - _RIGHT - 24),
    )
    long = max(one.weight.value, 0) / heaviest * _BAR_ROOM if heaviest > 0 else 0.0
    bar = register.svg_link(
        one.weight,
        caption,
        rect(_BAR, y + 6, _BAR_ROOM, 8, "track", 2),
        rect(_BAR, y + 6, long, 8, "bar is-account" if one.joins else "bar is-others", 2),
        words_at(_BAR + _BAR_ROOM + 8, y + 14, bits(one.weight.value), style="amount", size=12),
    )
    return el(
        "g",
        None,
        box,
        bar,
        words_at(_BAR, y + 28, verdict, style="why" if one.joins else "quiet", size=11.5, room=_WIDTH - _BAR),
    )


def reason(one: Identifier) -> Text:
    """Why an identifier joins, or why not, in a few words."""
    why = code_name("whys", one.why)
    start = word("joins") if one.joins else word("does_not_join")
    return Said(f"{start.en}: {why.en}", f"{start.zh}：{why.zh}")
