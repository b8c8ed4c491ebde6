"""What each command does: open the workspace, call it, print. Nothing here decides anything."""

import time
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from fanzha.show.options import (
    NO_COMMON,
    NO_HANDLING,
    Common,
    Handling,
    open_terminal,
    open_workspace,
    require_place,
)


def named_files(paths: list[Path]) -> None:
    """Refuse a path that names nothing before a workspace is made for it."""
    from fanzha.ingest.finding import files_below

    files_below(paths)


def run(
    folder: list[Path], /, *, out: Path | None = None, handling: Handling = NO_HANDLING, common: Common = NO_COMMON
) -> None:
    """Admit, link, trace, propose, report."""
    terminal = open_terminal(common)
    named_files(folder)
    with terminal.working(), open_workspace(common, terminal, making=True) as workspace:
        admissions = workspace.admit(folder, handling.terms())
        cases = workspace.cases()
        page = workspace.report(out or common.workspace / "report", terminal.words.lang)
        terminal.finish()
        terminal.run_summary(workspace, admissions, cases, page)


def admit(file: list[Path], /, *, handling: Handling = NO_HANDLING, common: Common = NO_COMMON) -> None:
    """Admit files."""
    terminal = open_terminal(common)
    named_files(file)
    with terminal.working(), open_workspace(common, terminal, making=True) as workspace:
        admissions = workspace.admit(file, handling.terms())
        terminal.finish()
        terminal.admissions(admissions, workspace.left_alone)
        terminal.reasons(workspace)


def inspect(
    file: Path,
    /,
    *,
    page: Path | None = None,
    handling: Handling = NO_HANDLING,
    common: Common = NO_COMMON,
) -> None:
    """Look at a file before it is admitted."""
    terminal = open_terminal(common)
    require_place(page)
    from fanzha.document import fill
    from fanzha.show import looking

    if (common.workspace / "lock").exists():
        with open_workspace(common, terminal) as workspace:
            seen = workspace.inspect(file, handling.terms())
    else:  # looking at a file leaves nothing behind
        from fanzha.ingest.inspect import inspect as look

        seen = look(None, file, handling.terms())
    looking.inspection(terminal, seen)
    if page is not None:
        fill.write_inspection(seen, page, time.time_ns() // 1_000_000, terminal.words.lang, handling.zone)
        if not common.json:
            terminal.say("report_at", path=page)


def map_table(
    file: Path,
    /,
    *,
    keep: Annotated[bool, Parameter(negative="")] = False,
    set: Annotated[list[str] | None, Parameter(negative="")] = None,
    handling: Handling = NO_HANDLING,
    common: Common = NO_COMMON,
) -> None:
    """Propose and keep a mapping."""
    terminal = open_terminal(common)
    from fanzha.show import looking

    if not keep and not common.workspace.exists():  # looking at a file leaves nothing behind
        from fanzha.ingest.mapping import propose

        looking.proposal(terminal, propose(None, file, handling.terms(), set or []), kept=False)
        return
    with open_workspace(common, terminal, making=True) as workspace:
        proposal = workspace.propose_mapping(file, handling.terms(), changes=set or [])
        if keep:
            workspace.keep_mapping(proposal)
        looking.proposal(terminal, proposal, kept=keep)


def cases(*, limit: int = 30, common: Common = NO_COMMON) -> None:
    """List cases."""
    terminal = open_terminal(common)
    with terminal.working(), open_workspace(common, terminal) as workspace:
        found = workspace.cases()
        terminal.finish()
        terminal.cases(workspace, found, limit)


def one_case(id: str, /, *, common: Common = NO_COMMON) -> None:
    """Show one case."""
    terminal = open_terminal(common)
    from fanzha.show import linking

    with terminal.working(), open_workspace(common, terminal) as workspace:
        found = workspace.case(id)
        terminal.finish()
        linking.one_case(terminal, workspace, found, id)


def export_table(
    table: str,
    /,
    *,
    format: Literal["jsonl", "csv", "parquet", "xlsx"] = "csv",
    out: Path | None = None,
    purpose: str = "",
    to: Annotated[str, Parameter(show_default=False)] = "",
    common: Common = NO_COMMON,
) -> None:
    """Export a table.

    Parameters
    ----------
    to
        The body that the copy is for, journalled: corrections must reach it; left out for own use / 收受单位，登记备查.
    """
    terminal = open_terminal(common)
    require_place(out)
    with terminal.working(), open_workspace(common, terminal) as workspace:
        path = out or Path(f"{table}.{format}")
        rows = workspace.export(table, format, path, purpose, to)
        terminal.finish()
        masked = terminal.words("unmasked" if purpose else "masked")
        terminal.say("exported", rows=rows, table=table, path=path, masked=masked, to=to)
        if to and not terminal.json_wanted:
            terminal.say("exported_to", body=to)


def list_formats(*, common: Common = NO_COMMON) -> None:
    """List formats."""
    terminal = open_terminal(common)
    terminal.formats()


def doctor(*, common: Common = NO_COMMON) -> None:
    """Look at installation and workspace."""
    terminal = open_terminal(common)
    terminal.doctor(common.workspace)
