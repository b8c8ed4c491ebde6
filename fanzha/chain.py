"""The order of the stages, and the workspace that runs them: the only module that knows them all."""

import contextlib
import getpass
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from fanzha.document import fill
from fanzha.document.gather import case_rows
from fanzha.errors import FanzhaError, InputError, NotAllowed, NotFound, RecordDamaged
from fanzha.formats.writing import write_table
from fanzha.ingest import amend, follow
from fanzha.ingest import mapping as mappings
from fanzha.ingest.admit import Admission, admit
from fanzha.link.benign import read_benign, shipped_benign
from fanzha.link.cluster import link
from fanzha.link.weigh import read_weights, shipped_weights_text
from fanzha.model.terms import PURPOSES, Terms
from fanzha.model.version import VERSION
from fanzha.respond.propose import propose
from fanzha.store.disk import storage
from fanzha.store.engine import Engine
from fanzha.store.masked import mask_table
from fanzha.store.record import Act, Record, open_tables, owned, verify
from fanzha.store.tables import all_tables, table
from fanzha.trace.follow import trace

Progress = Callable[[str, int, int, str], None]  # stage, done, of how many, what


def _silent(_stage: str, _done: int, _total: int, _what: str) -> None:
    return


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def code_version() -> str:
    """What the tables depend on beside the record: this version and the declared tables."""
    declared = hashlib.sha256(repr(sorted(all_tables().items())).encode()).hexdigest()
    return f"{VERSION}+{declared[:12]}"


@dataclass(frozen=True, slots=True)
class Case:
    """One case: the reports that belong together, what they say was lost, and where the money is.

    Money is per currency, in minor units: stated by reporters, still held in accounts, left the accounts, and gone
    where no statement is held.
    """

    id: str
    reports: int
    first_ms: int | None
    last_ms: int | None
    places: tuple[str, ...]
    accounts: int
    tiers: int
    stated: dict[str, int]
    held: dict[str, int]
    exited: dict[str, int]
    unlocated: dict[str, int]
    steps: int


@dataclass(frozen=True, slots=True)
class Step:
    """One proposal: what to do next. Software proposes, a named person decides."""

    case_id: str
    rank: int
    verb: str
    target_kind: str
    target: str
    body: str
    amount_minor: int | None
    currency: str
    expires_ms: int | None
    ground: str
    innocent: str
    reachable_minor: int


