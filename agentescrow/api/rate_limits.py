"""Who asks, and how often each may."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network
from typing import Final

from starlette.types import Scope

CLIENTS_MAX: Final = 10_000
"""Clients with requests left that are remembered."""

_NETWORK_BITS: Final = 64


def client_of(scope: Scope) -> str:
    """Whose request it is: an IPv4 address, or the network of an IPv6 one.

    Whoever has one address of IPv6 has the 2^64 of its network.

    Args:
        scope: Of the request.
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
    """How much a client may ask for.

    Args:
        requests: Within `seconds`; 0 for no limit.
        seconds: Seconds.
        store: Where all processes count together, as RATE_LIMIT_STORE; each for itself where None.
    """

    requests: int
    seconds: int = 60
    store: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a client is in its window.

    Args:
        left: Requests that it still has.
        reset: Seconds until the next window.
        refused: Whether it had none left for this request.
    """

    left: int
    reset: int
    refused: bool


class Windows:
    """The requests of each client.

    Of too many clients those that have asked least lately are forgotten, but never one that is
    refused: else whoever has many addresses would get any number of windows for each. There are as
    many of these as have used up a window within the last two.

    Attributes:
        limit: Of each client.
    """

    def __init__(self, limit: RateLimit) -> None:
        """Begin with nobody.

        Args:
            limit: Of each client.
        """
        self.limit = limit
        self._open: OrderedDict[str, tuple[float, int]] = OrderedDict()  # end, requests
        self._spent: OrderedDict[str, float] = OrderedDict()  # end

    async def count(self, client: str) -> Standing:
        """Count a request.

        Args:
            client: Whose.
        """
        now = time.monotonic()
        self._forget_ended(now)
        ended = self._spent.get(client, 0.0)
        if now < ended:
            return Standing(0, seconds_until(ended, now), refused=True)
        ends, used = self._open.pop(client, (0.0, 0))
        if now >= ends:
            ends, used = now + self.limit.seconds, 0
        left = self.limit.requests - used - 1
        if left:
            self._open[client] = (ends, used + 1)
        else:
            self._spent.pop(client, None)
            self._spent[client] = ends
        if len(self._open) > CLIENTS_MAX:
            self._open.popitem(last=False)
        return Standing(left, seconds_until(ends, now), refused=False)

    async def close(self) -> None:
        """Let go of what it counts with."""

    def _forget_ended(self, now: float) -> None:
        """Forget the windows that are over, of those that were used up first."""
        while self._spent and next(iter(self._spent.values())) <= now:
            self._spent.popitem(last=False)


def seconds_until(end: float, now: float) -> int:
    """Whole seconds after which a window is over, as Retry-After says it.

    Args:
        end: Of the window.
        now: By the same clock.
    """
    return max(int(end - now) + 1, 1)
