"""The only writer. A received file is kept byte for byte, then read; what is read can always be read again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import bundle
from fanzha.formats.grid import Content, Source
from fanzha.formats.mapping import Mapping
from fanzha.ingest.reading import BUNDLE, IN_MEMORY_MAX, UNREADABLE, read_into, recognised, source_of
from fanzha.ingest.state import begun
from fanzha.model.terms import Terms
from fanzha.store.disk import storage
from fanzha.store.engine import Engine
from fanzha.store.journal import Entry
from fanzha.store.record import Act, Record

FILE_BYTES_MAX = 64 << 30
BUNDLES_MAX = 3  # bundles within bundles
_COPY = 1 << 20
Choose = Callable[[Record, Source], Mapping | None]


def no_mapping(_record: Record, _source: Source) -> None:
    """No mapping was kept."""
    return


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of one file. `rows_in == kept + quarantined + structure`, always.

    `file` is its number in the journal; `name` what it was called this time; `part_of` that of the bundle it came in, -1 for none; `again` says that the same
    bytes had been admitted before and nothing changed.
    """

    file: int
    name: str
    format: str
    score: int
    rows_in: int
    kept: int
    quarantined: int
    structure: int
    part_of: int = -1
    again: bool = False


@dataclass(frozen=True, slots=True)
class Door:
    """What every admission of one run shares. `choose` gives the mapping kept for a file's layout, if one was."""

    record: Record
    engine: Engine
    terms: Terms
    act: Act
    choose: Choose = no_mapping


def admit(door: Door, path: Path, name: str = "") -> list[Admission]:
    """Admit one file, and what is in it where it is a bundle: kept, journalled, acknowledged, then read into the tables.

    `name` is what it is called in the record; by default the file's own name.
    """
    if path.is_symlink() or not path.is_file():
        raise InputError("this is not an ordinary file", "不是普通文件", where=str(path))
    with storage(path):
        size = path.stat().st_size
        if size > FILE_BYTES_MAX:
            raise InputError(
                f"the file is larger than {FILE_BYTES_MAX >> 30} GB",
                f"文件超过 {FILE_BYTES_MAX >> 30} GB",
                where=str(path),
                remedy="split it",
                remedy_zh="请拆分文件",
            )
        if size <= IN_MEMORY_MAX:
            return admit_content(door, path.read_bytes(), name or path.name)
    return admit_content(door, path, name or path.name)


def admit_content(door: Door, content: bytes | Path, name: str, part_of: int = -1) -> list[Admission]:
    """Admit bytes, or a file too large to hold, that came under a name."""
    found = list(_admit(door, content, name, part_of, 0))
    return [_admission(door.engine, file, again, called) for file, again, called in found]


def _pieces(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with storage(content), content.open("rb") as handle:
        while piece := handle.read(_COPY):
            yield piece


def _admit(door: Door, content: bytes | Path, name: str, part_of: int, depth: int) -> Iterator[tuple[int, bool, str]]:
    """(number, whether it was held already, its name here) of a file and of everything in it, each acknowledged before it is given."""
    record = door.record
    held = record.receive(_pieces(content))
    entry = record.find(held.fingerprint)
    again = entry is not None
    if entry is not None:
        record.drop(held)
        if part_of >= 0 and entry.public.get("part_of") != part_of:
            _note_again(record, entry, part_of, door.act)
        source = source_of(content if isinstance(content, bytes) else record.content(entry), name, door.terms)
    else:
        data: bytes | Content = content if isinstance(content, bytes) else record.opened(held)
        source = source_of(data, name, door.terms)
        public, private = _recognised(door, source)
        if part_of >= 0:
            public["part_of"] = part_of
        entry = record.add(held, door.act, public, private)
        source = source_of(content if isinstance(content, bytes) else record.content(entry), name, door.terms)
        with door.engine.transaction():
            read_into(door.engine, begun(entry), source)
            _, stages, code = door.engine.stamp()
            door.engine.set_stamp(entry.seq + 1, stages, code)
    yield entry.seq, again, name
    if entry.public["format"] in (BUNDLE, "mail") and depth < BUNDLES_MAX and bundle.is_bundle(source):
        yield from _inside(door, source, entry, depth)


def _inside(door: Door, source: Source, whole: Entry, depth: int) -> Iterator[tuple[int, bool, str]]:
    """Every member of a bundle that can be unpacked. Those refused are rows in quarantine of the bundle itself."""
    try:
        for member in bundle.members(source):
            if isinstance(member, bundle.Member):
                yield from _admit(door, member.data, f"{source.name}/{member.name}", whole.seq, depth + 1)
    except UnreadableFile:
        return  # the bundle's own reading says so


def _note_again(record: Record, held: Entry, part_of: int, act: Act) -> None:
    """That a bundle brought bytes which were held already: who erases them must erase the bundle too."""
    known_already = any(
        e.act == "again" and e.public["admission"] == held.seq and e.public["part_of"] == part_of
        for e in record.journal.entries()
    )
    if not known_already:
        record.note("again", act, {"admission": held.seq, "part_of": part_of}, about=held)


def _recognised(door: Door, source: Source) -> tuple[dict[str, object], dict[str, str]]:
    """Public and private details of an admission: what the file is and how it will be read."""
    said = recognised(source)
    mapping = door.choose(door.record, source) if said.format not in (BUNDLE, UNREADABLE) else None
    public: dict[str, object] = {
        "format": said.format,
        "score": said.score,
        "terms": door.terms.as_dict(),
        "mapping": mapping.to_json() if mapping else None,
    }
    return public, {"name": source.name, "why_en": said.why_en, "why_zh": said.why_zh, **said.details}


def _admission(engine: Engine, file: int, again: bool, called: str) -> Admission:
    columns = ("file", "name", "format", "score", "rows_in", "kept", "quarantined", "structure", "part_of")
    named = ", ".join(f'"{column}"' for column in columns)
    row = engine.rows(f'SELECT {named} FROM files WHERE "file" = ?', (file,))[0]
    return replace(Admission(**dict(zip(columns, row, strict=True))), name=called, again=again)
