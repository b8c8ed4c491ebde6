"""The crash programme, briefly: 20 kills, 60 flips, 20 damages of the journal's tail. `make crash` runs it in full."""

from pathlib import Path

from tests.faults.kill import flips, kills, tail_damage


def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path: Path) -> None:
    outcome = kills(20, 7, tmp_path)
    assert outcome.clean(), outcome.failures
    assert outcome.acknowledged > 50, "the kills must hit admissions, not only start-up"
    assert outcome.killed_while_admitting >= 8


def test_every_flipped_bit_is_found_and_named(tmp_path: Path) -> None:
    assert flips(60, 7, tmp_path) == (60, [])


def test_a_damaged_tail_is_found_by_size_and_root(tmp_path: Path) -> None:
    assert tail_damage(20, 7, tmp_path) == (20, [])
