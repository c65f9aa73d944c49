"""The pytest plugin: listens to the tests' requests, and reports at the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from web3 import HTTPProvider

from localnet import identity, usdc
from localnet.evm import AnvilFast
from tools.solcov.compiled import compile_project
from tools.solcov.points import FileCoverage, coverage_of, missed
from tools.solcov.report import percent, table, write_lcov
from tools.solcov.trace import Tracer

_NOT_OURS = ("contracts/local/", "contracts/mocks/", "contracts/.cache/")
_tracer = Tracer(without=(usdc.ADDRESS, identity.ADDRESS))
_files: list[FileCoverage] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("solidity coverage")
    group.addoption("--sol-fail-under", type=float, default=0.0, metavar="PERCENT")
    group.addoption("--sol-lcov", type=Path, default=Path("coverage/lcov.info"), metavar="FILE")


def pytest_configure() -> None:
    """Listen to both ways by which tests speak to Anvil."""
    setattr(HTTPProvider, "make_request", listening(HTTPProvider.make_request, _tracer))  # noqa: B010
    setattr(AnvilFast, "_ask", listening(AnvilFast._ask, _tracer))  # noqa: B010


def listening(original: Callable[..., Any], tracer: Tracer) -> Callable[..., Any]:
    """Make a method that asks a node tell the tracer as well.

    Args:
        original: The method; takes what is asked for and with what, returns the whole answer.
        tracer: What is told.
    """

    def ask(connection: Any, method: str, params: Any) -> Any:  # noqa: ANN401 - JSON
        def rpc(asked: str, arguments: list[Any]) -> Any:  # noqa: ANN401 - JSON
            return original(connection, asked, arguments)["result"]

        answer = original(connection, method, params)
        tracer.observe(rpc, method, list(params), answer.get("result"))
        return answer

    return ask


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401
    """Take over what a worker of pytest-xdist has seen."""
    _tracer.add(getattr(node, "workeroutput", {}).get("solcov", {}))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Work the coverage out, and fail where it is too low."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["solcov"] = _tracer.seen()
        return
    compilation = compile_project()
    executed = compilation.spots(_tracer.executed, _tracer.created)
    compiled = compilation.compiled_spots()
    for source in sorted(compilation.sources.values(), key=lambda s: s.name):
        if source.name.startswith("contracts/") and not source.name.startswith(_NOT_OURS):
            file = coverage_of(source, executed[source.name], compiled[source.name])
            if file.functions:
                _files.append(file)
    write_lcov(_files, session.config.getoption("--sol-lcov"))
    too_low = percent(_files) < session.config.getoption("--sol-fail-under")
    if too_low and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:  # noqa: ANN401
    """Print the table and what is missing."""
    terminalreporter.section("Solidity coverage")
    for line in (*table(_files), "", *missed(_files)):
        terminalreporter.write_line(line)
    for file in _files:
        for point in file.left_out:
            where = f"{file.name}:{point.line} {point.text}"
            terminalreporter.write_line(
                f"{where}: not compiled, since nothing calls it; not counted"
            )
    counts = " and ".join(f"{count} {kind}" for kind, count in _tracer.traces.items())
    terminalreporter.write_line(f"from {counts}; wrote {config.getoption('--sol-lcov')}")
    wanted = config.getoption("--sol-fail-under")
    if percent(_files) < wanted:
        terminalreporter.write_line(f"FAILED: less than {wanted:g} % is covered", red=True)
