"""Errors as a person, or a machine, reads them: what, where, why and what next. Exit statuses as in errors.py."""

import json
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from fanzha.errors import FanzhaError
from fanzha.show.words import Words


def print_json(value: Any) -> None:
    """Print one JSON document with its letters as they are; escaped only where no encoding can write them (half a surrogate pair)."""
    written = json.dumps(value, ensure_ascii=False, indent=1, default=str)
    try:
        written.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        written = json.dumps(value, indent=1, default=str)
    print(written)


def shape_of(error: FanzhaError, lang: str) -> dict[str, str]:
    """An error for machines."""
    what, remedy = (error.what_zh, error.remedy_zh) if lang == "zh" else (error.what, error.remedy)
    return {"code": error.code, "what": what, "where": error.where, "remedy": remedy}


def as_json(error: FanzhaError, lang: str) -> str:
    """The one shape of an error for machines."""
    return json.dumps({"error": shape_of(error, lang)}, ensure_ascii=False)


def leave(error: FanzhaError, words: Words, *, json_wanted: bool) -> NoReturn:
    """Print the error and leave with its exit status."""
    leave_all((error,), words, json_wanted=json_wanted, status=error.exit_status)


def leave_all(errors: Sequence[FanzhaError], words: Words, *, json_wanted: bool, status: int) -> NoReturn:
    """Print each error and leave."""
    for error in errors:
        if json_wanted:
            print(as_json(error, words.lang))
        else:
            _tell(error, words)
    sys.exit(status)


def _tell(error: FanzhaError, words: Words) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True)
    what, remedy = words.pick(error.what, error.what_zh), words.pick(error.remedy, error.remedy_zh)
    console.print(Text.assemble((f"{words('error_word')}: ", "bold red"), what))
    if error.where:
        console.print(Text(f"  {error.where}", style="dim"))
    if remedy:
        console.print(Text.assemble((f"{words('next_word')}: ", "bold"), remedy))
