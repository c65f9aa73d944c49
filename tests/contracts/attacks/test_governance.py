"""Attacks by those in charge, and by one person in two roles."""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import ONE_USDC
from tests.contracts.outcome import reverting
from tests.contracts.runs import FEE, MIN_STAKE, REWARD, WORK

SETTERS = ("set", "schedule", "cancelMarket", "transfer", "accept", "renounce", "pause", "unpause")


def test_fee_raised_mid_run__there_is_no_such_function(project, escrow, registry):
    """RUN-3: the fee is a constant; these are all the functions that are not about money."""
    names = {
        method.name
        for contract in (project.RunEscrow, project.StakeRegistry)
        for method in contract.contract_type.mutable_methods
        if method.name.startswith(SETTERS)
    }

    assert names == {
        "setTreasury",
        "scheduleMarket",
        "cancelMarket",
        "transferOwnership",
        "acceptOwnership",
        "renounceOwnership",
        "pause",
        "unpause",
    }
    assert escrow.PLATFORM_FEE_BPS() == 500


def test_treasury_switched_mid_run__changes_no_ones_pay(
    escrow, owner, poster, agent, relayer, outsider, submitted_run, books
):
    """RUN-4, RUN-24: the new treasury gets what was earned, the agent its whole reward."""
    run_id = submitted_run()
    escrow.setTreasury(relayer, sender=owner)

    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(run_id, sender=poster)
    with books.moves({relayer: FEE}, owed=-FEE, fees=-FEE):
        escrow.sweepFees(sender=outsider)


def test_treasury_blacklisted__blocks_no_slash_and_no_approval(
    escrow, registry, poster, agent, agent_id, treasury, runs, claimed_run, clock, blacklist, books
):
    """RUN-16: whoever the platform is at odds with, others are paid."""
    registry.stake(agent_id, MIN_STAKE, sender=agent)
    judged, overdue = runs.submitted(), claimed_run(reward=ONE_USDC)
    blacklist(treasury)

    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(judged, sender=poster)
    cost = ONE_USDC + ONE_USDC // 20
    clock.at(escrow.slashableAt(overdue))
    with books.moves({poster: 2 * cost}, owed=-cost, staked=-cost):
        escrow.slash(overdue, sender=poster)

    assert registry.creditOf(treasury) == MIN_STAKE - cost


def test_market_sneaked_in__reaches_no_stake_that_left_in_time(
    registry, owner, agent, agent_id, outsider, clock, books
):
    """STAKE-9: an owner turned thief has to announce itself 14 days ahead."""
    registry.scheduleMarket(outsider, sender=owner)
    with reverting(registry.NotMarket, caller=outsider):
        registry.lock(agent_id, MIN_STAKE, 1, sender=outsider)

    with books.moves({agent: MIN_STAKE}, staked=-MIN_STAKE):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)

    clock.at(registry.marketUsableAt(outsider))
    with reverting(registry.StatusTooLow, agentId=agent_id, current=0, minStatus=1):
        registry.lock(agent_id, MIN_STAKE, 1, sender=outsider)


def _approve(identity, agent, agent_id, poster):
    identity.approve(poster, agent_id, sender=agent)


def _approve_for_all(identity, agent, agent_id, poster):
    identity.setApprovalForAll(poster, True, sender=agent)


def _sell(identity, agent, agent_id, poster):
    identity.transferFrom(agent, poster, agent_id, sender=agent)


@pytest.mark.parametrize("become", [_approve, _approve_for_all, _sell])
def test_poster_who_becomes_an_operator_after_the_claim__cannot_redirect_the_pay(
    escrow, identity, poster, agent, agent_id, claimed_run, books, become
):
    """RUN-6, RUN-7: it may act for the agent then, as any operator; the payee was frozen before."""
    run_id = claimed_run()
    become(identity, agent, agent_id, poster)

    escrow.submitWork(run_id, WORK, sender=poster)
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(run_id, sender=poster)


@pytest.mark.parametrize("become", [_approve, _approve_for_all, _sell])
def test_poster_who_becomes_an_operator_after_the_claim__gets_no_more_than_a_refund(
    escrow, registry, identity, poster, agent, agent_id, claimed_run, books, become
):
    """RUN-11 (accepted): it may hand rubbish in and reject it, which leaves the lock to the agent."""
    run_id = claimed_run(max_revisions=0)
    become(identity, agent, agent_id, poster)
    escrow.submitWork(run_id, "rubbish", sender=poster)

    with books.moves({poster: REWARD + FEE}, owed=-REWARD - FEE):
        escrow.reject(run_id, "Rubbish.", sender=poster)

    assert registry.availableStake(agent_id) == MIN_STAKE


def test_poster_working_for_itself__is_refused_while_it_operates_the_agent(
    escrow, rival, rival_id, runs, terms, usdc
):
    """RUN-5: by the cheap check; two accounts of one person pass it (accepted)."""
    usdc.approve(escrow, REWARD + FEE, sender=rival)
    runs.send(rival, escrow.postRun, terms(), "ipfs://own")
    run_id = escrow.runCount()

    with reverting(escrow.SelfClaim, runId=run_id, agentId=rival_id, poster=rival):
        escrow.claimRun(run_id, rival_id, sender=rival)


def test_farming_reputation__costs_the_fee_of_every_run(
    registry, escrow, poster, agent, agent_id, runs, books
):
    """RUN-22: five completions of the least reward that counts; cheaper ones count for nothing."""
    fee = ONE_USDC // 20
    with books.moves(
        {poster: -5 * (ONE_USDC + fee), agent: 5 * ONE_USDC}, owed=5 * fee, fees=5 * fee
    ):
        for _ in range(5):
            runs.approved(reward=ONE_USDC)
    runs.approved(reward=ONE_USDC - 1)

    assert registry.getAgent(agent_id).completions == 5


def test_agent_sold_mid_run__seller_is_paid_and_the_buyer_bears_the_lock(
    escrow, registry, poster, agent, agent_id, buyer, submitted_run, sell_agent, books
):
    """RUN-6, STAKE-10."""
    run_id = submitted_run()
    sell_agent(buyer)

    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(run_id, sender=poster)
    with books.moves({buyer: MIN_STAKE}, staked=-MIN_STAKE):
        registry.unstake(agent_id, MIN_STAKE, buyer, sender=buyer)
