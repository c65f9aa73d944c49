"""setTreasury(treasury).

when the caller is not the owner
└── it should revert with OwnableUnauthorizedAccount
when the treasury is zero or one of the contracts, or any market that there is or was
└── it should revert with InvalidRecipient
otherwise
├── it should emit TreasurySet and move no money
├── it should send fees to the new one from now on, also those that accrued before
└── it should leave a credit with the old one
given the treasury became a market since
└── it should keep the fees until there is another treasury
"""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import ZERO_ADDRESS
from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import COST, FEE


@pytest.mark.parametrize("who", ["outsider", "treasury", "poster", "agent"])
def test_set_treasury__not_the_owner__reverts(request, escrow, treasury, who):
    """STAKE-9: not even the treasury itself."""
    caller = request.getfixturevalue(who)

    with reverting(escrow.OwnableUnauthorizedAccount, account=caller):
        escrow.setTreasury(caller, sender=caller)

    assert escrow.treasury() == treasury


@pytest.mark.parametrize("whom", ["zero", "usdc", "identity", "forwarder", "registry", "escrow"])
def test_set_treasury__to_where_money_would_be_lost__reverts(request, escrow, owner, whom):
    """RUN-24, RUN-26."""
    to = ZERO_ADDRESS if whom == "zero" else request.getfixturevalue(whom).address

    with reverting(escrow.InvalidRecipient, to=to):
        escrow.setTreasury(to, sender=owner)


@pytest.mark.parametrize("retired", [False, True])
def test_set_treasury__to_another_market__reverts(registry, escrow, owner, outsider, retired):
    """RUN-26: any market of the registry, not this one alone."""
    registry.addMarket(outsider, sender=owner)
    if retired:
        registry.retireMarket(outsider, sender=owner)

    with reverting(escrow.InvalidRecipient, to=outsider):
        escrow.setTreasury(outsider, sender=owner)


def test_set_treasury__by_the_owner__moves_no_money(
    escrow, owner, outsider, approved_run, open_run, books
):
    """STAKE-9, RUN-24."""
    approved_run()
    open_run()

    with books.moves():
        tx = escrow.setTreasury(outsider, sender=owner)

    assert emitted(tx, escrow) == [("TreasurySet", outsider)]
    assert escrow.treasury() == outsider


def test_set_treasury__fees_accrued_before__go_to_the_new_one(
    escrow, owner, outsider, approved_run, books
):
    """RUN-16: fees are the platform's, wherever it has them sent (threat: treasury changed)."""
    approved_run()
    escrow.setTreasury(outsider, sender=owner)

    with books.moves({outsider: FEE}, owed=-FEE, fees=-FEE):
        escrow.sweepFees(sender=outsider)


def test_set_treasury__credit_of_the_old_one__stays_with_it(
    escrow, owner, treasury, relayer, outsider, runs, terms, blacklist
):
    """RUN-16: what is credited is owed to an account, not to an office."""
    runs.send(outsider, escrow.postRun, terms(), "ipfs://task")
    run_id = escrow.runCount()
    escrow.setTreasury(outsider, sender=owner)
    blacklist(outsider)
    escrow.cancelRun(run_id, sender=outsider)
    assert escrow.creditOf(outsider) == COST

    escrow.setTreasury(relayer, sender=owner)

    assert escrow.creditOf(outsider) == COST
    assert escrow.creditOf(relayer) == 0


@pytest.mark.parametrize("retired", [False, True])
def test_treasury__became_a_market__keeps_the_fees_until_there_is_another(
    registry, escrow, owner, treasury, outsider, approved_run, books, retired
):
    """RUN-24, RUN-26: no order of two rightful calls sends money to a market."""
    approved_run()
    registry.addMarket(treasury, sender=owner)
    if retired:
        registry.retireMarket(treasury, sender=owner)
    with books.moves(), reverting(escrow.InvalidRecipient, to=treasury):
        escrow.sweepFees(sender=outsider)

    escrow.setTreasury(outsider, sender=owner)

    with books.moves({outsider: FEE}, owed=-FEE, fees=-FEE):
        escrow.sweepFees(sender=outsider)
