"""The only writer. A received file is kept byte for byte, then read; what is read can always be read again."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import known
from fanzha.formats.grid import BadRow, Reading, Source
from fanzha.formats.mapping import Mapping, from_json
from fanzha.ingest.quality import examine
from fanzha.model.table import record_tables
from fanzha.model.terms import Terms
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.journal import Entry
from fanzha.store.record import Act, Record

RECORD_TABLES = tuple(record_tables())
UNREADABLE = "unreadable"
FILE_BYTES_MAX = 8 << 30


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
Choose = Callable[[Record, Source], Mapping | None]


def no_mapping(_record: Record, _source: Source) -> None:
    """No mapping was kept."""
    return


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of one file. `rows_in == kept + quarantined + structure`, always.

    `file` is its number in the journal; `again` says that the same bytes had been admitted before and nothing changed.
    """

    file: int
    name: str
    format: str
    score: int
    rows_in: int
    kept: int
    quarantined: int
    structure: int
    again: bool = False


def admit(record: Record, engine: Engine, path: Path, terms: Terms, act: Act, choose: Choose = no_mapping) -> Admission:
    """Admit one file: kept, journalled, acknowledged, then read into the tables.

    `choose` gives the mapping kept for the file's layout, if one was.
    """
    if path.is_symlink() or not path.is_file():
        raise InputError("this is not an ordinary file", "不是普通文件", where=str(path))
    if path.stat().st_size > FILE_BYTES_MAX:
        raise InputError(
            "the file is larger than 8 GB", "文件超过 8 GB", where=str(path), remedy="split it", remedy_zh="请拆分文件"
        )
    return admit_content(record, engine, path.read_bytes(), path.name, terms, act, choose)


def admit_content(
    record: Record, engine: Engine, content: bytes, name: str, terms: Terms, act: Act, choose: Choose = no_mapping
) -> Admission:
    """Admit bytes that came under a name."""
    held = record.find(record.keys.fingerprint(content))
    if held is not None:
        return _admission(engine, held.seq, again=True)
    source = source_of(content, name, terms)
    public: dict[str, object] = {"format": UNREADABLE, "score": 0, "terms": terms.as_dict(), "mapping": None}
    try:
        best = known.best(source)
    except UnreadableFile as problem:
        private = {"name": name, "why_en": problem.what, "why_zh": problem.what_zh}
    else:
        mapping = choose(record, source)
        public |= {"format": best.format, "score": best.score, "mapping": mapping.to_json() if mapping else None}
        private = {"name": name, "why_en": best.why_en, "why_zh": best.why_zh, **best.details}
    entry = record.add(content, act, public, private)
    read_into(engine, entry, public, content)
    return _admission(engine, entry.seq)


def source_of(content: bytes, name: str, terms: Terms) -> Source:
    """A received file with the settings of its admission."""
    return Source(content, name, terms.zone, terms.region, terms.currency)


def read_into(engine: Engine, entry: Entry, settings: dict[str, object], content: bytes) -> None:
    """Fill the record tables from one admission, in one transaction. `settings` are those of the admission or of its
    latest correction."""
    private = entry.private or {}
    terms = Terms.from_dict(dict(settings["terms"]))  # type: ignore[call-overload]
    source = source_of(content, str(private.get("name", "")), terms)
    mapping = from_json(str(settings["mapping"])) if settings["mapping"] else None
    try:
        _fill(engine, entry, settings, terms, _readings(str(settings["format"]), source, mapping))
    except READER_FAULTS as fault:
        reason = "unreadable_file" if isinstance(fault, InputError) else "reader_failed"
        _fill(engine, entry, settings, terms, [_whole_file(reason)])


def _fill(engine: Engine, entry: Entry, settings: dict[str, object], terms: Terms, readings: Iterable[Reading]) -> None:
    """Replace what the tables hold of one file by `readings`, in one transaction."""
    counts = np.zeros(4, np.int64)
    engine.begin()
    try:
        if engine.stamp()[0] > entry.seq:  # read before: a correction
            clear(engine, entry.seq)
        filled: set[str] = set()
        for reading in readings:
            counts += _store(engine, entry.seq, reading)
            filled.update(name for name, rows in reading.tables.items() if rows.num_rows)
        examine(engine, entry.seq, filled)
        engine.put("files", _file_row(entry, settings, terms, counts))
        records, stages, code = engine.stamp()
        engine.set_stamp(max(records, entry.seq + 1), stages, code)
        engine.commit()
    except BaseException:
        engine.rollback()
        raise


def clear(engine: Engine, file: int) -> None:
    """Remove every row that came from one file."""
    for name in (*RECORD_TABLES, "files"):
        engine.remove_file(name, file)


def _readings(name: str, source: Source, mapping: Mapping | None) -> Iterable[Reading]:
    if not source.data:
        return [_whole_file("empty_file")]
    return [_whole_file("unreadable_file")] if name == UNREADABLE else known.read(name, source, mapping)


def _whole_file(reason: str) -> Reading:
    """A file that counts as one row, in quarantine."""
    notes = arrow_schema(record_tables()["notes"], without=("file",)).empty_table()
    return Reading(tables={}, bad=(BadRow(1, 0, reason),), notes=notes, kept=0, structure=0, rows_in=1)


def _store(engine: Engine, file: int, reading: Reading) -> Counts:
    for name, rows in {**reading.tables, "notes": reading.notes, "quarantine": _bad_rows(reading.bad)}.items():
        if rows.num_rows:
            engine.put(name, rows.append_column("file", pa.array(np.full(rows.num_rows, file, np.int64))))
    return np.array([reading.rows_in, reading.kept, len(reading.bad), reading.structure], np.int64)


def _bad_rows(bad: tuple[BadRow, ...]) -> pa.Table:
    return pa.table(
        {
            "row": pa.array([row.row for row in bad], pa.int64()),
            "byte_offset": pa.array([row.byte_offset for row in bad], pa.int64()),
            "reason": pa.array([row.reason for row in bad], pa.string()),
            "field": pa.array([row.field for row in bad], pa.string()),
        }
    )


def _file_row(entry: Entry, settings: dict[str, object], terms: Terms, counts: Counts) -> pa.Table:
    private = entry.private or {}
    skip = {"name", "why_en", "why_zh"}
    row = {
        "file": entry.seq,
        "item": entry.item,
        "name": str(private.get("name", "")),
        "format": settings["format"],
        "score": settings["score"],
        "why": json.dumps([private.get("why_en", ""), private.get("why_zh", "")], ensure_ascii=False),
        "size": entry.public["size"],
        "encoding": " ".join(f"{key}={value}" for key, value in sorted(private.items()) if key not in skip),
        "rows_in": int(counts[0]),
        "kept": int(counts[1]),
        "quarantined": int(counts[2]),
        "structure": int(counts[3]),
        "withdrawn": False,
        "at_ms": entry.at_ms,
        "actor": entry.actor,
        **{name: getattr(terms, name) for name in ("body", "purpose", "legal_basis", "sensitivity", "tlp")},
        "reliability": terms.reliability,
    }
    return pa.Table.from_pylist([row])


def _admission(engine: Engine, file: int, *, again: bool = False) -> Admission:
    columns = ("file", "name", "format", "score", "rows_in", "kept", "quarantined", "structure")
    named = ", ".join(f'"{column}"' for column in columns)
    row = engine.rows(f'SELECT {named} FROM files WHERE "file" = ?', (file,))[0]
    return Admission(**dict(zip(columns, row, strict=True)), again=again)
