"""Leave for markets, through the SDK (API-7, STAKE-9)."""

from __future__ import annotations

import pytest

from agentescrow import AgentClient, Contradicted, InvalidInput, Refused
from agentescrow.chain.wallet import LocalWallet
from tests.sdk.between import between
from tests.sdk.conftest import USDC
from tests.sdk.hostile_api import HostileApi

WAYS = {"direct": (False, True), "gasless": (True, True), "gasless without a node": (True, False)}


@pytest.fixture(scope="session")
def added(market):
    """A market that was added after the deployment, which can be done but once."""
    owner = LocalWallet(market.chain.w3, market.chain.accounts["owner"])
    return market.contracts.registry.add_market(owner, "0x" + "7" * 40).event.market


@pytest.mark.parametrize(("gasless", "node"), WAYS.values(), ids=WAYS)
def test_allow_market__by_each_way__is_what_the_contract_has(
    market, client, agent_id, added, gasless, node
):
    """STAKE-9: the owner of the NFT gives leave, by its own transaction or by a signature."""
    owner = client("agent", gasless=gasless, node=node)

    found = owner.agents.allow_market(agent_id, added, "30000000")

    assert {each.market: each.cap for each in found.markets}[added] == 30 * USDC
    assert client().agents.list_markets(agent_id) == found
    assert market.contracts.registry.market_allowance(agent_id, added) == 30 * USDC


def test_list_markets__of_the_deployment__need_no_leave(market, client, agent_id):
    """STAKE-9: the escrow was named by the registry's constructor."""
    found = client().agents.list_markets(agent_id)

    caps = {each.market: (each.cap, each.retired) for each in found.markets}
    assert caps[market.contracts.runs.address] == (None, False)


@pytest.mark.parametrize("gasless", [False, True])
def test_allow_market__not_the_owner__is_refused(client, agent_id, added, gasless):
    """STAKE-9: 403, whether the contract or the API says it."""
    with pytest.raises(Refused) as refused:
        client("outsider", gasless=gasless).agents.allow_market(agent_id, added, 1)

    assert (refused.value.code, refused.value.error) == (403, "NotAgentOwner")


@pytest.mark.parametrize("lie", [{"cap": "1"}, {"cap": None}, {"retired": True}])
def test_list_markets__api_that_lies__is_told_both_answers(market, client, agent_id, added, lie):
    """API-7, STAKE-9: what a market may lock is what the contract says."""
    client("agent").agents.allow_market(agent_id, added, 30 * USDC)
    api = HostileApi(market.api_url)
    api.lies = {"/api/agents": lambda told: [each.update(lie) for each in told["markets"]]}

    with (
        between(api) as url,
        AgentClient(url, patience=0.3, **market.options(None, False, True)) as reader,
        pytest.raises(Contradicted) as caught,
    ):
        reader.agents.list_markets(agent_id)

    assert caught.value.field.startswith(("cap of 0x", "market 0x"))


def test_allow_market__no_address__is_refused_before_anything_is_sent(client, agent_id):
    """API-7."""
    with pytest.raises(InvalidInput) as refused:
        client("agent").agents.allow_market(agent_id, "somewhere", 1)

    assert refused.value.field == "market"
