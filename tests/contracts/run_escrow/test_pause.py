"""pause, unpause, setTreasury: what the contract's owner may, and may not.

when the caller is not the owner
└── it should revert
given the contract is not paused
├── it should pause and emit Paused
└── unpause should revert
given it is paused
├── it should stop every entry (each also in the file of its function)
├── it should stop no exit
├── it should unpause and emit Unpaused, and let entries again
└── pause should revert
when the owner sets the treasury
├── it should refuse zero and the contracts
└── it should emit TreasurySet
when the owner is to be another
└── the other should have to accept
whatever the owner may do
└── it should move no money but to the treasury, and only earned fees
"""

from __future__ import annotations

import pytest

from agentescrow.domain.transitions import TRANSITIONS
from tests.contracts.outcome import emitted, reverting
from tests.contracts.run_escrow.conftest import ZERO
from tests.contracts.runs import IPFS

ENTRIES = {"createRun", "postRun", "postRunWithAuthorization", "fundRun", "claimRun"}


@pytest.mark.parametrize("function", ["pause", "unpause"])
def test_pause__not_the_owner__reverts(escrow, outsider, poster, treasury, function):
    """RUN-18: the owner's, nobody else's."""
    for caller in (outsider, poster, treasury):
        with reverting(escrow.OwnableUnauthorizedAccount, account=caller):
            getattr(escrow, function)(sender=caller)


def test_pause__owner__emits_and_pauses(escrow, owner):
    """RUN-18."""
    tx = escrow.pause(sender=owner)
    assert emitted(tx, escrow) == [("Paused", owner.address)]
    assert escrow.paused()
    with reverting(escrow.EnforcedPause):
        escrow.pause(sender=owner)


def test_unpause__owner__emits_and_lets_entries_again(escrow, owner, poster, terms):
    """RUN-18."""
    with reverting(escrow.ExpectedPause):
        escrow.unpause(sender=owner)
    escrow.pause(sender=owner)
    tx = escrow.unpause(sender=owner)
    assert emitted(tx, escrow) == [("Unpaused", owner.address)]
    escrow.postRun(terms(), IPFS, sender=poster)
    assert escrow.runCount() == 1


def test_pause__entries__are_exactly_what_it_stops(escrow, owner, agent_id, outsider):
    """RUN-18, threat "pause traps money": every other call answers for itself."""
    escrow.pause(sender=owner)
    arguments = {
        "createRun": ((1, 1, 1, 1, 1), ""),
        "postRun": ((1, 1, 1, 1, 1), ""),
        "postRunWithAuthorization": ((1, 1, 1, 1, 1), "", (ZERO, 0, 0, bytes(32), b"")),
        "claimRun": (7, agent_id),
    }
    for call in {row.call for row in TRANSITIONS}:
        texts = ("x",) if call in {"submitWork", "requestRevision", "reject"} else ()
        args = arguments.get(call, (7, *texts))
        stopped = call in ENTRIES
        error = escrow.EnforcedPause if stopped else escrow.RunUnknown
        with reverting(error, **({} if stopped else {"runId": 7})):
            getattr(escrow, call)(*args, sender=outsider)


def test_set_treasury__not_the_owner__reverts(escrow, outsider, treasury):
    """Not even the treasury itself."""
    for caller in (outsider, treasury):
        with reverting(escrow.OwnableUnauthorizedAccount, account=caller):
            escrow.setTreasury(outsider, sender=caller)


def test_set_treasury__where_money_could_not_return_from__reverts(
    escrow, registry, usdc, identity, forwarder, owner, treasury
):
    """RUN-24, RUN-26: never zero, nor one of the contracts."""
    contracts = [c.address for c in (escrow, registry, usdc, identity, forwarder)]
    for to in (ZERO, *contracts):
        with reverting(escrow.InvalidRecipient, to=to):
            escrow.setTreasury(to, sender=owner)
    assert escrow.treasury() == treasury


def test_transfer_ownership__other__has_to_accept(escrow, owner, relayer):
    """Ownable2Step: a mistyped owner is none."""
    escrow.transferOwnership(relayer, sender=owner)
    assert (escrow.owner(), escrow.pendingOwner()) == (owner, relayer)
    escrow.acceptOwnership(sender=relayer)
    assert escrow.owner() == relayer
    with reverting(escrow.OwnableUnauthorizedAccount, account=owner):
        escrow.pause(sender=owner)


def test_owner__all_its_powers__move_no_money(
    escrow, registry, owner, poster, relayer, runs, books, agent_id
):
    """Threat "owner rug": escrowed and staked money is out of reach."""
    run_id = runs.submitted()
    runs.open()
    with books.moves():
        for contract in (escrow, registry):
            contract.setTreasury(relayer, sender=owner)
            contract.transferOwnership(relayer, sender=owner)
        escrow.pause(sender=owner)
        escrow.unpause(sender=owner)
        registry.scheduleMarket(relayer, sender=owner)
        registry.cancelMarket(relayer, sender=owner)
        with reverting(escrow.NotPoster, runId=run_id, caller=owner, poster=poster):
            escrow.approve(run_id, sender=owner)
        with reverting(escrow.NotPoster, runId=run_id + 1, caller=owner, poster=poster):
            escrow.cancelRun(run_id + 1, sender=owner)
        with reverting(registry.NotMarket, caller=owner):
            registry.slash(agent_id, 1, 1, owner, True, sender=owner)
