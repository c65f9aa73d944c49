"""What a caller is warned of: addresses without TLS beyond this machine, and short deadlines."""

from __future__ import annotations

import json
import warnings

import pytest

from agentescrow import AgentClient, AsyncAgentClient
from agentescrow.domain.runs.run import RunState
from agentescrow.risk_warnings import Caution, ShortDeadline, UnencryptedAddress
from tests.cli.conftest import command
from tests.sdk.conftest import USDC

__all__ = ["command"]

ON_THIS_MACHINE = (
    "http://127.0.0.1:8000",
    "http://127.8.9.10",
    "http://[::1]:8000",
    "http://localhost:8000",
    "http://api.localhost",
    "https://api.example.org",
)
BEYOND = (
    "http://api.example.org",
    "http://10.0.0.7:8000",
    "http://localhost.example.org",
    "http://127.0.0.1.example.org",
    "http://localhost@example.org",
    "http://[fe80::1]:8000",
)


@pytest.mark.parametrize("kind", [AgentClient, AsyncAgentClient])
@pytest.mark.parametrize("url", ON_THIS_MACHINE)
def test_address__on_this_machine_or_encrypted__warns_of_nothing(kind, url):
    """API-7."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kind(url, url, private_key=None)


@pytest.mark.parametrize("kind", [AgentClient, AsyncAgentClient])
@pytest.mark.parametrize("url", BEYOND)
def test_address__beyond_this_machine__warns_the_caller(kind, url):
    """API-7: typed, with the address, at the line that makes the client."""
    with pytest.warns(UnencryptedAddress, match="use https://") as warned:
        kind(url, url, private_key=None)
    said = [(each.message.field, each.message.url) for each in warned]
    assert sorted(said) == [("api_url", url), ("rpc_url", url)]
    assert {each.filename for each in warned} == {__file__}


@pytest.mark.parametrize("node", [True, False], ids=["node", "no node"])
def test_claim__deadline_within_a_day__warns_and_claims(client, agent_id, node):
    """RUN-11: late work may be rejected at once, so an agent is told how little time it has."""
    run = client("poster").runs.create(USDC, "+2h", "ipfs://x").bounty_id
    agent = client("agent", gasless=True, node=node)
    with pytest.warns(ShortDeadline, match=f"run {run} has its deadline in 7") as warned:
        assert agent.runs.claim(run, agent_id).run.state == RunState.CLAIMED
    assert [each.message.run_id for each in warned] == [run]


def test_claim__more_than_a_day__warns_of_nothing(client, agent_id):
    run = client("poster").runs.create(USDC, "+25h", "ipfs://x").bounty_id
    with warnings.catch_warnings():
        warnings.simplefilter("error", Caution)
        client("agent").runs.claim(run, agent_id)


def test_command__caution__is_a_line_on_standard_error(client, agent_id, command):
    """API-7: what is printed on standard output stays what it was."""
    client("agent").agents.stake(agent_id, 20 * USDC)  # for two claims at a time
    runs = [client("poster").runs.create(USDC, "+2h", "ipfs://x").bounty_id for _ in range(2)]
    done = command("agent")("runs", "claim", runs[0], "--agent-id", agent_id)
    assert done.exit_code == 0, done.output
    assert f"warning: run {runs[0]} has its deadline in" in done.stderr
    done = command("agent")("runs", "claim", runs[1], "--agent-id", agent_id, "--json")
    assert json.loads(done.stdout)["run"]["state"] == "CLAIMED"
    assert json.loads(done.stderr)["warning"] == "SHORT_DEADLINE"
