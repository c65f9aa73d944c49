"""From bodies of agents to calldata of StakeRegistry."""

from __future__ import annotations

from agentescrow.api.agents.bodies import StakeBody
from agentescrow.api.calldata import (
    checksummed,
    encode_call,
    payment_of,
    signer_of,
    with_permit,
)
from agentescrow.api.errors import ApiError
from agentescrow.chain.calldata import VaultCalls
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.typed_data import stake_nonce
from agentescrow.relayer.payment import CheckedPayment


def stake_call(calls: VaultCalls, body: StakeBody, agent_id: int) -> bytes:
    """Encode the call that stakes for an agent, paid by one of the three means.

    Raises:
        ApiError: 400: there is more than one payment, or a value does not fit its ABI type.
    """
    if body.authorization is None:
        call = encode_call(calls, "stake", agent_id, body.amount)
        return with_permit(calls, body.permit, lambda: body.amount, call)
    if body.permit is not None:
        raise ApiError(400, "INVALID_INPUT", "Send `permit` or `authorization`, not both.")
    authorization = checksummed(body.authorization, signer_of(body)).struct()
    return encode_call(calls, "stakeWithAuthorization", agent_id, body.amount, authorization)


def stake_payment(
    deployment: Deployment, target: str, body: StakeBody, agent_id: int, call: bytes
) -> CheckedPayment | None:
    """Return the payment that stakes by itself; None if a request has to be signed.

    Args:
        deployment: The contracts.
        target: StakeRegistry.
        body: Body of the request.
        agent_id: The agent.
        call: Call that takes the payment.
    """

    def purpose(salt: bytes) -> bytes:
        return stake_nonce(agent_id, salt)

    return payment_of(deployment, target, body, call, body.amount, purpose)
