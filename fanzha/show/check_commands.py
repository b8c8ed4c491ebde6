"""`fanzha check`: is this a scam? For a person one answer, for machines one JSON document, for platforms a stream of lines."""

import gc
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from fanzha.errors import InputError, NotFound
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
        _require(workspace)
    if jsonl:
        own = None if rules_only or workspace is None else _scorer_in(workspace, words)
        _stream(what or ["-"], own or scorer(rules_only=rules_only))
        return
    judge = scorer(rules_only=rules_only)
    if not what and sys.stdin.isatty():
        print(words("check_paste"), file=sys.stderr, flush=True)
    from fanzha.recognise.answer import answer
    from fanzha.show.check_inputs import asked

    questions = list(asked(what or []))
    if workspace is None:
        answers = [answer(one.text, judge, one.messages) for one in questions]
    else:
        judge, answers = _known(questions, workspace, words, judge if rules_only else None)
    pairs = list(zip(questions, answers, strict=True))
    if page is not None:
        from fanzha.show.check_answers import write_page

        write_page(page, pairs, time.time_ns() // 1_000_000, words.lang, workspace)
    if json:
        from json import dumps

        from fanzha.show.check_answers import as_json

        print(dumps({"checks": [as_json(one, said, words, judge.name) for one, said in pairs]}, indent=1))
    else:
        _show(pairs, words, page, workspace)


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


def _require(folder: Path) -> None:
    """NotFound where there is no workspace: to ask one must not make one."""
    if not (folder / "lock").exists():
        raise NotFound(
            f"there is no workspace at {folder}",
            f"{folder} 处没有工作区",
            remedy="leave --workspace out, or name the folder of a workspace",
            remedy_zh="请去掉 --workspace，或指明工作区文件夹",
        )


def _open(folder: Path, words: Words) -> "Workspace":
    from fanzha.chain import Workspace

    def waiting(owner: int) -> None:
        print(words("waiting", owner=owner), file=sys.stderr, flush=True)

    return Workspace(folder, waiting=waiting)


def _known(
    questions: "list[Asked]", folder: Path, words: Words, judge: "Scorer | None"
) -> "tuple[Scorer, list[Answer]]":
    """The answers with what a workspace knows of what is in them, by `judge` or the scorer in use there; and that scorer."""
    from dataclasses import replace

    from fanzha.chain.known_about import campaign_like, known_about
    from fanzha.recognise.answer import answer

    answers = []
    with _open(folder, words) as workspace:
        judge = judge or workspace.recognising.scorer()
        for asked in questions:
            one = answer(asked.text, judge, asked.messages)
            found = [(two.kind, two.normal) for two in one.reading.identifiers]
            known = known_about(workspace, found)
            like = None if one.only else campaign_like(workspace, asked.text, asked.messages)
            answers.append(replace(one, known=known, like=like))
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
