"""The sender's loop: until told to stop, whatever the node or the database does."""

from __future__ import annotations

import logging
import threading
from typing import Final

from agentescrow.errors import ChainProblem, KeyShared
from agentescrow.relayer.sender import Sender
from agentescrow.store.database import DatabaseBusy, in_a_line
from agentescrow.store.people.relayer_lock import RelayTurn

_log = logging.getLogger(__name__)
_PAUSE: Final = 0.05
_IDLE_PAUSES: Final = 20
"""After so many pauses the node is asked again, although nothing waits."""

_ANOTHER: Final = (
    "relayer: another relayer sends the requests of this database: waiting for its end"
)

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
    pause, waits = _PAUSE, False
    try:
        while not ended.is_set():
            try:
                has_turn = turn.take()
                if not has_turn and not waits:
                    _log.warning(_ANOTHER)
                waits = not has_turn
                if waits or not sender.step():
                    _rest(sender, ended, begun)
                pause = 0.0
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


def _rest(sender: Sender, ended: threading.Event, begun: threading.Event | None) -> None:
    """Leave the node alone for a second, or until something is to be sent or to be mined."""
    if begun is not None:
        begun.set()
    for _ in range(_IDLE_PAUSES):
        if ended.wait(_PAUSE) or sender.has_work():
            return


def _longer(pause: float) -> float:
    return min(2 * max(pause, _PAUSE), _LONGEST_PAUSE)
