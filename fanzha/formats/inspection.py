"""A file looked at before it is admitted: what it is, how sure that is, how its first rows are understood, what is refused."""

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import overload

import pyarrow as pa

from fanzha.formats import known
from fanzha.formats.grid import Reading, Recognition, Source

ROWS_MAX = 200_000  # of a longer file so many rows are looked at, so that the answer comes in seconds
FIRST_ROWS = 5
PLACES = 5
# What a person can change of how a file is read, in the order in which it is looked at. The codes are in schema/changes.yaml.
_TERMS_OF = {
    "legs": ("zone", "currency", "account"),
    "calls": ("zone", "region"),
    "messages": ("zone", "region"),
    "reports": ("zone", "region", "currency"),
    "accounts": ("region",),
}
_CALLED_FOR = {
    "ambiguous_date": "date_order",
    "bad_account": "account",
    "account_assumed": "account",
    "zone_assumed": "zone",
    "bad_phone": "region",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """How often a code was given, and the first places: (row, byte offset, field)."""

    code: str
    count: int
    places: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What is known of one file. `first`: its first rows as records, by table; `others`: formats it might be instead.

    `whole` is False where only the first ROWS_MAX rows were looked at. `changes`: codes of schema/changes.yaml, those called
    for by what was found marked True. `members` of a bundle or mail: name, format and how sure. `file` is its number in the record, -1 where it is not admitted.
    """

    name: str
    size: int
    format: str
    score: int
    why: tuple[str, str]
    details: str = ""
    rows_in: int
    kept: int
    quarantined: int
    structure: int
    first: tuple[tuple[str, pa.Table], ...] = ()
    reasons: tuple[Counted, ...] = ()
    notes: tuple[Counted, ...] = ()
    others: tuple[Recognition, ...] = ()
    changes: tuple[tuple[str, bool], ...] = ()
    settings: dict[str, str] = field(default_factory=dict)
    whole: bool = True
    file: int = -1
    members: tuple[tuple[str, str, int], ...] = ()


class OnDisk:
    """A file's content, read part by part; it is not held in memory. Use it in a `with` statement."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDONLY)
        self._size = os.fstat(self._handle).st_size

    def __enter__(self) -> "OnDisk":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, place: int, /) -> int: ...

    @overload
    def __getitem__(self, place: slice, /) -> bytes: ...

    def __getitem__(self, place: slice | int, /) -> bytes | int:
        if isinstance(place, int):
            return self[place : place + 1][0]
        start, stop, _ = place.indices(self._size)
        parts = bytearray()
        while start + len(parts) < stop and (
            part := os.pread(self._handle, stop - start - len(parts), start + len(parts))
        ):
            parts += part
        return bytes(parts)


def inspect(
    source: Source, readings: Iterable[Reading], best: Recognition, others: Iterable[Recognition]
) -> Inspection:
    """Look at what a file reads as; at most ROWS_MAX rows of it."""
    counts = [0, 0, 0, 0]
    first: dict[str, list[pa.Table]] = defaultdict(list)
    reasons: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    notes: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    whole = True
    for reading in readings:
        for place, number in enumerate((reading.rows_in, reading.kept, len(reading.bad), reading.structure)):
            counts[place] += number
        for name, rows in reading.tables.items():
            if sum(part.num_rows for part in first[name]) < FIRST_ROWS:
                first[name].append(rows.slice(0, FIRST_ROWS))
        for bad in reading.bad:
            reasons[bad.reason].append((bad.row, bad.byte_offset, bad.field))
        columns = [reading.notes.column(name).to_pylist() for name in ("code", "row", "byte_offset", "field")]
        for code, *place_of in zip(*columns, strict=True):
            notes[code].append((place_of[0], place_of[1], place_of[2]))
        if counts[0] >= ROWS_MAX:
            whole = False
            break
    heads = tuple(
        (name, pa.concat_tables(parts, promote_options="default").slice(0, FIRST_ROWS))
        for name, parts in first.items()
        if any(part.num_rows for part in parts)
    )
    found = (_counted(reasons), _counted(notes))
    return Inspection(
        name=source.name,
        size=len(source.data),
        format=best.format,
        score=best.score,
        why=(best.why_en, best.why_zh),
        details=" ".join(f"{key}={value}" for key, value in sorted(best.details.items())),
        rows_in=counts[0],
        kept=counts[1],
        quarantined=counts[2],
        structure=counts[3],
        first=heads,
        reasons=found[0],
        notes=found[1],
        others=tuple(others),
        changes=changes((name for name, _ in heads), [one.code for kind in found for one in kind], best.format),
        settings=_settings(source),
        whole=whole,
    )


def _counted(places: dict[str, list[tuple[int, int, str]]]) -> tuple[Counted, ...]:
    found = [Counted(code, len(found), tuple(found[:PLACES])) for code, found in places.items()]
    return tuple(sorted(found, key=lambda one: (-one.count, one.code)))


def changes(tables: Iterable[str], codes: Iterable[str], format_name: str) -> tuple[tuple[str, bool], ...]:
    """What a person can change of how a file is read; True where a finding of the file calls for it."""
    called = {_CALLED_FOR[code] for code in codes if code in _CALLED_FOR}
    wanted = [term for table in tables for term in _TERMS_OF.get(table, ())]
    wanted = list(dict.fromkeys([*called, *wanted]))
    order = ("zone", "date_order", "currency", "region", "account")
    found = [(term, term in called) for term in order if term in wanted]
    if format_name == known.TABLE.name:
        found.append(("columns", False))
    return (*found, ("format", False), ("row", False))


def _settings(source: Source) -> dict[str, str]:
    names = ("zone", "region", "currency", "date_order", "account")
    return {name: str(getattr(source, name)) for name in names}
