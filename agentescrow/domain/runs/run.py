"""Runs: states, record, and the times that follow from them (RUN-9 to RUN-14, RUN-23)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import ABANDON_WINDOW, CLAIM_TIMEOUT, DAY, ZERO_ADDRESS
from agentescrow.domain.runs.terms import RunTerms


class RunState(IntEnum):
    """State of a run, in the contract's order; 0 to 7 are those of the requirements."""

    DRAFT = 0
    OPEN = 1
    CLAIMED = 2
    IN_PROGRESS = 3
    SUBMITTED = 4
    APPROVED = 5
    REVISION_REQUESTED = 6
    REJECTED = 7
    CANCELLED = 8
    SLASHED = 9

    @property
    def description(self) -> str:
        """Description, as text."""
        return _DESCRIPTIONS[self]


_DESCRIPTIONS: Final = {
    RunState.DRAFT: "Created but not funded.",
    RunState.OPEN: "Funded and available for claiming.",
    RunState.CLAIMED: "An agent has claimed it.",
    RunState.IN_PROGRESS: "The agent is working.",
    RunState.SUBMITTED: "Work is submitted and awaits review.",
    RunState.APPROVED: "Work is accepted and paid.",
    RunState.REVISION_REQUESTED: "The poster asked for changes.",
    RunState.REJECTED: "Work is rejected, the poster refunded.",
    RunState.CANCELLED: "Cancelled, the poster refunded.",
    RunState.SLASHED: "The agent was late and slashed, the poster refunded and compensated.",
}

# States with locked stake (CLAIMED_STATES) and with escrowed money (FUNDED_STATES) (RUN-20).
CLAIMED_STATES: Final = frozenset(
    {RunState.CLAIMED, RunState.IN_PROGRESS, RunState.SUBMITTED, RunState.REVISION_REQUESTED}
)
FUNDED_STATES: Final = CLAIMED_STATES | {RunState.OPEN}
FINAL_STATES: Final = frozenset(
    {RunState.APPROVED, RunState.REJECTED, RunState.CANCELLED, RunState.SLASHED}
)


@dataclass(frozen=True, slots=True)
class Run:
    """A run, as `RunEscrow.getRun` returns it, and one time that it returns as `dueAt`.

    `agent_id` has no meaning while `claimed_at` is 0, because 0 is a valid agent.

    Args:
        poster: Account that pays.
        state: State of the run.
        reward: Payment to the agent, in base units.
        fee: Fee of the platform, in base units.
        deadline: Unix second from which the run cannot be claimed.
        review_days: Days for the poster to review a submission.
        max_revisions: Number of revisions that the poster may request.
        revisions: Number of revisions requested so far.
        min_status: Lowest status of an agent that may claim.
        agent_id: Agent that claimed it; cleared by abandonRun, kept after the end.
        wallet: Account that gets the reward, fixed at the claim, or the zero address (RUN-6).
        claimed_at: Unix second of the claim, or 0.
        submitted_at: Unix second of the latest submission, or 0.
        revision_due_at: Unix second from which a requested revision is overdue (RUN-12), or 0.
        abandoned: Whether an agent has abandoned it, which is possible once (RUN-17).
    """

    poster: str
    state: RunState
    reward: int
    fee: int
    deadline: int
    review_days: int
    max_revisions: int
    revisions: int = 0
    min_status: AgentStatus = AgentStatus.PROVISIONAL
    agent_id: int = 0
    wallet: str = ZERO_ADDRESS
    claimed_at: int = 0
    submitted_at: int = 0
    revision_due_at: int = 0
    abandoned: bool = False

    @classmethod
    def from_terms(cls, terms: RunTerms, poster: str, state: RunState) -> Run:
        """Make a new run, DRAFT or OPEN, with valid terms."""
        return cls(
            poster=poster,
            state=state,
            reward=terms.reward,
            fee=terms.fee,
            deadline=terms.deadline,
            review_days=terms.review_days,
            max_revisions=terms.max_revisions,
            min_status=AgentStatus(terms.min_status),
        )

    @property
    def cost(self) -> int:
        """Reward and fee, in base units; refunded by every end except APPROVED."""
        return self.reward + self.fee

    @property
    def escrowed(self) -> int:
        """Base units that the escrow holds for this run (RUN-20)."""
        return self.cost if self.state in FUNDED_STATES else 0

    @property
    def slashable_at(self) -> int:
        """Unix second from which the poster may slash, 0 if it may not (RUN-9, RUN-12)."""
        return slashable_at(self)

    @property
    def review_ends_at(self) -> int:
        """Unix second at which the review window ends, 0 unless work awaits review (RUN-14)."""
        return review_ends_at(self)

    @property
    def due_at(self) -> int:
        """Unix second at which time runs out for the party that has to act, or 0 (RUN-23)."""
        return due_at(self)

    @property
    def abandon_ends_at(self) -> int:
        """Unix second from which the claim cannot be abandoned, 0 without a claim (RUN-17)."""
        if self.state in (RunState.CLAIMED, RunState.IN_PROGRESS):
            return self.claimed_at + ABANDON_WINDOW
        return 0

    @property
    def came_late(self) -> bool:
        """Whether the only submission so far came at or after the deadline (RUN-11)."""
        return self.revisions == 0 and self.submitted_at >= self.deadline


class Clocked(Protocol):
    """A run, or its row in a database: the values that its times follow from."""

    @property
    def state(self) -> int: ...  # noqa: D102 - as in Run
    @property
    def deadline(self) -> int: ...  # noqa: D102
    @property
    def review_days(self) -> int: ...  # noqa: D102
    @property
    def claimed_at(self) -> int: ...  # noqa: D102
    @property
    def submitted_at(self) -> int: ...  # noqa: D102
    @property
    def revision_due_at(self) -> int: ...  # noqa: D102


def slashable_at(run: Clocked) -> int:
    """Unix second from which the poster may slash, 0 if it may not (RUN-9, RUN-12)."""
    if run.state in (RunState.CLAIMED, RunState.IN_PROGRESS):
        return max(run.claimed_at + CLAIM_TIMEOUT, run.deadline)
    if run.state == RunState.REVISION_REQUESTED:
        return run.revision_due_at
    return 0


def review_ends_at(run: Clocked) -> int:
    """Unix second at which the review window ends, 0 unless work awaits review (RUN-14)."""
    if run.state == RunState.SUBMITTED:
        return run.submitted_at + run.review_days * DAY
    return 0


def due_at(run: Clocked) -> int:
    """Unix second at which time runs out for the party that has to act, or 0 (RUN-23)."""
    return slashable_at(run) or review_ends_at(run)
