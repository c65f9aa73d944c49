"""Bodies of runs as HTTP sends them: amounts and times are text, never numbers."""

from __future__ import annotations

from agentescrow.wire import runs
from agentescrow.wire.shape import SentAmount, SentTime


class PostBody(runs.PostBody):
    """Body of a new run."""

    reward: SentAmount
    deadline: SentTime
