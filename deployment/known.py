"""Choose the record for a command that names none.

Records of chains on this machine, forks included, were made with keys that everybody knows: on a
public chain a stranger can put code at the same addresses. So they are used only if the command
names no public network, and the node is on this machine and identifies itself as a development
node. To use one elsewhere, name its file.
"""

from __future__ import annotations

import ipaddress
from typing import Any, Final
from urllib.parse import urlsplit

from web3 import Web3
from web3.exceptions import Web3Exception

from agentescrow.chain import deployments
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.verification import require_same_chain
from agentescrow.errors import OtherChain
from deployment import parameters, record

_DEVELOPMENT_CLIENTS: Final = ("anvil/", "hardhatnetwork/")
"""Prefixes of their client versions, in lower case."""


def usual(w3: Web3, network: Any) -> Deployment:  # noqa: ANN401 - ape.api.NetworkAPI
    """Find the record for a command that names none.

    Args:
        w3: Ape's connection.
        network: Ape's network, as `--network` names it.

    Raises:
        DeploymentUnknown: There is no record.
        NodeUnreachable: The node does not answer.
    """
    if not _is_public(f"{network.ecosystem.name}:{network.name}") and is_for_development(w3):
        for deployment in _local(w3.eth.chain_id):
            try:
                require_same_chain(w3, deployment)
            except OtherChain:
                continue
            return deployment
    return deployments.find(w3)


def is_for_development(w3: Web3) -> bool:
    """Check whether a node is on this machine and identifies itself as Anvil or Hardhat.

    Neither is enough by itself: a public node may claim any name, and a node of a public chain may
    run on this machine.
    """
    url = str(getattr(w3.provider, "endpoint_uri", ""))
    if not _is_on_this_machine(urlsplit(url).hostname or ""):
        return False
    try:
        return w3.client_version.lower().startswith(_DEVELOPMENT_CLIENTS)
    except Web3Exception:
        return False


def _is_on_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_public(ape: str) -> bool:
    known = [parameters.load(name) for name in parameters.names()]
    return any(ape in each.ape for each in known if each.is_public)


def _local(chain_id: int) -> list[Deployment]:
    found = [deployments.load(file) for file in sorted(record.LOCAL.glob("*.json"))]
    return [each for each in found if each.chain_id == chain_id and each.block_hash]
