"""What people sign: payments (EIP-3009), permits (EIP-2612), relayed calls, agents' wallets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from agentescrow.domain.runs.terms import RunTerms
from tests.stateful.people import BY_ADDRESS, Person
from tests.twin.token import Authorization

_DOMAIN = keccak(
    text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
_RECEIVE = keccak(
    text="ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,"
    "uint256 validBefore,bytes32 nonce)"
)
_PERMIT = keccak(
    text="Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
)
_FORWARD = keccak(
    text="ForwardRequest(address from,address to,uint256 value,uint256 gas,uint256 nonce,"
    "uint48 deadline,bytes data)"
)
_WALLET = keccak(
    text="AgentWalletSet(uint256 agentId,address newWallet,address owner,uint256 deadline)"
)
_TERMS = ("uint64", "uint40", "uint8", "uint8", "uint8")

FOREVER = 2**48 - 1
FORWARDED_GAS = 3_000_000


@dataclass(frozen=True)
class SignedPayment:
    """An EIP-3009 authorization: what the twin takes, and what the contract takes."""

    authorization: Authorization
    chain: tuple[Any, ...]

    def __repr__(self) -> str:
        signed = self.authorization.signature
        return f"payment of {signed.amount} signed by {BY_ADDRESS[signed.signer]}"


class Signatures:
    """Digests on one chain."""

    def __init__(self, chain_id: int, usdc: str, identity: str, forwarder: str) -> None:
        """Build the domains."""
        self._usdc = _domain("USDC", "2", chain_id, usdc)
        self._identity = _domain("ERC8004IdentityRegistry", "1", chain_id, identity)
        self._forwarder = _domain("agentescrow", "1", chain_id, forwarder)

    def payment(self, authorization: Authorization) -> SignedPayment:
        """Sign what the twin's authorization says was signed, be it right or wrong."""
        signed = authorization.signature
        values = (
            _RECEIVE,
            signed.signer,
            signed.to,
            signed.amount,
            signed.valid_after,
            signed.valid_before,
            _nonce(signed.nonce),
        )
        types = ("bytes32", "address", "address", "uint256", "uint256", "uint256", "bytes32")
        signature = BY_ADDRESS[signed.signer].sign(_digest(self._usdc, types, values))
        salt = int(str(authorization.salt)).to_bytes(32, "big")
        times = (authorization.valid_after, authorization.valid_before)
        return SignedPayment(authorization, (authorization.signer, *times, salt, signature))

    def permit(self, signer: Person, spender: str, value: int, nonce: int) -> bytes:
        """Sign an allowance that never expires."""
        values = (_PERMIT, signer.address, spender, value, nonce, 2**256 - 1)
        return signer.sign(
            _digest(self._usdc, ("bytes32", "address", "address", *["uint256"] * 3), values)
        )

    def request(
        self, signer: Person, sender: Person, to: str, nonce: int, data: bytes
    ) -> tuple[Any, ...]:
        """Sign a call for the forwarder; `signer` is another person than `sender` in a forgery."""
        values = (_FORWARD, sender.address, to, 0, FORWARDED_GAS, nonce, FOREVER, keccak(data))
        types = (
            "bytes32",
            "address",
            "address",
            "uint256",
            "uint256",
            "uint256",
            "uint48",
            "bytes32",
        )
        signature = signer.sign(_digest(self._forwarder, types, values))
        return (sender.address, to, 0, FORWARDED_GAS, FOREVER, data, signature)

    def wallet_consent(
        self, wallet: Person, agent_id: int, agent_owner: str, deadline: int
    ) -> bytes:
        """Sign that one will be an agent's wallet."""
        values = (_WALLET, agent_id, wallet.address, agent_owner, deadline)
        return wallet.sign(
            _digest(self._identity, ("bytes32", "uint256", "address", "address", "uint256"), values)
        )


def _nonce(purpose: tuple[object, ...]) -> bytes:
    *what, salt = purpose
    salt_bytes = int(str(salt)).to_bytes(32, "big")
    if isinstance(what[0], RunTerms):
        types = (*_TERMS, "bytes32", "bytes32")
        return keccak(
            encode(
                types,
                (
                    *terms_tuple(what[0]),
                    keccak(str(what[1]).encode("utf-8", "surrogateescape")),
                    salt_bytes,
                ),
            )
        )
    return keccak(encode(("uint256", "bytes32"), (what[0], salt_bytes)))


def terms_tuple(terms: RunTerms) -> tuple[int, ...]:
    """Write terms as the contract's struct."""
    return (terms.reward, terms.deadline, terms.review_days, terms.max_revisions, terms.min_status)


def _domain(name: str, version: str, chain_id: int, contract: str) -> bytes:
    types = ("bytes32", "bytes32", "bytes32", "uint256", "address")
    return keccak(
        encode(types, (_DOMAIN, keccak(text=name), keccak(text=version), chain_id, contract))
    )


def _digest(domain: bytes, types: tuple[str, ...], values: tuple[Any, ...]) -> bytes:
    return keccak(b"\x19\x01" + domain + keccak(encode(types, values)))
