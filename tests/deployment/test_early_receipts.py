"""Deploying where receipts come before their block has a number: preconfirmations."""

from __future__ import annotations

import json

from web3 import Web3

from agentescrow.chain.wallet import LocalWallet
from deployment.deploy import deploy
from tests.indexer.faulty_node import FaultyNode


class Early:
    """The first receipt of each transaction has no block."""

    def __init__(self):
        self.seen = set()

    def __call__(self, question, answer):
        if question["method"] == "eth_getTransactionReceipt" and answer.get("result"):
            (transaction,) = question["params"]
            if transaction not in self.seen:
                answer["result"] |= {"blockNumber": None, "blockHash": None}
            self.seen.add(transaction)
        return 200, json.dumps(answer).encode()


def test_deploy__receipts_before_their_blocks__are_waited_for(
    w3, node, local, records, accounts_by_role
):
    """It has been paid for by then: it goes on, and knows its blocks."""
    early = Early()
    with FaultyNode(node.url) as between:
        between.fault = lambda: early
        behind = Web3(Web3.HTTPProvider(between.url))
        wallet = LocalWallet(behind, accounts_by_role["owner"])
        record = deploy(behind, wallet, local, records)

    assert len(early.seen) == 3
    for created in record.contracts.values():
        assert created.block == w3.eth.get_transaction_receipt(created.transaction)["blockNumber"]
