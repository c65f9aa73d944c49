"""Bare JSON-RPC to the Anvil under test, for what only prepares or checks: far faster than Ape."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlparse

_HEADERS = {"Content-Type": "application/json"}
_PATIENCE = 20_000
_ATTEMPTS = 3


class Rpc:
    """One connection that stays open."""

    def __init__(self, w3) -> None:
        """Speak to the chain that a web3.py connection is for."""
        where = urlparse(w3.provider.endpoint_uri)
        self._path = where.path or "/"
        self._connection = http.client.HTTPConnection(where.hostname, where.port)

    def close(self) -> None:
        """End it."""
        self._connection.close()

    def ask(self, method: str, *params: Any) -> Any:
        """Call one method.

        Returns:
            Its result; a reply with an error fails the test.
        """
        return self.ask_all([(method, params)])[0]

    def ask_all(self, questions: list[tuple[str, tuple]]) -> list[Any]:
        """Call several methods in one go; returns their results in order."""
        body = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            for number, (method, params) in enumerate(questions)
        ]
        self._connection.request("POST", self._path, json.dumps(body), _HEADERS)
        replies = json.loads(self._connection.getresponse().read())
        assert not [reply for reply in replies if "error" in reply], replies
        by_id = {reply["id"]: reply["result"] for reply in replies}
        return [by_id[number] for number in range(len(questions))]

    def send(self, transaction: dict[str, str]) -> dict[str, Any]:
        """Send a transaction of an account that Anvil holds the key of; returns its receipt."""
        for _ in range(_ATTEMPTS):
            sent = self.ask("eth_sendTransaction", transaction)
            if receipt := self._receipt(sent):
                return receipt
            # On a busy machine Anvil has been seen to forget to mine, and to drop one (`settle`).
            self.ask("evm_mine")
            if receipt := self._receipt(sent):
                return receipt
            assert self.ask("eth_getTransactionByHash", sent) is None
        raise AssertionError(f"Anvil dropped a transaction {_ATTEMPTS} times: {transaction}")

    def _receipt(self, sent: str) -> dict[str, Any] | None:
        # Anvil mines at once, but answers before it has.
        for _ in range(_PATIENCE):
            if receipt := self.ask("eth_getTransactionReceipt", sent):
                return receipt
        return None

    def settle(self) -> None:
        """Wait until Anvil's pool has let go of what is mined; before every `evm_revert`.

        It does so after the receipt is there. Reverted in between, it takes the next transaction
        of the same nonce for the mined one, and drops it.
        """
        self._until(lambda: self.ask("txpool_status")["pending"] == "0x0")

    def call_all(self, calls: list[tuple[str, bytes]]) -> list[int]:
        """Ask contracts for numbers, at the latest block.

        Args:
            calls: Address and calldata of views that return one word.
        """
        answers = self.ask_all(
            [("eth_call", ({"to": to, "data": "0x" + data.hex()}, "latest")) for to, data in calls]
        )
        return [int(answer, 16) for answer in answers]

    def _until(self, answer: Callable[[], Any]) -> Any:
        for _ in range(_PATIENCE):
            if found := answer():
                return found
        raise AssertionError(f"Anvil did not come to it in {_PATIENCE} questions")
