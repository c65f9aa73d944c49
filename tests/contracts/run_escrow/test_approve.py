"""approve: the poster accepts the work.

given no such run
└── it should revert
given a run in another state: see test_transitions.py
given a SUBMITTED run
├── when the caller is not the poster
│   └── it should revert
└── when the poster approves, at any time
    ├── it should set APPROVED and keep the rest
    ├── it should emit RunApproved, not silent
    ├── it should pay the whole reward to the frozen wallet and accrue the fee
    ├── it should release the lock, with a completion from 1 USDC on
    ├── it should work after the review window, and while the contract is paused
    ├── given the NFT was sold mid-run
    │   └── it should pay the wallet frozen at the claim
    ├── given USDC bars the wallet or stops all transfers
    │   └── it should credit the reward instead, and the agent withdraws it elsewhere
    └── given USDC bars the poster
        └── it should pay all the same
"""

from __future__ import annotations

import pytest

from tests.contracts.clock import DAY
from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import FEE, MIN_STAKE, REWARD


@pytest.mark.parametrize("run_id", [0, 2])
def test_approve__unknown_run__reverts(escrow, poster, submitted_run, run_id):
    """RUN-26."""
    submitted_run()
    with reverting(escrow.RunUnknown, runId=run_id):
        escrow.approve(run_id, sender=poster)


def test_approve__not_the_poster__reverts(escrow, poster, agent, outsider, owner, submitted_run):
    """Neither the agent nor the contract's owner judges."""
    run_id = submitted_run()
    for caller in (agent, outsider, owner):
        with reverting(escrow.NotPoster, runId=run_id, caller=caller, poster=poster):
            escrow.approve(run_id, sender=caller)


def test_approve__poster__sets_approved_and_keeps_the_rest(escrow, poster, submitted_run, get_run):
    """RUN-23: no time runs any more."""
    run_id = submitted_run()
    before = get_run(run_id)
    escrow.approve(run_id, sender=poster)
    assert get_run(run_id) == before | {"state": 5, "dueAt": 0}


def test_approve__poster__emits_run_approved(
    escrow, registry, poster, agent, agent_id, submitted_run
):
    """RUN-4, RUN-22."""
    run_id = submitted_run()
    tx = escrow.approve(run_id, sender=poster)
    approved = ("RunApproved", run_id, agent_id, agent.address, REWARD, FEE, False)
    assert emitted(tx, escrow) == [approved]
    assert emitted(tx, registry) == [("StakeReleased", agent_id, escrow.address, MIN_STAKE, 1)]


@pytest.mark.parametrize(
    ("reward", "fee"),
    [(1, 1), (21, 2), (REWARD, FEE), (2**48 - 1, 14_073_748_835_533)],
    ids=["one unit", "a fraction", "100 USDC", "most"],
)
def test_approve__poster__pays_the_whole_reward_and_accrues_the_fee(
    escrow, poster, agent, submitted_run, books, reward, fee
):
    """RUN-3, RUN-4, RUN-20: the agent gets all of the reward; the fee stays until swept."""
    run_id = submitted_run(reward=reward)
    with books.moves({agent: reward}, owed=-reward, fees=fee):
        escrow.approve(run_id, sender=poster)


@pytest.mark.parametrize(
    ("reward", "completions"), [(1, 0), (999_999, 0), (1_000_000, 1), (1_000_001, 1)]
)
def test_approve__reward__counts_as_completion_from_1_usdc_on(
    registry, agent_id, approved_run, reward, completions
):
    """RUN-22, threat "reputation farming": cheaper runs would buy ESTABLISHED for cents."""
    approved_run(reward=reward)
    record = registry.getAgent(agent_id)
    assert (record.completions, record.locked, record.claims) == (completions, 0, 1)


