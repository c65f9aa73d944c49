"""A copy of what is compiled, with one fault in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from artifacts import ROOT
from tools.symbolic.plan import Fault

_LINKED = ("node_modules", "tools")


class FaultGone(Exception):
    """The text that a fault changes is not there, or not once."""


def with_fault(text: str, fault: Fault) -> str:
    """Put a fault into a contract.

    Returns:
        The contract with the fault.

    Raises:
        FaultGone: The text it changes has to occur just once.
    """
    found = text.count(fault.old)
    if found != 1:
        raise FaultGone(
            f"{fault.file} has {found} times, instead of once, what a fault changes: {fault.old!r}"
        )
    return text.replace(fault.old, fault.new)


@contextmanager
def copy_with(fault: Fault, contract: str) -> Iterator[Path]:
    """Copy the contracts and the checks of one contract, and put the fault in.

    Args:
        contract: The contract whose checks are wanted; others need not be compiled.

    Yields:
        Folder of the copy, removed afterwards.
    """
    with TemporaryDirectory(prefix="seeded-") as folder:
        copy = Path(folder)
        for name in _LINKED:
            (copy / name).symlink_to(ROOT / name)
        shutil.copy2(ROOT / "foundry.toml", copy)
        shutil.copytree(ROOT / "contracts", copy / "contracts", ignore=_no_cache)
        shutil.copytree(ROOT / "tests" / "symbolic", copy / "tests" / "symbolic")
        for checks in (copy / "tests" / "symbolic").glob("*.t.sol"):
            if checks.name != contract.removesuffix("Test") + ".t.sol":
                checks.unlink()
        faulty = copy / "contracts" / fault.file
        faulty.write_text(with_fault(faulty.read_text(), fault))
        yield copy


def _no_cache(_: str, names: list[str]) -> list[str]:
    return [name for name in names if name == ".cache"]
