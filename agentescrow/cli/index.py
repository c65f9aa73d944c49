"""`agentescrow index`: index the contracts' events into a database."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from agentescrow.chain.reader import Reader
from agentescrow.chain.rpc import Node
from agentescrow.cli.error_output import reporting
from agentescrow.cli.logs import log_to_stderr
from agentescrow.cli.options import DatabaseUrl, Json, NodeUrl, Record
from agentescrow.cli.progress import progress_output
from agentescrow.cli.service import connect_contracts, print_database
from agentescrow.cli.shutdown import stop_event
from agentescrow.cli.startup import retry_until_reachable
from agentescrow.indexer.follow import Indexer
from agentescrow.indexer.garbage_collection import look_seldom
from agentescrow.settings import Settings, read
from agentescrow.store.database import migrate, open_database
from agentescrow.store.lock import EndedWaiting, writer


@reporting
def index(
    *,
    rpc_url: NodeUrl = None,
    database_url: DatabaseUrl = None,
    deployment: Record = None,
    to_head: Annotated[bool, typer.Option("--to-head", help="Stop at the latest block.")] = False,
    as_json: Json = False,
) -> None:
    """Index the contracts' events into a database, until Ctrl-C."""
    settings = read(Settings, rpc_url=rpc_url, database_url=database_url, deployment=deployment)
    log_to_stderr()
    ended = stop_event()
    contracts = retry_until_reachable(lambda: connect_contracts(settings), ended)
    engine = open_database(settings.database_url)
    print_database(engine, as_json=as_json)
    look_seldom()
    with suppress(EndedWaiting), writer(engine, ended.is_set) as connection:
        migrate(engine)
        reader = Reader(Node(settings.rpc_url), contracts)
        indexer = Indexer(
            connection,
            reader,
            contracts.deployment,
            first_block=settings.first_block,
            ended=ended.is_set,
        )
        with progress_output(as_json=as_json) as report:
            indexer.follow(report, ended.is_set, to_head=to_head)
