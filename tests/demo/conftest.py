"""The demo as a user sees it, and its output taken apart."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from artifacts import ROOT
from tests.waiting import ENOUGH

_COLUMNS = re.compile(r" {2,}")


@dataclass(frozen=True)
class Played:
    """A demo that has ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """Its lines."""
        return self.out.splitlines()

    def chapter(self, heading: str) -> list[str]:
        """The lines below a heading, up to the next one."""
        starts = [i for i, line in enumerate(self.lines) if line.startswith(f"{heading} ──")]
        assert len(starts) == 1, f"{heading!r} is a heading {len(starts)} times"
        rest = self.lines[starts[0] + 1 :]
        end = next((i for i, line in enumerate(rest) if not line), len(rest))
        if end + 1 < len(rest) and rest[end + 1].startswith("Σ"):
            end += 2  # a table's sum stands apart
        return rest[:end]

    def table(self, heading: str) -> dict[str, list[str]]:
        """The rows of a table by their first cell."""
        rows = [_COLUMNS.split(line.strip()) for line in self.chapter(heading)[2:] if line]
        return {row[0]: row[1:] for row in rows if len(row) > 1}  # one cell: its line was broken


def amount(cell: str) -> Decimal:
    """An amount of a table."""
    return Decimal(0) if cell == "-" else Decimal(cell.replace(",", ""))


@pytest.fixture(scope="session")
def demo():
    """Plays `python -m demo` in a process of its own."""

    def play(*arguments: str | Path, **environment: str) -> Played:
        plain = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "COLUMNS")}
        done = subprocess.run(
            [sys.executable, "-m", "demo", *map(str, arguments)],
            cwd=ROOT,
            env={**plain, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            timeout=ENOUGH,
        )
        return Played(done.returncode, done.stdout, done.stderr)

    return play


@pytest.fixture
def adds_up():
    """Checks the balance sheet and the solvency of a demo with nothing but what it printed."""

    def check(played: Played) -> None:
        sheet = played.table("Balance sheet, USDC")
        total = [amount(cell) for cell in sheet.pop("Σ")]
        rows = {name: [amount(cell) for cell in cells] for name, cells in sheet.items()}
        for name, (start, paid, received, end, change) in rows.items():
            assert start - paid + received == end, name
            assert end - start == change, name
        assert [sum(column) for column in zip(*rows.values(), strict=True)] == total
        assert total[0] == total[3]
        assert total[1] == total[2]
        assert total[4] == 0
        for contract, (balance, owed, difference, *_) in played.table("Solvency, USDC").items():
            assert rows[contract][3] == amount(balance) == amount(owed), contract
            assert amount(difference) == 0

    return check
