"""The command about calls: numbers, SIMs and devices by how they call, each beside what else it may be."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.text import Text

from fanzha.show.options import NO_COMMON, Common, open_terminal, open_workspace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fanzha.document.callers import CallerLine
    from fanzha.show.terminal import Terminal

SIGNS_SHOWN, INNOCENT_SHOWN = 4, 2
TABLE_WIDTH_MIN = 130  # columns: in fewer each caller is a block of lines


def callers(
    case: Annotated[str, Parameter(show_default=False)] = "",
    /,
    *,
    limit: int = 30,
    common: Common = NO_COMMON,
) -> None:
    """Numbers and devices by how they call: a swindler's line, a line used for work, a private one; each with its signs.

    Parameters
    ----------
    case
        Only numbers and devices that this case or its gang has to do with / 仅与此案件或其团伙有关的号码和设备.
    limit
        Rows shown / 显示行数.
    """
    terminal = open_terminal(common)
    from fanzha.document.callers import caller_lines, lines_of_cases

    with terminal.working(), open_workspace(common, terminal) as workspace:
        workspace.refresh()
        case_id = workspace.case(case).id if case else ""
        found = lines_of_cases(workspace.engine).get(case_id, ()) if case else caller_lines(workspace.engine)
        terminal.finish()
        if terminal.json_wanted:
            terminal.json({"callers": [asdict(one) for one in found]})
        else:
            _print(terminal, found, limit)


def _print(terminal: "Terminal", found: "tuple[CallerLine, ...]", limit: int) -> None:
    words, out = terminal.words, terminal.out
    if not found:
        out.print(Text(words("callers_none")))
        return
    if out.width < TABLE_WIDTH_MIN:
        _blocks(terminal, found[:limit])
    else:
        _table(terminal, found[:limit])
    if len(found) > limit:
        out.print(Text(words("more_rows", count=len(found) - limit), style="dim"))
    out.print(Text(words("callers_note"), style="dim"))


def _blocks(terminal: "Terminal", found: "tuple[CallerLine, ...]") -> None:
    """A block for each: number and reading, then pattern, shares and counts, then why."""
    from rich.padding import Padding

    from fanzha.document.callers import READINGS
    from fanzha.document.case_roles import percents

    words, out = terminal.words, terminal.out
    out.print(Text(words("callers_title"), style="bold"))
    for one in found:
        shares = zip(READINGS, percents([getattr(one, code) for code in READINGS]), strict=True)
        likeliest = _said(terminal, "call_readings", (one.likeliest,))
        out.print(Text.assemble((one.label, "bold"), f"  {_said(terminal, 'call_patterns', one.patterns)}"))
        counts = f"{words('col_call_counts')} {one.calls} / {one.people or one.partners}"
        lines = [
            Text(f"{words('col_likeliest')}: {likeliest}"),
            Text(" · ".join((*(f"{words(f'calls_{code}')} {share} %" for code, share in shares), counts))),
        ]
        for code, codes, shown, style in (
            ("why_because", "call_signs", one.signs[:SIGNS_SHOWN], "dim"),
            ("may_also_be", "call_innocent", one.innocent[:INNOCENT_SHOWN], "yellow"),
        ):
            if shown:
                lines.append(Text(words(code, what=_said(terminal, codes, shown)), style=style))
        out.print(Padding(Text("\n").join(lines), (0, 0, 0, 2)))


def _table(terminal: "Terminal", found: "tuple[CallerLine, ...]") -> None:
    from fanzha.document.callers import READINGS
    from fanzha.document.case_roles import percents

    words = terminal.words
    columns = (("col_target", "left"), ("col_pattern", "left"), ("col_call_counts", "right"))
    heads = [(f"calls_{code}", "right") for code in READINGS]
    table = terminal.table("callers_title", *columns, *heads, ("col_likeliest", "left"), ("col_why", "left"))
    for one in found:
        signs = _said(terminal, "call_signs", one.signs[:SIGNS_SHOWN])
        innocent = _said(terminal, "call_innocent", one.innocent[:INNOCENT_SHOWN])
        shares = [f"{share} %" for share in percents([getattr(one, code) for code in READINGS])]
        why = Text(signs, style="dim").append(f"\n{words('may_also_be', what=innocent)}", style="yellow")
        table.add_row(
            Text(one.label),
            _said(terminal, "call_patterns", one.patterns),
            f"{one.calls} / {one.people or one.partners}",
            *shares,
            _said(terminal, "call_readings", (one.likeliest,)),
            why,
        )
    terminal.out.print(table)


def _said(terminal: "Terminal", name: str, codes: "Iterable[str]") -> str:
    from fanzha.document.words import pick, term

    return "; ".join(pick(term(name, code), terminal.words.lang) for code in codes)
