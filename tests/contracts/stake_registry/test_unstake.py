"""unstake(agentId, amount, to).

when the amount is zero
    it should revert with ZeroAmount
when the agent is not registered
    it should revert with AgentUnknown
when the identity registry does not answer
    it should revert with AgentUnknown, and pay when it answers again
when the caller has no right to the NFT
    it should revert with NotAgentOwner (outsider; agent's wallet; market; contracts' owner)
given the NFT was sold
    it should refuse the seller and pay the buyer
    it should refuse whom the seller had approved
when the receiver is zero or one of the contracts
    it should revert with InvalidRecipient; but the NFT's owner is always a receiver
when more is asked for than is available
    it should revert with InsufficientStake (nothing locked; a part locked; beyond 48 bits)
when USDC refuses the receiver, or is paused
    it should revert and lose nothing
when the owner asks
    it should pay any address, also the treasury and an outsider
    it should emit Unstaked, and owe that much less
when an approved account or an operator of the owner asks
    it should pay the owner
    it should revert with UnstakeOnlyToOwner for anybody else
given a part is locked
    it should pay exactly the rest
given the minimum is left
    it should keep the clock
given less than the minimum is left
    it should clear the clock
given a frozen or banned agent
    it should pay what is left
"""

from __future__ import annotations

import ape
import pytest

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import MIN_STAKE, ZERO_ADDRESS
from localnet.host import Web3Host
from tests.contracts.outcome import emitted, reverting

UNKNOWN_ID = 2**31
MINUTE = 60


def test_unstake__zero__reverts(registry, agent, agent_id):
    """RUN-26."""
    with reverting(registry.ZeroAmount):
        registry.unstake(agent_id, 0, agent, sender=agent)


def test_unstake__unknown_agent__reverts(registry, agent):
    """RUN-26."""
    with reverting(registry.AgentUnknown, agentId=UNKNOWN_ID):
        registry.unstake(UNKNOWN_ID, 1, agent, sender=agent)


def test_unstake__identity_registry_fails__reverts_until_it_answers_again(
    registry, agent, agent_id, w3, ledger
):
    """STAKE-10: unstaking trusts the identity registry; nothing is lost while it is silent."""
    host = Web3Host(w3)
    code = host.code_at(registry.identities())
    host.set_code(registry.identities(), b"")
    with reverting(registry.AgentUnknown, agentId=agent_id):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)
    host.set_code(registry.identities(), code)

    with ledger.moves({registry: -MIN_STAKE, agent: MIN_STAKE}):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)


@pytest.mark.parametrize("who", ["outsider", "market", "owner", "treasury"])
def test_unstake__nobodys_right__reverts(request, registry, agent_id, ledger, who):
    """STAKE-2, STAKE-9."""
    caller = request.getfixturevalue(who)

    with ledger.moves(), reverting(registry.NotAgentOwner, agentId=agent_id, caller=caller):
        registry.unstake(agent_id, MIN_STAKE, caller, sender=caller)


def test_unstake__wallet_of_the_agent__reverts(
    registry, identity, agent, agent_id, outsider, signing, clock
):
    """STAKE-2: the wallet works and is paid; the stake is the owner's."""
    until = clock.now() + MINUTE
    consent = signing.wallet_consent(outsider, agent_id, agent, until)
    identity.setAgentWallet(agent_id, outsider, until, consent, sender=agent)
    assert registry.isOperator(agent_id, outsider)

    with reverting(registry.NotAgentOwner, agentId=agent_id, caller=outsider):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=outsider)


def test_unstake__seller_of_the_nft__reverts(registry, identity, agent, agent_id, buyer):
    """STAKE-2, STAKE-10 (threat: identity sold with its stake)."""
    identity.transferFrom(agent, buyer, agent_id, sender=agent)

    with reverting(registry.NotAgentOwner, agentId=agent_id, caller=agent):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)


def test_unstake__buyer_of_the_nft__is_paid(registry, identity, agent, agent_id, buyer, ledger):
    """STAKE-10."""
    identity.transferFrom(agent, buyer, agent_id, sender=agent)

    with ledger.moves({registry: -MIN_STAKE, buyer: MIN_STAKE}):
        registry.unstake(agent_id, MIN_STAKE, buyer, sender=buyer)


