"""One limit for all processes together."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from valkey import Valkey

from localnet.valkey import valkey
from tests.servers import running
from tests.waiting import ENOUGH


@pytest.fixture(scope="module")
def store():
    with running(valkey()) as url:
        yield url


def test_limit__of_two_processes_with_a_store__is_met_exactly(machines, store, tmp_path):
    """API-3: of 200 requests through two processes a limit of 60 lets 60 through."""
    database = f"sqlite:///{tmp_path / 'index.db'}"
    machines.run("index", "--to-head", "--json", DATABASE_URL=database)
    shared = {"DATABASE_URL": database, "RATE_LIMIT": "60", "RATE_LIMIT_STORE": store}
    apis = [machines.serve(**shared) for _ in range(2)]

    with httpx.Client(timeout=ENOUGH) as client, Valkey.from_url(store) as inside:
        for api in apis:
            machines.until(lambda api=api: _is_up(client, api))
        statuses = [client.get(f"{apis[0]}/api/stats").status_code]
        (window,) = inside.keys()
        assert inside.expire(window, ENOUGH)  # so that no machine is too slow for one window
        with ThreadPoolExecutor(4) as threads:
            asked = [f"{apis[number % 2]}/api/stats" for number in range(199)]
            statuses += threads.map(lambda url: client.get(url).status_code, asked)

    assert Counter(statuses) == {200: 60, 429: 140}


def _is_up(client, api):
    try:
        return client.get(f"{api}/health").status_code == 200
    except httpx.TransportError:
        return False