@pytest.mark.parametrize("late", [-1, 0, 1, 400 * DAY])
def test_approve__review_window_over__still_works(
    escrow, poster, agent, agent_id, clock, submitted_run, late
):
    """RUN-14: after the window approve still works, and is no silence."""
    run_id = submitted_run()
    clock.at(escrow.reviewEndsAt(run_id) + late)
    tx = escrow.approve(run_id, sender=poster)
    approved = ("RunApproved", run_id, agent_id, agent.address, REWARD, FEE, False)
    assert emitted(tx, escrow) == [approved]


def test_approve__paused__may(escrow, poster, agent, owner, submitted_run, books):
    """RUN-18."""
    run_id = submitted_run()
    escrow.pause(sender=owner)
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(run_id, sender=poster)


def test_approve__nft_sold_mid_run__pays_the_frozen_wallet(
    escrow, poster, agent, buyer, submitted_run, sell_agent, books
):
    """RUN-6, threat "identity NFT sold mid-run"."""
    run_id = submitted_run()
    sell_agent(buyer)
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(run_id, sender=poster)


def test_approve__wallet_changed_mid_run__pays_the_frozen_wallet(
    escrow, poster, agent, relayer, submitted_run, set_wallet, books
):
    """RUN-6."""
    run_id = submitted_run()
    set_wallet(relayer)
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(run_id, sender=poster)


def test_approve__agent_blacklisted__credits_and_pays_elsewhere(
    escrow, poster, agent, agent_id, relayer, submitted_run, blacklist, books
):
    """RUN-16, threat "a denylisted payee blocks the settlement"."""
    run_id = submitted_run()
    blacklist(agent)
    with books.moves(fees=FEE):
        tx = escrow.approve(run_id, sender=poster)
    assert emitted(tx, escrow) == [
        ("RunApproved", run_id, agent_id, agent.address, REWARD, FEE, False),
        ("Credited", agent.address, REWARD),
    ]
    assert escrow.creditOf(agent) == REWARD
    with books.moves({relayer: REWARD}, owed=-REWARD):
        tx = escrow.withdrawCredit(relayer, sender=agent)
    withdrawn = ("CreditWithdrawn", agent.address, relayer.address, REWARD)
    assert emitted(tx, escrow) == [withdrawn]
    assert escrow.creditOf(agent) == 0


def test_approve__agent_blacklisted_twice__credits_add_up(
    escrow, poster, agent, runs, blacklist, unblacklist, books
):
    """RUN-16, RUN-20."""
    blacklist(agent)
    for reward in (REWARD, 7):
        run_id = runs.submitted(reward=reward)
        escrow.approve(run_id, sender=poster)
    assert escrow.creditOf(agent) == REWARD + 7
    unblacklist(agent)
    with books.moves({agent: REWARD + 7}, owed=-REWARD - 7):
        escrow.withdrawCredit(agent, sender=agent)


def test_approve__usdc_paused__credits(
    escrow, poster, agent, submitted_run, pause_usdc, unpause_usdc, books
):
    """RUN-16, threat "USDC is paused": the run ends, the money follows when USDC goes on."""
    run_id = submitted_run()
    pause_usdc()
    with books.moves(fees=FEE):
        escrow.approve(run_id, sender=poster)
    assert escrow.creditOf(agent) == REWARD
    unpause_usdc()
    with books.moves({agent: REWARD}, owed=-REWARD):
        escrow.withdrawCredit(agent, sender=agent)


def test_approve__poster_blacklisted__pays_all_the_same(
    escrow, poster, agent, submitted_run, blacklist, books
):
    """RUN-16: the payer's trouble is not the payee's."""
    run_id = submitted_run()
    blacklist(poster)
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(run_id, sender=poster)


def test_approve__escrow_blacklisted__freezes_money_without_losing_it(
    escrow, poster, agent, submitted_run, blacklist, unblacklist, books
):
    """RUN-16, threat "the escrow itself is blacklisted": all resumes after unblacklisting."""
    run_id = submitted_run()
    blacklist(escrow)
    with books.moves(fees=FEE):
        escrow.approve(run_id, sender=poster)
    unblacklist(escrow)
    with books.moves({agent: REWARD}, owed=-REWARD):
        escrow.withdrawCredit(agent, sender=agent)
