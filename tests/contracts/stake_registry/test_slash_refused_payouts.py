"""slash(agentId, amount, penalty, beneficiary, strike), where USDC refuses to pay.

given USDC refuses the beneficiary
    it should credit it
given USDC is paused, or refuses the registry itself
    it should credit the beneficiary, who withdraws later
given USDC refuses the same beneficiary twice
    it should add up
given a token that returns false instead of reverting
    it should credit
"""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import MIN_STAKE
from tests.contracts.outcome import emitted

PART = 1_050_000
REST = MIN_STAKE - PART


def test_slash__blacklisted_beneficiary__is_credited(
    registry, agent, locked, market, poster, outsider, blacklist, ledger
):
    """RUN-16, RUN-20, STAKE-8: what the agent keeps is not touched by it."""
    working = locked()
    blacklist(poster)

    with ledger.moves():
        tx = registry.slash(working, MIN_STAKE, PART, poster, True, sender=market)

    assert emitted(tx, registry) == [
        ("StakeSlashed", working, market, poster, MIN_STAKE, PART, True, 1),
        ("Credited", poster, PART),
    ]
    assert registry.creditOf(poster) == PART
    assert registry.totalOwed() == MIN_STAKE
    with ledger.moves({registry: -PART, outsider: PART}):
        registry.withdrawCredit(outsider, sender=poster)
    with ledger.moves({registry: -REST, agent: REST}):
        registry.unstake(working, REST, agent, sender=agent)


@pytest.mark.parametrize("trouble", ["usdc_paused", "registry_blacklisted"])
def test_slash__usdc_refuses_everybody__credits(
    registry,
    locked,
    market,
    poster,
    blacklist,
    unblacklist,
    pause_usdc,
    unpause_usdc,
    ledger,
    trouble,
):
    """RUN-16, RUN-20 (threat: the contract itself is blacklisted): frozen for a while, not lost."""
    working = locked()
    if trouble == "usdc_paused":
        pause_usdc()
    else:
        blacklist(registry)

    with ledger.moves():
        tx = registry.slash(working, MIN_STAKE, PART, poster, True, sender=market)

    assert emitted(tx, registry)[1:] == [("Credited", poster, PART)]
    assert registry.totalOwed() == MIN_STAKE
    if trouble == "usdc_paused":
        unpause_usdc()
    else:
        unblacklist(registry)
    with ledger.moves({registry: -PART, poster: PART}):
        registry.withdrawCredit(poster, sender=poster)
    assert registry.totalOwed() == REST


def test_slash__two_refused_penalties__add_up(registry, locked, market, poster, blacklist):
    """RUN-16."""
    working = locked(staked=2 * MIN_STAKE)
    locked(staked=0)
    blacklist(poster)

    registry.slash(working, MIN_STAKE, MIN_STAKE, poster, True, sender=market)
    registry.slash(working, MIN_STAKE, PART, poster, True, sender=market)

    assert registry.creditOf(poster) == MIN_STAKE + PART


def test_slash__token_returns_false__credits(
    project, owner, agent, identity, forwarder, market, poster, agent_id
):
    """RUN-16 (threat: a call that succeeds is taken for a payment)."""
    token = owner.deploy(project.FalseReturningToken)
    registry = owner.deploy(project.StakeRegistry, token, identity, owner, [market], forwarder)
    token.mint(agent, MIN_STAKE, sender=agent)
    token.approve(registry, MIN_STAKE, sender=agent)
    registry.stake(agent_id, MIN_STAKE, sender=agent)
    registry.lock(agent_id, MIN_STAKE, 1, sender=market)
    token.refuse(registry, sender=owner)

    registry.slash(agent_id, MIN_STAKE, MIN_STAKE, poster, True, sender=market)

    assert registry.creditOf(poster) == token.balanceOf(registry) == MIN_STAKE
