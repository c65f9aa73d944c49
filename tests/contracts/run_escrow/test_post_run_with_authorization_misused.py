"""postRunWithAuthorization by anybody who is not who, or pays not for what, was signed.

when a term, the description, the salt, the signer, a time or the payee is not as signed
└── it should revert
when less or more was signed than reward and fee
└── it should revert
when the authorization was used, or cancelled by its signer
└── it should revert
when the signature is not 65 bytes, or its wallet refuses it
└── it should revert
given the authorization is taken to USDC directly
├── it should be of no use to a stranger, nor as a transfer
└── a transfer to the escrow should count for nothing and break nothing
"""

from __future__ import annotations

import ape
import pytest

from tests.contracts.outcome import reverting
from tests.contracts.run_escrow.authorization import INVALID, nonce_of
from tests.contracts.runs import COST, FEE, IPFS, REWARD
from tests.contracts.signing import FOREVER


@pytest.mark.parametrize(
    "changes",
    [
        {"reward": REWARD - 1},
        {"reward": 1},
        {"deadline": +1},
        {"review_days": 1},
        {"max_revisions": 0},
        {"min_status": 2},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_post_run_with_authorization__terms_redirected__reverts(
    escrow, clock, terms, authorize, post, books, changes
):
    """RUN-1, threat "terms changed between signing and funding"."""
    deadline = clock.now() + 100_000
    authorization = authorize(terms(deadline=deadline))
    if "deadline" in changes:
        changes = {"deadline": deadline + changes["deadline"]}
    with books.moves(), ape.reverts(INVALID):
        post(terms(**({"deadline": deadline} | changes)), authorization)
    assert escrow.runCount() == 0


def test_post_run_with_authorization__description_redirected__reverts(terms, authorize, post):
    """RUN-1: the description is part of what was signed."""
    offered = terms()
    with ape.reverts(INVALID):
        post(offered, authorize(offered), uri=IPFS + "x")


def test_post_run_with_authorization__salt_redirected__reverts(terms, authorize, post):
    """RUN-1: another salt would be another payment."""
    offered = terms()
    payer, after, before, _, signature = authorize(offered)
    with ape.reverts(INVALID):
        post(offered, (payer, after, before, b"\x02" * 32, signature))


def test_post_run_with_authorization__signer_redirected__reverts(outsider, terms, authorize, post):
    """Nobody pays by another's signature."""
    offered = terms()
    _, *rest = authorize(offered)
    with ape.reverts(INVALID):
        post(offered, (outsider.address, *rest))


def test_post_run_with_authorization__window_redirected__reverts(terms, authorize, post):
    """The times are signed too."""
    offered = terms()
    payer, after, before, salt, signature = authorize(offered)
    with ape.reverts(INVALID):
        post(offered, (payer, after, before - 1, salt, signature))


def test_post_run_with_authorization__signed_for_the_registry__reverts(
    registry, terms, authorize, post
):
    """Threat "replay across contracts": the payee is signed."""
    offered = terms()
    with ape.reverts(INVALID):
        post(offered, authorize(offered, to=registry))


@pytest.mark.parametrize("amount", [REWARD, COST - 1, COST + 1])
def test_post_run_with_authorization__another_amount_signed__reverts(
    terms, authorize, post, amount
):
    """RUN-3: reward and fee, to the unit."""
    offered = terms()
    with ape.reverts(INVALID):
        post(offered, authorize(offered, amount=amount))


def test_post_run_with_authorization__replayed__reverts(
    escrow, poster, outsider, terms, authorize, post, books
):
    """Threat "EIP-3009 replay", also by a front-runner: there is one run and one payment."""
    offered = terms()
    authorization = authorize(offered)
    post(offered, authorization)
    for sender in (outsider, poster):
        with books.moves(), ape.reverts("FiatTokenV2: authorization is used or canceled"):
            post(offered, authorization, sender=sender)
    assert escrow.runCount() == 1


def test_post_run_with_authorization__cancelled_by_the_signer__reverts(
    poster, relayer, usdc, signing, terms, authorize, post
):
    """The payer may cancel until use."""
    offered = terms()
    authorization = authorize(offered)
    nonce = nonce_of(offered)
    signature = signing.sign(poster, "CancelAuthorization", authorizer=poster, nonce=nonce)
    r, s, v = signature[:32], signature[32:64], signature[64]
    usdc.cancelAuthorization(poster, nonce, v, r, s, sender=relayer)
    with ape.reverts("FiatTokenV2: authorization is used or canceled"):
        post(offered, authorization)


@pytest.mark.parametrize("length", [0, 64, 66])
def test_post_run_with_authorization__signature_of_another_length__reverts(
    terms, authorize, post, length
):
    """Threat "malleable and compact signatures"."""
    offered = terms()
    *rest, signature = authorize(offered)
    with ape.reverts("ECRecover: invalid signature length"):
        post(offered, (*rest, (signature + b"\x00")[:length]))


def test_post_run_with_authorization__erc1271_wallet_refuses__reverts(
    escrow, wallet, relayer, terms, authorize, post
):
    """Somebody else's signature does not move the wallet's money."""
    offered = terms()
    with ape.reverts(INVALID):
        post(offered, authorize(offered, signer=relayer, payer=wallet))
    assert escrow.runCount() == 0


def test_post_run_with_authorization__taken_to_usdc_by_a_stranger__is_of_no_use(
    escrow, poster, relayer, usdc, terms, authorize, post, books
):
    """Threat "the authorization is redirected": only the payee may receive by it."""
    offered = terms()
    authorization = authorize(offered)
    receive = usdc._mutable_methods_["receiveWithAuthorization"]
    transfer = usdc._mutable_methods_["transferWithAuthorization"]
    args = (poster, escrow, COST, 0, FOREVER, nonce_of(offered), authorization[-1])
    with books.moves():
        with ape.reverts("FiatTokenV2: caller must be the payee"):
            receive(*args, sender=relayer)
        with ape.reverts(INVALID):
            transfer(*args, sender=relayer)
    post(offered, authorization)


def test_post_run_with_authorization__money_sent_around_the_escrow__counts_for_nothing(
    escrow, poster, agent, relayer, outsider, usdc, signing, terms, ledger, books, submitted_run
):
    """RUN-24, threat "transferWithAuthorization straight to the escrow": it breaks nothing."""
    run_id = submitted_run()
    nonce = nonce_of(terms())
    values = {"value": COST, "validAfter": 0, "validBefore": FOREVER, "nonce": nonce}
    signature = signing.sign(poster, "TransferWithAuthorization", from_=poster, to=escrow, **values)
    owed = escrow.totalOwed()
    with ledger.moves({poster: -COST, escrow: COST}):
        usdc.transferWithAuthorization(
            poster, escrow, COST, 0, FOREVER, nonce, signature, sender=relayer
        )
    assert escrow.totalOwed() == owed
    assert escrow.runCount() == run_id
    with reverting(escrow.NoCredit, account=poster):
        escrow.withdrawCredit(poster, sender=poster)
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(run_id, sender=poster)
