"""Power cuts, briefly: 15. And the layer itself: it must forget what was not synced, or the cuts would show nothing."""

import os
from pathlib import Path

import pytest

from tests.faults.forgetful import Mounted, mounted, why_not
from tests.faults.power import cuts

pytestmark = pytest.mark.skipif(bool(why_not()), reason=f"power cuts need FUSE: {why_not()}")


def test_nothing_acknowledged_is_lost_by_a_power_cut(tmp_path: Path) -> None:
    outcome = cuts(15, 7, tmp_path)
    assert outcome.failures == []
    assert outcome.runs == 15
    assert outcome.acknowledged > 10
    assert outcome.stopped_at_work >= 4


def written(path: Path, content: bytes, *, synced: bool, named: bool) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(handle, content)
    if synced:
        os.fsync(handle)
    os.close(handle)
    if named:
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def survivors(disk: Mounted) -> dict[str, bytes]:
    disk.power_cut()
    return {path.name: path.read_bytes() for path in disk.mount.iterdir()}


def test_what_was_synced_survives_and_the_rest_may_not(tmp_path: Path) -> None:
    forgot = torn = 0
    with mounted(tmp_path / "disk", 3) as disk:
        for number in range(12):
            written(disk.mount / f"synced{number}", b"s" * 9000, synced=True, named=True)
            written(disk.mount / f"loose{number}", b"l" * 9000, synced=False, named=True)
            written(disk.mount / f"nameless{number}", b"n" * 9000, synced=True, named=False)
            left = survivors(disk)
            assert left[f"synced{number}"] == b"s" * 9000
            forgot += f"nameless{number}" not in left
            torn += left[f"loose{number}"] != b"l" * 9000
    assert forgot > 0 and torn > 0


def test_a_rename_is_durable_with_its_folder_only(tmp_path: Path) -> None:
    undone = 0
    with mounted(tmp_path / "disk", 4) as disk:
        for number in range(10):
            written(disk.mount / f"old{number}", b"x", synced=True, named=True)
            (disk.mount / f"old{number}").rename(disk.mount / f"new{number}")
            left = survivors(disk)
            assert (f"old{number}" in left) != (f"new{number}" in left), "a rename is whole or has not happened"
            undone += f"old{number}" in left
    assert 0 < undone < 10


def test_after_a_failed_sync_the_pages_count_as_clean(tmp_path: Path) -> None:
    """What makes retrying wrong: the second sync succeeds and nothing is on the disk."""
    with mounted(tmp_path / "disk", 5) as disk:
        written(disk.mount / "file", b"", synced=True, named=True)
        handle = os.open(disk.mount / "file", os.O_WRONLY)
        os.write(handle, b"important")
        disk.tell(fault="fsync", at=1)
        with pytest.raises(OSError, match="Input/output"):
            os.fsync(handle)
        os.fsync(handle)
        os.close(handle)
        assert disk.seen()["retried"] == ["/file"]
        assert survivors(disk)["file"] != b"important"
