"""constructor: what never changes.

when the treasury is zero or one of the contracts
└── it should revert
when the owner is zero
└── it should revert
when the registry holds another token
└── it should revert with UsdcMismatch
when all is well
├── it should set everything, and take the identity registry from the stake registry
├── it should emit TreasurySet
└── its constants should be those of the specification
"""

from __future__ import annotations

import pytest

from agentescrow.domain import constants
from tests.contracts.outcome import emitted, reverting
from tests.contracts.run_escrow.conftest import ZERO


@pytest.mark.parametrize("which", ["zero", "usdc", "registry", "identity", "forwarder", "escrow"])
def test_constructor__treasury_no_money_returns_from__reverts(
    request, project, escrow, registry, usdc, owner, forwarder, which
):
    """RUN-24, RUN-26: the first escrow is a market, and so no treasury of a second one."""
    to = ZERO if which == "zero" else request.getfixturevalue(which).address
    with reverting(escrow.InvalidRecipient, to=to):
        owner.deploy(project.RunEscrow, usdc, registry, to, owner, forwarder)


def test_constructor__no_owner__reverts(
    project, escrow, registry, usdc, owner, treasury, forwarder
):
    """Somebody has to be able to pause."""
    with reverting(escrow.OwnableInvalidOwner, owner=ZERO):
        owner.deploy(project.RunEscrow, usdc, registry, treasury, ZERO, forwarder)


def test_constructor__registry_of_another_token__reverts(
    project, escrow, registry, usdc, owner, treasury, forwarder
):
    """A compensation would be paid in another token than a reward."""
    other = owner.deploy(project.PlainToken)
    with reverting(escrow.UsdcMismatch, usdc=other, registryUsdc=usdc):
        owner.deploy(project.RunEscrow, other, registry, treasury, owner, forwarder)


def test_constructor__all_well__sets_everything(
    project, registry, identity, usdc, owner, outsider, treasury, forwarder
):
    """The deployer gets no right by deploying."""
    escrow = outsider.deploy(project.RunEscrow, usdc, registry, treasury, owner, forwarder)
    assert escrow.USDC() == usdc
    fixed = escrow.immutables()
    assert (fixed.usdc, fixed.registry, fixed.identities) == (usdc, registry, identity)
    assert escrow.treasury() == treasury
    assert escrow.owner() == owner
    assert escrow.trustedForwarder() == forwarder
    assert not escrow.paused()
    assert (escrow.runCount(), escrow.totalOwed(), escrow.accruedFees()) == (0, 0, 0)
    assert ("TreasurySet", treasury.address) in emitted(escrow.creation_metadata.receipt, escrow)


@pytest.mark.parametrize(
    ("contracts", "domains"),
    [
        ("platformFeeBps", "PLATFORM_FEE_BPS"),
        ("minStake", "MIN_STAKE"),
        ("claimTimeout", "CLAIM_TIMEOUT"),
        ("abandonWindow", "ABANDON_WINDOW"),
        ("maxDeadlineAhead", "DEADLINE_MAX_AHEAD"),
        ("maxReviewDays", "REVIEW_DAYS_MAX"),
        ("maxRevisions", "MAX_REVISIONS_MAX"),
        ("minCountedReward", "MIN_COUNTED_REWARD"),
        ("maxText", "MAX_TEXT"),
    ],
)
def test_immutables__each__is_that_of_the_domain(escrow, contracts, domains):
    """RUN-2, RUN-3, RUN-9, RUN-17, RUN-22, RUN-27: one number in both places."""
    assert getattr(escrow.immutables(), contracts) == getattr(constants, domains)
