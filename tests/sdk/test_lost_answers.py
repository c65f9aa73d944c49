"""Answers that get lost after the API has acted: asked again, nothing is done twice."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager

import pytest

from agentescrow import (
    AgentClient,
    AsyncAgentClient,
    Refused,
    ServiceUnreachable,
    StillPending,
)
from agentescrow.domain.runs.run import RunState
from tests.sdk.between import Between, between
from tests.sdk.conftest import USDC


class _Lossy(Between):
    """Loses the first answers to what it is told to."""

    def __init__(self, api_url, losses, is_concerned):
        super().__init__(api_url)
        self.left = losses
        self._is_concerned = is_concerned

    def passes(self, seen, answer):
        content = answer.read()
        if self.left and self._is_concerned(seen):
            self.left -= 1
            return None
        return content


def _is_signed(seen):
    return seen.is_signed


@contextmanager
def _losing(market, losses, is_concerned=_is_signed):
    lossy = _Lossy(market.api_url, losses, is_concerned)
    with between(lossy) as url:
        yield lossy, url


def _is_post(seen):
    return seen.method == "POST"


def _runs(market):
    return market.contracts.runs.run_count()


def test_create__answers_lost__posts_one_run_and_pays_once(market, client):
    """API-7: the signed request comes again under its key, and gets its first outcome."""
    poster = client("poster")
    runs, money = _runs(market), market.contracts.usdc.balance_of(poster.address)
    with (
        _losing(market, 2) as (lossy, url),
        AgentClient(url, **market.options("poster", True, True)) as gasless,
    ):
        run = gasless.runs.create(100 * USDC, "+1d", "ipfs://description")
    assert (run.state, run.reward) == (RunState.OPEN, 100 * USDC)
    assert _runs(market) == runs + 1
    assert market.contracts.usdc.balance_of(poster.address) == money - 105 * USDC
    assert len(lossy.signed) == 3
    assert lossy.signed[0] == lossy.signed[1] == lossy.signed[2]


def test_life__every_first_answer_lost__is_the_same(market, client, agent_id, run_id):
    """API-7: each POST has a key of its own, its unsigned and its signed form the same."""
    with (
        _losing(market, 1, _is_post) as (lossy, url),
        AgentClient(url, **market.options("agent", True, False)) as agent,
    ):
        assert agent.runs.claim(run_id, agent_id).run.state == RunState.CLAIMED
        lossy.left = 1
        assert agent.runs.submit_work(run_id, "ipfs://work").state == RunState.SUBMITTED
    keys = {}
    for seen in lossy.seen:
        if seen.method == "POST":
            keys.setdefault(seen.path, set()).add(seen.key)
    assert [len(found) for found in keys.values()] == [1, 1]
    assert None not in set.union(*keys.values())
    assert len(set.union(*keys.values())) == 2


def test_claim__answer_lost__async__is_the_same(market, agent_id, run_id):
    """API-7."""

    async def claim(url):
        async with AsyncAgentClient(url, **market.options("agent", True, False)) as agent:
            return await agent.runs.claim(run_id, agent_id)

    with _losing(market, 1) as (lossy, url):
        assert asyncio.run(claim(url)).run.state == RunState.CLAIMED
    assert len(lossy.signed) == 2


def test_claim__answers_lost_for_good__is_pending_and_names_the_request(market, agent_id, run_id):
    """API-7: never reported as failed; the request can be looked up."""
    options = market.options("agent", True, False)
    with (
        _losing(market, 99) as (lossy, url),
        AgentClient(url, patience=0.0, **options) as agent,
        pytest.raises(StillPending, match=r"request 0x[0-9a-f]{64}: signed and sent") as caught,
    ):
        agent.runs.claim(run_id, agent_id)
    assert len(lossy.signed) == 1
    request = caught.value.what.removeprefix("request ")
    with AgentClient(market.api_url, **options) as agent:
        status = agent._http.get(f"/api/requests/{request}").json()
    assert status["status"] == "mined"
    assert market.contracts.runs.get_run(run_id).state == RunState.CLAIMED


def test_claim__answer_lost_before_anything_is_signed__is_unreachable(market, agent_id, run_id):
    """API-7: nothing was done, and so it says."""
    options = market.options("agent", True, False)
    with (
        _losing(market, 99, _is_post) as (lossy, url),
        AgentClient(url, patience=0.0, **options) as agent,
        pytest.raises(ServiceUnreachable, match="does not answer"),
    ):
        agent.runs.claim(run_id, agent_id)
    assert lossy.signed == []
    assert market.contracts.runs.get_run(run_id).state == RunState.OPEN


def test_read__answer_lost__is_asked_again(market, client, run_id):
    with (
        _losing(market, 2, lambda seen: seen.method == "GET") as (lossy, url),
        AgentClient(url) as reader,
    ):
        assert reader.runs.get(run_id).bounty_id == run_id
    assert len(lossy.seen) == 3


def test_stake__reported_and_answer_lost__is_recorded_once(market, client, agent_id):
    """API-7: the report has a key too."""
    agent = client("agent")
    found = agent.events(from_block=0, follow=False)
    event = next(e for e in found if (e.name, e.agent_id) == ("Staked", agent_id))
    with (
        _losing(market, 1, _is_post) as (lossy, url),
        AgentClient(url, **market.options("agent", True, False)) as reporting,
    ):
        found = reporting.agents.stake(agent_id, 20 * USDC, event.transaction_hash)
    assert found.staked_amount == 20 * USDC
    assert len({seen.key for seen in lossy.seen}) == 1


@pytest.mark.parametrize("gasless", [False, True], ids=["direct", "gasless"])
def test_create__again_with_its_key__pays_once(market, client, gasless):
    """API-7: the API repeats its answer; on chain the authorization is used up."""
    runs = _runs(market)
    deadline = client().readiness().indexed_at + 86_400

    def post():
        poster = client("poster", gasless=gasless)
        values = (USDC, deadline, "ipfs://once")
        return poster.runs.create(*values, idempotency_key=f"order-{gasless}").bounty_id

    first = post()
    if gasless:
        assert post() == first
    else:
        with pytest.raises(Refused, match="authorization was already used"):
            post()
    assert _runs(market) == runs + 1


def test_stake__again_with_its_key__pays_once(market, client, agent_id):
    """API-7: a transaction whose receipt was lost is not paid a second time."""
    agent = client("agent")
    agent.agents.stake(agent_id, USDC, idempotency_key="top-up")
    with pytest.raises(Refused, match="authorization was already used"):
        agent.agents.stake(agent_id, USDC, idempotency_key="top-up")
    assert agent.agents.get_stake_info(agent_id).staked_amount == 21 * USDC
