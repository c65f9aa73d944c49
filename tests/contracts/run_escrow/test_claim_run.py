"""claimRun: an agent takes an OPEN run, and 20 USDC of its stake are locked.

given the contract is paused
└── it should revert
given no such run
└── it should revert
given a run in another state: see test_transitions.py
given an OPEN run
├── when the deadline has come
│   └── it should revert, from that second on
├── when the agent is unknown, its id is beyond 32 bits, or the identity registry does not answer
│   └── it should revert
├── when the caller is no operator of the agent
│   └── it should revert
├── when the poster is an operator of the agent (owner, wallet, approved, or for all)
│   └── it should revert
├── when the agent's status or stake does not do: see test_claim_run_standing.py
└── when the agent may, up to the last second before the deadline
    ├── it should store agent, wallet and time, and run the agent's time
    ├── it should emit RunClaimed, and lock the stake
    ├── it should move no money
    ├── it should accept the owner, the wallet, an approved account, an operator for all
    ├── it should freeze the wallet, or the owner where no wallet is set
    ├── it should give the caller no right of its own
    ├── it should work for agent number 0
    └── it should let the first of two agents win
"""

from __future__ import annotations

import pytest

from tests.contracts.clock import DAY
from tests.contracts.outcome import emitted, reverting
from tests.contracts.run_escrow.conftest import ZERO
from tests.contracts.runs import CLAIM_TIMEOUT, MIN_STAKE, WORK


def test_claim_run__paused__reverts(escrow, agent, agent_id, owner, open_run):
    """RUN-18."""
    run_id = open_run()
    escrow.pause(sender=owner)
    with reverting(escrow.EnforcedPause):
        escrow.claimRun(run_id, agent_id, sender=agent)


@pytest.mark.parametrize("run_id", [0, 2])
def test_claim_run__unknown_run__reverts(escrow, agent, agent_id, open_run, run_id):
    """RUN-26."""
    open_run()
    with reverting(escrow.RunUnknown, runId=run_id):
        escrow.claimRun(run_id, agent_id, sender=agent)


@pytest.mark.parametrize("late", [0, 1])
def test_claim_run__deadline_passed__reverts(escrow, agent, agent_id, clock, open_run, late):
    """RUN-0, RUN-5."""
    run_id = open_run()
    deadline = escrow.getRun(run_id).deadline
    clock.at(deadline + late)
    values = {"runId": run_id, "deadline": deadline, "timestamp": deadline + late}
    with reverting(escrow.DeadlinePassed, **values):
        escrow.claimRun(run_id, agent_id, sender=agent)


def test_claim_run__last_second_before_deadline__succeeds(
    escrow, agent, agent_id, clock, open_run, state_of
):
    """RUN-0, RUN-5."""
    run_id = open_run()
    clock.at(escrow.getRun(run_id).deadline - 1)
    escrow.claimRun(run_id, agent_id, sender=agent)
    assert state_of(run_id) == 2


@pytest.mark.parametrize("unknown", [2**32 - 1, 2**32, 2**32 + 1, 2**256 - 1])
def test_claim_run__unknown_agent__reverts(escrow, agent, open_run, unknown):
    """RUN-5; 2**32 + 1 is the agent's own number cut to 32 bits, which must not stand for it."""
    run_id = open_run()
    with reverting(escrow.AgentUnknown, agentId=unknown):
        escrow.claimRun(run_id, unknown, sender=agent)


def test_claim_run__identity_registry_silent__reverts(
    escrow, agent, agent_id, open_run, silence_identity
):
    """RUN-5: without an answer nobody is known."""
    run_id = open_run()
    silence_identity()
    with reverting(escrow.AgentUnknown, agentId=agent_id):
        escrow.claimRun(run_id, agent_id, sender=agent)


def test_claim_run__caller_no_operator__reverts(escrow, outsider, agent_id, open_run):
    """RUN-5."""
    run_id = open_run()
    with reverting(escrow.NotOperator, agentId=agent_id, caller=outsider):
        escrow.claimRun(run_id, agent_id, sender=outsider)


def test_claim_run__operator_of_another_agent__reverts(escrow, rival, agent_id, open_run):
    """RUN-5: an agent's owner speaks for its own agent only."""
    run_id = open_run()
    with reverting(escrow.NotOperator, agentId=agent_id, caller=rival):
        escrow.claimRun(run_id, agent_id, sender=rival)


@pytest.fixture(params=["owner", "wallet", "approved", "operator for all"])
def make_operator(request, identity, agent, agent_id, sell_agent, set_wallet):
    """Gives an account one of the four rights to act for the agent."""

    def make_operator(account):
        if request.param == "owner":
            sell_agent(account)
        elif request.param == "wallet":
            set_wallet(account)
        elif request.param == "approved":
            identity.approve(account, agent_id, sender=agent)
        else:
            identity.setApprovalForAll(account, True, sender=agent)
        return request.param

    return make_operator


def test_claim_run__poster_operates_the_agent__reverts(
    escrow, poster, agent_id, open_run, make_operator
):
    """RUN-5, threat "role collision: poster works for itself"."""
    run_id = open_run()
    make_operator(poster)
    with reverting(escrow.SelfClaim, runId=run_id, agentId=agent_id, poster=poster):
        escrow.claimRun(run_id, agent_id, sender=poster)


def test_claim_run__poster_operates_and_another_operator_calls__reverts(
    escrow, poster, agent, agent_id, identity, open_run
):
    """RUN-5: who calls does not matter for self-claims."""
    run_id = open_run()
    identity.approve(poster, agent_id, sender=agent)
    with reverting(escrow.SelfClaim, runId=run_id, agentId=agent_id, poster=poster):
        escrow.claimRun(run_id, agent_id, sender=agent)


