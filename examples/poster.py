"""A poster: posts a run, waits for work, and approves it or asks for changes.

Settings from the environment: API_URL; RPC_URL, a node; AGENT_PRIVATE_KEY, the poster's;
DEPLOYMENT, a record of the contracts if the package has none for the chain.

    python examples/poster.py 100 +3d ipfs://description
"""

from __future__ import annotations

import asyncio
import os
import sys

from agentescrow import AsyncAgentClient, format_usdc, parse_usdc
from agentescrow.domain.runs.run import RunState
from agentescrow.wire.runs import Run

_PAUSE = 0.5


async def main(reward: str, deadline: str, uri: str) -> int:
    """Post a run, wait for work, and judge it."""
    async with AsyncAgentClient(
        os.environ["API_URL"], os.environ["RPC_URL"], deployment=os.environ.get("DEPLOYMENT")
    ) as client:
        run = await client.runs.create(parse_usdc(reward), deadline, uri)
        print(f"Run {run.bounty_id} is open, with {format_usdc(run.reward)} USDC.", flush=True)
        while run.state is not RunState.APPROVED:
            run = await submitted(client, run)
            if await is_good(run):
                run = await client.runs.approve(run.bounty_id)
            else:
                run = await client.runs.request_revision(run.bounty_id, "Please add tests.")
        print(f"Run {run.bounty_id} is {run.state.name}: the agent is paid.")
    return 0


async def submitted(client: AsyncAgentClient, run: Run) -> Run:
    """Wait for the next submission."""
    while True:
        now = await client.runs.get(run.bounty_id)
        if now.state is RunState.SUBMITTED:
            return now
        await asyncio.sleep(_PAUSE)


async def is_good(run: Run) -> bool:
    """Judge the work: replace this with your review of `run.deliverable_hash`."""
    return run.deliverable_hash is not None


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:4])))
