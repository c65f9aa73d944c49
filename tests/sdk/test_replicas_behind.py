"""Reads that go to a replica: what the client has written is there, or is waited for."""

from __future__ import annotations

import orjson
import pytest

from agentescrow import AgentClient, StillPending
from agentescrow.domain.runs.run import RunState
from agentescrow.errors import Contradicted
from tests.sdk.between import Between, between
from tests.sdk.conftest import USDC
from tests.sdk.hostile_api import problem


class Replica(Between):
    """As many reads as `behind` says are answered as of when it stood still."""

    def __init__(self, api_url):
        super().__init__(api_url)
        self.behind = 0
        self._known = {}
        self._then = {}
        self._is_old = False

    def stand_still(self):
        self._then = dict(self._known)

    def passes(self, seen, answer):
        told = answer.status_code, answer.read(), answer.headers["X-Indexed-Block"]
        self._is_old = (
            seen.method == "GET" and seen.path.startswith("/api/runs/") and self.behind > 0
        )
        if self._is_old:
            self.behind -= 1
            self._old = self._then.get(seen.path, (404, orjson.dumps(problem(404)), "1"))
            return self._old[1]
        self._known[seen.path] = told
        return told[1]

    def status(self, seen, answer):
        return self._old[0] if self._is_old else answer.status_code

    def headers(self, answer):
        told = super().headers(answer)
        return {**told, "X-Indexed-Block": self._old[2]} if self._is_old else told


@pytest.fixture
def replica(market):
    return Replica(market.api_url)


@pytest.fixture
def poster(market, replica):
    """Makes the poster's client of the replica."""
    made = []
    with between(replica) as url:

        def make(*, node, gasless=True, **more):
            made.append(AgentClient(url, **market.options("poster", gasless, node), **more))
            return made[-1]

        yield make
        for each in made:
            each.close()


@pytest.mark.parametrize(("node", "gasless"), [(False, True), (True, True), (True, False)])
def test_read__after_the_client_s_own_write__is_asked_again(replica, poster, node, gasless):
    """API-6: until the answer names a block that has it; for a new run too, which is a 404."""
    runs = poster(node=node, gasless=gasless).runs
    replica.stand_still()
    run_id = runs.create(USDC, "+1d", "ipfs://description").bounty_id
    replica.behind = 2
    assert runs.get(run_id).state == RunState.OPEN
    assert replica.behind == 0

    replica.stand_still()
    runs.cancel(run_id)
    replica.behind = 2
    assert runs.get(run_id).state == RunState.CANCELLED
    assert replica.behind == 0


@pytest.mark.parametrize(("node", "error"), [(False, StillPending), (True, Contradicted)])
def test_read__that_stays_behind__is_an_error(replica, poster, node, error):
    """API-7: never what was true before the caller's own write."""
    client = poster(node=node)
    run_id = client.runs.create(USDC, "+1d", "ipfs://description").bounty_id
    client.runs.get(run_id)
    replica.stand_still()
    client.runs.cancel(run_id)
    session = client.runs._session
    object.__setattr__(session.options, "patience", 0.0)
    replica.behind = 1

    with pytest.raises(error):
        client.runs.get(run_id)


def test_read__of_somebody_else__is_not_waited_for(market, replica, poster, client):
    """API-6: a client that has written nothing takes the block that there is."""
    run_id = client("poster").runs.create(USDC, "+1d", "ipfs://description").bounty_id
    replica.behind = 1
    reader = poster(node=False)
    with pytest.raises(Exception, match=r"No\."):
        reader.runs.get(run_id)
    assert reader.runs.get(run_id).bounty_id == run_id
