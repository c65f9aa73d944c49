"""How often a process that indexes looks for garbage: seldom."""

from __future__ import annotations

import gc
from typing import Final

_OBJECTS: Final = 50_000


def look_seldom() -> None:
    """Look for cycles of garbage less often; for the whole process.

    A batch is tens of thousands of objects that stay until it is written, and none of them is part
    of a cycle. By default Python looks through them every 700 new ones, and every now and then
    through everything that was ever imported: a quarter of the time of a backfill, and most of what
    makes one block take longer than another.
    """
    gc.collect()
    gc.freeze()  # what was imported stays
    gc.set_threshold(_OBJECTS, 20, 100)
