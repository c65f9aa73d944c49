"""Actions of the actors: each function is an SDK call and a sentence about it.

Four calls go to the contracts directly: an allowance, a transferred NFT, a deposit that another
account sends, and the sweep.
"""

from __future__ import annotations

from typing import Final

from agentescrow.chain.events import FeesSwept, StakeSlashed
from agentescrow.domain.constants import MIN_STAKE
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.errors import Refused
from demo.cast import Actor
from demo.stage import Stage
from demo.wording import description_uri, moment, shown, usdc

_HOUR: Final = 3600

# Agents


def register(stage: Stage, actor: Actor, uri: str) -> Actor:
    """Register an agent and return the actor with its id."""
    agent_id = stage.client(actor).agents.register(uri).id
    stage.record(actor, "register", f"registers agent {agent_id} in the ERC-8004 identity registry")
    return stage.cast.keep(actor.being(agent_id))


def stake(stage: Stage, agent: Actor, amount: int) -> None:
    """Stake for the actor's own agent, with a permit in the same transaction."""
    status = stage.client(agent).agents.stake(agent.agent, amount).status
    text = f"stakes {usdc(amount)}, with a permit in the same transaction: "
    text += f"agent {agent.agent} is {status.name}"
    stage.record(agent, "multicall(selfPermit, stake)", text)


def standing(stage: Stage, agent: Actor) -> str:
    """Describe an agent's place on the trust ladder."""
    status = stage.contracts.registry.status_of(agent.agent)
    return f"agent {agent.agent} is {status.name}"


def claim(stage: Stage, agent: Actor, run_id: int) -> None:
    """Claim a run."""
    run = stage.client(agent).runs.claim(run_id, agent.agent).run
    locked, due = usdc(run.stake or 0), moment(run.due_at or 0)
    text = f"claims run {run_id}: locks {locked} of its stake, work is due by {due}"
    stage.record(agent, "claimRun", text)


def fail_to_claim(stage: Stage, agent: Actor, run_id: int) -> None:
    """Try to claim a run and be refused; nothing is sent.

    Raises:
        AssertionError: The claim succeeded.
    """
    try:
        stage.client(agent).runs.claim(run_id, agent.agent)
    except Refused as refused:
        text = f"tries to claim run {run_id} and is refused with {refused.code}: "
        stage.tell(agent, text + refused.reasons[0])
        return
    raise AssertionError(f"agent {agent.agent} should not have been able to claim run {run_id}")


def start(stage: Stage, agent: Actor, run_id: int) -> None:
    """Report that work has begun."""
    stage.client(agent).runs.start(run_id)
    stage.record(agent, "startRun", f"starts work on run {run_id}")


def submit(stage: Stage, agent: Actor, run_id: int, *, again: bool = False) -> None:
    """Submit the work."""
    version = "second" if again else "first"
    uri = f"https://example.com/runs/{run_id}/{version}"
    until = moment(stage.client(agent).runs.submit_work(run_id, uri).due_at or 0)
    action = "resubmits" if again else "submits"
    text = f"{action} run {run_id}: the poster may review it until {until}"
    stage.record(agent, f"submitWork{', after a revision' if again else ''}", text)


def abandon(stage: Stage, agent: Actor, run_id: int) -> None:
    """Give a run back."""
    stage.client(agent).runs.abandon(run_id)
    text = f"gives run {run_id} back within a day, at no cost: it is open to all agents again"
    stage.record(agent, "abandonRun", text)


# Posters


def allow(stage: Stage, poster: Actor, amount: int) -> None:
    """Let RunEscrow pull USDC."""
    stage.contracts.usdc.approve(poster.wallet, stage.contracts.runs.address, amount)
    stage.record(poster, "USDC.approve", f"lets RunEscrow pull up to {usdc(amount)}")


def post(stage: Stage, poster: Actor, terms: RunTerms, description: str) -> int:
    """Post a run and return its id."""
    run = stage.client(poster).runs.create(
        terms.reward,
        terms.deadline,
        description_uri(description),
        max_revisions=terms.max_revisions,
    )
    stage.descriptions[run.bounty_id] = description
    text = f"posts run {run.bounty_id}, “{shown(description)}”: {usdc(run.reward)} + "
    text += f"{usdc(run.fee)} fee, open until {moment(run.deadline)}"
    stage.record(poster, "postRun", text)
    return run.bounty_id


