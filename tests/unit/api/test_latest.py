"""The indexed block of many requests: one question, and none older than the request."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from agentescrow.api.indexed_block import IndexedBlockReader

ELSEWHERE = SimpleNamespace(dialect=SimpleNamespace(name="postgresql"))


class Server:
    """Answers when it is told to, with what was true when it was asked."""

    def __init__(self):
        self.number = 0
        self.asked = []

    async def all(self, _statement):
        seen, answered = self.number, asyncio.get_running_loop().create_future()
        self.asked.append(answered)
        await answered
        return [(seen, "0x", "0x", 0, "")]

    async def asked_times(self, times):
        while len(self.asked) < times:
            await asyncio.sleep(0)


@asynccontextmanager
async def latest_of(server):
    latest = IndexedBlockReader(ELSEWHERE)
    async with latest.connected(ELSEWHERE, server):
        yield latest


def test_block__asked_while_a_question_is_under_way__is_of_the_next_one():
    """API-6: what came before the request may be older than what its client has seen."""

    async def play():
        server = Server()
        async with latest_of(server) as latest:
            first = asyncio.create_task(latest.block())
            await server.asked_times(1)
            server.number = 1
            others = [asyncio.create_task(latest.block()) for _ in range(5)]
            await asyncio.sleep(0)
            server.asked[0].set_result(None)
            assert (await first).number == 0
            await server.asked_times(2)
            server.asked[1].set_result(None)
            assert {(await other).number for other in others} == {1}
            assert len(server.asked) == 2

    asyncio.run(play())


def test_block__whose_client_has_gone__is_still_told_to_others():
    """API-6: and a question that failed fails nobody else's."""

    async def play():
        server = Server()
        async with latest_of(server) as latest:
            gone, stays = (asyncio.create_task(latest.block()) for _ in range(2))
            await server.asked_times(1)
            gone.cancel()
            later = asyncio.create_task(latest.block())
            server.asked[0].set_exception(OSError())
            with pytest.raises(OSError):
                await stays
            await server.asked_times(2)
            server.asked[1].set_result(None)
            assert (await later).number == 0

    asyncio.run(play())
