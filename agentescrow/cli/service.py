"""Connect `serve` and `relay` to node, contracts and database, and load the relayer's key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import typer
from eth_account.signers.local import LocalAccount

from agentescrow.chain import deployments
from agentescrow.chain.connection import connect
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.fees import wei_of
from agentescrow.chain.keys import account_of
from agentescrow.chain.pool import Pool
from agentescrow.cli.keyfile import opened, passphrase_of
from agentescrow.relayer.limits import RelayLimits, gwei_in
from agentescrow.relayer.sender import Sender
from agentescrow.settings import Settings, read
from agentescrow.store.database import Engine, address_of, open_database, require_schema


@dataclass(frozen=True, slots=True)
class Backend:
    """Connections of a service.

    Attributes:
        settings: Settings of the service.
        deployment: Contracts on the node's chain.
        database: Database with the current schema.
        pool: Connections to the node.
    """

    settings: Settings
    deployment: Deployment
    database: Engine
    pool: Pool


def connect_backend(**options: object) -> Backend:
    """Connect to node and database, and check that they fit each other.

    Args:
        options: Settings of the command line; None leaves one to the environment.

    Raises:
        AgentEscrowError: Something is missing, or does not fit.
    """
    settings = read(Settings, **options)
    contracts = connect_contracts(settings)
    database = open_database(settings.database_url)
    require_schema(database)
    return Backend(settings, contracts.deployment, database, Pool(settings.rpc_url))


def connect_contracts(settings: Settings) -> Contracts:
    """Load the deployment on the node's chain, and check that its contracts exist there.

    A file is read before the node is asked, so that a wrong path is not mistaken for a node that
    has not started yet.

    Raises:
        DeploymentUnknown: No record is shipped for the chain.
        DeploymentUnreadable: The file is missing or malformed.
        ChainProblem: The node does not answer, or has other contracts.
    """
    file = settings.deployment
    named = None if file is None else deployments.load(Path(file))
    w3 = connect(settings.rpc_url)
    contracts = Contracts(w3, named or deployments.find(w3))
    contracts.require_present()
    return contracts


def replica_of(settings: Settings) -> Engine | None:
    """Open the read replica; None if the API reads the database itself.

    Raises:
        DatabaseUnusable: It does not answer, or does not have this version's schema yet.
    """
    if settings.database_read_url is None:
        return None
    replica = open_database(settings.database_read_url)
    require_schema(replica)
    return replica


def sender_of(backend: Backend) -> Sender | None:
    """Build the relayer's sender; None if no key is set.

    Raises:
        InvalidInput: The key is malformed or cannot be read, or MAX_FEE_GWEI is malformed.
    """
    settings = backend.settings
    if settings.relayer_key is not None:
        key = _key(settings.relayer_key.get_secret_value())
    elif settings.relayer_keyfile is not None:
        given, file = settings.relayer_passphrase, settings.relayer_passphrase_file
        passphrase = passphrase_of("RELAYER", given, file) or ""
        key = opened("RELAYER", Path(settings.relayer_keyfile), passphrase)
    else:
        return None
    limits = limits_of(settings)
    return Sender(backend.database, backend.pool, backend.deployment, key, limits=limits)


def limits_of(settings: Settings) -> RelayLimits:
    """Read the relayer's limits from the settings.

    Raises:
        InvalidInput: MAX_FEE_GWEI or a budget is malformed.
    """
    gwei = settings.max_fee_gwei
    hour, day = settings.relayer_eth_per_hour, settings.relayer_eth_per_day
    return RelayLimits(
        pending_per_signer=settings.relayer_pending,
        per_signer=settings.relayer_per_minute,
        gas=settings.relayer_gas,
        data_bytes=settings.relayer_data_bytes,
        drafts=settings.relayer_drafts,
        max_fee=None if gwei is None else wei_of(gwei, "MAX_FEE_GWEI"),
        gwei_per_hour=None if hour is None else gwei_in(hour, "RELAYER_ETH_PER_HOUR"),
        gwei_per_day=None if day is None else gwei_in(day, "RELAYER_ETH_PER_DAY"),
    )


def print_database(engine: Engine, *, as_json: bool, name: str = "database") -> None:
    """Print the database's address on standard error, because the default depends on the folder.

    Args:
        engine: Database.
        as_json: Print nothing.
        name: "database" or "replica".
    """
    if not as_json:
        typer.echo(f"The {name} is {address_of(engine)}", err=True)


def announce(text: str, *, as_json: bool, **facts: object) -> None:
    """Print that a service has started: text on standard error, JSON on standard output."""
    typer.echo(json.dumps(facts) if as_json else text, err=not as_json)


def _key(text: str) -> LocalAccount:
    return account_of(text, "RELAYER_KEY")
