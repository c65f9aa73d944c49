"""What `serve` and `relay` have in common: settings, contracts, database, the relayer's key."""

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
class Ground:
    """What a command stands on.

    Attributes:
        settings: All of them.
        deployment: The contracts, which are on the node's chain.
        database: With the schema.
        pool: The node.
    """

    settings: Settings
    deployment: Deployment
    database: Engine
    pool: Pool


def ground(**options: object) -> Ground:
    """Connect to everything.

    Args:
        options: Settings given on the command line, None where they are not.

    Raises:
        AgentEscrowError: Something is not there, or does not fit.
    """
    settings = read(Settings, **options)
    w3 = connect(settings.rpc_url)
    where = settings.deployment
    record = deployments.find(w3) if where is None else deployments.load(Path(where))
    Contracts(w3, record).require_present()
    database = open_database(settings.database_url)
    require_schema(database)
    return Ground(settings, record, database, Pool(settings.rpc_url))


def replica_of(settings: Settings) -> Engine | None:
    """The replica that is read, or None where the database itself is.

    Raises:
        DatabaseUnusable: It does not answer, or has no schema of this version yet.
    """
    if settings.database_read_url is None:
        return None
    replica = open_database(settings.database_read_url)
    require_schema(replica)
    return replica


def sender_of(ground: Ground) -> Sender | None:
    """The relayer's sender, or None where no key is set.

    Raises:
        InvalidInput: The key is none, or cannot be read; or MAX_FEE_GWEI is none.
    """
    settings = ground.settings
    if settings.relayer_key is not None:
        key = _key(settings.relayer_key.get_secret_value())
    elif settings.relayer_keyfile is not None:
        told, file = settings.relayer_passphrase, settings.relayer_passphrase_file
        passphrase = passphrase_of("RELAYER", told, file) or ""
        key = opened("RELAYER", Path(settings.relayer_keyfile), passphrase)
    else:
        return None
    limits = limits_of(settings)
    return Sender(ground.database, ground.pool, ground.deployment, key, limits=limits)


def limits_of(settings: Settings) -> RelayLimits:
    """What the relayer's owner pays for.

    Raises:
        InvalidInput: MAX_FEE_GWEI, or a budget, is none.
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


def say_database(engine: Engine, *, as_json: bool, name: str = "database") -> None:
    """Tell people on standard error which database it is: the default's place is a matter of luck.

    Args:
        as_json: For programs nothing is said.
        name: What it is.
    """
    if not as_json:
        typer.echo(f"The {name} is {address_of(engine)}", err=True)


def say(words: str, *, as_json: bool, **facts: object) -> None:
    """Tell what has begun: people on standard error, programs on standard output.

    Args:
        facts: The same by name.
    """
    typer.echo(json.dumps(facts) if as_json else words, err=not as_json)


def _key(text: str) -> LocalAccount:
    return account_of(text, "RELAYER_KEY")
