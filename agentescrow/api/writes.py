"""Writes: ask for a signature, or relay a signed request and wait until it is mined and indexed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from anyio import to_thread
from eth_utils.address import to_checksum_address
from fastapi import Response
from starlette.concurrency import run_in_threadpool

from agentescrow.api.dependencies import Service
from agentescrow.api.errors import ApiError
from agentescrow.api.idempotency import IdempotencyKey
from agentescrow.api.index import Index, Snapshot
from agentescrow.api.payments import authorization_of, explain_refusal, permit_of
from agentescrow.api.permits import VALID_SECONDS, permit_required
from agentescrow.api.responses import json_response, replayed_response
from agentescrow.api.serializers import Json, serialize_relay_status
from agentescrow.chain.forwarder import ForwardRequest, forwarder_domain
from agentescrow.chain.typed_data import forward_request
from agentescrow.chain.vault import is_allowance_missing
from agentescrow.errors import AgentEscrowError, ContractReverted
from agentescrow.relayer.admission import Checked
from agentescrow.relayer.payment import CheckedPayment
from agentescrow.relayer.request import CheckedRequest
from agentescrow.store.people.relays import FAILED, MINED, Relay
from agentescrow.wire.problem import Problem
from agentescrow.wire.relay import CallBody, RelayStatus

WRITES: Final[dict[int | str, dict[str, Any]]] = {
    202: {"model": RelayStatus, "description": "Relayed, but not mined or indexed yet."},
    401: {"model": Problem, "description": "A signature is needed; `typedData` is to be signed."},
    403: {"model": Problem},
}
"""Further responses of writes, for the OpenAPI document."""

_POLL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Write:
    """A call that an account signs.

    Attributes:
        body: Body, with or without `request` and `signature`.
        signer: Account that signs.
        target: Contract to call.
        call: Calldata that the body describes.
        check: Raises an error if the index shows that the call would be refused.
        result: Makes the answer from the index; None while the index does not show the result.
        cost: Looks up the base units that the call takes from the payer; None if it takes none.
        payment: Payment that needs no signed request; `signer` is then its payer.
    """

    body: CallBody
    signer: str
    target: str
    call: bytes
    check: Callable[[Snapshot], None]
    result: Callable[[Snapshot, Relay], Json | None]
    cost: Callable[[], int] | None = None
    payment: CheckedPayment | None = None

    @property
    def needs_allowance(self) -> bool:
        """Whether neither a permit nor an authorization pays."""
        return permit_of(self.body) is None and authorization_of(self.body) is None


async def perform(service: Service, index: Index, key: IdempotencyKey, write: Write) -> Response:
    """Perform a write.

    Args:
        service: The service.
        index: Index for this request.
        key: Idempotency-Key of the request.
        write: The write.

    Returns:
        200 once the call is mined and indexed; 202 after the timeout.

    Raises:
        ApiError: The write is not signed (401), or refused.
        AgentEscrowError: The contract or the relayer refuses.
    """
    begun = await to_thread.run_sync(_begin, service, index, key, write, limiter=service.writers)
    if isinstance(begun, str):
        return replayed_response(begun)
    relay, end = begun, time.monotonic() + service.write_timeout
    while True:
        answer = await run_in_threadpool(_poll, service, index, key, write, relay)
        if isinstance(answer, Response):
            return answer
        if time.monotonic() >= end:
            status = serialize_relay_status(answer)
            return json_response(status, 202, {"Location": status["statusUrl"]})
        await asyncio.sleep(_POLL_SECONDS)


def _begin(service: Service, index: Index, key: IdempotencyKey, write: Write) -> Relay | str:
    """Hand a signed request to the relayer, or ask for the signature.

    Returns:
        The request that is being relayed, or the stored response.
    """
    stored = key.stored_response()
    if stored is not None:
        return stored
    request = write.payment or _signed_request(service, write)
    request_id = key.relayed_request() if request is None else request.request_id
    known = None if request_id is None else service.admission.find(request_id)
    if known is not None:
        return known
    with index.snapshot() as snapshot:
        write.check(snapshot)
    if request is None:
        raise ApiError(
            401,
            "SIGNATURE_REQUIRED",
            "Sign typedData, and send the same body again with its message as `request`, and "
            "`signature`.",
            typedData=_request_to_sign(service, write),
        )
    if isinstance(request, CheckedPayment):
        _require_valid(service, write, request)
    return _relay(service, key, request, write)


def _require_valid(service: Service, write: Write, payment: CheckedPayment) -> None:
    """Check the signature of a payment before anything is stored; wallets are checked by USDC.

    Raises:
        AgentEscrowError: USDC or the contract refuses the payment.
    """
    service.admission.availability.require_at_work()
    if payment.is_of_key:
        return
    call = (payment.caller, payment.target, payment.execute)
    (estimate,) = service.pool.estimates([call])
    if isinstance(estimate, AgentEscrowError):
        raise _explained(service, write, estimate)


def _relay(service: Service, key: IdempotencyKey, request: Checked, write: Write) -> Relay:
    admission, own = service.admission, request.request_id
    reserved = key.reserve(own, lambda request_id: admission.find(request_id) is not None)
    first = None if reserved == own else admission.find(reserved)
    if first is not None:
        return first
    try:
        admission.availability.require_at_work()
        return admission.admit(request)
    except AgentEscrowError as refused:
        key.release(own)
        explained = _explained(service, write, refused)
        if explained is refused:
            raise
        raise explained from refused


def _poll(
    service: Service, index: Index, key: IdempotencyKey, write: Write, relay: Relay
) -> Response | Relay:
    """Return the answer if the request is mined and indexed, otherwise its status.

    Raises:
        ApiError: 400: its transaction failed.
    """
    found = service.admission.find(relay.request_id) or relay
    if found.status == FAILED:
        if found.settled:  # before that, both this request and another could still succeed
            key.release(found.request_id)
        raise ApiError(400, "TRANSACTION_FAILED", found.problem or "The transaction failed.")
    if found.status != MINED:
        return found
    with index.snapshot() as snapshot:
        is_indexed = snapshot.block.number >= (found.block_number or 0)
        result, block = write.result(snapshot, found) if is_indexed else None, snapshot.block
    if result is None:
        return found
    answer = json_response(result)
    key.store_response(bytes(answer.body), block)
    return answer


def _explained(
    service: Service, write: Write, error: AgentEscrowError, now: int | None = None
) -> Exception:
    """Explain a refused call by its payment, if that was the reason."""
    if write.cost is None or not isinstance(error, ContractReverted):
        return error
    if now is None:
        now = service.pool.head(write.signer).time
    return explain_refusal(service, write.body, write.target, write.cost(), error, now)


def _signed_request(service: Service, write: Write) -> CheckedRequest | None:
    """Check the signed request of a body; None if the body has none.

    Raises:
        ApiError: 400: the request is not for the call of the body, or not of its signer.
        RequestRefused: The signature is invalid.
    """
    body, signer = write.body, write.signer
    if body.request is None or body.signature is None:
        return None
    sent = body.request
    same = bytes.fromhex(sent.data[2:]) == write.call and sent.to.lower() == write.target.lower()
    if not same or sent.value != 0 or sent.signer.lower() != signer.lower():
        raise ApiError(
            400,
            "REQUEST_MISMATCH",
            "The signed request is for another call than the body describes; send the body "
            "without it to get the request to sign.",
        )
    request = ForwardRequest(
        to_checksum_address(sent.signer),
        to_checksum_address(sent.to),
        sent.gas,
        sent.nonce,
        sent.deadline,
        write.call,
        bytes.fromhex(body.signature[2:]),
    )
    return service.admission.check(request)


def _request_to_sign(service: Service, write: Write) -> dict[str, object]:
    """Make the request to sign; its call is simulated, so that no signature is wasted.

    Raises:
        ApiError: 401: a permit has to be signed first.
        AgentEscrowError: The relayer or the contract would refuse it.
    """
    target, signer = write.target, write.signer
    service.admission.availability.require_at_work()
    head = service.pool.head(signer)
    service.admission.require_payable(target, write.call, signer, head)
    (gas,) = service.pool.estimates([(signer, target, f"0x{write.call.hex()}")])
    now = head.time
    if isinstance(gas, AgentEscrowError):
        if write.cost is not None and write.needs_allowance and is_allowance_missing(gas):
            raise permit_required(service, signer, target, write.cost(), now)
        raise _explained(service, write, gas, now)
    return forward_request(
        forwarder_domain(service.deployment),
        signer=signer,
        to=target,
        gas=gas * 5 // 4,
        nonce=service.admission.next_nonce(signer),
        deadline=now + VALID_SECONDS,
        data=write.call,
    )
