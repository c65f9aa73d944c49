"""The RunEscrow twin: claimRun, startRun, submitWork, abandonRun, slash."""

from __future__ import annotations

import pytest

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import DAY, MAX_TEXT, MIN_STAKE, ONE_USDC, ZERO_ADDRESS
from agentescrow.domain.runs.run import RunState
from tests.twin.run_escrow import RunEscrowTwin


def claim(world, run_id, agent_id=0, sender="agent"):
    world.escrow.claim_run(run_id, agent_id, sender=sender, now=world.now)


# claimRun


def test_claim_run__operator__locks_and_freezes_the_wallet(world):
    """RUN-5, RUN-6, STAKE-4: a later sale of the NFT does not move the payment."""
    world.identity.set_wallet(0, "wallet")
    run_id = world.post()
    claim(world, run_id, sender="wallet")
    run = world.escrow.get_run(run_id)
    assert (run.state, run.agent_id, run.wallet) == (RunState.CLAIMED, 0, "wallet")
    assert run.claimed_at == world.now
    assert world.registry.get_agent(0).locked == MIN_STAKE
    world.identity.transfer(0, "outsider")
    assert world.escrow.get_run(run_id).wallet == "wallet"


def test_claim_run__no_wallet__pays_the_owner(world):
    """RUN-6: the payout wallet is the owner where the agent has none."""
    world.identity.transfer(0, "outsider")
    run_id = world.post()
    claim(world, run_id, sender="outsider")
    assert world.escrow.get_run(run_id).wallet == "outsider"


@pytest.mark.parametrize(("seconds", "allowed"), [(-1, True), (0, False), (1, False)])
def test_claim_run__around_the_deadline__works_before_it(world, seconds, allowed):
    """RUN-0, RUN-5: and claimEligibility says the same."""
    run_id = world.post()
    world.wait(3 * DAY + seconds)
    assert world.escrow.claim_eligibility(run_id, 0, now=world.now) == (0 if allowed else 2)
    if allowed:
        claim(world, run_id)
    else:
        deadline = world.escrow.get_run(run_id).deadline
        with world.refused("DeadlinePassed", run_id, deadline, world.now):
            claim(world, run_id, agent_id=9)


def test_claim_run__refused__in_the_contracts_order(world):
    """RUN-5, RUN-26: unknown run, agent, caller, self-claim, status, stake."""
    run_id = world.post(min_status=2)
    with world.refused("RunUnknown", 0):
        claim(world, 0, agent_id=9)
    with world.refused("AgentUnknown", 9):
        claim(world, run_id, agent_id=9, sender="outsider")
    with world.refused("NotOperator", 0, "outsider"):
        claim(world, run_id, sender="outsider")
    world.identity.set_operator("agent", "poster", approved=True)
    with world.refused("SelfClaim", run_id, 0, "poster"):
        claim(world, run_id)
    world.identity.set_operator("agent", "poster", approved=False)
    with world.refused("StatusTooLow", 0, AgentStatus.PROVISIONAL, AgentStatus.ESTABLISHED):
        claim(world, run_id)
    world.claimed()
    run_id = world.post()
    with world.refused("InsufficientStake", 0, 0, MIN_STAKE):
        claim(world, run_id)


@pytest.mark.parametrize(("agent_id", "known"), [(2**32 - 1, True), (2**32, False)])
def test_claim_run__agent_id_beyond_32_bits__is_unknown(world, agent_id, known):
    """RUN-2: agent ids may be held to 32 bits; claimEligibility says the same."""
    world.identity.agents[agent_id] = world.identity.agents[0]
    world.registry.stake(agent_id, MIN_STAKE, sender="agent", now=world.now)
    run_id = world.post()
    assert world.escrow.claim_eligibility(run_id, agent_id, now=world.now) == (0 if known else 4)
    if known:
        claim(world, run_id, agent_id=agent_id)
    else:
        with world.refused("AgentUnknown", agent_id):
            claim(world, run_id, agent_id=agent_id)


