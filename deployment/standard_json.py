"""Compiler input for block explorers, proven to produce our bytecode.

Explorers that verify sources accept "Standard JSON Input". A build that was compiled in parts, or
with other settings, could not be verified after its deployment, hence the proof.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artifacts import ROOT, ours
from deployment.errors import NotVerified

FOLDER = ROOT / "deployment" / "standard-json"
_OUTPUT = ["evm.bytecode.object", "evm.deployedBytecode.object"]
_OUTPUT += ["evm.deployedBytecode.immutableReferences"]


@dataclass(frozen=True)
class Input:
    """Compiler input of one contract.

    Attributes:
        name: Name of the contract.
        source_id: Its source file.
        compiler: Full version of the compiler, "0.8.37+commit.f401782d".
        content: Standard JSON.
    """

    name: str
    source_id: str
    compiler: str
    content: dict[str, Any]

    @property
    def qualified_name(self) -> str:
        """Name as explorers ask for it, "contracts/RunEscrow.sol:RunEscrow"."""
        return f"{self.source_id}:{self.name}"


def read(name: str) -> Input:
    """Collect a contract's sources and settings from Ape."""
    from ape import compilers, project  # the rest of this module works without Ape

    source_id: str = project.get_contract(name).contract_type.source_id
    solidity = compilers.get_compiler("solidity")
    with project.isolate_in_tempdir() as copy:  # it has the imports in contracts/.cache
        inputs = solidity.get_standard_input_json([copy.path / source_id], project=copy)
    ((version, content),) = inputs.items()
    content["settings"]["outputSelection"] = {"*": {"*": _OUTPUT}}
    return Input(name, source_id, str(version), content)


def compiled(given: Input) -> dict[str, Any]:
    """Compile an input, without code of the contracts that it imports.

    Returns:
        Compiler output of the contract: "evm" with its bytecode.

    Raises:
        NotVerified: The compiler refuses it.
    """
    binary = Path(os.environ["SOLCX_BINARY_PATH"]) / f"solc-v{given.compiler.partition('+')[0]}"
    settings = given.content["settings"]
    alone = {**settings, "outputSelection": {given.source_id: {given.name: _OUTPUT}}}
    done = subprocess.run(
        [binary, "--standard-json"],
        input=json.dumps({**given.content, "settings": alone}),
        capture_output=True,
        text=True,
        check=True,
    )
    output = json.loads(done.stdout)
    errors = [e["message"] for e in output.get("errors", ()) if e["severity"] == "error"]
    if errors:
        raise NotVerified(f"the standard JSON of {given.name} does not compile: {errors[0]}")
    found: dict[str, Any] = output["contracts"][given.source_id][given.name]
    return found


def write(name: str, folder: Path = FOLDER) -> Path:
    """Write a contract's compiler input after proving that it produces the built bytecode.

    Returns:
        Path of the file.

    Raises:
        NotVerified: It produces other bytecode.
    """
    given = read(name)
    if bytes.fromhex(compiled(given)["evm"]["bytecode"]["object"]) != ours(name).bytecode:
        raise NotVerified(
            f"{name}: these sources give other bytecode than the build: run `ape compile --force`"
        )
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.json"
    file.write_text(json.dumps(given.content, indent=1) + "\n")
    return file
