"""The compiler's view of the contracts: code, source maps, syntax trees."""

from __future__ import annotations

import json
import os
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BYTECODE = ("object", "sourceMap", "immutableReferences")
_PUSH1, _PUSH32 = 0x60, 0x7F

Spot = tuple[int, int, str]
"""Start and end in the source, in bytes, and what the tracer noted there: "" or a letter"""


@dataclass(frozen=True)
class Source:
    """One source file.

    Attributes:
        name: Its path, "contracts/RunEscrow.sol".
        text: What is in it.
        tree: Its syntax tree, as solc gives it.
    """

    name: str
    text: bytes
    tree: dict[str, Any]


class Code:
    """A piece of bytecode with its way back to the sources."""

    def __init__(self, compiled: Mapping[str, Any]) -> None:
        """Read what solc gives.

        Args:
            compiled: `evm.bytecode` or `evm.deployedBytecode` of a contract.
        """
        self.code = bytes.fromhex(compiled["object"])
        self._holes = [
            (place["start"], place["length"])
            for places in compiled.get("immutableReferences", {}).values()
            for place in places
        ]
        self._ranges = dict(zip(self._instructions(), _ranges(compiled["sourceMap"]), strict=False))

    def matches(self, code: bytes) -> bool:
        """Whether code on a chain is this, whatever its immutables are."""
        return len(code) == len(self.code) and self._blank(code) == self._blank(self.code)

    def begins(self, code: bytes) -> bool:
        """Whether code that was sent to create a contract is this, with arguments behind it."""
        return code.startswith(self.code)

    def spots(self, notes: Iterable[str]) -> Iterator[tuple[int, Spot]]:
        """Translate what the tracer noted.

        Yields:
            The id of a source file, and the spot in it.
        """
        for note in notes:
            kind = note[-1] if note[-1].isalpha() else ""
            source, start, end = self._ranges.get(int(note.rstrip("tnvfsr")), (-1, 0, 0))
            yield source, (start, end, kind)

    def all_spots(self) -> Iterator[tuple[int, Spot]]:
        """List where the instructions come from, as `spots` does."""
        for source, start, end in self._ranges.values():
            yield source, (start, end, "")

    def _instructions(self) -> Iterator[int]:
        at = 0
        while at < len(self.code):
            yield at
            op = self.code[at]
            at += 1 + (op - _PUSH1 + 1 if _PUSH1 <= op <= _PUSH32 else 0)

    def _blank(self, code: bytes) -> bytes:
        blank = bytearray(code)
        for start, length in self._holes:
            blank[start : start + length] = bytes(length)
        return bytes(blank)


@dataclass(frozen=True)
class Compilation:
    """All contracts, compiled as they are on the chain under test.

    Attributes:
        sources: By the id that source maps use.
        contracts: Creation code and runtime code of each contract that has any.
    """

    sources: dict[int, Source]
    contracts: list[tuple[Code, Code]]

    def spots(
        self, executed: Mapping[str, set[str]], created: Mapping[str, set[str]]
    ) -> dict[str, set[Spot]]:
        """Translate what was executed on the chain.

        Args:
            executed: Notes of the tracer by runtime code.
            created: Those of creations, by the creation code with its arguments.

        Returns:
            The spots by the name of the source file.
        """
        found: dict[str, set[Spot]] = defaultdict(set)
        for find, noted in ((self._running, executed), (self._creating, created)):
            for text, notes in noted.items():
                code = find(bytes.fromhex(text.removeprefix("0x")))
                for source, spot in code.spots(notes) if code else ():
                    if source in self.sources:
                        found[self.sources[source].name].add(spot)
        return found

    def compiled_spots(self) -> dict[str, set[Spot]]:
        """Everything that could be executed, by the name of the source file."""
        found: dict[str, set[Spot]] = defaultdict(set)
        for codes in self.contracts:
            for source, spot in (pair for code in codes for pair in code.all_spots()):
                if source in self.sources:
                    found[self.sources[source].name].add(spot)
        return found

    def _running(self, code: bytes) -> Code | None:
        return next((runtime for _, runtime in self.contracts if runtime.matches(code)), None)

    def _creating(self, sent: bytes) -> Code | None:
        return next((code for code, _ in self.contracts if code.begins(sent)), None)


def compile_project() -> Compilation:
    """Compile all contracts of the Ape project once more, with the settings that Ape uses."""
    from ape import compilers, project

    with project.isolate_in_tempdir() as copy:
        paths = [copy.path / source for source in project.sources if source.endswith(".sol")]
        solidity = compilers.get_compiler("solidity")
        ((version, request),) = solidity.get_standard_input_json(paths, project=copy).items()
    return compile_request(request, version.base_version)


def compile_request(request: dict[str, Any], version: str) -> Compilation:
    """Compile a standard JSON input.

    Args:
        request: The input; what it selects is replaced.
        version: The compiler's, "0.8.37".
    """
    wanted = [
        f"evm.{kind}.{part}" for kind in ("bytecode", "deployedBytecode") for part in _BYTECODE
    ]
    wanted.remove("evm.bytecode.immutableReferences")
    request["settings"]["outputSelection"] = {"*": {"*": wanted, "": ["ast"]}}
    solc = Path(os.environ["SOLCX_BINARY_PATH"]) / f"solc-v{version}"
    ran = subprocess.run(
        [solc, "--standard-json"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(ran.stdout)
    sources = {
        source["id"]: Source(name, request["sources"][name]["content"].encode(), source["ast"])
        for name, source in found["sources"].items()
        if name in request["sources"]
    }
    evm = [c["evm"] for contracts in found["contracts"].values() for c in contracts.values()]
    compiled = [
        (Code(e["bytecode"]), Code(e["deployedBytecode"]))
        for e in evm
        if e["deployedBytecode"]["object"]
    ]
    return Compilation(sources, compiled)


def _ranges(source_map: str) -> Iterator[tuple[int, int, int]]:
    """Source file, start and end of each instruction; an empty field repeats the one before."""
    fields = ["0", "0", "0"]
    for entry in source_map.split(";"):
        for index, value in enumerate(entry.split(":")[:3]):
            if value:
                fields[index] = value
        start, length, source = map(int, fields)
        yield source, start, start + length
