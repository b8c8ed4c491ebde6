"""What each command does: open the workspace, call it, print. Nothing here decides anything."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

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
    actor: Annotated[str, Parameter(show_default=False)] = ""
    "Named person who acts (default: the login name) / 操作人."


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

    def terms(self) -> "Terms":
        """The terms, checked."""
        from fanzha.model.terms import Terms

        return Terms(**vars(self))


def _terminal(common: Common) -> "Terminal":
    """Say hello before anything heavy is imported: the first line appears at once."""
    words = Words(common.lang if common.lang in ("zh", "en") else choose_language(sys.argv[1:]))
    if not common.json:
        print(words("starting", version=VERSION, path=common.workspace), file=sys.stderr, flush=True)
    from fanzha.show.terminal import Terminal

    return Terminal(words, json_wanted=common.json)


def _workspace(common: Common, terminal: "Terminal") -> "Workspace":
    from fanzha.chain import Workspace

    return Workspace(common.workspace, actor=common.actor, waiting=terminal.waiting, progress=terminal.progress)


NO_COMMON = Common()
NO_HANDLING = Handling()


def run(
    folder: list[Path], /, *, out: Path | None = None, handling: Handling = NO_HANDLING, common: Common = NO_COMMON
) -> None:
    """Admit, link, trace, propose, report."""
    terminal = _terminal(common)
    with terminal.working(), _workspace(common, terminal) as workspace:
        admissions = workspace.admit(folder, handling.terms())
        cases = workspace.cases()
        page = workspace.report(out or common.workspace / "report", terminal.words.lang)
        terminal.finish()
        terminal.run_summary(workspace, admissions, cases, page)


def admit(file: list[Path], /, *, handling: Handling = NO_HANDLING, common: Common = NO_COMMON) -> None:
    """Admit files."""
    terminal = _terminal(common)
    with terminal.working(), _workspace(common, terminal) as workspace:
        admissions = workspace.admit(file, handling.terms())
        terminal.finish()
        terminal.admissions(admissions)
        terminal.reasons(workspace)


def map_table(
    file: Path,
    /,
    *,
    keep: Annotated[bool, Parameter(negative="")] = False,
    set: Annotated[list[str] | None, Parameter(negative="")] = None,
    handling: Handling = NO_HANDLING,
    common: Common = NO_COMMON,
) -> None:
    """Propose and keep a mapping."""
    terminal = _terminal(common)
    if not keep and not common.workspace.exists():  # looking at a file leaves nothing behind
        from fanzha.ingest.mapping import propose

        terminal.proposal(propose(None, file, handling.terms(), set or []), kept=False)
        return
    with _workspace(common, terminal) as workspace:
        proposal = workspace.propose_mapping(file, handling.terms(), changes=set or [])
        if keep:
            workspace.keep_mapping(proposal)
        terminal.proposal(proposal, kept=keep)


def cases(*, limit: int = 30, common: Common = NO_COMMON) -> None:
    """List cases."""
    terminal = _terminal(common)
    with terminal.working(), _workspace(common, terminal) as workspace:
        found = workspace.cases()
        terminal.finish()
        terminal.cases(workspace, found, limit)


def one_case(id: str, /, *, common: Common = NO_COMMON) -> None:
    """Show one case."""
    terminal = _terminal(common)
    with terminal.working(), _workspace(common, terminal) as workspace:
        found = workspace.case(id)
        terminal.finish()
        terminal.case(workspace, found)


def rebuild(*, common: Common = NO_COMMON) -> None:
    """Make the tables again."""
    terminal = _terminal(common)
    with terminal.working(), _workspace(common, terminal) as workspace:
        acts = workspace.rebuild()
        terminal.finish()
        terminal.say("rebuilt", acts=acts)


def verify(*, deep: Annotated[bool, Parameter(negative="")] = False, common: Common = NO_COMMON) -> None:
    """Verify the record; with --deep also make every table again and compare."""
    terminal = _terminal(common)
    from fanzha.chain import verify_workspace

    problems = verify_workspace(common.workspace)
    if problems:
        terminal.problems(problems)
        sys.exit(5)
    with terminal.working(), _workspace(common, terminal) as workspace:
        differing = workspace.tables_differ() if deep else None
        terminal.finish()
        terminal.verified(workspace, differing)
        if differing:
            sys.exit(5)


def withdraw(file: int, /, *, reason: str, common: Common = NO_COMMON) -> None:
    """Withdraw an admission by its number."""
    terminal = _terminal(common)
    with _workspace(common, terminal) as workspace:
        workspace.withdraw(file, reason)
        terminal.say("withdrawn", file=file)


def correct(
    file: int,
    /,
    *,
    format: str = "",
    zone: str = "",
    region: str = "",
    currency: str = "",
    body: str = "",
    common: Common = NO_COMMON,
) -> None:
    """Read an admission again; what is not named stays as it was."""
    terminal = _terminal(common)
    named = {"zone": zone, "region": region, "currency": currency, "body": body}
    with _workspace(common, terminal) as workspace:
        workspace.correct(file, format_name=format, **{name: value for name, value in named.items() if value})
        terminal.say("corrected", file=file)


def export_table(
    table: str,
    /,
    *,
    format: Literal["jsonl", "csv", "parquet", "xlsx"] = "csv",
    out: Path | None = None,
    purpose: str = "",
    common: Common = NO_COMMON,
) -> None:
    """Export a table."""
    terminal = _terminal(common)
    with terminal.working(), _workspace(common, terminal) as workspace:
        path = out or Path(f"{table}.{format}")
        rows = workspace.export(table, format, path, purpose)
        terminal.finish()
        masked = terminal.words("unmasked" if purpose else "masked")
        terminal.say("exported", rows=rows, table=table, path=path, masked=masked)


def list_formats(*, common: Common = NO_COMMON) -> None:
    """List formats."""
    terminal = _terminal(common)
    terminal.formats()


def doctor(*, common: Common = NO_COMMON) -> None:
    """Look at installation and workspace."""
    terminal = _terminal(common)
    terminal.doctor(common.workspace)
