"""setTreasury(treasury), on both contracts.

when the caller is not the owner
    it should revert with OwnableUnauthorizedAccount
when the treasury is zero or one of the contracts
    it should revert with InvalidRecipient
otherwise
    it should emit TreasurySet and move no money
    it should send what comes later to the new one
    it should leave a credit with the old one
"""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import MIN_STAKE, ONE_USDC, ZERO_ADDRESS
from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import FEE


@pytest.mark.parametrize("who", ["outsider", "treasury", "poster", "agent"])
def test_set_treasury__not_the_owner__reverts(request, vault, treasury, who):
    """STAKE-9."""
    caller = request.getfixturevalue(who)

    with reverting(vault.OwnableUnauthorizedAccount, account=caller):
        vault.setTreasury(caller, sender=caller)

    assert vault.treasury() == treasury


@pytest.mark.parametrize("whom", ["zero", "usdc", "identity", "forwarder", "registry", "escrow"])
def test_set_treasury__to_where_money_would_be_lost__reverts(request, vault, owner, whom):
    """RUN-24, RUN-26."""
    to = ZERO_ADDRESS if whom == "zero" else request.getfixturevalue(whom).address

    with reverting(vault.InvalidRecipient, to=to):
        vault.setTreasury(to, sender=owner)


def test_set_treasury__by_the_owner__moves_no_money(
    vault, owner, outsider, approved_run, open_run, books
):
    """STAKE-9, RUN-24."""
    approved_run()
    open_run()

    with books.moves():
        tx = vault.setTreasury(outsider, sender=owner)

    assert emitted(tx, vault) == [("TreasurySet", outsider)]
    assert vault.treasury() == outsider


def test_set_treasury__fees_accrued_before__go_to_the_new_one(
    escrow, owner, outsider, approved_run, books
):
    """RUN-16: fees are the platform's, wherever it has them sent (threat: treasury changed)."""
    approved_run()
    escrow.setTreasury(outsider, sender=owner)

    with books.moves({outsider: FEE}, owed=-FEE, fees=-FEE):
        escrow.sweepFees(sender=outsider)


def test_set_treasury__slashed_later__pays_the_new_one(
    registry, escrow, owner, outsider, poster, claimed_run, clock, books
):
    """STAKE-8, STAKE-9."""
    run_id = claimed_run(reward=ONE_USDC)
    cost = ONE_USDC + ONE_USDC // 20
    registry.setTreasury(outsider, sender=owner)
    clock.at(escrow.slashableAt(run_id))

    gains = {poster: 2 * cost, outsider: MIN_STAKE - cost}
    with books.moves(gains, owed=-cost, staked=-MIN_STAKE):
        escrow.slash(run_id, sender=poster)


def test_set_treasury__credit_of_the_old_one__stays_with_it(
    registry, escrow, owner, treasury, outsider, poster, claimed_run, clock, blacklist
):
    """RUN-16: what is credited is owed to an account, not to an office."""
    run_id = claimed_run(reward=ONE_USDC)
    clock.at(escrow.slashableAt(run_id))
    blacklist(treasury)
    escrow.slash(run_id, sender=poster)
    credit = registry.creditOf(treasury)
    assert credit == MIN_STAKE - ONE_USDC - ONE_USDC // 20

    registry.setTreasury(outsider, sender=owner)

    assert registry.creditOf(treasury) == credit
    assert registry.creditOf(outsider) == 0
