"""A node in front of the node, which answers wrongly as often as it is told to."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

from eth_utils import event_abi_to_log_topic

from agentescrow.chain.abis import entries

_RUN_CREATED = next(
    "0x" + event_abi_to_log_topic(event).hex()
    for event in entries("RunEscrow", "event")
    if event["name"] == "RunCreated"
)


def busy(_questions, _answers):
    """429."""
    return 429, b"slow down"


def down(_questions, _answers):
    """503."""
    return 503, b""


def broken_off(_questions, answers):
    """Half of the answer."""
    text = json.dumps(answers).encode()
    return 200, text[: len(text) // 2]


def refuses_ranges(questions, answers):
    """Not more than 3 blocks at once."""
    for question, answer in zip(questions, answers, strict=True):
        where = question["params"][0] if question["method"] == "eth_getLogs" else {}
        wide = int(where.get("toBlock", "0x0"), 16) - int(where.get("fromBlock", "0x0"), 16)
        if wide > 2:
            answer.pop("result", None)
            answer["error"] = {"code": -32005, "message": "query returned more than 10000 results"}
    return 200, json.dumps(answers).encode()


def keeps_logs_back(questions, answers):
    """Half synced: it has the blocks, and not their logs."""
    for question, answer in zip(questions, answers, strict=True):
        if question["method"] == "eth_getLogs" and "fromBlock" in question["params"][0]:
            answer["result"] = []
    return 200, json.dumps(answers).encode()


def is_behind(questions, answers):
    """It does not have the block that it said to be the latest."""
    for question, answer in zip(questions, answers, strict=True):
        if question["method"] == "eth_getBlockByNumber" and question["params"][0] != "latest":
            answer["result"] = None
    return 200, json.dumps(answers).encode()


def is_on_another_chain(questions, answers):
    """Logs of another fork."""
    other = "0x" + "1" * 64
    return _with_logs(
        questions, answers, lambda logs: [{**log, "blockHash": other} for log in logs]
    )


def is_stingy(questions, answers):
    """Not more than 10 questions at once, and not more than 3 blocks."""
    if len(questions) > 10:
        error = {"code": -32014, "message": "maximum 10 calls in 1 batch"}
        return 200, json.dumps({"jsonrpc": "2.0", "id": None, "error": error}).encode()
    return refuses_ranges(questions, answers)


def repeats_logs(questions, answers):
    """Each log twice."""
    return _with_logs(questions, answers, lambda logs: [*logs, *logs])


def sends_logs_of_other_blocks(questions, answers):
    """A filter that it does not heed."""

    def elsewhere(log):
        return {**log, "blockNumber": hex(int(log["blockNumber"], 16) + 10**6)}

    return _with_logs(questions, answers, lambda logs: [elsewhere(log) for log in logs])


def tells_another_time(questions, answers):
    """A time with each log, and not that of its block."""
    return _with_logs(
        questions, answers, lambda logs: [{**log, "blockTimestamp": "0x1"} for log in logs]
    )


def forgets_beginnings(questions, answers):
    """No run was ever created."""
    return _with_logs(
        questions, answers, lambda logs: [log for log in logs if log["topics"][0] != _RUN_CREATED]
    )


def owes_more(questions, answers):
    """A unit more than it does, or what it owed in no block at all."""
    for question, answer in zip(questions, answers, strict=True):
        if question["method"] == "eth_call" and answer["result"] != "0x":
            answer["result"] = f"0x{int(answer['result'], 16) + 1:064x}"
    return 200, json.dumps(answers).encode()


def makes_no_sense(_questions, answers):
    """Answers of another kind than those to the questions."""
    return 200, json.dumps([{**answer, "result": {"what": "?"}} for answer in answers]).encode()


FAULTS = {
    busy: "the node does not answer",
    down: "the node does not answer",
    broken_off: "the node's answer broke off",
    refuses_ranges: "query returned more than 10000 results",
    keeps_logs_back: "the node has left out logs",
    is_behind: "the node is behind: it lacks block|the node lacks blocks of",
    is_on_another_chain: "has logs of another block",
    repeats_logs: "the node has sent a log twice",
    sends_logs_of_other_blocks: "the node has sent logs of other blocks",
    tells_another_time: "and its logs are of different times",
    makes_no_sense: "the node's answer is malformed",
}
"""Each fault, and some words by which the indexer says that it has noticed it."""


def _with_logs(questions, answers, change):
    for question, answer in zip(questions, answers, strict=True):
        if question["method"] == "eth_getLogs":
            answer["result"] = change(answer["result"])
    return 200, json.dumps(answers).encode()


def twice_in_eight(fault):
    """Each kind of question meets the fault twice, is answered six times, and so on."""
    asked = Counter()

    def sometimes(questions, answers):
        kind = questions[0]["method"]
        asked[kind] += 1
        if asked[kind] % 8 in (1, 2):
            return fault(questions, answers)
        return 200, json.dumps(answers).encode()

    return sometimes


class FaultyNode:
    """An address that passes on to a node; `fault` is asked before each answer."""

    def __init__(self, url: str) -> None:
        self.fault: Callable[[], Callable | None] = lambda: None
        node = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kind = {"Content-Type": "application/json"}
                with urlopen(Request(url, data=body, headers=kind)) as passed:
                    status, answer = 200, passed.read()
                fault = node.fault()
                if fault is not None:
                    status, answer = fault(json.loads(body), json.loads(answer))
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_args) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> FaultyNode:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error) -> None:
        self._server.shutdown()
        self._server.server_close()
