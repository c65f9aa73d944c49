"""Compiles both contracts again and again, with one source changed: solc is loaded once."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from artifacts import ROOT, Artifact

CONTRACTS: Final = {
    "StakeRegistry": "contracts/StakeRegistry.sol",
    "RunEscrow": "contracts/RunEscrow.sol",
}
_SERVER: Final = Path(__file__).with_name("solc_server.js")
# Without optimizer and IR a contract takes one second; with both, as deployed, ten.
_QUICK: Final = {"optimizer": {"enabled": False}, "viaIR": False}
_AS_DEPLOYED: Final = {"optimizer": {"enabled": True, "runs": 1_000_000}, "viaIR": True}


class NotCompiled(Exception):
    """The compiler refuses the sources; its first error."""


def sources() -> dict[str, str]:
    """Read everything of ours that the contracts are made of, interfaces included."""
    folders = ("", "abstract", "libraries", "libraries/runs", "interfaces")
    files = [file for folder in folders for file in (ROOT / "contracts" / folder).glob("*.sol")]
    return {str(file.relative_to(ROOT)): file.read_text() for file in sorted(files)}


class Compiler:
    """A compiler that stays loaded."""

    def __enter__(self) -> Self:
        """Start it."""
        self._process = subprocess.Popen(
            ["node", str(_SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        with self._process:  # closes its pipes
            self._process.terminate()

    def trees(self, files: Mapping[str, str]) -> dict[str, Any]:
        """Parse sources.

        Args:
            files: Texts by path.

        Returns:
            The syntax trees by path.
        """
        answer = self._asked(files, _QUICK, {"*": {"": ["ast"]}})
        return {name: unit["ast"] for name, unit in answer["sources"].items()}

    def artifacts(
        self, files: Mapping[str, str], names: tuple[str, ...], *, as_deployed: bool = False
    ) -> dict[str, Artifact]:
        """Compile contracts.

        Args:
            files: Texts by path.
            names: The contracts' names.
            as_deployed: With optimizer and IR.

        Raises:
            NotCompiled: The sources are no valid Solidity.
        """
        wanted = {CONTRACTS[name]: {name: ["abi", "evm.bytecode.object"]} for name in names}
        answer = self._asked(files, _AS_DEPLOYED if as_deployed else _QUICK, wanted)
        return {name: _artifact(name, answer["contracts"][CONTRACTS[name]][name]) for name in names}

    def _asked(
        self, files: Mapping[str, str], how: Mapping[str, Any], wanted: Mapping[str, Any]
    ) -> dict[str, Any]:
        request = {
            "language": "Solidity",
            "sources": {name: {"content": text} for name, text in files.items()},
            "settings": {
                **how,
                "evmVersion": "prague",
                # Metadata would make any two sources differ.
                "metadata": {"bytecodeHash": "none", "appendCBOR": False},
                "remappings": ["@openzeppelin/=node_modules/@openzeppelin/"],
                "outputSelection": wanted,
            },
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        for problem in answer.get("errors", []):
            if problem["severity"] == "error":
                raise NotCompiled(problem["formattedMessage"])
        return answer


def _artifact(name: str, contract: dict[str, Any]) -> Artifact:
    return Artifact(
        name, contract["abi"], bytes.fromhex(contract["evm"]["bytecode"]["object"]), b""
    )
