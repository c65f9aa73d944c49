"""Attacks by those in charge, and by one person in two roles."""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import ONE_USDC
from tests.contracts.runs import FEE, MIN_STAKE, REWARD, WORK

SETTERS = ("set", "add", "retire", "transfer", "accept", "renounce", "pause", "unpause")


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
        "addMarket",
        "retireMarket",
        "transferOwnership",
        "acceptOwnership",
        "pause",
        "unpause",
    }
    assert escrow.immutables().platformFeeBps == 500


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
    """RUN-11 (accepted): it may hand rubbish in and reject it; the stake stays the agent's."""
    run_id = claimed_run(max_revisions=0)
    become(identity, agent, agent_id, poster)
    escrow.submitWork(run_id, "rubbish", sender=poster)

    with books.moves({poster: REWARD + FEE}, owed=-REWARD - FEE):
        escrow.reject(run_id, "Rubbish.", sender=poster)

    assert registry.availableStake(agent_id) == MIN_STAKE


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
