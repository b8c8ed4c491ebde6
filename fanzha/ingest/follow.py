"""Bring the record tables up to the journal: the same code after a crash, after a correction, and for a rebuild."""

from collections.abc import Callable, Sequence

from fanzha.ingest.admit import clear, read_into
from fanzha.store.engine import Engine
from fanzha.store.journal import Entry
from fanzha.store.record import Record

Progress = Callable[[int, int, str], None]  # done, of how many, what


def _silent(_done: int, _total: int, _what: str) -> None:
    return


def follow(record: Record, engine: Engine, progress: Progress = _silent) -> int:
    """Apply every journal entry the tables have not seen; the number applied."""
    start, stages, code = engine.stamp()
    entries = record.journal.entries()
    for entry in entries[start:]:
        apply(record, engine, entries, entry)
        progress(entry.seq + 1 - start, len(entries) - start, str((entry.private or {}).get("name", entry.act)))
    if len(entries) > start:
        engine.set_stamp(len(entries), stages, code)
    return len(entries) - start


def apply(record: Record, engine: Engine, entries: Sequence[Entry], entry: Entry) -> None:
    """Apply one act to the record tables. Acts that do not concern them change nothing."""
    if entry.act == "admit":
        read_into(engine, entry, entry.public, record.content(entry))
    elif entry.act == "correct":
        admission = entries[entry.public["admission"]]
        read_into(engine, admission, {**admission.public, **entry.public["settings"]}, record.content(admission))
    elif entry.act == "withdraw":
        _withdraw(engine, entry.public["admission"])


def _withdraw(engine: Engine, file: int) -> None:
    """Take every row of a file out of the tables; the file's own line stays, marked."""
    kept = engine.arrow('SELECT * FROM files WHERE "file" = ?', (file,))
    place = kept.schema.get_field_index("withdrawn")
    engine.begin()
    clear(engine, file)
    engine.put("files", kept.set_column(place, "withdrawn", [[True] * kept.num_rows]))
    engine.commit()
