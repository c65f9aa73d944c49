"""Cost of the API's most expensive answers with a million runs, each uncached.

It is processor time of the server and its database together, so that other load does not count.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Engine, text

from agentescrow.store.database import open_database
from agentescrow.wire.shape import iso_time
from benchmarks.million_runs import BORN, RUNS, address

SHOWN = 10
_TIMES = 5
_DEEP = "limit=100&page=11"  # as deep as a page may be
_HALF = f"createdAfter={iso_time(BORN + RUNS // 4)}&createdBefore={iso_time(BORN + 3 * RUNS // 4)}"
_LONG = f"createdAfter={iso_time(BORN + 300_000)}&createdBefore={iso_time(BORN + 325_000)}"
_DEADLINE = f"deadlineBefore={iso_time(BORN + 6_000_000 + 10_000)}"
_LISTS = (
    "",
    "limit=100",
    "page=10000",
    "sort=reward",
    f"sort=reward&{_DEEP}",
    f"state=OPEN&{_DEEP}",
    "state=OPEN&minReward=100",
    f"state=OPEN&minReward=100&{_DEEP}",
    f"state=OPEN&minReward=900&{_DEEP}",
    f"state=OPEN&minReward=945&{_DEEP}",
    f"state=OPEN&minReward=990&{_DEEP}",
    f"state=OPEN&minReward=100&sort=reward&{_DEEP}",
    f"minReward=100&{_DEEP}",
    f"minReward=950&{_DEEP}",
    f"minReward=975&{_DEEP}",
    f"minReward=977.5&{_DEEP}",
    f"minReward=980&{_DEEP}",
    "minReward=998",
    f"state=OPEN,CLAIMED,SUBMITTED,APPROVED&{_DEEP}",
    f"state=OPEN,CLAIMED,SUBMITTED,APPROVED&minReward=950&{_DEEP}",
    f"poster={address(7)}",
    f"poster={address(7)}&state=OPEN&minReward=100&sort=reward",
    "agentId=7",
    "agentId=7&state=APPROVED&minReward=100",
    _HALF,
    f"{_HALF}&page=10000",
    f"{_LONG}&state=OPEN",
    f"{_LONG}&state=OPEN&{_DEEP}",
    f"{_LONG}&minReward=100",
    f"{_LONG}&minReward=950&{_DEEP}",
    f"{_HALF}&sort=reward",
    "sort=due",
    f"sort=due&{_DEEP}",
    f"sort=due&state=OPEN,CLAIMED&minReward=900&{_DEEP}",
    f"wallet={address(7)}",
    f"{_DEADLINE}&sort=due",
    f"{_DEADLINE}&state=OPEN&minReward=100&{_DEEP}",
    f"{_LONG}&state=OPEN&minReward=100&sort=reward",
    f"{_HALF}&poster={address(7)}",
)
_AGENTS = (
    "",
    _DEEP,
    f"owner={address(7)}",
    f"owner={address(7)}&status=UNVERIFIED",
    *(
        f"status={name}"
        for name in ("UNVERIFIED", "PROVISIONAL", "ESTABLISHED", "FROZEN", "BANNED")
    ),
)
PATHS = (
    *(f"/api/runs?{query}" for query in _LISTS),
    *(f"/api/agents?{query}" for query in _AGENTS),
    "/api/runs/500000",
    "/api/runs/500000/claim-eligibility?agentId=7",
    "/api/agents/7",
    "/api/agents/7/stake",
    "/api/agents/7/markets",
    f"/api/credits/{address(7)}",
    f"/api/requests/0x{'ab' * 32}",
    "/api/config",
    "/api/stats",
    "/health",
    "/ready",
    "/metrics",
    "/docs",
    "/openapi.json",
)


def dearest(url: str, port: int, server: int) -> list[tuple[str, str]]:
    """Find the most expensive paths, with milliseconds of a core.

    Args:
        url: Database with the runs.
        port: Port of the server.
        server: Process id of the server.
    """
    engine = open_database(url)
    found = {path: _cost(engine, port, server, path) for path in PATHS}
    engine.dispose()
    ranked = sorted(found.items(), key=lambda each: -each[1])
    return [(path, f"{cost:.1f}") for path, cost in ranked[:SHOWN]]


def in_one_process(url: str) -> None:
    """Turn off parallel workers of PostgreSQL, whose processor time is not counted.

    Args:
        url: Database without open connections.
    """
    engine = open_database(url)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            setting = "max_parallel_workers_per_gather = 0"
            connection.execute(text(f"ALTER DATABASE {engine.url.database} SET {setting}"))
    engine.dispose()


def _cost(engine: Engine, port: int, server: int, path: str) -> float:
    """Milliseconds of a core, at best: other work on the machine can only make it worse.

    The first answer compiles, and does not count.
    """
    costs = []
    for _ in range(_TIMES + 1):
        _next_block(engine)
        processes = [server, *_backends(engine)]
        before = _used(processes)
        _ask(port, path)
        costs.append((_used([server, *_backends(engine)]) - before) / 1e6)
    return min(costs[1:])


def _next_block(engine: Engine) -> None:
    """Let nothing that was counted or answered before be true any more."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE blocks SET number = number + 1"))


def _ask(port: int, path: str) -> None:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60).read()
    except urllib.error.HTTPError as error:  # a request that nobody made, an index without a node
        if error.code not in (404, 503):
            raise RuntimeError(f"{path}: {error.read().decode()}") from error


def _backends(engine: Engine) -> list[int]:
    """PostgreSQL's processes that answer; SQLite is in the server's."""
    if engine.dialect.name != "postgresql":
        return []
    with engine.connect() as connection:
        asked = (
            "SELECT pid FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return list(connection.execute(text(asked)).scalars())


def _used(processes: Iterable[int]) -> int:
    """Nanoseconds that all threads of processes have run; of one that has ended, nothing."""
    used = 0
    for process in processes:
        for thread in Path(f"/proc/{process}/task").glob("*/schedstat"):
            used += int(thread.read_text().split()[0])
    return used
