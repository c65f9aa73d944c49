"""What the twins stand on: the token ledger and the identity view."""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.errors import Reverted
from tests.twin.identity import IdentityView
from tests.twin.token import Authorization, Receipt, TokenLedger


@pytest.fixture
def token():
    ledger = TokenLedger("usdc")
    ledger.mint("poster", 100)
    return ledger


def refusal(call, *arguments):
    with pytest.raises(Reverted) as caught:
        call(*arguments)
    return caught.value.arguments["reason"]


def test_transfer__enough_money__moves_it(token):
    """RUN-16: the ledger books exactly what moves, also to oneself."""
    token.transfer("poster", "agent", 40)
    token.transfer("poster", "poster", 60)
    assert (token.balance_of("poster"), token.balance_of("agent")) == (60, 40)


def test_transfer__refused__moves_nothing(token):
    """RUN-16: too little, blacklisted on either side, zero address, the token itself, paused."""
    token.blacklisted.add("outsider")
    token.mint("outsider", 1)
    assert refusal(token.transfer, "poster", "agent", 101) == "balance too low"
    assert refusal(token.transfer, "poster", "outsider", 0) == "blacklisted"
    assert refusal(token.transfer, "outsider", "poster", 0) == "blacklisted"
    assert refusal(token.transfer, "poster", "usdc", 1) == "blacklisted"
    assert refusal(token.transfer, "poster", ZERO_ADDRESS, 1) == "zero address"
    token.paused = True
    assert refusal(token.transfer, "poster", "agent", 1) == "paused"
    assert token.balances == {"poster": 100, "outsider": 1}


@pytest.mark.parametrize(
    ("now", "reason"), [(10, "not valid yet"), (11, ""), (19, ""), (20, "expired")]
)
def test_receive_with_authorization__at_its_edges__is_valid_strictly_between(token, now, reason):
    """STAKE-1: EIP-3009, valid after validAfter and before validBefore."""
    signed = Receipt("poster", "escrow", 5, 10, 20, ("purpose", 1))
    authorization = Authorization("poster", 10, 20, 1, signed)
    call = (authorization, "escrow", 5, ("purpose", 1), now)
    if reason:
        assert refusal(token.receive_with_authorization, *call) == reason
    else:
        token.receive_with_authorization(*call)
        assert token.balance_of("escrow") == 5
        assert refusal(token.receive_with_authorization, *call) == "used or cancelled"


@pytest.mark.parametrize(
    "call",
    [("registry", 5, ("purpose", 1)), ("escrow", 6, ("purpose", 1)), ("escrow", 5, ("x", 1))],
)
def test_receive_with_authorization__other_use_than_signed__is_refused(token, call):
    """STAKE-1: a stranger who sees it cannot redirect it."""
    signed = Receipt("poster", "escrow", 5, 0, 20, ("purpose", 1))
    authorization = Authorization("poster", 0, 20, 1, signed)
    assert (
        refusal(token.receive_with_authorization, authorization, *call, 15) == "invalid signature"
    )


def test_identity__new_agent__is_its_own_wallet_and_ids_start_at_zero():
    """STAKE-1: 0 is a valid agent."""
    identity = IdentityView("identity")
    assert identity.register("agent") == 0
    assert identity.register("agent") == 1
    assert identity.payout_wallet(0) == "agent"
    assert identity.exists(1)
    assert not identity.exists(2)
    with pytest.raises(KeyError):
        identity.payout_wallet(2)


def test_identity__operators__are_owner_approved_operator_and_wallet():
    """RUN-7: whoever isAuthorizedOrOwner names, and the wallet; nobody for an unknown agent."""
    identity = IdentityView("identity")
    identity.register("agent")
    identity.approve(0, "approved")
    identity.set_operator("agent", "operator", approved=True)
    identity.set_wallet(0, "wallet")
    accounts = ["agent", "approved", "operator", "wallet", "outsider", ZERO_ADDRESS]
    assert [identity.is_operator(account, 0) for account in accounts] == [True] * 4 + [False] * 2
    assert [identity.is_authorized_or_owner(account, 0) for account in accounts] == [
        *[True] * 3,
        *[False] * 3,
    ]
    assert not any(identity.is_operator(account, 1) for account in accounts)
    assert not any(identity.is_authorized_or_owner(account, 1) for account in accounts)
    identity.set_operator("agent", "operator", approved=False)
    assert not identity.is_operator("operator", 0)


def test_identity__sold__clears_wallet_and_approval():
    """STAKE-10: the buyer starts alone, paid at its own address until it names a wallet."""
    identity = IdentityView("identity")
    identity.register("agent")
    identity.approve(0, "approved")
    identity.transfer(0, "buyer")
    assert identity.payout_wallet(0) == "buyer"
    assert [identity.is_operator(account, 0) for account in ("agent", "approved", "buyer")] == [
        False,
        False,
        True,
    ]
    identity.set_wallet(0, "wallet")
    identity.set_wallet(0, ZERO_ADDRESS)
    assert identity.payout_wallet(0) == "buyer"
    assert not identity.is_operator(ZERO_ADDRESS, 0)
