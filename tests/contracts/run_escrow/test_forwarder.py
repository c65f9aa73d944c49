"""A run whose people have no ETH: they sign, a relayer pays (RUN-19, RUN-25).

given a trusted forwarder
├── agent and poster should take a run from posting to approval by signatures alone
├── a signed request should count for its signer, not for the relayer
└── a stranger who appends somebody's address to its calldata should speak for itself
"""

from __future__ import annotations

import pytest

from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import COST, FEE, IPFS, REWARD, WORK


@pytest.fixture
def relay(forwarder, signing, relayer, escrow):
    """`relay(signer, call, *args)`: the relayer sends what the signer signed."""

    def relay(signer, call, *args):
        request = signing.request(signer, escrow, call.encode_input(*args))
        return forwarder.execute(request, sender=relayer)

    return relay


def test_forwarder__whole_run__is_played_by_signatures(
    escrow, poster, agent, agent_id, terms, relay, books
):
    """RUN-19: events and money are those of the signers."""
    offered = terms(max_revisions=1)
    with books.moves({poster: -COST}, owed=COST):
        tx = relay(poster, escrow.postRun, offered, IPFS)
    assert emitted(tx, escrow)[0][2] == poster.address
    relay(agent, escrow.claimRun, 1, agent_id)
    relay(agent, escrow.startRun, 1)
    relay(agent, escrow.submitWork, 1, WORK)
    relay(poster, escrow.requestRevision, 1, "Change it.")
    relay(agent, escrow.submitWork, 1, WORK)
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        relay(poster, escrow.approve, 1)
    assert escrow.getRun(1).state == 5


@pytest.mark.parametrize("call", ["approve", "cancelRun"])
def test_forwarder__signed_by_another__is_refused(
    escrow, forwarder, outsider, relayer, signing, runs, state_of, call
):
    """RUN-19: the relayer lends its gas, no rights."""
    run_id = runs.submitted() if call == "approve" else runs.open()
    before = state_of(run_id)
    data = getattr(escrow, call).encode_input(run_id)
    request = signing.request(outsider, escrow, data)
    with reverting(forwarder.FailedCall):
        forwarder.execute(request, sender=relayer)
    assert state_of(run_id) == before


def test_forwarder__address_appended_by_a_stranger__speaks_for_the_stranger(
    escrow, outsider, poster, submitted_run, state_of
):
    """RUN-19: only the forwarder's calldata ends with a sender."""
    run_id = submitted_run()
    data = bytes(escrow.approve.encode_input(run_id)) + bytes.fromhex(poster.address[2:])
    with reverting(escrow.NotPoster, runId=run_id, caller=outsider, poster=poster):
        outsider.transfer(escrow, 0, data=data)
    assert state_of(run_id) == 4
