"""getAgent, availableStake, isOperator, payoutWalletOf, and the constants.

getAgent, availableStake
    given an agent that nothing was staked for, known or not
        it should be all zero
isOperator
    it should be true for the owner, an approved account, an operator of the owner and the wallet
    it should be false for others, for whom lost the NFT or the approval, and for everybody where
    the agent is unknown or the identity registry fails
payoutWalletOf
    it should be the wallet that the agent registered with, or the one set since
    it should be the owner where none is set, and after a sale
    it should revert with AgentUnknown where the agent is unknown or the identity registry fails
constants and addresses
    it should be what the specification says
"""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import ZERO_ADDRESS
from localnet.host import Web3Host
from tests.contracts.outcome import reverting

UNKNOWN_ID = 2**31
MINUTE = 60


@pytest.fixture
def wallet(identity, agent, agent_id, outsider, signing, clock):
    """Makes somebody the agent's wallet, with that one's consent."""
    until = clock.now() + MINUTE
    consent = signing.wallet_consent(outsider, agent_id, agent, until)
    identity.setAgentWallet(agent_id, outsider, until, consent, sender=agent)
    return outsider


@pytest.fixture(params=["unknown", "silent", "mute"])
def lost_id(request, registry, agent_id, w3):
    """An agent that the identity registry says nothing of."""
    if request.param == "unknown":
        return UNKNOWN_ID
    # Silent: no code. Mute: answers with nothing, as a fallback would.
    Web3Host(w3).set_code(registry.identities(), b"" if request.param == "silent" else b"\x00")
    return agent_id


@pytest.mark.parametrize("which", ["newcomer", "unknown"])
def test_get_agent__nothing_staked__is_all_zero(registry, newcomer_id, which):
    """STAKE-5."""
    asked = newcomer_id if which == "newcomer" else UNKNOWN_ID

    assert tuple(registry.getAgent(asked)) == (0, 0, 0, 0, 0, 0, 0, False)
    assert registry.availableStake(asked) == 0


def test_get_agent__locks_of_two_markets__are_summed(registry, locked, second_market):
    """STAKE-3."""
    working = locked(7, by=second_market)
    locked(5)

    assert registry.getAgent(working).locked == 12
    assert registry.availableStake(working) == registry.getAgent(working).staked - 12


def test_is_operator__owner__is_one(registry, agent, agent_id):
    """RUN-7."""
    assert registry.isOperator(agent_id, agent)


def test_is_operator__approved__is_one(registry, identity, agent, agent_id, relayer):
    identity.approve(relayer, agent_id, sender=agent)

    assert registry.isOperator(agent_id, relayer)


def test_is_operator__operator_of_the_owner__is_one_until_revoked(
    registry, identity, agent, agent_id, relayer
):
    identity.setApprovalForAll(relayer, True, sender=agent)
    assert registry.isOperator(agent_id, relayer)
    identity.setApprovalForAll(relayer, False, sender=agent)

    assert not registry.isOperator(agent_id, relayer)


def test_is_operator__wallet__is_one(registry, agent_id, wallet):
    """RUN-7."""
    assert registry.isOperator(agent_id, wallet)


def test_is_operator__others__are_not(registry, agent_id, outsider, owner):
    assert not registry.isOperator(agent_id, outsider)
    assert not registry.isOperator(agent_id, owner)
    assert not registry.isOperator(agent_id, ZERO_ADDRESS)


def test_is_operator__sold__moves_to_the_buyer(registry, identity, agent, agent_id, buyer, wallet):
    """STAKE-10: the seller's wallet goes with it."""
    identity.transferFrom(agent, buyer, agent_id, sender=agent)

    assert registry.isOperator(agent_id, buyer)
    assert not registry.isOperator(agent_id, agent)
    assert not registry.isOperator(agent_id, wallet)


def test_is_operator__registry_knows_nothing__nobody_is_one(registry, agent, lost_id):
    """RUN-7: neither the owner nor, where no wallet is set, the zero address."""
    assert not registry.isOperator(lost_id, agent)
    assert not registry.isOperator(lost_id, ZERO_ADDRESS)


def test_payout_wallet_of__registered__is_the_owner(registry, agent, agent_id):
    """RUN-6."""
    assert registry.payoutWalletOf(agent_id) == agent


def test_payout_wallet_of__wallet_set__is_the_wallet(registry, agent_id, wallet):
    """RUN-6."""
    assert registry.payoutWalletOf(agent_id) == wallet


def test_payout_wallet_of__wallet_taken_away__is_the_owner(
    registry, identity, agent, agent_id, wallet
):
    identity.unsetAgentWallet(agent_id, sender=agent)

    assert registry.payoutWalletOf(agent_id) == agent


def test_payout_wallet_of__sold__is_the_buyer(registry, identity, agent, agent_id, buyer, wallet):
    """STAKE-10."""
    identity.transferFrom(agent, buyer, agent_id, sender=agent)

    assert registry.payoutWalletOf(agent_id) == buyer


def test_payout_wallet_of__registry_knows_nothing__reverts(registry, lost_id):
    """RUN-26."""
    with reverting(registry.AgentUnknown, agentId=lost_id):
        registry.payoutWalletOf(lost_id)


@pytest.mark.parametrize(
    ("constant", "value"),
    [
        ("MIN_STAKE", 20_000_000),
        ("ESTABLISHED_AFTER", 30 * 86_400),
        ("ESTABLISHED_COMPLETIONS", 5),
        ("BAN_STRIKES", 3),
    ],
)
def test_constants__are_those_of_the_specification(registry, constant, value):
    """STAKE-4, STAKE-5, STAKE-9."""
    assert getattr(registry, constant)() == value
