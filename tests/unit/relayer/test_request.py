"""The ends of what a signed request may be, and the transaction that carries it.

given a request that its signer signed
  when each of its numbers is the lowest or the highest one: it is taken
  when it is one beyond: it is refused before anybody looks at the signature
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_account import Account

from agentescrow.chain.calldata import Calls, StakeCalls
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.forwarder import ForwardRequest, forwarder_domain
from agentescrow.chain.typed_data import forward_request
from agentescrow.errors import RequestRefused
from agentescrow.relayer.budget import Budget
from agentescrow.relayer.limits import RelayLimits
from agentescrow.relayer.request import carries, check
from agentescrow.settings import Settings

DEPLOYMENT = Deployment(
    chain_id=31337,
    network="local",
    usdc="0x" + "10" * 20,
    identity="0x" + "20" * 20,
    forwarder="0x" + "30" * 20,
    registry="0x" + "40" * 20,
    runs="0x" + "50" * 20,
    treasury="0x" + "60" * 20,
    owner="0x" + "70" * 20,
    block=0,
)
POSTER = Account.from_key("0x" + "01" * 32)
HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
APPROVE = bytes(Calls(DEPLOYMENT.runs).of("approve", 1))
UNSTAKE = bytes(StakeCalls(DEPLOYMENT.registry).of("unstake", 1, 1, POSTER.address))


def signed(**changes):
    """A request of the poster's to approve a run."""
    asked = {"gas": 100_000, "nonce": 0, "deadline": 2_000_000_000, "data": APPROVE}
    asked |= {"to": DEPLOYMENT.runs, **changes}
    domain = forwarder_domain(DEPLOYMENT)
    # What is out of range cannot be signed; it is refused before its signature is looked at.
    within = asked | {"gas": asked["gas"] % 2**256, "nonce": asked["nonce"] % 2**256}
    within["deadline"] = asked["deadline"] % 2**48
    message = forward_request(domain, signer=POSTER.address, **within)
    signature = POSTER.sign_typed_data(full_message=message).signature
    return ForwardRequest(POSTER.address, **asked, signature=bytes(signature))


@pytest.mark.parametrize(
    "change",
    [
        {"deadline": 0},
        {"deadline": 2**48 - 1},
        {"nonce": 2**256 - 1},
        {"gas": 1},
        {"gas": 2**64 - 1},
        {"data": APPROVE[:4]},
        {"data": APPROVE.ljust(32_768, b"\0")},
        {"to": DEPLOYMENT.registry, "data": UNSTAKE},
    ],
    ids=lambda change: next(iter(change)),
)
def test_check__lowest_and_highest_numbers__are_taken(change):
    """API-4: all that the forwarder can be asked for and the relayer may pay for."""
    request = signed(**change)

    assert check(DEPLOYMENT, request).request == request


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"deadline": -1}, "deadline or nonce is out of range"),
        ({"deadline": 2**48}, "deadline or nonce is out of range"),
        ({"nonce": -1}, "deadline or nonce is out of range"),
        ({"nonce": 2**256}, "deadline or nonce is out of range"),
        ({"gas": 0}, "gas is out of range"),
        ({"gas": -1}, "gas is out of range"),
        ({"gas": 2**64}, "gas is out of range"),
        ({"data": APPROVE[:3]}, "data has 3 bytes: 4 to 32768"),
        ({"data": APPROVE.ljust(32_769, b"\0")}, "data has 32769 bytes: 4 to 32768"),
        ({"to": DEPLOYMENT.usdc}, "calls StakeRegistry and RunEscrow"),
        ({"to": DEPLOYMENT.forwarder}, "calls StakeRegistry and RunEscrow"),
    ],
)
def test_check__one_beyond__is_refused(change, words):
    """API-4: numbers that fit into no struct of the forwarder are an answer, not a fault."""
    with pytest.raises(RequestRefused, match=words):
        check(DEPLOYMENT, signed(**change))


def test_check__addresses_in_lower_case__are_the_same():
    """RUN-19: what is signed are twenty bytes."""
    request = signed()
    plain = replace(request, to=request.to.lower(), signer=request.signer.lower())

    assert check(DEPLOYMENT, plain).request_id == check(DEPLOYMENT, request).request_id


def test_check__s_at_the_end_of_the_lower_half__is_canonical():
    """RUN-19: the highest s that the forwarder takes is not called wrong; one more is."""
    request = signed()

    def with_s(s):
        return replace(
            request,
            signature=request.signature[:32] + s.to_bytes(32, "big") + request.signature[64:],
        )

    with pytest.raises(RequestRefused, match="not canonical"):
        check(DEPLOYMENT, with_s(HALF_ORDER + 1))
    with pytest.raises(RequestRefused) as refused:
        check(DEPLOYMENT, with_s(HALF_ORDER))
    assert "not canonical" not in str(refused.value)


def test_check__gas_of_the_transaction__leaves_the_call_what_was_asked_for():
    """API-4: EIP-7623's 40 gas a byte at most, the forwarder's steps, and 63 of 64 for the call."""
    for data in (APPROVE, APPROVE.ljust(32_768, b"\1")):
        request = signed(data=data, gas=630_000)
        checked = check(DEPLOYMENT, request)
        sent = bytes.fromhex(checked.execute[2:])

        assert checked.gas == 21_000 + 70_000 + 40 * len(sent) + 640_000


def test_carries__a_request_in_any_transaction__is_found_by_all_but_its_signature():
    """API-4: alone, in a batch, wrapped, and with another signature of the same signer."""
    execute = check(DEPLOYMENT, signed()).execute
    resigned = execute[:-192] + "f" * 130 + execute[-62:]

    moved = f"0x12345678{'f' * 64}{execute[74:]}"  # the struct stands at another place

    for data in (execute, resigned, moved, f"0x{'00' * 99}{execute[10:]}00"):
        assert carries(data, execute), data


@pytest.mark.parametrize(
    "change",
    [{"gas": 100_001}, {"deadline": 2_000_000_001}, {"data": APPROVE[:-1] + b"\2"}],
    ids=lambda change: next(iter(change)),
)
def test_carries__another_request_of_the_same_signer__is_not_found(change):
    """API-4: a relayer that took one for the other would never send it."""
    other = check(DEPLOYMENT, signed(**change)).execute

    assert not carries(other, check(DEPLOYMENT, signed()).execute)


def test_limits__nothing_said__are_as_documented():
    """API-4: docs/operations.md says what the relayer's owner pays for, at most."""
    limits = RelayLimits()

    assert (limits.per_signer, limits.per_seconds, limits.pending_per_signer) == (60, 60, 16)
    assert (limits.gas, limits.valid_seconds, limits.spare_seconds) == (1_000_000, 86_400, 30)
    assert (limits.data_bytes, limits.drafts) == (8_192, True)
    assert not Settings().relayer_drafts  # the service relays them for who has something at risk
    assert limits.budget_on(8453) == Budget(hour=2_000_000, day=20_000_000)
    assert limits.budget_on(31337) == Budget(hour=10**9, day=10**10)
    assert (limits.max_fee_on(8453), limits.max_fee_on(31337)) == (5 * 10**9, 100 * 10**9)
