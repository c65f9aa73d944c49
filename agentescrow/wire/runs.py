"""Runs, and what is sent to make and to move them."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any, Final

from pydantic import Field

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import (
    MAX_REVISIONS_DEFAULT,
    MAX_REVISIONS_MAX,
    REVIEW_DAYS_DEFAULT,
    REVIEW_DAYS_MAX,
    REVIEW_DAYS_MIN,
)
from agentescrow.wire.pagination import Pagination
from agentescrow.wire.relay import Action, Authorization, Permit
from agentescrow.wire.shape import Address, Amount, Id, SentText, Shape, State, Status, Time

REASON_DEFAULT = "Rejected by the poster."


class Run(Shape):
    """A run. The first thirteen keys are those of the documents that the API was asked for in.

    Attributes:
        bounty_id: Its number (legacy name).
        poster_address: Who pays.
        ipfs_hash: URI of the description.
        reward: What the agent gets, base units.
        deadline: From when on it cannot be claimed.
        state: Where it is.
        claimed_by: The agent, or null.
        claimed_by_wallet: Payout wallet frozen at the claim, or null.
        stake: Base units that this claim locked; kept after the end.
        deliverable_hash: URI of the latest submission, or null.
        claimed_at: When it was claimed, or null.
        submitted_at: When work was last submitted, or null.
        created_at: When it was created.
        fee: The platform's fee on top of the reward, base units.
        review_days: Days that the poster has to judge a submission.
        max_revisions: Revisions that the poster may ask for.
        revisions: Revisions asked for.
        min_status: Lowest status that may claim.
        due_at: When the side that has to act runs out of time, or null.
        feedback: Of the latest request for revision, or null.
        reason: Of the rejection, or null.
        abandoned: Whether an agent has given it back, which is possible once in its life.
    """

    bounty_id: int
    poster_address: Address
    ipfs_hash: str
    reward: Amount
    deadline: Time
    state: State
    claimed_by: int | None
    claimed_by_wallet: Address | None
    stake: Amount | None
    deliverable_hash: str | None
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


class Event(Shape):
    """Something that a contract said, as it stands in the chain.

    Attributes:
        id: `block:logIndex`; what a listener names to go on from.
        name: "RunClaimed" and so on.
        contract: Who said it.
        run_id: The run that it is about, or null.
        agent_id: The agent that it is about, or null.
        transaction_hash: Which transaction.
        block_number: Which block.
        time: Of the block.
        data: The event's values by name; whole numbers as decimal strings.
        removed: Whether a reorganisation has taken it back; only listeners hear of that.
    """

    id: str
    name: str
    contract: str
    run_id: int | None
    agent_id: int | None
    transaction_hash: str
    block_number: int
    time: Time
    data: dict[str, Any]
    removed: bool = Field(False, exclude_if=operator.not_)


class RunWithEvents(Run):
    """A run with its life.

    Attributes:
        events: In order.
    """

    events: list[Event]


class RunPage(Shape):
    """A page of runs.

    Attributes:
        runs: The runs.
        pagination: Where the page is.
    """

    runs: list[Run]
    pagination: Pagination


class ClaimingAgent(Shape):
    """The agent in the answer to a claim.

    Attributes:
        id: Number.
        status: Its place on the trust ladder.
        staked_amount: Base units, locked ones included.
    """

    id: int
    status: Status
    staked_amount: Amount


class ClaimAnswer(Shape):
    """A claim that is mined and indexed.

    Attributes:
        success: True.
        run: As it is now.
        agent: Who claimed.
        message: The same for people.
    """

    success: bool = True
    run: Run
    agent: ClaimingAgent
    message: str = "Run claimed successfully."


class RunAnswer(Shape):
    """Any other call that is mined and indexed.

    Attributes:
        success: True.
        run: As it is now.
        message: What was done, for people.
    """

    success: bool = True
    run: Run
    message: str


class ClaimBody(Action):
    """Who claims.

    Attributes:
        agent_id: The agent.
    """

    agent_id: Id


class SubmitBody(Action):
    """Work.

    Attributes:
        deliverable_uri: Where it is.
    """

    deliverable_uri: SentText = Field(alias="deliverableURI")


class RevisionBody(Action):
    """A request for changes.

    Attributes:
        feedback: What is to change.
    """

    feedback: SentText


class RejectBody(Action):
    """A rejection.

    Attributes:
        reason: Why.
    """

    reason: SentText = REASON_DEFAULT


BODIES: Final[Mapping[str, type[Action]]] = {
    "submitWork": SubmitBody,
    "requestRevision": RevisionBody,
    "reject": RejectBody,
}
"""Body of each action that takes a text; that of all others is `Action` itself."""


class PostBody(Action):
    """A new run.

    Attributes:
        reward: What the agent gets, base units; the fee comes on top.
        deadline: From when on it cannot be claimed.
        ipfs_hash: URI of the description.
        review_days: Days to judge a submission.
        max_revisions: Revisions that may be asked for.
        min_status: Lowest status that may claim.
        fund: Whether reward and fee are escrowed at once (OPEN) or later (DRAFT).
        permit: Goes along in the same transaction where there is no allowance.
        authorization: Pays in the place of allowance and permit.
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


class FundBody(Action):
    """Money for a DRAFT.

    Attributes:
        permit: Goes along in the same transaction where there is no allowance.
    """

    permit: Permit | None = None
