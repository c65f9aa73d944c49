"""Streams of events as they come: between two events there may be comments."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from agentescrow.sdk.event_stream import Place, alisten, listen
from agentescrow.wire.events import Event

EVENT = Event(
    id="5:1",
    name="RunFunded",
    contract="RunEscrow",
    run_id=7,
    agent_id=None,
    transaction_hash="0x" + "7" * 64,
    block_number=5,
    time=1_700_000_000,
    data={},
)
STREAM = f"id: 5:1\nevent: RunFunded\ndata: {EVENT.model_dump_json(by_alias=True)}\n\n: ping\n\n"


@pytest.fixture
def transport():
    kind = {"Content-Type": "text/event-stream"}
    return httpx.MockTransport(lambda _asked: httpx.Response(200, headers=kind, text=STREAM))


def test_listen__kept_alive_by_a_comment__hears_no_event_in_it(transport):
    """API-6: nobody speaks for a while after an event; what was heard last is not heard again."""
    with httpx.Client(base_url="http://api", transport=transport) as http:
        assert list(listen(http, Place(0, None, 1.0, follow=False, wanted={}))) == [EVENT]


def test_alisten__kept_alive_by_a_comment__hears_no_event_in_it(transport):
    """API-6: the same."""

    async def heard():
        async with httpx.AsyncClient(base_url="http://api", transport=transport) as http:
            return [
                each async for each in alisten(http, Place(0, None, 1.0, follow=False, wanted={}))
            ]

    assert asyncio.run(heard()) == [EVENT]
