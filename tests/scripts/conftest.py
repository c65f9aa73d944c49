"""One local chain with everything deployed, put back after each test, and the commands on it."""

from __future__ import annotations

import json
import runpy
from functools import cache
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from web3.types import RPCEndpoint

from agentescrow.chain.connection import chain_time
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import load
from agentescrow.chain.wallet import LocalWallet
from agentescrow.domain.constants import DAY, ONE_USDC
from agentescrow.domain.runs.terms import RunTerms
from artifacts import ROOT
from deployment.local_chain import ROLES, local_chain
from deployment.record import Records


@pytest.fixture(scope="session")
def record_file(tmp_path_factory):
    """Where the record of the deployment is."""
    return tmp_path_factory.mktemp("deployments") / "local.json"


@pytest.fixture(scope="session")
def local(record_file):
    """The chain."""
    records = Records(record_file.parent, record_file.parent / "unfinished")
    with local_chain(records) as chain:
        yield chain


@pytest.fixture
def rpc(local):
    """Call a method of the node."""

    def call(method, *parameters):
        answer = local.w3.provider.make_request(RPCEndpoint(method), parameters)
        assert "error" not in answer, answer
        return answer["result"]

    return call


@pytest.fixture(autouse=True)
def _put_back(rpc):
    snapshot = rpc("evm_snapshot")
    yield
    rpc("evm_revert", snapshot)


@pytest.fixture
def contracts(local, record_file):
    """The contracts through the package."""
    return Contracts(local.w3, load(record_file))


@pytest.fixture
def wallets(local):
    """A wallet by role."""
    return SimpleNamespace(
        **{role: LocalWallet(local.w3, key) for role, key in local.accounts.items()}
    )


@pytest.fixture
def wait(rpc):
    """Let time pass."""

    def seconds(number):
        rpc("evm_increaseTime", number)
        rpc("evm_mine")

    return seconds


@pytest.fixture
def terms(local):
    """Terms of a run, changed at will."""

    def make(**changes):
        values = {"reward": 100 * ONE_USDC, "deadline": chain_time(local.w3) + 3 * DAY}
        return RunTerms(**{**values, **changes})

    return make


@pytest.fixture
def staked_agent(contracts, wallets):
    """An agent that may work: its id."""
    agent_id = contracts.identity.register(wallets.agent, "ipfs://agent").event.agent_id
    contracts.registry.stake(wallets.agent, agent_id, 40 * ONE_USDC)
    return agent_id


@pytest.fixture
def open_run(contracts, wallets, terms):
    """Post a run and return its id."""

    def post(**changes):
        return contracts.runs.post_run(wallets.poster, terms(**changes), "ipfs://d").event.run_id

    return post


@pytest.fixture
def claimed_run(contracts, wallets, open_run, staked_agent):
    """Post a run and claim it."""

    def claim(**changes):
        run_id = open_run(**changes)
        contracts.runs.claim_run(wallets.agent, run_id, staked_agent)
        return run_id

    return claim


@pytest.fixture
def submitted_run(contracts, wallets, claimed_run):
    """Post a run, claim it and submit work."""

    def submit(**changes):
        run_id = claimed_run(**changes)
        contracts.runs.submit_work(wallets.agent, run_id, "ipfs://work")
        return run_id

    return submit


@pytest.fixture
def bare(local):
    """Run a command with exactly these arguments."""

    def run(verb, *arguments):
        return CliRunner().invoke(_command(verb), [str(argument) for argument in arguments])

    return run


@pytest.fixture
def fails(bare, local, record_file):
    """Run a command that has to fail: one line, exit code 1, and nothing sent. Returns the line."""

    def run(verb, *arguments, by="poster"):
        before = local.w3.eth.get_block("latest")["number"]
        done = bare(verb, *arguments, *_where(local, record_file), *_account(by))
        assert done.exit_code == 1, done.output
        lines = done.output.splitlines()
        assert len(lines) == 1, done.output
        assert lines[0].startswith("Error: ")
        assert local.w3.eth.get_block("latest")["number"] == before
        return lines[0].removeprefix("Error: ")

    return run


@pytest.fixture
def says(bare, local, record_file):
    """Run a command that has to work. Returns what it printed."""

    def run(verb, *arguments, by="poster"):
        done = bare(verb, *arguments, *_where(local, record_file), *_account(by))
        assert done.exit_code == 0, f"{done.output}{done.exception!r}"
        return done.output

    return run


@pytest.fixture
def does(says):
    """Run a command that has to work, with --json. Returns the parsed answer."""

    def run(verb, *arguments, by="poster"):
        return json.loads(says(verb, *arguments, "--json", by=by))

    return run


def _where(local, record_file):
    return "--network", local.url, "--deployment", record_file


def _account(role):
    return () if role is None else ("--account", f"TEST::{ROLES.index(role)}")


@cache
def _command(verb):
    return runpy.run_path(str(ROOT / "scripts" / f"{verb}.py"))["cli"]
