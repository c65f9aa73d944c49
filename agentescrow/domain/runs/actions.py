"""RunEscrow's actions: the state table of a run, and how each call is offered (RUN-1 to RUN-23)."""

from __future__ import annotations

from typing import Final

from agentescrow.domain.actions import Action, ActionTable, Relaying, Transition
from agentescrow.domain.runs.run import FINAL_STATES, RunState
from agentescrow.domain.vault_actions import PERMIT, WITHDRAW

_DRAFT, _OPEN, _CLAIMED = RunState.DRAFT, RunState.OPEN, RunState.CLAIMED
_SUBMITTED, _APPROVED = RunState.SUBMITTED, RunState.APPROVED
_WORKING: Final = (_CLAIMED, RunState.IN_PROGRESS)
_OWING_WORK: Final = (*_WORKING, RunState.REVISION_REQUESTED)

RUN_ACTIONS: Final = ActionTable(
    (
        Action(
            "createRun(terms, ipfsHash)",
            "Create a run without funding it.",
            "RunCreated",
            Relaying.KNOWN,
            (Transition((), "poster", "", _DRAFT, "none"),),
        ),
        Action(
            "postRun(terms, ipfsHash)",
            "Create a run and escrow reward and fee.",
            "RunCreated",
            Relaying.PAYS,
            (Transition((), "poster", "", _OPEN, "pulls reward + fee"),),
        ),
        Action(
            "postRunWithAuthorization(terms, ipfsHash, authorization)",
            "Create a run that a signed EIP-3009 authorization pays for.",
            "RunCreated",
            Relaying.PAYS,
            (
                Transition(
                    (),
                    "anyone, for the signer",
                    "",
                    _OPEN,
                    "EIP-3009 from the signer, who is the poster",
                ),
            ),
        ),
        Action(
            "fundRun(runId)",
            "Escrow reward and fee of a DRAFT.",
            "RunFunded",
            Relaying.PAYS,
            (Transition((_DRAFT,), "poster", "before the deadline", _OPEN, "pulls reward + fee"),),
        ),
        Action(
            "claimRun(runId, agentId)",
            "Claim a run for an agent, which locks 20 USDC of its stake.",
            "RunClaimed",
            Relaying.LOCKS,
            (
                Transition(
                    (_OPEN,), "agent operator", "before the deadline", _CLAIMED, "locks MIN_STAKE"
                ),
            ),
            repeatable=True,  # an abandoned run can be claimed again
        ),
        Action(
            "startRun(runId)",
            "Report that work has begun.",
            "RunStarted",
            Relaying.BOUND,
            (Transition((_CLAIMED,), "agent", "", RunState.IN_PROGRESS, ""),),
            path="start",
            done="Run started.",
            repeatable=True,  # after another claim
        ),
        Action(
            "submitWork(runId, deliverableURI)",
            "Submit the work.",
            "WorkSubmitted",
            Relaying.BOUND,
            (Transition(_OWING_WORK, "agent", "", _SUBMITTED, ""),),
            path="submit",
            done="Work submitted.",
            repeatable=True,  # after a revision
        ),
        Action(
            "approve(runId)",
            "Approve the work, which pays the agent.",
            "RunApproved",
            Relaying.BOUND,
            (
                Transition(
                    (_SUBMITTED,),
                    "poster",
                    "",
                    _APPROVED,
                    "reward to the payout wallet, fee to the platform, lock released",
                ),
            ),
            path="approve",
            done="Work approved.",
        ),
        Action(
            "requestRevision(runId, feedback)",
            "Ask for changes.",
            "RevisionRequested",
            Relaying.BOUND,
            (
                Transition(
                    (_SUBMITTED,),
                    "poster",
                    "inside the review window, revisions left",
                    RunState.REVISION_REQUESTED,
                    "",
                ),
            ),
            path="revision",
            done="Revision requested.",
            repeatable=True,  # after another submission
        ),
        Action(
            "reject(runId, reason)",
            "Reject the work, which refunds the poster.",
            "RunRejected",
            Relaying.BOUND,
            (
                Transition(
                    (_SUBMITTED,),
                    "poster",
                    "inside the review window; revisions used up, or the first submission was late",
                    RunState.REJECTED,
                    "refund of reward + fee, lock released",
                ),
            ),
            path="reject",
            done="Work rejected.",
        ),
        Action(
            "finalize(runId)",
            "Approve the work of a run whose poster let the review window pass.",
            "RunApproved",
            Relaying.BOUND,
            (
                Transition(
                    (_SUBMITTED,),
                    "anyone",
                    "review window over",
                    _APPROVED,
                    "as approve",
                    {_SUBMITTED: "due_at"},
                ),
            ),
            path="finalize",
            done="Run finalized.",
        ),
        Action(
            "slash(runId)",
            "Slash an overdue agent, which refunds and compensates the poster.",
            "RunSlashed",
            Relaying.BOUND,
            (
                Transition(
                    _OWING_WORK,
                    "poster",
                    "overdue",
                    RunState.SLASHED,
                    "refund + penalty, rest of the lock freed",
                ),
            ),
            path="slash",
            done="Agent slashed.",
        ),
        Action(
            "cancelRun(runId)",
            "Cancel a run, with a full refund.",
            "RunCancelled",
            Relaying.PAYS,
            (
                Transition(
                    (_DRAFT, _OPEN),
                    "poster; an OPEN run past its deadline: anyone",
                    "",
                    RunState.CANCELLED,
                    "full refund",
                    {_OPEN: "deadline"},
                ),
                Transition(
                    _WORKING,
                    "poster",
                    "deadline passed",
                    RunState.CANCELLED,
                    "full refund, lock released, no slash",
                ),
            ),
            path="cancel",
            done="Run cancelled.",
        ),
        Action(
            "abandonRun(runId)",
            "Give a claimed run back within a day of the claim.",
            "RunAbandoned",
            Relaying.BOUND,
            (
                Transition(
                    _WORKING,
                    "agent",
                    "within ABANDON_WINDOW of the claim, once in a run's life",
                    _OPEN,
                    "lock released",
                ),
            ),
            path="abandon",
            done="Run given back.",
        ),
        WITHDRAW,
        PERMIT,
    ),
    RunState,
    FINAL_STATES,
)
"""Every function of RunEscrow for posters, agents and anyone; the owner's are not here."""
