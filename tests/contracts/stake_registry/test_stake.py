"""stake(agentId, amount).

when the amount is zero
    it should revert with ZeroAmount
when the agent is not registered
    it should revert with AgentUnknown
when the identity registry does not answer
    it should revert with AgentUnknown (reverts; has no code; answers with nonsense)
given a banned agent
    it should revert with AgentIsBanned
when the amount is more than the record holds
    it should revert with StakeTooLarge (more than 48 bits at once; one more than the room left)
    it should take exactly the room left
when USDC refuses
    it should revert and change nothing (no allowance; no balance; payer blacklisted; paused)
otherwise
    it should pull the amount, add it, emit Staked, and owe it
    it should do so for an agent of somebody else's, for agent 0, and for the smallest amount
given less than the minimum is staked
    when the sum stays below
        it should leave the clock unset
    when the sum reaches the minimum
        it should set the clock
given the minimum is staked
    it should keep the clock on a top-up
given the stake fell below the minimum and is topped up again
    it should restart the clock
given a frozen agent
    when the deposit is the minimum
        it should unfreeze and restart the clock
    when the deposit is one less
        it should stay frozen, whatever the sum
    it should keep the counters
"""

from __future__ import annotations

import ape
import pytest

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import DAY, MIN_STAKE, ONE_USDC, STAKE_MAX
from localnet.host import Web3Host
from tests.contracts.outcome import emitted, reverting

UNKNOWN_ID = 2**31


def test_stake__zero__reverts(registry, agent, newcomer_id):
    """RUN-26."""
    with reverting(registry.ZeroAmount):
        registry.stake(newcomer_id, 0, sender=agent)


def test_stake__unknown_agent__reverts(registry, agent):
    """STAKE-1, RUN-26."""
    with reverting(registry.AgentUnknown, agentId=UNKNOWN_ID):
        registry.stake(UNKNOWN_ID, MIN_STAKE, sender=agent)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("5f5ffd", id="reverts"),
        pytest.param("", id="has_no_code"),
        pytest.param("5f195f5260205ff3", id="answers_with_more_than_an_address"),
        pytest.param("60205ff3", id="answers_zero"),
        pytest.param("60015f5260015ff3", id="answers_less_than_a_word"),
    ],
)
def test_stake__identity_registry_fails__counts_as_unknown(registry, agent, agent_id, w3, code):
    """STAKE-1: the registry of others is never trusted to answer."""
    Web3Host(w3).set_code(registry.identities(), bytes.fromhex(code))

    with reverting(registry.AgentUnknown, agentId=agent_id):
        registry.stake(agent_id, MIN_STAKE, sender=agent)


def test_stake__banned__reverts(registry, agent, slashed):
    """STAKE-6."""
    banned = slashed(3)

    with reverting(registry.AgentIsBanned, agentId=banned, strikes=3):
        registry.stake(banned, MIN_STAKE, sender=agent)


@pytest.mark.parametrize("amount", [STAKE_MAX + 1, 2**64 + 1, 2**256 - 1])
def test_stake__more_than_48_bits__reverts(registry, agent, newcomer_id, amount):
    with reverting(registry.StakeTooLarge, amount=amount, limit=STAKE_MAX):
        registry.stake(newcomer_id, amount, sender=agent)


def test_stake__one_more_than_the_room_left__reverts(registry, agent, agent_id):
    room = STAKE_MAX - MIN_STAKE

    with reverting(registry.StakeTooLarge, amount=room + 1, limit=room):
        registry.stake(agent_id, room + 1, sender=agent)


def test_stake__all_the_room_left__is_taken(registry, agent, agent_id, fund, ledger):
    room = STAKE_MAX - MIN_STAKE
    fund(agent, room)

    with ledger.moves({agent: -room, registry: room}):
        registry.stake(agent_id, room, sender=agent)

    assert registry.getAgent(agent_id).staked == registry.totalOwed() == STAKE_MAX


def test_stake__without_allowance__reverts(registry, usdc, outsider, agent_id, fund):
    fund(outsider, MIN_STAKE)
    usdc.approve(registry, MIN_STAKE - 1, sender=outsider)

    with ape.reverts("ERC20: transfer amount exceeds allowance"):
        registry.stake(agent_id, MIN_STAKE, sender=outsider)


def test_stake__without_balance__reverts(registry, usdc, relayer, agent_id):
    usdc.approve(registry, MIN_STAKE, sender=relayer)

    with ape.reverts("ERC20: transfer amount exceeds balance"):
        registry.stake(agent_id, MIN_STAKE, sender=relayer)


def test_stake__blacklisted_payer__reverts_and_changes_nothing(
    registry, agent, agent_id, blacklist, ledger
):
    before = registry.getAgent(agent_id)
    blacklist(agent)

    with ledger.moves(), ape.reverts("Blacklistable: account is blacklisted"):
        registry.stake(agent_id, MIN_STAKE, sender=agent)

    assert registry.getAgent(agent_id) == before
    assert registry.totalOwed() == MIN_STAKE


def test_stake__paused_usdc__reverts(registry, agent, agent_id, pause_usdc):
    pause_usdc()

    with ape.reverts("Pausable: paused"):
        registry.stake(agent_id, MIN_STAKE, sender=agent)


def test_stake__own_agent__pulls_adds_emits_and_owes(
    registry, agent, newcomer_id, ledger, agent_id
):
    """STAKE-1, STAKE-7, RUN-20."""
    with ledger.moves({agent: -25 * ONE_USDC, registry: 25 * ONE_USDC}):
        tx = registry.stake(newcomer_id, 25 * ONE_USDC, sender=agent)

    assert emitted(tx, registry) == [("Staked", newcomer_id, agent, 25 * ONE_USDC)]
    assert tuple(registry.getAgent(newcomer_id)) == (
        25 * ONE_USDC,
        0,
        tx.timestamp,
        0,
        0,
        0,
        0,
        False,
    )
    assert registry.totalOwed() == 45 * ONE_USDC


