"""The generated files."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

from artifacts import ROOT, circle, ours
from tools.generate.errors import errors_module
from tools.generate.events import events_module
from tools.generate.natspec import NOTE, Abi

FOLDER: Final = ROOT / "agentescrow" / "generated"

CONTRACTS: Final = ("RunEscrow", "StakeRegistry", "Forwarder", "IdentityRegistry", "Usdc")
"""Contracts that the package talks to, in the order of the generated code."""

INTERFACES: Final = ("IUsdcVault", "IStakeRegistry", "IRunEscrow")
"""Interfaces whose custom errors have a message."""

_PACKAGE: Final = f'''\
"""ABIs, event classes and error messages of the contracts.

{NOTE}
"""
'''


def abis() -> dict[str, Abi]:
    """Return the ABI of each contract that the package talks to.

    Raises:
        SetupError: The contracts are not compiled, or npm packages are missing.
    """
    return {
        name: circle("v2/FiatTokenV2_2").abi if name == "Usdc" else ours(name).abi
        for name in CONTRACTS
    }


def generated() -> dict[str, str]:
    """Return the text of each generated file by its path in the folder.

    Raises:
        SetupError: The contracts are not compiled, or npm packages are missing.
        Undocumented: A contract lacks documentation.
    """
    found = abis()
    texts = {f"abi/{name}.json": json.dumps(abi, indent=1) + "\n" for name, abi in found.items()}
    texts |= {
        "__init__.py": _PACKAGE,
        "events.py": _formatted(events_module(found)),
        "errors.py": _formatted(errors_module({name: ours(name).abi for name in INTERFACES})),
    }
    return texts


def stale(texts: Mapping[str, str]) -> list[str]:
    """Name the files that differ from what the contracts say, and those that they do not need."""
    files = (path for path in FOLDER.rglob("*") if path.suffix in (".py", ".json"))
    found = {path.relative_to(FOLDER).as_posix(): path.read_text() for path in files}
    return sorted(name for name in texts.keys() | found if texts.get(name) != found.get(name))


def _formatted(code: str) -> str:
    """Format code as `ruff format` does."""
    ruff = (sys.executable, "-m", "ruff", "format", "--stdin-filename")
    command = [*ruff, str(FOLDER / "any.py"), "-"]
    return subprocess.run(command, input=code, capture_output=True, text=True, check=True).stdout
