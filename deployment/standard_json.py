"""Compiler input for block explorers, proven to give our bytecode; one file a contract.

Any explorer that verifies sources accepts "Standard JSON Input". The proof matters: a build that
was compiled in parts, or with other settings, could not be verified once it is deployed.
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
    """What the compiler is given for one contract.

    Attributes:
        name: The contract's name.
        source_id: The file that it is in.
        compiler: The compiler's full version, "0.8.37+commit.f401782d".
        content: The standard JSON.
    """

    name: str
    source_id: str
    compiler: str
    content: dict[str, Any]

    @property
    def qualified_name(self) -> str:
        """The contract as explorers ask for it, "contracts/RunEscrow.sol:RunEscrow"."""
        return f"{self.source_id}:{self.name}"


def read(name: str) -> Input:
    """Collect a contract's sources and settings from Ape.

    Args:
        name: The contract's name.
    """
    from ape import compilers, project  # everything else in here stands without Ape

    source_id: str = project.get_contract(name).contract_type.source_id
    solidity = compilers.get_compiler("solidity")
    with project.isolate_in_tempdir() as copy:  # which has the imports below contracts/.cache
        inputs = solidity.get_standard_input_json([copy.path / source_id], project=copy)
    ((version, content),) = inputs.items()
    content["settings"]["outputSelection"] = {"*": {"*": _OUTPUT}}
    return Input(name, source_id, str(version), content)


def compiled(given: Input) -> dict[str, Any]:
    """Compile an input by itself; of the contracts that it imports no code is asked for.

    Returns:
        The compiler's output for the contract: "evm" with its bytecode.

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
    """Write a contract's input, once it is proven to give the bytecode that is deployed.

    Args:
        name: The contract's name.

    Returns:
        The file.

    Raises:
        NotVerified: It gives other bytecode.
    """
    given = read(name)
    if bytes.fromhex(compiled(given)["evm"]["bytecode"]["object"]) != ours(name).bytecode:
        raise NotVerified(
            f"{name}: the sources as they are give other bytecode than the build: "
            "run `ape compile --force`"
        )
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.json"
    file.write_text(json.dumps(given.content, indent=1) + "\n")
    return file
