"""A contract that asks to be answered from elsewhere (ERC-3668, CCIP-Read) is not obeyed.

Whoever controls an answer of the node, or a contract that is called, could have the client send
requests to addresses of its choice, and believe what comes back.
"""

from __future__ import annotations

from contextlib import suppress

import pytest
from eth_abi import encode
from eth_utils import keccak
from web3 import Web3
from web3.providers import BaseProvider

from agentescrow.chain import connection
from agentescrow.chain.connection import connect
from agentescrow.chain.stake_registry import StakeRegistry
from agentescrow.errors import ContractReverted
from deployment import cost, inspection

REGISTRY = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"
LOOKUP = keccak(text="OffchainLookup(address,string[],bytes,bytes4,bytes)")[:4]
WISH = encode(
    ["address", "string[]", "bytes", "bytes4", "bytes"],
    [REGISTRY, ["https://example.org/{sender}/{data}"], b"", b"\0\0\0\1", b""],
)


class Luring(BaseProvider):
    """A node whose every `eth_call` ends with the wish to be answered from an address."""

    def __init__(self, *_args, **_more):
        super().__init__()

    def make_request(self, method, params):
        answer = {"jsonrpc": "2.0", "id": 1}
        if method != "eth_call":
            return answer | {"result": "0x7a69"}
        data = f"0x{(LOOKUP + WISH).hex()}"
        return answer | {"error": {"code": 3, "message": "execution reverted", "data": data}}


@pytest.fixture(autouse=True)
def looked_up(monkeypatch):
    """What web3 would have asked elsewhere."""
    asked = []

    def look(payload, *_args, **_more):
        asked.append(payload["urls"])
        return b""

    monkeypatch.setattr("web3.eth.eth.handle_offchain_lookup", look)
    return asked


def test_read__the_contract_names_another_address__nobody_goes_there(looked_up):
    """SECURITY: a view is a refusal then, also on a connection that the caller has made."""
    registry = StakeRegistry(Web3(Luring()), REGISTRY)

    with pytest.raises(ContractReverted):
        registry.total_owed()

    assert looked_up == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda w3: inspection.ask(StakeRegistry(w3, REGISTRY), "owner"),
        lambda w3: cost._data_fee(w3, [1]),
    ],
    ids=["deploy --check and --adopt", "cost of a deployment"],
)
def test_deployment__the_contract_names_another_address__nobody_goes_there(looked_up, ask):
    """SECURITY: on the connection of Ape's, which would."""
    with suppress(ContractReverted):
        ask(Web3(Luring()))

    assert looked_up == []


def test_connect__a_contract_names_another_address__nobody_goes_there(looked_up, monkeypatch):
    """SECURITY: whatever is asked on the connection that we make."""
    monkeypatch.setattr(connection, "NodeProvider", Luring)
    w3 = connect("http://127.0.0.1:9")

    with pytest.raises(Exception, match="0x556f1830"):
        w3.eth.call({"to": REGISTRY, "data": "0x"})

    assert looked_up == []
