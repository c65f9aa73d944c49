"""A node that takes questions and never answers: what needs no node is answered all the same."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx

from agentescrow.wire.shape import iso_time
from demo.service import service_on
from tests.indexer.faulty_node import FaultyNode
from tests.waiting import ENOUGH, until

_MORE_THAN_THREADS = 60


def test_reads__while_writes_hang_at_the_node__are_answered(market, tmp_path):
    """API-4, API-5: whoever sends writes to a sick node must not take the service down."""
    hangs, well = threading.Event(), threading.Event()
    poster = market.chain.accounts["poster"].address
    now = market.chain.w3.eth.get_block("latest")["timestamp"]
    terms = {"reward": "1000000", "deadline": iso_time(now + 86_400), "ipfsHash": "ipfs://x"}
    body = {"walletAddress": poster, **terms, "fund": False}

    def hang(_questions, answers):
        if hangs.is_set():
            well.wait()
        return 200, json.dumps(answers).encode()

    with FaultyNode(market.chain.url) as node:
        node.fault = lambda: hang
        chain = replace(market.chain, url=node.url)
        with (
            service_on(chain, market.contracts.deployment, tmp_path) as api_url,
            httpx.Client(base_url=api_url, timeout=ENOUGH) as client,
            ThreadPoolExecutor(_MORE_THAN_THREADS) as threads,
        ):
            until(lambda: client.get("/ready").status_code == 200)
            hangs.set()
            try:
                post = lambda: httpx.post(f"{api_url}/api/runs", json=body, timeout=ENOUGH)  # noqa: E731
                writes = [threads.submit(post) for _ in range(_MORE_THAN_THREADS)]
                for _ in range(200):
                    assert client.get("/health").status_code == 200
                    assert client.get("/api/runs").status_code == 200
                assert not any(write.done() for write in writes)
            finally:
                well.set()
            assert {write.result().status_code for write in writes} == {401}
