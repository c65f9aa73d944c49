"""Build source archive and wheel of what git tracks, and test the wheel in a clean environment.

python -m tools.dist    writes both to dist/
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from agentescrow import __version__

ROOT: Final = Path(__file__).resolve().parents[1]
DIST: Final = ROOT / "dist"

_BUILD: Final = "from setuptools import build_meta; print(build_meta.build_{kind}({folder!r}))"

_CLIENT: Final = """
import sys
from agentescrow import AgentClient, AsyncAgentClient
from agentescrow.chain import abis
assert not {"ape", "fastapi", "sqlalchemy"} & sys.modules.keys()
"""
"""Works without extras: clients and ABIs."""

_SERVER: Final = """
import importlib, pkgutil
from types import SimpleNamespace
import agentescrow
for module in pkgutil.walk_packages(agentescrow.__path__, "agentescrow."):
    if not module.name.startswith("agentescrow.store.migrations."):
        importlib.import_module(module.name)
from agentescrow.api.app import create_app
from agentescrow.store.database import migrate, open_database
database = open_database("sqlite:///new.db")
migrate(database)
app = create_app(SimpleNamespace(reads=database))
assert app.openapi()["info"]["version"] == agentescrow.__version__
"""
"""Works with the extra `server`: every module, the schema, the routes."""


def build(kind: str, project: Path, into: Path) -> Path:
    """Build a "wheel" or an "sdist" of a project.

    Args:
        kind: "wheel" or "sdist".
        project: Folder with its pyproject.toml; the build leaves files there.
        into: Folder to write to.
    """
    program = _BUILD.format(kind=kind, folder=str(into))
    built = subprocess.run(
        [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, check=False
    )
    if built.returncode:
        raise SystemExit(built.stderr)
    return into / built.stdout.split()[-1]


def _copy_tracked(into: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, into / name)


def _unpack(archive: Path, into: Path) -> Path:
    with tarfile.open(archive) as packed:
        packed.extractall(into, filter="data")
    (project,) = into.iterdir()
    return project


def _test(wheel: Path, folder: Path) -> None:
    """Install a wheel in a clean environment, first bare, then with the server, and use it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*command: str | Path) -> str:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(map(str, command))[:200]}\n{done.stdout}{done.stderr}")
        return done.stdout

    run(sys.executable, "-m", "venv", "venv")
    binaries = folder / "venv" / "bin"
    pip = (binaries / "pip", "install", "--quiet", "--disable-pip-version-check")
    print("Testing the wheel without extras ...", flush=True)
    run(*pip, wheel)
    printed = run(binaries / "agentescrow", "--version")
    if printed != f"agentescrow {__version__}\n":
        raise SystemExit(f"`agentescrow --version` printed {printed!r}, not {__version__}")
    run(binaries / "python", "-c", _CLIENT)
    print("Testing the wheel with the server ...", flush=True)
    run(*pip, f"{wheel}[server]")
    run(binaries / "python", "-c", _SERVER)
    run(binaries / "agentescrow", "serve", "--help")


def main() -> None:
    """Build both, test the wheel, and write them to dist/."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in ("tracked", "built", "unpacked", "elsewhere"):
            (folder / name).mkdir()
        _copy_tracked(folder / "tracked")
        source = build("sdist", folder / "tracked", folder / "built")
        wheel = build("wheel", _unpack(source, folder / "unpacked"), folder / "built")
        _test(wheel, folder / "elsewhere")
        DIST.mkdir(exist_ok=True)
        for file in (source, wheel):
            print(shutil.copy2(file, DIST))


if __name__ == "__main__":
    main()
