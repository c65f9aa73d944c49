"""A signed request: its id, its checks that need no chain, and the transaction that carries it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.address import to_checksum_address

from agentescrow.chain.deployments import Deployment
from agentescrow.chain.forwarder import ForwardRequest, forwarder_domain
from agentescrow.chain.signatures import canonical
from agentescrow.chain.typed_data import Domain, digest, forward_request, forward_request_hash
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.domain.contracts import RELAYED
from agentescrow.errors import RequestRefused
from agentescrow.relayer.called_functions import relayed_functions

_STRUCT: Final = "(address,address,uint256,uint256,uint48,bytes,bytes)"
_EXECUTE: Final = function_signature_to_4byte_selector(f"execute({_STRUCT})")
_SIGNATURE_BYTES: Final = 65
_DATA_MAX: Final = 32_768
_UINT48: Final = 2**48
# Of secp256k1: the forwarder refuses the second signature that follows from every first one.
_HALF_ORDER: Final = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0

# What `execute` takes besides the call: its own steps, and 40 gas for a byte (EIP-7623).
_TRANSACTION_GAS: Final = 21_000  # which an estimate has too
_OWN_GAS: Final = _TRANSACTION_GAS + 70_000
_GAS_PER_BYTE: Final = 40


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    """A request whose signature is right.

    Args:
        request_id: Its EIP-712 digest, 0x and hex.
        request: As it came, but for its signature, which is in the form that the forwarder takes.
        execute: Calldata of the forwarder, 0x and hex.
        gas: Limit of the transaction that carries it.
        contract: That is called: "RunEscrow" or "StakeRegistry".
        functions: Of it.
    """

    request_id: str
    request: ForwardRequest
    execute: str
    gas: int
    contract: str
    functions: tuple[str, ...]

    forwarded = True

    @property
    def signer(self) -> str:
        """Who signed, in checksum case."""
        return str(to_checksum_address(self.request.signer))

    @property
    def caller(self) -> str:
        """As whom it is simulated: the contract takes the signer for its caller."""
        return self.signer

    @property
    def target(self) -> str:
        """The contract, in checksum case."""
        return str(to_checksum_address(self.request.to))

    @property
    def call(self) -> bytes:
        """What the contract is told."""
        return self.request.data

    @property
    def nonce(self) -> int:
        """The signer's, of the forwarder."""
        return self.request.nonce

    @property
    def order(self) -> int | None:
        """The nonce that has to be the signer's next one."""
        return self.request.nonce

    @property
    def deadline(self) -> int:
        """Last unix second at which it is valid."""
        return self.request.deadline

    @property
    def asked_gas(self) -> int:
        """Gas for the call, as it is signed."""
        return self.request.gas

    def gas_of(self, estimate: int) -> int:
        """Limit of the transaction.

        Args:
            estimate: Of the node, for the call alone.

        Raises:
            RequestRefused: What is signed is too little.
        """
        if estimate > self.request.gas + _TRANSACTION_GAS:
            raise RequestRefused(
                f"the request's gas of {self.request.gas} is too little: {estimate} are needed"
            )
        return self.gas


def check(deployment: Deployment, request: ForwardRequest) -> CheckedRequest:
    """Refuse what nobody signed, and what is no business of the relayer.

    Args:
        deployment: The contracts that may be called.
        request: Signed.

    Raises:
        RequestRefused: The call is none that the relayer pays for, or the signature is not the
            signer's.
    """
    kind = contract_at(deployment, request.to)
    if not 0 <= request.deadline < _UINT48 or not 0 <= request.nonce < 2**256:
        raise RequestRefused("the request's deadline or nonce is out of range")
    if not 0 < request.gas < 2**64:
        raise RequestRefused("the request's gas is out of range")
    if not 4 <= len(request.data) <= _DATA_MAX:
        raise RequestRefused(f"the request's data has {len(request.data)} bytes: 4 to {_DATA_MAX}")
    struct = forward_request_hash(
        signer=request.signer,
        to=request.to,
        gas=request.gas,
        nonce=request.nonce,
        deadline=request.deadline,
        data=request.data,
    )
    signable = SignableMessage(b"\x01", _separator(forwarder_domain(deployment)), struct)
    request = replace(request, signature=canonical(request.signature))
    _require_signature(signable, request)
    functions = relayed_functions(kind, request.data)
    execute = _EXECUTE + encode([_STRUCT], [request.struct()])
    gas = _OWN_GAS + _GAS_PER_BYTE * len(execute) + request.gas * 64 // 63
    request_id = f"0x{digest(signable).hex()}"
    return CheckedRequest(request_id, request, f"0x{execute.hex()}", gas, kind, functions)


def contract_at(deployment: Deployment, address: str) -> str:
    """The name of the contract at an address.

    Args:
        deployment: The contracts that may be called.
        address: In any case.

    Raises:
        RequestRefused: It is none that is called.
    """
    kinds = {deployment.addresses[name].lower(): name for name in RELAYED}
    kind = kinds.get(address.lower())
    if kind is None:
        raise RequestRefused(
            f"the relayer does not call {address}: it calls {' and '.join(RELAYED)}"
        )
    return kind


def carries(data: str, execute: str) -> bool:
    """Whether a transaction holds a request: in a batch, or wrapped by another contract, too.

    Args:
        data: The transaction's calldata, 0x and hex.
        execute: Calldata of the forwarder for the request, 0x and hex.

    The encoded struct ends with the signature, of which a request may have several.
    """
    selector, offset, signature = 2 + 8, 64, 64 + 3 * 64  # hexadecimal digits
    return execute[selector + offset : -signature] in data


@cache
def _separator(domain: Domain) -> bytes:
    """The domain's part of what is signed."""
    nobody = forward_request(
        domain, signer=ZERO_ADDRESS, to=ZERO_ADDRESS, gas=0, nonce=0, deadline=0, data=b""
    )
    return encode_typed_data(full_message=nobody).header


def _require_signature(signable: SignableMessage, request: ForwardRequest) -> None:
    if len(request.signature) != _SIGNATURE_BYTES:
        raise RequestRefused(
            f"the signature has {len(request.signature)} bytes: {_SIGNATURE_BYTES} are expected"
        )
    s, v = request.signature[32:64], request.signature[64]
    if int.from_bytes(s, "big") > _HALF_ORDER or v not in (27, 28):
        raise RequestRefused("the signature is not canonical: v is 27 or 28, s in the lower half")
    try:
        signer = str(Account.recover_message(signable, signature=request.signature))
    except Exception:  # the libraries below raise many kinds
        raise RequestRefused("the signature is none") from None
    if signer.lower() != request.signer.lower():
        raise RequestRefused(
            f"the request says it is from {request.signer}, but the signature is of {signer}: it "
            "was changed, or signed by another key"
        )
