"""POST /api/runs…: each is one signed request to the forwarder, relayed (API-1a, API-4)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from agentescrow.api.parameters import RunId
from agentescrow.api.request_bodies import PostBody
from agentescrow.api.runs.writes import RunWriter
from agentescrow.api.strict_query import StrictRoute
from agentescrow.api.writes import WRITES
from agentescrow.wire.relay import Action
from agentescrow.wire.runs import (
    ClaimAnswer,
    ClaimBody,
    FundBody,
    RejectBody,
    RevisionBody,
    RunAnswer,
    SubmitBody,
)

router = APIRouter(prefix="/api/runs", tags=["runs"], responses=WRITES, route_class=StrictRoute)


WriterDep = Annotated[RunWriter, Depends()]


@router.post("", response_model=RunAnswer)
async def post_run(writer: WriterDep, body: PostBody) -> Response:
    """Create a run, and escrow reward and fee unless `fund` is false."""
    return await writer.post(body)


@router.post("/{run_id}/fund", response_model=RunAnswer)
async def fund_run(writer: WriterDep, run_id: RunId, body: FundBody) -> Response:
    """Escrow reward and fee of a DRAFT."""
    return await writer.fund(run_id, body)


@router.post("/{run_id}/claim", response_model=ClaimAnswer)
async def claim_run(writer: WriterDep, run_id: RunId, body: ClaimBody) -> Response:
    """Claim a run for an agent, which locks 20 USDC of its stake."""
    return await writer.claim(run_id, body)


@router.post("/{run_id}/start", response_model=RunAnswer)
async def start_run(writer: WriterDep, run_id: RunId, body: Action) -> Response:
    """Say that work began."""
    return await writer.act(run_id, body, "Run started.", "startRun")


@router.post("/{run_id}/submit", response_model=RunAnswer)
async def submit_work(writer: WriterDep, run_id: RunId, body: SubmitBody) -> Response:
    """Hand in the work."""
    return await writer.act(run_id, body, "Work submitted.", "submitWork", body.deliverable_uri)


@router.post("/{run_id}/approve", response_model=RunAnswer)
async def approve(writer: WriterDep, run_id: RunId, body: Action) -> Response:
    """Accept the work: the agent gets the reward."""
    return await writer.act(run_id, body, "Work approved.", "approve")


@router.post("/{run_id}/revision", response_model=RunAnswer)
async def request_revision(writer: WriterDep, run_id: RunId, body: RevisionBody) -> Response:
    """Ask for changes."""
    return await writer.act(run_id, body, "Revision requested.", "requestRevision", body.feedback)


@router.post("/{run_id}/reject", response_model=RunAnswer)
async def reject(writer: WriterDep, run_id: RunId, body: RejectBody) -> Response:
    """Refuse the work."""
    return await writer.act(run_id, body, "Work rejected.", "reject", body.reason)


@router.post("/{run_id}/finalize", response_model=RunAnswer)
async def finalize(writer: WriterDep, run_id: RunId, body: Action) -> Response:
    """Approve in the place of a poster who stayed silent."""
    return await writer.act(run_id, body, "Run finalized.", "finalize")


@router.post("/{run_id}/slash", response_model=RunAnswer)
async def slash(writer: WriterDep, run_id: RunId, body: Action) -> Response:
    """Take the lock of an overdue agent."""
    return await writer.act(run_id, body, "Agent slashed.", "slash")


@router.post("/{run_id}/cancel", response_model=RunAnswer)
async def cancel_run(writer: WriterDep, run_id: RunId, body: Action) -> Response:
    """Call a run off, with a full refund."""
    return await writer.act(run_id, body, "Run cancelled.", "cancelRun")


@router.post("/{run_id}/abandon", response_model=RunAnswer)
async def abandon_run(writer: WriterDep, run_id: RunId, body: Action) -> Response:
    """Give a claimed run back within a day."""
    return await writer.act(run_id, body, "Run given back.", "abandonRun")
