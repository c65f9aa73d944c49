"""Signed requests for the forwarder: bodies that carry them, and their status (API-4)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

from agentescrow.wire.shape import Address, Bytes, Column, Shape, Time

PERMIT_REQUIRED = "PERMIT_REQUIRED"
"""Name of the error 401 whose typed data is a permit, to be signed before the request."""

_DATA_MAX = 2 * 32_768 + 2
_SIGNATURE_MAX = 2 + 2 * 4096  # smart-contract wallets (ERC-1271) have long ones


def _number(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 78:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**256:
        return value
    raise ValueError("a whole number, or its digits in a string")


Number = Annotated[
    int,
    BeforeValidator(_number),
    PlainSerializer(lambda value: value, return_type=int),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]+$"}]}
    ),
]
"""A uint256; wallets write some as text."""


class Request(Shape):
    """A ForwardRequest of the forwarder: the message of the EIP-712 data that was signed.

    Attributes:
        signer: Account that makes the call.
        to: Contract to call.
        value: ETH to send, always 0.
        gas: Gas for the call.
        nonce: Next nonce of the signer at the forwarder.
        deadline: Last unix second at which the request is valid.
        data: Calldata.
    """

    model_config = ConfigDict(alias_generator=to_camel)

    signer: Address = Field(alias="from")
    to: Address
    value: Number = 0
    gas: Number
    nonce: Number
    deadline: Number
    data: Annotated[Bytes, Field(max_length=_DATA_MAX)]


class CallBody(Shape):
    """Body of a write, which becomes one call of a contract.

    Attributes:
        request: Message of the typed data in the answer 401; with `signature`, it is relayed.
        signature: Signature of the request: r, s and v, in any form that wallets use.
        wallet_address: Account that signs.
    """

    request: Request | None = None
    signature: Annotated[Bytes, Field(max_length=_SIGNATURE_MAX)] | None = None
    wallet_address: Address


class Permit(Shape):
    """A signed allowance for the contract (EIP-2612) over the amount of the call.

    Attributes:
        deadline: Last unix second at which it is valid.
        signature: Signature of the account that pays.
    """

    deadline: Number
    signature: Annotated[Bytes, Field(max_length=_SIGNATURE_MAX)]


class Authorization(Shape):
    """A signed payment for one purpose (EIP-3009).

    Its nonce binds it to that purpose: keccak256(abi.encode(terms, keccak256(bytes(ipfsHash)),
    salt)) for a run, keccak256(abi.encode(agentId, salt)) for a stake. It can pay for nothing else.

    Attributes:
        payer: Account that signed, pays, and is the poster of a run; by default `walletAddress`.
        valid_after: Unix second after which it is valid.
        valid_before: Unix second before which it is valid.
        salt: 32 bytes, chosen by the payer.
        signature: Signature of the payer.
    """

    payer: Address | None = Field(default=None, alias="from")
    valid_after: Number = 0
    valid_before: Number
    salt: Annotated[Bytes, Field(min_length=66, max_length=66)]
    signature: Annotated[Bytes, Field(max_length=_SIGNATURE_MAX)]


class RelayStatus(Shape):
    """Status of a signed request.

    Attributes:
        id: EIP-712 digest of the request.
        status: "pending" until its transaction is mined, then "mined" (it succeeded) or "failed".
        transaction_hash: Hash of the last transaction that carries it, or null.
        block_number: Block in which it was mined, or null.
        problem: Why it failed, as text, or null.
        status_url: Path to poll.
    """

    id: Annotated[str, Column("request_id")]
    status: Literal["pending", "mined", "failed"]
    transaction_hash: Annotated[str | None, Column("tx_hash")]
    block_number: int | None
    problem: str | None
    status_url: str


class SignedRequest(RelayStatus):
    """A signed request in the list of its signer, which hides the call while it is pending.

    Attributes:
        accepted_at: When the relayer accepted it.
        function: Function that it calls, in a batch the last one; null while pending.
        run_id: Run that it is about; null while pending, and if it is about no existing run.
    """

    accepted_at: Time
    function: str | None
    run_id: int | None


class SignedRequests(Shape):
    """A page of an account's signed requests.

    Attributes:
        requests: Signed requests, latest first.
        next_cursor: `cursor` of the next page; null on the last page.
    """

    requests: list[SignedRequest]
    next_cursor: str | None
