"""Something between client and API that gives up, or stands in for an API that is away.

given a signed request that the API has taken
  when a gateway gives up waiting: it is asked again under its key, and done once
  when the gateway never gets an answer: it is pending, and named; never refused
given a transaction that is mined
  when the index cannot be asked, or a page for people comes: it is waited for
"""

from __future__ import annotations

import pytest

from agentescrow import AgentClient, StillPending
from agentescrow.domain.runs.run import RunState
from tests.sdk.between import Between, between
from tests.sdk.conftest import USDC

PAGE = b"<html>One moment, please</html>"
BUSY = b'{"type":"about:blank","title":"Service Unavailable","status":503,"code":503,"detail":"x"}'


class _Gateway(Between):
    """Answers in the API's place, after that has acted."""

    def __init__(self, api_url, is_concerned, status, content, times=10**6):
        super().__init__(api_url)
        self.left = times
        self._is_concerned = is_concerned
        self._instead = status, content

    def passes(self, seen, answer):
        content = answer.read()
        if not self.left or not self._is_concerned(seen):
            return content
        self.left -= 1
        answer.status_code, content = self._instead
        return content


def _is_signed(seen):
    return seen.is_signed


def _asks_for_the_index(seen):
    return seen.path == "/ready"


@pytest.mark.parametrize("status", [502, 504])
def test_create__gateway_gives_up__is_done_once(market, status):
    """API-7: the answer was lost, whatever stands in its place."""
    before = market.contracts.runs.run_count()
    gateway = _Gateway(market.api_url, _is_signed, status, PAGE, times=2)
    options = market.options("poster", True, True)
    with between(gateway) as url, AgentClient(url, **options) as poster:
        run = poster.runs.create(USDC, "+1d", "ipfs://description")
    assert run.state == RunState.OPEN
    assert market.contracts.runs.run_count() == before + 1
    assert len({seen.key for seen in gateway.signed}) == 1
    assert len(gateway.signed) == 3


def test_create__gateway_never_gets_an_answer__is_pending(market):
    """API-7: who reads "refused" sends it again, and pays twice."""
    before = market.contracts.runs.run_count()
    gateway = _Gateway(market.api_url, _is_signed, 504, PAGE)
    options = market.options("poster", True, True)
    with (
        between(gateway) as url,
        AgentClient(url, patience=0.0, **options) as poster,
        pytest.raises(StillPending, match=r"0x[0-9a-f]{64}: signed and sent"),
    ):
        poster.runs.create(USDC, "+1d", "ipfs://description")
    assert market.contracts.runs.run_count() == before + 1


@pytest.mark.parametrize("content", [PAGE, BUSY], ids=["page", "busy"])
def test_create__mined_and_the_index_cannot_be_asked__waits(market, content):
    """API-7: an index that is away for a moment is no failure of what is mined."""
    before = market.contracts.runs.run_count()
    gateway = _Gateway(market.api_url, _asks_for_the_index, 503, content, times=3)
    options = market.options("poster", False, True)
    with between(gateway) as url, AgentClient(url, **options) as poster:
        run = poster.runs.create(USDC, "+1d", "ipfs://description")
    assert run.state == RunState.OPEN
    assert gateway.left == 0
    assert market.contracts.runs.run_count() == before + 1
