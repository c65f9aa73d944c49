"""What the environment tells the programs."""

from __future__ import annotations

from agentescrow.settings import ClientSettings, Settings, read


def test_read__empty_values__are_none(monkeypatch):
    """API-5: a line `RELAYER_KEY=` of a file `.env` says that there is no key."""
    for name in ("RELAYER_KEY", "RPC_URL", "AGENT_PRIVATE_KEY"):
        monkeypatch.setenv(name, "")

    assert read(Settings).relayer_key is None
    assert read(Settings).rpc_url == "http://127.0.0.1:8545"
    assert read(ClientSettings).agent_private_key is None
