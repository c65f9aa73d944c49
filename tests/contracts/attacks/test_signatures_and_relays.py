"""Attacks with what others have signed, and on those who sign with code."""

from __future__ import annotations

import ape
import pytest
from ape.exceptions import ContractLogicError

from tests.contracts.outcome import emitted, reverting
from tests.contracts.run_escrow.authorization import INVALID
from tests.contracts.runs import COST, FEE, IPFS, MIN_STAKE, REWARD, WORK
from tests.contracts.signing import FOREVER, Signing

_BURNS_ALL_GAS = "0xfe"  # INVALID, in one step: a loop would make a trace of a million
_PLENTY = 3_000_000


@pytest.fixture
def signing_elsewhere(chain, usdc, identity, forwarder):
    """Signs for the same addresses on another chain."""
    return Signing(chain.chain_id + 1, usdc, identity, forwarder)


@pytest.fixture
def delegated(outsider, set_code, forwarder):
    """An EIP-7702 account: its delegate has no `isValidSignature`, its key still signs."""
    set_code(outsider, "0xef0100" + forwarder.address[2:])
    return outsider


def test_authorization_replayed_from_another_chain__is_refused_by_usdc(
    escrow, registry, poster, agent_id, relayer, terms, signing_elsewhere, ledger
):
    """RUN-24, STAKE-1: for a run and for a stake."""
    wanted = terms()
    run = signing_elsewhere.run_authorization(poster, escrow, wanted, IPFS, COST)
    stake = signing_elsewhere.stake_authorization(poster, registry, agent_id, MIN_STAKE)

    with ledger.moves():
        with ape.reverts(INVALID):
            escrow.postRunWithAuthorization(wanted, IPFS, run, sender=relayer)
        with ape.reverts(INVALID):
            registry.stakeWithAuthorization(agent_id, MIN_STAKE, stake, sender=relayer)


def test_authorization_replayed_at_another_escrow__is_refused_by_usdc(
    project, escrow, registry, owner, usdc, treasury, forwarder, poster, relayer, terms, signing
):
    """RUN-24: a second deployment on the same chain cannot use up what was signed for the first."""
    twin = owner.deploy(project.RunEscrow, usdc, registry, treasury, owner, forwarder)
    wanted = terms()
    authorization = signing.run_authorization(poster, escrow, wanted, IPFS, COST)

    with ape.reverts(INVALID):
        twin.postRunWithAuthorization(wanted, IPFS, authorization, sender=relayer)

    escrow.postRunWithAuthorization(wanted, IPFS, authorization, sender=relayer)


def test_permit_replayed_from_another_chain__allows_nothing(escrow, usdc, buyer, signing_elsewhere):
    """STAKE-1: selfPermit swallows the refusal, and the allowance stays what it was."""
    signature = signing_elsewhere.permit(buyer, escrow, COST)

    escrow.selfPermit(COST, FOREVER, signature, sender=buyer)

    assert usdc.allowance(buyer, escrow) == 0


def test_request_replayed_from_another_chain__is_refused_by_the_forwarder(
    escrow, forwarder, poster, relayer, open_run, signing_elsewhere
):
    """RUN-19."""
    run_id = open_run()
    call = escrow.cancelRun.encode_input(run_id)
    request = signing_elsewhere.request(poster, escrow, call)

    with pytest.raises(ContractLogicError) as refusal:
        forwarder.execute(request, sender=relayer)

    assert refusal.value.name == "ERC2771ForwarderInvalidSigner"


def test_request_taken_to_a_forwarder_of_the_attackers__is_not_trusted(
    project, escrow, outsider, poster, relayer, chain, usdc, identity, open_run
):
    """RUN-19: the contracts listen to one forwarder, which nobody can exchange."""
    run_id = open_run()
    own = outsider.deploy(project.Forwarder)
    request = Signing(chain.chain_id, usdc, identity, own).request(
        poster, escrow, escrow.cancelRun.encode_input(run_id)
    )

    with reverting(own.ERC2771UntrustfulTarget, target=escrow, forwarder=own):
        own.execute(request, sender=relayer)


