"""Opens whatever container a table came in: delimited text, workbook, JSON, JSON lines, YAML, Parquet, each also gzipped."""

import zlib

from fanzha.errors import UnreadableFile
from fanzha.formats.delimited import open_delimited
from fanzha.formats.grid import Sheet, Source
from fanzha.formats.items import open_json, open_jsonl, open_yaml
from fanzha.formats.workbook import is_workbook, open_parquet, open_workbook

UNPACKED_BYTES_MAX = 1 << 30
RATIO_MAX = 200
_SMALL = 10 << 20  # a small file may be packed more tightly than RATIO_MAX
_STEP = 1 << 22


def content(source: Source) -> bytes:
    """The bytes of the file, unpacked where it is gzipped. Byte offsets of a gzipped file count in what is unpacked.

    Raises UnreadableFile where it is damaged or unpacks to more than the limits.
    """
    if not source.data.startswith(b"\x1f\x8b\x08"):
        return source.data
    held = source.opened.get("content")
    if isinstance(held, bytes):
        return held
    unpacked = _gunzip(source)
    source.opened["content"] = unpacked
    return unpacked


def _gunzip(source: Source) -> bytes:
    limit = min(UNPACKED_BYTES_MAX, max(_SMALL, RATIO_MAX * len(source.data)))
    parts: list[bytes] = []
    total, rest = 0, source.data
    try:
        while rest.startswith(b"\x1f\x8b"):
            engine = zlib.decompressobj(31)
            pending = rest
            while pending and not engine.eof:
                part = engine.decompress(pending, _STEP)
                total += len(part)
                if total > limit:
                    raise UnreadableFile(
                        f"the gzip file unpacks to more than {limit} bytes",
                        f"压缩文件解压后超过{limit}字节",
                        where=source.name,
                    )
                parts.append(part)
                pending = engine.unconsumed_tail
            if not engine.eof:
                raise zlib.error("cut short")
            rest = engine.unused_data
    except zlib.error as error:
        raise UnreadableFile("the gzip file is damaged", "压缩文件已损坏", where=source.name) from error
    return b"".join(parts)


def open_sheets(source: Source) -> list[Sheet]:
    """Every table in the file; an empty list where there is none.

    Raises UnreadableFile where a table is there but damaged, too wide or too large. What was found is kept with the source.
    """
    held = source.opened.get("sheets")
    if isinstance(held, list):
        return held
    found = _open(content(source), source.name)
    source.opened["sheets"] = found
    return found


def _open(data: bytes, name: str) -> list[Sheet]:
    if is_workbook(data):
        return open_workbook(data, name)
    if data.startswith((b"PK\x03\x04", b"%PDF-", b"\x7fELF", b"MZ")) and b"\0" in data[:4096]:
        return []
    for opener in (open_parquet, open_jsonl, open_json, open_yaml, open_delimited):
        sheet = opener(data, name)
        if sheet is not None:
            return [sheet]
    return []
