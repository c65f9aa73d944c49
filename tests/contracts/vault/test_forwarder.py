"""Calls through the ERC-2771 forwarder, to both contracts.

given an account without ETH
    when it signs and a relayer sends
        it should claim a run, and pay into both contracts
when a request is sent again
    it should revert: its nonce is used
when now is the request's deadline
    it should pass
when its deadline has passed
    it should revert with ERC2771ForwarderExpiredRequest
when somebody else has signed it
    it should revert with ERC2771ForwarderInvalidSigner
when the relayer changes anything of it
    it should revert with ERC2771ForwarderInvalidSigner (target, data, gas, deadline)
when the signature is the malleable twin of a good one
    it should revert with ERC2771ForwarderInvalidSigner
when it is for a contract that does not trust the forwarder
    it should revert with ERC2771UntrustfulTarget
when it sends ETH along
    it should revert
when the call reverts
    it should revert and keep the nonce
when the relayer gives too little gas
    it should revert and keep the nonce
when an ERC-1271 wallet is to have signed it
    it should revert: wallets call directly
when somebody who is not the forwarder appends an address
    it should speak for the caller
when the owner signs
    it should act as the owner
    when a signer appends the owner's address
        it should speak for the signer
"""

from __future__ import annotations

import pytest
from ape.exceptions import ContractLogicError, VirtualMachineError

from agentescrow.domain.constants import DAY, ZERO_ADDRESS
from agentescrow.domain.runs.run import RunState
from tests.contracts.outcome import reverting

GAS, DEADLINE, DATA = 3, 4, 5
_CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.fixture
def ready(payment, payer, usdc):
    """A payer whose allowance suffices for the payment twice."""
    usdc.approve(payment.vault, 2 * payment.amount, sender=payer)
    return payer


@pytest.fixture
def request_(payment, ready, signing):
    """A request of the payer's to make the payment."""
    return signing.request(ready, payment.vault, payment.data)


def test_forwarder__agent_without_eth__claims_a_run(
    escrow, forwarder, agent, agent_id, relayer, open_run, signing, chain
):
    """RUN-19."""
    run_id = open_run()
    chain.provider.set_balance(agent.address, 0)
    call = escrow.claimRun.encode_input(run_id, agent_id)

    forwarder.execute(signing.request(agent, escrow, call), sender=relayer)

    run = escrow.getRun(run_id)
    assert (run.state, run.agentId, run.wallet) == (RunState.CLAIMED, agent_id, agent)
    assert chain.provider.get_balance(agent.address) == 0


def test_forwarder__payer_without_eth__pays(
    payment, ready, request_, forwarder, relayer, chain, ledger
):
    """RUN-19: the money is the signer's, the gas the relayer's."""
    chain.provider.set_balance(ready.address, 0)

    with ledger.moves({ready: -payment.amount, payment.vault: payment.amount}):
        forwarder.execute(request_, sender=relayer)


def test_forwarder__sent_again__reverts(payment, ready, request_, forwarder, relayer, ledger):
    """RUN-19 (threat: replay)."""
    forwarder.execute(request_, sender=relayer)
    assert not forwarder.verify(request_)

    with ledger.moves(), pytest.raises(ContractLogicError) as refusal:
        forwarder.execute(request_, sender=relayer)

    # With the next nonce the signature belongs to some other key.
    assert refusal.value.name == "ERC2771ForwarderInvalidSigner"
    assert refusal.value.inputs["from"] == ready.address != refusal.value.inputs["signer"]


def test_forwarder__at_its_deadline__passes(
    payment, ready, forwarder, relayer, signing, clock, ledger
):
    """RUN-19: the forwarder's deadline is inclusive."""
    deadline = clock.now() + DAY
    request = signing.request(ready, payment.vault, payment.data, deadline=deadline)
    clock.at(deadline)

    with ledger.moves({ready: -payment.amount, payment.vault: payment.amount}):
        forwarder.execute(request, sender=relayer)


def test_forwarder__after_its_deadline__reverts(payment, ready, forwarder, relayer, signing, clock):
    """RUN-19."""
    deadline = clock.now() + DAY
    request = signing.request(ready, payment.vault, payment.data, deadline=deadline)
    clock.at(deadline + 1)

    with reverting(forwarder.ERC2771ForwarderExpiredRequest, deadline=deadline):
        forwarder.execute(request, sender=relayer)


def test_forwarder__signed_by_somebody_else__reverts(
    payment, ready, outsider, forwarder, relayer, signing, ledger
):
    """RUN-19 (threat: forged request)."""
    forged = signing.request(outsider, payment.vault, payment.data, speaker=ready)

    with (
        ledger.moves(),
        reverting(forwarder.ERC2771ForwarderInvalidSigner, signer=outsider, **{"from": ready}),
    ):
        forwarder.execute(forged, sender=relayer)


