"""The sender's loop: until told to stop, whatever the node or the database does."""

from __future__ import annotations

import logging
import threading
from typing import Final

from agentescrow.errors import ChainProblem, KeyShared
from agentescrow.relayer.sender import Sender
from agentescrow.store.database import DatabaseBusy, in_a_line
from agentescrow.store.relay_turn import RelayTurn

_log = logging.getLogger(__name__)
_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 5.0


def run(
    sender: Sender,
    turn: RelayTurn,
    ended: threading.Event,
    begun: threading.Event | None = None,
) -> None:
    """Step until told to stop; a step that fails is tried again, since nothing is lost by it.

    Args:
        sender: What steps.
        turn: Of the database: while another relayer has it, this one waits.
        ended: Set when it is to stop.
        begun: Is set once it has stepped, or had to wait.

    Raises:
        KeyShared: Another database's relayer has the key too: neither may go on.
    """
    pause = _PAUSE
    try:
        while not ended.is_set():
            try:
                busy = turn.take() and sender.step() > 0
                pause = 0.0 if busy else _PAUSE
            except KeyShared as shared:
                _log.error("relayer: stopped: %s", shared)
                sender.stop(str(shared))
                raise
            except (ChainProblem, DatabaseBusy) as problem:
                pause = _longer(pause)
                _log.warning("relayer: %s; trying again", in_a_line(problem))
            except Exception:  # a relayer that ends would leave what is queued for ever
                pause = _longer(pause)
                _log.exception("relayer: unexpected; trying again")
            if begun is not None:
                begun.set()
            ended.wait(pause)
    finally:
        turn.give_back()


def _longer(pause: float) -> float:
    return min(2 * max(pause, _PAUSE), _LONGEST_PAUSE)
