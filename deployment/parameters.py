"""The reviewed parameters of a network: one YAML file each in `deployment/networks/`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from eth_utils.address import is_checksum_address
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from deployment.errors import ParametersInvalid

FOLDER = Path(__file__).parent / "networks"
DEPLOYER = "deployer"
"""Stands for the deploying account where an owner or a treasury is wanted."""

_EXPECTED = {
    "string_type": "has to be text in quotes",
    "int_type": "has to be a whole number",
    "missing": "is missing",
    "extra_forbidden": "is no parameter",
}


def _address(text: str) -> str:
    if not is_checksum_address(text):
        raise ValueError(f"{text!r} is not an address with its checksum (EIP-55)")
    if int(text, 16) == 0:
        raise ValueError("the zero address cannot be meant")
    return text


def beneficiary(text: str) -> str:
    """Accept an address, or `deployer`.

    Raises:
        ValueError: It is neither.
    """
    return text if text == DEPLOYER else _address(text)


Address = Annotated[str, AfterValidator(_address)]
Beneficiary = Annotated[str, AfterValidator(beneficiary)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Usdc(_Strict):
    """What the token has to say of itself; its decimals have to be 6 everywhere.

    Attributes:
        address: Where it is.
        symbol: Its ERC-20 symbol.
        name: Its ERC-20 name, also of its EIP-712 domain.
        version: The version of its EIP-712 domain.
    """

    address: Address
    symbol: str
    name: str
    version: str


class Parameters(_Strict):
    """What a network's file says.

    Attributes:
        network: The file's name without its ending; names the record too.
        kind: `local` starts empty, `fork` is a copy of a public chain on this machine, `public` is
            what it says.
        ape: Ape's names of it, "ecosystem:network".
        chain_id: The chain id.
        confirmations: Blocks to wait for after each transaction, its own included.
        usdc: The token.
        identity: Address of the ERC-8004 identity registry.
        owner: Who may pause, add and retire markets; None where nobody has decided yet.
        treasury: Who receives the fees; None where nobody has decided yet.
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
        """Whether others see it, and nothing on it can be undone."""
        return self.kind == "public"

    def settled(
        self, deployer: str, *, owner: str | None = None, treasury: str | None = None
    ) -> Parameters:
        """Fill in who the owner and the treasury are.

        Args:
            deployer: The deploying account.
            owner: Overrides the file.
            treasury: Overrides the file.

        Returns:
            The same parameters with two addresses.

        Raises:
            ParametersInvalid: One of them is given neither here nor in the file, or is no address.
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
        folder: Where the files are.

    Raises:
        ParametersInvalid: There is no such file, or something in it is wrong.
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
        raise ParametersInvalid(_shown(network), {"": "has to hold named parameters"})
    return _validated(network, content)


def for_ape(ecosystem: str, network: str, folder: Path = FOLDER) -> Parameters:
    """Find the parameters of the network that Ape is connected to.

    Args:
        ecosystem: Ape's name of the ecosystem.
        network: Ape's name of the network in it.
        folder: Where the files are.

    Raises:
        ParametersInvalid: No file is for this network, or a file is wrong.
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
            ".".join(map(str, e["loc"])): _words(e["type"], e["msg"]) for e in error.errors()
        }
        raise ParametersInvalid(_shown(network), problems) from None


def _words(kind: str, message: str) -> str:
    return _EXPECTED.get(kind, message.removeprefix("Value error, "))


def _shown(network: str) -> str:
    return f"deployment/networks/{network}.yaml"
