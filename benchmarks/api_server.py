"""A server process for `benchmarks.api`: the API over a database, or a bare route.

python -m benchmarks.api_server PORT DATABASE_URL
python -m benchmarks.api_server PORT FILE          a route that returns the bytes of a file
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Response

from agentescrow.api.app import create_app
from agentescrow.api.dependencies import Service
from agentescrow.api.rate_limits import RateLimit
from agentescrow.api.server import server_of
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.pool import Pool
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.relayer.admission import Admission
from agentescrow.store.database import open_database

_NOWHERE = "http://127.0.0.1:1"


def main(argv: list[str]) -> None:
    """Serve until killed.

    Args:
        argv: Port, and database or file.
    """
    port, what = int(argv[0]), argv[1]
    if "://" in what:
        server_of(api(what)).run([socket.create_server(("127.0.0.1", port))])
    else:
        bare_app = bare(Path(what).read_bytes())
        uvicorn.run(bare_app, host="127.0.0.1", port=port, log_level="warning")


def api(url: str) -> FastAPI:
    """The API as `agentescrow serve` makes it, without a limit and without a node."""
    database, pool = open_database(url), Pool(_NOWHERE)
    deployment = Deployment(
        chain_id=31337,
        network="local",
        usdc=ZERO_ADDRESS,
        identity=ZERO_ADDRESS,
        forwarder=ZERO_ADDRESS,
        registry=ZERO_ADDRESS,
        runs=ZERO_ADDRESS,
        treasury=ZERO_ADDRESS,
        owner=ZERO_ADDRESS,
        block=0,
    )
    admission = Admission(database, pool, deployment)
    service = Service(database, deployment, pool, admission)
    return create_app(service, rate_limit=RateLimit(0))


def bare(body: bytes) -> FastAPI:
    """As little as FastAPI can do."""
    app = FastAPI()

    @app.get("/api/runs")
    async def list_runs() -> Response:
        return Response(body, media_type="application/json")

    return app


if __name__ == "__main__":
    main(sys.argv[1:])