def approve(stage: Stage, poster: Actor, run_id: int) -> None:
    """Approve the work."""
    run = stage.client(poster).runs.approve(run_id)
    paid = f"{usdc(run.reward)} to the agent, {usdc(run.fee)} fee to the platform"
    stage.record(poster, "approve", f"approves run {run_id}: {paid}")


def revise(stage: Stage, poster: Actor, run_id: int, feedback: str) -> None:
    """Request a revision."""
    run = stage.client(poster).runs.request_revision(run_id, feedback)
    text = f"asks for revision {run.revisions} of run {run_id} by {moment(run.due_at or 0)}: "
    stage.record(poster, "requestRevision", f"{text}“{feedback}”")


def reject(stage: Stage, poster: Actor, run_id: int, reason: str) -> None:
    """Reject the work."""
    run = stage.client(poster).runs.reject(run_id, reason)
    text = f"rejects run {run_id}, “{reason}”, with no revision left: "
    stage.record(poster, "reject", f"{text}{usdc(run.reward + run.fee)} back")


def slash(stage: Stage, poster: Actor, run_id: int, agent: Actor) -> None:
    """Slash an overdue agent."""
    run = stage.client(poster).runs.slash(run_id)
    taken = next(event for event in stage.news() if isinstance(event, StakeSlashed))
    rest = taken.amount - taken.penalty
    text = f"slashes run {run_id}: {usdc(run.reward + run.fee)} back + "
    text += f"{usdc(taken.penalty)} of the stake as a penalty"
    text += f"; {usdc(rest)} of the lock returned to the agent" if rest else ""
    stage.record(poster, "slash", text)
    left = usdc(stage.contracts.registry.get_agent(agent.agent).staked)
    stage.tell(agent, f"missed the deadline: {standing(stage, agent)}, {left} of stake left")


def cancel(stage: Stage, poster: Actor, run_id: int) -> None:
    """Cancel a run."""
    run = stage.client(poster).runs.cancel(run_id)
    text = f"cancels run {run_id}, which nobody claimed: {usdc(run.reward + run.fee)} back"
    stage.record(poster, "cancelRun", text)


# Anyone


def finalize(stage: Stage, anyone: Actor, run_id: int) -> None:
    """Finalize a run whose review period has passed."""
    run = stage.client(anyone).runs.finalize(run_id)
    paid = f"{usdc(run.reward)} to the agent, {usdc(run.fee)} fee to the platform"
    stage.record(anyone, "finalize", f"finalizes run {run_id}, approved by silence: {paid}")


def sweep(stage: Stage, anyone: Actor) -> None:
    """Send the fees to the treasury."""
    stage.contracts.runs.sweep_fees(anyone.wallet)
    swept = next(event for event in stage.news() if isinstance(event, FeesSwept))
    stage.record(anyone, "sweepFees", f"sends {usdc(swept.amount)} of fees to the treasury")


def hand_over(stage: Stage, owner: Actor, receiver: Actor) -> Actor:
    """Transfer an agent's NFT and return the receiver with the agent's id."""
    stage.contracts.identity.transfer(owner.wallet, receiver.address, owner.agent)
    text = f"hands the NFT of agent {owner.agent} to the {receiver.name}"
    stage.record(owner, "transferFrom", text)
    stage.cast.keep(owner.being(None))
    return stage.cast.keep(receiver.being(owner.agent))


def stake_unaided(stage: Stage, agent: Actor, sender: Actor) -> None:
    """Stake the minimum by a signature that another account sends."""
    salt = agent.agent.to_bytes(32)
    authorization = stage.contracts.registry.authorize_stake(
        agent.wallet, agent.agent, MIN_STAKE, salt=salt, valid_before=stage.now + _HOUR
    )
    stage.contracts.registry.stake_with_authorization(
        sender.wallet, agent.agent, MIN_STAKE, authorization
    )
    text = f"stakes {usdc(MIN_STAKE)} by a signed EIP-3009 authorization: "
    stage.record(agent, "stakeWithAuthorization", text + standing(stage, agent))
