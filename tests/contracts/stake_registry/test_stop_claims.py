"""stopClaims(stopped): a market's switch for its own claims.

given a market that has stopped its claims
    it should take no claim, and still lock bonds
    it should release and slash what it has locked
    it should take claims again when it says so
given somebody else has stopped claims of its own
    it should stop nobody else's
given it is called through the forwarder
    it should stop the forwarder's own, not the signer's
given a market that is stopped and retired
    it should say that it is retired
"""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import MIN_STAKE
from tests.contracts.outcome import emitted, reverting

BOND, CLAIM = 0, 1


@pytest.mark.parametrize("which", ["market", "second_market"])
def test_stop_claims__market__takes_no_claim_and_bonds_go_on(request, registry, agent_id, which):
    """RUN-18, STAKE-11."""
    caller = request.getfixturevalue(which)

    tx = registry.stopClaims(True, sender=caller)

    assert emitted(tx, registry) == []
    with reverting(registry.ClaimsStopped, market=caller):
        registry.lock(agent_id, 1, CLAIM, sender=caller)
    registry.lock(agent_id, MIN_STAKE, BOND, sender=caller)
    assert registry.isMarket(caller)


def test_stop_claims__added_market__takes_no_claim_and_bonds_go_on(
    registry, agent, agent_id, added
):
    """RUN-18, STAKE-9, STAKE-11."""
    registry.allowMarket(agent_id, added, MIN_STAKE, sender=agent)
    registry.stopClaims(True, sender=added)

    with reverting(registry.ClaimsStopped, market=added):
        registry.lock(agent_id, 1, CLAIM, sender=added)
    registry.lock(agent_id, 1, BOND, sender=added)


def test_stop_claims__again_and_again__is_what_was_said_last(registry, agent_id, market):
    """RUN-18."""
    for stopped in (True, True, False, False):
        registry.stopClaims(stopped, sender=market)

    registry.lock(agent_id, MIN_STAKE, CLAIM, sender=market)

    assert registry.getAgent(agent_id).claims == 1


def test_stop_claims__open_work__ends_as_ever(registry, locked, market, poster, ledger):
    """RUN-18: no exit is stopped."""
    working = locked()
    registry.stopClaims(True, sender=market)

    registry.release(working, 1, 1, sender=market)
    with ledger.moves({registry: -1, poster: 1}):
        registry.slash(working, MIN_STAKE - 1, 1, poster, True, sender=market)


@pytest.mark.parametrize("who", ["outsider", "agent", "owner", "second_market"])
def test_stop_claims__somebody_else__stops_nobody_else(request, registry, agent_id, market, who):
    """STAKE-9 (threat: a stranger, or the owner, stops a market)."""
    registry.stopClaims(True, sender=request.getfixturevalue(who))

    registry.lock(agent_id, MIN_STAKE, CLAIM, sender=market)

    assert registry.getAgent(agent_id).locked == MIN_STAKE


def test_stop_claims__before_it_becomes_a_market__holds(registry, owner, agent, agent_id, outsider):
    """RUN-18: an escrow that was paused before it was added stays so."""
    registry.stopClaims(True, sender=outsider)
    registry.addMarket(outsider, sender=owner)
    registry.allowMarket(agent_id, outsider, MIN_STAKE, sender=agent)

    with reverting(registry.ClaimsStopped, market=outsider):
        registry.lock(agent_id, 1, CLAIM, sender=outsider)


def test_stop_claims__through_the_forwarder__is_not_the_signers(
    registry, forwarder, agent_id, market, relayer, signing
):
    """STAKE-3, RUN-19: a market speaks for itself only."""
    call = registry.stopClaims.encode_input(True)

    forwarder.execute(signing.request(market, registry, call), sender=relayer)

    registry.lock(agent_id, MIN_STAKE, CLAIM, sender=market)


@pytest.mark.parametrize("which", ["market", "second_market"])
def test_stop_claims__retired_too__is_retired_whatever_it_says(
    request, registry, owner, agent_id, which
):
    """STAKE-9: the switch does not bring a retired market back."""
    caller = request.getfixturevalue(which)
    registry.stopClaims(True, sender=caller)
    registry.retireMarket(caller, sender=owner)

    for stopped in (True, False):
        registry.stopClaims(stopped, sender=caller)
        with reverting(registry.MarketIsRetired, market=caller):
            registry.lock(agent_id, 1, CLAIM, sender=caller)


def test_stop_claims__eligibility__is_asked_elsewhere(registry, agent_id, market):
    """RUN-5: of its own pause a market tells by itself; this view is about the owners' word."""
    registry.stopClaims(True, sender=market)

    assert registry.allowsClaim(agent_id, market, MIN_STAKE)
