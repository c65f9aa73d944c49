"""The RunEscrow twin: approve, requestRevision, reject, finalize."""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import DAY, MAX_TEXT, ONE_USDC
from agentescrow.domain.runs.run import RunState

RICH = 1_000_000 * ONE_USDC
EDGES = [(-1, False), (0, True), (1, True)]


def approve(world, run_id, sender="poster"):
    world.escrow.approve(run_id, sender=sender)


def revise(world, run_id, feedback="x", sender="poster"):
    world.escrow.request_revision(run_id, feedback, sender=sender, now=world.now)


def reject(world, run_id, reason="x", sender="poster"):
    world.escrow.reject(run_id, reason, sender=sender, now=world.now)


# approve, finalize


def test_approve__poster__pays_the_whole_reward_and_earns_the_fee(world):
    """RUN-4, RUN-22: reward to the wallet, fee accrued, lock released, one completion."""
    run_id = world.submitted()
    with world.refused("NotPoster", run_id, "agent", "poster"):
        approve(world, run_id, sender="agent")
    before = world.balance("agent")
    approve(world, run_id)
    assert world.balance("agent") == before + 100 * ONE_USDC
    assert world.escrow.accrued_fees() == 5 * ONE_USDC == world.escrow.total_owed()
    agent = world.registry.get_agent(0)
    assert (agent.locked, agent.completions, agent.rejections) == (0, 1, 0)


@pytest.mark.parametrize(("reward", "completions"), [(ONE_USDC - 1, 0), (ONE_USDC, 1), (1, 0)])
def test_approve__below_one_usdc__adds_no_completion(world, reward, completions):
    """RUN-22: cheaper ones would buy ESTABLISHED for cents."""
    approve(world, world.submitted(reward=reward))
    assert world.registry.get_agent(0).completions == completions
    world.assert_solvent()


@pytest.mark.parametrize(("reward", "rejections"), [(ONE_USDC - 1, 0), (ONE_USDC, 1), (1, 0)])
def test_reject__below_one_usdc__adds_no_rejection(world, reward, rejections):
    """RUN-22: cheaper ones would cost an agent ESTABLISHED for cents."""
    reject(world, world.submitted(reward=reward, max_revisions=0))
    assert world.registry.get_agent(0).rejections == rejections
    world.assert_solvent()


def test_approve__after_the_sale_of_the_agent__pays_the_frozen_wallet(world):
    """RUN-6, STAKE-10: the payment stays, the completion goes along."""
    run_id = world.submitted()
    world.identity.transfer(0, "outsider")
    before = world.balance("agent")
    approve(world, run_id)
    assert world.balance("agent") == before + 100 * ONE_USDC


@pytest.mark.parametrize("review_days", [1, 30])
@pytest.mark.parametrize(("seconds", "over"), EDGES)
def test_review__around_its_end__passes_from_the_poster_to_anyone(
    world, review_days, seconds, over
):
    """RUN-14, RUN-0: before it revise and reject, from it on finalize; approve always."""
    runs = [world.submitted(review_days=review_days, max_revisions=0)]
    world.registry.stake(0, 60 * ONE_USDC, sender="agent", now=world.now)
    runs += [world.submitted(review_days=review_days, max_revisions=1) for _ in range(2)]
    ends_at = world.now + review_days * DAY
    world.now = ends_at + seconds
    if over:
        with world.refused("ReviewOver", runs[0], ends_at, world.now):
            reject(world, runs[0], reason="")
        with world.refused("ReviewOver", runs[1], ends_at, world.now):
            revise(world, runs[1], feedback="")
        world.escrow.finalize(runs[0], now=world.now)
        world.escrow.finalize(runs[1], now=world.now)
        assert world.registry.get_agent(0).completions == 2
    else:
        with world.refused("ReviewNotOver", runs[0], ends_at, world.now):
            world.escrow.finalize(runs[0], now=world.now)
        reject(world, runs[0])
        revise(world, runs[1])
    approve(world, runs[2])
    world.assert_solvent()


