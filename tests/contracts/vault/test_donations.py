"""USDC sent straight to a contract, around its functions.

given a donation
    it should not be owed to anybody, and not stop anything
    it should stay when everybody has left
"""

from __future__ import annotations

from agentescrow.domain.constants import MIN_STAKE, ONE_USDC
from tests.contracts.runs import COST, FEE, REWARD


def test_transfer__to_a_contract__is_owed_to_nobody(vault, usdc, poster, ledger):
    """RUN-20, RUN-24 (threat: donation)."""
    owed = vault.totalOwed()

    with ledger.moves({poster: -ONE_USDC, vault: ONE_USDC}):
        usdc.transfer(vault, ONE_USDC, sender=poster)

    assert vault.totalOwed() == owed
    assert vault.creditOf(poster) == 0


def test_transfer__to_both_contracts__breaks_no_payment_and_stays(
    registry, escrow, usdc, poster, agent, agent_id, treasury, runs, books, outsider
):
    """RUN-20, RUN-24: what was sent so is nobody's, and cannot be recovered."""
    for contract in (registry, escrow):
        usdc.transfer(contract, ONE_USDC, sender=poster)
    rest = {c: usdc.balanceOf(c) - c.totalOwed() for c in (registry, escrow)}
    assert set(rest.values()) == {ONE_USDC}

    with books.moves({poster: -COST, agent: REWARD}, owed=FEE, fees=FEE):
        runs.approved()
    with books.moves({treasury: FEE}, owed=-FEE, fees=-FEE):
        escrow.sweepFees(sender=outsider)
    with books.moves({agent: MIN_STAKE}, staked=-MIN_STAKE):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)

    assert {c: usdc.balanceOf(c) - c.totalOwed() for c in (registry, escrow)} == rest
    assert escrow.totalOwed() == 0
