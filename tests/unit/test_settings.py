"""What the environment tells the programs."""

from __future__ import annotations

import pytest

from agentescrow.errors import InvalidInput
from agentescrow.settings import ClientSettings, Settings, read


def test_read__empty_values__are_none(monkeypatch):
    """API-5: a line `RELAYER_KEY=` of a file `.env` says that there is no key."""
    for name in ("RELAYER_KEY", "RPC_URL", "AGENT_PRIVATE_KEY"):
        monkeypatch.setenv(name, "")

    assert read(Settings).relayer_key is None
    assert read(Settings).rpc_url == "http://127.0.0.1:8545"
    assert read(ClientSettings).agent_private_key is None


@pytest.mark.parametrize(
    ("kind", "name", "good", "bad"),
    [
        (Settings, "port", ("1", "65535"), ("0", "65536", "many")),
        (Settings, "first_block", ("0",), ("-1",)),
        (Settings, "rate_limit", ("0",), ("-1",)),
        (ClientSettings, "agent_id", ("0",), ("-1",)),
    ],
)
def test_read__number_at_its_ends__is_taken_and_one_beyond_is_refused(
    monkeypatch, kind, name, good, bad
):
    """API-5: agents and blocks begin with 0, ports with 1; no limit of requests is 0."""
    for text in good:
        monkeypatch.setenv(name.upper(), text)
        assert getattr(read(kind), name) == int(text)
    for text in bad:
        monkeypatch.setenv(name.upper(), text)
        with pytest.raises(InvalidInput) as refused:
            read(kind)
        assert refused.value.field == name.upper()


def test_read__address_of_the_metrics__is_host_and_port_or_none(monkeypatch):
    """API-5: "none" closes them; half an address would open them to everybody."""
    for text in ("none", "127.0.0.1:9100", "[::1]:9100", "metrics.internal:1"):
        monkeypatch.setenv("METRICS_ADDRESS", text)
        assert read(Settings).metrics_address == text
    for text in ("9100", ":9100", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "off"):
        monkeypatch.setenv("METRICS_ADDRESS", text)
        with pytest.raises(InvalidInput):
            read(Settings)


def test_read__given_and_in_the_environment__is_what_was_given(monkeypatch):
    """API-5: an option of the command line comes first; None is no option."""
    monkeypatch.setenv("PORT", "8001")

    assert read(Settings, port=8002).port == 8002
    assert read(Settings, port=None).port == 8001


def test_settings__nothing_is_said__is_as_documented(monkeypatch):
    """API-5: docs/operations.md."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    found = read(Settings)

    assert (found.host, found.port, found.rate_limit) == ("127.0.0.1", 8000, 1200)
    assert (found.first_block, found.deployment, found.origins) == (None, None, "*")
