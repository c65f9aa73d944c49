"""A signed request: its id, its checks that need no chain, and the transaction that carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.address import to_checksum_address

from agentescrow.chain.deployments import Deployment
from agentescrow.chain.forwarder import ForwardRequest, forwarder_domain
from agentescrow.chain.pool import digest
from agentescrow.chain.typed_data import forward_request
from agentescrow.errors import RequestRefused

_STRUCT: Final = "(address,address,uint256,uint256,uint48,bytes,bytes)"
_EXECUTE: Final = function_signature_to_4byte_selector(f"execute({_STRUCT})")
_SIGNATURE_BYTES: Final = 65
_DATA_MAX: Final = 32_768
_UINT48: Final = 2**48

# What `execute` takes besides the call: its own steps, and 40 gas for a byte (EIP-7623).
_OWN_GAS: Final = 21_000 + 70_000
_GAS_PER_BYTE: Final = 40


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    """A request whose signature is right.

    Args:
        request_id: Its EIP-712 digest, 0x and hex.
        request: With addresses in checksum case.
        execute: Calldata of the forwarder, 0x and hex.
        gas: Limit of the transaction that carries it.
    """

    request_id: str
    request: ForwardRequest
    execute: str
    gas: int


def check(deployment: Deployment, request: ForwardRequest) -> CheckedRequest:
    """Refuse what nobody signed, and what is no business of the relayer.

    Args:
        deployment: The contracts that may be called.
        request: Signed.

    Raises:
        RequestRefused: The target is none of the two contracts, or the signature is not the
            signer's.
    """
    if request.to.lower() not in (deployment.escrow.lower(), deployment.registry.lower()):
        raise RequestRefused(f"{request.to} is not called: only RunEscrow and StakeRegistry are")
    if not 0 <= request.deadline < _UINT48 or not 0 <= request.nonce < 2**256:
        raise RequestRefused("the request's deadline or nonce is out of range")
    if not 0 < request.gas < 2**64:
        raise RequestRefused("the request's gas is out of range")
    if not 4 <= len(request.data) <= _DATA_MAX:
        raise RequestRefused(f"the request's data has {len(request.data)} bytes: 4 to {_DATA_MAX}")
    message = forward_request(
        forwarder_domain(deployment),
        signer=to_checksum_address(request.signer),
        to=to_checksum_address(request.to),
        gas=request.gas,
        nonce=request.nonce,
        deadline=request.deadline,
        data=request.data,
    )
    _require_signature(message, request)
    execute = _EXECUTE + encode([_STRUCT], [request.struct()])
    gas = _OWN_GAS + _GAS_PER_BYTE * len(execute) + request.gas * 64 // 63
    return CheckedRequest(f"0x{digest(message).hex()}", request, f"0x{execute.hex()}", gas)


def _require_signature(message: dict[str, object], request: ForwardRequest) -> None:
    if len(request.signature) != _SIGNATURE_BYTES:
        raise RequestRefused(
            f"the signature has {len(request.signature)} bytes: {_SIGNATURE_BYTES} are expected"
        )
    signable = encode_typed_data(full_message=message)
    try:
        signer = str(Account.recover_message(signable, signature=request.signature))
    except Exception:  # the libraries below raise many kinds
        raise RequestRefused("the signature is none") from None
    if signer.lower() != request.signer.lower():
        raise RequestRefused(
            f"the request says it is from {request.signer}, but the signature is of {signer}: it "
            "was changed, or signed by another key"
        )
