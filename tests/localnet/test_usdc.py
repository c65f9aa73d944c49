"""The local USDC is Circle's.

STAKE-1 stands on its permits and authorizations, RUN-16 on payees who cannot be paid.
"""

from __future__ import annotations

import pytest

from localnet import usdc
from localnet.base_sepolia import CHAIN_ID
from localnet.evm import Reverted

HUNDRED = 100_000_000
DOMAIN = {
    "name": "USDC",
    "version": "2",
    "chainId": CHAIN_ID,
    "verifyingContract": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
}
PERMIT = {
    "Permit": [
        {"name": "owner", "type": "address"},
        {"name": "spender", "type": "address"},
        {"name": "value", "type": "uint256"},
        {"name": "nonce", "type": "uint256"},
        {"name": "deadline", "type": "uint256"},
    ]
}
RECEIVE = {
    "ReceiveWithAuthorization": [
        {"name": "from", "type": "address"},
        {"name": "to", "type": "address"},
        {"name": "value", "type": "uint256"},
        {"name": "validAfter", "type": "uint256"},
        {"name": "validBefore", "type": "uint256"},
        {"name": "nonce", "type": "bytes32"},
    ]
}


def signed(signer, types, message):
    """The signature of typed data for USDC."""
    return bytes(signer.sign_typed_data(DOMAIN, types, message).signature)


def authorization(poster, agent, now):
    message = {
        "from": poster.address,
        "to": agent.address,
        "value": HUNDRED,
        "validAfter": 0,
        "validBefore": now + 3600,
        "nonce": bytes(32),
    }
    return [*message.values(), signed(poster, RECEIVE, message)]


def test_place__fresh_chain__has_the_facts_of_base_sepolia(token):
    """Name, version and domain as on the public chain: its separator there is this very hash."""
    assert token.address == "0x036CbD53842c5426634e7929541eC2318f3dCF7e"
    assert (token.view("name"), token.view("symbol"), token.view("currency")) == (
        "USDC",
        "USDC",
        "USD",
    )
    assert (token.view("decimals"), token.view("version")) == (6, "2")
    separator = "71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818"
    assert token.view("DOMAIN_SEPARATOR").hex() == separator


def test_place__twice__changes_nothing(chain, token, poster):
    usdc.mint(chain, poster.address, HUNDRED)
    usdc.place(chain)
    assert token.view("balanceOf", poster) == HUNDRED


def test_mint__any_account__adds_to_balance_and_supply(chain, token, poster):
    before = token.view("totalSupply")
    usdc.mint(chain, poster.address, HUNDRED)
    assert token.view("balanceOf", poster) == HUNDRED
    assert token.view("totalSupply") == before + HUNDRED


def test_permit__signature_in_bytes__sets_allowance_once(chain, token, poster, agent):
    deadline = chain.now + 3600
    message = {
        "owner": poster.address,
        "spender": agent.address,
        "value": HUNDRED,
        "nonce": 0,
        "deadline": deadline,
    }
    call = (poster, agent, HUNDRED, deadline, signed(poster, PERMIT, message))
    token.send(agent, "permit", *call)
    assert token.view("allowance", poster, agent) == HUNDRED
    with pytest.raises(Reverted, match="EIP2612: invalid signature"):
        token.send(agent, "permit", *call)


def test_receive_with_authorization__by_payee__moves_once(chain, token, poster, agent):
    usdc.mint(chain, poster.address, 2 * HUNDRED)
    call = authorization(poster, agent, chain.now)
    token.send(agent, "receiveWithAuthorization", *call)
    assert token.view("balanceOf", agent) == HUNDRED
    with pytest.raises(Reverted, match="authorization is used or canceled"):
        token.send(agent, "receiveWithAuthorization", *call)


def test_receive_with_authorization__by_somebody_else__is_refused(
    chain, token, poster, agent, outsider
):
    usdc.mint(chain, poster.address, HUNDRED)
    call = authorization(poster, agent, chain.now)
    with pytest.raises(Reverted, match="caller must be the payee"):
        token.send(outsider, "receiveWithAuthorization", *call)


def test_blacklist__payee__cannot_be_paid_until_unblacklisted(chain, token, poster, agent):
    """What RUN-16 answers with a credit."""
    usdc.mint(chain, poster.address, HUNDRED)
    usdc.blacklist(chain, agent.address)
    with pytest.raises(Reverted, match="Blacklistable: account is blacklisted"):
        token.send(poster, "transfer", agent, 1)
    usdc.unblacklist(chain, agent.address)
    token.send(poster, "transfer", agent, 1)


def test_pause__all__cannot_move_until_unpaused(chain, token, poster, agent):
    usdc.mint(chain, poster.address, HUNDRED)
    usdc.pause(chain)
    with pytest.raises(Reverted, match="Pausable: paused"):
        token.send(poster, "transfer", agent, 1)
    usdc.unpause(chain)
    token.send(poster, "transfer", agent, 1)
