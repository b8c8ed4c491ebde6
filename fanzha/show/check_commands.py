"""`fanzha check`: is this a scam? For a person one answer, for machines one JSON document, for platforms a stream of lines."""

import gc
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from fanzha.errors import FanzhaError, InputError, NotFound
from fanzha.show.options import require_place, require_workspace
from fanzha.show.present_error import leave_all, print_json, shape_of
from fanzha.show.words import LANGUAGES, Words, choose_language

if TYPE_CHECKING:
    from fanzha.chain import Workspace
    from fanzha.recognise.answer import Answer
    from fanzha.recognise.check import Scorer
    from fanzha.show.check_inputs import Asked

CHUNK_BYTES = 1 << 18


def check(
    what: Annotated[list[str] | None, Parameter(allow_leading_hyphen=True)] = None,
    /,
    *,
    jsonl: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
    rules_only: Annotated[bool, Parameter(negative="")] = False,
    page: Path | None = None,
    workspace: Annotated[Path | None, Parameter(name=["--workspace", "-w"])] = None,
    lang: Annotated[str, Parameter(show_default=False)] = "",
) -> None:
    """Check a message.

    Parameters
    ----------
    what
        Messages, files (text, mail, chat, document, picture), a link or a number; - or nothing reads a pipe / 消息、文件、链接或号码.
    jsonl
        Lines of JSON in, lines of JSON out / 逐行 JSON.
    json
        Print JSON for machines / 输出 JSON.
    rules_only
        Judge by the rules, without the learned model / 仅用规则.
    page
        Write the answer as a page / 生成网页.
    workspace
        Ask this workspace what it knows of what is found / 查询该工作区.
    lang
        zh or en / 语言.
    """
    from fanzha.recognise.answer import scorer

    _refuse(what or [], lang)
    words = Words(lang or choose_language(sys.argv[1:]))
    if workspace is not None:
        require_workspace(workspace)
    require_place(page)
    if jsonl:
        own = None if rules_only or workspace is None else _scorer_in(workspace, words)
        _stream(what or ["-"], own or scorer(rules_only=rules_only))
        return
    judge = scorer(rules_only=rules_only)
    if not what and sys.stdin.isatty():
        print(words("check_paste"), file=sys.stderr, flush=True)
    from fanzha.show.check_inputs import asked

    refused: list[FanzhaError] = []
    questions = list(asked(what or [], refused))
    if refused and not questions:
        leave_all(refused, words, json_wanted=json, status=refused[0].exit_status)
    if workspace is None:
        answers = [_answer(one, judge) for one in questions]
    else:
        judge, answers = _known(questions, workspace, words, judge if rules_only else None)
    pairs = list(zip(questions, answers, strict=True))
    if page is not None:
        _write(page, pairs, words, workspace)
    if json:
        _print(pairs, words, judge, refused)
    else:
        _show(pairs, words, page, workspace)
    if refused:
        leave_all(() if json else refused, words, json_wanted=json, status=refused[0].exit_status)


def _write(page: Path, pairs: "list[tuple[Asked, Answer]]", words: Words, workspace: Path | None) -> None:
    from fanzha.show.check_answers import write_page

    on_the_wall = time.time_ns() // 1_000_000 + 1_000 * time.localtime().tm_gmtoff  # only the day is printed
    write_page(page, pairs, on_the_wall, words.lang, workspace)


def _print(pairs: "list[tuple[Asked, Answer]]", words: Words, judge: "Scorer", refused: Sequence[FanzhaError]) -> None:
    """One document for machines: the answers, and what could not be answered."""
    from fanzha.show.check_answers import as_json

    shape: dict[str, object] = {"checks": [as_json(one, said, words, judge.name) for one, said in pairs]}
    print_json(shape | ({"errors": [shape_of(one, words.lang) for one in refused]} if refused else {}))


def _show(pairs: "list[tuple[Asked, Answer]]", words: Words, page: Path | None, workspace: Path | None) -> None:
    from rich.console import Console

    from fanzha.show import checking

    console = Console(highlight=False)
    for place, (question, said) in enumerate(pairs):
        if place:
            console.rule(style="dim")
        checking.show(console, words, question, said, workspace)
    if page is not None:
        console.print(words("report_at", path=page), soft_wrap=True)


def _refuse(what: list[str], lang: str) -> None:
    """InputError where a word looks like an option that does not exist ("-" is standard input), and for a language that is not here."""
    if lang not in ("", *LANGUAGES):
        raise InputError(
            f"there is no language {lang!r} here",
            f"没有语言 {lang!r}",
            remedy="write --lang zh or --lang en",
            remedy_zh="请写 --lang zh 或 --lang en",
        )
    for one in what:
        if one.startswith("--") and " " not in one:
            raise InputError(
                f"there is no option {one}",
                f"没有选项 {one}",
                remedy="`fanzha check --help` lists the options",
                remedy_zh="fanzha check --help 列出全部选项",
            )


def _open(folder: Path, words: Words) -> "Workspace":
    from fanzha.chain import Workspace

    def waiting(owner: int) -> None:
        print(words("waiting", owner=owner), file=sys.stderr, flush=True)

    return Workspace(folder, waiting=waiting)


def _answer(asked: "Asked", judge: "Scorer") -> "Answer":
    from fanzha.recognise.answer import answer

    return answer(asked.text, judge, asked.messages, senders=asked.senders, hidden=asked.hidden.hidden)


def _known(
    questions: "list[Asked]", folder: Path, words: Words, judge: "Scorer | None"
) -> "tuple[Scorer, list[Answer]]":
    """The answers with what a workspace knows of what is in them, by `judge` or the scorer in use there; and that scorer."""
    from dataclasses import replace

    from fanzha.chain.known_about import campaign_like, known_about, said_before

    answers = []
    with _open(folder, words) as workspace:
        judge = judge or workspace.recognising.scorer()
        for asked in questions:
            one = _answer(asked, judge)
            found = [(two.found.kind, two.found.normal) for two in one.alone]
            known = known_about(workspace, found)
            like = None if one.only else campaign_like(workspace, asked.text, asked.messages)
            said = said_before(workspace, asked.text, asked.messages, only=one.only)
            answers.append(replace(one, known=known, like=like, said=said))
    return judge, answers


def _scorer_in(folder: Path, words: Words) -> "Scorer":
    """The scorer in use in a workspace, which is closed again: a stream may wait for days, and others work there."""
    with _open(folder, words) as workspace:
        return workspace.recognising.scorer()


def _stream(names: list[str], judge: "Scorer") -> None:
    """Answer lines as they come: what has arrived is answered before more is waited for."""
    from fanzha.recognise.answer import answer
    from fanzha.recognise.stream import answers

    answer("您好 hello http://example.com", judge)  # makes the tables
    gc.freeze()  # they stay to the end: the collector need not walk through them again and again
    out = sys.stdout.buffer
    for name in names:
        for answered in answers(_chunks(name), judge):
            out.write(answered)
            out.flush()


def _chunks(name: str) -> Iterator[bytes]:
    """The bytes of a file or of standard input, as much at a time as is there."""
    if name == "-":
        while chunk := os.read(sys.stdin.fileno(), CHUNK_BYTES):
            yield chunk
        return
    path = Path(name)
    if not path.is_file():
        raise NotFound(
            f"there is no file {name}",
            f"没有文件 {name}",
            remedy='name a file of lines {"id", "text"}, or - for standard input',
            remedy_zh='请指明每行为 {"id", "text"} 的文件，或用 - 表示标准输入',
        )
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
