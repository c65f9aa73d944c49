"""What Circle's USDC may do to an account, and what must go on."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import COST, FEE, MIN_STAKE, REWARD

PAUSED = "Pausable: paused"
BLACKLISTED = "Blacklistable: account is blacklisted"


@pytest.mark.parametrize("trouble", ["blacklisted", "paused"])
def test_usdc_in_trouble__draft_without_money_is_cancelled_all_the_same(
    escrow, poster, draft_run, blacklist, pause_usdc, trouble
):
    """RUN-16: USDC refuses transfers of nothing too, so nothing is not sent."""
    run_id = draft_run()
    if trouble == "paused":
        pause_usdc()
    else:
        blacklist(poster)

    tx = escrow.cancelRun(run_id, sender=poster)

    assert emitted(tx, escrow) == [("RunCancelled", run_id, 0)]


def test_stake_registry_blacklisted__slash_goes_on_and_all_is_paid_after(
    escrow, registry, poster, agent, agent_id, claimed_run, clock, blacklist, unblacklist, books
):
    """RUN-16, RUN-20: its money is frozen, not lost."""
    registry.stake(agent_id, MIN_STAKE, sender=agent)
    run_id = claimed_run()
    blacklist(registry)
    clock.at(escrow.slashableAt(run_id))

    with books.moves({poster: COST}, owed=-COST):
        escrow.slash(run_id, sender=poster)
    assert registry.creditOf(poster) == MIN_STAKE
    with ape.reverts(BLACKLISTED):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)

    unblacklist(registry)
    with books.moves({poster: MIN_STAKE}, staked=-MIN_STAKE):
        registry.withdrawCredit(poster, sender=poster)
    with books.moves({agent: MIN_STAKE}, staked=-MIN_STAKE):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)


def test_injured_party_blacklisted__agent_keeps_the_rest_all_the_same(
    escrow, registry, poster, agent, agent_id, outsider, claimed_run, clock, blacklist, books
):
    """RUN-16, STAKE-8: whom USDC refuses holds up nobody else."""
    run_id = claimed_run(reward=1_000_000)
    blacklist(poster)
    clock.at(escrow.slashableAt(run_id))
    with books.moves():
        escrow.slash(run_id, sender=poster)

    left = MIN_STAKE - 1_050_000
    with books.moves({agent: left}, staked=-left):
        registry.unstake(agent_id, left, agent, sender=agent)

    assert (escrow.creditOf(poster), registry.creditOf(poster)) == (1_050_000, 1_050_000)
    with reverting(escrow.NoCredit, account=outsider):
        escrow.withdrawCredit(outsider, sender=outsider)


def test_usdc_paused_over_a_whole_review__agent_is_credited_and_paid_after(
    escrow, agent, outsider, submitted_run, clock, pause_usdc, unpause_usdc, books
):
    """RUN-14, RUN-16: no clock of a run waits for USDC."""
    run_id = submitted_run()
    pause_usdc()
    clock.at(escrow.reviewEndsAt(run_id))

    with books.moves(fees=FEE):
        escrow.finalize(run_id, sender=outsider)
    with ape.reverts(PAUSED):
        escrow.withdrawCredit(agent, sender=agent)

    unpause_usdc()
    with books.moves({agent: REWARD}, owed=-REWARD):
        escrow.withdrawCredit(agent, sender=agent)
