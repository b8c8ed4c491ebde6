"""A case's gang in the terminal: who may play which part, what of the chain is seen, whom to ask next."""

from dataclasses import asdict
from typing import Any

from rich.text import Text

from fanzha.document.case_roles import MARKS, named, percent
from fanzha.document.figures import money
from fanzha.document.page import Text as Said
from fanzha.document.standing import Standing
from fanzha.document.words import code_name, pick, term
from fanzha.show.terminal import Terminal

ROLES_SHOWN, REQUESTS_SHOWN, BRIDGES_SHOWN = 15, 10, 8
STYLES = {"seen": "green", "hinted": "yellow", "unknown": "dim"}


def as_json(stands: Standing) -> dict[str, Any]:
    """A standing for machines; what only pages need is left out."""
    found = asdict(stands)
    found.pop("linked")
    for name in ("roles", "requests"):
        for one in found[name]:
            one.pop("refs")
    return found


def gang(terminal: Terminal, stands: Standing) -> None:
    """The gang, its other cases, and what it shares with other gangs."""
    words = terminal.words
    if stands.siblings:
        cases = ", ".join(stands.siblings)
        terminal.out.print(Text(words("gang_of", gang=stands.gang, cases=cases)))
    if not stands.bridges:
        return
    columns = (("col_gang", "left"), ("col_kind", "left"), ("col_identifier", "left"), ("col_how", "left"))
    table = terminal.table("bridges_title", *columns, ("col_why", "left"))
    for one in stands.bridges[:BRIDGES_SHOWN]:
        kind, how = code_name("kinds", one.kind), code_name("hows", one.how)
        why = code_name("bridges", one.why)
        table.add_row(one.gang, _in(terminal, kind), Text(one.label), _in(terminal, how), _in(terminal, why))
    terminal.out.print(table)
    _more(terminal, len(stands.bridges) - BRIDGES_SHOWN)


def roles(terminal: Terminal, stands: Standing) -> None:
    """Assertions beside the readings of equal rank; what is the victims' own is only counted."""
    words = terminal.words
    shown = [one for one in stands.roles if one.role.startswith("R-")]
    if not stands.roles:
        terminal.out.print(Text(words("roles_none")))
        return
    columns = (("col_target", "left"), ("col_may_be", "left"), ("col_sure", "right"), ("col_possible", "left"))
    table = terminal.table("roles_title", *columns, ("col_rests", "left"), ("col_status", "left"))
    for one in shown[:ROLES_SHOWN]:
        rests = f"{_in(terminal, named('role_evidence', one.evidence))} ({words('rows_n', rows=one.evidence_count)})"
        table.add_row(
            Text(f"{_in(terminal, code_name('kinds', one.kind))} {one.label}"),
            Text(f"{_in(terminal, term('roles', one.role))} ({one.role})"),
            percent(one.confidence),
            Text(_in(terminal, named("readings", one.alternatives)), style="yellow"),
            Text(rests, style="dim"),
            _in(terminal, term("role_statuses", one.status)),
        )
    if shown:
        terminal.out.print(table)
        _more(terminal, len(shown) - ROLES_SHOWN)
    if len(stands.roles) > len(shown):
        terminal.out.print(Text(words("roles_others", count=len(stands.roles) - len(shown)), style="dim"))
    terminal.out.print(Text(words("roles_note"), style="dim"))


def coverage(terminal: Terminal, stands: Standing) -> None:
    """The chain as one line, and its gaps in words."""
    if not stands.stages:
        return
    words, line = terminal.words, Text(terminal.words("coverage_line"))
    for one in stands.stages:
        line.append(f"  {MARKS.get(one.state, MARKS['unknown'])} {one.stage}", style=STYLES.get(one.state, "dim"))
    terminal.out.print(line)
    key = "  ".join(f"{mark} {_in(terminal, term('coverage_states', state))}" for state, mark in MARKS.items())
    terminal.out.print(Text(key, style="dim"))
    gaps = [
        f"{one.stage} {_in(terminal, term('stages', one.stage))}" for one in stands.stages if one.state == "unknown"
    ]
    if gaps:
        terminal.out.print(Text(words("coverage_gaps", gaps="; ".join(gaps))))


def requests(terminal: Terminal, stands: Standing) -> None:
    """Whom to ask next, the record that may show most first."""
    if not stands.requests:
        return
    columns = (("col_number", "right"), ("col_ask", "left"), ("col_body", "left"), ("col_about", "left"))
    table = terminal.table(
        "requests_title", *columns, ("col_why", "left"), ("col_opens", "left"), ("col_find", "right")
    )
    for one in stands.requests[:REQUESTS_SHOWN]:
        about = f"{_in(terminal, code_name('kinds', one.kind))} {one.label}" if one.label else "–"
        find = money(one.reachable_minor, one.currency) if one.reachable_minor and one.currency else "–"
        record, body = term("requests", one.record), term("requests", one.ask_whom)
        because = _in(terminal, term("requests", one.why))
        opens = ", ".join(one.opens) or "–"
        table.add_row(str(one.rank), _in(terminal, record), _in(terminal, body), Text(about), because, opens, find)
    terminal.out.print(table)
    _more(terminal, len(stands.requests) - REQUESTS_SHOWN)


def _in(terminal: Terminal, said: Said) -> str:
    return pick(said, terminal.words.lang)


def _more(terminal: Terminal, count: int) -> None:
    if count > 0:
        terminal.out.print(Text(terminal.words("more_rows", count=count), style="dim"))
