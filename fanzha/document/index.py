"""The overview of a run: totals, the cases by money still reachable, the files, and what nobody could read."""

from collections import defaultdict
from collections.abc import Sequence

from fanzha.document.charts.bars import Part, stacked
from fanzha.document.figures import Register, day, money, shown, total
from fanzha.document.files_table import files_table, row_figure
from fanzha.document.frame import beside, document, page_link, section, table, title_block
from fanzha.document.gangs import gangs_section
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import CaseLine, CodeCount, Figure, FileLine, IndexPage, Money, Ref, Said
from fanzha.document.queue import queue_section
from fanzha.document.standing import Gang
from fanzha.document.totals import in_major
from fanzha.document.wording import CampaignLine, campaigns_section
from fanzha.document.words import both, plural, put, term, term_note, word

_PARTS = (("held", "held", "held"), ("exited", "exit", "exited"), ("unlocated", "unknown", "unlocated"))


def index_html(page: IndexPage, gangs: Sequence[Gang] = (), campaigns: Sequence[CampaignLine] = ()) -> str:
    """The overview as a self-contained HTML page in both languages; `gangs` are those of several cases or with bridges, `campaigns`
    messages that several reporters received."""
    register = Register(page.stamp)
    lines = [
        el("p", {"class": "lead"}, both(line.text), " ", register.rows(line.refs, line.rule, line.text))
        for line in page.lines
    ]
    body: list[Child] = [
        title_block(page.stamp, word("totals"), word("overview"), *lines),
        _cards(page, register),
        queue_section(page, register),
        _unreadable(page.files, register),
        _cases(page, register),
        campaigns_section(campaigns, register),
        gangs_section(gangs, {case.case_id: case.href for case in page.cases}),
        _files(page, register),
        reasons_section(page.files, register),
    ]
    return document(page.stamp, word("overview"), register, body, ((page.quality_href, word("quality")),))


def _cards(page: IndexPage, register: Register) -> Markup:
    counts = [
        ("cases", Figure(len(page.cases), "", "cases", _refs(page.cases), "counted")),
        ("reports", total(case.reports for case in page.cases)),
        ("files_read", Figure(len(page.files), "", "files", tuple(file.ref() for file in page.files), "counted")),
    ]
    if page.single_reports is not None:
        counts.insert(2, ("singles", page.single_reports))
    cards: list[Child] = [
        el(
            "div",
            {"class": "kpi"},
            el("span", {"class": "k"}, both(word(key))),
            el("b", None, register.link(figure, word(key), f"{figure.value:,}")),
        )
        for key, figure in counts
    ]
    for column, tone in (("lost", ""), ("held", "held"), ("exited", "exit"), ("unlocated", "unknown")):
        figures = _sums(page.cases, column)
        if figures:
            numbers = [el("b", None, register.link(figure, word(column), both(shown(figure)))) for figure in figures]
            cards.append(
                el("div", {"class": f"kpi {tone}".strip()}, el("span", {"class": "k"}, both(word(column))), *numbers)
            )
    return el("div", {"class": "cards four"}, *cards)


def _refs(cases: tuple[CaseLine, ...]) -> tuple[Ref, ...]:
    return tuple(dict.fromkeys(ref for case in cases for ref in case.reports.refs))


def _sums(cases: tuple[CaseLine, ...], column: str) -> list[Figure]:
    """One sum per currency over all cases, the greatest first; currencies without money are left out."""
    parts: dict[str, list[Figure]] = defaultdict(list)
    for case in cases:
        for one in case.money:
            parts[one.currency].append(getattr(one, column))
    sums = [total(figures) for figures in parts.values()]
    return sorted([one for one in sums if one.value] or sums[:1], key=lambda one: (-one.value, one.currency))


def _unreadable(files: tuple[FileLine, ...], register: Register) -> Markup | None:
    """The files nobody could read, plainly and near the top, each with what to do."""
    unread = [file for file in files if file.unreadable]
    if not unread:
        return None
    return el(
        "section",
        {"id": "unreadable"},
        el("h2", None, both(word("unreadable_title"))),
        *(alert(file, register) for file in unread),
    )


