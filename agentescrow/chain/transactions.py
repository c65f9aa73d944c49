"""Sending: first find out whether it would work, then send, then wait for what it did."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from eth_typing import ChecksumAddress
from hexbytes import HexBytes
from web3 import Web3
from web3.exceptions import TransactionNotFound
from web3.types import TxParams, TxReceipt

from agentescrow.chain.decode import decode_events
from agentescrow.chain.events import Event
from agentescrow.chain.fees import TRANSACTION_GAS_MAX, require_gas
from agentescrow.chain.outcome import Outcome
from agentescrow.chain.read_your_writes import OwnWrites
from agentescrow.chain.reverts import checked_answers, translate, translated_errors
from agentescrow.chain.wallet import Wallet
from agentescrow.errors import (
    AgentEscrowError,
    ChainProblem,
    ContractReverted,
    InsufficientFunds,
    TransactionFailed,
)

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
        block_number: The block that holds it.
    """

    event: E
    events: tuple[Event, ...] = field(repr=False)
    transaction: str
    block_number: int
    gas_used: int


def simulate(w3: Web3, tx: TxParams, own: OwnWrites | None = None) -> int:
    """Find out whether a transaction would work now, and how much gas it takes.

    Args:
        tx: With `from`, `to` and `data`.
        own: What the client has written, which has to be there.

    Returns:
        Gas, without a margin.

    Raises:
        ContractReverted: It would revert; in words why.
    """
    return (own or OwnWrites(w3)).read(lambda block: w3.eth.estimate_gas(tx, block))


