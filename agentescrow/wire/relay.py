"""Signed requests for the forwarder, and what has become of them (API-4)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

from agentescrow.wire.shape import Address, Bytes, Shape, Time

PERMIT_REQUIRED = "PERMIT_REQUIRED"
"""Of an error 401 whose typed data is not the request, but the permit that has to come first."""

_DATA_MAX = 2 * 32_768 + 2
_SIGNATURE_MAX = 2 + 2 * 4096  # of an ERC-1271 wallet


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
"""A uint256; wallets print some as text."""


class Request(Shape):
    """The message of the EIP-712 data that the signer signed: ForwardRequest of the forwarder.

    Attributes:
        signer: `from`, in whose name.
        to: Contract called.
        value: 0.
        gas: For the call.
        nonce: The signer's next nonce of the forwarder.
        deadline: Last unix second at which it is valid.
        data: The call.
    """

    model_config = ConfigDict(alias_generator=to_camel)

    signer: Address = Field(alias="from")
    to: Address
    value: Number = 0
    gas: Number
    nonce: Number
    deadline: Number
    data: Annotated[Bytes, Field(max_length=_DATA_MAX)]


class Relayed(Shape):
    """Base of every write: the same body, with both, is relayed.

    Attributes:
        request: As the answer 401 gave it.
        signature: Of its `signer`: r, s, v, in any form that wallets give.
    """

    request: Request | None = None
    signature: Annotated[Bytes, Field(max_length=_SIGNATURE_MAX)] | None = None


class Action(Relayed):
    """A call that needs no more than who makes it.

    Attributes:
        wallet_address: Who signs.
    """

    wallet_address: Address


class Permit(Shape):
    """A signed allowance for the contract (EIP-2612), over what the call pays.

    Attributes:
        deadline: Last unix second at which it is valid.
        signature: The payer's.
    """

    deadline: Number
    signature: Annotated[Bytes, Field(max_length=_SIGNATURE_MAX)]


class Authorization(Shape):
    """A payment that its payer has signed for this purpose alone (EIP-3009).

    Its nonce binds it: keccak256(abi.encode(terms, keccak256(bytes(ipfsHash)), salt)) to a run,
    keccak256(abi.encode(agentId, salt)) to a stake, so that nobody can use it for another.

    Attributes:
        payer: `from`, who signed, pays, and is a run's poster; `walletAddress` where absent.
        valid_after: Unix second after which it is valid.
        valid_before: Unix second before which it is valid.
        salt: 32 bytes.
        signature: Of `from`.
    """

    payer: Address | None = Field(default=None, alias="from")
    valid_after: Number = 0
    valid_before: Number
    salt: Annotated[Bytes, Field(min_length=66, max_length=66)]
    signature: Annotated[Bytes, Field(max_length=_SIGNATURE_MAX)]


class RelayStatus(Shape):
    """What has become of a relayed request.

    Attributes:
        id: The EIP-712 digest of the request.
        status: "pending" until its transaction is mined; "mined" means that it worked.
        transaction_hash: Of the latest transaction that carries it, or null.
        block_number: Where it was mined, or null.
        problem: Why it failed, for people, or null.
        status_url: Where to ask again.
    """

    id: str
    status: Literal["pending", "mined", "failed"]
    transaction_hash: str | None
    block_number: int | None
    problem: str | None
    status_url: str


class SignedRequest(RelayStatus):
    """One of a signer's requests. While it is pending it does not say what it is for.

    Attributes:
        accepted_at: When the relayer took it.
        function: What it calls, of a batch the last; null while it is pending.
        run_id: The run that it moves; null while it is pending, and where it moves none.
    """

    accepted_at: Time
    function: str | None
    run_id: int | None


class SignedRequests(Shape):
    """A page of a signer's requests.

    Attributes:
        requests: The latest first.
        next_cursor: For the page after this one; null on the last page.
    """

    requests: list[SignedRequest]
    next_cursor: str | None
