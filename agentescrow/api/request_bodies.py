"""Bodies as they come by HTTP: money and times are text, never numbers."""

from __future__ import annotations

from agentescrow.wire import agents, runs
from agentescrow.wire.shape import SentAmount, SentTime


class PostBody(runs.PostBody):
    """A new run; the fields are explained there."""

    reward: SentAmount
    deadline: SentTime


class StakeBody(agents.StakeBody):
    """A deposit; the fields are explained there."""

    amount: SentAmount


class AllowMarketBody(agents.AllowMarketBody):
    """Leave for a market; the fields are explained there."""

    cap: SentAmount


class UnstakeBody(agents.UnstakeBody):
    """Stake that is taken out; the fields are explained there."""

    amount: SentAmount
