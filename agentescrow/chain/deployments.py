"""Where the contracts are: the records that `ape run deploy` writes.

Only records of public chains are shipped, and only those are found by a chain id. A record of a
chain on somebody's machine was made with keys that everybody has, so whoever wants one names its
file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib import resources
from pathlib import Path
from typing import Any, Final

from web3 import Web3

from agentescrow.addresses import read_address
from agentescrow.chain.reverts import translated_errors
from agentescrow.domain.contracts import CONTRACTS
from agentescrow.errors import DeploymentUnknown, DeploymentUnreadable

FOLDER: Final = Path(str(resources.files("agentescrow.chain"))) / "deployments"
"""Where the records are that the package ships."""

PUBLIC: Final = "public"
"""The kind of a record that others see too; "fork" and "local" are chains on one machine."""

_NUMBERS: Final = ("chain_id", "block")
_TEXTS: Final = ("network",)
_OPTIONAL: Final = {"kind", "block_hash", "code_hashes"}
_HASH: Final = re.compile(r"0x[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Deployment:
    """One set of contracts on one chain.

    Args:
        network: Name of the record: "base", "base-sepolia", "base-sepolia-fork", "local".
        identity: ERC-8004 identity registry.
        treasury: Receiver of the fees when it was deployed.
        owner: Owner of both contracts when they were deployed.
        block: Block from which on all events are found.
        kind: "public", "fork" or "local"; whatever does not say that it is public is not.
        block_hash: Hash of that block, 0x and 64 digits, which tells this chain from another one
            with its id; empty where the record does not say.
        code_hashes: Keccak-256 of the code at each of our contracts' addresses, by name of the
            contract ("RunEscrow"); what constructors filled in is part of the code.
    """

    chain_id: int
    network: str
    usdc: str
    identity: str
    forwarder: str
    registry: str
    runs: str
    treasury: str
    owner: str
    block: int
    kind: str = "local"
    block_hash: str = ""
    code_hashes: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)

    @property
    def addresses(self) -> dict[str, str]:
        """Address of each contract by its name in Solidity."""
        return {each.name: getattr(self, each.key) for each in CONTRACTS}


def load(source: int | str | Path) -> Deployment:
    """Read a record.

    Args:
        source: A chain id, for the record of a public chain that the package ships, or the path of
            a file.

    Raises:
        DeploymentUnknown: There is none.
        DeploymentUnreadable: Nor is there such a file, or it is no record.
    """
    if not isinstance(source, int):
        return _read(Path(source))
    for file in sorted(FOLDER.glob("*.json")):
        record = _read(file)
        if record.chain_id == source and record.kind == PUBLIC:
            return record
    raise _missing(source)


def find(w3: Web3) -> Deployment:
    """Find the shipped record for the chain id of a node.

    Nothing is compared with the chain yet: `Contracts.require_present` does that.

    Raises:
        DeploymentUnknown: There is no record for the chain id.
        NodeUnreachable: Nobody answers.
    """
    with translated_errors():
        chain_id = w3.eth.chain_id
    return load(chain_id)


def _missing(chain_id: int) -> DeploymentUnknown:
    return DeploymentUnknown(
        f"no deployment on a public chain with id {chain_id} is recorded: name the file of a "
        "record, with --deployment or DEPLOYMENT"
    )


def _read(file: Path) -> Deployment:
    try:
        record = json.loads(file.read_text("utf-8"))
    except OSError:
        raise DeploymentUnreadable(f"there is no deployment record {file}") from None
    except ValueError:
        raise DeploymentUnreadable(f"{file} is no deployment record: it is not JSON") from None
    if not isinstance(record, dict):
        raise DeploymentUnreadable(f"{file} is no deployment record: it is not a JSON object")
    for contract in CONTRACTS:  # records of version 0.1 have other keys
        if contract.former_key in record:
            record.setdefault(contract.key, record[contract.former_key])
    known = [each.name for each in fields(Deployment) if each.name not in _OPTIONAL]
    return Deployment(
        **{name: _value(file, record, name) for name in known},
        kind=str(record.get("kind", "local")),
        block_hash=_hash_in(record, "block_hash"),
        code_hashes=_code_hashes(record),
    )


def _code_hashes(record: Mapping[str, Any]) -> dict[str, str]:
    contracts = record.get("contracts")
    if not isinstance(contracts, dict):
        return {}
    made = {name: each for name, each in contracts.items() if isinstance(each, dict)}
    return {name: _hash_in(each, "code_hash") for name, each in made.items()}


def _hash_in(record: Mapping[str, Any], name: str) -> str:
    """A hash, or nothing where there is none that could be compared."""
    text = str(record.get(name, "")).lower()
    return text if _HASH.fullmatch(text) else ""


def _value(file: Path, record: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - int or str
    value = record.get(name)
    if name in _NUMBERS and isinstance(value, int):
        return value
    if name in _TEXTS and isinstance(value, str):
        return value
    address = None if name in _NUMBERS + _TEXTS else read_address(value)
    if address is not None:
        return address
    raise DeploymentUnreadable(f"{file} is no deployment record: its {name!r} is missing or wrong")
