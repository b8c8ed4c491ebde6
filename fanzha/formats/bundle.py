"""Containers of files, for the one door in: ZIP and tar (also gzipped), and mails with attachments.

A bundle is unpacked only in the confined child, one member after the other. What is inside is a file like any other and is
recognised by its own content. A ZIP that is a workbook, a document or a program is no bundle.
"""

import re
import struct
from collections.abc import Iterator

from fanzha.errors import UnreadableFile
from fanzha.formats import confined, mail
from fanzha.formats.confined import Caps
from fanzha.formats.grid import Content, Source
from fanzha.formats.member import LIMITS, TOTAL_BYTES_MAX, Inside, received
from fanzha.formats.member import Member as Member
from fanzha.formats.member import Refused as Refused
from fanzha.formats.member import Skipped as Skipped
from fanzha.formats.sheets import content

ZIP_BYTES_MAX = 512 << 20
_SECONDS = 300
_END = b"PK\x05\x06"
_END_BYTES = 22
_ENTRY = struct.Struct("<4s24xHHH12x")  # a central directory entry: lengths of name, extra field and comment
_ENTRY_BYTES = 46
_NAMES_MAX = 20_000
_DIRECTORY_MAX = 4 << 20
# Parts that make a ZIP something of its own: Office Open XML, OpenDocument and EPUB, Android, Java.
_OWN = re.compile(r"\[Content_Types\]\.xml|mimetype|AndroidManifest\.xml|META-INF/MANIFEST\.MF")
_FOREIGN = {b"Rar!\x1a\x07": "RAR", b"7z\xbc\xaf\x27\x1c": "7z"}


def zip_names(data: bytes | Content) -> list[str] | None:
    """The names in the directory of a ZIP file, at most 20,000 of them; None where it has no directory.

    For recognising only: nothing is unpacked and no size is believed.
    """
    tail = data[max(0, len(data) - _END_BYTES - 0xFFFF) :]
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        return None
    size = int.from_bytes(tail[at + 12 : at + 16], "little")
    # counted back from the end record, as bytes may stand before the first member
    stop = len(data) - len(tail) + at
    if size == 0xFFFFFFFF:  # ZIP64 keeps it in a record of its own, 76 bytes before
        record = data[max(0, stop - 76) : stop]
        if not record.startswith(b"PK\x06\x06"):
            return None
        size, stop = int.from_bytes(record[40:48], "little"), stop - 76
    directory = data[max(0, stop - size) : min(stop, max(0, stop - size) + _DIRECTORY_MAX)]
    names: list[str] = []
    place = 0
    while place + _ENTRY_BYTES <= len(directory) and len(names) < _NAMES_MAX:
        magic, name, extra, comment = _ENTRY.unpack_from(directory, place)
        if magic != b"PK\x01\x02":
            break
        start = place + _ENTRY_BYTES
        names.append(directory[start : start + name].decode("utf-8", "replace"))
        place = start + name + extra + comment
    return names


def _foreign(data: bytes | Content) -> str:
    head = data[:8]
    return next((name for magic, name in _FOREIGN.items() if head.startswith(magic)), "")


def _is_zip(data: bytes | Content) -> bool:
    if data[:4] not in (b"PK\x03\x04", _END):
        return False
    names = zip_names(data)
    # a ZIP without its directory is a bundle too: its members are damaged, which is then said
    return names is None or not any(_OWN.fullmatch(name) for name in names)


def _is_tar(source: Source) -> bool:
    try:
        return content(source)[257:262] == b"ustar"
    except UnreadableFile:
        return False


def is_archive(source: Source) -> bool:
    """Whether the file is a ZIP, tar, RAR or 7z. Decided on content; never raises on any bytes."""
    return bool(_foreign(source.data)) or _is_zip(source.data) or _is_tar(source)


def is_bundle(source: Source) -> bool:
    """Whether the file holds files: an archive, or a mail with attachments. Never raises on any bytes."""
    return is_archive(source) or mail.has_members(source)


def members(source: Source) -> Iterator[Inside]:
    """What is inside, in order: files, what was refused and why, and what is no file (folders, litter of systems).

    Raises UnreadableFile where the container itself cannot be opened, or holds more than the limits allow.
    """
    foreign = _foreign(source.data)
    if foreign:
        raise UnreadableFile(
            f"this is a {foreign} archive, which is not unpacked here",
            f"这是 {foreign} 压缩包,本系统不解压此格式",
            where=source.name,
            remedy="Unpack it and admit the files, or ask the sender for a ZIP file",
            remedy_zh="请解压后入库其中文件,或请来源方改用 ZIP 格式",
        )
    if _is_zip(source.data):
        data = source.whole(ZIP_BYTES_MAX)
        memory = (320 << 20) + 2 * len(data)
        yield from received(confined.values("unzip", data, source.name, {"kind": "zip", **LIMITS}, _caps(memory)))
    elif _is_tar(source):
        yield from received(
            confined.values("unzip", content(source), source.name, {"kind": "tar", **LIMITS}, _caps(320 << 20))
        )
    else:
        yield from mail.members(source)


def _caps(memory_bytes: int) -> Caps:
    return Caps(memory_bytes, TOTAL_BYTES_MAX + (64 << 20), _SECONDS)
