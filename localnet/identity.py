"""A stand-in of the ERC-8004 identity registry, at the canonical one's address on Base Sepolia."""

from __future__ import annotations

from typing import Any

from web3 import Web3

from artifacts import ours
from localnet.host import Host, as_host

ADDRESS = "0x8004A818BFB912233c491871b3d84c89A494BD9e"
"""ERC-8004 Identity Registry on Base Sepolia; README of github.com/erc-8004/erc-8004-contracts"""


def abi() -> list[dict[str, Any]]:
    """Return the JSON ABI of the registry.

    Raises:
        NotBuilt: The stand-in has not been compiled.
    """
    return ours("IdentityRegistry").abi


def place(chain: Web3 | Host) -> str:
    """Put the registry at its address, unless one is there.

    Args:
        chain: A development chain.

    Returns:
        The address.

    Raises:
        NotBuilt: The stand-in has not been compiled.
    """
    host = as_host(chain)
    if not host.code_at(ADDRESS):
        host.set_code(ADDRESS, ours("IdentityRegistry").runtime)
    return ADDRESS