def test_claim_run__hundred_usdc_staked__five_at_a_time(world):
    """STAKE-4: every open claim locks MIN_STAKE of the one-time stake."""
    world.registry.stake(0, 4 * MIN_STAKE, sender="agent", now=world.now)
    for _ in range(5):
        world.claimed()
    run_id = world.post()
    assert world.escrow.claim_eligibility(run_id, 0, now=world.now) == 1 << 7
    with world.refused("InsufficientStake", 0, 0, MIN_STAKE):
        claim(world, run_id)


def test_claim_eligibility__operator_posts__names_self_claim_and_pause(world):
    """RUN-5, RUN-26: the same checks without reverting; an unknown run reverts."""
    world.identity.approve(0, "poster")
    run_id = world.post()
    world.escrow.pause(sender="owner")
    assert world.escrow.claim_eligibility(run_id, 0, now=world.now) == 1 << 8 | 1 << 10
    assert world.escrow.claim_eligibility(run_id, 9, now=world.now) == 1 << 2 | 1 << 10
    with world.refused("RunUnknown", 9):
        world.escrow.claim_eligibility(9, 0, now=world.now)


def test_claim_run__escrow_paused__is_refused_after_its_own_checks(world):
    """RUN-18: what is wrong with the run comes first, what the registry would say does not."""
    run_id = world.post()
    world.registry.unstake(0, MIN_STAKE, "agent", sender="agent")
    world.escrow.pause(sender="owner")
    with world.refused("NotOperator", 0, "outsider"):
        claim(world, run_id, sender="outsider")
    with world.refused("EnforcedPause"):
        claim(world, run_id)
    world.escrow.unpause(sender="owner")
    with world.refused("StatusTooLow", 0, AgentStatus.UNVERIFIED, AgentStatus.PROVISIONAL):
        claim(world, run_id)


def test_claim_run__retired_escrow__is_refused_and_eligibility_says_so(world):
    """STAKE-9, RUN-5: bit 9, for whatever agent; runs that are claimed go on."""
    run_id, other = world.post(), world.submitted()
    world.registry.retire_market("escrow", sender="owner")
    assert world.escrow.claim_eligibility(run_id, 0, now=world.now) == 1 << 9 | 1 << 7
    with world.refused("MarketIsRetired", "escrow"):
        claim(world, run_id)
    world.escrow.approve(other, sender="poster")
    assert world.registry.available_stake(0) == MIN_STAKE


def test_claim_run__escrow_added_later__asks_for_the_owners_consent(world):
    """STAKE-9, RUN-5: bit 9 until the NFT's owner has allowed MIN_STAKE a claim."""
    roles = {"owner": "owner", "forwarder": "forwarder", "treasury": "treasury"}
    later = RunEscrowTwin("later escrow", world.registry, **roles)
    world.registry.add_market("later escrow", sender="owner")
    run_id = later.post_run(world.terms(), "x", sender="poster", now=world.now)
    assert later.claim_eligibility(run_id, 0, now=world.now) == 1 << 9
    world.registry.allow_market(0, "later escrow", MIN_STAKE - 1, sender="agent")
    assert later.claim_eligibility(run_id, 0, now=world.now) == 1 << 9
    with world.refused("MarketNotAllowed", 0, "later escrow", MIN_STAKE, MIN_STAKE - 1):
        later.claim_run(run_id, 0, sender="agent", now=world.now)
    world.registry.allow_market(0, "later escrow", MIN_STAKE, sender="agent")
    assert later.claim_eligibility(run_id, 0, now=world.now) == 0
    later.claim_run(run_id, 0, sender="agent", now=world.now)
    assert world.registry.locked_by("later escrow", 0) == MIN_STAKE


# The agent's calls


