"""slash(agentId, amount, beneficiary, compensation), where USDC refuses to pay.

given USDC refuses the beneficiary
    it should credit it, and pay the treasury
given USDC refuses the treasury
    it should credit it, and pay the beneficiary
given USDC is paused, or refuses both, or the registry itself
    it should credit both, and they withdraw later
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


def test_slash__blacklisted_beneficiary__is_credited_and_the_treasury_paid(
    registry, locked, market, poster, outsider, treasury, blacklist, ledger
):
    """RUN-16, RUN-20, STAKE-8."""
    working = locked()
    blacklist(poster)

    with ledger.moves({registry: -REST, treasury: REST}):
        tx = registry.slash(working, MIN_STAKE, poster, PART, sender=market)

    assert emitted(tx, registry) == [
        ("StakeSlashed", working, market, poster, MIN_STAKE, PART, 1),
        ("Credited", poster, PART),
    ]
    assert registry.creditOf(poster) == registry.totalOwed() == PART
    with ledger.moves({registry: -PART, outsider: PART}):
        registry.withdrawCredit(outsider, sender=poster)


def test_slash__blacklisted_treasury__is_credited_and_the_beneficiary_paid(
    registry, locked, market, poster, treasury, blacklist, unblacklist, ledger
):
    """RUN-16, STAKE-8: the platform cannot block a poster's compensation."""
    working = locked()
    blacklist(treasury)

    with ledger.moves({registry: -PART, poster: PART}):
        tx = registry.slash(working, MIN_STAKE, poster, PART, sender=market)

    assert emitted(tx, registry)[1:] == [("Credited", treasury, REST)]
    assert registry.creditOf(treasury) == registry.totalOwed() == REST
    unblacklist(treasury)
    with ledger.moves({registry: -REST, treasury: REST}):
        registry.withdrawCredit(treasury, sender=treasury)


@pytest.mark.parametrize("trouble", ["usdc_paused", "both_blacklisted", "registry_blacklisted"])
def test_slash__usdc_refuses_everybody__credits_both(
    registry,
    locked,
    market,
    poster,
    treasury,
    blacklist,
    unblacklist,
    pause_usdc,
    unpause_usdc,
    ledger,
    trouble,
):
    """RUN-16, RUN-20 (threat: the contract itself is blacklisted): frozen for a while, not lost."""
    refused = {"both_blacklisted": [poster, treasury], "registry_blacklisted": [registry]}
    working = locked()
    if trouble == "usdc_paused":
        pause_usdc()
    for account in refused.get(trouble, []):
        blacklist(account)

    with ledger.moves():
        tx = registry.slash(working, MIN_STAKE, poster, PART, sender=market)

    assert emitted(tx, registry)[1:] == [("Credited", poster, PART), ("Credited", treasury, REST)]
    assert registry.totalOwed() == MIN_STAKE
    if trouble == "usdc_paused":
        unpause_usdc()
    for account in refused.get(trouble, []):
        unblacklist(account)
    with ledger.moves({registry: -MIN_STAKE, poster: PART, treasury: REST}):
        registry.withdrawCredit(poster, sender=poster)
        registry.withdrawCredit(treasury, sender=treasury)
    assert registry.totalOwed() == 0


def test_slash__two_refused_compensations__add_up(registry, locked, market, poster, blacklist):
    """RUN-16."""
    working = locked(staked=2 * MIN_STAKE)
    locked(staked=0)
    blacklist(poster)

    registry.slash(working, MIN_STAKE, poster, MIN_STAKE, sender=market)
    registry.slash(working, MIN_STAKE, poster, PART, sender=market)

    assert registry.creditOf(poster) == MIN_STAKE + PART


def test_slash__token_returns_false__credits(
    project, owner, agent, identity, treasury, forwarder, market, poster, agent_id
):
    """RUN-16 (threat: a call that succeeds is taken for a payment)."""
    token = owner.deploy(project.FalseReturningToken)
    registry = owner.deploy(
        project.StakeRegistry, token, identity, treasury, owner, [market], forwarder
    )
    token.mint(agent, MIN_STAKE, sender=agent)
    token.approve(registry, MIN_STAKE, sender=agent)
    registry.stake(agent_id, MIN_STAKE, sender=agent)
    registry.lock(agent_id, MIN_STAKE, 1, sender=market)
    token.refuse(registry, sender=owner)

    registry.slash(agent_id, MIN_STAKE, poster, MIN_STAKE, sender=market)

    assert registry.creditOf(poster) == token.balanceOf(registry) == MIN_STAKE
