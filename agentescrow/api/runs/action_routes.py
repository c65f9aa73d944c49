"""POST /api/runs…: routes whose signed requests are relayed to RunEscrow (API-1a, API-4).

Most routes come from the action table. Those with terms, a payment or an agent are written out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from agentescrow.api.runs.bodies import PostBody
from agentescrow.api.runs.parameters import RunId
from agentescrow.api.runs.writes import RunWriter
from agentescrow.api.strict_query import StrictRoute
from agentescrow.api.writes import WRITES
from agentescrow.domain.actions import Action
from agentescrow.domain.runs.actions import RUN_ACTIONS
from agentescrow.domain.runs.run import RunState
from agentescrow.wire.relay import CallBody
from agentescrow.wire.runs import BODIES, ClaimAnswer, ClaimBody, FundBody, RunAnswer

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


def _plain_route(action: Action[RunState]) -> Callable[..., Awaitable[Response]]:
    """Make the endpoint of an action whose only arguments are the run and at most one text."""

    async def endpoint(writer: WriterDep, run_id: RunId, body: CallBody) -> Response:
        values = [getattr(body, name) for name in action.parameters[1:]]
        return await writer.act(run_id, body, action, *values)

    body = BODIES.get(action.call, CallBody)
    endpoint.__annotations__ = {"writer": WriterDep, "run_id": RunId, "body": body}
    return endpoint


for each in RUN_ACTIONS.plain:
    router.add_api_route(
        f"/{{run_id}}/{each.path}",
        _plain_route(each),
        methods=["POST"],
        response_model=RunAnswer,
        name=each.method,
        description=each.summary,
    )
