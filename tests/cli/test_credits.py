"""`agentescrow credits`: arguments in, JSON or lines out."""

from __future__ import annotations

import pytest

from localnet import usdc
from tests.cli.conftest import Command, environment
from tests.sdk.serving import serving


def test_credits__of_nobody_whom_usdc_refused__are_zero(command, market):
    """RUN-16: shown in USDC; to withdraw nothing is refused by the contract."""
    agent = market.chain.accounts["outsider"].address
    shown = command("outsider")("credits", "show").stdout.splitlines()
    assert shown == [f"account: {agent}", "run_escrow: 0 USDC", "stake_registry: 0 USDC"]
    assert command().json("credits", "show", agent)["runEscrow"] == "0"
    assert command("outsider")("credits", "withdraw", "--to", agent).exit_code == 3


@pytest.fixture(scope="module")
def later(tmp_path_factory):
    """A market of its own, whose clock runs ahead."""
    with serving(tmp_path_factory.mktemp("later")) as market:
        yield market


@pytest.mark.parametrize("way", [(), ("--gasless",)], ids=["own transactions", "relayed"])
def test_credits__of_both_contracts__are_withdrawn(later, way):
    """RUN-16: refund and compensation of a slash, which USDC refused, by one command."""
    poster, agent = (Command(environment(later, role)) for role in ("poster", "agent"))
    number = agent.json("agents", "register", "ipfs://agent")["id"]
    agent.json("agents", "stake", "20", "--agent-id", number)
    terms = ("--reward", "100", "--deadline", "+1d", "--uri", "ipfs://description")
    run = poster.json("runs", "post", *terms)["bountyId"]
    agent.json("runs", "claim", run, "--agent-id", number)
    later.travel(8 * 86_400)
    account, elsewhere = later.chain.accounts["poster"].address, f"0x{4 + len(way):040x}"
    usdc.blacklist(later.chain.w3, account)
    try:
        assert poster.json("runs", "slash", run)["state"] == "SLASHED"
        owed = poster.json("credits", "show")
        left = poster.json("credits", "withdraw", "--to", elsewhere, *way)
    finally:
        usdc.unblacklist(later.chain.w3, account)

    assert (owed["runEscrow"], owed["stakeRegistry"]) == ("105000000", "20000000")
    assert (left["runEscrow"], left["stakeRegistry"]) == ("0", "0")
    assert later.contracts.usdc.balance_of(elsewhere) == 125_000_000
