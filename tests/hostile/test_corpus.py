"""Every hostile file ends in a clear error or in quarantine, costs little memory, and never ends in a traceback."""

from pathlib import Path

import pytest

from tests.hostile.corpus import CORPUS, Hostile
from tests.hostile.measured import PEAK_MB, Outcome, measured


def check(hostile: Hostile, outcome: Outcome) -> None:
    """What is asked of every hostile file, and of this one."""
    assert outcome.peak_mb < PEAK_MB, outcome
    assert outcome.rows_in == outcome.kept + outcome.quarantined + outcome.structure, outcome
    assert outcome.errors or outcome.rows_in, outcome
    for error in outcome.errors:
        english, _, chinese = error.partition(" / ")
        assert "Next:" in english and any(c > "\u2e7f" for c in chinese), error
    if hostile.refused:
        assert outcome.errors and not outcome.kept, outcome
    assert set(hostile.reasons) <= set(outcome.reasons), outcome
    assert outcome.kept >= hostile.kept, outcome
    if hostile.kept < 0:
        assert not outcome.kept, outcome


@pytest.mark.parametrize("name", sorted(CORPUS))
def test_hostile_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "file"  # without an ending: content alone decides
    CORPUS[name].write(path)
    check(CORPUS[name], measured(path))
    path.unlink()
