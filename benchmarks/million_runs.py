"""A database with a million runs that no chain has: made by the database itself, in a minute.

Besides there are 100,000 agents, of whom 5,000 work.
"""

from __future__ import annotations

from eth_utils.address import to_checksum_address
from sqlalchemy import Connection, Engine, text

from agentescrow.store.database import migrate, open_database
from agentescrow.store.tables import runs
from agentescrow.store.totals import LEVELS

RUNS = 1_000_000
BORN = 1_700_000_000
"""The time of creation of the run before the first; there is one a second."""

_AGENTS = 100_000
_WORKING = 5_000
_PEOPLE = 1_000
_BLOCK = 20_000_000

# 4 of 10 are OPEN, 2 CLAIMED, 1 SUBMITTED, 3 APPROVED; 20,011 rewards of 0.05 to 1,000.55 USDC.
_RUNS = """
INSERT INTO runs (
    run_id, poster, state, reward, fee, deadline, review_days, max_revisions, revisions, min_status,
    ipfs_hash, created_at, funded_at, agent_id, wallet, stake, claimed_at, submitted_at, abandoned,
    deliverable, updated_block
)
WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < :runs),
numbered AS (
    SELECT i,
        CASE WHEN i % 10 < 4 THEN 1 WHEN i % 10 < 6 THEN 2 WHEN i % 10 < 7 THEN 4 ELSE 5 END AS s,
        ((CAST(i AS BIGINT) * 48271) % 20011 + 1) * 50000 AS r
    FROM numbers
)
SELECT i, poster.address, s, r, r / 20, 1706000000 + i, 7, 3, 0, 1,
    'ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy' || CAST(i AS VARCHAR(9)),
    1700000000 + i, 1700000000 + i,
    CASE WHEN s > 1 THEN i % 5000 END, CASE WHEN s > 1 THEN agent.address END,
    CASE WHEN s > 1 THEN 20000000 END, CASE WHEN s > 1 THEN 1700000100 + i END,
    CASE WHEN s > 2 THEN 1700000200 + i END, false,
    CASE WHEN s > 2 THEN 'ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclwork' END, :block
FROM numbered
JOIN people AS poster ON poster.number = i % :people
JOIN people AS agent ON agent.number = (i * 31) % :people
"""
_AGENT_ROWS = """
INSERT INTO agents (
    agent_id, owner, uri, registered_at, staked, locked, staked_at, claims, completions, rejections,
    strikes, frozen, total_volume, updated_block
)
WITH RECURSIVE numbers(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < :agents)
SELECT i, owner.address, 'ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy' || i,
    1700000000,
    CASE WHEN i < :working AND i % 50 > 0 THEN 40000000 ELSE 0 END, 0,
    CASE WHEN i < :working AND i % 50 > 0 THEN 1690000000 ELSE 0 END,
    9, CASE WHEN i % 2 = 0 THEN 9 ELSE 1 END, 0,
    CASE WHEN i < :working AND i % 50 = 0 THEN 3 ELSE 0 END, i < :working AND i % 50 = 1, 0, :block
FROM numbers JOIN people AS owner ON owner.number = i % :people
"""
_COUNTS = """
INSERT INTO run_counts (state, level, prefix, runs)
SELECT state, {level}, reward >> {bits}, count(*) FROM runs GROUP BY state, reward >> {bits}
"""
_INDEXED = """
INSERT INTO blocks (number, hash, parent_hash, time, digest)
VALUES (:block, :hash, :hash, 1701000000, :digest)
"""


def million_runs(url: str, number: int = RUNS) -> None:
    """Fill an empty database.

    Args:
        url: As `DATABASE_URL`.
        number: How many runs, where a million is more than is needed.
    """
    engine = open_database(url)
    migrate(engine)
    with engine.begin() as connection:
        for index in runs.indexes:
            index.drop(connection)
        _fill(connection, number)
        for index in runs.indexes:
            index.create(connection)
    _analyze(engine)
    engine.dispose()


def address(person: int) -> str:
    """Of somebody who posts runs and owns agents, in checksum case.

    Args:
        person: Number, below 1,000.
    """
    return to_checksum_address(f"0x{person * 7919 + 10**30:040x}")


def _fill(connection: Connection, number: int) -> None:
    connection.execute(
        text("CREATE TEMPORARY TABLE people (number INTEGER PRIMARY KEY, address VARCHAR(42))")
    )
    people = [{"n": n, "a": address(n)} for n in range(_PEOPLE)]
    connection.execute(text("INSERT INTO people VALUES (:n, :a)"), people)
    everybody = {"people": _PEOPLE, "block": _BLOCK}
    connection.execute(text(_RUNS), {"runs": number, **everybody})
    working = {"agents": _AGENTS, "working": _WORKING}
    connection.execute(text(_AGENT_ROWS), working | everybody)
    for level in range(LEVELS):
        connection.execute(text(_COUNTS.format(level=level, bits=12 * level)))
    block = {"block": _BLOCK, "hash": f"0x{'ab' * 32}", "digest": "cd" * 32}
    connection.execute(text(_INDEXED), block)


def _analyze(engine: Engine) -> None:
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("VACUUM ANALYZE")
        else:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
