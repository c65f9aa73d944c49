"""Attacks on the clock: who is first, who is late, and what either can make of it."""

from __future__ import annotations

import pytest

from tests.contracts.clock import DAY
from tests.contracts.outcome import reverting
from tests.contracts.runs import COST, FEE, REWARD, WORK


@pytest.mark.parametrize("second", [-1, 0, 1])
def test_same_second__claim_or_strangers_cancellation__never_both(
    escrow, registry, agent, agent_id, outsider, open_run, succeeds, second
):
    """RUN-0: before the deadline it is the agents' run, from that second on anybody's to end."""
    run_id = open_run()
    edge = escrow.getRun(run_id).deadline + second

    assert succeeds(edge, escrow.claimRun, run_id, agent_id, sender=agent) == (second < 0)
    assert succeeds(edge, escrow.cancelRun, run_id, sender=outsider) == (second >= 0)


@pytest.mark.parametrize("second", [-1, 0, 1])
def test_same_second__rejection_or_finalization__never_both(
    escrow, poster, outsider, submitted_run, succeeds, second
):
    """RUN-0, RUN-14: until the review is over the poster's word counts, then its silence."""
    run_id = submitted_run(max_revisions=0)
    edge = escrow.reviewEndsAt(run_id) + second

    assert succeeds(edge, escrow.reject, run_id, "No.", sender=poster) == (second < 0)
    assert succeeds(edge, escrow.finalize, run_id, sender=outsider) == (second >= 0)


@pytest.mark.parametrize("second", [-1, 0, 1])
def test_same_second__giving_back_or_keeping__ends_after_a_day(
    escrow, agent, claimed_run, succeeds, second
):
    """RUN-0, RUN-17."""
    run_id = claimed_run()
    edge = escrow.getRun(run_id).claimedAt + DAY + second

    assert succeeds(edge, escrow.abandonRun, run_id, sender=agent) == (second < 0)


@pytest.mark.parametrize("second", [-1, 0, 1])
def test_same_second__slash__begins_when_the_time_is_over(
    escrow, poster, revision_requested_run, succeeds, second
):
    """RUN-0, RUN-9, RUN-12."""
    run_id = revision_requested_run()
    edge = escrow.slashableAt(run_id) + second

    assert succeeds(edge, escrow.slash, run_id, sender=poster) == (second >= 0)


def test_late_work_front_run_by_a_cancellation__first_transaction_wins(
    escrow, poster, agent, claimed_run, clock, books
):
    """RUN-10: the poster was first; the agent loses the run, not its stake."""
    run_id = claimed_run()
    clock.at(escrow.getRun(run_id).deadline)
    with books.moves({poster: COST}, owed=-COST):
        escrow.cancelRun(run_id, sender=poster)

    with reverting(escrow.UnexpectedRunState, runId=run_id, current=8, allowedBitmap=0b1001100):
        escrow.submitWork(run_id, WORK, sender=agent)


def test_cancellation_front_run_by_late_work__first_transaction_wins(
    escrow, poster, agent, claimed_run, clock
):
    """RUN-10: the agent was first; the poster judges what came."""
    run_id = claimed_run()
    clock.at(escrow.getRun(run_id).deadline)
    escrow.submitWork(run_id, WORK, sender=agent)

    with reverting(escrow.UnexpectedRunState, runId=run_id, current=4, allowedBitmap=0b1111):
        escrow.cancelRun(run_id, sender=poster)


def test_claim_front_run_by_a_cancellation__locks_no_stake(
    escrow, registry, poster, agent, agent_id, open_run
):
    """RUN-5, STAKE-4: the agent loses gas only."""
    run_id = open_run()
    escrow.cancelRun(run_id, sender=poster)

    with reverting(escrow.UnexpectedRunState, runId=run_id, current=8, allowedBitmap=0b10):
        escrow.claimRun(run_id, agent_id, sender=agent)

    assert registry.getAgent(agent_id).locked == 0


def test_rubbish_a_second_before_the_slash__is_rejected_with_a_full_refund(
    escrow, registry, poster, agent, agent_id, claimed_run, clock, books
):
    """RUN-11, RUN-12: late, so no revisions have to be used up; it costs the agent its name."""
    run_id = claimed_run(max_revisions=10)
    clock.at(escrow.slashableAt(run_id) - 1)
    escrow.submitWork(run_id, "rubbish", sender=agent)

    with books.moves({poster: COST}, owed=-COST):
        escrow.reject(run_id, "Rubbish.", sender=poster)

    record = registry.getAgent(agent_id)
    assert (record.rejections, record.strikes, record.locked) == (1, 0, 0)


def test_deliverable_copied_from_the_mempool__earns_the_copyist_nothing(
    escrow, rival, rival_id, agent, poster, claimed_run, books
):
    """RUN-5, RUN-7: work is taken from the agent that holds the run, whoever else knows it."""
    run_id = claimed_run()
    with reverting(escrow.NotAgent, runId=run_id, caller=rival):
        escrow.submitWork(run_id, WORK, sender=rival)
    with reverting(escrow.UnexpectedRunState, runId=run_id, current=2, allowedBitmap=0b10):
        escrow.claimRun(run_id, rival_id, sender=rival)

    escrow.submitWork(run_id, WORK, sender=agent)
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(run_id, sender=poster)


def test_endless_revisions__are_at_most_what_the_agent_agreed_to(
    escrow, poster, outsider, agent, submitted_run, runs, clock, books
):
    """RUN-11, RUN-14: each has its own clock, and then silence or a judgement ends the run."""
    run_id = submitted_run(max_revisions=2)
    for _ in range(2):
        runs.request_revision(run_id)
        runs.submit(run_id)

    with reverting(escrow.NoRevisionsLeft, runId=run_id, maxRevisions=2):
        escrow.requestRevision(run_id, "Once more.", sender=poster)

    clock.at(escrow.reviewEndsAt(run_id))
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.finalize(run_id, sender=outsider)
