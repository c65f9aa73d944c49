"""How PostgreSQL is connected to: for no longer than the other machine is there."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from agentescrow.store.async_statements import awaited
from agentescrow.store.database import connection_arguments, open_database
from agentescrow.store.lock import commit_for_good, writer
from localnet.anvil import free_port
from localnet.postgresql import postgresql
from tests.servers import running

PRIMARY = "target_session_attrs=read-write"
ALIVE = {"keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3"}


@pytest.fixture(scope="module")
def url():
    with running(postgresql()) as url:
        yield url


@pytest.fixture
def opened():
    """Opens databases, and closes them with the test."""
    made = []

    def make(url):
        made.append(open_database(url))
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()


def shown(connection, name):
    return connection.execute(text(f"SHOW {name}")).scalar()


def test_connection__its_other_end_gone__ends_within_seconds(opened, url):
    """API-5: on both ends; a turn is kept by nobody whose machine has lost its power."""
    with opened(url).connect() as connection:
        here = connection.connection.driver_connection.info.get_parameters()
        there = {name: shown(connection, f"tcp_{name}") for name in ALIVE}
        assert shown(connection, "tcp_user_timeout") == "10000"
    assert here.items() >= (ALIVE | {"connect_timeout": "10", "tcp_user_timeout": "10000"}).items()
    assert there == ALIVE


def test_connection__as_its_address_says__is_made_so(opened):
    """API-5: whoever runs it knows the network better."""
    engine = opened("postgresql://user@host/name?connect_timeout=3&keepalives_idle=60")
    told = connection_arguments(engine)
    assert (told["connect_timeout"], told["keepalives_idle"]) == ("3", "60")
    assert told["keepalives_count"] == "3"


@pytest.mark.parametrize(
    ("address", "hosts", "ports"),
    [
        ("postgresql://user@one,two/name", "one,two", None),
        ("postgresql://user@/name?host=one:5432&host=two:5433", "one,two", "5432,5433"),
    ],
)
def test_address__of_several_hosts__names_all_of_them(opened, address, hosts, ports):
    """API-5: whoever of them is the primary is found by configuration alone."""
    told = connection_arguments(opened(f"{address}{'&' if '?' in address else '?'}{PRIMARY}"))
    assert (told["host"], told.get("port")) == (hosts, ports)
    assert told["target_session_attrs"] == "read-write"


def test_lists__of_several_hosts__are_asked_of_the_one_that_answers(opened, url):
    """API-5: single statements that are awaited go where all others go."""
    port = url.rpartition(":")[2].partition("/")[0]
    engine = opened(
        f"postgresql://postgres@/postgres?host=127.0.0.1:{free_port()}&host=127.0.0.1:{port}"
    )

    async def ask():
        async with awaited(engine) as lists, lists._pool.connection() as connection:
            return await (await connection.execute("SELECT inet_server_port()")).fetchone()

    assert asyncio.run(ask()) == (int(port),)


def test_indexer__committing_what_may_be_taken_back__waits_as_the_server_is_set(opened, url):
    """API-6: what a listener has heard of outlasts a crash; the rest is read again."""
    with writer(opened(url)) as connection:
        with connection.begin():
            assert shown(connection, "synchronous_commit") == "off"
        with connection.begin():
            commit_for_good(connection)
            assert shown(connection, "synchronous_commit") == "on"
        with connection.begin():
            assert shown(connection, "synchronous_commit") == "off"
