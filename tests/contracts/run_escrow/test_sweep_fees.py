"""sweepFees: what the platform has earned goes to the treasury.

given no fees have accrued
└── it should revert, also right after a sweep, also when money lies around
given fees have accrued
├── when anyone sweeps
│   ├── it should pay all of them to the treasury, and owe no more
│   ├── it should emit FeesSwept
│   ├── it should add up the fees of many runs
│   ├── it should pay the present treasury
│   └── it should work while the contract is paused
└── when USDC bars the treasury or stops all transfers
    └── it should revert and keep the fees for later
"""

from __future__ import annotations

import ape

from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import FEE


def test_sweep_fees__none__reverts(escrow, outsider, open_run, rejected_run, cancelled_run):
    """RUN-4, RUN-26: open, rejected and cancelled runs earn nothing."""
    open_run()
    rejected_run()
    cancelled_run()
    with reverting(escrow.NoFees):
        escrow.sweepFees(sender=outsider)


def test_sweep_fees__slashed_run__earns_nothing(escrow, outsider, slashed_run):
    """RUN-4."""
    slashed_run()
    assert escrow.accruedFees() == 0
    with reverting(escrow.NoFees):
        escrow.sweepFees(sender=outsider)


def test_sweep_fees__money_sent_to_the_escrow__is_no_fee(escrow, poster, usdc, outsider):
    """RUN-24, threat "donations": internal accounting only."""
    usdc.transfer(escrow, 1_000_000, sender=poster)
    with reverting(escrow.NoFees):
        escrow.sweepFees(sender=outsider)


def test_sweep_fees__anyone__pays_the_treasury(escrow, outsider, treasury, approved_run, books):
    """RUN-16, RUN-20."""
    approved_run()
    with books.moves({treasury: FEE}, owed=-FEE, fees=-FEE):
        tx = escrow.sweepFees(sender=outsider)
    assert emitted(tx, escrow) == [("FeesSwept", treasury.address, FEE)]
    with reverting(escrow.NoFees):
        escrow.sweepFees(sender=outsider)


def test_sweep_fees__many_runs__adds_them_up(escrow, outsider, treasury, approved_run, books):
    """RUN-3: each fee rounded up by itself."""
    for reward in (1, 21, 999_999, 2**48 - 1):
        approved_run(reward=reward)
    fees = 1 + 2 + 50_000 + 14_073_748_835_533
    assert escrow.accruedFees() == fees
    with books.moves({treasury: fees}, owed=-fees, fees=-fees):
        escrow.sweepFees(sender=outsider)


def test_sweep_fees__treasury_changed__pays_the_present_one(
    escrow, owner, outsider, relayer, approved_run, books
):
    """RUN-24, threat "treasury changed": harmless, since fees accrue and are pulled."""
    approved_run()
    tx = escrow.setTreasury(relayer, sender=owner)
    assert emitted(tx, escrow) == [("TreasurySet", relayer.address)]
    with books.moves({relayer: FEE}, owed=-FEE, fees=-FEE):
        escrow.sweepFees(sender=outsider)


def test_sweep_fees__treasury_blacklisted__keeps_them_until_another_is_set(
    escrow, owner, outsider, treasury, relayer, approved_run, blacklist, books
):
    """RUN-24: no credit, the fees stay accrued."""
    approved_run()
    blacklist(treasury)
    with books.moves(), ape.reverts("Blacklistable: account is blacklisted"):
        escrow.sweepFees(sender=outsider)
    assert escrow.accruedFees() == FEE
    escrow.setTreasury(relayer, sender=owner)
    with books.moves({relayer: FEE}, owed=-FEE, fees=-FEE):
        escrow.sweepFees(sender=outsider)


def test_sweep_fees__usdc_paused__keeps_them(
    escrow, outsider, treasury, approved_run, pause_usdc, unpause_usdc, books
):
    """RUN-24."""
    approved_run()
    pause_usdc()
    with books.moves(), ape.reverts("Pausable: paused"):
        escrow.sweepFees(sender=outsider)
    unpause_usdc()
    with books.moves({treasury: FEE}, owed=-FEE, fees=-FEE):
        escrow.sweepFees(sender=outsider)


def test_sweep_fees__paused__may(escrow, owner, outsider, treasury, approved_run, books):
    """RUN-18."""
    approved_run()
    escrow.pause(sender=owner)
    with books.moves({treasury: FEE}, owed=-FEE, fees=-FEE):
        escrow.sweepFees(sender=outsider)
