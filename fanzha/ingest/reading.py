"""From an original and what the journal says of it to rows in the record tables: the same for an admission, a correction,
a rebuild."""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import bundle, known
from fanzha.formats.grid import BadRow, Content, Fix, Reading, Recognition, Source
from fanzha.formats.mapping import Mapping, from_json
from fanzha.ingest.quality import examine
from fanzha.ingest.state import State
from fanzha.model.table import record_tables
from fanzha.model.terms import Terms
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.tables import table

RECORD_TABLES = tuple(record_tables())
UNREADABLE = "unreadable"
BUNDLE = "bundle"
JUDGED_TEXT = (
    "judged_text"  # a text that a person gave a verdict on (`ingest.keep_text`): kept, and no record made of it
)
IN_MEMORY_MAX = 32 << 20  # a larger file is read part by part from what was sealed

# What a reader may raise on bytes it was not made for. The file is then quarantined whole, with the
# reason `reader_failed`: a fault of ours must neither lose a file nor stop the others.
READER_FAULTS = (
    InputError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    pa.ArrowException,
)
Counts = npt.NDArray[np.int64]  # rows in, kept, quarantined, structure
NO_FIXES: dict[int, Fix] = {}


def source_of(content: bytes | Content, name: str, terms: Terms, fixes: dict[int, Fix] = NO_FIXES) -> Source:
    """A received file with the settings of its admission."""
    return Source(content, name, terms.zone, terms.region, terms.currency, terms.date_order, terms.account, fixes)


def read_into(engine: Engine, state: State, source: Source | None) -> None:
    """Fill the record tables from one file, in one transaction. `source` is None once the file was erased.

    The caller says with the stamp how far the tables have followed the journal.
    """
    file = state.admission.seq
    with engine.transaction():
        if engine.rows('SELECT 1 FROM files WHERE "file" = ?', (file,)):  # read before: corrected, or after a crash
            clear(engine, file)
        counts = np.zeros(4, np.int64)
        if source is not None:
            try:
                mapping = from_json(str(state.settings["mapping"])) if state.settings["mapping"] else None
                counts = _store_all(engine, state, readings_of(str(state.settings["format"]), mapping, source))
            except MemoryError:
                raise  # this machine's want, not the file's fault
            except READER_FAULTS as fault:
                clear(engine, file)
                counts = _store_all(engine, state, [whole_file(failure(fault))])
        engine.put("files", _file_row(state, counts))


def _store_all(engine: Engine, state: State, readings: Iterable[Reading]) -> Counts:
    """Put what was read into the tables, while the next block is being read; of a withdrawn file only count it."""
    counts = np.zeros(4, np.int64)
    filled: set[str] = set()
    stored: Future[None] | None = None
    with ThreadPoolExecutor(1) as writer:  # leaving it waits for what is being written
        for reading in readings:
            counts += np.array([reading.rows_in, reading.kept, len(reading.bad), reading.structure], np.int64)
            if stored is not None:
                stored.result()
            if state.withdrawn_by < 0:
                stored = writer.submit(_store, engine, state.admission.seq, reading)
                filled.update(name for name, rows in reading.tables.items() if rows.num_rows)
        if stored is not None:
            stored.result()
    if state.withdrawn_by < 0:
        examine(engine, state.admission.seq, filled)
    return counts


def clear(engine: Engine, file: int) -> None:
    """Remove every row that came from one file."""
    for name in (*RECORD_TABLES, "files"):
        engine.remove_file(name, file)


def recognised(source: Source) -> Recognition:
    """What the file is taken for: a format, BUNDLE, or UNREADABLE with what stands against it. Never raises on any bytes."""
    if not len(source.data):
        return Recognition(UNREADABLE, 0, "the file is empty", "文件为空")
    if bundle.is_archive(source):
        return Recognition(BUNDLE, 98, "a container of files", "内含多个文件的压缩包")
    try:
        return known.best(source)
    except UnreadableFile as problem:
        return Recognition(UNREADABLE, 0, problem.what, problem.what_zh)


