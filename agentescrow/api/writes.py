"""A write: ask for a signature, or relay what is signed and wait until it is mined and indexed."""

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
from agentescrow.api.idempotency import Retries
from agentescrow.api.index import Index, Snapshot
from agentescrow.api.payments import authorization_of, permit_of, refused_payment
from agentescrow.api.permits import VALID_SECONDS, permit_required
from agentescrow.api.responses import json_answer, kept_answer
from agentescrow.api.serializers import Json, relay_card
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
    202: {"model": RelayStatus, "description": "Relayed, and not mined or indexed yet."},
    401: {"model": Problem, "description": "With the EIP-712 data to sign."},
    403: {"model": Problem},
}
"""What every write may answer besides its success, for the OpenAPI."""

_PAUSE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Write:
    """One call that somebody signs.

    Args:
        body: With or without `request` and `signature`.
        signer: Who signs.
        target: The contract.
        call: What the body means, encoded.
        allow: Raises what the index knows to be against it.
        answer: The answer once it is indexed; None while the index does not show it yet.
        cost: Base units that the call pulls from who pays; None where it pulls nothing.
        payment: What the payer has signed, where that is enough to send the call; then `signer` is
            the payer, and nobody signs a request.
    """

    body: CallBody
    signer: str
    target: str
    call: bytes
    allow: Callable[[Snapshot], None]
    answer: Callable[[Snapshot, Relay], Json | None]
    cost: Callable[[], int] | None = None
    payment: CheckedPayment | None = None

    @property
    def is_unpaid(self) -> bool:
        """Whether nothing that pays came along, so that an allowance has to."""
        return permit_of(self.body) is None and authorization_of(self.body) is None


async def perform(service: Service, index: Index, retries: Retries, write: Write) -> Response:
    """Do a write.

    Args:
        service: The service.
        index: For this request.
        retries: What its Idempotency-Key remembers.
        write: The write.

    Returns:
        200 once it is mined and indexed; 202 when that takes longer than the service is patient.

    Raises:
        ApiError: It is not signed (401), or refused.
        AgentEscrowError: The contract or the relayer refuses.
    """
    begun = await to_thread.run_sync(
        _begin, service, index, retries, write, limiter=service.writers
    )
    if isinstance(begun, str):
        return kept_answer(begun)
    relay, end = begun, time.monotonic() + service.patience
    while True:
        answer = await run_in_threadpool(_look, service, index, retries, write, relay)
        if isinstance(answer, Response):
            return answer
        if time.monotonic() >= end:
            card = relay_card(answer)
            return json_answer(card, 202, {"Location": card["statusUrl"]})
        await asyncio.sleep(_PAUSE)


def _begin(service: Service, index: Index, retries: Retries, write: Write) -> Relay | str:
    """Hand a signed request to the relayer, or ask for the signature.

    Returns:
        The request that is under way; or the answer that was given before.
    """
    kept = retries.begin()
    if kept is not None:
        return kept
    request = write.payment or _signed_request(service, write)
    under_way = retries.chosen() if request is None else request.request_id
    known = None if under_way is None else service.admission.find(under_way)
    if known is not None:
        return known
    with index.snapshot() as snapshot:
        write.allow(snapshot)
    if request is None:
        raise ApiError(
            401,
            "SIGNATURE_REQUIRED",
            "Sign typedData and send the same body again with its message as `request`, and "
            "`signature`.",
            typedData=_to_sign(service, write),
        )
    if isinstance(request, CheckedPayment):
        _require_signed(service, write, request)
    return _submit(service, retries, request, write)


def _require_signed(service: Service, write: Write, payment: CheckedPayment) -> None:
    """Let nothing be kept of a payment that its payer has not signed: USDC tells for wallets.

    Raises:
        AgentEscrowError: USDC or the contract refuses it.
    """
    service.admission.availability.require_at_work()
    if payment.is_of_key:
        return
    call = (payment.caller, payment.target, payment.execute)
    (estimate,) = service.pool.estimates([call])
    if isinstance(estimate, AgentEscrowError):
        raise _explained(service, write, estimate)


def _submit(service: Service, retries: Retries, request: Checked, write: Write) -> Relay:
    admission, own = service.admission, request.request_id
    chosen = retries.choose(own, lambda request_id: admission.find(request_id) is not None)
    first = None if chosen == own else admission.find(chosen)
    if first is not None:
        return first
    try:
        admission.availability.require_at_work()
        return admission.admit(request)
    except AgentEscrowError as refused:
        retries.give_up(own)
        explained = _explained(service, write, refused)
        if explained is refused:
            raise
        raise explained from refused


def _look(
    service: Service, index: Index, retries: Retries, write: Write, relay: Relay
) -> Response | Relay:
    """The answer, if the request is mined and indexed; else how it is.

    Raises:
        ApiError: 400: its transaction failed.
    """
    found = service.admission.find(relay.request_id) or relay
    if found.status == FAILED:
        if found.settled:  # until then both this one and another could still work
            retries.give_up(found.request_id)
        raise ApiError(400, "TRANSACTION_FAILED", found.problem or "The transaction failed.")
    if found.status != MINED:
        return found
    with index.snapshot() as snapshot:
        shown = snapshot.block.number >= (found.block_number or 0)
        card, block = write.answer(snapshot, found) if shown else None, snapshot.block
    if card is None:
        return found
    answer = json_answer(card)
    retries.keep(bytes(answer.body), block)
    return answer


def _explained(
    service: Service, write: Write, error: AgentEscrowError, now: int | None = None
) -> Exception:
    """What the payment of a refused call lacks, where that is why it was refused."""
    if write.cost is None or not isinstance(error, ContractReverted):
        return error
    if now is None:
        now = service.pool.head(write.signer).time
    return refused_payment(service, write.body, write.target, write.cost(), error, now)


def _signed_request(service: Service, write: Write) -> CheckedRequest | None:
    """The signed request of a body, None where there is none.

    Raises:
        ApiError: 400: it is of another call or another signer than the body.
        RequestRefused: It is not signed by its signer.
    """
    body, signer = write.body, write.signer
    if body.request is None or body.signature is None:
        return None
    sent = body.request
    same = bytes.fromhex(sent.data[2:]) == write.call and sent.to.lower() == write.target.lower()
    if not same or sent.value != 0 or sent.signer.lower() != signer.lower():
        raise ApiError(
            400, "REQUEST_MISMATCH", "The signed request is not the one that this body means."
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


def _to_sign(service: Service, write: Write) -> dict[str, object]:
    """The request that the signer has to sign; simulated, so that nobody signs in vain.

    Raises:
        ApiError: 401: a permit is to be signed first.
        AgentEscrowError: The relayer or the contract would refuse it.
    """
    target, signer = write.target, write.signer
    service.admission.availability.require_at_work()
    head = service.pool.head(signer)
    service.admission.require_payable(target, write.call, signer, head)
    (gas,) = service.pool.estimates([(signer, target, f"0x{write.call.hex()}")])
    now = head.time
    if isinstance(gas, AgentEscrowError):
        if write.cost is not None and write.is_unpaid and is_allowance_missing(gas):
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
