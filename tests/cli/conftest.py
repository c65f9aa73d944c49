"""The commands in this process, against the real app that the SDK's tests use."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from agentescrow.cli.main import app
from tests.sdk.conftest import agent_id, client, market, pytest_runtest_protocol, run_id

__all__ = ["agent_id", "client", "market", "pytest_runtest_protocol", "run_id"]


class Command:
    """`agentescrow` in the environment of a role."""

    def __init__(self, environment):
        self._environment = environment

    def __call__(self, *words, **environment):
        given = {**self._environment, **environment}
        return CliRunner().invoke(app, list(map(str, words)), env=given)

    def json(self, *words):
        done = self(*words, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)


@pytest.fixture(params=["0", "-1", "1.0000000001", "5 gwei", "NaN", "Infinity", "1e99"])
def bad_fee(request):
    """What is no MAX_FEE_GWEI."""
    return request.param


@pytest.fixture
def command(market):
    """Makes the command of a role."""
    return lambda role=None, running=market: Command(environment(running, role))


def environment(market, role):
    found = {"API_URL": market.api_url, "RPC_URL": market.chain.url}
    found["DEPLOYMENT"] = str(market.record)
    if role is not None:
        found["AGENT_PRIVATE_KEY"] = market.chain.accounts[role].key.to_0x_hex()
    return found
