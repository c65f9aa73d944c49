"""The SDK: clients of the REST API that write on chain or through the API's relayer (API-7).

Each operation is written once, as a generator of steps (`steps.py`); `AgentClient` takes the steps
one after another, `AsyncAgentClient` awaits them.
"""

from __future__ import annotations

from agentescrow.sdk.client import AgentClient, AsyncAgentClient

__all__ = ["AgentClient", "AsyncAgentClient"]
