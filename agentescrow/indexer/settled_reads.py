"""Ask a node again for what does not add up, until it has said the same while its head stood still.

A node that moves may answer of a later state: Anvil does so while it mines, for a question in four.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from agentescrow.chain.reader import Reader
from agentescrow.errors import IndexProblem

_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 0.5
_AT_REST: Final = 3  # answers in a row, between which no block came
_AT_MOST: Final = 20  # answers of a node that never rests: an honest one would be right by then


def require_wrong(reader: Reader, is_right: Callable[[], bool], wrong: IndexProblem) -> None:
    """Make sure that answers differ, and not only questions that were asked at different times.

    Args:
        reader: The chain.
        is_right: Asks once more, and compares.
        wrong: How they differ.

    Raises:
        IndexProblem: They do, by what the node says again and again.
        ChainProblem: The node does not answer.
    """
    pause, at_rest = _PAUSE, 0
    for _ in range(_AT_MOST):
        before = reader.head()
        right = is_right()
        time.sleep(pause)
        if right:
            return
        at_rest = at_rest + 1 if reader.head() == before else 0
        if at_rest == _AT_REST:
            break
        pause = min(2 * pause, _LONGEST_PAUSE)
    raise wrong
