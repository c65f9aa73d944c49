"""The StakeRegistry twin, what agents and viewers call, checks in the contract's order.

stake: zero, unknown agent, banned, too large, token; clock, re-stake
unstake: zero, unknown agent, neither owner nor approved, approved to another, contract, locked
"""

from __future__ import annotations

import pytest

from agentescrow.domain.agent import Agent, AgentStatus
from agentescrow.domain.constants import DAY, MIN_STAKE, ONE_USDC, STAKE_MAX, ZERO_ADDRESS

SECOND_MARKET = "second market"


def stake(world, amount, agent_id=0, sender="agent"):
    world.registry.stake(agent_id, amount, sender=sender, now=world.now)


def unstake(world, amount, to="agent", sender="agent", agent_id=0):
    world.registry.unstake(agent_id, amount, to, sender=sender)


def lock(world, amount=MIN_STAKE, min_status=1, sender="escrow"):
    world.registry.lock(0, amount, min_status, sender=sender, now=world.now)


def set_agent(world, **record):
    world.registry.agents[0] = Agent(**{"staked": MIN_STAKE, "staked_at": world.now} | record)
    world.token.balances["registry"] = world.registry.total_owed()


# stake


def test_stake__by_a_stranger__counts_for_the_agent(world):
    """STAKE-1: anyone may stake for any existing agent."""
    stake(world, 5, sender="outsider")
    assert world.registry.get_agent(0).staked == MIN_STAKE + 5
    assert world.balance("outsider") == 1_000_000 * ONE_USDC - 5
    world.assert_solvent()


def test_stake__refused__in_the_contracts_order(world):
    """STAKE-1, STAKE-6, RUN-26: zero, unknown, banned, too large, token."""
    set_agent(world, strikes=3)
    with world.refused("ZeroAmount"):
        stake(world, 0, agent_id=9)
    with world.refused("AgentUnknown", 9):
        stake(world, 1, agent_id=9)
    with world.refused("AgentIsBanned", 0, 3):
        stake(world, STAKE_MAX + 1)
    set_agent(world)
    with world.refused("StakeTooLarge", STAKE_MAX - MIN_STAKE + 1, STAKE_MAX - MIN_STAKE):
        stake(world, STAKE_MAX - MIN_STAKE + 1)
    with world.token_refuses("balance too low"):
        stake(world, STAKE_MAX - MIN_STAKE)
    world.token.mint("agent", STAKE_MAX)
    stake(world, STAKE_MAX - MIN_STAKE)
    assert world.registry.get_agent(0).staked == STAKE_MAX


def test_stake__reaching_the_minimum__starts_the_clock_once(world):
    """STAKE-7: set when MIN_STAKE is reached, kept by top-ups, cleared when it falls below."""
    unstake(world, 1)
    assert world.registry.get_agent(0).staked_at == 0
    world.wait(10)
    stake(world, 1)
    reached = world.now
    assert world.registry.get_agent(0).staked_at == reached
    world.wait(10)
    stake(world, MIN_STAKE)
    unstake(world, MIN_STAKE)
    assert world.registry.get_agent(0).staked_at == reached


@pytest.mark.parametrize(
    ("deposit", "frozen"), [(MIN_STAKE - 1, True), (MIN_STAKE, False), (MIN_STAKE + 1, False)]
)
def test_stake__while_frozen__only_a_full_deposit_unfreezes(world, deposit, frozen):
    """STAKE-6: one deposit of at least MIN_STAKE restarts stakedAt; completions stay."""
    set_agent(world, staked=3 * MIN_STAKE, frozen=True, strikes=1, completions=5)
    staked_at = world.now
    world.wait(DAY)
    stake(world, deposit)
    agent = world.registry.get_agent(0)
    assert (agent.frozen, agent.completions, agent.strikes) == (frozen, 5, 1)
    assert agent.staked_at == (staked_at if frozen else world.now)


