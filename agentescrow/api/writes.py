"""A write: ask for a signature, or relay what is signed and wait until it is mined and indexed."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from eth_utils.address import to_checksum_address
from starlette.concurrency import run_in_threadpool

from agentescrow.api.errors import ApiError
from agentescrow.api.service import Service
from agentescrow.chain.forwarder import ForwardRequest, forwarder_domain
from agentescrow.chain.typed_data import forward_request
from agentescrow.errors import AgentEscrowError
from agentescrow.store.position import indexed_block
from agentescrow.store.relays import FAILED, MINED, Relay
from agentescrow.wire.relay import Relayed, RelayStatus

_VALID_SECONDS: Final = 3600
_PAUSE: Final = 0.05


def status_card(relay: Relay) -> RelayStatus:
    """What has become of a request."""
    return RelayStatus.model_validate(
        {
            "id": relay.request_id,
            "status": relay.status,
            "transaction_hash": relay.tx_hash,
            "block_number": relay.block_number,
            "problem": relay.problem,
            "status_url": f"/api/requests/{relay.request_id}",
        }
    )


def known_relay(service: Service, body: Relayed, call: bytes, signer: str) -> Relay | None:
    """The request of a body, if it was taken before: a replay gets the outcome of the first."""
    request = signed_request(service, body, call, signer)
    return None if request is None else service.admission.known(request)


def relay(service: Service, body: Relayed, call: bytes, signer: str) -> Relay:
    """Hand a signed request to the relayer, or ask for the signature.

    Args:
        service: The service.
        body: With or without `request` and `signature`.
        call: What the body means, encoded.
        signer: Who must sign.

    Raises:
        ApiError: 401 with the EIP-712 data to sign.
        AgentEscrowError: The contract or the relayer refuses.
    """
    request = signed_request(service, body, call, signer)
    if request is None:
        raise ApiError(
            401,
            "SIGNATURE_REQUIRED",
            "Sign typedData and send the same body again with its message as `request`, and "
            "`signature`.",
            typed_data=_to_sign(service, call, signer),
        )
    return service.admission.submit(request)


def signed_request(
    service: Service, body: Relayed, call: bytes, signer: str
) -> ForwardRequest | None:
    """The signed request of a body, None where there is none.

    Raises:
        ApiError: 400: it is of another call or another signer than the body.
    """
    if body.request is None or body.signature is None:
        return None
    sent = body.request
    same = bytes.fromhex(sent.data[2:]) == call and sent.to.lower() == service.calls.target.lower()
    if not same or sent.value != 0 or sent.signer.lower() != signer.lower():
        raise ApiError(
            400, "REQUEST_MISMATCH", "The signed request is not the one that this body means."
        )
    return ForwardRequest(
        to_checksum_address(sent.signer),
        to_checksum_address(sent.to),
        sent.gas,
        sent.nonce,
        sent.deadline,
        call,
        bytes.fromhex(body.signature[2:]),
    )


async def outcome(service: Service, relay: Relay) -> Relay:
    """Wait until a request is mined and indexed, or for as long as the service has patience.

    Returns:
        The request as it is then.

    Raises:
        ApiError: 400: its transaction failed.
    """
    end = time.monotonic() + service.patience
    while True:
        found = await run_in_threadpool(service.admission.find, relay.request_id) or relay
        if found.status == FAILED:
            raise ApiError(400, "TRANSACTION_FAILED", found.problem or "The transaction failed.")
        if found.status == MINED and await run_in_threadpool(_indexed, service, found):
            return found
        if time.monotonic() >= end:
            return found
        await asyncio.sleep(_PAUSE)


def is_done(service: Service, relay: Relay) -> bool:
    """Whether a request is mined and the index has it."""
    return relay.status == MINED and _indexed(service, relay)


def _indexed(service: Service, relay: Relay) -> bool:
    with service.database.connect() as connection:
        block = indexed_block(connection)
    return block is not None and block.number >= (relay.block_number or 0)


def _to_sign(service: Service, call: bytes, signer: str) -> dict[str, object]:
    """The request that the signer has to sign; simulated, so that nobody signs in vain."""
    target = service.calls.target
    (gas,) = service.pool.estimates([(signer, target, f"0x{call.hex()}")])
    if isinstance(gas, AgentEscrowError):
        raise gas
    now = service.pool.head(signer).time
    return forward_request(
        forwarder_domain(service.deployment),
        signer=signer,
        to=target,
        gas=gas * 5 // 4,
        nonce=service.admission.next_nonce(signer),
        deadline=now + _VALID_SECONDS,
        data=call,
    )
