"""Serializers of agents, their stake and their markets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agentescrow.api.serializers import Json, cut_text, serializer
from agentescrow.domain.agent import can_claim_runs, reputation_score, status_of
from agentescrow.domain.constants import MIN_STAKE
from agentescrow.store.agents.markets import MarketAllowance
from agentescrow.store.agents.queries import agent_of
from agentescrow.store.schema import AnyRow
from agentescrow.wire.agents import (
    Agent,
    AgentMarkets,
    AgentPage,
    MarketStanding,
    Reputation,
    StakeAnswer,
    StakeInfo,
)

_reputation: Final = serializer(Reputation, "score")
_agent: Final = serializer(Agent, "wallet_address", "status", "available_stake", "reputation")
_stake: Final = serializer(
    StakeInfo, "agent_id", "can_claim_runs", "status", "min_stake", "staked_at"
)
_market: Final = serializer(MarketStanding)
_markets: Final = serializer(AgentMarkets, "agent_id", "markets")

serialize_page: Final = serializer(AgentPage, "agents", "pagination")
serialize_answer: Final = serializer(StakeAnswer, "agent", "message", success=True)
"""Also of `MarketsAnswer`, which differs in its agent only."""


def serialize_agent(row: AnyRow, now: int) -> Json:
    """Write a row of `agents` whose owner is known.

    Args:
        row: Row of `agents`.
        now: Unix second of the indexed block.
    """
    agent = agent_of(row)
    return _agent(
        row,
        row.wallet or row.owner,
        status_of(agent, now),
        agent.available,
        _reputation(row, reputation_score(agent)),
    )


def serialize_listed_agent(row: AnyRow, now: int) -> Json:
    """Write a row of `agents` for a list, with its URI cut."""
    return {**serialize_agent(row, now), "agentURI": cut_text(row.uri)}


def serialize_stake(row: AnyRow, now: int) -> Json:
    """Write the stake of an agent.

    Args:
        row: Row of `agents`.
        now: Unix second of the indexed block.
    """
    agent = agent_of(row)
    return _stake(
        agent,
        row.agent_id,
        can_claim_runs(agent, now),
        status_of(agent, now),
        MIN_STAKE,
        agent.staked_at or None,
    )


def serialize_markets(agent_id: int, found: Sequence[MarketAllowance]) -> Json:
    """Write what each market may lock of an agent's stake."""
    return _markets(agent_id, [_market(each) for each in found])
