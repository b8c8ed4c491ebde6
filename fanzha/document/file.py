"""One file looked at: what it is and how sure that is, its first rows as understood, what is refused, what can be changed."""

from dataclasses import replace

from fanzha.document.figures import Register
from fanzha.document.frame import document, section, table, title_block
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import Figure, FilePage, FirstRows, Said, Text
from fanzha.document.quality import file_block
from fanzha.document.words import both, put, term, term_note, word


def file_html(page: FilePage) -> str:
    """The page of one file, self-contained, in both languages."""
    register = Register(page.stamp)
    lead = [] if page.admitted else [both(word("not_admitted"), "p", {"class": "lead"})]
    if not page.whole:
        rows = put(word("looked_at_n"), {"n": f"{page.file.rows_in:,}"})
        lead.append(both(rows, "p", {"class": "lead"}))
    body: list[Child] = [
        title_block(page.stamp, word("inspection"), page.file.name, *lead),
        section(
            "what",
            word("what_it_is"),
            file_block(replace(page.file, href=""), page.stamp.zone, register),
            _others(page),
        ),
        section("first", word("first_understood"), *(_first(one, register) for one in page.first), _nothing(page)),
        section("change", word("what_can_change"), _changes(page), note=word("change_note")),
    ]
    links = ((page.quality_href, word("quality")),) if page.quality_href else ()
    return document(page.stamp, page.file.name, register, body, links)


def _members(page: FilePage) -> Markup | None:
    if not page.members:
        return None
    heads = ((word("file"), "wide"), (word("format"), "mid"), (word("sure"), "num"))
    rows: list[list[Child]] = [
        [el("bdi", None, name), both(found), f"{score} / 100"] for name, found, score in page.members
    ]
    return join([el("h3", None, both(word("members"))), table(heads, rows)])


def _others(page: FilePage) -> Markup | None:
    if not page.others:
        return None
    heads = ((word("might_be"), "mid"), (word("sure"), "num"), (word("why_recognised"), "wide"))
    rows: list[list[Child]] = [[both(name), f"{score} / 100", both(why)] for name, score, why in page.others]
    return table(heads, rows)


def _nothing(page: FilePage) -> Markup | None:
    return None if page.first else el("p", {"class": "quiet"}, both(word("nothing_understood")))


def _first(one: FirstRows, register: Register) -> Markup:
    heads: list[tuple[Text, str]] = [("", "mid")]
    heads += [(put(word("row_n"), {"n": str(ref.row)}), "mid") for ref in one.refs]
    rows: list[list[Child]] = []
    for label, cells in one.lines:
        shown = [
            register.link(cell, label) if isinstance(cell, Figure) else el("span", None, el("bdi", None, both(cell)))
            for cell in cells
        ]
        rows.append([both(label), *shown])
    return join([el("h3", None, both(one.title)), table(heads, rows)])


def _changes(page: FilePage) -> Markup:
    now = dict(page.settings)
    heads = ((word("can_change"), "wide"), (word("as_it_is"), "mid"), (word("how_to_change"), "wide"))
    rows: list[list[Child]] = []
    for code, called in page.changes:
        tag = el("span", {"class": "tag t-exit"}, both(word("called_for"))) if called else None
        rows.append([join([both(term("changes", code)), tag], between=" "), now.get(code) or "—", _how(page, code)])
    return table(heads, rows)


def _how(page: FilePage, code: str) -> Markup:
    """The command that makes the change: an option of the admission, or a correction of this file."""
    note = term_note("changes", code)
    if not page.admitted:
        return both(note)
    number = str(page.file.file)
    command = f"fanzha correct {number} " if note.en.startswith("--") else ""
    en, zh = note.en.replace("correct N", f"correct {number}"), note.zh.replace("correct 序号", f"correct {number}")
    return both(Said(command + en, command + zh))
