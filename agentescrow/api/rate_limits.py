"""Rate limit of each client, counted in this process."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network
from typing import Final

from starlette.types import Scope

CLIENTS_MAX: Final = 10_000
"""Number of clients with requests left that are remembered."""

_NETWORK_BITS: Final = 64


def client_of(scope: Scope) -> str:
    """Identify the client of a request: an IPv4 address, or the /64 network of an IPv6 address.

    An IPv6 customer usually gets all 2^64 addresses of a network.
    """
    host: str = scope["client"][0] if scope.get("client") else ""
    if ":" not in host:
        return host
    try:
        address = IPv6Address(host)
    except ValueError:
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), _NETWORK_BITS), strict=False))


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Number of requests that a client may send.

    Attributes:
        requests: Requests in a window; 0 for no limit.
        seconds: Length of a window.
        store: Address where all processes count together, as RATE_LIMIT_STORE; if None, each
            process counts for itself.
    """

    requests: int
    seconds: int = 60
    store: str | None = None


@dataclass(frozen=True, slots=True)
class RateLimitStatus:
    """Status of a client in its window.

    Attributes:
        remaining: Requests left.
        reset: Seconds until the next window.
        exceeded: Whether no request was left for this one.
    """

    remaining: int
    reset: int
    exceeded: bool


class RateLimiter:
    """Counts the requests of each client in fixed windows.

    When there are too many clients, the least recent ones are forgotten, but never one that is
    blocked: otherwise a client with many addresses could reset its own window by filling the table.
    The number of blocked clients is bounded by those that used up a window within the last two.

    Attributes:
        limit: Limit of each client.
    """

    def __init__(self, limit: RateLimit) -> None:
        self.limit = limit
        self._open: OrderedDict[str, tuple[float, int]] = OrderedDict()  # end, requests
        self._blocked: OrderedDict[str, float] = OrderedDict()  # end

    async def count(self, client: str) -> RateLimitStatus:
        """Count a request of a client."""
        now = time.monotonic()
        self._forget_ended(now)
        ended = self._blocked.get(client, 0.0)
        if now < ended:
            return RateLimitStatus(0, seconds_until(ended, now), exceeded=True)
        ends, used = self._open.pop(client, (0.0, 0))
        if now >= ends:
            ends, used = now + self.limit.seconds, 0
        remaining = self.limit.requests - used - 1
        if remaining:
            self._open[client] = (ends, used + 1)
        else:
            self._blocked.pop(client, None)
            self._blocked[client] = ends
        if len(self._open) > CLIENTS_MAX:
            self._open.popitem(last=False)
        return RateLimitStatus(remaining, seconds_until(ends, now), exceeded=False)

    async def close(self) -> None:
        """Close the connections of the counter, if it has any."""

    def _forget_ended(self, now: float) -> None:
        while self._blocked and next(iter(self._blocked.values())) <= now:
            self._blocked.popitem(last=False)


def seconds_until(end: float, now: float) -> int:
    """Round up the time until a window ends to whole seconds, for Retry-After."""
    return max(int(end - now) + 1, 1)
