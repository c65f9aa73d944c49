"""Terms of a run, and the limits of the contract (RUN-1, RUN-2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from agentescrow.domain.agent import CLAIMING_STATUSES, AgentStatus
from agentescrow.domain.constants import (
    DEADLINE_MAX_AHEAD,
    MAX_REVISIONS_DEFAULT,
    MAX_REVISIONS_MAX,
    REVIEW_DAYS_DEFAULT,
    REVIEW_DAYS_MAX,
    REVIEW_DAYS_MIN,
    REWARD_MAX,
    REWARD_MIN,
)
from agentescrow.domain.money import fee_on, format_usdc
from agentescrow.errors import InvalidTerms

MIN_STATUS_LOWEST = int(min(CLAIMING_STATUSES))
MIN_STATUS_HIGHEST = int(max(CLAIMING_STATUSES))


class TermsViolation(NamedTuple):
    """A term that is outside of its limits.

    Args:
        field: Name of the term, as in `RunTerms`.
        value: Value of the term.
        allowed: Allowed values, as text.
        error: Custom error of the contract.
        error_values: Values of that error.
    """

    field: str
    value: int
    allowed: str
    error: str
    error_values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RunTerms:
    """Terms of a run, in the order of the contract's struct; a created run keeps them (RUN-1).

    Args:
        reward: Payment to the agent, in base units; the fee comes on top.
        deadline: Unix second from which the run cannot be claimed.
        review_days: Days for the poster to review a submission.
        max_revisions: Number of revisions that the poster may request.
        min_status: Lowest `AgentStatus` that may claim; an int, because any number can be sent.
    """

    reward: int
    deadline: int
    review_days: int = REVIEW_DAYS_DEFAULT
    max_revisions: int = MAX_REVISIONS_DEFAULT
    min_status: int = int(AgentStatus.PROVISIONAL)

    @property
    def fee(self) -> int:
        """Fee of the platform, in base units (RUN-3)."""
        return fee_on(self.reward)

    @property
    def cost(self) -> int:
        """Reward and fee, which the poster pays, in base units."""
        return self.reward + self.fee

    def violation(self, now: int) -> TermsViolation | None:
        """Find the first violated limit in the contract's order, or None (RUN-2).

        Args:
            now: Unix seconds at which the run would be created.
        """
        return (
            self._reward_violation()
            or self._deadline_violation(now)
            or self._review_days_violation()
            or self._max_revisions_violation()
            or self._min_status_violation()
        )

    def validate(self, now: int) -> None:
        """Check the limits of the contract (RUN-2).

        Args:
            now: Unix seconds at which the run would be created.

        Raises:
            InvalidTerms: The first term that is outside of its limits.
        """
        violation = self.violation(now)
        if violation is not None:
            raise InvalidTerms(violation.field, violation.value, violation.allowed)

    def _reward_violation(self) -> TermsViolation | None:
        if REWARD_MIN <= self.reward <= REWARD_MAX:
            return None
        allowed = f"{format_usdc(REWARD_MIN)} to {format_usdc(REWARD_MAX)} USDC, in base units"
        limits = (self.reward, REWARD_MIN, REWARD_MAX)
        return TermsViolation("reward", self.reward, allowed, "RewardOutOfRange", limits)

    def _deadline_violation(self, now: int) -> TermsViolation | None:
        latest = now + DEADLINE_MAX_AHEAD
        allowed = f"a unix second after {now} and not after {latest}, 90 days ahead"
        if self.deadline <= now:
            values = (self.deadline, now)
            return TermsViolation("deadline", self.deadline, allowed, "DeadlineNotInFuture", values)
        if self.deadline > latest:
            values = (self.deadline, latest)
            return TermsViolation("deadline", self.deadline, allowed, "DeadlineTooFar", values)
        return None

    def _review_days_violation(self) -> TermsViolation | None:
        if REVIEW_DAYS_MIN <= self.review_days <= REVIEW_DAYS_MAX:
            return None
        allowed = f"{REVIEW_DAYS_MIN} to {REVIEW_DAYS_MAX} days"
        values = (self.review_days, REVIEW_DAYS_MIN, REVIEW_DAYS_MAX)
        return TermsViolation(
            "review_days", self.review_days, allowed, "ReviewDaysOutOfRange", values
        )

    def _max_revisions_violation(self) -> TermsViolation | None:
        if 0 <= self.max_revisions <= MAX_REVISIONS_MAX:
            return None
        values = (self.max_revisions, MAX_REVISIONS_MAX)
        return TermsViolation(
            "max_revisions",
            self.max_revisions,
            f"0 to {MAX_REVISIONS_MAX}",
            "MaxRevisionsTooHigh",
            values,
        )

    def _min_status_violation(self) -> TermsViolation | None:
        if MIN_STATUS_LOWEST <= self.min_status <= MIN_STATUS_HIGHEST:
            return None
        allowed = f"PROVISIONAL ({MIN_STATUS_LOWEST}) or ESTABLISHED ({MIN_STATUS_HIGHEST})"
        values = (self.min_status, MIN_STATUS_LOWEST, MIN_STATUS_HIGHEST)
        return TermsViolation("min_status", self.min_status, allowed, "MinStatusOutOfRange", values)
