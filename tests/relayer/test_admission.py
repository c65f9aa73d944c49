"""Which requests the relayer takes.

given a request
  when it is signed by its signer and the contract wants it: it is queued, once
  when anything in it was changed, or another signed it: it is refused
  when it has expired, asks for too much or is out of order: it is refused
  when the contract would revert: it is refused in the contract's words
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentescrow.errors import ContractReverted, RequestRefused, TooManyRequests
from agentescrow.relayer.limits import RelayLimits
from agentescrow.relayer.request import check

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # of secp256k1


def test_submit__signed_request__is_queued_once(ground, admission, poster):
    """API-4: the id is the EIP-712 digest, so the same request is the same."""
    request = ground.request(poster)
    first = admission.submit(request)

    assert first.status == "pending"
    assert admission.submit(request).request_id == first.request_id
    assert admission.find(first.request_id).nonce is None


@pytest.mark.parametrize(
    "change",
    [{"gas": 999_999}, {"nonce": 1}, {"deadline": 2**40}, {"data": b"\x01" * 36}],
    ids=lambda change: next(iter(change)),
)
def test_submit__changed_after_signing__is_refused(ground, admission, poster, change):
    """RUN-19: what was not signed is not sent."""
    forged = replace(ground.request(poster), **change)

    with pytest.raises(RequestRefused, match="changed, or signed by another key"):
        admission.submit(forged)


def test_submit__signed_by_another__is_refused(ground, admission, poster, outsider):
    """RUN-19: nobody speaks for another."""
    theirs = replace(ground.request(outsider), signer=poster.address)

    with pytest.raises(RequestRefused, match="signed by another key"):
        admission.submit(theirs)


@pytest.mark.parametrize("signature", [b"", b"\x00" * 65, b"\xff" * 65, b"\x01" * 64])
def test_submit__no_signature__is_refused(ground, admission, poster, signature):
    """RUN-25: 65 bytes of an ECDSA signer."""
    with pytest.raises(RequestRefused, match="signature"):
        admission.submit(replace(ground.request(poster), signature=signature))


def test_submit__the_signature_s_twin__is_refused(ground, admission, poster):
    """RUN-19: of each signature anybody can make another one, which the forwarder refuses."""
    request = ground.request(poster)
    r, s, v = request.signature[:32], request.signature[32:64], request.signature[64]
    twin = r + (ORDER - int.from_bytes(s, "big")).to_bytes(32, "big") + bytes([55 - v])

    for signature in (twin, twin[:64] + bytes([twin[64] - 27])):
        changed = replace(request, signature=signature)
        assert not ground.contracts.forwarder.verify(changed)
        with pytest.raises(RequestRefused, match="not canonical"):
            admission.submit(changed)
    assert ground.contracts.forwarder.verify(request)
    assert admission.submit(request).status == "pending"


def test_submit__v_of_0_or_1__is_the_request_that_it_is_with_27_or_28(ground, admission, poster):
    """RUN-25: as hardware wallets sign; it is relayed as the forwarder takes it."""
    request = ground.request(poster)
    low_v = request.signature[:64] + bytes([request.signature[64] - 27])

    relay = admission.submit(replace(request, signature=low_v))

    assert relay == admission.submit(request)
    assert request.signature.hex() in relay.execute


def test_submit__for_another_chain_or_forwarder__is_refused(ground, admission, poster):
    """RUN-19: a signature is for one chain and one forwarder."""
    request, deployment = ground.request(poster), ground.contracts.deployment
    for other in (
        replace(deployment, chain_id=1),
        replace(deployment, forwarder=ground.contracts.runs.address),
    ):
        with pytest.raises(RequestRefused, match="signed by another key"):
            check(other, request)


def test_submit__another_target__is_refused(ground, admission, poster):
    """API-4: the relayer pays for calls of our two contracts and no other."""
    usdc = ground.contracts.usdc.address

    with pytest.raises(RequestRefused, match="it calls StakeRegistry and RunEscrow"):
        admission.submit(ground.request(poster, to=usdc))


@pytest.mark.parametrize("seconds", [-1, 29])
def test_submit__expired_or_about_to__is_refused(ground, admission, poster, seconds):
    """RUN-19: it might not be mined in time."""
    now = ground.chain.w3.eth.get_block("latest")["timestamp"]

    with pytest.raises(RequestRefused, match="valid until"):
        admission.submit(ground.request(poster, deadline=now + seconds))


def test_submit__valid_for_ever__is_refused(ground, admission, poster):
    """API-4: a forgotten request must not come back years later."""
    with pytest.raises(RequestRefused, match="too long"):
        admission.submit(ground.request(poster, deadline=2**47))


@pytest.mark.parametrize(("gas", "words"), [(1_000_001, "too much"), (30_000, "too little")])
def test_submit__gas_out_of_range__is_refused(ground, admission, poster, gas, words):
    """API-4: nobody makes the relayer pay for a whole block, or for a failure."""
    with pytest.raises(RequestRefused, match=words):
        admission.submit(ground.request(poster, gas=gas))


def test_submit__nonce_used_or_ahead__is_refused(ground, admission, poster):
    """RUN-19: requests of a signer come in order, each once."""
    admission.submit(ground.request(poster))

    for nonce in (0, 2):
        with pytest.raises(RequestRefused, match=f"nonce is {nonce}, the next of .* is 1"):
            admission.submit(ground.request(poster, nonce=nonce, gas=500_000))
    assert admission.next_nonce(poster.address) == 1
    assert admission.submit(ground.request(poster, nonce=1)).signer_nonce == 1


def test_submit__call_that_would_revert__is_refused_in_words(ground, admission, poster):
    """API-4: the forwarder swallows the reason, so it is asked for before."""
    data = bytes(ground.contracts.runs.calldata("approve", 77))

    with pytest.raises(ContractReverted, match="There is no run 77"):
        admission.submit(ground.request(poster, data=data))


def test_submit__more_than_may_wait__is_put_off(ground, database, admission, poster):
    """API-4: one signer cannot fill the queue."""
    for nonce in range(RelayLimits().pending_per_signer):
        admission.submit(ground.request(poster, nonce=nonce))

    with pytest.raises(TooManyRequests, match="16 requests under way: try again in 2 s"):
        admission.submit(ground.request(poster, nonce=16))


@pytest.mark.parametrize("limits", [RelayLimits(per_signer=2, per_seconds=10**9, drafts=True)])
def test_submit__more_than_within_a_while__is_put_off(ground, admission, sender, limits, signers):
    """API-4: one signer cannot have everything paid for, however quickly it is mined."""
    often, once = signers[:2]
    for nonce in range(limits.per_signer):
        admission.submit(ground.request(often, nonce=nonce))
        sender.step()

    with pytest.raises(TooManyRequests, match=f"{often.address} has sent 2 requests in"):
        admission.submit(ground.request(often, nonce=2))
    assert admission.submit(ground.request(once)).signer_nonce == 0


def test_submit_all__good_and_bad__are_told_apart(ground, admission, poster, signers):
    """API-4: a bad request harms no other."""
    good = [ground.request(signer) for signer in signers[:3]]
    bad = replace(ground.request(poster), signature=b"\x00" * 65)
    answers = admission.submit_all([good[0], bad, *good[1:], good[0]])

    assert isinstance(answers[1], RequestRefused)
    assert [answer.status for answer in (answers[0], *answers[2:])] == ["pending"] * 4
    assert answers[4].request_id == answers[0].request_id
