"""Linking with a memory: while a workspace is open, what was linked stays, and new reports are added to it."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from fanzha.link.benign import read_benign
from fanzha.link.cluster import write
from fanzha.link.identify import MENTIONS_SQL, REPORTS_SQL, codes, file_and_row
from fanzha.link.judge import Judgement, judged, judgements, said
from fanzha.link.learn import with_learned
from fanzha.link.linker import Linker
from fanzha.link.weigh import Weights, is_current, read_weights, shipped_weights_text
from fanzha.store.engine import Engine
from fanzha.store.journal import Entry
from fanzha.store.record import Record

LEARNED = "weights_learned"
_BASIS = ("weights", "benign")
# Acts after which everything linked before still holds: they bring files, or concern none.
_ADDING = (
    "admit", "again", "map", "retain", "export", "backup", "create", "receive", "migrate", "use", "order", "order_event", "appeal",
    "appeal_event", "return_notice", "told", "campaign", "feedback",
)  # fmt: skip


def weights_in_use(record: Record) -> Weights:
    """The weights of the present epoch: those of this version, and what was learned on them."""
    text = record.in_use("weights")
    if record.read_only and not is_current(
        text
    ):  # a workspace handed over by an older version cannot be given newer ones
        text = shipped_weights_text()
    weights = read_weights(text.decode())
    return with_learned(weights, text, record.in_use(LEARNED)) if record.was_put_in_use(LEARNED) else weights


class Resident:
    """The linker of an open workspace and how far in the journal it has come."""

    def __init__(self) -> None:
        self.linker: Linker | None = None
        self._seen = 0
        self._basis: tuple[bytes, ...] = ()

    def link(self, record: Record, engine: Engine, as_of: int) -> Linker:
        """Bring the linker up to the record and write its tables."""
        linker = self.load(record, engine, as_of)
        write(engine, as_of, linker)
        engine.replace_rows("judgements", [_row(one) for one in judgements(record.journal.entries())])
        return linker

    def load(self, record: Record, engine: Engine, as_of: int) -> Linker:
        """Bring the linker up to the record. New reports are added where nothing else changed."""
        entries = record.journal.entries()
        basis = tuple(record.in_use(name) for name in (*_BASIS, LEARNED) if record.was_put_in_use(name))
        reports = engine.arrow(REPORTS_SQL, (as_of,))
        linker = self.linker
        if linker is not None and basis == self._basis and self._only_more(entries):
            all_codes, before = codes(reports["file"], reports["row"]), len(linker.codes)
            if len(all_codes) >= before and np.array_equal(all_codes[:before], linker.codes):
                more = reports.slice(before)
                if more.num_rows:
                    files = sorted({file_and_row(code)[0] for code in all_codes[before:].tolist()})
                    linker.add(more, _mentions(engine, files))
            else:
                linker = None
        else:
            linker = None
        if linker is None:
            linker = Linker(weights_in_use(record), read_benign(record.in_use("benign")), judged(judgements(entries)))
            linker.load(reports, engine.arrow(MENTIONS_SQL))
        self.linker, self._seen, self._basis = linker, len(entries), basis
        return linker

    def _only_more(self, entries: Sequence[Entry]) -> bool:
        return all(entry.act in _ADDING for entry in entries[self._seen :])


def _mentions(engine: Engine, files: list[int]) -> pa.Table:
    """Rows of MENTIONS_SQL of these files."""
    marks = ", ".join("?" * len(files))
    return engine.arrow(MENTIONS_SQL.replace("WHERE", f'WHERE "file" IN ({marks}) AND'), files)


def _row(one: Judgement) -> tuple[int, int, str, str, str, str, str, str]:
    left, right = (", ".join(said(each) for each in side) for side in (one.left, one.right))
    return (one.act, one.at_ms, one.actor, one.verdict, left, right, one.reason, one.state)
