"""What a body means: its signer, its terms, and the call of a contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from eth_utils.address import to_checksum_address

from agentescrow.api.errors import ApiError
from agentescrow.api.request_bodies import PostBody, StakeBody
from agentescrow.chain import vault
from agentescrow.chain.calldata import Calls, StakeCalls, VaultCalls
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.typed_data import run_nonce, stake_nonce
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.relayer.payment import CheckedPayment, check_payment
from agentescrow.wire.relay import Authorization, CallBody, Permit
from agentescrow.wire.runs import FundBody

T = TypeVar("T")


def signer_of(body: CallBody) -> str:
    """Who has to sign, in checksum case.

    Raises:
        ApiError: 400: the zero address.
    """
    account = to_checksum_address(body.wallet_address)
    if account == ZERO_ADDRESS:
        raise ApiError(400, "INVALID_INPUT", "The zero address can sign nothing.")
    return account


def poster_of(body: PostBody) -> str:
    """Whose run it will be, in checksum case: who pays."""
    payer = body.authorization.payer if body.authorization else None
    return to_checksum_address(payer) if payer else signer_of(body)


def terms_of(body: PostBody) -> RunTerms:
    """The terms of a new run; not checked yet."""
    return RunTerms(
        body.reward, body.deadline, body.review_days, body.max_revisions, int(body.min_status)
    )


def encoded(calls: VaultCalls, function: str, *args: object) -> bytes:
    """Encode a call.

    Args:
        calls: Of the contract.
        function: Name.
        args: Values.

    Raises:
        ApiError: 400: no ABI type holds a value.
    """
    return _in_range(lambda: calls.of(function, *args))


def post_call(calls: Calls, body: PostBody, terms: RunTerms) -> bytes:
    """The call that makes a run: a DRAFT, or paid by allowance, permit or authorization.

    Args:
        calls: Of RunEscrow.
        body: As it came.
        terms: Of the run.

    Raises:
        ApiError: 400: more than one way to pay, or a value that no ABI type holds.
    """
    ways = [way for way in (body.permit, body.authorization) if way is not None]
    if len(ways) > (1 if body.fund else 0):
        raise ApiError(
            400,
            "INVALID_INPUT",
            "A run is paid by `permit` or by `authorization`, and only where `fund` is true.",
        )
    if body.authorization is not None:
        authorization = _authorization(body.authorization, signer_of(body))
        return _in_range(lambda: calls.authorized(terms, body.ipfs_hash, authorization))
    function = "postRun" if body.fund else "createRun"
    call = _in_range(lambda: calls.terms(function, terms, body.ipfs_hash))
    return _permitted(calls, body.permit, lambda: terms.cost, call)


def fund_call(calls: Calls, body: FundBody, run_id: int, cost: Callable[[], int]) -> bytes:
    """The call that funds a DRAFT.

    Args:
        calls: Of RunEscrow.
        body: As it came.
        run_id: The run.
        cost: Reward and fee; asked for where a permit is over it.
    """
    return _permitted(calls, body.permit, cost, encoded(calls, "fundRun", run_id))


def stake_call(calls: StakeCalls, body: StakeBody, agent_id: int) -> bytes:
    """The call that stakes for an agent: paid by allowance, permit or authorization.

    Args:
        calls: Of StakeRegistry.
        body: As it came.
        agent_id: The agent.

    Raises:
        ApiError: 400: more than one way to pay, or a value that no ABI type holds.
    """
    if body.authorization is None:
        call = encoded(calls, "stake", agent_id, body.amount)
        return _permitted(calls, body.permit, lambda: body.amount, call)
    if body.permit is not None:
        raise ApiError(
            400, "INVALID_INPUT", "A stake is paid by `permit` or by `authorization`, not by both."
        )
    authorization = _authorization(body.authorization, signer_of(body))
    return _in_range(lambda: calls.authorized(agent_id, body.amount, authorization))


def is_paid_alone(body: PostBody | StakeBody) -> bool:
    """Whether an authorization came along and no request: that is enough to send the call."""
    return body.authorization is not None and body.request is None and body.signature is None


def run_payment(
    deployment: Deployment, target: str, body: PostBody, terms: RunTerms, call: bytes
) -> CheckedPayment | None:
    """The payment that posts a run by itself; None where something else is to be signed.

    Args:
        deployment: The contracts.
        target: RunEscrow.
        body: As it came.
        terms: Of the run.
        call: That takes the payment.
    """
    if body.authorization is None or not is_paid_alone(body):
        return None
    paid = _authorization(body.authorization, signer_of(body))
    purpose = _in_range(lambda: run_nonce(terms, body.ipfs_hash, paid.salt))
    return _payment(deployment, target, call, paid, terms.cost, purpose)


def stake_payment(
    deployment: Deployment, target: str, body: StakeBody, agent_id: int, call: bytes
) -> CheckedPayment | None:
    """The payment that stakes by itself; None where something else is to be signed.

    Args:
        deployment: The contracts.
        target: StakeRegistry.
        body: As it came.
        agent_id: The agent.
        call: That takes the payment.
    """
    if body.authorization is None or not is_paid_alone(body):
        return None
    paid = _authorization(body.authorization, signer_of(body))
    purpose = stake_nonce(agent_id, paid.salt)
    return _payment(deployment, target, call, paid, body.amount, purpose)


def _payment(
    deployment: Deployment,
    target: str,
    call: bytes,
    paid: vault.Authorization,
    amount: int,
    purpose: bytes,
) -> CheckedPayment:
    return _in_range(lambda: check_payment(deployment, target, call, paid, amount, purpose))


def _authorization(sent: Authorization, signer: str) -> vault.Authorization:
    return vault.Authorization(
        to_checksum_address(sent.payer or signer),
        sent.valid_after,
        sent.valid_before,
        bytes.fromhex(sent.salt[2:]),
        bytes.fromhex(sent.signature[2:]),
    )


def _permitted(
    calls: VaultCalls, permit: Permit | None, cost: Callable[[], int], call: bytes
) -> bytes:
    if permit is None:
        return call
    amount, signature = cost(), bytes.fromhex(permit.signature[2:])
    return _in_range(lambda: calls.with_permit(amount, permit.deadline, signature, call))


def _in_range(encode: Callable[[], T]) -> T:
    try:
        return encode()
    except UnicodeEncodeError:
        raise ApiError(400, "INVALID_INPUT", "The text is no valid Unicode.") from None
    except Exception:  # the libraries below have many names for a number that is too large
        raise ApiError(400, "INVALID_TERMS", "A value is out of range.") from None
