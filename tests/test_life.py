"""The life of a record: corrected, taken back, kept for a time, erased, backed up, restored, handed over."""

import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import fanzha
from fanzha.chain import Workspace, restore_workspace, verify_workspace
from fanzha.errors import FanzhaError, InputError, NotAllowed, RecordDamaged
from fanzha.formats import known
from fanzha.store.tables import all_tables
from tests.conftest import CITY, ROOT, Run
from tests.ingest.test_ingest import CARD, GOOD, OTHER, admit, statement

DAY = 86_400_000
NOW = 1_800_000_000_000
BAD = [*GOOD[:3], ("2026-03-02 10:00:00", "50.00", "800.00", "转")]  # row 5: an unknown direction
FILES = ("station_reports.csv", "bank_north_transactions.csv", "bank_cloud_transactions.xlsx", "hotline_reports.jsonl")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with fanzha.open(tmp_path / "w", actor="王小明", clock=lambda: NOW) as opened:
        yield opened


def tables(workspace: Workspace) -> dict[str, Any]:
    workspace.refresh()
    return {name: workspace.engine.all_rows(name) for name in all_tables()}


def differ(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return [name for name in one if not one[name].equals(other[name])]


def zipped(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def lies_on_disk(folder: Path, secret: bytes) -> list[str]:
    return [str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and secret in p.read_bytes()]


# -- corrections -------------------------------------------------------------------------------------------------------


def test_a_wrong_row_is_corrected_and_what_followed_is_computed_again(workspace: Workspace, tmp_path: Path) -> None:
    done = admit(workspace, tmp_path, statement(BAD))
    assert (done.kept, done.quarantined) == (3, 1)
    assert workspace.correct_row(done.file, 5, reason="the bank said", cells={"收付标志": "出"}) == ""
    kept = workspace.engine.rows('SELECT direction FROM legs WHERE "row" = 5')
    assert kept == [("out",)]
    assert workspace.engine.rows("SELECT kept, quarantined FROM files") == [(4, 0)]
    assert workspace.engine.rows("SELECT COUNT(*) FROM notes WHERE code = 'corrected'") == [(1,)]
    entry = workspace.acts()[-1]
    assert (entry.act, entry.actor, (entry.private or {})["reason"]) == ("correct_row", "王小明", "the bank said")
    assert workspace.tables_differ() == []
    workspace.undo(entry.seq)
    assert workspace.engine.rows("SELECT kept, quarantined FROM files") == [(3, 1)]
    workspace.undo(workspace.acts()[-1].seq)  # an undo can be undone
    assert workspace.engine.rows("SELECT kept, quarantined FROM files") == [(4, 0)]


def test_a_row_that_does_not_count_is_dropped_and_said_to_be(workspace: Workspace, tmp_path: Path) -> None:
    done = admit(workspace, tmp_path, statement(GOOD))
    assert workspace.correct_row(done.file, 3, reason="typed twice", drop=True) == "dropped"
    assert workspace.engine.rows("SELECT rows_in, kept, quarantined FROM files") == [(5, 3, 1)]
    assert workspace.engine.rows('SELECT "row", reason FROM quarantine') == [(3, "dropped")]
    assert workspace.tables_differ() == []


def test_corrections_that_make_no_sense_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    done = admit(workspace, tmp_path, statement(GOOD))
    before = len(workspace.acts())
    for wrong in (
        {"row": 99, "reason": "x", "drop": True},
        {"row": 3, "reason": " ", "drop": True},
        {"row": 3, "reason": "x"},
        {"row": 3, "reason": "x", "drop": True, "cells": {"收付标志": "出"}},
    ):
        row = wrong.pop("row")
        with pytest.raises(FanzhaError):
            workspace.correct_row(done.file, row, **wrong)
    with pytest.raises(FanzhaError, match="no term"):
        workspace.correct(done.file, zome="Asia/Bangkok")
    with pytest.raises(NotAllowed):
        workspace.undo(0)
    with pytest.raises(fanzha.NotFound):
        workspace.undo(10_000)
    assert len(workspace.acts()) == before


def test_a_correction_naming_no_column_of_the_file_is_said_and_can_be_undone(
    workspace: Workspace, tmp_path: Path
) -> None:
    done = admit(workspace, tmp_path, statement(GOOD))
    with pytest.raises(fanzha.NotFound, match="no such column"):
        workspace.correct_row(done.file, 3, reason="x", cells={"no such column": "1"})


def test_a_withdrawal_taken_back_gives_the_same_tables(workspace: Workspace) -> None:
    done = workspace.admit([CITY / name for name in FILES])
    before = tables(workspace)
    workspace.withdraw(done[1].file, "wrong case")
    assert differ(before, tables(workspace))
    workspace.undo(workspace.acts()[-1].seq)
    assert differ(before, tables(workspace)) == []


# -- bundles -----------------------------------------------------------------------------------------------------------


def test_a_bundle_is_admitted_member_by_member_and_goes_as_one(workspace: Workspace, tmp_path: Path) -> None:
    inner = zipped({"deep.csv": statement(GOOD[:2])})
    content = zipped({"a/流水.csv": statement(GOOD), "b.zip": inner, "../escape.csv": b"x", "told.txt": b"\x00\x01"})
    (tmp_path / "all.zip").write_bytes(content)
    done = workspace.admit([tmp_path / "all.zip"])
    names = [one.name for one in done]
    assert names[0] == "all.zip" and "all.zip/a/流水.csv" in names and "all.zip/b.zip/deep.csv" in names
    whole = done[0]
    assert (whole.format, whole.kept, whole.quarantined) == ("bundle", 3, 1)
    assert workspace.engine.rows("SELECT reason FROM quarantine WHERE file = ?", (whole.file,)) == [("unsafe_path",)]
    assert workspace.engine.rows("SELECT COUNT(*) FROM legs") == [(6,)]
    assert all(one.rows_in == one.kept + one.quarantined + one.structure for one in done)
    workspace.withdraw(whole.file, "not ours")
    assert workspace.engine.rows("SELECT COUNT(*) FROM legs") == [(0,)]
    workspace.undo(workspace.acts()[-1].seq)
    assert workspace.engine.rows("SELECT COUNT(*) FROM legs") == [(6,)]
    assert workspace.tables_differ() == []
    assert all(one.again for one in workspace.admit([tmp_path / "all.zip"]))


def test_erasing_what_came_in_a_bundle_erases_the_bundle_that_holds_the_same_bytes(
    workspace: Workspace, tmp_path: Path
) -> None:
    single = admit(workspace, tmp_path, statement(GOOD))
    (tmp_path / "all.zip").write_bytes(zipped({"x.csv": statement(GOOD), "y.csv": statement(GOOD[:1])}))
    bundle, *inside = workspace.admit([tmp_path / "all.zip"])
    assert [one.again for one in inside] == [True, False]
    assert workspace.erasure_reach(single.file) == (single.file, bundle.file)
    done = workspace.erase(single.file, ground="data_subject_request", reference="2026-17")
    assert done.admissions == (single.file, bundle.file)
    assert workspace.engine.rows("SELECT COUNT(*) FROM legs") == [(1,)], "the other member stays"


# -- erasing -----------------------------------------------------------------------------------------------------------


def test_what_was_erased_is_nowhere_and_the_rest_verifies(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    secret = "张三丰的陈述".encode()
    with fanzha.open(folder, actor="王小明", clock=lambda: NOW) as workspace:
        told = admit(workspace, tmp_path, "报案人张三丰的陈述:被骗向6299000011112220转账5000元".encode(), "张三丰.txt")
        other = admit(workspace, tmp_path, statement(GOOD))
        workspace.report(folder / "report")
        root = workspace.record.journal.entries()[told.file]
        done = workspace.erase(told.file, ground="data_subject_request", reference="Letter 17")
        assert done.admissions == (told.file,) and not (folder / "report").exists()
        assert workspace.record.journal.entries()[told.file].private is None
        assert workspace.record.journal.entries()[told.file].public == root.public
        assert workspace.engine.rows("SELECT name, erased, kept FROM files WHERE file = ?", (told.file,)) == [
            ("", True, 0)
        ]
        assert workspace.engine.rows("SELECT COUNT(*) FROM legs") == [(4,)]
        for again in ("erase", "correct", "withdraw"):
            with pytest.raises(NotAllowed):
                {
                    "erase": lambda: workspace.erase(told.file, ground="ordered"),
                    "correct": lambda: workspace.correct(told.file, zone="Asia/Bangkok"),
                    "withdraw": lambda: workspace.withdraw(told.file, "x"),
                }[again]()
        with pytest.raises(NotAllowed):
            workspace.undo(workspace.acts()[-1].seq)
        with pytest.raises(InputError):
            workspace.erase(other.file, ground="because")
        assert workspace.tables_differ() == []
    assert lies_on_disk(folder, secret) == [] and lies_on_disk(folder, "张三丰".encode()) == []
    assert verify_workspace(folder) == []
    with fanzha.open(folder, actor="t") as workspace:  # the same bytes may come again, as something new
        (tmp_path / "back.txt").write_bytes("报案人张三丰的陈述:被骗向6299000011112220转账5000元".encode())
        assert not workspace.admit([tmp_path / "back.txt"])[0].again


def test_a_crash_between_the_act_and_the_deed_is_finished_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    with fanzha.open(folder, actor="t") as workspace:
        done = admit(workspace, tmp_path, statement(GOOD))
        item = workspace.acts()[done.file].item
        about = workspace.acts()[done.file]
        workspace.record.note("erase", workspace.acting(), {"admission": done.file, "ground": "ordered"}, about=about)
    assert verify_workspace(folder), "an erased item that is still there is a fault"
    with fanzha.open(folder, actor="t") as workspace:
        assert not workspace.record.originals.path(item).exists() and workspace.record.keys.of(item) is None
        assert workspace.engine.rows("SELECT COUNT(*) FROM legs") == [(0,)]
    assert verify_workspace(folder) == []


# -- retention ---------------------------------------------------------------------------------------------------------


def test_clocks_run_from_admission_and_can_be_set_anew_with_a_reason(workspace: Workspace, tmp_path: Path) -> None:
    done = admit(workspace, tmp_path, statement(GOOD), retain_days="180")
    free = admit(workspace, tmp_path, statement(GOOD[:1]), "g.csv")
    clock = 'SELECT "file", retain_until_ms FROM files ORDER BY 1'
    assert workspace.engine.rows(clock) == [(done.file, NOW + 180 * DAY), (free.file, None)]
    workspace.retain(done.file, NOW + 400 * DAY, "still before the court")
    assert workspace.engine.rows(clock)[0] == (done.file, NOW + 400 * DAY)
    with pytest.raises(NotAllowed, match="reason"):
        workspace.retain(done.file, NOW + 500 * DAY, "")
    workspace.undo(workspace.acts()[-1].seq)
    assert workspace.engine.rows(clock)[0] == (done.file, NOW + 180 * DAY)
    with pytest.raises(InputError):
        fanzha.Terms(retain_days="six months")


# -- backup and restore ------------------------------------------------------------------------------------------------


def test_a_backup_taken_while_in_use_comes_back_verified(tmp_path: Path) -> None:
    with fanzha.open(tmp_path / "w", actor="t") as workspace:
        workspace.admit([CITY / name for name in FILES])
        size = workspace.back_up(tmp_path / "b.fzb", tmp_path / "b.key")
        assert size == (tmp_path / "b.fzb").stat().st_size
        before = tables(workspace)
        workspace.admit([CITY / "narratives.txt"])  # in use afterwards; not in the backup
    assert (tmp_path / "b.key").stat().st_mode & 0o077 == 0
    assert (
        not lies_on_disk(tmp_path / "b.fzb", b"station_reports") and b"station" not in (tmp_path / "b.fzb").read_bytes()
    )
    done = restore_workspace(tmp_path / "b.fzb", tmp_path / "b.key", tmp_path / "again", actor="t")
    assert not done.received and done.erased_again == 0
    assert verify_workspace(tmp_path / "again") == []
    with fanzha.open(tmp_path / "again", actor="t") as workspace:
        assert differ(before, tables(workspace)) == []
        assert workspace.tables_differ() == []


def test_restoring_an_old_backup_erases_again_what_was_erased_since(tmp_path: Path) -> None:
    with fanzha.open(tmp_path / "w", actor="t") as workspace:
        gone = admit(workspace, tmp_path, statement(GOOD))
        admit(workspace, tmp_path, statement(GOOD[:1]), "g.csv")
        workspace.back_up(tmp_path / "b.fzb", tmp_path / "b.key")
        done = workspace.erase(gone.file, ground="ordered", reference="17/2026")
        assert tmp_path / "b.fzb.erased" in done.notes and done.backups_missing == ()
        shutil.move(tmp_path / "b.fzb", tmp_path / "away.fzb")
        assert workspace.erase(gone.file + 1, ground="ordered").backups_missing == (str(tmp_path / "b.fzb"),)
    shutil.move(tmp_path / "away.fzb", tmp_path / "b.fzb")
    done_again = restore_workspace(tmp_path / "b.fzb", tmp_path / "b.key", tmp_path / "again", actor="t")
    assert done_again.erased_again == 1
    with fanzha.open(tmp_path / "again", actor="t") as workspace:
        assert workspace.engine.rows("SELECT COUNT(*) FROM legs") == [(1,)]
    assert verify_workspace(tmp_path / "again") == []
    # the list of the workspace itself, handed in by hand, reaches the rest
    shutil.copy(tmp_path / "w/erased.note", tmp_path / "list")
    last = restore_workspace(tmp_path / "b.fzb", tmp_path / "b.key", tmp_path / "third", erasures=tmp_path / "list")
    assert last.erased_again == 2


def test_a_list_of_erasures_that_somebody_else_signed_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with fanzha.open(tmp_path / name, actor="t") as workspace:
            done = admit(workspace, tmp_path, statement(GOOD))
            workspace.back_up(tmp_path / f"{name}.fzb", tmp_path / "key")
            workspace.erase(done.file, ground="ordered")
    with pytest.raises(RecordDamaged, match="not signed by this workspace"):
        restore_workspace(tmp_path / "a.fzb", tmp_path / "key", tmp_path / "x", erasures=tmp_path / "b.fzb.erased")


def test_damaged_backups_and_wrong_keys_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    with fanzha.open(tmp_path / "w", actor="t") as workspace:
        admit(workspace, tmp_path, statement(GOOD))
        workspace.back_up(tmp_path / "b.fzb", tmp_path / "b.key")
    whole = (tmp_path / "b.fzb").read_bytes()
    for place in (0, 5, 25, 31, len(whole) // 2, len(whole) - 1):
        damaged = bytearray(whole)
        damaged[place] ^= 4
        (tmp_path / "d.fzb").write_bytes(damaged)
        with pytest.raises(FanzhaError):
            restore_workspace(tmp_path / "d.fzb", tmp_path / "b.key", tmp_path / "x")
    for cut in (3, 30, len(whole) // 2, len(whole) - 1):
        (tmp_path / "d.fzb").write_bytes(whole[:cut])
        with pytest.raises(FanzhaError):
            restore_workspace(tmp_path / "d.fzb", tmp_path / "b.key", tmp_path / "x")
    (tmp_path / "other.key").write_text("another secret that is long enough\n")
    (tmp_path / "other.key").chmod(0o600)
    with pytest.raises(RecordDamaged, match="not its key"):
        restore_workspace(tmp_path / "b.fzb", tmp_path / "other.key", tmp_path / "x")
    (tmp_path / "open.key").write_text("a secret that everybody may read\n")
    (tmp_path / "open.key").chmod(0o644)
    with pytest.raises(NotAllowed, match="others may read"):
        restore_workspace(tmp_path / "b.fzb", tmp_path / "open.key", tmp_path / "x")
    assert not (tmp_path / "x").exists()
    with pytest.raises(NotAllowed, match="not empty"):
        restore_workspace(tmp_path / "b.fzb", tmp_path / "b.key", tmp_path / "w")


def test_a_handed_over_workspace_lives_in_one_place_only(tmp_path: Path) -> None:
    with fanzha.open(tmp_path / "w", actor="t") as workspace:
        done = admit(workspace, tmp_path, statement(GOOD))
        workspace.back_up(tmp_path / "b.fzb", tmp_path / "b.key", hand_over_to="the prefecture")
        for act in (
            lambda: workspace.withdraw(done.file, "x"),
            lambda: workspace.admit([CITY / "narratives.txt"]),
            lambda: workspace.erase(done.file, ground="ordered"),
            lambda: workspace.export("legs", "csv", tmp_path / "x.csv", "audit"),
        ):
            with pytest.raises(NotAllowed, match="handed over to the prefecture"):
                act()
        assert workspace.cases() == [] and workspace.tables_differ() == []
    received = restore_workspace(tmp_path / "b.fzb", tmp_path / "b.key", tmp_path / "there", actor="them")
    assert received.received
    with fanzha.open(tmp_path / "there", actor="them") as workspace:
        assert workspace.admit([CITY / "narratives.txt"])[0].kept
        assert workspace.acts()[-1].actor == "them"
    with fanzha.open(tmp_path / "w", actor="t") as workspace:  # it never arrived: take it back
        handover = next(e.seq for e in workspace.acts() if e.act == "handover")
        workspace.undo(handover)
        assert workspace.admit([CITY / "narratives.txt"])[0].kept
    for name in ("w", "there"):
        assert verify_workspace(tmp_path / name) == []


# -- looking before admitting ------------------------------------------------------------------------------------------


def test_what_inspect_says_is_what_admission_does(workspace: Workspace) -> None:
    paths = [path for folder in (CITY, ROOT / "examples/formats") for path in sorted(folder.iterdir())]
    for path in paths:
        seen = workspace.inspect(path)
        done = workspace.admit([path])[0]
        assert done.again == (seen.file >= 0), "one sample lies in another's bundle as well"
        found = (seen.format, seen.score, seen.rows_in, seen.kept, seen.quarantined, seen.structure)
        assert found == (done.format, done.score, done.rows_in, done.kept, done.quarantined, done.structure), path.name
        reasons = workspace.engine.rows(
            "SELECT reason, COUNT(*) FROM quarantine WHERE file = ? GROUP BY 1 ORDER BY 2 DESC, 1", (done.file,)
        )
        assert [(one.code, one.count) for one in seen.reasons] == reasons, path.name
        inside = workspace.engine.rows("SELECT format FROM files WHERE part_of = ? ORDER BY 1", (done.file,))
        assert sorted(found for _, found, _ in seen.members) == [found for (found,) in inside], path.name
        assert workspace.inspect(path).file == done.file


def test_one_file_of_each_format_from_the_door_to_the_pages(run: Run, tmp_path: Path) -> None:
    done = json.loads(run("run", ROOT / "examples/formats", "--json").stdout)
    formats = {one["format"] for one in done["admissions"]}
    assert {one.name for one in known.FORMATS} - formats == {
        "call_records",
        "call_records_investigative",
        "narrative",
        "table",
    }
    bare = [one["name"] for one in done["admissions"] if not one["kept"] and one["part_of"] < 0]
    assert bare == ["bitcoin_wallet.csv", "wechat_bill.csv"], (
        "two name no account and wait for somebody to say whose they are"
    )
    bill = next(one["file"] for one in done["admissions"] if one["name"] == "wechat_bill.csv")
    run("correct", bill, "--account", "微信:wxid_example")
    corrected = (tmp_path / "workspace/report/files" / f"{bill}.html").read_text(encoding="utf-8")
    assert "the file does not say whose statement it is" in corrected
    pages = list((tmp_path / "workspace/report/files").glob("*.html"))
    assert len(pages) == len({one["file"] for one in done["admissions"]})
    assert run("verify", "--deep").stdout.count("row for row") == 1


def test_inspecting_writes_nothing(run: Run, tmp_path: Path) -> None:
    said = run("inspect", CITY / "bank_north_transactions.csv", "--page", "page.html").stdout
    assert "98 % sure" in said and "would be kept" in said and "the row has more or fewer cells" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.html"]
    assert "尚未入库" in (tmp_path / "page.html").read_text(encoding="utf-8")
    found = json.loads(run("inspect", CITY / "vendor_dump.dat", "--json").stdout)["inspection"]
    assert found["format"] == "unreadable" and found["quarantined"] == 1
    run("inspect", "nothing.csv", code=2)


# -- as an officer does it ---------------------------------------------------------------------------------------------


def test_an_officer_corrects_keeps_erases_backs_up_and_restores(run: Run, tmp_path: Path) -> None:
    """The bank says what a word meant; a file is kept longer; a person's statement is erased; the disk dies."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/flow.csv").write_bytes(statement(BAD))
    (tmp_path / "in/told.txt").write_text(f"报案时间:2026-03-05 10:00\n被骗向{CARD}转账5000元。", encoding="utf-8")
    done = json.loads(run("run", "in", "--retain-days", "30", "--json").stdout)["admissions"]
    flow, told = (one["file"] for one in done)
    assert (
        "was read again" in run("correct", flow, "--row", 5, "--set", "收付标志=出", "--reason", "bank letter").stdout
    )
    assert (
        "in quarantine now: a person decided" in run("correct", flow, "--row", 4, "--drop", "--reason", "twice").stdout
    )
    page = (tmp_path / "workspace/report/files" / f"{flow}.html").read_text(encoding="utf-8")
    assert "a person corrected this row" in page, "the pages follow"
    acts = json.loads(run("acts", "--json").stdout)["acts"]
    assert [one["kind"] for one in acts][-2:] == ["correct_row", "correct_row"]
    assert "taken back" in run("undo", acts[-1]["act"]).stdout
    assert "taken back" in run("acts").stdout
    run("retain", told, "--until", "2030-01-01", "--reason", "appeal pending")
    assert "2030" in run("retain").stdout
    run("retain", told, "--until", "someday", "--reason", "x", code=2)

    assert "would erase for good" in run("erase", told, "--ground", "data_subject_request").stdout
    assert json.loads(run("export", "files", "--format", "jsonl", "--json").stdout)
    run("backup", "b.fzb", "--key", "b.key")
    assert "destroyed" in run("erase", told, "--ground", "data_subject_request", "--sure").stdout
    run("erase", told, "--ground", "nonsense", "--sure", code=2)
    shutil.rmtree(tmp_path / "workspace")
    assert "1 erased again" in run("restore", "b.fzb", "--key", "b.key").stdout
    assert run("verify", "--deep").stdout.count("row for row") == 1
    assert "benign" in run("reference").stdout and "2026" in run("reference").stdout
    run("backup", "c.fzb", "--key", "b.key", "--hand-over-to", "the prefecture")
    assert "handed over to the prefecture" in run("admit", "in", code=4).stderr


def test_the_same_bytes_under_two_names_and_links_are_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in/deep").mkdir(parents=True)
    (tmp_path / "in/a.csv").write_bytes(statement(GOOD))
    (tmp_path / "in/deep/b.csv").write_bytes(statement(GOOD))
    (tmp_path / "in/link.csv").symlink_to(tmp_path / "in/a.csv")
    (tmp_path / "in/.hidden").write_bytes(OTHER.encode())
    said = run("admit", "in").stdout
    assert "already held" in said and "left alone, a link" in said and "left alone, a hidden file" in said
