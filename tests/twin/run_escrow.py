"""The executable twin of RunEscrow: the same checks in the same order, the same money."""

from __future__ import annotations

from dataclasses import replace

from agentescrow.domain.agent import Outcome
from agentescrow.domain.constants import (
    CLAIM_TIMEOUT,
    MIN_COUNTED_REWARD,
    MIN_STAKE,
    ZERO_ADDRESS,
)
from agentescrow.domain.runs.run import CLAIMED_STATES, Run, RunState
from agentescrow.domain.runs.terms import RunTerms
from tests.twin.reverts import reverted
from tests.twin.run_book import RunBook
from tests.twin.token import Authorization


class RunEscrowTwin(RunBook):
    """One method per contract function, in snake case; a refused call changes nothing.

    The state gate is the transition table; what stands here is who, when and the money.
    """

    # Posters

    def create_run(self, terms: RunTerms, ipfs_hash: str, *, sender: str, now: int) -> int:
        """A run without money, DRAFT. Returns its id."""
        self._require_not_paused()
        self._require_terms(terms, ipfs_hash, now)
        return self._book(Run.from_terms(terms, sender, RunState.DRAFT), ipfs_hash)

    def post_run(self, terms: RunTerms, ipfs_hash: str, *, sender: str, now: int) -> int:
        """A run funded by the sender, OPEN. Returns its id."""
        self._require_not_paused()
        self._require_terms(terms, ipfs_hash, now)
        self._pull(sender, terms.cost)
        return self._book(Run.from_terms(terms, sender, RunState.OPEN), ipfs_hash)

    def post_run_with_authorization(
        self, terms: RunTerms, ipfs_hash: str, authorization: Authorization, *, now: int
    ) -> int:
        """A run funded and posted by the signer, whoever sends it, OPEN. Returns its id."""
        self._require_not_paused()
        self._require_terms(terms, ipfs_hash, now)
        self._pull_with_authorization(authorization, terms.cost, (terms, ipfs_hash), now)
        return self._book(Run.from_terms(terms, authorization.signer, RunState.OPEN), ipfs_hash)

    def fund_run(self, run_id: int, *, sender: str, now: int) -> None:
        """DRAFT to OPEN: pulls reward and fee."""
        self._require_not_paused()
        run = self._gate(run_id, "fundRun")
        self._require_poster(run_id, run, sender)
        self._require_before_deadline(run_id, run, now)
        self._pull(run.poster, run.cost)
        self.runs[run_id] = replace(run, state=RunState.OPEN)
        self._emit("RunFunded", run_id, run.cost)

    # Agents

    def claim_run(self, run_id: int, agent_id: int, *, sender: str, now: int) -> None:
        """OPEN to CLAIMED: locks MIN_STAKE and freezes the payout wallet (RUN-5, RUN-6)."""
        run = self._gate(run_id, "claimRun")
        self._require_before_deadline(run_id, run, now)
        self._require_claimant(run_id, run, agent_id, sender)
        self._require_not_paused()  # as late as the registry, which knows of the pause
        claimed = replace(
            run,
            state=RunState.CLAIMED,
            agent_id=agent_id,
            wallet=self.registry.payout_wallet_of(agent_id),
            claimed_at=now,
        )
        with self.journal.all_or_none():
            values = (run_id, agent_id, claimed.wallet, MIN_STAKE, claimed.due_at)
            self._emit("RunClaimed", *values)
            self.registry.lock(agent_id, MIN_STAKE, run.min_status, sender=self.address, now=now)
        self.runs[run_id] = claimed

    def start_run(self, run_id: int, *, sender: str) -> None:
        """CLAIMED to IN_PROGRESS; optional (RUN-8)."""
        run = self._gate(run_id, "startRun")
        self._require_agent(run_id, run, sender)
        self.runs[run_id] = replace(run, state=RunState.IN_PROGRESS)
        self._emit("RunStarted", run_id)

    def submit_work(self, run_id: int, deliverable_uri: str, *, sender: str, now: int) -> None:
        """To SUBMITTED, however late (RUN-10)."""
        run = self._gate(run_id, "submitWork")
        self._require_agent(run_id, run, sender)
        self._require_text(deliverable_uri, "EmptyDeliverableURI", run_id)
        submitted = replace(run, state=RunState.SUBMITTED, submitted_at=now)
        self.runs[run_id] = submitted
        self._emit("WorkSubmitted", run_id, deliverable_uri, submitted.review_ends_at)

    def abandon_run(self, run_id: int, *, sender: str, now: int) -> None:
        """Back to OPEN within a day of the claim, once in the run's life (RUN-17)."""
        run = self._gate(run_id, "abandonRun")
        self._require_agent(run_id, run, sender)
        if now >= run.abandon_ends_at:
            raise reverted("AbandonWindowOver", run_id, run.abandon_ends_at, now)
        if run.abandoned:
            raise reverted("AlreadyAbandoned", run_id)
        self._emit("RunAbandoned", run_id, run.agent_id)
        self._release(run, Outcome.NONE)
        self.runs[run_id] = replace(
            run,
            state=RunState.OPEN,
            agent_id=0,
            wallet=ZERO_ADDRESS,
            claimed_at=0,
            abandoned=True,
        )

    # Posters, on submitted work

    def approve(self, run_id: int, *, sender: str) -> None:
        """SUBMITTED to APPROVED."""
        run = self._gate(run_id, "approve")
        self._require_poster(run_id, run, sender)
        self._accept(run_id, run, silent=False)

    def request_revision(self, run_id: int, feedback: str, *, sender: str, now: int) -> None:
        """SUBMITTED to REVISION_REQUESTED, with 7 days to resubmit (RUN-12)."""
        run = self._gate(run_id, "requestRevision")
        self._require_poster(run_id, run, sender)
        self._require_in_review(run_id, run, now)
        if run.revisions == run.max_revisions:
            raise reverted("NoRevisionsLeft", run_id, run.max_revisions)
        self._require_text(feedback, "EmptyFeedback", run_id)
        revised = replace(
            run,
            state=RunState.REVISION_REQUESTED,
            revisions=run.revisions + 1,
            revision_due_at=now + CLAIM_TIMEOUT,
        )
        self.runs[run_id] = revised
        self._emit("RevisionRequested", run_id, revised.revisions, revised.due_at, feedback)

    def reject(self, run_id: int, reason: str, *, sender: str, now: int) -> None:
        """SUBMITTED to REJECTED: revisions used up, or late from the start (RUN-11)."""
        run = self._gate(run_id, "reject")
        self._require_poster(run_id, run, sender)
        self._require_in_review(run_id, run, now)
        if run.revisions != run.max_revisions and not run.came_late:
            raise reverted("RevisionsLeft", run_id, run.revisions, run.max_revisions)
        self._require_text(reason, "EmptyReason", run_id)
        self._emit("RunRejected", run_id, run.agent_id, run.cost, reason)
        self._release(run, Outcome.REJECTED)
        self.runs[run_id] = replace(run, state=RunState.REJECTED)
        self._pay(run.poster, run.cost)

    # Posters, on work that does not come

    def slash(self, run_id: int, *, sender: str, now: int) -> None:
        """To SLASHED: refund, and a penalty out of the lock (RUN-9, RUN-12, STAKE-8)."""
        run = self._gate(run_id, "slash")
        self._require_poster(run_id, run, sender)
        if now < run.slashable_at:
            raise reverted("NotOverdue", run_id, run.slashable_at, now)
        penalty = min(MIN_STAKE, run.cost)
        self._emit("RunSlashed", run_id, run.agent_id, run.cost, penalty)
        self.registry.slash(
            run.agent_id, MIN_STAKE, penalty, run.poster, strike=True, sender=self.address
        )
        self.runs[run_id] = replace(run, state=RunState.SLASHED)
        self._pay(run.poster, run.cost)

    def cancel_run(self, run_id: int, *, sender: str, now: int) -> None:
        """To CANCELLED; an OPEN run past its deadline by anyone, everything else by the poster."""
        run = self._gate(run_id, "cancelRun")
        deadline_passed = now >= run.deadline
        if run.state != RunState.OPEN or not deadline_passed:
            self._require_poster(run_id, run, sender)
        claimed = run.state in CLAIMED_STATES
        if claimed and not deadline_passed:
            raise reverted("BeforeDeadline", run_id, run.deadline, now)
        self._emit("RunCancelled", run_id, run.escrowed)
        if claimed:
            self._release(run, Outcome.NONE)
        self.runs[run_id] = replace(run, state=RunState.CANCELLED)
        self._pay(run.poster, run.escrowed)

    # Anyone

    def finalize(self, run_id: int, *, now: int) -> None:
        """SUBMITTED to APPROVED, once the poster was silent for the review window (RUN-14)."""
        run = self._gate(run_id, "finalize")
        if now < run.review_ends_at:
            raise reverted("ReviewNotOver", run_id, run.review_ends_at, now)
        self._accept(run_id, run, silent=True)

    def sweep_fees(self) -> None:
        """Send the fees to the treasury, or revert and keep them (RUN-16, RUN-24)."""
        if self.fees == 0:
            raise reverted("NoFees")
        self._require_recipient(self.treasury)  # it may have become a market since it was set
        self._push(self.treasury, self.fees)
        self._emit("FeesSwept", self.treasury, self.fees)
        self.fees = 0

    # Owner

    def set_treasury(self, treasury: str, *, sender: str) -> None:
        """Name the receiver of the fees (RUN-24)."""
        self._require_owner(sender)
        self._set_treasury(treasury)

    def pause(self, *, sender: str) -> None:
        """Stop entries: createRun, postRun*, fundRun, claimRun (RUN-18)."""
        self._require_owner(sender)
        self._require_not_paused()
        self.paused = True
        self.registry.stop_claims(True, sender=self.address)
        self._emit("Paused", sender)

    def unpause(self, *, sender: str) -> None:
        """Allow entries again."""
        self._require_owner(sender)
        if not self.paused:
            raise reverted("ExpectedPause")
        self.paused = False
        self.registry.stop_claims(False, sender=self.address)
        self._emit("Unpaused", sender)

    # Effects used above

    def _book(self, run: Run, ipfs_hash: str) -> int:
        run_id = self.run_count() + 1
        self.runs[run_id] = run
        self._emit(
            "RunCreated",
            run_id,
            run.poster,
            run.reward,
            run.fee,
            run.deadline,
            run.review_days,
            run.max_revisions,
            run.min_status,
            ipfs_hash,
        )
        if run.state == RunState.OPEN:
            self._emit("RunFunded", run_id, run.cost)
        return run_id

    def _accept(self, run_id: int, run: Run, *, silent: bool) -> None:
        """The agent gets the whole reward, the platform its fee (RUN-4, RUN-22)."""
        values = (run_id, run.agent_id, run.wallet, run.reward, run.fee, silent)
        self._emit("RunApproved", *values)
        self._release(run, Outcome.COMPLETED)
        self.runs[run_id] = replace(run, state=RunState.APPROVED)
        self.fees += run.fee
        self._pay(run.wallet, run.reward)

    def _release(self, run: Run, outcome: Outcome) -> None:
        """Free the lock; a run that is too cheap to count ends without an outcome (RUN-22)."""
        counted = outcome if run.reward >= MIN_COUNTED_REWARD else Outcome.NONE
        self.registry.release(run.agent_id, MIN_STAKE, counted, sender=self.address)
