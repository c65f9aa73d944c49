"""A chain, and processes of the service as they run on machines of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deployment.local_chain import local_chain
from deployment.record import Records
from localnet.anvil import free_port
from tests.waiting import until

RUN = "import sys; from agentescrow.cli.main import main; sys.argv[0] = 'agentescrow'; main()"


class Process:
    """A command that is started again whenever it has ended, as systemd does it."""

    def __init__(self, log, environment, *words):
        self._command = [sys.executable, "-c", RUN, *map(str, words)]
        self._environment = environment
        self._log = log
        self.start()

    def start(self):
        with self._log.open("a") as log:
            self._running = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=log
            )

    def attend(self):
        """Start it again where it has ended."""
        if self._running.poll() is not None:
            self.start()

    def kill(self):
        self._running.kill()
        self._running.wait()


class Machines:
    """Starts processes, each with what it says in a file."""

    def __init__(self, folder, environment):
        self._folder = folder
        self._environment = environment
        self.processes = []

    def start(self, *words, **settings):
        log = Path(self._folder, f"{len(self.processes)}-{words[0]}.log")
        process = Process(log, {**self._environment, **settings}, *words)
        self.processes.append(process)
        return process

    def run(self, *words, **settings):
        """Run a command to its end."""
        command = [sys.executable, "-c", RUN, *words]
        subprocess.run(command, env={**self._environment, **settings}, check=True)

    def serve(self, *words, **settings):
        """An API; its address."""
        port = free_port()
        self.start("serve", "--port", port, *words, **settings)
        return f"http://127.0.0.1:{port}"

    def attend(self):
        for process in self.processes:
            process.attend()

    def until(self, holds):
        """Wait, while what ends is started again."""
        until(holds, meanwhile=self.attend)

    def end(self):
        for process in self.processes:
            process.kill()


@pytest.fixture(scope="session")
def record(tmp_path_factory):
    """Where the record of the chain's contracts is."""
    return tmp_path_factory.mktemp("records") / "local.json"


@pytest.fixture(scope="session")
def chain(record):
    with local_chain(Records(record.parent, record.parent / "unfinished")) as chain:
        yield chain


@pytest.fixture
def machines(chain, record, tmp_path):
    names = ("RELAYER_", "AGENT_", "RATE_", "DATABASE_")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(names)}
    machines = Machines(tmp_path, {**inherited, "RPC_URL": chain.url, "DEPLOYMENT": str(record)})
    yield machines
    machines.end()
