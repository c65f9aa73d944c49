"""An Anvil that is gone when its block is left, with everything it wrote."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from web3 import Web3
from web3.types import RPCEndpoint

from artifacts import ROOT, ToolMissing
from localnet.errors import AnvilFailed, PortTaken
from localnet.transport import use_transport

_HOST = "127.0.0.1"
_START_SECONDS = 600  # a limit for what hangs, not for what is slow
_ATTEMPTS = 3
_PR_SET_PDEATHSIG = 1


def binary() -> str:
    """Find Anvil: the pinned one from npm, elsewhere than on linux-amd64 the one on PATH.

    Raises:
        ToolMissing: There is neither.
    """
    pinned = ROOT / "node_modules/.bin/anvil"
    found = str(pinned) if pinned.exists() else shutil.which("anvil")
    if found is None:
        raise ToolMissing("anvil is missing: run `make node_modules`, or install Foundry 1.7.1")
    return found


def free_port() -> int:
    """Find a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


class Anvil:
    """A running Anvil, as a context manager.

    Example:
        >>> with Anvil(chain_id=84532) as anvil:
        ...     anvil.w3.eth.block_number
    """

    def __init__(
        self,
        *,
        port: int | None = None,
        chain_id: int = 31337,
        hardfork: str = "osaka",
        block_time: int | None = None,
        more: Sequence[str] = (),
    ) -> None:
        """Describe the chain; nothing is started yet.

        Args:
            port: Where to listen; a free port where none is given.
            chain_id: The chain id.
            hardfork: Which rules the EVM follows; Base runs osaka.
            block_time: Seconds between blocks; without it every transaction is a block.
            more: Further arguments of anvil's command line.
        """
        self._wanted_port = port
        self.port = port or free_port()
        self.chain_id = chain_id
        self._args = ["--host", _HOST, "--chain-id", str(chain_id), "--hardfork", hardfork]
        self._args += ["--silent"]
        self._args += [] if block_time is None else ["--block-time", str(block_time)]
        self._args += more
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{_HOST}:{self.port}"

    @property
    def w3(self) -> Web3:
        """A new connection to it."""
        return Web3(use_transport(Web3.HTTPProvider(self.url)))

    def __enter__(self) -> Anvil:
        """Start it and wait until it answers.

        Raises:
            PortTaken: Somebody listens on the wanted port.
            AnvilFailed: It ended, or did not answer.
            ToolMissing: There is no anvil on this machine.
        """
        if self._wanted_port is not None and _taken(self._wanted_port):
            raise PortTaken(self._wanted_port)
        self._home = tempfile.TemporaryDirectory(prefix="anvil-", ignore_cleanup_errors=True)
        try:
            self._start_somewhere(Path(self._home.name))
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self.stop()

    def rpc(self, method: str, *params: Any) -> Any:  # noqa: ANN401 - JSON
        """Call a method by JSON-RPC.

        Raises:
            AnvilFailed: It answered with an error.
        """
        answer = self.w3.provider.make_request(RPCEndpoint(method), params)
        if "error" in answer:
            raise AnvilFailed(f"{method}: {answer['error']}")
        return answer.get("result")

    def stop(self) -> None:
        """End it and remove what it wrote."""
        self._end()
        if self._home is not None:
            self._home.cleanup()
            self._home = None

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _start_somewhere(self, home: Path) -> None:
        # A port that was free can be taken, by any outgoing connection, before Anvil has bound it.
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._start(home)
            except AnvilFailed:
                self._end()
                if self._wanted_port is not None or attempt == _ATTEMPTS:
                    raise
                self.port = free_port()
            else:
                return

    def _start(self, home: Path) -> None:
        log = home / "log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [binary(), "--port", str(self.port), *self._args],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "HOME": str(home)},  # it keeps states and caches there
                process_group=0,  # Ctrl-C is ours to handle
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        end = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None:
                lines = log.read_text(errors="replace").strip().splitlines() or ["no reason given"]
                raise AnvilFailed(f"anvil ended at once: {' '.join(lines[:3])}")
            if time.monotonic() > end:
                raise AnvilFailed(
                    f"anvil did not answer on port {self.port} within {_START_SECONDS} seconds"
                )
            time.sleep(0.02)

    def _answers(self) -> bool:
        return _taken(self.port) and self.w3.is_connected()


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((_HOST, port)) == 0


def _end_with_parent() -> None:
    # A killed Python cannot clean up; the kernel ends its Anvil.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
