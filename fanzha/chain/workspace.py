"""The workspace: what a caller can do with it. Each act is journalled, then the tables follow."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from fanzha.chain import exporting, judging, stages
from fanzha.chain.accounts import AccountMoney, account_money
from fanzha.chain.desk import Desk
from fanzha.chain.holding import weak_place
from fanzha.chain.judging import Judged
from fanzha.chain.learning import Epoch, next_epoch, put_in_use
from fanzha.chain.recognising import Recognising
from fanzha.chain.recorded import Recorded
from fanzha.document import fill
from fanzha.document.dealt import Dealings, Dealt, OrderLine, order_lines
from fanzha.document.fill_queue import Queue
from fanzha.document.gather import case_rows, known_names
from fanzha.document.standing import PAGE_WEAK_MAX
from fanzha.errors import NotAllowed, NotFound
from fanzha.formats.writing import write_table
from fanzha.ingest import follow
from fanzha.link.linker import Linker
from fanzha.link.why import Why
from fanzha.model.case import Case as Case
from fanzha.model.case import Step as Step
from fanzha.respond import appeals, order_book
from fanzha.respond.ground import case_today
from fanzha.store.disk import storage
from fanzha.store.opening import tables_in_memory
from fanzha.store.tables import all_tables, table
from fanzha.trace.exact import Holding
from fanzha.trace.index import Trail


class Workspace(Recorded):
    """A workspace, owned by this process until it is closed. Use it in a `with` statement, or call `close`."""

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
            stages.run_stages(self.record, self.engine, self._progress, self._resident, self._readers)
            self.engine.set_stamp(records, records, code)

    def undo(self, act: int) -> int:
        """Take back an act by its number: a withdrawal, a correction, a judgement, an order that nobody was told of, another undo.
        The number of the act that does it. Raises NotAllowed for what cannot be taken back any more."""
        entries = self.record.journal.entries()
        if 0 <= act < len(entries):
            order_book.check_undo(entries, act)
            appeals.check_undo(entries, act)
        return super().undo(act)

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
            there = (
                f"cases there are: {some} ..." if some else "no case has been made yet, `fanzha run FOLDER` makes them"
            )
            raise NotFound(
                f"there is no case {case_id}",
                f"没有编号为 {case_id} 的案件",
                remedy=f"{there}; `fanzha cases` lists all",
                remedy_zh=f"现有案件：{some} ……" if some else "尚无案件，可用 fanzha run 文件夹 生成",
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
        act = judging.judge(self.record, self.engine, self.acting(), verdict, sides, reason)
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
            put_in_use(self.record, epoch, self.acting())
            self.refresh()
        return epoch

    def linker(self) -> Linker:
        """What is linked, in memory."""
        self.refresh()
        return self._resident.linker or self._resident.load(self.record, self.engine, self.as_of())

    @property
    def recognising(self) -> Recognising:
        """Campaigns, verdicts on texts, training, drift."""
        return Recognising(self, self._readers)

    # -- money and orders ----------------------------------------------------------------------------------------

    @property
    def desk(self) -> Desk:
        """Orders, appeals and returns."""
        return Desk(self)

    def trail(self, start: str, **bounds: Any) -> Trail:
        """Where money can have gone (with back=True: come from), tier by tier. `start`: a case, a transfer ("t123") or an account;
        `bounds` as `trace.index.MoneyIndex.follow` takes them."""
        self.refresh()
        return self._following.trail(self.engine, start, **bounds)

    def holders(self, start: str) -> list[Holding]:
        """Who holds the money of a case, a transfer or an account now, first in first out."""
        self.refresh()
        return self._following.holders(self.engine, start)

    def account(self, account: str, case_id: str = "", rule: str = "fifo") -> AccountMoney:
        """What is in dispute in an account, row by row by a rule; what its holder may be; the orders on it."""
        self.refresh()
        return account_money(self.engine, self.traced, account, case_id, rule)

    def dealt(self, case_id: str = "") -> Dealt:
        """Rules compared, patterns, readings, forms, breaks and orders of a case, or of all."""
        self.refresh()
        names = known_names(self.engine)
        if not case_id:
            return Dealings.read(self.engine, names).all()
        if not self.engine.rows('SELECT 1 FROM "case_reports" WHERE "case_id" = ? LIMIT 1', (case_id,)):
            case_id = self.case(case_id).id  # a number that was given up, or none
        return Dealings.read(self.engine, names, case_id=case_id).of(case_id)

    def order_lines(self, number: int | None = None) -> list[OrderLine]:
        """Every order as the tables have it with its history, or the one of a number; nothing else is read."""
        self.refresh()
        return order_lines(self.engine, known_names(self.engine), number)

    def report(self, folder: str | os.PathLike[str], lang: str = "en") -> Path:
        """Write the pages a person reads into `folder`: index.html, a page per case, the quality of the files."""
        self.refresh()
        linker = self.linker()
        due = [one._replace(case_id=case_today(self.engine, one.case_id)) for one in self.desk.due()]
        return fill.write_pages(
            self.engine,
            Path(folder),
            self.as_of(),
            lang,
            lambda d, n, what: self._progress("report", d, n, what),
            weakest=lambda case_id: weak_place(linker, case_id, PAGE_WEAK_MAX),
            queue=Queue(self.now_ms(), due),
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

    def table(self, name: str, purpose: str = "", to: str = "") -> pa.Table:
        """A table's rows in its fixed order: masked, unless a purpose is named. Journalled if unmasked, or for another body (`to`)."""
        self.refresh()
        rows = exporting.rows_for(self.record, self.engine, name, purpose, self.acting(), to)
        if purpose or to:
            self.settle()
        return rows

    def reference(self) -> list[dict[str, Any]]:
        """The reference data and models in use: name, source, date, SHA-256 and the act that put each in use."""
        return exporting.reference_in_use(self.record)

    def export(self, name: str, container: str, path: str | os.PathLike[str], purpose: str = "", to: str = "") -> int:
        """Write a table as jsonl, csv, parquet or xlsx; the number of rows. Masked unless a purpose is named. `to`: the body that it
        is for, which corrections must reach later; "" for own use."""
        rows = self.table(name, purpose, to)
        with storage(Path(path)):
            Path(path).write_bytes(write_table(rows, container))
        return rows.num_rows
