"""Run the contract suite for its coverage: `python -m tools.solcov [TESTS ...]`.

The contracts have to be compiled without IR, whose source maps say little, and without optimizer.
That happens in a copy of the work tree, `coverage/project/`, so that neither the configuration nor
the compiled contracts of the checkout change. The copy differs in three lines: two settings of the
compiler, and a switch of Anvil's, since code that is not optimized is larger than a chain allows.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from artifacts import ROOT

COPY = ROOT / "coverage" / "project"
LCOV = ROOT / "coverage" / "lcov.info"
_LINKED = (".venv", "node_modules")
_CHANGED = (
    ("ape-config.yaml", "via_ir: true", "via_ir: false"),
    ("ape-config.yaml", "optimize: true", "optimize: false"),
    ("tests/ape_chain.py", "_FLAGS = (", '_FLAGS = ("--disable-code-size-limit", '),
)
_DEFAULT = ("tests/contracts",)
_SCRIPT = """source ./env.sh
ape compile --verbosity WARNING || exit
exec ape test -q --tb=short -n "${WORKERS:-2}" -p tools.solcov "$@"
"""


def prepare() -> None:
    """Make the copy anew; what Ape has unpacked there stays.

    Raises:
        LookupError: A line that has to be changed is not there.
    """
    COPY.mkdir(parents=True, exist_ok=True)
    for old in COPY.iterdir():
        if old.is_dir() and not old.is_symlink():
            if old.name != ".ape":
                shutil.rmtree(old)
        else:
            old.unlink()
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (COPY / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, COPY / name)
    for name in _LINKED:
        (COPY / name).symlink_to(os.path.relpath(ROOT / name, COPY))
    for name, line, other in _CHANGED:
        _change(COPY / name, line, other)


def _change(file: Path, line: str, other: str) -> None:
    text = file.read_text()
    if text.count(line) != 1:
        raise LookupError(f"{file.name} has not exactly one `{line}`")
    file.write_text(text.replace(line, other))


def main(argv: list[str]) -> int:
    """Run `ape test` with the plugin in the copy.

    Args:
        argv: The command line.

    Returns:
        The exit code of `ape test`.
    """
    parser = argparse.ArgumentParser(
        prog="python -m tools.solcov", description="Coverage of our contracts by tests."
    )
    parser.add_argument(
        "--fail-under",
        default="0",
        metavar="PERCENT",
        help="exit with 1 where less of the functions, statements or branches is covered",
    )
    parser.add_argument("tests", nargs="*", default=list(_DEFAULT), help="what to run")
    asked = parser.parse_args(argv)
    prepare()
    options = (f"--sol-lcov={LCOV}", f"--sol-fail-under={asked.fail_under}")
    return subprocess.call(["bash", "-c", _SCRIPT, "solcov", *options, *asked.tests], cwd=COPY)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
