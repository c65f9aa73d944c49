"""The EIP-712 messages that people sign here, and the nonces that bind them to a purpose.

Messages are plain JSON (bytes as hexadecimal text), so that a server can hand them to any wallet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from eth_abi.abi import encode
from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils.crypto import keccak

from agentescrow.domain.runs.terms import RunTerms

_DOMAIN_TYPE: Final = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
]
_PERMIT: Final = "owner address, spender address, value uint256, nonce uint256, deadline uint256"
_RECEIVE: Final = (
    "from address, to address, value uint256, validAfter uint256, validBefore uint256, nonce "
    "bytes32"
)
_FORWARD: Final = (
    "from address, to address, value uint256, gas uint256, nonce uint256, deadline uint48, data "
    "bytes"
)
_FORWARD_FIELDS: Final = [tuple(field.split()) for field in _FORWARD.split(", ")]
_FORWARD_TYPE: Final = keccak(
    text=f"ForwardRequest({','.join(f'{kind} {name}' for name, kind in _FORWARD_FIELDS)})"
)
_FORWARD_WORDS: Final = ["bytes32"] + [
    "bytes32" if kind == "bytes" else kind for _, kind in _FORWARD_FIELDS
]
_WALLET_SET: Final = "agentId uint256, newWallet address, owner address, deadline uint256"
_TERMS: Final = "(uint64,uint40,uint8,uint8,uint8)"


@dataclass(frozen=True, slots=True)
class Domain:
    """The contract that a signature is for.

    Args:
        name: Its EIP-712 name.
        version: Its EIP-712 version.
        chain_id: The chain it is on.
    """

    name: str
    version: str
    chain_id: int
    contract: str


def permit(
    domain: Domain, *, owner: str, spender: str, value: int, nonce: int, deadline: int
) -> dict[str, Any]:
    """USDC's EIP-2612 permit.

    Args:
        domain: USDC's.
        owner: Signer, whose allowance is set.
        spender: Who may spend.
        value: Base units.
        nonce: The owner's next permit nonce.
        deadline: Last unix second at which it is valid.
    """
    message = {"owner": owner, "spender": spender, "value": value, "nonce": nonce}
    return _message(domain, "Permit", _PERMIT, {**message, "deadline": deadline})


def receive_with_authorization(
    domain: Domain,
    *,
    payer: str,
    payee: str,
    value: int,
    valid_after: int,
    valid_before: int,
    nonce: bytes,
) -> dict[str, Any]:
    """USDC's EIP-3009 authorization that only its payee can use.

    Args:
        domain: USDC's.
        payee: The contract that will pull.
        value: Base units.
        valid_after: Unix second after which it is valid.
        valid_before: Unix second before which it is valid.
        nonce: 32 bytes, from `stake_nonce` or `run_nonce`.
    """
    message = {"from": payer, "to": payee, "value": value, "validAfter": valid_after}
    message |= {"validBefore": valid_before, "nonce": _hex(nonce)}
    return _message(domain, "ReceiveWithAuthorization", _RECEIVE, message)


def stake_nonce(agent_id: int, salt: bytes) -> bytes:
    """The nonce that binds an authorization to a deposit for an agent (STAKE-1).

    Args:
        salt: 32 bytes, free choice of the signer.
    """
    return keccak(encode(["uint256", "bytes32"], [agent_id, salt]))


def run_nonce(terms: RunTerms, uri: str, salt: bytes) -> bytes:
    """The nonce that binds an authorization to one run and its description.

    Args:
        terms: Of the run.
        uri: Of the description.
        salt: 32 bytes, free choice of the signer.
    """
    values = [terms_tuple(terms), keccak(text=uri), salt]
    return keccak(encode([_TERMS, "bytes32", "bytes32"], values))


def terms_tuple(terms: RunTerms) -> tuple[int, int, int, int, int]:
    """The contract's struct RunTerms.

    Args:
        terms: Of a run.
    """
    return (
        terms.reward,
        terms.deadline,
        terms.review_days,
        terms.max_revisions,
        terms.min_status,
    )


def forward_request(
    domain: Domain,
    *,
    signer: str,
    to: str,
    gas: int,
    nonce: int,
    deadline: int,
    data: bytes,
) -> dict[str, Any]:
    """The request that OpenZeppelin's ERC2771Forwarder passes on.

    Args:
        signer: In whose name the call is made.
        gas: Gas for the call.
        nonce: The signer's next nonce of the forwarder.
        deadline: Last unix second at which it is valid.
    """
    message = {"from": signer, "to": to, "value": 0, "gas": gas, "nonce": nonce}
    message |= {"deadline": deadline, "data": _hex(data)}
    return _message(domain, "ForwardRequest", _FORWARD, message)


def forward_request_hash(
    *, signer: str, to: str, gas: int, nonce: int, deadline: int, data: bytes
) -> bytes:
    """What `forward_request` comes to without its domain: EIP-712's hashStruct, for who has many.

    Args:
        signer: In whose name the call is made.
        gas: Gas for the call.
        nonce: The signer's next nonce of the forwarder.
        deadline: Last unix second at which it is valid.
    """
    values = [_FORWARD_TYPE, signer, to, 0, gas, nonce, deadline, keccak(data)]
    return keccak(encode(_FORWARD_WORDS, values))


def agent_wallet_set(
    domain: Domain, *, agent_id: int, new_wallet: str, owner: str, deadline: int
) -> dict[str, Any]:
    """The new wallet's consent to be an agent's wallet (ERC-8004).

    Args:
        domain: The identity registry's.
        owner: Owner of the agent's NFT.
        deadline: Last unix second at which it is valid, at most five minutes ahead.
    """
    message = {"agentId": agent_id, "newWallet": new_wallet, "owner": owner, "deadline": deadline}
    return _message(domain, "AgentWalletSet", _WALLET_SET, message)


def _message(domain: Domain, kind: str, fields: str, message: dict[str, Any]) -> dict[str, Any]:
    pairs = (field.split() for field in fields.split(", "))
    return {
        "types": {
            "EIP712Domain": _DOMAIN_TYPE,
            kind: [{"name": name, "type": solidity} for name, solidity in pairs],
        },
        "primaryType": kind,
        "domain": {
            "name": domain.name,
            "version": domain.version,
            "chainId": domain.chain_id,
            "verifyingContract": domain.contract,
        },
        "message": message,
    }


def _hex(value: bytes) -> str:
    return f"0x{value.hex()}"


def message_digest(message: dict[str, Any]) -> bytes:
    """The 32 bytes that the signature of EIP-712 data is over.

    Args:
        message: With types and domain.
    """
    return digest(encode_typed_data(full_message=message))


def digest(signable: SignableMessage) -> bytes:
    """The 32 bytes that the signature of an EIP-712 message is over."""
    return keccak(b"\x19" + signable.version + signable.header + signable.body)