class Workspace:
    """A workspace, owned by this process until it is closed. Use it in a `with` statement, or call `close`."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        actor: str = "",
        clock: Callable[[], int] = _now_ms,
        waiting: Callable[[int], None] = lambda _owner: None,
        progress: Progress = _silent,
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
        self.record = self._stack.enter_context(Record.open(self.path, self._act(), waiting))
        try:
            self.engine, _ = open_tables(self.path)
            self._stack.callback(self._close_tables)
            for name, content in reference_data().items():
                self.record.put_in_use(name, content, self._act())
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
        records, _, code = self.engine.stamp()
        if code != code_version() or records > self.record.journal.size():
            self._begin_tables("tables.duckdb")
        behind = self.record.journal.size() - self.engine.stamp()[0]
        shown = (
            self._progress if behind > len(reference_data()) + 1 else _silent
        )  # a new workspace has nothing to catch up
        follow.follow(self.record, self.engine, lambda d, n, what: shown("follow", d, n, what))

    def _begin_tables(self, name: str) -> None:
        self.engine.close()
        for leftover in self.path.glob("tables.duckdb*"):
            leftover.unlink()
        self.engine = Engine(self.path / name)
        self.engine.set_stamp(0, 0, code_version())

    # -- the door in ---------------------------------------------------------------------------------------------

    def admit(self, paths: Iterable[str | os.PathLike[str]], terms: Terms | None = None) -> list[Admission]:
        """Admit files, and every file of folders, in the order of their names. Nothing is guessed, nothing dropped."""
        wanted = files_below(paths)
        done = []
        for number, path in enumerate(wanted, 1):
            self._progress("admit", number - 1, len(wanted), path.name)
            done.append(admit(self.record, self.engine, path, terms or Terms(), self._act(), mappings.kept_mapping))
            self._progress("admit", number, len(wanted), path.name)
        return done

    def withdraw(self, file: int, reason: str) -> None:
        """Withdraw an admission: its rows leave every table; act and reason stay in the journal."""
        amend.withdraw(self.record, self.engine, file, reason, self._act())

    def correct(self, file: int, *, format_name: str = "", **changes: str) -> None:
        """Read an admitted file again: `changes` are terms by name (zone="Asia/Bangkok"); the others stay as they were."""
        amend.correct(self.record, self.engine, file, self._act(), changes=changes, format_name=format_name)

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
        row = self.engine.rows(
            'SELECT MAX(e.at_ms) FROM (SELECT at_ms, "file" FROM legs UNION ALL SELECT at_ms, "file" FROM calls'
            ' UNION ALL SELECT at_ms, "file" FROM reports) AS e JOIN files f ON f."file" = e."file"'
            " WHERE e.at_ms <= f.at_ms"
        )[0]
        return int(row[0] or 0)

    def refresh(self) -> None:
        """Run link, trace and respond if the tables have moved on since they last ran."""
        records, stages, code = self.engine.stamp()
        if records == stages:
            return
        self.engine.begin()
        try:
            self._run_stages(self.engine)
            self.engine.set_stamp(records, records, code)
            self.engine.commit()
        except BaseException:
            self.engine.rollback()
            raise

    def _run_stages(self, engine: Engine) -> None:
        """Make every derived table from the records; the same for the workspace's own tables and for a comparison."""
        as_of, benign = self.as_of(), read_benign(self.record.in_use("benign"))
        weights = read_weights(self.record.in_use("weights").decode())
        stages: tuple[tuple[str, Callable[[], object]], ...] = (
            ("link", lambda: link(engine, as_of, benign, weights)),
            ("trace", lambda: trace(engine, as_of)),
            ("respond", lambda: propose(engine, as_of)),
        )
        for name, stage in stages:
            self._progress(name, 0, 1, "")
            stage()
            self._progress(name, 1, 1, "")

    def cases(self) -> list[Case]:
        """Every case, the one with most money still reachable first."""
        self.refresh()
        return [Case(**row) for row in case_rows(self.engine)]

    def case(self, case_id: str) -> Case:
        """One case by its number."""
        found = next((case for case in self.cases() if case.id == case_id), None)
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

    def report(self, folder: str | os.PathLike[str], lang: str = "en") -> Path:
        """Write the pages a person reads into `folder`: index.html, a page per case, the quality of the files."""
        self.refresh()
        return fill.write_pages(
            self.engine, Path(folder), self.as_of(), lang, lambda d, n, what: self._progress("report", d, n, what)
        )

    # -- the record ----------------------------------------------------------------------------------------------

    def rebuild(self) -> int:
        """Delete the tables and make them again from originals and journal; the number of acts applied."""
        self._begin_tables("tables.duckdb")
        applied = follow.follow(self.record, self.engine, lambda d, n, what: self._progress("rebuild", d, n, what))
        self.refresh()
        return applied

    def tables_differ(self) -> list[str]:
        """Names of the tables that differ, row for row, from what originals and journal give."""
        self.refresh()
        other = Engine(None)
        other.set_stamp(0, 0, code_version())
        follow.follow(self.record, other)
        self._run_stages(other)
        differing = [name for name in all_tables() if not self.engine.all_rows(name).equals(other.all_rows(name))]
        other.close()
        return differing

    def table(self, name: str, purpose: str = "") -> pa.Table:
        """A table's rows in its fixed order: masked, unless a purpose is named, which is journalled."""
        self.refresh()
        declared = table(name)
        rows = self.engine.all_rows(name)
        if not purpose:
            return mask_table(declared, rows)
        if purpose not in PURPOSES:
            raise NotAllowed(
                f"{purpose!r} is no purpose for which personal data may be shown",
                f"{purpose!r} 不是允许的处理目的",
                remedy=f"choose one of: {', '.join(PURPOSES)}",
                remedy_zh=f"可选：{', '.join(PURPOSES)}",
            )
        self.record.note("export", self._act(), {"table": name, "purpose": purpose, "rows": rows.num_rows})
        self.engine.set_stamp(self.record.journal.size(), self.record.journal.size(), code_version())
        return rows

    def export(self, name: str, container: str, path: str | os.PathLike[str], purpose: str = "") -> int:
        """Write a table as jsonl, csv, parquet or xlsx; the number of rows. Masked unless a purpose is named."""
        rows = self.table(name, purpose)
        with storage(Path(path)):
            Path(path).write_bytes(write_table(rows, container))
        return rows.num_rows


def reference_data() -> dict[str, bytes]:
    """The reference data this version brings, by name: journalled when put in use."""
    return {"benign": shipped_benign().text, "weights": shipped_weights_text()}


def files_below(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """The ordinary files named, and those in folders named, sorted; hidden files, links and workspaces are left alone."""
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            found += _below(path)
        elif path.exists():
            found.append(path)
        else:
            raise InputError(
                "there is no such file or folder",
                "没有此文件或文件夹",
                where=str(path),
                remedy="check the path",
                remedy_zh="请检查路径",
            )
    return found


def _below(folder: Path) -> list[Path]:
    """Files of a folder in the order of their paths. A folder that is a workspace holds our own record, not evidence."""
    if (folder / "journal.sqlite").exists() and (folder / "lock").exists():
        return []
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        found += _below(path) if path.is_dir() else [path] if path.is_file() else []
    return found


def verify_workspace(path: str | os.PathLike[str]) -> list[RecordDamaged]:
    """Every place in a workspace's record that is not what was acknowledged; empty if nothing is."""
    folder = Path(path)
    if not (folder / "lock").exists():
        raise NotFound("there is no workspace here", "此处没有工作区", where=str(folder))
    with owned(folder):
        return verify(folder)


__all__ = ["Case", "FanzhaError", "Step", "Workspace", "verify_workspace"]
