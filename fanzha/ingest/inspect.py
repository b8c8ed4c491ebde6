"""Look at a file before it is admitted: the door's own eyes, with nothing written."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import bundle, inspection, known
from fanzha.formats.grid import Source
from fanzha.formats.inspection import Inspection
from fanzha.ingest.mapping import kept_mapping
from fanzha.ingest.reading import (
    BUNDLE,
    READER_FAULTS,
    UNREADABLE,
    failure,
    readings_of,
    recognised,
    source_of,
    whole_file,
)
from fanzha.model.terms import Terms
from fanzha.store.disk import storage
from fanzha.store.originals import chunks
from fanzha.store.record import Record


def inspect(record: Record | None, path: Path, terms: Terms) -> Inspection:
    """What a file is and how it would be read if it were admitted now under these terms; nothing is written.

    Without a record nothing was kept or admitted before. Raises InputError where there is no such file.
    """
    if not path.exists():
        raise InputError(
            "there is no such file", "没有此文件", where=str(path), remedy="check the path", remedy_zh="请检查路径"
        )
    if path.is_symlink() or not path.is_file():
        raise InputError(
            "this is not an ordinary file",
            "不是普通文件",
            where=str(path),
            remedy="name one file; `fanzha admit` takes folders",
            remedy_zh="请指定单个文件;文件夹请用 fanzha admit",
        )
    with storage(path), inspection.OnDisk(path) as data:
        found = _inspected(record, source_of(data, path.name, terms))
        if record is None:
            return found
        digest = hashlib.sha256()
        for piece in chunks(data):
            digest.update(piece)
    held = record.find(record.keys.fingerprint(digest.digest()))
    return replace(found, file=held.seq) if held is not None else found


def _inspected(record: Record | None, source: Source) -> Inspection:
    best = recognised(source)
    known_one = best.format not in (BUNDLE, UNREADABLE)
    mapping = kept_mapping(record, source) if record is not None and known_one else None
    others = [one for one in known.recognise(source) if one.format != best.format] if best.format != BUNDLE else []
    try:
        found = inspection.inspect(source, readings_of(best.format, mapping, source), best, others)
    except READER_FAULTS as fault:
        found = inspection.inspect(source, [whole_file(failure(fault))], best, others)
    return replace(found, members=tuple(_members(source))) if bundle.is_bundle(source) else found


def _members(source: Source) -> Iterator[tuple[str, str, int]]:
    """What each file inside is taken for; bundles within are named, not opened."""
    try:
        for member in bundle.members(source):
            if isinstance(member, bundle.Member):
                best = recognised(replace(source, data=member.data, name=member.name, opened={}))
                yield member.name, best.format, best.score
    except UnreadableFile:
        return  # the reading of the bundle says so
