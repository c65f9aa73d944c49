"""A PostgreSQL cluster that is gone when its block is left; for tests and benchmarks."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from localnet.anvil import free_port
from localnet.errors import PostgresqlFailed, ToolMissing

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


@contextmanager
def postgresql() -> Iterator[str]:
    """Start a cluster on a free port, without any durability.

    Yields:
        The address of its database, as `DATABASE_URL`.

    Raises:
        ToolMissing: PostgreSQL is not installed.
        PostgresqlFailed: It is, and does not start.
    """
    place, port = programs(), free_port()
    with tempfile.TemporaryDirectory(
        prefix="pg-", dir=_parent(), ignore_cleanup_errors=True
    ) as home:
        if os.geteuid() == 0:
            owner = pwd.getpwnam(_USER)
            os.chown(home, owner.pw_uid, owner.pw_gid)
        data = f"{home}/data"
        initdb = ("-U", _USER, "-A", "trust", "-N", "-E", "UTF8", "--locale", "C")
        _run(home, place / "initdb", "-D", data, *initdb)
        # No socket in the file system: its path may have 107 characters.
        options = f"-p {port} -h 127.0.0.1 -k '' -F -c full_page_writes=off"
        start = ("-D", data, "-o", options, "-l", f"{home}/log", "-w", "-t", _START_SECONDS)
        _run(home, place / "pg_ctl", *start, "start")
        try:
            yield f"postgresql://{_USER}@127.0.0.1:{port}/postgres"
        finally:
            _run(home, place / "pg_ctl", "-D", data, "-m", "immediate", "stop")


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
