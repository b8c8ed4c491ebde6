"""Errors as a person, or a machine, reads them: what, where, why and what next. Exit statuses as in errors.py."""

import json
import sys
from typing import NoReturn

from fanzha.errors import FanzhaError
from fanzha.show.words import Words


def as_json(error: FanzhaError, lang: str) -> str:
    """The one shape of an error for machines."""
    what, remedy = (error.what_zh, error.remedy_zh) if lang == "zh" else (error.what, error.remedy)
    shape = {"error": {"code": error.code, "what": what, "where": error.where, "remedy": remedy}}
    return json.dumps(shape, ensure_ascii=False)


def leave(error: FanzhaError, words: Words, *, json_wanted: bool) -> NoReturn:
    """Print the error and leave with its exit status."""
    if json_wanted:
        print(as_json(error, words.lang))
    else:
        from rich.console import Console
        from rich.text import Text

        console = Console(stderr=True, soft_wrap=True)
        what, remedy = words.pick(error.what, error.what_zh), words.pick(error.remedy, error.remedy_zh)
        console.print(Text.assemble((f"{words('error_word')}: ", "bold red"), what))
        if error.where:
            console.print(Text(f"  {error.where}", style="dim"))
        if remedy:
            console.print(Text.assemble((f"{words('next_word')}: ", "bold"), remedy))
    sys.exit(error.exit_status)
