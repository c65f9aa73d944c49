"""Sending: first find out whether it would work, then send, then wait for what it did."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from eth_typing import ChecksumAddress
from hexbytes import HexBytes
from web3 import Web3
from web3.exceptions import TransactionNotFound
from web3.types import TxParams, TxReceipt

from agentescrow.chain.decode import decode_events
from agentescrow.chain.events import Event
from agentescrow.chain.reverts import in_words, translate
from agentescrow.chain.wallet import Wallet
from agentescrow.errors import ChainProblem, InsufficientFunds, TransactionFailed

E = TypeVar("E", bound=Event, covariant=True)

_GAS_MARGIN_PERCENT: Final = 25
_WAIT_SECONDS: Final = 120
_FIRST_PAUSE: Final = 0.01
_LONGEST_PAUSE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Mined(Generic[E]):
    """A transaction that did its work.

    Args:
        event: What the called function says that it did.
        events: Everything that our contracts, USDC and the identity registry said, in order.
        transaction: Its hash.
        block_number: The block that holds it.
        gas_used: Gas.
    """

    event: E
    events: tuple[Event, ...] = field(repr=False)
    transaction: str
    block_number: int
    gas_used: int


def simulate(w3: Web3, tx: TxParams) -> int:
    """Find out whether a transaction would work now, and how much gas it takes.

    Args:
        w3: The chain.
        tx: With `from`, `to` and `data`.

    Returns:
        Gas, without a margin.

    Raises:
        ContractReverted: It would revert; in words why.
    """
    with in_words():
        return w3.eth.estimate_gas(tx)


def transact(w3: Web3, wallet: Wallet, to: ChecksumAddress, data: HexBytes) -> TxReceipt:
    """Simulate, send and wait.

    Args:
        w3: The chain.
        wallet: Who sends.
        to: Contract called.
        data: The call.

    Raises:
        ContractReverted: The contract refused; as a rule before anything was sent.
        InsufficientFunds: The sender cannot pay for the gas.
        TransactionFailed: It was sent, but ran out of gas or did not appear in time.
    """
    tx: TxParams = {"from": wallet.address, "to": to, "data": data}
    tx["gas"] = simulate(w3, tx) * (100 + _GAS_MARGIN_PERCENT) // 100
    with in_words():
        try:
            sent = wallet.transact(tx)
        except Exception as error:
            raise _with_sender(error, wallet) from error
        receipt = _receipt(w3, sent)
        if receipt["status"] != 1:
            # The state has changed since the simulation; ask again for the reason.
            w3.eth.call(tx, receipt["blockNumber"], ccip_read_enabled=False)
            raise TransactionFailed(sent.to_0x_hex(), "it failed; most likely it ran out of gas")
    return receipt


def mined(kind: type[E], receipt: TxReceipt, kinds: Mapping[str, str]) -> Mined[E]:
    """Read a receipt.

    Args:
        kind: Class of the event that the called function emits.
        receipt: Of the transaction.
        kinds: Contracts' names by their addresses in lower case.

    Raises:
        TransactionFailed: There is no such event, so it was another contract that was called.
    """
    events = decode_events(kinds, receipt["logs"])
    transaction = receipt["transactionHash"].to_0x_hex()
    event = next((event for event in reversed(events) if isinstance(event, kind)), None)
    if event is None:
        raise TransactionFailed(transaction, f"it emitted no {kind.__name__}")
    return Mined(event, events, transaction, receipt["blockNumber"], receipt["gasUsed"])


def _receipt(w3: Web3, transaction: HexBytes) -> TxReceipt:
    """Wait, impatiently at first: a development node has it at once.

    A node that fails meanwhile is asked again: that it was sent must not be forgotten.
    """
    end = time.monotonic() + _WAIT_SECONDS
    pause = _FIRST_PAUSE
    while True:
        try:
            return w3.eth.get_transaction_receipt(transaction)
        except TransactionNotFound:
            words = f"it was sent, but not mined within {_WAIT_SECONDS} s"
        except Exception as error:
            problem = translate(error)
            if not isinstance(problem, ChainProblem):
                raise
            words = f"it was sent, but what became of it is not known: {problem}"
        if time.monotonic() > end:
            raise TransactionFailed(transaction.to_0x_hex(), words)
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _with_sender(error: Exception, wallet: Wallet) -> Exception:
    meaning = translate(error)
    # An error of ours has its account already: a relayer's.
    if meaning is not error and isinstance(meaning, InsufficientFunds):
        return InsufficientFunds(meaning.asset, wallet.address, meaning.words)
    return error
