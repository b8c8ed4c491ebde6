"""Flipped bits, briefly: 80 over the record and a backup. `make crash` flips 2,000."""

from pathlib import Path

from tests.faults.damage import flips


def test_every_flipped_bit_is_found_and_named(tmp_path: Path) -> None:
    flipped = flips(80, 7, tmp_path)
    assert flipped.missed == []
    assert set(flipped.found) == {"journal", "head", "keys", "item keys", "models", "originals", "backup"}
