"""Requests that somebody else has sent before the relayer did.

given a signed request that the relayer has taken
  when somebody else sends it first, alone or in a batch: it is mined, by that transaction
  when somebody else sends another one with its nonce: it has failed, and that is said
  when the node cannot tell: it has failed, and that is said
"""

from __future__ import annotations

import pytest

from agentescrow.chain.pool import Pool
from agentescrow.chain.transactions import transact
from agentescrow.domain.constants import ZERO_ADDRESS
from tests.indexer.faulty_node import FaultyNode, refuses_ranges
from tests.relayer.conftest import BOTH, new_sender
from tests.relayer.test_sender import nonce_of, runs, statuses, work


def in_batch(ground, wallet, *requests):
    forwarder = ground.contracts.forwarder
    structs = [request.struct() for request in requests]
    data = forwarder.calldata("executeBatch", structs, ZERO_ADDRESS)
    return transact(ground.chain.w3, wallet, forwarder.address, data)["transactionHash"].to_0x_hex()


def alone(ground, wallet, request):
    return ground.contracts.forwarder.execute(wallet, request).transaction


@BOTH
@pytest.mark.parametrize("send", [alone, in_batch], ids=["alone", "in a batch"])
def test_step__sent_by_another__is_mined_by_that_transaction(
    ground, admission, sender, poster, outsider, send
):
    """RUN-19, API-4: whoever sends it, it takes effect once; what is shown is true."""
    request, before = ground.request(poster), nonce_of(ground)
    relay = admission.submit(request)
    theirs = send(ground, outsider, request)
    work(sender, ground, steps=14)

    found = admission.find(relay.request_id)
    assert (found.status, found.tx_hash, found.problem) == ("mined", theirs, None)
    assert found.block_number == ground.chain.w3.eth.get_transaction(theirs)["blockNumber"]
    assert runs(ground) == 1
    assert nonce_of(ground) == before + 1


def test_step__other_request_with_its_nonce__has_failed(
    ground, admission, sender, poster, outsider
):
    """API-4: the signer gave another relayer another request; only that one took effect."""
    relay = admission.submit(ground.request(poster))
    alone(ground, outsider, ground.request(poster, gas=310_000))
    work(sender, ground, steps=1)

    found = admission.find(relay.request_id)
    assert (found.status, runs(ground)) == ("failed", 1)
    assert "nonce 0 was used by another request" in found.problem


def test_step__node_without_logs__says_that_it_cannot_tell(
    ground, database, admission, clock, poster, outsider
):
    """API-4: what is not known is not said."""
    request = ground.request(poster)
    relay = admission.submit(request)
    theirs = alone(ground, outsider, request)
    with FaultyNode(ground.chain.url) as node:
        node.fault = lambda: refuses_ranges
        work(new_sender(database, Pool(node.url), ground, clock), ground, steps=1)
    found = admission.find(relay.request_id)
    assert found.status == "failed"
    assert "the node cannot say" in found.problem

    work(new_sender(database, Pool(ground.chain.url), ground, clock), ground, steps=13)
    assert admission.find(relay.request_id).tx_hash == theirs
    assert statuses(admission, [relay]) == ["mined"]