def transact(
    w3: Web3,
    wallet: Wallet,
    to: ChecksumAddress,
    data: HexBytes,
    *,
    own: OwnWrites | None = None,
    gas_max: int = TRANSACTION_GAS_MAX,
    is_whole: Callable[[TxReceipt], bool] = lambda _receipt: True,
) -> TxReceipt:
    """Simulate, send and wait.

    Args:
        own: What the client has written; this is added.
        gas_max: Gas that the call may take.
        is_whole: Whether a receipt of success says all that it has to: logs may come later.

    Raises:
        ContractReverted: The contract refused; as a rule before anything was sent.
        InsufficientFunds: The sender cannot pay for the gas.
        TooExpensive: The node asks for more than is allowed; nothing was sent.
        TransactionFailed: It was sent, but ran out of gas or did not appear in time.
    """
    own = own or OwnWrites(w3)
    tx: TxParams = {"from": wallet.address, "to": to, "data": data}
    gas = simulate(w3, tx, own)
    require_gas(gas, gas_max)
    tx["gas"] = min(gas * (100 + _GAS_MARGIN_PERCENT) // 100, gas_max)
    if own.chain_id is not None:
        tx["chainId"] = own.chain_id
    own.sending()
    with translated_errors():
        try:
            sent = wallet.transact(tx)
        except TransactionFailed as unknown:
            own.sent(unknown.transaction)
            raise
        except Exception as error:
            raise _with_sender(error, wallet) from error
    own.sent(sent.to_0x_hex())
    receipt = mined_receipt(w3, sent, _WAIT_SECONDS, is_whole)
    own.expect(receipt["blockNumber"])
    if receipt["status"] != 1:
        raise _reason(w3, tx, receipt)
    return receipt


def mined(outcome: Outcome[E], receipt: TxReceipt, kinds: Mapping[str, str]) -> Mined[E]:
    """Read a receipt.

    Args:
        outcome: What the called function emits.
        receipt: Of the transaction.
        kinds: Contracts' names by their addresses in lower case.

    Raises:
        TransactionFailed: There is no such event, so it was another contract that was called.
    """
    with checked_answers():
        events = decode_events(kinds, receipt["logs"])
    transaction, block = receipt["transactionHash"].to_0x_hex(), receipt["blockNumber"]
    event = outcome.among(events)
    if event is None:
        name = outcome.kind.__name__
        others = any(isinstance(each, outcome.kind) for each in events)
        shown = f"no {name} of what was asked for" if others else f"no {name} of it"
        words = f"it is in block {block} and has worked, but the node shows {shown}"
        raise TransactionFailed(transaction, words)
    return Mined(event, events, transaction, block, receipt["gasUsed"])


def has_event(outcome: Outcome[Event], receipt: TxReceipt, kinds: Mapping[str, str]) -> bool:
    """Whether a receipt has the event that `mined` looks for.

    Args:
        outcome: What the called function emits.
        receipt: Of the transaction.
        kinds: Contracts' names by their addresses in lower case.
    """
    return outcome.among(decode_events(kinds, receipt["logs"])) is not None


def mined_receipt(
    w3: Web3,
    transaction: HexBytes,
    seconds: float,
    is_whole: Callable[[TxReceipt], bool] = lambda _receipt: True,
) -> TxReceipt:
    """Wait for the receipt of a sent transaction, impatiently at first: Anvil has it at once.

    A node that fails meanwhile is asked again: that it was sent must not be forgotten. A receipt
    may come before its block has a number or a hash, and before its logs; it is none yet.

    Args:
        seconds: How long to wait.
        is_whole: Whether a receipt of success says all that it has to.

    Raises:
        TransactionFailed: There is none in time.
    """
    end = time.monotonic() + seconds
    pause = _FIRST_PAUSE
    while True:
        receipt, words = _receipt(w3, transaction, is_whole)
        if receipt is not None and not words:
            return receipt
        if time.monotonic() > end:
            if receipt is not None:
                return receipt
            raise TransactionFailed(transaction.to_0x_hex(), words.format(seconds=seconds))
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _receipt(
    w3: Web3, transaction: HexBytes, is_whole: Callable[[TxReceipt], bool]
) -> tuple[TxReceipt | None, str]:
    """The receipt, and what it lacks yet; nothing where it is whole."""
    try:
        receipt = w3.eth.get_transaction_receipt(transaction)
        if not _is_of_a_block(receipt, transaction):
            return None, "it was sent, and its block is not known after {seconds} s"
        _require_fields(receipt)
        whole = receipt["status"] != 1 or is_whole(receipt)
    except TransactionNotFound:
        return None, "it was sent, but not mined within {seconds} s"
    except Exception as error:  # also what web3 or our decoder cannot read
        problem = str(translate(error) or repr(error)).replace("{", "{{").replace("}", "}}")
        return None, f"it was sent, but what became of it is not known: {problem}"
    return receipt, "" if whole else "its logs are missing"


def _require_fields(receipt: TxReceipt) -> None:
    """Fail here, where it is asked again, and not where the receipt is read."""
    for name in ("status", "logs", "gasUsed"):
        if receipt.get(name) is None:
            raise KeyError(name)


def _is_of_a_block(receipt: TxReceipt, transaction: HexBytes) -> bool:
    block_hash = receipt.get("blockHash")
    return (
        isinstance(receipt.get("blockNumber"), int)
        and block_hash is not None
        and any(block_hash)
        and receipt.get("transactionHash") == transaction
    )


def _reason(w3: Web3, tx: TxParams, receipt: TxReceipt) -> AgentEscrowError:
    """Why a transaction failed: the state has changed since it was simulated; asked once more."""
    failed = TransactionFailed(
        receipt["transactionHash"].to_0x_hex(), "it failed; most likely it ran out of gas"
    )
    try:
        with translated_errors():
            w3.eth.call(tx, receipt["blockNumber"], ccip_read_enabled=False)
    except ContractReverted as reverted:
        return reverted
    except ChainProblem:  # that it failed is known; why is not
        return failed
    return failed


def _with_sender(error: Exception, wallet: Wallet) -> Exception:
    meaning = translate(error)
    # An error of ours has its account already: a relayer's.
    if meaning is not error and isinstance(meaning, InsufficientFunds):
        return InsufficientFunds(meaning.asset, wallet.address, meaning.words)
    return error
