"""Kills, briefly: 15, and damages of the journal's tail. `make crash` runs them in full."""

from pathlib import Path

from tests.faults.damage import tail_damage
from tests.faults.kill import kills


def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path: Path) -> None:
    outcome = kills(15, 7, tmp_path)
    assert outcome.failures == []
    assert outcome.runs == 15
    assert outcome.acknowledged > 15, "the kills must hit admissions, not only start-up"
    assert outcome.stopped_at_work >= 6


def test_a_damaged_tail_is_found_by_size_and_root(tmp_path: Path) -> None:
    flipped = tail_damage(20, 7, tmp_path)
    assert (flipped.found, flipped.missed) == ({"tail": 20}, [])
