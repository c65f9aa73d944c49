"""Wallets of `agentescrow.chain` from accounts that Ape commands name."""

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


def wallet_of(w3: Web3, account: AccountAPI, max_fee: int | None = None) -> Wallet:
    """Make a wallet of any Ape account, including impersonated ones.

    Args:
        w3: Ape's connection.
        account: Account of Ape.
        max_fee: Highest fee per gas in wei; the chain's default if None.
    """
    if isinstance(account, ImpersonatedAccount):
        return NodeWallet(w3, to_checksum_address(account.address), max_fee=max_fee)
    return ApeWallet(w3, account, max_fee=max_fee)


def impersonated(w3: Web3, address: str, max_fee: int | None = None) -> Wallet:
    """Make a wallet of any address, on a development node.

    Args:
        w3: Ape's connection.
        address: Account to impersonate.
        max_fee: As in `wallet_of`.

    Raises:
        NodeRefused: The node does not impersonate accounts.
    """
    account = to_checksum_address(address)
    answer = w3.provider.make_request(RPCEndpoint("anvil_impersonateAccount"), [account])
    if "error" in answer:
        raise NodeRefused(
            f"Ape has no account {account}, and this node does not impersonate accounts"
        )
    return NodeWallet(w3, account, max_fee=max_fee)
