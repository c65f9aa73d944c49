"""Where the machine runs: in process with plain pytest, on Ape's Anvil with `ape test`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stateful import profiles  # noqa: F401 - registers the profiles before --hypothesis-profile is looked up
from tests.stateful.outcome import Tally


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the other backend's test to the other command."""
    other = (
        "test_in_process.py" if config.pluginmanager.hasplugin("ape_test") else "test_on_anvil.py"
    )
    return True if collection_path.name == other else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the machines did, also where they ran in a worker."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, text in getattr(report, "user_properties", []):
                if name == "state machine":
                    terminalreporter.write_line(f"state machine {text}")


@pytest.fixture
def told(record_property: Callable[[str, object], None]) -> Callable[[Tally, str, float], None]:
    """Let a test say what its machine did."""

    def tell(tally: Tally, where: str, seconds: float) -> None:
        record_property("state machine", f"{where}: {tally.told(seconds)}")

    return tell
