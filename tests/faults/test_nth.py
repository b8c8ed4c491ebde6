"""Every Nth call of an admission refused, briefly: a sample of the places. `make crash` sweeps every one."""

from pathlib import Path

import pytest

from tests.faults.forgetful import why_not
from tests.faults.nth import KINDS, sweep

pytestmark = pytest.mark.skipif(bool(why_not()), reason=f"failing calls need FUSE: {why_not()}")


def test_whatever_call_fails_the_error_is_clear_and_nothing_is_lost(tmp_path: Path) -> None:
    swept = sweep(37, 8, tmp_path)
    assert (swept.unclear, swept.broken, swept.retried) == ([], [], [])
    assert set(swept.operations) == set(KINDS)
    assert min(swept.operations.values()) > 40, "the faults must reach the admission"
    assert swept.refused >= 8
