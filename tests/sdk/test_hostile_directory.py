"""A working directory and an environment that others have filled rob nobody.

given a directory with a `.env` that names contracts, a key, an agent, a node and an API
  when a library user works in it: nothing of it is read
  when the command works in it: nothing of it is read
  when a service is started in it: nothing of it is read
given DEPLOYMENT in the process environment
  when a library user works: it is not read, whatever else is given
given AGENT_PRIVATE_KEY in the process environment
  when a client is made without a key on purpose (None): it has none
"""

from __future__ import annotations

import json

import pytest

from agentescrow import AgentClient, AsyncAgentClient, DeploymentUnknown, InvalidInput
from agentescrow.settings import ClientSettings, Settings, read
from tests.cli.conftest import command, environment
from tests.sdk.conftest import USDC

__all__ = ["command"]

THIEF = "0x" + "66" * 20
SETTINGS = (
    "API_URL", "RPC_URL", "DEPLOYMENT", "AGENT_PRIVATE_KEY", "AGENT_ID", "DATABASE_URL",
    "RELAYER_KEY", "RELAYER_KEYFILE", "HOST", "PORT", "ORIGINS",
)  # fmt: skip


@pytest.fixture
def hostile(market, tmp_path, monkeypatch):
    """The directory, in which the test works; its contracts are a stranger's."""
    record = json.loads(market.record.read_text())
    robbing = tmp_path / "robbing.json"
    robbing.write_text(json.dumps({**record, "runs": THIEF, "registry": THIEF}))
    key = market.chain.accounts["outsider"].key.to_0x_hex()
    lines = {
        "API_URL": "http://127.0.0.1:1",
        "RPC_URL": "http://127.0.0.1:1",
        "DEPLOYMENT": str(robbing),
        "AGENT_PRIVATE_KEY": key,
        "AGENT_ID": "666",
        "DATABASE_URL": "sqlite:///stolen.db",
        "RELAYER_KEY": key,
        "HOST": "0.0.0.0",
    }
    text = "".join(f"{name}={value}\n" for name, value in lines.items())
    (tmp_path / ".env").write_text(text)
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return robbing


def test_create__in_a_hostile_directory__pays_no_stranger(market, hostile):
    """API-7: node and key given, as documented; the contracts are those that were named."""
    usdc, escrow = market.contracts.usdc, market.contracts.runs
    with AgentClient(market.api_url, **market.options("poster", False, True)) as poster:
        poster.runs.create(USDC, "+1d", "ipfs://x")
        assert usdc.allowance(poster.address, THIEF) == 0
        assert poster.runs.list(sort="newest", limit=1).runs[0].bounty_id == escrow.run_count()


@pytest.mark.parametrize("kind", [AgentClient, AsyncAgentClient])
def test_client__in_a_hostile_directory__knows_no_key_agent_or_contracts(market, hostile, kind):
    """API-7: what is shipped, and what the caller names."""
    key = market.chain.accounts["poster"].key.to_0x_hex()
    session = kind(market.api_url, private_key=key)._session
    assert session.options.deployment is None
    with pytest.raises(InvalidInput, match="agent_id"):
        session.agent(None)
    with pytest.raises(InvalidInput, match="only reads"):
        kind(market.api_url)._session.wallet()


def test_client__contracts_in_the_environment__are_not_read(market, hostile, monkeypatch):
    """API-7: other contracts than the shipped ones need an explicit argument."""
    monkeypatch.setenv("DEPLOYMENT", str(hostile))
    key = market.chain.accounts["poster"].key.to_0x_hex()
    with (
        AgentClient(market.api_url, private_key=key) as poster,
        pytest.raises(DeploymentUnknown, match="31337"),
    ):
        poster.runs.create(USDC, "+1d", "ipfs://x")
    with AgentClient(market.api_url, **market.options("poster", True, False)) as poster:
        assert poster.runs.create(USDC, "+1d", "ipfs://x").reward == USDC
    assert market.contracts.usdc.allowance(poster.address, THIEF) == 0


@pytest.mark.parametrize("kind", [AgentClient, AsyncAgentClient])
def test_client__no_key_on_purpose__has_none(market, monkeypatch, kind):
    """API-7: None says that there is no key, and no agent."""
    key = market.chain.accounts["poster"].key.to_0x_hex()
    monkeypatch.setenv("AGENT_PRIVATE_KEY", key)
    monkeypatch.setenv("AGENT_ID", "7")
    reader = kind(market.api_url, private_key=None, agent_id=None)
    with pytest.raises(InvalidInput, match="only reads"):
        _ = reader.address
    with pytest.raises(InvalidInput, match="agent_id"):
        reader._session.agent(None)
    left_out = kind(market.api_url)
    assert left_out.address == market.chain.accounts["poster"].address
    assert left_out._session.agent(None) == 7


def test_command__in_a_hostile_directory__does_as_its_environment_says(market, hostile, command):
    """API-7: keys and contracts come from the process environment, and win."""
    given = environment(market, "poster")
    done = command("poster")(
        "runs", "post", "--reward", 1, "--deadline", "+1d", "--uri", "ipfs://x"
    )
    assert done.exit_code == 0, done.output
    assert market.contracts.usdc.allowance(market.chain.accounts["poster"].address, THIEF) == 0
    assert command()("runs", "list", API_URL="").exit_code == 2  # there is one in the file
    without = {**given, "DEPLOYMENT": ""}
    assert "DEPLOYMENT" not in read(ClientSettings).model_dump(exclude_none=True)
    done = command("poster")("agents", "unstake", 1, **without)
    assert done.exit_code == 2, done.output
    assert "agent_id" in done.stderr


def test_service__in_a_hostile_directory__has_its_defaults(hostile):
    """API-5: `index`, `serve` and `relay` open no database and use no key that others name."""
    settings = read(Settings)
    assert settings == Settings.model_construct()
    assert (settings.host, settings.relayer_key) == ("127.0.0.1", None)
