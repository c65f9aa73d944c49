"""The runs of the RunEscrow twin: its views, its state gate and its checks, without any call."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from agentescrow.domain.constants import AGENT_ID_MAX, MAX_TEXT, MIN_STAKE
from agentescrow.domain.money import fee_on
from agentescrow.domain.runs.actions import RUN_ACTIONS
from agentescrow.domain.runs.eligibility import Ineligibility, claim_eligibility
from agentescrow.domain.runs.run import Run
from agentescrow.domain.runs.terms import RunTerms
from tests.twin.reverts import reverted
from tests.twin.stake_registry import StakeRegistryTwin
from tests.twin.vault import UsdcVaultTwin


class RunBook(UsdcVaultTwin):
    """What the calls of `RunEscrowTwin` read and check.

    Attributes:
        registry: The StakeRegistry twin in which claims lock stakes.
        runs: Runs by id, from 1 on.
        treasury: Where the fees go.
        fees: Base units earned and not swept.
        paused: Whether entries are stopped (RUN-18).
    """

    def __init__(
        self,
        address: str,
        registry: StakeRegistryTwin,
        *,
        treasury: str,
        owner: str,
        forwarder: str,
    ) -> None:
        super().__init__(
            address,
            registry.token,
            registry.identity,
            owner=owner,
            forwarder=forwarder,
            journal=registry.journal,
        )
        self.registry = registry
        self.runs: dict[int, Run] = {}
        self.fees = 0
        self.paused = False
        self._set_treasury(treasury)

    # Views

    def get_run(self, run_id: int) -> Run:
        """The record; reverts for an unknown run, as all views of a run do."""
        if run_id not in self.runs:
            raise reverted("RunUnknown", run_id)
        return self.runs[run_id]

    def run_count(self) -> int:
        """How many runs exist; also the highest id."""
        return len(self.runs)

    def fee_on(self, reward: int) -> int:
        """The platform's fee in base units (RUN-3)."""
        return fee_on(reward)

    def claim_eligibility(self, run_id: int, agent_id: int, *, now: int) -> Ineligibility:
        """Why the agent may not claim the run, one bit a reason (RUN-5)."""
        run = self.get_run(run_id)
        return claim_eligibility(
            run,
            self.registry.get_agent(agent_id) if self._knows(agent_id) else None,
            now,
            poster_is_operator=self.registry.is_operator(agent_id, run.poster),
            market_allowed=self.registry.allows_claim(agent_id, self.address, MIN_STAKE),
            paused=self.paused,
        )

    def slashable_at(self, run_id: int) -> int:
        """Unix second from which the poster may slash, or 0 (RUN-23)."""
        return self.get_run(run_id).slashable_at

    def review_ends_at(self, run_id: int) -> int:
        """Unix second from which silence has approved, or 0 (RUN-23)."""
        return self.get_run(run_id).review_ends_at

    def accrued_fees(self) -> int:
        """Base units earned and not swept."""
        return self.fees

    def total_owed(self) -> int:
        """Funded live runs, credits and fees, counted anew from the records (RUN-20)."""
        escrowed = sum(run.escrowed for run in self.runs.values())
        return escrowed + sum(self.credits.values()) + self.fees

    def contracts(self) -> AbstractSet[str]:
        """The contracts of the system, with all markets (RUN-26)."""
        return super().contracts() | self.registry.contracts()

    # Effects that the constructor has too

    def _set_treasury(self, treasury: str) -> None:
        self._require_recipient(treasury)
        self.treasury = treasury
        self._emit("TreasurySet", treasury)

    # Checks, in the order in which calls make them

    def _require_not_paused(self) -> None:
        if self.paused:
            raise reverted("EnforcedPause")

    def _gate(self, run_id: int, call: str) -> Run:
        """The run, if it exists and the transition table allows the call in its state."""
        run = self.get_run(run_id)
        allowed = RUN_ACTIONS.allowed_bitmap(call)
        if not allowed >> run.state & 1:
            raise reverted("UnexpectedRunState", run_id, run.state, allowed)
        return run

    def _require_poster(self, run_id: int, run: Run, sender: str) -> None:
        if sender != run.poster:
            raise reverted("NotPoster", run_id, sender, run.poster)

    def _require_agent(self, run_id: int, run: Run, sender: str) -> None:
        """The frozen wallet, or who may act for the agent now (RUN-7)."""
        if sender != run.wallet and not self.registry.is_operator(run.agent_id, sender):
            raise reverted("NotAgent", run_id, sender)

    def _require_claimant(self, run_id: int, run: Run, agent_id: int, sender: str) -> None:
        if not self._knows(agent_id):
            raise reverted("AgentUnknown", agent_id)
        if not self.registry.is_operator(agent_id, sender):
            raise reverted("NotOperator", agent_id, sender)
        if self.registry.is_operator(agent_id, run.poster):
            raise reverted("SelfClaim", run_id, agent_id, run.poster)

    def _require_before_deadline(self, run_id: int, run: Run, now: int) -> None:
        if now >= run.deadline:
            raise reverted("DeadlinePassed", run_id, run.deadline, now)

    def _require_in_review(self, run_id: int, run: Run, now: int) -> None:
        if now >= run.review_ends_at:
            raise reverted("ReviewOver", run_id, run.review_ends_at, now)

    def _require_terms(self, terms: RunTerms, ipfs_hash: str, now: int) -> None:
        violation = terms.violation(now)
        if violation is not None:
            raise reverted(violation.error, *violation.error_values)
        self._require_text(ipfs_hash, "EmptyIpfsHash")

    def _require_text(self, text: str, empty: str, *values: object) -> None:
        """1 to MAX_TEXT bytes, on the chain UTF-8 or not (RUN-13, RUN-27)."""
        if not text:
            raise reverted(empty, *values)
        length = len(text.encode("utf-8", "surrogateescape"))
        if length > MAX_TEXT:
            raise reverted("TextTooLong", length, MAX_TEXT)

    def _knows(self, agent_id: int) -> bool:
        """Whether the agent exists and its id fits a run's record (RUN-2)."""
        return agent_id <= AGENT_ID_MAX and self.identity.exists(agent_id)
