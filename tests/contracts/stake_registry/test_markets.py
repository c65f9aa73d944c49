"""addMarket(market), retireMarket(market), isMarket(market), belongsToSystem(account).

addMarket
    when the caller is not the owner
        it should revert with OwnableUnauthorizedAccount
    when the market is zero, or what can never be one
        it should revert with InvalidMarket
    when it is a market already
        it should revert with MarketAlreadyAdded
    when it was retired
        it should revert with MarketIsRetired
    otherwise
        it should emit MarketAdded, and move no stake
retireMarket
    when the caller is not the owner
        it should revert with OwnableUnauthorizedAccount
    when it was never a market
        it should revert with MarketUnknown
    when it was retired
        it should revert with MarketIsRetired
    otherwise
        it should emit MarketRetired
given a market of the constructor's, retired
    it should take no claim, and still lock bonds
    it should release and slash what it has locked
given an added market, retired
    it should lock nothing, whatever the owner of the NFT allowed
    it should release and slash what it has locked
isMarket
    it should be true from the constructor, or addMarket, until the market is retired
belongsToSystem
    it should be true of the contracts, and of every market, retired ones too
"""

from __future__ import annotations

import pytest

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import MIN_STAKE, ZERO_ADDRESS
from tests.contracts.outcome import emitted, reverting


@pytest.mark.parametrize("function", ["addMarket", "retireMarket"])
@pytest.mark.parametrize("who", ["outsider", "agent", "market", "treasury"])
def test_markets__not_the_owner__reverts(request, registry, second_market, who, function):
    """STAKE-9."""
    caller = request.getfixturevalue(who)

    with reverting(registry.OwnableUnauthorizedAccount, account=caller):
        getattr(registry, function)(second_market, sender=caller)


def test_add_market__zero__reverts(registry, owner):
    """RUN-26."""
    with reverting(registry.InvalidMarket, market=ZERO_ADDRESS):
        registry.addMarket(ZERO_ADDRESS, sender=owner)


@pytest.mark.parametrize("what", ["forwarder", "registry", "usdc", "identity"])
def test_add_market__what_can_never_be_one__reverts(request, registry, owner, what):
    """STAKE-3, STAKE-9 (threat: the forwarder as a market, through which anybody could slash)."""
    market = request.getfixturevalue(what).address

    with reverting(registry.InvalidMarket, market=market):
        registry.addMarket(market, sender=owner)


@pytest.mark.parametrize("which", ["market", "second_market", "added"])
def test_add_market__market_already__reverts(request, registry, owner, which):
    """STAKE-9: what needs no consent is not made to need it, nor the other way round."""
    already = request.getfixturevalue(which)

    with reverting(registry.MarketAlreadyAdded, market=already):
        registry.addMarket(already, sender=owner)


@pytest.mark.parametrize("which", ["market", "second_market", "added"])
def test_add_market__retired__reverts(request, registry, owner, which):
    """STAKE-9: retired for good."""
    retired = request.getfixturevalue(which)
    registry.retireMarket(retired, sender=owner)

    with reverting(registry.MarketIsRetired, market=retired):
        registry.addMarket(retired, sender=owner)


def test_add_market__by_the_owner__announces_it_and_moves_nothing(
    registry, owner, outsider, agent_id, ledger
):
    """STAKE-9."""
    before = tuple(registry.getAgent(agent_id))

    with ledger.moves():
        tx = registry.addMarket(outsider, sender=owner)

    assert emitted(tx, registry) == [("MarketAdded", outsider)]
    assert registry.isMarket(outsider)
    assert tuple(registry.getAgent(agent_id)) == before


@pytest.mark.parametrize("who", ["outsider", "owner", "registry", "usdc"])
def test_retire_market__never_one__reverts(request, registry, owner, who):
    """STAKE-9, RUN-26."""
    never = request.getfixturevalue(who)

    with reverting(registry.MarketUnknown, market=never):
        registry.retireMarket(never, sender=owner)


@pytest.mark.parametrize("which", ["market", "second_market", "added"])
def test_retire_market__twice__reverts(request, registry, owner, which):
    """STAKE-9."""
    retired = request.getfixturevalue(which)
    registry.retireMarket(retired, sender=owner)

    with reverting(registry.MarketIsRetired, market=retired):
        registry.retireMarket(retired, sender=owner)


@pytest.mark.parametrize("which", ["market", "second_market", "added"])
def test_retire_market__by_the_owner__announces_it_and_moves_nothing(
    request, registry, owner, which, locked, ledger
):
    """STAKE-9: it moves no stake, and no lock."""
    working = locked()
    before = tuple(registry.getAgent(working))
    retired = request.getfixturevalue(which)

    with ledger.moves():
        tx = registry.retireMarket(retired, sender=owner)

    assert emitted(tx, registry) == [("MarketRetired", retired)]
    assert not registry.isMarket(retired)
    assert tuple(registry.getAgent(working)) == before