def alert(file: FileLine, register: Register) -> Markup:
    """One unreadable file: what it is, that it is kept, what to do."""
    name = register.link(Figure(1, "", "files", (file.ref(),), "counted"), file.name, text=el("bdi", None, file.name))
    return el(
        "div",
        {"class": "alert"},
        el("h3", None, name),
        el("p", None, both(word("unreadable_note"))),
        el(
            "p", None, el("span", {"class": "tag"}, both(word("remedy"))), both(term_note("reasons", "unreadable_file"))
        ),
    )


def _cases(page: IndexPage, register: Register) -> Markup:
    if not page.cases:
        return section("cases", word("cases"), el("p", None, both(word("no_cases"))))
    heads = (
        (word("case"), "wide"),
        (word("reports"), "num"),
        (word("period"), "mid"),
        (word("lost"), "num"),
        (word("held"), "num"),
        (word("money_bar"), "mid"),
    )
    largest: dict[str, int] = defaultdict(int)
    for case in page.cases:
        for one in case.money:
            largest[one.currency] = max(largest[one.currency], one.held.value + one.exited.value + one.unlocated.value)
    ordered = sorted(
        page.cases,
        key=lambda case: (
            -in_major({one.currency: one.held.value for one in case.money}),
            -in_major({one.currency: one.lost.value for one in case.money}),
            -case.reports.value,
            case.case_id,
        ),
    )
    rows = [_case(case, page.stamp.zone, largest, register) for case in ordered]
    key = el(
        "ul",
        {"class": "legend"},
        *(el("li", {"class": tone}, el("i", None), both(word(name))) for _, tone, name in _PARTS),
    )
    return section("cases", word("cases_ranked"), key, table(heads, rows))


def _case(case: CaseLine, zone: str, largest: dict[str, int], register: Register) -> list[Child]:
    steps = put(plural(word("steps_n"), case.steps), {"n": str(case.steps)}) if case.steps else Said("", "")
    name = join(
        [
            el("div", {"class": "id"}, page_link(case.href, both(put(word("case_n"), {"n": case.case_id})))),
            both(beside(case.title, shown(case.places) if case.places.value else "", steps), "small"),
        ]
    )
    period: Child = "—"
    if case.first_ms is not None and case.last_ms is not None:
        first, last = day(case.first_ms, zone), day(case.last_ms, zone)
        period = both(first if first == last else Said(f"{first.en} – {last.en}", f"{first.zh} – {last.zh}"))

    def each(column: str, style: str = "") -> Markup:
        links = [
            register.link(getattr(one, column), beside(case.case_id, word(column)), style=style) for one in case.money
        ]
        return join(el("div", None, link) for link in links)

    bars = join(_bar(one, largest[one.currency]) for one in case.money)
    return [
        name,
        register.link(case.reports, case.case_id, text=f"{case.reports.value:,}"),
        period,
        each("lost"),
        each("held", "held-ink"),
        bars,
    ]


def _bar(one: Money, largest: int) -> Markup:
    parts = []
    for column, tone, name in _PARTS:
        value: int = getattr(one, column).value
        text, caption = money(value, one.currency), word(name)
        parts.append(Part(value, tone, Said(f"{caption.en} {text}", f"{caption.zh} {text}")))
    return stacked(parts, largest, 190.0)


def _files(page: IndexPage, register: Register) -> Markup | None:
    if not page.files:
        return None
    return section("files", word("sources"), files_table(page.files, register), note=word("sources_note"))


def reasons_section(files: tuple[FileLine, ...], register: Register) -> Markup:
    """Every reason a row is in quarantine for, over all files, with its remedy."""
    counts: dict[str, list[CodeCount]] = defaultdict(list)
    for file in files:
        for reason in file.reasons:
            counts[reason.code].append(reason)
    if not counts:
        return section("quarantine", word("quarantine_reasons"), el("p", None, both(word("no_quarantine"))))
    heads = ((word("reason"), "wide"), (word("rows"), "num"), (word("remedy"), "wide"))
    rows: list[list[Child]] = []
    ranked = sorted(counts.items(), key=lambda item: (-sum(one.count.value for one in item[1]), item[0]))
    for code, found in ranked:
        name = term("reasons", code)
        rows.append(
            [both(name), register.link(total(one.count for one in found), name), both(term_note("reasons", code))]
        )
    return section("quarantine", word("quarantine_reasons"), table(heads, rows))


def row_total(files: tuple[FileLine, ...], column: str) -> Figure:
    """A column of the row balance over all files."""
    return total(row_figure(file, column) for file in files)
