"""Verification: every byte of a workspace's record read again and compared with what was acknowledged."""

import hashlib
from pathlib import Path

from fanzha.errors import RecordDamaged
from fanzha.store.disk import damaged, damaged_pages
from fanzha.store.journal import Entry, Journal
from fanzha.store.keys import Keys
from fanzha.store.lock import is_read_only
from fanzha.store.originals import Originals


def verify(folder: Path) -> list[RecordDamaged]:
    """Everything in a workspace's record that is not what was acknowledged; empty if nothing is.

    Reads every byte of originals, journal and keys. The workspace must be owned by the caller.
    """
    if not (folder / "journal.sqlite").exists():
        return [damaged(folder / "journal.sqlite", "the journal is missing")]
    found: list[RecordDamaged] = []
    for name in ("journal.sqlite", "keys/items.sqlite"):
        pages = damaged_pages(folder / name) if (folder / name).exists() else [1]
        found += [damaged(folder / name, f"page {page} was changed") for page in pages]
    if found:
        return found + _check_originals(folder, None)
    frozen = is_read_only(folder)
    try:
        keys = Keys(folder / "keys", create=False, read_only=frozen)
    except RecordDamaged as problem:
        return [*found, problem, *_check_originals(folder, None)]
    try:
        journal = Journal(folder, keys, read_only=frozen)
    except RecordDamaged as problem:
        keys.close()
        return [*found, problem, *_check_originals(folder, None)]
    found += journal.problems()
    if not found:
        found += _against_entries(folder, keys, list(journal.entries()))
    else:
        found += _check_originals(folder, None)
    journal.close()
    keys.close()
    return found


def _against_entries(folder: Path, keys: Keys, entries: list[Entry]) -> list[RecordDamaged]:
    """What is on disk beside a sound journal: keys, originals, models, and what should have been erased."""
    found: list[RecordDamaged] = []
    first = entries[0].public if entries else {}
    lookup = keys.fingerprint(hashlib.sha256(b"fanzha").digest())
    if first and (first.get("public_key") != keys.public().hex() or first.get("lookup") != lookup):
        found.append(damaged(folder / "keys", "a key is not the one the journal began with"))
    erased = {entry.item for entry in entries if entry.act == "erase"}
    kept = {entry.item for entry in entries if entry.act == "admit"} - erased
    held = keys.items()
    found += _check_originals(folder, kept)
    found += [damaged(keys.path, f"the key of item {item} is missing") for item in sorted(kept - held)]
    found += [damaged(keys.path, f"the key of erased item {item} is still there") for item in sorted(erased & held)]
    for used in sorted({entry.public["sha256"] for entry in entries if entry.act == "use"}):
        path = folder / "models" / used
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != used:
            found.append(damaged(path, "reference data was changed or is missing"))
    if not found:  # a key of another item would open nothing
        found += [problem for item in sorted(kept) if (problem := _opens(folder, keys, item)) is not None]
    return found


def _opens(folder: Path, keys: Keys, item: str) -> RecordDamaged | None:
    try:
        key = keys.of(item)
        if key is not None:
            Originals(folder / "originals").read(item, key.key)[:1]
    except RecordDamaged as problem:
        return problem
    return None


def _check_originals(folder: Path, known: set[str] | None) -> list[RecordDamaged]:
    originals = Originals(folder / "originals")
    items = originals.held() | (known or set())
    return [problem for item in sorted(items) if (problem := originals.check(item)) is not None]
