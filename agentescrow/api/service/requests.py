"""/api/requests: signed requests and their status."""

from __future__ import annotations

from typing import Annotated, Final

from eth_utils.address import to_checksum_address
from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from agentescrow.api.errors import ApiError
from agentescrow.api.index import ServiceDep
from agentescrow.api.parameters import (
    CursorQuery,
    openapi_parameters,
    parse_query,
    read_cursor,
    write_cursor,
)
from agentescrow.api.responses import json_response
from agentescrow.api.serializers import (
    serialize_relay_status,
    serialize_signed_request,
    serializer,
)
from agentescrow.api.strict_query import StrictRoute
from agentescrow.wire.relay import RelayStatus, SignedRequests
from agentescrow.wire.shape import Address

router = APIRouter(prefix="/api/requests", tags=["service"], route_class=StrictRoute)

_page: Final = serializer(SignedRequests, "requests", "next_cursor")


class RequestQuery(CursorQuery):
    """Query of a list of signed requests."""

    signer: Annotated[Address, Field(description="Account that signed the requests.")]


@router.get(
    "",
    response_model=SignedRequests,
    openapi_extra={"parameters": openapi_parameters(RequestQuery)},
)
def list_requests(request: Request, service: ServiceDep) -> Response:
    """List the signed requests of an account that the relayer has accepted, latest first."""
    query = parse_query(request, RequestQuery)
    before = None if query.cursor is None else read_cursor(query.cursor, "requests", 1)[0]
    account = to_checksum_address(query.signer)
    found = service.admission.requests_of(account, limit=query.limit + 1, before=before)
    shown = found[: query.limit]
    next_cursor = write_cursor("requests", shown[-1][0]) if len(found) > query.limit else None
    return json_response(
        _page([serialize_signed_request(relay) for _, relay in shown], next_cursor)
    )


@router.get("/{request_id}", response_model=RelayStatus)
def get_request(
    service: ServiceDep,
    request_id: Annotated[
        str, Path(pattern="^0x[0-9a-f]{64}$", description="EIP-712 digest of the request.")
    ],
) -> Response:
    """Get the status of a signed request."""
    relay = service.admission.find(request_id)
    if relay is None:
        raise ApiError(404, "REQUEST_UNKNOWN", f"There is no request {request_id}.")
    return json_response(serialize_relay_status(relay))
