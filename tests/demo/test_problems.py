"""What does not add up is found, and what cannot be started is said."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from demo import stories
from demo.command import cli
from demo.ledger import Account, Sheet
from demo.play import play
from demo.solvency import Holding
from localnet import anvil, usdc


def _gift(stage):
    """Send USDC straight to the escrow, which nobody can get back (RUN-24), and make some."""
    poster = stage.cast.named("poster")
    stage.contracts.usdc.transfer(poster.wallet, stage.contracts.runs.address, 1)
    stage.contracts.usdc.transfer(poster.wallet, usdc.PAUSER, 2)
    usdc.mint(stage.contracts.w3, poster.address, 3)


def test_play__money_astray__does_not_add_up(monkeypatch, capsys):
    """RUN-20, RUN-24: a single unit is found."""
    monkeypatch.setattr(stories, "STORIES", (("A gift", _gift),))
    assert play(None) is False
    problems = [line for line in capsys.readouterr().out.splitlines() if "Does not add" in line]
    assert problems == [
        f"Does not add up: {usdc.PAUSER} moved USDC, but belongs to no actor",
        "Does not add up: the accounts together hold 0.000003 USDC more than before",
        "Does not add up: the supply of USDC has changed by 0.000003 USDC",
        "Does not add up: RunEscrow holds 0.000001 USDC and owes 0 USDC",
    ]


def test_problems__books_and_balance_differ__is_named():
    account = Account("poster", start=10, paid=3, received=1, end=9, is_known=True)
    assert list(Sheet((account,), minted=0).problems()) == [
        "poster should hold 0.000008 USDC, but holds 0.000009 USDC",
        "the accounts together hold -0.000001 USDC more than before",
    ]


def test_problems__debts_and_total_differ__is_named():
    holding = Holding("RunEscrow", balance=5, owed=5, debts={"fees": 4})
    assert list(holding.problems()) == [
        "RunEscrow says it owes 0.000005 USDC, but it owes 0.000004 USDC fees"
    ]


def test_demo__no_anvil__says_so_in_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr(anvil, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    result = CliRunner().invoke(cli, [])
    assert result.exit_code == 1
    (line,) = result.output.splitlines()
    assert line.startswith("Error: anvil is missing: ")


@pytest.mark.parametrize("arguments", [["--run", "x"], ["x"], ["--runs"]])
def test_demo__nonsense__is_refused(arguments):
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
