"""`client.runs`: find runs, and move them, as poster or as agent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import MAX_REVISIONS_DEFAULT, REVIEW_DAYS_DEFAULT
from agentescrow.domain.money import format_usdc, parse_usdc
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.domain.texts import require_text
from agentescrow.sdk.idempotency_key import write_key
from agentescrow.sdk.payment_attempts import Attempt, paid_once
from agentescrow.sdk.runners import Awaiting, Blocking, operation
from agentescrow.sdk.runs.writes import claim, created_run, fund_run, get_run, move, post
from agentescrow.sdk.session import Session
from agentescrow.sdk.steps import Steps
from agentescrow.sdk.validation import base_units, listed, moment, number
from agentescrow.sdk.verification import verified_run, verified_runs
from agentescrow.wire.runs import (
    REASON_DEFAULT,
    ClaimAnswer,
    Run,
    RunPage,
    RunWithEvents,
)
from agentescrow.wire.shape import iso_time


class _Operations:
    """Every write waits until the API has indexed it, and returns the run as it is then.

    Every write can raise `Refused` (a rule said no: 400, 403, 404), `InvalidInput` (before anything
    is sent), `StillPending`, `ChainProblem` and `ServiceProblem`.
    """

    _session: Session

    @operation
    def list(
        self,
        *,
        page: int = 1,
        limit: int = 20,
        state: str | Sequence[str] | None = None,
        min_reward: int | str | Decimal | None = None,
        poster: str | None = None,
        agent_id: int | None = None,
        wallet: str | None = None,
        created_after: int | str | datetime | None = None,
        created_before: int | str | datetime | None = None,
        deadline_after: int | str | datetime | None = None,
        deadline_before: int | str | datetime | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        verify: bool | None = None,
    ) -> Steps[RunPage]:
        """List runs.

        A list may leave runs out, whoever verifies it: your own runs are asked for by `get`.

        Args:
            page: Number of the page, from 1.
            limit: Runs a page, at most 100.
            state: "OPEN" and so on, or several.
            min_reward: Whole USDC: 100, "12.5" or a Decimal.
            poster: Address of the poster.
            agent_id: Agent that claimed.
            wallet: Posted by this account, paid to it, or claimed by an agent that it owns.
            created_after: Created then or later: unix seconds, ISO 8601, a datetime.
            created_before: Created before then.
            deadline_after: With a deadline then or later.
            deadline_before: With one before then.
            sort: "newest", "oldest", "reward" or "due": what has to be done next first.
            cursor: `pagination.next_cursor` of the page before, in place of `page`.
            verify: As in `get`, but for the texts: descriptions and work are the API's word.
        """
        least = None if min_reward is None else format_usdc(parse_usdc(min_reward))
        states = None if state is None else listed(state)
        wanted = {"page": page, "limit": limit, "state": states, "minReward": least}
        wanted |= {"poster": poster, "agentId": agent_id, "wallet": wallet}
        wanted |= {"sort": sort, "cursor": cursor}
        times = {"createdAfter": created_after, "createdBefore": created_before}
        times |= {"deadlineAfter": deadline_after, "deadlineBefore": deadline_before}
        for name, given in times.items():
            if given is not None:
                wanted[name] = iso_time(moment(given, (yield from self._session.now())))
        if self._session.is_verified(verify):
            return (yield from verified_runs(self._session, wanted))
        return (yield from self._session.read("/api/runs", RunPage, wanted))

    @operation
    def get(self, run_id: int, *, verify: bool | None = None) -> Steps[RunWithEvents]:
        """Get a run with its life.

        Args:
            verify: Whether state, terms, times, description, work and feedback are compared with
                the contract; they are if there is a node (`rpc_url`), where None. `.events` is the
                API's word.

        Raises:
            Contradicted: The contract says something else.
        """
        run = number("run_id", run_id)
        if self._session.is_verified(verify):
            return (yield from verified_run(self._session, run))
        return (yield from get_run(self._session, run))

    # Posters

    @operation
    def create(
        self,
        reward: int | str,
        deadline: int | str | datetime,
        uri: str,
        *,
        review_days: int = REVIEW_DAYS_DEFAULT,
        max_revisions: int = MAX_REVISIONS_DEFAULT,
        min_status: AgentStatus = AgentStatus.PROVISIONAL,
        fund: bool = True,
        idempotency_key: str | None = None,
    ) -> Steps[Run]:
        """Create a run, and escrow reward and fee at once (OPEN) unless `fund` is False (DRAFT).

        Nothing has to be approved before: the caller signs an EIP-3009 authorization over reward
        and fee that pays for this run alone, unless the node knows of an allowance.

        Args:
            reward: Base units of USDC, `parse_usdc("100")`; the fee of 5 % comes on top.
            deadline: From when on it cannot be claimed: unix seconds, ISO 8601, "+3d", a datetime.
            uri: Of the description; as every text for the contract, 1 to 2,048 bytes of UTF-8.
            review_days: Days to judge a submission.
            max_revisions: Revisions that may be asked for.
            min_status: Lowest status that may claim.
            idempotency_key: Of the caller's choice. What comes again with the same key and the same
                values, from another program too, pays once: the API gives the first answer, the
                chain refuses the used authorization (400). A deadline like "+3d" is another value
                each time. Within one client no key is needed: what is asked for again after an
                error is paid by the same authorization, with the deadline of the first time.
        """
        session, key = self._session, write_key(idempotency_key)
        require_text("uri", uri)
        units, lowest = base_units(reward), int(min_status)

        def act(attempt: Attempt) -> Steps[Run]:
            now = yield from session.now()
            if attempt.deadline is None:
                attempt.deadline = moment(deadline, now)
            terms = RunTerms(units, attempt.deadline, review_days, max_revisions, lowest)
            terms.validate(now)
            return (yield from post(session, terms, uri, attempt, fund=fund))

        if not fund:
            return (yield from act(Attempt(key, None)))
        asked = repr((units, deadline, uri, review_days, max_revisions, lowest, idempotency_key))
        return (
            yield from paid_once(
                session, asked, key, act, lambda mined: created_run(session, mined)
            )
        )

    @operation
    def fund(self, run_id: int) -> Steps[Run]:
        """Escrow reward and fee of a DRAFT."""
        return (yield from fund_run(self._session, number("run_id", run_id)))

    @operation
    def approve(self, run_id: int) -> Steps[Run]:
        """Accept the work: the agent receives the reward."""
        run = number("run_id", run_id)
        return (yield from move(self._session, run, "approve"))

    @operation
    def request_revision(self, run_id: int, feedback: str) -> Steps[Run]:
        """Ask for changes.

        Args:
            feedback: What is to change.
        """
        run = number("run_id", run_id)
        require_text("feedback", feedback)
        return (yield from move(self._session, run, "requestRevision", feedback))

    @operation
    def reject(self, run_id: int, reason: str = REASON_DEFAULT) -> Steps[Run]:
        """Refuse the work, when revisions are used up or it first came late."""
        run = number("run_id", run_id)
        require_text("reason", reason)
        return (yield from move(self._session, run, "reject", reason))

    @operation
    def slash(self, run_id: int) -> Steps[Run]:
        """Slash an overdue agent: reward, fee and a penalty of its stake go to the poster."""
        run = number("run_id", run_id)
        return (yield from move(self._session, run, "slash"))

    @operation
    def cancel(self, run_id: int) -> Steps[Run]:
        """Call a run off, with a full refund; an OPEN one from its deadline on, anybody may."""
        run = number("run_id", run_id)
        return (yield from move(self._session, run, "cancelRun"))

    # Agents

    @operation
    def claim(self, run_id: int, agent_id: int | None = None) -> Steps[ClaimAnswer]:
        """Claim a run, which locks 20 USDC of the agent's stake.

        Args:
            agent_id: Agent; the client's (AGENT_ID) where None.

        Raises:
            Refused: 400: it cannot be claimed now; 403: not by this agent; 404: no such thing;
                `.reasons` has all of them.
        """
        agent = number("agent_id", self._session.agent(agent_id))
        return (yield from claim(self._session, number("run_id", run_id), agent))

    @operation
    def start(self, run_id: int) -> Steps[Run]:
        """Say that work began; optional."""
        run = number("run_id", run_id)
        return (yield from move(self._session, run, "startRun"))

    @operation
    def submit_work(self, run_id: int, deliverable_uri: str) -> Steps[Run]:
        """Hand in the work.

        Args:
            deliverable_uri: Where it is, an IPFS URI for example.
        """
        run = number("run_id", run_id)
        require_text("deliverable_uri", deliverable_uri)
        return (yield from move(self._session, run, "submitWork", deliverable_uri))

    @operation
    def abandon(self, run_id: int) -> Steps[Run]:
        """Give a claimed run back within a day, once in its life."""
        run = number("run_id", run_id)
        return (yield from move(self._session, run, "abandonRun"))

    # Anyone

    @operation
    def finalize(self, run_id: int) -> Steps[Run]:
        """Approve in the place of a poster who stayed silent."""
        run = number("run_id", run_id)
        return (yield from move(self._session, run, "finalize"))


class Runs(_Operations, Blocking):
    """`AgentClient.runs`."""


class AsyncRuns(_Operations, Awaiting):
    """`AsyncAgentClient.runs`."""
