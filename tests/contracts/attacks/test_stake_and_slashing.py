"""Attacks on the stake: leaving before the slash, slashing twice, slashing oneself."""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import ONE_USDC
from agentescrow.domain.runs.run import RunState
from tests.contracts.outcome import reverting
from tests.contracts.runs import COST, FEE, MIN_STAKE, REWARD, WORK


def test_unstaking_in_front_of_the_slash__finds_the_stake_locked(
    escrow, registry, poster, agent, agent_id, claimed_run, clock, books
):
    """STAKE-2, STAKE-4: there is no delay to sit out, since what backs a claim cannot leave."""
    run_id = claimed_run()
    registry.stake(agent_id, MIN_STAKE, sender=agent)
    registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)
    with reverting(registry.InsufficientStake, agentId=agent_id, available=0, required=1):
        registry.unstake(agent_id, 1, agent, sender=agent)

    clock.at(escrow.slashableAt(run_id))
    with books.moves({poster: COST + MIN_STAKE}, owed=-COST, staked=-MIN_STAKE):
        escrow.slash(run_id, sender=poster)


def test_claiming_and_vanishing_on_many_runs__needs_a_stake_for_each(
    escrow, registry, agent, agent_id, claimed_run, open_run
):
    """STAKE-4: 20 USDC cannot hold two runs back."""
    claimed_run()
    second = open_run()

    with reverting(registry.InsufficientStake, agentId=agent_id, available=0, required=MIN_STAKE):
        escrow.claimRun(second, agent_id, sender=agent)


def test_refund_without_the_slash__one_call_does_both_or_neither(
    escrow, registry, poster, agent_id, claimed_run, clock, books
):
    """STAKE-6, RUN-4: after the slash nothing is left for a second refund."""
    run_id = claimed_run()
    clock.at(escrow.slashableAt(run_id))
    with books.moves({poster: COST + MIN_STAKE}, owed=-COST, staked=-MIN_STAKE):
        escrow.slash(run_id, sender=poster)

    for call, allowed in ((escrow.slash, 0b1001100), (escrow.cancelRun, 0b1111)):
        with reverting(
            escrow.UnexpectedRunState,
            runId=run_id,
            current=RunState.SLASHED,
            allowedBitmap=allowed,
        ):
            call(run_id, sender=poster)
    assert registry.getAgent(agent_id).strikes == 1


def test_restaking_between_two_slashes__second_lock_is_taken_all_the_same(
    escrow, registry, poster, agent, agent_id, claimed_run, clock, books
):
    """STAKE-6, STAKE-3: a deposit thaws the agent, it frees no lock."""
    registry.stake(agent_id, MIN_STAKE, sender=agent)
    first, second = claimed_run(), claimed_run()
    clock.at(escrow.slashableAt(second))
    escrow.slash(first, sender=poster)
    registry.stake(agent_id, MIN_STAKE, sender=agent)

    with books.moves({poster: COST + MIN_STAKE}, owed=-COST, staked=-MIN_STAKE):
        escrow.slash(second, sender=poster)

    record = registry.getAgent(agent_id)
    assert (record.staked, record.locked, record.strikes) == (MIN_STAKE, 0, 2)


def test_zombie_after_a_partial_slash__may_not_claim_with_what_is_left(
    escrow, registry, poster, agent, agent_id, claimed_run, open_run, clock
):
    """STAKE-5, STAKE-6: a whole stake is left, but the agent is frozen."""
    registry.stake(agent_id, MIN_STAKE, sender=agent)
    run_id = claimed_run()
    clock.at(escrow.slashableAt(run_id))
    escrow.slash(run_id, sender=poster)
    assert registry.availableStake(agent_id) == MIN_STAKE
    tempting = open_run()

    with reverting(registry.StatusTooLow, agentId=agent_id, status=3, required=1):
        escrow.claimRun(tempting, agent_id, sender=agent)


def test_thawing_a_frozen_agent_with_dust__is_impossible(registry, agent, agent_id, slashed_run):
    """STAKE-6: two halves are no re-stake either."""
    slashed_run()

    for _ in range(2):
        registry.stake(agent_id, MIN_STAKE // 2, sender=agent)

    assert registry.getAgent(agent_id).frozen
    assert registry.getAgent(agent_id).staked == MIN_STAKE


@pytest.mark.parametrize(("reward", "cost"), [(1, 2), (ONE_USDC, ONE_USDC + ONE_USDC // 20)])
def test_bait_run_for_a_rich_stake__pays_no_more_than_the_run_cost(
    escrow, registry, poster, agent, agent_id, claimed_run, clock, books, reward, cost
):
    """STAKE-8: a run of 1 USDC cannot win 20 USDC, for nobody; the agent takes the rest out."""
    run_id = claimed_run(reward=reward)
    clock.at(escrow.slashableAt(run_id))

    with books.moves({poster: 2 * cost}, owed=-cost, staked=-cost):
        escrow.slash(run_id, sender=poster)

    left = MIN_STAKE - cost
    with books.moves({agent: left}, staked=-left):
        registry.unstake(agent_id, left, agent, sender=agent)


def test_slashing_oneself__is_no_faster_way_out_and_costs_a_strike(
    escrow, registry, identity, agent, agent_id, outsider, runs, terms, clock, books
):
    """STAKE-6, STAKE-8: the friend gets what the agent could have taken at once before."""
    runs.send(outsider, escrow.postRun, terms(), "ipfs://friend")
    run_id = escrow.runCount()
    escrow.claimRun(run_id, agent_id, sender=agent)
    clock.at(escrow.slashableAt(run_id))

    with books.moves({outsider: COST + MIN_STAKE}, owed=-COST, staked=-MIN_STAKE):
        escrow.slash(run_id, sender=outsider)

    record = registry.getAgent(agent_id)
    assert (record.strikes, record.frozen, record.completions) == (1, True, 0)


def test_identity_registry_turned_malicious__reaches_no_lock_and_no_payment(
    escrow, registry, poster, agent, agent_id, outsider, relayer, claimed_run, lie, books
):
    """RUN-6, STAKE-4: it names an outsider as owner; what backs the claim and its pay stay."""
    run_id = claimed_run()
    lie(owner_of_all=outsider, accomplice=relayer)

    with reverting(registry.InsufficientStake, agentId=agent_id, available=0, required=1):
        registry.unstake(agent_id, 1, outsider, sender=outsider)
    escrow.submitWork(run_id, WORK, sender=agent)
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(run_id, sender=poster)
