"""The SDK's calls as the documents write them, in Python's spelling (API-7, items 66 to 78)."""

from __future__ import annotations

import inspect
from decimal import Decimal

import pytest

from agentescrow import AgentClient, AsyncAgentClient, InvalidInput, Refused
from agentescrow.chain.wallet import LocalWallet
from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.runs.run import RunState
from localnet import usdc
from tests.sdk.conftest import USDC
from tests.waiting import until

RUN = [
    "bounty_id",
    "poster_address",
    "ipfs_hash",
    "reward",
    "deadline",
    "state",
    "claimed_by",
    "claimed_by_wallet",
    "stake",
    "deliverable_hash",
    "claimed_at",
    "submitted_at",
    "created_at",
]


@pytest.fixture
def submitted(client, agent_id):
    """Makes runs of the poster that wait for its judgement."""

    def make(**terms):
        run = client("poster").runs.create(USDC, "+1d", "ipfs://x", **terms).bounty_id
        client("agent").runs.claim(run, agent_id)
        client("agent").runs.submit_work(run, "ipfs://work")
        return run

    return make


@pytest.mark.parametrize("kind", [AgentClient, AsyncAgentClient])
def test_client__made_as_documented__takes_api_node_and_key(kind):
    """API-7: item 66: apiUrl, rpcUrl, privateKey, in this order and by name."""
    names = list(inspect.signature(kind).parameters)
    assert names[:3] == ["api_url", "rpc_url", "private_key"]


def test_client__key_and_agent_of_the_environment__act(market, monkeypatch, agent_id, run_id):
    """API-7: item 66: AGENT_PRIVATE_KEY and AGENT_ID."""
    monkeypatch.setenv("AGENT_PRIVATE_KEY", market.chain.accounts["agent"].key.to_0x_hex())
    monkeypatch.setenv("AGENT_ID", str(agent_id))
    with AgentClient(market.api_url, market.chain.url, deployment=market.record) as agent:
        assert agent.address == market.chain.accounts["agent"].address
        assert agent.runs.claim(run_id).run.claimed_by == agent_id


