"""The market in numbers, its events as they come, and what became of relayed requests."""

from __future__ import annotations

from typing import Annotated, Final

from eth_utils.address import to_checksum_address
from fastapi import APIRouter, Header, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from agentescrow.api.errors import ApiError
from agentescrow.api.feed import Place, Stream
from agentescrow.api.index import IndexDep, ServiceDep, Snapshot, latest_block
from agentescrow.api.openapi import EVENTS
from agentescrow.api.parameters import (
    Cursor,
    EventQuery,
    Limit,
    Signer,
    parameters_of,
    query_of,
    read_cursor,
    write_cursor,
)
from agentescrow.api.response_cache import INDEXED, IndexAnswer
from agentescrow.api.responses import json_answer
from agentescrow.api.serializers import Json, relay_card, signed_request_card
from agentescrow.api.service.relayer_status import relayer_status
from agentescrow.api.strict_query import StrictRoute
from agentescrow.domain import constants as rules
from agentescrow.store.agents.queries import count_agents
from agentescrow.store.events import EventFilter
from agentescrow.store.runs.totals import runs_by_state
from agentescrow.store.vaults.queries import find_vault
from agentescrow.wire.config import Config, Constants, ContractAddresses
from agentescrow.wire.relay import RelayStatus, SignedRequests
from agentescrow.wire.stats import Stats

router = APIRouter(prefix="/api", tags=["market"], route_class=StrictRoute)

_PLACE: Final = r"^([0-9]{1,18}:[0-9]{1,10}(@[0-9]{0,18})?)?$"  # an empty one is none


@router.get("/stats", response_model=Stats, responses=INDEXED)
async def get_stats(index: IndexDep) -> Response:
    """Get the market in numbers."""

    def read(snapshot: Snapshot) -> Json:
        by_state = runs_by_state(snapshot.connection)
        escrow = find_vault(snapshot.connection, "RunEscrow")
        registry = find_vault(snapshot.connection, "StakeRegistry")
        return {
            "runs": sum(by_state.values()),
            "runsByState": {state.name: number for state, number in by_state.items()},
            "agents": count_agents(snapshot.connection),
            "escrowed": str(escrow.held if escrow else 0),
            "staked": str(registry.held if registry else 0),
            "volume": str(escrow.volume if escrow else 0),
            "feesEarned": str(escrow.fees_earned if escrow else 0),
            "paused": bool(escrow and escrow.paused),
        }

    return IndexAnswer(await index.read(read, quick=False))


@router.get("/config", response_model=Config)
def get_config(request: Request, service: ServiceDep) -> Response:
    """Get chain, contracts, the rules' numbers, and whether requests are relayed now."""
    deployment = service.deployment
    found = Config(
        version=request.app.version,
        chain_id=deployment.chain_id,
        network=deployment.network,
        block=deployment.block,
        block_hash=deployment.block_hash or None,
        contracts=ContractAddresses(
            **{name: getattr(deployment, name) for name in ContractAddresses.model_fields}
        ),
        constants=Constants(
            usdc_decimals=rules.USDC_DECIMALS,
            platform_fee_bps=rules.PLATFORM_FEE_BPS,
            min_stake=rules.MIN_STAKE,
            reward_min=rules.REWARD_MIN,
            reward_max=rules.REWARD_MAX,
            text_bytes_max=rules.MAX_TEXT,
            review_days_min=rules.REVIEW_DAYS_MIN,
            review_days_max=rules.REVIEW_DAYS_MAX,
            max_revisions_max=rules.MAX_REVISIONS_MAX,
            deadline_max_ahead=rules.DEADLINE_MAX_AHEAD,
            claim_timeout=rules.CLAIM_TIMEOUT,
            abandon_window=rules.ABANDON_WINDOW,
        ),
        relayer=relayer_status(service),
    )
    return json_answer(found.model_dump(mode="json"))


@router.get("/requests", response_model=SignedRequests)
def list_requests(
    service: ServiceDep, signer: Signer, limit: Limit = 20, cursor: Cursor = None
) -> Response:
    """List what an account has signed for the relayer, the latest first."""
    before = None if cursor is None else read_cursor(cursor, "requests", 1)[0]
    account = to_checksum_address(signer)
    found = service.admission.requests_of(account, limit=limit + 1, before=before)
    shown = found[:limit]
    following = write_cursor("requests", shown[-1][0]) if len(found) > limit else None
    cards = [signed_request_card(relay) for _, relay in shown]
    return json_answer({"requests": cards, "nextCursor": following})


@router.get("/requests/{request_id}", response_model=RelayStatus)
def get_request(
    service: ServiceDep, request_id: Annotated[str, Path(pattern="^0x[0-9a-f]{64}$")]
) -> Response:
    """Get what became of a relayed request."""
    relay = service.admission.find(request_id)
    if relay is None:
        raise ApiError(404, "REQUEST_UNKNOWN", f"There is no request {request_id}.")
    return json_answer(relay_card(relay))


@router.get(
    "/events",
    status_code=200,
    response_class=Stream,
    responses={200: EVENTS},
    openapi_extra={"parameters": parameters_of(EventQuery)},
)
async def listen(
    request: Request,
    service: ServiceDep,
    last_event_id: Annotated[
        str | None,
        Header(alias="Last-Event-ID", pattern=_PLACE, description="`id` of the last event heard."),
    ] = None,
) -> Stream:
    """Listen to every change, as server-sent events; `Last-Event-ID` goes on where it ended."""
    query = query_of(request, EventQuery)
    if last_event_id:
        place = Place.from_id(last_event_id)
    elif query.from_block is not None:
        place = Place(query.from_block, -1, first_block=query.from_block)
    else:
        head = await run_in_threadpool(latest_block, service)
        place = Place(0 if head is None else head.number + 1, -1)
    wanted = EventFilter.of(query, query.name)
    return Stream(request.app.state.feed, place, wanted, follow=query.follow)