@pytest.mark.parametrize("which", ["market", "second_market"])
@pytest.mark.parametrize("min_status", [AgentStatus.PROVISIONAL, AgentStatus.ESTABLISHED])
def test_lock__claim_of_a_retired_market__reverts(
    request, registry, owner, agent_id, which, min_status
):
    """STAKE-9."""
    retired = request.getfixturevalue(which)
    registry.retireMarket(retired, sender=owner)

    with reverting(registry.MarketIsRetired, market=retired):
        registry.lock(agent_id, 1, min_status, sender=retired)


@pytest.mark.parametrize("which", ["market", "second_market"])
def test_lock__bond_of_a_retired_market_of_the_constructor__locks(
    request, registry, owner, agent_id, which
):
    """STAKE-9, STAKE-11: open cases need bonds."""
    retired = request.getfixturevalue(which)
    registry.retireMarket(retired, sender=owner)

    tx = registry.lock(agent_id, MIN_STAKE, 0, sender=retired)

    assert emitted(tx, registry) == [("StakeLocked", agent_id, retired, MIN_STAKE, 0)]


@pytest.mark.parametrize("min_status", [0, 1, 2])
def test_lock__retired_market_that_was_added__reverts(
    registry, owner, agent, agent_id, added, min_status
):
    """STAKE-9: neither claims nor bonds, however much was allowed."""
    registry.allowMarket(agent_id, added, MIN_STAKE, sender=agent)
    registry.retireMarket(added, sender=owner)

    with reverting(registry.MarketIsRetired, market=added):
        registry.lock(agent_id, 1, min_status, sender=added)


@pytest.mark.parametrize("other", ["second_market", "added"])
def test_retire_market__one__leaves_the_others(
    request, registry, owner, agent, agent_id, market, added, other
):
    """STAKE-9."""
    registry.retireMarket(market, sender=owner)
    registry.allowMarket(agent_id, added, MIN_STAKE, sender=agent)

    registry.lock(agent_id, MIN_STAKE, 1, sender=request.getfixturevalue(other))

    assert registry.getAgent(agent_id).locked == MIN_STAKE


@pytest.mark.parametrize("which", ["market", "second_market", "added"])
def test_retired_market__what_it_has_locked__is_released_and_slashed(
    request, registry, owner, agent, agent_id, poster, which, ledger
):
    """STAKE-3, STAKE-9: open work ends as ever."""
    caller = request.getfixturevalue(which)
    if which == "added":
        registry.allowMarket(agent_id, caller, MIN_STAKE, sender=agent)
    registry.lock(agent_id, MIN_STAKE, 1, sender=caller)
    registry.retireMarket(caller, sender=owner)

    registry.release(agent_id, MIN_STAKE - 2, 1, sender=caller)
    with ledger.moves({registry: -1, poster: 1}):
        registry.slash(agent_id, 2, 1, poster, True, sender=caller)

    after = registry.getAgent(agent_id)
    assert (after.staked, after.locked, after.completions, after.strikes) == (
        MIN_STAKE - 1,
        0,
        1,
        1,
    )


@pytest.mark.parametrize("which", ["market", "second_market"])
def test_is_market__of_the_constructor__is_one_at_once(request, registry, which):
    """STAKE-9."""
    assert registry.isMarket(request.getfixturevalue(which))


@pytest.mark.parametrize("account", ["outsider", "owner", "treasury", "forwarder", "registry"])
def test_is_market__others__are_not(request, registry, account):
    """STAKE-3, STAKE-9."""
    assert not registry.isMarket(request.getfixturevalue(account))


def test_is_market__zero__is_never_one(registry, project, owner, usdc, identity, forwarder):
    """STAKE-3: also where the constructor was given no market."""
    without = owner.deploy(project.StakeRegistry, usdc, identity, owner, [], forwarder)

    for one in (registry, without):
        assert not one.isMarket(ZERO_ADDRESS)
        assert not one.isMarket(one)


@pytest.mark.parametrize("what", ["registry", "usdc", "identity", "forwarder", "market", "added"])
def test_belongs_to_system__contracts_and_markets__do(request, registry, what):
    """RUN-26."""
    assert registry.belongsToSystem(request.getfixturevalue(what))


@pytest.mark.parametrize("which", ["market", "second_market", "added"])
def test_belongs_to_system__retired_market__still_does(request, registry, owner, which):
    """RUN-26: money could return from it no better than before."""
    retired = request.getfixturevalue(which)
    registry.retireMarket(retired, sender=owner)

    assert registry.belongsToSystem(retired)


@pytest.mark.parametrize("who", ["outsider", "owner", "agent", "treasury"])
def test_belongs_to_system__people__do_not(request, registry, who):
    """RUN-26."""
    assert not registry.belongsToSystem(request.getfixturevalue(who))


def test_belongs_to_system__zero__does_not(registry):
    """RUN-26: zero is refused for itself."""
    assert not registry.belongsToSystem(ZERO_ADDRESS)


def test_belongs_to_system__who_stopped_claims_of_its_own__does_not(registry, relayer):
    """RUN-26: a switch that is anybody's makes nobody a market."""
    registry.stopClaims(True, sender=relayer)

    assert not registry.belongsToSystem(relayer)
    assert not registry.isMarket(relayer)
