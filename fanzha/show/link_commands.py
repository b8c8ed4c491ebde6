"""The commands about linking: why things belong together, what a person judges, who may play which part."""

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from fanzha.errors import InputError, NotAllowed
from fanzha.show.options import NO_COMMON, Common, open_terminal, open_workspace
from fanzha.show.record_commands import follow_pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from fanzha.chain import Workspace
    from fanzha.chain.judging import Judged


def why(
    thing: str,
    other: Annotated[str, Parameter(show_default=False)] = "",
    /,
    *,
    common: Common = NO_COMMON,
) -> None:
    """Why two things belong together or not, or what holds one case together.

    Parameters
    ----------
    thing
        A report or case (3-17) or an identifier (phone:+8613800138000) / 报案或案件编号，或 类型:内容.
    other
        The other one; without it, what holds a case together / 另一对象；省略则说明案件由何维系.
    """
    terminal = open_terminal(common)
    from fanzha.show import linking

    if not other and ":" in thing:
        raise InputError(
            f"{thing!r} alone is no case",
            f"{thing!r} 单独不构成案件",
            remedy="name a second thing to compare it with, or a case such as 3-17",
            remedy_zh="请再指明一个对象，或改为案件编号（如 3-17）",
        )
    with terminal.working(), open_workspace(common, terminal) as workspace:
        if not other:
            found = workspace.case(thing)
            terminal.finish()
            linking.what_holds(terminal, workspace, found, thing)
            return
        answer = workspace.why(thing, other)
        terminal.finish()
        linking.why(terminal, workspace, answer)


def judge(
    things: list[str],
    /,
    *,
    verdict: Literal["same", "different", "unsure", "nobody", "also"],
    reason: str,
    common: Common = NO_COMMON,
) -> None:
    """Judge whether things belong together. Nothing in the data changes; the judgement wins until it is taken back.

    Parameters
    ----------
    things
        The first thing, then what it is compared with / 先写甲，再写乙（可多个）.
    verdict
        same: belong together; different: do not; unsure: noted only; nobody: an identifier of no swindler; also: a report belongs to
        that case as well / same 应串并；different 不应串并；unsure 存疑备注；nobody 标识与诈骗无关；also 同时属于另一案.
    reason
        Why, for whoever reads it later / 理由.
    """
    sides = (things, []) if verdict == "nobody" else (things[:1], things[1:])
    _decide(common, reason, lambda workspace: workspace.judge(verdict, *sides, reason=reason))


def merge(cases: list[str], /, *, reason: str, common: Common = NO_COMMON) -> None:
    """Judge that cases are one.

    Parameters
    ----------
    cases
        Numbers of the cases / 案件编号.
    reason
        Why, for whoever reads it later / 理由.
    """
    _decide(common, reason, lambda workspace: workspace.merge(cases, reason=reason))


def split(case: str, reports: list[str], /, *, reason: str, common: Common = NO_COMMON) -> None:
    """Judge that reports do not belong with the others of their case.

    Parameters
    ----------
    case
        Number of the case / 案件编号.
    reports
        The reports to take out / 要分出的报案.
    reason
        Why, for whoever reads it later / 理由.
    """
    _decide(common, reason, lambda workspace: workspace.split(case, reports, reason=reason))


def _decide(common: Common, reason: str, act: "Callable[[Workspace], Judged]") -> None:
    """Judge, bring pages along, and say what moved."""
    terminal = open_terminal(common)
    from fanzha.document.standing import case_numbers, moves
    from fanzha.show import linking

    if not reason.strip():
        raise NotAllowed(
            "this act needs a reason", "该操作必须说明理由", remedy="give --reason", remedy_zh="请用 --reason 说明"
        )
    with terminal.working(), open_workspace(common, terminal) as workspace:
        workspace.refresh()
        before = case_numbers(workspace.engine)
        done = act(workspace)
        went = moves(before, case_numbers(workspace.engine))
        follow_pages(workspace, terminal)
        terminal.finish()
        linking.judged(terminal, workspace, done.act, went)


def roles(case: str, /, *, common: Common = NO_COMMON) -> None:
    """Who may play which part in a case, what of the chain is seen, whom to ask next.

    Parameters
    ----------
    case
        Number of the case / 案件编号.
    """
    terminal = open_terminal(common)
    from fanzha.show import linking

    with terminal.working(), open_workspace(common, terminal) as workspace:
        found = workspace.case(case)
        terminal.finish()
        linking.roles(terminal, workspace, found, case)
