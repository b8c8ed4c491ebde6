"""A workspace as a record: opened, filled, corrected, erased. What the stages make of it is in `workspace`."""

import contextlib
import getpass
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from fanzha.chain import exporting, stages
from fanzha.chain.following import Following
from fanzha.chain.linking import Resident
from fanzha.chain.reading import Readers
from fanzha.chain.stages import Progress, now_ms, silent
from fanzha.formats.inspection import Inspection
from fanzha.ingest import amend, follow
from fanzha.ingest import mapping as mappings
from fanzha.ingest.admit import Admission, Door, admit
from fanzha.ingest.finding import LeftAlone, files_below, small_together
from fanzha.ingest.inspect import inspect
from fanzha.ingest.state import touched
from fanzha.model.case import Case as Case
from fanzha.model.case import Step as Step
from fanzha.model.terms import Terms
from fanzha.store import backup
from fanzha.store.journal import Entry
from fanzha.store.opening import begin_tables, open_tables, remove_tables, tables_in_memory
from fanzha.store.record import Act, Record
from fanzha.trace.follow import Traced


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure reached: admissions, the signed notes written, and backups that could not be told."""

    admissions: tuple[int, ...]
    notes: tuple[Path, ...]
    backups_missing: tuple[str, ...]


class Recorded:
    """The record of a workspace, owned by this process until it is closed, and the tables of what it holds."""

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
        self._readers = Readers()
        self._following = Following()
        self.record = self._stack.enter_context(Record.open(self.path, self.acting(), waiting))
        try:
            self.engine = open_tables(self.path, stages.code_version(), read_only=self.record.read_only)
            self._stack.callback(self._close_tables)
            if not self.record.read_only and self.record.handed_over() is None:
                for name, content in stages.reference_data().items():
                    self.record.put_in_use(name, content, self.acting(), stages.reference_origin(name, content))
            self._catch_up()
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the workspace."""
        self._stack.close()

    def _close_tables(self) -> None:
        self.engine.close()

    def acting(self) -> Act:
        """Who acts, and now."""
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
        door = Door(self.record, self.engine, terms or Terms(), self.acting(), mappings.kept_mapping)
        done: list[Admission] = []
        for batch in small_together(wanted):
            with self.engine.transaction():
                for number, one in batch:
                    self._progress("admit", number, len(wanted), one.name)
                    done += admit(replace(door, act=self.acting()), one.path, one.name)
        self._progress("admit", len(wanted), len(wanted), "")
        return done

    def inspect(self, path: str | os.PathLike[str], terms: Terms | None = None) -> Inspection:
        """What a file is and how it would be read, before it is admitted."""
        return inspect(self.record, Path(path), terms or Terms())

    def withdraw(self, file: int, reason: str) -> int:
        """Withdraw an admission: its rows leave every table; act and reason stay in the journal. The number of the act."""
        return amend.withdraw(self.record, self.engine, file, reason, self.acting()).seq

    def correct(self, file: int, *, format_name: str = "", **changes: str) -> int:
        """Read an admitted file again: `changes` are terms by name (zone="Asia/Bangkok"); the others stay as they were. The number
        of the act."""
        return amend.correct(
            self.record, self.engine, file, self.acting(), changes=changes, format_name=format_name
        ).seq

    def correct_row(
        self, file: int, row: int, *, reason: str, cells: Mapping[str, str] | None = None, drop: bool = False
    ) -> str:
        """Correct cells of one row by column name, or drop the row; the reason code if it is in quarantine now, else ""."""
        amend.correct_row(self.record, self.engine, file, row, self.acting(), reason=reason, cells=cells, drop=drop)
        found = self.engine.rows('SELECT reason FROM quarantine WHERE "file" = ? AND "row" = ?', (file, row))
        return str(found[0][0]) if found else ""

    def undo(self, act: int) -> int:
        """Take back an act by its number: a withdrawal, a correction, a kept mapping, a hand-over, another undo."""
        return amend.undo(self.record, self.engine, act, self.acting()).seq

    def retain(self, file: int, until_ms: int, reason: str) -> None:
        """Set anew when an admission must be erased or kept with a reason (UTC milliseconds)."""
        amend.retain(self.record, self.engine, file, until_ms, reason, self.acting())

    def erasure_reach(self, file: int) -> tuple[int, ...]:
        """The admissions that erasing this one would erase."""
        return tuple(amend.reach(self.record, file))

    def erase(self, file: int, *, ground: str, reference: str = "") -> Erased:
        """Erase an admission for good (see `ingest.amend.erase`). Pages written before are removed, for they may quote it."""
        made = amend.erase(self.record, file, self.acting(), ground=ground, reference=reference)
        self._following.drop()
        # A database file may hold scraps of whatever this process had in memory, so it is not written here again: this
        # workspace goes on in memory, and the next one that is opened makes the file anew.
        self.engine.close()
        remove_tables(self.path)
        self.engine = tables_in_memory(self.path, stages.code_version())
        follow.follow(self.record, self.engine, lambda d, n, what: self._progress("follow", d, n, what))
        shutil.rmtree(self.path / "report", ignore_errors=True)
        notes, missing = backup.write_erasures(self.record)
        self.settle()
        return Erased(tuple(int(entry.public["admission"]) for entry in made), tuple(notes), tuple(missing))

    def settle(self) -> None:
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
        mappings.keep(self.record, self.engine, proposal, self.acting())

    def now_ms(self) -> int:
        """The workspace's clock (UTC milliseconds)."""
        return self._clock()

    def traced(self) -> Traced:
        """Whose money is in each account that disputed money can have reached, by the tables as they are."""
        return self._following.traced(self.engine)

    def acts(self) -> list[Entry]:
        """Every act in the journal, in order."""
        return list(self.record.journal.entries())

    def back_up(self, path: str | os.PathLike[str], key_file: str | os.PathLike[str], hand_over_to: str = "") -> int:
        """Write a backup of everything acknowledged, under the secret in `key_file` (made if it is not there); its bytes.

        With `hand_over_to` the workspace is handed over by it: here no act can be added any more.
        """
        act = self.acting()
        size = exporting.write_backup(
            self.record,
            Path(path),
            Path(key_file),
            hand_over_to,
            act,
            lambda d, n, what: self._progress("backup", d, n, what),
        )
        self.settle()
        return size
