"""A Valkey or Redis that keeps nothing and is gone when its block is left; for tests."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from artifacts import ToolMissing
from localnet.anvil import free_port
from localnet.errors import ValkeyFailed

_HOST: Final = "127.0.0.1"
_START_SECONDS: Final = 600  # a limit for what hangs, not for what is slow


def program() -> str:
    """Find the server.

    Raises:
        ToolMissing: There is neither of them.
    """
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise ToolMissing("Valkey is missing: install it, or Redis (Debian: redis-server)")
    return found


@contextmanager
def valkey(port: int | None = None) -> Iterator[str]:
    """Start a server that writes nothing to disk.

    Args:
        port: Where to listen; a free port where None.

    Yields:
        Its address, as `RATE_LIMIT_STORE`; whoever asks it waits as long as it takes.

    Raises:
        ToolMissing: It is not installed.
        ValkeyFailed: It is, and does not start.
    """
    port = port or free_port()
    command = [program(), "--bind", _HOST, "--port", str(port), "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _until_it_answers(process, port)
        patience = f"socket_timeout={_START_SECONDS}&socket_connect_timeout={_START_SECONDS}"
        yield f"valkey://{_HOST}:{port}?{patience}"
    finally:
        process.kill()
        process.wait()


def _until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + _START_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > end:
            raise ValkeyFailed(f"{process.args!r} does not answer: exit code {process.returncode}")
        time.sleep(0.02)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((_HOST, port), timeout=_START_SECONDS) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except ConnectionError:
        return False
