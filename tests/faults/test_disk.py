"""Full disks, failed syncs, read-only media: refused in words, nothing acknowledged is lost, and it goes on by itself."""

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from fanzha.chain import Workspace, verify_workspace
from fanzha.errors import NotAllowed, StorageFailed
from fanzha.store.lock import is_read_only
from tests.faults.acts import Children, make_files
from tests.faults.forgetful import Mounted, mounted, why_not
from tests.faults.promises import Outcome, Promised, inspect

needs_fuse = pytest.mark.skipif(bool(why_not()), reason=f"such disks need FUSE: {why_not()}")


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    with Children() as forking:
        yield forking


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Mounted]:
    with mounted(tmp_path / "disk", 1) as one:
        yield one


@pytest.fixture
def files(tmp_path: Path) -> Path:
    make_files(tmp_path / "files", random.Random(5), 6, most_rows=60)
    return tmp_path / "files"


# -- full --------------------------------------------------------------------------------------------------------------


@needs_fuse
def test_a_disk_that_fills_up_anywhere(disk: Mounted, files: Path, children: Children) -> None:
    """Refused in words; with room made everything acknowledged is there and the same files are taken."""
    refused = acknowledged = 0
    for number, room in enumerate((4_000, 60_000, 160_000, 175_000, 190_000, 205_000, 220_000, 306_000)):
        workspace, outcome, promised = disk.mount / f"w{number}", Outcome(), Promised()
        disk.tell(quota=disk.seen()["used"] + room)
        run = children.run(workspace=workspace, files=files, seed=number)
        assert run.status in (0, 7) and not any("fault" in one for one in run.said), run.said
        refused += run.status == 7
        promised.add(run, files, outcome)
        acknowledged += 0 < len(run.names) < 6
        disk.tell()
        inspect(workspace, promised, outcome, deep=True)
        assert outcome.failures == []
        with Workspace(workspace, actor="room") as opened:
            assert len(opened.admit([files])) == 6
        assert verify_workspace(workspace) == []
    assert refused >= 3 and acknowledged >= 1


def test_files_that_may_grow_no_further(tmp_path: Path, files: Path, children: Children) -> None:
    """The same without FUSE: the operating system's own limit on the size of a file."""
    refused = 0
    for limit in (1 << 10, 9 << 10, 60 << 10, 700 << 10):
        workspace, outcome, promised = tmp_path / f"w{limit}", Outcome(), Promised()
        run = children.run(workspace=workspace, files=files, seed=1, file_bytes=limit)
        assert run.status in (0, 7), run.said
        refused += run.status == 7
        promised.add(run, files, outcome)
        inspect(workspace, promised, outcome, deep=True)
        assert outcome.failures == []
    assert refused >= 2


@needs_fuse
def test_a_full_disk_refuses_a_backup_and_takes_the_half_away(disk: Mounted, files: Path, tmp_path: Path) -> None:
    (files / "large.dat").write_bytes(random.Random(6).randbytes(400_000))
    with Workspace(disk.mount / "w", actor="full") as workspace:
        workspace.admit([files])
        disk.tell(quota=disk.seen()["used"] + 100_000)
        with pytest.raises(StorageFailed):
            workspace.back_up(disk.mount / "b.fzb", tmp_path / "key")
        assert [path.name for path in disk.mount.iterdir()] == ["w"]
        disk.tell()
    assert verify_workspace(disk.mount / "w") == []


# -- failed syncs --------------------------------------------------------------------------------------------------------


@needs_fuse
def test_after_a_failed_sync_the_journal_stops_and_never_tries_again(disk: Mounted, files: Path) -> None:
    first, second, *_ = sorted(files.iterdir())
    stopped = 0
    for number in range(1, 12):
        folder = disk.mount / f"w{number}"
        with Workspace(folder, actor="before") as workspace:
            workspace.admit([first])
        with Workspace(folder, actor="sync") as workspace:
            kept = workspace.record.journal.size()
            disk.tell(fault="fsync", at=number)
            try:
                workspace.admit([second])
            except StorageFailed:
                seen = disk.seen()
                if "journal" in seen["where"]:
                    stopped += 1
                    with pytest.raises(StorageFailed, match="stopped after a failed write"):
                        workspace.record.note("use", workspace.acting(), {"name": "none", "sha256": ""})
        assert [path for path in disk.seen()["retried"] if "tables" not in path] == []
        disk.tell()
        disk.power_cut()
        with Workspace(folder, actor="after") as workspace:
            assert workspace.record.journal.size() >= kept
            assert [e.act for e in workspace.acts()].count("admit") >= 1
            workspace.admit([second])
        assert verify_workspace(folder) == []
    assert stopped >= 2, "the faults must hit the journal and its head"


