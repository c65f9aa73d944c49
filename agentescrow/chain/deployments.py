"""Where the contracts are: the records that `ape run deploy` writes, shipped with the package."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any, Final

from eth_utils.address import is_address, to_checksum_address
from web3 import Web3

from agentescrow.chain.reverts import in_words
from agentescrow.errors import DeploymentUnknown

FOLDER: Final = Path(str(resources.files("agentescrow.chain"))) / "deployments"
"""Where the records are that the package ships."""

_NUMBERS: Final = ("chain_id", "block")
_TEXTS: Final = ("network",)
_COPY: Final = "-fork"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One set of contracts on one chain.

    Args:
        chain_id: The chain.
        network: Name of the record: "base", "base-sepolia", "base-sepolia-fork", "local".
        usdc: Token.
        identity: ERC-8004 identity registry.
        forwarder: ERC-2771 forwarder.
        registry: StakeRegistry.
        escrow: RunEscrow.
        treasury: Receiver of the fees when it was deployed.
        owner: Owner of both contracts when they were deployed.
        block: Block from which on all events are found.
    """

    chain_id: int
    network: str
    usdc: str
    identity: str
    forwarder: str
    registry: str
    escrow: str
    treasury: str
    owner: str
    block: int

    def is_on(self, w3: Web3) -> bool:
        """Whether the chain that `w3` is connected to has contracts at the addresses.

        Args:
            w3: A node of the chain with this id.
        """
        ours = (self.forwarder, self.registry, self.escrow)
        with in_words():
            return all(w3.eth.get_code(to_checksum_address(address)) for address in ours)


def load(source: int | str | Path) -> Deployment:
    """Read a record.

    Args:
        source: A chain id, for the record shipped with the package (a public network's before that
            of its fork), or the path of a file.

    Raises:
        DeploymentUnknown: There is none, or the file is no record.
    """
    if not isinstance(source, int):
        return _read(Path(source))
    known = _shipped(source)
    if not known:
        raise _missing(source)
    return known[0]


def find(w3: Web3) -> Deployment:
    """Find the shipped record whose contracts are on the connected chain.

    A fork has the chain id of what it copies, so of several records the one of the fork comes
    first, if its contracts are there.

    Args:
        w3: The chain.

    Raises:
        DeploymentUnknown: There is no record for the chain id, or its contracts are not there.
        NodeUnreachable: Nobody answers.
    """
    with in_words():
        chain_id = w3.eth.chain_id
    known = _shipped(chain_id)
    if not known:
        raise _missing(chain_id)
    for deployment in reversed(known):
        if deployment.is_on(w3):
            return deployment
    names = " or ".join(deployment.network for deployment in known)
    raise DeploymentUnknown(
        f"the contracts of the record {names} are not on this chain, which was restarted: "
        "deploy to it again"
    )


def _shipped(chain_id: int) -> list[Deployment]:
    records = [_read(file) for file in sorted(FOLDER.glob("*.json"))]
    wanted = [record for record in records if record.chain_id == chain_id]
    return sorted(wanted, key=lambda record: record.network.endswith(_COPY))


def _missing(chain_id: int) -> DeploymentUnknown:
    return DeploymentUnknown(
        f"no deployment is recorded for chain {chain_id}: deploy to it with `ape run deploy`, "
        "or name a record with --deployment"
    )


def _read(file: Path) -> Deployment:
    try:
        record = json.loads(file.read_text("utf-8"))
    except OSError:
        raise DeploymentUnknown(f"there is no deployment record {file}") from None
    except ValueError:
        raise DeploymentUnknown(f"{file} is no deployment record: it is not JSON") from None
    if not isinstance(record, dict):
        raise DeploymentUnknown(f"{file} is no deployment record: it is not a JSON object")
    return Deployment(
        **{field.name: _value(file, record, field.name) for field in fields(Deployment)}
    )


def _value(file: Path, record: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - int or str
    value = record.get(name)
    if name in _NUMBERS and isinstance(value, int):
        return value
    if name in _TEXTS and isinstance(value, str):
        return value
    if name not in _NUMBERS + _TEXTS and isinstance(value, str) and is_address(value):
        return to_checksum_address(value)
    raise DeploymentUnknown(f"{file} is no deployment record: its {name!r} is missing or wrong")
