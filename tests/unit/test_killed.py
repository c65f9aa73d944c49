"""A process counts as killed where it was killed, and nowhere else."""

from __future__ import annotations

import pytest

from tests.killed import index, kill_before


def test_kill_before__process_that_crashes_at_once__does_not_count(tmp_path):
    """It used to count as killed before whatever statement was meant."""
    nowhere = (f"sqlite:///{tmp_path / 'index.db'}", "http://127.0.0.1:1", str(tmp_path / "none"))

    with pytest.raises(AssertionError, match="none, with exit code 1"):
        kill_before(1, index, *nowhere)
