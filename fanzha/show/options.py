"""The options that commands share, and what each command starts with: a terminal and a workspace."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from fanzha.errors import InputError, NotFound
from fanzha.model.version import VERSION
from fanzha.show.words import Words, choose_language

if TYPE_CHECKING:
    from fanzha.chain import Workspace
    from fanzha.model.terms import Terms
    from fanzha.show.terminal import Terminal


@Parameter(name="*")
@dataclass(frozen=True)
class Common:
    """Options of every command."""

    workspace: Annotated[Path, Parameter(name=["--workspace", "-w"])] = Path("workspace")
    "Folder that holds the record / 工作区文件夹."
    lang: Annotated[str, Parameter(show_default=False)] = ""
    "zh or en / 语言."
    json: Annotated[bool, Parameter(negative="")] = False
    "Print JSON for machines / 输出 JSON."
    actor: Annotated[str, Parameter(show_default=False, env_var="FANZHA_ACTOR")] = ""
    "Named person who acts (default: the login name, which decides on orders only if it is a person's) / 操作人."


@Parameter(name="*")
@dataclass(frozen=True)
class Handling:
    """Under which terms files are received."""

    body: str = "unstated"
    "The body the files came from / 来源单位."
    legal_basis: str = "unstated"
    "Ground for keeping them / 法律依据."
    purpose: str = "anti_fraud"
    "Purpose of keeping them / 处理目的."
    tlp: str = "AMBER+STRICT"
    "Handling, TLP 2.0 / 传播限制."
    reliability: str = "F6"
    "Admiralty pair of the source / 来源可靠性."
    zone: str = "Asia/Shanghai"
    "Time zone where a file states none / 默认时区."
    region: str = "CN"
    "Country of numbers without a country code / 默认国家."
    currency: str = "CNY"
    "Currency where a file states none / 默认币种."
    date_order: Annotated[str, Parameter(show_default=False)] = ""
    "dmy or mdy, where a file does not tell / 日期顺序."
    account: Annotated[str, Parameter(show_default=False)] = ""
    "Whose statement it is, where the file does not say / 本方账户."
    retain_days: Annotated[str, Parameter(show_default=False)] = ""
    "Days after which it must be erased or kept with a reason / 保存天数."

    def terms(self) -> "Terms":
        """The terms, checked."""
        from fanzha.model.terms import Terms

        return Terms(**vars(self))


@Parameter(name="*")
@dataclass(frozen=True)
class Changes:
    """What of an admission is to change; what is not named stays as it was."""

    zone: Annotated[str, Parameter(show_default=False)] = ""
    "Time zone / 时区."
    region: Annotated[str, Parameter(show_default=False)] = ""
    "Country of numbers without a country code / 国家."
    currency: Annotated[str, Parameter(show_default=False)] = ""
    "Currency / 币种."
    date_order: Annotated[str, Parameter(show_default=False)] = ""
    "dmy or mdy / 日期顺序."
    account: Annotated[str, Parameter(show_default=False)] = ""
    "Whose statement it is / 本方账户."
    body: Annotated[str, Parameter(show_default=False)] = ""
    "The body it came from / 来源单位."

    def named(self) -> dict[str, str]:
        """The terms that were named."""
        return {name: value for name, value in vars(self).items() if value}


@Parameter(name="*")
@dataclass(frozen=True)
class RowChange:
    """A single row to correct."""

    row: Annotated[int, Parameter(show_default=False)] = 0
    "A single row, by its number / 行号."
    set: Annotated[list[str] | None, Parameter(negative="")] = None
    "With --row: COLUMN=TEXT, the cell as it should read / 更正单元格."
    drop: Annotated[bool, Parameter(negative="")] = False
    "With --row: the row does not count / 该行不计."
    reason: Annotated[str, Parameter(show_default=False)] = ""
    "With --row: why / 理由."

    def cells(self) -> dict[str, str]:
        """Cells by column name."""
        cut = [one.partition("=") for one in self.set or []]
        if wrong := next((name for name, equals, _ in cut if not equals), None):
            raise InputError(
                f"{wrong!r} is no correction of a cell",
                f"{wrong!r} 不是有效的更正",
                remedy='write --set "COLUMN=TEXT"',
                remedy_zh='请写成 --set "列名=内容"',
            )
        return {name: text for name, _, text in cut}


NO_COMMON = Common()
NO_HANDLING = Handling()
NO_CHANGES = Changes()
NO_ROW = RowChange()


def open_terminal(common: Common) -> "Terminal":
    """Say hello before anything heavy is imported: the first line appears at once."""
    if common.lang not in ("", "zh", "en"):
        raise InputError(
            f"there is no language {common.lang!r} here",
            f"没有语言 {common.lang!r}",
            remedy="write --lang zh or --lang en",
            remedy_zh="请写 --lang zh 或 --lang en",
        )
    words = Words(common.lang or choose_language(sys.argv[1:]))
    if not common.json:
        print(words("starting", version=VERSION, path=common.workspace), file=sys.stderr, flush=True)
    from fanzha.show.terminal import Terminal

    return Terminal(words, json_wanted=common.json)


def require_workspace(folder: Path) -> None:
    """NotFound where there is no workspace: to ask one must not make one."""
    if not (folder / "lock").exists():
        raise NotFound(
            f"there is no workspace at {folder}",
            f"{folder} 处没有工作区",
            remedy="name the folder of one with --workspace; `fanzha run FOLDER` or `fanzha admit FILE` makes one",
            remedy_zh="请用 --workspace 指明工作区文件夹；fanzha run 文件夹 或 fanzha admit 文件 可建立工作区",
        )


def require_place(path: Path | None) -> None:
    """Refuse a place for a file before any work is done for it: NotFound where its folder is not there, InputError for a folder."""
    if path is None:
        return
    if path.is_dir():
        raise InputError(
            f"{path} is a folder, not a file",
            f"{path} 是文件夹，不是文件",
            remedy=f"name a file in it, such as {path / 'page.html'}",
            remedy_zh=f"请写明其中的文件名，如 {path / 'page.html'}",
        )
    if not path.absolute().parent.is_dir():
        raise NotFound(
            f"there is no folder {path.parent}",
            f"没有文件夹 {path.parent}",
            remedy="make the folder first, or name another place",
            remedy_zh="请先建立该文件夹，或换一个位置",
        )


def open_workspace(common: Common, terminal: "Terminal", *, making: bool = False) -> "Workspace":
    """The workspace that the options name. NotFound where there is none, unless the command is one that makes it."""
    from fanzha.chain import Workspace

    if not making:
        require_workspace(common.workspace)
    return Workspace(common.workspace, actor=common.actor, waiting=terminal.waiting, progress=terminal.progress)
