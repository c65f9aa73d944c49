"""The RunEscrow twin: createRun, postRun, postRunWithAuthorization, fundRun, cancelRun."""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import DAY, MAX_TEXT, ONE_USDC
from agentescrow.domain.runs.run import Run, RunState
from agentescrow.domain.runs.terms import RunTerms

COST = 105 * ONE_USDC
RICH = 1_000_000 * ONE_USDC


def test_create_run__valid_terms__is_a_draft_without_money(world):
    """RUN-1, RUN-2: ids start at 1; DRAFT moves nothing."""
    terms = world.terms(review_days=9, max_revisions=1, min_status=2)
    assert world.escrow.create_run(terms, "x", sender="poster", now=world.now) == 1
    assert world.escrow.get_run(1) == Run(
        "poster", RunState.DRAFT, 100 * ONE_USDC, 5 * ONE_USDC, terms.deadline, 9, 1, min_status=2
    )
    assert (world.escrow.run_count(), world.escrow.total_owed()) == (1, 0)
    assert world.escrow.fee_on(100 * ONE_USDC) == 5 * ONE_USDC


def test_post_run__valid_terms__is_open_and_escrowed(world):
    """RUN-20: reward and fee are pulled from the poster."""
    run_id = world.post()
    assert world.escrow.get_run(run_id).state == RunState.OPEN
    assert world.balance("poster") == RICH - COST
    assert world.escrow.total_owed() == COST == world.balance("escrow")


@pytest.mark.parametrize("call", ["create_run", "post_run"])
def test_create_and_post__invalid__in_the_contracts_order(world, call):
    """RUN-2, RUN-26, RUN-27: terms, then text, then money."""
    make, now = getattr(world.escrow, call), world.now
    with world.refused("RewardOutOfRange", 0, 1, 2**48 - 1):
        make(RunTerms(0, now, 0, 11, 0), "", sender="poster", now=now)
    with world.refused("DeadlineNotInFuture", now, now):
        make(RunTerms(1, now, 0, 11, 0), "", sender="poster", now=now)
    with world.refused("MinStatusOutOfRange", 4, 1, 2):
        make(world.terms(min_status=4), "", sender="poster", now=now)
    with world.refused("EmptyIpfsHash"):
        make(world.terms(), "", sender="relayer", now=now)
    with world.refused("TextTooLong", MAX_TEXT + 1, MAX_TEXT):
        make(world.terms(), "x" * (MAX_TEXT + 1), sender="relayer", now=now)
    assert make(world.terms(), "x" * MAX_TEXT, sender="poster", now=now) == 1
    if call == "post_run":
        with world.token_refuses("balance too low"):
            make(world.terms(), "x", sender="relayer", now=now)


def test_post_run_with_authorization__signed_terms__make_the_signer_the_poster(world):
    """RUN-1, RUN-19: whoever sends it; terms and text are signed, and it works once."""
    escrow, terms, now = world.escrow, world.terms(), world.now
    signed = escrow.authorize("poster", COST, terms, "x", salt=3)
    with world.token_refuses("invalid signature"):
        escrow.post_run_with_authorization(terms, "y", signed, now=now)
    with world.token_refuses("invalid signature"):
        escrow.post_run_with_authorization(world.terms(review_days=1), "x", signed, now=now)
    with world.refused("EmptyIpfsHash"):
        escrow.post_run_with_authorization(terms, "", signed, now=now)
    with world.refused("TextTooLong", MAX_TEXT + 1, MAX_TEXT):
        escrow.post_run_with_authorization(terms, "x" * (MAX_TEXT + 1), signed, now=now)
    with world.refused("MaxRevisionsTooHigh", 11, 10):
        escrow.post_run_with_authorization(world.terms(max_revisions=11), "x", signed, now=now)
    run_id = escrow.post_run_with_authorization(terms, "x", signed, now=now)
    assert escrow.get_run(run_id).poster == "poster"
    with world.token_refuses("used or cancelled"):
        escrow.post_run_with_authorization(terms, "x", signed, now=now)
    world.assert_solvent()


