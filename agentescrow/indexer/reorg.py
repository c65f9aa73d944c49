"""Find out whether the chain has taken blocks back, and follow it.

By hashes alone: a node says nothing reliable of what it has taken back, and a lower head may mean
that it is behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agentescrow.chain.reader import Reader
from agentescrow.errors import NodeUnreachable, ReorganisedTooDeep
from agentescrow.store import undo
from agentescrow.store.database import Connection
from agentescrow.store.lock import commit_for_good
from agentescrow.store.position import Block, kept_blocks

DEPTH: Final = 200
"""Blocks that may be taken back."""


class NodeBehind(NodeUnreachable):
    """The node lacks the blocks that would tell; it is behind, or serves another chain."""


_AT_ONCE: Final = 10  # what the stingiest public nodes take in a batch


def follow_reorganisation(connection: Connection, reader: Reader) -> Block | None:
    """Go back to the last indexed block that the chain still has, and commit that.

    No transaction is open while the node is asked: it may take its time, and others write too.

    Args:
        connection: The only one that writes rows of the chain.
        reader: The chain.

    Returns:
        The block that all rows are as of now, None before the first.

    Raises:
        ReorganisedTooDeep: It has none of those that the database can go back to.
        NodeBehind: The node is behind all of them, so nobody can tell.
    """
    with connection.begin():
        kept = kept_blocks(connection)
    if not kept:
        return None
    common = _common(kept, reader)
    if common.number < kept[0].number:
        with connection.begin():
            commit_for_good(connection)
            undo.take_back(connection, common.number)
    return common


def _common(kept: Sequence[Block], reader: Reader) -> Block:
    """The highest block that both have; `kept` begins with the highest."""
    behind = differs = False
    for some in (kept[:1], *(kept[n : n + _AT_ONCE] for n in range(1, len(kept), _AT_ONCE))):
        headers = reader.headers(block.number for block in some)
        for block in some:
            header = headers.get(block.number)
            if header is None:
                behind = True
            elif header.hash != block.hash:
                differs = True
            elif behind and not differs:
                raise NodeBehind(f"the node is behind: it lacks block {kept[0].number}")
            else:
                return block
    if differs:
        raise ReorganisedTooDeep(kept[0].number, kept[-1].number)
    raise NodeBehind(f"the node is behind: it lacks block {kept[-1].number}")
