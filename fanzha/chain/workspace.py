"""The workspace: what a caller can do with it. Each act is journalled, then the tables follow."""

import contextlib
import getpass
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from fanzha.chain import exporting, judging, stages
from fanzha.chain.holding import weak_place
from fanzha.chain.judging import Judged
from fanzha.chain.learning import Epoch, next_epoch, put_in_use
from fanzha.chain.linking import Resident
from fanzha.chain.stages import Progress, now_ms, silent
from fanzha.document import fill
from fanzha.document.gather import case_rows
from fanzha.document.standing import PAGE_WEAK_MAX
from fanzha.errors import NotAllowed, NotFound
from fanzha.formats.inspection import Inspection
from fanzha.formats.writing import write_table
from fanzha.ingest import amend, follow
from fanzha.ingest import mapping as mappings
from fanzha.ingest.admit import Admission, Door, admit
from fanzha.ingest.finding import LeftAlone, files_below, small_together
from fanzha.ingest.inspect import inspect
from fanzha.ingest.state import touched
from fanzha.link.linker import Linker
from fanzha.link.why import Why
from fanzha.model.case import Case as Case
from fanzha.model.case import Step as Step
from fanzha.model.terms import Terms
from fanzha.store import backup
from fanzha.store.disk import storage
from fanzha.store.journal import Entry
from fanzha.store.opening import begin_tables, open_tables, remove_tables, tables_in_memory
from fanzha.store.record import Act, Record
from fanzha.store.tables import all_tables, table


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure reached: admissions, the signed notes written, and backups that could not be told."""

    admissions: tuple[int, ...]
    notes: tuple[Path, ...]
    backups_missing: tuple[str, ...]


class Workspace:
    """A workspace, owned by this process until it is closed. Use it in a `with` statement, or call `close`."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        actor: str = "",
        clock: Callable[[], int] = now_ms,
        waiting: Callable[[int], None] = lambda _owner: None,
        progress: Progress = silent,
    ) -> None:
        """Open the workspace at `path`, making it if it is not there, and bring its tables up to its journal.

        `actor` is the named person who acts (default: the account's name); `clock` gives UTC milliseconds; `waiting`
        is called once with the owner's process number if another process owns the workspace.
        """
        self.path = Path(path)
        self._actor = actor or getpass.getuser()
        self._clock = clock
        self._progress = progress
        self._stack = contextlib.ExitStack()
        self.left_alone: list[LeftAlone] = []
        self._resident = Resident()
        self.record = self._stack.enter_context(Record.open(self.path, self._act(), waiting))
        try:
            self.engine = open_tables(self.path, stages.code_version(), read_only=self.record.read_only)
            self._stack.callback(self._close_tables)
            if not self.record.read_only and self.record.handed_over() is None:
                for name, content in stages.reference_data().items():
                    self.record.put_in_use(name, content, self._act(), stages.reference_origin(name, content))
            self._catch_up()
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the workspace."""
        self._stack.close()

    def _close_tables(self) -> None:
        self.engine.close()

    def _act(self) -> Act:
        return Act(self._actor, self._clock())

    def _catch_up(self) -> None:
        """Bring the record tables up to the journal: after a crash, an interrupted run, a newer version."""
        size, seen = self.record.journal.size(), self.engine.stamp()[0]
        erased = any(entry.act == "erase" for entry in self.record.journal.entries()[seen:])
        if seen > size or (erased and not self.engine.read_only):
            self._begin_tables()
        elif seen == size:
            return
        if self.engine.read_only:
            self._begin_in_memory()
        shown = self._progress if touched(self.record.journal.entries(), self.engine.stamp()[0]) else silent
        follow.follow(self.record, self.engine, lambda d, n, what: shown("follow", d, n, what))

    def _begin_in_memory(self) -> None:
        """Tables beside a frozen record that lag behind it: made again, in memory."""
        self.engine.close()
        self.engine = tables_in_memory(self.path, stages.code_version())
        follow.follow(self.record, self.engine)

    def _begin_tables(self) -> None:
        self.engine.close()
        self.engine = begin_tables(self.path, stages.code_version())

    # -- the door in ---------------------------------------------------------------------------------------------

    def admit(self, paths: Iterable[str | os.PathLike[str]], terms: Terms | None = None) -> list[Admission]:
        """Admit files, every file of folders and every file in bundles, in the order of their names. Nothing is guessed,
        nothing dropped; `left_alone` then lists links and the like that are never admitted."""
        self.record.check_writable()
        self._catch_up()
        wanted, self.left_alone = files_below(paths)
        door = Door(self.record, self.engine, terms or Terms(), self._act(), mappings.kept_mapping)
        done: list[Admission] = []
        for batch in small_together(wanted):
            with self.engine.transaction():
                for number, one in batch:
                    self._progress("admit", number, len(wanted), one.name)
                    done += admit(replace(door, act=self._act()), one.path, one.name)
        self._progress("admit", len(wanted), len(wanted), "")
        return done

    def inspect(self, path: str | os.PathLike[str], terms: Terms | None = None) -> Inspection:
        """What a file is and how it would be read, before it is admitted."""
        return inspect(self.record, Path(path), terms or Terms())

    def withdraw(self, file: int, reason: str) -> None:
        """Withdraw an admission: its rows leave every table; act and reason stay in the journal."""
        amend.withdraw(self.record, self.engine, file, reason, self._act())

    def correct(self, file: int, *, format_name: str = "", **changes: str) -> None:
        """Read an admitted file again: `changes` are terms by name (zone="Asia/Bangkok"); the others stay as they were."""
        amend.correct(self.record, self.engine, file, self._act(), changes=changes, format_name=format_name)

    def correct_row(
        self, file: int, row: int, *, reason: str, cells: Mapping[str, str] | None = None, drop: bool = False
    ) -> str:
        """Correct cells of one row by column name, or drop the row; the reason code if it is in quarantine now, else ""."""
        amend.correct_row(self.record, self.engine, file, row, self._act(), reason=reason, cells=cells, drop=drop)
        found = self.engine.rows('SELECT reason FROM quarantine WHERE "file" = ? AND "row" = ?', (file, row))
        return str(found[0][0]) if found else ""

    def undo(self, act: int) -> None:
        """Take back an act by its number: a withdrawal, a correction, a kept mapping, a hand-over, another undo."""
        amend.undo(self.record, self.engine, act, self._act())

    def retain(self, file: int, until_ms: int, reason: str) -> None:
        """Set anew when an admission must be erased or kept with a reason (UTC milliseconds)."""
        amend.retain(self.record, self.engine, file, until_ms, reason, self._act())

    def erasure_reach(self, file: int) -> tuple[int, ...]:
        """The admissions that erasing this one would erase."""
        return tuple(amend.reach(self.record, file))

    def erase(self, file: int, *, ground: str, reference: str = "") -> Erased:
        """Erase an admission for good (see `ingest.amend.erase`). Pages written before are removed, for they may quote it."""
        made = amend.erase(self.record, file, self._act(), ground=ground, reference=reference)
        # A database file may hold scraps of whatever this process had in memory, so it is not written here again: this
        # workspace goes on in memory, and the next one that is opened makes the file anew.
        self.engine.close()
        remove_tables(self.path)
        self.engine = tables_in_memory(self.path, stages.code_version())
        follow.follow(self.record, self.engine, lambda d, n, what: self._progress("follow", d, n, what))
        shutil.rmtree(self.path / "report", ignore_errors=True)
        notes, missing = backup.write_erasures(self.record)
        self._follow_entries()
        return Erased(tuple(int(entry.public["admission"]) for entry in made), tuple(notes), tuple(missing))

    def _follow_entries(self) -> None:
        """Say that the tables have seen acts which do not concern them."""
        if self.engine.read_only:
            return
        records, staged, code = self.engine.stamp()
        size = self.record.journal.size()
        self.engine.set_stamp(size, size if staged == records else staged, code)

    def propose_mapping(
        self, path: str | os.PathLike[str], terms: Terms | None = None, changes: Sequence[str] = ()
    ) -> mappings.Proposal:
        """How a table would be read: which column is what and why, and its first rows as understood.

        `changes`: "COLUMN=FIELD" and the like, see `ingest.mapping.propose`.
        """
        return mappings.propose(self.record, Path(path), terms or Terms(), changes)

    def keep_mapping(self, proposal: mappings.Proposal) -> None:
        """Keep a mapping for files of the same layout, and read those admitted already again with it."""
        mappings.keep(self.record, self.engine, proposal, self._act())

    # -- the stages ----------------------------------------------------------------------------------------------

    def as_of(self) -> int:
        """The moment everything is computed for: the latest event admitted, never later than its admission."""
        return stages.as_of(self.engine)

    def refresh(self) -> None:
        """Run link, trace and respond if the tables have moved on since they last ran."""
        self._catch_up()
        records, staged, code = self.engine.stamp()
        if records == staged:
            return
        if self.engine.read_only:
            self._begin_in_memory()
        with self.engine.transaction():
            stages.run_stages(self.record, self.engine, self._progress, self._resident)
            self.engine.set_stamp(records, records, code)

    def cases(self) -> list[Case]:
        """Every case, the one with most money still reachable first."""
        self.refresh()
        return [Case(**row) for row in case_rows(self.engine)]

    def case(self, case_id: str) -> Case:
        """One case by its number; a number that was given up when cases became one leads to the case of today."""
        found = next((case for case in self.cases() if case.id == case_id), None)
        if found is None and re.fullmatch(r"[0-9]+-[0-9]+", case_id):
            today = judging.case_of(self.engine, case_id)
            found = next((case for case in self.cases() if case.id == today), None)
        if found is None:
            some = ", ".join(case.id for case in self.cases()[:5])
            raise NotFound(
                f"there is no case {case_id}",
                f"没有编号为 {case_id} 的案件",
                remedy=f"cases there are: {some} ...; `fanzha cases` lists all",
                remedy_zh=f"现有案件：{some} ……",
            )
        return found

    def steps(self, case_id: str) -> list[Step]:
        """What to do next in a case, most urgent first."""
        self.refresh()
        names = table("steps").column_names()
        rows = self.engine.rows("SELECT * FROM steps WHERE case_id = ? ORDER BY rank", (case_id,))
        return [Step(**dict(zip(names, row, strict=True))) for row in rows]

    def joins(self, case_id: str) -> list[dict[str, Any]]:
        """Why a case's reports belong together: each shared identifier, those that did not join included."""
        self.refresh()
        return [
            dict(zip(("kind", "value", "weight", "joins", "why", "reports"), row, strict=True))
            for row in self.engine.rows(
                "SELECT kind, value, weight, joins, why, COUNT(*) FROM joins WHERE case_id = ?"
                " GROUP BY kind, value, weight, joins, why ORDER BY joins DESC, 6 DESC, kind, value",
                (case_id,),
            )
        ]

    def judge(self, verdict: str, left: Iterable[str], right: Iterable[str] = (), *, reason: str) -> Judged:
        """Judge whether things belong together: `verdict` is same, different, unsure, nobody or also.

        Things are reports or cases ("3-17") and identifiers ("phone:+8613800138000"). A judgement always wins over the evidence and
        is taken back with `undo`. Raises NotAllowed if it contradicts one that stands.
        """
        self.refresh()
        sides = judging.known_things(self.engine, [*left]), judging.known_things(self.engine, [*right])
        before = judging.cases_of(self.engine, [value for kind, value in (*sides[0], *sides[1]) if kind == "report"])
        act = judging.judge(self.record, self.engine, self._act(), verdict, sides, reason)
        self.refresh()
        after = judging.cases_of(self.engine, list(before))
        return Judged(act, tuple((one, before[one], after.get(one, "")) for one in before))

    def merge(self, cases: Iterable[str], *, reason: str) -> Judged:
        """Judge that cases are one: the reports by which they are named belong together. NotAllowed if they are one already."""
        named = list(cases)
        found = [self.case(case).id for case in named]
        if len(found) < 2 or len(set(found)) < len(found):
            raise NotAllowed(
                f"there are no different cases to merge: what was named is case {', '.join(found)} today",
                f"没有可合并的不同案件：所指现为案件 {'、'.join(found)}",
                remedy="name two different cases; `fanzha cases` lists them",
                remedy_zh="请指明两个不同的案件；fanzha cases 可列出全部",
            )
        return self.judge("same", named[:1], named[1:], reason=reason)

    def split(self, case_id: str, reports: Iterable[str], *, reason: str) -> Judged:
        """Judge that some reports of a case do not belong with its other reports."""
        out, rest = judging.split_sides(self.engine, self.case(case_id).id, list(reports))
        return self.judge("different", out, rest, reason=reason)

    def why(self, left: str, right: str) -> Why:
        """Why two things belong together or not, and what would change the answer. Things as in `judge`."""
        self.refresh()
        return judging.why_of(self.linker(), self.engine, [left, right])

    def next_epoch(self, *, begin: bool = False) -> Epoch:
        """Weights learned anew from the reports and judgements of this workspace, and what they would change; with `begin` they
        are put in use, as an act."""
        self.refresh()
        epoch = next_epoch(self.record, self.engine, self.linker(), self.as_of())
        if begin:
            put_in_use(self.record, epoch, self._act())
            self.refresh()
        return epoch

    def linker(self) -> Linker:
        """What is linked, in memory."""
        self.refresh()
        return self._resident.linker or self._resident.load(self.record, self.engine, self.as_of())

    def report(self, folder: str | os.PathLike[str], lang: str = "en") -> Path:
        """Write the pages a person reads into `folder`: index.html, a page per case, the quality of the files."""
        self.refresh()
        linker = self.linker()
        return fill.write_pages(
            self.engine,
            Path(folder),
            self.as_of(),
            lang,
            lambda d, n, what: self._progress("report", d, n, what),
            weakest=lambda case_id: weak_place(linker, case_id, PAGE_WEAK_MAX),
        )

    # -- the record ----------------------------------------------------------------------------------------------

    def rebuild(self) -> int:
        """Delete the tables and make them again from originals and journal; the number of files read."""
        self.record.check_writable()
        self._begin_tables()
        files = follow.follow(self.record, self.engine, lambda d, n, what: self._progress("rebuild", d, n, what))
        self.refresh()
        return files

    def tables_differ(self) -> list[str]:
        """Names of the tables that differ, row for row, from what originals and journal give."""
        self.refresh()
        other = tables_in_memory(self.path, stages.code_version())
        follow.follow(self.record, other)
        stages.run_stages(self.record, other, self._progress)
        differing = [name for name in all_tables() if not self.engine.all_rows(name).equals(other.all_rows(name))]
        other.close()
        return differing

    def table(self, name: str, purpose: str = "") -> pa.Table:
        """A table's rows in its fixed order: masked, unless a purpose is named, which is journalled."""
        self.refresh()
        rows = exporting.rows_for(self.record, self.engine, name, purpose, self._act())
        if purpose:
            self._follow_entries()
        return rows

    def reference(self) -> list[dict[str, Any]]:
        """The reference data and models in use: name, source, date, SHA-256 and the act that put each in use."""
        return exporting.reference_in_use(self.record)

    def now_ms(self) -> int:
        """The workspace's clock (UTC milliseconds)."""
        return self._clock()

    def acts(self) -> list[Entry]:
        """Every act in the journal, in order."""
        return list(self.record.journal.entries())

    def back_up(self, path: str | os.PathLike[str], key_file: str | os.PathLike[str], hand_over_to: str = "") -> int:
        """Write a backup of everything acknowledged, under the secret in `key_file` (made if it is not there); its bytes.

        With `hand_over_to` the workspace is handed over by it: here no act can be added any more.
        """
        act = self._act()
        size = exporting.write_backup(
            self.record,
            Path(path),
            Path(key_file),
            hand_over_to,
            act,
            lambda d, n, what: self._progress("backup", d, n, what),
        )
        self._follow_entries()
        return size

    def export(self, name: str, container: str, path: str | os.PathLike[str], purpose: str = "") -> int:
        """Write a table as jsonl, csv, parquet or xlsx; the number of rows. Masked unless a purpose is named."""
        rows = self.table(name, purpose)
        with storage(Path(path)):
            Path(path).write_bytes(write_table(rows, container))
        return rows.num_rows
