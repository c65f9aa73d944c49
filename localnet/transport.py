"""How web3.py speaks to a chain on this machine: over connections that stay open."""

from __future__ import annotations

import http.client
import threading
import weakref
from typing import Any
from urllib.parse import urlparse

import requests
from eth_typing import URI
from urllib3.util.wait import wait_for_read
from web3 import HTTPProvider
from web3._utils.http_session_manager import HTTPSessionManager

_PATIENCE = 600  # seconds; a limit for what hangs, not for what is slow


class Transport(HTTPSessionManager):
    """In place of requests, which takes eight times the processor for each question."""

    def __init__(self) -> None:
        """Connect to nothing yet."""
        super().__init__()
        self._of_thread = threading.local()

    def make_post_request(self, endpoint_uri: URI, data: bytes | dict[str, Any], **_: Any) -> bytes:  # noqa: ANN401 - what requests would take
        """Send a request, and return the body of the answer.

        Raises:
            requests.ConnectionError: Nobody answers.
            requests.HTTPError: The answer is no success.
        """
        try:
            answer, body = self._exchange(endpoint_uri, data)
        except (OSError, http.client.HTTPException) as error:
            self._of_thread.__dict__.clear()
            raise requests.ConnectionError(error) from error
        if answer.status != http.HTTPStatus.OK:
            raise requests.HTTPError(f"{answer.status} {answer.reason}: {body!r}")
        return body

    def _exchange(self, url: URI, data: Any) -> tuple[http.client.HTTPResponse, bytes]:  # noqa: ANN401
        connection = self._connection(url)
        connection.request("POST", "/", data, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer, answer.read()

    def _connection(self, url: URI) -> http.client.HTTPConnection:
        known: dict[str, _Held] = self._of_thread.__dict__
        if url not in known:
            known[url] = _Held(url)
        connection = known[url].connection
        if connection.sock is not None and wait_for_read(connection.sock, 0):
            connection.close()  # the other end has: it opens again by itself
        return connection


class _Held:
    """A connection that is closed when nothing holds it: thread or transport have ended."""

    def __init__(self, url: str) -> None:
        where = urlparse(url)
        self.connection = http.client.HTTPConnection(
            str(where.hostname), where.port, timeout=_PATIENCE
        )
        weakref.finalize(self, self.connection.close)


def use_transport(provider: HTTPProvider) -> HTTPProvider:
    """Let a provider for a chain on this machine do without requests.

    Args:
        provider: Changed in place.
    """
    provider._request_session_manager = Transport()
    return provider
