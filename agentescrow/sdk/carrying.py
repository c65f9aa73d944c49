"""What became of a signed request, by the word of the caller's own node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eth_abi.abi import encode
from eth_typing import BlockNumber
from hexbytes import HexBytes
from web3.types import FilterParams, LogReceipt, TxReceipt

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.decode import decode_event, decode_events, topics_of
from agentescrow.chain.events import Event, ExecutedForwardRequest
from agentescrow.chain.own_writes import PATIENCE
from agentescrow.chain.reverts import in_words
from agentescrow.chain.transactions import Mined, mined_receipt
from agentescrow.sdk.signing import Message, Write


def carried(
    chain: Contracts, write: Write, signed: Sequence[Message], first: int
) -> Mined[Event] | None:
    """Find the transaction that did what was signed; None where there is none yet.

    Args:
        chain: The caller's node.
        write: What was wanted.
        signed: Every request that was signed for it.
        first: Block before the first signature.

    Raises:
        ChainProblem: The node does not answer.
    """
    for message in signed:
        log = _execution(chain, message["message"], first)
        if log is None:
            continue
        receipt = mined_receipt(chain.w3, log["transactionHash"], PATIENCE)
        events = _events_of(chain, receipt, message["message"])
        event = next((each for each in events if write.did(each)), None)
        if event is not None:
            transaction = receipt["transactionHash"].to_0x_hex()
            return Mined(event, events, transaction, receipt["blockNumber"], receipt["gasUsed"])
    return None


def _execution(chain: Contracts, request: dict[str, Any], first: int) -> LogReceipt | None:
    signer = HexBytes(encode(["address"], [request["from"]]))
    wanted: FilterParams = {
        "address": chain.forwarder.address,
        "topics": [HexBytes(topics_of("Forwarder")[0]), signer],
        "fromBlock": BlockNumber(first),
        "toBlock": "latest",
    }
    with in_words():
        logs = chain.w3.eth.get_logs(wanted)
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
