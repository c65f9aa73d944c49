"""A run's whole life through the SDK, on chain directly and through the relayer, sync and async."""

from __future__ import annotations

import asyncio

import pytest

from agentescrow import AgentClient, AsyncAgentClient
from agentescrow.domain.runs.run import RunState
from tests.sdk.conftest import USDC


@pytest.mark.parametrize("gasless", [False, True], ids=["direct", "gasless"])
def test_run__to_approval__pays_the_agent(market, client, agent_id, gasless):
    """API-7: every step returns the run as the API has it after that step."""
    poster, agent = client("poster", gasless=gasless), client("agent", gasless=gasless)
    before = market.contracts.usdc.balance_of(agent.address)
    run = poster.runs.create("100000000", "+1d", "ipfs://description")
    assert (run.state, run.reward, run.poster_address) == (
        RunState.OPEN,
        100 * USDC,
        poster.address,
    )

    assert agent.agents.can_claim_run(agent_id, run.bounty_id).eligible
    claimed = agent.runs.claim(run.bounty_id, agent_id)
    assert (claimed.success, claimed.message) == (True, "Run claimed successfully.")
    assert claimed.run.claimed_by == claimed.agent.id == agent_id
    runs = agent.runs
    assert runs.start(run.bounty_id).state == RunState.IN_PROGRESS
    assert runs.submit_work(run.bounty_id, "ipfs://1").state == RunState.SUBMITTED
    revised = poster.runs.request_revision(run.bounty_id, "Please add tests.")
    assert (revised.state, revised.feedback) == (RunState.REVISION_REQUESTED, "Please add tests.")
    assert runs.submit_work(run.bounty_id, "ipfs://2").deliverable_hash == "ipfs://2"
    assert poster.runs.approve(run.bounty_id).state == RunState.APPROVED

    assert market.contracts.usdc.balance_of(agent.address) == before + 100 * USDC
    shown = agent.runs.get(run.bounty_id)
    assert [event.name for event in shown.events][-1] == "RunApproved"


async def _async_run(market, agent_id, gasless):
    options = [market.options(role, gasless, True) for role in ("poster", "agent")]
    async with (
        AsyncAgentClient(market.api_url, **options[0]) as poster,
        AsyncAgentClient(market.api_url, **options[1]) as agent,
    ):
        run = (await poster.runs.create(USDC, "+1d", "ipfs://description")).bounty_id
        await agent.runs.claim(run, agent_id)
        await agent.runs.submit_work(run, "ipfs://work")
        return await poster.runs.approve(run)


@pytest.mark.parametrize("gasless", [False, True], ids=["direct", "gasless"])
def test_run__async__is_the_same(market, agent_id, gasless):
    """API-7: sync and async."""
    assert asyncio.run(_async_run(market, agent_id, gasless)).state == RunState.APPROVED


@pytest.mark.parametrize("gasless", [False, True], ids=["direct", "gasless"])
def test_draft__funded_and_cancelled__gives_the_money_back(market, client, gasless):
    """API-7, RUN-10: the poster's other verbs."""
    poster = client("poster", gasless=gasless)
    before = market.contracts.usdc.balance_of(poster.address)
    draft = poster.runs.create(USDC, "+1d", "ipfs://draft", fund=False)
    assert draft.state == RunState.DRAFT
    assert poster.runs.fund(draft.bounty_id).state == RunState.OPEN
    assert poster.runs.cancel(draft.bounty_id).state == RunState.CANCELLED
    assert market.contracts.usdc.balance_of(poster.address) == before


def test_claim__abandoned__is_open_again(client, agent_id, run_id):
    """API-7, RUN-17."""
    agent = client("agent", gasless=True, node=False)
    agent.runs.claim(run_id, agent_id)
    assert agent.runs.abandon(run_id).state == RunState.OPEN


def test_reject__without_a_reason__has_the_default_one(client, agent_id):
    """API-7: `reject(run_id)` as the documents call it."""
    poster, agent = client("poster"), client("agent")
    run = poster.runs.create(USDC, "+1d", "ipfs://x", max_revisions=0).bounty_id
    agent.runs.claim(run, agent_id)
    agent.runs.submit_work(run, "ipfs://work")
    rejected = poster.runs.reject(run)
    assert (rejected.state, rejected.reason) == (RunState.REJECTED, "Rejected by the poster.")


def test_client__of_an_eth_account_and_the_environment__signs(
    market, monkeypatch, agent_id, run_id
):
    """API-7: any eth-account signer; AGENT_ID where no agent is named."""
    monkeypatch.setenv("AGENT_ID", str(agent_id))
    options = market.options(None, True, False)
    with AgentClient(market.api_url, signer=market.chain.accounts["agent"], **options) as agent:
        assert agent.agents.get_stake_info().is_staked
        assert agent.runs.claim(run_id).agent.id == agent_id


def test_client__key_in_the_environment__signs(market, monkeypatch, agent_id, run_id):
    """API-7: AGENT_PRIVATE_KEY."""
    key = market.chain.accounts["agent"].key.to_0x_hex()
    monkeypatch.setenv("AGENT_PRIVATE_KEY", key)
    with AgentClient(market.api_url, deployment=market.record) as agent:
        assert agent.runs.claim(run_id, agent_id).run.state == RunState.CLAIMED
