"""transferOwnership, acceptOwnership, renounceOwnership (Ownable2Step), on both contracts.

transferOwnership
    when the caller is not the owner
        it should revert with OwnableUnauthorizedAccount
    otherwise
        it should emit OwnershipTransferStarted, and change nothing yet
        it should replace a heir that has not accepted
acceptOwnership
    when the caller is not the heir
        it should revert with OwnableUnauthorizedAccount
    otherwise
        it should emit OwnershipTransferred, and take the rights from the old owner
renounceOwnership
    whoever calls
        it should revert with OwnershipNotRenounceable, and leave the owner
given an owner that never acts again
    it should leave everybody with their money
"""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import MIN_STAKE, ZERO_ADDRESS
from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import COST, REWARD


@pytest.fixture
def heir(outsider):
    """Who is to own the contracts next."""
    return outsider


@pytest.mark.parametrize("who", ["outsider", "treasury", "agent"])
def test_transfer_ownership__not_the_owner__reverts(request, vault, who):
    """STAKE-9."""
    caller = request.getfixturevalue(who)

    with reverting(vault.OwnableUnauthorizedAccount, account=caller):
        vault.transferOwnership(caller, sender=caller)


def test_transfer_ownership__by_the_owner__changes_nothing_yet(vault, owner, heir):
    """STAKE-9: a mistyped address owns nothing."""
    tx = vault.transferOwnership(heir, sender=owner)

    assert emitted(tx, vault) == [("OwnershipTransferStarted", owner, heir)]
    assert (vault.owner(), vault.pendingOwner()) == (owner, heir)
    with reverting(vault.OwnableUnauthorizedAccount, account=heir):
        vault.transferOwnership(heir, sender=heir)


def test_transfer_ownership__twice__replaces_the_heir(vault, owner, heir, relayer):
    vault.transferOwnership(heir, sender=owner)
    vault.transferOwnership(relayer, sender=owner)

    with reverting(vault.OwnableUnauthorizedAccount, account=heir):
        vault.acceptOwnership(sender=heir)


def test_accept_ownership__not_the_heir__reverts(vault, owner, relayer, heir):
    vault.transferOwnership(heir, sender=owner)

    for caller in (relayer, owner):
        with reverting(vault.OwnableUnauthorizedAccount, account=caller):
            vault.acceptOwnership(sender=caller)


def test_accept_ownership__by_the_heir__takes_the_rights(vault, owner, heir, relayer):
    vault.transferOwnership(heir, sender=owner)

    tx = vault.acceptOwnership(sender=heir)

    assert emitted(tx, vault) == [("OwnershipTransferred", owner, heir)]
    assert (vault.owner(), vault.pendingOwner()) == (heir, ZERO_ADDRESS)
    with reverting(vault.OwnableUnauthorizedAccount, account=owner):
        vault.transferOwnership(relayer, sender=owner)
    vault.transferOwnership(relayer, sender=heir)


@pytest.mark.parametrize("who", ["owner", "outsider"])
def test_renounce_ownership__anybody__reverts(request, vault, owner, who):
    """STAKE-9: it cannot happen by accident. Ape decodes the error of what is sent only."""
    with reverting(vault.OwnershipNotRenounceable):
        vault.renounceOwnership.transact(sender=request.getfixturevalue(who))

    assert vault.owner() == owner


def test_renounce_ownership__to_an_heir_that_is_nobody__leaves_the_owner(vault, owner):
    """STAKE-9: zero never accepts."""
    vault.transferOwnership(ZERO_ADDRESS, sender=owner)

    assert vault.owner() == owner


def test_owner__dead__leaves_everybody_their_money(
    registry, escrow, poster, agent, agent_id, open_run, submitted_run, books
):
    """STAKE-9, RUN-15 (threat: dead admin key): nobody's way out needs the owner."""
    judged, offered = submitted_run(), open_run()

    with books.moves({agent: REWARD}, owed=-REWARD, fees=COST - REWARD):
        escrow.approve(judged, sender=poster)
    with books.moves({poster: COST}, owed=-COST):
        escrow.cancelRun(offered, sender=poster)
    with books.moves({agent: MIN_STAKE}, staked=-MIN_STAKE):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)
