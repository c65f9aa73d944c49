"""Ape's accounts as wallets of `agentescrow.chain`."""

from __future__ import annotations

import re
from typing import Any, cast

from ape.api import AccountAPI, ImpersonatedAccount
from eth_account.messages import encode_typed_data
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3 import Web3
from web3.types import RPCEndpoint, TxParams

from agentescrow.chain.wallet import NodeWallet, Wallet, completed
from agentescrow.errors import NodeRefused

ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
"""What looks like an address."""


class ApeWallet:
    """An account of Ape's, which keeps the key and asks before it signs where it is a key file."""

    def __init__(self, w3: Web3, account: AccountAPI) -> None:
        """Bind an account to a chain.

        Args:
            w3: The chain that Ape is connected to.
            account: The account; not an impersonated one, which has no key.
        """
        self._w3 = w3
        self._account = account

    @property
    def address(self) -> ChecksumAddress:
        """Its address."""
        return to_checksum_address(self._account.address)

    def transact(self, tx: TxParams) -> HexBytes:
        """Let Ape sign, and send; see `agentescrow.chain.wallet.Wallet`.

        Raises:
            NodeRefused: The account's owner declined to sign.
        """
        full = cast(dict[str, Any], dict(completed(self._w3, tx)))
        full["gas_limit"] = full.pop("gas")
        full["receiver"] = full.pop("to", None)
        ecosystem = self._account.provider.network.ecosystem
        signed = self._account.sign_transaction(ecosystem.create_transaction(**full))
        if signed is None:
            raise NodeRefused(f"{self.address} did not sign: nothing was sent")
        return self._w3.eth.send_raw_transaction(HexBytes(signed.serialize_transaction()))

    def sign_typed_data(self, message: dict[str, Any]) -> bytes:
        """Let Ape sign an EIP-712 message; see `agentescrow.chain.wallet.Wallet`.

        Raises:
            NodeRefused: The account's owner declined to sign.
        """
        signature = self._account.sign_message(encode_typed_data(full_message=message))
        if signature is None:
            raise NodeRefused(f"{self.address} did not sign: nothing was sent")
        return bytes(signature.encode_rsv())


def wallet_of(w3: Web3, account: AccountAPI) -> Wallet:
    """Make a wallet of any account of Ape's, impersonated ones included.

    Args:
        w3: The chain that Ape is connected to.
        account: The account.
    """
    if isinstance(account, ImpersonatedAccount):
        return NodeWallet(w3, to_checksum_address(account.address))
    return ApeWallet(w3, account)


def impersonated(w3: Web3, address: str) -> Wallet:
    """Make a wallet of any address, on a development node.

    Args:
        w3: The node.
        address: The account to act for.

    Raises:
        NodeRefused: The node does not impersonate.
    """
    account = to_checksum_address(address)
    answer = w3.provider.make_request(RPCEndpoint("anvil_impersonateAccount"), [account])
    if "error" in answer:
        raise NodeRefused(f"no account of Ape's is {account}, and this node impersonates nobody")
    return NodeWallet(w3, account)
