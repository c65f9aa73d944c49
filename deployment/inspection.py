"""Compare a record with the chain, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from web3 import Web3

from agentescrow.chain.abis import abi_of
from agentescrow.chain.contract import Contract
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.reverts import translated_errors
from agentescrow.chain.verification import block_hash, code_at, code_hash, places
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.domain.contracts import OURS
from agentescrow.errors import AgentEscrowError, NodeUnreachable
from deployment.markets import markets_of


@dataclass(frozen=True, slots=True)
class Field:
    """One comparison.

    Attributes:
        name: Compared field.
        recorded: Value in the record.
        found: Value on the chain.
    """

    name: str
    recorded: object
    found: object

    @property
    def differs(self) -> bool:
        """Whether the two values differ."""
        return self.recorded != self.found

    def describe(self) -> str:
        """Describe the comparison on one line."""
        if self.differs:
            return f"DIFFERS  {self.name}: {self.found}, the record says {self.recorded}"
        return f"ok       {self.name}: {self.found}"


def inspect(w3: Web3, record: Deployment) -> list[Field]:
    """Compare a record with the chain.

    Returns:
        Every field; only chain and code if those differ.

    Raises:
        NodeUnreachable: The node does not answer.
    """
    fields = [
        Field("chain id", record.chain_id, w3.eth.chain_id),
        Field(f"hash of block {record.block}", record.block_hash, block_hash(w3, record.block)),
        *(
            Field(f"code of {name} at {at}", record.code_hashes.get(name), _hash_at(w3, at))
            for name, at in places(record).items()
        ),
    ]
    if not any(field.differs for field in fields):
        fields += _answers(Contracts(w3, record))
    return fields


def _hash_at(w3: Web3, address: str) -> str | None:
    code = code_at(w3, address)
    return code_hash(code) if code else None


def _answers(contracts: Contracts) -> Iterator[Field]:
    """Compare what the contracts say; their code is known to be ours."""
    record, runs = contracts.deployment, contracts.runs
    token, registry, identity = ask(runs, "immutables")[:3]
    yield Field("RunEscrow: token", record.usdc, token)
    yield Field("RunEscrow: registry", record.registry, registry)
    yield Field("RunEscrow: identity registry", record.identity, identity)
    yield Field("StakeRegistry: token", record.usdc, ask(contracts.registry, "USDC"))
    yield Field(
        "StakeRegistry: identity registry", record.identity, ask(contracts.registry, "identities")
    )
    for vault in contracts.vaults():
        yield Field(f"{vault.kind}: forwarder", record.forwarder, ask(vault, "trustedForwarder"))
        yield Field(f"{vault.kind}: owner", record.owner, vault.owner())
        yield Field(f"{vault.kind}: pending owner", ZERO_ADDRESS, vault.pending_owner())
    yield Field("RunEscrow: treasury", record.treasury, runs.treasury())
    yield Field("RunEscrow: paused", False, runs.paused())
    yield Field("StakeRegistry: markets", _constructed(record), _markets(contracts))


def ask(contract: Contract, view: str) -> Any:  # noqa: ANN401 - any ABI value
    """Call a view without arguments of one of our contracts.

    Raises:
        ChainProblem: The node does not answer, or answers something else.
    """
    bound = contract.w3.eth.contract(contract.address, abi=abi_of(contract.kind))
    with translated_errors():
        return bound.functions[view]().call(ccip_read_enabled=False)


def _markets(contracts: Contracts) -> Any:  # noqa: ANN401 - markets, or the error
    try:
        return markets_of(contracts)
    except NodeUnreachable:
        raise
    except AgentEscrowError as error:
        # A node that does not search so many blocks can still be asked about known markets.
        markets = _constructed(contracts.deployment)
        known = all(contracts.registry.is_market(each) for each in markets)
        return markets if known else f"unknown: {error}"


def _constructed(record: Deployment) -> dict[str, str]:
    """List the markets of the constructor."""
    return {record.addresses[each.name]: "active" for each in OURS if each.locks_stake}
