"""When a caller is warned."""

from __future__ import annotations

import warnings
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from agentescrow.domain.constants import DAY
from agentescrow.risk_warnings import ShortDeadline, UnencryptedAddress

_SHORT: Final = DAY - DAY // 24  # who claims a run of one day within an hour is not warned
_CALLER: Final = 4  # frames from here to whoever makes a client


def caution_of_unencrypted(field: str, url: str) -> None:
    """Warn of an address whose answers anybody on the way can change.

    Args:
        field: What it is, in the caller's words.
    """
    if url.lower().startswith("http://") and not _is_on_this_machine(urlsplit(url).hostname or ""):
        warnings.warn(UnencryptedAddress(field, url), stacklevel=_CALLER)


def caution_of_a_short_deadline(run_id: int, deadline: int, now: int) -> None:
    """Warn of a run that leaves less than a day.

    Args:
        run_id: Run that is to be claimed.
        deadline: Its own, unix seconds.
        now: Unix seconds.
    """
    if deadline - now < _SHORT:
        warnings.warn(ShortDeadline(run_id, deadline - now), stacklevel=2)


def _is_on_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return False
