"""From bodies of runs to calldata of RunEscrow."""

from __future__ import annotations

from collections.abc import Callable

from eth_utils.address import to_checksum_address

from agentescrow.api.calldata import (
    checksummed,
    encode_call,
    payment_of,
    signer_of,
    with_permit,
)
from agentescrow.api.errors import ApiError
from agentescrow.api.runs.bodies import PostBody
from agentescrow.chain.calldata import VaultCalls
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.typed_data import run_nonce, terms_tuple
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.relayer.payment import CheckedPayment
from agentescrow.wire.runs import FundBody


def poster_of(body: PostBody) -> str:
    """Return the poster of a new run, in checksum case: the account that pays."""
    payer = body.authorization.payer if body.authorization else None
    return to_checksum_address(payer) if payer else signer_of(body)


def terms_of(body: PostBody) -> RunTerms:
    """Return the terms of a new run, which are not validated yet."""
    return RunTerms(
        body.reward, body.deadline, body.review_days, body.max_revisions, int(body.min_status)
    )


def post_call(calls: VaultCalls, body: PostBody, terms: RunTerms) -> bytes:
    """Encode the call that creates a run: a DRAFT, or paid by one of the three means.

    Raises:
        ApiError: 400: there is more than one payment, or a value does not fit its ABI type.
    """
    payments = [each for each in (body.permit, body.authorization) if each is not None]
    if len(payments) > (1 if body.fund else 0):
        detail = "Send `permit` or `authorization`, not both, and only if `fund` is true."
        raise ApiError(400, "INVALID_INPUT", detail)
    values = terms_tuple(terms), body.ipfs_hash
    if body.authorization is not None:
        authorization = checksummed(body.authorization, signer_of(body)).struct()
        return encode_call(calls, "postRunWithAuthorization", *values, authorization)
    call = encode_call(calls, "postRun" if body.fund else "createRun", *values)
    return with_permit(calls, body.permit, lambda: terms.cost, call)


def fund_call(calls: VaultCalls, body: FundBody, run_id: int, cost: Callable[[], int]) -> bytes:
    """Encode the call that funds a DRAFT.

    Args:
        calls: Encoder of RunEscrow.
        body: Body of the request.
        run_id: The run.
        cost: Looks up reward and fee, which a permit is over.
    """
    return with_permit(calls, body.permit, cost, encode_call(calls, "fundRun", run_id))


def post_payment(
    deployment: Deployment, target: str, body: PostBody, terms: RunTerms, call: bytes
) -> CheckedPayment | None:
    """Return the payment that posts a run by itself; None if a request has to be signed.

    Args:
        deployment: The contracts.
        target: RunEscrow.
        body: Body of the request.
        terms: Terms of the run.
        call: Call that takes the payment.
    """

    def purpose(salt: bytes) -> bytes:
        return run_nonce(terms, body.ipfs_hash, salt)

    return payment_of(deployment, target, body, call, terms.cost, purpose)
