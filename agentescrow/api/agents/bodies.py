"""Bodies of agents as HTTP sends them: amounts are text, never numbers."""

from __future__ import annotations

from agentescrow.wire import agents
from agentescrow.wire.shape import SentAmount


class StakeBody(agents.StakeBody):
    """Body of a deposit: with `txHash` a report of one, otherwise a request to relay."""

    amount: SentAmount


class AllowMarketBody(agents.AllowMarketBody):
    """Permission for a market, given by the owner of the agent's NFT."""

    cap: SentAmount


class UnstakeBody(agents.UnstakeBody):
    """Body of a withdrawal of stake."""

    amount: SentAmount