def test_unstake__whom_the_seller_approved__reverts(
    registry, identity, agent, agent_id, buyer, outsider
):
    """STAKE-10: an approval does not outlive the sale."""
    identity.approve(outsider, agent_id, sender=agent)
    identity.setApprovalForAll(outsider, True, sender=agent)
    identity.transferFrom(agent, buyer, agent_id, sender=agent)

    with reverting(registry.NotAgentOwner, agentId=agent_id, caller=outsider):
        registry.unstake(agent_id, MIN_STAKE, buyer, sender=outsider)


@pytest.mark.parametrize(
    "whom", ["registry", "usdc", "identity", "forwarder", "market", "second_market", "zero"]
)
def test_unstake__to_where_it_could_not_return_from__reverts(
    request, registry, agent, agent_id, whom
):
    """RUN-26."""
    to = ZERO_ADDRESS if whom == "zero" else request.getfixturevalue(whom).address

    with reverting(registry.InvalidRecipient, to=to):
        registry.unstake(agent_id, MIN_STAKE, to, sender=agent)


@pytest.mark.parametrize("retired", [False, True])
def test_unstake__to_an_added_market__reverts(registry, agent, agent_id, owner, relayer, retired):
    """RUN-26: a market stays one of the contracts, also when it is retired."""
    registry.addMarket(relayer, sender=owner)
    if retired:
        registry.retireMarket(relayer, sender=owner)

    with reverting(registry.InvalidRecipient, to=relayer):
        registry.unstake(agent_id, MIN_STAKE, relayer, sender=agent)


@pytest.mark.parametrize("who", ["agent", "outsider"])
def test_unstake__owner_added_as_a_market__is_paid(
    request, registry, identity, agent, agent_id, owner, ledger, who
):
    """STAKE-2 (threat: a market added at the owner's address, to shut it and its operator out)."""
    identity.approve(request.getfixturevalue("outsider"), agent_id, sender=agent)
    registry.addMarket(agent, sender=owner)

    with ledger.moves({registry: -MIN_STAKE, agent: MIN_STAKE}):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=request.getfixturevalue(who))


@pytest.mark.parametrize("amount", [MIN_STAKE + 1, MIN_STAKE + 2**48, 2**256 - 1])
def test_unstake__more_than_staked__reverts(registry, agent, agent_id, amount):
    """STAKE-2."""
    with reverting(
        registry.InsufficientStake, agentId=agent_id, available=MIN_STAKE, required=amount
    ):
        registry.unstake(agent_id, amount, agent, sender=agent)


def test_unstake__stake_that_is_locked__reverts(registry, agent, locked):
    """STAKE-2, STAKE-4 (threat: withdraw before the slash)."""
    working = locked()

    with reverting(registry.InsufficientStake, agentId=working, available=0, required=1):
        registry.unstake(working, 1, agent, sender=agent)


def test_unstake__more_than_two_markets_left__reverts(
    registry, agent, locked, market, second_market
):
    """STAKE-2: the locks of all markets count."""
    working = locked(staked=3 * MIN_STAKE, by=market)
    locked(staked=0, by=second_market)

    with reverting(
        registry.InsufficientStake, agentId=working, available=MIN_STAKE, required=MIN_STAKE + 1
    ):
        registry.unstake(working, MIN_STAKE + 1, agent, sender=agent)


def test_unstake__all_that_is_available__is_paid(registry, agent, locked, ledger):
    """STAKE-2: at once, although the rest is locked."""
    working = locked(staked=MIN_STAKE + 7)

    with ledger.moves({registry: -7, agent: 7}):
        registry.unstake(working, 7, agent, sender=agent)

    assert registry.availableStake(working) == 0


def test_unstake__blacklisted_receiver__reverts_and_loses_nothing(
    registry, agent, agent_id, outsider, blacklist, ledger
):
    """STAKE-2: the owner chooses another receiver."""
    blacklist(outsider)
    with ledger.moves(), ape.reverts("Blacklistable: account is blacklisted"):
        registry.unstake(agent_id, MIN_STAKE, outsider, sender=agent)

    assert registry.getAgent(agent_id).staked == registry.totalOwed() == MIN_STAKE
    with ledger.moves({registry: -MIN_STAKE, agent: MIN_STAKE}):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)