def test_review__resubmission__starts_a_new_window(world):
    """RUN-14, RUN-23: submittedAt is the latest submission."""
    run_id = world.revised()
    world.wait(6 * DAY)
    world.submit(run_id)
    assert world.escrow.review_ends_at(run_id) == world.now + 7 * DAY


# requestRevision


def test_request_revision__revisions_left__gives_seven_days(world):
    """RUN-12: not until the deadline, which may be far."""
    run_id = world.submitted(max_revisions=1, deadline=world.now + 90 * DAY)
    world.wait(DAY)
    revise(world, run_id)
    run = world.escrow.get_run(run_id)
    assert (run.state, run.revisions) == (RunState.REVISION_REQUESTED, 1)
    assert run.revision_due_at == world.now + 7 * DAY == world.escrow.slashable_at(run_id)


def test_request_revision__refused__in_the_contracts_order(world):
    """RUN-13, RUN-11, RUN-27: poster, window, revisions, text."""
    run_id = world.submitted(max_revisions=0)
    with world.refused("NotPoster", run_id, "agent", "poster"):
        revise(world, run_id, feedback="", sender="agent")
    with world.refused("NoRevisionsLeft", run_id, 0):
        revise(world, run_id, feedback="")
    approve(world, run_id)
    other = world.submitted(max_revisions=1)
    with world.refused("EmptyFeedback", other):
        revise(world, other, feedback="")
    with world.refused("TextTooLong", MAX_TEXT + 1, MAX_TEXT):
        revise(world, other, feedback="x" * (MAX_TEXT + 1))
    revise(world, other, feedback="x" * MAX_TEXT)


# reject


def test_reject__after_the_last_revision__refunds_the_poster(world):
    """RUN-11, RUN-4: refund of reward and fee, lock released, one rejection."""
    run_id = world.submitted(max_revisions=2)
    for used in range(2):
        with world.refused("RevisionsLeft", run_id, used, 2):
            reject(world, run_id, reason="")
        revise(world, run_id)
        world.submit(run_id)
    with world.refused("NoRevisionsLeft", run_id, 2):
        revise(world, run_id)
    reject(world, run_id)
    agent = world.registry.get_agent(0)
    assert (agent.locked, agent.completions, agent.rejections, agent.strikes) == (0, 0, 1, 0)
    assert world.balance("poster") == RICH
    world.assert_solvent()


@pytest.mark.parametrize(("seconds", "late"), EDGES)
def test_reject__first_submission_around_the_deadline__late_from_it_on(world, seconds, late):
    """RUN-11, RUN-0: late work may be rejected with revisions left."""
    run_id = world.claimed()
    world.wait(3 * DAY + seconds)
    world.submit(run_id)
    if late:
        reject(world, run_id)
        assert world.escrow.get_run(run_id).state == RunState.REJECTED
    else:
        with world.refused("RevisionsLeft", run_id, 0, 1):
            reject(world, run_id)


def test_reject__late_resubmission__is_no_late_submission(world):
    """RUN-11: only the first one counts; a poster who asked for changes has accepted the time."""
    run_id = world.revised(max_revisions=3)
    world.wait(6 * DAY)
    world.submit(run_id)
    with world.refused("RevisionsLeft", run_id, 1, 3):
        reject(world, run_id)


def test_reject__refused__in_the_contracts_order(world):
    """RUN-13, RUN-27: poster, window, revisions, text."""
    run_id = world.submitted(max_revisions=0)
    with world.refused("NotPoster", run_id, "agent", "poster"):
        reject(world, run_id, reason="", sender="agent")
    with world.refused("EmptyReason", run_id):
        reject(world, run_id, reason="")
    with world.refused("TextTooLong", MAX_TEXT + 2, MAX_TEXT):
        reject(world, run_id, reason="x" * MAX_TEXT + "ö")  # bytes are counted, not letters
    reject(world, run_id, reason="x" * (MAX_TEXT - 2) + "ö")
