"""An agent's record: full counters, the ladder at its limits, the least and the most staked."""

from __future__ import annotations

import pytest

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import (
    CLAIMS_MAX,
    COMPLETIONS_MAX,
    ESTABLISHED_AFTER,
    MIN_STAKE,
    REJECTIONS_MAX,
    STAKE_MAX,
    STRIKES_MAX,
)
from agentescrow.domain.runs.eligibility import Ineligibility
from tests.in_process import record_slot
from tests.in_process.refusal import refused
from tests.stateful import people


def _agent(system) -> tuple:
    return system.registry.view("getAgent", system.agent_id)


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
    registry.send(market, "slash", agent_id, 8, 8, people.poster, True)
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

    receipt = registry.send(market, "slash", agent_id, 10, 10, people.poster, True)

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
    assert registry.view("availableStake", agent_id) == STAKE_MAX
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


def test_claim_eligibility__every_reason_of_the_agent(system):
    """RUN-5: one reason of its standing, and another of its stake."""
    good = {"staked": 4 * MIN_STAKE, "stakedAt": 1, "completions": 5}
    run_id, demanding = system.open(), system.open(min_status=2)
    few = Ineligibility.INSUFFICIENT_STAKE
    expected = [
        (good, Ineligibility(0), Ineligibility(0)),
        (good | {"completions": 4}, Ineligibility(0), Ineligibility.STATUS_TOO_LOW),
        (good | {"frozen": 1}, *[Ineligibility.AGENT_FROZEN] * 2),
        (good | {"strikes": 3}, *[Ineligibility.AGENT_BANNED] * 2),
        (good | {"staked": MIN_STAKE}, Ineligibility(0), Ineligibility(0)),
        (good | {"staked": MIN_STAKE - 1}, *[Ineligibility.AGENT_UNVERIFIED | few] * 2),
        (good | {"lockedByOthers": 3 * MIN_STAKE}, Ineligibility(0), Ineligibility(0)),
        (good | {"lockedByOthers": 3 * MIN_STAKE + 1}, few, few),
    ]
    for fields, of_run, of_demanding in expected:
        record_slot.write(system.registry, system.agent_id, **fields)
        answers = [
            system.escrow.view("claimEligibility", run, system.agent_id)
            for run in (run_id, demanding)
        ]
        assert answers == [of_run, of_demanding], fields
