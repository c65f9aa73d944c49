"""What people sign."""

from __future__ import annotations

import json

import pytest
from eth_account import Account
from eth_account._utils.encode_typed_data.encoding_and_hashing import encode_type
from eth_account.messages import encode_typed_data
from eth_utils import keccak

from agentescrow.chain import typed_data
from agentescrow.chain.typed_data import Domain
from agentescrow.domain.runs.terms import RunTerms

SIGNER = Account.from_key("0x" + "11" * 32)
TO = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
DOMAIN = Domain("USDC", "2", 84532, "0x036CbD53842c5426634e7929541eC2318f3dCF7e")
SALT = b"\x05" * 32

PERMIT = typed_data.permit(DOMAIN, owner=SIGNER.address, spender=TO, value=1, nonce=0, deadline=9)
RECEIVE = typed_data.receive_with_authorization(
    DOMAIN, payer=SIGNER.address, payee=TO, value=1, valid_after=0, valid_before=9, nonce=SALT
)
FORWARD = typed_data.forward_request(
    DOMAIN, signer=SIGNER.address, to=TO, gas=1, nonce=0, deadline=9, data=b"\x12\x34"
)
WALLET_SET = typed_data.agent_wallet_set(
    DOMAIN, agent_id=0, new_wallet=SIGNER.address, owner=TO, deadline=9
)


def type_hash(message):
    types = {k: v for k, v in message["types"].items() if k != "EIP712Domain"}
    return keccak(text=encode_type(message["primaryType"], types)).hex()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        # Constants of Circle's EIP2612.sol and EIP3009.sol.
        (PERMIT, "6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9"),
        (RECEIVE, "d099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8"),
        (
            FORWARD,
            keccak(
                text="ForwardRequest(address from,address to,uint256 value,uint256 gas,"
                "uint256 nonce,uint48 deadline,bytes data)"
            ).hex(),
        ),
        (
            WALLET_SET,
            keccak(
                text="AgentWalletSet(uint256 agentId,address newWallet,address owner,"
                "uint256 deadline)"
            ).hex(),
        ),
    ],
    ids=["permit", "receive", "forward", "wallet"],
)
def test_messages__types__are_those_of_the_contracts(message, expected):
    """STAKE-1, RUN-19: a single different character and no contract accepts the signature."""
    assert type_hash(message) == expected


@pytest.mark.parametrize("message", [PERMIT, RECEIVE, FORWARD, WALLET_SET])
def test_messages__as_json__give_the_same_signature(message):
    """API-4: a server hands them to any wallet as JSON."""
    signable = encode_typed_data(full_message=json.loads(json.dumps(message)))
    signature = SIGNER.sign_message(signable).signature

    assert Account.recover_message(signable, signature=signature) == SIGNER.address
    assert encode_typed_data(full_message=message) == signable


def test_stake_nonce__agent_and_salt__bind_it():
    """STAKE-1: keccak256(abi.encode(agentId, salt))."""
    expected = keccak((7).to_bytes(32, "big") + SALT)

    assert typed_data.stake_nonce(7, SALT) == expected
    assert typed_data.stake_nonce(8, SALT) != expected


def test_run_nonce__terms_description_and_salt__bind_it():
    """Section 3: keccak256(abi.encode(terms, keccak256(bytes(ipfsHash)), salt))."""
    terms = RunTerms(100, 200, 7, 3, 1)
    words = b"".join(value.to_bytes(32, "big") for value in (100, 200, 7, 3, 1))
    expected = keccak(words + keccak(text="ipfs://d") + SALT)

    assert typed_data.run_nonce(terms, "ipfs://d", SALT) == expected
    assert typed_data.run_nonce(terms, "ipfs://e", SALT) != expected
