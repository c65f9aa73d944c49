"""Before the first block: whose database is this, and from which block on is there something?"""

from __future__ import annotations

import time

from agentescrow.chain.deployments import Deployment
from agentescrow.chain.reader import Reader
from agentescrow.domain.contracts import INDEXED
from agentescrow.errors import NodeBusy, NodeRefused, OtherChain, OtherDeployment
from agentescrow.store.database import Connection
from agentescrow.store.position import Position, begin_position, kept_blocks, read_position


def begin(
    connection: Connection, reader: Reader, deployment: Deployment, first_block: int | None
) -> Position:
    """Find out how far a database is, or begin an empty one; commit is the caller's.

    Args:
        connection: A transaction.
        reader: The chain.
        deployment: The contracts.
        first_block: Where agents begin; looked for where None.

    Raises:
        OtherDeployment: The database is about other contracts, or about another chain.
        OtherChain: The node serves another chain.
        NodeRefused: The node does not know where agents begin.
        NodeBusy: It takes no more questions for now.
    """
    require_chain_of(reader, deployment)
    known = read_position(connection)
    if known is None:
        known = _beginning(deployment, _first_block(reader, deployment, first_block))
        begin_position(connection, known)
    _require_same(known, deployment)
    _require_filled_from(connection, deployment)
    return known


def require_chain_of(reader: Reader, deployment: Deployment) -> None:
    """Make sure that the node has the block of the deployment, and not another one in its place.

    A node that lacks the block may be behind; that is left to whoever asks it for blocks.

    Args:
        reader: The chain.
        deployment: The contracts; nothing is compared where the record has no hash.

    Raises:
        OtherChain: It is another block.
        NodeUnreachable: The node does not answer.
    """
    number, expected = deployment.block, deployment.block_hash
    found = reader.headers([number]).get(number) if expected else None
    if found is not None and found.hash != expected:
        raise OtherChain(deployment.chain_id, number, expected, found.hash)


def _require_same(known: Position, deployment: Deployment) -> None:
    wanted = _followed(deployment)
    if known.chain_id != deployment.chain_id:
        raise OtherDeployment(
            f"the database follows contracts on chain {known.chain_id}, not on "
            f"{deployment.chain_id}: use another database"
        )
    for name in sorted(wanted.keys() | known.contracts.keys()):
        if wanted.get(name) != known.contracts.get(name):
            raise OtherDeployment(
                f"the database follows {name} at {known.contracts.get(name, 'no address')}, not at "
                f"{wanted.get(name, 'no address')}: use another database"
            )


def _followed(deployment: Deployment) -> dict[str, str]:
    """Addresses of the contracts whose events are indexed, by name."""
    return {contract.name: getattr(deployment, contract.key) for contract in INDEXED}


def _require_filled_from(connection: Connection, deployment: Deployment) -> None:
    """The database remembers young chains only as far back as their deployment."""
    number, expected = deployment.block, deployment.block_hash
    kept = next((block for block in kept_blocks(connection) if block.number == number), None)
    if expected and kept is not None and kept.hash != expected:
        raise OtherDeployment(
            f"the database was filled from another chain with id {deployment.chain_id}: its block "
            f"{number} is {kept.hash}, not {expected}: use another one"
        )


def _beginning(deployment: Deployment, first: int) -> Position:
    return Position(
        chain_id=deployment.chain_id,
        contracts=_followed(deployment),
        first_block=first,
        block_number=first - 1,
        head=first - 1,
        seen_at=int(time.time()),
        problem=None,
    )


def _first_block(reader: Reader, deployment: Deployment, first_block: int | None) -> int:
    """Agents are older than the escrow: they begin with the identity registry's code."""
    if first_block is not None:
        return min(first_block, deployment.block)
    low, high = 0, deployment.block
    try:
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if reader.has_identity(middle) else (middle + 1, high)
    except NodeBusy:
        raise
    except NodeRefused as error:
        raise NodeRefused(
            f"the node does not remember when the identity registry was deployed ({error}): say "
            "with FIRST_BLOCK from which block on to look for agents"
        ) from error
    return low