def test_unstake__blacklisted_owner__sends_it_elsewhere(
    registry, agent, agent_id, outsider, blacklist, ledger
):
    """STAKE-2."""
    blacklist(agent)

    with ledger.moves({registry: -MIN_STAKE, outsider: MIN_STAKE}):
        registry.unstake(agent_id, MIN_STAKE, outsider, sender=agent)


def test_unstake__paused_usdc__reverts_and_loses_nothing(registry, agent, agent_id, pause_usdc):
    """STAKE-2."""
    pause_usdc()

    with ape.reverts("Pausable: paused"):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)

    assert registry.getAgent(agent_id).staked == registry.totalOwed() == MIN_STAKE


@pytest.mark.parametrize("whom", ["agent", "outsider", "treasury", "owner"])
def test_unstake__owner__sends_it_anywhere(request, registry, agent, agent_id, ledger, whom):
    """STAKE-2, RUN-20."""
    to = request.getfixturevalue(whom)

    with ledger.moves({registry: -MIN_STAKE, to: MIN_STAKE}):
        tx = registry.unstake(agent_id, MIN_STAKE, to, sender=agent)

    assert emitted(tx, registry) == [("Unstaked", agent_id, to, MIN_STAKE)]
    assert registry.getAgent(agent_id).staked == registry.totalOwed() == 0


@pytest.fixture(params=["approved", "operator"])
def deputy(request, identity, agent, agent_id, outsider):
    """Somebody whom the owner lets handle its NFT: this one, or all of them."""
    if request.param == "approved":
        identity.approve(outsider, agent_id, sender=agent)
    else:
        identity.setApprovalForAll(outsider, True, sender=agent)
    return outsider


def test_unstake__deputy_to_the_owner__is_paid(registry, agent, agent_id, deputy, ledger):
    """STAKE-2."""
    with ledger.moves({registry: -MIN_STAKE, agent: MIN_STAKE}):
        tx = registry.unstake(agent_id, MIN_STAKE, agent, sender=deputy)

    assert emitted(tx, registry) == [("Unstaked", agent_id, agent, MIN_STAKE)]


def test_unstake__deputy_to_itself__reverts(registry, agent, agent_id, deputy):
    """STAKE-2 (threat: a marketplace that may move NFTs takes the stake)."""
    with reverting(registry.UnstakeOnlyToOwner, agentId=agent_id, to=deputy, owner=agent):
        registry.unstake(agent_id, MIN_STAKE, deputy, sender=deputy)


def test_unstake__minimum_left__keeps_the_clock(registry, agent, agent_id):
    """STAKE-7."""
    since = registry.getAgent(agent_id).stakedAt
    registry.stake(agent_id, 1, sender=agent)

    registry.unstake(agent_id, 1, agent, sender=agent)

    assert registry.getAgent(agent_id).stakedAt == since
    assert registry.statusOf(agent_id) == AgentStatus.PROVISIONAL


def test_unstake__one_less_than_the_minimum_left__clears_the_clock(registry, agent, agent_id):
    """STAKE-7, STAKE-5."""
    registry.unstake(agent_id, 1, agent, sender=agent)

    assert registry.getAgent(agent_id).stakedAt == 0
    assert registry.statusOf(agent_id) == AgentStatus.UNVERIFIED


@pytest.mark.parametrize(("times", "status"), [(1, AgentStatus.FROZEN), (3, AgentStatus.BANNED)])
def test_unstake__frozen_or_banned__pays_what_is_left(
    registry, agent, agent_id, slashed, ledger, times, status
):
    """STAKE-6."""
    registry.stake(agent_id, times * MIN_STAKE, sender=agent)
    registry.stake(agent_id, 5, sender=agent)
    slashed(times)
    left = registry.availableStake(agent_id)
    assert left == MIN_STAKE + 5
    assert registry.statusOf(agent_id) == status

    with ledger.moves({registry: -left, agent: left}):
        registry.unstake(agent_id, left, agent, sender=agent)

    assert registry.statusOf(agent_id) == status
