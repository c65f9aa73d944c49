"""pause, unpause: what the contract's owner may, and may not. The treasury: test_set_treasury.py.

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
given it is not a market, not yet, or no more
└── it should pause all the same
when the owner is to be another
└── the other should have to accept
whatever the owner may do
└── it should move no money but to the treasury, and only earned fees
"""

from __future__ import annotations

import pytest

from agentescrow.domain.runs.actions import RUN_ACTIONS
from tests.contracts.outcome import emitted, reverting
from tests.contracts.run_escrow.conftest import ZERO
from tests.contracts.runs import IPFS, MIN_STAKE

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
        "claimRun": (7, agent_id),
        "createRun": ((1, 1, 1, 1, 1), ""),
        "postRun": ((1, 1, 1, 1, 1), ""),
        "postRunWithAuthorization": ((1, 1, 1, 1, 1), "", (ZERO, 0, 0, bytes(32), b"")),
    }
    for call in {action.call for action, _ in RUN_ACTIONS.transitions}:
        texts = ("x",) if call in {"submitWork", "requestRevision", "reject"} else ()
        args = arguments.get(call, (7, *texts))
        # A claim is stopped by the registry, after its own checks: see the next test.
        stopped = call in ENTRIES - {"claimRun"}
        error = escrow.EnforcedPause if stopped else escrow.RunUnknown
        with reverting(error, **({} if stopped else {"runId": 7})):
            getattr(escrow, call)(*args, sender=outsider)


def test_pause__claim_that_would_pass__reverts_until_it_is_over(
    escrow, owner, agent, agent_id, open_run, state_of
):
    """RUN-18."""
    run_id = open_run()
    escrow.pause(sender=owner)
    with reverting(escrow.EnforcedPause):
        escrow.claimRun(run_id, agent_id, sender=agent)
    escrow.unpause(sender=owner)

    escrow.claimRun(run_id, agent_id, sender=agent)

    assert state_of(run_id) == 2


def test_pause__claim_that_the_registry_refuses_too__reverts_for_the_pause(
    escrow, registry, owner, agent, agent_id, open_run
):
    """RUN-18, STAKE-3: whatever the registry says first."""
    run_id = open_run()
    escrow.pause(sender=owner)
    registry.retireMarket(escrow, sender=owner)
    registry.unstake(agent_id, 1, agent, sender=agent)

    with reverting(escrow.EnforcedPause):
        escrow.claimRun(run_id, agent_id, sender=agent)


def test_pause__escrow_that_is_no_market__pauses_and_stays_so(
    project, registry, usdc, owner, poster, agent, agent_id, treasury, forwarder, runs, terms
):
    """RUN-18, STAKE-9: one that is paused before it is added takes no claim when it is."""
    later = owner.deploy(project.RunEscrow, usdc, registry, treasury, owner, forwarder)
    usdc.approve(later, 2**256 - 1, sender=poster)
    later.postRun(terms(), IPFS, sender=poster)
    later.pause(sender=owner)
    registry.addMarket(later, sender=owner)
    registry.allowMarket(agent_id, later, MIN_STAKE, sender=agent)

    with reverting(later.EnforcedPause):
        later.claimRun(1, agent_id, sender=agent)
    later.unpause(sender=owner)
    later.claimRun(1, agent_id, sender=agent)


def test_pause__retired__may_still_be_paused_and_unpaused(escrow, registry, owner):
    """RUN-18, STAKE-9."""
    registry.retireMarket(escrow, sender=owner)

    escrow.pause(sender=owner)
    escrow.unpause(sender=owner)

    assert not escrow.paused()


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
        escrow.setTreasury(relayer, sender=owner)
        for contract in (escrow, registry):
            contract.transferOwnership(relayer, sender=owner)
        escrow.pause(sender=owner)
        escrow.unpause(sender=owner)
        registry.addMarket(owner, sender=owner)
        registry.retireMarket(escrow, sender=owner)
        with reverting(escrow.NotPoster, runId=run_id, caller=owner, poster=poster):
            escrow.approve(run_id, sender=owner)
        with reverting(escrow.NotPoster, runId=run_id + 1, caller=owner, poster=poster):
            escrow.cancelRun(run_id + 1, sender=owner)
        nothing = {"agentId": agent_id, "market": owner, "amount": 1, "locked": 0}
        with reverting(registry.LockExceeded, **nothing):
            registry.slash(agent_id, 1, 1, owner, True, sender=owner)
