"""The command that plays a synthetic country against the tool, and what it prints of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from fanzha.show.options import NO_COMMON, Common, open_terminal

if TYPE_CHECKING:
    from fanzha.chain.playing import Kept, Replayed
    from fanzha.show.terminal import Terminal


def replay(
    out: Path,
    /,
    *,
    log: Annotated[Path | None, Parameter(show_default=False)] = None,
    earlier: Annotated[Path | None, Parameter(show_default=False)] = None,
    runs_max: int = 400,
    common: Common = NO_COMMON,
) -> None:
    """Play a written world on its own clock.

    Parameters
    ----------
    out
        Folder that `fanzha simulate` wrote / 仿真世界文件夹.
    log
        Where the holds go as they are proposed (default: replay.jsonl in the workspace) / 止付建议日志.
    earlier
        Where the case numbers at half time go (default: earlier.json in the workspace) / 中途案件编号.
    runs_max
        How often the stages run at most; with more news than that, news waits longer / 最多运行次数.
    """
    terminal = open_terminal(common)
    from fanzha.chain.playing import Kept, Pace, WorldClock, world_of
    from fanzha.chain.replay import replay as play
    from fanzha.chain.workspace import Workspace

    clock = WorldClock(int(world_of(out)["start_ms"]))
    kept = Kept(log or common.workspace / "replay.jsonl", earlier or common.workspace / "earlier.json")
    workspace = Workspace(common.workspace, actor=common.actor, clock=clock, waiting=terminal.waiting)
    with terminal.working(), workspace:
        played = play(out, workspace, Pace(runs_max=runs_max), clock=clock, kept=kept, progress=terminal.progress)
        terminal.finish()
    summary(terminal, played, kept)


def summary(terminal: "Terminal", played: "Replayed", kept: "Kept") -> None:
    """What was played, in a few lines; with --json one document."""
    if terminal.json_wanted:
        terminal.json({**played.as_dict(), "log": str(kept.log), "earlier": str(kept.snapshot)})
        return
    from rich.text import Text

    from fanzha.document.figures import money

    held = ", ".join(money(minor, currency) for currency, minor in played.held_minor.items()) or "–"
    values = {
        **played.as_dict(),
        "start": terminal.moment(played.start_ms),
        "end": terminal.moment(played.end_ms),
        "amount": held,
        "path": kept.log,
    }
    for key in ("replay_time", "replay_in", "replay_out", "replay_log"):
        terminal.out.print(Text(terminal.words(key, **values)))
