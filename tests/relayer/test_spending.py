"""What the relayer pays, when transactions are not mined for long.

given transactions that are not mined
  when no fee would help (the chain stands still, the account is empty): the offer stays reasonable
  when the chain asks for more than the owner allows: what is allowed is offered, not more
"""

from __future__ import annotations

import pytest

from agentescrow.relayer.limits import RelayLimits
from tests.relayer.conftest import new_sender
from tests.relayer.test_sender import nonce_of, runs, sent, statuses, work

HOUR_OF_REPLACEMENTS = 240


def test_step__chain_stands_still__the_offer_stays_reasonable(
    ground, pool, database, admission, sender, clock, poster
):
    """API-4: an hour without a block is no reason to pay a thousand times as much after it."""
    ground.rpc("evm_setAutomine", False)
    relay = admission.submit(ground.request(poster))
    for _ in range(HOUR_OF_REPLACEMENTS):
        sender.step()
        clock.now += 16
    head, last = pool.head(sender.address), sent(database, relay)[0]
    work(sender, ground, steps=1)

    assert last.max_fee <= 4 * (2 * head.base_fee + head.tip)
    assert last.tip <= 4 * head.tip
    assert statuses(admission, [relay]) == ["mined"]


def test_step__account_is_empty_for_an_hour__goes_on_once_it_is_filled(
    ground, pool, database, admission, sender, clock, signers
):
    """API-4: nothing is lost, doubled or dearer; each waits at its nonce."""
    account, before = sender.address, nonce_of(ground)
    ground.rpc("anvil_setBalance", account, "0x0")
    relays = admission.submit_all([ground.request(signer) for signer in signers[:3]])
    for _ in range(HOUR_OF_REPLACEMENTS):
        sender.step()
        clock.now += 16
    assert statuses(admission, relays) == ["pending"] * 3

    ground.rpc("anvil_setBalance", account, hex(10**18))
    work(sender, ground, steps=2)
    nonces = [admission.find(relay.request_id).nonce for relay in relays]
    assert statuses(admission, relays) == ["mined"] * 3
    assert nonces == list(range(before, before + 3))
    assert runs(ground) == 3
    head = pool.head(account)
    assert sent(database, relays[0])[0].max_fee <= 4 * (2 * head.base_fee + head.tip)


def test_step__chain_asks_for_more_than_is_allowed__offers_what_is_allowed(
    ground, pool, database, admission, clock, poster
):
    """API-4: up to the owner's limit, not stopping short of it."""
    ground.rpc("evm_setAutomine", False)
    sender = new_sender(database, pool, ground, clock)
    relay = admission.submit(ground.request(poster))
    sender.step()
    first = sent(database, relay)[0].max_fee
    allowed = 3 * first // 2
    sender._limits = RelayLimits(max_fee=allowed)
    ground.rpc("anvil_setNextBlockBaseFeePerGas", hex(2 * first))
    ground.rpc("evm_mine")
    for _ in range(3):
        clock.now += 16
        sender.step()

    assert [each.max_fee for each in sent(database, relay)] == [allowed, first]


@pytest.mark.parametrize(
    ("chain_id", "allowed"), [(8453, 5 * 10**9), (84532, 5 * 10**9), (31337, 100 * 10**9)]
)
def test_limits__nothing_said__are_the_chain_s(chain_id, allowed):
    """SECURITY: a node of Base that asks for more is not paid more."""
    assert RelayLimits().max_fee_on(chain_id) == allowed
    assert RelayLimits(max_fee=7).max_fee_on(chain_id) == 7


def test_step__node_asks_for_more_than_is_allowed__says_so_once(
    ground, pool, database, admission, clock, poster, caplog
):
    """SECURITY: the owner sees why nothing is mined; a node that lies gets the cap at most."""
    ground.rpc("evm_setAutomine", False)
    sender = new_sender(database, pool, ground, clock)
    sender._limits = RelayLimits(max_fee=10**6)
    relay = admission.submit(ground.request(poster))
    with caplog.at_level("WARNING"):
        for _ in range(3):
            clock.now += 16
            sender.step()

    said = [each.message for each in caplog.records if "are allowed" in each.message]
    assert len(said) == 1
    assert "1000000 are allowed" in said[0]
    assert {each.max_fee for each in sent(database, relay)} == {10**6}
    assert all(each.tip <= 10**6 for each in sent(database, relay))
