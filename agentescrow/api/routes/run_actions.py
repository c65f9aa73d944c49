"""POST /api/runs…: each is one signed request to the forwarder, relayed (API-1a, API-4)."""

from __future__ import annotations

from eth_utils.address import to_checksum_address
from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from agentescrow.api.cards import claiming_agent_card, run_card
from agentescrow.api.dependencies import RunId, ServiceDep
from agentescrow.api.errors import ApiError, not_eligible, not_found
from agentescrow.api.service import Service
from agentescrow.api.writes import is_done, known_relay, outcome, relay, status_card
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.domain.run import RunState
from agentescrow.domain.terms import RunTerms
from agentescrow.domain.transitions import allowed_states
from agentescrow.store.agents import find_agent
from agentescrow.store.claims import claimability
from agentescrow.store.position import indexed_block
from agentescrow.store.relays import Relay
from agentescrow.store.runs import created_in, find_run
from agentescrow.wire.problem import Problem
from agentescrow.wire.relay import RelayStatus
from agentescrow.wire.runs import (
    Action,
    ClaimAnswer,
    ClaimBody,
    FundBody,
    PostBody,
    RejectBody,
    RevisionBody,
    RunAnswer,
    SubmitBody,
)

router = APIRouter(
    prefix="/api/runs",
    tags=["runs"],
    responses={
        202: {"model": RelayStatus, "description": "Relayed, and not mined or indexed yet."},
        401: {"model": Problem, "description": "With the EIP-712 data to sign."},
        403: {"model": Problem},
    },
)


@router.post("", response_model=RunAnswer)
async def post_run(service: ServiceDep, body: PostBody) -> RunAnswer | Response:
    """Create a run, and escrow reward and fee unless `fund` is false."""
    signer = _account(body)
    terms = RunTerms(
        body.reward, body.deadline, body.review_days, body.max_revisions, int(body.min_status)
    )
    call = await run_in_threadpool(_post_call, service, body, terms)

    def begin() -> Relay:
        known = known_relay(service, body, call, signer)
        if known is None:
            with service.database.connect() as connection:
                block = indexed_block(connection)
            terms.validate(block.time if block else 0)
        return known or relay(service, body, call, signer)

    done = await outcome(service, await run_in_threadpool(begin))
    if not is_done(service, done):
        return _later(done)
    with service.database.connect() as connection:
        run_id = created_in(connection, signer, done.tx_hash or "", done.block_number or 0)
        row = None if run_id is None else find_run(connection, run_id)
    if row is None:
        return _later(done)
    return RunAnswer(run=run_card(row), message="Run created successfully.")


@router.post("/{run_id}/claim", response_model=ClaimAnswer)
async def claim_run(service: ServiceDep, run_id: RunId, body: ClaimBody) -> ClaimAnswer | Response:
    """Claim a run for an agent, which locks 20 USDC of its stake."""
    signer = _account(body)
    call = _encode(service, "claimRun", run_id, body.agent_id)

    def begin() -> Relay:
        known = known_relay(service, body, call, signer)
        if known is None:
            _require_claimable(service, run_id, body.agent_id)
        return known or relay(service, body, call, signer)

    done = await outcome(service, await run_in_threadpool(begin))
    if not is_done(service, done):
        return _later(done)
    with service.database.connect() as connection:
        block = indexed_block(connection)
        run, agent = find_run(connection, run_id), find_agent(connection, body.agent_id)
    if run is None or agent is None or block is None:
        return _later(done)
    return ClaimAnswer(run=run_card(run), agent=claiming_agent_card(agent, block.time))


@router.post("/{run_id}/fund", response_model=RunAnswer)
async def fund_run(service: ServiceDep, run_id: RunId, body: FundBody) -> RunAnswer | Response:
    """Escrow reward and fee of a DRAFT."""
    call = _encode(service, "fundRun", run_id)
    if body.permit is not None:
        with service.database.connect() as connection:
            row = find_run(connection, run_id)
        if row is None:
            raise not_found("run", run_id)
        signature = bytes.fromhex(body.permit.signature[2:])
        cost = row.reward + row.fee
        call = service.calls.with_permit(cost, body.permit.deadline, signature, call)
    return await _perform(service, body, "fundRun", run_id, call, "Run funded.")


@router.post("/{run_id}/start", response_model=RunAnswer)
async def start_run(service: ServiceDep, run_id: RunId, body: Action) -> RunAnswer | Response:
    """Say that work began."""
    call = _encode(service, "startRun", run_id)
    return await _perform(service, body, "startRun", run_id, call, "Run started.")


@router.post("/{run_id}/submit", response_model=RunAnswer)
async def submit_work(service: ServiceDep, run_id: RunId, body: SubmitBody) -> RunAnswer | Response:
    """Hand in the work."""
    call = _encode(service, "submitWork", run_id, body.deliverable_uri)
    return await _perform(service, body, "submitWork", run_id, call, "Work submitted.")


