"""RunEscrow: every function that costs gas, in its common cases.

A step prepares its ground and returns the transaction that is measured.
"""

from __future__ import annotations

from benchmarks import signed
from benchmarks.ground import PLAIN, URI, USDC, Ground
from benchmarks.step import Call, step
from localnet import usdc

# Posting


@step("createRun")
def _create_run(ground: Ground) -> Call:
    return Call(ground.poster, ground.escrow, "createRun", (ground.terms(), URI))


@step("fundRun")
def _fund_run(ground: Ground) -> Call:
    ground.escrow.send(ground.poster, "createRun", ground.terms(), URI)
    return Call(ground.poster, ground.escrow, "fundRun", (ground.escrow.view("runCount"),))


@step("postRun")
def _post_run(ground: Ground) -> Call:
    return Call(ground.poster, ground.escrow, "postRun", (ground.terms(), URI))


@step("postRunWithAuthorization", tokens=(USDC,))
def _post_run_with_authorization(ground: Ground) -> Call:
    terms = ground.terms()
    authorization = signed.run_authorization(ground, terms, URI)
    return Call(
        ground.outsider, ground.escrow, "postRunWithAuthorization", (terms, URI, authorization)
    )


@step("multicall", "selfPermit + postRun", tokens=(USDC,))
def _permit_and_post_run(ground: Ground) -> Call:
    post = ground.escrow.calldata("postRun", ground.terms(), URI)
    permit = signed.self_permit(ground, ground.poster, ground.escrow)
    return Call(ground.poster, ground.escrow, "multicall", ([permit, post],))


# Working


@step("claimRun")
def _claim_run(ground: Ground) -> Call:
    return Call(ground.agent, ground.escrow, "claimRun", (ground.posted(), ground.agent_id))


@step("claimRun", "through the forwarder")
def _claim_run_relayed(ground: Ground) -> Call:
    data = ground.escrow.calldata("claimRun", ground.posted(), ground.agent_id)
    # A relayed call is nobody's first: the forwarder's nonce is in use.
    start = ground.escrow.calldata("startRun", ground.claimed())
    ground.forwarder.send(ground.outsider, "execute", signed.forwarded(ground, ground.agent, start))
    request = signed.forwarded(ground, ground.agent, data)
    return Call(ground.outsider, ground.forwarder, "execute", (request,))


@step("startRun")
def _start_run(ground: Ground) -> Call:
    return Call(ground.agent, ground.escrow, "startRun", (ground.claimed(),))


@step("submitWork")
def _submit_work(ground: Ground) -> Call:
    return Call(ground.agent, ground.escrow, "submitWork", (ground.claimed(), URI))


@step("submitWork", "after a revision")
def _submit_revised(ground: Ground) -> Call:
    run = ground.submitted()
    ground.escrow.send(ground.poster, "requestRevision", run, URI)
    return Call(ground.agent, ground.escrow, "submitWork", (run, URI))


@step("abandonRun")
def _abandon_run(ground: Ground) -> Call:
    return Call(ground.agent, ground.escrow, "abandonRun", (ground.claimed(),))


# Judging


@step("approve")
def _approve(ground: Ground) -> Call:
    return Call(ground.poster, ground.escrow, "approve", (ground.submitted(),))


@step("approve", "USDC refuses the agent", tokens=(USDC,))
def _approve_credited(ground: Ground) -> Call:
    run = ground.submitted()
    usdc.blacklist(ground.chain, ground.agent.address)
    return Call(ground.poster, ground.escrow, "approve", (run,))


@step("requestRevision")
def _request_revision(ground: Ground) -> Call:
    return Call(ground.poster, ground.escrow, "requestRevision", (ground.submitted(), URI))


@step("reject")
def _reject(ground: Ground) -> Call:
    run = ground.submitted(max_revisions=0)
    return Call(ground.poster, ground.escrow, "reject", (run, URI))


@step("finalize")
def _finalize(ground: Ground) -> Call:
    run = ground.submitted()
    ground.wait(7)
    return Call(ground.outsider, ground.escrow, "finalize", (run,))


# Ending without work


@step("slash")
def _slash(ground: Ground) -> Call:
    run = ground.claimed()
    ground.wait(31)
    return Call(ground.poster, ground.escrow, "slash", (run,))


@step("slash", "a run below 20 USDC")
def _slash_small(ground: Ground) -> Call:
    run = ground.claimed(reward=10_000_000)
    ground.wait(31)
    return Call(ground.poster, ground.escrow, "slash", (run,))


@step("cancelRun", "DRAFT")
def _cancel_draft(ground: Ground) -> Call:
    ground.escrow.send(ground.poster, "createRun", ground.terms(), URI)
    return Call(ground.poster, ground.escrow, "cancelRun", (ground.escrow.view("runCount"),))


@step("cancelRun", "OPEN")
def _cancel_open(ground: Ground) -> Call:
    return Call(ground.poster, ground.escrow, "cancelRun", (ground.posted(),))


@step("cancelRun", "OPEN, by anyone after the deadline")
def _cancel_expired(ground: Ground) -> Call:
    run = ground.posted()
    ground.wait(31)
    return Call(ground.outsider, ground.escrow, "cancelRun", (run,))


@step("cancelRun", "CLAIMED, after the deadline")
def _cancel_claimed(ground: Ground) -> Call:
    run = ground.claimed()
    ground.wait(31)
    return Call(ground.poster, ground.escrow, "cancelRun", (run,))


@step("cancelRun", "IN_PROGRESS, after the deadline")
def _cancel_started(ground: Ground) -> Call:
    run = ground.claimed()
    ground.escrow.send(ground.agent, "startRun", run)
    ground.wait(31)
    return Call(ground.poster, ground.escrow, "cancelRun", (run,))


# Money of its own


@step("sweepFees")
def _sweep_fees(ground: Ground) -> Call:
    return Call(ground.outsider, ground.escrow, "sweepFees")


@step("withdrawCredit", tokens=(USDC,))
def _withdraw_credit(ground: Ground) -> Call:
    run = ground.submitted()
    usdc.blacklist(ground.chain, ground.agent.address)
    ground.escrow.send(ground.poster, "approve", run)
    return Call(ground.agent, ground.escrow, "withdrawCredit", (ground.other,))


# The owner


@step("pause", tokens=(PLAIN,))
def _pause(ground: Ground) -> Call:
    return Call(ground.owner, ground.escrow, "pause")


@step("unpause", tokens=(PLAIN,))
def _unpause(ground: Ground) -> Call:
    ground.escrow.send(ground.owner, "pause")
    return Call(ground.owner, ground.escrow, "unpause")


@step("setTreasury", tokens=(PLAIN,))
def _set_treasury(ground: Ground) -> Call:
    return Call(ground.owner, ground.escrow, "setTreasury", (ground.other,))