def test_request_burned_in_a_batch_while_it_fails__costs_the_signer_a_signature_only(
    escrow, forwarder, poster, outsider, claimed_run, signing, ledger
):
    """RUN-19 (accepted): who holds a request may send it too early, in a batch."""
    run_id = claimed_run()
    call = escrow.approve.encode_input(run_id)
    request = signing.request(poster, escrow, call)

    with ledger.moves():
        tx = forwarder.executeBatch([request], outsider, sender=outsider)

    assert emitted(tx, forwarder) == [("ExecutedForwardRequest", poster, 0, False)]
    assert not forwarder.verify(request)
    assert forwarder.verify(signing.request(poster, escrow, call))


def test_signing_wallet_that_burns_all_gas__spends_that_of_its_own_call(
    escrow, poster, outsider, relayer, wallet, agent, signing, terms, submitted_run, set_code, books
):
    """RUN-25: wallets are asked on the way in only; every way out goes on without them."""
    run_id, wanted = submitted_run(), terms()
    authorization = signing.run_authorization(outsider, escrow, wanted, IPFS, COST, payer=wallet)
    set_code(wallet, _BURNS_ALL_GAS)

    with ape.reverts(INVALID):
        escrow.postRunWithAuthorization(
            wanted, IPFS, authorization, sender=relayer, gas_limit=_PLENTY
        )
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(run_id, sender=poster)


def test_delegated_account__authorization_is_refused_and_the_plain_way_stays(
    escrow, delegated, relayer, terms, signing, ledger
):
    """RUN-25: USDC asks its code, not its key; an approval and a call need neither."""
    wanted = terms()
    authorization = signing.run_authorization(delegated, escrow, wanted, IPFS, COST)

    with ape.reverts(INVALID):
        escrow.postRunWithAuthorization(
            wanted, IPFS, authorization, sender=relayer, gas_limit=_PLENTY
        )
    with ledger.moves({delegated: -COST, escrow: COST}):
        escrow.postRun(wanted, IPFS, sender=delegated)


def test_delegated_account__requests_that_its_key_signed_still_pass(
    escrow, delegated, forwarder, relayer, terms, signing, ledger
):
    """RUN-19, RUN-25: the forwarder recovers keys, whatever code the account has."""
    call = escrow.postRun.encode_input(terms(), IPFS)

    with ledger.moves({delegated: -COST, escrow: COST}):
        forwarder.execute(signing.request(delegated, escrow, call), sender=relayer)


def test_delegated_account__is_paid_and_refunded_like_any_other(
    escrow, poster, agent, outsider, submitted_run, set_code, forwarder, clock, books
):
    """RUN-16: an agent that delegates its account while it works."""
    run_id = submitted_run()
    set_code(agent, "0xef0100" + forwarder.address[2:])
    clock.at(escrow.reviewEndsAt(run_id))

    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.finalize(run_id, sender=outsider)


def test_multicall_of_a_relayed_request__cannot_mix_in_another_speaker(
    escrow, forwarder, agent, agent_id, poster, relayer, open_run, signing
):
    """RUN-19 (CVE-2023-49145): all calls of a batch are the signer's, who is no poster."""
    run_id = open_run()
    batch = escrow.multicall.encode_input(
        [
            escrow.claimRun.encode_input(run_id, agent_id),
            escrow.submitWork.encode_input(run_id, WORK),
            bytes(escrow.approve.encode_input(run_id)) + bytes.fromhex(poster.address[2:]),
        ]
    )

    with reverting(forwarder.FailedCall):
        forwarder.execute(signing.request(agent, escrow, batch), sender=relayer)

    assert escrow.getRun(run_id).state == 1
