"""Reviewed parameters of each network: the YAML files in `deployment/networks/`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from eth_utils.address import is_checksum_address
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from deployment.errors import ParametersInvalid

FOLDER = Path(__file__).parent / "networks"
DEPLOYER = "deployer"
"""Stands for the deploying account as owner or treasury."""

_EXPECTED = {
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "missing": "is missing",
    "extra_forbidden": "is not a parameter",
}


def _address(text: str) -> str:
    if not is_checksum_address(text):
        raise ValueError(f"{text!r} is not an address with its checksum (EIP-55)")
    if int(text, 16) == 0:
        raise ValueError("the zero address is not allowed")
    return text


def beneficiary(text: str) -> str:
    """Check that a text is an address or `deployer`, and return it.

    Raises:
        ValueError: It is neither.
    """
    return text if text == DEPLOYER else _address(text)


Address = Annotated[str, AfterValidator(_address)]
Beneficiary = Annotated[str, AfterValidator(beneficiary)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Usdc(_Strict):
    """Expected answers of the token; its decimals must be 6 everywhere.

    Attributes:
        address: Address of the token.
        symbol: ERC-20 symbol.
        name: ERC-20 name, also of its EIP-712 domain.
        version: Version of its EIP-712 domain.
    """

    address: Address
    symbol: str
    name: str
    version: str


class Parameters(_Strict):
    """Content of a network's file.

    Attributes:
        network: Name of the file without suffix, also of the record.
        kind: `local` (an empty chain), `fork` (a copy of a public one on this machine), `public`.
        ape: Ape's names of the network, "ecosystem:network".
        chain_id: Chain id.
        confirmations: Blocks to wait for after each transaction, including its own.
        usdc: Token.
        identity: Address of the ERC-8004 identity registry.
        owner: Account that may pause, add and retire markets; None if not decided yet.
        treasury: Receiver of the fees; None if not decided yet.
    """

    network: str
    kind: Literal["local", "fork", "public"]
    ape: list[Annotated[str, Field(pattern=r"^[a-z]+:[a-z-]+$")]] = Field(min_length=1)
    chain_id: int = Field(gt=0)
    confirmations: int = Field(ge=1, le=100)
    usdc: Usdc
    identity: Address
    owner: Beneficiary | None
    treasury: Beneficiary | None

    @property
    def is_public(self) -> bool:
        """Whether the chain is public, so that nothing can be undone."""
        return self.kind == "public"

    def settled(
        self, deployer: str, *, owner: str | None = None, treasury: str | None = None
    ) -> Parameters:
        """Fill in owner and treasury.

        Args:
            deployer: Deploying account.
            owner: Overrides the file.
            treasury: Overrides the file.

        Raises:
            ParametersInvalid: One of them is missing here and in the file, or is not an address.
        """
        given = {"owner": owner or self.owner, "treasury": treasury or self.treasury}
        missing = {
            field: "is not filled in: write the address there, "
            f"or give --{field} (an address, or `{DEPLOYER}`)"
            for field, value in given.items()
            if value is None
        }
        if missing:
            raise ParametersInvalid(_shown(self.network), missing)
        resolved = {f: deployer if value == DEPLOYER else value for f, value in given.items()}
        return _validated(self.network, {**self.model_dump(exclude={"network"}), **resolved})


def load(network: str, folder: Path = FOLDER) -> Parameters:
    """Read a network's file.

    Args:
        network: "local", "base-sepolia-fork", "base-sepolia" or "base".
        folder: Folder of the files.

    Raises:
        ParametersInvalid: The file does not exist or is invalid.
    """
    file = folder / f"{network}.yaml"
    try:
        content = yaml.safe_load(file.read_text())
    except FileNotFoundError:
        known = ", ".join(names(folder))
        raise ParametersInvalid(
            _shown(network), {"": f"there is no such file; known: {known}"}
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise ParametersInvalid(_shown(network), {"": f"is not YAML: {reason}"}) from None
    if not isinstance(content, dict):
        raise ParametersInvalid(_shown(network), {"": "must be a mapping of parameters"})
    return _validated(network, content)


def for_ape(ecosystem: str, network: str, folder: Path = FOLDER) -> Parameters:
    """Find the parameters of the network that Ape is connected to.

    Args:
        ecosystem: Ape's name of the ecosystem.
        network: Ape's name of the network in it.
        folder: Folder of the files.

    Raises:
        ParametersInvalid: No file names this network, or a file is invalid.
    """
    wanted = f"{ecosystem}:{network}"
    known = [load(name, folder) for name in names(folder)]
    for parameters in known:
        if wanted in parameters.ape:
            return parameters
    choices = ", ".join(name for parameters in known for name in parameters.ape)
    raise ParametersInvalid(
        "deployment/networks", {"": f"no file is for {wanted}; known: {choices}"}
    )


def names(folder: Path = FOLDER) -> list[str]:
    """List the networks that have a file."""
    return sorted(file.stem for file in folder.glob("*.yaml"))


def _validated(network: str, content: dict[Any, Any]) -> Parameters:
    try:
        return Parameters.model_validate({**content, "network": network})
    except ValidationError as error:
        problems = {
            ".".join(map(str, e["loc"])): _problem(e["type"], e["msg"]) for e in error.errors()
        }
        raise ParametersInvalid(_shown(network), problems) from None


def _problem(kind: str, message: str) -> str:
    return _EXPECTED.get(kind, message.removeprefix("Value error, "))


def _shown(network: str) -> str:
    return f"deployment/networks/{network}.yaml"
