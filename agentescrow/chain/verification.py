"""Whether a chain has what a record says: the deployment's block, our code, and whom it knows.

Code is compared with all that constructors filled in, so a contract of ours that was built for
another token, registry or forwarder has another hash. That the record itself names the token,
registry and forwarder that are in the code is looked up in the code, which costs no question.
"""

from __future__ import annotations

from typing import Final

from eth_typing import BlockNumber
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from web3 import Web3
from web3.exceptions import BlockNotFound

from agentescrow.chain.connection import require_chain
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.reverts import translated_errors
from agentescrow.domain.contracts import OURS
from agentescrow.errors import DeploymentDiffers, DeploymentUnknown, OtherChain

_HEAD_OF_A_WORD: Final = bytes(12)  # an address fills 20 bytes of a word
_ROLES: Final = {"usdc": "token", "identity": "identity registry", "runs": "escrow"}


def require_recorded(w3: Web3, deployment: Deployment) -> None:
    """Make sure that a node serves the record's chain, with the record's contracts on it.

    Raises:
        WrongChain: It serves a chain with another id.
        OtherChain: It serves another chain with the same id, or a fork.
        DeploymentUnknown: The contracts are not there, or the record does not say enough.
        DeploymentDiffers: They are others than those of the record.
        NodeUnreachable: Nobody answers.
    """
    require_chain(w3, deployment.chain_id)
    if not deployment.block_hash or not all(map(deployment.code_hashes.get, places(deployment))):
        raise DeploymentUnknown(
            f"the record {deployment.network} does not say which block and which code it is of: "
            "renew it with `ape run deploy --adopt`"
        )
    require_same_chain(w3, deployment)
    codes = {name: code_at(w3, address) for name, address in places(deployment).items()}
    if not all(codes.values()):
        missing = " and ".join(name for name, code in codes.items() if not code)
        raise DeploymentUnknown(
            f"the contracts of the record {deployment.network} are not on this chain: there is no "
            f"code where {missing} should be"
        )
    _require_code(deployment, codes)
    _require_known(deployment, codes)


def require_same_chain(w3: Web3, deployment: Deployment) -> None:
    """Make sure that the block of the deployment is the record's.

    Args:
        w3: A node whose chain has the record's id.
        deployment: A record that says the block's hash.

    Raises:
        OtherChain: It is another block, or the node does not have it.
        NodeUnreachable: Nobody answers.
    """
    actual = block_hash(w3, deployment.block)
    if actual != deployment.block_hash:
        raise OtherChain(deployment.chain_id, deployment.block, deployment.block_hash, actual)


def places(deployment: Deployment) -> dict[str, str]:
    """The addresses of our contracts by their names."""
    return {each.name: deployment.addresses[each.name] for each in OURS}


def code_at(w3: Web3, address: str) -> bytes:
    """The code at an address; empty where there is none."""
    with translated_errors():
        return bytes(w3.eth.get_code(to_checksum_address(address)))


def code_hash(code: bytes) -> str:
    """What a record says of code: its Keccak-256, 0x and 64 digits."""
    return f"0x{keccak(code).hex()}"


def block_hash(w3: Web3, number: int) -> str | None:
    """The hash of a block, 0x and 64 digits; None where the node does not have it."""
    with translated_errors():
        try:
            return w3.eth.get_block(BlockNumber(number))["hash"].to_0x_hex()
        except BlockNotFound:
            return None


def _require_code(deployment: Deployment, codes: dict[str, bytes]) -> None:
    for name, code in codes.items():
        recorded, actual = deployment.code_hashes[name], code_hash(code)
        if actual != recorded:
            what = f"the code of {name} at {places(deployment)[name]}"
            raise DeploymentDiffers(deployment.network, what, recorded, actual)


def _require_known(deployment: Deployment, codes: dict[str, bytes]) -> None:
    for contract in OURS:
        for key in contract.knows:
            address = getattr(deployment, key)
            if _HEAD_OF_A_WORD + bytes.fromhex(address[2:]) not in codes[contract.name]:
                what = f"the {_ROLES.get(key, key)} of {contract.name}"
                raise DeploymentDiffers(deployment.network, what, address, "another one")
