"""Logs decoded without a node."""

from __future__ import annotations

import pytest
from eth_abi import encode
from eth_utils import keccak
from hexbytes import HexBytes

from agentescrow.chain.decode import decode_event, decode_events
from agentescrow.chain.events import (
    AgentTransfer,
    MetadataSet,
    OtherEvent,
    RunClaimed,
    UsdcTransfer,
    WorkSubmitted,
)

A, B = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "0x90F79bf6EB2c4f870365E785982E1f101E93b906"


def log(address, *topics, data=b""):
    return {
        "address": address,
        "topics": [HexBytes(topic) for topic in topics],
        "data": HexBytes(data),
        "blockHash": HexBytes(b"\1" * 32),
        "blockNumber": 1,
        "transactionHash": HexBytes(b"\2" * 32),
        "transactionIndex": 0,
        "logIndex": 0,
        "removed": False,
    }


def word(value):
    return encode(["address" if isinstance(value, str) else "uint256"], [value])


def test_decode_event__indexed_and_plain__are_read():
    """RunClaimed has three indexed parameters and two plain ones."""
    topic = keccak(text="RunClaimed(uint256,uint256,address,uint256,uint256)")
    data = encode(["uint256", "uint256"], [20_000_000, 99])

    event = decode_event("RunEscrow", log(A, topic, word(7), word(0), word(B), data=data))

    assert event == RunClaimed(run_id=7, agent_id=0, wallet=B, stake=20_000_000, due_at=99)


def test_decode_events__same_topic__is_told_apart_by_the_contract():
    """ERC-20 and ERC-721 share the topic of Transfer."""
    topic = keccak(text="Transfer(address,address,uint256)")
    erc20 = log(A, topic, word(A), word(B), data=word(5))
    erc721 = log(B, topic, word(A), word(B), word(5))
    kinds = {A.lower(): "Usdc", B.lower(): "IdentityRegistry"}

    events = decode_events(kinds, [erc20, log("0x" + "1" * 40, topic), erc721])

    assert events == (UsdcTransfer(A, B, 5), AgentTransfer(A, B, 5))


def test_decode_event__unknown_or_untyped__is_none_or_other():
    """Logs that the ABI does not know are left out; those without a type keep name and values."""
    assert decode_event("Usdc", log(A)) is None
    assert decode_event("Usdc", log(A, b"\0" * 32)) is None
    topic = keccak(text="Blacklisted(address)")
    assert decode_event("Usdc", log(A, topic, word(B))) == OtherEvent(
        "Blacklisted", {"_account": B}
    )


@pytest.mark.parametrize("uri", [b"\xff\xfe", b"ipfs://\xc3(", "näher".encode(), b"", b"a\0b"])
def test_decode_event__text_that_is_no_utf8__is_read_with_marks(uri):
    """RUN-13: contracts take any bytes for a URI, so nobody can stop a reader with them."""
    topic = keccak(text="WorkSubmitted(uint256,string,uint256)")
    data = encode(["bytes", "uint256"], [uri, 9])

    event = decode_event("RunEscrow", log(A, topic, word(7), data=data))

    assert event == WorkSubmitted(7, uri.decode(errors="replace"), 9)


def test_decode_event__indexed_text__is_its_hash():
    """MetadataSet has its key twice: to be found by, and to be read."""
    topic = keccak(text="MetadataSet(uint256,string,string,bytes)")
    key = keccak(text="agentWallet")
    data = encode(["string", "bytes"], ["agentWallet", b"\1" * 20])

    event = decode_event("IdentityRegistry", log(A, topic, word(7), key, data=data))

    assert event == MetadataSet(7, key, "agentWallet", b"\1" * 20)
