"""Ape's accounts as wallets; Ape itself is not imported: the package installs without it."""

from __future__ import annotations

from typing import Any, cast

from eth_account.messages import encode_typed_data
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3 import Web3
from web3.types import TxParams

from agentescrow.chain.wallet import Nonces, completed
from agentescrow.errors import NodeRefused


class ApeWallet:
    """An account of Ape's, which keeps the key and asks before it signs where it is a key file."""

    def __init__(
        self,
        w3: Web3,
        account: Any,  # noqa: ANN401 - ape.api.AccountAPI
        *,
        max_fee: int | None = None,
    ) -> None:
        """Bind an account to a chain.

        Args:
            w3: The chain; where it sends, Ape must be connected to the same.
            account: The account; not an impersonated one, which has no key.
            max_fee: Wei a gas that may be offered; `fees.max_fee_on` the chain where None.
        """
        self._w3 = w3
        self._account = account
        self._max_fee = max_fee
        self._nonces = Nonces(w3)

    @property
    def address(self) -> ChecksumAddress:
        """Its address."""
        return to_checksum_address(self._account.address)

    def transact(self, tx: TxParams) -> HexBytes:
        """Let Ape sign, and send; see `Wallet.transact`.

        Raises:
            NodeRefused: The account's owner declined to sign.
        """
        filled = completed(self._w3, tx, self._nonces, self._max_fee)
        full = cast(dict[str, Any], dict(filled))
        full["gas_limit"], full["receiver"] = full.pop("gas"), full.pop("to", None)
        ecosystem = self._account.provider.network.ecosystem
        signed = self._account.sign_transaction(ecosystem.create_transaction(**full))
        if signed is None:
            raise NodeRefused(f"{self.address} did not sign: nothing was sent")
        return self._nonces.sent(filled["nonce"], HexBytes(signed.serialize_transaction()))

    def sign_typed_data(self, message: dict[str, Any]) -> bytes:
        """Let Ape sign an EIP-712 message; see `Wallet.sign_typed_data`.

        Raises:
            NodeRefused: The account's owner declined to sign.
        """
        signature = self._account.sign_message(encode_typed_data(full_message=message))
        if signature is None:
            raise NodeRefused(f"{self.address} did not sign: nothing was sent")
        return bytes(signature.encode_rsv())
