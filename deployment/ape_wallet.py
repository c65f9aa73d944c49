"""Any account that Ape's commands may name, as a wallet of `agentescrow.chain`."""

from __future__ import annotations

import re

from ape.api import AccountAPI, ImpersonatedAccount
from eth_utils.address import to_checksum_address
from web3 import Web3
from web3.types import RPCEndpoint

from agentescrow.chain.ape_wallet import ApeWallet
from agentescrow.chain.wallet import NodeWallet, Wallet
from agentescrow.errors import NodeRefused

ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
"""What looks like an address."""


def wallet_of(w3: Web3, account: AccountAPI, max_fee: int | None = None) -> Wallet:
    """Make a wallet of any account of Ape's, impersonated ones included.

    Args:
        w3: The chain that Ape is connected to.
        max_fee: Wei a gas that may be offered; the chain's default where None.
    """
    if isinstance(account, ImpersonatedAccount):
        return NodeWallet(w3, to_checksum_address(account.address), max_fee=max_fee)
    return ApeWallet(w3, account, max_fee=max_fee)


def impersonated(w3: Web3, address: str, max_fee: int | None = None) -> Wallet:
    """Make a wallet of any address, on a development node.

    Args:
        address: The account to act for.
        max_fee: As of `wallet_of`.

    Raises:
        NodeRefused: The node does not impersonate.
    """
    account = to_checksum_address(address)
    answer = w3.provider.make_request(RPCEndpoint("anvil_impersonateAccount"), [account])
    if "error" in answer:
        raise NodeRefused(f"no account of Ape's is {account}, and this node impersonates nobody")
    return NodeWallet(w3, account, max_fee=max_fee)
