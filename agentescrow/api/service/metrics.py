"""What is measured, for Prometheus."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY: Final = CollectorRegistry()
REQUESTS: Final = Counter(
    "agentescrow_requests", "Requests", ["method", "route", "status"], registry=REGISTRY
)
SECONDS: Final = Histogram(
    "agentescrow_request_seconds", "Time of a request", ["route"], registry=REGISTRY
)
BLOCK: Final = Gauge("agentescrow_indexed_block", "Last indexed block", registry=REGISTRY)
LAG: Final = Gauge("agentescrow_index_lag_blocks", "Blocks behind the node", registry=REGISTRY)
INDEX_UP: Final = Gauge(
    "agentescrow_index_up", "1 while the index follows its chain", registry=REGISTRY
)
INDEX_SILENT: Final = Gauge(
    "agentescrow_index_silent_seconds", "Since the indexer heard of its node", registry=REGISTRY
)

RELAYER_REFUSALS: Final = Counter(
    "agentescrow_relayer_refusals", "Requests not taken", ["error"], registry=REGISTRY
)
RELAYER_UP: Final = Gauge(
    "agentescrow_relayer_up", "1 while requests are carried", registry=REGISTRY
)
RELAYER_BALANCE: Final = Gauge(
    "agentescrow_relayer_balance_wei", "What its account holds", registry=REGISTRY
)
RELAYER_LEFT: Final = Gauge(
    "agentescrow_relayer_budget_left_wei", "What may yet be spent", ["lane"], registry=REGISTRY
)
RELAYER_PENDING: Final = Gauge(
    "agentescrow_relayer_pending_requests", "Accepted and not mined yet", registry=REGISTRY
)
RELAYER_OLDEST: Final = Gauge(
    "agentescrow_relayer_oldest_pending_seconds", "Age of the first of them", registry=REGISTRY
)
RELAYER_FAILED: Final = Gauge(
    "agentescrow_relayer_failed_requests", "Accepted within a day, and failed", registry=REGISTRY
)
