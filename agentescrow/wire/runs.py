"""Runs, and the bodies that create and change them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import (
    MAX_REVISIONS_DEFAULT,
    MAX_REVISIONS_MAX,
    REVIEW_DAYS_DEFAULT,
    REVIEW_DAYS_MAX,
    REVIEW_DAYS_MIN,
)
from agentescrow.domain.runs.run import RunState
from agentescrow.wire.agents import Status
from agentescrow.wire.events import Event
from agentescrow.wire.pagination import Pagination
from agentescrow.wire.relay import Authorization, CallBody, Permit
from agentescrow.wire.shape import (
    Address,
    Amount,
    Column,
    Id,
    SentText,
    Shape,
    Time,
    name_schema,
    name_serializer,
    name_validator,
)

REASON_DEFAULT = "Rejected by the poster."

State = Annotated[
    RunState, name_validator(RunState), name_serializer(RunState), name_schema(RunState)
]
"""State of a run; its name in JSON."""


class Run(Shape):
    """A run.

    Attributes:
        bounty_id: Number of the run (legacy name).
        poster_address: Account that pays.
        ipfs_hash: URI of the description.
        reward: Payment to the agent, in base units.
        deadline: Time from which the run cannot be claimed.
        state: State of the run.
        claimed_by: Agent that claimed it, or null.
        claimed_by_wallet: Account that gets the reward, fixed at the claim, or null.
        stake: Base units that this claim locked; kept after the end.
        deliverable_hash: URI of the latest submission, or null.
        claimed_at: When it was claimed, or null.
        submitted_at: When work was last submitted, or null.
        created_at: When it was created.
        fee: Platform fee on top of the reward, in base units.
        review_days: Days for the poster to review a submission.
        max_revisions: Number of revisions that the poster may request.
        revisions: Number of revisions requested so far.
        min_status: Lowest status of an agent that may claim.
        due_at: When time runs out for the party that has to act, or null.
        feedback: Feedback of the latest revision request, or null.
        reason: Reason of the rejection, or null.
        abandoned: Whether an agent has abandoned it, which is possible once.
    """

    # The first thirteen keys, in this order, are those that the API's requirements list.
    bounty_id: Annotated[int, Column("run_id")]
    poster_address: Annotated[Address, Column("poster")]
    ipfs_hash: str
    reward: Amount
    deadline: Time
    state: State
    claimed_by: Annotated[int | None, Column("agent_id")]
    claimed_by_wallet: Annotated[Address | None, Column("wallet")]
    stake: Amount | None
    deliverable_hash: Annotated[str | None, Column("deliverable")]
    claimed_at: Time | None
    submitted_at: Time | None
    created_at: Time
    fee: Amount
    review_days: int
    max_revisions: int
    revisions: int
    min_status: Status
    due_at: Time | None
    feedback: str | None
    reason: str | None
    abandoned: bool


class RunWithEvents(Run):
    """A run with its events.

    Attributes:
        events: Events of the run, oldest first.
    """

    events: list[Event]


class RunPage(Shape):
    """A page of runs.

    Attributes:
        runs: Runs of the page.
        pagination: Position of the page.
    """

    runs: list[Run]
    pagination: Pagination


class ClaimingAgent(Shape):
    """The agent in the answer to a claim.

    Attributes:
        id: Number of the agent.
        status: Status of the agent.
        staked_amount: Base units, including locked stake.
    """

    id: Annotated[int, Column("agent_id")]
    status: Status
    staked_amount: Annotated[Amount, Column("staked")]


class ClaimAnswer(Shape):
    """Answer to a claim that is mined and indexed.

    Attributes:
        success: True.
        run: The run after the claim.
        agent: Agent that claimed.
        message: Description of the outcome, as text.
    """

    success: bool = True
    run: Run
    agent: ClaimingAgent
    message: str = "Run claimed successfully."


class RunAnswer(Shape):
    """Answer to any other write to a run that is mined and indexed.

    Attributes:
        success: True.
        run: The run after the write.
        message: Description of the outcome, as text.
    """

    success: bool = True
    run: Run
    message: str


class ClaimBody(CallBody):
    """Body of a claim.

    Attributes:
        agent_id: Agent to claim for.
    """

    agent_id: Id


class SubmitBody(CallBody):
    """Body of a submission.

    Attributes:
        deliverable_uri: URI of the deliverable.
    """

    deliverable_uri: SentText = Field(alias="deliverableURI")


class RevisionBody(CallBody):
    """Body of a revision request.

    Attributes:
        feedback: Changes for the agent to make.
    """

    feedback: SentText


class RejectBody(CallBody):
    """Body of a rejection.

    Attributes:
        reason: Why the work is rejected.
    """

    reason: SentText = REASON_DEFAULT


BODIES: Final[Mapping[str, type[CallBody]]] = {
    "submitWork": SubmitBody,
    "requestRevision": RevisionBody,
    "reject": RejectBody,
}
"""Bodies of the actions that take a text; all others have `CallBody` itself."""


class PostBody(CallBody):
    """Body of a new run.

    Attributes:
        reward: Payment to the agent, in base units; the fee comes on top.
        deadline: Time from which the run cannot be claimed.
        ipfs_hash: URI of the description.
        review_days: Days for the poster to review a submission.
        max_revisions: Number of revisions that the poster may request.
        min_status: Lowest status of an agent that may claim.
        fund: Whether to escrow reward and fee now (OPEN) or later (DRAFT).
        permit: Signed allowance, used in the same transaction if there is no allowance.
        authorization: Signed payment, instead of an allowance or a permit.
    """

    reward: Amount
    deadline: Time
    ipfs_hash: SentText
    review_days: int = Field(
        default=REVIEW_DAYS_DEFAULT, ge=REVIEW_DAYS_MIN, le=REVIEW_DAYS_MAX, strict=True
    )
    max_revisions: int = Field(
        default=MAX_REVISIONS_DEFAULT, ge=0, le=MAX_REVISIONS_MAX, strict=True
    )
    min_status: Status = AgentStatus.PROVISIONAL
    fund: bool = True
    permit: Permit | None = None
    authorization: Authorization | None = None


class FundBody(CallBody):
    """Body of the funding of a DRAFT.

    Attributes:
        permit: Signed allowance, used in the same transaction if there is no allowance.
    """

    permit: Permit | None = None
