"""The commands about the scorer: train one on labelled texts and on what people said, and watch how it holds month by month."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.text import Text

from fanzha.errors import InputError, NotFound
from fanzha.show.options import NO_COMMON, Common, open_terminal, open_workspace, require_place

if TYPE_CHECKING:
    from fanzha.chain.recognising import Trained
    from fanzha.document.drift_page import Month
    from fanzha.show.terminal import Terminal

KINDS_SHOWN = 3


def train(
    folders: Annotated[list[Path] | None, Parameter(show_default=False)] = None,
    /,
    *,
    out: Annotated[Path | None, Parameter(show_default=False)] = None,
    use: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    judged: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    alone: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    seed: int = 0,
    common: Common = NO_COMMON,
) -> None:
    """Train the scorer further on folders of labelled texts: CSV or JSON lines with text, label (scam or benign), and id, lang, kind.

    Parameters
    ----------
    folders
        Folders of labelled files / 带标签文本的文件夹.
    out
        Write the model here / 模型输出文件.
    use
        Put it in use in the workspace, as an act that can be undone / 在工作区启用（可撤销）.
    judged
        Train on what people said of texts in the workspace too (so does --use) / 同时使用工作区内的人工判定.
    alone
        Begin from nothing, not from the scorer that comes with the program / 从零训练，不以随附模型为基础.
    seed
        The same rows and seed give the same bytes / 随机种子.
    """
    terminal = open_terminal(common)
    from fanzha.chain.recognising import train_on

    if out is None and not use:
        raise InputError(
            "there is nowhere to put the model",
            "未指明模型去处",
            remedy="add --out FILE to write it, or --use to put it in use in the workspace",
            remedy_zh="请加 --out 文件 写出，或加 --use 在工作区启用",
        )
    require_place(out)
    for folder in folders or []:
        _require_folder(folder)
    with terminal.working():
        if not (use or judged):
            made = train_on(folders or [], [], seed, alone=alone)
            terminal.finish()
            _written(terminal, made, out, use)
            return
        with open_workspace(common, terminal, making=use) as workspace:
            made = train_on(folders or [], workspace.recognising.judged_texts(), seed, alone=alone)
            if use:
                workspace.recognising.use(made.content)
            terminal.finish()
            _written(terminal, made, out, use)


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        there = folder.exists()
        raise NotFound(
            f"{folder} is a file, not a folder" if there else f"there is no folder {folder}",
            f"{folder} 是文件，不是文件夹" if there else f"没有文件夹 {folder}",
            remedy="give a folder with .csv, .csv.gz, .jsonl or .jsonl.gz files with id, text, label",
            remedy_zh="请给出含 .csv、.csv.gz、.jsonl 或 .jsonl.gz 文件（列：id、text、label）的文件夹",
        )


def _written(terminal: "Terminal", made: "Trained", out: Path | None, used: bool) -> None:
    import hashlib

    from fanzha.store.disk import storage

    if out is not None:
        with storage(out):
            out.write_bytes(made.content)
    digest = hashlib.sha256(made.content).hexdigest()
    values = {"rows": made.rows, "judged": made.judged, "bytes": len(made.content), "sha256": digest}
    terminal.say("trained_used" if used else "trained", **values)
    if made.adapted is not None:
        one = made.adapted
        counts = {"rows": one.rows, "before": one.wrong_before, "after": one.wrong_after}
        terminal.say("trained_changed", **counts, turned=one.turned, rehearsed=one.rehearsed)


def drift(*, page: Annotated[Path | None, Parameter(show_default=False)] = None, common: Common = NO_COMMON) -> None:
    """Month by month: messages read, what was said of them, how far scores have moved, how often people disagreed.

    Parameters
    ----------
    page
        Write a page with a chart here / 输出带图页面.
    """
    terminal = open_terminal(common)
    require_place(page)
    from fanzha.chain.recognising import ZONE
    from fanzha.document.drift_page import write_drift
    from fanzha.recognise.drift import as_json

    with terminal.working(), open_workspace(common, terminal) as workspace:
        months = workspace.recognising.drift()
        if page is not None:
            write_drift(page, months, workspace.as_of(), terminal.words.lang, ZONE)
        terminal.finish()
    if terminal.json_wanted:
        terminal.json({"drift": [as_json(one) for one in months]})
        return
    if not months:
        terminal.say("drift_none")
        return
    _print(terminal, months)
    if page is not None:
        terminal.say("page_written", path=page)


def _print(terminal: "Terminal", months: "list[Month]") -> None:
    from fanzha.model.words import vocabulary
    from fanzha.recognise.drift import as_json

    columns = (("col_month", "right"), ("col_messages", "right"), ("col_scam", "right"), ("col_suspicious", "right"))
    scores = (("col_mean", "right"), ("col_psi", "right"), ("col_unlike", "right"), ("col_wrong", "right"))
    table = terminal.table("drift_title", *columns, *scores, ("col_kinds", "left"))
    names = vocabulary("scam_types")
    for one in months:
        shares = as_json(one)
        kinds = ", ".join(f"{names[kind].say(terminal.words.lang)} {n}" for kind, n in one.kinds[:KINDS_SHOWN])
        table.add_row(
            one.month or "–",
            str(one.messages),
            f"{shares['scam_permille'] / 10:.1f} %",
            f"{shares['suspicious_permille'] / 10:.1f} %",
            f"{one.mean_ppm / 10_000:.1f} %",
            "–" if one.psi_milli is None else f"{one.psi_milli / 1000:.3f}",
            f"{shares['unlike_known_permille'] / 10:.1f} %",
            f"{one.wrong} / {one.judged}",
            Text(kinds or "–"),
        )
    terminal.out.print(table)
    terminal.out.print(Text(terminal.words("drift_basis"), style="dim"))
