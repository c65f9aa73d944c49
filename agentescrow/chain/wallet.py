"""Who sends and signs. Everything that writes takes a `Wallet`, so that any kind of account can."""

from __future__ import annotations

from typing import Any, Final, Protocol, cast

from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak
from hexbytes import HexBytes
from web3 import Web3
from web3.types import RPCEndpoint, TxParams, Wei

from agentescrow.chain.reverts import translate
from agentescrow.errors import NodeRefused, NodeUnreachable, TransactionFailed

_SIGN: Final = RPCEndpoint("eth_signTypedData_v4")


class Wallet(Protocol):
    """An account that can send transactions and sign EIP-712 messages."""

    @property
    def address(self) -> ChecksumAddress:
        """Its address."""
        ...

    def transact(self, tx: TxParams) -> HexBytes:
        """Send a transaction.

        Args:
            tx: `to`, `data`, `gas` and `from`, which is `address`; the wallet adds fees and the
                nonce where `tx` has none.

        Returns:
            The hash of the transaction that carries it.
        """
        ...

    def sign_typed_data(self, message: dict[str, Any]) -> bytes:
        """Sign an EIP-712 message.

        Args:
            message: `types`, `primaryType`, `domain` and `message`, as `eth_signTypedData_v4` has
                them.

        Returns:
            65 bytes: r, s, v.
        """
        ...


class LocalWallet:
    """A key in this process."""

    def __init__(self, w3: Web3, account: LocalAccount) -> None:
        """Bind a key to a chain.

        Args:
            w3: Where transactions go.
            account: The key, from `eth_account.Account`.
        """
        self._w3 = w3
        self._account = account

    @property
    def address(self) -> ChecksumAddress:
        """Its address."""
        return self._account.address

    def transact(self, tx: TxParams) -> HexBytes:
        """Add nonce and fees, sign and send; see `Wallet.transact`."""
        signed = self._account.sign_transaction(cast(dict[str, Any], completed(self._w3, tx)))
        return sent(self._w3, signed.raw_transaction)

    def sign_typed_data(self, message: dict[str, Any]) -> bytes:
        """Sign an EIP-712 message; see `Wallet.sign_typed_data`."""
        signable = encode_typed_data(full_message=message)
        return bytes(self._account.sign_message(signable).signature)


class NodeWallet:
    """An account whose key the node holds, or that a development node impersonates."""

    def __init__(self, w3: Web3, address: ChecksumAddress) -> None:
        """Bind an account of the node.

        Args:
            w3: Where transactions go; the node must accept `eth_sendTransaction` for the account.
            address: The account.
        """
        self._w3 = w3
        self._address = address

    @property
    def address(self) -> ChecksumAddress:
        """Its address."""
        return self._address

    def transact(self, tx: TxParams) -> HexBytes:
        """Let the node sign and send; see `Wallet.transact`."""
        return self._w3.eth.send_transaction({**_fees(self._w3), **tx})

    def sign_typed_data(self, message: dict[str, Any]) -> bytes:
        """Let the node sign; see `Wallet.sign_typed_data`.

        Raises:
            NodeRefused: It has no key for the account, or does not sign.
        """
        answer = self._w3.provider.make_request(_SIGN, [self._address, message])
        if "result" not in answer:
            raise NodeRefused(f"the node does not sign for {self._address}: {answer.get('error')}")
        return bytes(HexBytes(answer["result"]))


def sent(w3: Web3, signed: HexBytes) -> HexBytes:
    """Send a signed transaction; one that the node has is sent, whatever became of its answer.

    Args:
        w3: The chain.
        signed: The transaction.

    Returns:
        Its hash.

    Raises:
        TransactionFailed: The answer got lost, and the node does not say whether it has it.
        ChainProblem: The node refused it.
    """
    tx_hash = HexBytes(keccak(signed))
    try:
        return w3.eth.send_raw_transaction(signed)
    except Exception as error:
        if _is_known(w3, tx_hash):
            return tx_hash
        if isinstance(translate(error), NodeUnreachable):
            words = "it may have been sent: the node's answer got lost"
            raise TransactionFailed(tx_hash.to_0x_hex(), words) from error
        raise


def _is_known(w3: Web3, tx_hash: HexBytes) -> bool:
    try:
        w3.eth.get_transaction(tx_hash)
    except Exception as error:
        if translate(error) is None:
            raise
        return False
    return True


def completed(w3: Web3, tx: TxParams) -> TxParams:
    """Add what a transaction needs to be signed: chain id, nonce, and fees that stay good.

    Args:
        w3: The chain.
        tx: With `from`; a nonce and fees that are there stay.
    """
    sender = cast(ChecksumAddress, tx["from"])
    nonce = tx["nonce"] if "nonce" in tx else w3.eth.get_transaction_count(sender, "pending")
    return {**_fees(w3), **tx, "chainId": w3.eth.chain_id, "nonce": nonce}


def _fees(w3: Web3) -> TxParams:
    """EIP-1559 fees that stay good for several full blocks."""
    base_fee = w3.eth.get_block("latest").get("baseFeePerGas", 0)
    tip = w3.eth.max_priority_fee
    return {"maxPriorityFeePerGas": tip, "maxFeePerGas": Wei(2 * base_fee + tip)}
