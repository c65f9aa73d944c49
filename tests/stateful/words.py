"""The words that views are asked with and answer with."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from agentescrow.domain.runs.run import Run


def run_words(run: Run) -> tuple[Any, ...]:
    """What `getRun` returns, in its order."""
    return (
        run.poster,
        run.state,
        run.reward,
        run.fee,
        run.deadline,
        run.review_days,
        run.max_revisions,
        run.revisions,
        run.min_status,
        run.agent_id,
        run.wallet,
        run.claimed_at,
        run.submitted_at,
        run.due_at,
        run.abandoned,
    )


@lru_cache(maxsize=2**14)
def words(values: tuple[Any, ...]) -> bytes:
    """Write numbers, flags and addresses as words."""
    return b"".join(
        _address_word(v) if isinstance(v, str) else int(v).to_bytes(32, "big") for v in values
    )


@cache
def _address_word(address: str) -> bytes:
    return bytes(12) + bytes.fromhex(address[2:])
