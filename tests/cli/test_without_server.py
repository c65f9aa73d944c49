"""The package as `pip install .` leaves it: neither the server's packages nor Ape are there."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in {
            "alembic", "ape", "eth_bloom", "fastapi", "filelock", "orjson", "prometheus_client",
            "psycopg", "sqlalchemy", "sse_starlette", "starlette", "tenacity", "uvicorn",
        }:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
sys.argv[0] = "agentescrow"
from agentescrow.cli.main import main
main()
"""


def _run(*words):
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, *words], capture_output=True, text=True, check=False
    )


def test_help__without_the_server__has_every_command():
    """API-7."""
    done = _run("--help")
    assert done.returncode == 0, done.stderr
    for name in ("runs", "agents", "keeper", "events", "index", "serve", "relay"):
        assert f" {name} " in done.stdout
    assert done.stdout.count("pip install 'agentescrow[server]'") == 3


@pytest.mark.parametrize("words", [("serve", "--port", "1"), ("index", "--json"), ("relay",)])
def test_service__without_the_server__says_what_to_install(words):
    done = _run(*words)
    assert done.returncode == 2
    said = json.loads(done.stderr)["detail"] if "--json" in words else done.stderr
    assert "this command needs the server: pip install 'agentescrow[server]'" in said
