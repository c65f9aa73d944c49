"""Waiting for a node that is not there yet: what runs on a machine starts in any order."""

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


def once_there(ask: Callable[[], T], ended: threading.Event) -> T:
    """Ask a node until it answers, or until told to stop; that it does not is said once.

    Args:
        ask: What is asked.
        ended: Set when it is to stop.

    Raises:
        NodeUnreachable, NodeBusy: It has not answered before.
    """

    def say(state: RetryCallState) -> None:
        if state.attempt_number == 1 and state.outcome is not None:
            _log.warning("%s; trying again", state.outcome.exception())

    again = Retrying(
        retry=retry_if_exception_type((NodeUnreachable, NodeBusy)),
        wait=wait_random_exponential(multiplier=_FIRST_WAIT, max=_LONGEST_WAIT),
        stop=stop_when_event_set(ended),
        sleep=sleep_using_event(ended),
        before_sleep=say,
        reraise=True,
    )
    return again(ask)
