"""Files of a workspace deleted, cut short, or replaced by rubbish: the tables are made again, the record is refused."""

import random
import shutil
from pathlib import Path

import pytest

from fanzha.chain import Workspace, verify_workspace
from fanzha.errors import FanzhaError, RecordDamaged
from tests.faults.acts import make_files

TABLES = "tables.duckdb"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with six files and their analysis, closed in order."""
    folder = tmp_path_factory.mktemp("whole")
    make_files(folder / "files", random.Random(11), 6, most_rows=60)
    with Workspace(folder / "w", actor="before") as workspace:
        workspace.admit([folder / "files"])
        workspace.refresh()
    return folder / "w"


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    shutil.copytree(whole, tmp_path / "w")
    return tmp_path / "w"


def rows_of(folder: Path) -> tuple[int, int]:
    with Workspace(folder, actor="after") as workspace:
        assert workspace.tables_differ() == []
        return workspace.table("files").num_rows, workspace.table("legs").num_rows


# -- tables: derived ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["deleted", "empty", "half", "rubbish", "a folder's worth of nothing", "head only"])
def test_tables_are_made_again_and_nothing_is_lost(whole: Path, folder: Path, damage: str) -> None:
    path = folder / TABLES
    content = path.read_bytes()
    match damage:
        case "deleted":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
        case "half":
            path.write_bytes(content[: len(content) // 2])
        case "rubbish":
            path.write_bytes(random.Random(1).randbytes(70_000))
        case "head only":
            path.write_bytes(content[:4096] + random.Random(1).randbytes(len(content) - 4096))
        case _:
            path.write_bytes(bytes(len(content)))
    assert rows_of(folder) == rows_of(whole)
    assert verify_workspace(folder) == []


def test_a_write_ahead_log_of_rubbish_beside_the_tables(whole: Path, folder: Path) -> None:
    (folder / f"{TABLES}.wal").write_bytes(random.Random(2).randbytes(9_000))
    (folder / f"{TABLES}.fresh").write_bytes(b"left by a rewriting that was stopped")
    assert rows_of(folder) == rows_of(whole)


@pytest.mark.parametrize("seed", range(4))
def test_a_flipped_bit_in_the_tables_never_changes_what_is_said(folder: Path, seed: int) -> None:
    """It is made again at once, or refused with the way out, or lies where nothing is."""
    rng = random.Random(seed)
    content = bytearray((folder / TABLES).read_bytes())
    used = [place for place in range(0, len(content), 256) if any(content[place : place + 256])]
    for _ in range(3):
        content[rng.choice(used) + rng.randrange(256)] ^= 1 << rng.randrange(8)
    (folder / TABLES).write_bytes(content)
    try:
        rows_of(folder)
    except FanzhaError as problem:
        assert "rebuild" in problem.remedy, problem
    (folder / TABLES).unlink()
    rows_of(folder)


def test_tables_made_by_other_code_are_made_again(whole: Path, folder: Path) -> None:
    with Workspace(folder, actor="other") as workspace:
        workspace.engine.set_stamp(3, 3, "0.0.1+abcdef")
    assert rows_of(folder) == rows_of(whole)


def test_tables_that_are_ahead_of_the_journal_are_made_again(whole: Path, folder: Path, tmp_path: Path) -> None:
    """As where the tables came from another copy of the workspace."""
    with Workspace(folder, actor="ahead") as workspace:
        workspace.withdraw(workspace.acts()[-1].seq, "sent twice")
    shutil.copytree(whole, tmp_path / "other")
    shutil.copy(folder / TABLES, tmp_path / "other" / TABLES)
    assert rows_of(tmp_path / "other") == rows_of(whole)


# -- the record: refused, never mended -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["journal.head", "journal.sqlite", "keys/master.key", "keys/sign.key", "keys/lookup.key", "keys/items.sqlite"],
)
@pytest.mark.parametrize("damage", ["deleted", "empty", "half", "rubbish"])
def test_a_file_of_the_record_is_refused_and_named(folder: Path, name: str, damage: str) -> None:
    path = folder / name
    content = path.read_bytes()
    path.chmod(0o600)
    match damage:
        case "deleted":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
        case "half":
            path.write_bytes(content[: len(content) // 2])
        case _:
            path.write_bytes(random.Random(3).randbytes(len(content)))
    left = path.read_bytes() if path.exists() else None
    problems = verify_workspace(folder)
    assert problems and all(isinstance(problem, RecordDamaged) for problem in problems)
    with pytest.raises(RecordDamaged) as refused:
        Workspace(folder, actor="after")
    assert refused.value.exit_status == 5 and refused.value.what_zh and refused.value.remedy
    assert (path.read_bytes() if path.exists() else None) == left, "what is damaged is evidence; it is not touched"


def test_a_single_key_that_is_missing_is_not_taken_for_an_erasure(folder: Path) -> None:
    with Workspace(folder, actor="before") as workspace:
        item = next(e.item for e in workspace.acts() if e.act == "admit")
        workspace.record.keys.destroy(item)
    with pytest.raises(RecordDamaged, match=f"the key of item {item} is missing"):
        Workspace(folder, actor="after")
    assert any(item in problem.what for problem in verify_workspace(folder))


@pytest.mark.parametrize("damage", ["deleted", "half", "rubbish"])
def test_a_damaged_original_is_named_and_the_others_are_there(folder: Path, damage: str) -> None:
    path = sorted((folder / "originals").glob("??/*"))[2]
    content = path.read_bytes()
    path.chmod(0o600)
    match damage:
        case "deleted":
            path.unlink()
        case "half":
            path.write_bytes(content[: len(content) // 2])
        case _:
            path.write_bytes(random.Random(4).randbytes(len(content)))
    assert {path.name in problem.where for problem in verify_workspace(folder)} == {True}
    with Workspace(folder, actor="after") as workspace:
        for entry in (e for e in workspace.acts() if e.act == "admit"):
            if entry.item == path.name:
                with pytest.raises(RecordDamaged):
                    workspace.record.content(entry)[:]
            else:
                assert len(workspace.record.content(entry)[:]) == entry.public["size"]


def test_a_refused_workspace_can_be_verified_by_the_same_process(folder: Path) -> None:
    """The refusal holds no file open: the second look says the same, not that the database is locked."""
    (folder / "journal.head").write_text("rubbish")
    for _ in range(3):
        with pytest.raises(RecordDamaged, match="not a signed checkpoint"):
            Workspace(folder, actor="after")
        assert [problem.what for problem in verify_workspace(folder)] == [
            "the record is damaged: not a signed checkpoint"
        ]
