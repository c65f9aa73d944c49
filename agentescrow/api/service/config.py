"""GET /api/config."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from agentescrow.api.index import ServiceDep
from agentescrow.api.responses import json_response
from agentescrow.api.service.relayer_status import relayer_status
from agentescrow.api.strict_query import StrictRoute
from agentescrow.domain import constants
from agentescrow.domain.contracts import CONTRACTS
from agentescrow.wire.config import Config, Constants, ContractAddresses

router = APIRouter(prefix="/api", tags=["service"], route_class=StrictRoute)


@router.get("/config", response_model=Config)
def get_config(request: Request, service: ServiceDep) -> Response:
    """Get chain, contracts and their limits, and whether requests are relayed now."""
    deployment = service.deployment
    found = Config(
        version=request.app.version,
        chain_id=deployment.chain_id,
        network=deployment.network,
        block=deployment.block,
        block_hash=deployment.block_hash or None,
        contracts=ContractAddresses(
            **{contract.key: getattr(deployment, contract.key) for contract in CONTRACTS}
        ),
        constants=Constants(
            usdc_decimals=constants.USDC_DECIMALS,
            platform_fee_bps=constants.PLATFORM_FEE_BPS,
            min_stake=constants.MIN_STAKE,
            reward_min=constants.REWARD_MIN,
            reward_max=constants.REWARD_MAX,
            text_bytes_max=constants.MAX_TEXT,
            review_days_min=constants.REVIEW_DAYS_MIN,
            review_days_max=constants.REVIEW_DAYS_MAX,
            max_revisions_max=constants.MAX_REVISIONS_MAX,
            deadline_max_ahead=constants.DEADLINE_MAX_AHEAD,
            claim_timeout=constants.CLAIM_TIMEOUT,
            abandon_window=constants.ABANDON_WINDOW,
        ),
        relayer=relayer_status(service),
    )
    return json_response(found.model_dump(mode="json"))
