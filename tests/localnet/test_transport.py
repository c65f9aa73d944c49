"""Questions to a chain on this machine, over connections that stay open."""

from __future__ import annotations

import gc
import threading
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from web3 import Web3

from localnet.anvil import Anvil, free_port
from localnet.transport import use_transport


def connected_to(url):
    provider = Web3.HTTPProvider(url, exception_retry_configuration=None)
    return Web3(use_transport(provider))


def test_question__nobody_listens__fails_as_requests_does():
    """What is made of errors of a node is made of this one too."""
    w3 = connected_to(f"http://127.0.0.1:{free_port()}")

    with pytest.raises(requests.ConnectionError):
        _ = w3.eth.chain_id

    assert not w3.is_connected()


def test_question__node_restarted__is_asked_over_a_new_connection():
    """The one that was left open has ended meanwhile."""
    port = free_port()
    w3 = connected_to(f"http://127.0.0.1:{port}")
    for chain_id in (1, 2):
        with Anvil(port=port, chain_id=chain_id):
            assert w3.eth.chain_id == chain_id


def test_provider__let_go__closes_its_connection():
    """As with requests, nobody has to close one; a socket left to the collector warns."""
    with Anvil() as anvil, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        w3 = connected_to(anvil.url)
        _ = w3.eth.chain_id
        del w3
        gc.collect()

    assert not [warning for warning in warned if str(anvil.port) in str(warning.message)]


def test_question__answered_with_a_failure__fails_as_requests_does():
    """An answer that is no success is none."""

    class Failing(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_error(503)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Failing) as server:
        threading.Thread(target=server.serve_forever).start()
        with pytest.raises(requests.HTTPError, match="503"):
            _ = connected_to(f"http://127.0.0.1:{server.server_port}").eth.chain_id
        server.shutdown()