@pytest.mark.parametrize("least", ["100", 100, Decimal("100")])
def test_list__as_documented__has_runs_and_pagination(client, run_id, least):
    """API-2, API-7: item 67: minReward is text or a number of USDC."""
    cheap = client("poster").runs.create(99 * USDC, "+1d", "ipfs://x").bounty_id
    page = client().runs.list(page=1, limit=20, state="OPEN", min_reward=least)
    shown = [run.bounty_id for run in page.runs]
    assert run_id in shown
    assert cheap not in shown
    assert {run.state for run in page.runs} == {RunState.OPEN}
    pagination = page.pagination
    assert (pagination.page, pagination.limit) == (1, 20)
    assert pagination.total_pages == -(-pagination.total // 20)


def test_lists__filtered__have_what_was_asked_for(client, agent_id, run_id):
    """API-2: several states, a time of creation; an owner and a status."""
    reader, run = client(), client().runs.get(run_id)
    own = {"created_after": run.created_at, "created_before": run.created_at + 1}
    shown = reader.runs.list(state=["OPEN", "DRAFT"], **own).runs
    assert run_id in [each.bounty_id for each in shown]
    assert {each.created_at for each in shown} == {run.created_at}
    assert not reader.runs.list(state=("SLASHED", "CANCELLED"), **own).runs

    owner = reader.agents.get(agent_id).owner_address
    found = reader.agents.list(owner=owner, status="PROVISIONAL", limit=100).agents
    assert agent_id in [each.id for each in found]
    assert {(each.owner_address, each.status) for each in found} == {
        (owner, AgentStatus.PROVISIONAL)
    }


def test_lists__of_a_wallet_by_what_is_due__have_its_runs_alone(client, agent_id, run_id):
    """API-2: as the poster's, as the payee's; the claimed run is due after the open one."""
    poster, agent = client("poster"), client("agent")
    later = poster.runs.create(USDC, "+2d", "ipfs://x").bounty_id
    agent.runs.claim(later, agent_id)
    run = client().runs.get(run_id)
    own = {"created_after": run.created_at, "sort": "due", "limit": 100}

    posted = [each.bounty_id for each in client().runs.list(wallet=poster.address, **own).runs]
    assert posted.index(run_id) < posted.index(later)
    paid = client().runs.list(wallet=agent.address, **own).runs
    assert later in [each.bounty_id for each in paid]
    assert run_id not in [each.bounty_id for each in paid]
    until = {"deadline_after": run.deadline, "deadline_before": run.deadline + 1}
    assert {each.deadline for each in client().runs.list(**until, **own).runs} == {run.deadline}


def test_requests__of_a_signer__are_what_it_has_signed(client, agent_id, run_id):
    """API-4, API-7: the latest first, and by whom they are asked for does not matter."""
    agent = client("agent", gasless=True)
    agent.runs.claim(run_id, agent_id)
    agent.runs.submit_work(run_id, "ipfs://work")

    until(lambda: None not in [each.run_id for each in agent.requests(limit=2).requests])
    page = agent.requests(limit=2)
    told = [(each.function, each.run_id, each.status) for each in page.requests]
    assert told == [("submitWork", run_id, "mined"), ("claimRun", run_id, "mined")]
    assert client().requests(agent.address, limit=2) == page
    before = agent.requests(limit=1, cursor=agent.requests(limit=1).next_cursor)
    assert before.requests == page.requests[1:]
    with pytest.raises(InvalidInput, match="signer"):
        client().requests("0x1")


def test_get__of_a_run__has_the_documented_shape(client, run_id):
    """API-2, API-7: item 68: thirteen fields, in their order."""
    run = client().runs.get(run_id)
    assert list(type(run).model_fields)[:13] == RUN
    assert (run.bounty_id, run.state, run.reward) == (run_id, RunState.OPEN, 100 * USDC)
    assert (run.claimed_by, run.stake, run.deliverable_hash) == (None, None, None)


def test_claim__as_documented__answers_with_run_and_agent(client, agent_id, run_id):
    """API-7: item 69: ClaimRunResponse."""
    answer = client("agent").runs.claim(run_id, agent_id)
    assert (answer.success, answer.message) == (True, "Run claimed successfully.")
    assert (answer.run.state, answer.run.claimed_by) == (RunState.CLAIMED, agent_id)
    assert (answer.agent.id, answer.agent.staked_amount) == (agent_id, 20 * USDC)
    assert answer.agent.status == AgentStatus.PROVISIONAL


def test_submit_work__as_documented__hands_in_a_uri(client, agent_id, run_id):
    """API-7: item 70."""
    agent = client("agent")
    agent.runs.claim(run_id, agent_id)
    agent.runs.submit_work(run_id, "ipfs://Qm")
    run = agent.runs.get(run_id)
    assert (run.state, run.deliverable_hash) == (RunState.SUBMITTED, "ipfs://Qm")
    assert run.submitted_at >= run.claimed_at >= run.created_at


def test_approve__as_documented__pays_the_agent(market, client, submitted):
    """API-7: item 71: "Agent receives reward"."""
    run, wallet = submitted(), market.chain.accounts["agent"].address
    before = market.contracts.usdc.balance_of(wallet)
    client("poster").runs.approve(run)
    assert client().runs.get(run).state == RunState.APPROVED
    assert market.contracts.usdc.balance_of(wallet) == before + USDC


def test_request_revision__as_documented__carries_the_feedback(client, submitted):
    """API-7: item 72."""
    run = submitted()
    client("poster").runs.request_revision(run, "Please add tests.")
    shown = client().runs.get(run)
    assert (shown.state, shown.feedback) == (RunState.REVISION_REQUESTED, "Please add tests.")


def test_credits__of_an_agent_whom_usdc_refused_to_pay__are_withdrawn(market, client, submitted):
    """RUN-16: seen by everybody, with a node and without; withdrawn by their owner alone, once."""
    run, agent = submitted(), market.chain.accounts["agent"].address
    elsewhere = "0x" + "7" * 40
    usdc.blacklist(market.chain.w3, agent)
    try:
        client("poster").runs.approve(run)
        assert client("agent").credits().run_escrow == USDC
        told = client(node=False).credits(agent)
        assert (told.account, told.run_escrow, told.stake_registry) == (agent, USDC, 0)
        assert client("agent").withdraw_credit(elsewhere).run_escrow == 0
    finally:
        usdc.unblacklist(market.chain.w3, agent)
    assert market.contracts.usdc.balance_of(elsewhere) == USDC
    assert client(node=False).credits(agent).run_escrow == 0
    with pytest.raises(Refused) as refused:
        client("agent").withdraw_credit()
    assert (refused.value.code, refused.value.error) == (400, "NoCredit")


@pytest.mark.parametrize("node", [True, False], ids=["with a node", "by the API alone"])
def test_credits__gasless__are_withdrawn_through_the_relayer(market, client, submitted, node):
    """RUN-16, API-4: no ETH is needed; the receiver is what was signed; and only once."""
    run, agent = submitted(), market.chain.accounts["agent"].address
    elsewhere = "0x" + ("8" if node else "9") * 40
    nonce = market.chain.w3.eth.get_transaction_count(agent)
    usdc.blacklist(market.chain.w3, agent)
    try:
        client("poster").runs.approve(run)
        left = client("agent", gasless=True, node=node).withdraw_credit(elsewhere)
    finally:
        usdc.unblacklist(market.chain.w3, agent)
    assert (left.account, left.run_escrow, left.stake_registry) == (agent, 0, 0)
    assert market.contracts.usdc.balance_of(elsewhere) == USDC
    assert market.chain.w3.eth.get_transaction_count(agent) == nonce
    with pytest.raises(Refused) as refused:
        client("agent", gasless=True, node=node).withdraw_credit()
    assert (refused.value.code, refused.value.error) == (400, "NoCredit")


def test_reject__as_documented__takes_no_reason(client, submitted):
    """API-7: item 73."""
    run = submitted(max_revisions=0)
    client("poster").runs.reject(run)
    assert client().runs.get(run).state == RunState.REJECTED


def test_can_claim_run__as_documented__tells_every_reason(client, agent_id, run_id):
    """API-3, API-7: item 74: the agent first, then the run."""
    reader = client()
    found = reader.agents.can_claim_run(agent_id, run_id)
    assert (found.eligible, found.reasons) == (True, [])
    poor = client("agent").agents.register().id
    client("poster").runs.cancel(run_id)
    found = reader.agents.can_claim_run(poor, run_id)
    assert (found.eligible, len(found.reasons)) == (False, 3)
    assert found.reason_codes == ["RUN_NOT_OPEN", "AGENT_UNVERIFIED", "INSUFFICIENT_STAKE"]


def test_stake__as_documented__reports_and_makes_the_agent_claim(market, client, run_id):
    """API-7: items 75 to 77: stake info, stake with the hash, eligibility, claim, in this order."""
    agent = client("agent")
    made = agent.agents.register("ipfs://agent").id
    info = agent.agents.get_stake_info(made)
    assert (info.is_staked, info.can_claim_runs) == (False, False)
    wallet = LocalWallet(market.chain.w3, market.chain.accounts["agent"])
    deposit = market.contracts.registry.stake(wallet, made, 20 * USDC).transaction

    before = market.contracts.usdc.balance_of(wallet.address)

    info = agent.agents.stake(made, "20000000", deposit)

    assert (info.is_staked, info.can_claim_runs) == (True, True)
    assert info.staked_amount == market.contracts.registry.get_agent(made).staked == 20 * USDC
    assert market.contracts.usdc.balance_of(wallet.address) == before
    assert agent.agents.can_claim_run(made, run_id).eligible
    assert agent.runs.claim(run_id, made).success


@pytest.mark.parametrize("gasless", [False, True], ids=["direct", "gasless"])
def test_claim__refused__has_the_documented_number(client, agent_id, run_id, gasless):
    """API-3, API-7: item 78: numbers, compared with ==."""
    agent = client("agent", gasless=gasless)
    poor = client("agent").agents.register().id
    closed = client("poster").runs.create(USDC, "+1d", "ipfs://x").bounty_id
    client("poster").runs.cancel(closed)
    for run, who, code in (
        (run_id, poor, 403),
        (closed, agent_id, 400),
        (10**9, agent_id, 404),
        (run_id, 10**9, 404),
    ):
        with pytest.raises(Refused) as caught:
            agent.runs.claim(run, who)
        assert caught.value.code == code
        assert type(caught.value.code) is int
