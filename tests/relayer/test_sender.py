"""What becomes of queued requests.

given queued requests
  when the sender steps: each is mined once, with nonces that have no gap
  when the sender was killed anywhere: the next one goes on, and nothing is sent twice
  when a transaction is lost: it is sent again; when it is stuck: it is replaced at the same nonce
  when its block is taken back: it is sent again
  when its key was exchanged: what the old one had under way goes on with the new one
  when the call fails after all: that is said, and the nonce is used
"""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from agentescrow.chain.pool import Pool
from agentescrow.errors import NodeUnreachable
from agentescrow.store.people.relays import (
    give_nonces,
    keep_transactions,
    transactions_of,
    writing_relays,
)
from tests.relayer.conftest import BOTH, new_sender
from tests.waiting import until


def work(sender, ground, steps=6):
    """Step until all is mined; Anvil mines when asked."""
    for _ in range(steps):
        sender.step()
        ground.rpc("evm_mine")
        if ground.rpc("anvil_getAutomine"):  # a block a transaction, one after the other
            until(lambda: int(ground.rpc("txpool_status")["pending"], 16) == 0)
    sender.step()


def statuses(admission, relays):
    return [admission.find(relay.request_id).status for relay in relays]


def sent(database, relay):
    with database.connect() as connection:
        return transactions_of(connection, [relay.request_id])[relay.request_id]


def nonce_of(ground):
    return ground.chain.w3.eth.get_transaction_count(ground.chain.accounts["relayer"].address)


def runs(ground):
    return ground.contracts.runs.run_count()


@BOTH
def test_step__many_signers__each_is_mined_once_without_a_gap(ground, admission, sender, signers):
    """API-4: one receipt a request; nonces follow each other."""
    before = nonce_of(ground)
    relays = admission.submit_all([ground.request(signer) for signer in signers])
    work(sender, ground, steps=2)

    found = [admission.find(relay.request_id) for relay in relays]
    assert {relay.status for relay in found} == {"mined"}
    assert sorted(relay.nonce for relay in found) == list(range(before, before + len(signers)))
    assert len({relay.tx_hash for relay in found}) == len(signers)
    assert runs(ground) == len(signers)
    posters = {ground.contracts.runs.get_run(n + 1).poster for n in range(len(signers))}
    assert posters == {signer.address for signer in signers}


