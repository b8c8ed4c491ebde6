"""Every hostile file ends in a clear error or in quarantine, costs little memory, and never ends in a traceback."""

from pathlib import Path

import pytest

from tests.hostile.corpus import CORPUS, Hostile
from tests.hostile.measured import PEAK_MB, Outcome, measured
from tests.hostile.run import problems

LIGHT = sorted(name for name, hostile in CORPUS.items() if not hostile.heavy)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All light files, read one after the other by one process."""
    folder = tmp_path_factory.mktemp("hostile")
    paths = [folder / name for name in LIGHT]  # without an ending: content alone decides
    for path in paths:
        CORPUS[path.name].write(path)
    found = dict(zip(LIGHT, measured(paths, seconds=600), strict=True))
    for path in paths:
        path.unlink()
    return found


@pytest.mark.parametrize("name", LIGHT)
def test_hostile_file(name: str, outcomes: dict[str, Outcome]) -> None:
    assert problems(CORPUS[name], outcomes[name]) == []


def test_what_is_asked_would_notice() -> None:
    well = Outcome(rows_in=3, kept=1, structure=1, reasons={"bad_moment": 1}, formats=["table"], files=1)
    assert problems(Hostile(Path.touch, reasons=("bad_moment",), kept=1), well) == []
    for hostile in (
        Hostile(Path.touch, refused=True),
        Hostile(Path.touch, reasons=("too_large",)),
        Hostile(Path.touch, kept=-1),
    ):
        assert len(problems(hostile, well)) == 1
    assert problems(Hostile(Path.touch), Outcome(rows_in=2, kept=1)) == [
        "2 rows in, 1 kept, 0 quarantined, 0 structure"
    ]
    assert problems(Hostile(Path.touch), Outcome(rows_in=1, kept=1, peak_mb=PEAK_MB))
    assert problems(Hostile(Path.touch), Outcome()) == ["nothing was said"]
    assert problems(Hostile(Path.touch), Outcome(errors=["UnreadableFile: no / no"]))


def test_a_traceback_fails_alone(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    outcomes = measured([tmp_path / "empty", tmp_path / "nothing", tmp_path / "empty"])
    assert [bool(outcome.broken) for outcome in outcomes] == [False, True, False]
    assert "FileNotFoundError" in outcomes[1].broken and problems(Hostile(Path.touch), outcomes[1])


def test_a_file_that_is_never_done_fails(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert "status -9" in measured([tmp_path / "empty"], seconds=0)[0].broken


def test_memory_is_measured(tmp_path: Path) -> None:
    """A gigabyte that is looked through in parts is not held; what a child holds is counted."""
    path = tmp_path / "sparse"
    with path.open("wb") as handle:
        handle.truncate(1 << 30)
    assert 40 < measured([path])[0].peak_mb < 300