@pytest.mark.parametrize("whose", ["agent_id", "zero"])
def test_stake__agent_of_somebody_else__adds_to_it(
    registry, usdc, outsider, agent_id, fund, ledger, whose
):
    """STAKE-1: anybody may, and agent 0 is an agent like any other."""
    identifier = agent_id if whose == "agent_id" else 0
    before = registry.getAgent(identifier).staked
    fund(outsider, 1)
    usdc.approve(registry, 1, sender=outsider)

    with ledger.moves({outsider: -1, registry: 1}):
        tx = registry.stake(identifier, 1, sender=outsider)

    assert emitted(tx, registry) == [("Staked", identifier, outsider, 1)]
    assert registry.getAgent(identifier).staked == before + 1


def test_stake__below_the_minimum__leaves_the_clock_unset(registry, agent, newcomer_id, agent_id):
    """STAKE-7, STAKE-5."""
    registry.stake(newcomer_id, MIN_STAKE - 1, sender=agent)

    assert registry.getAgent(newcomer_id).stakedAt == 0
    assert registry.statusOf(newcomer_id) == AgentStatus.UNVERIFIED


def test_stake__last_unit_to_the_minimum__sets_the_clock(registry, agent, newcomer_id, agent_id):
    """STAKE-7, STAKE-5."""
    registry.stake(newcomer_id, MIN_STAKE - 1, sender=agent)
    tx = registry.stake(newcomer_id, 1, sender=agent)

    assert registry.getAgent(newcomer_id).stakedAt == tx.timestamp
    assert registry.statusOf(newcomer_id) == AgentStatus.PROVISIONAL


def test_stake__top_up__keeps_the_clock(registry, agent, agent_id, clock):
    """STAKE-7."""
    since = registry.getAgent(agent_id).stakedAt
    clock.at(since + DAY)

    registry.stake(agent_id, 5 * MIN_STAKE, sender=agent)

    assert registry.getAgent(agent_id).stakedAt == since


def test_stake__dust_from_a_stranger__neither_restarts_nor_locks_anything(
    registry, usdc, outsider, agent, agent_id, fund
):
    """STAKE-7: staking for others only adds (threat: griefing by third-party staking)."""
    before = registry.getAgent(agent_id)
    fund(outsider, 1)
    usdc.approve(registry, 1, sender=outsider)

    registry.stake(agent_id, 1, sender=outsider)

    assert registry.getAgent(agent_id).stakedAt == before.stakedAt
    registry.unstake(agent_id, MIN_STAKE + 1, agent, sender=agent)


def test_stake__after_it_fell_below__restarts_the_clock(registry, agent, agent_id, clock):
    """STAKE-7."""
    registry.unstake(agent_id, 1, agent, sender=agent)
    clock.at(clock.now() + DAY)

    tx = registry.stake(agent_id, 1, sender=agent)

    assert registry.getAgent(agent_id).stakedAt == tx.timestamp


def test_stake__minimum_while_frozen__unfreezes_and_restarts_the_clock(
    registry, agent, slashed, clock
):
    """STAKE-6."""
    frozen = slashed()
    clock.at(clock.now() + DAY)

    tx = registry.stake(frozen, MIN_STAKE, sender=agent)

    after = registry.getAgent(frozen)
    assert (after.frozen, after.stakedAt, after.strikes) == (False, tx.timestamp, 1)
    assert registry.statusOf(frozen) == AgentStatus.PROVISIONAL


def test_stake__minimum_while_frozen_with_more_staked__restarts_the_clock(
    registry, agent, locked, market, poster, clock
):
    """STAKE-6: the clock restarts although the stake never fell below the minimum."""
    frozen = locked(staked=3 * MIN_STAKE)
    registry.slash(frozen, MIN_STAKE, MIN_STAKE, poster, True, sender=market)
    assert registry.statusOf(frozen) == AgentStatus.FROZEN
    clock.at(clock.now() + DAY)

    tx = registry.stake(frozen, MIN_STAKE, sender=agent)

    assert registry.getAgent(frozen).stakedAt == tx.timestamp
    assert registry.statusOf(frozen) == AgentStatus.PROVISIONAL


def test_stake__one_less_than_the_minimum_while_frozen__stays_frozen(registry, agent, slashed):
    """STAKE-6: no sum of smaller deposits is a re-stake."""
    frozen = slashed()

    registry.stake(frozen, MIN_STAKE - 1, sender=agent)
    tx = registry.stake(frozen, MIN_STAKE - 1, sender=agent)

    after = registry.getAgent(frozen)
    assert (after.staked, after.stakedAt, after.frozen) == (2 * MIN_STAKE - 2, tx.timestamp, True)
    assert registry.statusOf(frozen) == AgentStatus.FROZEN


def test_stake__while_frozen__keeps_the_counters(registry, agent, locked, market, poster):
    """STAKE-6."""
    identifier = locked()
    registry.release(identifier, MIN_STAKE, 1, sender=market)
    locked()
    registry.release(identifier, MIN_STAKE, 2, sender=market)
    locked()
    registry.slash(identifier, MIN_STAKE, 1, poster, True, sender=market)

    registry.stake(identifier, MIN_STAKE, sender=agent)

    after = registry.getAgent(identifier)
    assert (after.claims, after.completions, after.rejections, after.strikes) == (3, 1, 1, 1)
