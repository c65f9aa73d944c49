"""Who sends and signs. Everything that writes takes a `Wallet`, so that any kind of account can."""

from __future__ import annotations

import time
from typing import Any, Final, Protocol, cast

from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak
from hexbytes import HexBytes
from web3 import Web3
from web3.exceptions import Web3RPCError
from web3.types import Nonce, RPCEndpoint, TxParams

from agentescrow.chain.fees import GasBudget, priced
from agentescrow.chain.read_your_writes import PATIENCE
from agentescrow.chain.reverts import translate
from agentescrow.errors import NodeRefused, NodeUnreachable, TransactionFailed

_SIGN: Final = RPCEndpoint("eth_signTypedData_v4")
_PAUSE: Final = 0.2
_REFUSALS: Final = (
    "nonce too low",
    "nonce too high",
    "insufficient funds",
    "insufficient balance",
    "underpriced",
    "intrinsic gas too low",
    "exceeds block gas limit",
    "exceeds the configured cap",
    "less than block base fee",
    "higher than max fee per gas",
    "txpool is full",
    "invalid sender",
    "invalid signature",
    "invalid chain id",
    "transaction type not supported",
    "method not found",
)
"""Words of nodes that have looked at a transaction and keep none of it."""


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

    def __init__(
        self,
        w3: Web3,
        account: LocalAccount,
        *,
        max_fee: int | None = None,
        budget: GasBudget | None = None,
    ) -> None:
        """Bind a key to a chain.

        Args:
            w3: Where transactions go.
            account: The key, from `eth_account.Account`.
            max_fee: Wei a gas that may be offered; `fees.max_fee_on` the chain where None.
            budget: Wei that may be offered for all; without a limit where None.
        """
        self._w3 = w3
        self._account = account
        self._max_fee = max_fee
        self._budget = budget or GasBudget()
        self._nonces = Nonces(w3)

    @property
    def address(self) -> ChecksumAddress:
        """Its address."""
        return self._account.address

    def transact(self, tx: TxParams) -> HexBytes:
        """Add nonce and fees, sign and send; see `Wallet.transact`."""
        full = completed(self._w3, tx, self._nonces, self._max_fee)
        self._budget.take(full)
        signed = self._account.sign_transaction(cast(dict[str, Any], full))
        return self._nonces.sent(full["nonce"], signed.raw_transaction)

    def sign_typed_data(self, message: dict[str, Any]) -> bytes:
        """Sign an EIP-712 message; see `Wallet.sign_typed_data`."""
        signable = encode_typed_data(full_message=message)
        return bytes(self._account.sign_message(signable).signature)


class NodeWallet:
    """An account whose key the node holds, or that a development node impersonates."""

    def __init__(self, w3: Web3, address: ChecksumAddress, *, max_fee: int | None = None) -> None:
        """Bind an account of the node.

        Args:
            w3: Where transactions go; the node must accept `eth_sendTransaction` for the account.
            max_fee: As of `LocalWallet`.
        """
        self._w3 = w3
        self._address = address
        self._max_fee = max_fee

    @property
    def address(self) -> ChecksumAddress:
        """Its address."""
        return self._address

    def transact(self, tx: TxParams) -> HexBytes:
        """Let the node sign and send; see `Wallet.transact`."""
        chain_id = _chain_of(self._w3, tx)
        return self._w3.eth.send_transaction(priced(self._w3, tx, chain_id, self._max_fee))

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

    An answer that is no plain refusal tells nothing: a gateway's page, half an answer, a timeout
    inside the node, or the revert of a transaction that is mined already.

    Returns:
        Its hash.

    Raises:
        TransactionFailed: It may have been sent, and the node does not say whether it has it.
        ChainProblem: The node refused it.
    """
    tx_hash = HexBytes(keccak(signed))
    try:
        w3.eth.send_raw_transaction(signed)
    except Exception as error:
        if _is_known(w3, tx_hash):
            return tx_hash
        if _is_refusal(error):
            raise
        words = f"it may have been sent: {_problem(error)}"
        raise TransactionFailed(tx_hash.to_0x_hex(), words) from error
    return tx_hash


def _is_refusal(error: Exception) -> bool:
    words = str(error).lower()
    return isinstance(error, Web3RPCError) and any(sign in words for sign in _REFUSALS)


def _problem(error: Exception) -> str:
    meaning = translate(error)
    if isinstance(meaning, NodeUnreachable):
        return "the node's answer got lost"
    return f"the node's answer is no refusal: {meaning or repr(error)}"


def _is_known(w3: Web3, tx_hash: HexBytes) -> bool:
    try:
        w3.eth.get_transaction(tx_hash)
    except Exception:  # whatever the answer is, it does not show the transaction
        return False
    return True


class Nonces:
    """The nonces of one account, its own last one remembered: a node may not have seen it yet."""

    def __init__(self, w3: Web3) -> None:
        """Nothing is sent yet."""
        self._w3 = w3
        self._last: tuple[Nonce, HexBytes] | None = None

    def next(self, sender: ChecksumAddress) -> Nonce:
        """The nonce of the account's next transaction.

        A node that counts less than what we have sent is waited for, unless it has our last
        transaction. One that has neither in time is believed: the transaction was dropped, or the
        chain was put back.
        """
        end = time.monotonic() + PATIENCE
        while True:
            counted = self._w3.eth.get_transaction_count(sender, "pending")
            if self._last is None or counted > self._last[0]:
                return counted
            if _is_known(self._w3, self._last[1]):
                return Nonce(self._last[0] + 1)
            if time.monotonic() >= end:
                return counted
            time.sleep(_PAUSE)

    def sent(self, nonce: Nonce, signed: HexBytes) -> HexBytes:
        """Send a signed transaction, and remember it unless the node refuses it.

        Returns:
            Its hash.

        Raises:
            TransactionFailed: As `sent`.
            ChainProblem: The node refused it.
        """
        tx_hash = HexBytes(keccak(signed))
        try:
            sent(self._w3, signed)
        except TransactionFailed:  # it may have it
            self._last = (nonce, tx_hash)
            raise
        self._last = (nonce, tx_hash)
        return tx_hash


def completed(w3: Web3, tx: TxParams, nonces: Nonces, max_fee: int | None = None) -> TxParams:
    """Add what a transaction needs to be signed: chain id, nonce, and fees that stay good.

    Args:
        tx: With `from`; `nonce`, `chainId` and fees that are there stay.
        max_fee: Wei a gas that may be offered.

    Raises:
        TooExpensive: The node asks for more than that.
    """
    sender = cast(ChecksumAddress, tx["from"])
    nonce = tx["nonce"] if "nonce" in tx else nonces.next(sender)
    chain_id = _chain_of(w3, tx)
    return {**priced(w3, tx, chain_id, max_fee), "chainId": chain_id, "nonce": nonce}


def _chain_of(w3: Web3, tx: TxParams) -> int:
    known = tx.get("chainId")
    return w3.eth.chain_id if known is None else known
