"""Signed payments: their signatures in the form that USDC accepts, and why they were refused."""

from __future__ import annotations

from typing import Final, TypeVar

from anyio import to_thread
from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.address import to_checksum_address

from agentescrow.api.dependencies import Service
from agentescrow.api.errors import ApiError
from agentescrow.chain.signatures import as_taken, canonical, signer_of
from agentescrow.chain.typed_data import permit
from agentescrow.chain.usdc import usdc_domain
from agentescrow.chain.vault import is_allowance_missing, is_signature_refused
from agentescrow.domain.money import format_usdc
from agentescrow.domain.times import format_time
from agentescrow.errors import AgentEscrowError, ApprovalNeeded
from agentescrow.wire.relay import Authorization, CallBody, Permit

B = TypeVar("B", bound=CallBody)

_NONCES: Final = function_signature_to_4byte_selector("nonces(address)")
_PERMIT_REFUSED: Final = "PERMIT_REFUSED"


async def with_canonical_signatures(service: Service, body: B) -> B:
    """Rewrite the signature of a body's permit or authorization in the form that USDC accepts.

    Raises:
        ChainProblem: The node does not answer; it is asked only about unusual forms.
    """
    changed = {
        name: paid.model_copy(update={"signature": await _canonical(service, body, paid)})
        for name, paid in (("permit", permit_of(body)), ("authorization", authorization_of(body)))
        if paid is not None
    }
    return body.model_copy(update=changed) if changed else body


def permit_of(body: CallBody) -> Permit | None:
    """Return the permit of a body, if it has one."""
    return getattr(body, "permit", None)


def authorization_of(body: CallBody) -> Authorization | None:
    """Return the authorization of a body, if it has one."""
    return getattr(body, "authorization", None)


def payer_of(body: CallBody) -> str:
    """Return the account that signed the payment of a body, in checksum case."""
    authorization = authorization_of(body)
    payer = None if authorization is None else authorization.payer
    return to_checksum_address(payer or body.wallet_address)


def explain_refusal(
    service: Service, body: CallBody, spender: str, amount: int, error: AgentEscrowError, now: int
) -> Exception:
    """Find what was wrong with the payment of a refused call; otherwise return the error itself.

    The contract only reports that the allowance is missing, or that a signature is wrong.

    Args:
        service: The service.
        body: Body with the payment.
        spender: Contract that takes the USDC.
        amount: Base units.
        error: Error of the call.
        now: Unix second of the chain.

    Raises:
        ChainProblem: The node does not answer.
    """
    permit = permit_of(body)
    is_of_permit = permit is not None and is_allowance_missing(error)
    if not is_of_permit and not (authorization_of(body) and is_signature_refused(error)):
        return error
    payer = payer_of(body)
    if service.pool.code(payer):
        return ApprovalNeeded(payer, spender, amount)
    return error if permit is None else _permit_error(service, permit, payer, spender, amount, now)


def _permit_error(
    service: Service, paid: Permit, payer: str, spender: str, amount: int, now: int
) -> ApiError:
    if paid.deadline < now:
        times = f"{format_time(paid.deadline)}; it is {format_time(now)} now"
        return ApiError(400, _PERMIT_REFUSED, f"The permit expired at {times}. Sign a new one.")
    call = f"0x{_NONCES.hex()}{payer[2:].lower():0>64}"
    (word,) = service.pool.views([(service.deployment.usdc, call)])
    nonce = int.from_bytes(word, "big")
    message = permit(
        usdc_domain(service.deployment),
        owner=payer,
        spender=spender,
        value=amount,
        nonce=nonce,
        deadline=paid.deadline,
    )
    signer = signer_of(message, bytes.fromhex(paid.signature[2:]))
    if signer is None:
        return ApiError(400, _PERMIT_REFUSED, f"The permit is not signed by the key of {payer}.")
    if signer == payer:
        detail = "The permit's signature is not canonical: its s is in the upper half."
        return ApiError(400, _PERMIT_REFUSED, detail)
    return ApiError(
        400,
        _PERMIT_REFUSED,
        f"The permit is signed by {signer}, not by {payer}. Either another key signed it, or it is "
        f"not over {format_usdc(amount)} USDC for {spender} under nonce {nonce} until "
        f"{paid.deadline}.",
    )


async def _canonical(service: Service, body: CallBody, paid: Permit | Authorization) -> str:
    signature = bytes.fromhex(paid.signature[2:])
    if canonical(signature) == signature:
        return paid.signature

    def convert() -> bytes:
        return as_taken(signature, lambda: service.pool.code(payer_of(body)))

    return f"0x{(await to_thread.run_sync(convert, limiter=service.writers)).hex()}"
