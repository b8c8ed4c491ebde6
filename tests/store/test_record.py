"""The book of record: what is acknowledged is there, what is changed is found and named."""

import hashlib
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from fanzha.errors import InputError, NotAllowed, RecordDamaged, StorageFailed, WorkspaceBusy
from fanzha.store import disk
from fanzha.store.checkpoint import open_note
from fanzha.store.journal import Entry
from fanzha.store.lock import owned
from fanzha.store.record import Act, Record
from fanzha.store.verifying import verify

ACT = Act("王小明", 1_700_000_000_000)


def add(record: Record, content: bytes, public: dict[str, Any], private: dict[str, Any]) -> Entry:
    return record.add(record.receive([content]), ACT, public, private)


def fill(folder: Path, count: int = 6) -> list[str]:
    with Record.open(folder, ACT) as record:
        return [
            add(record, f"content {i} ".encode() * (i * 400 + 1), {"format": "test"}, {"name": f"张三-{i}.txt"}).item
            for i in range(count)
        ]


def test_content_comes_back_byte_for_byte(tmp_path: Path) -> None:
    big = random.Random(7).randbytes(2_500_000)  # several chunks and a rest
    with Record.open(tmp_path / "w", ACT) as record:
        entries = [add(record, content, {}, {"name": "n"}) for content in (b"", b"x", big, big[: 1 << 20])]
    with Record.open(tmp_path / "w", ACT) as record:
        assert [record.content(e)[:] for e in entries] == [b"", b"x", big, big[: 1 << 20]]
        assert [e.act for e in record.journal.entries()] == ["create", "admit", "admit", "admit", "admit"]
        assert record.journal.entries()[1].private == {
            "name": "n",
            "fingerprint": record.keys.fingerprint(hashlib.sha256(b"").digest()),
        }


def test_nothing_personal_lies_open_on_disk(tmp_path: Path) -> None:
    with Record.open(tmp_path / "w", ACT) as record:
        add(record, "身份证 11010519491231002X".encode(), {}, {"name": "被害人陈述.txt"})
    for path in (tmp_path / "w").rglob("*"):
        if path.is_file():
            assert "被害人陈述".encode() not in path.read_bytes()
            assert b"11010519491231002X" not in path.read_bytes()
            assert path.stat().st_mode & 0o077 == 0, f"{path} may be read by others"


def test_same_content_is_recognised_by_keyed_hash_only(tmp_path: Path) -> None:
    fill(tmp_path / "a")
    fill(tmp_path / "b")
    a = {p.name for p in (tmp_path / "a/originals").glob("??/*")}
    b = {p.name for p in (tmp_path / "b/originals").glob("??/*")}
    assert not a & b, "names of originals must not let a short report be guessed"
    with Record.open(tmp_path / "a", ACT) as record:
        found = record.find(record.keys.fingerprint(hashlib.sha256(b"content 0 ").digest()))
        assert found is not None and found.seq == 1
        assert record.find(record.keys.fingerprint(hashlib.sha256(b"other").digest())) is None


def test_head_is_a_signed_checkpoint_of_the_journal(tmp_path: Path) -> None:
    fill(tmp_path / "w")
    with Record.open(tmp_path / "w", ACT) as record:
        note = (tmp_path / "w/journal.head").read_text()
        head = open_note(note, record.keys.public())
        assert (head.size, head.root) == (record.journal.size(), record.journal.checkpoint().root)
        with pytest.raises(ValueError, match="another key"):
            open_note(note, bytes(32))


def test_whole_record_verifies(tmp_path: Path) -> None:
    fill(tmp_path / "w")
    with owned(tmp_path / "w"):
        assert verify(tmp_path / "w") == []


def flip(path: Path, place: int, bit: int) -> None:
    mode = path.stat().st_mode
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[place] ^= 1 << bit
    path.write_bytes(data)
    path.chmod(mode)


@pytest.mark.parametrize("part", ["originals", "journal.sqlite", "journal.head", "keys"])
def test_every_flipped_bit_is_found_and_named(tmp_path: Path, part: str) -> None:
    folder = tmp_path / "w"
    fill(folder)
    places = [
        p for p in ([folder / part] if (folder / part).is_file() else sorted((folder / part).rglob("*"))) if p.is_file()
    ]
    rng = random.Random(part)
    for _ in range(60):
        path = rng.choice(places)
        place, bit = rng.randrange(path.stat().st_size), rng.randrange(8)
        flip(path, place, bit)
        with owned(folder):
            problems = verify(folder)
        assert problems, f"bit {bit} of byte {place} of {path.name} was changed and not found"
        assert any(path.name in p.where or path.parent.name in p.where or "journal" in p.where for p in problems)
        flip(path, place, bit)
    with owned(folder):
        assert verify(folder) == []


