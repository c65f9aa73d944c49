"""The constructors of both contracts.

when the treasury is where money would be lost, a market cannot be one, the token is another
    it should revert
otherwise
    it should keep what it was given, announce it, and let the markets lock at once
"""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import MIN_STAKE, ZERO_ADDRESS
from artifacts import ours
from localnet.chain import created_address
from tests.in_process.refusal import refused
from tests.stateful import people


def _address(system, whom: str) -> str:
    return ZERO_ADDRESS if whom == "zero" else getattr(system, whom).address


def _told(system, contract) -> list[tuple]:
    """Tell what the creation of a contract emitted; nothing may be asked in between."""
    return [
        (event.name, *event.args.values())
        for event in system.chain.last_receipt().events
        if event.address == contract.address
    ]


def test_registry__market_is_itself__reverts(system):
    """STAKE-3, RUN-26."""
    deployer = people.owner.address
    itself = created_address(deployer, system.chain.nonce(deployer))

    with refused("InvalidMarket", market=itself):
        system.deploy_registry(markets=[itself])


@pytest.mark.parametrize("whom", ["zero", "token", "identity", "forwarder"])
@pytest.mark.parametrize("place", [0, 1])
def test_registry__market_that_cannot_be_one__reverts(system, whom, place):
    """RUN-26, STAKE-3: a forwarder as a market would let anybody slash."""
    market = _address(system, whom)
    markets = [people.second_market]
    markets.insert(place, market)

    with refused("InvalidMarket", market=market):
        system.deploy_registry(markets=markets)


def test_registry__market_twice__reverts(system):
    """STAKE-9."""
    with refused("MarketAlreadyAdded", market=people.second_market):
        system.deploy_registry(markets=[people.second_market] * 2)


def test_registry__good_arguments__are_kept_and_announced(system):
    """STAKE-9."""
    markets = [people.second_market.address, people.third_market.address]

    registry = system.deploy_registry(markets=markets)
    told = _told(system, registry)

    assert all(registry.view("isMarket", market) for market in markets)
    assert all(registry.view("belongsToSystem", market) for market in markets)
    assert not registry.view("belongsToSystem", people.outsider)
    assert not registry.view("isMarket", people.outsider)
    assert not registry.view("isMarket", ZERO_ADDRESS)
    assert registry.view("USDC") == system.token.address
    assert registry.view("identities") == system.identity.address
    assert registry.view("owner") == people.owner.address
    assert registry.view("trustedForwarder") == system.forwarder.address
    assert registry.view("totalOwed") == 0
    assert told == [
        ("OwnershipTransferred", ZERO_ADDRESS, people.owner.address),
        *(("MarketAdded", market) for market in markets),
    ]


def test_registry__no_market__takes_stakes_and_gives_them_back(system):
    """STAKE-2, STAKE-9."""
    registry = system.deploy_registry(markets=[])
    system.token.send(people.agent_owner, "approve", registry, MIN_STAKE)
    registry.send(people.agent_owner, "stake", system.agent_id, MIN_STAKE)

    with refused("NotMarket", caller=ZERO_ADDRESS):
        registry.send(ZERO_ADDRESS, "lock", system.agent_id, 1, 1)
    registry.send(people.agent_owner, "unstake", system.agent_id, MIN_STAKE, people.agent_owner)

    for nobody in (ZERO_ADDRESS, "0x" + "00" * 19 + "01"):
        assert not registry.view("isMarket", nobody)
    assert registry.view("totalOwed") == system.balance(registry) == 0


@pytest.mark.parametrize("whom", ["zero", "token", "registry", "identity", "forwarder"])
def test_escrow__treasury_where_money_would_be_lost__reverts(system, whom):
    """RUN-24, RUN-26."""
    to = _address(system, whom)

    with refused("InvalidRecipient", to=to):
        system.deploy_escrow(treasury=to)


def test_escrow__registry_of_another_token__reverts(system):
    """A compensation would be paid in another token than a reward."""
    other = system.chain.deploy(ours("PlainToken"), sender=people.owner)

    with refused("UsdcMismatch", usdc=other, registryUsdc=system.token):
        system.deploy_escrow(usdc=other)


def test_escrow__good_arguments__are_kept_and_announced(system):
    """RUN-24."""
    escrow = system.deploy_escrow()
    told = _told(system, escrow)

    assert escrow.view("USDC") == system.token.address
    fixed = (system.token.address, system.registry.address, system.identity.address)
    assert escrow.view("immutables")[:3] == fixed
    assert escrow.view("treasury") == people.treasury.address
    assert escrow.view("owner") == people.owner.address
    assert escrow.view("trustedForwarder") == system.forwarder.address
    assert not escrow.view("paused")
    assert [escrow.view(name) for name in ("runCount", "totalOwed", "accruedFees")] == [0, 0, 0]
    assert told == [
        ("OwnershipTransferred", ZERO_ADDRESS, people.owner.address),
        ("TreasurySet", people.treasury.address),
    ]
