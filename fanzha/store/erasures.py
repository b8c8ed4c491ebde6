"""The signed list of what was erased: in the workspace and beside every backup, so that no old copy brings it back."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fanzha.errors import RecordDamaged, StorageFailed
from fanzha.store.disk import damaged, storage, write_durably
from fanzha.store.journal import Entry, Journal
from fanzha.store.keys import Keys

NOTE = "erased.note"


def write_erasures(folder: Path, journal: Journal, keys: Keys) -> tuple[list[Path], list[str]]:
    """Write the list into the workspace and beside each backup that can be reached.

    A list that is there already is added to, never shortened: an older copy of the workspace may know less. Gives the
    notes written, and the backups that could not be reached, or whose list somebody else signed: their keepers must be told.
    """
    entries = journal.entries()
    items = {entry.item for entry in entries if entry.act == "erase"}
    written, missing = list[Path](), list[str]()
    for path in _backups(entries):
        note = Path(path + ".erased")
        try:
            if not Path(path).exists():
                missing.append(path)
                continue
            known = read_erasures(note, keys.public()) if note.exists() else set[str]()
            _write(note, items | known, journal.origin, keys)
            written.append(note)
        except (RecordDamaged, StorageFailed):
            missing.append(path)
    _write(folder / NOTE, items, journal.origin, keys)  # last: it says that the others were written
    return [*written, folder / NOTE], missing


def are_listed(items: set[str], folder: Path, keys: Keys) -> bool:
    """Whether the workspace's own list holds these items: it is written last, when an erasure is finished."""
    if not items:
        return True
    try:
        return items <= read_erasures(folder / NOTE, keys.public())
    except (RecordDamaged, StorageFailed):
        return False


def read_erasures(path: Path, public_key: bytes) -> set[str]:
    """The items in a signed list. Raises RecordDamaged where another workspace, or nobody, signed it."""
    with storage(path):
        raw = path.read_bytes()
    try:
        note = json.loads(raw)
        body = note["body"].encode()
        Ed25519PublicKey.from_public_bytes(public_key).verify(base64.b64decode(note["signature"]), body)
        return set(json.loads(body)["items"])
    except (InvalidSignature, ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(path, "the list of what was erased is not signed by this workspace") from error


def _backups(entries: Sequence[Entry]) -> list[str]:
    return sorted({str(entry.public["path"]) for entry in entries if entry.act in ("backup", "handover")})


def _write(place: Path, items: set[str], origin: str, keys: Keys) -> None:
    body = json.dumps({"origin": origin, "items": sorted(items)}, sort_keys=True).encode()
    signature = base64.b64encode(keys.signing.sign(body)).decode()
    with storage(place):
        write_durably(place, iter([json.dumps({"body": body.decode(), "signature": signature}).encode()]))
