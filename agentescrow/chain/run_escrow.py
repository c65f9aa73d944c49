"""RunEscrow: the life of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from agentescrow.chain.events import (
    Event,
    FeesSwept,
    Paused,
    RevisionRequested,
    RunAbandoned,
    RunApproved,
    RunCancelled,
    RunClaimed,
    RunCreated,
    RunFunded,
    RunRejected,
    RunSlashed,
    RunStarted,
    TreasurySet,
    Unpaused,
    WorkSubmitted,
)
from agentescrow.chain.outcome import Outcome, outcome_of, run_created
from agentescrow.chain.transactions import Mined
from agentescrow.chain.typed_data import run_nonce, terms_tuple
from agentescrow.chain.vault import Authorization, Vault
from agentescrow.chain.wallet import Wallet
from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.runs.actions import RUN_ACTIONS
from agentescrow.domain.runs.eligibility import Ineligibility
from agentescrow.domain.runs.run import Run, RunState
from agentescrow.domain.runs.terms import RunTerms

E = TypeVar("E", bound=Event)


class RunEscrow(Vault):
    """The escrow of runs. All amounts are base units of USDC, all times unix seconds."""

    kind = "RunEscrow"

    def act(self, wallet: Wallet, call: str, run_id: int, *values: object) -> Mined[Event]:
        """Call a function of the action table whose first parameter is a run.

        Args:
            wallet: Account that sends.
            call: Name of the function, "approve".
        """
        expected = outcome_of(RUN_ACTIONS[call], run_id, *values)
        return self._write(wallet, expected, call, run_id, *values)

    # Posters

    def create_run(self, wallet: Wallet, terms: RunTerms, uri: str) -> Mined[RunCreated]:
        """Create a run without funding it (DRAFT).

        Args:
            terms: Frozen from now on.
            uri: Of the description.
        """
        created = run_created(wallet.address, terms, uri)
        return self._write(wallet, created, "createRun", terms_tuple(terms), uri)

    def post_run(
        self, wallet: Wallet, terms: RunTerms, uri: str, *, permit_until: int | None = None
    ) -> Mined[RunCreated]:
        """Create a run and escrow reward and fee (OPEN), approving them first where needed.

        Args:
            terms: Frozen from now on.
            uri: Of the description.
            permit_until: Where given, a permit that is valid until then goes along in the same
                transaction instead of an approval before it.
        """
        values = (terms_tuple(terms), uri)
        created = run_created(wallet.address, terms, uri)
        return self._pay(wallet, created, terms.cost, permit_until, "postRun", *values)

    def authorize_run(
        self, wallet: Wallet, terms: RunTerms, uri: str, *, salt: bytes, valid_before: int
    ) -> Authorization:
        """Sign a run that anybody may post for the signer (EIP-3009).

        Args:
            wallet: Poster and signer.
            terms: Of the run.
            uri: Of the description.
            salt: 32 bytes, fresh for each authorization.
            valid_before: Unix second before which it is valid.
        """
        purpose = run_nonce(terms, uri, salt)
        return self.authorize(
            wallet, terms.cost, purpose=purpose, salt=salt, valid_before=valid_before
        )

    def post_run_with_authorization(
        self, wallet: Wallet, terms: RunTerms, uri: str, authorization: Authorization
    ) -> Mined[RunCreated]:
        """Post a run that somebody authorized.

        Args:
            wallet: Who sends; need not be the poster.
        """
        values = (terms_tuple(terms), uri, authorization.struct())
        created = run_created(authorization.payer, terms, uri)
        return self._write(wallet, created, "postRunWithAuthorization", *values)

    def fund_run(
        self, wallet: Wallet, run_id: int, *, permit_until: int | None = None
    ) -> Mined[RunFunded]:
        """Escrow reward and fee of a DRAFT (OPEN), approving them first where needed.

        Args:
            permit_until: As in `post_run`.
        """
        cost = self.get_run(run_id).cost
        return self._pay(wallet, _of(RunFunded, run_id), cost, permit_until, "fundRun", run_id)

    def approve(self, wallet: Wallet, run_id: int) -> Mined[RunApproved]:
        """Accept the work: the agent gets the reward, the platform the fee."""
        return self._write(wallet, _of(RunApproved, run_id), "approve", run_id)

    def request_revision(
        self, wallet: Wallet, run_id: int, feedback: str
    ) -> Mined[RevisionRequested]:
        """Ask for changes, inside the review window, while revisions are left."""
        return self._write(
            wallet,
            _of(RevisionRequested, run_id, feedback=feedback),
            "requestRevision",
            run_id,
            feedback,
        )

    def reject(self, wallet: Wallet, run_id: int, reason: str) -> Mined[RunRejected]:
        """Refuse the work when revisions are used up or it first came late (RUN-11)."""
        return self._write(
            wallet, _of(RunRejected, run_id, reason=reason), "reject", run_id, reason
        )

    def slash(self, wallet: Wallet, run_id: int) -> Mined[RunSlashed]:
        """Slash an overdue agent: refund and penalty go to the poster (RUN-9, RUN-12, STAKE-8)."""
        return self._write(wallet, _of(RunSlashed, run_id), "slash", run_id)

    def cancel_run(self, wallet: Wallet, run_id: int) -> Mined[RunCancelled]:
        """End a run that has no work in it, with a full refund."""
        return self._write(wallet, _of(RunCancelled, run_id), "cancelRun", run_id)

    # Agents

    def claim_run(self, wallet: Wallet, run_id: int, agent_id: int) -> Mined[RunClaimed]:
        """Take an OPEN run for an agent and lock 20 USDC of its stake (RUN-5, STAKE-4)."""
        return self._write(
            wallet, _of(RunClaimed, run_id, agent_id=agent_id), "claimRun", run_id, agent_id
        )

    def start_run(self, wallet: Wallet, run_id: int) -> Mined[RunStarted]:
        """Say that work began; optional (RUN-8)."""
        return self._write(wallet, _of(RunStarted, run_id), "startRun", run_id)

    def submit_work(self, wallet: Wallet, run_id: int, uri: str) -> Mined[WorkSubmitted]:
        """Hand in the work that is at `uri`."""
        return self._write(
            wallet, _of(WorkSubmitted, run_id, deliverable_uri=uri), "submitWork", run_id, uri
        )

    def abandon_run(self, wallet: Wallet, run_id: int) -> Mined[RunAbandoned]:
        """Give a claimed run back within a day, once in the run's life (RUN-17)."""
        return self._write(wallet, _of(RunAbandoned, run_id), "abandonRun", run_id)

    # Anyone

    def finalize(self, wallet: Wallet, run_id: int) -> Mined[RunApproved]:
        """Approve in the place of a poster who stayed silent (RUN-14)."""
        return self._write(wallet, _of(RunApproved, run_id), "finalize", run_id)

    def sweep_fees(self, wallet: Wallet) -> Mined[FeesSwept]:
        """Send the accrued fees to the treasury."""
        return self._write(wallet, Outcome(FeesSwept, {}), "sweepFees")

    # Owner

    def pause(self, wallet: Wallet) -> Mined[Paused]:
        """Stop new runs, funding and claims (RUN-18)."""
        return self._write(wallet, Outcome(Paused, {}), "pause")

    def unpause(self, wallet: Wallet) -> Mined[Unpaused]:
        """Allow new runs, funding and claims again."""
        return self._write(wallet, Outcome(Unpaused, {}), "unpause")

    def set_treasury(self, wallet: Wallet, treasury: str) -> Mined[TreasurySet]:
        """Send the fees to `treasury` from now on."""
        return self._write(
            wallet, Outcome(TreasurySet, {"treasury": treasury}), "setTreasury", treasury
        )

    # Views

    def get_run(self, run_id: int) -> Run:
        """Everything that the contract tells of a run.

        The time of a requested revision it tells only while that is due.
        """
        return run_from(self._read("getRun", run_id))

    def run_count(self) -> int:
        """How many runs exist; also the highest id."""
        return int(self._read("runCount"))

    def fee_on(self, reward: int) -> int:
        """The platform's fee on a reward (RUN-3)."""
        return int(self._read("feeOn", reward))

    def claim_eligibility(self, run_id: int, agent_id: int) -> Ineligibility:
        """Why the agent may not claim the run; 0 if it may (RUN-5)."""
        return Ineligibility(self._read("claimEligibility", run_id, agent_id))

    def slashable_at(self, run_id: int) -> int:
        """From when on the poster may slash; 0 where that is not possible."""
        return int(self._read("slashableAt", run_id))

    def review_ends_at(self, run_id: int) -> int:
        """Until when the poster may judge submitted work; 0 where none is submitted."""
        return int(self._read("reviewEndsAt", run_id))

    def accrued_fees(self) -> int:
        """Fees earned and not swept yet."""
        return int(self._read("accruedFees"))

    def treasury(self) -> str:
        """Who gets the fees."""
        return str(self._read("treasury"))

    def paused(self) -> bool:
        """Whether new runs, funding and claims are stopped (RUN-18)."""
        return bool(self._read("paused"))


def run_from(values: Sequence[Any]) -> Run:
    """Read what `getRun` returns.

    The time of a requested revision it tells only while that is due.

    Args:
        values: Those of the struct, in its order.
    """
    (poster, state, reward, fee, deadline, review_days, max_revisions, revisions) = values[:8]
    (min_status, agent_id, wallet, claimed_at, submitted_at, due_at, abandoned) = values[8:]
    return Run(
        poster=poster,
        state=RunState(state),
        reward=reward,
        fee=fee,
        deadline=deadline,
        review_days=review_days,
        max_revisions=max_revisions,
        revisions=revisions,
        min_status=AgentStatus(min_status),
        agent_id=agent_id,
        wallet=wallet,
        claimed_at=claimed_at,
        submitted_at=submitted_at,
        revision_due_at=due_at if state == RunState.REVISION_REQUESTED else 0,
        abandoned=abandoned,
    )


def _of(kind: type[E], run_id: int, **values: object) -> Outcome[E]:
    return Outcome(kind, {"run_id": run_id, **values})
