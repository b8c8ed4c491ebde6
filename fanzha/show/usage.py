"""A command line that cannot be read, as an error of this program: what is wrong with it and what to write instead, in both languages."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from cyclopts import App, CoercionError, CycloptsError, MissingArgumentError, UnknownCommandError, UnknownOptionError
from cyclopts.exceptions import RepeatArgumentError, UnusedCliTokensError

from fanzha.errors import InputError
from fanzha.show.cli import COMMANDS

_MEANT: Final = re.compile(r"Did you mean \"?(\S+?)\"?\?")
_CHOICES: Final = re.compile(r"Choose from: (.+)\.")


def call(app: App, arguments: Sequence[str]) -> None:
    """Run the command that the arguments name. InputError: they name none, or not all that it needs."""
    try:
        app(arguments, print_error=False, exit_on_error=False)
    except CycloptsError as error:
        raise misused(error) from error


def misused(error: CycloptsError) -> InputError:
    """What the command line's reader refused."""
    if isinstance(error, UnknownCommandError):
        return _no_command((error.unused_tokens or ["?"])[0])
    command = " ".join(("fanzha", *(error.command_chain or ())))
    what, what_zh = _what(error)
    return InputError(
        what,
        what_zh,
        remedy=f"`{command} --help` shows how it is written{_instead(error, '; did you mean {}?', '; write one of {}')}",
        remedy_zh=f"{command} --help 列出写法{_instead(error, '；您是否想写 {}？', '；可写：{}')}",
    )


def _no_command(name: str) -> InputError:
    near = get_close_matches(name, COMMANDS, 1)
    return InputError(
        f"there is no command {name!r}",
        f"没有命令 {name!r}",
        remedy=f"{f'did you mean `fanzha {near[0]}`? ' if near else ''}`fanzha --help` lists all commands",
        remedy_zh=f"{f'您是否想用 fanzha {near[0]}？' if near else ''}fanzha --help 列出全部命令",
    )


def _what(error: CycloptsError) -> tuple[str, str]:
    name = error.argument.name if error.argument is not None else ""
    if isinstance(error, UnknownOptionError):
        option = error.token.value or error.token.keyword
        return f"there is no option {option}", f"没有选项 {option}"
    if isinstance(error, MissingArgumentError):
        if error.keyword:
            return f"{error.keyword} needs a value", f"{error.keyword} 后面缺少内容"
        return f"{name} is missing", f"缺少 {name}"
    if isinstance(error, CoercionError) and error.token is not None:
        return f"{error.token.value!r} cannot stand for {name}", f"{name} 不能写 {error.token.value!r}"
    if isinstance(error, RepeatArgumentError):
        return f"{error.token.keyword} stands there twice", f"{error.token.keyword} 重复出现"
    if isinstance(error, UnusedCliTokensError):
        left = " ".join(error.unused_tokens or ())
        return f"this is too much: {left!r}", f"多余的内容：{left!r}"
    return str(error), f"命令行无法识别：{error}"


def _instead(error: CycloptsError, meant: str, choices: str) -> str:
    """What may have been meant, or what can be chosen, as far as the reader knows."""
    said = str(error)
    if found := _MEANT.search(said):
        return meant.format(found[1])
    found = _CHOICES.search(said)
    return choices.format(found[1].replace('"', "")) if found else ""