def test_missing_original_is_named(tmp_path: Path) -> None:
    item = fill(tmp_path / "w")[2]
    (tmp_path / "w/originals" / item[:2] / item).unlink()
    with owned(tmp_path / "w"):
        assert [item in p.where for p in verify(tmp_path / "w")] == [True]


def test_cut_tail_of_the_write_ahead_log_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    fill(folder)
    with Record.open(folder, ACT) as record:
        for i in range(5):
            record.note("test", ACT, {"n": i})
        wal = (folder / "journal.sqlite-wal").read_bytes()
        main = (folder / "journal.sqlite").read_bytes()
    rng = random.Random(3)
    for _ in range(20):  # a crash state whose log lost or changed bytes after it was acknowledged
        damaged = bytearray(wal)
        if rng.random() < 0.5:
            del damaged[rng.randrange(len(damaged)) :]
        else:
            damaged[rng.randrange(32, len(damaged))] ^= 1 << rng.randrange(8)
        (folder / "journal.sqlite").write_bytes(main)
        (folder / "journal.sqlite-wal").write_bytes(damaged)
        with pytest.raises(RecordDamaged), Record.open(folder, ACT):
            pass
    (folder / "journal.sqlite").write_bytes(main)
    (folder / "journal.sqlite-wal").write_bytes(wal)
    with Record.open(folder, ACT) as record:
        assert record.journal.size() == 12


def test_older_copy_of_the_journal_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    fill(folder, 2)
    old = (folder / "journal.sqlite").read_bytes()
    with Record.open(folder, ACT) as record:
        record.note("test", ACT, {})
    (folder / "journal.sqlite").write_bytes(old)
    with pytest.raises(RecordDamaged, match="1 acknowledged entries are gone"), Record.open(folder, ACT):
        pass


def test_entry_that_was_committed_but_not_acknowledged_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    fill(folder, 2)
    head = (folder / "journal.head").read_bytes()
    with Record.open(folder, ACT) as record:
        record.note("test", ACT, {})
    (folder / "journal.head").write_bytes(head)  # killed between commit and head
    with Record.open(folder, ACT) as record:
        assert record.journal.size() == 4
        assert record.journal.head().size == 4


def test_interrupted_admission_leaves_an_unclaimed_original_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    fill(folder, 1)
    with Record.open(folder, ACT) as record:
        received = record.receive([b"half"]).received
        record.originals.claim(received)  # killed before the entry
        (folder / "originals/0123.incoming").write_bytes(b"quarter")
    with Record.open(folder, ACT) as record:
        assert record.unclaimed() == {received.item}
        assert not list((folder / "originals").glob("*.incoming"))
    with owned(folder):
        assert verify(folder) == []


def test_second_process_waits_or_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    fill(folder, 1)
    with owned(folder), pytest.raises(WorkspaceBusy, match="is using this workspace"), owned(folder, block=False):
        pass


def test_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(NotAllowed), Record.open(tmp_path, ACT):
        pass
    assert sorted(p.name for p in tmp_path.iterdir()) == ["holiday.jpg"]
    with pytest.raises(InputError), Record.open(tmp_path / "holiday.jpg", ACT):
        pass


def test_failed_write_stops_the_journal_and_is_never_retried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Record.open(tmp_path / "w", ACT) as record:

        def refuse(_handle: int) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(disk.os, "fsync", refuse)
            with pytest.raises(StorageFailed, match="No space left"):
                record.note("test", ACT, {})
        with pytest.raises(StorageFailed, match="stopped after a failed write"):
            record.note("test", ACT, {})
    with Record.open(tmp_path / "w", ACT) as record:  # the entry was committed; only its acknowledgement failed
        assert [e.act for e in record.journal.entries()] == ["create", "test"]


def test_destroyed_key_erases_the_private_part_and_the_tree_still_verifies(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    items = fill(folder, 3)
    with Record.open(folder, ACT) as record:
        erased = record.erase(record.journal.entries()[2], ACT, {"ground": "ordered"})
        entries = record.journal.entries()
        assert entries[2].private is None
        assert (erased.item, record.keys.of(items[1])) == (items[1], None)
        assert not record.originals.path(items[1]).exists()
        assert (entries[1].private or {})["name"] == "张三-0.txt"
    with owned(folder):
        assert verify(folder) == []


def test_journal_is_plain_sqlite_that_others_can_read(tmp_path: Path) -> None:
    fill(tmp_path / "w", 2)
    with sqlite3.connect(tmp_path / "w/journal.sqlite") as other:
        assert other.execute("SELECT COUNT(*) FROM entries").fetchone() == (3,)
    other.close()
