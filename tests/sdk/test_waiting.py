"""Answers 202: the relayer has the request, and the chain takes its time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from agentescrow import AgentClient, StillPending
from agentescrow.domain.runs.run import RunState
from tests.sdk.conftest import USDC
from tests.sdk.serving import serving
from tests.waiting import until


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """A market of its own, whose API never waits."""
    with serving(tmp_path_factory.mktemp("slow"), patience=0.0) as market:
        yield market


@contextmanager
def _unmined(market):
    """Nothing is mined meanwhile."""
    request = market.chain.w3.provider.make_request
    request("evm_setAutomine", [False])
    try:
        yield
    finally:
        request("evm_setAutomine", [True])
        request("evm_mine", [])


def test_write__answered_202__waits_until_it_is_mined_and_indexed(slow):
    """API-7: whatever the API's patience, a write returns what it has become."""
    with AgentClient(slow.api_url, **slow.options("poster", True, False)) as poster:
        run = poster.runs.create(USDC, "+1d", "ipfs://description")
        assert run.state == RunState.OPEN
        assert poster.runs.cancel(run.bounty_id).state == RunState.CANCELLED


def test_write__not_mined_in_time__is_pending_and_done_once_it_is(slow):
    """API-7: the error names the request; the same call again gets its outcome."""
    options = slow.options("poster", True, False)
    with AgentClient(slow.api_url, patience=0.0, **options) as poster:
        deadline = poster.readiness().indexed_at + 86_400
        values, key = (USDC, deadline, "ipfs://slow"), {"idempotency_key": "slow"}
        with _unmined(slow):
            with pytest.raises(StillPending, match="not mined yet") as caught:
                poster.runs.create(*values, **key)
            assert caught.value.what.startswith("request 0x")
    with AgentClient(slow.api_url, **options) as poster:
        again = poster.runs.create(*values, **key)
        newest = poster.runs.list(sort="newest", limit=1).runs[0]
    assert again.bounty_id == newest.bounty_id == slow.contracts.runs.run_count()


def test_writes__under_way__do_not_wait_for_each_other(slow):
    """API-7: the next one is signed once the relayer has taken the one before."""
    options = slow.options("poster", True, False)
    with AgentClient(slow.api_url, **options) as poster, ThreadPoolExecutor(2) as threads:
        runs = [poster.runs.create(USDC, "+1d", "ipfs://x").bounty_id for _ in range(2)]
        with _unmined(slow):
            done = [threads.submit(poster.runs.cancel, run) for run in runs]
            _wait_for_transactions(slow, 2)
        assert [each.result().state for each in done] == [RunState.CANCELLED] * 2


def test_funds__with_permits_under_way__wait_for_each_other(slow):
    """API-7, STAKE-1: two permits of one number would be one."""
    options = slow.options("poster", True, False)
    with AgentClient(slow.api_url, **options) as poster, ThreadPoolExecutor(3) as threads:
        made = [poster.runs.create(USDC, "+1d", "ipfs://x", fund=False) for _ in range(3)]
        funded = threads.map(lambda run: poster.runs.fund(run.bounty_id), made)
        assert {run.state for run in funded} == {RunState.OPEN}


def _wait_for_transactions(market, count):
    pending = lambda: market.chain.w3.eth.get_block("pending")["transactions"]  # noqa: E731
    until(lambda: len(pending()) >= count)
