"""Opens whatever container a table came in: delimited text, workbook, JSON, JSON lines, YAML, Parquet, each also gzipped."""

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


def content(source: Source) -> bytes | Content:
    """The bytes of the file, unpacked where it is gzipped. Byte offsets of a gzipped file count in what is unpacked.

    Raises UnreadableFile where it is damaged or unpacks to more than the limits.
    """
    if not source.head(3).startswith(b"\x1f\x8b\x08"):
        return source.data
    held = source.opened.get("content")
    if isinstance(held, bytes):
        return held
    if isinstance(held, UnreadableFile):  # each format asks: a damaged file is unpacked once
        raise held
    argument = {"limit": UNPACKED_BYTES_MAX, "ratio": RATIO_MAX, "small": _SMALL}
    try:
        unpacked = b"".join(confined.values("gunzip", source.data, source.name, argument))
    except UnreadableFile as error:
        source.opened["content"] = error
        raise
    source.opened["content"] = unpacked
    return unpacked


def open_sheets(source: Source) -> list[Sheet]:
    """Every table in the file; an empty list where there is none.

    Raises UnreadableFile where a table is there but damaged, too wide or too large. What was found is kept with the source.
    """
    held = source.opened.get("sheets")
    if isinstance(held, list):
        return held
    if isinstance(held, UnreadableFile):
        raise held
    try:
        found = _open(content(source), source.name)
    except UnreadableFile as error:
        source.opened["sheets"] = error
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
