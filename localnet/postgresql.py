"""PostgreSQL servers that are gone when their block is left; for tests and benchmarks."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from artifacts import ToolMissing
from localnet.anvil import free_port
from localnet.errors import PostgresqlFailed

_HOST = "127.0.0.1"
_PID = "postmaster.pid"
_USER = "postgres"  # PostgreSQL refuses to run as root
_AS_USER = ("setpriv", "--reuid", _USER, "--regid", _USER, "--clear-groups")
_START_SECONDS = "600"  # a limit for what hangs, not for what is slow


def programs() -> Path:
    """Find the folder of initdb and pg_ctl: on PATH, or where Debian puts them.

    Raises:
        ToolMissing: There is none.
    """
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    raise ToolMissing("PostgreSQL is missing: install it (Debian: apt-get install postgresql)")


class Server:
    """A server of a cluster in a folder of its own.

    Attributes:
        port: Where it listens.
        url: The address of its database, as `DATABASE_URL`.
    """

    def __init__(self, home: str) -> None:
        """Describe it; nothing is started yet.

        Args:
            home: Folder that PostgreSQL's user may write.
        """
        self._home = home
        self.port = free_port()
        self.url = f"postgresql://{_USER}@{_HOST}:{self.port}/postgres"

    def initialise(self) -> None:
        """Make an empty cluster."""
        self._run("initdb", "-U", _USER, "-A", "trust", "-N", "-E", "UTF8", "--locale", "C")

    def copy(self, primary: Server) -> None:
        """Be a replica of a server that runs."""
        port = str(primary.port)
        self._run("pg_basebackup", "-h", _HOST, "-p", port, "-U", _USER, "-R", "-c", "fast")

    def start(self, *options: str) -> None:
        """Start it without any durability.

        Args:
            options: More of them, on its command line.
        """
        # No socket in the file system: its path may have 107 characters.
        told = f"-p {self.port} -h {_HOST} -k '' -F -c full_page_writes=off {' '.join(options)}"
        log = f"{self._home}/log"
        self._run("pg_ctl", "-o", told, "-l", log, "-w", "-t", _START_SECONDS, "start")

    def promote(self) -> None:
        """Let a replica be the primary."""
        self._run("pg_ctl", "-w", "-t", _START_SECONDS, "promote")

    def stop(self) -> None:
        """End it at once, if it runs."""
        if Path(self._data, _PID).exists():
            self._run("pg_ctl", "-m", "immediate", "stop")

    def kill(self) -> None:
        """End all its processes as a power cut does."""
        first = int(Path(self._data, _PID).read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for process in (first, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        Path(self._data, _PID).unlink()

    @property
    def _data(self) -> str:
        return f"{self._home}/data"

    def _run(self, program: str, *args: str) -> None:
        _run(self._home, programs() / program, "-D", self._data, *args)


@contextmanager
def postgresql() -> Iterator[str]:
    """Start a cluster on a free port, without any durability.

    Yields:
        The address of its database, as `DATABASE_URL`.

    Raises:
        ToolMissing: PostgreSQL is not installed.
        PostgresqlFailed: It is, and does not start.
    """
    with _server() as server:
        server.initialise()
        server.start()
        yield server.url


@contextmanager
def primary_and_replica() -> Iterator[tuple[Server, Server]]:
    """Start two servers: what the first one commits, the second one has.

    Yields:
        Both.

    Raises:
        ToolMissing: PostgreSQL is not installed.
        PostgresqlFailed: It is, and does not start.
    """
    with _server() as primary, _server() as replica:
        primary.initialise()
        primary.start("-c synchronous_standby_names=*")
        replica.copy(primary)
        replica.start()
        yield primary, replica


@contextmanager
def _server() -> Iterator[Server]:
    programs()
    with tempfile.TemporaryDirectory(
        prefix="pg-", dir=_parent(), ignore_cleanup_errors=True
    ) as home:
        if os.geteuid() == 0:
            owner = pwd.getpwnam(_USER)
            os.chown(home, owner.pw_uid, owner.pw_gid)
        server = Server(home)
        try:
            yield server
        finally:
            server.stop()


def _parent() -> str:
    """Where the cluster's folder goes: for root a place that PostgreSQL's user can get to."""
    usual = tempfile.gettempdir()
    if os.geteuid() != 0:
        return usual
    entered = subprocess.run([*_AS_USER, "test", "-x", usual], check=False)
    return usual if entered.returncode == 0 else pwd.getpwnam(_USER).pw_dir


def _run(home: str, program: Path, *args: str) -> None:
    prefix = _AS_USER if os.geteuid() == 0 else ()
    # A server keeps what it inherits: pipes to us would stay open as long as it runs.
    done = subprocess.run(
        [*prefix, str(program), *args],
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        raise PostgresqlFailed(
            f"{program.name} failed with exit code {done.returncode}{_log(home)}"
        )


def _log(home: str) -> str:
    """The last line that the server wrote, if it wrote any."""
    file = Path(home, "log")
    lines = file.read_text(errors="replace").splitlines() if file.exists() else []
    return f": {lines[-1]}" if lines else ""