@router.post("/{run_id}/approve", response_model=RunAnswer)
async def approve(service: ServiceDep, run_id: RunId, body: Action) -> RunAnswer | Response:
    """Accept the work: the agent gets the reward."""
    call = _encode(service, "approve", run_id)
    return await _perform(service, body, "approve", run_id, call, "Work approved.")


@router.post("/{run_id}/revision", response_model=RunAnswer)
async def request_revision(
    service: ServiceDep, run_id: RunId, body: RevisionBody
) -> RunAnswer | Response:
    """Ask for changes."""
    call = _encode(service, "requestRevision", run_id, body.feedback)
    words = "Revision requested."
    return await _perform(service, body, "requestRevision", run_id, call, words)


@router.post("/{run_id}/reject", response_model=RunAnswer)
async def reject(service: ServiceDep, run_id: RunId, body: RejectBody) -> RunAnswer | Response:
    """Refuse the work."""
    call = _encode(service, "reject", run_id, body.reason)
    return await _perform(service, body, "reject", run_id, call, "Work rejected.")


@router.post("/{run_id}/finalize", response_model=RunAnswer)
async def finalize(service: ServiceDep, run_id: RunId, body: Action) -> RunAnswer | Response:
    """Approve in the place of a poster who stayed silent."""
    call = _encode(service, "finalize", run_id)
    return await _perform(service, body, "finalize", run_id, call, "Run finalized.")


@router.post("/{run_id}/slash", response_model=RunAnswer)
async def slash(service: ServiceDep, run_id: RunId, body: Action) -> RunAnswer | Response:
    """Take the lock of an overdue agent."""
    call = _encode(service, "slash", run_id)
    return await _perform(service, body, "slash", run_id, call, "Agent slashed.")


@router.post("/{run_id}/cancel", response_model=RunAnswer)
async def cancel_run(service: ServiceDep, run_id: RunId, body: Action) -> RunAnswer | Response:
    """Call a run off, with a full refund."""
    call = _encode(service, "cancelRun", run_id)
    return await _perform(service, body, "cancelRun", run_id, call, "Run cancelled.")


@router.post("/{run_id}/abandon", response_model=RunAnswer)
async def abandon_run(service: ServiceDep, run_id: RunId, body: Action) -> RunAnswer | Response:
    """Give a claimed run back within a day."""
    call = _encode(service, "abandonRun", run_id)
    return await _perform(service, body, "abandonRun", run_id, call, "Run given back.")


async def _perform(
    service: Service,
    body: Action,
    function: str,
    run_id: int,
    call: bytes,
    words: str,
) -> RunAnswer | Response:
    signer = _account(body)

    def begin() -> Relay:
        known = known_relay(service, body, call, signer)
        if known is None:
            _require_state(service, function, run_id)
        return known or relay(service, body, call, signer)

    done = await outcome(service, await run_in_threadpool(begin))
    if not is_done(service, done):
        return _later(done)
    with service.database.connect() as connection:
        row = find_run(connection, run_id)
    return _later(done) if row is None else RunAnswer(run=run_card(row), message=words)


def _account(body: Action) -> str:
    account = to_checksum_address(body.wallet_address)
    if account == ZERO_ADDRESS:
        raise ApiError(400, "INVALID_INPUT", "The zero address can sign nothing.")
    return account


def _encode(service: Service, function: str, *args: object) -> bytes:
    try:
        return service.calls.of(function, *args)
    except UnicodeEncodeError:
        raise ApiError(400, "INVALID_INPUT", "The text is no valid Unicode.") from None


def _post_call(service: Service, body: PostBody, terms: RunTerms) -> bytes:
    try:
        call = service.calls.terms("postRun" if body.fund else "createRun", terms, body.ipfs_hash)
    except Exception:  # numbers that no ABI type holds, or text that is none
        raise ApiError(400, "INVALID_TERMS", "The terms are out of range.") from None
    if body.permit is None or not body.fund:
        return call
    signature = bytes.fromhex(body.permit.signature[2:])
    return service.calls.with_permit(terms.cost, body.permit.deadline, signature, call)


def _require_claimable(service: Service, run_id: int, agent_id: int) -> None:
    with service.database.connect() as connection:
        found = claimability(connection, run_id, agent_id)
    if found is None:
        raise not_found("run", run_id)
    if found.bits:
        raise not_eligible(found.bits)


def _require_state(service: Service, function: str, run_id: int) -> None:
    with service.database.connect() as connection:
        row = find_run(connection, run_id)
    if row is None:
        raise not_found("run", run_id)
    allowed = allowed_states(function)
    if RunState(row.state) not in allowed:
        names = " or ".join(state.name for state in sorted(allowed))
        sentence = f"Run {run_id} is {RunState(row.state).name}; it must be {names}."
        raise ApiError(
            400, "RUN_STATE", sentence, reasons=[sentence], reason_codes=["UnexpectedRunState"]
        )


def _later(relay: Relay) -> Response:
    status = status_card(relay)
    headers = {"Location": status.status_url}
    return Response(status.model_dump_json(), 202, headers=headers, media_type="application/json")
