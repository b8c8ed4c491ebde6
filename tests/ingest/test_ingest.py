"""The door: what comes in stays, what is said about it is true, and the same record always gives the same tables."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import fanzha
from fanzha.errors import InputError, NotAllowed
from fanzha.formats import known
from fanzha.ingest import follow
from fanzha.store.engine import Engine
from fanzha.store.tables import all_tables
from tests.conftest import CITY

HEADER = "交易卡号,交易时间,交易金额,交易余额,收付标志,交易对手账卡号,对手户名,摘要说明"
CARD, OTHER = "6299000011112220", "6288000011112223"


def statement(rows: list[tuple[str, str, str, str]], end: str = "\t") -> bytes:
    """A bank feedback file of (time, amount, balance, direction) rows."""
    lines = [
        HEADER,
        *(
            f"{CARD}{end},{at}{end},{amount}{end},{balance}{end},{way}{end},{OTHER}{end},甲{end},转账{end}"
            for at, amount, balance, way in rows
        ),
    ]
    return ("\r\n".join(lines) + "\r\n").encode("gb18030")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[fanzha.Workspace]:
    with fanzha.open(tmp_path / "w", actor="王小明", clock=lambda: 1_800_000_000_000) as opened:
        yield opened


def admit(
    workspace: fanzha.Workspace, tmp_path: Path, content: bytes, name: str = "f.csv", **terms: Any
) -> fanzha.Admission:
    (tmp_path / name).write_bytes(content)
    return workspace.admit([tmp_path / name], fanzha.Terms(**terms))[0]


def notes(workspace: fanzha.Workspace, code: str) -> list[tuple[int, int]]:
    return workspace.engine.rows('SELECT "row", detail_minor FROM notes WHERE code = ? ORDER BY 1', (code,))


GOOD = [
    ("2026-03-01 10:00:00", "100.00", "1100.00", "进"),
    ("2026-03-01 11:00:00", "300.00", "800.00", "出"),
    ("2026-03-02 09:00:00", "50.00", "850.00", "贷"),
    ("2026-03-02 10:00:00", "50.00", "800.00", "借"),
]


def test_a_sound_statement_has_no_remarks(workspace: fanzha.Workspace, tmp_path: Path) -> None:
    done = admit(workspace, tmp_path, statement(GOOD))
    assert (done.rows_in, done.kept, done.quarantined, done.structure) == (5, 4, 0, 1)
    assert notes(workspace, "balance_break") == notes(workspace, "duplicate_row") == []
    assert workspace.engine.rows("SELECT direction, amount_minor FROM legs ORDER BY row") == [
        ("in", 10000),
        ("out", 30000),
        ("in", 5000),
        ("out", 5000),
    ]


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_missing_row_breaks_the_balance_by_its_amount(
    workspace: fanzha.Workspace, tmp_path: Path, newest_first: bool
) -> None:
    rows = [GOOD[0], *GOOD[2:]]  # the outflow of 300.00 is missing
    admit(workspace, tmp_path, statement(rows[::-1] if newest_first else rows))
    assert [size for _, size in notes(workspace, "balance_break")] == [-30_000]


def test_identical_rows_are_kept_and_flagged_and_break_nothing(workspace: fanzha.Workspace, tmp_path: Path) -> None:
    done = admit(workspace, tmp_path, statement([GOOD[0], GOOD[1], GOOD[1], GOOD[1], GOOD[2]]))
    assert done.kept == 5
    assert notes(workspace, "duplicate_row") == [(4, 1), (5, 2)]
    assert notes(workspace, "balance_break") == []


@pytest.mark.parametrize("word", ["O", "", "其他", "?", "进出", "0", "1"])
def test_a_direction_that_is_not_listed_is_never_guessed(
    workspace: fanzha.Workspace, tmp_path: Path, word: str
) -> None:
    done = admit(workspace, tmp_path, statement([*GOOD, ("2026-03-03 10:00:00", "1.00", "799.00", word)]))
    assert (done.kept, done.quarantined) == (4, 1)
    assert workspace.engine.rows("SELECT reason, row FROM quarantine") == [("unknown_direction", 6)]


def test_the_same_bytes_under_another_name_change_nothing(workspace: fanzha.Workspace, tmp_path: Path) -> None:
    first = admit(workspace, tmp_path, statement(GOOD))
    size = workspace.record.journal.size()
    again = admit(workspace, tmp_path, statement(GOOD), "renamed.txt")
    assert again.again and again.file == first.file
    assert workspace.record.journal.size() == size


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 500, b"\xff\xfe", bytes(range(256)) * 9, b"PK\x03\x04garbage", b"%PDF-1.7 x"]
)
def test_what_nobody_can_read_is_kept_and_counted(workspace: fanzha.Workspace, tmp_path: Path, content: bytes) -> None:
    done = admit(workspace, tmp_path, content, "x.bin")
    assert (done.rows_in, done.kept, done.quarantined) == (1, 0, 1)
    entry = workspace.record.journal.entries()[done.file]
    assert workspace.record.content(entry)[:] == content


def test_a_fault_of_a_reader_loses_nothing_and_stops_nothing(
    workspace: fanzha.Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(known, "read", broken)
        done = admit(workspace, tmp_path, statement(GOOD))
    assert (done.kept, done.quarantined) == (0, 1)
    assert workspace.engine.rows("SELECT reason FROM quarantine") == [("reader_failed",)]
    workspace.rebuild()  # the reader was mended: the original is there and is read
    assert workspace.engine.rows("SELECT COUNT(*) FROM legs") == [(4,)]


def test_links_and_folders_of_folders(workspace: fanzha.Workspace, tmp_path: Path) -> None:
    inside = tmp_path / "in/deep"
    inside.mkdir(parents=True)
    (inside / "b.csv").write_bytes(statement(GOOD))
    (tmp_path / "in/.hidden").write_bytes(b"x")
    (tmp_path / "in/link.csv").symlink_to(inside / "b.csv")
    assert [done.name for done in workspace.admit([tmp_path / "in"])] == ["deep/b.csv"]
    with pytest.raises(InputError, match="no such file"):
        workspace.admit([tmp_path / "missing"])
    with pytest.raises(InputError, match="not an ordinary file"):
        workspace.admit([tmp_path / "in/link.csv"])


def test_withdrawn_twice_is_refused_and_withdrawn_things_can_come_again(
    workspace: fanzha.Workspace, tmp_path: Path
) -> None:
    done = admit(workspace, tmp_path, statement(GOOD))
    workspace.withdraw(done.file, "sent by mistake")
    assert workspace.engine.rows("SELECT COUNT(*) FROM legs") == [(0,)]
    assert workspace.engine.rows("SELECT withdrawn FROM files") == [(True,)]
    with pytest.raises(NotAllowed):
        workspace.withdraw(done.file, "again")
    with pytest.raises(fanzha.NotFound):
        workspace.withdraw(999, "no such")
    back = admit(workspace, tmp_path, statement(GOOD))
    assert not back.again and back.kept == 4
    entry = next(e for e in workspace.record.journal.entries() if e.act == "withdraw")
    assert entry.private == {"reason": "sent by mistake"} and entry.actor == "王小明"


def same(one: Engine, other: Engine) -> list[str]:
    return [name for name in all_tables() if not one.all_rows(name).equals(other.all_rows(name))]


@pytest.mark.parametrize("seed", range(6))
def test_any_history_of_acts_gives_the_tables_that_a_rebuild_gives(tmp_path: Path, seed: int) -> None:
    """Admit, admit again, withdraw, correct, export, close and open, in any order."""
    rng = random.Random(seed)
    files = sorted(CITY.iterdir())
    workspace = fanzha.open(tmp_path / "w", actor="t")
    for _ in range(14):
        held = [file for (file,) in workspace.engine.rows('SELECT "file" FROM files WHERE NOT withdrawn ORDER BY 1')]
        act = rng.choice(("admit", "admit", "admit", "withdraw", "correct", "export", "reopen"))
        if act == "admit":
            workspace.admit([rng.choice(files)])
        elif act == "withdraw" and held:
            workspace.withdraw(rng.choice(held), "test")
        elif act == "correct" and held:
            workspace.correct(rng.choice(held), zone=rng.choice(("Asia/Bangkok", "Asia/Shanghai")))
        elif act == "export":
            workspace.table("files", "audit")
        elif act == "reopen":
            workspace.close()
            workspace = fanzha.open(tmp_path / "w", actor="t")
    assert workspace.tables_differ() == []
    before = {name: workspace.engine.all_rows(name) for name in all_tables()}
    workspace.rebuild()
    assert [name for name, rows in before.items() if not rows.equals(workspace.engine.all_rows(name))] == []
    workspace.close()


def test_tables_that_are_deleted_or_damaged_are_made_again(tmp_path: Path) -> None:
    path = tmp_path / "w"
    with fanzha.open(path, actor="t") as workspace:
        workspace.admit([CITY / "station_reports.csv", CITY / "bank_north_transactions.csv"])
        workspace.refresh()
        before = {name: workspace.engine.all_rows(name) for name in all_tables()}
    whole = (path / "tables.duckdb").read_bytes()
    for damage in (None, b"", whole[: len(whole) // 2], b"not a database" * 1000):
        if damage is None:
            (path / "tables.duckdb").unlink()
        else:
            (path / "tables.duckdb").write_bytes(damage)
        with fanzha.open(path, actor="t") as workspace:
            workspace.refresh()
            assert all(rows.equals(workspace.engine.all_rows(name)) for name, rows in before.items())


def test_following_from_any_position_gives_the_same(city: fanzha.Workspace) -> None:
    other = Engine(None)
    other.set_stamp(0, 0, "test")
    assert follow.follow(city.record, other) == len(city.engine.rows("SELECT 1 FROM files"))
    for name in ("legs", "calls", "reports", "mentions", "quarantine", "notes", "files"):
        assert other.all_rows(name).equals(city.engine.all_rows(name)), name
    assert follow.follow(city.record, other) == 0
    other.close()
