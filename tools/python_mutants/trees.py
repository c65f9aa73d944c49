"""A copy of the checkout in which one source at a time is wrong, and the tests that run in it.

Tests run in processes that are forked from one which has imported the libraries already: to import
them takes longer than most tests do.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import monotonic
from typing import Final

from artifacts import ROOT

_LIBRARIES: Final = (
    "alembic.command",
    "eth_account",
    "fastapi.testclient",
    "httpx_sse",
    "prometheus_client",
    "psycopg",
    "psycopg_pool",
    "pydantic_settings",
    "sqlalchemy",
    "sse_starlette",
    "typer.testing",
    "uvicorn",
    "web3",
)
_LINKED: Final = (".venv", "node_modules")
_COPIED: Final = (".build/__local__.json", ".build/.made")
_PYTEST: Final = (
    *("-p", "no:ape_test", "-p", "no:cacheprovider", "-p", "no:xdist"),
    *("-v", "-x", "--tb=line", "--hypothesis-seed=0", "-W", "default"),
)
_GRACE_SECONDS: Final = 30

_processes = get_context("forkserver")
_processes.set_forkserver_preload(list(_LIBRARIES))


@dataclass(frozen=True)
class Run:
    """How some tests ended.

    Attributes:
        code: Exit code of pytest; None where one of them did not end.
        output: What they printed.
    """

    code: int | None
    output: str


class Tree:
    """A copy of the checkout.

    Attributes:
        root: Where it is.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        # Compiled code is told by the second and the size of its source, which mutants share.
        self._second = 1_000_000_000
        self._running: int | None = None  # leader of the processes of the tests
        self._closed = False

    @contextmanager
    def changed(self, file: str, text: str) -> Iterator[None]:
        """Have another text in a file meanwhile."""
        original = (self.root / file).read_text()
        self._write(file, text)
        try:
            yield
        finally:
            self._write(file, original)

    def run(self, tests: Sequence[str], patience: float) -> Run:
        """Run tests until one fails.

        Args:
            tests: Paths from the root, or tests by their names.
            patience: Seconds within which the next test has to end.
        """
        if self._closed:
            return Run(None, "")
        log = self.root / ".build" / "tests.log"
        log.write_bytes(b"")
        process = _processes.Process(target=_tests, args=(self.root, [*_PYTEST, *tests], log))
        process.start()
        self._running = process.pid
        size, since = 0, monotonic()
        while process.is_alive() and monotonic() - since < patience:
            process.join(1)
            if log.stat().st_size > size:
                size, since = log.stat().st_size, monotonic()
        code = process.exitcode
        if code is None:
            self._signal(signal.SIGINT)  # fixtures end what they have started
            process.join(_GRACE_SECONDS)
            self._signal(signal.SIGKILL)
            process.join()
        self._running = None
        return Run(code, log.read_text(errors="replace"))

    def close(self) -> None:
        """End the tests that run just now, and run no others."""
        self._closed = True
        self._signal(signal.SIGINT)

    def _signal(self, sign: signal.Signals) -> None:
        if self._running is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._running, sign)

    def _write(self, file: str, text: str) -> None:
        path = self.root / file
        path.write_text(text)
        self._second += 1
        os.utime(path, (self._second, self._second))


@contextmanager
def tree(number: int) -> Iterator[Tree]:
    """Make a copy of the checkout as it stands, for as long as it is used.

    Args:
        number: Which one of several.
    """
    root = ROOT / ".build" / f"mutants-{os.getpid()}-{number}"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    for name in [*files.split("\0"), *_COPIED]:
        if name and name not in _LINKED and (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
    for name in _LINKED:
        (root / name).symlink_to((ROOT / name).resolve())
    try:
        yield Tree(root)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _tests(root: Path, words: list[str], log: Path) -> None:
    """In a process of its own: pytest, with the copy in place of the checkout."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
    with log.open("wb") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    # As env.sh does.
    os.environ["PYTHONPATH"] = str(root)
    os.environ["APE_DATA_FOLDER"] = str(root / ".ape")
    os.environ["TMPDIR"] = tempfile.tempdir = str(root / ".ape" / "tmp")
    Path(os.environ["TMPDIR"]).mkdir(parents=True, exist_ok=True)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    os.chdir(root)
    sys.path[:] = [str(root), *(path for path in sys.path if path not in ("", str(ROOT)))]
    here = tuple(str(ROOT / name) for name in ("agentescrow", "artifacts", "localnet", "tools"))
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(here):
            del sys.modules[name]

    import pytest

    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)  # a line a test, when it ends
    code = pytest.main(words)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(code))
