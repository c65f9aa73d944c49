"""What the shell has exported reaches no test.

given what the documents advise to export
  when any test runs: it and the processes that it starts see none of it
given a proxy
  when a test speaks to its own machine: the proxy is left out
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from agentescrow.settings import ClientSettings, Settings, read
from artifacts import ROOT
from tests.shell import leave

EXPORTED = {
    "AGENT_ID": "7",
    "AGENT_PRIVATE_KEY": "0x" + "11" * 32,
    "API_URL": "http://127.0.0.1:1",
    "BASE_RPC_URL": "http://127.0.0.1:1",
    "BASE_SEPOLIA_RPC_URL": "http://127.0.0.1:1",
    "COLUMNS": "20",
    "DATABASE_URL": "sqlite:////nowhere/index.db",
    "DEPLOYMENT": "8453",
    "FORCE_COLOR": "1",
    "PGSSLMODE": "require",
    "RATE_LIMIT": "1",
    "RELAYER_KEY": "0x" + "22" * 32,
    "RPC_URL": "http://127.0.0.1:1",
    "rate_limit": "1",
}


@pytest.mark.parametrize("name", EXPORTED)
def test_leave__exported__is_gone(name):
    environ = {**EXPORTED, "PATH": "/bin"}

    leave(environ)

    assert name not in environ
    assert environ["PATH"] == "/bin"


def test_leave__network_of_the_fork__stays_where_it_is_asked_for():
    environ = dict(EXPORTED)

    leave(environ, keep=frozenset({"BASE_SEPOLIA_RPC_URL"}))

    assert environ.keys() == {"BASE_SEPOLIA_RPC_URL", "NO_PROXY", "no_proxy"}


def test_leave__proxy__is_not_asked_for_this_machine():
    environ = {"HTTP_PROXY": "http://127.0.0.1:1", "no_proxy": "example.org"}

    leave(environ)

    assert environ["NO_PROXY"] == "127.0.0.1,localhost"
    assert environ["no_proxy"] == "127.0.0.1,localhost,example.org"


def test_settings__in_every_test__are_those_of_a_bare_shell():
    """Run by the next test too, where everything is exported."""
    assert not EXPORTED.keys() & os.environ.keys()
    assert read(Settings) == Settings.model_construct()
    assert read(ClientSettings) == ClientSettings.model_construct()


def test_pytest__everything_exported__runs_as_in_a_bare_shell():
    """`docs/` advise to export these; two tests of the command line were red with them."""
    of_every_test = (
        f"{__file__}::{test_settings__in_every_test__are_those_of_a_bare_shell.__name__}"
    )
    words = ("-m", "pytest", "-p", "no:ape_test", "-p", "no:cacheprovider", "-q", of_every_test)

    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, **EXPORTED},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout
