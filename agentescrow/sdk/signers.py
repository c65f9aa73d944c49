"""Whoever signs, as a `Wallet`: a private key, an account of eth-account's or of Ape's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, cast

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.base import BaseAccount
from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3 import Web3
from web3.types import TxParams

from agentescrow.chain.wallet import LocalWallet, Wallet, completed
from agentescrow.errors import InvalidInput, NodeRefused

WalletMaker: TypeAlias = Callable[[Web3], Wallet]
"""Binds a signer to a chain; to none (`Web3()`) where it signs only."""


def wallet_maker(signer: object) -> WalletMaker:
    """Make wallets of whatever signs.

    Args:
        signer: A private key (0x and 64 hexadecimal digits), an account of eth-account's, one of
            Ape's, or a `Wallet`.

    Raises:
        InvalidInput: It is none of these. A key is not repeated in the message.
    """
    if isinstance(signer, str | bytes):
        account = _account(signer)
        return lambda w3: LocalWallet(w3, account)
    if isinstance(signer, BaseAccount):
        return lambda w3: LocalWallet(w3, cast(LocalAccount, signer))
    kind = type(signer)
    if hasattr(kind, "transact") and hasattr(kind, "sign_typed_data"):
        return lambda _w3: cast(Wallet, signer)
    if hasattr(kind, "sign_message") and hasattr(kind, "sign_transaction"):
        return lambda w3: ApeAccountWallet(w3, signer)
    allowed = "a private key, an account of eth-account's or of Ape's, or a Wallet"
    raise InvalidInput("signer", kind.__name__, allowed)


class ApeAccountWallet:
    """An account of Ape's; Ape itself is not imported, so that this installs without it."""

    def __init__(self, w3: Web3, account: Any) -> None:  # noqa: ANN401 - ape.api.AccountAPI
        """Bind an account to a chain.

        Args:
            w3: The chain; where it sends, Ape must be connected to the same.
            account: The account.
        """
        self._w3 = w3
        self._account = account

    @property
    def address(self) -> ChecksumAddress:
        """Its address."""
        return to_checksum_address(self._account.address)

    def transact(self, tx: TxParams) -> HexBytes:
        """Let Ape sign, and send; see `Wallet.transact`.

        Raises:
            NodeRefused: The account's owner declined to sign.
        """
        full = cast(dict[str, Any], dict(completed(self._w3, tx)))
        full["gas_limit"], full["receiver"] = full.pop("gas"), full.pop("to", None)
        ecosystem = self._account.provider.network.ecosystem
        signed = self._account.sign_transaction(ecosystem.create_transaction(**full))
        if signed is None:
            raise NodeRefused(f"{self.address} did not sign: nothing was sent")
        return self._w3.eth.send_raw_transaction(HexBytes(signed.serialize_transaction()))

    def sign_typed_data(self, message: dict[str, Any]) -> bytes:
        """Let Ape sign an EIP-712 message; see `Wallet.sign_typed_data`.

        Raises:
            NodeRefused: The account's owner declined to sign.
        """
        signature = self._account.sign_message(encode_typed_data(full_message=message))
        if signature is None:
            raise NodeRefused(f"{self.address} did not sign: nothing was sent")
        return bytes(signature.encode_rsv())


def _account(key: str | bytes) -> LocalAccount:
    try:
        return cast(LocalAccount, Account.from_key(key))
    except Exception:  # without the key in the message
        raise InvalidInput("private_key", "(hidden)", "0x and 64 hexadecimal digits") from None