@pytest.mark.parametrize("call", ["start", "submit", "abandon"])
def test_agent_calls__sold_agent__old_wallet_and_new_owner_may(world, call):
    """RUN-7: the frozen wallet or a current operator; who claimed keeps no right of its own."""
    world.identity.approve(0, "approved")
    run_id = world.post()
    claim(world, run_id, sender="approved")
    world.identity.transfer(0, "buyer")
    make = {
        "start": lambda sender: world.escrow.start_run(run_id, sender=sender),
        "submit": lambda sender: world.escrow.submit_work(
            run_id, "x", sender=sender, now=world.now
        ),
        "abandon": lambda sender: world.escrow.abandon_run(run_id, sender=sender, now=world.now),
    }[call]
    for stranger in ("approved", "poster", "outsider"):
        with world.refused("NotAgent", run_id, stranger):
            make(stranger)
    make("buyer" if call == "start" else "agent")


def test_submit_work__late__is_valid_until_the_poster_acts(world):
    """RUN-8, RUN-10: straight from CLAIMED, long after every limit."""
    run_id = world.claimed()
    world.wait(80 * DAY)
    world.submit(run_id)
    run = world.escrow.get_run(run_id)
    assert (run.state, run.submitted_at) == (RunState.SUBMITTED, world.now)
    assert world.escrow.review_ends_at(run_id) == run.due_at == world.now + 7 * DAY
    assert world.escrow.slashable_at(run_id) == 0


def test_submit_work__refused__in_the_contracts_order(world):
    """RUN-13, RUN-27: agent, then text."""
    run_id = world.claimed()
    with world.refused("NotAgent", run_id, "outsider"):
        world.escrow.submit_work(run_id, "", sender="outsider", now=world.now)
    with world.refused("EmptyDeliverableURI", run_id):
        world.escrow.submit_work(run_id, "", sender="agent", now=world.now)
    too_long = "x" * (MAX_TEXT + 1)
    with world.refused("TextTooLong", MAX_TEXT + 1, MAX_TEXT):
        world.escrow.submit_work(run_id, too_long, sender="agent", now=world.now)
    world.escrow.submit_work(run_id, too_long[1:], sender="agent", now=world.now)


@pytest.mark.parametrize("state", [RunState.CLAIMED, RunState.IN_PROGRESS])
@pytest.mark.parametrize(("seconds", "allowed"), [(-1, True), (0, False), (1, False)])
def test_abandon_run__around_one_day__works_before_it(world, state, seconds, allowed):
    """RUN-17, RUN-23: lock released, agent, wallet and claim time cleared, the claim counted."""
    run_id = world.run_in(state)
    ends_at = world.now + DAY
    world.wait(DAY + seconds)
    if not allowed:
        with world.refused("AbandonWindowOver", run_id, ends_at, world.now):
            world.escrow.abandon_run(run_id, sender="agent", now=world.now)
        return
    world.escrow.abandon_run(run_id, sender="agent", now=world.now)
    run = world.escrow.get_run(run_id)
    assert (run.state, run.agent_id, run.wallet) == (RunState.OPEN, 0, ZERO_ADDRESS)
    assert (run.claimed_at, run.due_at, run.abandoned) == (0, 0, True)
    agent = world.registry.get_agent(0)
    assert (agent.locked, agent.claims, agent.completions, agent.rejections) == (0, 1, 0, 0)


def test_abandon_run__second_time_in_the_runs_life__is_refused(world):
    """RUN-17: two agents of one owner cannot hand a run to each other for ever."""
    run_id = world.claimed()
    world.escrow.abandon_run(run_id, sender="agent", now=world.now)
    world.claim(run_id)
    with world.refused("AlreadyAbandoned", run_id):
        world.escrow.abandon_run(run_id, sender="agent", now=world.now)
    world.wait(DAY)
    with world.refused("AbandonWindowOver", run_id, world.now, world.now):
        world.escrow.abandon_run(run_id, sender="agent", now=world.now)


# slash