@pytest.mark.parametrize(("seconds", "allowed"), [(-1, True), (0, False), (1, False)])
def test_fund_run__around_the_deadline__works_before_it(world, seconds, allowed):
    """RUN-0: before the deadline means now < deadline."""
    run_id = world.run_in(RunState.DRAFT)
    deadline = world.escrow.get_run(run_id).deadline
    world.wait(3 * DAY + seconds)
    if allowed:
        world.escrow.fund_run(run_id, sender="poster", now=world.now)
        assert world.escrow.get_run(run_id).state == RunState.OPEN
        world.assert_solvent()
    else:
        with world.refused("DeadlinePassed", run_id, deadline, world.now):
            world.escrow.fund_run(run_id, sender="poster", now=world.now)


def test_fund_run__refused__in_the_contracts_order(world):
    """RUN-26: unknown, poster, deadline, money."""
    run_id = world.escrow.create_run(world.terms(), "x", sender="relayer", now=world.now)
    with world.refused("RunUnknown", 9):
        world.escrow.fund_run(9, sender="outsider", now=world.now)
    with world.token_refuses("balance too low"):
        world.escrow.fund_run(run_id, sender="relayer", now=world.now)
    world.wait(9 * DAY)
    with world.refused("NotPoster", run_id, "outsider", "relayer"):
        world.escrow.fund_run(run_id, sender="outsider", now=world.now)


def test_cancel_run__draft__by_its_poster_even_late_without_money(world):
    """RUN-4: nothing was funded, nothing is refunded."""
    run_id = world.run_in(RunState.DRAFT)
    world.wait(30 * DAY)
    with world.refused("NotPoster", run_id, "outsider", "poster"):
        world.escrow.cancel_run(run_id, sender="outsider", now=world.now)
    world.escrow.cancel_run(run_id, sender="poster", now=world.now)
    assert world.balance("poster") == RICH


@pytest.mark.parametrize(("seconds", "anyone"), [(-1, False), (0, True), (1, True)])
def test_cancel_run__open__by_anyone_from_the_deadline_on(world, seconds, anyone):
    """RUN-0, RUN-15: the poster at any time, anyone from the deadline; refund to the poster."""
    run_id, other = world.post(), world.post()
    world.wait(3 * DAY + seconds)
    if anyone:
        world.escrow.cancel_run(run_id, sender="outsider", now=world.now)
    else:
        with world.refused("NotPoster", run_id, "outsider", "poster"):
            world.escrow.cancel_run(run_id, sender="outsider", now=world.now)
        world.escrow.cancel_run(run_id, sender="poster", now=world.now)
    world.escrow.cancel_run(other, sender="poster", now=world.now)
    assert world.balance("poster") == RICH
    world.assert_solvent()


@pytest.mark.parametrize("state", [RunState.CLAIMED, RunState.IN_PROGRESS])
@pytest.mark.parametrize(("seconds", "allowed"), [(-1, False), (0, True), (1, True)])
def test_cancel_run__claimed__by_the_poster_from_the_deadline_on(world, state, seconds, allowed):
    """RUN-10, RUN-4: full refund, lock released, no slash, no outcome."""
    run_id = world.run_in(state)
    deadline = world.escrow.get_run(run_id).deadline
    world.wait(3 * DAY + seconds)
    with world.refused("NotPoster", run_id, "outsider", "poster"):
        world.escrow.cancel_run(run_id, sender="outsider", now=world.now)
    if not allowed:
        with world.refused("BeforeDeadline", run_id, deadline, world.now):
            world.escrow.cancel_run(run_id, sender="poster", now=world.now)
        return
    world.escrow.cancel_run(run_id, sender="poster", now=world.now)
    agent = world.registry.get_agent(0)
    assert (agent.locked, agent.claims, agent.completions, agent.rejections) == (0, 1, 0, 0)
    assert world.balance("poster") == RICH
    assert world.escrow.get_run(run_id).wallet == "agent"
