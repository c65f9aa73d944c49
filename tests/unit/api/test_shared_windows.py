"""What processes that share a store count together, and what each does without it."""

from __future__ import annotations

import asyncio

import pytest
from fastapi.testclient import TestClient

from agentescrow.api import shared_rate_limits
from agentescrow.api.app import create_app
from agentescrow.api.rate_limits import RateLimit
from agentescrow.api.shared_rate_limits import SharedRateLimiter
from localnet.anvil import free_port
from localnet.valkey import valkey
from tests.servers import running
from tests.waiting import ENOUGH

NOBODY = "valkey://127.0.0.1:1"


@pytest.fixture(scope="module")
def store():
    with running(valkey()) as url:
        yield url


def in_processes(scenario, *stores, requests=2, seconds=ENOUGH):
    """Plays a scenario over the windows of processes, each with the address of its store."""

    async def play():
        processes = [SharedRateLimiter(RateLimit(requests, seconds), store) for store in stores]
        try:
            return await scenario(*processes)
        finally:
            for process in processes:
                await process.close()

    return asyncio.run(play())


async def refused(client, *processes):
    return [(await process.count(client)).exceeded for process in processes]


def test_client__of_two_processes__has_one_limit(store):
    """API-3: however many answer it; another client has its own."""

    async def scenario(first, second):
        asked = [await each.count("192.0.2.1") for each in (first, second, first, second)]
        return asked, await refused("192.0.2.2", second)

    asked, other = in_processes(scenario, store, store.replace("valkey://", "redis://"))
    assert [each.exceeded for each in asked] == [False, False, True, True]
    assert [each.remaining for each in asked] == [1, 0, 0, 0]
    assert all(1 <= each.reset <= ENOUGH + 1 for each in asked)
    assert other == [False]


def test_window__when_it_is_over__counts_anew_in_the_store(store):
    """API-3: nobody is locked out for good by asking on."""

    async def scenario(process):
        while not (await process.count("192.0.2.3")).exceeded:
            pass
        while (await process.count("192.0.2.3")).exceeded:
            await asyncio.sleep(0.02)

    in_processes(scenario, store, requests=1, seconds=1)


def test_store__that_is_away__leaves_each_process_its_own_limit(monkeypatch, caplog):
    """API-3: never no limit; it is said once, and the store is used once it is back."""
    monkeypatch.setattr(shared_rate_limits, "_RETRY_SECONDS", 0.0)
    port = free_port()

    async def scenario(first, second):
        assert await refused("192.0.2.1", *[first] * 4) == [False, False, True, True]
        assert await refused("192.0.2.1", *[second] * 3) == [False, False, True]
        with running(valkey(port)):
            assert await refused("192.0.2.1", first, second, first) == [False, False, True]
        assert await refused("192.0.2.1", first) == [True]

    in_processes(scenario, *[f"valkey://127.0.0.1:{port}"] * 2)
    said = [
        line.partition(":")[0].removeprefix("the rate limit store ") for line in caplog.messages
    ]
    assert said == ["does not answer", "does not answer", *["answers again"] * 2, "does not answer"]


def test_store__that_is_away__is_not_asked_with_every_request(monkeypatch):
    """API-3: a store that hangs would hold every request up."""
    asked = []

    async def hangs(storage, key, expiry, amount=1):
        asked.append(key)
        raise shared_rate_limits.StorageError(TimeoutError("hangs"))

    monkeypatch.setattr(shared_rate_limits, "_RETRY_SECONDS", ENOUGH)
    monkeypatch.setattr(shared_rate_limits.RedisStorage, "incr", hangs)
    found = in_processes(lambda process: refused("192.0.2.1", *[process] * 3), NOBODY)
    assert found == [False, False, True]
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("store", "address"),
    [
        ("valkey://host:6379/1", "valkey://host:6379/1"),
        ("rediss://:secret@host", "valkeys://:secret@host"),
        ("redis+unix:///run/redis.sock?db=1", "unix:///run/redis.sock?db=1"),
    ],
)
def test_store__of_either_kind__is_spoken_to_in_the_same_way(store, address):
    """API-3: Redis is as good as Valkey."""
    assert shared_rate_limits._driver_address(store) == address


def test_app__with_a_store__counts_networks_there(service, indexed, store):
    """API-3: whoever has one address of IPv6 has the 2^64 of its network, in every process."""
    limit = RateLimit(1, ENOUGH, store)
    statuses = []
    for number in (1, 2):
        app = create_app(service, rate_limit=limit)
        with TestClient(app, client=(f"2001:db8::{number}", 50_000)) as client:
            statuses += [client.get(path).status_code for path in ("/health", "/api/stats")]
    assert statuses == [200, 200, 200, 429]