def readings_of(name: str, mapping: Mapping | None, source: Source) -> Iterable[Reading]:
    """The file as it is to be read, by format (or BUNDLE, UNREADABLE) and mapping; of a mail also which attachments were refused."""
    if not len(source.data):
        return [whole_file("empty_file")]
    if name == BUNDLE:
        return bundle_readings(source)
    if name == UNREADABLE:
        return [whole_file("unreadable_file")]
    if name == JUDGED_TEXT:
        return [Reading(tables={}, bad=(), notes=_no_notes(), kept=1, structure=0, rows_in=1)]
    if name == "mail":
        return _mail_readings(source, mapping)
    return known.read(name, source, mapping)


def _mail_readings(source: Source, mapping: Mapping | None) -> Iterator[Reading]:
    last = 0
    for reading in known.read("mail", source, mapping):
        last += reading.rows_in
        yield reading
    if bundle.is_bundle(source):
        yield from bundle_readings(source, last)


def bundle_readings(source: Source, after: int = 0) -> Iterator[Reading]:
    """A bundle as rows: each member that can be unpacked is kept, each that was refused is quarantined with its reason,
    folders and litter are structure. Row numbers count on from `after`."""
    kept = structure = row = 0
    bad: list[BadRow] = []
    try:
        for row, member in enumerate(bundle.members(source), after + 1):
            if isinstance(member, bundle.Refused):
                bad.append(BadRow(row, -1, member.reason, member.name))
            elif isinstance(member, bundle.Member):
                kept += 1
            else:
                structure += 1
    except UnreadableFile:
        bad.append(BadRow(max(row, after) + 1, -1, "damaged_member"))
    yield Reading({}, tuple(bad), _no_notes(), kept, structure, kept + structure + len(bad))


def failure(fault: BaseException) -> str:
    """The reason for which a file is quarantined whole that its reader gave up: the file's fault, or the reader's."""
    return "unreadable_file" if isinstance(fault, InputError) else "reader_failed"


def whole_file(reason: str) -> Reading:
    """A file that counts as one row, in quarantine."""
    return Reading(tables={}, bad=(BadRow(1, 0, reason),), notes=_no_notes(), kept=0, structure=0, rows_in=1)


def _no_notes() -> pa.Table:
    return arrow_schema(record_tables()["notes"], without=("file",)).empty_table()


def _store(engine: Engine, file: int, reading: Reading) -> None:
    for name, rows in {**reading.tables, "notes": reading.notes, "quarantine": _bad_rows(reading.bad)}.items():
        if rows.num_rows:
            engine.put(name, rows.append_column("file", pa.array(np.full(rows.num_rows, file, np.int64))))


def _bad_rows(bad: tuple[BadRow, ...]) -> pa.Table:
    return pa.table(
        {
            "row": pa.array([row.row for row in bad], pa.int64()),
            "byte_offset": pa.array([row.byte_offset for row in bad], pa.int64()),
            "reason": pa.array([row.reason for row in bad], pa.string()),
            "field": pa.array([row.field for row in bad], pa.string()),
        }
    )


def _file_row(state: State, counts: Counts) -> pa.Table:
    entry, terms = state.admission, state.terms
    private = entry.private or {}
    skip = {"name", "why_en", "why_zh", "fingerprint"}
    row = {
        "file": entry.seq,
        "item": entry.item,
        "part_of": entry.public.get("part_of", -1),
        "name": state.name,
        "format": state.settings["format"],
        "score": state.settings["score"],
        "why": json.dumps([private.get("why_en", ""), private.get("why_zh", "")], ensure_ascii=False),
        "size": entry.public["size"],
        "encoding": " ".join(f"{key}={value}" for key, value in sorted(private.items()) if key not in skip),
        "rows_in": int(counts[0]),
        "kept": int(counts[1]),
        "quarantined": int(counts[2]),
        "structure": int(counts[3]),
        "withdrawn": state.withdrawn_by >= 0,
        "erased": state.erased_by >= 0,
        "retain_until_ms": state.retain_until_ms,
        "at_ms": entry.at_ms,
        "actor": entry.actor,
        **{name: value for name, value in terms.as_dict().items() if name != "retain_days"},
    }
    return pa.Table.from_pylist([row], schema=arrow_schema(table("files")))
