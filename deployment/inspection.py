"""Comparing a record with the chain, field by field."""

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
from agentescrow.errors import AgentEscrowError, NodeUnreachable
from deployment.markets import markets_of


@dataclass(frozen=True, slots=True)
class Field:
    """One comparison.

    Args:
        name: What was compared.
        recorded: What the record says.
        found: What the chain says.
    """

    name: str
    recorded: object
    found: object

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return self.recorded != self.found

    def words(self) -> str:
        """One line."""
        if self.differs:
            return f"DIFFERS  {self.name}: {self.found}, the record says {self.recorded}"
        return f"ok       {self.name}: {self.found}"


def inspect(w3: Web3, record: Deployment) -> list[Field]:
    """Compare a record with the chain.

    Returns:
        Every field; where the chain is another one, those of chain and code alone.

    Raises:
        NodeUnreachable: Nobody answers.
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
        fields += _asked(Contracts(w3, record))
    return fields


def _hash_at(w3: Web3, address: str) -> str | None:
    code = code_at(w3, address)
    return code_hash(code) if code else None


def _asked(contracts: Contracts) -> Iterator[Field]:
    """What the contracts themselves say; their code is known to be ours."""
    record, escrow, registry = contracts.deployment, contracts.runs, contracts.registry
    token, market, identity = ask(escrow, "immutables")[:3]
    yield Field("RunEscrow: token", record.usdc, token)
    yield Field("RunEscrow: registry", record.registry, market)
    yield Field("RunEscrow: identity registry", record.identity, identity)
    yield Field("StakeRegistry: token", record.usdc, ask(registry, "USDC"))
    yield Field("StakeRegistry: identity registry", record.identity, ask(registry, "identities"))
    for vault in (escrow, registry):
        yield Field(f"{vault.kind}: forwarder", record.forwarder, ask(vault, "trustedForwarder"))
        yield Field(f"{vault.kind}: owner", record.owner, vault.owner())
        yield Field(f"{vault.kind}: pending owner", ZERO_ADDRESS, vault.pending_owner())
    yield Field("RunEscrow: treasury", record.treasury, escrow.treasury())
    yield Field("RunEscrow: paused", False, escrow.paused())
    yield Field("StakeRegistry: markets", {record.runs: "active"}, _markets(contracts))


def ask(contract: Contract, view: str) -> Any:  # noqa: ANN401 - any ABI value
    """What a view without arguments of one of our contracts says.

    Raises:
        ChainProblem: The node does not answer, or not so.
    """
    bound = contract.w3.eth.contract(contract.address, abi=abi_of(contract.kind))
    with translated_errors():
        return bound.functions[view]().call(ccip_read_enabled=False)


def _markets(contracts: Contracts) -> Any:  # noqa: ANN401 - what they are, or why it is not known
    try:
        return markets_of(contracts)
    except NodeUnreachable:
        raise
    except AgentEscrowError as error:
        known = contracts.registry.is_market(contracts.runs.address)
        # A node that does not look through so many blocks can still be asked for the one.
        return {contracts.runs.address: "active"} if known else f"unknown: {error}"
