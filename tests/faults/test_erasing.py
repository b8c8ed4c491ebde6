"""Erasing that was stopped halfway is finished by the next start: what was erased is nowhere, whenever the fault came."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fanzha.chain import Workspace, restore_workspace, verify_workspace
from fanzha.errors import StorageFailed
from fanzha.store import backup
from fanzha.store.record import Record
from tests.faults.forgetful import mounted, why_not

MARK = "6299000000424242"
OTHER = "6299000000131313"
HEAD = "交易卡号,交易时间,交易金额,交易余额,收付标志,交易对手账卡号,对手户名\r\n"


def made(folder: Path, files: Path) -> tuple[int, str]:
    """A workspace with two statements and a page; number and item of the one that is to go."""
    files.mkdir()
    for name, account in (("going.csv", MARK), ("staying.csv", OTHER)):
        row = f"{account}\t,2026-03-01 10:00:00\t,100.00\t,\t,进\t,6288000000000001\t,甲\t\r\n"
        (files / name).write_bytes((HEAD + row * 40).encode("gb18030"))
    with Workspace(folder, actor="before") as workspace:
        done = workspace.admit([files])
        workspace.report(folder / "report")
        workspace.back_up(files.parent / "old.fzb", files.parent / "key")
        return done[0].file, workspace.acts()[done[0].file].item


def holding(folder: Path, text: str) -> list[str]:
    """Files that hold a text as it is."""
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and text.encode() in path.read_bytes()
    ]


def stopped(what: str, folder: Path, file: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Erase, and be stopped at one place."""

    class Stopped(BaseException):
        pass

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    places: dict[str, Callable[[], None]] = {
        "between the act and the deed": lambda: monkeypatch.setattr(Record, "_destroy", stop),
        "between the deed and the tables": lambda: monkeypatch.setattr("fanzha.chain.recorded.remove_tables", stop),
        "between the tables and the notes": lambda: monkeypatch.setattr(backup, "write_erasures", stop),
    }
    places[what]()
    with pytest.raises(Stopped), Workspace(folder, actor="eraser") as workspace:
        workspace.erase(file, ground="retention_ended")
    monkeypatch.undo()


PLACES = ["between the act and the deed", "between the deed and the tables", "between the tables and the notes"]


@pytest.mark.parametrize("what", PLACES)
def test_what_was_being_erased_is_gone_after_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    folder = tmp_path / "w"
    file, item = made(folder, tmp_path / "files")
    assert any(name.startswith("tables") for name in holding(folder, MARK)), "else the search below shows nothing"
    stopped(what, folder, file, monkeypatch)
    with Workspace(folder, actor="after") as workspace:
        entry = workspace.acts()[file]
        assert entry.private is None and workspace.record.keys.of(item) is None
        assert not workspace.record.originals.path(item).exists()
        assert workspace.table("files", "audit").to_pylist()[0]["erased"]
        assert workspace.tables_differ() == []
    assert [name for name in holding(folder, MARK) if not name.startswith("report")] == []
    assert any(name.startswith("tables") for name in holding(folder, OTHER))
    assert verify_workspace(folder) == []


@pytest.mark.parametrize("what", PLACES)
def test_an_old_backup_does_not_bring_it_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """The note beside the backup and the pages are dealt with by the next start too."""
    folder = tmp_path / "w"
    file, item = made(folder, tmp_path / "files")
    stopped(what, folder, file, monkeypatch)
    with Workspace(folder, actor="after"):
        pass
    assert holding(folder, MARK) == []
    assert item in json.loads(json.loads((folder / "erased.note").read_text())["body"])["items"]
    done = restore_workspace(tmp_path / "old.fzb", tmp_path / "key", tmp_path / "again", actor="after")
    assert done.erased_again == 1
    assert holding(tmp_path / "again", MARK) == []


@pytest.mark.skipif(bool(why_not()), reason=f"failing calls need FUSE: {why_not()}")
def test_whatever_call_of_an_erasure_fails_it_is_finished_or_has_not_begun(tmp_path: Path) -> None:
    finished = untouched = 0
    with mounted(tmp_path / "disk", 9) as disk:
        for number in range(1, 60, 7):
            folder = disk.mount / f"w{number}"
            (tmp_path / f"r{number}").mkdir()
            file, item = made(folder, tmp_path / f"r{number}" / "files")
            with Workspace(folder, actor="eraser") as workspace:
                disk.tell(fault="EIO", at=number)
                with contextlib.suppress(StorageFailed):
                    workspace.erase(file, ground="retention_ended")
                fired = disk.seen()["fired"]
                disk.tell()
            disk.power_cut()
            with Workspace(folder, actor="after") as workspace:
                erased = any(e.act == "erase" for e in workspace.acts())
                assert erased == (workspace.record.keys.of(item) is None)
                assert erased == (not workspace.record.originals.path(item).exists())
            assert verify_workspace(folder) == []
            finished += erased
            untouched += not erased
            if not fired:
                break
    assert finished and untouched


def test_an_older_copy_never_shortens_the_list_beside_a_backup(tmp_path: Path) -> None:
    """Two backups, an erasure after each; restoring the first and erasing there leaves the second's list whole."""
    folder = tmp_path / "w"
    file, item = made(folder, tmp_path / "files")
    with Workspace(folder, actor="one") as workspace:
        other = next(e for e in workspace.acts() if e.act == "admit" and e.seq != file)
        workspace.erase(file, ground="retention_ended")
        workspace.erase(other.seq, ground="ordered")
    (tmp_path / "kept.erased").write_bytes((tmp_path / "old.fzb.erased").read_bytes())
    (tmp_path / "old.fzb.erased").unlink()
    restore_workspace(tmp_path / "old.fzb", tmp_path / "key", tmp_path / "older", actor="two")  # knows of none
    (tmp_path / "old.fzb.erased").write_bytes((tmp_path / "kept.erased").read_bytes())
    with Workspace(tmp_path / "older", actor="two") as workspace:
        workspace.erase(other.seq, ground="ordered")
    listed = json.loads(json.loads((tmp_path / "old.fzb.erased").read_text())["body"])["items"]
    assert set(listed) == {item, other.item}


def test_a_backup_that_cannot_be_told_is_named_and_stops_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    file, _ = made(folder, tmp_path / "files")
    (tmp_path / "old.fzb.erased").write_text("somebody else's")
    with Workspace(folder, actor="one") as workspace:
        erased = workspace.erase(file, ground="retention_ended")
    assert erased.backups_missing == (str((tmp_path / "old.fzb").resolve()),)
    assert (tmp_path / "old.fzb.erased").read_text() == "somebody else's", "left for its keeper to look at"
    with Workspace(folder, actor="two"):
        pass
    assert verify_workspace(folder) == []
