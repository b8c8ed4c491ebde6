"""The files of a world: the same bytes for the same seed, every row accounted for, planted flaws where they were planted."""

import json
import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from fanzha.errors import UnreadableFile
from fanzha.formats import known
from fanzha.formats.grid import Reading
from fanzha.simulate.tour.__main__ import main
from fanzha.simulate.tour.country import simulate
from fanzha.simulate.tour.deliver import UNREADABLE, Delivered, delivered, write
from fanzha.simulate.tour.statements import statements
from fanzha.simulate.tour.truth import truth, write_truth
from fanzha.simulate.tour.world import World

EXAMPLES = Path(__file__).parents[3] / "examples"
SEED = 20261123


@pytest.fixture(scope="module")
def world() -> World:
    return simulate("examples", SEED)


@pytest.fixture(scope="module")
def files(world: World) -> dict[str, Delivered]:
    return delivered(world)


@pytest.fixture(scope="module")
def readings(files: dict[str, Delivered]) -> dict[str, list[Reading]]:
    read = {}
    for name, file in files.items():
        if name != UNREADABLE:
            source = file.source(name)
            read[name] = list(known.read(known.best(source).format, source))
    return read


def _rows(readings: list[Reading], table: str) -> list[dict[str, object]]:
    return [row for reading in readings if table in reading.tables for row in reading.tables[table].to_pylist()]


def test_same_seed_same_bytes_another_seed_others(world: World, files: dict[str, Delivered], tmp_path: Path) -> None:
    paths = write(simulate("examples", SEED), tmp_path)
    assert {path.name: path.read_bytes() for path in paths} == {name: file.data for name, file in files.items()}
    other = delivered(simulate("examples", SEED + 1))
    assert all(other[name].data != files[name].data for name in files if name in other)


def test_every_file_but_one_is_recognised_and_no_row_is_lost(
    files: dict[str, Delivered], readings: dict[str, list[Reading]]
) -> None:
    for name, parts in readings.items():
        assert sum(part.rows_in for part in parts) > 0, name
        for part in parts:
            assert part.rows_in == part.kept + len(part.bad) + part.structure, name
        kept = sum(part.kept for part in parts)
        assert kept > 0 or name == "bank_east_resaved.xlsx", name
    file = files[UNREADABLE]
    source = file.source(UNREADABLE)
    with pytest.raises(UnreadableFile):
        list(known.read(known.best(source).format, source))


def test_only_what_was_planted_is_refused(files: dict[str, Delivered], readings: dict[str, list[Reading]]) -> None:
    for name, parts in readings.items():
        reasons = Counter(bad.reason for part in parts for bad in part.bad)
        expected = {
            reason: count
            for reason, count in files[name].planted.items()
            if reason in ("unknown_direction", "cell_count", "spreadsheet_loss")
        }
        assert reasons == expected, name


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("bank_cloud_transactions.xlsx", "cloud"),
        ("bank_south_counter_print.csv", "south"),
        ("payment_company_transactions.xlsx", "payment"),
        ("bank_siam_statement.csv", "siam"),
    ],
)
def test_clean_statements_are_read_to_the_cent(
    world: World, readings: dict[str, list[Reading]], name: str, file: str
) -> None:
    columns = (
        "account",
        "at_ms",
        "direction",
        "amount_minor",
        "currency",
        "balance_minor",
        "counter_account",
        "summary",
    )
    read = [tuple(row[column] for column in columns) for row in _rows(readings[name], "legs")]
    assert read == [tuple(row[column] or None for column in columns) for row in statements(world, file)]


def test_dirty_statements_differ_only_by_what_was_planted(
    world: World, files: dict[str, Delivered], readings: dict[str, list[Reading]]
) -> None:
    for name, file in (("bank_east_transactions.csv", "east"), ("bank_north_transactions.csv", "north")):
        planted = files[name].planted
        read = Counter((row["serial"], row["amount_minor"], row["direction"]) for row in _rows(readings[name], "legs"))
        true = Counter((row["serial"], row["amount_minor"], row["direction"]) for row in statements(world, file))
        assert sum((read - true).values()) == planted.get("duplicate_row", 0)
        lost = planted.get("unknown_direction", 0) + planted.get("cell_count", 0) + planted.get("balance_break", 0)
        assert sum((true - read).values()) == lost


def test_reports_are_read_with_the_identifiers_that_the_truth_calls_clean(
    world: World, readings: dict[str, list[Reading]]
) -> None:
    told = {report.reference: report for report in world.reports}
    found: dict[str, set[object]] = {}
    for parts in readings.values():
        for part in parts:
            if "reports" not in part.tables:
                continue
            at = {row["row"]: row for row in part.tables["reports"].to_pylist()}
            for row in part.tables["mentions"].to_pylist():
                text = str(at[row["row"]]["text"])
                reference = next((one for one in told if one in text or one == at[row["row"]]["reference"]), None)
                if reference is not None:
                    found.setdefault(reference, set()).add(row["value"])
    assert set(found) == set(told)
    for reference, report in told.items():
        for named in report.named:
            if named.clean:
                whole = {named.value, f"https://{named.value}/", f"http://{named.value}/"}
                assert whole & found[reference], (reference, named)


def test_truth_is_plain_data_and_is_not_among_the_files(
    world: World, files: dict[str, Delivered], tmp_path: Path
) -> None:
    path = write_truth(world, tmp_path / "apart" / "truth.json")
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(json.dumps(truth(world)))
    assert "truth.json" not in files
    clusters = json.loads(path.read_text(encoding="utf-8"))["clusters"]
    assert sorted(one for cluster in clusters for one in cluster) == sorted(
        report.reference for report in world.reports
    )


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "city"), "--seed", "3", "--truth", str(tmp_path / "truth.json")]) == 0
    assert (tmp_path / "truth.json").exists() and (tmp_path / "city" / UNREADABLE).exists()
    assert main([str(tmp_path), "--seed", "3", "--preset", "nowhere"]) == 3
    assert "examples" in capsys.readouterr().err


def _content(path: Path) -> bytes | dict[str, bytes]:
    """The bytes; of a workbook its parts, for how they are packed depends on the machine's zlib."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def test_committed_examples_are_what_their_seed_makes(tmp_path: Path) -> None:
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    command = re.search(r"python -m fanzha\.simulate\.tour examples/(\w+) --seed (\d+)", readme)
    assert command is not None
    made = write(simulate("examples", int(command[2])), tmp_path)
    committed = sorted((EXAMPLES / command[1]).iterdir())
    assert [path.name for path in committed] == [path.name for path in made]
    for one, other in zip(committed, made, strict=True):
        assert _content(one) == _content(other), one.name
        assert f"`{one.name}`" in re.sub(r"_\*", "_" + "".join(re.findall(r"(\d)\.csv", one.name)), readme)
    assert sum(path.stat().st_size for path in committed) < 400_000
