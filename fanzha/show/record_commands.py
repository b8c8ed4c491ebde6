"""The commands about the record: verify, correct, take back, keep, erase, back up. Each calls the workspace and prints."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from fanzha.errors import InputError
from fanzha.model.words import vocabulary
from fanzha.show.options import (
    NO_CHANGES,
    NO_COMMON,
    NO_ROW,
    Changes,
    Common,
    RowChange,
    open_terminal,
    open_workspace,
)

if TYPE_CHECKING:
    from fanzha.chain import Workspace
    from fanzha.show.terminal import Terminal


def rebuild(*, common: Common = NO_COMMON) -> None:
    """Make the tables again."""
    terminal = open_terminal(common)
    with terminal.working(), open_workspace(common, terminal) as workspace:
        files = workspace.rebuild()
        terminal.finish()
        terminal.say("rebuilt", files=files)


def verify(*, deep: Annotated[bool, Parameter(negative="")] = False, common: Common = NO_COMMON) -> None:
    """Verify the record; with --deep also make every table again and compare."""
    terminal = open_terminal(common)
    from fanzha.chain import verify_workspace

    problems = verify_workspace(common.workspace)
    if problems:
        terminal.problems(problems)
        sys.exit(5)
    with terminal.working(), open_workspace(common, terminal) as workspace:
        differing = workspace.tables_differ() if deep else None
        terminal.finish()
        terminal.verified(workspace, differing)
        if differing:
            sys.exit(5)


def follow_pages(workspace: "Workspace", terminal: "Terminal") -> None:
    """Pages in the workspace that an act made untrue are written again."""
    if (workspace.path / "report" / "index.html").exists():
        workspace.report(workspace.path / "report", terminal.words.lang)


def withdraw(file: int, /, *, reason: str, common: Common = NO_COMMON) -> None:
    """Withdraw an admission by its number."""
    terminal = open_terminal(common)
    with open_workspace(common, terminal) as workspace:
        act = workspace.withdraw(file, reason)
        follow_pages(workspace, terminal)
        terminal.say("withdrawn", file=file, act=act)


def correct(
    file: int,
    /,
    *,
    format: str = "",
    changes: Changes = NO_CHANGES,
    single: RowChange = NO_ROW,
    common: Common = NO_COMMON,
) -> None:
    """Read an admission again, or correct a single row."""
    terminal = open_terminal(common)
    with open_workspace(common, terminal) as workspace:
        if single.row:
            cells = single.cells()
            reason = workspace.correct_row(file, single.row, reason=single.reason, cells=cells, drop=single.drop)
            follow_pages(workspace, terminal)
            why = vocabulary("reasons")[reason].say(terminal.words.lang) if reason else ""
            terminal.say("row_refused" if reason else "row_corrected", file=file, row=single.row, why=why)
            return
        act = workspace.correct(file, format_name=format, **changes.named())
        follow_pages(workspace, terminal)
        terminal.say("corrected", file=file, act=act)


def acts(*, limit: int | None = None, common: Common = NO_COMMON) -> None:
    """List acts: on a screen the last 50 unless said otherwise, for machines all."""
    terminal = open_terminal(common)
    from fanzha.show import keeping

    with open_workspace(common, terminal) as workspace:
        keeping.acts(terminal, workspace, limit)


def undo(act: int, /, *, common: Common = NO_COMMON) -> None:
    """Take an act back."""
    terminal = open_terminal(common)
    with open_workspace(common, terminal) as workspace:
        workspace.undo(act)
        follow_pages(workspace, terminal)
        terminal.say("undone", act=act)


def _day_ms(text: str) -> int:
    """The start of a day in China (UTC milliseconds)."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    except ValueError as error:
        raise InputError(
            f"{text!r} is no day",
            f"{text!r} 不是日期",
            remedy="write --until 2027-06-30",
            remedy_zh="请写成 --until 2027-06-30",
        ) from error
    return int(day.timestamp()) * 1000


def retain(
    file: int | None = None,
    /,
    *,
    until: Annotated[str, Parameter(show_default=False)] = "",
    reason: Annotated[str, Parameter(show_default=False)] = "",
    common: Common = NO_COMMON,
) -> None:
    """List retention clocks, or set one."""
    terminal = open_terminal(common)
    from fanzha.show import keeping

    with open_workspace(common, terminal) as workspace:
        if file is None:
            keeping.retention(terminal, workspace)
            return
        workspace.retain(file, _day_ms(until), reason)
        terminal.say("retained", file=file, until=until)


def erase(
    file: int,
    /,
    *,
    ground: str,
    reference: str = "",
    sure: Annotated[bool, Parameter(negative="")] = False,
    common: Common = NO_COMMON,
) -> None:
    """Erase an admission for good."""
    terminal = open_terminal(common)
    from fanzha.show import keeping

    with open_workspace(common, terminal) as workspace:
        if not sure:
            keeping.erasing(terminal, workspace, file)
            return
        had_pages = (workspace.path / "report" / "index.html").exists()
        done = workspace.erase(file, ground=ground, reference=reference)
        if had_pages:
            workspace.report(workspace.path / "report", terminal.words.lang)
        keeping.erased(terminal, done)


def backup(file: Path, /, *, key: Path, hand_over_to: str = "", common: Common = NO_COMMON) -> None:
    """Back up the workspace, or hand it over."""
    terminal = open_terminal(common)
    with terminal.working(), open_workspace(common, terminal) as workspace:
        size = workspace.back_up(file, key, hand_over_to)
        terminal.finish()
        terminal.say(
            "handed_over" if hand_over_to else "backed_up", path=file, size=size, key_file=key, to=hand_over_to
        )


def restore(file: Path, /, *, key: Path, erasures: Path | None = None, common: Common = NO_COMMON) -> None:
    """Make a workspace again from a backup."""
    terminal = open_terminal(common)
    from fanzha.chain import restore_workspace
    from fanzha.show import keeping

    with terminal.working():
        done = restore_workspace(
            file, key, common.workspace, actor=common.actor, erasures=erasures, progress=terminal.progress
        )
        terminal.finish()
    keeping.restored(terminal, done)


def reference(*, common: Common = NO_COMMON) -> None:
    """List the reference data in use."""
    terminal = open_terminal(common)
    from fanzha.show import keeping

    with open_workspace(common, terminal) as workspace:
        keeping.reference(terminal, workspace)
