"""The command as a whole: help, version, imports, exit codes."""

from __future__ import annotations

import os
import subprocess
import sys

import typer
from typer.testing import CliRunner

import agentescrow
from agentescrow.cli.main import app


def test_version__is_the_packages():
    done = CliRunner().invoke(app, ["--version"])

    assert (done.exit_code, done.stdout) == (0, f"agentescrow {agentescrow.__version__}\n")


def test_commands__none__takes_a_key():
    names = {parameter.name for _, command in every_command() for parameter in command.params}
    assert {"keyfile", "database_url"} <= names, "of clients and of services"
    assert not {"key", "private_key", "passphrase", "password"} & names


def test_commands__each__has_one_line_of_help():
    """API-7: a sentence that fits a line of `--help`."""
    for name, command in every_command():
        summary = command.help or ""
        assert summary.endswith("."), name
        assert len(summary.splitlines()) == 1, name
        assert len(summary) <= 66, name


def every_command():
    """Names and commands, those of the groups included."""
    root = typer.main.get_command(app)
    for name in root.list_commands(None):
        command = root.get_command(None, name)
        inner = getattr(command, "commands", None)
        yield from ((f"{name} {each}", found) for each, found in (inner or {}).items())
        yield name, command


def test_package__imported__is_light():
    """API-7: web3 takes a second, and errors alone do not need it."""
    code = "import agentescrow, sys; print({'web3', 'httpx', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_command__that_is_no_service__does_without_the_servers_packages():
    """API-7: they take as long again, and whoever calls a verb does not need them."""
    code = "import agentescrow.cli.main, sys; print({'fastapi', 'sqlalchemy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_command__as_a_process__ends_with_its_code(market):
    """What a shell sees."""
    run = "import sys; from agentescrow.cli.main import main; sys.argv[0] = 'agentescrow'; main()"
    done = subprocess.run(
        [sys.executable, "-c", run, "runs", "show", "999999999"],
        env={**os.environ, "API_URL": market.api_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr == "agentescrow: There is no run 999999999. [RUN_UNKNOWN, 404]\n"
