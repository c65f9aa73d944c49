"""What the programs are told by their environment. The only reader of it.

Every setting is an environment variable of the same name in capitals; a command's option comes
before it. No file is read: whoever can write into a working directory could name contracts there
that take the money of whoever works in it.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from agentescrow.errors import InvalidInput

S = TypeVar("S", bound=BaseSettings)

_ADDRESS = r"^(none|.+:[0-9]{1,5})$"
_STORE = r"^(valkey|redis)(s|\+unix)?://."
_FROM_ENVIRONMENT = SettingsConfigDict(
    env_ignore_empty=True,  # `RELAYER_KEY=` is how a service's settings say that there is none
    extra="ignore",
    frozen=True,
)


def read(kind: type[S], **given: object) -> S:
    """Read settings.

    Args:
        given: What comes before the environment; None where it does not.

    Raises:
        InvalidInput: One is nonsense; a key is not repeated.
    """
    told: dict[str, Any] = {k: str(value) for k, value in given.items() if value is not None}
    try:
        return kind(**told)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = str(first["loc"][0])
        shown = "(as set)" if given.get(name) is None else given[name]
        raise InvalidInput(name.upper(), shown, first["msg"]) from None


class Settings(BaseSettings):
    """The settings of indexer and service.

    Attributes:
        rpc_url: Address of a node of the chain (RPC_URL).
        database_url: Where the rows are, `sqlite:///FILE` or `postgresql://…` (DATABASE_URL).
        database_read_url: A replica of it, which the API reads (DATABASE_READ_URL).
        deployment: File of a deployment's record (DEPLOYMENT); the shipped record of the node's
            chain where there is none.
        first_block: Block from which on the identity registry has agents (FIRST_BLOCK); looked for
            at the node where there is none, which takes one that remembers old states.
        host: Where the API listens (HOST).
        port: And on which port (PORT).
        relayer_key: Private key that pays for relayed requests (RELAYER_KEY).
        relayer_keyfile: Or an encrypted key, as Ape keeps them in `~/.ape/accounts/NAME.json`
            (RELAYER_KEYFILE).
        relayer_passphrase: What it is encrypted with (RELAYER_PASSPHRASE).
        relayer_passphrase_file: Or the file that has it (RELAYER_PASSPHRASE_FILE).
        max_fee_gwei: Gwei a gas that the relayer offers at most, whatever the node asks for
            (MAX_FEE_GWEI); 5 on Base where it is not set.
        relayer_eth_per_hour: ETH that the relayer spends within an hour at most, for all signers
            together (RELAYER_ETH_PER_HOUR); 0.002 on Base where it is not set.
        relayer_eth_per_day: The same within a day (RELAYER_ETH_PER_DAY); 0.02 on Base.
        relayer_gas: Gas that a request may ask for at most (RELAYER_GAS).
        relayer_data_bytes: Bytes that a request's call may have (RELAYER_DATA_BYTES).
        relayer_per_minute: Requests a minute of one signer (RELAYER_PER_MINUTE).
        relayer_pending: Requests of one signer that may be under way (RELAYER_PENDING).
        relayer_drafts: Whether drafts are relayed for who has nothing at risk (RELAYER_DRAFTS).
        rate_limit: Requests a minute of one client address, 0 for no limit (RATE_LIMIT).
        rate_limit_store: Valkey or Redis, where all processes count together (RATE_LIMIT_STORE);
            each counts for itself where it is not set.
        origins: Web pages that may call the API, separated by commas (ORIGINS).
        metrics_address: HOST:PORT where `/metrics` is answered, and nowhere else, or "none"
            (METRICS_ADDRESS); beside the API, to everybody, where it is not set.
    """

    model_config = _FROM_ENVIRONMENT

    rpc_url: str = "http://127.0.0.1:8545"
    database_url: str = "sqlite:///agentescrow.db"
    database_read_url: str | None = None
    deployment: str | None = None
    first_block: int | None = Field(default=None, ge=0)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    relayer_key: SecretStr | None = None
    relayer_keyfile: str | None = None
    relayer_passphrase: SecretStr | None = None
    relayer_passphrase_file: str | None = None
    max_fee_gwei: str | None = None
    relayer_eth_per_hour: str | None = None
    relayer_eth_per_day: str | None = None
    relayer_gas: int = Field(default=1_000_000, ge=100_000, le=16_777_216)
    relayer_data_bytes: int = Field(default=8_192, ge=4, le=32_768)
    relayer_per_minute: int = Field(default=60, ge=1)
    relayer_pending: int = Field(default=16, ge=1)
    relayer_drafts: bool = False
    rate_limit: int = Field(default=1_200, ge=0)
    rate_limit_store: str | None = Field(default=None, pattern=_STORE)
    origins: str = "*"
    metrics_address: str | None = Field(default=None, pattern=_ADDRESS)


class ClientSettings(BaseSettings):
    """The settings of the commands that use the SDK, which itself reads key and agent alone.

    Attributes:
        api_url: Address of the REST API (API_URL).
        rpc_url: Address of a node, for calls without the API's relayer (RPC_URL).
        deployment: File of a deployment's record, or a chain id (DEPLOYMENT).
        agent_private_key: The key that sends or signs (AGENT_PRIVATE_KEY).
        agent_keyfile: Or an encrypted key (AGENT_KEYFILE).
        agent_passphrase: What it is encrypted with (AGENT_PASSPHRASE).
        agent_passphrase_file: Or the file that has it (AGENT_PASSPHRASE_FILE).
        agent_id: The agent that acts (AGENT_ID).
        max_fee_gwei: Gwei a gas that a transaction offers at most (MAX_FEE_GWEI); 5 on Base where
            it is not set.
    """

    model_config = _FROM_ENVIRONMENT

    api_url: str | None = None
    rpc_url: str | None = None
    deployment: str | None = None
    agent_private_key: SecretStr | None = None
    agent_keyfile: str | None = None
    agent_passphrase: SecretStr | None = None
    agent_passphrase_file: str | None = None
    agent_id: int | None = Field(default=None, ge=0)
    max_fee_gwei: str | None = None
