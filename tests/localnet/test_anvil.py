"""Anvil comes up, goes away, and says why when it does not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from web3 import Web3

from artifacts import ROOT, ToolMissing
from localnet import anvil as anvil_module
from localnet import identity, usdc
from localnet.anvil import Anvil, free_port
from localnet.base_sepolia import CHAIN_ID, RPC_URL, upstream
from localnet.errors import AnvilFailed, PortTaken
from tests.waiting import until


def test_anvil__taken_port__is_refused_in_one_line(anvil):
    with pytest.raises(PortTaken) as refused, Anvil(port=anvil.port):
        pass
    assert str(refused.value) == (
        f"port {anvil.port} is taken: stop what listens there, or choose another port"
    )


def test_anvil__free_port_taken_meanwhile__takes_another():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))  # in use, and not listening: what an outgoing connection has
        taken = other.getsockname()[1]
        anvil = Anvil()
        anvil.port = taken
        with anvil:
            assert anvil.port != taken
            assert anvil.w3.eth.chain_id == 31337


def test_anvil__left__leaves_no_listener_and_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    port = free_port()
    with Anvil(port=port) as running:
        assert running.w3.eth.chain_id == 31337
        assert list(tmp_path.iterdir())
    assert not Web3(Web3.HTTPProvider(running.url)).is_connected()
    assert not list(tmp_path.iterdir())


def test_anvil__refused_argument__gives_its_reason():
    with pytest.raises(AnvilFailed, match="--no-such-option"), Anvil(more=["--no-such-option"]):
        pass


def test_binary__nowhere__says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(anvil_module, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match="install Foundry"):
        anvil_module.binary()


def test_upstream__no_rpc_url__has_both_contracts_at_their_addresses(monkeypatch):
    monkeypatch.delenv(RPC_URL, raising=False)
    with upstream() as url:
        w3 = Web3(Web3.HTTPProvider(url))
        assert w3.eth.chain_id == CHAIN_ID
        assert all(
            w3.eth.get_code(Web3.to_checksum_address(a)) for a in (usdc.ADDRESS, identity.ADDRESS)
        )


def test_upstream__rpc_url__is_taken_as_it_is(monkeypatch):
    monkeypatch.setenv(RPC_URL, "http://127.0.0.1:1")
    with upstream() as url:
        assert url == "http://127.0.0.1:1"


@pytest.mark.parametrize("code", [0, 3])
def test_base_sepolia__command__gets_the_url_and_gives_its_exit_code(code):
    inner = f"import os; print(os.environ['{RPC_URL}']); raise SystemExit({code})"
    done = subprocess.run(
        [sys.executable, "-m", "localnet.base_sepolia", sys.executable, "-c", inner],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != RPC_URL},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert done.stdout.startswith("http://127.0.0.1:")


def test_anvil__python_killed__goes_too(tmp_path):
    script = Path(tmp_path, "start.py")
    script.write_text(
        "import os, signal\n"
        "from localnet.anvil import Anvil\n"
        "anvil = Anvil().__enter__()\n"
        "print(anvil.url, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode < 0
    orphan = Web3(Web3.HTTPProvider(done.stdout.strip()))
    until(lambda: not orphan.is_connected())
