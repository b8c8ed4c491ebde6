"""The quality report: for each file what it was taken for and why, and what became of each of its rows."""

from fanzha.document.figures import Register, moment
from fanzha.document.files_table import adds_up, files_table, format_text, quality_bar, row_figure
from fanzha.document.frame import beside, document, joined, page_link, section, table, title_block
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.index import alert, reasons_section, row_total
from fanzha.document.page import CodeCount, Figure, FileLine, QualityPage, Text
from fanzha.document.words import both, fill, pick, put, term, term_note, word

_COUNTS = ("rows_in", "kept", "quarantined", "structure")


def quality_html(page: QualityPage) -> str:
    """The quality report as a self-contained HTML page in both languages."""
    register = Register(page.stamp)
    body: list[Child] = [
        title_block(page.stamp, word("sources_note"), word("quality")),
        _cards(page, register),
        section("files", word("sources"), files_table(page.files, register)),
        reasons_section(page.files, register),
        section("each", word("files_read"), *(file_block(file, page.stamp.zone, register) for file in page.files)),
    ]
    return document(page.stamp, word("quality"), register, body, ((page.index_href, word("overview")),))


def _cards(page: QualityPage, register: Register) -> Markup:
    figures = [
        ("files_read", Figure(len(page.files), "", "files", tuple(file.ref() for file in page.files), "counted"))
    ]
    figures += [(column, row_total(page.files, column)) for column in _COUNTS]
    return el(
        "div",
        {"class": "cards"},
        *(
            el(
                "div",
                {"class": "kpi"},
                el("span", {"class": "k"}, both(word(key))),
                el("b", None, register.link(figure, word(key), f"{figure.value:,}")),
            )
            for key, figure in figures
        ),
    )


def file_block(file: FileLine, zone: str, register: Register) -> Markup:
    """What one file was taken for and what became of its rows; a link to its own page where it has one."""
    if file.erased:
        return el("p", {"class": "quiet"}, both(word("erased_note")), " ", el("bdi", None, file.name))
    if file.unreadable:
        return join([alert(file, register), _facts(file, zone)])
    counts: dict[str, Child] = {
        "rows" if column == "rows_in" else column: join(
            [
                both(word(column)),
                register.link(
                    row_figure(file, column),
                    beside(file.name, word(column)),
                    text=f"{getattr(file, column):,}",
                    style="id",
                ),
            ],
            between=" ",
        )
        for column in _COUNTS
    }
    balance = fill(word("adds_up"), counts)
    wrong = None if adds_up(file) else el("p", {"class": "exit-ink"}, both(word("does_not_add_up")))
    return el(
        "div",
        {"class": "file-block"},
        el("h3", None, el("bdi", None, file.name)),
        el("p", None, page_link(file.href, both(word("look_inside")))) if file.href else None,
        el("p", None, balance),
        wrong,
        quality_bar(file, 480.0),
        _facts(file, zone),
        _codes(file, file.reasons, "reasons", register),
        _codes(file, file.notes, "notes", register),
    )


def _facts(file: FileLine, zone: str) -> Markup:
    facts: list[tuple[str, Text]] = [
        ("format", format_text(file)),
        ("why_recognised", file.why),
        ("from_body", file.body),
        ("admitted", beside(moment(file.at_ms, zone), file.actor) if file.at_ms is not None else ""),
        ("purpose", file.purpose),
        ("ground_kept", file.legal_basis),
        ("handling", joined((file.tlp, file.reliability))),
        ("keep_until", moment(file.retain_until_ms, zone) if file.retain_until_ms is not None else ""),
        ("size_encoding", joined((_size(file.size), file.encoding))),
        ("original", file.item),
    ]
    shown = [
        el("div", None, el("dt", None, both(word(key))), el("dd", None, both(text)))
        for key, text in facts
        if pick(text, "en")
    ]
    return el("dl", {"class": "facts"}, *shown)


def _size(size: int) -> str:
    if size < 1024:
        return f"{size} B" if size else ""
    return f"{size // 1024:,} KiB" if size < 1_048_576 else f"{size // 1_048_576:,} MiB"


def _codes(file: FileLine, codes: tuple[CodeCount, ...], name: str, register: Register) -> Markup:
    title = word("quarantine_reasons") if name == "reasons" else word("notes")
    head = el("h4", None, both(title))
    if not codes:
        return join(
            [head, el("p", {"class": "quiet"}, both(word("no_quarantine" if name == "reasons" else "no_notes")))]
        )
    heads = ((word("reason"), "wide"), (word("rows"), "num"), (word("first_rows"), "mid"), (word("remedy"), "wide"))
    rows: list[list[Child]] = []
    for one in codes:
        called = term(name, one.code)
        first = join(
            (both(put(word("row_n"), {"n": str(ref.row)})) for ref in one.count.refs[:5] if ref.row > 0), between=", "
        )
        rows.append(
            [
                both(called),
                register.link(one.count, beside(file.name, called)),
                first or "—",
                both(term_note(name, one.code)),
            ]
        )
    return join([head, table(heads, rows)])
