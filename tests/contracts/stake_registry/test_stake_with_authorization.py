"""stakeWithAuthorization(agentId, amount, authorization).

when the amount is zero
    it should revert with ZeroAmount
when the agent is not registered
    it should revert with AgentUnknown
given a banned agent
    it should revert with AgentIsBanned
when the amount is more than the record holds
    it should revert with StakeTooLarge
when the signer sends it, or anybody else
    it should pull from the signer, and emit Staked with the signer
when the signer is an ERC-1271 wallet
    it should pull from the wallet
when it was used before
    it should revert
when the signer has cancelled it
    it should revert
when somebody gives it to another agent, changes the amount, the salt or the payer
    it should revert
when somebody takes it to USDC directly
    it should revert there: the payee alone may use it
when the signature is not 65 bytes
    it should revert
when now is validAfter or validBefore
    it should revert
when now is one second inside of either
    it should pull
when the money was sent around the registry (transferWithAuthorization)
    it should not count, and break nothing
"""

from __future__ import annotations

import ape
import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from agentescrow.domain.constants import DAY, MIN_STAKE, STAKE_MAX
from tests.contracts.outcome import emitted, reverting

UNKNOWN_ID = 2**31
SALT = b"\x01" * 32


@pytest.fixture
def payer(outsider, fund, agent_id):
    """Signs; has money, and never approved anything."""
    fund(outsider, 10 * MIN_STAKE)
    return outsider


@pytest.fixture
def authorize(signing, payer, registry):
    """Signs an authorization to stake."""
    return lambda agent_id, amount=MIN_STAKE, **more: signing.stake_authorization(
        payer, registry, agent_id, amount, salt=SALT, **more
    )


def _nonce(agent_id: int) -> bytes:
    return keccak(encode(["uint256", "bytes32"], [agent_id, SALT]))


def test_stake_with_authorization__zero__reverts(registry, relayer, agent_id, authorize):
    """RUN-26."""
    with reverting(registry.ZeroAmount):
        registry.stakeWithAuthorization(agent_id, 0, authorize(agent_id, 0), sender=relayer)


def test_stake_with_authorization__unknown_agent__reverts(registry, relayer, authorize):
    """STAKE-1."""
    with reverting(registry.AgentUnknown, agentId=UNKNOWN_ID):
        registry.stakeWithAuthorization(
            UNKNOWN_ID, MIN_STAKE, authorize(UNKNOWN_ID), sender=relayer
        )


def test_stake_with_authorization__banned__reverts(registry, relayer, authorize, slashed):
    """STAKE-6."""
    banned = slashed(3)

    with reverting(registry.AgentIsBanned, agentId=banned, strikes=3):
        registry.stakeWithAuthorization(banned, MIN_STAKE, authorize(banned), sender=relayer)


def test_stake_with_authorization__more_than_48_bits__reverts(
    registry, relayer, newcomer_id, authorize
):
    amount = STAKE_MAX + 1

    with reverting(registry.StakeTooLarge, amount=amount, limit=STAKE_MAX):
        registry.stakeWithAuthorization(
            newcomer_id, amount, authorize(newcomer_id, amount), sender=relayer
        )


@pytest.mark.parametrize("who", ["payer", "relayer"])
def test_stake_with_authorization__sent_by_anybody__pulls_from_the_signer(
    request, registry, payer, newcomer_id, authorize, ledger, usdc, who
):
    """STAKE-1, STAKE-7, RUN-20."""
    sender = request.getfixturevalue(who)
    authorization = authorize(newcomer_id)

    with ledger.moves({payer: -MIN_STAKE, registry: MIN_STAKE}):
        tx = registry.stakeWithAuthorization(newcomer_id, MIN_STAKE, authorization, sender=sender)

    assert emitted(tx, registry) == [("Staked", newcomer_id, payer, MIN_STAKE)]
    after = registry.getAgent(newcomer_id)
    assert (after.staked, after.stakedAt) == (MIN_STAKE, tx.timestamp)
    assert registry.totalOwed() == 2 * MIN_STAKE
    assert usdc.authorizationState(payer, _nonce(newcomer_id))


def test_stake_with_authorization__erc1271_wallet__pulls_from_the_wallet(
    registry, project, agent, relayer, newcomer_id, signing, fund, usdc
):
    """STAKE-1: the signature is what the wallet accepts, not an ECDSA signature of the payer."""
    wallet = agent.deploy(project.Erc1271Wallet)
    fund(wallet, MIN_STAKE)
    authorization = signing.stake_authorization(
        agent, registry, newcomer_id, MIN_STAKE, salt=SALT, payer=wallet
    )

    tx = registry.stakeWithAuthorization(newcomer_id, MIN_STAKE, authorization, sender=relayer)

    assert emitted(tx, registry) == [("Staked", newcomer_id, wallet.address, MIN_STAKE)]
    assert usdc.balanceOf(wallet) == 0


def test_stake_with_authorization__replayed__reverts(
    registry, relayer, newcomer_id, authorize, ledger
):
    """STAKE-1 (threat: replay)."""
    authorization = authorize(newcomer_id)
    registry.stakeWithAuthorization(newcomer_id, MIN_STAKE, authorization, sender=relayer)

    with ledger.moves(), ape.reverts("FiatTokenV2: authorization is used or canceled"):
        registry.stakeWithAuthorization(newcomer_id, MIN_STAKE, authorization, sender=relayer)


