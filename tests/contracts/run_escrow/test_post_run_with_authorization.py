"""postRunWithAuthorization: a run exists and is funded by an EIP-3009 authorization of its poster.

given the contract is paused
└── it should revert
given it is not paused
├── when a term breaks a rule, or the description is empty
│   └── it should revert
├── when it is not what was signed: see test_post_run_with_authorization_misused.py
├── when it is not valid yet, or expired
│   └── it should revert, each in that second
├── when the signer cannot pay, or USDC bars it
│   └── it should revert
├── when it is valid, whoever sends it
│   ├── it should make the signer the poster, and pull from the signer
│   ├── it should emit RunCreated, then RunFunded
│   ├── it should use the nonce that the terms, the description and the salt make
│   └── it should allow the same terms again with another salt
└── when the signer is a smart-contract wallet
    └── it should ask the wallet (ERC-1271) and make it the poster
"""

from __future__ import annotations

import ape
import pytest

from tests.contracts.outcome import emitted, reverting
from tests.contracts.run_escrow.authorization import SALT, nonce_of
from tests.contracts.run_escrow.violations import VIOLATIONS, violations
from tests.contracts.runs import COST, FEE, IPFS, REWARD
from tests.contracts.signing import FOREVER
from tests.contracts.texts import JUST_RIGHT, MAX_TEXT, TOO_LONG


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
    with reverting(escrow.EmptyIpfsHash):
        post(offered, authorize(offered, uri=""), uri="")


@pytest.mark.parametrize("text", TOO_LONG)
def test_post_run_with_authorization__description_too_long__reverts(
    escrow, terms, authorize, post, text
):
    """RUN-27."""
    offered = terms()
    with reverting(escrow.TextTooLong, length=len(text.encode()), max=MAX_TEXT):
        post(offered, authorize(offered, uri=text), uri=text)


@pytest.mark.parametrize("text", JUST_RIGHT)
def test_post_run_with_authorization__longest_description__passes(
    escrow, terms, authorize, post, text
):
    """RUN-27: counted in bytes."""
    offered = terms()
    tx = post(offered, authorize(offered, uri=text), uri=text)
    assert emitted(tx, escrow)[0][-1] == text


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


def test_post_run_with_authorization__another_salt__posts_the_same_terms_again(
    escrow, terms, authorize, post, get_run
):
    """The salt tells two payments for the same terms apart."""
    offered = terms()
    for salt in (SALT, b"\x02" * 32):
        post(offered, authorize(offered, salt=salt))
    assert get_run(1) == get_run(2)


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
