"""EIP-2612 permits that a payer signs first when no allowance covers a write."""

from __future__ import annotations

from typing import Any, Final

from eth_utils.abi import function_signature_to_4byte_selector

from agentescrow.api.dependencies import Service
from agentescrow.api.errors import ApiError
from agentescrow.chain.typed_data import permit
from agentescrow.chain.usdc import usdc_domain
from agentescrow.domain.money import format_usdc
from agentescrow.wire.relay import PERMIT_REQUIRED

VALID_SECONDS: Final = 3600

_BALANCE_OF: Final = function_signature_to_4byte_selector("balanceOf(address)")
_NONCES: Final = function_signature_to_4byte_selector("nonces(address)")


def permit_required(service: Service, payer: str, spender: str, amount: int, now: int) -> ApiError:
    """Make the 401 with the permit to sign, or the 400 of a payer that has too little USDC.

    Args:
        service: The service.
        payer: Account that signs and pays, in checksum case.
        spender: Contract that takes the USDC.
        amount: Base units.
        now: Unix second of the chain.
    """
    token = service.deployment.usdc
    calls = [(token, f"0x{what.hex()}{payer[2:].lower():0>64}") for what in (_BALANCE_OF, _NONCES)]
    balance, nonce = (int.from_bytes(word, "big") for word in service.pool.views(calls))
    if balance < amount:
        detail = f"{payer} has {format_usdc(balance)} USDC, but needs {format_usdc(amount)}."
        return ApiError(400, "INSUFFICIENT_FUNDS", detail)
    typed: dict[str, Any] = permit(
        usdc_domain(service.deployment),
        owner=payer,
        spender=spender,
        value=amount,
        nonce=nonce,
        deadline=now + VALID_SECONDS,
    )
    return ApiError(
        401,
        PERMIT_REQUIRED,
        "The allowance is too low. Sign typedData, and send the same body again with `permit`: "
        "the `deadline` of its message, and the `signature`.",
        typedData=typed,
    )
