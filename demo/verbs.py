"""What people do: each function is a transaction of `agentescrow.chain` and a sentence on it."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from agentescrow.chain.events import StakeSlashed
from agentescrow.domain.constants import MIN_STAKE
from agentescrow.domain.terms import RunTerms
from agentescrow.errors import ContractReverted
from demo.cast import Actor
from demo.stage import Stage
from demo.wording import moment, shown, usdc

_HOUR: Final = 3600

# Agents


def register(stage: Stage, actor: Actor, uri: str) -> Actor:
    """Register an agent; returns the actor with its id."""
    mined = stage.contracts.identity.register(actor.wallet, uri)
    agent_id = mined.event.agent_id
    text = f"registers agent {agent_id} in the ERC-8004 identity registry"
    stage.did(actor, "register", mined, text)
    return stage.cast.keep(actor.being(agent_id))


def stake(stage: Stage, agent: Actor, amount: int) -> None:
    """Stake for the actor's own agent, with a permit in the same transaction."""
    mined = stage.contracts.registry.stake(
        agent.wallet, agent.agent, amount, permit_until=stage.now + _HOUR
    )
    text = f"stakes {usdc(amount)}, with a permit in the same transaction: {standing(stage, agent)}"
    stage.did(agent, "multicall(selfPermit, stake)", mined, text)


def standing(stage: Stage, agent: Actor) -> str:
    """Say where an agent is on the trust ladder."""
    status = stage.contracts.registry.status_of(agent.agent)
    return f"agent {agent.agent} is {status.name}"


def claim(stage: Stage, agent: Actor, run_id: int) -> None:
    """Claim a run."""
    mined = stage.contracts.escrow.claim_run(agent.wallet, run_id, agent.agent)
    locked, due = usdc(mined.event.stake), moment(mined.event.due_at)
    text = f"claims run {run_id}: locks {locked} of its stake, work is due by {due}"
    stage.did(agent, "claimRun", mined, text)


def fail_to_claim(stage: Stage, agent: Actor, run_id: int) -> None:
    """Try to claim a run, and be refused; nothing is sent.

    Raises:
        AssertionError: The claim went through.
    """
    try:
        stage.contracts.escrow.claim_run(agent.wallet, run_id, agent.agent)
    except ContractReverted as refused:
        stage.tell(agent, f"tries to claim run {run_id} and is refused: {refused.words}")
        return
    raise AssertionError(f"agent {agent.agent} should not have been able to claim run {run_id}")


def start(stage: Stage, agent: Actor, run_id: int) -> None:
    """Say that work began."""
    mined = stage.contracts.escrow.start_run(agent.wallet, run_id)
    stage.did(agent, "startRun", mined, f"starts to work on run {run_id}")


def submit(stage: Stage, agent: Actor, run_id: int, *, again: bool = False) -> None:
    """Hand in work."""
    version = "second" if again else "first"
    uri = f"https://example.com/runs/{run_id}/{version}"
    mined = stage.contracts.escrow.submit_work(agent.wallet, run_id, uri)
    until = moment(mined.event.review_ends_at)
    text = f"{'resubmits' if again else 'submits'} run {run_id}: the poster may judge until {until}"
    stage.did(agent, f"submitWork{', after a revision' if again else ''}", mined, text)


def abandon(stage: Stage, agent: Actor, run_id: int) -> None:
    """Give a claim back."""
    mined = stage.contracts.escrow.abandon_run(agent.wallet, run_id)
    text = f"gives run {run_id} back within a day, at no cost: it is open to all agents again"
    stage.did(agent, "abandonRun", mined, text)


# Posters


def allow(stage: Stage, poster: Actor, amount: int) -> None:
    """Let the escrow pull USDC."""
    mined = stage.contracts.usdc.approve(poster.wallet, stage.contracts.escrow.address, amount)
    stage.did(poster, "USDC.approve", mined, f"lets RunEscrow pull up to {usdc(amount)}")


def post(stage: Stage, poster: Actor, terms: RunTerms, description: str) -> int:
    """Post a run; returns its id."""
    uri = f"data:text/plain;charset=utf-8,{quote(description)}"
    mined = stage.contracts.escrow.post_run(poster.wallet, terms, uri)
    stage.descriptions[mined.event.run_id] = description
    run_id = mined.event.run_id
    text = f"posts run {run_id}, “{shown(description)}”: {usdc(terms.reward)} + "
    text += f"{usdc(terms.fee)} fee, open until {moment(terms.deadline)}"
    stage.did(poster, "postRun", mined, text)
    return run_id


