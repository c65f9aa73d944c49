"""A client signs what its caller asked for, and nothing that a server makes of it."""

from __future__ import annotations

import copy
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from agentescrow import AgentClient, UntrustedRequest
from agentescrow.domain.run import RunState


class _Liar:
    """Passes everything on to the real API, and changes the typed data of its 401."""

    def __init__(self, api_url, change):
        liar = self
        self.signed = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self._answer(httpx.get(api_url + self.path))

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if "signature" in body:
                    liar.signed.append(body)
                self._answer(httpx.post(api_url + self.path, json=body, timeout=30))

            def _answer(self, answer):
                content = answer.content
                if answer.status_code == 401:
                    problem = answer.json()
                    problem["typedData"] = change(copy.deepcopy(problem["typedData"]))
                    content = json.dumps(problem).encode()
                self.send_response(answer.status_code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_args):
                """Be quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def through(market):
    """Makes a gasless client of the agent behind a server that changes what is to be signed."""
    opened = []

    def make(change):
        liar = _Liar(market.api_url, change)
        threading.Thread(target=liar.server.serve_forever, daemon=True).start()
        agent = AgentClient(liar.url, **market.options("agent", True, False))
        opened.append((liar, agent))
        return liar, agent

    yield make
    for liar, agent in opened:
        agent.close()
        liar.server.shutdown()
        liar.server.server_close()


def _set(*path):
    *parents, name, value = path

    def change(typed):
        inner = typed
        for parent in parents:
            inner = inner[parent]
        inner[name] = value
        return typed

    return change


def _permit_of_everything(_typed):
    return {
        "types": {"Permit": [{"name": "spender", "type": "address"}]},
        "primaryType": "Permit",
        "domain": {"name": "USDC"},
        "message": {"spender": "0x" + "66" * 20, "gas": 1, "nonce": 0, "deadline": 1},
    }


LIES = {
    "another call": _set("message", "data", "0x12345678"),
    "another contract": _set("message", "to", "0x" + "66" * 20),
    "another signer": _set("message", "from", "0x" + "66" * 20),
    "ether along": _set("message", "value", 1),
    "another forwarder": _set("domain", "verifyingContract", "0x" + "66" * 20),
    "another chain": _set("domain", "chainId", 1),
    "another name": _set("domain", "name", "USD Coin"),
    "another type": _set("primaryType", "Permit"),
    "further types": _set("types", "Permit", [{"name": "owner", "type": "address"}]),
    "further fields": _set("message", "extra", 1),
    "valid for ever": _set("message", "deadline", 2**48 - 1),
    "all gas there is": _set("message", "gas", 2**200),
    "a nonce that is none": _set("message", "nonce", "0"),
    "true for a number": _set("message", "gas", True),
    "a permit": _permit_of_everything,
    "nothing": lambda _typed: None,
    "no message": lambda typed: {**typed, "message": []},
}


@pytest.mark.parametrize("change", LIES.values(), ids=LIES)
def test_gasless__server_that_lies__gets_no_signature(market, through, agent_id, run_id, change):
    """API-4, API-7: nothing is signed that is not the forwarder's call that was asked for."""
    liar, agent = through(change)
    with pytest.raises(UntrustedRequest):
        agent.runs.claim(run_id, agent_id)
    assert liar.signed == []
    assert market.contracts.escrow.get_run(run_id).state == RunState.OPEN


def test_gasless__server_that_passes_on__is_signed_for(through, agent_id, run_id):
    """API-4: the same way without a lie goes through, so the lies are what was refused."""
    liar, agent = through(lambda typed: typed)
    assert agent.runs.claim(run_id, agent_id).run.state == RunState.CLAIMED
    assert len(liar.signed) == 1
