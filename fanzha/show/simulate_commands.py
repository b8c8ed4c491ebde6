"""`fanzha simulate`: make a synthetic country, show how real it is, or ask one of its banks for an account."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from fanzha.errors import InputError
from fanzha.show.options import NO_COMMON, Common, open_terminal

if TYPE_CHECKING:
    from fanzha.show.terminal import Terminal


@Parameter(name="*")
@dataclass(frozen=True)
class Making:
    """How big a world is and what it is made from."""

    preset: str = "town"
    "town, city, country, popular-account, commingling / 预设."
    seed: int = 20261123
    "The same seed gives the same bytes / 随机种子."
    people: Annotated[int, Parameter(show_default=False)] = -1
    "People, instead of the preset's number / 人口."
    days: Annotated[int, Parameter(show_default=False)] = -1
    "Days, instead of the preset's number / 天数."
    gangs: Annotated[int, Parameter(show_default=False)] = -1
    "Gangs, instead of the preset's number / 团伙数."
    parameters: Annotated[Path | None, Parameter(show_default=False)] = None
    "YAML file of NAME: VALUE / 参数文件."
    set: Annotated[list[str] | None, Parameter(negative="")] = None
    "NAME=VALUE of a single parameter / 单个参数."


@Parameter(name="*")
@dataclass(frozen=True)
class Asking:
    """What is wanted of a world that is there."""

    ask: Annotated[str, Parameter(show_default=False)] = ""
    "Account whose statement is asked for / 调取账户."
    at: Annotated[str, Parameter(show_default=False)] = ""
    "Moment of the question, 2026-08-01T12:00+08:00 (default: the end) / 调取时刻."
    into: Annotated[Path, Parameter(show_default=False)] = Path()
    "Folder for the answer / 答复存放目录."
    realism: Annotated[Path | None, Parameter(show_default=False)] = None
    "Page of the world's distributions beside published figures / 真实性页面."


FEW_REPORTS = 20  # below this a score says little
NO_MAKING, NO_ASKING = Making(), Asking()


def simulate(
    out: Path, /, *, making: Making = NO_MAKING, asking: Asking = NO_ASKING, common: Common = NO_COMMON
) -> None:
    """Make a world, or ask one of its banks."""
    terminal = open_terminal(common)
    if asking.ask:
        _ask(terminal, out, asking)
        return
    if asking.realism is None or not (out / "world.json").exists():
        _make(terminal, out, making, common)
    if asking.realism is not None:
        from fanzha.document.realism_page import write_realism
        from fanzha.simulate.realism import measure
        from fanzha.simulate.realism_told import page

        write_realism(page(measure(out), (), terminal.words.lang), asking.realism)
        if not common.json:
            terminal.say("report_at", path=asking.realism)


def _make(terminal: "Terminal", out: Path, making: Making, common: Common) -> None:
    from fanzha.simulate.make import Size, make
    from fanzha.simulate.parameters import parameters, preset

    usual = preset(making.preset)
    size = Size(
        making.people if making.people >= 0 else int(usual["people"]),
        making.days if making.days >= 0 else int(usual["days"]),
        making.gangs if making.gangs >= 0 else int(usual["gangs"]),
    )
    values = parameters(making.preset, making.parameters, making.set or [])
    with terminal.working():
        made = make(
            making.seed, size, values, out, lambda part, done, of: terminal.progress(part, done, of, ""), making.preset
        )
        terminal.finish()
    if common.json:
        terminal.json(asdict(made))
        return
    numbers = {name: value if name == "out" else f"{value:,}" for name, value in asdict(made).items()}
    terminal.say("simulate_made", **numbers)
    if made.reports < FEW_REPORTS:
        terminal.say("simulate_few", reports=made.reports)
    terminal.say("simulate_next", out=out, truth=out / "truth", record=f"{out}-record")


def _ask(terminal: "Terminal", out: Path, asking: Asking) -> None:
    from datetime import datetime

    from fanzha.simulate.bodies import ask, opened

    at_ms = end_ms = opened(out).end_ms
    if asking.at:
        try:
            moment = datetime.fromisoformat(asking.at)
        except ValueError as failure:
            raise _no_moment(asking.at) from failure
        if moment.tzinfo is None:
            raise _no_moment(asking.at)
        at_ms = int(moment.timestamp() * 1000)
        if at_ms > end_ms:
            raise InputError(
                f"the world ends at {terminal.moment(end_ms)}, before that moment",
                f"合成世界止于 {terminal.moment(end_ms)},早于该时刻",
                remedy="name an earlier moment, or leave --at out",
                remedy_zh="请给出更早的时刻,或省略 --at",
            )
    answer = ask(out, asking.ask, at_ms)
    asking.into.mkdir(parents=True, exist_ok=True)
    path = asking.into / answer.name
    path.write_bytes(answer.data)
    terminal.say("simulate_answer", body=answer.body, ready=terminal.moment(answer.ready_ms), path=path)


def _no_moment(text: str) -> InputError:
    return InputError(
        f"{text!r} is no moment with its offset",
        f"{text!r} 不是带时区的时刻",
        remedy="write it like 2026-08-01T12:00+08:00",
        remedy_zh="请写成 2026-08-01T12:00+08:00",
    )
