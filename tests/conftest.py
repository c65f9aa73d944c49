"""The people and the ground of every test that runs under `ape test`.

`ape test` runs on a local Anvil; `--network base:sepolia-fork:foundry` runs the same on a fork.
Both have the real USDC and an identity registry at the addresses of Base Sepolia. Tests that need
no chain of Ape's run under plain `pytest`, which is why Ape is imported late here.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from localnet import identity as identity_registry
from localnet import usdc as circle_usdc
from localnet.transport import use_transport
from tests import ape_chain, shell

LONGER = (
    "API_EXAMPLES",
    "KILLS",
    "LIES",
    "MIXTURES",
    "SIEGE_MINUTES",
    "STATEFUL_PROFILE",
    "STATEFUL_ROUNDS",
)
"""Settings that make tests longer than the gate's, which may take all the time that they need."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Leave the shell's settings; tell Ape what to leave to us: the chain, isolation, traces."""
    if os.environ.keys() & set(LONGER):
        os.environ.setdefault("PYTEST_TIMEOUT", "0")
    on_ape = config.pluginmanager.hasplugin("ape_test")
    shell.leave(os.environ, keep=ape_chain.upstream(config) if on_ape else frozenset())
    if not on_ape:
        return
    ape_chain.start(config)
    ape_chain.look_up_once()
    # It asks the chain twenty times a test which fixtures have changed it, and restores too little
    # when a fixture of the session comes late. Contract suite and state machine do it themselves.
    config.option.disable_isolation = True
    if os.environ.get("TRACES"):
        return
    from ape.api.transactions import ReceiptAPI
    from ape_ethereum.trace import Trace

    Trace.show = lambda self, *args, **kwargs: None
    ReceiptAPI.show_debug_logs = lambda self: None


def pytest_terminal_summary(terminalreporter):
    """Say once why tests were left out, and how many."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, tests in reasons.items():
        terminalreporter.write_line(f"{tests} tests skipped: {reason}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """With NO_SKIPS, as in .ci/run, a test that was left out is one that failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter is not None and reporter.stats.get("skipped")
    if os.environ.get("NO_SKIPS") and skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def owner(accounts):
    """Owns the contracts."""
    return accounts[0]


@pytest.fixture(scope="session")
def treasury(accounts):
    """Gets the fees of approved runs."""
    return accounts[1]


@pytest.fixture(scope="session")
def poster(accounts):
    """Posts runs and pays for them."""
    return accounts[2]


@pytest.fixture(scope="session")
def agent(accounts):
    """Owns an agent and works."""
    return accounts[3]


@pytest.fixture(scope="session")
def outsider(accounts):
    """Has no part in anything."""
    return accounts[4]


@pytest.fixture(scope="session")
def relayer(accounts):
    """Sends what others signed."""
    return accounts[5]


@pytest.fixture(scope="session")
def w3(chain):
    """A web3.py connection to the Anvil under test, for `localnet.usdc` and its like."""
    w3 = chain.provider.web3
    use_transport(w3.provider)
    return w3


@pytest.fixture(scope="session")
def usdc(w3):
    """The real USDC at its address."""
    from ape import Contract
    from ethpm_types import ContractType

    token = ContractType(contractName="FiatTokenV2_2", abi=circle_usdc.abi())
    return Contract(circle_usdc.place(w3), contract_type=token, fetch_from_explorer=False)


@pytest.fixture(scope="session")
def identity(w3, project):
    """The identity registry at its address."""
    address = identity_registry.place(w3)
    return project.IdentityRegistry.at(address, fetch_from_explorer=False)
