"""A ZIP or tar file to its members, as `formats/member.py` expects them; `argument` holds the limits.

Sizes are measured on what comes out, never believed. Members that lie over each other in the file (the bomb of D. Fifield, "A
better zip bomb", WOOT 2019) are refused before any is unpacked. Links, devices and names that lead out are never followed.
"""

import bz2
import codecs
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from typing import Any, BinaryIO

from fanzha.formats.child.saying import NotThis, Say, TooMuch

STEP = 1 << 20
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, struct.error, RuntimeError)
TAR_BROKEN = (tarfile.TarError, EOFError, OSError, ValueError, struct.error)
LEFT_BEHIND = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
LINK, FILE, FOLDER = 0o120000, 0o100000, 0o040000
HEAD_BYTES = 30  # of a local header without name and extra field
ENGINES = (bz2, lzma)  # zipfile takes them when it needs them
CODECS = tuple(map(codecs.lookup, ("cp437", "gb18030", "ascii")))  # later there is no file to load them from


class Measure:
    """How much has come out."""

    def __init__(self, limits: dict[str, Any], packed: int) -> None:
        self.member = limits["member"]
        self.ratio, self.small = limits["ratio"], limits["small"]
        self.total = min(limits["total"], max(self.small, self.ratio * packed))
        self.out = 0

    def copy(self, stream: Any, packed: int, say: Say) -> str:
        """Say a member's bytes; why it was given up, "" where it was not."""
        most = min(self.member, max(self.small, self.ratio * packed))
        size = 0
        while part := stream.read(STEP):
            size += len(part)
            self.out += len(part)
            if size > most or self.out > self.total:
                return "too_large"
            say(part)
        return ""


def main(pipe: BinaryIO, say: Say, argument: dict[str, Any]) -> None:
    """Unpack."""
    if argument["kind"] == "tar":
        _tar(pipe, say, argument)
    else:
        _zip(pipe.read(), say, argument)


def decoded(raw: bytes) -> str:
    """A name of unknown encoding: UTF-8, else GB 18030 as Chinese systems write it, else the PC's code page."""
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437")


def leads_out(name: str) -> bool:
    """Whether a name, taken as a path, may lie outside the folder it is unpacked into."""
    path = name.replace("\\", "/")
    return "\0" in name or path.startswith("/") or path[1:2] == ":" or ".." in path.split("/")


def left_behind(name: str) -> bool:
    """Whether an operating system made it."""
    parts = name.replace("\\", "/").split("/")
    return parts[0] in LEFT_BEHIND or parts[-1] in LEFT_BEHIND or parts[-1].startswith("._")


def _zip(data: bytes, say: Say, limits: dict[str, Any]) -> None:
    try:
        file = zipfile.ZipFile(io.BytesIO(data))
    except (*BROKEN, NotImplementedError) as error:
        raise NotThis from error
    entries = file.infolist()
    if len(entries) > limits["members"]:
        raise TooMuch
    shared = _overlapping(entries)
    measure = Measure(limits, len(data))
    for place, entry in enumerate(entries):
        name = entry.orig_filename
        if not entry.flag_bits & 0x800:
            name = decoded(name.encode("cp437"))
        refusal = _refusal(entry, name) or ("damaged_member" if place in shared else "")
        if refusal:
            say({"name": name, "refused": refusal})
        elif name.replace("\\", "/").endswith("/") or left_behind(name):
            say({"name": name, "skipped": True})
        elif measure.out > measure.total:
            say({"name": name, "refused": "too_large"})
        else:
            _member(file, entry, name, measure, say)


def _member(file: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, measure: Measure, say: Say) -> None:
    say({"name": name})
    try:
        entry.filename = entry.orig_filename
        with file.open(entry) as stream:
            say({"end": measure.copy(stream, entry.compress_size, say)})
    except NotImplementedError:  # a way of packing that Python does not know
        say({"end": "unreadable_file"})
    except BROKEN:
        say({"end": "damaged_member"})


def _refusal(entry: zipfile.ZipInfo, name: str) -> str:
    """Why an entry is not unpacked, as far as its header says; "" where nothing is against it."""
    kind = entry.external_attr >> 16 & 0o170000
    if leads_out(name):
        return "unsafe_path"
    if kind not in (0, FILE, FOLDER):
        return "is_link"
    return "encrypted" if entry.flag_bits & 0x41 else ""


def _overlapping(entries: list[zipfile.ZipInfo]) -> set[int]:
    """Places of the entries whose bytes are another's too."""
    spans = sorted((e.header_offset, e.header_offset + HEAD_BYTES + e.compress_size, i) for i, e in enumerate(entries))
    found: set[int] = set()
    reach, owner = -1, -1
    for start, stop, place in spans:
        if start < reach:
            found |= {owner, place}
        if stop > reach:
            reach, owner = stop, place
    return found


def _tar(pipe: BinaryIO, say: Say, limits: dict[str, Any]) -> None:
    """Members one after the other, as they come."""
    measure = Measure({**limits, "ratio": 1, "small": limits["total"]}, 0)
    count, name, within = 0, "", False
    try:
        with tarfile.open(fileobj=pipe, mode="r|", encoding="utf-8", errors="surrogateescape") as file:
            for entry in file:
                count, within = count + 1, False
                if count > limits["members"] or measure.out > measure.total:
                    raise TooMuch
                name = decoded(entry.name.encode("utf-8", "surrogateescape"))
                stream = file.extractfile(entry) if entry.isreg() else None
                if leads_out(name):
                    say({"name": name, "refused": "unsafe_path"})
                elif entry.isdir() or left_behind(name):
                    say({"name": name, "skipped": True})
                elif stream is None:
                    say({"name": name, "refused": "is_link"})
                else:
                    say({"name": name})
                    within = True
                    say({"end": measure.copy(stream, limits["member"], say)})
                file.members.clear()  # type: ignore[attr-defined]  # else it keeps every header
    except TAR_BROKEN as error:
        if not count:
            raise NotThis from error
        say({"end": "damaged_member"} if within else {"name": "", "refused": "damaged_member"})
