"""`agentescrow credits`: arguments in, JSON or lines out."""

from __future__ import annotations


def test_credits__of_nobody_whom_usdc_refused__are_zero(command, market):
    """RUN-16: shown in USDC; to withdraw nothing is refused by the contract."""
    agent = market.chain.accounts["outsider"].address
    shown = command("outsider")("credits", "show").stdout.splitlines()
    assert shown == [f"account: {agent}", "run_escrow: 0 USDC", "stake_registry: 0 USDC"]
    assert command().json("credits", "show", agent)["runEscrow"] == "0"
    assert command("outsider")("credits", "withdraw", "--to", agent).exit_code == 3
