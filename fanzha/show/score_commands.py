"""The command that scores a workspace against a planted truth, and what it prints of it."""

from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from fanzha.errors import NotFound
from fanzha.show.options import NO_COMMON, Common, open_terminal, open_workspace, require_place

if TYPE_CHECKING:
    from fanzha.score.measure import Measure, Score
    from fanzha.show.terminal import Terminal


def score(
    workspace: Path,
    truth: Path,
    /,
    *,
    page: Annotated[Path | None, Parameter(show_default=False)] = None,
    replay: Annotated[Path | None, Parameter(show_default=False)] = None,
    earlier: Annotated[Path | None, Parameter(show_default=False)] = None,
    common: Common = NO_COMMON,
) -> None:
    """Score a workspace against the truth of a synthetic country.

    Parameters
    ----------
    workspace
        Folder of the workspace / 工作区文件夹.
    truth
        Folder `truth` of the world / 真值文件夹.
    page
        Where to write the page / 评分页面.
    replay
        Log of holds that `fanzha replay` wrote / 止付建议日志.
    earlier
        Case numbers at an earlier moment that `fanzha replay` wrote / 先前案件编号.
    """
    common = changed(common, workspace=workspace)
    terminal = open_terminal(common)
    require_place(page)
    from fanzha.document.score_page import write_score
    from fanzha.score.counterplay import read_log
    from fanzha.score.paging import page_of
    from fanzha.score.scoring import read_earlier
    from fanzha.score.scoring import score as measure
    from fanzha.score.truth import open_truth

    if not workspace.is_dir():
        raise NotFound(
            f"there is no workspace {workspace}",
            f"没有工作区 {workspace}",
            where=str(workspace),
            remedy="make one with `fanzha run FOLDER` first",
            remedy_zh="请先运行 fanzha run 文件夹",
        )
    planted = open_truth(truth)
    log = read_log(replay) if replay is not None else None
    before = read_earlier(earlier) if earlier is not None else None
    with terminal.working(), open_workspace(common, terminal) as opened:
        opened.refresh()
        found = measure(opened.engine, planted, opened.as_of(), log=log, earlier=before)
        terminal.finish()
    if page is not None:
        write_score(page_of(found, terminal.words.lang), page)
    summary(terminal, found)
    if page is not None and not terminal.json_wanted:
        terminal.say("score_page", path=page)


def summary(terminal: "Terminal", found: "Score") -> None:
    """The main measures of each part, ours beside the simple methods'; with --json the whole score."""
    if terminal.json_wanted:
        terminal.json(found.as_json())
        return
    from rich.text import Text

    from fanzha.document.words import pick
    from fanzha.score.paging import (
        DASH,
        errors_note,
        full_name,
        main_measures,
        nothing_measured,
        page_notes,
        value_text,
        why_empty,
    )
    from fanzha.score.words import said

    lang = terminal.words.lang
    columns = (("score_part", "left"), ("score_measure", "left"), ("score_ours", "right"), ("score_others", "left"))
    table = terminal.table("score_title", *columns)
    for part in found.parts:
        lines = {line.method: line for line in part.lines}
        name = pick(said("parts", part.name), lang)
        if empty := why_empty(part):
            table.add_row(name, pick(empty, lang), Text(DASH if part.made else terminal.words("score_no_stage")), "")
            continue
        for code, of in main_measures(part):
            measured: dict[str, Measure] = {
                method: one
                for method, line in lines.items()
                for one in line.measures
                if (one.code, one.of) == (code, of)
            }
            ours = measured.pop("fanzha", None)
            others = " · ".join(
                f"{pick(said('methods', method), lang)} {value_text(one)}" for method, one in measured.items()
            )
            title = pick(full_name(ours or next(iter(measured.values()))), lang)
            shown = value_text(ours) if ours else DASH if part.made else terminal.words("score_no_stage")
            table.add_row(name, title, Text(shown, style="bold" if ours else "dim"), Text(others, style="dim"))
            name = ""
    terminal.out.print(table)
    told = [pick(one, lang) for one in (*page_notes(found), errors_note())]
    if not nothing_measured(found):
        told.append(terminal.words("score_as_of", moment=terminal.moment(found.as_of_ms)))
    for text in told:
        terminal.out.print(Text(text, style="dim"))