@pytest.mark.parametrize("part", ["target", "data", "gas", "deadline"])
def test_forwarder__changed_by_the_relayer__reverts(
    payment, ready, request_, registry, escrow, forwarder, relayer, ledger, part
):
    """RUN-19 (threat: replay on another contract; a relayer that edits)."""
    changed = list(request_)
    if part == "target":
        changed[1] = (escrow if payment.vault == registry else registry).address
    elif part == "data":
        changed[DATA] = bytes(payment.vault.withdrawCredit.encode_input(relayer))
    else:
        changed[{"gas": GAS, "deadline": DEADLINE}[part]] -= 1

    with ledger.moves(), pytest.raises(ContractLogicError) as refusal:
        forwarder.execute(tuple(changed), sender=relayer)

    assert refusal.value.name == "ERC2771ForwarderInvalidSigner"
    assert refusal.value.inputs["signer"] != ready.address


def test_forwarder__twin_of_the_signature__reverts(
    payment, ready, request_, forwarder, relayer, ledger
):
    """RUN-19 (threat: malleable signatures): of (r, s) and (r, n - s) only the lower s counts."""
    *rest, signature = request_
    s, v = int.from_bytes(signature[32:64]), signature[64]
    twin = signature[:32] + (_CURVE_ORDER - s).to_bytes(32) + bytes([27 + 28 - v])

    with (
        ledger.moves(),
        reverting(forwarder.ERC2771ForwarderInvalidSigner, signer=ZERO_ADDRESS, **{"from": ready}),
    ):
        forwarder.execute((*rest, twin), sender=relayer)


def test_forwarder__target_that_does_not_trust_it__reverts(
    usdc, forwarder, outsider, relayer, signing
):
    """RUN-19: nobody makes the forwarder call a token in its own name."""
    call = usdc.approve.encode_input(outsider, 1)
    request = signing.request(outsider, usdc, call)

    with reverting(forwarder.ERC2771UntrustfulTarget, target=usdc, forwarder=forwarder):
        forwarder.execute(request, sender=relayer)


def test_forwarder__with_eth__reverts(payment, request_, forwarder, relayer):
    """RUN-24: nothing here is payable."""
    with reverting(forwarder.ERC2771ForwarderMismatchedValue, requestedValue=0, msgValue=1):
        forwarder.execute(request_, sender=relayer, value=1)


def test_forwarder__call_that_reverts__reverts_and_keeps_the_nonce(
    vault, forwarder, outsider, relayer, signing
):
    """RUN-19."""
    request = signing.request(outsider, vault, vault.withdrawCredit.encode_input(outsider))

    with reverting(forwarder.FailedCall):
        forwarder.execute(request, sender=relayer)

    assert forwarder.nonces(outsider) == 0
    assert forwarder.verify(request)


def test_forwarder__relayer_gives_too_little_gas__reverts_and_keeps_the_nonce(
    payment, ready, request_, forwarder, relayer, ledger, chain
):
    """RUN-19 (threat: a relayer burns the signer's request)."""
    nonce = forwarder.nonces(ready)
    with chain.isolate():
        used = forwarder.execute(request_, sender=relayer).gas_used

    for gas in (used * 2 // 3, used * 4 // 5, used * 9 // 10):
        with ledger.moves(), pytest.raises(VirtualMachineError):
            forwarder.execute(request_, sender=relayer, gas_limit=gas)
        assert forwarder.nonces(ready) == nonce
    assert forwarder.verify(request_)


def test_forwarder__erc1271_wallet__reverts(payment, payer, wallet, forwarder, relayer, signing):
    """RUN-25."""
    request = signing.request(payer, payment.vault, payment.data, speaker=wallet)

    with reverting(forwarder.ERC2771ForwarderInvalidSigner, signer=payer, **{"from": wallet}):
        forwarder.execute(request, sender=relayer)


def test_forwarder__address_appended_by_somebody_else__is_not_trusted(
    vault, poster, outsider, credited
):
    """RUN-19 (threat: spoofed sender): only the forwarder speaks for others."""
    call = bytes(vault.withdrawCredit.encode_input(outsider)) + bytes.fromhex(poster.address[2:])

    with reverting(vault.NoCredit, account=outsider):
        outsider.transfer(vault, 0, data=call)

    assert vault.creditOf(poster) == credited


def test_forwarder__signed_by_the_owner__acts_as_the_owner(
    vault, forwarder, owner, relayer, outsider, signing
):
    """RUN-19, STAKE-9."""
    call = vault.transferOwnership.encode_input(outsider)

    forwarder.execute(signing.request(owner, vault, call), sender=relayer)

    assert vault.pendingOwner() == outsider


def test_forwarder__owners_address_appended_by_a_signer__reverts(
    vault, forwarder, owner, relayer, outsider, signing
):
    """RUN-19 (threat: governance by a spoofed sender)."""
    call = bytes(vault.transferOwnership.encode_input(outsider)) + bytes.fromhex(owner.address[2:])

    with reverting(forwarder.FailedCall):
        forwarder.execute(signing.request(outsider, vault, call), sender=relayer)

    assert vault.pendingOwner() == ZERO_ADDRESS
    assert vault.trustedForwarder() == forwarder != ZERO_ADDRESS