def test_claim_run__each_kind_of_operator__may(
    escrow, outsider, agent_id, open_run, make_operator, get_run
):
    """RUN-5: owner, wallet, approved, operator for all."""
    run_id = open_run()
    make_operator(outsider)
    escrow.claimRun(run_id, agent_id, sender=outsider)
    assert get_run(run_id)["agentId"] == agent_id


@pytest.mark.parametrize("ahead", [1, 3 * DAY, 7 * DAY - 1, 7 * DAY, 7 * DAY + 1, 60 * DAY])
def test_claim_run__agent_may__stores_claim_and_runs_the_clock(
    escrow, agent, agent_id, clock, open_run, get_run, ahead
):
    """RUN-6, RUN-9, RUN-23: dueAt is seven days after the claim, or the deadline if later."""
    claimed_at = clock.now() + 10
    deadline = claimed_at + ahead
    run_id = open_run(deadline=deadline)
    before = get_run(run_id)
    clock.at(claimed_at)
    escrow.claimRun(run_id, agent_id, sender=agent)
    assert get_run(run_id) == before | {
        "state": 2,
        "agentId": agent_id,
        "wallet": agent.address,
        "claimedAt": claimed_at,
        "dueAt": max(claimed_at + CLAIM_TIMEOUT, deadline),
    }


def test_claim_run__agent_may__emits_and_locks(
    escrow, registry, agent, agent_id, clock, open_run, books
):
    """RUN-5, STAKE-4: 20 USDC are locked, no money moves."""
    run_id = open_run()
    claimed_at = clock.now() + 10
    clock.at(claimed_at)
    with books.moves():
        tx = escrow.claimRun(run_id, agent_id, sender=agent)
    due_at = claimed_at + CLAIM_TIMEOUT
    claimed = ("RunClaimed", run_id, agent_id, agent.address, MIN_STAKE, due_at)
    assert emitted(tx, escrow) == [claimed]
    locked = ("StakeLocked", agent_id, escrow.address, MIN_STAKE, 1)
    assert emitted(tx, registry) == [locked]
    record = registry.getAgent(agent_id)
    assert (record.staked, record.locked, record.claims) == (MIN_STAKE, MIN_STAKE, 1)
    assert registry.availableStake(agent_id) == 0


def test_claim_run__wallet_apart_from_owner__is_frozen_as_payee(
    escrow, agent, agent_id, relayer, open_run, set_wallet, get_run
):
    """RUN-6."""
    set_wallet(relayer)
    run_id = open_run()
    escrow.claimRun(run_id, agent_id, sender=agent)
    assert get_run(run_id)["wallet"] == relayer.address


def test_claim_run__no_wallet_set__freezes_the_owner(
    escrow, agent, agent_id, identity, open_run, get_run
):
    """RUN-6: the owner is paid where no wallet is set."""
    identity.unsetAgentWallet(agent_id, sender=agent)
    assert identity.getAgentWallet(agent_id) == ZERO
    run_id = open_run()
    escrow.claimRun(run_id, agent_id, sender=agent)
    assert get_run(run_id)["wallet"] == agent.address


def test_claim_run__nft_bought_without_wallet__freezes_the_buyer(
    escrow, agent_id, buyer, open_run, sell_agent, get_run
):
    """RUN-6, STAKE-10: the wallet is cleared when the NFT moves; the stake goes along."""
    sell_agent(buyer)
    run_id = open_run()
    escrow.claimRun(run_id, agent_id, sender=buyer)
    assert get_run(run_id)["wallet"] == buyer.address


def test_claim_run__caller_who_lost_its_right__has_none_on_the_run(
    escrow, agent, agent_id, outsider, identity, open_run
):
    """RUN-7: the caller of claimRun keeps no right of its own."""
    identity.approve(outsider, agent_id, sender=agent)
    run_id = open_run()
    escrow.claimRun(run_id, agent_id, sender=outsider)
    identity.approve(ZERO, agent_id, sender=agent)
    with reverting(escrow.NotAgent, runId=run_id, caller=outsider):
        escrow.submitWork(run_id, WORK, sender=outsider)


def test_claim_run__agent_number_zero__works_to_the_end(
    escrow, registry, identity, accounts, rpc, fund, usdc, poster, open_run, get_run, books
):
    """Threat "agent 0": ids start at 0, so 0 is a valid agent and no sign of absence."""
    holder = accounts[identity.ownerOf(0)]
    if not registry.getAgent(0).staked:  # on a fork of the public chain somebody else owns it
        rpc.ask("anvil_setBalance", holder.address, hex(10**18))
        fund(holder, MIN_STAKE)
        usdc.approve(registry, MIN_STAKE, sender=holder)
        registry.stake(0, MIN_STAKE, sender=holder)
    run_id = open_run()
    escrow.claimRun(run_id, 0, sender=holder)
    run = get_run(run_id)
    assert (run["state"], run["agentId"]) == (2, 0)
    escrow.submitWork(run_id, WORK, sender=holder)
    tx = escrow.approve(run_id, sender=poster)
    assert ("RunApproved", run_id, 0, run["wallet"], run["reward"], run["fee"], False) in emitted(
        tx, escrow
    )
    assert registry.getAgent(0).completions == 1


def test_claim_run__second_agent__comes_too_late(
    escrow, rival, rival_id, claimed_run, get_run, agent_id
):
    """The first claim wins; the claim of the second changes nothing."""
    run_id = claimed_run()
    with reverting(escrow.UnexpectedRunState, runId=run_id, current=2, allowedBitmap=0b10):
        escrow.claimRun(run_id, rival_id, sender=rival)
    assert get_run(run_id)["agentId"] == agent_id