def test_stake__two_halves_while_frozen__start_the_clock_but_stay_frozen(world):
    """STAKE-6, STAKE-7: small deposits add up to a stake, not to a re-stake."""
    set_agent(world, staked=0, staked_at=0, frozen=True, strikes=1)
    stake(world, MIN_STAKE // 2)
    world.wait(1)
    stake(world, MIN_STAKE // 2)
    agent = world.registry.get_agent(0)
    assert (agent.frozen, agent.staked_at) == (True, world.now)


# stakeWithAuthorization


def test_stake_with_authorization__signed_for_this_agent__takes_the_signers_money(world):
    """STAKE-1: whoever sends it, once."""
    signed = world.registry.authorize("poster", 7, 0, salt=1)
    world.registry.stake_with_authorization(0, 7, signed, now=world.now)
    assert world.registry.get_agent(0).staked == MIN_STAKE + 7
    with world.token_refuses("used or cancelled"):
        world.registry.stake_with_authorization(0, 7, signed, now=world.now)


def test_stake_with_authorization__redirected_or_expired__is_refused(world):
    """STAKE-1: a stranger who sees it cannot use it for another agent or amount."""
    world.identity.register("outsider")
    signed = world.registry.authorize("poster", 7, 0, valid_before=world.now + 1)
    with world.token_refuses("invalid signature"):
        world.registry.stake_with_authorization(1, 7, signed, now=world.now)
    with world.token_refuses("invalid signature"):
        world.registry.stake_with_authorization(0, 8, signed, now=world.now)
    world.wait(1)
    with world.token_refuses("expired"):
        world.registry.stake_with_authorization(0, 7, signed, now=world.now)


# unstake


def test_unstake__owner__to_any_address_at_once(world):
    """STAKE-2: no cooldown."""
    unstake(world, MIN_STAKE, to="outsider")
    assert world.registry.get_agent(0).staked == 0
    assert world.balance("outsider") == 1_000_000 * ONE_USDC + MIN_STAKE
    world.assert_solvent()


def test_unstake__refused__in_the_contracts_order(world):
    """STAKE-2, STAKE-3, RUN-26: zero, unknown, no right, not to the owner, contract, locked."""
    world.identity.approve(0, "approved")
    world.identity.set_wallet(0, "wallet")
    with world.refused("ZeroAmount"):
        unstake(world, 0, agent_id=9)
    with world.refused("AgentUnknown", 9):
        unstake(world, 1, agent_id=9)
    with world.refused("NotAgentOwner", 0, "wallet"):
        unstake(world, 1, sender="wallet", to="agent")
    with world.refused("UnstakeOnlyToOwner", 0, "approved", "agent"):
        unstake(world, 1, sender="approved", to="approved")
    for contract in (ZERO_ADDRESS, "registry", "usdc", "identity", "forwarder", "escrow"):
        with world.refused("InvalidRecipient", contract):
            unstake(world, MIN_STAKE + 1, to=contract)
    lock(world, 1)
    with world.refused("InsufficientStake", 0, MIN_STAKE - 1, MIN_STAKE):
        unstake(world, MIN_STAKE)


@pytest.mark.parametrize("caller", ["approved", "operator"])
def test_unstake__approved_operator__to_the_owner_only(world, caller):
    """STAKE-2: an ERC-721 approval is enough, an ERC-8004 wallet is not."""
    world.identity.approve(0, "approved")
    world.identity.set_operator("agent", "operator", approved=True)
    unstake(world, 5, sender=caller, to="agent")
    assert world.registry.get_agent(0).staked == MIN_STAKE - 5


def test_unstake__banned_agent__takes_what_is_left(world):
    """STAKE-6: a banned agent may leave."""
    set_agent(world, strikes=3, frozen=True)
    unstake(world, MIN_STAKE)
    assert world.registry.status_of(0, now=world.now) == AgentStatus.BANNED


def test_unstake__refused_by_usdc__reverts_and_credits_nothing(world):
    """RUN-16, STAKE-2: the caller can choose another address."""
    world.token.blacklisted.add("agent")
    with world.token_refuses("blacklisted"):
        unstake(world, 1)
    unstake(world, 1, to="outsider")
    world.assert_solvent()


def test_unstake__sold_agent__is_the_buyers(world):
    """STAKE-10: stake and strikes go along with the NFT."""
    world.identity.transfer(0, "outsider")
    with world.refused("NotAgentOwner", 0, "agent"):
        unstake(world, 1)
    unstake(world, 1, sender="outsider")


# Views


def test_views__unknown_agent__is_an_empty_record_without_operators(world):
    """RUN-7, RUN-26: nobody acts for it, and it has no wallet to be paid at."""
    assert world.registry.get_agent(9) == Agent()
    assert not world.registry.is_operator(9, "agent")
    with world.refused("AgentUnknown", 9):
        world.registry.payout_wallet_of(9)
    assert world.registry.payout_wallet_of(0) == "agent"
    assert world.registry.is_operator(0, "agent")
