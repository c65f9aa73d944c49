"""Plan a deployment: contracts, constructor arguments, predicted addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_abi.abi import encode
from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak
from web3.types import Nonce
from web3.utils import get_create_address

from agentescrow.domain.contracts import OURS
from artifacts import Artifact, ours
from deployment.errors import ParametersInvalid
from deployment.parameters import Parameters

FORWARDER = "Forwarder"
REGISTRY = "StakeRegistry"
ESCROW = "RunEscrow"
MARKETS = tuple(each.name for each in OURS if each.locks_stake)
"""Markets of StakeRegistry's constructor, which need no owner's consent (STAKE-9)."""
ORDER = tuple(each.name for each in OURS)
"""RunEscrow's constructor asks StakeRegistry, which gets RunEscrow's predicted address."""


@dataclass(frozen=True)
class Step:
    """One contract to create.

    Attributes:
        name: Name of the contract.
        nonce: The deployer's nonce that creates it.
        address: Predicted address.
        arguments: Constructor arguments by name, in order.
    """

    name: str
    nonce: int
    address: ChecksumAddress
    arguments: Mapping[str, Any]

    @property
    def artifact(self) -> Artifact:
        """The compiled contract."""
        return ours(self.name)

    @cached_property
    def encoded_arguments(self) -> bytes:
        """ABI-encoded arguments, which follow the code."""
        inputs: list[dict[str, Any]] = next(
            (e["inputs"] for e in self.artifact.abi if e["type"] == "constructor"), []
        )
        if [i["name"] for i in inputs] != list(self.arguments):
            raise LookupError(f"the constructor of {self.name} has other arguments than this plan")
        return encode([i["type"] for i in inputs], list(self.arguments.values()))

    @property
    def init_code(self) -> bytes:
        """Data of the transaction."""
        return self.artifact.bytecode + self.encoded_arguments

    @property
    def init_code_hash(self) -> str:
        """Hash of code and arguments."""
        return "0x" + keccak(self.init_code).hex()


@dataclass(frozen=True)
class Plan:
    """A whole deployment.

    Attributes:
        parameters: Parameters of the network, with owner and treasury filled in.
        deployer: Deploying account.
        steps: Contracts in the order of their transactions.
    """

    parameters: Parameters
    deployer: ChecksumAddress
    steps: tuple[Step, ...]

    def address(self, name: str) -> ChecksumAddress:
        """Return the predicted address of a contract."""
        return next(step.address for step in self.steps if step.name == name)

    @property
    def first_nonce(self) -> int:
        """Nonce of the first step."""
        return self.steps[0].nonce

    def described(self) -> str:
        """Describe every constructor, for confirmation."""
        p = self.parameters
        known = {p.usdc.address: f"USDC, {p.usdc.name!r}", p.identity: "ERC-8004 identity registry"}
        known |= {step.address: step.name for step in self.steps}
        known.setdefault(self.deployer, "the deployer")
        lines = [f"{p.network} (chain id {p.chain_id}), deployer {self.deployer}"]
        for step in self.steps:
            lines += ["", f"{step.name} at {step.address}, nonce {step.nonce}"]
            lines += [
                f"  {name:<17} {_described_value(value, known)}"
                for name, value in step.arguments.items()
            ]
            lines += [] if step.arguments else ["  (no arguments)"]
        return "\n".join(lines)


def make(parameters: Parameters, deployer: ChecksumAddress, nonce: int) -> Plan:
    """Plan a deployment.

    Args:
        parameters: Parameters of the network, with owner and treasury filled in.
        deployer: Deploying account.
        nonce: Its nonce for the first contract.

    Raises:
        ParametersInvalid: Owner or treasury is one of the contracts, which could not act.
        NotBuilt: The contracts have not been compiled.
    """
    at = {name: get_create_address(deployer, Nonce(nonce + i)) for i, name in enumerate(ORDER)}
    taken = {parameters.usdc.address, parameters.identity, *at.values()}
    for field in ("owner", "treasury"):
        if getattr(parameters, field) in taken:
            file = f"deployment/networks/{parameters.network}.yaml"
            raise ParametersInvalid(file, {field: "cannot be one of the contracts"})
    steps = [
        Step(name, nonce + i, at[name], arguments)
        for i, (name, arguments) in enumerate(_arguments(parameters, at).items())
    ]
    return Plan(parameters, deployer, tuple(steps))


def _arguments(p: Parameters, at: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    return {
        FORWARDER: {},
        REGISTRY: {
            "usdc": p.usdc.address,
            "identity": p.identity,
            "owner": p.owner,
            "markets": [at[market] for market in MARKETS],
            "trustedForwarder": at[FORWARDER],
        },
        ESCROW: {
            "usdc": p.usdc.address,
            "registry": at[REGISTRY],
            "treasury": p.treasury,
            "owner": p.owner,
            "trustedForwarder": at[FORWARDER],
        },
    }


def _described_value(value: Any, known: Mapping[str, str]) -> str:  # noqa: ANN401 - any constructor argument
    if isinstance(value, list):
        return f"[{', '.join(_described_value(item, known) for item in value)}]"
    return f"{value} ({known[value]})" if value in known else str(value)
