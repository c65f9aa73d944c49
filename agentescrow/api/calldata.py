"""From bodies to calldata: signers, encoding, permits and payments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from eth_utils.address import to_checksum_address

from agentescrow.api.errors import ApiError
from agentescrow.api.payments import authorization_of
from agentescrow.chain import vault
from agentescrow.chain.calldata import VaultCalls
from agentescrow.chain.deployments import Deployment
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.relayer.payment import CheckedPayment, check_payment
from agentescrow.wire.relay import Authorization, CallBody, Permit

T = TypeVar("T")


def signer_of(body: CallBody) -> str:
    """Return the account that has to sign, in checksum case.

    Raises:
        ApiError: 400: the zero address.
    """
    account = to_checksum_address(body.wallet_address)
    if account == ZERO_ADDRESS:
        raise ApiError(400, "INVALID_INPUT", "walletAddress must not be the zero address.")
    return account


def encode_call(calls: VaultCalls, function: str, *args: object) -> bytes:
    """Encode a call.

    Raises:
        ApiError: 400: a value does not fit its ABI type.
    """
    return in_range(lambda: calls.of(function, *args))


def with_permit(
    calls: VaultCalls, permit: Permit | None, amount: Callable[[], int], call: bytes
) -> bytes:
    """Put a permit in front of a call, if there is one.

    Args:
        calls: Encoder of the contract.
        permit: Permit of the body.
        amount: Looks up the base units that the permit is over.
        call: Call that the permit pays for.

    Raises:
        ApiError: 400: a value does not fit its ABI type.
    """
    if permit is None:
        return call
    units, signature = amount(), bytes.fromhex(permit.signature[2:])
    return in_range(lambda: calls.with_permit(units, permit.deadline, signature, call))


def checksummed(sent: Authorization, signer: str) -> vault.Authorization:
    """Convert the authorization of a body; by default the signer of the body is its payer."""
    return vault.Authorization(
        to_checksum_address(sent.payer or signer),
        sent.valid_after,
        sent.valid_before,
        bytes.fromhex(sent.salt[2:]),
        bytes.fromhex(sent.signature[2:]),
    )


def payment_of(
    deployment: Deployment,
    target: str,
    body: CallBody,
    call: bytes,
    amount: int,
    purpose: Callable[[bytes], bytes],
) -> CheckedPayment | None:
    """Return the payment that needs no signed request; None if a request has to be signed.

    Args:
        deployment: The contracts.
        target: Contract that takes the payment.
        body: Body of the write.
        call: Call that takes the payment.
        amount: Base units.
        purpose: Makes the nonce that binds the payment to the call, from the salt.
    """
    authorization = authorization_of(body)
    if authorization is None or body.request is not None or body.signature is not None:
        return None
    paid = checksummed(authorization, signer_of(body))
    nonce = in_range(lambda: purpose(paid.salt))
    return in_range(lambda: check_payment(deployment, target, call, paid, amount, nonce))


def in_range(encode: Callable[[], T]) -> T:
    """Encode, and turn errors of the encoder into a 400."""
    try:
        return encode()
    except UnicodeEncodeError:
        detail = "The text is not valid Unicode: it has a lone surrogate."
        raise ApiError(400, "INVALID_INPUT", detail) from None
    except Exception:  # each ABI library has errors of its own for values that are out of range
        raise ApiError(400, "INVALID_TERMS", "A value is out of range.") from None
