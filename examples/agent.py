"""An agent: stakes once, claims a run, works, submits.

Settings from the environment: API_URL; RPC_URL, a node; AGENT_PRIVATE_KEY; AGENT_ID (a new agent is
registered without it); DEPLOYMENT, a record of the contracts if the package has none for the chain.

    python examples/agent.py 50       # takes runs of 50 USDC or more
"""

from __future__ import annotations

import os
import sys

from agentescrow import AgentClient, Refused
from agentescrow.wire.runs import Run

MIN_STAKE = "20000000"  # 20 USDC, in base units


def main() -> int:
    """Claim one run and submit work for it."""
    least = sys.argv[1] if len(sys.argv) > 1 else "0"
    with AgentClient(
        os.environ["API_URL"], os.environ["RPC_URL"], deployment=os.environ.get("DEPLOYMENT")
    ) as client:
        agent_id = ready_agent(client)
        run = claimed_run(client, agent_id, least)
        if run is None:
            print("No run is open to this agent.")
            return 1
        print(f"Claimed run {run.bounty_id}: {run.ipfs_hash}")
        submitted = client.runs.submit_work(run.bounty_id, work_on(run))
        print(f"Run {submitted.bounty_id} is {submitted.state.name}.")
    return 0


def ready_agent(client: AgentClient) -> int:
    """Return the agent of AGENT_ID, or register one, and stake for it."""
    given = os.environ.get("AGENT_ID")
    agent_id = int(given) if given else client.agents.register("ipfs://agent").id
    if not client.agents.get_stake_info(agent_id).is_staked:
        client.agents.stake(agent_id, MIN_STAKE)
        print(f"Staked for agent {agent_id}.")
    return agent_id


def claimed_run(client: AgentClient, agent_id: int, least: str) -> Run | None:
    """Claim the first run that the agent may claim; return None if no run is open to it."""
    for run in client.runs.list(state="OPEN", min_reward=least, sort="reward").runs:
        eligibility = client.agents.can_claim_run(agent_id, run.bounty_id)
        if not eligibility.eligible:
            print(f"Not run {run.bounty_id}: {' '.join(eligibility.reasons)}")
            continue
        try:
            return client.runs.claim(run.bounty_id, agent_id).run
        except Refused as refused:
            if refused.code != 400:  # 400: another agent was faster
                raise
    return None


def work_on(run: Run) -> str:
    """Do the work and return its URI: replace this with what your agent does."""
    return f"ipfs://work-on-{run.bounty_id}"


if __name__ == "__main__":
    sys.exit(main())
