"""The record for a client that has the address of an API and nothing else."""

from __future__ import annotations

from agentescrow.chain import deployments
from agentescrow.chain.deployments import Deployment
from agentescrow.errors import UntrustedRequest
from agentescrow.wire.config import Config


def shipped_for(config: Config) -> Deployment:
    """The package's own record for the API's chain, where the API works with what it says.

    Args:
        config: What the API says of itself.

    Raises:
        DeploymentUnknown: None is shipped for that chain.
        UntrustedRequest: The API works with other contracts, or on another chain with that id.
    """
    record = deployments.load(config.chain_id)
    for name, told in config.contracts:
        if told.lower() != getattr(record, name).lower():
            raise _other(config.chain_id, name, told, getattr(record, name))
    if record.block_hash and config.block_hash != record.block_hash:
        what = f"hash of block {record.block}"
        raise _other(config.chain_id, what, config.block_hash, record.block_hash)
    return record


def _other(chain_id: int, what: str, told: object, recorded: object) -> UntrustedRequest:
    return UntrustedRequest(
        f"the API works with the {what} {told}, and the package's record of chain {chain_id} has "
        f"{recorded}; nothing was signed"
    )
