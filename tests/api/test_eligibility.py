"""What HTTP says of a claim is what the contract says, whatever happened before (API-3, API-6)."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from agentescrow.chain.transactions import transact
from agentescrow.domain.runs.eligibility import Ineligibility, reasons
from agentescrow.errors import ContractReverted
from tests.api.conftest import DAY, USDC

STEPS = (
    "post",
    "post for the established",
    "claim",
    "cancel",
    "slash",
    "stake",
    "unstake",
    "approve",
    "unset wallet",
    "pause",
    "unpause",
    "a day",
    "nine days",
)


@pytest.fixture(scope="module")
def scene(market, poster, agent, outsider):
    """Agents of three people, one of them the poster's own; each test goes on from here."""
    market.contracts.usdc.approve(poster, market.contracts.runs.address, 10**12)
    agents = [market.agent(agent, 60 * USDC), market.agent(poster), market.agent(outsider, 0)]
    market.post(poster)
    return agents


def play(market, agents, step, choice):
    """Do one thing; the contract may well refuse it."""
    contracts, chain = market.contracts, market.chain
    poster, owner = market.wallet("poster"), market.wallet("owner")
    people = [market.wallet(role) for role in ("agent", "poster", "outsider")]
    run = max(1, contracts.runs.run_count() - choice.randrange(3))
    which = choice.randrange(3)
    agent_id, person = agents[which], people[which]
    call = {
        "claim": lambda: contracts.runs.claim_run(person, run, agent_id),
        "cancel": lambda: contracts.runs.cancel_run(poster, run),
        "slash": lambda: contracts.runs.slash(poster, run),
        "stake": lambda: contracts.registry.stake(person, agent_id, choice.choice([5, 20]) * USDC),
        "unstake": lambda: contracts.registry.unstake(person, agent_id, 5 * USDC, person.address),
        "approve": lambda: send(market, person, "identity", "approve", poster.address, agent_id),
        "unset wallet": lambda: send(market, person, "identity", "unsetAgentWallet", agent_id),
        "pause": lambda: send(market, owner, "runs", "pause"),
        "unpause": lambda: send(market, owner, "runs", "unpause"),
    }
    if step.startswith("post"):
        more = {"minStatus": "ESTABLISHED"} if "established" in step else {}
        market.write(poster, "/api/runs", **market.terms(**more))
    elif step.endswith(("day", "days")):
        chain.w3.provider.make_request("evm_increaseTime", [DAY * (9 if "nine" in step else 1)])
        chain.w3.provider.make_request("evm_mine", [])
    else:
        try:
            call[step]()
        except ContractReverted:
            return


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(steps=st.lists(st.sampled_from(STEPS), min_size=4, max_size=10), seed=st.integers(0, 999))
def test_claim_eligibility__after_any_history__is_the_contract_s_view(market, scene, steps, seed):
    """API-3, API-6, RUN-5: the same bits as codes and sentences, at the same block."""
    choice = random.Random(seed)
    for step in steps:
        play(market, scene, step, choice)
    # The index's "now" is its block's time, the node's view of "latest" has the same.
    market.chain.w3.provider.make_request("evm_mine", [])
    market.indexed()
    block = market.chain.w3.eth.block_number
    count = market.contracts.runs.run_count()
    for run_id in range(max(1, count - 4), count + 1):
        for agent_id in (*scene, 10_000):
            require_same(market, run_id, agent_id, block)
    if market.client.get("/api/stats").json()["paused"]:
        send(market, market.wallet("owner"), "runs", "unpause")


def require_same(market, run_id, agent_id, block):
    bits = market.contracts.runs.claim_eligibility(run_id, agent_id)
    path = f"/api/runs/{run_id}/claim-eligibility"
    answer = market.client.get(path, params={"agentId": agent_id})
    assert answer.headers["x-indexed-block"] == str(block)
    if bits & Ineligibility.AGENT_UNKNOWN:
        assert answer.status_code == 404
        return
    shown = answer.json()
    assert shown["reasonCodes"] == [reason.code for reason in reasons(bits)]
    assert shown["reasons"] == [reason.sentence for reason in reasons(bits)]
    assert shown["eligible"] is (bits == 0)


def send(market, wallet, contract, function, *args):
    code = getattr(market.contracts, contract)
    transact(market.chain.w3, wallet, code.address, code.calldata(function, *args))