@pytest.mark.parametrize("state", [RunState.CLAIMED, RunState.IN_PROGRESS])
@pytest.mark.parametrize("deadline_after", [3 * DAY, 7 * DAY, 10 * DAY])
@pytest.mark.parametrize(("seconds", "allowed"), [(-1, False), (0, True), (1, True)])
def test_slash__around_the_time__works_from_it_on(world, state, deadline_after, seconds, allowed):
    """RUN-9: max(claimedAt + 7 days, deadline); refund, penalty, strike."""
    start = world.now
    run_id = world.claimed(deadline=start + deadline_after)
    if state == RunState.IN_PROGRESS:
        world.escrow.start_run(run_id, sender="agent")
    slashable_at = start + max(7 * DAY, deadline_after)
    assert world.escrow.slashable_at(run_id) == slashable_at
    world.now = slashable_at + seconds
    with world.refused("NotPoster", run_id, "outsider", "poster"):
        world.escrow.slash(run_id, sender="outsider", now=world.now)
    if not allowed:
        with world.refused("NotOverdue", run_id, slashable_at, world.now):
            world.escrow.slash(run_id, sender="poster", now=world.now)
        return
    world.escrow.slash(run_id, sender="poster", now=world.now)
    assert world.balance("poster") == 1_000_000 * ONE_USDC + MIN_STAKE
    assert world.registry.status_of(0, now=world.now) == AgentStatus.FROZEN
    assert world.escrow.get_run(run_id).wallet == "agent"
    world.assert_solvent()


@pytest.mark.parametrize("deadline_after", [3 * DAY, 30 * DAY])
@pytest.mark.parametrize(("seconds", "allowed"), [(-1, False), (0, True), (1, True)])
def test_slash__revision_not_resubmitted__is_a_timeout_too(world, deadline_after, seconds, allowed):
    """RUN-12: 7 days after the request, be the deadline before or long after it."""
    start = world.now
    run_id = world.claimed(deadline=start + deadline_after)
    world.wait(2 * DAY)
    world.submit(run_id)
    world.wait(DAY)
    world.escrow.request_revision(run_id, "x", sender="poster", now=world.now)
    slashable_at = world.now + 7 * DAY
    assert world.escrow.get_run(run_id).due_at == slashable_at
    world.now = slashable_at + seconds
    if allowed:
        world.escrow.slash(run_id, sender="poster", now=world.now)
        world.assert_solvent()
    else:
        with world.refused("NotOverdue", run_id, slashable_at, world.now):
            world.escrow.slash(run_id, sender="poster", now=world.now)
        world.submit(run_id)


@pytest.mark.parametrize(
    ("reward", "penalty"),
    [
        (ONE_USDC, 1_050_000),
        (19_047_618, 19_999_999),
        (19_047_619, MIN_STAKE),
        (MIN_STAKE, MIN_STAKE),
    ],
)
def test_slash__penalty__is_capped_at_reward_and_fee(world, reward, penalty):
    """STAKE-8: a 1 USDC bait run cannot earn 20 USDC; the rest is the agent's again."""
    run_id = world.claimed(reward=reward)
    world.wait(7 * DAY)
    world.escrow.slash(run_id, sender="poster", now=world.now)
    assert world.balance("poster") == 1_000_000 * ONE_USDC + penalty
    assert world.registry.available_stake(0) == MIN_STAKE - penalty
    assert world.balance("treasury") == 0
    world.assert_solvent()


def test_slash__poster_blacklisted__is_credited_by_both_vaults(world):
    """RUN-16: refund and penalty wait for the poster."""
    run_id = world.claimed()
    world.wait(7 * DAY)
    world.token.blacklisted.add("poster")
    world.escrow.slash(run_id, sender="poster", now=world.now)
    assert world.escrow.credit_of("poster") == 105 * ONE_USDC
    assert world.registry.credit_of("poster") == MIN_STAKE
    world.assert_solvent()
