"""Workspaces of other releases: an older one is brought along, a newer one is refused in words."""

import tarfile
from pathlib import Path

import pytest

from fanzha.chain import Workspace, verify_workspace
from fanzha.errors import NotAllowed
from fanzha.store.checkpoint import Checkpoint, open_note, sign
from fanzha.store.journal import LAYOUT
from fanzha.store.keys import Keys

# Made by the code of release 0.1.0 from four invented files at a fixed time: a statement of three good rows and one bad, a
# report, bytes that are nothing, and a statement that was withdrawn; the report was then corrected.
RELEASED = Path(__file__).parent / "released/workspace-0.1.0.tar.gz"
NAMES = ["statement.csv", "report.txt", "mistake.dat", "withdrawn.csv"]


@pytest.fixture
def released(tmp_path: Path) -> Path:
    folder = tmp_path / "w"
    with tarfile.open(RELEASED) as archive:
        archive.extractall(folder, filter="data")
    return folder


def head_of(folder: Path) -> Checkpoint:
    keys = Keys(folder / "keys", create=False, read_only=True)
    try:
        return open_note((folder / "journal.head").read_text(), keys.public())
    finally:
        keys.close()


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file but SQLite's passing ones: an empty log and its index."""
    kept = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith("-shm"))
    return {path: content for path in kept if (content := path.read_bytes()) or not path.name.endswith("-wal")}


def set_layout(folder: Path, layout: int) -> None:
    """Sign the head again with another layout, as a program of that layout would."""
    keys = Keys(folder / "keys", create=False, read_only=True)
    now = open_note((folder / "journal.head").read_text(), keys.public())
    (folder / "journal.head").write_text(sign(Checkpoint(now.origin, now.size, now.root, layout), keys.signing))
    keys.close()


def test_a_workspace_of_release_0_1_opens_with_everything_it_held(released: Path) -> None:
    assert head_of(released).layout == 1
    with Workspace(released, actor="later") as workspace:
        acts = workspace.acts()
        assert [e.act for e in acts[:9]] == ["create", "use", "use", *["admit"] * 4, "withdraw", "correct"]
        assert [(e.private or {})["name"] for e in acts if e.act == "admit"] == NAMES
        assert bytes(range(256)) * 3 == workspace.record.content(acts[5])[:]
        assert workspace.record.content(acts[4])[:].decode().startswith("报案时间:2026-03-01")
        files = workspace.table("files", "audit").to_pylist()
        assert [(f["kept"], f["quarantined"], f["withdrawn"]) for f in files] == [
            (3, 1, False),
            (1, 0, False),
            (0, 1, False),
            (1, 0, True),
        ]
        assert [(f["rows_in"] == f["kept"] + f["quarantined"] + f["structure"]) for f in files] == [True] * 4
        assert workspace.table("legs", "audit").num_rows == 3  # those of the withdrawn file are gone
        assert len(workspace.cases()) == 1
        assert workspace.tables_differ() == []
    assert verify_workspace(released) == []


def test_it_is_migrated_once_and_says_so(released: Path) -> None:
    for _ in range(2):
        with Workspace(released, actor="later") as workspace:
            migrations = [e for e in workspace.acts() if e.act == "migrate"]
    assert [(e.public["from"], e.public["to"], e.actor) for e in migrations] == [(1, LAYOUT, "later")]
    assert head_of(released).layout == LAYOUT


def test_release_0_1_then_refuses_it(released: Path) -> None:
    """Release 0.1 wants three lines and a signature; the fourth names the layout, so it says "not a signed checkpoint"
    and stops, in place of overlooking acts that it does not know."""
    with Workspace(released, actor="later"):
        pass
    body = (released / "journal.head").read_text().split("\n\n")[0]
    assert body.split("\n")[3:] == [f"layout {LAYOUT}"]


def test_what_it_held_can_be_recognised_corrected_and_erased(released: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.dat"
    again.write_bytes(bytes(range(256)) * 3)
    with Workspace(released, actor="later") as workspace:
        assert workspace.admit([again])[0].again
        workspace.undo(7)
        assert workspace.table("legs", "audit").num_rows == 4
        workspace.erase(3, ground="retention_ended")
        assert workspace.acts()[3].private is None
        assert workspace.table("legs", "audit").num_rows == 1
    assert verify_workspace(released) == []


@pytest.mark.parametrize("stopped", ["before the head", "before the entry"])
def test_a_migration_that_was_stopped_is_finished_by_the_next_start(released: Path, stopped: str) -> None:
    if stopped == "before the head":
        with Workspace(released, actor="first"):
            pass
        set_layout(released, 1)
    with Workspace(released, actor="second") as workspace:
        assert len([e for e in workspace.acts() if e.act == "migrate"]) == 1
    assert head_of(released).layout == LAYOUT
    assert verify_workspace(released) == []


def test_a_newer_layout_is_refused_and_nothing_is_touched(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    with Workspace(folder, actor="now"):
        pass
    set_layout(folder, 99)
    before = contents(folder)
    for _ in range(2):
        with pytest.raises(NotAllowed, match="newer Fanzha") as refused:
            Workspace(folder, actor="now")
        assert refused.value.exit_status == 4
        assert "update" in refused.value.remedy and "升级" in refused.value.remedy_zh
    assert contents(folder) == before
    with pytest.raises(NotAllowed, match="newer Fanzha"):
        verify_workspace(folder)
