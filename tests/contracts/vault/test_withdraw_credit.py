"""withdrawCredit(to), on both contracts.

given the caller has no credit
    it should revert with NoCredit (never had any; withdrew it; somebody else has one)
when the receiver is zero or one of the contracts
    it should revert with InvalidRecipient
    unless it is the caller, which has become a market
when USDC refuses the receiver, too
    it should revert and keep the credit
otherwise
    it should pay the whole credit, emit CreditWithdrawn, and owe that much less
when it comes through the forwarder
    it should pay for an account without ETH
"""

from __future__ import annotations

import ape
import pytest

from agentescrow.domain.constants import ZERO_ADDRESS
from tests.contracts.outcome import emitted, reverting


def test_withdraw_credit__never_had_any__reverts(vault, outsider):
    """RUN-26."""
    with reverting(vault.NoCredit, account=outsider):
        vault.withdrawCredit(outsider, sender=outsider)


def test_withdraw_credit__of_somebody_else__reverts(vault, poster, outsider, owner, credited):
    """RUN-16, RUN-26: neither a stranger nor the contract's owner."""
    for caller in (outsider, owner):
        with reverting(vault.NoCredit, account=caller):
            vault.withdrawCredit(caller, sender=caller)

    assert vault.creditOf(poster) == credited


def test_withdraw_credit__twice__reverts(vault, poster, outsider, credited):
    """RUN-16, RUN-26."""
    vault.withdrawCredit(outsider, sender=poster)

    with reverting(vault.NoCredit, account=poster):
        vault.withdrawCredit(outsider, sender=poster)


@pytest.mark.parametrize("whom", ["zero", "usdc", "identity", "forwarder", "registry", "escrow"])
def test_withdraw_credit__to_where_it_could_not_return_from__reverts(
    request, vault, poster, credited, whom
):
    """RUN-26."""
    to = ZERO_ADDRESS if whom == "zero" else request.getfixturevalue(whom).address

    with reverting(vault.InvalidRecipient, to=to):
        vault.withdrawCredit(to, sender=poster)

    assert vault.creditOf(poster) == credited


@pytest.mark.parametrize("retired", [False, True])
def test_withdraw_credit__to_another_market__reverts(
    vault, registry, owner, poster, outsider, credited, retired
):
    """RUN-26: in both contracts any market of the registry, retired ones too."""
    registry.addMarket(outsider, sender=owner)
    if retired:
        registry.retireMarket(outsider, sender=owner)

    with reverting(vault.InvalidRecipient, to=outsider):
        vault.withdrawCredit(outsider, sender=poster)

    assert vault.creditOf(poster) == credited


@pytest.mark.parametrize("retired", [False, True])
def test_withdraw_credit__to_oneself_as_a_market__pays_it(
    vault, registry, owner, poster, credited, unblacklist, ledger, retired
):
    """RUN-26 (threat: the registry's owner makes a creditor a market, to shut it out)."""
    registry.addMarket(poster, sender=owner)
    if retired:
        registry.retireMarket(poster, sender=owner)
    unblacklist(poster)

    with ledger.moves({vault: -credited, poster: credited}):
        vault.withdrawCredit(poster, sender=poster)


def test_withdraw_credit__to_a_blacklisted_account__reverts_and_keeps_it(
    vault, poster, outsider, credited, ledger
):
    """RUN-16: a second refusal is no second credit."""
    owed = vault.totalOwed()
    with ledger.moves(), ape.reverts("Blacklistable: account is blacklisted"):
        vault.withdrawCredit(poster, sender=poster)

    assert (vault.creditOf(poster), vault.totalOwed()) == (credited, owed)
    with ledger.moves({vault: -credited, outsider: credited}):
        vault.withdrawCredit(outsider, sender=poster)


def test_withdraw_credit__paused_usdc__reverts_and_keeps_it(
    vault, poster, outsider, credited, pause_usdc, unpause_usdc, ledger
):
    """RUN-16."""
    pause_usdc()
    with ape.reverts("Pausable: paused"):
        vault.withdrawCredit(outsider, sender=poster)
    unpause_usdc()

    with ledger.moves({vault: -credited, outsider: credited}):
        vault.withdrawCredit(outsider, sender=poster)


@pytest.mark.parametrize("whom", ["outsider", "treasury"])
def test_withdraw_credit__to_another_address__pays_the_whole_credit(
    request, vault, poster, credited, ledger, whom
):
    """RUN-16, RUN-20."""
    to = request.getfixturevalue(whom)
    owed = vault.totalOwed()

    with ledger.moves({vault: -credited, to: credited}):
        tx = vault.withdrawCredit(to, sender=poster)

    assert emitted(tx, vault) == [("CreditWithdrawn", poster, to, credited)]
    assert (vault.creditOf(poster), vault.totalOwed()) == (0, owed - credited)


def test_withdraw_credit__to_itself_after_unblacklisting__pays(
    vault, poster, credited, unblacklist, ledger
):
    """RUN-16."""
    unblacklist(poster)

    with ledger.moves({vault: -credited, poster: credited}):
        vault.withdrawCredit(poster, sender=poster)


def test_withdraw_credit__through_the_forwarder__pays_for_an_account_without_eth(
    vault, forwarder, poster, outsider, relayer, credited, signing, ledger, chain
):
    """RUN-16, RUN-19."""
    chain.provider.set_balance(poster.address, 0)
    request = signing.request(poster, vault, vault.withdrawCredit.encode_input(outsider))

    with ledger.moves({vault: -credited, outsider: credited}):
        forwarder.execute(request, sender=relayer)
