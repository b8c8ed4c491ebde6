"""What a person reads in the terminal, and what a machine reads instead with --json."""

import contextlib
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import apsw
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from fanzha.chain import Case, Step, Workspace
from fanzha.document.figures import moment, money
from fanzha.document.fill_file import format_name
from fanzha.document.words import pick
from fanzha.errors import FanzhaError
from fanzha.formats import known
from fanzha.ingest.admit import Admission
from fanzha.ingest.finding import LeftAlone
from fanzha.ingest.reading import UNREADABLE
from fanzha.model.version import VERSION
from fanzha.model.words import vocabulary
from fanzha.show.present_error import print_json
from fanzha.show.words import Words
from fanzha.store.masked import mask_value

WIDE = 100  # columns of a terminal in which every column of a list of cases fits; money is never cut off
PARTS = ("duckdb", "pyarrow", "numpy", "apsw", "cryptography", "phonenumbers", "python-calamine")


class Terminal:
    """One run's face: progress on standard error, results on standard output."""

    def __init__(self, words: Words, *, json_wanted: bool) -> None:
        self.words = words
        self.json_wanted = json_wanted
        self.out = Console()
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    # -- progress ------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Show progress while the work lasts; nothing on standard output, nothing at all with --json or where nobody watches (a pipe, a log)."""
        if self.json_wanted or not sys.stderr.isatty():
            yield
            return
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed}/{task.total} {task.fields[what]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as progress:
            self._progress = progress
            try:
                yield
            finally:
                self._progress = None

    def progress(self, stage: str, done: int, total: int, what: str) -> None:
        """One step of a stage: `done` of `total`."""
        if self._progress is None:
            return
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(self.words(f"stage_{stage}"), total=total, what="")
        self._progress.update(self._tasks[stage], completed=done, total=total, what=what[:40])

    def finish(self) -> None:
        """End the progress display before results are printed."""
        if self._progress is not None:
            for task in self._tasks.values():
                self._progress.update(task, what="")
            self._progress.stop()

    def waiting(self, owner: int) -> None:
        """Another process owns the workspace."""
        print(self.words("waiting", owner=owner), file=sys.stderr, flush=True)

    # -- small pieces --------------------------------------------------------------------------------------------

    def json(self, value: Any) -> None:
        """Print one JSON document."""
        print_json(value)

    def say(self, key: str, **values: object) -> None:
        """One sentence; with --json its values."""
        if self.json_wanted:
            self.json({key: values})
        else:
            self.out.print(Text(self.words(key, **values)))

    def table(self, title: str, *columns: tuple[str, str]) -> Table:
        table = Table(title=self.words(title), title_justify="left", title_style="bold", header_style="bold", box=None)
        for name, justify in columns:
            right = justify == "right"
            table.add_column(
                self.words(name),
                justify="right" if right else "left",
                overflow="fold",
                no_wrap=right or name in ("col_case", "col_target", "col_identifier"),
            )
        return table

    def moment(self, at_ms: int | None) -> str:
        return pick(moment(at_ms, "Asia/Shanghai"), self.words.lang)

    def _sums(self, sums: dict[str, int]) -> str:
        return "\n".join(money(minor, currency) for currency, minor in sorted(sums.items()) if minor) or "–"

    # -- results -------------------------------------------------------------------------------------------------

    def admissions(self, admissions: Sequence[Admission], left_alone: Sequence[LeftAlone] = ()) -> None:
        """What became of each file."""
        if self.json_wanted:
            left = [{"path": str(one.path), "why": one.why} for one in left_alone]
            self.json({"admissions": [asdict(admission) for admission in admissions], "left_alone": left})
            return
        table = self.table(
            "files_title",
            ("col_number", "right"),
            ("col_file", "left"),
            ("col_format", "left"),
            ("col_rows", "right"),
            ("col_kept", "right"),
            ("col_quarantined", "right"),
            ("col_structure", "right"),
        )
        for a in admissions:
            name = Text(("  " if a.part_of >= 0 else "") + a.name)
            if a.again:
                name.append(f"  {self.words('again')}", style="dim")
            form = (
                Text(self.words("unreadable"), style="red")
                if a.format == UNREADABLE
                else Text(self.format_name(a.format))
            )
            bad = Text(str(a.quarantined), style="yellow" if a.quarantined else "dim")
            table.add_row(str(a.file), name, form, str(a.rows_in), str(a.kept), bad, str(a.structure))
        self.out.print(table)
        for one in left_alone:
            self.out.print(Text(self.words(f"left_{one.why}", path=one.path), style="yellow"))

    def format_name(self, name: str) -> str:
        """What a format is called."""
        return pick(format_name(name), self.words.lang)

    def reasons(self, workspace: Workspace) -> None:
        """Why rows are in quarantine, and what to do about it."""
        counts = workspace.engine.rows("SELECT reason, COUNT(*) FROM quarantine GROUP BY reason ORDER BY 2 DESC, 1")
        if self.json_wanted or not counts:
            return
        table = self.table("reasons_title", ("col_rows", "right"), ("col_reason", "left"), ("col_next", "left"))
        reasons = vocabulary("reasons")
        for code, count in counts:
            term = reasons[code]
            table.add_row(str(count), term.say(self.words.lang), Text(term.note(self.words.lang), style="dim"))
        self.out.print(table)

    def cases(self, workspace: Workspace, cases: Sequence[Case], limit: int) -> None:
        """The cases, and how many single reports stand alone."""
        if self.json_wanted:
            self.json({"as_of": workspace.as_of(), "cases": [asdict(case) for case in cases]})
            return
        if not cases:
            self.out.print(self.words("no_cases"))
            return
        several = [case for case in cases if case.reports > 1 or case.accounts]
        is_wide = self.out.width >= WIDE
        table = self.table(
            "cases_title",
            ("col_case", "left"),
            ("col_reports", "right"),
            *((("col_accounts", "right"), ("col_tiers", "right")) if is_wide else ()),
            ("col_stated", "right"),
            ("col_held", "right"),
            ("col_exited", "right"),
            ("col_unlocated", "right"),
        )
        for case in several[:limit]:
            table.add_row(
                case.id,
                str(case.reports),
                *((str(case.accounts), str(case.tiers)) if is_wide else ()),
                self._sums(case.stated),
                Text(self._sums(case.held), style="bold green"),
                self._sums(case.exited),
                self._sums(case.unlocated),
            )
        self.out.print(table)
        when = self.moment(workspace.as_of())
        self.out.print(
            Text(self.words("as_of", moment=when, zone="UTC+8", single=len(cases) - len(several)), style="dim")
        )

    def steps(self, steps: Sequence[Step]) -> None:
        """Proposals, the most urgent first; of one case with the numbers by which they are adopted."""
        one_case = len({step.case_id for step in steps}) == 1
        table = self.table(
            "steps_title",
            ("col_number", "right") if one_case else ("col_case", "left"),
            ("col_verb", "left"),
            ("col_target", "left"),
            ("col_body", "left"),
            ("col_amount", "right"),
            ("col_expires", "left"),
            ("col_innocent", "left"),
        )
        verbs, innocent, lang = vocabulary("steps"), vocabulary("innocent"), self.words.lang
        for step in steps:
            amount = money(step.amount_minor, step.currency) if step.amount_minor is not None else "–"
            expires = self.moment(step.expires_ms)
            first = innocent[step.innocent].say(lang) if step.innocent in innocent and step.innocent != "none" else "–"
            table.add_row(
                str(step.number) if one_case else step.case_id,
                verbs[step.verb].say(lang),
                mask_value(step.target_kind, step.target),
                step.body or "–",
                amount,
                expires,
                first,
            )
        self.out.print(table)

    def run_summary(
        self, workspace: Workspace, admissions: Sequence[Admission], cases: Sequence[Case], page: Path
    ) -> None:
        """The end of the main job: files, quarantine, cases, first steps, where the report lies."""
        if self.json_wanted:
            self.json(
                {
                    "as_of": workspace.as_of(),
                    "report": str(page),
                    "admissions": [asdict(a) for a in admissions],
                    "cases": [asdict(case) for case in cases],
                }
            )
            return
        self.admissions(admissions, workspace.left_alone)
        self.out.print()
        self.reasons(workspace)
        self.out.print()
        self.cases(workspace, cases, 10)
        self.out.print()
        first = [step for case in cases[:5] for step in workspace.steps(case.id)]
        self.steps(sorted(first, key=lambda step: (step.rank, step.case_id))[:8])
        summary = self.words(
            "summary",
            files=len(admissions),
            kept=sum(a.kept for a in admissions),
            quarantined=sum(a.quarantined for a in admissions),
            reports=sum(case.reports for case in cases),
            cases=len(cases),
        )
        self.out.print(Panel(Text(f"{summary}\n{self.words('report_at', path=page)}"), expand=False))

    def problems(self, problems: Sequence[FanzhaError]) -> None:
        """Places of the record that are not what was acknowledged."""
        if self.json_wanted:
            self.json({"problems": [{"what": p.what, "where": p.where} for p in problems]})
            return
        self.out.print(Text(self.words("verify_bad", count=len(problems)), style="bold red"))
        for problem in problems:
            self.out.print(Text(f"  {self.words.pick(problem.what, problem.what_zh)}  {problem.where}"))

    def verified(self, workspace: Workspace, differing: list[str] | None) -> None:
        """The record is whole; and, if asked for, whether the tables follow from it."""
        counts = {"originals": len(workspace.record.originals.held()), "entries": workspace.record.journal.size()}
        if self.json_wanted:
            self.json({"problems": [], **counts, "tables_differ": differing})
            return
        self.out.print(Text(self.words("verify_ok", **counts), style="green"))
        if differing is not None:
            key = "verify_tables_bad" if differing else "verify_tables_ok"
            self.out.print(Text(self.words(key, tables=", ".join(differing)), style="red" if differing else "green"))

    def formats(self) -> None:
        """Every format that can be read."""
        if self.json_wanted:
            self.json({"formats": [{"name": f.name, "en": f.en, "zh": f.zh} for f in known.FORMATS]})
            return
        table = Table(box=None, show_header=False)
        for one in known.FORMATS:
            table.add_row(one.name, self.words.pick(one.en, one.zh))
        self.out.print(table)

    def doctor(self, folder: Path) -> None:
        """Installation and workspace."""
        parts = {name: version(name) for name in PARTS}
        state: dict[str, Any] = {
            "fanzha": VERSION,
            "python": platform.python_version(),
            "parts": parts,
            "sqlite": apsw.sqlite_lib_version(),
            "workspace": None,
        }
        if (folder / "lock").exists():
            with Workspace(folder) as workspace:
                state["workspace"] = {
                    "path": str(folder),
                    "entries": workspace.record.journal.size(),
                    "unclaimed": len(workspace.record.unclaimed()),
                }
        if self.json_wanted:
            self.json(state)
            return
        lines = [
            self.words("doctor_title"),
            self.words("doctor_python", version=state["python"]),
            self.words("doctor_sqlite", version=state["sqlite"]),
            *(self.words("doctor_part", name=name, version=found) for name, found in parts.items()),
        ]
        held = state["workspace"]
        lines.append(self.words("doctor_workspace", **held) if held else self.words("doctor_no_workspace", path=folder))
        for line in lines:
            self.out.print(Text(line))
