"""The highest and lowest values: of terms, of an agent's record, of amounts and times."""

from __future__ import annotations

import pytest

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import (
    CLAIMS_MAX,
    COMPLETIONS_MAX,
    DAY,
    DEADLINE_MAX_AHEAD,
    ESTABLISHED_AFTER,
    MAX_REVISIONS_MAX,
    MIN_STAKE,
    REJECTIONS_MAX,
    REVIEW_DAYS_MAX,
    REWARD_MAX,
    STAKE_MAX,
    STRIKES_MAX,
)
from agentescrow.domain.run import RunState
from tests.in_process import record_slot
from tests.in_process.refusal import refused
from tests.in_process.system import COST, FEE, IPFS, REWARD
from tests.stateful import people


def _agent(system, agent_id=None) -> tuple:
    return system.registry.view("getAgent", system.agent_id if agent_id is None else agent_id)


def test_terms__highest__are_kept_beside_each_other(system):
    """RUN-2: each field has room for its highest value, through the whole life of a run."""
    escrow, chain = system.escrow, system.chain
    record_slot.write(
        system.registry, system.agent_id, staked=4 * MIN_STAKE, stakedAt=1, completions=5
    )
    chain.next_timestamp = now = chain.now + 10
    deadline = now + DEADLINE_MAX_AHEAD
    terms = (REWARD_MAX, deadline, REVIEW_DAYS_MAX, MAX_REVISIONS_MAX, 2)
    receipt = escrow.send(people.poster, "postRun", terms, IPFS)
    fee = -(-REWARD_MAX // 20)
    [created] = receipt.named("RunCreated")
    assert tuple(created.args.values()) == (
        1,
        people.poster.address,
        REWARD_MAX,
        fee,
        deadline,
        REVIEW_DAYS_MAX,
        MAX_REVISIONS_MAX,
        2,
        IPFS,
    )
    claimed_at = escrow.send(people.agent_owner, "claimRun", 1, system.agent_id).timestamp
    submitted_at = escrow.send(people.agent_owner, "submitWork", 1, IPFS).timestamp
    ends_at = submitted_at + REVIEW_DAYS_MAX * DAY

    assert escrow.view("getRun", 1) == (
        people.poster.address,
        RunState.SUBMITTED,
        REWARD_MAX,
        fee,
        deadline,
        REVIEW_DAYS_MAX,
        MAX_REVISIONS_MAX,
        0,
        2,
        system.agent_id,
        people.agent_owner.address,
        claimed_at,
        submitted_at,
        ends_at,
    )
    assert escrow.view("reviewEndsAt", 1) == ends_at
    chain.next_timestamp = ends_at - 1
    with refused("ReviewNotOver", runId=1, reviewEndsAt=ends_at, timestamp=ends_at - 1):
        escrow.send(people.outsider, "finalize", 1)
    chain.next_timestamp = ends_at
    escrow.send(people.outsider, "finalize", 1)
    assert escrow.view("accruedFees") == escrow.view("totalOwed") == fee
    assert _agent(system)[4] == 6


@pytest.mark.parametrize(
    ("changed", "error", "values"),
    [
        ({"reward": 0}, "RewardOutOfRange", {"reward": 0, "lowest": 1, "highest": REWARD_MAX}),
        (
            {"reward": REWARD_MAX + 1},
            "RewardOutOfRange",
            {"reward": REWARD_MAX + 1, "lowest": 1, "highest": REWARD_MAX},
        ),
        (
            {"review_days": 0},
            "ReviewDaysOutOfRange",
            {"reviewDays": 0, "lowest": 1, "highest": 30},
        ),
        (
            {"review_days": 31},
            "ReviewDaysOutOfRange",
            {"reviewDays": 31, "lowest": 1, "highest": 30},
        ),
        ({"max_revisions": 11}, "MaxRevisionsTooHigh", {"maxRevisions": 11, "highest": 10}),
        ({"min_status": 0}, "MinStatusOutOfRange", {"minStatus": 0, "lowest": 1, "highest": 2}),
        ({"min_status": 3}, "MinStatusOutOfRange", {"minStatus": 3, "lowest": 1, "highest": 2}),
    ],
)
@pytest.mark.parametrize("function", ["createRun", "postRun"])
def test_terms__out_of_range__revert(system, function, changed, error, values):
    """RUN-2."""
    with refused(error, **values):
        system.escrow.send(people.poster, function, system.terms(**changed), IPFS)


def test_deadline__only_ahead_and_not_too_far(system):
    """RUN-2."""
    now = system.chain.now + 10
    latest = now + DEADLINE_MAX_AHEAD
    refusals = {
        now: ("DeadlineNotInFuture", {"deadline": now, "timestamp": now}),
        now - 1: ("DeadlineNotInFuture", {"deadline": now - 1, "timestamp": now}),
        latest + 1: ("DeadlineTooFar", {"deadline": latest + 1, "latest": latest}),
    }
    for deadline, (error, values) in refusals.items():
        system.chain.next_timestamp = now
        with refused(error, **values):
            system.escrow.send(people.poster, "createRun", system.terms(deadline=deadline), IPFS)
    for deadline in (now + 1, latest):
        before = system.chain.snapshot()
        system.chain.next_timestamp = now
        system.draft(deadline=deadline)
        system.chain.revert(before)
    with refused("EmptyIpfsHash"):
        system.escrow.send(people.poster, "createRun", system.terms(), "")


@pytest.mark.parametrize(
    ("reward", "fee"), [(1, 1), (19, 1), (20, 1), (21, 2), (REWARD, FEE), (REWARD_MAX, None)]
)
def test_fee__rounded_up(system, reward, fee):
    """RUN-3: no run is free of it."""
    assert system.escrow.view("feeOn", reward) == (fee or -(-reward // 20))


def test_counters__at_their_highest__stay_there(system):
    """STAKE-10: a full counter blocks no lock, release or slash, and spills into no other."""
    registry, market, agent_id = system.registry, people.second_market, system.agent_id
    full = {
        "claims": CLAIMS_MAX,
        "completions": COMPLETIONS_MAX,
        "rejections": REJECTIONS_MAX,
        "strikes": STRIKES_MAX,
    }
    # Banned agents cannot be locked, so strikes are filled last.
    record_slot.write(registry, agent_id, staked=4 * MIN_STAKE, **full | {"strikes": 2})
    registry.send(market, "lock", agent_id, 10, 1)
    registry.send(market, "release", agent_id, 1, 1)
    registry.send(market, "release", agent_id, 1, 2)
    assert _agent(system) == (
        4 * MIN_STAKE, 8, 0, CLAIMS_MAX, COMPLETIONS_MAX, REJECTIONS_MAX, 2, False
    )  # fmt: skip
    registry.send(market, "slash", agent_id, 8, people.poster, 8)
    assert _agent(system)[3:] == (CLAIMS_MAX, COMPLETIONS_MAX, REJECTIONS_MAX, 3, True)


def test_counters__one_below_their_highest__get_there(system):
    """STAKE-10."""
    registry, market, agent_id = system.registry, people.second_market, system.agent_id
    record_slot.write(
        registry,
        agent_id,
        staked=4 * MIN_STAKE,
        claims=CLAIMS_MAX - 1,
        completions=COMPLETIONS_MAX - 1,
        rejections=REJECTIONS_MAX - 1,
    )

    registry.send(market, "lock", agent_id, 10, 1)
    registry.send(market, "release", agent_id, 1, 1)
    registry.send(market, "release", agent_id, 1, 2)

    assert _agent(system)[3:] == (CLAIMS_MAX, COMPLETIONS_MAX, REJECTIONS_MAX, 0, False)


@pytest.mark.parametrize(
    ("before", "after"), [(STRIKES_MAX, STRIKES_MAX), (STRIKES_MAX - 1, STRIKES_MAX), (0, 1)]
)
def test_strikes__end_at_their_highest(system, before, after):
    """STAKE-10: a lock made before the last strikes can still be slashed."""
    registry, market, agent_id = system.registry, people.second_market, system.agent_id
    registry.send(market, "lock", agent_id, 10, 1)
    slot_of_locks = {"staked": 4 * MIN_STAKE, "lockedByOthers": 10, "strikes": before}
    record_slot.write(registry, agent_id, **slot_of_locks)

    receipt = registry.send(market, "slash", agent_id, 10, people.poster, 10)

    [slashed] = receipt.named("StakeSlashed")
    assert slashed.args["strikes"] == after
    assert _agent(system)[6:] == (after, True)


def test_status__boundaries(system):
    """STAKE-5: each condition at its limit."""
    registry, agent_id, now = system.registry, system.agent_id, system.chain.now
    long_ago = now - ESTABLISHED_AFTER
    good = {"staked": MIN_STAKE, "stakedAt": long_ago, "completions": 5, "rejections": 4}
    expected = [
        (good, AgentStatus.ESTABLISHED),
        (good | {"stakedAt": long_ago + 1}, AgentStatus.PROVISIONAL),
        (good | {"completions": 4, "rejections": 0}, AgentStatus.PROVISIONAL),
        (good | {"rejections": 5}, AgentStatus.PROVISIONAL),
        (good | {"completions": 6, "rejections": 5}, AgentStatus.ESTABLISHED),
        (good | {"staked": MIN_STAKE - 1}, AgentStatus.UNVERIFIED),
        (good | {"frozen": 1}, AgentStatus.FROZEN),
        (good | {"strikes": 2}, AgentStatus.ESTABLISHED),
        (good | {"strikes": 3}, AgentStatus.BANNED),
        (good | {"strikes": 3, "frozen": 1}, AgentStatus.BANNED),
        (good | {"strikes": 4}, AgentStatus.BANNED),
    ]
    for fields, status in expected:
        record_slot.write(registry, agent_id, **fields)
        assert registry.view("statusOf", agent_id) == status, fields


@pytest.mark.parametrize("minimum", [0, 1])
def test_stake__room_and_ban(system, minimum):
    """STAKE-1, STAKE-5."""
    registry, agent_id = system.registry, system.agent_id
    staked = STAKE_MAX - 5 - minimum
    record_slot.write(registry, agent_id, staked=staked)
    room = 5 + minimum

    with refused("StakeTooLarge", amount=room + 1, limit=room):
        registry.send(people.agent_owner, "stake", agent_id, room + 1)
    registry.send(people.agent_owner, "stake", agent_id, room)
    assert _agent(system)[0] == STAKE_MAX
    with refused("StakeTooLarge", amount=1, limit=0):
        registry.send(people.agent_owner, "stake", agent_id, 1)
    record_slot.write(registry, agent_id, staked=7, strikes=3)
    with refused("AgentIsBanned", agentId=agent_id, strikes=3):
        registry.send(people.agent_owner, "stake", agent_id, 1)
    with refused("ZeroAmount"):
        registry.send(people.agent_owner, "stake", agent_id, 0)


@pytest.mark.parametrize(
    ("staked", "frozen", "amount", "restarts", "thaws"),
    [
        (1, 0, MIN_STAKE - 2, False, False),
        (1, 0, MIN_STAKE, True, False),
        (1, 0, MIN_STAKE - 1, True, False),
        (MIN_STAKE - 1, 0, 1, True, False),
        (MIN_STAKE, 0, MIN_STAKE, False, False),
        (MIN_STAKE, 1, MIN_STAKE, True, True),
        (MIN_STAKE, 1, MIN_STAKE - 1, False, False),
        (1, 1, MIN_STAKE, True, True),
    ],
)
def test_stake__reaching_the_minimum__starts_the_clock(
    system, staked, frozen, amount, restarts, thaws
):
    """STAKE-6, STAKE-7."""
    registry, agent_id = system.registry, system.agent_id
    record_slot.write(registry, agent_id, staked=staked, stakedAt=5, frozen=frozen)
    receipt = registry.send(people.agent_owner, "stake", agent_id, amount)
    agent = _agent(system)
    assert agent[2] == (receipt.timestamp if restarts else 5)
    assert agent[7] == (bool(frozen) and not thaws)


def test_unstake__below_the_minimum__stops_the_clock(system):
    """STAKE-7."""
    registry, agent_id = system.registry, system.agent_id
    record_slot.write(registry, agent_id, staked=MIN_STAKE + 1, stakedAt=5)

    registry.send(people.agent_owner, "unstake", agent_id, 1, people.agent_owner)
    assert _agent(system)[:3] == (MIN_STAKE, 0, 5)
    receipt = registry.send(people.agent_owner, "unstake", agent_id, 1, people.safe_place)
    assert _agent(system)[:3] == (MIN_STAKE - 1, 0, 0)
    assert system.balance(people.safe_place) == 1
    [unstaked] = receipt.named("Unstaked")
    assert tuple(unstaked.args.values()) == (agent_id, people.safe_place.address, 1)
    with refused(
        "InsufficientStake", agentId=agent_id, available=MIN_STAKE - 1, required=MIN_STAKE
    ):
        registry.send(people.agent_owner, "unstake", agent_id, MIN_STAKE, people.agent_owner)


@pytest.mark.parametrize("reward", [1, 19_047_618, 19_047_619, 19_047_620, REWARD])
def test_slash__compensation__is_the_refund_up_to_the_lock(system, reward):
    """STAKE-8, RUN-10."""
    run_id = system.claimed(reward=reward)
    refund = reward - (-reward // 20)
    compensation = min(MIN_STAKE, refund)
    due = system.escrow.view("slashableAt", run_id)
    before = system.balance(people.poster)
    system.chain.next_timestamp = due - 1
    with refused("NotOverdue", runId=run_id, slashableAt=due, timestamp=due - 1):
        system.escrow.send(people.poster, "slash", run_id)
    system.chain.next_timestamp = due

    receipt = system.escrow.send(people.poster, "slash", run_id)

    [slashed] = receipt.named("RunSlashed")
    assert tuple(slashed.args.values()) == (run_id, system.agent_id, refund, compensation)
    assert system.balance(people.poster) - before == refund + compensation
    assert system.balance(people.treasury) == MIN_STAKE - compensation


@pytest.mark.parametrize(("reward", "completions"), [(999_999, 0), (1_000_000, 1)])
def test_approve__cheap_run__is_no_completion(system, reward, completions):
    """RUN-22."""
    system.approved(reward=reward)

    assert _agent(system)[4] == completions


def test_sweep_fees__all_of_them_once(system):
    """RUN-24."""
    system.approved()

    receipt = system.escrow.send(people.outsider, "sweepFees")

    assert [tuple(event.args.values()) for event in receipt.named("FeesSwept")] == [
        (people.treasury.address, FEE)
    ]
    assert system.balance(people.treasury) == FEE
    assert system.escrow.view("totalOwed") == system.escrow.view("accruedFees") == 0
    with refused("NoFees"):
        system.escrow.send(people.outsider, "sweepFees")


@pytest.mark.parametrize("compensation", [0, 5])
def test_slash__nothing_for_one_of_the_two__asks_the_token_for_nothing(refusing, compensation):
    """STAKE-8, RUN-16: no transfer of zero, which a token could refuse, and no credit of zero."""
    registry, market = refusing.registry, people.second_market
    registry.send(market, "lock", refusing.agent_id, 5, 1)
    refusing.token.send(people.owner, "refuse", registry.address)

    receipt = registry.send(market, "slash", refusing.agent_id, 5, people.poster, compensation)

    payee = people.poster if compensation else people.treasury
    assert [tuple(event.args.values()) for event in receipt.named("Credited")] == [
        (payee.address, 5)
    ]


def test_cancel__draft__asks_the_token_for_nothing(system):
    """RUN-13: nothing was paid."""
    run_id = system.draft()

    receipt = system.escrow.send(people.poster, "cancelRun", run_id)

    assert [event.name for event in receipt.events] == ["RunCancelled"]


def test_credit__of_a_refused_payout__is_withdrawn_where_it_is_safe(refusing):
    """RUN-16, RUN-26: false is no payment."""
    escrow, agent = refusing.escrow, people.agent_owner
    first, second = refusing.submitted(), refusing.submitted()
    refusing.token.send(people.owner, "refuse", escrow.address)
    for run_id in (first, second):
        escrow.send(people.poster, "approve", run_id)
    assert escrow.view("creditOf", agent) == 2 * REWARD
    assert escrow.view("totalOwed") == refusing.balance(escrow) == 2 * COST
    with refused("SafeERC20FailedOperation", token=refusing.token):
        escrow.send(agent, "withdrawCredit", agent)
    with refused("SafeERC20FailedOperation", token=refusing.token):
        escrow.send(people.outsider, "sweepFees")
    refusing.token.send(people.owner, "refuse", people.outsider.address)
    with refused("InvalidRecipient", to=refusing.registry):
        escrow.send(agent, "withdrawCredit", refusing.registry)
    with refused("NoCredit", account=people.outsider):
        escrow.send(people.outsider, "withdrawCredit", people.outsider)

    receipt = escrow.send(agent, "withdrawCredit", people.safe_place)

    assert [tuple(event.args.values()) for event in receipt.named("CreditWithdrawn")] == [
        (agent.address, people.safe_place.address, 2 * REWARD)
    ]
    assert refusing.balance(people.safe_place) == 2 * REWARD
    assert escrow.view("creditOf", agent) == 0
    assert escrow.view("totalOwed") == refusing.balance(escrow) == 2 * FEE
