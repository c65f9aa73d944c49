"""Wait for a node that has not started yet: services start in any order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final, TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_when_event_set,
    wait_random_exponential,
)

from agentescrow.errors import NodeBusy, NodeUnreachable

_FIRST_WAIT: Final = 0.1
_LONGEST_WAIT: Final = 10.0

T = TypeVar("T")

_log = logging.getLogger(__name__)


def retry_until_reachable(connect: Callable[[], T], stopped: threading.Event) -> T:
    """Retry with backoff until a node answers; log the first failure only.

    Raises:
        NodeUnreachable, NodeBusy: `stopped` was set before the node answered.
    """

    def log_first(state: RetryCallState) -> None:
        if state.attempt_number == 1 and state.outcome is not None:
            _log.warning("%s; trying again", state.outcome.exception())

    retrying = Retrying(
        retry=retry_if_exception_type((NodeUnreachable, NodeBusy)),
        wait=wait_random_exponential(multiplier=_FIRST_WAIT, max=_LONGEST_WAIT),
        stop=stop_when_event_set(stopped),
        sleep=sleep_using_event(stopped),
        before_sleep=log_first,
        reraise=True,
    )
    return retrying(connect)
