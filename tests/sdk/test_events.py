"""Following changes: from a place on, as they happen, and on where a connection broke off."""

from __future__ import annotations

import asyncio
from itertools import islice

import pytest

from agentescrow import AgentClient, AsyncAgentClient, InvalidInput, Refused, ServiceUnreachable
from localnet.anvil import free_port
from tests.sdk.between import Between, between
from tests.sdk.conftest import USDC


class _Cutting(Between):
    """Cuts the first streams off after an event each."""

    def __init__(self, api_url, cuts):
        super().__init__(api_url)
        self.left = cuts

    def cuts_after(self, _seen):
        self.left -= 1
        return 1 if self.left >= 0 else None

    @property
    def places(self):
        return [seen.place for seen in self.seen if seen.path.startswith("/api/events")]


@pytest.fixture
def life(client, agent_id, run_id):
    """The events of a run so far, as the API has them; it begins at their block."""
    agent, poster = client("agent"), client("poster")
    agent.runs.claim(run_id, agent_id)
    agent.runs.submit_work(run_id, "ipfs://work")
    poster.runs.approve(run_id)
    return agent.runs.get(run_id).events


def _of_run(events, run_id):
    return [event for event in events if event.run_id == run_id]


def test_events__of_the_past__are_typed_and_in_order(client, run_id, life):
    """API-7: the same as in the run's life."""
    found = list(client().events(from_block=life[0].block_number, follow=False))
    assert _of_run(found, run_id) == life
    names = [event.name for event in life]
    assert names == ["RunCreated", "RunFunded", "RunClaimed", "WorkSubmitted", "RunApproved"]
    places = [tuple(map(int, event.id.split(":"))) for event in found]
    assert places == sorted(set(places))


def test_events__after_one__go_on_behind_it(client, run_id, life):
    """API-7: what a listener has kept of the last event is enough to go on."""
    found = client().events(last_event_id=life[1].id, follow=False)
    assert _of_run(found, run_id) == life[2:]


def test_events__of_a_run_and_of_names__are_these_alone(client, agent_id, run_id, life):
    """API-7: whichever way they are named."""
    since = {"from_block": life[0].block_number, "follow": False}

    assert list(client().events(run_id=run_id, **since)) == life
    assert list(client().events(run_id=run_id, name="RunClaimed", **since)) == [life[2]]
    both = client().events(agent_id=agent_id, name=["RunApproved", "RunClaimed"], **since)
    assert _of_run(both, run_id) == [life[2], life[4]]


def test_events__connections_cut__none_is_lost_and_none_comes_twice(market, run_id, life):
    """API-7: taken up with Last-Event-ID."""
    cutting = _Cutting(market.api_url, 3)
    with between(cutting) as url, AgentClient(url) as client:
        found = list(client.events(from_block=life[0].block_number, follow=False))
    assert _of_run(found, run_id) == life
    assert cutting.places == [None, *(event.id for event in found[:3])]


def test_events__followed__come_as_they_happen(client, run_id):
    """API-7: what is indexed after the iteration began."""
    poster = client("poster")
    listened = client().events(from_block=client().readiness().indexed_block + 1)
    poster.runs.cancel(run_id)
    assert _of_run([next(listened)], run_id)[0].name == "RunCancelled"
    other = poster.runs.create(USDC, "+1d", "ipfs://x").bounty_id
    assert {event.run_id for event in islice(listened, 2)} == {other}
    listened.close()


def test_events__async__are_the_same(market, run_id, life):
    """API-7: through cut connections too."""

    async def listen(url):
        async with AsyncAgentClient(url) as client:
            begin = life[0].block_number
            return [event async for event in client.events(from_block=begin, follow=False)]

    with between(_Cutting(market.api_url, 2)) as url:
        assert _of_run(asyncio.run(listen(url)), run_id) == life


def test_events__nonsense__is_refused(client):
    with pytest.raises(InvalidInput, match="from_block"):
        next(client().events(from_block=-1))
    with pytest.raises(InvalidInput, match="run_id"):
        next(client().events(run_id=-1))
    with pytest.raises(Refused, match="RunClaimed"):
        next(client().events(from_block=0, name="RunClaim"))
    with pytest.raises(Refused) as caught:
        next(client().events(last_event_id="here"))
    assert caught.value.code == 400


def test_events__nobody_there__says_so():
    with (
        AgentClient(f"http://127.0.0.1:{free_port()}", patience=0.0) as lost,
        pytest.raises(ServiceUnreachable, match="does not answer"),
    ):
        next(lost.events(from_block=0))
