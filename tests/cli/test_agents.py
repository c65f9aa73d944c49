"""`agentescrow agents`: arguments in, JSON or lines out."""

from __future__ import annotations

from agentescrow.chain.wallet import LocalWallet


def test_allow_market__typed__is_shown_with_the_others(command, market, agent_id):
    """STAKE-9: leave of the NFT's owner, in USDC."""
    owner = LocalWallet(market.chain.w3, market.chain.accounts["owner"])
    added = market.contracts.registry.add_market(owner, "0x" + "8" * 40).event.market

    done = command("agent")("agents", "allow-market", added, "12.5", "--agent-id", agent_id)
    assert done.exit_code == 0, done.output
    assert f"{added} False 12.5 USDC 0 USDC" in done.stdout

    shown = command().json("agents", "markets", "--agent-id", agent_id)["markets"]
    assert {each["market"]: each["cap"] for each in shown}[added] == "12500000"