def test_submit__from_many_threads__each_is_mined_once(ground, admission, sender, signers):
    """API-4: concurrency neither loses nor doubles a request, replays included."""
    requests = [ground.request(signer) for signer in signers]
    threads = [
        threading.Thread(target=admission.submit, args=[request])
        for request in requests
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work(sender, ground, steps=2)

    assert statuses(admission, admission.submit_all(requests)) == ["mined"] * len(signers)
    assert runs(ground) == len(signers)


@BOTH
def test_step__two_senders_at_once__send_nothing_twice(
    ground, database, pool, admission, clock, signers
):
    """API-4: a second process with the same key is harmless."""
    relays = admission.submit_all([ground.request(signer) for signer in signers])
    senders = [new_sender(database, pool, ground, clock) for _ in range(2)]
    threads = [threading.Thread(target=sender.step) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work(senders[0], ground, steps=2)

    assert statuses(admission, relays) == ["mined"] * len(signers)
    assert nonce_of(ground) == len(signers)


@BOTH
@pytest.mark.parametrize("failing", ["before", "after"])
def test_step__killed_around_sending__the_next_goes_on(
    ground, database, pool, admission, clock, poster, monkeypatch, failing
):
    """API-4: what is signed is kept before it is sent, so a kill at either side is harmless."""
    relay = admission.submit(ground.request(poster))
    send = Pool.send

    def killed(self, raws):
        if failing == "after":
            send(self, raws)
        raise NodeUnreachable("killed")

    monkeypatch.setattr(Pool, "send", killed)
    with pytest.raises(NodeUnreachable):
        new_sender(database, pool, ground, clock).step()
    monkeypatch.setattr(Pool, "send", send)
    work(new_sender(database, pool, ground, clock), ground, steps=1)

    assert statuses(admission, [relay]) == ["mined"]
    assert len(sent(database, relay)) == 1
    assert runs(ground) == 1


def test_step__lost_transaction__is_sent_again(ground, database, admission, sender, clock, poster):
    """API-4: a node may forget; the same transaction goes once more."""
    ground.rpc("evm_setAutomine", False)
    relay = admission.submit(ground.request(poster))
    sender.step()
    (transaction,) = sent(database, relay)
    ground.rpc("anvil_dropTransaction", transaction.tx_hash)
    ground.rpc("evm_mine")
    clock.now += 4
    work(sender, ground, steps=1)

    assert statuses(admission, [relay]) == ["mined"]
    assert sent(database, relay) == [transaction]


@BOTH
def test_step__stuck_transaction__is_replaced_at_the_same_nonce(
    ground, database, admission, sender, clock, signers
):
    """API-4: the base fee has risen above what was offered; replaced, never doubled."""
    ground.rpc("evm_setAutomine", False)
    relays = admission.submit_all([ground.request(signer) for signer in signers[:3]])
    sender.step()
    offered = sent(database, relays[0])[0].max_fee
    ground.rpc("anvil_setNextBlockBaseFeePerGas", hex(2 * offered))
    ground.rpc("evm_mine")
    clock.now += 16
    work(sender, ground, steps=2)

    assert statuses(admission, relays) == ["mined"] * 3
    for relay in relays:
        transactions = sent(database, relay)
        assert len(transactions) == 2
        assert len({each.nonce for each in transactions}) == 1
        assert transactions[0].max_fee >= 2 * offered
        assert admission.find(relay.request_id).tx_hash == transactions[0].tx_hash
    assert runs(ground) == 3


def test_step__not_mined_for_long__offers_enough_more_to_replace(
    ground, database, admission, sender, clock, poster
):
    """API-4: a node takes a replacement only if both fees are a tenth higher."""
    ground.rpc("evm_setAutomine", False)
    relay = admission.submit(ground.request(poster))
    sender.step()
    clock.now += 16
    sender.step()
    replacement, stuck = sent(database, relay)
    work(sender, ground, steps=1)

    assert replacement.nonce == stuck.nonce
    assert 10 * replacement.max_fee >= 11 * stuck.max_fee
    assert 10 * replacement.tip >= 11 * stuck.tip
    assert admission.find(relay.request_id).tx_hash == replacement.tx_hash
    assert runs(ground) == 1


@BOTH
def test_step__block_taken_back__is_sent_again(ground, admission, sender, clock, poster):
    """API-4: an outcome is for good after 12 blocks only."""
    relay = admission.submit(ground.request(poster))
    work(sender, ground, steps=1)
    assert statuses(admission, [relay]) == ["mined"]

    ground.rpc("anvil_rollback", 2)
    sender.step()
    assert statuses(admission, [relay]) == ["pending"]
    clock.now += 4
    work(sender, ground, steps=1)

    assert statuses(admission, [relay]) == ["mined"]
    assert runs(ground) == 1


@BOTH
def test_step__block_taken_back_when_it_was_for_good__is_sent_again(
    ground, admission, sender, clock, signers
):
    """API-4: the indexer follows 200 blocks back, so nonces that are free again are no gap."""
    before = nonce_of(ground)
    relays = admission.submit_all([ground.request(signer) for signer in signers[:3]])
    work(sender, ground, steps=1)
    ground.rpc("anvil_mine", hex(20))
    work(sender, ground, steps=2)  # it is for good

    ground.rpc("anvil_rollback", ground.chain.w3.eth.block_number - relays[0].accepted_block)
    relays.append(admission.submit(ground.request(signers[3])))
    for _ in range(3):
        clock.now += 4
        work(sender, ground, steps=2)

    assert statuses(admission, relays) == ["mined"] * 4
    nonces = [admission.find(relay.request_id).nonce for relay in relays]
    assert sorted(nonces) == list(range(before, before + 4))
    assert runs(ground) == 4


def test_step__call_fails_after_all__is_said_and_uses_its_nonce(
    ground, admission, sender, poster, outsider
):
    """API-4: no transaction but the forwarder's call fills a nonce, so a failing one is mined."""
    escrow = ground.contracts.runs
    run_id = escrow.create_run(poster, ground.terms(), "ipfs://description").event.run_id
    relay = admission.submit(ground.request(poster, "cancelRun", run_id))
    other = admission.submit(ground.request(outsider))
    escrow.cancel_run(poster, run_id)
    work(sender, ground, steps=1)

    assert statuses(admission, [relay, other]) == ["failed", "mined"]
    assert "failed" in admission.find(relay.request_id).problem


@BOTH
def test_step__nonce_used_elsewhere__the_request_gets_another(
    ground, database, admission, sender, clock, poster, outsider
):
    """API-4: somebody sends with the relayer's key by hand; the request is not lost."""
    ground.rpc("evm_setAutomine", False)
    relay = admission.submit(ground.request(poster))
    sender.step()
    ground.rpc("anvil_dropTransaction", sent(database, relay)[0].tx_hash)
    relayer = ground.wallet("relayer")
    fees = {"maxFeePerGas": 10**11, "maxPriorityFeePerGas": 10**10}
    ground.chain.w3.eth.send_transaction(
        {"from": relayer.address, "to": outsider.address, "value": 1, **fees}
    )
    ground.rpc("evm_mine")
    sender.step()
    assert admission.find(relay.request_id).nonce is not None  # its receipt may come yet
    clock.now += 4
    work(sender, ground, steps=2)

    assert statuses(admission, [relay]) == ["mined"]
    assert runs(ground) == 1


@BOTH
def test_step__node_lost_all__is_sent_again(ground, admission, sender, clock, signers):
    """API-4: a node that was restarted has an empty pool."""
    ground.rpc("evm_setAutomine", False)
    relays = admission.submit_all([ground.request(signer) for signer in signers[:5]])
    sender.step()
    ground.rpc("anvil_dropAllTransactions")
    ground.rpc("evm_mine")
    clock.now += 4
    work(sender, ground, steps=1)

    assert statuses(admission, relays) == ["mined"] * 5
    assert runs(ground) == 5


def test_step__nonce_left_free_below__is_filled(
    ground, database, admission, sender, poster, outsider
):
    """API-4: a gap would hold up every request behind it."""
    ground.rpc("evm_setAutomine", False)
    ahead = admission.submit(ground.request(poster))
    first = nonce_of(ground)
    with writing_relays(database) as connection:
        give_nonces(connection, sender.address, [(ahead.request_id, first + 1)])
    relay = admission.submit(ground.request(outsider))
    transaction = sender._signed(replace(ahead, nonce=first + 1), 10**11, 10**9)
    with writing_relays(database) as connection:
        keep_transactions(connection, [transaction])
    work(sender, ground, steps=2)

    assert [admission.find(each.request_id).nonce - first for each in (relay, ahead)] == [0, 1]
    assert statuses(admission, [ahead, relay]) == ["mined"] * 2


@BOTH
def test_step__more_than_a_batch__each_is_mined_once_without_a_gap(
    ground, admission, sender, signers
):
    """API-4: batches follow each other in the order of acceptance."""
    before = nonce_of(ground)
    requests = [ground.request(s, nonce=nonce) for nonce in range(3) for s in signers]
    relays = admission.submit_all(requests)
    work(sender, ground, steps=2)

    found = [admission.find(relay.request_id) for relay in relays]
    assert [relay.status for relay in found] == ["mined"] * len(requests)
    assert [relay.nonce for relay in found] == list(range(before, before + len(requests)))
    assert runs(ground) == len(requests)


@BOTH
def test_step__nonce_left_free_below__is_filled_without_a_next_request(
    ground, admission, sender, clock, poster, outsider
):
    """API-4: a transaction sent by hand with the relayer's key is taken back with its block."""
    first = nonce_of(ground)
    ground.pay(ground.wallet("relayer").address, outsider.address)
    relays = admission.submit_all([ground.request(wallet) for wallet in (poster, outsider)])
    work(sender, ground, steps=1)
    assert statuses(admission, relays) == ["mined"] * 2
    ground.rpc("anvil_rollback", ground.chain.w3.eth.block_number - relays[0].accepted_block + 1)
    assert nonce_of(ground) == first

    sender.step()
    clock.now += 4
    work(sender, ground, steps=2)

    found = [admission.find(relay.request_id) for relay in relays]
    assert [relay.status for relay in found] == ["mined"] * 2
    assert sorted(relay.nonce for relay in found) == [first, first + 1]
    assert runs(ground) == 2


def test_step__expired_in_the_queue__is_said_and_costs_nothing(
    ground, admission, sender, poster, outsider
):
    """API-4, RUN-19: what comes too late is not sent."""
    before = nonce_of(ground)
    late = admission.submit(ground.request(poster, deadline=ground.now() + 40))
    relay = admission.submit(ground.request(outsider))
    ground.rpc("evm_increaseTime", 41)
    ground.rpc("evm_mine")
    work(sender, ground, steps=1)

    assert statuses(admission, [late, relay]) == ["failed", "mined"]
    assert "expired" in admission.find(late.request_id).problem
    assert nonce_of(ground) == before + 1


def test_step__expired_under_way__is_said_and_fills_its_nonce(ground, admission, sender, poster):
    """API-4, RUN-19: the forwarder refuses it; nothing behind it is held up."""
    ground.rpc("evm_setAutomine", False)
    before = nonce_of(ground)
    relay = admission.submit(ground.request(poster, deadline=ground.now() + 40))
    sender.step()
    ground.rpc("evm_increaseTime", 60)
    work(sender, ground, steps=1)

    assert statuses(admission, [relay]) == ["failed"]
    assert nonce_of(ground) == before + 1
    assert runs(ground) == 0


def test_step__refused_by_the_node__is_logged_without_a_key_and_sent_again(
    ground, admission, sender, clock, poster, caplog
):
    """API-4: whoever runs the relayer sees that its account is empty."""
    account = ground.chain.accounts["relayer"]
    ground.rpc("anvil_setBalance", account.address, "0x0")
    relay = admission.submit(ground.request(poster))
    sender.step()
    sender.step()

    (line,) = [each for each in caplog.messages if "refused by the node" in each]
    assert f"nonce={nonce_of(ground)} request={relay.request_id} transaction=0x" in line
    assert f"insufficient ETH: {account.address}" in line
    assert account.key.hex() not in caplog.text

    ground.rpc("anvil_setBalance", account.address, hex(10**20))
    clock.now += 4
    work(sender, ground, steps=1)
    assert statuses(admission, [relay]) == ["mined"]


@BOTH
@pytest.mark.parametrize("mined", [False, True], ids=["under way", "mined"])
def test_step__with_another_key__goes_on_where_the_old_one_was(
    ground, database, pool, admission, sender, clock, poster, outsider, mined
):
    """API-4: whoever exchanges the key loses no request, and none is done twice."""
    ground.rpc("evm_setAutomine", False)
    relay = admission.submit(ground.request(poster))
    sender.step()
    (transaction,) = sent(database, relay)
    if mined:
        ground.rpc("evm_mine")
    else:
        ground.rpc("anvil_dropTransaction", transaction.tx_hash)
    new = new_sender(database, pool, ground, clock, role="treasury")
    other = admission.submit(ground.request(outsider))
    for _ in range(3):
        clock.now += 4
        work(new, ground, steps=2)

    assert statuses(admission, [relay, other]) == ["mined"] * 2
    assert runs(ground) == 2
    assert nonce_of(ground) == int(mined)
    assert (admission.find(relay.request_id).tx_hash == transaction.tx_hash) == mined
