"""What is signed for a write: made of our own parts, if the API asks to sign just that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from agentescrow.chain.calldata import VaultCalls
from agentescrow.chain.events import Event
from agentescrow.chain.forwarder import forwarder_domain
from agentescrow.chain.typed_data import forward_request, message_digest, permit
from agentescrow.chain.usdc import usdc_domain
from agentescrow.errors import UntrustedRequest
from agentescrow.sdk.session import Session
from agentescrow.sdk.steps import Steps
from agentescrow.wire.relay import CallBody, Permit

_GAS_MAX: Final = 2_000_000
_NONCE_MAX: Final = 2**64
_VALID_MAX: Final = 86_400

Message: TypeAlias = dict[str, Any]
"""EIP-712 data."""


@dataclass(frozen=True, slots=True)
class Write:
    """What is wanted, as the API is asked for it and as it is signed.

    Args:
        path: Of the API.
        calls: Of the contract that is called.
        call: The same as its call, encoded here: the only thing that is signed.
        did: Tells by an event of the contract that it is done.
        cost: Base units that a permit may be signed over where no allowance pays.
        works_once: Whether the contract itself refuses it a second time.
    """

    path: str
    body: CallBody
    calls: VaultCalls
    call: bytes
    did: Callable[[Event], bool]
    cost: int | None = None
    works_once: bool = True

    def permitted(self, signed: Permit) -> Write:
        """The same, with the permit that pays for it."""
        signature = bytes.fromhex(signed.signature[2:])
        call = self.calls.with_permit(self.cost or 0, signed.deadline, signature, self.call)
        return replace(self, body=self.body.model_copy(update={"permit": signed}), call=call)


def request_to_sign(session: Session, write: Write, offered: object, now: int) -> Steps[Message]:
    """Make the request that is signed, if it is the one that was offered.

    The API chooses gas, nonce and deadline alone, within limits.

    Args:
        session: Who signs, and for which contracts.
        write: What the caller wants.
        offered: What the API asks to sign.
        now: Unix seconds.

    Raises:
        UntrustedRequest: It is anything else.
    """
    message = _message_of(offered)
    ours = forward_request(
        forwarder_domain((yield from session.deployment())),
        signer=session.wallet().address,
        to=write.calls.target,
        gas=_within(message, "gas", _GAS_MAX),
        nonce=_within(message, "nonce", _NONCE_MAX),
        deadline=_within(message, "deadline", now + _VALID_MAX),
        data=write.call,
    )
    return _same(offered, ours)


def permit_to_sign(session: Session, write: Write, offered: object, now: int) -> Steps[Message]:
    """Make the permit that is signed, over the cost, if it is the one that was offered.

    The API chooses nonce and deadline alone. Under a wrong nonce it is worth nothing; what a good
    one allows is spent by its signer's own calls alone.

    Args:
        session: Who signs, and for which contracts.
        write: What the caller wants.
        offered: What the API asks to sign.
        now: Unix seconds.

    Raises:
        UntrustedRequest: It is anything else, or nothing was to be paid.
    """
    if write.cost is None:
        raise UntrustedRequest("the API asks for a permit, and nothing is to be paid")
    message = _message_of(offered)
    ours = permit(
        usdc_domain((yield from session.deployment())),
        owner=session.wallet().address,
        spender=write.calls.target,
        value=write.cost,
        nonce=_within(message, "nonce", _NONCE_MAX),
        deadline=_within(message, "deadline", now + _VALID_MAX),
    )
    return _same(offered, ours)


def name_of(request: Message) -> str:
    """What `/api/requests/…` knows a request by.

    Args:
        request: As it is signed.
    """
    return f"request 0x{message_digest(request).hex()}"


def _message_of(offered: object) -> dict[str, Any]:
    message = offered.get("message") if isinstance(offered, dict) else None
    if not isinstance(message, dict):
        raise UntrustedRequest("the API asks for a signature, but not under a message of its own")
    return message


def _within(message: dict[str, Any], name: str, highest: int) -> int:
    value = message.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
        raise UntrustedRequest(
            f"the API asks to sign a message whose {name} is {value!r}: 0 to {highest} are allowed"
        )
    return value


def _same(offered: object, ours: dict[str, Any]) -> dict[str, Any]:
    if offered != ours:
        raise UntrustedRequest(
            f"the API asks to sign something else than what was asked of it: its "
            f"{_difference(offered, ours)} is wrong; nothing was signed"
        )
    return ours


def _difference(offered: Any, ours: dict[str, Any], path: str = "typedData") -> str:  # noqa: ANN401 - JSON
    for key, value in ours.items():
        found = offered.get(key) if isinstance(offered, dict) else None
        if found != value:
            inside = isinstance(value, dict) and isinstance(found, dict)
            return _difference(found, value, f"{path}.{key}") if inside else f"{path}.{key}"
    return path