@needs_fuse
def test_a_key_that_could_not_be_kept_stops_the_keys(disk: Mounted, files: Path, tmp_path: Path) -> None:
    first, second, third, *_ = sorted(files.iterdir())
    content = second.read_bytes()
    with Workspace(disk.mount / "w", actor="keys") as workspace:
        workspace.admit([first])
        number = 0
        while True:  # the write to the log of the keys, wherever it comes
            number += 1
            disk.tell(fault="EIO", at=number)
            try:
                workspace.admit([second])
            except StorageFailed:
                if "items.sqlite" in disk.seen()["where"]:
                    break
            else:  # the write that failed was one that nothing waits for: another file needs another key
                assert number < 100, "no fault hit the keys"
                second = tmp_path / f"another{number}.txt"
                second.write_bytes(content + b"\n" * number)
            disk.tell()
        with pytest.raises(StorageFailed, match="stopped"):
            workspace.admit([third])
    disk.tell()
    disk.power_cut()
    with Workspace(disk.mount / "w", actor="after") as workspace:
        workspace.admit([second, third])
    assert verify_workspace(disk.mount / "w") == []


# -- read-only -----------------------------------------------------------------------------------------------------------


def frozen(disk: Mounted, files: Path, *, refreshed: bool) -> Path:
    """A workspace closed in order, on a disk that then cannot be written."""
    with Workspace(disk.mount / "w", actor="before") as workspace:
        done = workspace.admit([files])
        workspace.correct(done[0].file, zone="Asia/Bangkok")
        if refreshed:
            workspace.refresh()
    disk.tell(read_only=True)
    disk.remount()
    return disk.mount / "w"


@needs_fuse
@pytest.mark.parametrize("refreshed", [True, False])
def test_read_only_media_serve_everything_and_take_nothing(
    disk: Mounted, files: Path, tmp_path: Path, refreshed: bool
) -> None:
    folder = frozen(disk, files, refreshed=refreshed)
    assert is_read_only(folder)
    assert verify_workspace(folder) == []
    with Workspace(folder, actor="reader") as workspace:
        assert workspace.cases()
        assert workspace.export("files", "csv", tmp_path / "files.csv") == 6
        assert (tmp_path / "files.csv").stat().st_size > 100
        assert workspace.report(tmp_path / "pages").exists()
        assert workspace.tables_differ() == []
        for path in sorted(files.iterdir()):
            entry = next(e for e in workspace.acts() if (e.private or {}).get("name") == path.name)
            assert workspace.record.content(entry)[:] == path.read_bytes()
        first = next(e.seq for e in workspace.acts() if e.act == "admit")
        for act in (
            lambda: workspace.admit([files]),
            lambda: workspace.withdraw(first, "sent twice"),
            lambda: workspace.correct(first, zone="UTC"),
            lambda: workspace.erase(first, ground="retention_ended"),
            lambda: workspace.table("legs", "audit"),  # unmasked is an act
            lambda: workspace.rebuild(),
            lambda: workspace.back_up(tmp_path / "b.fzb", tmp_path / "key"),
        ):
            with pytest.raises(NotAllowed, match="read-only") as refused:
                act()
            assert "copy it" in refused.value.remedy and refused.value.what_zh
    assert disk.seen()["total"] == 0, "nothing tried to write"


@needs_fuse
def test_read_only_media_without_usable_tables_make_them_in_memory(disk: Mounted, files: Path) -> None:
    with Workspace(disk.mount / "w", actor="before") as workspace:
        workspace.admit([files])
    (disk.mount / "w/tables.duckdb").write_bytes(b"rubbish" * 1000)
    disk.tell(read_only=True)
    disk.remount()
    with Workspace(disk.mount / "w", actor="reader") as workspace:
        assert workspace.table("files").num_rows == 6
        assert workspace.tables_differ() == []


@needs_fuse
def test_a_workspace_that_was_killed_is_refused_on_read_only_media(
    disk: Mounted, files: Path, children: Children
) -> None:
    """Its write-ahead log would have to be folded in; copied to a disk that can be written, it opens."""
    child, told = children.start(workspace=disk.mount / "w", files=files, seed=1)
    for one in told:
        if "name" in one:
            os.kill(child, signal.SIGKILL)
            break
    for _ in told:
        pass
    disk.tell(read_only=True)
    disk.remount()
    with pytest.raises(StorageFailed, match="not closed in order") as refused:
        Workspace(disk.mount / "w", actor="reader")
    assert "copy it" in refused.value.remedy
    disk.tell()
    disk.remount()
    with Workspace(disk.mount / "w", actor="reader") as workspace:
        assert workspace.table("files").num_rows >= 1
