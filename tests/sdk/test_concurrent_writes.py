"""Many gasless writes of one signer at a time: all are done, each of them once (API-7, RUN-19).

given several threads, or tasks, of one client
  it should do all of their writes
given several clients of one key, in processes that know nothing of each other
  it should sign anew what another one was quicker than
given an API that says that a request was not taken, and has taken it
  it should do nothing twice
"""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from agentescrow import AgentClient, AsyncAgentClient, Refused
from agentescrow.domain.runs.run import RunState
from tests.sdk.between import Between, between
from tests.sdk.conftest import USDC
from tests.waiting import ENOUGH

MANY = 6


@pytest.fixture
def runs(client):
    """As many OPEN runs of the poster."""
    poster = client("poster")
    return [poster.runs.create(USDC, "+1d", "ipfs://x").bounty_id for _ in range(MANY)]


def states(market, runs):
    return {market.contracts.runs.get_run(run).state for run in runs}


def test_writes__of_threads_of_one_client__are_all_done(market, client, runs):
    """API-7, RUN-19: the forwarder numbers the requests of a signer."""
    poster = client("poster", gasless=True, node=False)
    with ThreadPoolExecutor(MANY) as threads:
        done = list(threads.map(poster.runs.cancel, runs))
    assert {run.state for run in done} == states(market, runs) == {RunState.CANCELLED}


def test_writes__of_tasks_of_one_client__are_all_done(market, runs):
    """API-7, RUN-19."""

    async def cancel_all():
        async with AsyncAgentClient(
            market.api_url, **market.options("poster", True, False)
        ) as poster:
            return await asyncio.gather(*(poster.runs.cancel(run) for run in runs))

    assert {run.state for run in asyncio.run(cancel_all())} == {RunState.CANCELLED}
    assert states(market, runs) == {RunState.CANCELLED}


def test_writes__of_threads_of_one_client__each_pay_with_a_permit(market, client):
    """API-7, STAKE-1: USDC numbers permits too."""
    poster = client("poster", gasless=True, node=False)
    drafts = [
        poster.runs.create(USDC, "+1d", "ipfs://x", fund=False).bounty_id for _ in range(MANY)
    ]
    with ThreadPoolExecutor(MANY) as threads:
        assert {run.state for run in threads.map(poster.runs.fund, drafts)} == {RunState.OPEN}


def test_write__task_given_up_while_it_waits__lets_the_others_go_on(market, runs):
    """API-7."""

    async def cancel_two_of_three():
        async with AsyncAgentClient(
            market.api_url, **market.options("poster", True, False)
        ) as poster:
            tasks = [asyncio.create_task(poster.runs.cancel(run)) for run in runs[:3]]
            await asyncio.sleep(0)
            tasks[1].cancel()
            done = asyncio.gather(*tasks, return_exceptions=True)
            return await asyncio.wait_for(done, ENOUGH)  # for ever, if a turn were kept

    first, second, third = asyncio.run(cancel_two_of_three())
    assert first.state == third.state == RunState.CANCELLED
    assert isinstance(second, asyncio.CancelledError)
    assert states(market, runs[1:2]) == {RunState.OPEN}


class _Meeting(Between):
    """Lets the first answers 401 go when as many have come: all of them name one nonce."""

    def __init__(self, api_url, parties):
        super().__init__(api_url)
        self._barrier = Barrier(parties)
        self._left = parties

    def passes(self, _seen, answer):
        content = answer.read()
        if answer.status_code == 401 and self._left:
            self._left -= 1
            self._barrier.wait(timeout=ENOUGH)
        return content


def test_writes__of_two_clients_of_one_key__are_both_done(market, runs):
    """API-7, RUN-19: who comes second signs the next nonce, under the same Idempotency-Key."""
    options = market.options("poster", True, False)
    meeting = _Meeting(market.api_url, 2)
    with (
        between(meeting) as url,
        AgentClient(url, **options) as one,
        AgentClient(url, **options) as other,
        ThreadPoolExecutor(2) as threads,
    ):
        done = [
            threads.submit(client.runs.cancel, run)
            for client, run in zip((one, other), runs[:2], strict=True)
        ]
        assert [each.result().state for each in done] == [RunState.CANCELLED] * 2
    nonces = sorted(seen.body["request"]["nonce"] for seen in meeting.signed)
    assert nonces == [nonces[0], nonces[0], nonces[0] + 1]
    assert len({seen.key for seen in meeting.signed}) == 2


class _Denying(Between):
    """Says of signed requests that were carried that they were not, each time."""

    def passes(self, seen, answer):
        content = answer.read()
        if not (seen.is_signed and answer.status_code == 200):
            return content
        denied = {"title": "Bad Request", "status": 400, "code": 400, "detail": "Not its turn."}
        return json.dumps(denied | {"error": "REQUEST_OUT_OF_ORDER"}).encode()

    def status(self, seen, answer):
        return 400 if seen.is_signed and answer.status_code == 200 else answer.status_code


def test_unstake__api_that_denies_what_it_did__is_not_signed_again(market, client, agent_id):
    """API-7: nothing but the API's word says that it was not done, and twice would be twice."""
    denying = _Denying(market.api_url)
    with (
        between(denying) as url,
        AgentClient(url, **market.options("agent", True, False)) as agent,
        pytest.raises(Refused, match="Not its turn"),
    ):
        agent.agents.unstake(agent_id, USDC)
    assert len(denying.signed) == 1
    assert market.contracts.registry.get_agent(agent_id).staked == 19 * USDC


def test_cancel__api_that_denies_what_it_did__gets_no_signature_of_the_same_nonce(market, runs):
    """API-7: and what the contract takes once is done once."""
    denying = _Denying(market.api_url)
    with (
        between(denying) as url,
        AgentClient(url, **market.options("poster", True, False)) as poster,
    ):
        assert poster.runs.cancel(runs[0]).state == RunState.CANCELLED
    assert len(denying.signed) == 1