def test_stake_with_authorization__cancelled_by_the_signer__reverts(
    registry, usdc, payer, relayer, newcomer_id, authorize, signing
):
    authorization = authorize(newcomer_id)
    cancel = signing.sign(payer, "CancelAuthorization", authorizer=payer, nonce=_nonce(newcomer_id))
    usdc.cancelAuthorization(payer, _nonce(newcomer_id), cancel, sender=relayer)

    with ape.reverts("FiatTokenV2: authorization is used or canceled"):
        registry.stakeWithAuthorization(newcomer_id, MIN_STAKE, authorization, sender=relayer)


def test_stake_with_authorization__redirected_to_another_agent__reverts(
    registry, relayer, newcomer_id, agent_id, authorize, ledger
):
    """STAKE-1 (threat: a stranger relays it with other parameters)."""
    authorization = authorize(newcomer_id)

    with ledger.moves(), ape.reverts("FiatTokenV2: invalid signature"):
        registry.stakeWithAuthorization(agent_id, MIN_STAKE, authorization, sender=relayer)


def test_stake_with_authorization__other_amount__reverts(registry, relayer, newcomer_id, authorize):
    """STAKE-1."""
    with ape.reverts("FiatTokenV2: invalid signature"):
        registry.stakeWithAuthorization(
            newcomer_id, MIN_STAKE - 1, authorize(newcomer_id), sender=relayer
        )


def test_stake_with_authorization__other_salt__reverts(registry, relayer, newcomer_id, authorize):
    """STAKE-1: the nonce is made of agent and salt."""
    payer, after, before, _, signature = authorize(newcomer_id)

    with ape.reverts("FiatTokenV2: invalid signature"):
        registry.stakeWithAuthorization(
            newcomer_id, MIN_STAKE, (payer, after, before, bytes(32), signature), sender=relayer
        )


def test_stake_with_authorization__other_payer__reverts(
    registry, relayer, agent, newcomer_id, authorize
):
    """STAKE-1: nobody's money but the signer's."""
    _, *rest = authorize(newcomer_id)

    with ape.reverts("FiatTokenV2: invalid signature"):
        registry.stakeWithAuthorization(
            newcomer_id, MIN_STAKE, (agent.address, *rest), sender=relayer
        )


def test_stake_with_authorization__taken_to_usdc_directly__reverts(
    registry, usdc, payer, relayer, newcomer_id, authorize
):
    """STAKE-1 (threat: money arrives and is booked for nobody)."""
    _, after, before, _, signature = authorize(newcomer_id)

    with ape.reverts("FiatTokenV2: caller must be the payee"):
        usdc.receiveWithAuthorization(
            payer,
            registry,
            MIN_STAKE,
            after,
            before,
            _nonce(newcomer_id),
            signature,
            sender=relayer,
        )


def test_stake_with_authorization__64_byte_signature__reverts(
    registry, relayer, newcomer_id, authorize
):
    *rest, signature = authorize(newcomer_id)

    with ape.reverts("ECRecover: invalid signature length"):
        registry.stakeWithAuthorization(
            newcomer_id, MIN_STAKE, (*rest, signature[:64]), sender=relayer
        )


def test_stake_with_authorization__at_valid_after__reverts(
    registry, relayer, newcomer_id, authorize, clock
):
    """RUN-0 does not hold for EIP-3009: USDC's window is open at both ends."""
    now = clock.now() + DAY
    authorization = authorize(newcomer_id, window=(now, now + DAY))
    clock.at(now)

    with ape.reverts("FiatTokenV2: authorization is not yet valid"):
        registry.stakeWithAuthorization(newcomer_id, MIN_STAKE, authorization, sender=relayer)


def test_stake_with_authorization__at_valid_before__reverts(
    registry, relayer, newcomer_id, authorize, clock
):
    now = clock.now() + DAY
    authorization = authorize(newcomer_id, window=(0, now))
    clock.at(now)

    with ape.reverts("FiatTokenV2: authorization is expired"):
        registry.stakeWithAuthorization(newcomer_id, MIN_STAKE, authorization, sender=relayer)


def test_stake_with_authorization__one_second_inside_both_ends__pulls(
    registry, relayer, newcomer_id, authorize, clock
):
    now = clock.now() + DAY
    authorization = authorize(newcomer_id, window=(now - 1, now + 1))
    clock.at(now)

    registry.stakeWithAuthorization(newcomer_id, MIN_STAKE, authorization, sender=relayer)

    assert registry.getAgent(newcomer_id).staked == MIN_STAKE


def test_transfer_with_authorization__around_the_registry__counts_for_nobody_and_breaks_nothing(
    registry, usdc, payer, relayer, agent, agent_id, signing, ledger, clock
):
    """RUN-24: money sent straight to a contract is not booked (threat: donation)."""
    now = clock.now()
    signature = signing.sign(
        payer,
        "TransferWithAuthorization",
        from_=payer,
        to=registry,
        value=MIN_STAKE,
        validAfter=0,
        validBefore=now + DAY,
        nonce=SALT,
    )

    with ledger.moves({payer: -MIN_STAKE, registry: MIN_STAKE}):
        usdc.transferWithAuthorization(
            payer, registry, MIN_STAKE, 0, now + DAY, SALT, signature, sender=relayer
        )

    assert registry.totalOwed() == MIN_STAKE
    registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)
    assert registry.totalOwed() == 0
    assert usdc.balanceOf(registry) == MIN_STAKE
