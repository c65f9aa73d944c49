"""What became of a signed request, by the word of the caller's own node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from eth_abi.abi import encode
from eth_typing import BlockNumber, ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hexbytes import HexBytes
from web3.exceptions import TransactionNotFound
from web3.types import FilterParams, LogReceipt, TxReceipt

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.decode import decode_event, decode_events, topics_of
from agentescrow.chain.events import Event, ExecutedForwardRequest, OtherEvent
from agentescrow.chain.reverts import translated_errors
from agentescrow.chain.transactions import Mined
from agentescrow.domain.contracts import RELAYED
from agentescrow.errors import StillPending
from agentescrow.sdk.signing import Message

Did = Callable[[Event], bool]
"""Tells by an event of a contract of ours that something is done."""

_OURS: Final = tuple(RELAYED)
_PAID: Final = "AuthorizationUsed"
_PAID_TOPIC: Final = keccak(text=f"{_PAID}(address,bytes32)")


def carried(
    chain: Contracts, did: Did, signed: Sequence[Message], first: int
) -> Mined[Event] | None:
    """Find the transaction that did what was signed; None where there is none yet.

    Args:
        chain: The caller's node.
        did: What was wanted.
        signed: Every request that was signed for it.
        first: Block before the first signature.

    Raises:
        ChainProblem: The node does not answer.
    """
    for message in signed:
        log = _execution(chain, message["message"], first)
        if log is None:
            continue
        receipt = _receipt(chain, log["transactionHash"])
        events = () if receipt is None else _events_of(chain, receipt, message["message"])
        event = next((each for each in events if did(each)), None)
        if event is not None and receipt is not None:
            return _mined(event, events, receipt)
    return None


def require_shown(chain: Contracts, signed: Sequence[Message], first: int) -> None:
    """Make sure that of requests that have expired none was executed without being shown.

    Args:
        chain: The caller's node.
        first: Block before the first signature.

    Raises:
        StillPending: The forwarder has gone past one's number, and the node has no log of it.
    """
    for message in signed:
        request = message["message"]
        if chain.forwarder.nonce_of(request["from"]) <= request["nonce"]:
            continue
        if _execution(chain, request, first) is None:
            what = f"request {request['nonce']} of {request['from']}"
            raise StillPending(what, "its number is used, and the node does not show for what")


def paid_by(
    chain: Contracts, payer: str, nonce: bytes, first: int, did: Did
) -> Mined[Event] | None:
    """Find the transaction in which an authorization has paid; None where there is none yet.

    Args:
        chain: The caller's node.
        payer: Who has signed it.
        nonce: Of the authorization.
        first: Block before it was signed.
        did: What was wanted.

    Raises:
        ChainProblem: The node does not answer.
    """
    topics = [HexBytes(_PAID_TOPIC), HexBytes(encode(["address"], [payer])), HexBytes(nonce)]
    logs = _logs(chain, chain.usdc.address, topics, first)
    receipt = _receipt(chain, logs[0]["transactionHash"]) if logs else None
    if receipt is None:
        return None
    events = decode_events(chain.kinds, receipt["logs"])
    event = None
    for each in events:
        if did(each):
            event = each
        elif event is not None and _is_payment(each, payer, nonce):
            break
    return None if event is None else _mined(event, events, receipt)


def mined_in(chain: Contracts, transaction: HexBytes, did: Did) -> Mined[Event] | None:
    """Read what a transaction did; None where it is not mined, or did something else.

    Args:
        chain: The caller's node.
        did: What was wanted.
    """
    receipt = _receipt(chain, transaction)
    events = () if receipt is None else decode_events(chain.kinds, receipt["logs"])
    event = next((each for each in events if did(each)), None)
    return None if event is None or receipt is None else _mined(event, events, receipt)


def done_since(chain: Contracts, did: Did, first: int) -> Mined[Event] | None:
    """Find what was wanted among all that the contracts have said since.

    A receipt that says that it has failed, or did something else, is not all that there is to ask.

    Args:
        chain: The caller's node.
        did: What was wanted.
        first: Block before it was sent.

    Raises:
        ChainProblem: The node does not answer.
        StillPending: It does, and not yet with a receipt.
    """
    places = [to_checksum_address(each) for each, kind in chain.kinds.items() if kind in _OURS]
    for log in _logs(chain, places, [], first + 1):
        events = decode_events(chain.kinds, [log])
        if not any(did(event) for event in events):
            continue
        receipt = _receipt(chain, log["transactionHash"])
        if receipt is None:
            what = f"transaction {log['transactionHash'].to_0x_hex()}"
            raise StillPending(what, "it is done, and the node has no receipt of it yet")
        return _mined(events[0], events, receipt)
    return None


def is_settled(chain: Contracts, transaction: HexBytes, did: Did) -> bool:
    """Whether a transaction is mined without having done what was wanted: it never will.

    Logs may come after their receipt: one that has worked and shows none is not settled.

    Args:
        chain: The caller's node.
        did: What was wanted.
    """
    receipt = _receipt(chain, transaction)
    if receipt is None or receipt["status"] == 0:
        return receipt is not None
    events = decode_events(chain.kinds, receipt["logs"])
    return bool(receipt["logs"]) and not any(did(each) for each in events)


def _is_payment(event: Event, payer: str, nonce: bytes) -> bool:
    if not isinstance(event, OtherEvent) or event.name != _PAID:
        return False
    used = (str(event.args["authorizer"]).lower(), event.args["nonce"])
    return used == (payer.lower(), nonce)


def _mined(event: Event, events: tuple[Event, ...], receipt: TxReceipt) -> Mined[Event]:
    transaction = receipt["transactionHash"].to_0x_hex()
    return Mined(event, events, transaction, receipt["blockNumber"], receipt["gasUsed"])


def _receipt(chain: Contracts, transaction: HexBytes) -> TxReceipt | None:
    with translated_errors():
        try:
            receipt = chain.w3.eth.get_transaction_receipt(transaction)
        except TransactionNotFound:
            return None
    return None if receipt.get("blockNumber") is None else receipt


def _logs(
    chain: Contracts,
    address: ChecksumAddress | list[ChecksumAddress],
    topics: list[HexBytes],
    first: int,
) -> list[LogReceipt]:
    wanted: FilterParams = {
        "address": address,
        "topics": topics,
        "fromBlock": BlockNumber(first),
        "toBlock": "latest",
    }
    with translated_errors():
        return chain.w3.eth.get_logs(wanted)


def _execution(chain: Contracts, request: dict[str, Any], first: int) -> LogReceipt | None:
    signer = HexBytes(encode(["address"], [request["from"]]))
    topics = [HexBytes(topics_of("Forwarder")[0]), signer]
    logs = _logs(chain, chain.forwarder.address, topics, first)
    for log in logs:
        event = decode_event("Forwarder", log)
        if isinstance(event, ExecutedForwardRequest) and event.nonce == request["nonce"]:
            return log
    return None


def _events_of(chain: Contracts, receipt: TxReceipt, request: dict[str, Any]) -> tuple[Event, ...]:
    """What one request said: a transaction may carry several, each followed by its execution."""
    said: list[Event] = []
    for event in decode_events(chain.kinds, receipt["logs"]):
        if not isinstance(event, ExecutedForwardRequest):
            said.append(event)
        elif event.signer.lower() != request["from"].lower() or event.nonce != request["nonce"]:
            said = []
        else:
            return tuple(said) if event.success else ()
    return ()
