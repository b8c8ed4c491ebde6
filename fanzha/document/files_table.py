"""Files with what became of their rows; the same table on every page that names its sources."""

from fanzha.document.charts.bars import Part, stacked
from fanzha.document.figures import Register
from fanzha.document.frame import beside, table
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import Figure, FileLine, Said, Text
from fanzha.document.words import both, pick, put, word


def row_figure(file: FileLine, column: str) -> Figure:
    """The count of one column of the file's balance; quarantined rows name their first rows."""
    value: int = getattr(file, column)
    refs = tuple(ref for reason in file.reasons for ref in reason.count.refs) if column == "quarantined" else ()
    return Figure(value, "", "rows", refs or (file.ref(),), "counted")


def quality_bar(file: FileLine, room: float = 150.0) -> Markup:
    """Kept, quarantined and structure rows of one file, filling the bar."""
    parts = [
        Part(getattr(file, column), column, _part(word(column), getattr(file, column)))
        for column in ("kept", "quarantined", "structure")
    ]
    return stacked(parts, file.kept + file.quarantined + file.structure, room)


def _part(name: Said, value: int) -> Said:
    return Said(f"{name.en} {value:,}", f"{name.zh} {value:,}")


def adds_up(file: FileLine) -> bool:
    """Every row read is kept, quarantined or structure."""
    return file.rows_in == file.kept + file.quarantined + file.structure


def format_text(file: FileLine) -> Text:
    """The format and how sure the reader was."""
    if not pick(file.format, "en"):
        return "—"
    return beside(file.format, put(word("sure_n"), {"n": str(file.score)})) if file.score else file.format


def files_table(files: tuple[FileLine, ...], register: Register) -> Markup:
    """One line per file."""
    counts = ("rows_in", "kept", "quarantined", "structure")
    heads: tuple[tuple[Text, str], ...] = (
        (word("file"), "wide"),
        (word("format"), "mid"),
        *((word(name), "num") for name in counts),
        ("", "mid"),
    )
    rows: list[list[Child]] = []
    for file in files:
        tags = [
            el("span", {"class": "tag t-exit"}, both(word(state)))
            for state in ("withdrawn", "erased")
            if getattr(file, state)
        ]
        body = both(file.body, "small") if pick(file.body, "en") else None
        name = join([el("div", {"class": "id"}, el("bdi", None, file.name)), body, *tags])
        figures = [
            register.link(
                row_figure(file, column),
                beside(file.name, word(column)),
                text=f"{getattr(file, column):,}",
                style="" if getattr(file, column) else "zero",
            )
            for column in counts
        ]
        problem = None if adds_up(file) else el("small", {"class": "exit-ink"}, both(word("does_not_add_up")))
        rows.append([name, both(format_text(file)), *figures, join([quality_bar(file), problem])])
    return join([legend(), table(heads, rows, style="stacked")])


def legend() -> Markup:
    """What the colours of the row bars mean."""
    items = [
        el("li", None, stacked([Part(1, name, word(name))], 1, 22.0, 10.0), both(word(name)))
        for name in ("kept", "quarantined", "structure")
    ]
    return el("ul", {"class": "legend rows"}, *items)
