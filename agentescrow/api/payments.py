"""Payments as wallets signed them: brought into the form that USDC takes, or refused by name."""

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
from agentescrow.errors import AgentEscrowError, ApprovalNeeded
from agentescrow.wire.relay import Authorization, CallBody, Permit

B = TypeVar("B", bound=CallBody)

_NONCES: Final = function_signature_to_4byte_selector("nonces(address)")
_PERMIT_REFUSED: Final = "PERMIT_REFUSED"


async def with_taken_signatures(service: Service, body: B) -> B:
    """The same body, its permit or authorization signed in the form that USDC takes.

    Args:
        service: The service.
        body: As it came.

    Raises:
        ChainProblem: The node, which is asked about odd forms alone, does not answer.
    """
    changed = {
        name: paid.model_copy(update={"signature": await _taken(service, body, paid)})
        for name, paid in (("permit", permit_of(body)), ("authorization", authorization_of(body)))
        if paid is not None
    }
    return body.model_copy(update=changed) if changed else body


def permit_of(body: CallBody) -> Permit | None:
    """The permit that a body pays with."""
    return getattr(body, "permit", None)


def authorization_of(body: CallBody) -> Authorization | None:
    """The authorization that a body pays with."""
    return getattr(body, "authorization", None)


def payer_of(body: CallBody) -> str:
    """Who has signed the payment of a body, in checksum case."""
    authorization = authorization_of(body)
    payer = None if authorization is None else authorization.payer
    return to_checksum_address(payer or body.wallet_address)


def refused_payment(
    service: Service, body: CallBody, spender: str, amount: int, error: AgentEscrowError, now: int
) -> Exception:
    """What was wrong with the payment of a call that was refused; the error itself where nothing.

    The contract says no more than that the allowance is missing, or that a signature is wrong.

    Args:
        service: The service.
        body: With the payment.
        spender: The contract that pulls.
        amount: Base units.
        error: Of the call.
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
    return error if permit is None else _of_permit(service, permit, payer, spender, amount, now)


def _of_permit(
    service: Service, paid: Permit, payer: str, spender: str, amount: int, now: int
) -> ApiError:
    if paid.deadline < now:
        words = f"The permit was valid until unix second {paid.deadline}, and it is {now}."
        return ApiError(400, _PERMIT_REFUSED, words)
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
        words = "The permit's signature is not canonical: its s is in the upper half."
        return ApiError(400, _PERMIT_REFUSED, words)
    return ApiError(
        400,
        _PERMIT_REFUSED,
        f"The permit is signed by {signer}, not by {payer}: another key has signed it, or it is "
        f"over anything else than {format_usdc(amount)} USDC for {spender} under nonce {nonce} "
        f"until {paid.deadline}.",
    )


async def _taken(service: Service, body: CallBody, paid: Permit | Authorization) -> str:
    signature = bytes.fromhex(paid.signature[2:])
    if canonical(signature) == signature:
        return paid.signature

    def asked() -> bytes:
        return as_taken(signature, lambda: service.pool.code(payer_of(body)))

    return f"0x{(await to_thread.run_sync(asked, limiter=service.writers)).hex()}"
