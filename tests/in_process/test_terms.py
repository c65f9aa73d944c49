"""Terms of a run: the highest of each, beside each other, and what is out of range."""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import (
    DAY,
    DEADLINE_MAX_AHEAD,
    MAX_REVISIONS_MAX,
    MIN_STAKE,
    REVIEW_DAYS_MAX,
    REWARD_MAX,
)
from agentescrow.domain.runs.run import RunState
from tests.in_process import record_slot
from tests.in_process.refusal import refused
from tests.in_process.system import FEE, IPFS, REWARD
from tests.stateful import people


def _agent(system) -> tuple:
    return system.registry.view("getAgent", system.agent_id)


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
        False,
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
