"""A server over a replica: it reads, and takes no writes."""

from __future__ import annotations

from dataclasses import replace

from fastapi.testclient import TestClient

from agentescrow.api.app import create_app
from agentescrow.store.database import is_read_only, migrate, open_database
from localnet.postgresql import postgresql
from tests.servers import running


def test_database__that_may_not_be_written__is_read_only(database):
    """API-6: as a replica says of itself; SQLite has none."""
    assert not is_read_only(database)
    with running(postgresql()) as url:
        primary = open_database(url)
        migrate(primary)
        between = "&" if "?" in url else "?"
        option = "options=-c%20default_transaction_read_only%3Don"
        replica = open_database(f"{url}{between}{option}")
        found = [is_read_only(each) for each in (primary, replica)]
        primary.dispose()
        replica.dispose()
    assert found == [False, True]


def test_write__on_a_replica__is_refused_before_anything_is_signed(service, indexed):
    """API-4: whatever it is; reads are answered."""
    client = TestClient(create_app(replace(service, read_only=True)))
    for path in ("/api/runs", "/api/runs/1/claim", "/api/agents/0/stake"):
        answer = client.post(path, json={})
        assert (answer.status_code, answer.json()["error"]) == (503, "RELAYER_UNAVAILABLE"), path
        assert answer.headers["retry-after"]
    assert client.get("/api/runs").status_code == 200
    assert client.get("/api/config").json()["relayer"]["available"] is False
