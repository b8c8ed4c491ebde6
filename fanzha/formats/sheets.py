"""Opens whatever container a table came in: delimited text, workbook, JSON, JSON lines, YAML, Parquet, each also gzipped."""

from typing import overload

from fanzha.errors import UnreadableFile
from fanzha.formats import confined
from fanzha.formats.delimited import open_delimited
from fanzha.formats.grid import Content, Sheet, Source
from fanzha.formats.items import open_json, open_jsonl, open_yaml
from fanzha.formats.workbook import is_workbook, open_parquet, open_workbook

UNPACKED_BYTES_MAX = 256 << 20
RATIO_MAX = 200
_SMALL = 10 << 20  # a small file may be packed more tightly than RATIO_MAX
_BINARY = (b"PK\x03\x04", b"%PDF-", b"\x7fELF", b"MZ", b"\xd0\xcf\x11\xe0")


class _Unpacked:
    """What a gzipped file unpacks to, held once."""

    def __init__(self, held: bytearray) -> None:
        self._held = held

    def __len__(self) -> int:
        return len(self._held)

    @overload
    def __getitem__(self, place: int, /) -> int: ...

    @overload
    def __getitem__(self, place: slice, /) -> bytes: ...

    def __getitem__(self, place: slice | int, /) -> bytes | int:
        return bytes(self._held[place]) if isinstance(place, slice) else self._held[place]


def _same(error: UnreadableFile) -> UnreadableFile:
    """The error without the frames it was raised in, which hold what was read of the file."""
    return UnreadableFile(error.what, error.what_zh, where=error.where, remedy=error.remedy, remedy_zh=error.remedy_zh)


def content(source: Source) -> bytes | Content:
    """The bytes of the file, unpacked where it is gzipped. Byte offsets of a gzipped file count in what is unpacked.

    Raises UnreadableFile where it is damaged or unpacks to more than the limits.
    """
    if not source.head(3).startswith(b"\x1f\x8b\x08"):
        return source.data
    held = source.opened.get("content")
    if isinstance(held, _Unpacked):
        return held
    if isinstance(held, UnreadableFile):  # each format asks: a damaged file is unpacked once
        raise _same(held)
    argument = {"limit": UNPACKED_BYTES_MAX, "ratio": RATIO_MAX, "small": _SMALL}
    unpacked = bytearray()
    try:
        for part in confined.values("gunzip", source.data, source.name, argument):
            unpacked += part
    except UnreadableFile as error:
        source.opened["content"] = _same(error)
        raise
    source.opened["content"] = found = _Unpacked(unpacked)
    return found


def open_sheets(source: Source) -> list[Sheet]:
    """Every table in the file; an empty list where there is none.

    Raises UnreadableFile where a table is there but damaged, too wide or too large. What was found is kept with the source.
    """
    held = source.opened.get("sheets")
    if isinstance(held, list):
        return held
    if isinstance(held, UnreadableFile):
        raise _same(held)
    try:
        found = _open(content(source), source.name)
    except UnreadableFile as error:
        source.opened["sheets"] = _same(error)
        raise
    source.opened["sheets"] = found
    return found


def _open(data: bytes | Content, name: str) -> list[Sheet]:
    if is_workbook(data):
        return open_workbook(data, name)
    head = data[:4096]
    if head.startswith(_BINARY) and b"\0" in head:
        return []
    for opener in (open_parquet, open_jsonl, open_json, open_yaml, open_delimited):
        sheet = opener(data, name)
        if sheet is not None:
            return [sheet]
    return []
