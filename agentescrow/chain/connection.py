"""A connection to a node, and what has to be true of it."""

from __future__ import annotations

from typing import Final

from web3 import Web3

from agentescrow.chain.provider import NodeProvider
from agentescrow.chain.reverts import checked_answers, translated_errors
from agentescrow.errors import WrongChain

_ATTEMPTS: Final = 5


def connect(rpc_url: str, chain_id: int | None = None) -> Web3:
    """Connect to a node by HTTP.

    Args:
        chain_id: The chain that it must serve; any where None.

    Raises:
        NodeUnreachable: Nobody answers.
        WrongChain: It serves another chain.
    """
    provider = NodeProvider(rpc_url, attempts=_ATTEMPTS)
    provider.global_ccip_read_enabled = False  # a contract must not send us to other addresses
    w3 = Web3(provider)
    with translated_errors():
        served = w3.eth.chain_id
    if chain_id is not None and chain_id != served:
        raise WrongChain(chain_id, served)
    return w3


def require_chain(w3: Web3, chain_id: int) -> None:
    """Make sure that a node serves the chain that is meant.

    Raises:
        WrongChain: It serves another one.
        NodeUnreachable: Nobody answers.
    """
    with translated_errors():
        actual = w3.eth.chain_id
    if actual != chain_id:
        raise WrongChain(chain_id, actual)


def chain_time(w3: Web3) -> int:
    """The time of the latest block, unix seconds: what contracts go by, not our clock."""
    with translated_errors(), checked_answers():
        return int(w3.eth.get_block("latest")["timestamp"])
