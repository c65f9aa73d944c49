"""systemd/ has a unit for each process; secrets reach the process that needs them, and no other."""

from __future__ import annotations

from configparser import RawConfigParser
from pathlib import Path

import pytest
import typer

from agentescrow.cli.main import app
from agentescrow.settings import ClientSettings, Settings

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "systemd"
DOCUMENT = (ROOT / "docs/operations.md").read_text()
PROCESSES = ("index", "serve", "relay", "keeper")
KEYS = {"relay": "RELAYER", "keeper": "AGENT"}


class _Lines(dict):
    """Options of a section, those that come several times too."""

    def __setitem__(self, key, value):
        if isinstance(value, list) and key in self:
            value = [*self[key], *value]
        super().__setitem__(key, value)


def _service(process):
    unit = RawConfigParser(dict_type=_Lines, strict=False, delimiters="=")
    unit.optionxform = str
    unit.read(FOLDER / f"agentescrow-{process}.service")
    return {name: value.splitlines() for name, value in unit.items("Service")}


def test_units__are_those_of_the_processes():
    assert {file.name for file in FOLDER.glob("*.service")} == {
        f"agentescrow-{process}.service" for process in PROCESSES
    }
    for process in PROCESSES:
        assert f"agentescrow {process}" in DOCUMENT


@pytest.mark.parametrize("process", PROCESSES)
def test_unit__starts_a_command_that_there_is(process):
    """API-7: with options that it has."""
    (start,) = _service(process)["ExecStart"]
    program, name, *words = start.split()
    assert (program, name) == ("/opt/agentescrow/bin/agentescrow", process)
    command = typer.main.get_command(app).get_command(None, name)
    command.make_context(name, words)


@pytest.mark.parametrize("process", PROCESSES)
def test_unit__has_the_secrets_of_its_process_alone(process):
    """SECURITY: the API's process, which strangers speak to, can open no key."""
    service = _service(process)
    told = dict(line.split("=") for line in service.get("Environment", []))
    loaded = {line.partition(":")[0] for line in service.get("LoadCredential", [])}
    whose = KEYS.get(process)
    assert told.keys() == ({f"{whose}_KEYFILE", f"{whose}_PASSPHRASE_FILE"} if whose else set())
    assert {value.removeprefix("%d/") for value in told.values()} == loaded
    known = {name.upper() for kind in (Settings, ClientSettings) for name in kind.model_fields}
    assert told.keys() <= known


def test_relayer__runs_as_a_user_of_its_own():
    """SECURITY: processes of one user can read each other's memory."""
    users = {process: _service(process).get("User") for process in PROCESSES}
    assert users["relay"] not in [users[each] for each in PROCESSES if each != "relay"]
    assert "--no-relayer" in _service("serve")["ExecStart"][0]


def test_hardening__is_that_of_every_unit():
    """Its folder's name is the beginning that all of them have: so systemd finds it."""
    (folder,) = FOLDER.glob("*.service.d")
    for process in PROCESSES:
        assert f"agentescrow-{process}.service".startswith(folder.name.removesuffix(".service.d"))
    assert [file.name for file in folder.iterdir()] == ["hardening.conf"]
