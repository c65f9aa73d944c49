"""Attacks on the way out: money and stakes leave whatever others do, or do not do."""

from __future__ import annotations

import pytest

from tests.contracts.runs import COST, FEE, IPFS, MIN_STAKE, REWARD, WORK

BURNS_ALL_GAS = "0x5b5f56"
"""JUMPDEST PUSH0 JUMP: an endless loop."""

_WORD = 32
_LONG = 256 * 1024


def test_token_that_lost_its_code__payout__is_credited_not_booked_as_paid(
    escrow, usdc, poster, agent, submitted_run, set_code
):
    """RUN-16: a call to an address without code succeeds, and has paid nobody."""
    run_id = submitted_run()
    set_code(usdc, "0x")

    escrow.approve(run_id, sender=poster)

    assert escrow.creditOf(agent) == REWARD
    assert escrow.totalOwed() == COST


def test_payee_that_burns_all_gas__is_paid(escrow, poster, agent, submitted_run, set_code, books):
    """RUN-16: USDC calls no receiver, so a receiver's code has no say."""
    run_id = submitted_run()
    set_code(agent, BURNS_ALL_GAS)

    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(run_id, sender=poster)


def test_poster_that_burns_all_gas__is_refunded_by_a_stranger(
    escrow, poster, outsider, open_run, clock, set_code, books
):
    """RUN-16: the same the other way."""
    run_id = open_run()
    set_code(poster, BURNS_ALL_GAS)
    clock.at(escrow.getRun(run_id).deadline)

    with books.moves({poster: COST}, owed=-COST):
        escrow.cancelRun(run_id, sender=outsider)


def _claim_for(payee, escrow, runs, agent_id, outsider, lie) -> int:
    """A run whose payee is what a lying identity registry says, claimed by its accomplice."""
    run_id = runs.open()
    lie(owner_of_all=payee, accomplice=outsider)
    escrow.claimRun(run_id, agent_id, sender=outsider)
    assert escrow.getRun(run_id).wallet == payee.address
    return run_id


def test_payee_that_is_usdc_itself__is_credited_and_blocks_nobody(
    escrow, usdc, poster, outsider, agent_id, runs, lie, books
):
    """RUN-16: USDC bars its own address; the poster can still judge and the fee is earned."""
    run_id = _claim_for(usdc, escrow, runs, agent_id, outsider, lie)
    escrow.submitWork(run_id, WORK, sender=outsider)

    with books.moves(fees=FEE):
        escrow.approve(run_id, sender=poster)

    assert escrow.creditOf(usdc) == REWARD


def test_payee_that_is_the_escrow_itself__gets_nothing_of_others(
    escrow, usdc, poster, outsider, agent_id, runs, lie
):
    """RUN-20: the reward stays in the escrow as nobody's; what it owes to others is untouched."""
    run_id = _claim_for(escrow, escrow, runs, agent_id, outsider, lie)
    escrow.submitWork(run_id, WORK, sender=outsider)
    runs.open()

    escrow.approve(run_id, sender=poster)

    assert escrow.totalOwed() == COST + FEE
    assert usdc.balanceOf(escrow) - escrow.totalOwed() == REWARD


def test_payee_that_is_the_escrow_itself__poster_gets_its_money_back(
    escrow, poster, outsider, agent_id, runs, lie, clock, books
):
    """RUN-15: a poster who will not pay nobody slashes when the time is up."""
    run_id = _claim_for(escrow, escrow, runs, agent_id, outsider, lie)
    clock.at(escrow.slashableAt(run_id))

    with books.moves({poster: COST + MIN_STAKE}, owed=-COST, staked=-MIN_STAKE):
        escrow.slash(run_id, sender=poster)


def test_flooding_with_runs_and_deposits__costs_others_no_gas(
    escrow, registry, usdc, outsider, poster, agent, agent_id, runs, submitted_run, fund
):
    """RUN-15: no call walks over what strangers can make longer."""
    run_id = submitted_run()
    before = escrow.approve.estimate_gas_cost(run_id, sender=poster)

    for _ in range(25):
        runs.send(outsider, escrow.createRun, runs.terms(), IPFS)
    usdc.approve(registry, 25, sender=outsider)
    for _ in range(25):
        runs.send(outsider, registry.stake, agent_id, 1)

    assert escrow.approve.estimate_gas_cost(run_id, sender=poster) == before


def test_pause_then_dead_owner__every_exit_stays_open(
    escrow, registry, owner, poster, agent, outsider, claimed_run, open_run, clock, runs, books
):
    """RUN-18, RUN-15: the worst that an owner can leave behind stops entries for ever, no exit."""
    offered, worked_on = open_run(), claimed_run()
    escrow.pause(sender=owner)
    registry.retireMarket(escrow, sender=owner)

    escrow.submitWork(worked_on, WORK, sender=agent)
    with books.moves({poster: COST}, owed=-COST):
        escrow.cancelRun(offered, sender=poster)
    clock.at(escrow.reviewEndsAt(worked_on))
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.finalize(worked_on, sender=outsider)


@pytest.mark.parametrize("length", [_WORD, _LONG])
def test_returndata_bomb_of_the_identity_registry__costs_what_the_bomb_cost_only(
    registry, identity, agent, agent_id, set_code, ledger, length
):
    """STAKE-2: one word of the answer is read; 256 KiB of it are not copied."""
    owner_then_zeros = f"0x73{agent.address[2:]}5f5262{length:06x}5ff3"
    set_code(identity, owner_then_zeros)

    with ledger.moves({agent: MIN_STAKE, registry: -MIN_STAKE}):
        tx = registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)

    assert tx.gas_used < 110_000 + _memory_cost(length)


def _memory_cost(length: int) -> int:
    """Gas that whoever builds an answer of this length pays for it."""
    words = length // _WORD
    return 3 * words + words**2 // 512
