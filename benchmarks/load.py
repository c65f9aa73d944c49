"""Load on an HTTP server: some connections, each asking again as soon as it is answered."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Load:
    """Throughput and latency of a server.

    Attributes:
        rate: Answers a second.
        per_core: Answers a second of processor time of the server.
        median: Milliseconds from question to answer.
        p99: Milliseconds that 99 of 100 answers took at most.
    """

    rate: float
    per_core: float
    median: float
    p99: float


def load(port: int, process: int, paths: Sequence[str], seconds: float) -> Load:
    """Send requests to a server and measure its answers.

    Args:
        port: On this machine.
        process: Number of the server's process.
        paths: Paths to request, in turn.
        seconds: How long.
    """
    return asyncio.run(_load(port, process, paths, seconds))


async def _load(port: int, process: int, paths: Sequence[str], seconds: float) -> Load:
    asked = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for path in paths]
    questions = cycle(asked)
    took: list[float] = []
    used, began = _processor_seconds(process), time.perf_counter()
    end = began + seconds
    await asyncio.gather(*(_ask(port, questions, end, took) for _ in range(CONNECTIONS)))
    passed, used = time.perf_counter() - began, _processor_seconds(process) - used
    took.sort()
    return Load(
        len(took) / passed,
        len(took) / used,
        took[len(took) // 2] * 1_000,
        took[len(took) * 99 // 100] * 1_000,
    )


async def _ask(port: int, questions: Iterator[bytes], end: float, took: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (asked := time.perf_counter()) < end:
        writer.write(next(questions))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"the server answered {head.decode().splitlines()[0]}")
        length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
        await reader.readexactly(int(length))
        took.append(time.perf_counter() - asked)
    writer.close()


def _processor_seconds(process: int) -> float:
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
