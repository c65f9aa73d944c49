"""constructor(usdc, identity, owner, markets, trustedForwarder).

when the owner is zero
    it should revert with OwnableInvalidOwner
when a market is zero
    it should revert with InvalidMarket
when a market is given twice
    it should revert with MarketAlreadyAdded
otherwise
    it should emit MarketAdded for each market
    it should keep what it was given
    it should work without any market
"""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import MIN_STAKE, ZERO_ADDRESS
from tests.contracts.outcome import emitted, reverting


@pytest.fixture
def deploy(project, owner, usdc, identity, forwarder, market, second_market):
    """Deploys a registry with the given arguments in the place of good ones."""

    def deploy(**changed):
        arguments = {
            "usdc": usdc,
            "identity": identity,
            "owner": owner,
            "markets": [market, second_market],
            "forwarder": forwarder,
        }
        return owner.deploy(project.StakeRegistry, *(arguments | changed).values())

    return deploy


def test_constructor__owner_zero__reverts(registry, deploy):
    with reverting(registry.OwnableInvalidOwner, owner=ZERO_ADDRESS):
        deploy(owner=ZERO_ADDRESS)


def test_constructor__market_zero__reverts(registry, deploy, market):
    """RUN-26."""
    with reverting(registry.InvalidMarket, market=ZERO_ADDRESS):
        deploy(markets=[market, ZERO_ADDRESS])


def test_constructor__first_market_zero__reverts(registry, deploy, market):
    """RUN-26."""
    with reverting(registry.InvalidMarket, market=ZERO_ADDRESS):
        deploy(markets=[ZERO_ADDRESS, market])


def test_constructor__market_twice__reverts(registry, deploy, market):
    """STAKE-9."""
    with reverting(registry.MarketAlreadyAdded, market=market):
        deploy(markets=[market, market])


@pytest.mark.parametrize("what", ["usdc", "identity", "forwarder"])
def test_constructor__market_that_can_never_be_one__reverts(request, registry, deploy, what):
    """STAKE-3, STAKE-9 (threat: the forwarder as a market)."""
    never = request.getfixturevalue(what).address

    with reverting(registry.InvalidMarket, market=never):
        deploy(markets=[never])


def test_constructor__good_arguments__are_kept_and_announced(
    deploy, usdc, identity, owner, market, second_market, forwarder
):
    """STAKE-8, STAKE-9: there is no treasury that could earn from a slash."""
    registry = deploy()

    tx = registry.creation_metadata.receipt
    assert emitted(tx, registry) == [
        ("OwnershipTransferred", ZERO_ADDRESS, owner),
        ("MarketAdded", market),
        ("MarketAdded", second_market),
    ]
    assert registry.USDC() == usdc
    assert registry.identities() == identity
    assert registry.owner() == owner
    assert registry.trustedForwarder() == forwarder
    assert registry.isTrustedForwarder(forwarder)
    assert registry.totalOwed() == 0
    assert registry.isMarket(market)
    assert registry.isMarket(second_market)
    assert not hasattr(registry, "treasury")


def test_constructor__no_market__takes_stakes_and_gives_them_back(
    deploy, usdc, agent, agent_id, ledger
):
    """STAKE-2, STAKE-9."""
    registry = deploy(markets=[])
    usdc.approve(registry, MIN_STAKE, sender=agent)

    with ledger.moves():
        registry.stake(agent_id, MIN_STAKE, sender=agent)
        registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)
