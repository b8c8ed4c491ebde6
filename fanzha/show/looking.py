"""A file before it is admitted, in the terminal: what it is, its first rows as understood, what would be refused."""

import json
from collections.abc import Sequence

import pyarrow as pa
from rich.table import Table
from rich.text import Text

from fanzha.document.figures import money
from fanzha.document.fill_file import first_rows
from fanzha.document.page import Figure, Ref
from fanzha.document.page import Text as Said
from fanzha.document.words import pick
from fanzha.formats.inspection import Counted, Inspection
from fanzha.ingest.mapping import Proposal
from fanzha.ingest.reading import UNREADABLE
from fanzha.model.words import vocabulary
from fanzha.show.terminal import Terminal

ZONE = "Asia/Shanghai"


def inspection(terminal: Terminal, seen: Inspection) -> None:
    """What a file is and how it would be read."""
    if terminal.json_wanted:
        terminal.json({"inspection": _as_json(seen)})
        return
    words, out = terminal.words, terminal.out
    out.print(Text(seen.name, style="bold"))
    why = words.pick(*seen.why)
    out.print(Text(words("inspect_is", format=terminal.format_name(seen.format), score=seen.score, why=why)))
    for other in seen.others[:3]:
        name = terminal.format_name(other.format)
        said = words("inspect_other", format=name, score=other.score, why=words.pick(other.why_en, other.why_zh)[:90])
        out.print(Text(said, style="dim"))
    if seen.file >= 0:
        out.print(Text(words("inspect_held", file=seen.file), style="yellow"))
    counts = {"rows": seen.rows_in, "kept": seen.kept, "quarantined": seen.quarantined, "structure": seen.structure}
    out.print(Text(words("inspect_rows" if seen.whole else "inspect_first_rows", **counts)))
    if seen.members:
        columns = (("col_file", "left"), ("col_format", "left"))
        table = terminal.table("inspect_members", *columns)
        for name, found, score in seen.members:
            said = words("unreadable") if found == UNREADABLE else f"{terminal.format_name(found)} ({score} %)"
            table.add_row(Text(name), Text(said))
        out.print(table)
    for name, rows in seen.first:
        out.print()
        out.print(first(terminal, name, rows, zone=seen.settings["zone"]))
    _counted(terminal, "inspect_refused", "reasons", seen.reasons)
    _counted(terminal, "inspect_notes", "notes", seen.notes)
    _changes(terminal, seen)


def first(terminal: Terminal, name: str, rows: pa.Table, title: str = "", zone: str = ZONE) -> Table:
    """The first rows as understood, a column each, masked."""
    shown, lang = first_rows(name, rows.slice(0, 3), Ref(-1, ""), zone), terminal.words.lang
    title = title or pick(shown.title, lang)
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None)
    for head in (terminal.words("col_meaning"), *(terminal.words("row_n", row=ref.row) for ref in shown.refs)):
        table.add_column(head, overflow="ellipsis", max_width=34)
    for label, cells in shown.lines:
        texts = (money(c.value, c.currency) if isinstance(c, Figure) else pick(c, lang) for c in cells)
        table.add_row(pick(label, lang), *(Text(text) for text in texts))
    return table


def _counted(terminal: Terminal, title: str, group: str, counted: Sequence[Counted]) -> None:
    if not counted:
        return
    words, terms = terminal.words, vocabulary(group)
    columns = (("col_rows", "right"), ("col_reason", "left"), ("col_where", "left"), ("col_next", "left"))
    table = terminal.table(title, *columns)
    for one in counted:
        term = terms[one.code]
        places = ", ".join(words("row_n", row=row) for row, _, _ in one.places if row > 0) or "–"
        table.add_row(str(one.count), term.say(words.lang), places, Text(term.note(words.lang), style="dim"))
    terminal.out.print()
    terminal.out.print(table)


def _changes(terminal: Terminal, seen: Inspection) -> None:
    words, terms = terminal.words, vocabulary("changes")
    table = terminal.table("inspect_changes", ("col_what", "left"), ("col_now", "left"), ("col_how", "left"))
    for code, called in seen.changes:
        what = Text(terms[code].say(words.lang))
        if called:
            what.append(f"  {words('called_for')}", style="yellow")
        table.add_row(what, seen.settings.get(code) or "–", Text(terms[code].note(words.lang), style="dim"))
    terminal.out.print()
    terminal.out.print(table)


def _as_json(seen: Inspection) -> dict[str, object]:
    def counted(found: Sequence[Counted]) -> list[dict[str, object]]:
        return [{"code": one.code, "count": one.count, "rows": [row for row, _, _ in one.places]} for one in found]

    def cell(value: Said | Figure) -> str:
        return money(value.value, value.currency) if isinstance(value, Figure) else pick(value, "en")

    first_of = {}
    for name, rows in seen.first:
        shown = first_rows(name, rows, Ref(-1, ""), seen.settings["zone"])
        first_of[name] = [
            {"row": ref.row, **{pick(label, "en"): cell(cells[place]) for label, cells in shown.lines}}
            for place, ref in enumerate(shown.refs)
        ]
    return {
        "name": seen.name,
        "size": seen.size,
        "format": seen.format,
        "score": seen.score,
        "why": seen.why[0],
        "others": [{"format": one.format, "score": one.score} for one in seen.others],
        "rows_in": seen.rows_in,
        "kept": seen.kept,
        "quarantined": seen.quarantined,
        "structure": seen.structure,
        "whole": seen.whole,
        "file": seen.file,
        "first": first_of,
        "members": [{"name": name, "format": found, "score": score} for name, found, score in seen.members],
        "reasons": counted(seen.reasons),
        "notes": counted(seen.notes),
        "changes": [{"code": code, "called_for": called} for code, called in seen.changes],
    }


def proposal(terminal: Terminal, proposed: Proposal, *, kept: bool) -> None:
    """How a table would be read."""
    words, out = terminal.words, terminal.out
    if terminal.json_wanted:
        mapping = json.loads(proposed.mapping.to_json())
        terminal.json({"mapping": mapping, "signature": proposed.signature, "kept": kept})
        return
    table = terminal.table("map_title", ("col_column", "left"), ("col_meaning", "left"), ("col_why", "left"))
    for column, meaning, why_en, why_zh in proposed.columns:
        table.add_row(column, meaning or "–", Text(words.pick(why_en, why_zh), style="dim"))
    out.print(table)
    if proposed.preview.num_rows:
        out.print(first(terminal, f"{proposed.mapping.record}s", proposed.preview, words("preview_title")))
    if proposed.refused:
        out.print(Text(words("map_refused", rows=proposed.refused), style="yellow"))
    out.print(words("map_kept" if kept else "map_keep_hint"))
