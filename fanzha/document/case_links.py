"""Why the reports of a case belong together, the reports themselves, and what only comes near."""

from fanzha.document.case_holding import holding
from fanzha.document.charts.graph import link_graph, reason
from fanzha.document.figures import Register, moment
from fanzha.document.frame import beside, page_link, section, table
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import CasePage, Figure, Identifier
from fanzha.document.standing import Standing
from fanzha.document.words import both, code_name, put, word


def why_section(page: CasePage, stands: Standing, register: Register) -> Markup | None:
    """The link graph, the same per identifier in words, the weakest link, and what people judged."""
    held = holding(page, stands, register)
    title = word("graph" if len(page.reports) > 1 else "graph_one")
    if not page.identifiers:
        return section("links", title, *held) if held else None
    heads = (
        (word("identifier"), "wide"),
        (word("in_this_case"), "num"),
        (word("in_all"), "num"),
        (word("weight"), "num"),
        (word("verdict"), "wide"),
    )
    ordered = sorted(page.identifiers, key=lambda one: (not one.joins, -one.weight.value, one.kind, one.label))
    rows = [_identifier(one, register) for one in ordered]
    return section(
        "links",
        title,
        link_graph(page, register),
        el("details", None, el("summary", None, both(word("as_table"))), table(heads, rows)),
        *held,
        note=word("graph_note"),
    )


def _identifier(one: Identifier, register: Register) -> list[Child]:
    kind = code_name("kinds", one.kind)
    caption = beside(kind, one.label)
    named = Figure(len(one.refs), "", "reports", one.refs, "counted")
    name = join([el("div", {"class": "id"}, el("bdi", None, one.label)), both(kind, "small")])
    verdict = el("span", {"class": "held-ink" if one.joins else "quiet"}, both(reason(one)))
    return [
        name,
        register.link(named, caption, text=str(named.value)),
        register.link(one.reports, caption, text=f"{one.reports.value:,}"),
        register.link(one.weight, caption),
        verdict,
    ]


def reports_section(page: CasePage, register: Register) -> Markup | None:
    """Each report: number, time, place, what was told, what was lost as stated."""
    if not page.reports:
        return None
    heads = (
        (word("report"), "mid"),
        (word("time"), "tight"),
        (word("place"), "tight"),
        (word("told"), "wide"),
        (word("lost"), "num"),
    )
    rows: list[list[Child]] = []
    for report in sorted(page.reports, key=lambda one: (one.at_ms is None, one.at_ms or 0, one.ref.file, one.ref.row)):
        name = report.reference or f"{report.ref.file}-{report.ref.row}"
        link = register.link(
            Figure(1, "", "reports", (report.ref,), "read"), name, text=el("bdi", None, name), style="id"
        )
        lost = join((register.link(figure, beside(name, word("lost"))) for figure in report.lost), between=" ")
        told = join(
            [
                el("div", None, both(report.scam)) if report.scam else None,
                el("small", None, el("bdi", None, report.summary)) if report.summary else None,
            ]
        )
        rows.append([link, both(moment(report.at_ms, page.stamp.zone)), report.place or "—", told, lost or "—"])
    return section("reports", word("reports_of_case"), table(heads, rows))


def near_section(page: CasePage, register: Register) -> Markup:
    """Other cases that share something too weak to join."""
    if not page.near:
        return section("near", word("near"), el("p", None, both(word("no_near"))))
    heads = (
        (word("other_case"), "tight"),
        (word("shared"), "wide"),
        (word("verdict"), "wide"),
        (word("weight"), "num"),
    )
    rows: list[list[Child]] = []
    for link in page.near:
        kind = code_name("kinds", link.kind)
        shared = join([el("div", {"class": "id"}, el("bdi", None, link.label)), both(kind, "small")])
        rows.append(
            [
                page_link(link.href, both(put(word("case_n"), {"n": link.case_id}))),
                shared,
                both(code_name("hows", link.how)),
                register.link(link.weight, beside(kind, link.label)),
            ]
        )
    return section("near", word("near"), table(heads, rows), note=word("near_note"))
