"""Who is counted as one client, and what a full table remembers."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from agentescrow.api.app import create_app
from agentescrow.api.rate_limits import RateLimit
from tests.waiting import ENOUGH


@pytest.fixture
def asked(service, indexed):
    """Asks from an address; the status. Two requests are allowed."""
    app = create_app(service, rate_limit=RateLimit(2, seconds=ENOUGH))

    def ask(address):
        return TestClient(app, client=(address, 50_000)).get("/openapi.json").status_code

    return ask


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2001:db8::1", "2001:db8::ffff:1"),
        ("2001:db8:0:7::1", "2001:db8:0:7:1:2:3:4"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::2%eth0"),
    ],
)
def test_client__with_many_addresses_of_one_network__is_one(asked, first, second):
    """API-3: whoever has one address of IPv6 has the 2^64 of its network."""
    assert [asked(address) for address in (first, second, first)] == [200, 200, 429]
    assert asked(second) == 429


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2001:db8:0:7::1", "2001:db8:0:8::1"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2"),
        ("192.0.2.1", "192.0.2.2"),
        ("testclient", "not:an:address"),
    ],
)
def test_clients__of_two_networks__are_two(asked, first, second):
    """API-3: nobody pays for a neighbour."""
    assert [asked(first) for _ in range(3)] == [200, 200, 429]
    assert asked(second) == 200


def test_blocked_client__while_others_fill_the_table__stays_blocked(asked, monkeypatch):
    """API-3: else whoever has many addresses gets any number of windows for each."""
    monkeypatch.setattr("agentescrow.api.rate_limits.CLIENTS_MAX", 5)
    assert [asked("192.0.2.1") for _ in range(3)] == [200, 200, 429]

    assert {asked(f"198.51.100.{number}") for number in range(20)} == {200}

    assert asked("192.0.2.1") == 429
