"""Metrics of the API, for Prometheus."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY: Final = CollectorRegistry()
REQUESTS: Final = Counter(
    "agentescrow_requests", "Requests answered", ["method", "route", "status"], registry=REGISTRY
)
SECONDS: Final = Histogram(
    "agentescrow_request_seconds", "Duration of a request", ["route"], registry=REGISTRY
)
BLOCK: Final = Gauge("agentescrow_indexed_block", "Last indexed block", registry=REGISTRY)
LAG: Final = Gauge(
    "agentescrow_index_lag_blocks", "Blocks that the index is behind the node", registry=REGISTRY
)
INDEX_UP: Final = Gauge(
    "agentescrow_index_up", "1 while the index follows its chain", registry=REGISTRY
)
INDEX_SILENT: Final = Gauge(
    "agentescrow_index_silent_seconds",
    "Seconds since the indexer last reached its node",
    registry=REGISTRY,
)

RELAYER_REFUSALS: Final = Counter(
    "agentescrow_relayer_refusals", "Requests refused by the relayer", ["error"], registry=REGISTRY
)
RELAYER_UP: Final = Gauge(
    "agentescrow_relayer_up", "1 while requests are relayed", registry=REGISTRY
)
RELAYER_BALANCE: Final = Gauge(
    "agentescrow_relayer_balance_wei", "Balance of the relayer's account", registry=REGISTRY
)
RELAYER_LEFT: Final = Gauge(
    "agentescrow_relayer_budget_left_wei",
    "Remaining budget of the relayer",
    ["lane"],
    registry=REGISTRY,
)
RELAYER_PENDING: Final = Gauge(
    "agentescrow_relayer_pending_requests",
    "Requests accepted and not mined yet",
    registry=REGISTRY,
)
RELAYER_OLDEST: Final = Gauge(
    "agentescrow_relayer_oldest_pending_seconds",
    "Age of the oldest pending request",
    registry=REGISTRY,
)
RELAYER_FAILED: Final = Gauge(
    "agentescrow_relayer_failed_requests",
    "Requests accepted within a day that failed",
    registry=REGISTRY,
)
