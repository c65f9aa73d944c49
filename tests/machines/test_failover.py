"""Two indexers, two servers that relay, a primary and a replica: each dies under traffic."""

from __future__ import annotations

import time

import httpx
import pytest
from sqlalchemy import select

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import load
from agentescrow.chain.wallet import LocalWallet
from agentescrow.store.database import DatabaseBusy, open_database
from agentescrow.store.position import indexed_block
from agentescrow.store.tables import events
from agentescrow.wire.shape import iso_time
from localnet.postgresql import primary_and_replica
from tests.machines.traffic import USDC, Listener, Poster
from tests.servers import running
from tests.waiting import ENOUGH, until

DAY = 86_400


@pytest.fixture(scope="module")
def cluster():
    with running(primary_and_replica()) as servers:
        yield servers


@pytest.fixture
def settings(chain, cluster):
    """The same for all processes, whoever of both servers is the primary."""
    hosts = "&".join(f"host=127.0.0.1:{server.port}" for server in cluster)
    address = f"postgresql://postgres@/postgres?{hosts}&target_session_attrs="
    return {
        "DATABASE_URL": f"{address}read-write",
        "DATABASE_READ_URL": f"{address}prefer-standby",
        "RATE_LIMIT": "0",
        "RELAYER_KEY": chain.accounts["relayer"].key.to_0x_hex(),
        "RELAYER_PER_MINUTE": "100000",
        "RELAYER_ETH_PER_HOUR": "1000",
        "RELAYER_ETH_PER_DAY": "1000",
    }


@pytest.fixture
def posters(chain, record):
    """Starts one that posts through an API; all of them end with the test."""
    started = []

    def start(api, role):
        started.append(Poster(api, record, chain.accounts[role].key.to_0x_hex()))
        started[-1].start()

    start.all = started
    yield start
    for poster in started:
        poster.end()


def indexed(url):
    """The last block that a database has, None before the first."""
    engine = open_database(url)
    try:
        with engine.connect() as connection:
            return indexed_block(connection)
    except DatabaseBusy:
        return None
    finally:
        engine.dispose()


def events_in(url):
    """The places of all events."""
    engine = open_database(url)
    with engine.connect() as connection:
        places = select(events.c.block_number, events.c.log_index)
        found = [tuple(row) for row in connection.execute(places)]
    engine.dispose()
    return sorted(found)


def promised(api, chain, record):
    """A run that is accepted and not mined; the address of its request."""
    wallet, contracts = (
        LocalWallet(chain.w3, chain.accounts["agent"]),
        Contracts(chain.w3, load(record)),
    )
    contracts.usdc.approve(wallet, contracts.runs.address, 10 * USDC)
    body = {"walletAddress": wallet.address, "reward": str(USDC), "ipfsHash": "ipfs://promised"}
    body["deadline"] = iso_time(int(time.time()) + DAY)
    chain.w3.provider.make_request("evm_setAutomine", [False])
    typed = httpx.post(f"{api}/api/runs", json=body, timeout=ENOUGH).json()["typedData"]
    signature = f"0x{wallet.sign_typed_data(typed).hex()}"
    signed = {**body, "request": typed["message"], "signature": signature}
    answer = httpx.post(f"{api}/api/runs", json=signed, timeout=ENOUGH)
    assert answer.status_code == 202, answer.text
    return answer.headers["Location"]


def told(url):
    """What an API says, nothing where it does not answer."""
    try:
        answer = httpx.get(url, timeout=ENOUGH)
    except httpx.TransportError:
        return {}
    return answer.json() if answer.is_success else {}


def _goes_on(listener):
    assert listener.is_alive(), listener.problem


def test_market__whose_machines_die_in_turn__loses_nothing(
    machines, chain, record, cluster, settings, posters, tmp_path
):
    """API-5: what was promised is done, no event is missed, and the rows are those of a sync."""
    primary, replica = cluster
    indexers = [machines.start("index", "--json", **settings) for _ in range(2)]
    machines.until(lambda: indexed(settings["DATABASE_URL"]))
    apis = [machines.serve(**settings) for _ in range(2)]
    servers = machines.processes[-2:]
    for api in apis:
        machines.until(lambda api=api: told(f"{api}/ready"))
    listener = Listener(apis[1], record)
    listener.start()
    for api, role in zip(apis, ("poster", "outsider"), strict=True):
        posters(api, role)

    def goes_on():
        before = sum(len(poster.posted) for poster in posters.all)
        machines.until(lambda: sum(len(poster.posted) for poster in posters.all) > before + 1)

    goes_on()
    for process in (*indexers, *servers):
        process.kill()
        goes_on()
    replica.kill()
    replica.start()
    goes_on()

    machines.until(lambda: told(f"{apis[0]}/ready"))
    request = promised(apis[0], chain, record)
    primary.kill()
    replica.promote()
    chain.w3.provider.make_request("evm_setAutomine", [True])
    chain.w3.provider.make_request("evm_mine", [])
    for api in apis:
        machines.until(lambda api=api: told(f"{api}{request}").get("status") == "mined")
    goes_on()

    for poster in posters.all:
        poster.end()
    machines.until(lambda: told(f"{apis[0]}/ready").get("relayer", {}).get("pending") == 0)
    head = chain.w3.eth.block_number
    for api in apis:
        machines.until(lambda api=api: told(f"{api}/ready").get("indexedBlock") == head)

    fresh = f"sqlite:///{tmp_path / 'fresh.db'}"
    machines.run("index", "--to-head", "--json", DATABASE_URL=fresh)
    assert indexed(settings["DATABASE_URL"]) == indexed(fresh)
    told_by_all = events_in(fresh)
    until(lambda: len(listener.heard) >= len(told_by_all), meanwhile=lambda: _goes_on(listener))
    assert listener.heard == told_by_all
    posted = [run_id for poster in posters.all for run_id in poster.posted]
    assert len(posted) == len(set(posted))
    assert [poster.wrong for poster in posters.all] == [[], []]
