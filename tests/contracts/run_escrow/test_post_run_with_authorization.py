"""postRunWithAuthorization: a run exists and is funded by an EIP-3009 authorization of its poster.

given the contract is paused
└── it should revert
given it is not paused
├── when a term breaks a rule, or the description is empty
│   └── it should revert
├── when a term, the description, the salt, the signer, a time or the payee is not as signed
│   └── it should revert
├── when less was signed than reward and fee
│   └── it should revert
├── when the authorization was used, or cancelled by its signer
│   └── it should revert
├── when it is not valid yet, or expired
│   └── it should revert, each in that second
├── when the signature is not 65 bytes
│   └── it should revert
├── when the signer cannot pay, or USDC bars it
│   └── it should revert
├── when it is valid, whoever sends it
│   ├── it should make the signer the poster, and pull from the signer
│   ├── it should emit RunCreated, then RunFunded
│   ├── it should use the nonce that the terms, the description and the salt make
│   └── it should allow the same terms again with another salt
└── when the signer is a smart-contract wallet
    ├── it should ask the wallet (ERC-1271) and make it the poster
    └── it should revert when the wallet refuses
given the authorization is taken to USDC directly
├── it should be of no use to a stranger, nor as a transfer
└── a transfer to the escrow should count for nothing and break nothing
"""

from __future__ import annotations

import ape
import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from tests.contracts.outcome import emitted, reverting
from tests.contracts.run_escrow.violations import VIOLATIONS, violations
from tests.contracts.runs import COST, FEE, IPFS, REWARD
from tests.contracts.signing import FOREVER

SALT = b"\x01" * 32
INVALID = "FiatTokenV2: invalid signature"


def nonce_of(terms, uri=IPFS, salt=SALT) -> bytes:
    """The nonce, as the specification has it."""
    types = ["(uint64,uint40,uint8,uint8,uint8)", "bytes32", "bytes32"]
    return keccak(encode(types, [terms, keccak(text=uri), salt]))


@pytest.fixture
def authorize(signing, poster, escrow):
    """`authorize(terms, …)`: the poster signs for reward and fee of 100 USDC."""

    def authorize(terms, uri=IPFS, amount=COST, signer=poster, to=escrow, salt=SALT, **more):
        return signing.run_authorization(signer, to, terms, uri, amount, salt=salt, **more)

    return authorize


@pytest.fixture
def post(escrow, relayer):
    """`post(terms, authorization, …)`: a stranger sends it."""

    def post(terms, authorization, uri=IPFS, sender=relayer):
        return escrow.postRunWithAuthorization(terms, uri, authorization, sender=sender)

    return post


def test_post_run_with_authorization__paused__reverts(escrow, owner, terms, authorize, post):
    """RUN-18."""
    offered = terms()
    escrow.pause(sender=owner)
    with reverting(escrow.EnforcedPause):
        post(offered, authorize(offered))


@pytest.mark.parametrize("rule", VIOLATIONS)
def test_post_run_with_authorization__rule_broken__reverts(
    escrow, poster, terms, clock, post, rule
):
    """RUN-2."""
    now = clock.now() + 10
    changes, error, values = violations(now)[rule]
    clock.at(now)
    with reverting(getattr(escrow, error), **values):
        post(terms(**changes), (poster.address, 0, FOREVER, SALT, b""))


def test_post_run_with_authorization__empty_description__reverts(escrow, terms, authorize, post):
    """RUN-2."""
    offered = terms()
    with reverting(escrow.EmptyText):
        post(offered, authorize(offered, uri=""), uri="")


@pytest.mark.parametrize("sender", ["poster", "relayer"])
def test_post_run_with_authorization__valid__makes_the_signer_the_poster(
    request, escrow, poster, usdc, terms, authorize, post, get_run, books, sender
):
    """RUN-1, RUN-20: whoever sends it."""
    usdc.approve(escrow, 0, sender=poster)
    offered = terms()
    authorization = authorize(offered)
    with books.moves({poster: -COST}, owed=COST):
        tx = post(offered, authorization, sender=request.getfixturevalue(sender))
    assert emitted(tx, escrow) == [
        ("RunCreated", 1, poster.address, REWARD, FEE, offered[1], 7, 3, 1, IPFS),
        ("RunFunded", 1, COST),
    ]
    assert tx.return_value == 1
    run = get_run(1)
    assert (run["poster"], run["state"]) == (poster.address, 1)


def test_post_run_with_authorization__valid__uses_the_nonce_of_the_terms(
    poster, usdc, terms, authorize, post
):
    """RUN-1, threat "a stranger relays the authorization with other parameters"."""
    offered = terms()
    assert not usdc.authorizationState(poster, nonce_of(offered))
    post(offered, authorize(offered))
    assert usdc.authorizationState(poster, nonce_of(offered))


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


def test_post_run_with_authorization__another_salt__posts_the_same_terms_again(
    escrow, terms, authorize, post, get_run
):
    """The salt tells two payments for the same terms apart."""
    offered = terms()
    for salt in (SALT, b"\x02" * 32):
        post(offered, authorize(offered, salt=salt))
    assert get_run(1) == get_run(2)


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


@pytest.mark.parametrize(
    ("offset", "reason"),
    [
        (0, "FiatTokenV2: authorization is not yet valid"),
        (1, None),
        (99, None),
        (100, "FiatTokenV2: authorization is expired"),
        (101, "FiatTokenV2: authorization is expired"),
    ],
)
def test_post_run_with_authorization__window__is_open_strictly_inside(
    clock, terms, authorize, post, state_of, offset, reason
):
    """EIP-3009: valid after validAfter and before validBefore, both exclusive."""
    after = clock.now() + 1_000
    offered = terms()
    authorization = authorize(offered, window=(after, after + 100))
    clock.at(after + offset)
    if reason is None:
        post(offered, authorization)
        assert state_of(1) == 1
    else:
        with ape.reverts(reason):
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


def test_post_run_with_authorization__signer_cannot_pay__reverts(
    escrow, relayer, terms, authorize, post
):
    """Nothing is booked that was not paid."""
    offered = terms()
    with ape.reverts("ERC20: transfer amount exceeds balance"):
        post(offered, authorize(offered, signer=relayer))
    assert escrow.runCount() == 0


def test_post_run_with_authorization__signer_blacklisted__reverts(
    escrow, poster, terms, authorize, post, blacklist
):
    """USDC's refusal to take money is the poster's."""
    offered = terms()
    blacklist(poster)
    with ape.reverts("Blacklistable: account is blacklisted"):
        post(offered, authorize(offered))


@pytest.fixture
def wallet(project, outsider, fund):
    """A smart-contract wallet of the outsider's, with money."""
    wallet = outsider.deploy(project.Erc1271Wallet)
    fund(wallet, COST)
    return wallet


def test_post_run_with_authorization__erc1271_wallet__is_asked_and_is_the_poster(
    escrow, wallet, outsider, agent, usdc, terms, authorize, post, runs
):
    """RUN-1, threat "signers with code": the wallet posts by signature and judges by itself."""
    offered = terms()
    post(offered, authorize(offered, signer=outsider, payer=wallet))
    run = escrow.getRun(1)
    assert (run.poster, run.state) == (wallet.address, 1)
    assert usdc.balanceOf(wallet) == 0
    runs.claim(1)
    runs.submit(1)
    wallet.execute(escrow, escrow.approve.encode_input(1), sender=outsider)
    assert escrow.getRun(1).state == 5


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
