"""The real app on a real socket, over a real Anvil, with indexer and relayer: what clients meet."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache

import pytest

from agentescrow import AgentClient, AsyncAgentClient
from tests.sdk.serving import serving
from tests.waiting import ENOUGH

USDC = 10**6


@cache
def _started(folder):
    ending = ExitStack()
    return ending.enter_context(serving(folder)), ending


@pytest.fixture(scope="session")
def market(tmp_path_factory):
    """One for all tests of a worker, those of the command line included."""
    running, ending = _started(tmp_path_factory.getbasetemp())
    yield running
    ending.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """What takes long on a busy machine is no fault; a test that has no patience says so."""
    if not item.nodeid.startswith(("tests/sdk/", "tests/cli/")):
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        for kind in (AgentClient, AsyncAgentClient):
            patch.setitem(kind.__init__.__kwdefaults__, "patience", ENOUGH)
        return (yield)


@pytest.fixture
def client(market):
    """Makes clients of a role, and closes them with the test."""
    made = []

    def make(role=None, *, gasless=False, node=True, **more) -> AgentClient:
        made.append(AgentClient(market.api_url, **market.options(role, gasless, node), **more))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def agent_id(market, client):
    """A fresh agent of the role "agent", with 20 USDC staked."""
    agent = client("agent")
    made = agent.agents.register("ipfs://agent")
    agent.agents.stake(made.id, "20000000")
    return made.id


@pytest.fixture
def run_id(client):
    """A fresh OPEN run of the poster."""
    return client("poster").runs.create(100 * USDC, "+1d", "ipfs://description").bounty_id
