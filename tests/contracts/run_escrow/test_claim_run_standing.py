"""claimRun, what it asks of the agent: status and stake (who may is in test_claim_run.py).

given an OPEN run
├── when the agent's status is too low: UNVERIFIED, PROVISIONAL for ESTABLISHED, FROZEN, BANNED
│   └── it should revert
├── when less than 20 USDC are available
│   └── it should revert
└── when the agent may
    ├── it should lock 20 USDC for each of several runs, as far as they reach
    ├── it should use one stake for runs one after another
    └── it should accept an ESTABLISHED agent wherever PROVISIONAL is asked
"""

from __future__ import annotations

import pytest

from tests.contracts.clock import DAY
from tests.contracts.outcome import reverting
from tests.contracts.runs import MIN_STAKE


def test_claim_run__unstaked_agent__reverts(escrow, registry, outsider, enlist, open_run):
    """RUN-5, STAKE-5: UNVERIFIED."""
    unstaked = enlist(outsider, stake=0)
    run_id = open_run()
    with reverting(registry.StatusTooLow, agentId=unstaked, status=0, required=1):
        escrow.claimRun(run_id, unstaked, sender=outsider)


def test_claim_run__stake_one_unit_short__reverts(escrow, registry, outsider, enlist, open_run):
    """RUN-5, STAKE-5: UNVERIFIED below 20 USDC."""
    short = enlist(outsider, stake=MIN_STAKE - 1)
    run_id = open_run()
    with reverting(registry.StatusTooLow, agentId=short, status=0, required=1):
        escrow.claimRun(run_id, short, sender=outsider)


def test_claim_run__provisional_where_established_is_asked__reverts(
    escrow, registry, agent, agent_id, open_run
):
    """RUN-5, STAKE-5."""
    run_id = open_run(min_status=2)
    with reverting(registry.StatusTooLow, agentId=agent_id, status=1, required=2):
        escrow.claimRun(run_id, agent_id, sender=agent)


@pytest.mark.parametrize("min_status", [1, 2])
def test_claim_run__frozen_agent__reverts(
    escrow, registry, agent, agent_id, open_run, slashed_run, min_status
):
    """RUN-5, STAKE-6, threat "a slashed zombie claims again": FROZEN is only a higher number."""
    slashed_run()
    registry.stake(agent_id, MIN_STAKE - 1, sender=agent)
    registry.stake(agent_id, MIN_STAKE - 1, sender=agent)
    run_id = open_run(min_status=min_status)
    with reverting(registry.StatusTooLow, agentId=agent_id, status=3, required=min_status):
        escrow.claimRun(run_id, agent_id, sender=agent)


@pytest.mark.parametrize("min_status", [1, 2])
def test_claim_run__banned_agent__reverts(
    escrow, registry, agent, agent_id, open_run, slashed_run, min_status
):
    """RUN-5, STAKE-5: three strikes, whatever is staked."""
    registry.stake(agent_id, 3 * MIN_STAKE, sender=agent)
    for _ in range(2):
        slashed_run()
        registry.stake(agent_id, MIN_STAKE, sender=agent)
    slashed_run()
    assert registry.availableStake(agent_id) >= MIN_STAKE
    run_id = open_run(min_status=min_status)
    with reverting(registry.StatusTooLow, agentId=agent_id, status=4, required=min_status):
        escrow.claimRun(run_id, agent_id, sender=agent)


def test_claim_run__stake_locked_by_another_run__reverts(
    escrow, registry, agent, agent_id, claimed_run, open_run
):
    """STAKE-4, threat "one stake freezes every open run of the market"."""
    claimed_run()
    run_id = open_run()
    with reverting(registry.InsufficientStake, agentId=agent_id, available=0, required=MIN_STAKE):
        escrow.claimRun(run_id, agent_id, sender=agent)


def test_claim_run__one_unit_short_of_a_second_lock__reverts(
    escrow, registry, agent, agent_id, claimed_run, open_run
):
    """STAKE-4."""
    registry.stake(agent_id, MIN_STAKE - 1, sender=agent)
    claimed_run()
    run_id = open_run()
    values = {"agentId": agent_id, "available": MIN_STAKE - 1, "required": MIN_STAKE}
    with reverting(registry.InsufficientStake, **values):
        escrow.claimRun(run_id, agent_id, sender=agent)


def test_claim_run__five_stakes__hold_five_runs(
    escrow, registry, agent, agent_id, claimed_run, open_run
):
    """STAKE-4: with 100 USDC, five at a time."""
    registry.stake(agent_id, 4 * MIN_STAKE, sender=agent)
    for _ in range(5):
        claimed_run()
    run_id = open_run()
    assert registry.getAgent(agent_id).locked == 5 * MIN_STAKE
    with reverting(registry.InsufficientStake, agentId=agent_id, available=0, required=MIN_STAKE):
        escrow.claimRun(run_id, agent_id, sender=agent)


def test_claim_run__one_stake__serves_runs_one_after_another(registry, agent_id, approved_run):
    """STAKE-4: nothing is deposited per run."""
    for _ in range(3):
        approved_run()
    record = registry.getAgent(agent_id)
    assert (record.staked, record.locked, record.claims) == (MIN_STAKE, 0, 3)


@pytest.mark.parametrize("min_status", [1, 2])
def test_claim_run__established_agent__may_claim_either(
    escrow, registry, agent, agent_id, clock, open_run, approved_run, state_of, min_status
):
    """RUN-5, STAKE-5: 30 days staked and five approved runs."""
    for _ in range(5):
        approved_run()
    clock.mine(at=registry.getAgent(agent_id).stakedAt + 30 * DAY)
    assert registry.statusOf(agent_id) == 2
    run_id = open_run(min_status=min_status)
    escrow.claimRun(run_id, agent_id, sender=agent)
    assert state_of(run_id) == 2
