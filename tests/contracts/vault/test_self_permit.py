"""selfPermit(amount, deadline, signature), on both contracts.

when the permit is good
    it should set the caller's allowance
    when it is sent with what it is for in one multicall
        it should be one transaction without an approval before
    when now is its deadline
        it should set the allowance
given somebody has used the permit up
    it should go on, and what follows relies on the allowance
when the permit is expired, of somebody else, for another amount or garbage, or USDC is paused
    it should go on and leave the allowance
    when it is sent with what it is for
        it should revert whole, for want of an allowance
given an allowance that suffices
    when the permit fails
        it should leave that allowance
when the caller is an ERC-1271 wallet
    it should set the wallet's allowance
when the caller is an EIP-7702 account whose delegate cannot sign
    it should go on: an approval is the way that is left
when it comes through the forwarder
    it should set the signer's allowance, who needs no ETH
"""

from __future__ import annotations

import ape
import pytest

from agentescrow.domain.constants import DAY
from localnet.host import Web3Host
from tests.contracts.signing import FOREVER


@pytest.fixture
def permit(payment, signing, payer):
    """Signs a permit for the payment; returns the arguments of selfPermit."""

    def permit(amount=payment.amount, deadline=FOREVER, signer=payer):
        signature = signing.permit(signer, payment.vault, amount, deadline=deadline)
        return amount, deadline, signature

    return permit


def test_self_permit__good__sets_the_allowance(payment, payer, usdc, permit, ledger):
    """STAKE-1."""
    with ledger.moves():
        payment.vault.selfPermit(*permit(), sender=payer)

    assert usdc.allowance(payer, payment.vault) == payment.amount


def test_self_permit__with_what_it_is_for__is_one_transaction(payment, payer, permit, ledger):
    """STAKE-1."""
    calls = [payment.vault.selfPermit.encode_input(*permit()), payment.data]

    with ledger.moves({payer: -payment.amount, payment.vault: payment.amount}):
        payment.vault.multicall(calls, sender=payer)


def test_self_permit__at_its_deadline__sets_the_allowance(payment, payer, usdc, permit, clock):
    """STAKE-1: USDC's deadline is inclusive."""
    deadline = clock.now() + DAY
    clock.at(deadline)

    payment.vault.selfPermit(*permit(deadline=deadline), sender=payer)

    assert usdc.allowance(payer, payment.vault) == payment.amount


def test_self_permit__front_run__goes_on_with_the_allowance_that_is_there(
    payment, payer, outsider, usdc, permit, ledger
):
    """STAKE-1 (threat: a permit taken from the mempool makes the call revert)."""
    amount, deadline, signature = permit()
    calls = [payment.vault.selfPermit.encode_input(amount, deadline, signature), payment.data]
    usdc.permit(payer, payment.vault, amount, deadline, signature, sender=outsider)

    with ledger.moves({payer: -payment.amount, payment.vault: payment.amount}):
        payment.vault.multicall(calls, sender=payer)


def _garbage(permit, clock, outsider):
    amount, deadline, signature = permit()
    return {
        "expired": permit(deadline=clock.now() - 1),
        "of_somebody_else": permit(signer=outsider),
        "other_amount": (amount + 1, deadline, signature),
        "64_bytes": (amount, deadline, signature[:64]),
        "empty": (amount, deadline, b""),
    }


@pytest.mark.parametrize(
    "fault", ["expired", "of_somebody_else", "other_amount", "64_bytes", "empty"]
)
def test_self_permit__bad__goes_on_and_allows_nothing(
    payment, payer, outsider, usdc, permit, clock, fault
):
    """STAKE-1, RUN-24: selfPermit alone swallows a failure."""
    payment.vault.selfPermit(*_garbage(permit, clock, outsider)[fault], sender=payer)

    assert usdc.allowance(payer, payment.vault) == 0
    assert usdc.nonces(payer) == 0


def test_self_permit__signature_of_another_caller__allows_nothing(
    payment, payer, outsider, usdc, permit
):
    """STAKE-1: a permit is tried in the caller's name only."""
    before = usdc.allowance(outsider, payment.vault)
    payment.vault.selfPermit(*permit(), sender=outsider)

    assert usdc.allowance(payer, payment.vault) == 0
    assert usdc.allowance(outsider, payment.vault) == before


def test_self_permit__paused_usdc__goes_on(payment, payer, usdc, permit, pause_usdc):
    """RUN-24."""
    arguments = permit()
    pause_usdc()

    payment.vault.selfPermit(*arguments, sender=payer)

    assert usdc.allowance(payer, payment.vault) == 0


def test_self_permit__expired_with_what_it_is_for__reverts_whole(
    payment, payer, permit, clock, ledger
):
    """STAKE-1."""
    expired = permit(deadline=clock.now() - 1)
    calls = [payment.vault.selfPermit.encode_input(*expired), payment.data]

    with ledger.moves(), ape.reverts("ERC20: transfer amount exceeds allowance"):
        payment.vault.multicall(calls, sender=payer)


def test_self_permit__bad_beside_a_good_allowance__leaves_it(payment, payer, usdc, permit, clock):
    """STAKE-1."""
    usdc.approve(payment.vault, payment.amount, sender=payer)
    expired = permit(amount=1, deadline=clock.now() - 1)

    payment.vault.multicall(
        [payment.vault.selfPermit.encode_input(*expired), payment.data], sender=payer
    )

    assert usdc.allowance(payer, payment.vault) == 0


def test_self_permit__erc1271_wallet__sets_the_wallets_allowance(
    payment, payer, wallet, usdc, signing
):
    """STAKE-1: the signature is what the wallet accepts, not an ECDSA signature of the payer."""
    before = usdc.balanceOf(wallet)
    signature = signing.permit(payer, payment.vault, payment.amount, payer=wallet)
    permit = payment.vault.selfPermit.encode_input(payment.amount, FOREVER, signature)
    batch = payment.vault.multicall.encode_input([permit, payment.data])

    wallet.execute(payment.vault, batch, sender=payer)

    assert usdc.balanceOf(wallet) == before - payment.amount


def test_self_permit__delegated_account_without_erc1271__approves_instead(
    payment, payer, usdc, forwarder, permit, w3, ledger
):
    """STAKE-1 (threat: an EIP-7702 account can use neither permit nor EIP-3009)."""
    delegation = bytes.fromhex("ef0100" + forwarder.address[2:])
    Web3Host(w3).set_code(payer.address, delegation)

    payment.vault.selfPermit(*permit(), sender=payer)
    assert usdc.allowance(payer, payment.vault) == 0
    usdc.approve(payment.vault, payment.amount, sender=payer)

    with ledger.moves({payer: -payment.amount, payment.vault: payment.amount}):
        payment.call(*payment.args, sender=payer)


def test_self_permit__through_the_forwarder__pays_for_an_account_without_eth(
    payment, payer, relayer, forwarder, permit, signing, ledger, chain
):
    """STAKE-1, RUN-19."""
    chain.provider.set_balance(payer.address, 0)
    calls = [payment.vault.selfPermit.encode_input(*permit()), payment.data]
    request = signing.request(payer, payment.vault, payment.vault.multicall.encode_input(calls))

    with ledger.moves({payer: -payment.amount, payment.vault: payment.amount}):
        forwarder.execute(request, sender=relayer)
