"""constructor(usdc, identity, treasury, owner, markets, trustedForwarder).

when the owner is zero
    it should revert with OwnableInvalidOwner
when a market is zero
    it should revert with InvalidMarket
when a market is given twice
    it should revert with MarketAlreadyScheduled
when the treasury is zero or one of the contracts
    it should revert with InvalidRecipient
otherwise
    it should emit MarketScheduled for each market, then TreasurySet
    it should keep what it was given
    it should work without any market
"""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import MIN_STAKE, ZERO_ADDRESS
from tests.contracts.outcome import emitted, reverting


@pytest.fixture
def deploy(project, owner, usdc, identity, treasury, forwarder, market, second_market):
    """Deploys a registry with the given arguments in the place of good ones."""

    def deploy(**changed):
        arguments = {
            "usdc": usdc,
            "identity": identity,
            "treasury": treasury,
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


def test_constructor__market_twice__reverts(registry, deploy, market, clock):
    """STAKE-9."""
    now = clock.now() + 10
    clock.at(now)

    with reverting(registry.MarketAlreadyScheduled, market=market, usableAt=now):
        deploy(markets=[market, market])


@pytest.mark.parametrize("whom", ["zero", "usdc", "identity", "forwarder", "market"])
def test_constructor__treasury_where_money_would_be_lost__reverts(request, registry, deploy, whom):
    """RUN-24, RUN-26."""
    to = ZERO_ADDRESS if whom == "zero" else request.getfixturevalue(whom).address

    with reverting(registry.InvalidRecipient, to=to):
        deploy(treasury=to)


def test_constructor__good_arguments__are_kept_and_announced(
    deploy, usdc, identity, treasury, owner, market, second_market, forwarder
):
    """STAKE-9, RUN-24."""
    registry = deploy()

    tx = registry.creation_metadata.receipt
    assert emitted(tx, registry) == [
        ("OwnershipTransferred", ZERO_ADDRESS, owner),
        ("MarketScheduled", market, tx.timestamp),
        ("MarketScheduled", second_market, tx.timestamp),
        ("TreasurySet", treasury),
    ]
    assert registry.USDC() == usdc
    assert registry.identities() == identity
    assert registry.treasury() == treasury
    assert registry.owner() == owner
    assert registry.trustedForwarder() == forwarder
    assert registry.isTrustedForwarder(forwarder)
    assert registry.totalOwed() == 0
    assert registry.marketUsableAt(market) == registry.marketUsableAt(second_market) == tx.timestamp


def test_constructor__no_market__takes_stakes_and_gives_them_back(
    deploy, usdc, agent, agent_id, ledger
):
    """STAKE-2, STAKE-9."""
    registry = deploy(markets=[])
    usdc.approve(registry, MIN_STAKE, sender=agent)

    with ledger.moves():
        registry.stake(agent_id, MIN_STAKE, sender=agent)
        registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)