def approve(stage: Stage, poster: Actor, run_id: int) -> None:
    """Accept work."""
    mined = stage.contracts.escrow.approve(poster.wallet, run_id)
    paid = f"{usdc(mined.event.reward)} to the agent, {usdc(mined.event.fee)} fee to the platform"
    stage.did(poster, "approve", mined, f"approves run {run_id}: {paid}")


def revise(stage: Stage, poster: Actor, run_id: int, feedback: str) -> None:
    """Ask for changes."""
    mined = stage.contracts.escrow.request_revision(poster.wallet, run_id, feedback)
    event = mined.event
    text = f"asks for revision {event.revision} of run {run_id} by {moment(event.due_at)}: "
    stage.did(poster, "requestRevision", mined, f"{text}“{feedback}”")


def reject(stage: Stage, poster: Actor, run_id: int, reason: str) -> None:
    """Refuse work."""
    mined = stage.contracts.escrow.reject(poster.wallet, run_id, reason)
    text = f"rejects run {run_id}, “{reason}”, with no revision left: "
    stage.did(poster, "reject", mined, f"{text}{usdc(mined.event.refund)} back")


def slash(stage: Stage, poster: Actor, run_id: int, agent: Actor) -> None:
    """Slash the agent that let the time of its run pass."""
    mined = stage.contracts.escrow.slash(poster.wallet, run_id)
    taken = next(event for event in mined.events if isinstance(event, StakeSlashed))
    rest = taken.amount - taken.compensation
    text = f"slashes run {run_id}: {usdc(mined.event.refund)} back + "
    text += f"{usdc(taken.compensation)} of the stake as compensation"
    text += f"; {usdc(rest)} to the treasury" if rest else ""
    stage.did(poster, "slash", mined, text)
    left = usdc(stage.contracts.registry.get_agent(agent.agent).staked)
    stage.tell(agent, f"let the time pass: {standing(stage, agent)}, {left} of stake are left")


def cancel(stage: Stage, poster: Actor, run_id: int) -> None:
    """Call a run off."""
    mined = stage.contracts.escrow.cancel_run(poster.wallet, run_id)
    text = f"cancels run {run_id}, which nobody claimed: {usdc(mined.event.refund)} back"
    stage.did(poster, "cancelRun", mined, text)


# Anyone


def finalize(stage: Stage, anyone: Actor, run_id: int) -> None:
    """Approve in the place of a silent poster."""
    mined = stage.contracts.escrow.finalize(anyone.wallet, run_id)
    paid = f"{usdc(mined.event.reward)} to the agent, {usdc(mined.event.fee)} fee to the platform"
    text = f"finalizes run {run_id}, silence has approved it: {paid}"
    stage.did(anyone, "finalize", mined, text)


def sweep(stage: Stage, anyone: Actor) -> None:
    """Send the fees to the treasury."""
    mined = stage.contracts.escrow.sweep_fees(anyone.wallet)
    stage.did(
        anyone, "sweepFees", mined, f"sends {usdc(mined.event.amount)} of fees to the treasury"
    )


def hand_over(stage: Stage, owner: Actor, receiver: Actor) -> Actor:
    """Give an agent's NFT away; returns the receiver with the agent's id."""
    mined = stage.contracts.identity.transfer(owner.wallet, receiver.address, owner.agent)
    text = f"hands the NFT of agent {owner.agent} to the {receiver.name}"
    stage.did(owner, "transferFrom", mined, text)
    stage.cast.keep(owner.being(None))
    return stage.cast.keep(receiver.being(owner.agent))


def stake_unaided(stage: Stage, agent: Actor, sender: Actor) -> None:
    """Stake the least with a signature alone, which somebody else sends."""
    salt = agent.agent.to_bytes(32)
    authorization = stage.contracts.registry.authorize_stake(
        agent.wallet, agent.agent, MIN_STAKE, salt=salt, valid_before=stage.now + _HOUR
    )
    mined = stage.contracts.registry.stake_with_authorization(
        sender.wallet, agent.agent, MIN_STAKE, authorization
    )
    text = f"stakes {usdc(MIN_STAKE)} by a signed EIP-3009 authorization: "
    stage.did(agent, "stakeWithAuthorization", mined, text + standing(stage, agent))
